"""What one value of a case document may be, by its kind: each checker gives what is stored, or raises Bad.

Source: the columns of docs/import.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from lnctp_tui.domain.practice import mark
from lnctp_tui.domain.values import ages, folio, moments
from lnctp_tui.services.exchange.importing.columns import GREATEST


class Bad(Exception):
    """A value that cannot be stored. Holds a reason's code and facts, never the value."""

    def __init__(self, reason: str, **facts: object) -> None:
        self.reason = reason
        self.facts = facts
        super().__init__(reason)


Checker = Callable[[Any], Any]


def whole(least: int, most: int) -> Checker:
    """A checker of whole numbers; `3.0` is one."""

    def check(value: Any) -> int:
        if type(value) is float and value.is_integer():
            value = int(value)
        if type(value) is not int:
            raise Bad("not_whole")
        if not least <= value <= most:
            raise Bad("out_of_range", least=least, most=most)
        return value

    return check


def amount(value: Any) -> float:
    """An amount of money, not negative."""
    if type(value) not in (int, float) or not math.isfinite(value):
        raise Bad("not_a_number")
    if not 0 <= value <= GREATEST:
        raise Bad("out_of_range", least=0, most=GREATEST)
    return float(value)


def true_false(value: Any) -> bool:
    """True or false, nothing that looks like it."""
    if type(value) is not bool:
        raise Bad("not_true_false")
    return value


def a_date(latest: date, *, birth: bool = False) -> Checker:
    """A checker of dates, also of a year or a month; a `birth` is not after `latest`."""

    def check(value: Any) -> str:
        if reason := moments.day(value, latest, birth=birth):
            raise Bad(reason)
        return str(value)

    return check


def a_folio(value: Any) -> str:
    """A folio with its check symbol, as it is stored."""
    parsed = folio.parse(value) if type(value) is str else None
    if parsed is None:
        raise Bad("bad_folio")
    if parsed.prefix == mark.FOLIOS:
        raise Bad("practice")
    return str(parsed)


def reference(value: Any) -> str:
    """The name of a record of the same document."""
    if type(value) is not str or not 0 < len(value) <= 100:
        raise Bad("bad_id")
    return value


def a_uuid(value: Any) -> str:
    """A UUID in its canonical writing."""
    uuid = as_uuid(value)
    if uuid is None:
        raise Bad("bad_id")
    return uuid


def as_uuid(value: Any) -> str | None:
    """A UUID in its canonical writing, None when it is none."""
    if type(value) is not str or len(value) not in (32, 36):
        return None
    try:
        return str(UUID(value))
    except ValueError:
        return None


def both_ages(value: Any) -> dict[str, Any]:
    """`age` stands for both ends (docs/import.md); a number or as people say it."""
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) not in (int, str):
        raise Bad("age_unreadable")
    age = ages.parse(str(value))
    if isinstance(age, str):
        raise Bad(age)
    open_end = {} if age.oldest is None else {"age_max": age.oldest}
    return {"age_min": age.youngest, "age_estimated": age.estimated} | open_end
