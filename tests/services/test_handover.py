"""A handover of a case: shown, exchanged, searched, synchronised from its declaration, signed by each alone (39)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from served import Laptop, Served

from lnctp_tui.cli.records import lines
from lnctp_tui.domain.records import writing
from lnctp_tui.errors import Refused
from lnctp_tui.screens.case.case_text import case_parts
from lnctp_tui.screens.labels import Words
from lnctp_tui.services.case import cases
from lnctp_tui.services.case.search import search
from lnctp_tui.services.exchange import exporting
from lnctp_tui.services.exchange.importing import run
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.database import search as index
from lnctp_tui.sync import verify

LUIS = "0191b7a0-0000-7000-8000-000000000001"
AT = "2026-11-28T23:56:35.332625Z"


def handed(workspace: Workspace, **values: Any) -> tuple[str, str]:
    """A case with a handover of it; both ids."""
    case, row = ids.new_id(), ids.new_id()
    with workspace.store.write() as unit:
        unit.record("cases", case, {"summary": "Un resumen"}, case=case)
        patch = {"leaving_id": unit.author.actor, "taking_id": LUIS, "handed_at": AT} | values
        unit.record("handovers", row, patch, case=case)
        index.refresh(unit.connection)
    return case, row


def test_it_is_read_on_the_screen_and_printed_by_the_command(workspace: Workspace) -> None:
    me = workspace.counselor_id
    case, _row = handed(workspace, note="Llamar a las 10 por la tarde", left_by=me)
    document = cases.document(workspace.store, case)
    words = Words(workspace.protocol, "America/Mexico_City", {me: "Ana de Prueba", LUIS: "Luis de Prueba"})
    shown = {
        part.label: part.text for part in case_parts(document, words, today=date(2026, 11, 29)) if part.label
    }
    assert shown["Quién deja el caso"] == shown["Firmó que lo deja"] == "Ana de Prueba"
    assert (shown["Quién lo toma"], shown["Cuándo"]) == ("Luis de Prueba", "28 nov 2026 17:56")
    assert "Firmó que lo toma" not in shown
    printed = list(lines(document, workspace.protocol, "America/Mexico_City"))
    assert {"Relevo", "  Nota: Llamar a las 10 por la tarde", "  Cuándo: 2026-11-28 17:56"} <= set(printed)


def test_its_note_is_found_and_stays_in_its_case(workspace: Workspace) -> None:
    case, _row = handed(workspace, note="Preguntar por el pedido de Chiautempan")
    assert [hit.case_id for hit in search(workspace.store, "chiautemp")] == [case]


def imported(workspace: Workspace, file: Path) -> run.Report:
    return run.import_file(workspace.store, file, protocol=workspace.protocol, zone=workspace.zone)


def test_it_goes_out_and_comes_in_with_its_case_but_its_signatures_do_not_come_in(
    workspace: Workspace, tmp_path: Path
) -> None:
    me = workspace.counselor_id
    case, row = handed(workspace, note="Con cuidado", left_by=me)
    (line,) = exporting.lines(workspace.store, [case])
    document = json.loads(line)
    (told,) = document["handovers"]
    assert (told["id"], told["left_by"], told["taken_by"]) == (row, me, None)
    file = tmp_path / "in.jsonl"
    file.write_bytes(line)
    assert imported(workspace, file).unchanged == 1
    told |= {"id": None, "note": "Otra nota", "taken_by": LUIS}
    file.write_text(json.dumps(document))
    imported(workspace, file)
    found = {each["note"]: each for each in cases.document(workspace.store, case)["handovers"]}
    assert found["Otra nota"]["left_by"] is found["Otra nota"]["taken_by"] is None
    assert found["Con cuidado"]["left_by"] == me


def test_nobody_signs_for_another_and_nobody_takes_a_signature_back(workspace: Workspace) -> None:
    me = workspace.counselor_id
    case, row = handed(workspace, left_by=me)
    for patch, code in (
        ({"taken_by": LUIS}, "not_your_signature"),
        ({"left_by": LUIS}, "not_your_signature"),
        ({"note": "x", "taken_by": LUIS}, "not_your_signature"),
        ({"left_by": None}, "unfit_value"),
    ):
        with pytest.raises(Refused, match=code), workspace.store.write() as unit:
            unit.record("handovers", row, patch, case=case)
    (told,) = cases.document(workspace.store, case)["handovers"]
    assert (told["left_by"], told["taken_by"], told["note"]) == (me, None, None)


FORGED: tuple[dict[str, Any], ...] = (
    {"taken_by": LUIS}, {"left_by": LUIS, "note": "x"}, {"taken_by": ""}, {"taken_by": None}, {"taken_by": [LUIS]},
    {"taken_by": {"id": LUIS}}, {"taken_by": 1},
)  # fmt: skip


@pytest.mark.parametrize("patch", FORGED, ids=str)
def test_the_rule_takes_no_signature_of_somebody_else(patch: dict[str, Any]) -> None:
    change = {"table": "handovers", "row": "x", "device": "d", "actor": "ana", "patch": patch}
    assert not writing.allowed(change, "supervisor", frozenset({"ana"}))
    assert writing.allowed(change | {"patch": {"taken_by": "ana"}}, None, frozenset({"ana"}))


def results(laptop: Laptop, *changes: dict[str, Any], **members: Any) -> list[tuple[str, str | None]]:
    told = laptop.push(*changes, **members).message["results"]
    return [(each[1], each[4]) for each in told]


def test_the_server_and_a_colleague_take_each_signature_from_its_person_alone(served: Served) -> None:
    ana, lead = served.laptop(), served.laptop("supervisor")
    case = ana.case(status="open")
    row = ana.change(
        "handovers", {"leaving_id": ana.actor, "left_by": ana.actor, "note": "x"}, case=case["row"]
    )
    assert results(ana, case, row) == [("accepted", None), ("accepted", None)]
    taken = lead.change("handovers", {"taken_by": lead.actor}, row=row["row"], case=case["row"])
    assert results(lead, taken) == [("accepted", None)]
    forged = [
        ana.change("handovers", {"taken_by": lead.actor}, row=row["row"], case=case["row"]),
        lead.change("handovers", {"left_by": ana.actor}, row=row["row"], case=case["row"]),
    ]
    assert results(ana, forged[0]) == results(lead, forged[1]) == [("refused", "forbidden")]
    # A supervisor who delivers it does not make it true.
    assert results(lead, forged[0], repair=True) == [("refused", "forbidden")]
    both = (ana, lead)
    ring = verify.Keyring(
        {each.device: bytes.fromhex(each.public_key) for each in both},
        {each.device: frozenset({each.actor}) for each in both},
    )
    assert set(ring.check([row, taken, *forged]).good) == {row["id"], taken["id"]}
