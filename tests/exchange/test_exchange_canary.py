"""A canary in every field of every record of a case: what no consent covers is in no file, however it is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from canary import CANARY, birds
from exchange_office import OTHER, REASON, provider
from pdf_text import everything

from lnctp_tui.domain.exchange.sharing import Recipient
from lnctp_tui.domain.records import bound
from lnctp_tui.domain.records.kinds import KINDS
from lnctp_tui.domain.referral.data import ORDER
from lnctp_tui.screens.case import authority_sheet
from lnctp_tui.services.exchange import typeset
from lnctp_tui.services.exchange.importing import run
from lnctp_tui.services.exchange.outgoing import ledger, prosecutor, recipients, sheets
from lnctp_tui.services.exchange.outgoing.sheets import Order
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids


def story(workspace: Workspace, **values: Any) -> str:
    """A case full of canaries, with a referral to the prosecutor by which everything was agreed to."""
    store, case, victim, trafficker = workspace.store, ids.new_id(), ids.new_id(), ids.new_id()
    fiscal = recipients.recipient(store, OTHER).provider_id or provider(store, OTHER, "fiscalia")
    coded = {
        "answers.modality.explotacion_laboral": "yes",
        "answers.act.captar": "yes",
        "birth_date": "2009-02-03",
    }
    with store.write() as unit:
        unit.record("cases", case, birds(KINDS[0]) | {"status": "closed"} | values)
        for kind in (kind for kind in KINDS if kind.on_case):
            patch = birds(kind)
            if kind.table == "people":
                unit.record(
                    "people",
                    victim,
                    patch | coded | {"role": "victim", "name": f"{CANARY} de la víctima"},
                    case=case,
                )
                unit.record(
                    "people",
                    trafficker,
                    patch | {"role": "trafficker", "name": f"{CANARY} que explota"},
                    case=case,
                )
                unit.record("people", ids.new_id(), patch | {"role": "other"}, case=case)
            elif kind.table == "places":
                for role in ("actual", "destino", "captacion", "origen", "transito"):
                    unit.record(
                        "places", ids.new_id(), patch | {"role": role, "person_id": victim}, case=case
                    )
            elif kind.table == "identifiers":
                for whose, sort in (
                    (victim, "phone"),
                    (victim, "email"),
                    (victim, "alias"),
                    (None, "phone"),
                    (trafficker, "account"),
                ):
                    said = {
                        "person_id": whose,
                        "kind": sort,
                        "value": f"{CANARY} {sort} {whose == trafficker}",
                    }
                    unit.record(
                        "identifiers",
                        ids.new_id(),
                        patch | {name: value for name, value in said.items() if value},
                        case=case,
                    )
            elif kind.table == "referrals":
                shares = {f"answers.{way}.{datum}": "yes" for datum in ORDER for way in ("share", "express")}
                said = {"provider_id": fiscal, "person_id": victim, "consent_by": victim, "consent": "yes"}
                unit.record("referrals", ids.new_id(), patch | shares | said | {"status": "sent"}, case=case)
            elif kind.bound:
                signed = {column.name: store.author.actor for column in kind.columns if column.signature}
                other = {"other_id": ids.new_id()} if kind.table == "links" else {}
                values_ = {name: value for name, value in patch.items() if not name.startswith("nuevo")}
                row, made = bound.made(kind.table, values_ | signed | other | {"case_id": case})
                unit.record(kind.table, row, made, case=case)
            else:
                unit.record(
                    kind.table,
                    ids.new_id(),
                    patch | {"share_consent": "no"} if kind.table == "money" else patch,
                    case=case,
                )
    return case


def files(workspace: Workspace, case: str, folder: Path, to: str, *, pdf: bool = True) -> list[Path]:
    """Every file that can be made of a case for a recipient."""
    made: list[Path] = []

    def order(name: str, form: str = "csv", **more: Any) -> Order:
        made.append(folder / name)
        return Order(to, REASON, made[-1], form, case_ids=(case,), **more)

    for form, suffix in (("csv", "csv"), ("xlsx", "xlsx"), ("xlsform", "survey.xlsx")):
        sheets.make_htcds(workspace, order(f"h.{suffix}", form, loss=folder / f"l.{form}.csv"))
        made.append(folder / f"l.{form}.csv")
    prosecutor.make(workspace, order("caso.json"), None)
    if pdf and typeset.installed():
        prosecutor.make(workspace, order("hoja.pdf"), authority_sheet.parts)
        made.append(folder / "hoja.json")
    assert all(len(row["folios"]) == 1 for row in ledger.listed(workspace.store, 99)), (
        "each note names its case"
    )
    return made


def test_without_a_yes_to_this_recipient_no_canary_leaves(workspace: Workspace, tmp_path: Path) -> None:
    for number, (share, to) in enumerate(
        (("yes", "Organización sin canalización"), ("no", OTHER), (None, OTHER))
    ):
        said = {"consent_share": share} if share else {}
        case = story(workspace, anonymity="identificado", **said)
        folder = tmp_path / str(number)
        folder.mkdir()
        made = files(workspace, case, folder, to, pdf=number > 1)
        assert len(made) >= 7
        for path in made:
            assert CANARY not in everything(path), path.name


def test_a_yes_opens_what_it_names_and_an_anonymous_person_stays_without_name(
    workspace: Workspace, tmp_path: Path
) -> None:
    case = story(workspace, consent_share="yes", anonymity="anonimo")
    (tmp_path / "a").mkdir()
    for path in files(workspace, case, tmp_path / "a", OTHER):
        seen = everything(path)
        for field in ("de la víctima", "person name", "phone False", "alias False", "email False", "place municipality",
                      "place address", "case code_word", "note text", "contact narrative"):  # fmt: skip
            assert f"{CANARY} {field}" not in seen, (path.name, field)
    with workspace.store.write() as unit:
        unit.record("cases", case, {"anonymity": "identificado"})
    (tmp_path / "b").mkdir()
    made = files(workspace, case, tmp_path / "b", OTHER)
    said = {path.name: everything(path) for path in made}
    for name in ("h.csv", "h.xlsx", "hoja.json", *(["hoja.pdf"] if typeset.installed() else [])):
        if name in said:
            assert CANARY in said[name], name
    for name, seen in said.items():
        for field in ("case summary", "case code_word", "email", "contact narrative", "note text", "support note",
                      "task say", "file number", "money way", "person relation", "link remark",
                      "otra versión"):  # fmt: skip
            for said_as in (f"{CANARY} {field}", f"{CANARY} de {field}"):
                assert said_as not in seen, (name, field)


def test_the_document_says_the_elements_and_is_read_as_a_case(workspace: Workspace, tmp_path: Path) -> None:
    case = story(workspace, consent_share="yes", anonymity="identificado")
    made = prosecutor.make(workspace, Order(OTHER, REASON, tmp_path / "c.json", case_ids=(case,)), None)
    document = json.loads((tmp_path / "c.json").read_text())
    assert document["case"]["receipt"] == made.receipt
    victim, exploiter = document["people"]
    assert victim["answers"]["modality.explotacion_laboral"] == "yes"
    assert (victim["name"], exploiter["name"]) == (f"{CANARY} de la víctima", f"{CANARY} que explota")
    owners = {record["kind"]: record["person_id"] for record in document["identifiers"]}
    assert owners == {"phone": victim["id"], "alias": victim["id"], "account": exploiter["id"]}
    del victim["answers"][f"need.{CANARY}"]  # a code that no catalog knows
    (tmp_path / "c.json").write_text(json.dumps(document))
    report = run.import_file(
        workspace.store, tmp_path / "c.json", protocol=workspace.protocol, zone=workspace.zone
    )
    assert report.refused == []
    words = authority_sheet.parts(document, workspace.protocol, Recipient(OTHER))
    text = json.dumps(words, ensure_ascii=False)
    for said in ("Captar", "Explotación laboral", "De quien explota", "Contacto seguro", made.receipt):
        assert said in text
