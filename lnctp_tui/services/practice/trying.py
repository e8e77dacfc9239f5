"""One try: the caller on the line, what the counselor writes, and the review when the call is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from lnctp_tui.domain.assess.assess import assess
from lnctp_tui.domain.practice import key as keyed
from lnctp_tui.domain.practice import score
from lnctp_tui.domain.practice.caller import Caller, Entry, Heard
from lnctp_tui.domain.practice.scenario import CLOSE, COVER, ESCALATE, Intent, Scenario
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import Document, Record, empty

SKIPPED = frozenset({
    "id", "started_at", "ended_at", "channel", "direction", "counselor_id", "case_id", "person_id", "folio",
    "opened_at", "status", "role", "created_at", "updated_at", "answers",
})  # fmt: skip
"""Columns that the program writes by itself. A triage that the facts give is one too; it is not a field filled."""
ESCALATED = "escalated.911"


class Trying:
    """A practice call from its first word to its review. Times are seconds since it began."""

    def __init__(self, scenario: Scenario, intents: tuple[Intent, ...], protocol: Protocol) -> None:
        self.scenario, self.protocol = scenario, protocol
        self.caller = Caller(scenario, intents)
        self.heard: list[Heard] = []
        self.lines: list[tuple[str, str]] = []
        """Who spoke (`caller`, `own`) and the words, for the screen alone."""
        self.document: Document = empty()
        self._known: dict[str, Any] = {}

    def so_far(self, at: float) -> list[tuple[str, str]]:
        """The lines as far as they came through the telephone by then: somebody who cries speaks slowly."""
        heard = iter(self.heard)
        spoken = [(who, text if who == "own" else next(heard).by(at)) for who, text in self.lines]
        return [(who, text) for who, text in spoken if text]

    def begin(self) -> None:
        """The telephone rang."""
        self._take(self.caller.begin())

    def say(self, text: str, at: float, focus: str = "") -> None:
        """The counselor speaks; an empty line asks the question of the field in focus."""
        if text.strip():
            self.lines.append(("own", text))
        self._take(self.caller.hear(text, at, focus))

    def tick(self, at: float, document: Document | None) -> None:
        """Time passes, and what was written shows."""
        if document is not None:
            self.look(document, at)
        self._take(self.caller.tick(at))

    def cover(self, at: float) -> None:
        """The cover words were shown."""
        self.caller.cover(at)

    def look(self, document: Document, at: float) -> None:
        """Note which fields were filled since the last look, whether 911 was told, whether the call was ended."""
        self.document = document
        for path, value in fields(document):
            if value is not None and self._known.get(path) != value:
                self.caller.filled(path, at)
            self._known[path] = value
        answers = document["case"].get("answers") or {}
        if bool(answers.get(ESCALATED)) != self._did(ESCALATE):
            self.caller.escalate(at) if answers.get(ESCALATED) else self.caller.withdraw()
        ended = any(contact.get("ended_at") for contact in document["contacts"])
        if ended and not self._did(CLOSE):
            self.end(at)

    def end(self, at: float) -> None:
        """The counselor ended the call."""
        if self.caller.ended:
            self.caller.log.append(Entry(at, CLOSE, ""))
        else:
            self._take(self.caller.close(at))

    def covered(self) -> bool:
        """Whether the cover words were said."""
        return self._did(COVER)

    def review(self, today: date) -> score.Review:
        """What the try is worth, against the key."""
        assessment = assess(self.document, self.protocol, today=today)
        case = self.document["case"]
        level = case.get("triage") or (assessment.triage.level if self._did("field") else None)
        own = score.own_of(
            self.document, case.get("report_class") or assessment.suggestion.code, level, assessment.elements
        )
        return score.review(self.scenario, self.caller.log, own)

    def result(self, today: date) -> dict[str, Any]:
        """What is kept of a try: points, codes, times, no words."""
        review = self.review(today)
        return {
            "scenario": self.scenario.code,
            "version": self.scenario.version,
            "on": today.isoformat(),
            "points": review.points,
            "parts": {name: round(part, 2) for name, part in review.parts.items()},
            "cap": review.cap,
            "missed": list(review.missed_danger),
            "times": {must.id: at for must, at, _ in review.musts if at is not None},
            "clocks": {name: at for name, at in review.clocks.items() if at is not None},
            "cut": not self._did(CLOSE),
        }

    def _did(self, deed: str) -> bool:
        return any(entry.deed == deed for entry in self.caller.log)

    def _take(self, heard: list[Heard]) -> None:
        self.heard += heard
        self.lines += [("caller", line.text) for line in heard]


def fields(document: Document) -> Iterator[tuple[str, Any]]:
    """`<on>.<field>` and value of everything a counselor wrote, from the case to what it holds."""
    yield from _of("case", document["case"])
    yield from _of("contact", next(iter(document["contacts"]), {}))
    for member, on in keyed.TABLES.items():
        for row in document.get(member) or ():
            yield from _of(on, row)


def _of(on: str, row: Record) -> Iterator[tuple[str, Any]]:
    age = keyed.value_of(row, "age")
    if age is not None:
        yield f"{on}.age", age
    for name, value in row.items():
        if name not in SKIPPED and not name.startswith("age_") and not (on == "case" and name == "triage"):
            yield f"{on}.{name}", value
    for code, value in (row.get("answers") or {}).items():
        yield f"{on}.{code}", value
