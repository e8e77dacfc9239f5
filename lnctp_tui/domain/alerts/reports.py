"""What is counted: cases and risk situations by the day of their report, and what each says, by family of series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple

Family = Literal["venue", "hooking_method", "platform", "modality_origin", "origin"]
FAMILIES: Final[tuple[Family, ...]] = ("venue", "hooking_method", "platform", "modality_origin", "origin")
CLASSES: Final = ("trata", "situacion_riesgo")
TOGETHER: Final = 7
"""Days within which linked cases are one report."""
FOREIGN: Final = "extranjero"
UNLISTED: Final = "~"
"""Whatever stands in no catalog: it is told as that, and its text is shown to nobody."""
NO_ORIGIN: Final = ""


class Series(NamedTuple):
    """What an alert is about."""

    family: Family
    code: str
    """Of the family's catalog; of modality × origin the modality."""
    origin: str = NO_ORIGIN
    """Of modality × origin; empty in every other family."""


@dataclass(frozen=True)
class Report:
    """One report that counts, of a root case and everything merged into it."""

    case_id: str
    day: date
    """On the Line's clock."""
    origin: str
    """State of the first contact, or FOREIGN; empty when nobody knows."""
    venues: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    platforms: frozenset[str] = frozenset()
    modalities: frozenset[str] = frozenset()
    with_ids: frozenset[str] = frozenset()
    """Other root cases that are the same report: linked, and within TOGETHER days."""

    @property
    def series(self) -> frozenset[Series]:
        """All series it counts in, in each once."""
        origin = [self.origin] if self.origin else []
        return frozenset(
            [Series("venue", code) for code in self.venues]
            + [Series("hooking_method", code) for code in self.methods]
            + [Series("platform", code) for code in self.platforms]
            + [Series("modality_origin", code, place) for code in self.modalities for place in origin]
            + [Series("origin", place) for place in origin]
        )


def week_of(day: date) -> int:
    """The number of its week, which begins on a Monday."""
    return (day.toordinal() - 1) // 7


def monday(week: int) -> date:
    """The first day of a week."""
    return date.fromordinal(week * 7 + 1)


def once(reports: Iterable[Report], links: Iterable[tuple[str, str]]) -> list[Report]:
    """The same reports, with linked ones within TOGETHER days as one: of the first day, saying all they say."""
    by_id = {report.case_id: report for report in reports}
    near = [
        (one, two)
        for one, two in links
        if one in by_id and two in by_id and abs((by_id[one].day - by_id[two].day).days) <= TOGETHER
    ]
    heads = {case_id: case_id for pair in near for case_id in pair}

    def head(case_id: str) -> str:
        while heads[case_id] != case_id:
            heads[case_id] = case_id = heads[heads[case_id]]
        return case_id

    for one, two in near:
        first, second = sorted((head(one), head(two)))
        heads[second] = first
    groups: dict[str, list[Report]] = defaultdict(list)
    for case_id in heads:
        groups[head(case_id)].append(by_id.pop(case_id))
    return [*by_id.values(), *map(_joined, groups.values())]


def _joined(group: Sequence[Report]) -> Report:
    first, *rest = sorted(group, key=lambda report: (report.day, report.case_id))
    venues, methods, platforms, modalities = (
        frozenset[str]().union(*(getattr(report, name) for report in group))
        for name in ("venues", "methods", "platforms", "modalities")
    )
    origin = first.origin or next((report.origin for report in rest if report.origin), NO_ORIGIN)
    others = frozenset(report.case_id for report in rest)
    return Report(first.case_id, first.day, origin, venues, methods, platforms, modalities, others)
