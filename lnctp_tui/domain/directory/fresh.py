"""How long what is known of a provider counts: verification, what colleagues found since, free places.

Days are proposals for the Line to decide; those of a service stand in catalogs/service.csv, `verify_days`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from lnctp_tui.domain.directory.trust import Person
from lnctp_tui.domain.values.moments import zoned

Freshness = Literal["fresh", "overdue", "never"]
VERIFY_DAYS: Final = 365
"""Of a service that says nothing else."""
FAILED: Final = frozenset({"no_answer", "wrong_number"})
GONE: Final = frozenset({"moved", "closed"})
WITHIN: Final = timedelta(days=14)
CAPACITY: Final = timedelta(hours=72)
"""After which nobody knows any more whether there is room."""


def freshness(verified_at: str | None, doubted: bool, days: int, now: datetime) -> Freshness:
    """`verified_at` is the last time a second person verified it; `doubted` as `is_doubted` says."""
    last = zoned(verified_at) if verified_at is not None else None
    if last is None:
        return "never"
    return "overdue" if doubted or now - last > timedelta(days=days) else "fresh"


def is_doubted(checks: Iterable[Mapping[str, Any]], verified_at: str | None, person: Person) -> bool:
    """Whether colleagues met a closed door since: one who was told so, or two who reached nobody in 14 days.

    Two laptops of one person are one voice. `checks` are all of the provider.
    """
    last = zoned(verified_at)
    since = [
        (at, check)
        for check in checks
        if not check.get("erased_at") and (at := zoned(check.get("at"))) is not None and (last is None or at > last)
    ]  # fmt: skip
    if any(check.get("kind") in GONE for _at, check in since):
        return True
    failed = [
        (at, person(str(check["by_id"])))
        for at, check in since
        if check.get("kind") in FAILED and check.get("by_id")
    ]
    return any(
        by != other and abs(at - met) <= WITHIN
        for number, (at, by) in enumerate(failed)
        for met, other in failed[number + 1 :]
    )


def free_places(free: int | None, at: str | None, now: datetime) -> int | None:
    """Free places as somebody saw them in the last 72 hours; None when nobody knows."""
    seen = zoned(at) if free is not None else None
    return free if seen is not None and now - seen <= CAPACITY else None


def verify_days(kinds: Sequence[str], days_of: Mapping[str, int]) -> int:
    """Within how many days a provider of these services is to be verified: the shortest of them."""
    return min((days_of.get(kind, VERIFY_DAYS) for kind in kinds), default=VERIFY_DAYS)
