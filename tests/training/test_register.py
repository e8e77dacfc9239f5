"""The training register: numbers, whom a certificate may name, what is issued, counted and brought in."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from workspaces import field, settle

from lnctp_tui.domain.training import figures, naming
from lnctp_tui.domain.training import number as numbers
from lnctp_tui.domain.values import dates
from lnctp_tui.errors import Refused
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.case import cases
from lnctp_tui.services.training import importing, register
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage.replication import server_state

TODAY = date(2026, 11, 30)
NUMBER = str(numbers.Number("GA", 26, 42))
WRONG = "GA-26-0042-?"


@pytest.mark.parametrize(
    "typed",
    [NUMBER, NUMBER.lower(), NUMBER.replace("-", " "), NUMBER.replace("-", ""), NUMBER.replace("0042", "42"),
     NUMBER.replace("0042", "OO42")],
)  # fmt: skip
def test_a_number_is_read_however_it_is_spoken(typed: str) -> None:
    assert str(numbers.parse(typed)) == NUMBER


def test_every_single_wrong_symbol_and_every_swap_of_a_number_is_found_and_the_right_one_offered() -> None:
    plain = NUMBER.replace("-", "")
    for at in range(2, len(plain)):
        for other in "0123456789" if at < len(plain) - 1 else "0123456789ABCDEFGHJKMNPQRSTUVWXYZ":
            wrong = plain[:at] + other + plain[at + 1 :]
            if wrong != plain:
                assert numbers.parse(wrong) is None, wrong
                assert NUMBER in numbers.nearest(wrong, [NUMBER]), wrong
    for at in range(2, len(plain) - 1):
        swapped = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]
        if swapped != plain and swapped[-1].isalnum() and swapped[2:-1].isdigit():
            assert numbers.parse(swapped) is None, swapped
            assert NUMBER in numbers.nearest(swapped, [NUMBER]), swapped


@pytest.mark.parametrize(
    "text", ["", "GA", "GA-26-0042", "XX-26-0042-X", "GA-26-9999999-X", "Ω" * 60, "GA-2b-0042-X"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert numbers.parse(text) is None


def test_the_next_number_follows_the_greatest_of_its_kind_and_year() -> None:
    known = [NUMBER, str(numbers.Number("GA", 25, 900)), str(numbers.Number("CT", 26, 77)), "GA-26-9000-?"]
    assert numbers.following("guardian_asfalto", 2026, known) == ("GA", 26, 43)
    assert numbers.following("other", 2027, known) == ("CT", 27, 1)


@pytest.mark.parametrize(
    ("until", "revoked", "stands"),
    [(None, None, "valid"), ("2027-03-01", None, "valid"), ("2027-01-29", None, "expiring"),
     ("2026-11-30", None, "expiring"), ("2026-11-29", None, "expired"), ("2026-12", None, "expiring"),
     ("2026", None, "expiring"), ("2025", None, "expired"), ("2028", "2026-01-01T00:00:00.000000Z", "revoked"),
     ("no se entiende", None, "valid")],
)  # fmt: skip
def test_how_a_certificate_stands(until: str | None, revoked: str | None, stands: str) -> None:
    assert figures.standing({"valid_until": until, "revoked_at": revoked}, TODAY) == stands


# who is named


def call(workspace: Workspace, anonymity: str | None, consent: str | None) -> Intake:
    intake = Intake.start(workspace)
    intake.enter(field(workspace, "contact", "kind"), "witness")
    intake.enter(field(workspace, "contact", "reporter_type"), "guardian_asfalto")
    if anonymity:
        intake.choose(field(workspace, "case", "anonymity"), anonymity)
    if consent:
        intake.enter(field(workspace, "contact", naming.CONSENT), consent)
    return intake


def contact(intake: Intake) -> dict[str, Any]:
    settle(intake.workspace)
    return cases.document_of_contact(intake.workspace.store, intake.contact.id)["contacts"][0]


@pytest.mark.parametrize("anonymity", ["identificado", "confidencial"])
def test_a_caller_who_agreed_is_linked(workspace: Workspace, anonymity: str) -> None:
    intake = call(workspace, anonymity, "sí")
    parsed = intake.enter(field(workspace, "contact", naming.NUMBER), NUMBER.lower())
    stored = contact(intake)
    assert (parsed.problem, stored[naming.NUMBER], stored[naming.CONSENT]) == (None, NUMBER, "yes")
    assert stored[naming.LINK] == numbers.row_of(numbers.Number("GA", 26, 42))


def test_whoever_is_not_known_or_did_not_agree_is_only_a_guardian(workspace: Workspace) -> None:
    for anonymity, consent in (
        ("anonimo", "sí"), ("seudonimo", "sí"), (None, "sí"), ("identificado", "no"), ("identificado", "?"),
        ("confidencial", None),
    ):  # fmt: skip
        for typed in (NUMBER, WRONG):
            intake = call(workspace, anonymity, consent)
            parsed = intake.enter(field(workspace, "contact", naming.NUMBER), typed)
            stored = contact(intake)
            assert parsed.problem in ("certificate_anonymous", "certificate_no_consent")
            assert not naming.names(stored), (anonymity, consent, typed)
            assert stored["reporter_type"] == "guardian_asfalto"


def test_becoming_anonymous_or_saying_no_unlinks_and_says_so(workspace: Workspace) -> None:
    for on, code, value in (
        ("case", "anonymity", "anonimo"), ("case", "anonymity", ""), ("contact", naming.CONSENT, "no"),
        ("contact", naming.CONSENT, ""),
    ):  # fmt: skip
        for typed in (NUMBER, WRONG):
            intake = call(workspace, "confidencial", "sí")
            intake.enter(field(workspace, "contact", naming.NUMBER), typed)
            assert naming.names(intake.record(intake.contact))
            assert intake.enter(field(workspace, on, code), value).problem == "certificate_unlinked"
            assert not naming.names(contact(intake)), (code, value, typed)
            for _step in range(3):  # what is taken back brings nobody's name back either
                intake.undo()
                case, stands = intake.document["case"], intake.record(intake.contact)
                assert naming.refused(case, stands) is None or not naming.names(stands)


def test_a_wrong_number_is_kept_marked_and_the_nearest_offered(workspace: Workspace) -> None:
    intake = call(workspace, "identificado", "sí")
    wrong = NUMBER[:-1] + ("A" if NUMBER[-1] != "A" else "B")
    parsed = intake.enter(field(workspace, "contact", naming.NUMBER), wrong)
    stored = contact(intake)
    assert parsed.problem == "certificate_near"
    assert NUMBER in parsed.facts["near"]
    assert stored["answers"][naming.RAW] == wrong
    assert stored.get(naming.LINK) is None


def test_two_laptops_that_each_wrote_one_half_show_no_link(workspace: Workspace) -> None:
    for on, patch in (("cases", {"anonymity": "anonimo"}), ("contacts", {naming.CONSENT: "no"})):
        intake = call(workspace, "confidencial", "sí")
        intake.enter(field(workspace, "contact", naming.NUMBER), NUMBER)
        case, row = intake.document["case"]["id"], contact(intake)["id"]
        assert naming.names(cases.document(workspace.store, case)["contacts"][0])
        with workspace.store.write() as unit:  # as it comes from another laptop
            unit.record(on, case if on == "cases" else row, patch)
        (shown,) = cases.document(workspace.store, case)["contacts"]
        assert not naming.names(shown)
        assert NUMBER not in json.dumps(shown)
        again = Intake.of_case(workspace, case)
        assert again.enter(field(workspace, "case", "summary"), "Algo").problem == "certificate_unlinked"
        settle(workspace)
        with workspace.store.read() as connection:
            query = "SELECT certificate_number, certificate_id FROM contacts WHERE id = ?"
            assert connection.exec_driver_sql(query, (row,)).all() == [(None, None)]


# what is written


def issue(workspace: Workspace, **more: Any) -> str:
    return register.issue(
        workspace.store, {"kind": "guardian_asfalto", "holder_name": "Ana Ejemplo", **more}, "2026-11-30"
    )


def test_certificates_are_numbered_revoked_once_and_never_numbered_again(workspace: Workspace) -> None:
    first, second = (
        issue(workspace),
        issue(workspace, holder_name="Transportes de Muestra", holder_kind="company"),
    )
    assert (numbers.parse(first), numbers.parse(second)) == (("GA", 26, 1), ("GA", 26, 2))
    row = register.found(workspace.store, second.replace("-", ""))[0]["id"]
    register.revoke(workspace.store, row, "Venta de la unidad", "2026-11-30T10:00:00.000000Z")
    register.revoke(workspace.store, row, "Otra cosa", "2026-12-30T10:00:00.000000Z")
    stored = register.found(workspace.store, second)[0]
    assert (stored["reason"], stored["revoked_at"][:10]) == ("Venta de la unidad", "2026-11-30")
    with (
        workspace.store.write() as unit
    ):  # as an order to erase leaves it: the number is not in the row any more
        unit.record("certificates", row, {"erased_at": "2026-11-30T10:00:00.000000Z"})
        unit.connection.exec_driver_sql("DELETE FROM certificates WHERE id = ?", (row,), {"recorded": True})
    assert numbers.parse(issue(workspace)) == ("GA", 26, 3)


def test_a_counselor_reads_and_does_not_write(workspace: Workspace) -> None:
    number = issue(workspace)
    with workspace.store.write() as unit:
        server = server_state.Server("https://127.0.0.1", "", "", "active", "p", "counselor", "t")
        server_state.put_server(unit.connection, server)
    shown = register.view(workspace.store)
    assert (shown.writes, [row["number"] for row in shown.certificates]) == (False, [number])
    for deed in (
        lambda: issue(workspace),
        lambda: register.keep_course(workspace.store, "c", {"title": "Curso de muestra"}),
        lambda: register.revoke(
            workspace.store, shown.certificates[0]["id"], "x", "2026-11-30T10:00:00.000000Z"
        ),
        lambda: register.open_with_report(workspace.store),
    ):
        with pytest.raises(Refused) as refused:
            deed()
        assert refused.value.code == "training_not_yours"


def test_the_printed_report_opens_the_register_once_and_is_never_added(workspace: Workspace) -> None:
    assert (register.open_with_report(workspace.store), register.open_with_report(workspace.store)) == (2, 0)
    register.keep_course(
        workspace.store, "c1", {"title": "Saberes", "starts_on": "2026-05", "people": 30, "women": 20}
    )
    register.keep_course(workspace.store, "c2", {"title": "Sin lista"})
    counted = register.view(workspace.store).counted(TODAY)
    assert (counted.courses, counted.people, counted.uncounted) == (2, 30, 1)
    assert (counted.women, counted.men, counted.unsaid) == (20, 0, 10)
    assert counted.printed == {"2019": 1072, "2020": 936}
    assert sum(counted.printed.values()) == 2008
    opening = register.opening()
    assert (opening.guardians, len(opening.states)) == (235, 8)
    assert all(
        row.get("state") is None
        for row in register.view(workspace.store).courses
        if row["source"] == "informe"
    )


def sheet(path: Path, *rows: dict[str, str]) -> Path:
    titles = [*dict.fromkeys(title for row in rows for title in row)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, titles)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_sheet_is_looked_at_before_it_comes_in_and_writes_nothing_over(
    workspace: Workspace, tmp_path: Path
) -> None:
    number = issue(workspace)
    wrong = NUMBER[:-1] + ("A" if NUMBER[-1] != "A" else "B")
    file = sheet(
        tmp_path / "hoja.csv",
        {"course.title": "Taller de muestra", "course.people": "31", "course.audience": "Personas transportistas",
         "course.starts_on": "14/03/2026"},
        {"course.title": "Taller roto", "course.people": "muchas"},
        {"certificate.number": wrong, "certificate.holder_name": "Luis Ejemplo",
         "certificate.kind": "guardian_asfalto"},
        {"certificate.number": number, "certificate.holder_name": "Otra Persona"},
        {"certificate.number": number.lower(), "certificate.holder_name": "Ana Ejemplo"},
    )  # fmt: skip

    def brought(*, preview: bool) -> importing.Outcome:
        return importing.import_file(
            workspace.store, file, workspace.protocol, TODAY, preview=preview, rejects=tmp_path / "mal.jsonl"
        )

    looked = brought(preview=True)
    assert (looked.new, looked.same) == (2, 0), looked.refused
    assert [(row, why.reason) for row, why in looked.refused] == [
        (3, "number_unreadable"), (5, "already_there"), (6, "id_again")
    ]  # fmt: skip
    assert not register.view(workspace.store).courses
    done = brought(preview=False)
    assert done.to_json() == looked.to_json()
    assert done.wrong == [(4, wrong, numbers.nearest(wrong))]
    assert (tmp_path / "mal.jsonl").read_text(encoding="utf-8").count("\n") == 3
    again = brought(preview=False)
    assert (again.new, again.same) == (0, 2)
    shown = register.view(workspace.store)
    assert [(row["people"], row["audience"], row["starts_on"]) for row in shown.courses] == [
        (31, "transportistas", "2026-03-14")
    ]
    assert {row["number"]: row["holder_name"] for row in shown.certificates} == {
        number: "Ana Ejemplo", wrong: "Luis Ejemplo"
    }  # fmt: skip
    assert shown.counted(TODAY).wrong == 1


@pytest.mark.parametrize(
    ("typed", "read"),
    [("31/05/2030", "2030-05-31"), ("31/05/30", "2030-05-31"), ("31/05/19", "2019-05-31"), ("mayo 2030", "2030-05"),
     ("2031", "2031"), ("2030-05-31", "2030-05-31"), ("31/05", "date_no_year"), ("31/02/2030", "date_impossible"),
     ("01/01/1928", "1928-01-01"), ("01/01/2099", "date_future")],
)  # fmt: skip
def test_until_when_a_certificate_is_valid_may_be_to_come(typed: str, read: str) -> None:
    assert str(dates.parse(typed, TODAY, coming=True)) == read
