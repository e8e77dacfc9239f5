"""Places in the log: whether a laptop and the server speak of one history."""

from __future__ import annotations

from collections.abc import Iterable

from lnctp_tui.errors import Declined
from lnctp_tui.server.postgres.database import Db
from lnctp_tui.sync.wire import START, Cursor

HEAD = "SELECT n, chain FROM counter WHERE team = %s"
AT = "SELECT n, chain FROM log WHERE team = %s AND n = ANY(%s)"


def head(connection: Db, team: str) -> Cursor:
    """Where the log ends."""
    row = connection.execute(HEAD, (team,)).fetchone()
    return Cursor(*row) if row else START


def known(connection: Db, team: str, cursors: Iterable[Cursor]) -> set[Cursor]:
    """Those of `cursors` that this log has. Duty `serve`."""
    unknown = set(cursors) - {START}
    if not unknown:
        return {START}
    rows = connection.execute(AT, (team, [cursor.n for cursor in unknown])).fetchall()
    return {START} | (unknown & {Cursor(*row) for row in rows})


def read(value: object) -> Cursor | None:
    """A cursor of a message, `[n, chain]` or None. Raises Declined `malformed`."""
    if value is None:
        return None
    if (
        isinstance(value, list | tuple)
        and len(value) == 2
        and type(value[0]) is int
        and 0 <= value[0] < 1 << 63
        and isinstance(value[1], str)
        and len(value[1]) <= 64
    ):
        return Cursor(value[0], value[1])
    raise Declined("malformed")
