"""A change that a laptop delivers, from its arrival to what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.ingest import check
from lnctp_tui.server.ingest.rows import Key


@dataclass(slots=True)
class IncomingChange:
    """One change that arrived, and what became of it."""

    raw: Any
    """As it came."""
    device: DeviceRow
    """Who delivers it."""
    writer: check.Writer | None
    """Who wrote it."""
    reason: str | None
    """Why it is refused."""
    trusted: bool = False
    """A supervisor let it in: whose record it is does not matter."""
    status: str = "refused"
    n: int | None = None
    placed: int | None = None
    entry: int | None = None
    id: str = ""
    """Its id, when it has one."""

    def __post_init__(self) -> None:
        id_ = self.raw.get("id") if isinstance(self.raw, dict) else None
        self.id = id_ if isinstance(id_, str) and check.ID(id_) else ""

    @property
    def key(self) -> Key:
        return self.raw["table"], self.raw["row"]

    @property
    def result(self) -> list[Any]:
        """As it is answered."""
        return [self.id, self.status, self.n, self.placed, self.reason]
