"""What hangs on a case: places, money, answers of the case itself, files, referrals, support; and how long it took."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from itertools import groupby
from typing import Final

import orjson
from sqlalchemy import select

from lnctp_tui.domain.follow.files import number_key, step_order
from lnctp_tui.domain.report.dimensions import ABROAD, PLACE_ROLES
from lnctp_tui.domain.values import dates
from lnctp_tui.reports.facts import Facts, Stream, numbers
from lnctp_tui.reports.people import Answers, Foreign
from lnctp_tui.reports.periods import local_day
from lnctp_tui.reports.roots import HOME, TRAFFICKING, Roots, where
from lnctp_tui.reports.source import TABLES, Source, text_of
from lnctp_tui.storage import instants

DAY: Final = 86_400_000_000
"""Microseconds."""
STATUS_OUTCOMES: Final = ("refused", "no_answer", "withdrawn", "cancelled")


def read(source: Source, facts: Facts, roots: Roots, foreign: Foreign) -> None:
    """Fills all that is not a person."""
    masks = _Masks(facts)
    _cases(source, facts, roots, masks)
    _places(source, facts, roots, masks, foreign)
    _money(source, roots, masks)
    _files(source, facts, roots, masks)
    _referrals(source, facts, roots)
    _supports(source, facts, roots)
    _triage(source, facts, roots)


class _Masks:
    """Bits of reports, by dimension."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.columns = facts, facts.streams["report"].columns
        for name, codes in facts.codes.items():
            if "report" in codes.dimension.of and len(self.columns[name]) != facts.reports:
                self.columns[name] = numbers(codes, facts.reports)

    def adder(self, name: str) -> Callable[[int, str | None], None]:
        """What puts a code to a report; nothing for None."""
        column, codes = self.columns[name], self.facts.codes[name]
        bits: dict[str | None, int] = {None: 0, "": 0}

        def add(report: int, code: str | None) -> None:
            bit = bits.get(code)
            if bit is None:
                bit = bits[code] = codes.bit(code)
            column[report] |= bit

        return add


def _in_period(facts: Facts, roots: Roots, case_id: str | None) -> int:
    """The report of a case of trafficking in the period, else -1."""
    report = roots.report_of(case_id)
    return report if report >= 0 and facts.is_case[report] else -1


def _cases(source: Source, facts: Facts, roots: Roots, masks: _Masks) -> None:
    columns = TABLES["cases"].c
    answers = text_of(columns.answers)
    question = select(columns.id, answers).where(
        columns.erased_at.is_(None), answers.contains("no_report_reason.")
    )
    reasons = Answers(facts, ("no_report_reason",))
    column = masks.columns["no_report_reason"]
    for case_id, text in source.rows(question):
        report = _in_period(facts, roots, case_id)
        if report >= 0:
            column[report] |= reasons.read(orjson.loads(text))[0]


def _places(source: Source, facts: Facts, roots: Roots, masks: _Masks, foreign: Foreign) -> None:
    columns = TABLES["places"].c
    question = select(
        columns.case_id, columns.person_id, columns.role, columns.country, columns.state, columns.venue
    ).where(columns.erased_at.is_(None))
    venue, role_of = masks.adder("venue"), masks.adder("place_role")
    states, countries = facts.codes["state_destino"], facts.codes["country"]
    columns_of = {role: masks.columns[f"state_{role}"] for role in PLACE_ROLES}
    theirs = masks.columns["state_of_foreign_victims"]
    bits: dict[tuple[str | None, str | None], int] = {}
    for case_id, person_id, role, country, state, venue_code in source.rows(question):
        report = _in_period(facts, roots, case_id)
        if report < 0:
            continue
        venue(report, venue_code)
        role_of(report, role)
        if role not in columns_of:
            continue
        bit = bits.get((state, country))
        if bit is None:
            number = where(states, state, country)
            bit = bits[state, country] = 0 if number == states.unasked else 1 << number
        columns_of[role][report] |= bit
        if bit == states.bit(ABROAD) and countries.of(country) < countries.outside and country != HOME:
            facts.abroad.setdefault((role, country), set()).add(report)
        if role == "destino" and (person_id in foreign.people if person_id else report in foreign.reports):
            theirs[report] |= bit


def _money(source: Source, roots: Roots, masks: _Masks) -> None:
    columns = TABLES["money"].c
    flag, instrument = masks.adder("flag"), masks.adder("instrument")
    question = select(columns.case_id, columns.flag, columns.instrument).where(columns.erased_at.is_(None))
    for case_id, flag_code, instrument_code in source.rows(question):
        report = _in_period(masks.facts, roots, case_id)
        if report >= 0:
            flag(report, flag_code)
            instrument(report, instrument_code)


def _files(source: Source, facts: Facts, roots: Roots, masks: _Masks) -> None:
    """One file counts once, in whatever cases its number stands: in the first by id."""
    columns = TABLES["files"].c
    question = (
        select(columns.id, columns.case_id, columns.number, columns.entity, columns.opened_on, columns.stage)
        .where(columns.erased_at.is_(None))
        .order_by(columns.id)
    )
    stages, ids = _stages(source), list(roots.index)
    has, days = masks.columns["has_file"], facts.days.setdefault("first_file", {})
    yes, no = facts.codes["has_file"].of("yes"), facts.codes["has_file"].of("no")
    for report in range(facts.reports):
        has[report] = no
    met: tuple[set[tuple[str | None, str]], set[tuple[str | None, str]]] = (set(), set())
    for file_id, case_id, number, entity, opened_on, stage in source.rows(question):
        key = (entity, number_key(number) or file_id)
        values = (entity, opened_on, stages.get(file_id, stage))
        report = _in_period(facts, roots, case_id)
        if report >= 0:
            has[report] = yes
            _sooner(days, report, _days_to(facts.at[report], opened_on))
            if key not in met[0]:
                met[0].add(key)
                _file(facts, facts.streams["file"], report, values)
        number_of = roots.index.get(case_id or "")
        if number_of is None or roots.classes[roots.root[number_of]] != TRAFFICKING:
            continue
        if opened_on and facts.period.has_day(opened_on) and key not in met[1]:
            met[1].add(key)
            root = roots.root[number_of]
            facts.own_roots[root] = ids[root]
            _file(facts, facts.own_files, root, values)


def _file(
    facts: Facts, stream: Stream, report: int, values: tuple[str | None, str | None, str | None]
) -> None:
    entity, opened_on, stage = values
    stream.report.append(report)
    codes = facts.codes
    stream.columns["entity"].append(codes["entity"].of(entity))
    stream.columns["file_year"].append(codes["file_year"].of(opened_on[:4] if opened_on else None))
    stream.columns["stage"].append(codes["stage"].of(stage))


def _stages(source: Source) -> dict[str, str]:
    """File id → the stage that stands."""
    columns = TABLES["file_stages"].c
    question = (
        select(columns.file_id, columns.id, columns.stage, columns.on)
        .where(columns.erased_at.is_(None), columns.stage.is_not(None))
        .order_by(columns.file_id)
    )
    rows = (dict(zip(("file_id", "id", "stage", "on"), row, strict=True)) for row in source.rows(question))
    return {
        str(file_id): max(steps, key=step_order)["stage"]
        for file_id, steps in groupby(rows, key=lambda row: row["file_id"])
    }


def _referrals(source: Source, facts: Facts, roots: Roots) -> None:
    providers = TABLES["providers"].c
    kinds: dict[str, str | None] = dict(source.rows(select(providers.id, providers.kind)))
    columns, stream, codes = TABLES["referrals"].c, facts.streams["referral"], facts.codes
    question = select(
        columns.case_id, columns.reason, columns.status, columns.provider_id, columns.arrived, columns.need_met,
        columns.sent_at,
    ).where(columns.erased_at.is_(None))  # fmt: skip
    days = facts.days.setdefault("first_referral", {})
    for case_id, reason, status, provider_id, arrived, need_met, sent_at in source.rows(question):
        report = _in_period(facts, roots, case_id)
        if report < 0:
            continue
        stream.report.append(report)
        stream.columns["reason"].append(codes["reason"].of(reason))
        stream.columns["status"].append(codes["status"].of(status))
        stream.columns["provider_kind"].append(codes["provider_kind"].of(kinds.get(provider_id or "")))
        stream.columns["outcome"].append(codes["outcome"].of(outcome(status, arrived, need_met)))
        if sent_at:
            _sooner(days, report, _between(facts.at[report], sent_at))


def outcome(status: str | None, arrived: str | None, need_met: str | None) -> str | None:
    """What became of a referral: one of the dimension's rows, `unknown`, `refused` or None while nothing did."""
    if need_met == "yes":
        return "need_met"
    if arrived in ("yes", "no"):
        return "arrived" if arrived == "yes" else "not_arrived"
    if status in STATUS_OUTCOMES:
        return status
    return "unknown" if "unknown" in (arrived, need_met) else None


def _supports(source: Source, facts: Facts, roots: Roots) -> None:
    columns, stream, codes = TABLES["supports"].c, facts.streams["support"], facts.codes
    question = select(columns.case_id, columns.kind, columns.modality, columns.minutes).where(
        columns.erased_at.is_(None)
    )
    for case_id, kind, modality, minutes in source.rows(question):
        report = _in_period(facts, roots, case_id)
        if report >= 0:
            stream.report.append(report)
            stream.columns["support_kind"].append(codes["support_kind"].of(kind))
            stream.columns["support_modality"].append(codes["support_modality"].of(modality))
            facts.minutes.append(-1 if minutes is None else minutes)


def _triage(source: Source, facts: Facts, roots: Roots) -> None:
    days = facts.days.setdefault("first_triage", {})
    for case_id, micros in source.triaged():
        report = _in_period(facts, roots, case_id)
        if report >= 0:
            began = _micros(facts.at[report])
            _sooner(days, report, None if began is None else (micros - began) / DAY)


def _sooner(days: dict[int, float], report: int, count: float | None) -> None:
    if count is not None and count < days.get(report, float("inf")):
        days[report] = count


def _micros(instant: str) -> int | None:
    try:
        return instants.micros(datetime.fromisoformat(instant))
    except ValueError:
        return None


def _between(start: str, end: str) -> float | None:
    first, last = _micros(start), _micros(end)
    return None if first is None or last is None else (last - first) / DAY


def _days_to(instant: str, day: str | None) -> float | None:
    """Whole days from the local day of an instant to a stored date; of a year or month alone nothing is known."""
    began = local_day(instant)
    stored = dates.stored(day) if day and len(day) == 10 else None
    first: date | None = stored.first() if stored else None
    return None if began is None or first is None else float((first - began).days)
