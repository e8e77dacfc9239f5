"""Who receives a file, who may make it, and what each recipient knows a person by."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, select

from lnctp_tui.domain.exchange.htcds import Provider
from lnctp_tui.domain.exchange.sharing import Recipient
from lnctp_tui.domain.values.text import clean, fold
from lnctp_tui.errors import Refused
from lnctp_tui.storage.database.session import TABLES, Store
from lnctp_tui.storage.replication import server_state
from lnctp_tui.storage.replication.persons import persons
from lnctp_tui.storage.vault.vault import Key

PROVIDERS = TABLES["providers"]
LEAST_REASON: Final = 10
"""Letters and digits of a reason, and the most characters of it."""
LONGEST: Final = 500
PURPOSE: Final = b"lnctp exchange 1"
"""Separates these pseudonyms from all else that is made of the vault's key."""
SIGNS: Final = 24
"""Of a pseudonym: 96 bits, hexadecimal."""
MAKERS: Final = ("counselor", "curator", "supervisor")


def recipient(store: Store, typed: str) -> Recipient:
    """The recipient that an id or a name means: of the directory, else the name as it stands.

    Raises Refused `exchange_recipient` (none, or control characters), `exchange_recipients` (several have the name).
    """
    name = " ".join(typed.split())
    if not name or clean(name)[1] or len(name) > LONGEST:
        raise Refused("exchange_recipient")
    wanted = fold(name)
    query = select(PROVIDERS.c.id, PROVIDERS.c.name, PROVIDERS.c.short_name, PROVIDERS.c.merged_into).where(
        PROVIDERS.c.erased_at.is_(None)
    )
    with store.read() as connection:
        rows = connection.execute(query).all()
    into = {row.id: row.merged_into for row in rows if row.merged_into}
    named = {
        _kept(row.id, into)
        for row in rows
        if row.id == name or wanted in (fold(row.name or ""), fold(row.short_name or ""))
    }
    if len(named) > 1:
        raise Refused("exchange_recipients", count=len(named))
    if not named:
        return Recipient(name)
    (id_,) = named
    own = next((row.name for row in rows if row.id == id_), None)
    return Recipient(own or name, id_, frozenset(row.id for row in rows if _kept(row.id, into) == id_))


def _kept(id_: str, into: dict[str, str]) -> str:
    met = {id_}
    while (next_ := into.get(id_)) and next_ not in met:
        id_ = next_
        met.add(id_)
    return id_


def providers(connection: Connection) -> dict[str, Provider]:
    """Id → what of a provider a row may need."""
    query = select(PROVIDERS.c.id, PROVIDERS.c.name, PROVIDERS.c.kind)
    return {row.id: Provider(str(row.name or ""), str(row.kind or "")) for row in connection.execute(query)}


def checked_reason(typed: str) -> str:
    """The reason in one line. Raises Refused `exchange_reason` for one that says nothing."""
    reason = " ".join(clean(typed)[0].split())
    if sum(map(str.isalnum, reason)) < LEAST_REASON or len(reason) > LONGEST:
        raise Refused("exchange_reason", least=LEAST_REASON)
    return reason


def owners(connection: Connection, actor: str) -> frozenset[str] | None:
    """Ids that whoever works here writes as, whose cases they may export; None where they may export all.

    Raises Refused `exchange_role` for whoever exports none: statistics and the office go without rows.
    """
    enrolled = server_state.server(connection)
    if enrolled is not None and enrolled.role not in MAKERS:
        raise Refused("exchange_role")
    if server_state.leads(connection):
        return None
    cases, lead = TABLES["cases"], persons(connection)
    met = {
        *connection.scalars(select(cases.c.owner_id).distinct()),
        *connection.scalars(select(cases.c.created_by).distinct()),
    }
    return frozenset(id_ for id_ in {*met, actor} if id_ and lead(id_) == lead(actor))


def pseudonyms(key: Key, to: Recipient) -> Callable[[str], str]:
    """Id → what this recipient knows it by: an HMAC under a key of this vault and this recipient."""
    own = hashlib.blake2b(to.key.encode(), key=key.dek, person=PURPOSE, digest_size=32).digest()

    def pseudonym(id_: str) -> str:
        return hmac.digest(own, id_.encode(), "sha256").hex()[:SIGNS]

    return pseudonym
