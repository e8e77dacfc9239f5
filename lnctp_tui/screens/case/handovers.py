"""Handovers of a case: their list and their form, declared."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from lnctp_tui.domain.records.kinds import HANDOVER
from lnctp_tui.domain.values import moments
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.form_screen import FormScreen
from lnctp_tui.screens.lists.list_screen import Column, Columns, Frame
from lnctp_tui.screens.lists.records import RecordsScreen, signature_lines
from lnctp_tui.services.case.record_form import RecordLine
from lnctp_tui.widgets.declared import fields
from lnctp_tui.widgets.row_list import Line

NOTE = 2
"""Lines of the note under each."""


def _when(line: RecordLine, frame: Frame) -> str:
    return frame.words.value("handovers", "handed_at", line.record.get("handed_at")) or _("sin hora")


def _who(line: RecordLine, frame: Frame) -> str:
    leaving, taking = (
        frame.words.value("handovers", code, line.record.get(code)) or "—"
        for code in ("leaving_id", "taking_id")
    )
    return f"{leaving} → {taking}"


def _below(line: RecordLine, frame: Frame) -> list[Line]:
    note = " ".join(str(line.record.get("note") or "").split())
    return [*signature_lines(HANDOVER, line, frame), *frame.notes(note, "   ")[: NOTE if note else 0]]


class HandoversScreen(RecordsScreen):
    """Who left the case to whom, when, and who signed it."""

    NAME = N_("Relevos")
    PLACE = "handovers"
    FORM = "handover"
    KIND = HANDOVER
    EMPTY = N_("Ninguno todavía: «a» escribe el primero.")
    COLUMNS = Columns(
        (Column(_when, 19, "muted"), Column(_who, None, "strong")), lambda line: line.record["id"], _below
    )


class HandoverScreen(FormScreen):
    """One handover: who leaves, who takes over, when, what must be known, and both signatures."""

    NAME = N_("Relevo")
    PLACE = "handover"
    KIND = HANDOVER
    FIELDS = fields(
        HANDOVER,
        "leaving_id",
        "taking_id",
        "handed_at",
        "note",
        help={"handed_at": N_("hoy 22:00, ayer 9 pm")},
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "sign('left_by')", N_("firmo: lo dejo"), id="handover.leave"),
        Binding("f6", "sign('taken_by')", N_("firmo: lo tomo"), id="handover.take"),
    ]

    def fresh(self) -> dict[str, Any]:
        """Whoever writes it leaves the case, now."""
        workspace = self.shell.workspace
        return {"leaving_id": workspace.counselor_id, "handed_at": moments.iso(workspace.store.now())}
