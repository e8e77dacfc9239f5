"""Root cases and their reports: which contact is the report, when, from where, of which class."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sqlalchemy import not_, or_, select

from lnctp_tui.domain.report import units
from lnctp_tui.domain.report.dimensions import ABROAD, AROUND, CAPITAL, NO_CLASS, OTHER_STATES
from lnctp_tui.reports.codes import Codes
from lnctp_tui.reports.facts import Facts
from lnctp_tui.reports.source import TABLES, Source

CLASS_ALONE: Final = {"information": "informativo", "other_crime": "otros_delitos"}
"""Kind of a contact without a case → its class."""
TRAFFICKING: Final = "trata"
HOME: Final = "MX"
CASES, CONTACTS = TABLES["cases"], TABLES["contacts"]


class First(NamedTuple):
    """A contact that may be the report; the least is."""

    at: str
    id: str
    channel: str | None = None
    reporter: str | None = None
    state: str | None = None
    country: str | None = None


@dataclass
class Roots:
    """Every case that is held, and the one it counts at."""

    index: dict[str, int] = field(default_factory=dict)
    """Case id → its number."""
    root: array[int] = field(default_factory=lambda: array("i"))
    """Of each case: the number of the one that its `merged_into` ends at."""
    report: array[int] = field(default_factory=lambda: array("i"))
    """Of each root: its report in the period, -1 for none."""
    classes: list[str | None] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    earliest: dict[int, str] = field(default_factory=dict)
    """Of roots with contacts: the first instant on record, which stands for the day of the facts."""

    def report_of(self, case_id: str | None) -> int:
        """The report that rows of a case belong to; -1 outside the period, or of a case that is not held."""
        at = self.index.get(case_id or "")
        return -1 if at is None else self.report[self.root[at]]

    def add(self, case_id: str, report_class: str | None, opened: str) -> int:
        """A further case, which is its own root so far."""
        number = len(self.root)
        self.index[case_id] = number
        self.root.append(number)
        self.classes.append(report_class)
        self.opened.append(opened)
        return number

    def day_of_facts(self, case_id: str) -> str:
        """The first day on record of a case and those merged with it."""
        root = self.root[self.index[case_id]]
        return (self.earliest.get(root) or self.opened[root])[:10]


def read(source: Source, facts: Facts) -> Roots:
    """Reads cases and contacts, and fills the reports of the period."""
    roots = _cases(source)
    facts.held = sum(number == root for number, root in enumerate(roots.root))
    came = len(roots.root)
    firsts, incoming, alone = _contacts(source, roots, facts)
    roots.report = array("i", [-1]) * len(roots.root)
    made = Reports(facts)
    ids = list(roots.index)
    for number, root in enumerate(roots.root):
        if number != root:
            continue
        first = firsts.get(root)
        if first is None and root not in incoming and root < came:
            first = First(roots.opened[root], "")
        if first is not None:
            roots.report[root] = made.add(first, roots.classes[root], ids[root])
    for contact, report_class in alone:
        made.add(contact, report_class, contact.id)
    return roots


def _cases(source: Source) -> Roots:
    roots, merged = Roots(), dict[str, str]()
    question = select(
        CASES.c.id, CASES.c.merged_into, CASES.c.report_class, CASES.c.opened_at, CASES.c.created_at
    ).where(CASES.c.erased_at.is_(None), source.shown("cases"))
    for case_id, into, report_class, opened_at, created_at in source.rows(question):
        roots.add(case_id, report_class, opened_at or created_at)
        if into:
            merged[case_id] = into
    # a merge that leads nowhere ends where it stands
    held = {case_id: into for case_id, into in merged.items() if into in roots.index}
    for case_id, end in units.roots(held).items():
        roots.root[roots.index[case_id]] = roots.index[end]
    return roots


def _contacts(
    source: Source, roots: Roots, facts: Facts
) -> tuple[dict[int, First], set[int], list[tuple[First, str | None]]]:
    """The first contact of each root, the roots with incoming ones, and the reports without a case."""
    columns = CONTACTS.c
    question = select(
        columns.id, columns.case_id, columns.direction, columns.kind, columns.started_at, columns.created_at,
        columns.channel, columns.reporter_type, columns.state, columns.country,
    ).where(columns.erased_at.is_(None), source.shown("contacts"))  # fmt: skip
    hidden = or_(CASES.c.erased_at.is_not(None), not_(source.shown("cases")))
    gone = {row[0] for row in source.rows(select(CASES.c.id).where(hidden))}
    firsts: dict[int, First] = {}
    incoming: set[int] = set()
    alone: list[tuple[First, str | None]] = []
    left_out = LeftOut(facts)
    for contact_id, case_id, direction, kind, started, created, *known in source.rows(question):
        at = started or created
        if case_id:
            if case_id in gone:
                continue
            number = roots.index.get(case_id)
            if number is None:  # a case that never came: its contacts are still one report
                number = roots.add(case_id, None, created)
            root = roots.root[number]
            if started and started < roots.earliest.get(root, "~"):
                roots.earliest[root] = started
            if direction == "out":
                continue
            incoming.add(root)
            if kind in units.NO_REPORT:
                left_out.add(at, kind)
                continue
            first = firsts.get(root)
            if first is None or (at, contact_id) < first:
                firsts[root] = First(at, contact_id, *known)
        elif direction == "out":
            continue
        elif kind in units.NO_REPORT:
            left_out.add(at, kind)
        else:
            alone.append((First(at, contact_id, *known), CLASS_ALONE.get(kind)))
    return firsts, incoming, alone


class LeftOut:
    """Contacts that are no report, in the period."""

    def __init__(self, facts: Facts) -> None:
        self.stream, self.codes, self.period = facts.streams["contact"], facts.codes["kind"], facts.period

    def add(self, at: str, kind: str) -> None:
        if self.period.month(at) >= 0:
            self.stream.report.append(len(self.stream.report))
            self.stream.columns["kind"].append(self.codes.of(kind))


class Reports:
    """Fills the columns of reports."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.codes = facts, facts.codes
        columns = facts.streams["report"].columns
        self.columns = [
            columns[name]
            for name in (
                "report_class",
                "month",
                "year",
                "channel",
                "reporter",
                "origin",
                "origin_group",
                "country",
            )
        ]
        self.years = [facts.codes["year"].of(month[:4]) for month in facts.period.months]
        self.class_of: dict[str | None, int] = {None: facts.codes["report_class"].of(NO_CLASS)}
        self.places: dict[tuple[str | None, str | None], tuple[int, int, int]] = {}

    def add(self, first: First, report_class: str | None, root: str) -> int:
        """The number of this report; -1 when it is outside the period."""
        facts, at = self.facts, first.at
        facts.first = min(facts.first or at, at)
        facts.last = max(facts.last, at)
        month = facts.period.month(at)
        if month < 0:
            return -1
        class_number = self.class_of.get(report_class)
        if class_number is None:
            class_number = self.class_of[report_class] = self.codes["report_class"].of(report_class)
        place = self.places.get((first.state, first.country))
        if place is None:
            place = self.places[first.state, first.country] = placed(self.codes, first.state, first.country)
        numbers = (
            class_number, month, self.years[month], self.codes["channel"].of(first.channel),
            self.codes["reporter"].of(first.reporter), *place,
        )  # fmt: skip
        for column, number in zip(self.columns, numbers, strict=True):
            column.append(number)
        facts.is_case.append(report_class == TRAFFICKING)
        facts.at.append(at)
        facts.root.append(root)
        return len(facts.at) - 1


def placed(codes: dict[str, Codes] | object, state: str | None, country: str | None) -> tuple[int, int, int]:
    """Origin, its group and the country of a contact: its state, else `extranjero`, else not known."""
    origins, groups, countries = (codes[name] for name in ("origin", "origin_group", "country"))  # type: ignore[index]
    number = where(origins, state, country)
    country_number = countries.of(HOME if number < origins.outside - 1 and not country else country)
    if number < origins.outside:
        code = origins.rows[number]
        group = groups.of(code if code in (CAPITAL, AROUND, ABROAD) else OTHER_STATES)
    else:
        group = groups.outside + number - origins.outside
    return number, group, country_number


def where(states: Codes, state: str | None, country: str | None) -> int:
    """A state by its code, else `extranjero` where the country is another, else what is not known."""
    number = states.of(state)
    foreign = (
        bool(country)
        and country not in (HOME, "ZZ", "unknown", "refused")
        and not str(country).startswith("~")
    )
    if number >= states.outside and foreign:
        return states.of(ABROAD)
    if number == states.unasked and country in ("ZZ", "unknown", "refused"):
        return states.parts["refused" if country == "refused" else "unknown"]
    return number
