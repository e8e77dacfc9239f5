"""A change that a laptop delivers, as it arrived. A value: what a transaction makes of it is a Decision."""

from __future__ import annotations

from typing import Any, NamedTuple

from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.ingest import check
from lnctp_tui.server.ingest.rows import Key


class IncomingChange(NamedTuple):
    """Made by `arrived`."""

    raw: Any
    """As it came."""
    device: DeviceRow
    """Who delivers it."""
    writer: check.Writer | None
    """Who wrote it."""
    reason: str | None
    """Why it is refused whatever the database holds: its form, its signature, a value that cannot be stored."""
    trusted: bool
    """A supervisor let it in: whose record it is does not matter."""
    id: str
    """Its id, empty when it has none."""

    @property
    def key(self) -> Key:
        return self.raw["table"], self.raw["row"]


def arrived(
    raw: Any, device: DeviceRow, writer: check.Writer | None, reason: str | None, *, trusted: bool = False
) -> IncomingChange:
    """What arrived, with its id when that is one."""
    id_ = raw.get("id") if isinstance(raw, dict) else None
    named = id_ if isinstance(id_, str) and check.ID(id_) else ""
    return IncomingChange(raw, device, writer, reason, trusted, named)
