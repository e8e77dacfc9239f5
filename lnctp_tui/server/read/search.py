"""What a laptop asks about cases it does not hold: search on the server."""

from __future__ import annotations

from typing import Any

from lnctp_tui.domain.values import text
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import READ, Db, DeviceRow, Pool

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
