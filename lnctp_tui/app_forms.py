"""The open forms of the app: each call has a mode of its own, so that a second one can come while it is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from textual.dom import DOMNode

from lnctp_tui.app_start import Standing
from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import _
from lnctp_tui.screens import registry
from lnctp_tui.services.refs import Ref
from lnctp_tui.widgets.banner import OpenCalls

if TYPE_CHECKING:
    from lnctp_tui.app import LnctpApp
    from lnctp_tui.screens.base import Place
    from lnctp_tui.screens.call.intake import IntakeScreen
    from lnctp_tui.services.call.intake import Intake
    from lnctp_tui.services.refs import Saved as Stored
    from lnctp_tui.services.vault.workspace import Workspace


CLIMBS = 3
"""Ways up from the field until its form knows of a key: the key, that the text changed, that a field was typed in."""
AT_MOST = 2.0
"""Seconds that a lock waits for the form to know."""


class Opened(NamedTuple):
    """A form and the screen that shows it."""

    intake: Intake
    screen: IntakeScreen
    where: tuple[str, str]
    """How to come back to it after a lock: (`call` or `edit`, id)."""


class OpenForms:
    """Which forms are open, in the order they were opened, and the mode of each."""

    def __init__(self, app: LnctpApp) -> None:
        self.app = app
        self.opened: dict[str, Opened] = {}

    def show(self, intake: Intake, case_id: str | None = None) -> None:
        """Open a form and go there. `case_id` names what it shows when it has no contact (an existing case)."""
        self._to(self.add(intake, case_id))

    def add(self, intake: Intake, case_id: str | None = None) -> str:
        """Open a form behind what is on the screen; its mode. Its rows are made when somebody goes there."""
        from lnctp_tui.screens.call.intake import IntakeScreen

        mode = self.mode(case_id or intake.contact.id)
        if mode not in self.opened:
            screen = IntakeScreen(intake)
            self.opened[mode] = Opened(
                intake, screen, ("edit", case_id) if case_id else ("call", intake.contact.id)
            )
            self.app.add_mode(mode, lambda: screen)
        return mode

    def go(self, form_id: str) -> bool:
        """Go to the form of a contact or case if it is open."""
        mode = self.mode(form_id)
        if mode in self.opened:
            self._to(mode)
        return mode in self.opened

    def open_again(self, forms: Sequence[Place], then: Callable[[], None]) -> None:
        """Open these forms in their order, behind what is on the screen; one that is gone is left out."""

        def show(intakes: list[tuple[Intake, str | None]]) -> None:
            for intake, case_id in intakes:
                self.add(intake, case_id)
            then()

        workspace = self.app.workspace
        self.app.in_reader(
            lambda: read_again(workspace, forms), show, group="open", failed=lambda _error: then()
        )

    def start(self) -> None:
        """Start a call and go there."""
        from lnctp_tui.services.call.intake import Intake

        self.show(Intake.start(self.app.workspace))

    def reopen(self, contact_id: str) -> None:
        """Go to an open call, or open an unfinished one."""
        from lnctp_tui.services.call.intake import Intake

        if not self.go(contact_id):
            self.app.in_reader(lambda: Intake.reopen(self.app.workspace, contact_id), self.show, group="open")

    def edit(self, case_id: str) -> None:
        """Open an existing case in the form."""
        from lnctp_tui.services.call.intake import Intake

        if not self.go(case_id):
            show = self.show
            self.app.in_reader(
                lambda: Intake.of_case(self.app.workspace, case_id),
                lambda form: show(form, case_id),
                group="open",
            )

    def bring_back(self, case_id: str, contact_id: str, words: str) -> None:
        """Put words at the end of a narrative, in the call or the case that has it, and go there."""
        from lnctp_tui.services.call.intake import Intake

        for mode, form in self.opened.items():
            if form.intake.record(Ref("contacts", contact_id)):
                self._to(mode)
                form.screen.over.bring_back(contact_id, words)
                return

        def show(intake: Intake) -> None:
            self.show(intake, case_id)
            intake.bring_back(contact_id, words)

        self.app.in_reader(lambda: Intake.of_case(self.app.workspace, case_id), show, group="open")

    def _to(self, mode: str) -> None:
        self.app.switch_mode(mode)
        self.app.call_after_refresh(self.mark)

    @staticmethod
    def mode(form_id: str) -> str:
        """The mode's name."""
        return f"form-{form_id}"

    @property
    def places(self) -> list[tuple[str, str]]:
        """How to come back to each, in the order they were opened."""
        return [form.where for form in self.opened.values()]

    @property
    def current(self) -> tuple[str, str] | None:
        """How to come back to the form on the screen."""
        form = self.opened.get(self.app.current_mode)
        return form.where if form else None

    def where(self) -> Place | None:
        """What is on the screen, to come back to it after a lock."""
        return self.current or registry.where(self.app.screen_stack)

    def standing(self) -> Standing:
        """What is open, and what of it is on the screen."""
        half = (getattr(screen, "half_typed", "") for screen in reversed(self.app.screen_stack))
        return Standing(tuple(self.places), self.where(), next(filter(None, half), ""))

    def next(self) -> bool:
        """Go to the next open form; False when there is none other."""
        modes = list(self.opened)
        here = self.app.current_mode
        if not modes or modes == [here]:
            return False
        self._to(modes[(modes.index(here) + 1) % len(modes)] if here in modes else modes[0])
        return True

    async def leave(self, to: str) -> None:
        """Close the form on the screen."""
        mode = self.app.current_mode
        if mode not in self.opened:
            return
        await self.app.switch_mode(to)
        del self.opened[mode]
        await self.app.remove_mode(mode)
        self.mark()

    def flush(self) -> None:
        """Hand what is being typed, on whatever screen and in whatever dialog, to the writer."""
        for stack in self.app._screen_stacks.values():
            for screen in stack:
                getattr(screen, "flush", lambda: None)()

    def after_typing(self, then: Callable[[], None]) -> None:
        """Call `then`, once, when all that was typed before now has come from its field to its screen.

        Messages go from widget to widget through queues; a call that climbs through the same queues arrives
        behind them, however long a megabyte that was pasted takes. A widget that hangs does not hold it up.
        """
        waiting = [then]

        def done() -> None:
            if waiting:
                waiting.pop()()

        def climb(node: DOMNode | None, climbs: int) -> None:
            while node is not None and not node.call_later(climb, node.parent, climbs):
                node = node.parent
            if node is None:
                climb(self.app.focused, climbs - 1) if climbs else self.app.call_later(done)

        self.app.set_timer(AT_MOST, done)
        climb(self.app.focused, CLIMBS)

    def lines(self) -> list[tuple[str, str, bool]]:
        """(mode, folio or nothing yet, on the screen now) of each."""
        here = self.app.current_mode
        return [(mode, form.intake.folio or "", mode == here) for mode, form in self.opened.items()]

    def mark(self) -> None:
        """Show on each form which calls are open, when there is more than one."""
        for here, form in self.opened.items():
            names = [
                f"{'▸ ' if mode == here else ''}{_name(opened.intake)}"
                for mode, opened in self.opened.items()
            ]
            if form.screen.is_mounted:
                text = f"{_('Abiertas')}: {'   '.join(names)}   {_('^O la siguiente')}"
                OpenCalls.show(form.screen, text if len(names) > 1 else "")

    def saved(self, stored: Stored) -> None:
        """Tell the form whose edit is on the disk."""
        from lnctp_tui.widgets.form.messages import Saved

        for form in self.opened.values():
            if form.intake.form.id == stored.form and form.screen.is_mounted:
                form.screen.post_message(Saved(stored.at, stored.folio))

    def healed(self) -> None:
        """Tell every open form that the disk takes what is written."""
        for form in self.opened.values():
            if form.screen.is_mounted:
                form.screen.healed()

    @property
    def names(self) -> dict[str, str]:
        """Form → folio of its call, else when it began."""
        return {form.intake.form.id: _name(form.intake) for form in self.opened.values()}

    def post(self, make: Any) -> None:
        """Tell every open form; `make` makes one message for each."""
        for form in self.opened.values():
            if form.screen.is_mounted:
                form.screen.post_message(make())


def _name(intake: Intake) -> str:
    """The folio of a call, else when it began."""
    from lnctp_tui.screens.times import clock

    return intake.folio or clock(intake.started_at, intake.workspace.zone)


def read_again(workspace: Workspace, places: Sequence[tuple[str, str]]) -> list[tuple[Intake, str | None]]:
    """Forms as they were open: (`call` or `edit`, id) each; with the case of one that edits. Blocking.

    One that cannot be read any more is left out: the desk still has what was saved.
    """
    from lnctp_tui.services.call.intake import Intake

    intakes: list[tuple[Intake, str | None]] = []
    for kind, id in places:
        with suppress(LnctpError):
            if kind == "edit":
                intakes.append((Intake.of_case(workspace, id), id))
            else:
                intakes.append((Intake.reopen(workspace, id), None))
    return intakes
