"""Erasure as officers order it: by the id of a case or contact, with its reason, and remembered beside the backups."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from lnctp_tui.domain.authority.control import Order
from lnctp_tui.domain.records import changes
from lnctp_tui.server.admin import audit
from lnctp_tui.server.admin import erase as erasure
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import SERVE, Db, Declined, Pool
from lnctp_tui.storage import instants, paths

GUESSABLE = """SELECT count(*) FROM belongs b
  JOIN log l ON l.team = b.team AND l.kind = 'change' AND l."row" = b."row" AND l."table" = b."table"
  WHERE b.team = %(team)s AND b.scope = %(scope)s AND l.patch IS NULL AND l.schema < %(salted)s"""
REMEMBERED = "erased.json"
"""In the server's folder and beside the backups: team → scopes, ids only. A restore replays it."""


def ordered(home: Path, place: Pool | Db, team: str, order: Order) -> int:
    """Carries out a verified order to erase; how many changes are blank now.

    What nobody delivered yet enters blank when it comes. `unsent` is between the order and the laptops.
    """
    by, now = "+".join(order.persons), instants.now()
    try:
        count = erasure.erase(place, team, order.on, now, by)
    except Declined as error:
        if error.code != "not_found":
            raise
        count = erasure.ahead(place, team, order.on)
    _remember(home, team, [*erasure.erasures(place, team), order.on])
    _tell_guessable(place, team, order.on, by)
    return count


def _tell_guessable(place: Pool | Db, team: str, scope: str, by: str) -> None:
    """Notes in the audit how many erased changes are from before salts: values may be found in them by trying."""
    named = {"team": team, "scope": scope, "salted": changes.SALTED}
    with database.transaction(place, team, SERVE) as connection:
        found = connection.execute(GUESSABLE, named).fetchone()
        if found and found[0]:
            audit.note(connection, team, instants.now(), by, f"erase.guessable:{found[0]}", scope)


def done(place: Pool | Db, team: str) -> frozenset[str]:
    """The scopes that were erased."""
    return frozenset(erasure.erasures(place, team))


def remembered(file: Path) -> dict[str, list[str]]:
    """Team → scopes ever erased, as a file remembers them; nothing when there is none."""
    try:
        found: dict[str, list[str]] = json.loads(paths.read_file(file, limit=64 << 20))
    except FileNotFoundError:
        return {}
    return found


def replay(url: str, file: Path, by: str) -> int:
    """Erases again what a restored backup brought back; how many records."""
    count = 0
    now = instants.now()
    for team, scopes in remembered(file).items():
        with database.connect(url) as connection:
            for scope in scopes:
                try:
                    count += bool(erasure.erase(connection, team, scope, now, by))
                except Declined as error:
                    if error.code != "not_found":
                        raise
                    erasure.ahead(connection, team, scope)  # it came after the backup
    return count


def keep_beside(home: Path, folder: Path) -> None:
    """Copies the list to a folder of backups."""
    known, there = remembered(home / REMEMBERED), remembered(folder / REMEMBERED)
    merged = {team: _union(there.get(team, ()), known.get(team, ())) for team in known.keys() | there.keys()}
    if merged:
        paths.replace_file(folder / REMEMBERED, json.dumps(merged).encode())


def _remember(home: Path, team: str, scopes: list[str]) -> None:
    known = remembered(home / REMEMBERED)
    known[team] = _union(known.get(team, ()), scopes)
    paths.replace_file(home / REMEMBERED, json.dumps(known).encode())


def _union(first: Iterable[str], second: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*first, *second]))
