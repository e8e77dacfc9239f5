"""What a laptop asks about cases it does not hold: search on the server."""

from __future__ import annotations

from typing import Any

from lnctp_tui.domain.values import text
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.postgres.database import READ, Db, Pool, transaction

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


def search(database: Pool | Db, device: DeviceRow, words: str) -> dict[str, Any]:
    """Cases the person may see by the start of a folio, a whole number or handle, or a part of a name.

    What row-level security hides is not found. Fewer than three characters find nothing.
    """
    query = text.clean(words)[0].strip()
    if len(query) < SHORTEST:
        return {"cases": []}
    digits = text.digits(query)
    parameters = {
        "team": device.team,
        "folio": query.upper().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"),
        "numbers": [
            number[:64] for number in (query, query.lower(), digits, f"+{digits}", f"+52{digits}") if number
        ],
        "name": text.fold(query),
        "most": MOST,
    }
    with transaction(database, device, READ) as connection:
        rows = connection.execute(FOUND, parameters).fetchall()
    return {"cases": [dict(zip(FOUND_MEMBERS, row, strict=True)) for row in rows]}
