"""What of a scenario does not fit: its codes, its key, what nobody can learn. The engines judge the key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from lnctp_tui.domain.assess.assess import assess
from lnctp_tui.domain.practice import key as keyed
from lnctp_tui.domain.practice.scenario import Answer, Intent, Must, Scenario
from lnctp_tui.domain.practice.score import own_of
from lnctp_tui.domain.protocol.protocol import Protocol

STATE = ("trust", "mood", "minute", "asked", "oyen", "cubierta", "escalada")
"""Names a condition may read besides the flags that the scenario sets."""
_PHONE = re.compile(r"(?<!\d)(?:\+?52)?[\s-]?(\d{2,3})[\s-](\d{3,4})[\s-](\d{4})(?!\d)|(?<!\d)(\d{10})(?!\d)")
SAMPLE = "555"
"""Sample numbers hold 555 before their last four digits; the Line's own may be named."""
LINE = "8005533000"


class Finding(NamedTuple):
    where: str
    """What of the file: `answer edad`, `key`."""
    reason: str
    """A code: `unknown_code`, `unobtainable`, `unreachable`, `key_class`, `key_triage`, `key_elements`, …"""
    facts: dict[str, Any]


def check(
    scenario: Scenario, intents: Sequence[Intent], protocol: Protocol, *, today: date
) -> Iterator[Finding]:
    """Everything about a scenario that does not fit; nothing when it can be played."""
    yield from _codes(scenario, intents, protocol)
    yield from _reach(scenario)
    yield from _contradicted(scenario.answers)
    yield from _times(scenario)
    yield from _phones(scenario)
    yield from _engines(scenario, protocol, today)


def _codes(scenario: Scenario, intents: Sequence[Intent], protocol: Protocol) -> Iterator[Finding]:
    known = {intent.code for intent in intents}
    fields = known_fields(protocol)
    for answer in scenario.answers:
        for trigger in answer.to:
            name, _, rest = trigger.partition(":")
            if name == "say" and rest not in known:
                yield Finding(f"answer {answer.id}", "unknown_intent", {"code": rest})
            if name == "field" and rest not in fields:
                yield Finding(f"answer {answer.id}", "unknown_code", {"code": rest})
    yield from _codes_of_musts(scenario.musts, known, fields)
    for fact in scenario.key.facts:
        on = _on(fact.on)
        if f"{on}.{fact.field}" not in fields:
            yield Finding(f"key.fact {fact.id}", "unknown_code", {"code": f"{on}.{fact.field}"})
    for code in scenario.modality:
        if code not in protocol.catalogs["modality"].by_code:
            yield Finding("scenario", "unknown_code", {"code": code})
    if scenario.kind not in protocol.catalogs["kind"].by_code:
        yield Finding("scenario", "unknown_code", {"code": scenario.kind})


def _codes_of_musts(musts: Iterable[Must], known: set[str], fields: frozenset[str]) -> Iterator[Finding]:
    for must in musts:
        name, _, rest = must.what.partition(":")
        if name == "say" and rest not in known:
            yield Finding(f"must {must.id}", "unknown_intent", {"code": rest})
        if name == "field" and rest not in fields:
            yield Finding(f"must {must.id}", "unknown_code", {"code": rest})


def known_fields(protocol: Protocol) -> frozenset[str]:
    """`<on>.<code>` of every field, and of every row of a checklist."""
    names = set()
    for _, field in protocol.fields:
        names.add(f"{field.on}.{field.code}")
        catalog = protocol.catalogs.get(field.catalog or "") if field.kind == "checklist" else None
        if field.code == "indicator":
            catalog = protocol.indicators
        names |= {f"{field.on}.{field.code}.{row.code}" for row in (catalog.rows if catalog else ())}
    return frozenset(names)


def _on(on: str) -> str:
    member = on.partition(".")[0]
    return keyed.TABLES.get(member, member)


def _reach(scenario: Scenario) -> Iterator[Finding]:
    """Facts nobody can learn, answers nobody can get, flags nobody sets."""
    flags = {flag for answer in scenario.answers for flag in answer.sets}
    flags |= {flag for event in scenario.events for flag in event.sets}
    reached = {answer.id for answer in scenario.answers if _may(answer, scenario, flags)}
    for answer in scenario.answers:
        if answer.id not in reached:
            yield Finding(f"answer {answer.id}", "unreachable", {"when": str(answer.when)})
        yield from _unknown_flags(f"answer {answer.id}", answer, flags)
    for fact in scenario.key.facts:
        if not reached & set(fact.given_by):
            yield Finding(f"key.fact {fact.id}", "unobtainable", {"answers": ", ".join(fact.given_by)})
    ids = {answer.id for answer in scenario.answers}
    for number, event in enumerate(scenario.events, 1):
        if event.after is not None and event.after not in ids:
            yield Finding(f"event {number}", "unknown_answer", {"code": event.after})


def _contradicted(answers: Sequence[Answer]) -> Iterator[Finding]:
    """Answers that an earlier one always takes the word from: it answers the same, whenever this one could."""
    first: dict[str, Answer] = {}
    for answer in answers:
        taken = [first.get(trigger) for trigger in answer.to]
        if taken and all(taken) and taken[0] is not None:
            flags = ", ".join(sorted(answer.when.names)) if answer.when else ""
            yield Finding(
                f"answer {answer.id}", "contradicted", {"other": taken[0].id, "flags": flags or "when"}
            )
        if answer.when is None and not answer.once:
            first = dict.fromkeys(answer.to, answer) | first


def _unknown_flags(where: str, answer: Answer, flags: set[str]) -> Iterator[Finding]:
    for name in sorted(answer.when.names if answer.when else ()):
        if name not in STATE and name not in flags:
            yield Finding(where, "unknown_flag", {"name": name})


def _may(answer: Answer, scenario: Scenario, flags: set[str]) -> bool:
    """Whether some moment of some call opens the answer: any trust that can be gained, mood, minute, flags."""
    if answer.when is None:
        return True
    gained = sum(each.trust for each in scenario.answers if each.trust > 0 and each.id != answer.id)
    top = min(10, scenario.trust + gained)
    moods = {scenario.mood} | {each.mood for each in scenario.answers if each.mood}
    minutes = (0.0, scenario.minutes / 2, scenario.minutes)
    named = [name for name in answer.when.names if name not in STATE[:4]]
    sets = [{name for name in named if name in flags or name in STATE}, set[str]()]
    sets += [{name} for name in named]
    sets += [sets[0] - {name} for name in named]
    return any(
        answer.when.holds(
            dict.fromkeys(on, True) | {"trust": trust, "mood": mood, "minute": minute, "asked": asked}
        )
        for on in sets
        for trust in range(top + 1)
        for mood in moods
        for minute in minutes
        for asked in (0, 3, 30)
    )


def _times(scenario: Scenario) -> Iterator[Finding]:
    whole = scenario.minutes * 60
    for must in scenario.musts:
        if not 0 < must.by <= whole:
            yield Finding(f"must {must.id}", "outside_call", {"minutes": scenario.minutes})
    for number, event in enumerate(scenario.events, 1):
        if event.at is not None and event.at > whole:
            yield Finding(f"event {number}", "outside_call", {"minutes": scenario.minutes})


def _phones(scenario: Scenario) -> Iterator[Finding]:
    texts = [(f"answer {answer.id}", text) for answer in scenario.answers for text in answer.text]
    texts += [(f"key.fact {fact.id}", fact.value) for fact in scenario.key.facts]
    for where, text in texts:
        for match in _PHONE.finditer(text):
            digits = "".join(part for part in match.groups() if part)
            if digits != LINE and SAMPLE not in digits[:-4]:
                yield Finding(where, "real_phone", {})


def _engines(scenario: Scenario, protocol: Protocol, today: date) -> Iterator[Finding]:
    """Where class, triage and elements of the key are not what the engines say of its facts."""
    assessment = assess(keyed.document(scenario), protocol, today=today)
    key = scenario.key
    if assessment.suggestion.code != key.report_class:
        reasons = ", ".join(assessment.suggestion.reasons)
        facts = {"says": key.report_class or "–", "comes": assessment.suggestion.code or "–", "by": reasons}
        yield Finding("key", "key_class", facts)
    if assessment.triage.level != key.triage:
        reasons = ", ".join(assessment.triage.reasons)
        yield Finding(
            "key", "key_triage", {"says": key.triage, "comes": assessment.triage.level, "by": reasons}
        )
    own = own_of({}, None, None, assessment.elements).elements
    for name, value in key.elements.items():
        if own[name] != value:
            facts = {"name": name, "says": _yes(value), "comes": _yes(own[name])}
            yield Finding("key", "key_elements", facts)
    if (assessment.triage.level == "emergency") != key.escalate:
        yield Finding("key", "key_escalate", {"says": _yes(key.escalate), "comes": assessment.triage.level})


def _yes(value: bool) -> str:
    return "true" if value else "false"
