"""Many rows at once: COPY to a temporary table of the connection, four times as fast as a JSON parameter.

COPY itself is not allowed into a table with row-level security; the statement that reads from here is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from lnctp_tui.server.postgres.database import Db

FROM = 24
"""Rows from which COPY pays for its round trips."""
PIECE = 125
"""Rows in one write: PostgreSQL reads some while the next are made."""


class Written(NamedTuple):
    """Rows as text."""

    names: list[str]
    """The columns in which any of them says something."""
    pieces: Iterable[str]


def many(
    connection: Db,
    like: str,
    names: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    into: str = "",
) -> str | None:
    """The temporary table where `rows` now stand until the commit, None when they are too few for it.

    `like` is the table whose columns `names` are; `o` is the order of the rows, from 1.
    """
    if len(rows) < FROM:
        return None
    return fill(connection, like, names, pieces(names, rows), into or "arriving_" + like.rpartition(".")[2])


def fill(connection: Db, like: str, names: Sequence[str], content: Written, into: str) -> str:
    """Copies what `pieces` made to a temporary table with all of `names`; its name."""
    connection.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {into} WITH (toast_tuple_target = 8160)"
        " ON COMMIT DELETE ROWS AS"
        f" SELECT {_listed(names)}, NULL::integer AS o FROM {like} WITH NO DATA"
    )
    with connection.cursor().copy(f"COPY {into} ({_listed(content.names)}, o) FROM STDIN") as copy:
        for piece in content.pieces:
            copy.write(piece)
    return into


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def pieces(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Written:
    """Rows with their order as COPY reads them, some at a time as they are asked for."""
    used = [name for name in names if any(row.get(name) is not None for row in rows)]
    texts = (_text(used, rows[start : start + PIECE], start + 1) for start in range(0, len(rows), PIECE))
    return Written(used, texts)


def _text(names: Sequence[str], rows: Sequence[Mapping[str, Any]], first: int) -> str:
    """Rows in the text form of COPY, with their order: one write instead of one for every few."""
    return "".join([_line([*map(row.get, names)], order) for order, row in enumerate(rows, first)])


def _line(values: Sequence[Any], order: int) -> str:
    # One look at all texts together: hardly any has something to escape.
    texts = "".join([value for value in values if type(value) is str])
    if "\\" in texts or "\n" in texts or "\t" in texts or "\r" in texts:
        values = [_escaped(value) if isinstance(value, str) else value for value in values]
    return "\t".join([*[value if type(value) is str else _said(value) for value in values], f"{order}\n"])


def _said(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, dict | list):
        # JSON escapes what ends a field or a line.
        return orjson.dumps(value).decode().replace("\\", "\\\\")
    return _escaped(str(value))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
