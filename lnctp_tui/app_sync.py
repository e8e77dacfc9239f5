"""Synchronisation while the app is open: started after the phrase, told to the screens, let go of at the lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import Screen

if TYPE_CHECKING:
    from lnctp_tui.services.sync.synchronise import Synchroniser, SyncStatus
    from lnctp_tui.services.vault.workspace import Workspace

SOON = 1.0
"""Seconds after a save until it is counted, so that typing counts few times."""
LET_GO = 0.3
"""Seconds that the end waits for the thread; a request on the line is not waited for."""


class Syncing:
    """The synchroniser of an open workspace, and what it last said. Screens hear it in the app's thread."""

    def __init__(self, app: App[Any], later: Callable[..., None], lock: Callable[[], None]) -> None:
        self.app = app
        self.later = later
        self.lock = lock
        self.status: SyncStatus | None = None
        self._workspace: Workspace | None = None
        self._thread: Synchroniser | None = None
        self._ended = threading.Event()
        self._soon = False

    def begin(self, workspace: Workspace) -> None:
        """Start, if this laptop has a server. Returns at once: what it needs is imported in a thread."""
        self._workspace = workspace
        threading.Thread(target=self._begin, args=(workspace,), daemon=True, name="sync-begin").start()

    def _begin(self, workspace: Workspace) -> None:
        from lnctp_tui.errors import LnctpError
        from lnctp_tui.storage.replication import server_state

        try:
            with workspace.store.read() as connection:
                if server_state.server(connection) is None:
                    return
            from lnctp_tui.services.sync import synchronise  # with all that a network needs

            self.later(self._told, synchronise.status(workspace))
        except LnctpError:  # the disk; whoever reads next tells it
            return
        if self._thread is None and not self._ended.is_set():
            thread = synchronise.Synchroniser(workspace)
            thread.on_status = lambda status: self.later(self._told, status)
            thread.on_changed = lambda scopes: self.later(self._news, scopes)
            thread.on_taken = lambda: self.later(self.lock)
            self._thread = thread
            thread.start()
            if self._ended.is_set():  # the lock came meanwhile
                thread.stop(LET_GO)

    def _told(self, status: SyncStatus) -> None:
        self.status = status
        for screen in self._screens():
            getattr(screen, "synced", _nothing)(status)

    def _news(self, scopes: frozenset[str]) -> None:
        from lnctp_tui.services.case import transfer

        if self._workspace is not None:
            transfer.own_what_came(self._workspace, scopes)
            transfer.note_what_shut(self._workspace)
        for screen in self._screens():
            getattr(screen, "news", _nothing)(scopes)

    def _screens(self) -> Iterator[Screen[Any]]:
        for stack in list(self.app._screen_stacks.values()):
            yield from [screen for screen in stack if screen.is_mounted]

    def saved(self) -> None:
        """Something is on the disk: say soon that it waits. The thread looks for it by itself."""
        if self._thread is not None and not self._soon:
            self._soon = True
            self.app.set_timer(SOON, self._count_in_thread)

    def _count_in_thread(self) -> None:
        self._soon = False
        threading.Thread(target=self._count, daemon=True, name="sync-count").start()

    def _count(self) -> None:
        from lnctp_tui.errors import LnctpError

        thread = self._thread
        if thread is not None and not self._ended.is_set():
            try:
                self.later(self._told, thread.status)
            except LnctpError:
                return

    def now(self) -> None:
        """Try at once."""
        if self._thread is not None:
            self._thread.now()

    def end(self) -> None:
        """Let go: no lock waits for the network."""
        self._ended.set()
        thread = self._thread
        if thread is not None:
            threading.Thread(target=thread.stop, args=(LET_GO,), daemon=True, name="sync-end").start()


def _nothing(_said: object) -> None:
    """A screen that does not listen."""
