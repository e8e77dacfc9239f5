"""Whether the town and the state of a record are of one place: two columns say it, and each is typed alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lnctp_tui.domain.protocol.protocol import Protocol, Row

TOWN, STATE = "municipality", "state"


def torn(protocol: Protocol, record: Mapping[str, Any], column: str) -> tuple[Row, Row] | None:
    """The state that the record says and the one its municipality is in, where they are two; else None.

    `column` is either of a pair: `state` and `municipality`, `origin_state` and `origin_municipality`.
    """
    if STATE not in column and TOWN not in column:
        return None
    states, towns = protocol.catalogs.get(STATE), protocol.catalogs.get(TOWN)
    if states is None or towns is None:
        return None
    town = towns.by_code.get(str(record.get(column.replace(STATE, TOWN))))
    row = states.by_code.get(str(record.get(column.replace(TOWN, STATE))))
    own = states.by_code.get(town.extra.get(STATE, "")) if town else None
    return (row, own) if row and own and row.code != own.code else None
