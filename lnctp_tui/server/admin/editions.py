"""The ledger of editions: what was ever printed, with the true numbers beside it. Only the tables' owner reads it.

A row is written before its files have their name, shown to nobody until then, and taken back when they cannot get it:
nothing is published that the ledger does not know, and the ledger knows of nothing that could not be written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lnctp_tui.domain.disclosure import ledger, printed
from lnctp_tui.domain.disclosure.edition import Edition
from lnctp_tui.domain.disclosure.printed import NOT_APPLICABLE, Line
from lnctp_tui.errors import Refused
from lnctp_tui.server.admin import audit
from lnctp_tui.server.postgres.database import SERVE, connect, transaction
from lnctp_tui.storage import instants, paths

START = "0" * 64
MARK = ".editions"
"""End of the name of the file in the server's folder that says how far a team's ledger went."""
ALL = 'SELECT n, id, content, "by", at, chain FROM editions WHERE team = %s ORDER BY n'
LOCK = "LOCK TABLE editions IN SHARE ROW EXCLUSIVE MODE"
LAST = "SELECT n, chain FROM editions WHERE team = %s ORDER BY n DESC LIMIT 1"
ADD = """INSERT INTO editions (team, n, id, period_from, period_to, k, content, "by", at, chain)
  VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
PRINT = "INSERT INTO published VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
FILE = "INSERT INTO edition_files (team, edition, name, content) VALUES (%s, %s, %s, %s)"
FILES = "SELECT name, content FROM edition_files WHERE team = %s AND edition = %s ORDER BY name"
SHOW = tuple(
    f"UPDATE {table} SET named = true WHERE team = %s AND {column} = %s"
    for table, column in (("editions", "id"), ("edition_files", "edition"))
)
TAKE_BACK = tuple(
    f"DELETE FROM {table} WHERE team = %s AND {column} = %s"
    for table, column in (("edition_files", "edition"), ("published", "edition"), ("editions", "id"))
)
ISSUED, TAKEN_BACK = "edition.issue", "edition.unwritten"


@dataclass(frozen=True)
class Issued:
    """A row of the ledger."""

    n: int
    id: str
    edition: Edition
    by: str
    at: str
    chain: str


def read(owner: str, team: str, home: Path) -> list[Issued]:
    """Every edition, in order. Raises Refused `edition_ledger` where a row was altered or is missing.

    Also where the ledger is shorter than this server once saw it, as after the restore of an older backup.
    """
    with connect(owner) as connection:
        rows = connection.execute(ALL, (team,)).fetchall()
    issued, chain = [], START
    for expected, (n, id_, content, by, at, stored) in enumerate(rows, 1):
        chain = chained(chain, id_, content, by, at)
        if n != expected or stored != chain:
            raise Refused("edition_ledger", n=expected)
        issued.append(Issued(n, id_, ledger.read(content), by, at, chain))
    n, seen = _mark(home, team)
    if n and (n > len(issued) or issued[n - 1].chain != seen):
        raise Refused("edition_ledger", n=n)
    return issued


def mark(home: Path, team: str, row: Issued) -> None:
    """Keeps outside the database how far its ledger goes; never less far. Raises StorageFailed."""
    if _mark(home, team)[0] >= row.n:
        return
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    paths.replace_file(home / f"{team}{MARK}", f"{row.n} {row.chain}\n".encode())


def _mark(home: Path, team: str) -> tuple[int, str]:
    try:
        n, chain = paths.read_file(home / f"{team}{MARK}", limit=256).decode().split()
        return int(n), chain
    except FileNotFoundError:
        return 0, START
    except ValueError as error:
        raise Refused("edition_ledger", n=0) from error


def standing(issued: Sequence[Issued]) -> list[Issued]:
    """The last edition of each period: those that later ones have to reckon with. Of one kind."""
    return list({row.edition.period: row for row in issued}.values())


def chained(before: str, id_: str, content: str, by: str, at: str) -> str:
    """The value that binds a row to all before it."""
    parts = (before, id_, content, by, at)
    return hashlib.sha256(
        b"".join(f"{len(part.encode())}:".encode() + part.encode() for part in parts)
    ).hexdigest()


def add(
    owner: str,
    team: str,
    id_: str,
    edition: Edition,
    files: Mapping[str, bytes],
    by: str,
    known: Sequence[Issued],
) -> Issued:
    """Writes the row, its printed cells and its files, and the audit's entry: all or nothing.

    Raises Refused `edition_meanwhile` where another edition was issued since `known` was read.
    """
    before = known[-1] if known else None
    at = instants.iso(instants.now())
    content = ledger.write(edition)
    n, former = (before.n, before.chain) if before else (0, START)
    row = Issued(n + 1, id_, edition, by, at, chained(former, id_, content, by, at))
    period = (edition.period.start.isoformat(), edition.period.end.isoformat())
    with connect(owner) as connection, transaction(connection, team, SERVE):
        connection.execute(LOCK)
        if (connection.execute(LAST, (team,)).fetchone() or (0, START)) != (n, former):
            raise Refused("edition_meanwhile")
        connection.execute(ADD, (team, row.n, id_, *period, edition.k, content, by, at, row.chain))
        with connection.cursor() as cursor:
            cursor.executemany(PRINT, [(team, id_, *period, *cell) for cell in _cells(edition)])
            cursor.executemany(FILE, [(team, id_, name, data) for name, data in sorted(files.items())])
        audit.note(connection, team, instants.now(), by, ISSUED, id_)
    return row


def show(owner: str, team: str, row: Issued, home: Path) -> None:
    """From now on pages and analysts are shown it, and an older ledger is no longer believed."""
    with connect(owner) as connection, transaction(connection, team, SERVE):
        for statement in SHOW:
            connection.execute(statement, (team, row.id))
    mark(home, team, row)


def take_back(owner: str, team: str, row: Issued) -> None:
    """Removes the newest row, whose files never got their name."""
    with connect(owner) as connection, transaction(connection, team, SERVE):
        connection.execute(LOCK)
        if connection.execute(LAST, (team,)).fetchone() != (row.n, row.chain):
            raise Refused("edition_meanwhile")
        for statement in TAKE_BACK:
            connection.execute(statement, (team, row.id))
        audit.note(connection, team, instants.now(), row.by, TAKEN_BACK, row.id)


def files(owner: str, team: str, id_: str) -> dict[str, bytes]:
    """The files of an edition as they were issued."""
    with connect(owner) as connection:
        return {name: bytes(content) for name, content in connection.execute(FILES, (team, id_))}


def _cells(edition: Edition) -> list[tuple[object, ...]]:
    return [
        (table.id, table.unit, table.rows, line.key[0], table.columns, line.key[1], line.count, line.base,
         line.percent, line.flag)
        for table in printed.tables(edition)
        for line in table.lines or (Line(("", ""), None, None, None, NOT_APPLICABLE),)
    ]  # fmt: skip
