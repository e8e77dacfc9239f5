"""What is typed in a dialog and not given yet: it stands there again the next time, after Esc as after a lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from textual.widget import Widget

from lnctp_tui.screens.base import AppDialog, Given
from lnctp_tui.widgets.edit_buffer import EditBuffer

Value = TypeVar("Value")
DRAFT: Final = 0.3
"""Seconds from the first key of a burst to the draft."""


class HalfTyped:
    """What a dialog with such a draft is asked: to keep it now, and whether something waits."""

    title_text: str
    unfinished: Unfinished

    def flush(self) -> None:
        """Keep what was typed now."""
        self.unfinished.flush()

    @property
    def half_typed(self) -> str:
        """Its title, while something stands there that was not given."""
        return self.title_text if self.unfinished.keeps else ""


class Unfinished:
    """The draft of one dialog, in the vault. An order that erases one of the ids in `key` erases it too.

    `key`: None keeps nothing, for words that only confirm. `content` says what stands there, as JSON; nothing in it
    is no draft.
    """

    def __init__(self, dialog: AppDialog[Any], key: str | None, content: Callable[[], Any]) -> None:
        self.dialog, self.key, self.content = dialog, key, content
        self.keeps = False
        """Whether something is kept now."""
        self._typed: EditBuffer[Widget] = EditBuffer(dialog, lambda _widgets: self.keep(), after=DRAFT)

    def kept(self, default: Any = None) -> Any:
        """What was begun before."""
        begun = self.dialog.shell.workspace.draft(self.key) if self.key else None
        self.keeps = begun is not None
        return default if begun is None else begun

    def note(self, widget: Widget) -> None:
        """Somebody typed into it: keep it when the burst is over."""
        if self.key:
            self._typed.note(widget)

    def flush(self) -> None:
        """Keep what was typed now."""
        self._typed.flush()

    def keep(self) -> None:
        """Keep what stands there."""
        if self.key:
            content = self.content() or None
            self.keeps = content is not None
            self.dialog.shell.workspace.keep_draft(self.key, content)

    def given(self, value: Value) -> Given[Value]:
        """It is given: until its deed stands it waits (`screens.base.write`, `Workspace.let_go`)."""
        self.flush()
        return Given(value, (self.key,) if self.key and self.keeps else ())

    def forget(self) -> None:
        """Nothing of it waits any more."""
        self._typed.clear()
        if self.key and self.keeps:
            self.keeps = False
            self.dialog.shell.workspace.keep_draft(self.key, None)
