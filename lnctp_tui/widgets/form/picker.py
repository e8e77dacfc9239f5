"""A catalog field: type any part, without accents; Tab and Enter take the highlighted row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer

from lnctp_tui.domain.values.text import fold
from lnctp_tui.i18n import N_
from lnctp_tui.widgets.form.choices import Choices, Hit
from lnctp_tui.widgets.text_input import LineInput

PAUSE = 0.03
"""The list follows the typing after the key was painted."""

Search = Callable[[str], Sequence[Hit]]


class Picker(LineInput):
    """The text stays the counselor's: what is in no catalog is kept as it is.

    With the focus a filled field is selected whole: typing replaces its value, Backspace clears it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "take('next')", N_("tomar y seguir"), show=False, id="picker.tab"),
        Binding("enter", "take('next')", N_("tomar y seguir"), show=False, id="picker.enter"),
        Binding("down", "move(1)", N_("opción siguiente"), show=False, id="picker.down"),
        Binding("up", "move(-1)", N_("opción anterior"), show=False, id="picker.up"),
        Binding("escape", "close", N_("cerrar la lista"), show=False, id="picker.close"),
    ]

    class Taken(Message):
        """A row of the catalog was taken."""

        def __init__(self, code: str) -> None:
            self.code = code
            super().__init__()

    def __init__(self, search: Search, *, free: bool = True) -> None:
        super().__init__()
        self.select_on_focus = True
        self.search = search
        self.free = free
        """Whether what is in no row may stand as a value; else it is kept, and marked."""
        self.choices: Choices | None = None
        self.taken: str | None = None
        """The code of the row that was taken, while the text is its label."""
        self._timer: Timer | None = None
        self._quiet = ""
        """The text for which the list stays shut: taken, loaded or closed."""

    def load(self, value: str) -> None:
        self._quiet, self.taken = value, None
        super().load(value)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.is_open if action == "close" else True

    @property
    def is_open(self) -> bool:
        return self.choices is not None and self.choices.is_open

    def _watch_value(self, value: str) -> None:
        super()._watch_value(value)
        self.taken = None
        if self.is_attached and value != self._quiet and self.has_focus:
            self._quiet = ""
            if self._timer:
                self._timer.stop()
            self._timer = self.set_timer(PAUSE, self._open)

    def _open(self, typed: str | None = None) -> None:
        self._timer = None
        if not self.has_focus:
            return
        if self.choices is None:
            self.choices = Choices()
            self.parent.mount(self.choices)  # type: ignore[union-attr]
        self.choices.show(self._hits((self.value if typed is None else typed).strip()))

    def _hits(self, typed: str) -> list[Hit]:
        hits = list(self.search(typed))
        if self.free and typed and not any(fold(hit.label) == fold(typed) for hit in hits):
            hits.append(Hit(None, typed))
        return hits

    def action_move(self, step: int) -> None:
        """Through the open list; on a shut one, to the field after or before."""
        if self.is_open and self.choices:
            self.choices.move(step)
        elif step > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def on_key(self, event: events.Key) -> None:
        """A blank in a field that is empty, or selected whole, opens the whole list."""
        if event.key == "space" and self.selected_text == self.value:
            event.stop()
            event.prevent_default()
            self._open("")

    def action_close(self) -> None:
        self._quiet = self.value
        if self.choices:
            self.choices.show(())

    def action_take(self, after: str) -> None:
        """Take the highlighted row, if the list is open or on its way, and go on."""
        if self._timer:
            self._timer.stop()
            self._open()
        if hit := self.choices.highlighted if self.choices else None:
            self.take(hit)
        if after == "next":
            self.screen.focus_next()

    def take(self, hit: Hit) -> None:
        """Fill the field with `hit`; free text stays as typed."""
        if hit.code is not None:
            self.load(hit.label)
            self.taken = hit.code
            self.post_message(self.Taken(hit.code))
        self.action_close()

    def on_blur(self, event: events.Blur) -> None:
        if self._timer:
            self._timer.stop()
            self._timer = None
        self.action_close()
