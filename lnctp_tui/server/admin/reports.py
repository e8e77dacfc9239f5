"""What the server tells officers: who is who by its tables, and how many laptops obeyed an order."""

from __future__ import annotations

from typing import Any

import orjson

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
PERSON = ("id", "name", "role", "state")
LAPTOP = ("id", "public_key", "person", "name", "state", "folio_prefix", "created_at", "seen_at")
PEOPLE = "SELECT id, name, role, state FROM people WHERE team = %s ORDER BY name, id"


def known(connection: Db, team: str, ruling: Ruling | None) -> dict[str, Any]:
    """Laptops and people of a team, and what a first authority has to list of them, until there is one. Duty `serve`.

    Each laptop is written as JSON when it is read: there are as many as counselors.
    """
    laptops = (
        _laptop(dict(zip(LAPTOP, row, strict=True)), ruling) for row in connection.execute(LAPTOPS, (team,))
    )
    listed = orjson.Fragment(b"[%b]" % b",".join(laptops))
    people = (dict(zip(PERSON, row, strict=True)) for row in connection.execute(PEOPLE, (team,)))
    devices, roles = ({}, {}) if ruling else ordering.baseline(connection, team)
    return {
        "devices": listed,
        "people": orjson.Fragment(b"[%b]" % b",".join(map(orjson.dumps, people))),
        "baseline": {
            "devices": sorted([key, *of] for key, of in devices.items()),
            "people": sorted([person, role] for person, role in roles.items()),
        },
    }


def _laptop(row: dict[str, Any], ruling: Ruling | None) -> bytes:
    """A laptop, as officers signed it where there are any."""
    if ruling is not None:
        row["state"] = ruling.state(row["public_key"], instants.now())
        row["person"] = ruling.standing.whose(row["public_key"]) or row["person"]
    return orjson.dumps(row)


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
    keys = connection.execute("SELECT public_key FROM devices WHERE team = %s", (ruling.team,))
    in_use = sum(ruling.state(key, instants.now()) in IN_USE for (key,) in keys)
    return [
        {"hash": order.hash, "done": counted.get(order.hash, 0), "of": in_use if order.kind == "erase" else 1}
        for order in ruling.proven
        if order.kind in OBEYED
    ]
