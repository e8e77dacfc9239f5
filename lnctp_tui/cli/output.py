"""What commands print: one JSON document, tables of plain text, a progress bar on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

from lnctp_tui.domain.values import moments
from lnctp_tui.domain.values.text import clean
from lnctp_tui.storage import instants

if TYPE_CHECKING:
    from rich.console import Console

    from lnctp_tui.services.exchange.importing.run import Progress


SOME, ALL = 200, 10**9
"""Lines of a list that nobody limited: for a person, for a program."""
NARROWEST, USUAL = 20, 80
"""Columns: a terminal that says it has fewer does not know, and gets the usual ones."""


def take_any_text() -> None:
    """Lets standard output write `?` for what its encoding has not, instead of failing; errors do already."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def as_json(value: Any) -> None:
    """One JSON document on standard output."""
    import orjson

    try:
        line = orjson.dumps(value, default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # a file name that is not UTF-8
        line = (
            json.dumps(value, default=_plain, ensure_ascii=False, indent=2).encode(errors="replace") + b"\n"
        )
    json_line(line)


def json_line(content: bytes) -> None:
    """JSON on standard output, with what a terminal would obey as escapes: the same value for a program."""
    text = content.decode()
    if clean(text)[1]:
        content = "".join(
            json.dumps(character)[1:-1] if clean(character)[1] else character for character in text
        ).encode()
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def console(*, errors: bool = False) -> Console:
    """A console that takes text as text: no markup, no guessing."""
    from rich.console import Console

    found = Console(stderr=errors, markup=False, highlight=False, emoji=False, soft_wrap=False)
    if found.width < NARROWEST:
        found.width = USUAL
    return found


def say(text: str) -> None:
    """A line for a person on standard output."""
    console().print(shown(text), soft_wrap=True)


def tell(text: str) -> None:
    """A line for a person on standard error."""
    sys.stderr.write(f"{shown(text)}\n")


def shown(value: Any) -> str:
    """A value as text without any control character."""
    return "" if value is None else clean(str(value))[0]


def moment(stored: str | None, zone: str) -> str:
    """`2026-03-14 20:05` on the counselor's clock; what is no instant as it is."""
    if moments.instant(stored) is None:
        return stored or ""
    return f"{instants.local(str(stored), zone):%Y-%m-%d %H:%M}"


def table(titles: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table with plain cells."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    cells = [[shown(cell) for cell in row] for row in rows]
    grid = Table(box=SIMPLE_HEAD, pad_edge=False)
    for at, title in enumerate(titles):
        # The first column names the row and is never cut.
        longest = max((len(row[at]) for row in cells), default=0)
        grid.add_column(Text(title), no_wrap=at == 0, min_width=None if at else longest)
    for row in cells:
        grid.add_row(*(Text(cell) for cell in row))
    console().print(grid)


@contextmanager
def progress(title: str) -> Iterator[Progress | None]:
    """A bar on standard error while something long is done; None where nobody looks."""
    screen = console(errors=True)
    if not screen.is_terminal:
        yield None
        return
    from rich.progress import Progress as Bar

    with Bar(console=screen, transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
