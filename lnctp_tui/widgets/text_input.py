"""One line of text that keeps what comes in, and does not lay the screen out at each key."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from lnctp_tui.domain.values.text import clean
from lnctp_tui.i18n import N_
from lnctp_tui.widgets.drawing import base_style, fit, strip
from lnctp_tui.widgets.form.messages import Replaced

JOINT = " / "
PRINTED = frozenset(("slash", "plus", "minus"))
"""Keys of which Textual 8.2.8 knows no character."""


class LineInput(Input):
    """An Input whose text is always clean, of fixed size, and where a paste of many lines keeps each line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,enter", "next_field", N_("campo siguiente"), show=False, id="field.next"),
        Binding("up", "previous_field", N_("campo anterior"), show=False, id="field.previous"),
    ]

    def __init__(self, *, id: str | None = None, placeholder: str = "") -> None:
        super().__init__(id=id, placeholder=placeholder, compact=True, select_on_focus=False)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether it is typed here: then the bar shows no key of the screen for it."""
        return key in PRINTED or super().check_consume_key(key, character)

    def _watch_value(self, value: str) -> None:
        # `virtual_size` lays the whole screen out when it changes; this input's own size is fixed.
        self.set_reactive(Widget.virtual_size, Size(self.content_width, 1))
        super()._watch_value(value)

    def render_line(self, y: int) -> Strip:
        """Without the cursor the line is one segment: nothing to measure, wrap or highlight."""
        if self.has_focus or y or not self.value:
            return (
                super().render_line(y)
                if self.has_focus or self.placeholder
                else strip([], self._room, base_style(self))
            )
        return strip([(fit(self.value, self._room), base_style(self))], self._room, base_style(self))

    @property
    def _room(self) -> int:
        return self.scrollable_content_region.width

    def load(self, value: str) -> None:
        """Show `value` as if it had always been there."""
        if value != self.value:
            with self.prevent(Input.Changed):
                self.value = value
            self.cursor_position = len(self.value)

    def replace(self, text: str, start: int, end: int) -> None:
        super().replace(self._kept(text), start, end)

    def _kept(self, text: str) -> str:
        """`text` on one line: every line kept, control characters made visible; the person is told."""
        text, count = clean(text)
        lines = [line.strip() for line in text.split("\n") if line.strip()] if "\n" in text else [text]
        if count or len(lines) > 1:
            self.post_message(Replaced(count, len(lines) if len(lines) > 1 else 0))
        return JOINT.join(lines)

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        if event.text:
            self.replace(event.text, *sorted(self.selection))

    def action_next_field(self) -> None:
        self.screen.focus_next()

    def action_previous_field(self) -> None:
        self.screen.focus_previous()
