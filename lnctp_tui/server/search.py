"""What a laptop asks about cases it does not hold: search on the server, and a supervisor's open conflicts."""

from __future__ import annotations

from typing import Any

from lnctp_tui.domain import merge, text
from lnctp_tui.server import database, rows
from lnctp_tui.server.database import READ, Db, Declined, DeviceRow, Pool

MOST = 200
SHORTEST = 3
"""Letters or digits below which nothing is searched."""
FOUND = """SELECT c.id, c.folio, c.status, c.triage, c.opened_at, c.owner_id FROM data.cases c
  WHERE c.of_team = %(team)s AND (upper(c.folio) LIKE %(folio)s || '%%' OR c.id IN (
    SELECT i.case_id FROM data.identifiers i
      WHERE i.of_team = %(team)s AND left(i.normalised, 64) = ANY(%(numbers)s)
    UNION SELECT p.case_id FROM data.people p
      WHERE p.of_team = %(team)s AND strpos(translate(lower(p.name), 'áéíóúüñ', 'aeiouun'), %(name)s) > 0))
  ORDER BY c.opened_at DESC LIMIT %(most)s"""
OPEN = """SELECT "table", "row" FROM records WHERE team = %s AND conflict ORDER BY "row", "table" LIMIT %s"""
FOUND_MEMBERS = ("scope", "folio", "status", "triage", "opened_at", "owner")


def search(place: Pool | Db, device: DeviceRow, words: str) -> dict[str, Any]:
    """Cases the person may see by the start of a folio, a whole number or handle, or a part of a name.

    What row-level security hides is not found. Fewer than three characters find nothing.
    """
    wanted = text.clean(words)[0].strip()
    if len(wanted) < SHORTEST:
        return {"cases": []}
    digits = text.digits(wanted)
    asked = {
        "team": device.team,
        "folio": wanted.upper().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"),
        "numbers": [
            each[:64] for each in (wanted, wanted.lower(), digits, f"+{digits}", f"+52{digits}") if each
        ],
        "name": text.fold(wanted),
        "most": MOST,
    }
    with database.transaction(place, device, READ) as connection:
        found = connection.execute(FOUND, asked).fetchall()
    return {"cases": [dict(zip(FOUND_MEMBERS, row, strict=True)) for row in found]}


def conflicts(place: Pool | Db, device: DeviceRow) -> dict[str, Any]:
    """Open conflicts of the team's records: table, row, case, folio, fields, and whose values stand.

    Raises Declined `forbidden` unless a supervisor asks.
    """
    if device.role != "supervisor":
        raise Declined("forbidden")
    with database.transaction(place, device, READ) as connection:
        keys = connection.execute(OPEN, (device.team, MOST)).fetchall()
        logs = rows.logs(connection, device.team, keys)
        found = [each for key, changes in logs.items() if (each := _conflict(key, changes))]
        folios = _folios(connection, device.team, [each["case"] for each in found if each["case"]])
    return {"conflicts": [each | {"folio": folios.get(each["case"])} for each in found]}


def _conflict(key: rows.Key, changes: list[dict[str, Any]]) -> dict[str, Any] | None:
    told = {
        each["id"]: each | {"hlc": rows.ordered_by(each)} for each in changes if each["patch"] is not None
    }
    folded = merge.fold(told.values())
    if not folded.others:
        return None
    standing = {id_ for field in folded.others for id_ in merge.heads_of(folded.heads, field)}
    return {
        "table": key[0],
        "row": key[1],
        "case": key[1] if key[0] == "cases" else folded.values.get("case_id"),
        "fields": sorted(folded.others),
        "actors": sorted({told[id_]["actor"] for id_ in standing}),
        "since": max(rows.ordered_by(told[id_]) for id_ in standing),
    }


def _folios(connection: Db, team: str, cases: list[str]) -> dict[str, str | None]:
    found = connection.execute(
        "SELECT id, folio FROM data.cases WHERE of_team = %s AND id = ANY(%s)", (team, cases)
    )
    return dict(found.fetchall())
