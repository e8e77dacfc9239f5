"""Whether a fact is said, denied, unsure, feared, past or only told, by the cues around it in its clause.

Source: cue classes of NegEx (Chapman et al. 2001) and ConText (Harkema et al. 2009), with Spanish cues of our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lnctp_tui.domain.reading.lexicon import Cue, Hit, Lexicon, Row, longest
from lnctp_tui.domain.reading.offers import NO, UNKNOWN, YES
from lnctp_tui.domain.reading.spelling import Word

_CUTS = frozenset(["pero", "aunque", "sino", "mientras", "porque"])
_VERBS = frozenset(
    [
        "la",
        "lo",
        "le",
        "les",
        "los",
        "las",
        "me",
        "se",
        "te",
        "ya",
        "tiene",
        "tienen",
        "esta",
        "estan",
        "es",
        "son",
        "va",
        "van",
        "vive",
        "viven",
        "trabaja",
        "trabajan",
        "dice",
        "dicen",
        "hay",
        "que",
        "ahora",
        "solo",
        "si",
        "ella",
        "el",
        "quiere",
        "quieren",
        "fue",
        "era",
        "pide",
        "piden",
        "sale",
        "salen",
        "usa",
        "traen",
        "trae",
        "necesita",
        "y",
        "pero",
        "luego",
    ]
)
NEG_REACH = 5
"""Words between a *no* and what it denies, where the cue says nothing else."""


class Clause(NamedTuple):
    """Words from `first` to before `after` of a sentence."""

    first: int
    after: int


def clauses(text: str, terms: Sequence[Word]) -> list[Clause]:
    """The clauses of a sentence: cut at `pero`, `aunque`, `sino`, and at a comma before what begins anew."""
    cuts = [0]
    for at in range(1, len(terms)):
        between = text[terms[at - 1].end : terms[at].start]
        begins = terms[at].text in _VERBS or (terms[at].text == "no")
        if terms[at].text in _CUTS or ((_breaks(between)) and begins) or ":" in between:
            cuts.append(at)
    return [Clause(first, after) for first, after in zip(cuts, [*cuts[1:], len(terms)], strict=True)]


def _breaks(between: str) -> bool:
    return "," in between or " - " in between or "/" in between or "(" in between or "..." in between


def clause_of(found: Sequence[Clause], place: int) -> Clause:
    """The clause that a word stands in."""
    return next((clause for clause in found if clause.first <= place < clause.after), found[-1])


class Status(NamedTuple):
    """What the cues say of a hit; `offer` False: left alone."""

    polarity: str
    offer: bool
    past: bool = False


def cues_of(lexicon: Lexicon, terms: Sequence[Word]) -> list[Hit]:
    """The cues that stand in a sentence."""
    return list(longest(lexicon.cues, terms))


def status(
    text: str,
    terms: Sequence[Word],
    found: Sequence[Clause],
    cues: Sequence[Hit],
    first: int,
    after: int,
    row: Row | None,
) -> Status:
    """Of what stands from the word `first` to before `after`. Cues inside it are part of it."""
    clause = clause_of(found, first)
    kinds = set()
    for hit in cues:
        cue = hit.meaning
        assert isinstance(cue, Cue)
        if first <= hit.first and hit.after <= after:
            continue
        if _covers(cue, hit, clause, first, after) and not _accented(text, terms, hit, cue):
            kinds.add(cue.kind)
    if "told" in kinds:
        return Status(YES, offer=False)
    if "hypo" in kinds:
        danger = row is not None and any(value.startswith("danger.") for value in row.values)
        return Status(UNKNOWN, offer=danger)
    polarity = _polarity(kinds, row)
    past = "past" in kinds and "now" not in kinds
    return Status(polarity, offer=polarity != "", past=past)


def _polarity(kinds: set[str], row: Row | None) -> str:
    if row is not None and row.flipped:
        return NO
    denied = "neg" in kinds and "pseudo" not in kinds
    neg = row.neg if row else "normal"
    if "unsure" in kinds:
        return UNKNOWN
    if not denied or neg == "inherent":
        return YES
    return NO if neg == "normal" else ""


def _covers(cue: Cue, hit: Hit, clause: Clause, first: int, after: int) -> bool:
    """Whether a cue reaches the hit. What was told reaches the whole sentence."""
    if cue.kind == "told":
        return True
    if not clause.first <= hit.first < clause.after:
        return False
    reach = cue.reach or (NEG_REACH if cue.kind == "neg" else 99)
    before = hit.after <= first and first - hit.after <= reach
    behind = hit.first >= after and hit.first - after <= reach
    return (cue.side in ("before", "both") and before) or (cue.side in ("after", "both") and behind)


def _accented(text: str, terms: Sequence[Word], hit: Hit, cue: Cue) -> bool:
    """Whether a hypothetical `si` is the `sí` that affirms."""
    if cue.kind != "hypo" or hit.after != hit.first + 1 or terms[hit.first].text != "si":
        return False
    word = terms[hit.first]
    return text[word.start : word.end].lower() != "si"
