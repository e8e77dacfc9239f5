"""Paint front to back, only what is not painted yet, and everything that is gone.

Textual 8.2.8 renders, for one changed line, every line of every widget that shares its scroll container, and
cuts up the blank lines of containers that nobody sees: a key in a form of 25 fields costs three times the key
of a one-field app. And it looks for what changed in a map that other code brings up to date between two paints:
a notice that went meanwhile stayed on the screen until something else covered it. The version is pinned; tests
compare each line with what Textual itself paints.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.console import RenderableType
from textual import screen as textual_screen
from textual._compositor import Compositor
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

Chops = list[dict[int, Strip | None]]
"""Per line: where a piece begins → the piece, None while it is not painted."""


class QuickPaint(Compositor):
    """A compositor whose repaints cost what they change, and leave nothing of what is gone."""

    _painted: dict[Widget, tuple[Region, Region]]
    """What the last paint showed: widget → (region, clip)."""

    def __init__(self) -> None:
        super().__init__()
        self._painted = {}

    def render_update(
        self, full: bool = False, screen_stack: list[Screen[Any]] | None = None, simplify: bool = False
    ) -> RenderableType | None:
        """What is to be painted now; also where something moved or went that no layout told of."""
        now = self.visible_widgets
        if now is not self._painted:
            changed = now.items() ^ self._painted.items()
            self._dirty_regions.update(
                filter(None, (clip.intersection(region) for _widget, (region, clip) in changed))
            )
            self._cuts = self._layers_visible = None
            self._painted = now
        return super().render_update(full, screen_stack, simplify)

    def _render_chops(self, crop: Region, is_rendered_line: Callable[[int], bool]) -> Any:
        cuts = self.cuts
        chops: Chops = [dict.fromkeys(line[:-1]) for line in cuts]
        wanted = frozenset(y for y in range(crop.y, min(crop.bottom, len(cuts))) if is_rendered_line(y))
        for widget, (region, clip) in self.visible_widgets.items():
            if crop.overlaps(region):
                visible = region.intersection(clip)
                rows = [y for y in visible.line_range if y in wanted and _is_bare(chops[y], visible)]
                if rows:
                    _fill(widget, region, visible, rows, chops, cuts)
        return chops


def paint_what_shows() -> None:
    """From now on, in this process: screens that are made paint so."""
    module: Any = textual_screen
    module.Compositor = QuickPaint


def _is_bare(line: dict[int, Strip | None], visible: Region) -> bool:
    first, last = visible.column_span
    return any(piece is None for at, piece in line.items() if first <= at < last)


def _fill(
    widget: Any, region: Region, visible: Region, rows: list[int], chops: Chops, cuts: list[list[int]]
) -> None:
    """Paint the rows of a widget where nothing in front of it is painted."""
    top = rows[0]
    band = Region(visible.x - region.x, top - region.y, visible.width, rows[-1] - top + 1)
    strips = widget.render_lines(band)
    first, last = visible.column_span
    for y in rows:
        line = chops[y]
        here = [cut for cut in cuts[y] if first <= cut <= last]
        strip = strips[y - top]
        pieces = strip.divide([cut - visible.x for cut in here[1:]]) if len(here) > 2 else [strip]
        for at, piece in zip(here, pieces, strict=False):
            if line.get(at, piece) is None:
                line[at] = piece
