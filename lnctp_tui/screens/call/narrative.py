"""The narrative over whatever is on the screen; leaving it gives back the same field and cursor."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static, TextArea

from lnctp_tui.domain.protocol.protocol import Field
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.undoing import Undoing
from lnctp_tui.widgets.edit_buffer import EditBuffer
from lnctp_tui.widgets.form.explain import explain
from lnctp_tui.widgets.form.messages import Replaced
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.text_area import LongText

if TYPE_CHECKING:
    from lnctp_tui.services.call.intake import Intake
    from lnctp_tui.widgets.reader import Part


class NarrativeDialog(AppDialog[None]):
    """Typed text goes to the writer while the dialog is open."""

    PURPOSE = "narrative"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f2", "close", N_("volver al campo"), id="narrative.close"),
    ]

    def __init__(self, intake: Intake, field: Field) -> None:
        super().__init__()
        self.intake = intake
        self.field = field
        self._typed: EditBuffer[LongText] = EditBuffer(self, self._enter)
        self.undoing = Undoing.of_call(intake, partial(self.notify, markup=False))

    def taught(self) -> list[Part]:
        """What the help teaches: of the narrative."""
        from lnctp_tui.screens.call.taught import of_field

        return of_field(self.intake, None, self.field)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall"):
            yield Static(pick(self.field.label), classes="dialog-title", markup=False)
            yield LongText()
            yield Static("", id="narrative-problem", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self._show()
        area = self.query_one(LongText)
        area.move_cursor(area.document.end)
        area.focus()

    def _show(self) -> None:
        text = view.show(self.field, view.record_of(self.intake, "contact"), self.intake.protocol)
        self.query_one(LongText).load(text)

    @on(TextArea.Changed)
    def _changed(self) -> None:
        self._typed.note(self.query_one(LongText))

    @on(Replaced)
    def _replaced(self, event: Replaced) -> None:
        self.notify(explain("replaced", {"replaced": event.characters}), severity="warning", markup=False)

    def flush(self) -> None:
        """Hand the text to the writer now."""
        self._typed.flush()

    def _enter(self, areas: list[LongText]) -> None:
        for area in areas:
            parsed = self.intake.enter(self.field, area.whole)
            problem = explain(parsed.problem, parsed.facts) if parsed.problem else ""
            self.query_one("#narrative-problem", Static).update(problem)

    def action_close(self) -> None:
        self.flush()
        self.dismiss(None)

    def action_turn_field(self, way: str) -> None:
        """Take back the last clause, or bring it again; the other fields are behind the dialog."""
        self.flush()
        step = self.undoing.next(way)
        if step is None or (step.ref, step.field) != (self.intake.contact, self.field.code):
            text = _("No hay nada que deshacer en el relato.")
            self.notify(text if way == "back" else _("No hay nada que rehacer en el relato."), markup=False)
        elif self.undoing.turn(way):
            self._show()
