"""What a spreadsheet holds before any cell is understood: titles, and lines that can be told by number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lnctp_tui.services.exchange.importing.rules import Problem

_TAG = re.compile(r"#[a-z][\w+ ]*", re.IGNORECASE)
_MERGED = re.compile(r"\s+")


@dataclass(frozen=True)
class Line:
    """One line of the sheet, or why it could not be read."""

    number: int
    cells: Sequence[str]
    text: str = ""
    """The line as it stands, where its cells cannot be told."""
    problem: Problem | None = None


class Table(NamedTuple):
    """A sheet: each title once, and the lines under them."""

    titles: list[str]
    lines: list[Line]
    twice: frozenset[str]
    """Titles that stand over more than one column."""


def table(lines: Iterator[Line], skip: int) -> Table:
    """The titles after `skip` lines, and what is under them; empty lines and HXL's row of tags are left out."""
    filled = [line for line in lines if line.problem or any(cell.strip() for cell in line.cells)]
    filled = [line for line in filled if line.number > skip]
    if not filled or filled[0].problem:
        return Table([], filled, frozenset())
    titles = [tidy(cell) for cell in filled[0].cells]
    while titles and not titles[-1]:
        titles.pop()
    rest = filled[2:] if len(filled) > 1 and _tags(filled[1].cells) else filled[1:]
    return Table(
        _apart(titles), rest, frozenset(title for title in titles if title and titles.count(title) > 1)
    )


def tidy(title: str) -> str:
    """A title as it is compared: its blanks and line ends are one blank."""
    return _MERGED.sub(" ", title).strip()


def _tags(cells: Sequence[str]) -> bool:
    """Whether a row holds the hashtags of HXL 1.1 (`#adm1+name`)."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(_TAG.fullmatch(cell) for cell in filled)


def _apart(titles: Sequence[str]) -> list[str]:
    """Every title once, so that no cell hides another: the second `Nota` is `Nota (2)`."""
    met: dict[str, int] = {}
    unique = []
    for title in titles:
        met[title] = met.get(title, 0) + 1
        unique.append(title if met[title] == 1 else f"{title} ({met[title]})")
    return unique
