"""Whether two that look alike are one: decided by a person, and remembered for the next file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection

from lnctp_tui.services.directory.importing.duplicates import numbers, plain
from lnctp_tui.services.directory.importing.rows import ProviderRow
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import Unit

DECIDED: Final = "directory:decided:"
"""Before the digest of what a row says of itself: `{"same": id, "others": [ids]}`."""


def key(row: ProviderRow) -> str:
    """What a row is known by from file to file: its source and key, else its name and numbers."""
    provider = row.provider
    if provider.get("source_id"):
        said = f"{provider.get('source')}\n{provider['source_id']}"
    else:
        listed = sorted(numbers(row.channels.values()))
        said = "\n".join(["", plain(str(provider.get("name") or "")), *listed])
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def known(connection: Connection) -> Mapping[str, Mapping[str, Any]]:
    """All that was decided on this laptop."""
    return state.starting_with(connection, DECIDED)


def remember(unit: Unit, row: ProviderRow, provider_id: str, same: bool) -> None:
    """Keep that a row is, or is not, a provider that stands here."""
    at = DECIDED + key(row)
    former = state.get(unit.connection, at, {})
    others = {*former.get("others", ())}
    others = others - {provider_id} if same else others | {provider_id}
    unit.remember(at, {"same": provider_id if same else None, "others": sorted(others)})
