"""Paint front to back, and only what is not painted yet.

Textual 8.2.8 renders, for one changed line, every line of every widget that shares its scroll container, and
cuts up the blank lines of containers that nobody sees: a key in a form of 25 fields costs three times the key
of a one-field app. The version is pinned; a test compares each line with what Textual itself paints.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

Chops = list[dict[int, Strip | None]]
"""Per line: where a piece begins → the piece, None while it is not painted."""


def paint_what_shows(screen: Screen[Any]) -> None:
    """Make the repaints of a screen cost what they change."""
    compositor: Any = screen._compositor
    compositor._render_chops = partial(_chops, compositor)


def _chops(compositor: Any, crop: Region, is_wanted: Callable[[int], bool]) -> Chops:
    cuts: list[list[int]] = compositor.cuts
    chops: Chops = [dict.fromkeys(line[:-1]) for line in cuts]
    rows_wanted = frozenset(y for y in range(crop.y, min(crop.bottom, len(cuts))) if is_wanted(y))
    for widget, (region, clip) in compositor.visible_widgets.items():
        if crop.overlaps(region):
            visible = region.intersection(clip)
            rows = [y for y in visible.line_range if y in rows_wanted and _is_bare(chops[y], visible)]
            if rows:
                _fill(widget, region, visible, rows, chops, cuts)
    return chops


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
