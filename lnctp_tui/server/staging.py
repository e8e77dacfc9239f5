"""Many rows at once: COPY to a temporary table of the connection, four times as fast as a JSON parameter.

COPY itself is not allowed into a table with row-level security; the statement that reads from here is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from lnctp_tui.server.database import Db

FROM = 24
"""Rows from which COPY pays for its round trips."""
PIECE = 125
"""Rows in one write: PostgreSQL reads some while the next are made."""


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
    into = into or "arriving_" + like.rpartition(".")[2]
    listed = ", ".join(f'"{each}"' for each in names)
    connection.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {into} WITH (toast_tuple_target = 8160)"
        " ON COMMIT DELETE ROWS AS"
        f" SELECT {listed}, NULL::integer AS o FROM {like} WITH NO DATA"
    )
    with connection.cursor().copy(f"COPY {into} ({listed}, o) FROM STDIN") as copy:
        for start in range(0, len(rows), PIECE):
            copy.write(_text(names, rows[start : start + PIECE], start + 1))
    return into


def _text(names: Sequence[str], rows: Sequence[Mapping[str, Any]], first: int) -> str:
    """Rows in the text form of COPY, with their order: one write instead of one for every few."""
    return "".join(
        "\t".join(
            [*["\\N" if (value := row.get(name)) is None else _field(value) for name in names], f"{order}\n"]
        )
        for order, row in enumerate(rows, first)
    )


def _field(value: Any) -> str:
    if isinstance(value, str):
        if "\\" not in value and value.isprintable():
            return value
        said = value.replace("\\", "\\\\").replace("\n", "\\n")
        return said.replace("\r", "\\r").replace("\t", "\\t")
    if isinstance(value, dict | list):
        # JSON escapes what ends a field or a line.
        return orjson.dumps(value).decode().replace("\\", "\\\\")
    return str(value)
