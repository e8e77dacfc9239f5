"""The line where a phrase is typed: masked, with the words of the list completed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static
from textual.widgets.input import Selection

from lnctp_tui.domain.values.text import clean
from lnctp_tui.i18n import N_, _, ngettext

Complete = Callable[[str, int], list[str]]
SHOWN = 5


class PhraseEntry(Input):
    """Masked until F2. A pasted phrase of several lines becomes one; Tab completes the word being typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "reveal", N_("mostrar u ocultar"), id="phrase.reveal"),
        Binding("tab", "complete", N_("completar la palabra"), show=False, id="phrase.complete"),
    ]

    class Looked(Message):
        """The phrase is shown or masked now, or a word was completed."""

    def __init__(
        self, complete: Complete | None = None, *, masked: bool = True, id: str | None = None
    ) -> None:
        super().__init__(password=masked, id=id, select_on_focus=False)
        self.completes = complete

    @property
    def last_word(self) -> str:
        """The word being typed; empty after a blank."""
        return "" if self.value.endswith(" ") or not self.value else self.value.split()[-1]

    def candidates(self) -> list[str]:
        """Words of the list that begin like the one being typed."""
        return self.completes(self.last_word, SHOWN) if self.completes and self.last_word else []

    def refused(self) -> None:
        """What stands here was not taken: the next phrase replaces it, and is not added to it."""
        self.selection = Selection(0, len(self.value))

    def action_reveal(self) -> None:
        """Show the phrase, or mask it."""
        self.password = not self.password
        self.post_message(self.Looked())

    def action_complete(self) -> None:
        """Complete the word when only one fits, or its first four letters stand; else go to the next field."""
        candidates = self.candidates()
        if not candidates:
            self.screen.focus_next()
        elif len(candidates) == 1 or len(self.last_word) >= 4:
            self.value = f"{self.value[: len(self.value) - len(self.last_word)]}{candidates[0]} "
            self.cursor_position = len(self.value)

    def on_paste(self, event: events.Paste) -> None:
        """Keep every line of a pasted phrase."""
        event.stop()
        event.prevent_default()
        self.insert_text_at_cursor(" ".join(clean(event.text)[0].split()))


class PhraseHint(Static):
    """Under a phrase: how many words, and which word is meant. Masked, it tells only the count."""

    def follow(self, entry: PhraseEntry) -> None:
        """Say what the entry holds."""
        count = len(entry.value.split())
        if not count:
            self.update("")
        elif entry.password or not entry.candidates():
            self.update(Content(ngettext("{count} palabra", "{count} palabras", count).format(count=count)))
        else:
            words = " · ".join(entry.candidates())
            self.update(Content(_("Tab: {words}").format(words=words)))
