"""A referral from its first question to its end: what left is what was agreed to, noted once, and nothing else left."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sync_office import House, shared

from lnctp_tui.domain.directory import eligible, trust, wanted
from lnctp_tui.domain.records import bound
from lnctp_tui.domain.referral import states
from lnctp_tui.errors import BadInput, LnctpError, Refused
from lnctp_tui.screens.case import referral_words
from lnctp_tui.screens.labels import Words
from lnctp_tui.services.case import cases, handing_out, referral_after, referrals
from lnctp_tui.services.exchange import exporting, typeset
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.database.session import Store

CODE_WORD, NOTE, MOTHER = "jacaranda-canario", "nota-canario", "Madre de Canario"


@dataclass
class Told:
    """A case with a victim, and a referral of hers."""

    workspace: Workspace
    case: str
    victim: str
    mother: str
    provider: str
    id: str

    @property
    def store(self) -> Store:
        return self.workspace.store

    @property
    def opened(self) -> referrals.Opened:
        return referrals.load(self.store, self.id)

    def answers(self, *data: str) -> None:
        for datum in data:
            referrals.answer(self.store, self.id, datum, "yes", express=True)

    def content(self, form: str = "print") -> bytes:
        words = Words(self.workspace.protocol, self.workspace.zone)
        return referral_words.content(self.opened, form, words, self.workspace.protocol)

    def send(self, form: str = "print") -> str:
        digest = referral_words.digest(self.content(form))
        referrals.send(
            self.store, self.id, form, "Coordinación", self.opened.sheet.fingerprint, digest, "revisar"
        )
        return digest


def provider(store: Store, kind: str = "refugio", status: str = "active", **more: Any) -> tuple[str, str]:
    """A provider and the number it was entered with."""
    number = {"kind": "phone", "value": "5550001000"}
    row, patch = bound.made("providers", {
        "source": "prueba", "source_id": ids.new_id(), "founded_on": trust.founded_on([("provider_channels", number)]),
    })  # fmt: skip
    actor = store.author.actor
    channel, said = bound.made("provider_channels", number | {"provider_id": row})
    with store.write() as unit:
        unit.record(
            "providers", row, patch | {"name": "Casa Ceiba (ficticia)", "kind": kind, "status": status} | more
        )
        unit.record("provider_channels", channel, said | {"proposed_by": actor, "purpose": "guardia"})
    return row, channel


def story(workspace: Workspace, **of_case: Any) -> Told:
    store = workspace.store
    case, victim, mother = ids.new_id(), ids.new_id(), ids.new_id()
    values = {
        "folio": None,
        "triage": "emergency",
        "code_word": CODE_WORD,
        "anonymity": "identificado",
    } | of_case
    with store.write() as unit:
        unit.record("cases", case, values)
        unit.record(
            "people",
            victim,
            {
                "role": "victim",
                "name": "Ana de Prueba",
                "age_min": 17,
                "age_max": 17,
                "sex": "mujer",
                "answers.need.refugio": "yes",
                "answers.vulnerability.embarazo": "yes",
            },
            case=case,
        )
        unit.record("people", mother, {"role": "other", "name": MOTHER}, case=case)
        unit.record("notes", ids.new_id(), {"text": NOTE}, case=case)
    told = Told(workspace, case, victim, mother, provider(store)[0], ids.new_id())
    referrals.prepare(store, told.id, case, victim, told.provider)
    return told


@pytest.fixture
def told(workspace: Workspace) -> Told:
    return story(workspace)


def agreed(told: Told, *data: str) -> Told:
    referrals.say(told.store, told.id, {"consent_by": told.victim, "consent": "yes"})
    told.answers(*data)
    return told


def refusal(deed: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        deed()
    return refused.value.code


def test_nothing_leaves_before_somebody_said_yes(told: Told) -> None:
    assert told.opened.sheet.data == []
    assert refusal(told.send) == "referral_whose"
    referrals.say(told.store, told.id, {"consent_by": told.victim})
    told.answers("need", "name")
    assert refusal(told.send) == "referral_consent"
    assert cases.document(told.store, told.case)["referral_deliveries"] == []
    assert told.opened.referral["status"] == "prepared"


@pytest.mark.parametrize("form", ["print", "voice", "json"])
def test_exactly_what_was_agreed_to_leaves_and_its_hash_is_noted(told: Told, form: str) -> None:
    agreed(told, "need", "age")
    content = told.content(form)
    digest = told.send(form)
    document = cases.document(told.store, told.case)
    (delivery,) = document["referral_deliveries"]
    assert delivery["sha256"] == digest == referral_words.digest(content)
    assert (delivery["data"], delivery["format"], delivery["to_whom"]) == (
        ["need", "age"],
        form,
        "Coordinación",
    )
    assert delivery["by_id"] == told.store.author.actor
    (referral,) = document["referrals"]
    assert referral["status"] == "sent"
    assert referral["expected_by"] == cases.instants.iso(
        states.expected_by(cases.instants.parse(referral["sent_at"]), None, "emergency")
    )
    secrets = [
        CODE_WORD,
        NOTE,
        MOTHER,
        "Ana de Prueba",
        told.case,
        told.victim,
        told.id,
        "5550001000",
        told.store.author.actor,
        told.workspace.counselor_name or "…",
        referral["sent_at"][:10],
    ]
    assert not [secret for secret in secrets if secret in content.decode()]
    assert referral["reference"] in content.decode()
    assert "17" in content.decode()


def test_a_document_that_leaves_is_a_case_that_another_line_can_read(told: Told) -> None:
    agreed(told, "need", "age", "name")
    left = json.loads(told.content("json"))
    assert left["people"] == [
        {"age_min": 17, "age_max": 17, "name": "Ana de Prueba", "answers": {"need.refugio": "yes"}}
    ]
    assert set(left) == {"schema", "case", "people", "referrals"}
    assert left["case"] == {}


def test_what_was_not_seen_is_not_sent(told: Told) -> None:
    agreed(told, "name")
    seen = told.opened.sheet.fingerprint
    with told.store.write() as unit:
        unit.record("people", told.victim, {"name": "Otra"})
    assert (
        refusal(lambda: referrals.send(told.store, told.id, "voice", "x", seen, "0" * 64)) == "sheet_changed"
    )
    assert cases.document(told.store, told.case)["referral_deliveries"] == []


def test_another_person_another_basis_or_another_text_has_been_asked_nothing(told: Told) -> None:
    referrals.say(told.store, told.id, {"summary_for": "Pide un lugar para hoy"})
    agreed(told, "name", "summary")
    assert told.opened.sheet.data == ["name", "summary"]
    referrals.say(told.store, told.id, {"summary_for": "Y algo que nadie le leyó"})
    assert told.opened.sheet.data == ["name"]
    referrals.say(told.store, told.id, {"consent_by": told.mother})
    assert told.opened.referral["answers"] == {}
    assert told.opened.referral.get("consent") is None
    assert refusal(told.send) == "referral_consent"


def test_without_a_yes_a_life_in_danger_opens_its_block_and_supervision_reads_why(told: Told) -> None:
    police, _channel = provider(told.store, "policia")
    own = ids.new_id()
    referrals.prepare(told.store, own, told.case, told.victim, police)
    emergency = Told(told.workspace, told.case, told.victim, told.mother, police, own)
    referrals.say(told.store, own, {"basis": "peligro_vida"})
    assert refusal(emergency.send) == "referral_reason"
    referrals.say(told.store, own, {"override_reason": "La tienen encerrada con un arma"})
    emergency.send("voice")
    document = cases.document(told.store, told.case)
    (delivery,) = document["referral_deliveries"]
    assert delivery["data"] == ["age", "sex"]
    assert [(task["kind"], task["say"]) for task in document["tasks"]] == [("review", "revisar")]


@pytest.mark.parametrize("status", ["closed", "suspended", "merged"])
def test_a_provider_that_shut_while_it_was_prepared_gets_nothing(told: Told, status: str) -> None:
    agreed(told, "name")
    with told.store.write() as unit:
        unit.record("providers", told.provider, {"status": status})
    assert refusal(told.send) == "referral_provider_shut"


def test_a_number_that_nobody_verified_is_not_the_one_to_dial(told: Told) -> None:
    row, patch = bound.made(
        "provider_channels",
        {
            "provider_id": told.provider,
            "kind": "phone",
            "value": "5559999999",
            "replaces_id": told.opened.referral["channel_id"],
        },
    )
    with told.store.write() as unit:
        unit.record(
            "provider_channels", row, patch | {"proposed_by": told.store.author.actor, "purpose": "guardia"}
        )
    channel = told.opened.channel
    assert channel is not None
    assert channel.row["value"] == "5550001000"
    agreed(told, "name")
    referrals.say(told.store, told.id, {"channel_id": row})
    assert told.opened.channel == channel
    assert refusal(told.send) == "referral_channel"


def test_it_goes_only_where_it_may_and_what_was_said_stays(told: Told) -> None:
    agreed(told, "need")
    assert refusal(lambda: referrals.outcome(told.store, told.id, "accepted", {})) == "referral_move"
    told.send()
    assert refusal(lambda: referrals.answer(told.store, told.id, "name", "yes")) == "referral_status"
    assert refusal(lambda: referrals.say(told.store, told.id, {"consent": "no"})) == "referral_status"
    assert refusal(told.send) == "referral_status"
    assert refusal(lambda: referrals.outcome(told.store, told.id, "refused", {})) == "refusal_reason"
    assert refusal(lambda: referrals.outcome(told.store, told.id, "completed", {})) == "referral_move"
    referrals.outcome(told.store, told.id, "accepted", {"outcome": "Hay lugar"})
    assert told.opened.referral["accepted_at"]
    assert told.opened.referral.get("arrived") is None
    referrals.outcome(told.store, told.id, "completed", {"arrived": "yes", "need_met": "no"})
    assert (told.opened.referral["arrived"], told.opened.referral["need_met"]) == ("yes", "no")
    assert refusal(lambda: referrals.outcome(told.store, told.id, "withdrawn", {})) == "referral_move"


def test_withdrawn_after_it_left_makes_one_task_to_ask_for_erasure(told: Told) -> None:
    agreed(told, "need")
    other = ids.new_id()
    referrals.prepare(told.store, other, told.case, told.victim, told.provider)
    referrals.outcome(told.store, other, "withdrawn", {}, "borrar")
    assert cases.document(told.store, told.case)["tasks"] == []
    told.send()
    referrals.outcome(told.store, told.id, "withdrawn", {}, referral_words.erase(told.opened))
    (task,) = cases.document(told.store, told.case)["tasks"]
    assert told.opened.referral["reference"] in task["say"]
    assert "Ana" not in task["say"]


def test_two_recipients_cannot_join_their_sheets(told: Told) -> None:
    other = ids.new_id()
    referrals.prepare(told.store, other, told.case, told.victim, told.provider)
    references = {told.opened.sheet.reference, referrals.load(told.store, other).sheet.reference}
    assert len(references) == 2
    assert all(reference.startswith("R-") and len(reference) == 8 for reference in references)
    referrals.prepare(told.store, other, told.case, told.victim, told.provider)
    assert len(referrals.of_case(told.store, told.case)) == 2, "a key that was pressed twice makes one"


def test_a_case_that_is_taken_elsewhere_takes_no_delivery_along(told: Told, second: Workspace) -> None:
    from lnctp_tui.services.exchange.importing import run

    agreed(told, "need")
    told.send()
    file = told.workspace.home / "caso.jsonl"
    file.write_bytes(b"".join(exporting.lines(told.store, [told.case])))
    for workspace in (told.workspace, second):
        report = run.import_file(workspace.store, file, protocol=workspace.protocol, zone=workspace.zone)
        assert not report.refused
    document = cases.document(second.store, told.case)
    assert document["referrals"][0]["answers"] == {"share.need": "yes", "express.need": "yes"}
    assert document["referral_deliveries"] == []


@pytest.mark.skipif(not typeset.installed(), reason="the extra `report` is not installed")
def test_a_pdf_is_tagged_and_says_the_sheet_and_nothing_of_who_made_it_when(told: Told) -> None:
    with told.store.write() as unit:
        unit.record("people", told.victim, {"name": '#panic("x") *Ana* $x$ <b> @ref'})
    agreed(told, "name")
    made = told.content("pdf")
    assert made.startswith(b"%PDF")
    assert b"/MarkInfo" in made
    assert b"pdfuaid" in made
    for word in (b"CreationDate", b"ModDate", CODE_WORD.encode(), NOTE.encode(), told.case.encode(), b"2026"):
        assert word not in made
    assert referral_words.digest(made) == referral_words.digest(told.content("pdf"))


def test_without_the_typesetter_nothing_leaves(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "installed", lambda: False)
    agreed(told, "name")
    assert refusal(lambda: told.content("pdf")) == "no_typesetter"


def test_the_same_sheet_leaves_again_in_another_form_once_for_each_time_it_is_told(told: Told) -> None:
    agreed(told, "need")
    seen, at = told.opened.sheet.fingerprint, "2026-11-29T10:00:00.000000Z"

    def again(form: str = "pdf", of: str = seen) -> None:
        referral_after.deliver(told.store, told.id, form, "Coordinación", of, "1" * 64, at)

    assert refusal(again) == "referral_status", "it was not sent at all yet"
    told.send("voice")
    for _time in range(2):  # a journal that tells it again adds nothing
        again()
    rows = cases.document(told.store, told.case)["referral_deliveries"]
    assert sorted(row["format"] for row in rows) == ["pdf", "voice"]
    assert refusal(lambda: again(of="0" * 64)) == "sheet_changed"
    with told.store.write() as unit:
        unit.record("people", told.victim, {"answers.need.medica": "yes"})
    assert refusal(again) == "sheet_changed"
    with told.store.write() as unit:
        unit.record("cases", told.case, {"consent_share": "no"})
    assert refusal(again) == "referral_share_refused"
    referrals.outcome(told.store, told.id, "no_answer", {})
    assert refusal(again) == "referral_status"


def test_accepted_is_not_arrived_and_arrived_is_not_helped(told: Told) -> None:
    agreed(told, "need")
    said = {"arrived": "yes", "status": "completed"}
    assert refusal(lambda: referral_after.answered(told.store, told.id, said)) == "referral_move"
    told.send()
    referrals.outcome(told.store, told.id, "accepted", {})
    referral_after.answered(told.store, told.id, said)
    assert [told.opened.referral.get(name) for name in ("status", "arrived", "need_met")] == [
        "accepted",
        "yes",
        None,
    ]
    referrals.outcome(told.store, told.id, "completed", {})
    referral_after.answered(told.store, told.id, {"need_met": "no"})
    assert [told.opened.referral.get(name) for name in ("arrived", "need_met")] == ["yes", "no"]


@pytest.mark.parametrize("status", ["closed", "suspended", "merged"])
def test_a_recipient_that_closes_puts_one_task_on_each_open_referral(told: Told, status: str) -> None:
    ended = ids.new_id()
    referrals.prepare(told.store, ended, told.case, told.victim, told.provider)
    referrals.outcome(told.store, ended, "cancelled", {})
    assert referral_after.note_shut(told.store) == 0
    with told.store.write() as unit:
        unit.record("providers", told.provider, {"status": status})
        at = cases.instants.iso(unit.now)
    assert (referral_after.note_shut(told.store), referral_after.note_shut(told.store)) == (1, 0)
    (task,) = cases.document(told.store, told.case)["tasks"]
    assert (task["kind"], task["plan"], task["referral_id"]) == (
        "referral_check",
        "institucion_cerrada",
        told.id,
    )
    assert task["due_from"][:16] == at[:16], "since it closed, on every laptop the same"
    # When the person withdraws later, the other check is made beside it.
    with told.store.write() as unit:
        unit.record("providers", told.provider, {"status": "active"})
    agreed(told, "need").send()
    referrals.outcome(told.store, told.id, "withdrawn", {}, "borrar")
    assert len(cases.document(told.store, told.case)["tasks"]) == 2


def test_who_said_no_lately_is_not_the_next_that_fits(told: Told) -> None:
    agreed(told, "need").send()
    referrals.outcome(told.store, told.id, "refused", {"refusal_reason": "lleno"})
    document, now = cases.document(told.store, told.case), told.store.now()
    for later, refused, asked in ((0, {told.provider}, set()), (73, set(), {told.provider})):
        found = wanted.wanted(document, [], [], [], now + timedelta(hours=later)).subject
        assert (found.refused, found.asked) == (refused, asked)
        offer = eligible.Offer(told.provider, "s", None, "refugio_emergencia", 0, "active", False)
        verdict = eligible.verdict(offer, found)
        assert (verdict.excluded == ("refused_here", "reason"), "asked_here" in verdict.cautions) == (
            bool(refused), bool(asked),
        )  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    ["hoja.txt", "", "  ", "/", "/no/hay/esta/carpeta/hoja.txt", "~nadie-de-prueba/h", "/dev/null/h", "..",
     "/tmp/../.."],
)  # fmt: skip
def test_a_sheet_goes_only_to_a_new_file_in_a_folder_that_somebody_named(typed: str) -> None:
    assert refusal(lambda: handing_out.place(typed)) == "bad_place"


def test_a_sheet_is_written_whole_for_its_owner_alone_and_over_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = handing_out.place(f"{tmp_path}/hoja.txt")
    handing_out.hand_out(path, b"uno")
    assert (path.read_bytes(), path.stat().st_mode & 0o777, os.listdir(tmp_path)) == (
        b"uno",
        0o600,
        ["hoja.txt"],
    )
    link = tmp_path / "enlace.txt"
    link.symlink_to(tmp_path / "nada")
    for there in (path, link):
        with pytest.raises(BadInput):
            handing_out.place(str(there))
    for there in (path, link):  # somebody made it meanwhile
        with pytest.raises(LnctpError):
            handing_out.hand_out(there, b"dos")
    assert (path.read_bytes(), sorted(os.listdir(tmp_path))) == (b"uno", ["enlace.txt", "hoja.txt"])
    (copied := tmp_path / "Dropbox").mkdir()
    assert refusal(lambda: handing_out.place(f"{copied}/hoja.txt")) == "place_shared"


def test_two_laptops_that_heard_other_answers_have_an_ordinary_conflict_and_nothing_leaves_of_two_words(
    house: House,
) -> None:
    ana, beto, case = shared(house)
    lead = house.desk("lead", "supervisor")
    with ana.store.write() as unit:
        unit.record("people", victim := ids.new_id(), {"role": "victim", "name": "Ana de Prueba"}, case=case)
    office, _channel = provider(lead.store)
    lead.sync(), ana.sync()
    referral = ids.new_id()
    referrals.prepare(ana.store, referral, case, victim, office)
    referrals.say(ana.store, referral, {"consent_by": victim, "consent": "yes"})
    told = Told(ana.workspace, case, victim, "", office, referral)
    other = Told(beto.workspace, case, victim, "", office, referral)
    ana.sync(), beto.sync()
    referrals.answer(ana.store, referral, "name", "yes")
    referrals.answer(beto.store, referral, "name", "no")
    for desk in (ana, beto, ana):
        desk.sync()
    assert told.opened.sheet.data == other.opened.sheet.data == []
    told.send("voice")
    ana.sync(), beto.sync()
    referrals.outcome(ana.store, referral, "accepted", {})
    referrals.outcome(beto.store, referral, "refused", {"refusal_reason": "lleno"})
    for desk in (ana, beto, ana):
        desk.sync()
    assert told.opened.referral["status"] == other.opened.referral["status"]
    assert "status" in told.opened.contested
    assert "status" in other.opened.contested
    (delivery,) = other.opened.document["referral_deliveries"]
    assert delivery["data"] == []
