"""How earlier referrals to a provider ended. A place that answers `lleno` has answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

MONTHS_24: Final = timedelta(days=730)
"""How far back referrals count."""
UNANSWERED: Final = "no_answer"
ANSWERED: Final = ("accepted", "refused", "waitlisted", "completed")
PRIOR: Final = 4
"""How many referrals the rate of all such providers counts for."""
FEWEST_OF_KIND: Final = 20
FEWEST_SHOWN: Final = 3


@dataclass(frozen=True)
class Tally:
    """Referrals that were answered, of those that were sent, in 24 months."""

    answered: int = 0
    n: int = 0

    @property
    def shown(self) -> bool:
        """Whether there are enough to say anything."""
        return self.n >= FEWEST_SHOWN


def tally(counts: Mapping[str, int]) -> Tally:
    """Of counts by status of a referral; one that is not sent or was withdrawn says nothing."""
    answered = sum(counts.get(status, 0) for status in ANSWERED)
    return Tally(answered, answered + counts.get(UNANSWERED, 0))


def rate_of_kind(all_of_kind: Tally) -> float:
    """The rate of a kind of provider, one half where too little is known."""
    return all_of_kind.answered / all_of_kind.n if all_of_kind.n >= FEWEST_OF_KIND else 0.5


def tenths(one: Tally, kind_rate: float) -> int:
    """Reliability in tenths, drawn towards the kind's own rate while there are few."""
    return round(10 * (PRIOR * kind_rate + one.answered) / (PRIOR + one.n))
