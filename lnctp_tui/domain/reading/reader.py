"""The reader: one sentence at a time, with who the one before spoke of. What did not change is not read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from lnctp_tui.domain.reading import owners, patterns, places
from lnctp_tui.domain.reading.lexicon import Hit, Lexicon, Row, every
from lnctp_tui.domain.reading.offers import (
    ASK,
    CALLER,
    CASE,
    NO,
    OTHER,
    TRAFFICKER,
    UNKNOWN,
    VICTIM,
    YES,
    Offer,
)
from lnctp_tui.domain.reading.owners import Person
from lnctp_tui.domain.reading.spelling import Word, folded, sentences, words
from lnctp_tui.domain.reading.status import Clause, Status, clauses, cues_of, status

LONGEST_TEXT = 200_000
"""Characters that are read; the rest is told to be unread."""
CACHED = 4096
_OF_CASE = ("danger.", "situation.")
_NEAR = 25
"""Characters within which a word stands that a row needs."""
_WHEN = (
    (
        "ultima_vez",
        (
            "ultima vez",
            "no la ve",
            "no lo ve",
            "no sabe nada",
            "no se sabe",
            "sin saber",
            "dejo de",
            "desapar",
            "no contesta",
        ),
    ),
    (
        "salida",
        (
            "escap",
            "salio de",
            "se salio",
            "logro salir",
            "huyo",
            "rescat",
            "se fue de ahi",
            "la sacaron",
            "se fugo",
        ),
    ),
    (
        "captacion",
        (
            "conocio",
            "se la llev",
            "lo llev",
            "la llev",
            "engancho",
            "contacto",
            "se fue con",
            "le ofrec",
            "recluto",
            "levantaron",
            "trajo",
            "trajeron",
            "se los llev",
        ),
    ),
    ("inicio", ("desde", "empez", "comenz", "lleva", "inicio")),
)


class Context(NamedTuple):
    """What a sentence takes over from those before it."""

    subject: str
    caller_is_victim: bool = False
    names: tuple[tuple[str, str], ...] = ()
    """Proper names and whose they are: `mamá de Ana`, `su hija Sofía`."""


@dataclass
class _Reading:
    """One sentence with all that is known of it."""

    lexicon: Lexicon
    sentence: patterns.Sentence
    context: Context
    persons: list[Person]
    parts: list[Clause]
    cues: list[Hit]

    @property
    def terms(self) -> list[Word]:
        return self.sentence.terms

    def status(self, first: int, after: int, row: Row | None = None) -> Status:
        return status(self.sentence.text, self.terms, self.parts, self.cues, first, after, row)

    def place_of(self, start: int) -> int:
        """The word at a character."""
        return next((at for at, term in enumerate(self.terms) if term.end > start), len(self.terms) - 1)

    def owner_at(self, first: int, after: int = 0) -> str:
        """Whose age, nationality or number stands at these words."""
        return owners.of_attribute(
            self.sentence.low, self.terms, self.parts, self.persons, first, self.context.subject, after
        )

    def own(self, owner: str) -> str:
        """Who that is: one who calls about themself is the victim."""
        return VICTIM if owner == CALLER and self.context.caller_is_victim else owner


def read_sentence(lexicon: Lexicon, text: str, today: date, context: Context) -> tuple[list[Offer], Context]:
    """The offers of one sentence, with places inside it, and what the next one takes over."""
    low = folded(text)
    terms = words(low)
    if not terms:
        return [], context
    sentence = patterns.Sentence(text, low, terms, today)
    persons, names = owners.people(lexicon, text, terms, context.names)
    reading = _Reading(lexicon, sentence, context, persons, clauses(low, terms), cues_of(lexicon, terms))
    offers = list(_patterns(reading))
    offers += _lexicon(reading)
    following = Context(owners.subject(persons, context.subject), context.caller_is_victim, names)
    return _single(offers), following


def _single(offers: Sequence[Offer]) -> list[Offer]:
    """One offer for each question, in the order of the words."""
    return list({offer.key: offer for offer in sorted(offers, key=lambda offer: -offer.start)}.values())[::-1]


# patterns

_CONTACTS = frozenset(("phone", "handle", "email", "url"))


def _patterns(reading: _Reading) -> Iterator[Offer]:
    for found in patterns.find(reading.sentence):
        first = reading.place_of(found.start)
        after = reading.place_of(found.end - 1) + 1
        state = reading.status(first, after)
        if found.kind in ("age", "date", "headcount", "amount") and not state.offer:
            continue
        if found.kind in ("age", "headcount") and state.polarity == NO:
            continue
        if found.kind in ("age", "headcount") and state.past:
            continue
        detail = _happened(reading, found) if found.kind == "date" else found.detail
        owner = _pattern_owner(reading, found, first, after)
        value = _about(found.value) if found.kind == "age" and state.polarity == UNKNOWN else found.value
        yield Offer(found.kind, (value,), YES, owner, found.start, found.end, detail, found.kind)


def _about(age: str) -> str:
    """An age that somebody supposes."""
    return f"~{age}" if age.isdecimal() else age


def _pattern_owner(reading: _Reading, found: patterns.Found, first: int, after: int) -> str:
    if found.kind in ("url", "account", "amount", "plate"):
        return CASE
    if found.kind == "headcount":
        return "group"
    if found.kind == "date":
        return VICTIM
    if found.kind == "alias":
        return _alias_owner(reading, first)
    owner = reading.owner_at(first, after)
    if found.kind in _CONTACTS and not any(person.after <= first for person in reading.persons):
        owner = CALLER if owner == CALLER else ASK
    return reading.own(owner)


def _alias_owner(reading: _Reading, first: int) -> str:
    here = [person for person in reading.persons if person.after <= first]
    return reading.own(here[-1].owner) if here else ASK


def _happened(reading: _Reading, found: patterns.Found) -> str:
    """What happened on a date: captacion, inicio, ultima_vez, salida or evento."""
    low = reading.sentence.low
    near = low[max(0, found.start - 60) : found.end + 40]
    return next((code for code, says in _WHEN if any(say in near for say in says)), "evento")


# lexicon


def _lexicon(reading: _Reading) -> Iterator[Offer]:
    hits = list(every(reading.lexicon.rows, reading.terms))
    done: set[int] = set()
    last_place = -9
    for hit in hits:
        row = hit.meaning
        assert isinstance(row, Row)
        start, end = reading.terms[hit.first].start, reading.terms[hit.after - 1].end
        if not reading.sentence.free(start, end) or not _fits(reading, row, start, end, hit):
            continue
        if row.kind == "place":
            if hit.first not in done:
                done.add(hit.first)
                offers = list(_place(reading, hits, hit, last_place))
                yield from offers
                last_place = hit.after if offers else last_place
            continue
        yield from _term(reading, row, hit, start, end)


def _fits(reading: _Reading, row: Row, start: int, end: int, hit: Hit) -> bool:
    """Whether the company that a row needs is there, and none that it must not have."""
    low = reading.sentence.low
    before = reading.terms[hit.first - 1].text if hit.first else ""
    behind = reading.terms[hit.after].text if hit.after < len(reading.terms) else ""
    if before in row.not_after or behind in row.not_before:
        return False
    near = low[max(0, start - _NEAR) : start] + low[end : end + _NEAR]
    return not row.needs or any(need in near for need in row.needs)


def _place(reading: _Reading, hits: Sequence[Hit], hit: Hit, last_place: int) -> Iterator[Offer]:
    rows = [other.meaning for other in hits if other.first == hit.first and isinstance(other.meaning, Row)]
    rows = [row for row in rows if row.kind == "place"]
    start, end = reading.terms[hit.first].start, reading.terms[hit.after - 1].end
    beside = hit.first - last_place <= 1
    if not places.stands(reading.sentence.text, reading.terms, hit, rows[0], beside):
        return
    codes = [value for row in rows for value in row.values]
    following = _state_behind(reading, hits, hit)
    values = places.choose(reading.lexicon, list(dict.fromkeys(codes)), following)
    state = reading.status(hit.first, hit.after)
    if not state.offer or state.past or not values or state.polarity != YES:
        return
    if beside and values[0] in reading.lexicon.states:
        return  # the state of the town before it
    role = places.role(reading.sentence.low, start)
    owner = _place_owner(reading, hit, role)
    yield Offer("place", values, YES, owner, start, end, "" if role == "caller" else role, rows[0].at)


def _state_behind(reading: _Reading, hits: Sequence[Hit], hit: Hit) -> str | None:
    """The state that follows a name of a town, after a comma or a bracket."""
    for other in hits:
        row = other.meaning
        if hit.after <= other.first <= hit.after + 1 and isinstance(row, Row) and row.kind == "place":
            state = next((value for value in row.values if value in reading.lexicon.states), None)
            if state:
                return state
    return None


def _place_owner(reading: _Reading, hit: Hit, role: str) -> str:
    if role == "caller":
        return CALLER
    owner = reading.owner_at(hit.first)
    if role == "origen":
        return reading.own(owner)
    if role == "":
        return ASK if owner in (CALLER, OTHER) else owner
    return VICTIM if owner in (TRAFFICKER, CALLER) else owner


_ATTRIBUTES = frozenset(["nationality", "language", "education", "migration_status", "sex"])


def _term(reading: _Reading, row: Row, hit: Hit, start: int, end: int) -> Iterator[Offer]:
    state = reading.status(hit.first, hit.after, row)
    if not state.offer or state.past:
        return
    if (
        row.kind in ("venue", "institution", "platform") or row.kind in _ATTRIBUTES
    ) and state.polarity != YES:
        return
    owner = _term_owner(reading, row, hit)
    yield Offer(row.kind, row.values, state.polarity, owner, start, end, "", row.at)


def _term_owner(reading: _Reading, row: Row, hit: Hit) -> str:
    if row.kind in ("venue", "institution", "platform") or all(
        value.startswith(_OF_CASE) for value in row.values
    ):
        return CASE
    if row.kind in _ATTRIBUTES:
        return reading.own(reading.owner_at(hit.first, hit.after))
    return reading.own(
        owners.of_deed(reading.terms, reading.parts, reading.persons, hit, reading.context.subject)
    )


# the whole


class _Known(NamedTuple):
    """A sentence that was read, with its place in the text before."""

    start: int
    end: int
    before: Context
    offers: list[Offer]
    after: Context


class Reader:
    """Reads a text that grows: only sentences that an edit touched are read again, and those whose context it changed.

    One thread at a time.
    """

    def __init__(self, lexicon: Lexicon, today: date, *, caller_is_victim: bool = False) -> None:
        self.lexicon = lexicon
        self.today = today
        self.caller_is_victim = caller_is_victim
        self._cache: dict[tuple[str, Context], tuple[list[Offer], Context]] = {}
        self._text = ""
        self._known: list[_Known] = []

    def read(self, text: str) -> list[Offer]:
        """All offers of a text, one for each question, in its order."""
        text = text[:LONGEST_TEXT]
        self._known = list(self._read(text))
        self._text = text
        offers: dict[tuple[str, tuple[str, ...], str, str], Offer] = {}
        for sentence in self._known:
            for offer in sentence.offers:
                if offer.owner != OTHER and offer.key not in offers:
                    offers[offer.key] = offer.moved(sentence.start)
        return list(offers.values())

    def _read(self, text: str) -> Iterator[_Known]:
        context = Context("", self.caller_is_victim)
        known = self._known if not self._known or self._known[0].before == context else []
        same = _shared(self._text, text)
        kept = [sentence for sentence in known if sentence.end + 2 <= same]
        yield from kept
        begin, context = (kept[-1].end, kept[-1].after) if kept else (0, context)
        shift = len(text) - len(self._text)
        tail = len(text) - _shared(self._text[same:][::-1], text[same:][::-1])
        later = {
            sentence.start + shift: at for at, sentence in enumerate(known) if sentence.start + shift >= tail
        }
        for start, end in sentences(text, begin):
            at = later.get(start)
            if at is not None and known[at].before == context:
                yield from (
                    sentence._replace(start=sentence.start + shift, end=sentence.end + shift)
                    for sentence in known[at:]
                )
                return
            offers, after = self._sentence(text[start:end], context)
            yield _Known(start, end, context, offers, after)
            context = after

    def _sentence(self, text: str, context: Context) -> tuple[list[Offer], Context]:
        answer = self._cache.get((text, context))
        if answer is None:
            answer = read_sentence(self.lexicon, text, self.today, context)
            if len(self._cache) >= CACHED:
                self._cache.clear()
            self._cache[text, context] = answer
        return answer


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
