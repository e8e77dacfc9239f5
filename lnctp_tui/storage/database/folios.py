"""Folios as they are given out: this laptop's prefix and its counter."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from lnctp_tui.domain.practice import mark
from lnctp_tui.domain.values import folio
from lnctp_tui.storage.database import state

if TYPE_CHECKING:
    from lnctp_tui.storage.database.session import Unit

PREFIX, NEXT = "folio_prefix", "folio_next"


def new_prefix() -> str:
    """Four random Crockford symbols, until the server assigns unique ones at enrolment."""
    prefix = "".join(secrets.choice(folio.CROCKFORD) for _ in range(folio.PREFIX))
    return new_prefix() if prefix == mark.FOLIOS else prefix


def allocate(unit: Unit) -> str:
    """The next folio; it is given out with the transaction, and never again."""
    return give(unit, 1)[0]


def give(unit: Unit, count: int) -> list[str]:
    """The next folios, for many cases at once."""
    if not count:
        return []
    number = int(state.get(unit.connection, NEXT, 1))
    unit.remember(NEXT, number + count)
    prefix = str(state.get(unit.connection, PREFIX))
    return [folio.make(prefix, each) for each in range(number, number + count)]
