"""The log and what stands around it: changes, conflicts, cursors, views. Never edited by a screen."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlmodel import Field

from lnctp_tui.models.base import Table


class Change(Table, table=True):
    """One save of one record: outbox, history and recovery source in one."""

    __tablename__ = "changes"
    __table_args__ = (
        Index("changes_of_row", "table", "row", "seq"),
        Index("changes_of_case", "case", "seq"),
        Index(
            "changes_unsent",
            "seq",
            "table",
            "case",
            "form",
            "at",
            "sent",
            "refused",
            sqlite_where=text("sent < 2"),
        ),
        Index("changes_refused", "refused", sqlite_where=text("refused IS NOT NULL")),
        Index("changes_unfit", "unfit", sqlite_where=text("unfit IS NOT NULL")),
        CheckConstraint("hlc > 0", name="hlc_positive"),
    )

    seq: int | None = Field(default=None, primary_key=True)
    """Order of arrival on this laptop; never sent."""
    id: str = Field(unique=True, max_length=36)
    device: str
    actor: str
    hlc: int = Field(sa_column_kwargs={"nullable": False})
    """Hybrid logical clock, microseconds."""
    table: str
    row: str
    case: str | None = None
    base: list[str] = Field(default_factory=list, sa_type=JSON)
    patch: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    schema_: int = Field(default=1, sa_column_kwargs={"name": "schema"})
    hash: str
    sig: str
    at: str
    """When it was saved: of a colleague's change, by the clock that orders it."""
    form: str | None = None
    """The form that wrote it; only its own unsent changes may be squashed."""
    sent: int = 0
    """0 a save may still fold it, 1 offered, 2 receipted (what came from the server is receipted too).

    What no form wrote is folded by no save, and stays 0 until its receipt.
    """
    n: int | None = None
    """The server's number for it; None until the server said it."""
    placed: int | None = None
    """The hlc the server orders it by, when that is not its own (a clock far ahead)."""
    refused: str | None = None
    """Why the server put it into quarantine."""
    unfit: str | None = None
    """Why it fits no table (domain.records.record_check): it stands in the log alone."""
    salt: str | None = None
    """Random, covered by the hash, blanked with the patch; none in changes of writers before schema 2."""


class Conflict(Table, table=True):
    """An open conflict: one field of one record with several heads. Derived from heads."""

    __tablename__ = "conflicts"

    table: str = Field(primary_key=True)
    row: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    case: str | None = Field(default=None, index=True)
    since: str


class Scope(Table, table=True):
    """What this laptop may see: a case, or a contact without one. Follows the server's grants."""

    __tablename__ = "scopes"
    __table_args__ = (Index("scopes_wanted", "state", "rank"),)

    id: str = Field(primary_key=True, max_length=36)
    state: str = "held"
    """`held`, `wanted` (granted, its history is still to be fetched), `gone` (revoked)."""
    rank: int = 0
    """Which to fetch first: the smallest."""
    after: int = 0
    """How far its history was fetched: the number of the last change stored."""
    reason: str | None = None
    """Why it went: `revoked`, `window`, `transfer`."""


class Receipt(Table, table=True):
    """What the server signed that it holds."""

    __tablename__ = "receipts"

    seq: int = Field(primary_key=True)
    """The server's number of this receipt for this device."""
    body: str
    """The canonical JSON that is signed."""
    sig: str


class SyncState(Table, table=True):
    """What this laptop remembers for itself: cursors, clock, folio counter, place in a form. Never sent."""

    __tablename__ = "sync_state"

    key: str = Field(primary_key=True)
    value: Any = Field(default=None, sa_type=JSON)


class Commit(Table, table=True):
    """How many transactions this database has seen: one row, written last in each (storage.vault.mark)."""

    __tablename__ = "commits"

    one: int = Field(default=1, primary_key=True)
    n: int
    chain: str
    """Keyed BLAKE2b of 16 bytes over the one before, n and the instant, hexadecimal."""
    at: int
    """Microseconds since 1970."""


class Access(Table, table=True):
    """Who saw what, as a chain of hashes: an edit, a deletion or a truncation is found."""

    __tablename__ = "access"

    seq: int | None = Field(default=None, primary_key=True)
    at: str
    actor: str
    action: str
    record: str
    chain: str


class AuthorityDocument(Table, table=True):
    """A version of the list of officers, as it was signed (domain.authority.control)."""

    __tablename__ = "authorities"

    n: int = Field(primary_key=True)
    document: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class OrderDocument(Table, table=True):
    """An order as it was signed, in the order in which it came."""

    __tablename__ = "orders"

    n: int | None = Field(default=None, primary_key=True)
    hash: str = Field(unique=True, max_length=64)
    document: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    obeyed_at: str | None = None
    """When this laptop carried it out; an order is carried out once."""
    told_at: str | None = None
    """When the server heard of that."""


class Export(Table, table=True):
    """A file that was made for somebody outside. Written before its first byte; what became of it stands in `state`."""

    __tablename__ = "exports"

    id: str = Field(primary_key=True, max_length=36)
    at: str
    by: str
    recipient: str
    recipient_id: str | None = Field(default=None, max_length=36)
    """The provider, where the directory has it."""
    reason: str
    format: str
    version: str
    folios: list[str] = Field(default_factory=list, sa_type=JSON)
    fields: list[str] = Field(default_factory=list, sa_type=JSON)
    """Columns, or members of a document, that the file has."""
    rows: int | None = None
    sha256: str | None = None
    """Of exactly the bytes of the file, hexadecimal."""
    state: str = "begun"
    """`begun` (it was never finished, or the program ended), `done`, `failed`."""
    ended_at: str | None = None
