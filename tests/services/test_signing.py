"""A handover in its form: typed, signed by each alone over what they saw, and it shows what changed afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from sync_office import Desk, House, shared

from lnctp_tui.domain.records.kinds import HANDOVER
from lnctp_tui.errors import LnctpError, Refused
from lnctp_tui.screens.case.handovers import HandoverScreen
from lnctp_tui.services.case import cases, record_form, signing
from lnctp_tui.services.case.record_form import RecordForm
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.database.session import EditBaseline

LEFT, TAKEN = HANDOVER.signatures
FIELDS = {each.code: each for each in HandoverScreen.FIELDS}
AT = "2026-11-22T18:03:05.000000Z"


@dataclass
class Hands:
    """Somebody at the form of a handover."""

    form: RecordForm
    errors: list[str] = field(default_factory=list)

    @classmethod
    def on(cls, workspace: Workspace, case: str, row: str | None = None) -> Hands:
        fresh = {"leaving_id": workspace.counselor_id, "handed_at": AT}
        return cls(RecordForm.open(workspace, HANDOVER, case, row, fresh))

    @property
    def row(self) -> str:
        assert self.form.ref is not None
        return self.form.ref.id

    def type(self, **texts: str) -> None:
        for code, text in texts.items():
            self.form.enter(FIELDS[code], text)

    def sign(self, column: Any) -> None:
        def failed(error: LnctpError) -> None:
            self.errors.append(error.code)

        self.form.sign(column, lambda: None, failed)
        assert self.form.workspace.writer.drain(30)


def stored(workspace: Workspace, case: str) -> list[dict[str, Any]]:
    assert workspace.writer.drain(30)
    return list(cases.document(workspace.store, case)["handovers"])


def a_case(workspace: Workspace) -> str:
    case = ids.new_id()
    with workspace.store.write() as unit:
        unit.record("cases", case, {"status": "open"}, case=case)
    return case


def test_both_sign_on_their_own_laptops_and_a_later_change_shows_on_the_other(house: House) -> None:
    ana, beto, case = shared(house)
    hers = Hands.on(ana.workspace, case)
    hers.type(taking_id="Persona beto", note="Llamar a las 10 por la tarde")
    hers.sign(LEFT)
    hers.sign(TAKEN)
    assert hers.errors == ["not_your_signature"]
    for desk in (ana, beto):
        desk.sync()

    def signed(desk: Desk) -> dict[str, tuple[str, tuple[str, ...]]]:
        (line,) = record_form.read(desk.workspace, HANDOVER, case).lines
        return {name: (sign.by, sign.changed) for name, sign in line.signatures.items()}

    me, him = ana.store.author.actor, beto.store.author.actor
    assert signed(beto) == {"left_by": (me, ())}
    his = Hands.on(beto.workspace, case, hers.row)
    assert his.form.stranger(LEFT) == me
    his.sign(LEFT)
    assert his.errors == ["not_your_signature"]
    his.sign(TAKEN)
    beto.sync()
    ana.sync()
    assert signed(ana) == signed(beto) == {"left_by": (me, ()), "taken_by": (him, ())}
    Hands.on(ana.workspace, case, hers.row).type(note="Llamar a las 11")
    assert ana.workspace.writer.drain(30)
    ana.sync()
    beto.sync()
    assert signed(beto) == {"left_by": (me, ("note",)), "taken_by": (him, ("note",))}
    again = Hands.on(ana.workspace, case, hers.row)
    assert not again.form.stands(LEFT)
    again.sign(LEFT)
    assert signed(ana) == {"left_by": (me, ()), "taken_by": (him, ("note",))}
    assert ana.refolds()


def test_nothing_is_stored_before_something_was_typed(workspace: Workspace) -> None:
    case = a_case(workspace)
    form = Hands.on(workspace, case)
    form.type(note="  ", leaving_id="Consejera de Prueba")
    assert stored(workspace, case) == []
    form.type(note="Con cuidado")
    (record,) = stored(workspace, case)
    assert (record["note"], record["leaving_id"], record["handed_at"]) == (
        "Con cuidado",
        workspace.counselor_id,
        AT,
    )


def test_whoever_is_named_by_nobody_names_themselves_by_signing(workspace: Workspace) -> None:
    case = a_case(workspace)
    form = Hands.on(workspace, case)
    form.type(leaving_id="", note="x")
    form.sign(TAKEN)
    (record,) = stored(workspace, case)
    assert record["taking_id"] == record["taken_by"] == workspace.counselor_id
    assert form.errors == []


def test_a_signature_that_stands_is_not_written_twice(workspace: Workspace) -> None:
    case = a_case(workspace)
    form = Hands.on(workspace, case)
    form.sign(LEFT)
    count = len(cases.history(workspace.store, case))
    form.sign(LEFT)
    assert len(cases.history(workspace.store, case)) == count


def test_nobody_signs_what_they_did_not_see_or_what_is_not_understood(workspace: Workspace) -> None:
    """Each is refused by the writer too, whatever a form lets through."""
    me, case = workspace.counselor_id, a_case(workspace)
    form = Hands.on(workspace, case)
    form.type(note="Con cuidado", taking_id="Nadie Conocido")
    (record,) = stored(workspace, case)
    assert form.form.unread == ("taking_id",)
    seen = {name: record.get(name) for name in HANDOVER.content}

    def refused(code: str, column: str = "left_by", row: str = "", **said: Any) -> None:
        with pytest.raises(Refused) as error:
            signing.sign(workspace.store, "handovers", row or form.row, column, seen | said)
        assert error.value.code == code

    refused("unread_field")
    form.type(taking_id="")
    assert workspace.writer.drain(30)
    refused("changed_since_read", note="Sin cuidado")
    refused("not_your_signature", "taken_by")
    refused("no_such_record", row=ids.new_id())
    form.type(taking_id="Consejera de Prueba")
    assert workspace.writer.drain(30)
    refused("signs_both_sides", taking_id=me)
    with workspace.store.write() as unit:  # as if a colleague had written without seeing it
        unit.record(
            "handovers",
            form.row,
            {"note": "Otra", "taking_id": None},
            form=EditBaseline("otra", {("handovers", form.row): {}}),
        )
    refused("two_values_first", note="Otra", taking_id=None)
    assert stored(workspace, case)[0]["left_by"] is None
