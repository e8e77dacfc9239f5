"""Erasure as an administrator orders it: by folio or id, with its reason, and remembered beside the backups."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from lnctp_tui.domain import changes, folio
from lnctp_tui.errors import Refused
from lnctp_tui.server import audit, database
from lnctp_tui.server import erase as erasure
from lnctp_tui.server.database import SERVE, Declined
from lnctp_tui.server.settings import Settings
from lnctp_tui.storage import instants, paths

REMEMBERED = "erased.json"
"""In the server's folder and beside the backups: team → scopes, ids only. A restore replays it."""
BY_FOLIO = "SELECT id FROM data.cases WHERE of_team = %s AND left(folio, 32) = %s"
GUESSABLE = """SELECT count(*) FROM belongs b
  JOIN log l ON l.team = b.team AND l.kind = 'change' AND l."row" = b."row" AND l."table" = b."table"
  WHERE b.team = %(team)s AND b.scope = %(scope)s AND l.patch IS NULL AND l.schema < %(salted)s"""
BY_ID = "SELECT 1 FROM records WHERE team = %s AND scopes @> ARRAY[%s::text] LIMIT 1"


def scope_of(url: str, team: str, said: str) -> str:
    """The case or contact that a folio or an id names. Raises Refused `no_such_record`."""
    named = folio.parse(said)
    with database.connect(url) as connection, database.transaction(connection, team, SERVE):
        if named is not None:
            found = connection.execute(BY_FOLIO, (team, str(named))).fetchall()
            if len(found) == 1:
                return str(found[0][0])
        elif connection.execute(BY_ID, (team, said.strip())).fetchone():
            return said.strip()
    raise Refused("no_such_record")


def erase(settings: Settings, url: str, scope: str, by: str, reason: str) -> int:
    """Erases a scope; how many changes are blank now. The reason goes into the audit chain, as a reference."""
    now = instants.now()
    with database.connect(url) as connection:
        count = erasure.erase(connection, settings.team, scope, now, by)
        left = guessable(url, settings.team, scope)
        with database.transaction(connection, settings.team, SERVE):
            audit.note(connection, settings.team, now, by, f"erase.reason:{reason}", scope)
            if left:
                audit.note(connection, settings.team, now, by, f"erase.guessable:{left}", scope)
        scopes = erasure.erasures(connection, settings.team)
    _remember(settings.home, settings.team, scopes)
    return count


def guessable(url: str, team: str, scope: str) -> int:
    """How many erased changes of a scope were written before salts: whoever has the log may find values by trying."""
    with database.connect(url) as connection, database.transaction(connection, team, SERVE):
        found = connection.execute(
            GUESSABLE, {"team": team, "scope": scope, "salted": changes.SALTED}
        ).fetchone()
    return int(found[0]) if found else 0


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
                    if error.code != "not_found":  # it came after the backup, and comes back blank
                        raise
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
