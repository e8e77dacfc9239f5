"""What opens over the form of a call, and what its answer does there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from textual.app import App
from textual.geometry import Size
from textual.notifications import SeverityLevel
from textual.widget import Widget

from lnctp_tui.i18n import _
from lnctp_tui.screens.base import Shell
from lnctp_tui.screens.call import closing_words
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call.closing_words import SEEN
from lnctp_tui.screens.call.earlier_mark import EarlierMark
from lnctp_tui.screens.call.form import FIRST_STAGE, CallForm
from lnctp_tui.screens.call.panels import Panels
from lnctp_tui.screens.call.seen_mark import SeenMark
from lnctp_tui.screens.undoing import Undoing
from lnctp_tui.services.call import endings
from lnctp_tui.widgets.form.elements import ElementsPanel

if TYPE_CHECKING:
    from lnctp_tui.domain.assess.assess import Assessment
    from lnctp_tui.screens.call.dialogs.find_field import Goal
    from lnctp_tui.services.call.seen import Seen
    from lnctp_tui.widgets.reader import Part


class FormScreen(Protocol):
    """What an answer may ask of the screen."""

    @property
    def app(self) -> App[Any]: ...
    @property
    def shell(self) -> Shell: ...
    @property
    def size(self) -> Size: ...
    @property
    def focused(self) -> Widget | None: ...

    @property
    def is_current(self) -> bool: ...

    last_focus: Widget | None

    def notify(self, message: str, *, severity: SeverityLevel = ..., markup: bool = ...) -> None: ...
    async def go_to(self, stage: str, field: str | None = None, table: str | None = None) -> None: ...
    async def go_to_code(self, code: str, table: str | None = None) -> None: ...
    def action_kind(self, digit: str) -> None: ...
    def think(self) -> None: ...


class OverForm:
    """The dialogs of a call. Before one opens, what was typed is handed over: it reads the form."""

    def __init__(
        self, screen: FormScreen, form: CallForm, panels: Panels, earlier: EarlierMark, seen: SeenMark
    ) -> None:
        self.screen = screen
        self.form = form
        self.intake = form.intake
        self.panels = panels
        self.earlier_mark = earlier
        self.seen = seen
        self.undoing = Undoing.of_call(form.intake, partial(screen.notify, markup=False))

    def _open(self, dialog: Any, then: Any) -> None:
        self.screen.app.push_screen(dialog, then)

    def _show_again(self, _answer: object = None) -> None:
        self.form.show_records()

    async def turn(self, way: str) -> None:
        """Take back the last step, or bring it again, and show it where it stands."""
        self.form.typed.flush()
        turned = self.undoing.turn(way)
        if turned is None:
            return
        self.form.show_records(afresh=True)
        pane, places = self.form.pane, view.places_of(self.intake.protocol, turned.field)
        if pane is None or not places or turned.record is not None:
            return
        stage, field = places[0]
        if stage != pane.stage and pane.asker(turned.field, field.on) is None:
            await self.screen.go_to(stage.code, turned.field, field.on)

    def bring_back(self, contact_id: str, words: str) -> None:
        """Put words that had gone at the end of a narrative."""
        self.form.typed.flush()
        self.intake.bring_back(contact_id, words)
        if self.form.is_mounted:
            self.form.show_records(afresh=True)
            self.form.wrote()

    def taught(self) -> list[Part]:
        """What the help says first: of the field the cursor is in, or was in last."""
        from lnctp_tui.screens.call.taught import under_cursor

        return under_cursor(self.intake, self.screen.focused or self.screen.last_focus)

    def narrative(self) -> None:
        """The narrative over whatever is on the screen; on its own stage, just its cursor."""
        from lnctp_tui.screens.call.narrative import NarrativeDialog

        self.form.typed.flush()
        field = view.field_of(self.intake.protocol, "contact", view.NARRATIVE)
        pane = self.form.pane
        if field is None or (pane and pane.stage.code == FIRST_STAGE and pane.focus_field(field.code)):
            return
        self._open(NarrativeDialog(self.intake, field), self._show_again)

    def find(self) -> None:
        """A field by a part of its name."""
        from lnctp_tui.screens.call.dialogs.find_field import FindField, goals

        self.form.typed.flush()
        self._open(FindField(goals(self.intake.protocol, self.form.record_of)), self.go_to_goal)

    async def go_to_goal(self, goal: Goal | None) -> None:
        """Where `find` ended."""
        if goal:
            if goal.table == "person":
                self.form.need_victim()
            await self.screen.go_to(goal.stage, goal.code, goal.table)

    def panel(self) -> None:
        """The panel at the right; where there is none, over the form."""
        panel = self.form.query_one(ElementsPanel)
        if panel.display and self.screen.size.width >= 120:
            panel.focus()
            return
        from lnctp_tui.screens.call.panel import PanelDialog

        current = self.intake.current("person")
        person_id = current.id if current else None
        debt = view.debt_of(self.intake)
        self._open(
            PanelDialog(self.intake.protocol, self.panels.assessment, person_id, debt), self._go_to_code
        )

    async def _go_to_code(self, code: str | None) -> None:
        if code:
            await self.screen.go_to_code(code)

    def emergency(self) -> None:
        """What to read to 911."""
        from lnctp_tui.screens.call.dialogs.emergency import EmergencyCard

        self.form.typed.flush()
        self._open(EmergencyCard(self.intake, self.panels.assessment), self._show_again)

    def kind_script(self) -> None:
        """What to do in this kind of call, line by line: in a silent one, yes and no by taps."""
        from lnctp_tui.screens.call.dialogs.silent import SilentCall

        script = self.panels.kind_script()
        if script is None:
            self.screen.notify(_("Esta clase de llamada no tiene guion."), markup=False)
            return
        self.form.typed.flush()
        self._open(SilentCall(self.intake, script, self.screen.think), self._after_script)

    async def _after_script(self, key: str | None) -> None:
        self.form.show_records(afresh=True)
        if key and key.isdigit():
            self.screen.action_kind(key)
        elif key == "number":
            if self.intake.current("identifier") is None:
                self.intake.select("identifier", self.intake.add("identifier", kind="phone"))
            await self.screen.go_to_code("value", "identifier")
        elif key == "emergency":
            self.emergency()
        elif key == "earlier":
            self.earlier()

    def earlier(self) -> None:
        """Contacts that may belong to the same case."""
        from lnctp_tui.screens.call.dialogs.earlier import EarlierContacts

        self.form.typed.flush()
        self._open(EarlierContacts(self.intake), self._show_again)

    def directory(self) -> None:
        """Who may help, by what was noted so far."""
        from copy import deepcopy  # what is read in a thread while the form goes on

        self.form.typed.flush()
        self.screen.shell.go("directory", deepcopy(self.intake.document))

    def finish(self) -> None:
        """The clock stops now; the rest can be said afterwards."""
        self.form.typed.flush()
        stopped = self.intake.end_clock()
        self.panels.tick()
        self.panels.show_heading()
        found = self.panels.assessment = self.intake.assess()
        self.seen.settled(partial(self._close, found, stopped))

    def _close(self, found: Assessment, stopped: bool, dangers: list[Seen]) -> None:
        from lnctp_tui.screens.call.dialogs.closing import ClosingDialog

        if self.screen.is_current:
            unanswered = closing_words.unanswered(self.intake, dangers)
            self._open(ClosingDialog(self.intake, found, unanswered, stopped=stopped), self._finished)

    async def _finished(self, answer: str | None) -> None:
        if answer == "finished":
            self.screen.shell.leave_form()
        elif answer == SEEN:
            self.seen.open()
        elif answer:
            await self.screen.go_to_code(answer)
        self.panels.tick()
        self.form.show_records(afresh=True)

    def discard(self) -> None:
        """Take back a call that was begun by mistake."""
        self.form.typed.flush()
        self.seen.settled(self._discard)

    def _discard(self, dangers: list[Seen]) -> None:
        from lnctp_tui.screens.call.dialogs.discard import DiscardDialog

        text = closing_words.unanswered(self.intake, dangers)
        if not endings.may_discard(self.intake):
            text = _("Hay un peligro anotado o un aviso al 911: esta llamada no se descarta. F9 la termina.")
        elif text:
            text += " " + _("Así no se descarta: Esc s lo abre; ⌫ aparta lo que no es.")
        if text:
            self.screen.notify(text, severity="warning", markup=False)
        elif self.screen.is_current:
            self._open(DiscardDialog(self.intake.protocol), self._discarded)

    def _discarded(self, reason: str | None) -> None:
        if reason:
            # The service answers in the writer's thread.
            endings.discard(
                self.intake, reason, partial(self.screen.app.call_later, self.screen.shell.leave_form)
            )

    def attach(self) -> None:
        """Make the call a contact of a case, or let it go again."""
        from lnctp_tui.screens.call.dialogs.attach import AttachDialog

        self.form.typed.flush()
        self._open(AttachDialog(self.intake, self.earlier_mark.offered), self._attached)

    def _attached(self, changed: bool | None) -> None:
        if changed:
            self.form.show_records(afresh=True)
            self.screen.think()
