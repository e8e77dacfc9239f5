"""A practice scenario as its file says it. Source of the form: docs/practice.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lnctp_tui.domain.protocol import conditions
from lnctp_tui.domain.protocol.conditions import Condition
from lnctp_tui.domain.values.text import fold

MOODS = ("calma", "tenso", "miedo", "llanto", "enojo", "ausente")
EVENTS = ("say", "enter", "leave", "drop", "silence")
DEEDS = ("escalate", "cover", "close")
TRIGGERS = ("say", "field", "silence", "closing")
ESCALATE, COVER, CLOSE = DEEDS
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)")

Texts = Mapping[str, str]
"""Language → words."""


class ScenarioFault(ValueError):
    """What a file says that no scenario can hold: `reason` is a code, `where` the place in the file."""

    def __init__(self, where: str, reason: str, detail: object = "") -> None:
        super().__init__(f"{where}: {reason} {detail}")
        self.where, self.reason, self.detail = where, reason, detail


@dataclass(frozen=True)
class Intent:
    """A question or sentence that any caller understands: in words, one alternative after the other."""

    code: str
    say: tuple[str, ...]
    never: Texts | None = None
    """Why it is never asked."""
    promise: bool = False
    """Whether it promises what nobody can keep."""
    open: bool = False
    """Whether it leaves the answer to the caller."""
    reflects: bool = False
    """Whether it gives back what was heard."""


@dataclass(frozen=True)
class Answer:
    id: str
    to: tuple[str, ...]
    text: tuple[str, ...]
    when: Condition | None = None
    pause: float = 0.0
    """Seconds before the caller answers."""
    mood: str | None = None
    trust: int = 0
    sets: tuple[str, ...] = ()
    once: bool = False


@dataclass(frozen=True)
class Event:
    do: str
    text: tuple[str, ...]
    at: float | None = None
    """Seconds from the first word."""
    after: str | None = None
    """The answer after which it happens."""
    when: Condition | None = None
    sets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Must:
    id: str
    what: str
    by: float
    weight: int


@dataclass(frozen=True)
class Never:
    say: tuple[str, ...]
    why: Texts


@dataclass(frozen=True)
class Fact:
    id: str
    on: str
    field: str
    value: str
    weight: int
    given_by: tuple[str, ...]


@dataclass(frozen=True)
class Key:
    """What a good record of the call says."""

    report_class: str | None
    triage: str
    escalate: bool
    elements: Mapping[str, bool]
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Scenario:
    code: str
    version: str
    title: Texts
    level: int
    minutes: float
    channel: str
    kind: str
    modality: tuple[str, ...]
    source: str
    opening: tuple[str, ...]
    mood: str
    trust: int
    patience: float
    unmatched: tuple[str, ...]
    answers: tuple[Answer, ...]
    events: tuple[Event, ...]
    musts: tuple[Must, ...]
    nevers: tuple[Never, ...]
    key: Key

    @property
    def minor(self) -> bool:
        """Whether one of its victims is under 18 by the key."""
        ages = [fact.value for fact in self.key.facts if fact.field == "age"]
        return any(value.isdigit() and int(value) < 18 for value in ages)


def seconds(clock: str) -> float:
    """Seconds of `m:ss`. Raises ValueError."""
    match = _CLOCK.fullmatch(clock)
    if match is None:
        raise ValueError(clock)
    return int(match[1]) * 60.0 + int(match[2])


def intents(content: Mapping[str, Any]) -> tuple[Intent, ...]:
    """The shared sentences, in the order of their file."""
    return tuple(
        Intent(
            code,
            tuple(row["say"]),
            row.get("never"),
            bool(row.get("promise")),
            bool(row.get("open")),
            bool(row.get("reflects")),
        )
        for code, row in content.items()
    )


def read(content: Mapping[str, Any]) -> Scenario:
    """The scenario of a parsed file. Raises ScenarioFault, which names the place."""
    head, caller, key = (_table(content, name) for name in ("scenario", "caller", "key"))
    if head.get("fictional") is not True:
        raise ScenarioFault("scenario", "not_fictional")
    for name in ("es", "en"):
        if not head.get("title", {}).get(name):
            raise ScenarioFault("scenario.title", "language_missing", name)
    return Scenario(
        code=str(_need(head, "code", "scenario")),
        version=str(_need(head, "version", "scenario")),
        title=head["title"],
        level=_number(head, "level", 1, 5, "scenario"),
        minutes=float(_number(head, "minutes", 1, 60, "scenario")),
        channel=str(head.get("channel", "llamada")),
        kind=str(_need(head, "kind", "scenario")),
        modality=tuple(head.get("modality", ())),
        source=str(_need(head, "source", "scenario")),
        opening=tuple(_need(caller, "opening", "caller")),
        mood=_one_of(str(caller.get("mood", "calma")), MOODS, "caller.mood"),
        trust=_number(caller, "trust", 0, 10, "caller"),
        patience=float(_number(caller, "patience", 1, 600, "caller")),
        unmatched=tuple(_need(caller, "unmatched", "caller")),
        answers=tuple(_answer(row) for row in content.get("answer", ())),
        events=tuple(_event(row, number) for number, row in enumerate(content.get("event", ()), 1)),
        musts=tuple(_must(row) for row in content.get("must", ())),
        nevers=tuple(_never(row) for row in content.get("never", ())),
        key=_key(key),
    )


def _answer(row: Mapping[str, Any]) -> Answer:
    where = f"answer {row.get('id', '?')}"
    to = tuple(_need(row, "to", where))
    for trigger in to:
        if trigger.partition(":")[0] not in TRIGGERS:
            raise ScenarioFault(where, "unknown_trigger", trigger)
    mood = row.get("mood")
    return Answer(
        str(_need(row, "id", where)), to, tuple(_need(row, "text", where)), _condition(row, where),
        float(row.get("pause", 0)), _one_of(mood, MOODS, where) if mood else None, int(row.get("trust", 0)),
        tuple(row.get("set", ())), bool(row.get("once")),
    )  # fmt: skip


def _event(row: Mapping[str, Any], number: int) -> Event:
    where = f"event {number}"
    at = row.get("at")
    if (at is None) == (row.get("after") is None):
        raise ScenarioFault(where, "at_or_after")
    return Event(
        _one_of(str(_need(row, "do", where)), EVENTS, where),
        tuple(row.get("text", ())),
        _clock(at, where) if at is not None else None,
        row.get("after"),
        _condition(row, where),
        tuple(row.get("set", ())),
    )


def _must(row: Mapping[str, Any]) -> Must:
    where = f"must {row.get('id', '?')}"
    what = str(_need(row, "what", where))
    if what not in DEEDS and what.partition(":")[0] not in ("field", "say"):
        raise ScenarioFault(where, "unknown_deed", what)
    by = _clock(_need(row, "by", where), where)
    return Must(str(_need(row, "id", where)), what, by, _number(row, "weight", 1, 3, where))


def _never(row: Mapping[str, Any]) -> Never:
    for name in ("es", "en"):
        if not row.get("why", {}).get(name):
            raise ScenarioFault("never", "language_missing", name)
    return Never(tuple(row["say"]), row["why"])


def _key(row: Mapping[str, Any]) -> Key:
    elements = _need(row, "elements", "key")
    return Key(
        row.get("class") or None,
        str(_need(row, "triage", "key")),
        bool(row.get("escalate")),
        {name: bool(elements.get(name)) for name in ("act", "means", "purpose", "means_required")},
        tuple(_fact(fact) for fact in row.get("fact", ())),
    )


def _fact(row: Mapping[str, Any]) -> Fact:
    where = f"key.fact {row.get('id', '?')}"
    id_, on, field, value = (str(_need(row, name, where)) for name in ("id", "on", "field", "value"))
    return Fact(
        id_,
        on,
        field,
        value,
        weight=_number(row, "weight", 1, 3, where),
        given_by=tuple(_need(row, "given_by", where)),
    )


def _condition(row: Mapping[str, Any], where: str) -> Condition | None:
    text = row.get("when")
    if text is None:
        return None
    try:
        return conditions.parse(text)
    except ValueError as error:
        raise ScenarioFault(where, "bad_condition", text) from error


def _clock(text: object, where: str) -> float:
    try:
        return seconds(str(text))
    except ValueError as error:
        raise ScenarioFault(where, "bad_clock", text) from error


def _table(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = content.get(name)
    if not isinstance(table, Mapping):
        raise ScenarioFault(name, "missing")
    return table


def _need(row: Mapping[str, Any], name: str, where: str) -> Any:
    if row.get(name) in (None, "", []):
        raise ScenarioFault(where, "missing", name)
    return row[name]


def _number(row: Mapping[str, Any], name: str, least: int, most: int, where: str) -> int:
    value = _need(row, name, where)
    if type(value) is not int or not least <= value <= most:
        raise ScenarioFault(where, "out_of_range", f"{name} {least}–{most}")
    return value


def _one_of(value: str, values: Iterable[str], where: str) -> str:
    if value not in values:
        raise ScenarioFault(where, "unknown_value", value)
    return value


def words(text: str) -> frozenset[str]:
    """The folded words of a sentence."""
    return frozenset(re.findall(r"\w+", fold(text)))


def matched(text: str, alternatives: Iterable[str]) -> int:
    """The most words of an alternative all of whose words the text holds; 0 when none does."""
    heard = words(text)
    return max((len(words(each)) for each in alternatives if words(each) <= heard), default=0)
