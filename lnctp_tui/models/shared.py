"""People and machines: synchronised rows that belong to no case."""

from lnctp_tui.models.base import Synced


class Counselor(Synced, table=True):
    """Somebody who answers the Line."""

    __tablename__ = "counselors"

    name: str | None = None
    role: str | None = "counselor"
    team: str | None = None
    time_zone: str | None = None


class Device(Synced, table=True):
    """A laptop. Its public key checks what it wrote."""

    __tablename__ = "devices"

    counselor_id: str | None = None
    public_key: str | None = None
    """Ed25519, hexadecimal."""
    folio_prefix: str | None = None
    state: str | None = "active"
