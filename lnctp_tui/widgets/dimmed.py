"""What stands under a dialog, tinted: a strip at a time, each style once.

Textual 8.2.8 tints every piece of the screen below anew, by way of Rich, whenever a dialog is painted: most of what a
key in a dialog costs. The version is pinned; a test compares each cell with what Textual itself paints.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.color import Color
from textual.css.styles import RulesMap
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import Screen
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual


class Dimmed(Visual):
    """The screen below a dialog, behind the dialog's translucent colour."""

    def __init__(self, screen: Screen[Any], color: Color) -> None:
        self.screen, self.color = screen, color

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        """The lines of the screen below, as long as they are there."""
        color, base = self.color, style.rich_style
        return [
            Strip(
                [Segment(piece.text, tinted(piece.style, color, base)) for piece in strip], strip.cell_length
            )
            for strip in self.screen._compositor.render_strips()
        ]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """All that there is."""
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Lines of the screen below."""
        return self.screen.size.height


@lru_cache(maxsize=1024)
def tinted(style: RichStyle | None, color: Color, base: RichStyle) -> RichStyle:
    """A style behind a colour, without links, on `base`; Textual's own arithmetic."""
    (piece,) = BackgroundScreen.process_segments([Segment("", style)], color)
    return base + (piece.style or RichStyle.null())
