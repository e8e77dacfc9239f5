"""The simulated caller: says only what was asked, when it trusts enough. The clock is an argument.

Filling a field asks nothing: the caller speaks when a question was said, when nobody speaks, or by an event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lnctp_tui.domain.practice.scenario import (
    CLOSE,
    COVER,
    ESCALATE,
    Answer,
    Event,
    Intent,
    Scenario,
    Texts,
    matched,
)  # fmt: skip

SPEED, CRYING = 14.0, 0.6
"""Characters a second at which the caller speaks; slower in tears."""
ENTERED, LEFT = "enter", "leave"
DROPPED = "drop"


class Entry(NamedTuple):
    """One line of the log of a try, seconds from its beginning. `what` is a code, an id or words by its `deed`."""

    at: float
    deed: str
    """`said`, `asked`, `unmatched`, `never`, `promise`, `repeat`, `open`, `question`, `reflects`, `answer`, `heard`,
    `event`, `cover`, `escalate`, `close`, `field`."""
    what: str


class Heard(NamedTuple):
    """What comes through the telephone."""

    at: float
    text: str
    mood: str
    takes: float
    """Seconds that it takes to be said, with the pause before."""
    event: str = ""

    def by(self, at: float) -> str:
        """As much of it as was said by then, at the speed of the mood."""
        speed = SPEED * (CRYING if self.mood == "llanto" else 1)
        begun = self.at + self.takes - len(self.text) / speed
        return self.text[: max(0, int((at - begun) * speed))]


@dataclass
class Caller:
    """A call in progress."""

    scenario: Scenario
    intents: tuple[Intent, ...]
    trust: int = 0
    mood: str = ""
    flags: set[str] = field(default_factory=set)
    log: list[Entry] = field(default_factory=list)
    ended: str = ""
    """How the call ended: `drop`, `close`, or "" while it goes on."""
    _times: dict[str, int] = field(default_factory=dict)
    _asked: dict[str, str] = field(default_factory=dict)
    _done: set[int] = field(default_factory=set)
    _spoke: float = 0.0
    _rests: set[str] = field(default_factory=set)
    _lost: int = 0
    _unmatched: int = 0

    def __post_init__(self) -> None:
        self.trust, self.mood = self.scenario.trust, self.scenario.mood

    def begin(self) -> list[Heard]:
        """The first words."""
        return [self._say(0.0, text) for text in self.scenario.opening]

    def hear(self, text: str, at: float, focus: str = "") -> list[Heard]:
        """What the caller answers to a sentence; an empty one asks the question of the field `focus`, `<on>.<code>`."""
        if self.ended:
            return []
        spoken = [*self.tick(at)]
        self._spoke, self._rests, self._lost = at, set(), 0
        if not text.strip():
            return spoken + self._answer(f"field:{focus}", focus, at) if focus else spoken
        self.log.append(Entry(at, "said", text))
        self._note_never(text, at)
        intent = self._intent(text)
        self._note_style(text, intent, at)
        if intent is None:
            return [*spoken, self._not_understood(at, text)]
        self.log.append(Entry(at, "asked", intent.code))
        return spoken + self._answer(f"say:{intent.code}", intent.code, at)

    def tick(self, at: float) -> list[Heard]:
        """What happens by itself until `at`: silence, and the events of the scenario."""
        heard: list[Heard] = []
        if self.ended:
            return heard
        for number, event in enumerate(self.scenario.events):
            due = event.at is not None and at >= event.at and number not in self._done
            if due and not self.ended and self._holds(event, at):
                heard += self._happen(number, event, max(event.at or 0.0, 0.0))
        if not self.ended:
            heard += self._silence(at)
        return heard

    def cover(self, at: float) -> list[Heard]:
        """The cover words were said: whoever listens hears nothing else."""
        self.log.append(Entry(at, COVER, ""))
        self.flags.add("cubierta")
        self._spoke = at
        return []

    def escalate(self, at: float) -> None:
        """911 is on the line."""
        self.log.append(Entry(at, ESCALATE, ""))
        self.flags.add("escalada")

    def withdraw(self) -> None:
        """It was noted, and 911 was not told."""
        self.log[:] = [entry for entry in self.log if entry.deed != ESCALATE]
        self.flags.discard("escalada")

    def close(self, at: float) -> list[Heard]:
        """The call ends in order."""
        if self.ended:
            return []
        heard = self._answer("closing", "", at, silent=True)
        self.log.append(Entry(at, CLOSE, ""))
        self.ended = CLOSE
        return heard

    def filled(self, path: str, at: float) -> None:
        """A field was filled. The caller says nothing to that."""
        self.log.append(Entry(at, "field", path))

    def holds(self, answer: Answer, at: float = 0.0) -> bool:
        """Whether an answer is open now."""
        return self._holds(answer, at)

    def would(self, trigger: str, at: float = 0.0) -> Answer | None:
        """The answer that a trigger would get now."""
        for answer in self.scenario.answers:
            spent = answer.once and self._times.get(answer.id)
            if trigger in answer.to and not spent and self._holds(answer, at):
                return answer
        return None

    def why_never(self, text: str) -> Iterator[Texts]:
        """Why a sentence is never said, if so."""
        for intent in self.intents:
            if intent.never and matched(text, intent.say):
                yield intent.never
        for never in self.scenario.nevers:
            if matched(text, never.say):
                yield never.why

    def _state(self, at: float) -> Mapping[str, Any]:
        known = {"trust": self.trust, "mood": self.mood, "minute": at / 60, "asked": len(self._asked)}
        return dict.fromkeys(self.flags, True) | known

    def _holds(self, row: Answer | Event, at: float) -> bool:
        return row.when is None or row.when.holds(self._state(at))

    def _intent(self, text: str) -> Intent | None:
        best, most = None, 0
        for intent in self.intents:
            if (count := matched(text, intent.say)) > most:
                best, most = intent, count
        return best

    def _answer(self, trigger: str, about: str, at: float, *, silent: bool = False) -> list[Heard]:
        answer = self.would(trigger, at)
        if answer is None:
            return [] if silent else [self._not_understood(at, about)]
        if self._asked.get(trigger) == answer.id:
            self.log.append(Entry(at, "repeat", about))
        self._asked[trigger] = answer.id
        return self._give(answer, at)

    def _give(self, answer: Answer, at: float) -> list[Heard]:
        time = self._times.get(answer.id, 0)
        self._times[answer.id] = time + 1
        if answer.mood:
            self.mood = answer.mood
        self.trust = min(10, max(0, self.trust + answer.trust))
        self.flags.update(answer.sets)
        self.log.append(Entry(at, "answer", answer.id))
        heard = [self._say(at, answer.text[min(time, len(answer.text) - 1)], answer.pause)]
        for number, event in enumerate(self.scenario.events):
            if event.after == answer.id and number not in self._done and self._holds(event, at):
                heard += self._happen(number, event, at)
        return heard

    def _happen(self, number: int, event: Event, at: float) -> list[Heard]:
        self._done.add(number)
        self.flags.update(event.sets)
        if event.do == ENTERED:
            self.flags.add("oyen")
        elif event.do == LEFT:
            self.flags.discard("oyen")
        elif event.do == DROPPED:
            self.ended = DROPPED
        self.log.append(Entry(at, "event", event.do))
        texts = event.text or (("…",) if event.do == "silence" else ())
        return [self._say(at, text)._replace(event=event.do) for text in texts]

    def _silence(self, at: float) -> list[Heard]:
        quiet = at - self._spoke
        lost = int(quiet // self.scenario.patience)
        if lost > self._lost:
            self.trust = max(0, self.trust - (lost - self._lost))
            self._lost = lost
        for answer in self.scenario.answers:
            for trigger in answer.to:
                name, _, wait = trigger.partition(":")
                due = name == "silence" and quiet >= float(wait) and answer.id not in self._rests
                if due and self.would(trigger, at) is answer:
                    self._rests.add(answer.id)
                    return self._give(answer, at)
        return []

    def _note_never(self, text: str, at: float) -> None:
        if any(True for _ in self.why_never(text)):
            self.log.append(Entry(at, "never", text))

    def _note_style(self, text: str, intent: Intent | None, at: float) -> None:
        if intent and intent.promise:
            self.log.append(Entry(at, "promise", text))
        if "?" in text:
            self.log.append(Entry(at, "open" if intent and intent.open else "question", ""))
        if intent and intent.reflects:
            self.log.append(Entry(at, "reflects", ""))

    def _not_understood(self, at: float, about: str) -> Heard:
        self.log.append(Entry(at, "unmatched", about))
        text = self.scenario.unmatched[min(self._unmatched, len(self.scenario.unmatched) - 1)]
        self._unmatched += 1
        return self._say(at, text)

    def _say(self, at: float, text: str, pause: float = 0.0) -> Heard:
        self.log.append(Entry(at, "heard", text))
        speed = SPEED * (CRYING if self.mood == "llanto" else 1)
        return Heard(at, text, self.mood, pause + len(text) / speed)
