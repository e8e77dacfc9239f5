"""What a laptop asks about itself."""

from __future__ import annotations

from typing import Any

from lnctp_tui.server.admin import audit
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.http.endpoint import Asked, Route
from lnctp_tui.server.http.messages import Nothing
from lnctp_tui.server.pages import releases
from lnctp_tui.server.postgres import backups
from lnctp_tui.server.postgres.database import SERVE, transaction
from lnctp_tui.server.services import Services
from lnctp_tui.storage import instants
from lnctp_tui.sync import fresco

PERSON = """SELECT p.name, d.saved FROM devices d LEFT JOIN people p ON p.team = d.team AND p.id = %s
  WHERE d.team = %s AND d.id = %s"""
OLDEST = 1
"""The oldest version of the protocol whose pulls are still answered."""


def about(services: Services, device: DeviceRow) -> tuple[dict[str, Any], list[Any] | None]:
    """Who the server takes a device for, and what it needs to check the server by; and how far it had saved.

    `safe` is the cursor up to which the log is in a backup, None without one.
    """
    with transaction(services.pool, device.team, SERVE) as connection:
        name, saved = connection.execute(PERSON, (device.person, device.team, device.id)).fetchone() or (
            "",
            None,
        )
        head = audit.head(connection, device.team)
        backup = backups.safe(connection)
    answer = {
        "state": device.state,
        "person": device.person,
        "name": name or "",
        "role": device.role,
        "team": device.team,
        "folio_prefix": device.folio_prefix,
        "server_key": bytes(services.key.verify_key).hex(),
        "release_root": releases.root_digest(services.settings.home),
        "audit": list(head),
        "minimum": OLDEST,
        "safe": backup["heads"].get(device.team) if backup else None,
        "control": device.ruling.reach if device.ruling else [0, 0],
        "org": device.ruling.newest.org if device.ruling else None,
    }
    return answer, saved


def fresh(call: Asked, device: DeviceRow, saved: list[Any] | None = None) -> dict[str, Any]:
    """The proof of this moment over the request's nonce, for a device that is approved; nothing for another.

    `saved` is how far the laptop said it had saved when it went furthest.
    """
    if device.state != "active":
        return {}
    now = instants.iso(instants.now())
    return {
        fresco.MEMBER: fresco.sign(call.services.key, device.id, call.said.nonce, device.role, now, saved)
    }


def _me(call: Asked) -> Any:
    answer, saved = about(call.services, call.sender)
    return answer | fresh(call, call.sender, saved)


ROUTES = (Route("GET", "me", "me", Nothing, _me),)
