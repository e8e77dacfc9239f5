"""Everything the facts of a case say so far: class, triage, elements, and each victim on their own.

It informs: "possible" always, and the counselor decides. Sources stand in law, indicators, triage,
report_class and next_questions; the rules are the total functions of docs/protocol.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from lnctp_tui.domain.assess import indicators, law, minority, next_questions, report_class, safety
from lnctp_tui.domain.assess import triage as triage_of
from lnctp_tui.domain.assess.indicators import Findings
from lnctp_tui.domain.assess.law import Elements
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import Document, Record, victims


@dataclass(frozen=True)
class PersonAssessment:
    """One victim or group."""

    id: str | None
    elements: Elements
    age: minority.State
    findings: Findings
    also: Findings | None
    """Under the labour set, when the findings are those of the sexual one and both concur."""
    next: tuple[str, ...]
    """Questions that would move this person's assessment, and the safety ones of the case, best first."""

    @property
    def minor(self) -> bool:
        """Presumed under 18, also in doubt."""
        return self.age in ("minor", "doubt")

    def to_json(self) -> dict[str, Any]:
        content: dict[str, Any] = {"id": self.id, "age": self.age, "elements": self.elements.to_json()}
        content |= self.elements.lines_to_json() | _findings(self.findings)
        content["next"] = list(self.next)
        return content | ({"also": _findings(self.also)} if self.also else {})


@dataclass(frozen=True)
class Assessment:
    suggestion: report_class.Suggestion
    triage: triage_of.Triage
    elements: Elements
    """Of the victim who stands most complete; nothing stands when there is no victim."""
    people: tuple[PersonAssessment, ...]
    """Victims and groups, in the document's order."""
    next: tuple[str, ...]
    """The questions about the case itself, best first."""
    alerts: tuple[str, ...] = ()
    """What must be done in this very call: `lap_now`, `suicide_when`."""

    def to_json(self) -> dict[str, Any]:
        """The JSON that `lnctp case assess --json` prints."""
        return {
            "class": self.suggestion.code,
            "triage": {
                "level": self.triage.level,
                "reasons": list(self.triage.reasons),
                "assessed": self.triage.assessed,
            }
            | ({"now": list(self.alerts)} if self.alerts else {}),
            "elements": self.elements.to_json(),
            "people": [person.to_json() for person in self.people],
        }


def assess(document: Document, protocol: Protocol, *, today: date) -> Assessment:
    """The assessment of a case document. `today` counts for ages only where no contact has a date."""
    people = victims(document)
    on = law.day_of_facts(document) or today
    ages = tuple(minority.state(each, on) for each in people)
    minors = tuple(each in ("minor", "doubt") for each in ages)
    elements = tuple(law.elements(each, protocol, on=on) for each in people)
    findings = tuple(map(_find, people, [protocol] * len(people), elements, minors))
    results = tuple(map(_measured, findings))
    triage = triage_of.triage(document, protocol, elements, minors, results)
    asks = safety.asks(document, protocol)
    of_case = next_questions.of_case(document, protocol, triage.level) if asks else []
    assessed = tuple(
        _person(each, protocol, elements[at], findings[at], ages[at], on, of_case)
        for at, each in enumerate(people)
    )
    return Assessment(
        report_class.suggest(document, elements, results),
        triage,
        max(elements, key=_completeness, default=Elements()),
        assessed,
        next_questions.ordered(of_case, protocol),
        triage_of.alerts(document, protocol),
    )


def _find(person: Record, protocol: Protocol, elements: Elements, minor: bool) -> tuple[Findings, ...]:
    answers = person.get("answers") or {}
    act_open = any(answers.get(f"act.{code}") != "no" for code in law.codes(protocol, "act", asked=True))
    return tuple(
        indicators.find(answers, protocol, name, minor=minor, act=bool(elements.act), act_open=act_open)
        for name in indicators.which_set(elements.purpose, minor=minor)
        if name
    )


def _person(
    person: Record,
    protocol: Protocol,
    elements: Elements,
    findings: tuple[Findings, ...],
    age: minority.State,
    on: date,
    of_case: list[next_questions.Ranked],
) -> PersonAssessment:
    about = next_questions.of_person(
        person,
        protocol,
        elements,
        findings,
        minor=age in ("minor", "doubt"),
        age_known=minority.age_of(person, on) is not None,
    )
    return PersonAssessment(
        person.get("id"),
        elements,
        age,
        findings[0],
        findings[1] if len(findings) > 1 else None,
        next_questions.ordered(of_case + about, protocol),
    )


def _measured(findings: tuple[Findings, ...]) -> str:
    """The result of the first set that measures anything."""
    return next((finding.result for finding in findings if finding.dimensions), findings[0].result)


def _completeness(elements: Elements) -> tuple[bool, bool, int, int]:
    answered = len(elements.act) + len(elements.means) + len(elements.purpose)
    return elements.complete, bool(elements.met), -len(elements.missing), answered


def _findings(findings: Findings) -> dict[str, Any]:
    return {
        "set": findings.set,
        "fallback": findings.fallback,
        "dimensions": {name: dimension.state for name, dimension in findings.dimensions.items()},
        "result": findings.result,
        "result_if_all_yes": findings.result_if_all_yes,
        "signs": list(findings.signs),
    }
