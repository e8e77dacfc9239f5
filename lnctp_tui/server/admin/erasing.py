"""Erasure as officers order it: by the id of a case or contact, with its reason, and remembered beside the backups."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from lnctp_tui.domain.authority.control import Order
from lnctp_tui.domain.records import changes
from lnctp_tui.errors import Declined
from lnctp_tui.server.admin import audit
from lnctp_tui.server.admin import erase as erasure
from lnctp_tui.server.postgres.database import SERVE, Db, Pool, connect, transaction
from lnctp_tui.storage import instants, paths

GUESSABLE = """SELECT count(*) FROM belongs b
  JOIN log l ON l.team = b.team AND l.kind = 'change' AND l."row" = b."row" AND l."table" = b."table"
  WHERE b.team = %(team)s AND b.scope = %(scope)s AND l.patch IS NULL AND l.schema < %(salted)s"""
REMEMBERED = "erased.json"
"""In the server's folder and beside the backups: team → scopes, ids only. A restore replays it."""


def ordered(home: Path, database: Pool | Db, team: str, order: Order) -> int:
    """Carries out a verified order to erase; how many changes are blank now.

    What nobody delivered yet enters blank when it comes. `unsent` is between the order and the laptops.
    """
    by, now = "+".join(order.persons), instants.now()
    try:
        count = erasure.erase(database, team, order.on, now, by)
    except Declined as error:
        if error.code != "not_found":
            raise
        count = erasure.ahead(database, team, order.on)
    _remember(home, team, [*erasure.erasures(database, team), order.on])
    _tell_guessable(database, team, order.on, by)
    return count


def _tell_guessable(database: Pool | Db, team: str, scope: str, by: str) -> None:
    """Notes in the audit how many erased changes are from before salts: values may be found in them by trying."""
    named = {"team": team, "scope": scope, "salted": changes.SALTED}
    with transaction(database, team, SERVE) as connection:
        row = connection.execute(GUESSABLE, named).fetchone()
        if row and row[0]:
            audit.note(connection, team, instants.now(), by, f"erase.guessable:{row[0]}", scope)


def done(database: Pool | Db, team: str) -> frozenset[str]:
    """The scopes that were erased."""
    return frozenset(erasure.erasures(database, team))


def remembered(file: Path) -> dict[str, list[str]]:
    """Team → scopes ever erased, as a file remembers them; nothing when there is none."""
    try:
        scopes_by_team: dict[str, list[str]] = json.loads(paths.read_file(file, limit=64 << 20))
    except FileNotFoundError:
        return {}
    return scopes_by_team


def replay(url: str, file: Path, by: str) -> int:
    """Erases again what a restored backup brought back; how many records."""
    count = 0
    now = instants.now()
    for team, scopes in remembered(file).items():
        with connect(url) as connection:
            for scope in scopes:
                try:
                    count += bool(erasure.erase(connection, team, scope, now, by))
                except Declined as error:
                    if error.code != "not_found":
                        raise
                    erasure.ahead(connection, team, scope)  # it came after the backup
    return count


def keep_beside(home: Path, folder: Path, url: str, teams: Iterable[str]) -> None:
    """Writes the list into a folder of backups: of what stands there, this machine remembers and the database knows.

    Another machine's erasures are in the database only.
    """
    with connect(url) as connection:
        stored = {team: erasure.erasures(connection, team) for team in teams}
    lists = (remembered(folder / REMEMBERED), remembered(home / REMEMBERED), stored)
    merged: dict[str, list[str]] = {}
    for scopes_by_team in lists:
        for team, scopes in scopes_by_team.items():
            merged[team] = _union(merged.get(team, ()), scopes)
    merged = {team: scopes for team, scopes in merged.items() if scopes}
    if merged:
        paths.replace_file(folder / REMEMBERED, json.dumps(merged).encode())


def _remember(home: Path, team: str, scopes: list[str]) -> None:
    scopes_by_team = remembered(home / REMEMBERED)
    scopes_by_team[team] = _union(scopes_by_team.get(team, ()), scopes)
    paths.replace_file(home / REMEMBERED, json.dumps(scopes_by_team).encode())


def _union(first: Iterable[str], second: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*first, *second]))
