"""The reader: one sentence at a time, with who the one before spoke of. What did not change is not read again."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from operator import attrgetter

from lnctp_tui.domain.reading.lexicon import Lexicon
from lnctp_tui.domain.reading.offers import (
    ASK,
    CALLER,
    FAR,
    GROUP,
    KIN,
    LOOSE,
    NO,
    OTHER,
    SURE,
    TRAFFICKER,
    VICTIM,
    Key,
    Offer,
)
from lnctp_tui.domain.reading.sentence import NEVER_LEFT_OUT, Context, Read, read_sentence
from lnctp_tui.domain.reading.spelling import folded, sentences
from lnctp_tui.domain.values import ages, stretches

LONGEST_TEXT = 200_000
"""Characters that are read; the rest is told to be unread."""
CACHED = 4096


@dataclass(slots=True, eq=False)
class _Known:
    """A sentence that was read, with its place in the text before."""

    start: int
    end: int
    before: Context
    read: Read

    def move(self, by: int) -> _Known:
        """Itself, now that it stands later in the text."""
        self.start += by
        self.end += by
        return self


class _Pass:
    """A text as it was read last under one view of who calls: only what an edit touched is read again."""

    def __init__(self) -> None:
        self.text = ""
        self.known: list[_Known] = []


class Reader:
    """Reads a text that grows: only sentences that an edit touched are read again, and those whose context it changed.

    One thread at a time.
    """

    def __init__(self, lexicon: Lexicon, today: date, *, caller_is_victim: bool = False) -> None:
        self.lexicon = lexicon
        self.today = today
        self.caller_is_victim = caller_is_victim
        self._cache: dict[tuple[str, Context], Read] = {}
        self._passes = {(False, False): _Pass(), (True, False): _Pass(), (False, True): _Pass()}

    def read(self, text: str) -> list[Offer]:
        """All offers of a text, one for each question, in its order."""
        text = text[:LONGEST_TEXT]
        known = self._passed(text, of_self=False)
        signs = [sentence.read.signs for sentence in known if sentence.read.signs]
        if any("prank" in marks for marks in signs) and not any("me" in marks for marks in signs):
            return []
        of_self = self.caller_is_victim or _speaks_of_self(signs)
        if of_self and not self.caller_is_victim:
            known = self._passed(text, of_self=True)
        elif not of_self and _opens_with_caller(text, known):
            known = self._passed(text, of_self=False, caller_opens=True)
        asked = _questions(known, text)
        closed = any("no_case" in marks for marks in signs) and not any("me" in marks for marks in signs)
        if closed:
            asked = {key: each for key, each in asked.items() if _never_left_out(each[0])}
        asked = {key: each for key, each in asked.items() if not _taken_back(*each, text)}
        joke = any("joke" in marks for marks in signs)
        if joke:
            asked = {key: question for key, question in asked.items() if _even_of_a_joke(question[0])}
        open_who = _undecided(signs)
        offers = _one_age(
            (
                replace(offer, owner=ASK).moved(start)
                if open_who and offer.owner == CALLER and offer.kind in _OF_ONE
                else offer.moved(start)
                for offer, start in asked.values()
                if offer.owner != OTHER
            ),
            "?" if not of_self and _harmed_as_well(signs) else "",
        )
        return offers if closed or joke else _with_minor(offers, known, text)

    def _passed(self, text: str, *, of_self: bool, caller_opens: bool = False) -> list[_Known]:
        state = self._passes[of_self, caller_opens]
        begin = Context(
            caller_is_victim=self.caller_is_victim, speaks_of_self=of_self, caller_opens=caller_opens
        )
        state.known = list(self._read(state, text, begin))
        state.text = text
        return state.known

    def _read(self, state: _Pass, text: str, context: Context) -> Iterator[_Known]:
        known = state.known if not state.known or state.known[0].before == context else []
        edit = stretches.between(state.text, text)
        kept = known[: bisect_right(known, edit.at - 2, key=_end_of)]
        yield from kept
        begin, context = (kept[-1].end, kept[-1].read.after) if kept else (0, context)
        shift = len(text) - len(state.text)
        later = bisect_left(known, edit.at + len(edit.put) - shift, key=_start_of)
        for start, end in sentences(text, begin):
            at = bisect_left(known, start - shift, lo=later, key=_start_of)
            if at < len(known) and known[at].start + shift == start and known[at].before == context:
                yield from (sentence.move(shift) for sentence in known[at:]) if shift else known[at:]
                return
            read = self._sentence(text[start:end], context)
            yield _Known(start, end, context, read)
            context = read.after

    def _sentence(self, text: str, context: Context) -> Read:
        answer = self._cache.get((text, context))
        if answer is None:
            answer = read_sentence(self.lexicon, text, self.today, context)
            if len(self._cache) >= CACHED:
                self._cache.clear()
            self._cache[text, context] = answer
        return answer


def _questions(known: Sequence[_Known], text: str) -> dict[Key, tuple[Offer, int]]:
    """One offer for each question, the first, with where its sentence begins."""
    asked: dict[Key, tuple[Offer, int]] = {}
    towns: set[str] = set()
    for offer, start in _all(known, text):
        if offer.kind == "place" and len(offer.values) > 1 and towns.intersection(offer.values):
            continue  # a name that an earlier sentence made clear
        if offer.kind == "place":
            towns.update(offer.values)
        asked.setdefault(offer.key, (offer, start))
    return asked


_start_of, _end_of = attrgetter("start"), attrgetter("end")


def _all(known: Sequence[_Known], text: str) -> Iterator[tuple[Offer, int]]:
    """The offers in their order with where their sentence begins, and those that an answer makes of a question."""
    aged = False
    for at, sentence in enumerate(known):
        for offer in sentence.read.offers:
            if _holds(offer, known, at):
                offer = offer if aged else _of_the_only_one(offer, sentence, text)
                aged = aged or (offer.kind == "age" and offer.owner == VICTIM)
                yield offer, sentence.start
        answer = known[at + 1].read.answer if sentence.read.asked and at + 1 < len(known) else ""
        if answer:
            yield from ((replace(offer, polarity=answer), sentence.start) for offer in sentence.read.asked)


def _of_the_only_one(offer: Offer, sentence: _Known, text: str) -> Offer:
    """An age of which the words do not say whose it is: theirs to whom it happens, when nobody but one of them and who
    calls was named. An `ella` may be either."""
    if offer.kind != "age" or offer.owner != ASK:
        return offer
    if _PRONOUN.search(folded(text[sentence.start : sentence.start + offer.start])):
        return offer
    named = [somebody.owner for somebody in sentence.read.after.cast.single]
    alone = named.count(VICTIM) == 1 and all(owner in (VICTIM, CALLER) for owner in named)
    return replace(offer, owner=VICTIM) if alone else offer


_PRONOUN = re.compile(r"\b(?:ella|el) (?:\w+ ){0,2}$")
_EARLY = 2
"""Sentences in which a narrative says whom it is about."""


def _holds(offer: Offer, known: Sequence[_Known], at: int) -> bool:
    """Whether an offer hangs on its owner: by the words, by who was told of first, or by what befalls them there."""
    if offer.bond in (SURE, FAR, LOOSE) or (offer.bond == KIN and at < _EARLY):
        return offer.bond != LOOSE
    return any(_deed(each) for sentence in known[at : at + 2] for each in sentence.read.offers)


def _never_left_out(offer: Offer) -> bool:
    """Whether an offer is asked whatever the call is: what befalls somebody, and where to call back."""
    return offer.kind in ("term", "phone", "email")


def _even_of_a_joke(offer: Offer) -> bool:
    """Whether an offer is asked of a call that the counselor takes for a joke: a danger, and where to call back."""
    return offer.values[0].startswith(NEVER_LEFT_OUT) or offer.kind in ("phone", "email")


_TAKEN_BACK = re.compile(
    r"[^.;\n]{0,30}[.;,] ?(?:y )?(?:(?:luego|despues|mas adelante) (?:corrige\b|(?:precisa|aclara|dice) que "
    r"(?:quiza|tal vez|son|eran?|es|casi|mas bien|menos|no)\b)|corrige\b|corrijo\b|mejor dicho\b|(?:digo|perdon),|"
    r"bueno,? (?:los )?cumpl|no, (?:\d|(?:un[oa]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez)\b))"
)
"""`desde agosto; corrige, desde julio`, `trece; luego dice que quizá menos`, `cuatro. No, tres`."""
_SAID_AGAIN = 80
"""Characters in which it is taken back."""
_MEASURED = frozenset(("age", "amount", "headcount", "date"))


def _taken_back(offer: Offer, start: int, text: str) -> bool:
    """Whether the next words take a number or a date back; `start`: where its sentence begins."""
    end = start + offer.end
    behind = folded(text[end : end + _SAID_AGAIN])
    return offer.kind in _MEASURED and _TAKEN_BACK.match(behind) is not None


def _deed(offer: Offer) -> bool:
    return offer.kind == "term" and offer.polarity != NO and offer.owner not in (OTHER, CALLER, TRAFFICKER)


_TELLS_OF = re.compile(
    r"\W*(?:y )?(?:reporta|refiere|ref|dice|pide|busca|solicita|llama|cuenta|comenta|manifiesta|denuncia|"
    r"informa|pregunta|expone|relata|senala)\b.{0,60}?\b(?:su|sus|una?|unos|varias) "
    r"(?:hij|herman|hno|hna|sobrin|niet|prim|vecin|amig|"
    r"muchach|nin|joven|menor|companer|alumn|pacient|cunad|ahijad)"
)
"""How a second sentence goes on from who calls: `Reporta a su hijo`."""


def _opens_with_caller(text: str, known: Sequence[_Known]) -> bool:
    """Whether the narrative opens with who calls about another: `Fem., 61 a. Reporta a su hijo`."""
    for before, sentence in pairwise(known[:3]):
        if "harmed" in before.read.signs:
            return False
        if _TELLS_OF.match(folded(text[sentence.start : sentence.end]).strip()):
            return True
    return False


def _harmed_as_well(signs: Sequence[frozenset[str]]) -> bool:
    """Whether harm is told of who speaks as often as a relative is named: whose the relative's age is, is asked."""
    me = sum("me" in marks for marks in signs)
    mine = sum("mine" in marks and "me" not in marks for marks in signs)
    return 0 < mine <= me


def _one_age(offers: Iterator[Offer], known: str) -> list[Offer]:
    """A second age of one victim is asked, and left out far behind the first, for nobody has two; so is any but the one
    that is known. An adolescent's behind an adult's never is: in doubt a person is a minor (art. 3 X)."""
    made, end = [], 0
    for offer in offers:
        if offer.kind == "age" and offer.owner == ASK and known not in ("", "?"):
            continue
        if offer.kind == "age" and offer.owner == VICTIM:
            age = offer.values[0].lstrip("~")
            far = end and (offer.bond == FAR or offer.start - end > _BROTHERS)
            if known not in ("", "?", age) and far and not _makes_minor(age, known):
                continue
            known, end = known or age, end or offer.end
            offer = offer if age == known else replace(offer, owner=ASK)
        made.append(offer)
    return made


def _with_minor(offers: list[Offer], known: Sequence[_Known], text: str) -> list[Offer]:
    """Where no age of a victim is asked, an adolescent's is, whoever may be the one: also who calls may be a minor.
    Behind an adult's only one that corrects it is. A relative's is not, to whom nothing is told to happen."""
    victims_ages = [
        _years(offer.values[0]) for offer in offers if offer.kind == "age" and offer.owner in _HURT
    ]
    if any(age is None or age.youngest < ages.ADULT for age in victims_ages):
        return offers
    another = any(sentence.read.signs & _BESIDE for sentence in known)
    for sentence in known:
        for offer in sentence.read.offers:
            minor = offer.kind == "age" and _adolescent(_years(offer.values[0]))
            if not minor or _taken_back(offer, sentence.start, text):
                continue
            before = folded(text[sentence.start : sentence.start + offer.start])
            if _SAID_OF_THEM.search(before) or (not victims_ages and _may_be_theirs(offer, another=another)):
                question = replace(offer, owner=ASK).moved(sentence.start)
                elsewhere = (old for old in offers if old.start != question.start)
                return sorted([*elsewhere, question], key=attrgetter("start"))
    return offers


_HURT = (VICTIM, GROUP, ASK)
_SAID_OF_THEM = re.compile(
    r"\b(?:dice|dijo|dicen|aclara|aclaro|corrige|corrigio|precisa|preciso|resulta|reconoce|admite|confirma)\b[^.;]{0,16}"
    r"\bque (?:en realidad |apenas |solo |ya )?(?:tiene|tienen|cumplio|son|es de)(?: apenas| solo| como)? $"
)
"""`Luego me dice que tiene 16`."""


def _years(age: str) -> ages.Age | None:
    """An age as it is offered, `~17`, in years."""
    parsed = ages.parse(age.lstrip("~"))
    return parsed if isinstance(parsed, ages.Age) else None


def _adolescent(age: ages.Age | None) -> bool:
    """Whether somebody may be one: from twelve to below eighteen. Source: LGDNNA art. 5."""
    return age is not None and _ADOLESCENT <= age.youngest < ages.ADULT


def _may_be_theirs(offer: Offer, *, another: bool) -> bool:
    """Whether an age of which the words say another may be the victim's; `another`: somebody else is told of to whom it
    may happen, so that who says `yo tengo 17` is not the one."""
    if offer.owner == TRAFFICKER or (offer.owner in (OTHER, CALLER) and offer.bond == KIN):
        return False
    return not (offer.owner == CALLER and offer.bond == SURE and another)


def _makes_minor(age: str, known: str) -> bool:
    """Whether a person known to be of age may be an adolescent by another age, `16` or `16-18`."""
    known_age = _years(known)
    return known_age is not None and known_age.youngest >= ages.ADULT and _adolescent(_years(age))


_ADOLESCENT = 12
_BROTHERS = 30
"""Characters between the ages of two to whom it happens: `Nemesio de 15 y Rufina de 11 años`."""
_OF_ONE = frozenset(("age", "nationality", "sex", "education"))
_BESIDE = frozenset(("another", "mine", "witness"))


def _undecided(signs: Sequence[frozenset[str]]) -> bool:
    """Whether who calls may be the one to whom it happens: introduced without a relation, or speaking
    of themself, and nobody else is named."""
    everything: frozenset[str] = frozenset().union(*signs)
    who, what = everything & {"introduced", "self"}, everything & {"harmed", "me"}
    return (
        bool(who and (what or ("fragment" in everything and "saw" not in everything)))
        and not everything & _BESIDE
    )


def _speaks_of_self(signs: Sequence[frozenset[str]]) -> bool:
    """Whether who calls is the one to whom it happens: harm in the first person more often than a relative's, or a
    person introduced without a relation, and harm before anybody else is named to whom it could happen."""
    me = sum("me" in marks for marks in signs)
    mine = sum("mine" in marks and "me" not in marks for marks in signs)
    everything: frozenset[str] = frozenset().union(*signs)
    if me > mine and "witness" not in everything:
        return True
    if me and "young" in everything and "harmed" not in everything:
        return True
    if {"fragment", "harmed"} <= everything and not everything & _BESIDE:
        return True
    harmed = next((at for at, marks in enumerate(signs) if "harmed" in marks), len(signs))
    another = next((at for at, marks in enumerate(signs) if marks & _BESIDE), len(signs))
    return "introduced" in everything and "witness" not in everything and harmed < another
