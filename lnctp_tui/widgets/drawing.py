"""Lines drawn without child widgets. Text of people enters only as plain segments, never as markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.domain.values.text import clean

Piece = tuple[str, Style]


def base_style(widget: Widget) -> Style:
    """The style that a line of a widget begins with.

    `Widget.rich_style` walks up to the app for each line; this is kept, as the styles of parts are, until the widget
    is painted anew.
    """
    if () not in widget._rich_style_cache:
        style = widget.rich_style
        widget._rich_style_cache[()] = (style, style)
    return widget._rich_style_cache[()][0]


def plain(text: str) -> str:
    """`text` on one line with nothing that a terminal would act on."""
    return clean(text)[0].replace("\n", " ")


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells: padded, or cut with an ellipsis."""
    text = plain(text)
    if width <= 0:
        return ""
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…"


def wrap(text: str, width: int) -> list[str]:
    """The words of `text` in lines of at most `width` cells; a longer word is broken."""
    width = max(2, width)
    lines: list[str] = []
    line = ""
    for word in plain(text).split():
        for piece in chop_cells(word, width):
            if line and cell_len(line) + 1 + cell_len(piece) > width:
                lines.append(line)
                line = ""
            line = f"{line} {piece}" if line else piece
    return [*lines, line] if line else lines


def cut(lines: Sequence[str], height: int, width: int, more: str = "…") -> list[str]:
    """The first `height` lines of a wrapped text; when there are others, the last ends at a word and with `more`."""
    if len(lines) <= height or height <= 0:
        return list(lines[: max(0, height)])
    words = lines[height - 1].split()
    while words and cell_len(f"{' '.join(words)} {more}") > width:
        words.pop()
    return [*lines[: height - 1], " ".join([*words, more])]


def strip(pieces: Iterable[Piece], width: int, fill: Style) -> Strip:
    """The pieces side by side in exactly `width` cells; the rest is filled."""
    segments: list[Segment] = []
    left = width
    for text, style in pieces:
        if left <= 0:
            break
        size = cell_len(text)
        fitted = text if size <= left else fit(text, left)
        segments.append(Segment(fitted, style))
        left -= min(size, left)
    if left > 0:
        segments.append(Segment(" " * left, fill))
    return Strip(segments, width)


def spread(left: Sequence[Piece], right: Sequence[Piece], width: int, fill: Style) -> Strip:
    """`left` at the left edge and `right` at the right one; the left gives way when both do not fit."""
    taken = sum(cell_len(text) for text, _style in right)
    if taken >= width:
        return strip(right, width, fill)
    return Strip.join([strip(left, width - taken, fill), strip(right, taken, fill)])
