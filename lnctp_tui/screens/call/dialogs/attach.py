"""A caller phones back with a folio: the call goes to its case, and can be taken from it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from lnctp_tui.domain.values import folio as folios
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call.dialogs.find_field import FindInput
from lnctp_tui.screens.unfinished import HalfTyped, Unfinished
from lnctp_tui.services.call import endings
from lnctp_tui.services.case import cases
from lnctp_tui.widgets.keys import KeyBar

if TYPE_CHECKING:
    from lnctp_tui.services.call.intake import Intake
    from lnctp_tui.services.case.cases import CaseLine


class AttachDialog(HalfTyped, AppDialog[bool]):
    """Answers whether the call changed its case. Two laptops may have met one folio: both are shown.

    Half a folio waits, after Esc as after a lock.
    """

    PURPOSE = "attach"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", N_("volver"), id="attach.close"),
        Binding("enter", "take", N_("vincular"), key_display="Enter", id="attach.take"),
        Binding("ctrl+r", "detach", N_("soltar del caso"), id="attach.detach"),
        Binding("down", "move(1)", N_("siguiente"), show=False, id="attach.down"),
        Binding("up", "move(-1)", N_("anterior"), show=False, id="attach.up"),
    ]

    def __init__(self, intake: Intake, offered: str) -> None:
        super().__init__()
        self.intake = intake
        self.offered = offered
        self.title_text = _("Vincular la llamada a un caso")
        self.found: list[CaseLine] = []
        key = endings.FOLIO + intake.contact.id
        self.unfinished = Unfinished(self, key, lambda: self.query_one(FindInput).value)
        self._asked = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self.title_text, classes="dialog-title", markup=False)
            yield FindInput(placeholder=_("folio, por ejemplo K7Q2-0042-X"))
            yield Static("", id="attach-told", markup=False)
            options = OptionList(markup=False)
            options.can_focus = False
            yield options
            yield KeyBar()

    def on_mount(self) -> None:
        box = self.query_one(FindInput)
        box.load(self.unfinished.kept(self.offered))
        box.focus()
        self._look(box.value)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self.unfinished.note(event.input)
        self._look(event.value)

    def _look(self, typed: str) -> None:
        store = self.intake.workspace.store
        tries = [typed] if folios.is_valid(typed) else list(folios.corrections(typed))[:5]
        if not tries:
            self._show(typed, [])
            return

        def find() -> list[CaseLine]:
            return [line for folio in tries for line in cases.by_folio(store, folio)]

        self.shell.in_reader(find, lambda matches: self._show(typed, matches), group="attach")

    def _show(self, typed: str, matches: list[CaseLine]) -> None:
        self.found = matches
        message = ""
        if typed.strip() and not matches:
            valid = folios.is_valid(typed)
            message = _("Ese folio no está en este equipo.") if valid else _("Escriba el folio completo.")
        elif matches and not folios.is_valid(typed):
            message = _("Ese folio tiene un error; quizá es uno de estos.")
        self.query_one("#attach-told", Static).update(message)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(self._line(line)) for line in matches)
        sure = len(matches) == 1 and folios.is_valid(typed)
        options.highlighted = 0 if sure else None  # a corrected folio, or one of two, is chosen and not taken

    def _line(self, line: CaseLine) -> Content:
        day = str(view.day(line.opened_at, self.intake.workspace.zone)) if line.opened_at else ""
        return Content.assemble((line.folio or "?", "bold"), f"  {day}  {line.summary}")

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        options.action_cursor_down() if step > 0 else options.action_cursor_up()

    def action_take(self) -> None:
        place = self.query_one(OptionList).highlighted
        if place is not None and place < len(self.found) and not self._asked:
            self._asked = True  # on a disk that refuses the answer takes its time
            self.flush()
            done = lambda *_done: self.app.call_later(self.dismiss, True)  # noqa: E731
            endings.attach(self.intake, self.found[place].id, done)

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self.action_take()

    def action_leave(self) -> None:
        """Half a folio waits."""
        self.flush()
        self.dismiss(False)

    def action_detach(self) -> None:
        if self._asked:
            return
        self._asked = True
        endings.detach(self.intake, lambda *_done: self.app.call_later(self.dismiss, True))
