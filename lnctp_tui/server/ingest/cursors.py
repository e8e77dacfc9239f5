"""Places in the log: whether a laptop and the server speak of one history."""

from __future__ import annotations

from collections.abc import Iterable

from lnctp_tui.server.postgres.database import Db, Declined
from lnctp_tui.sync.wire import START, Mark

HEAD = "SELECT n, chain FROM counter WHERE team = %s"
AT = "SELECT n, chain FROM log WHERE team = %s AND n = ANY(%s)"


def head(connection: Db, team: str) -> Mark:
    """Where the log ends."""
    found = connection.execute(HEAD, (team,)).fetchone()
    return Mark(*found) if found else START


def known(connection: Db, team: str, marks: Iterable[Mark]) -> set[Mark]:
    """Those of `marks` that this log has. Duty `serve`."""
    asked = set(marks) - {START}
    if not asked:
        return {START}
    found = connection.execute(AT, (team, [mark.n for mark in asked])).fetchall()
    return {START} | (asked & {Mark(*each) for each in found})


def read(value: object) -> Mark | None:
    """A mark of a message, `[n, chain]` or None. Raises Declined `malformed`."""
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
        return Mark(value[0], value[1])
    raise Declined("malformed")
