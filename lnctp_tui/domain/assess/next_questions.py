"""The unanswered questions that would move an assessment most, safety first.

Order: whether it is safe to talk; dangers that would raise the triage; the other first questions of every
contact; the age when nothing is known of it; then what alone changes a result, what alone settles an element or a
dimension (a yes makes it positive, or a no makes it negative), what moves a bound, and the signs of a set that
cannot measure. What was asked and not known or refused comes after all that; never a never-ask code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lnctp_tui.domain.assess.indicators import (
    ONE,
    SEXUAL,
    STRENGTHS,
    Count,
    Dimension,
    Findings,
    by_dimension,
    combine,
    positive,
    signs,
)
from lnctp_tui.domain.assess.law import Elements, codes, national, rules
from lnctp_tui.domain.assess.triage import LEVELS, danger_levels
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import Document, Record
from lnctp_tui.domain.records.identity import per_object

FIRST = ("situation.safe_to_talk", "situation.someone_listening", "callback_allowed")
"""Safe to talk? Is anybody listening? If the call drops? Source: triage proposed for the Line, mark D."""

_SAFE, _DANGER, _FIRST, _AGE, _RESULT, _DIMENSION, _BOUND, _SIGN, _AGAIN, _REST = range(10)

Ranked = tuple[tuple[int, ...], str]


def of_case(document: Document, protocol: Protocol, level: str) -> list[Ranked]:
    """The safety questions still open on the case, ranked; `level` is its triage."""
    case = document.get("case") or {}
    answers = case.get("answers") or {}
    ranked = [
        _ranked(_DANGER, (-LEVELS.index(grade), order), f"danger.{code}", answers.get(f"danger.{code}"))
        for order, (code, grade) in enumerate(danger_levels(protocol).items())
        if LEVELS.index(grade) > LEVELS.index(level)
    ]
    ranked += [
        _ranked(_FIRST if order else _SAFE, (order,), code, answers.get(code, case.get(code)))
        for order, code in enumerate(FIRST)
    ]
    return [question for question in ranked if question is not None]


def of_person(
    person: Record,
    protocol: Protocol,
    elements: Elements,
    findings: tuple[Findings, ...],
    *,
    minor: bool,
    age_known: bool,
) -> list[Ranked]:
    """The open questions about one victim, ranked."""
    answers = person.get("answers") or {}
    ranked = [
        *([] if age_known else [_of_age(answers.get("age.appears_minor"))]),
        *_of_elements(answers, protocol, elements, findings, minor=minor),
        *_of_indicators(answers, protocol, elements, findings, minor=minor),
    ]
    return [question for question in ranked if question is not None]


def ordered(ranked: list[Ranked], protocol: Protocol) -> tuple[str, ...]:
    """The codes, most influential first, each once, without those that are never asked or retired."""
    codes_in_order = dict.fromkeys(code for _, code in sorted(ranked))
    return tuple(code for code in codes_in_order if code not in protocol.never_ask_codes | _retired(protocol))


def _ranked(tier: int, within: tuple[int, ...], code: str, answer: Any) -> Ranked | None:
    if answer is None:
        return (tier, *within), code
    return ((_AGAIN, tier, *within), code) if answer in ("unknown", "refused") else None


def _of_age(answer: Any) -> Ranked | None:
    return _ranked(_AGE, (), "age", answer)


def _of_elements(
    answers: Mapping[str, Any],
    protocol: Protocol,
    elements: Elements,
    findings: tuple[Findings, ...],
    *,
    minor: bool,
) -> Iterator[Ranked | None]:
    """One question per missing element; its other codes come last: one yes is enough."""
    exploited = any(
        each.dimensions["exploitation"].state == "positive" for each in findings if each.dimensions
    )
    for order, (element, prefix) in enumerate((("act", "act"), ("purpose", "modality"), ("means", "means"))):
        if element not in elements.missing:
            continue
        alone = len(elements.missing) == 1 or (element == "act" and minor and exploited)
        tier, asked = (_RESULT if alone else _DIMENSION), False
        asked_of = _means(protocol, elements) if prefix == "means" else _commonest_first(protocol, prefix)
        for place, code in enumerate(asked_of):
            name = f"{prefix}.{code}"
            answered = answers.get(name)
            yield _ranked(_REST if asked else tier, (-1, order, place), name, answered)
            asked = asked or answered is None


def _means(protocol: Protocol, elements: Elements) -> tuple[str, ...]:
    """What the articles of the person's modalities name; while none is known, whatever the statute names."""
    rule_of = rules(protocol)
    named = {code for each in elements.purpose for code in rule_of[each].named} or national(protocol)
    return tuple(each for each in codes(protocol, "means", asked=True) if each in named)


def _commonest_first(protocol: Protocol, prefix: str) -> tuple[str, ...]:
    # Sexual exploitation is 69 % of what is reported (report 2019–2020).
    asked_codes = codes(protocol, prefix, asked=True)
    return (
        (SEXUAL, *(code for code in asked_codes if code != SEXUAL)) if SEXUAL in asked_codes else asked_codes
    )


def _of_indicators(
    answers: Mapping[str, Any],
    protocol: Protocol,
    elements: Elements,
    findings: tuple[Findings, ...],
    *,
    minor: bool,
) -> Iterator[Ranked | None]:
    safety = _safety(protocol)
    for finding in findings:
        for place, code in enumerate(signs(protocol, finding.set)):
            name = f"indicator.{code}"
            yield _ranked(_SIGN, (place,), name, answers.get(name))
        rows = by_dimension(protocol, finding.set)
        for name, tiers in _open_dimensions(finding, minor=minor, act=bool(elements.act)):
            for place, (code, strength) in enumerate(rows[name]):
                tier, influence = tiers[strength]
                within = (influence, STRENGTHS.index(strength), code not in safety, place)
                yield _ranked(tier, within, f"indicator.{code}", answers.get(f"indicator.{code}"))


def _open_dimensions(
    findings: Findings, *, minor: bool, act: bool
) -> Iterator[tuple[str, dict[str, tuple[int, int]]]]:
    """Each open dimension with, per strength of a yes, its tier and how far the result depends on it."""
    states = {name: dimension.state for name, dimension in findings.dimensions.items()}
    lower = frozenset(name for name, state in states.items() if state == "positive")
    upper = frozenset(name for name, state in states.items() if state != "negative")
    for name, dimension in findings.dimensions.items():
        if states[name] != "open":
            continue
        raises = combine(lower | {name}, minor=minor, act=act) != findings.result
        holds = combine(upper - {name}, minor=minor, act=True) != combine(upper, minor=minor, act=True)
        influence = 0 if raises else 1 if holds else 2
        tiers = {strength: _tier(dimension, count, raises=raises) for strength, count in ONE.items()}
        yield name, {strength: (tier, influence) for strength, tier in tiers.items()}


def _tier(dimension: Dimension, count: Count, *, raises: bool) -> int:
    """The tier of an open question of this strength; `raises`: the dimension standing changes the result."""
    if positive(dimension.yes.plus(count)):
        return _RESULT if raises else _DIMENSION
    return _BOUND if positive(dimension.yes.plus(dimension.open).minus(count)) else _DIMENSION


@per_object
def _retired(protocol: Protocol) -> frozenset[str]:
    dangers = protocol.catalogs.get("danger")
    named = [("indicator", row) for row in protocol.indicators.rows]
    named += [("danger", row) for row in dangers.rows] if dangers else []
    return frozenset(f"{name}.{row.code}" for name, row in named if row.valid_to)


@per_object
def _safety(protocol: Protocol) -> frozenset[str]:
    return frozenset(row.code for row in protocol.indicators.rows if row.extra.get("safety"))
