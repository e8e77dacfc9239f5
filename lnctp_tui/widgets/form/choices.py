"""The list that opens under a catalog field: drawn lines over the form, of at most 50 hits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.i18n import _
from lnctp_tui.widgets.drawing import base_style, fit, spread, strip

SHOWN = 8


@dataclass(frozen=True)
class Hit:
    """One row of the list. `code` None: keep what was typed as free text."""

    code: str | None
    label: str
    unverified: bool = False


class Choices(Widget, can_focus=False):
    """The hits and the highlighted one. The keys stay with the field."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choices--cursor", "choices--remark"}

    class Taken(Message):
        """A hit was clicked."""

        def __init__(self, hit: Hit) -> None:
            self.hit = hit
            super().__init__()

    hits: Sequence[Hit] = ()
    cursor = 0

    def show(self, hits: Sequence[Hit]) -> None:
        """Offer `hits`, the first highlighted; none closes the list."""
        self.hits, self.cursor = hits, 0
        self.styles.height = max(1, min(SHOWN, len(hits)))
        self.display = bool(hits)
        self.refresh()

    @property
    def is_open(self) -> bool:
        return bool(self.display and self.hits)

    @property
    def highlighted(self) -> Hit | None:
        return self.hits[self.cursor] if self.is_open else None

    def move(self, step: int) -> None:
        self.cursor = (self.cursor + step) % len(self.hits)
        self.refresh()

    @property
    def _top(self) -> int:
        return max(0, min(self.cursor - SHOWN // 2, len(self.hits) - SHOWN))

    def render_line(self, y: int) -> Strip:
        place = self._top + y
        if place >= len(self.hits):
            return strip([], self.size.width, base_style(self))
        hit = self.hits[place]
        here = place == self.cursor
        style = self.get_component_rich_style("choices--cursor") if here else base_style(self)
        remark = style if here else self.get_component_rich_style("choices--remark")
        side = _("texto libre") if hit.code is None else _("por verificar") if hit.unverified else ""
        if y == SHOWN - 1 and place < len(self.hits) - 1:
            side = f"{side} ↓ {len(self.hits) - place - 1}"
        left = [
            (f"{'▸' if here else ' '} {fit(hit.label, self.size.width - len(side) - 4).rstrip()} ", style)
        ]
        return spread(left, [(f"{side} ", remark)], self.size.width, style)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Before the field loses the focus to the click."""
        event.stop()
        event.prevent_default()
        place = self._top + event.y
        if place < len(self.hits):
            self.post_message(self.Taken(self.hits[place]))
