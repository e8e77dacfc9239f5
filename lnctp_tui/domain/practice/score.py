"""What a try is worth against the key: 30 safety, 25 facts, 20 assessment, 15 manner, 10 pace.

Danger first: what was missed about danger stands first and weighs most. Whether somebody was kind, no text says:
open questions and reflections are shown and not counted (measures of the MITI 3.1.1). Source: docs/practice.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from lnctp_tui.domain.assess.triage import LEVELS
from lnctp_tui.domain.practice.caller import Entry
from lnctp_tui.domain.practice.key import TABLES, right, value_of
from lnctp_tui.domain.practice.scenario import CLOSE, DEEDS, ESCALATE, Fact, Must, Scenario
from lnctp_tui.domain.records.document import Document, Record, answer

WEIGHTS = {"safety": 30, "facts": 25, "assessment": 20, "manner": 15, "pace": 10}
NOT_ESCALATED, ASKED_A_MINOR = 49, 69
"""At most so many points: an emergency that was not handed over; a never-asked question to somebody under 18."""
NEVER, REPEAT, PROMISE = 0.25, 0.10, 0.15
TRIAGE_PAR = 0.4
"""Share of the scenario's minutes in which the danger is known."""
INVENTED = ("danger.", "modality.")
"""Prefixes of answers whose yes the key would hold if anybody had said it."""
DANGER = ("danger.", "situation.", "lap.", "cssrs.")
SAFE = (("asked", "segura"), ("field", "case.situation.safe_to_talk"))
"""Asking whether it is safe to talk, or writing the answer."""
MOST_PAIRED = 6
RIGHT, WRONG, MISSED, MADE_UP = "right", "wrong", "missed", "invented"


@dataclass(frozen=True)
class Line:
    """One fact next to the key."""

    field: str
    verdict: str
    """RIGHT, WRONG, MISSED (not asked or not written) or MADE_UP (nobody said it)."""
    own: str | None
    key: str | None
    weight: int
    given: bool
    """Whether the caller said it."""
    danger: bool


@dataclass(frozen=True)
class Review:
    points: int
    parts: Mapping[str, float]
    """Of WEIGHTS, each 0–1."""
    lines: tuple[Line, ...]
    musts: tuple[tuple[Must, float | None, float], ...]
    """Each with the second at which it was done, and its worth 0–1."""
    checks: Mapping[str, bool]
    """`act`, `means`, `purpose`, `means_required`, `class`, `triage`, `escalate` as far as due: right or not."""
    counts: Mapping[str, int]
    """`never`, `repeat`, `promise`, `unmatched`, `open`, `question`, `reflects`."""
    clocks: Mapping[str, float | None]
    """Seconds at which safety was asked or written, the danger was known, the call was ended; None: never."""
    cap: str = ""
    """`not_escalated`, `asked_a_minor` when that held the points down."""

    @property
    def missed_danger(self) -> tuple[str, ...]:
        """Of danger, what was missed: musts, then facts."""
        lost = [must.id for must, _, worth in self.musts if worth == 0]
        return (*lost, *(line.field for line in self.lines if line.danger and line.verdict != RIGHT))


@dataclass(frozen=True)
class Own:
    """What the counselor wrote and what the engines say of it."""

    document: Document
    report_class: str | None
    triage: str | None
    elements: Mapping[str, bool]


def review(scenario: Scenario, log: Sequence[Entry], own: Own) -> Review:
    """The review of one try. A try in which nobody spoke or wrote is worth nothing in what it left undone."""
    spoke = any(entry.deed in ("said", "answer", *DEEDS) for entry in log)
    wrote = any(entry.deed == "field" for entry in log)
    musts = tuple((must, *_must(must, log)) for must in scenario.musts)
    lines = _lines(scenario, log, own.document)
    counts = {
        deed: sum(entry.deed == deed for entry in log)
        for deed in ("never", "repeat", "promise", "unmatched", "open", "question", "reflects")
    }
    checks = _checks(scenario, log, own)
    fine = 1 - NEVER * counts["never"] - REPEAT * counts["repeat"] - PROMISE * counts["promise"]
    parts = {
        "safety": _share([(worth, must.weight) for must, _, worth in musts]) if spoke or wrote else 0.0,
        "facts": _facts(lines) if spoke or wrote else 0.0,
        "assessment": _assessment(scenario, checks, own) if wrote else 0.0,
        "manner": max(0.0, fine) if spoke else 0.0,
        "pace": _pace(scenario, clocks(log)),
    }
    points = round(sum(WEIGHTS[name] * part for name, part in parts.items()))
    cap = ""
    if scenario.key.escalate and not checks["escalate"] and points > NOT_ESCALATED:
        points, cap = NOT_ESCALATED, "not_escalated"
    if scenario.minor and counts["never"] and points > ASKED_A_MINOR:
        points, cap = ASKED_A_MINOR, "asked_a_minor"
    return Review(points, parts, lines, musts, checks, counts, clocks(log), cap)


def _must(must: Must, log: Sequence[Entry]) -> tuple[float | None, float]:
    """When it was done, and its worth: 1 by its time, falling to 0 at twice."""
    at = next((entry.at for entry in log if _does(must.what, entry)), None)
    if at is None:
        return None, 0.0
    return at, 1.0 if at <= must.by else max(0.0, 2 - at / must.by) if must.by else 0.0


def _does(what: str, entry: Entry) -> bool:
    if what in DEEDS:
        return entry.deed == what
    deed, _, name = what.partition(":")
    return entry.deed == ("field" if deed == "field" else "asked") and entry.what == name


def _lines(scenario: Scenario, log: Sequence[Entry], document: Document) -> tuple[Line, ...]:
    given = {entry.what for entry in log if entry.deed == "answer"}
    rows = _paired(scenario.key.facts, document)
    lines = []
    for fact in scenario.key.facts:
        row = rows.get(fact.on, {})
        value, told = value_of(row, fact.field), bool(given & set(fact.given_by))
        lines.append(
            Line(
                fact.field,
                _verdict(row, fact, value, told),
                value,
                fact.value,
                fact.weight,
                told,
                _of_danger(fact.field),
            )
        )
    lines += _made_up(scenario.key.facts, rows)
    return tuple(sorted(lines, key=lambda line: not (line.danger and line.verdict != RIGHT)))


def _verdict(row: Record, fact: Fact, value: str | None, told: bool) -> str:
    if value is None:
        return MISSED
    if not told:
        return RIGHT if value == "unknown" else MADE_UP
    return RIGHT if right(row, fact) else WRONG


def _made_up(facts: Sequence[Fact], rows: Mapping[str, Record]) -> list[Line]:
    keyed = {(fact.on, fact.field) for fact in facts}
    return [
        Line(code, MADE_UP, "yes", None, 1, False, _of_danger(code))
        for on, row in rows.items()
        for code, value in (row.get("answers") or {}).items()
        if value == "yes" and code.startswith(INVENTED) and (on, code) not in keyed
    ]


def _paired(facts: Sequence[Fact], document: Document) -> dict[str, Record]:
    """`on` → the counselor's record for it, so that most is right."""
    rows: dict[str, Record] = {"case": document.get("case") or {}}
    rows["contact"] = next(iter(document.get("contacts") or ()), {})
    for member in TABLES:
        aliases = list(dict.fromkeys(fact.on for fact in facts if fact.on.partition(".")[0] == member))
        if aliases:
            rows |= _best(aliases, list(document.get(member) or ())[:MOST_PAIRED], facts)
    return rows


def _best(aliases: list[str], records: list[Record], facts: Sequence[Fact]) -> dict[str, Record]:
    padded = records + [{} for _ in range(max(0, len(aliases) - len(records)))]

    def worth(order: tuple[Record, ...]) -> int:
        pairs = dict(zip(aliases, order, strict=False))
        return sum(fact.weight for fact in facts if fact.on in pairs and right(pairs[fact.on], fact))

    best = max(permutations(padded, len(aliases)), key=worth)
    return dict(zip(aliases, best, strict=True))


def _facts(lines: Sequence[Line]) -> float:
    """The harmonic mean of precision and recall, weighed."""
    correct = sum(line.weight for line in lines if line.verdict == RIGHT)
    wrong = sum(
        1 if line.verdict == MADE_UP else line.weight for line in lines if line.verdict in (WRONG, MADE_UP)
    )
    keyed = sum(line.weight for line in lines if line.key is not None)
    precision = correct / (correct + wrong) if correct + wrong else 1.0
    recall = correct / keyed if keyed else 1.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _checks(scenario: Scenario, log: Sequence[Entry], own: Own) -> dict[str, bool]:
    key = scenario.key
    checks = {name: own.elements.get(name, False) == value for name, value in key.elements.items()}
    checks |= {"class": own.report_class == key.report_class, "triage": own.triage == key.triage}
    done = bool(answer(own.document.get("case") or {}, "escalated.911")) or any(
        entry.deed == ESCALATE for entry in log
    )
    return checks | ({"escalate": done} if key.escalate else {})


def _assessment(scenario: Scenario, checks: Mapping[str, bool], own: Own) -> float:
    elements = [float(checks[name]) for name in scenario.key.elements]
    off = 2 if own.triage not in LEVELS else abs(LEVELS.index(own.triage) - LEVELS.index(scenario.key.triage))
    pairs = [(value, 1) for value in elements]
    pairs += [(float(checks["class"]), 2), (max(0.0, 1 - off / 2), 2)]
    pairs += [(float(checks["escalate"]), 2)] if "escalate" in checks else []
    return _share(pairs)


def clocks(log: Sequence[Entry]) -> dict[str, float | None]:
    """Seconds of `safety`, `triage` and `close` (Review.clocks)."""

    def first(of: Callable[[Entry], bool]) -> float | None:
        return next((entry.at for entry in log if of(entry)), None)

    return {
        "safety": first(lambda entry: (entry.deed, entry.what) in SAFE),
        "triage": first(lambda entry: entry.deed == "field" and _weighs(entry.what)),
        "close": first(lambda entry: entry.deed == CLOSE),
    }


def _pace(scenario: Scenario, known: Mapping[str, float | None]) -> float:
    """The mean of par to actual time, of the danger known and of the end; one that never came is 0."""
    whole = scenario.minutes * 60
    paces = [_par(whole, known["close"])]
    if any(_of_danger(fact.field) for fact in scenario.key.facts):
        paces.append(_par(whole * TRIAGE_PAR, known["triage"]))
    return sum(paces) / len(paces)


def _weighs(path: str) -> bool:
    on, _, field = path.partition(".")
    return on == "case" and (_of_danger(field) or field in ("triage", "danger", "situation"))


def _par(par: float, actual: float | None) -> float:
    return 0.0 if actual is None else 1.0 if actual <= par else par / actual


def _share(pairs: Sequence[tuple[float, int]]) -> float:
    """Σ worth·weight / Σ weight; an empty sum is 1."""
    whole = sum(weight for _, weight in pairs)
    return sum(worth * weight for worth, weight in pairs) / whole if whole else 1.0


def _of_danger(field: str) -> bool:
    return field.startswith(DANGER)


def own_of(document: Document, report_class: str | None, triage: str | None, elements: Any) -> Own:
    """What the counselor wrote, with the engines' elements of it (domain.assess.law.Elements)."""
    return Own(
        document,
        report_class,
        triage,
        {
            "act": bool(elements.act),
            "means": bool(elements.means),
            "purpose": bool(elements.purpose),
            "means_required": bool(elements.purpose and elements.means_required),
        },
    )
