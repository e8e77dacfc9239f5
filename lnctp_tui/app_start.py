"""From the accepted phrase to the desk: what is imported while the phrase is typed, and read before it shows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from lnctp_tui.app_lock import IDLE_MINUTES
from lnctp_tui.screens import registry
from lnctp_tui.screens.base import Place, Shell

if TYPE_CHECKING:
    from lnctp_tui.domain.protocol.protocol import Protocol as CallProtocol
    from lnctp_tui.services.call.desk import DeskView
    from lnctp_tui.services.vault.vault_access import Key
    from lnctp_tui.services.vault.workspace import Workspace

RESUME = "resume"
LANGUAGE, THEME, IDLE = "language", "theme", "idle_minutes"


class Standing(NamedTuple):
    """The forms that are open, in their order, what is on the screen, and what a dialog with half a text is called."""

    forms: tuple[Place, ...] = ()
    here: Place | None = None
    half: str = ""

    @classmethod
    def read(cls, value: Any) -> Standing:
        """What `remember` wrote."""
        if not isinstance(value, dict):
            return cls()
        here = value.get("here")
        forms = tuple((kind, id) for kind, id in value.get("forms", ()))
        return cls(forms, tuple(here) if here else None, str(value.get("half") or ""))


NOTHING_OPEN = Standing()


class Resumes(Shell, Protocol):
    """An app that can go back to where it was."""

    def open_again(self, forms: Sequence[Place], then: Callable[[], None]) -> None: ...


@dataclass
class Start:
    """An open database and all that the first screen after the phrase needs."""

    workspace: Workspace
    desk: DeskView
    language: str
    theme: str
    idle_minutes: int
    standing: Standing = NOTHING_OPEN

    def resume(self, app: Resumes) -> None:
        """Open what was open, and go back to where the lock came."""
        forms, here, _half = self.standing
        # Of one form alone there is nothing to put behind it.
        if forms and forms != (here,):
            app.open_again(forms, lambda: self._go(app))
        else:
            self._go(app)

    def _go(self, app: Resumes) -> None:
        if self.standing.here is not None:
            registry.resume(app, self.standing.here)


@dataclass
class Preload:
    """Imports and the protocol, fetched in a thread while the phrase is typed."""

    home: Path
    protocol: CallProtocol | None = None
    thread: threading.Thread | None = field(default=None, repr=False)
    _begins: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def begin(self) -> None:
        """Start fetching, once, whichever thread asks first: the phrase may be there before the prompt's first tick."""
        with self._begins:
            if self.thread is None:
                self.thread = threading.Thread(target=self._fetch, daemon=True, name="preload")
                self.thread.start()

    def _fetch(self) -> None:
        import lnctp_tui.services.call.desk
        import lnctp_tui.services.vault.workspace  # noqa: F401

        registry.preload()

    def open(self, key: Key) -> Start:
        """The open workspace with the desk read; blocking. Raises what opening raises."""
        self.begin()
        assert self.thread is not None
        self.thread.join()
        from lnctp_tui.services.call.desk import desk
        from lnctp_tui.services.vault import upgrading
        from lnctp_tui.services.vault.workspace import open_workspace

        upgrading.take_back(self.home, key)
        workspace = open_workspace(self.home, key, protocol=self.protocol)
        resume = workspace.setting(RESUME, None)
        if resume is not None and workspace.pending is None:  # else the desk is not certain to come
            workspace.set_setting(RESUME, None)
        return Start(
            workspace,
            desk(workspace.store),
            workspace.setting(LANGUAGE, workspace.language),
            workspace.setting(THEME, "dark"),
            int(workspace.setting(IDLE, IDLE_MINUTES)),
            Standing.read(resume),
        )


def remember(workspace: Any, standing: Standing) -> None:
    """Keep where the counselor was, for after the lock. A disk that refuses does not hold the lock up."""
    from lnctp_tui.errors import LnctpError

    try:
        workspace.set_setting(RESUME, standing._asdict())
    except LnctpError:
        return
