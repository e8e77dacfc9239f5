"""What a database says of itself against what the mark says: which saves are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lnctp_tui.errors import SavesMissing
from lnctp_tui.storage.vault import mark
from lnctp_tui.storage.vault.mark import Stamp

VAULT_SEEN = "kept:vault"
"""State key: the greatest number of vault.json this database was opened with."""


@dataclass(frozen=True)
class Loss:
    """What does not fit. Instants in microseconds since 1970; None where nothing tells them."""

    missing: int = 0
    """Transactions that were acknowledged and are not in the database."""
    other: bool = False
    """As many transactions, but not the same ones."""
    mark: mark.State = "ok"
    vault_older: bool = False
    """vault.json is an earlier one."""
    damaged: bool = False
    """The database does not open, so that nothing else can be said of it."""
    marked_n: int = 0
    marked_at: int | None = None
    stored_n: int = 0
    stored_at: int | None = None

    @property
    def code(self) -> str:
        """The gravest of it, as a code; empty when all is there."""
        if self.damaged:
            return "database_damaged"
        if self.missing:
            return "saves_missing"
        if self.other:
            return "database_other"
        if self.vault_older:
            return "vault_older"
        return {"ok": "", "gone": "mark_gone", "damaged": "mark_damaged"}[self.mark]

    def error(self) -> SavesMissing:
        """The same as an error that a person is told."""
        return SavesMissing(self.code, self, missing=self.missing)


@dataclass(frozen=True)
class Stored:
    """What the database says of itself."""

    counts: bool
    """It has the table, and a row in it."""
    stamp: Stamp | None
    vault: int


def compare(found: mark.Found, there: Stored, vault: int | None) -> Loss:
    """The database and the number of vault.json (None: not looked at) against the mark."""
    older = vault is not None and vault < max(found.vault, there.vault)
    has, wants = there.stamp or Stamp(0, mark.START, 0), found.stamp
    if wants is None:
        # A database that never counted has no mark yet; that is every vault's first time.
        state: mark.State = "ok" if found.state == "gone" and not there.counts else found.state
        return Loss(mark=state, vault_older=older, stored_n=has.n, stored_at=has.at or None)
    begins = not there.counts and bool(found.flags & mark.BEGINS)
    return Loss(
        missing=0 if begins else max(0, wants.n - has.n),
        other=there.counts and wants.n == has.n and wants.chain != has.chain,
        mark=found.state,
        vault_older=older,
        marked_n=wants.n,
        marked_at=wants.at or None,
        stored_n=has.n,
        stored_at=has.at or None,
    )


def stored(connection: Any) -> Stored:
    """How far a database is, over the driver's connection. Raises the driver's errors."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    row = connection.execute("SELECT n, chain, at FROM commits").fetchone() if "commits" in tables else None
    seen = None
    if "sync_state" in tables:
        seen = connection.execute("SELECT value FROM sync_state WHERE key = ?", (VAULT_SEEN,)).fetchone()
    stamp = Stamp(row[0], bytes.fromhex(row[1]), row[2]) if row else None
    return Stored(row is not None, stamp, int(seen[0]) if seen else 0)
