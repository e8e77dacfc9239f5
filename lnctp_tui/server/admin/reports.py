"""What the server tells officers: who is who by its tables, and how many laptops obeyed an order."""

from __future__ import annotations

from typing import Any

from lnctp_tui.server.admin import ordering
from lnctp_tui.server.devices import Ruling
from lnctp_tui.server.postgres.database import Db
from lnctp_tui.storage import instants

OBEYED = ("seal", "wipe", "erase")
"""Kinds of orders that a laptop says it obeyed."""
IN_USE = ("active", "upload_only", "seal")
"""States in which a laptop has records, and a line to hear of an erasure."""
DONE = "INSERT INTO obeyed (team, hash, device, at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
COUNTED = "SELECT hash, count(*) FROM obeyed WHERE team = %s GROUP BY hash"
LAPTOPS = """SELECT d.id, d.public_key, d.person, p.name, d.state, d.folio_prefix, d.created_at, d.seen_at
  FROM devices d LEFT JOIN people p ON p.team = d.team AND p.id = d.person
  WHERE d.team = %s ORDER BY d.created_at, d.id"""
LAPTOP = ("id", "public_key", "person", "name", "state", "folio_prefix", "created_at", "seen_at")
PEOPLE = "SELECT id, name, role, state FROM people WHERE team = %s ORDER BY name, id"


def known(connection: Db, team: str, ruling: Ruling | None) -> dict[str, Any]:
    """Laptops and people of a team, and what a first authority has to list of them. Duty `serve`."""
    laptops = [dict(zip(LAPTOP, row, strict=True)) for row in connection.execute(LAPTOPS, (team,))]
    people = [
        dict(zip(("id", "name", "role", "state"), row, strict=True))
        for row in connection.execute(PEOPLE, (team,))
    ]
    if ruling is not None:
        for laptop in laptops:
            laptop["state"] = ruling.state(laptop["public_key"], instants.now())
            laptop["person"] = ruling.standing.whose(laptop["public_key"]) or laptop["person"]
    devices, roles = ordering.baseline(connection, team)
    return {
        "devices": laptops,
        "people": people,
        "baseline": {
            "devices": sorted([key, *of] for key, of in devices.items()),
            "people": sorted([person, role] for person, role in roles.items()),
        },
    }


def orders(connection: Db, ruling: Ruling) -> list[dict[str, Any]]:
    """Every order, by whom, whether it holds, and how many laptops obeyed it. Duty `serve`."""
    counts = {count["hash"]: count for count in obeyed(connection, ruling)}
    names = {
        officer.person: officer.name for version in ruling.versions.values() for officer in version.officers
    }
    holding = {order.hash for order in ruling.standing.holding.values()}
    holding |= {order.hash for of in ruling.standing.erasures.values() for order in of}
    return [
        {
            "hash": order.hash, "kind": order.kind, "on": order.on, "at": order.at, "persons": order.persons,
            "names": [names.get(person, person) for person in order.persons], "holds": order.hash in holding,
            "done": counts.get(order.hash, {}).get("done", 0), "of": counts.get(order.hash, {}).get("of", 0),
        }
        for order in ruling.proven
    ]  # fmt: skip


def obeyed(connection: Db, ruling: Ruling) -> list[dict[str, Any]]:
    """Of each order that laptops are to obey: how many did, of how many. Duty `serve`."""
    counted: dict[str, int] = dict(connection.execute(COUNTED, (ruling.team,)).fetchall())
    keys = [
        key for (key,) in connection.execute("SELECT public_key FROM devices WHERE team = %s", (ruling.team,))
    ]
    in_use = sum(ruling.state(key, instants.now()) in IN_USE for key in keys)
    return [
        {"hash": order.hash, "done": counted.get(order.hash, 0), "of": in_use if order.kind == "erase" else 1}
        for order in ruling.proven
        if order.kind in OBEYED
    ]
