"""What a laptop asks about itself."""

from __future__ import annotations

from typing import Any

from lnctp_tui.server import audit, backups
from lnctp_tui.server.database import SERVE, DeviceRow, transaction
from lnctp_tui.server.http import Asked, Route
from lnctp_tui.server.messages import Nothing
from lnctp_tui.server.services import Services
from lnctp_tui.storage import instants
from lnctp_tui.sync import fresco

PERSON = "SELECT name FROM people WHERE team = %s AND id = %s"
OLDEST = 1
"""The oldest version of the protocol whose pulls are still answered."""


def about(services: Services, device: DeviceRow) -> dict[str, Any]:
    """Who the server takes a device for, and what it needs to check the server by.

    `safe` is the mark up to which the log is in a backup, None without one.
    """
    with transaction(services.pool, device.team, SERVE) as connection:
        row = connection.execute(PERSON, (device.team, device.person)).fetchone()
        head = audit.head(connection, device.team)
        kept = backups.safe(connection)
    return {
        "state": device.state,
        "person": device.person,
        "name": row[0] if row else "",
        "role": device.role,
        "team": device.team,
        "folio_prefix": device.folio_prefix,
        "server_key": bytes(services.key.verify_key).hex(),
        "audit": list(head),
        "minimum": OLDEST,
        "safe": kept["heads"].get(device.team) if kept else None,
        "control": device.ruling.reach if device.ruling else [0, 0],
        "org": device.ruling.newest.org if device.ruling else None,
    }


def fresh(asked: Asked, device: DeviceRow) -> dict[str, Any]:
    """The proof of this moment over the request's nonce, for a device that is approved; nothing for another."""
    if device.state != "active":
        return {}
    now = instants.iso(instants.now())
    return {fresco.MEMBER: fresco.sign(asked.services.key, device.id, asked.said.nonce, device.role, now)}


def _me(asked: Asked) -> Any:
    return about(asked.services, asked.sender) | fresh(asked, asked.sender)


ROUTES = (Route("GET", "me", "me", Nothing, _me),)
