"""The ILO operational indicators of trafficking: dimensions, result and bounds of one person.

Source: ILO and European Commission, Operational indicators of trafficking in human beings (Delphi, 2009): a
dimension is positive with 2 strong, or 1 strong and 1 more, or 3 medium, or 2 medium and 1 weak; the
combination follows the Moldova labour-force survey. Mark V2-weak: strengths and rule come from one copy made by
an AI, its page not checked against the brochure. Unanswered is open, never no. A set without strengths measures
nothing: its signs are asked and shown. The law asks less than these dimensions: a low result is not "no trata".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.identity import per_object

DIMENSIONS = (
    "deceptive_recruitment",
    "coercive_recruitment",
    "recruitment_abuse_vulnerability",
    "exploitation",
    "coercion_destination",
    "abuse_vulnerability_destination",
)
RECRUITMENT = frozenset(DIMENSIONS[:3])
DESTINATION = frozenset(DIMENSIONS[4:])
RESULTS = ("no_exploitation", "exploitation_only", "deception_and_exploitation", "trafficking")
"""From the lowest to the highest."""
NOT_MEASURED = "not_measured"
"""The result under a set whose strengths nobody has keyed from the brochure."""
OBSERVATIONAL = "observational"
"""Dimension of the signs without strength (UNODC): they are seen, and decide nothing."""
SEXUAL = "prostitucion_ajena_explotacion_sexual"
STRENGTHS = ("S", "M", "W")


class Count(NamedTuple):
    """How many indicators of each strength."""

    strong: int = 0
    medium: int = 0
    weak: int = 0

    def plus(self, other: Count) -> Count:
        return Count(self.strong + other.strong, self.medium + other.medium, self.weak + other.weak)

    def minus(self, other: Count) -> Count:
        return Count(self.strong - other.strong, self.medium - other.medium, self.weak - other.weak)


ONE = {"S": Count(strong=1), "M": Count(medium=1), "W": Count(weak=1)}


@dataclass(frozen=True)
class Dimension:
    """The answers of one dimension, counted."""

    yes: Count
    open: Count
    """Not answered, not known or refused."""

    @property
    def state(self) -> str:
        """positive, negative (even with every open one as yes) or open."""
        if positive(self.yes):
            return "positive"
        return "open" if positive(self.yes.plus(self.open)) else "negative"


@dataclass(frozen=True)
class Findings:
    """One person under one set of indicators."""

    set: str
    fallback: bool
    """The set's strengths are not known: it measures nothing, and only its signs are shown."""
    dimensions: Mapping[str, Dimension]
    """Empty where nothing is measured."""
    result: str
    """Open counts as no. One of RESULTS, or NOT_MEASURED."""
    result_if_all_yes: str
    """Open counts as yes."""
    signs: tuple[str, ...] = ()
    """The signs of a set without strengths that were answered yes."""


def positive(count: Count) -> bool:
    """Whether a dimension with these yes answers is positive. Source: ILO 2009; page not checked."""
    strong, medium, weak = count
    return (
        strong >= 2
        or (strong >= 1 and medium + weak >= 1)
        or medium >= 3
        or (medium >= 2 and weak >= 1)
    )  # fmt: skip


def combine(standing: frozenset[str], *, minor: bool, act: bool) -> str:
    """The result for these positive dimensions. Abuse of vulnerability stands in for the other means."""
    if "exploitation" not in standing:
        return "no_exploitation"
    if minor:
        return "trafficking" if act else "exploitation_only"
    if standing & RECRUITMENT and standing & DESTINATION:
        return "trafficking"
    return "deception_and_exploitation" if "deceptive_recruitment" in standing else "exploitation_only"


def which_set(modalities: tuple[str, ...], *, minor: bool) -> tuple[str, str | None]:
    """The set for a person's modalities, and a second one when sexual and other exploitation concur."""
    labour, sexual = ("CL", "CS") if minor else ("AL", "AS")
    if SEXUAL not in modalities:
        return labour, None
    return sexual, labour if len(modalities) > 1 else None


def exploited(result: str) -> bool:
    """Whether a measured result shows exploitation."""
    return result in RESULTS[1:]


def by_dimension(protocol: Protocol, set_code: str) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Dimension → (indicator, strength) of a set, in the file's order; empty when it cannot measure."""
    return _sets(protocol).get(set_code, {})


def signs(protocol: Protocol, set_code: str) -> tuple[str, ...]:
    """What is asked under a set that cannot measure: its few known rows, then the signs without strength."""
    return () if set_code in _sets(protocol) else _signs(protocol)[set_code]


def find(
    answers: Mapping[str, Any], protocol: Protocol, set_code: str, *, minor: bool, act: bool, act_open: bool
) -> Findings:
    """What the answers show under a set. `act`: some act is yes; `act_open`: some act may still be."""
    if set_code not in _sets(protocol):
        present = tuple(
            sign for sign in signs(protocol, set_code) if answers.get(f"indicator.{sign}") == "yes"
        )
        return Findings(set_code, True, {}, NOT_MEASURED, NOT_MEASURED, present)
    retired = _retired(protocol)
    dimensions = {
        name: _dimension(answers, rows, retired) for name, rows in by_dimension(protocol, set_code).items()
    }
    lower = frozenset(name for name, sign in dimensions.items() if sign.state == "positive")
    upper = frozenset(name for name, sign in dimensions.items() if sign.state != "negative")
    return Findings(
        set_code,
        False,
        dimensions,
        combine(lower, minor=minor, act=act),
        combine(upper, minor=minor, act=act or act_open),
    )


def _dimension(
    answers: Mapping[str, Any], rows: tuple[tuple[str, str], ...], retired: frozenset[str]
) -> Dimension:
    yes, unsettled = dict.fromkeys(STRENGTHS, 0), dict.fromkeys(STRENGTHS, 0)
    for code, strength in rows:
        answer = answers.get(f"indicator.{code}")
        if answer == "yes":
            yes[strength] += 1
        elif answer != "no" and code not in retired:
            unsettled[strength] += 1
    return Dimension(Count(*yes.values()), Count(*unsettled.values()))


@per_object
def _signs(protocol: Protocol) -> Mapping[str, tuple[str, ...]]:
    rows = protocol.indicators.rows
    unmeasured = tuple(
        row.code for row in rows if row.extra["dimension"] == OBSERVATIONAL and not row.valid_to
    )
    return {
        name: (*(row.code for row in rows if row.extra.get(name) in STRENGTHS), *unmeasured)
        for name in ("AS", "CS")
    }


@per_object
def _retired(protocol: Protocol) -> frozenset[str]:
    """Indicators that are no longer asked: a yes of an old case counts, no answer is not open."""
    return frozenset(row.code for row in protocol.indicators.rows if row.valid_to)


@per_object
def _sets(protocol: Protocol) -> Mapping[str, Mapping[str, tuple[tuple[str, str], ...]]]:
    """Set → dimension → (indicator, strength). A sexual set with a strength missing is not here."""
    rows = protocol.indicators.rows
    return {
        name: {
            dimension: tuple(
                (row.code, row.extra[name])
                for row in rows
                if row.extra["dimension"] == dimension and row.extra.get(name) in STRENGTHS
            )
            for dimension in DIMENSIONS
        }
        for name in ("AL", "CL", "AS", "CS")
        if name.endswith("L") or all(row.extra.get(name) in (*STRENGTHS, "-") for row in rows)
    }
