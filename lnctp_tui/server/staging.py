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


NESTED = (dict, list)


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
        f"CREATE TEMP TABLE IF NOT EXISTS {into} ON COMMIT DELETE ROWS AS"
        f" SELECT {listed}, NULL::integer AS o FROM {like} WITH NO DATA"
    )
    with connection.cursor().copy(f"COPY {into} ({listed}, o) FROM STDIN") as copy:
        for order, row in enumerate(rows, 1):
            values = [_json(each) if type(each) in NESTED else each for each in map(row.get, names)]
            copy.write_row([*values, order])
    return into


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
