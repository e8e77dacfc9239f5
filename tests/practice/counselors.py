"""Three counselors who take any scenario by its file: a good one, a careless one, one who says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from lnctp_tui.domain.assess.assess import assess
from lnctp_tui.domain.practice import key as keyed
from lnctp_tui.domain.practice import score
from lnctp_tui.domain.practice.caller import Caller
from lnctp_tui.domain.practice.scenario import CLOSE, COVER, DEEDS, ESCALATE, Answer, Fact, Intent, Scenario
from lnctp_tui.domain.protocol.protocol import Protocol

TODAY = date(2026, 11, 30)
PACE = 6.0
"""Seconds from one sentence to the next of somebody who knows the file."""


def good(scenario: Scenario, intents: tuple[Intent, ...], protocol: Protocol) -> score.Review:
    """Comforts, asks what is due first, writes what was said and nothing more, covers, hands over, closes."""
    caller = Caller(scenario, intents)
    caller.begin()
    facts, at = [], 5.0
    said: set[str] = set()
    while (
        not caller.ended and (say := _next(scenario, caller, said)) is not None and at < scenario.minutes * 57
    ):
        at = _keep_cover(scenario, caller, at)
        said.add(say)
        caller.hear(_words(intents, say), at)
        facts += _write(scenario, caller, facts, at)
        at += PACE
        at = _escalate(scenario, caller, at)
    for must in scenario.musts:
        if must.what == COVER and not any(entry.deed == COVER for entry in caller.log):
            caller.tick(must.by)
            caller.cover(must.by)
            at = max(at, must.by)
    caller.close(at)
    if not any(entry.deed == CLOSE for entry in caller.log):
        caller.log.append(caller.log[-1]._replace(at=at, deed=CLOSE, what=""))  # F9 after the line was cut
    return _reviewed(scenario, caller, facts, protocol)


def careless(scenario: Scenario, intents: tuple[Intent, ...], protocol: Protocol) -> score.Review:
    """Begins with what is never asked, promises, asks about danger last and late, guesses and writes half of it."""
    caller = Caller(scenario, intents)
    caller.begin()
    never = next(intent for intent in intents if intent.never)
    promise = next(intent for intent in intents if intent.promise)
    at = scenario.minutes * 30
    for say in (never.say[0], never.say[0], promise.say[0], "que pasa", "que pasa"):
        caller.hear(say, at)
        at += PACE
    heard = {entry.what for entry in caller.log if entry.deed == "answer"}
    facts = [fact for fact in scenario.key.facts if heard & set(fact.given_by)][:2]
    for fact in facts:
        caller.filled(f"{_on(fact)}.{fact.field}", at)
    guess = Fact("guess", "case", "danger.injury_overdose", "yes", 1, ())
    caller.filled("case.danger.injury_overdose", scenario.minutes * 60 * 2)
    caller.close(scenario.minutes * 60 * 2)
    return _reviewed(scenario, caller, [*facts, guess], protocol)


def silent(scenario: Scenario, intents: tuple[Intent, ...], protocol: Protocol) -> score.Review:
    """Says and writes nothing, and stays until the end."""
    caller = Caller(scenario, intents)
    caller.begin()
    for second in range(0, int(scenario.minutes * 60), 10):
        caller.tick(float(second))
    return _reviewed(scenario, caller, [], protocol, wrote=False)


def _reviewed(
    scenario: Scenario, caller: Caller, facts: list[Fact], protocol: Protocol, *, wrote: bool = True
) -> score.Review:
    document = keyed.document(scenario, facts)
    if not any(fact.field == "kind" and fact.on == "contact" for fact in facts):
        document["contacts"][0]["kind"] = None
    assessment = assess(document, protocol, today=TODAY)
    level = assessment.triage.level if wrote else None
    own = score.own_of(document, assessment.suggestion.code, level, assessment.elements)
    return score.review(scenario, caller.log, own)


def _next(scenario: Scenario, caller: Caller, said: set[str]) -> str | None:
    """The next question: comfort while trust is missing, musts by their time, then what gives facts."""
    wanted = list(_wanted(scenario, caller))
    return next((say for say in wanted if say not in said), None)


def _wanted(scenario: Scenario, caller: Caller) -> Iterator[str]:
    answered = {entry.what for entry in caller.log if entry.deed == "answer"}
    urgent = [
        must.what for must in sorted(scenario.musts, key=lambda must: must.by) if must.what not in DEEDS
    ]
    openers = [answer for answer in scenario.answers if answer.trust > 0 and answer.id not in answered]
    for what in urgent:
        yield from _saying(scenario, caller, what)
    for answer in openers:
        yield from _of_answer(caller, answer)
    gives = {id_ for fact in scenario.key.facts for id_ in fact.given_by}
    for answer in scenario.answers:
        if answer.id in gives - answered:
            yield from _of_answer(caller, answer)


def _saying(scenario: Scenario, caller: Caller, what: str) -> Iterator[str]:
    name, _, rest = what.partition(":")
    if name == "say":
        yield rest
    for answer in scenario.answers:
        if name == "field" and what in answer.to and caller.holds(answer):
            yield from _of_answer(caller, answer)


def _of_answer(caller: Caller, answer: Answer) -> Iterator[str]:
    if caller.holds(answer) and all("nunca" not in trigger for trigger in answer.to):
        first = [trigger.partition(":")[2] for trigger in answer.to if trigger.startswith("say:")]
        yield from (say for say in first if caller.would(f"say:{say}") is answer)


def _words(intents: tuple[Intent, ...], code: str) -> str:
    return next(intent.say[0] for intent in intents if intent.code == code)


def _keep_cover(scenario: Scenario, caller: Caller, at: float) -> float:
    return at


def _escalate(scenario: Scenario, caller: Caller, at: float) -> float:
    due = next((must.by for must in scenario.musts if must.what == ESCALATE), None)
    done = any(entry.deed == ESCALATE for entry in caller.log)
    if (
        due is not None
        and not done
        and "pasa" in {entry.what for entry in caller.log if entry.deed == "answer"}
    ):
        caller.escalate(at)
    return at


def _write(scenario: Scenario, caller: Caller, known: list[Fact], at: float) -> list[Fact]:
    answered = {entry.what for entry in caller.log if entry.deed == "answer"}
    fresh = [fact for fact in scenario.key.facts if answered & set(fact.given_by) and fact not in known]
    for fact in fresh:
        caller.filled(f"{_on(fact)}.{fact.field}", at)
    return fresh


def _on(fact: Fact) -> str:
    member = fact.on.partition(".")[0]
    return keyed.TABLES.get(member, member)
