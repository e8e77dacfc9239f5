"""The hand-over of a shift: what the next one has to know, decided line by line, signed, read aloud, taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.dialogs import TextDialog
from lnctp_tui.screens.follow import shift_acts, shift_file, shift_lines, shift_words
from lnctp_tui.screens.follow.shift_acts import DRAFT, ShiftBase
from lnctp_tui.screens.follow.shift_lines import HANDED, WIDE, ShiftView
from lnctp_tui.screens.lists.list_screen import Job
from lnctp_tui.services.case import transfer
from lnctp_tui.services.follow import shift as source
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Line, RowList
from lnctp_tui.widgets.title_bar import TitleBar


def begun(stored: Any) -> dict[str, Any]:
    """What was decided so far; nothing of it is signed."""
    known = stored if isinstance(stored, dict) else {}
    return {"to": known.get("to"), "note": known.get("note") or "", "marks": dict(known.get("marks") or {}),
            "added": list(known.get("added") or ())}  # fmt: skip


class Marks(RowList):
    """Rows of which each is decided."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "screen.mark", N_("incluir"), id="shift.mark"),
    ]


class ShiftScreen(ShiftBase):
    """Nothing is signed that was not decided, line by line; nothing that is proposed is left out by itself."""

    NAME = N_("Relevo de turno")
    PLACE = "shift"
    GROUP = "shift"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "sign", N_("firmar"), id="shift.sign"),
        Binding("r", "receive", N_("recibir"), id="shift.receive"),
        Binding("t", "to", N_("para quién"), id="shift.to"),
        Binding("a", "add", N_("añadir"), id="shift.add"),
        Binding("o", "note", N_("nota"), id="shift.note"),
        Binding("w", "file", N_("archivo sellado"), id="shift.file"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="shift.leave"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="shift.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="shift.help"),
    ]

    def compose(self) -> ComposeResult:
        yield TitleBar(self.heading, id="top")
        yield Marks(id="list")
        yield KeyBar()

    def job(self, limit: int) -> Job[ShiftView]:
        """Reads what is proposed now, the draft, and what was handed over."""
        workspace = self.shell.workspace
        store = workspace.store
        return lambda: ShiftView(
            source.proposals(store), begun(workspace.draft(DRAFT)), source.handed_over(store),
            source.loose_takes(store), transfer.names(store),
        )  # fmt: skip

    def lines(self, view: ShiftView) -> Sequence[Line]:
        """What is proposed and added, the note, what was handed over before."""
        frame, marks = self.frame, view.draft["marks"]
        included = [row for key, row in shift_lines.items(view, frame).items() if marks.get(key)]
        to = shift_lines.called(view, view.draft["to"])
        self.query_one(TitleBar).show(f"{self.heading} → {to}   {shift_words.counts(included)}")
        return shift_lines.lines(view, frame, self.shell.workspace.counselor_id, self.width >= WIDE)

    def open_key(self, key: str) -> None:
        """Open the case of a line to read it, or a hand-over whole; nothing is decided by it."""
        if self.view is None:
            return
        if key.startswith(HANDED):
            shift_acts.show(self, self.view, key.removeprefix(HANDED))
        elif case_id := shift_lines.items(self.view, self.frame)[key]["item_case_id"]:
            self.shell.show_case(case_id)

    def action_mark(self) -> None:
        """Include the line under the cursor, or leave it out; then the next."""
        rows = self.query_one(RowList)
        key = rows.key
        if self.view is None or key.startswith(HANDED) or not key:
            return
        marks = self.view.draft["marks"]
        self.keep(marks={**marks, key: not marks.get(key, False)})
        if not rows.keys[min(rows.keys.index(key) + 1, len(rows.keys) - 1)].startswith(HANDED):
            rows.action_move(1)

    def action_add(self) -> None:
        """A line by hand."""
        shift_acts.add(self)

    def action_note(self) -> None:
        """The free note."""
        if self.view is not None:
            dialog = TextDialog(
                _("Nota del relevo"),
                self.view.draft["note"],
                keep=lambda text: self.keep(note=text),
                purpose="shift.note",
            )
            self.app.push_screen(dialog, lambda text: self.keep(note=text.value) if text else None)

    def action_to(self) -> None:
        """Who takes over."""
        if self.view is not None:
            shift_acts.choose_taker(self, self.view)

    def action_sign(self) -> None:
        """Sign it."""
        if self.view is not None:
            shift_acts.sign(self, self.view)

    def action_receive(self) -> None:
        """Take one."""
        if self.view is not None:
            shift_acts.receive(self, self.view)

    def action_file(self) -> None:
        """By a file: write one for whoever takes over, or take one in."""
        if self.view is not None:
            shift_file.choose(self, self.view)
