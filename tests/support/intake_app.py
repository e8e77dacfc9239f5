"""A small app around one call on a real vault, for Pilot tests of the form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.app import App
from textual.binding import Binding

from lnctp_tui.errors import LnctpError
from lnctp_tui.screens import registry
from lnctp_tui.screens.call.intake import IntakeScreen
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.styles.themes import THEMES
from lnctp_tui.widgets.form.messages import Saved, SaveFailed
from lnctp_tui.widgets.quick_styles import style_what_is_asked

STYLES = Path(__file__).parents[2] / "lnctp_tui" / "styles" / "app.tcss"


class CallApp(App[None]):
    """What the form asks of the app, and nothing else."""

    CSS_PATH = str(STYLES)
    BINDINGS = [Binding("n", "new_call", show=False), Binding("f1", "help", show=False)]  # noqa: RUF012

    def __init__(self, workspace: Workspace, *, call: bool = True) -> None:
        style_what_is_asked()
        super().__init__()
        self.workspace = workspace
        self.home = workspace.home
        self.with_call = call
        self.left = 0
        self.screen_of_call: IntakeScreen | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "dark"
        workspace.writer.on_saved = lambda saved: self._tell(Saved(saved.at, saved.folio))
        workspace.writer.on_failed = lambda error: self._tell(SaveFailed(error))

    def _tell(self, message: Saved | SaveFailed) -> None:
        if self.screen_of_call is not None:
            self.screen_of_call.post_message(message)

    async def on_mount(self) -> None:
        if self.with_call:
            await self.action_new_call()

    async def action_new_call(self) -> None:
        await self.open(Intake.start(self.workspace))

    async def open(self, intake: Intake) -> None:
        self.screen_of_call = IntakeScreen(intake)
        await self.push_screen(self.screen_of_call)

    @property
    def sync_status(self) -> None:
        """No server."""
        return None

    def show_saving(self, screen: object) -> None:
        """Saving works."""

    def go(self, name: str, *arguments: object) -> None:
        registry.go(self, name, *arguments)

    def leave_form(self) -> None:
        self.left += 1
        self.call_later(self.pop_screen)

    def tell(self, error: LnctpError) -> None:
        raise error

    def action_cover(self) -> None:
        """Nor are its words."""

    def action_help(self) -> None:
        """The help screen is not part of these tests."""

    def action_lock(self) -> None:
        """Nor is the lock."""

    def in_reader(
        self,
        job: Callable[[], Any],
        done: Callable[[Any], None],
        *,
        group: str = "read",
        failed: Callable[[LnctpError], None] | None = None,
    ) -> None:
        """As the app does, without its thread."""
        try:
            found = job()
        except Exception:
            assert failed is not None
            self.call_later(failed, LnctpError("error", at="here"))
            return
        self.call_later(lambda: done(found) if self.screen_of_call in self.screen_stack else None)

    @property
    def form(self) -> IntakeScreen:
        assert self.screen_of_call is not None
        return self.screen_of_call

    @property
    def intake(self) -> Intake:
        return self.form.intake
