"""Victims, groups and traffickers, streamed once: their own columns, and what a case mentions of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import orjson
from sqlalchemy import select

from lnctp_tui.domain.assess import minority
from lnctp_tui.domain.report.dimensions import ADULT, BANDS, MENTIONS, MINOR, PEOPLE, TRAITS
from lnctp_tui.domain.values import dates
from lnctp_tui.reports.facts import Facts, numbers
from lnctp_tui.reports.roots import HOME, Roots
from lnctp_tui.reports.source import TABLES, Source, text_of

PERSONS = TABLES["people"]
CODED: Final = ("nationality", "sex", "relation", "trafficker_role", "network_level")
"""Dimensions that are a column each."""
MOST_KEYS: Final = 20_000
"""Keys of answers that are remembered; a store may hold any."""


class Answers:
    """Reads the answers that are counted out of a record's."""

    def __init__(self, facts: Facts, names: tuple[str, ...]) -> None:
        self.codes = [facts.codes[name] for name in names]
        self.names = {name: at for at, name in enumerate(names)}
        self.parts = [
            {part: 1 << codes.parts[part] for part in ("unknown", "refused", "no")} for codes in self.codes
        ]
        self.keys: dict[str, tuple[int, int]] = {}

    def read(self, answers: dict[str, Any]) -> list[int]:
        """Bits of each dimension."""
        bits = [0] * len(self.codes)
        keys = self.keys
        for key, value in answers.items():
            entry = keys.get(key)
            if entry is None:
                entry = self._entry(key)
            at = entry[0]
            if at >= 0:
                bits[at] |= entry[1] if value == "yes" else self.parts[at].get(str(value), 0)
        return bits

    def _entry(self, key: str) -> tuple[int, int]:
        prefix, _dot, code = key.partition(".")
        at = self.names.get(prefix, -1) if code else -1
        entry = (at, self.codes[at].bit(code) if at >= 0 else 0)
        if len(self.keys) < MOST_KEYS:
            self.keys[key] = entry
        return entry


class Ages:
    """Age class, band and least age of a person, remembered by what they are made of."""

    def __init__(self, facts: Facts) -> None:
        classes, bands = facts.codes["age_class"], facts.codes["age_band"]
        self.minor, self.adult = classes.of(MINOR), classes.of(ADULT)
        self.classes, self.bands = classes, bands
        self.known: dict[tuple[Any, ...], tuple[int, int, int]] = {}

    def of(
        self, age_columns: tuple[Any, ...], answers: dict[str, Any], day: Callable[[], str]
    ) -> tuple[int, int, int]:
        """Numbers of class and band, and the least age or -1. `told`: least, most, estimated, date of birth."""
        appears, raw = answers.get("age.appears_minor"), bool(answers.get("raw.age"))
        on = day() if age_columns[3] else ""
        key = (*age_columns, appears, raw, on)
        numbers = self.known.get(key)
        if numbers is None:
            numbers = self.known[key] = self._reckoned(
                age_columns, {"age.appears_minor": appears, "raw.age": raw}, on
            )
        return numbers

    def _reckoned(
        self, age_columns: tuple[Any, ...], answers: dict[str, Any], on: str
    ) -> tuple[int, int, int]:
        youngest, oldest, estimated, born = age_columns
        person = {
            "age_min": youngest, "age_max": oldest, "age_estimated": bool(estimated), "birth_date": born,
            "answers": answers,
        }  # fmt: skip
        day = _day(on)
        state, age = minority.state(person, day), minority.age_of(person, day)
        if state in ("minor", "doubt"):
            age_class = self.minor
        elif age is not None:
            age_class = self.adult
        else:
            age_class = self.classes.parts["unknown" if state == "adult" else "unasked"]
        if age is None:
            part = "unasked" if state == "unasked" else "unknown"
            return age_class, self.bands.parts[part], -1
        band = next(code for code, low, high in BANDS if low <= age <= high)
        return age_class, self.bands.of(band), age


def _day(text: str) -> date | None:
    stored = dates.stored(text) if text else None
    return stored.first() if stored else None


class Foreign:
    """Who comes from another country: of places that name a person, and of those that name a case alone."""

    def __init__(self) -> None:
        self.people: set[str] = set()
        self.reports: set[int] = set()


def read(source: Source, facts: Facts, roots: Roots) -> Foreign:
    """Fills the streams of people and the mentions of their cases."""
    columns = PERSONS.c
    question = select(
        columns.id, columns.case_id, columns.role, columns.headcount, columns.age_min, columns.age_max,
        columns.age_estimated, columns.birth_date, columns.nationality, columns.sex, columns.relation_to_trafficker,
        columns.trafficker_role, columns.network_level, text_of(columns.answers),
    ).where(columns.erased_at.is_(None), columns.role.in_(PEOPLE))  # fmt: skip
    mentions, traits = Answers(facts, MENTIONS), Answers(facts, TRAITS)
    masks = [numbers(codes, facts.reports) for codes in mentions.codes]
    for name, mask in zip(MENTIONS, masks, strict=True):
        facts.streams["report"].columns[name] = mask
    foreign, ages = Foreign(), Ages(facts)
    writers = {role: _writer(facts, role) for role in PEOPLE}
    nationality = facts.codes["nationality"]
    for person, case_id, role, headcount, youngest, oldest, estimated, born, *coded, text in source.rows(
        question
    ):
        report = roots.report_of(case_id)
        if report < 0 or not facts.is_case[report]:
            continue
        answers = orjson.loads(text) if text and text != "{}" else {}
        if role != "trafficker":
            for mask, bits in zip(masks, mentions.read(answers), strict=True):
                if bits:
                    mask[report] |= bits
            if coded[0] and coded[0] != HOME and nationality.of(coded[0]) < nationality.outside:
                foreign.people.add(person)
                foreign.reports.add(report)
        age_columns = (youngest, oldest, estimated, born)
        of_age = ages.of(age_columns, answers, lambda case=case_id: roots.day_of_facts(case))  # type: ignore[misc]
        writers[role](report, coded, of_age, traits.read(answers), headcount)
    return foreign


def _writer(facts: Facts, role: str) -> Callable[..., None]:
    """What puts one person of this role into the stream."""
    stream = facts.streams[role]
    add_report = stream.report.append
    coded = [
        (stream.columns[name].append, facts.codes[name].number, facts.codes[name].outside) for name in CODED
    ]
    add_class, add_band = stream.columns["age_class"].append, stream.columns["age_band"].append
    add_traits = [stream.columns[name].append for name in TRAITS]
    ages, headcounts = facts.ages.append, facts.headcounts.append

    def add(
        report: int, values: list[Any], of_age: tuple[int, int, int], bits: list[int], headcount: Any
    ) -> None:
        add_report(report)
        for (append, number, outside), value in zip(coded, values, strict=True):
            append(number.get(value, outside))
        add_class(of_age[0])
        add_band(of_age[1])
        for append, trait in zip(add_traits, bits, strict=True):
            append(trait)
        if role == "victim":
            ages(of_age[2])
        elif role == "group":
            headcounts(headcount or 0)

    return add
