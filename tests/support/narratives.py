"""Annotated fictional narratives, and how well they are read. Half is kept for the figure, by the hash of its id."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any

from lnctp_tui.domain.reading.lexicon import Lexicon
from lnctp_tui.domain.reading.offers import ASK, CALLER, CASE, GAZETTEER, PATTERNS, Offer
from lnctp_tui.domain.reading.reader import Reader
from lnctp_tui.storage.protocol import lexicon as files
from lnctp_tui.storage.protocol import protocol_loader

FILE = Path(__file__).parents[1] / "reading" / "narratives.jsonl"
UNLEARNED = FILE.with_name("unlearned.jsonl")
"""Of an author who was blind to the rules: only the figures of all of them are looked at, and nothing is learned."""
FEWEST = 40
"""Facts of a kind below which its figure is shown and not judged."""


@cache
def own_lexicon() -> Lexicon:
    """The program's own, made once."""
    return files.load(protocol_loader.load(None))[0]


@dataclass
class Figure:
    """Counts of one family."""

    right: int = 0
    false: int = 0
    missed: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


@dataclass
class Result:
    """All that is judged."""

    families: dict[str, Figure] = field(default_factory=dict)
    kinds: dict[str, Figure] = field(default_factory=dict)
    polarity: int = 0
    owner: int = 0
    asked: int = 0
    owned: int = 0
    right: int = 0
    traps: int = 0
    sprung: int = 0
    notes: list[str] = field(default_factory=list)

    def figures(self, kind: str) -> tuple[Figure, ...]:
        names = ((self.families, family(kind)), (self.families, "all"), (self.kinds, kind))
        return tuple(table.setdefault(name, Figure()) for table, name in names)


def family(kind: str) -> str:
    return "patterns" if kind in PATTERNS else "gazetteer" if kind in GAZETTEER else "vocabulary"


def narratives(*, kept: bool) -> Iterator[dict[str, Any]]:
    """The half that the figure is made of, or the half that the lexicon may learn from."""
    for line in FILE.read_text("utf-8").splitlines():
        narrative = json.loads(line)
        if (hashlib.sha256(narrative["id"].encode()).digest()[0] % 2 == 0) == kept:
            yield narrative


def unlearned() -> Iterator[dict[str, Any]]:
    """The narratives that say how well what nobody tuned on is read."""
    yield from map(json.loads, UNLEARNED.read_text("utf-8").splitlines())


def judge(lexicon: Lexicon, texts: Iterator[dict[str, Any]]) -> Result:
    """Every offer against what was annotated. What stands on loose or optional words counts neither way."""
    result = Result()
    for narrative in texts:
        reader = Reader(lexicon, date.fromisoformat(narrative["called_on"]))
        _judge(result, narrative, reader.read(narrative["text"]))
    return result


def _meet(offer: Offer, mark: dict[str, Any]) -> bool:
    return offer.start < mark["end"] and mark["start"] < offer.end


def _harmless(offer: Offer, trap: dict[str, Any]) -> bool:
    """Whether nobody is misled: the caller's own, or a question where the trap says that to ask is right."""
    return offer.owner == CALLER or (offer.owner == ASK and trap.get("ask", False))


def _says(offer: Offer, fact: dict[str, Any]) -> bool:
    return offer.kind == fact["kind"] and (
        fact["value"] in offer.values or fact["value"].lower() == offer.values[0].lower()
    )


def shown(offer: Offer) -> bool:
    """Whether anybody is asked: of who calls only a number to call back and a place (`services.call.seen`)."""
    return offer.owner != CALLER or offer.kind in ("phone", "place")


def _judge(result: Result, narrative: dict[str, Any], offers: Sequence[Offer]) -> None:
    facts, used = narrative["facts"], set()
    offers = [offer for offer in offers if shown(offer)]
    for trap in narrative["traps"]:
        result.traps += 1
        sprung = any(
            _meet(offer, trap) and _says(offer, trap) and not _harmless(offer, trap) for offer in offers
        )
        result.sprung += sprung
        if sprung:
            result.notes.append(f"{narrative['id']} trap {trap['kind']} {trap['value']}")
    for fact in facts:
        near = [offer for offer in offers if _says(offer, fact) and _meet(offer, fact)]
        best = next(
            (offer for offer in near if offer.polarity == fact["polarity"]), near[0] if near else None
        )
        if best is None:
            if fact["required"] and not _repeated(fact, facts):
                for figure in result.figures(fact["kind"]):
                    figure.missed += 1
                result.notes.append(
                    f"{narrative['id']} missed {fact['kind']} {fact['value']} «{fact['quote']}»"
                )
            continue
        used.add(id(best))
        if not fact["required"]:
            continue
        _compare(result, narrative, fact, best)
    _false(result, narrative, [offer for offer in offers if id(offer) not in used])


def _repeated(fact: dict[str, Any], facts: Sequence[dict[str, Any]]) -> bool:
    """Whether the same question was said before: it is asked once."""
    same = [
        each
        for each in facts
        if (each["kind"], each["value"].lower(), each["polarity"])
        == (fact["kind"], fact["value"].lower(), fact["polarity"])
    ]
    return same[0] is not fact


def _compare(result: Result, narrative: dict[str, Any], fact: dict[str, Any], offer: Offer) -> None:
    if offer.polarity != fact["polarity"]:
        result.polarity += 1
        result.notes.append(f"{narrative['id']} polarity {fact['value']} {offer.polarity}")
        for figure in result.figures(fact["kind"]):
            figure.false += 1
            figure.missed += 1
        return
    result.right += 1
    for figure in result.figures(fact["kind"]):
        figure.right += 1
    if fact["whose"] and offer.owner != CASE:
        result.owned += 1
        result.asked += offer.owner == ASK
        if offer.owner not in (ASK, fact["whose"]) and {offer.owner, fact["whose"]} != {"victim", "group"}:
            result.owner += 1
            result.notes.append(f"{narrative['id']} owner {fact['value']} {offer.owner}")


def _false(result: Result, narrative: dict[str, Any], offers: Sequence[Offer]) -> None:
    loose = [{"start": start, "end": end} for start, end in narrative["loose"]]
    optional = [mark for mark in narrative["facts"] if not mark["required"]] + narrative["traps"]
    for offer in offers:
        trapped = any(
            _meet(offer, trap) and _says(offer, trap) and not _harmless(offer, trap)
            for trap in narrative["traps"]
        )
        if not trapped and any(_meet(offer, mark) for mark in (*loose, *optional)):
            continue
        for figure in result.figures(offer.kind):
            figure.false += 1
        words = narrative["text"][offer.start : offer.end]
        result.notes.append(f"{narrative['id']} false {offer.kind} {offer.values} {offer.polarity} «{words}»")


def interval(right: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's interval. Source: Wilson 1927."""
    if not total:
        return 0.0, 1.0
    share = right / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return middle - half, middle + half


def report(result: Result) -> str:
    """The figures in lines, a kind of few facts with its interval."""
    lines = []
    for name, figure in (*result.families.items(), *sorted(result.kinds.items())):
        facts = figure.right + figure.missed
        low, high = interval(figure.right, facts)
        few = f" few: R {low:.2f}-{high:.2f}" if facts < FEWEST else ""
        lines.append(f"{name:18} P {figure.precision:.3f} R {figure.recall:.3f} of {facts}{few}")
    owned = max(result.owned, 1)
    lines.append(
        f"polarity {result.polarity}/{result.right} owner {result.owner}/{owned} asked {result.asked}/{owned}"
        f" traps {result.sprung}/{result.traps}"
    )
    return "\n".join(lines)
