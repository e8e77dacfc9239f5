"""Whose fact it is: the nearest person before it, else the sentence's, else the narrative's. Never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lnctp_tui.domain.reading.lexicon import Hit, Lexicon, Noun, longest
from lnctp_tui.domain.reading.offers import ASK, CALLER, GROUP, OTHER, VICTIM
from lnctp_tui.domain.reading.spelling import Word
from lnctp_tui.domain.reading.status import Clause, clause_of

_MINE = frozenset(["tengo", "soy", "me", "mi", "estoy", "vivo", "trabajo", "nos", "estamos"])
_PRONOUNS = frozenset(("ella", "el"))


class Person(NamedTuple):
    """A word for a person in a sentence."""

    first: int
    after: int
    owner: str
    sex: str
    plural: bool


MOST_NAMES = 12
Names = tuple[tuple[str, str], ...]


def people(lexicon: Lexicon, text: str, terms: Sequence[Word], names: Names) -> tuple[list[Person], Names]:
    """The persons of a sentence in their order, by nouns and by names, and the names that are known from now on.

    Who is named after `mamá de` or `su hija` is whom the call is about; a name after any other noun is that person's.
    """
    persons = [_person(hit) for hit in longest(lexicon.nouns, terms)]
    known = dict(names)
    for person in persons:
        place, owner = person.after, person.owner
        if place + 1 < len(terms) and terms[place].text == "de" and owner == CALLER:
            place, owner = place + 1, VICTIM
        name = _name(text, terms, place)
        if name and len(known) < MOST_NAMES:
            known.setdefault(name, owner)
    taken = {place for person in persons for place in range(person.first, person.after)}
    persons += [
        Person(place, place + 1, known[term.text], "", False)
        for place, term in enumerate(terms)
        if term.text in known and place not in taken and text[term.start].isupper()
    ]
    return sorted(persons), tuple(known.items())


def _name(text: str, terms: Sequence[Word], place: int) -> str:
    """The capitalised word at a place that follows the one before it at once."""
    if place >= len(terms) or text[terms[place - 1].end : terms[place].start] != " ":
        return ""
    term = terms[place]
    return term.text if text[term.start].isupper() and term.text.isalpha() and len(term.text) > 2 else ""


def _person(hit: Hit) -> Person:
    noun = hit.meaning
    assert isinstance(noun, Noun)
    return Person(hit.first, hit.after, noun.owner, noun.sex, noun.plural)


def first_person(terms: Sequence[Word]) -> bool:
    """Whether whoever writes speaks of themself: a pasted chat."""
    return any(term.text in _MINE for term in terms)


def subject(persons: Sequence[Person], before: str) -> str:
    """Of whom the next sentence speaks: the last victim or group named here, else the first person, else as before."""
    about = [person.owner for person in persons if person.owner in (VICTIM, GROUP)]
    if about:
        return about[-1]
    return before or (CALLER if any(person.owner == CALLER for person in persons) else "")


def of_attribute(
    text: str,
    terms: Sequence[Word],
    found: Sequence[Clause],
    persons: Sequence[Person],
    first: int,
    context: str,
    behind: int = 0,
) -> str:
    """Whose age, nationality or number of telephone stands at the word `first`."""
    here = [person for person in persons if person.after <= first]
    if here and first - here[-1].after <= 2:
        return here[-1].owner
    joined = [person for person in persons if behind and 0 <= person.first - behind <= 1]
    if joined:
        return joined[0].owner
    clause = clause_of(found, first)
    near = [person for person in here if person.first >= clause.first]
    if near:
        owners = {person.owner for person in near}
        return near[-1].owner if len(owners) == 1 or first - near[-1].after <= 6 else ASK
    if here:
        owners = {person.owner for person in here}
        return here[-1].owner if len(owners) == 1 else ASK
    if first_person(terms[max(0, first - 4) : first + 1]):
        return CALLER
    if terms[0].text in _PRONOUNS:
        return ASK
    return context or VICTIM


def of_deed(
    terms: Sequence[Word], found: Sequence[Clause], persons: Sequence[Person], hit: Hit, context: str
) -> str:
    """To whom something is done, or who needs it: the victim, unless somebody else is named for it."""
    clause = clause_of(found, hit.first)
    near = [person for person in persons if clause.first <= person.first < hit.first]
    named = [person for person in near if person.owner in (VICTIM, GROUP, OTHER, CALLER)]
    behind = [person for person in persons if 0 <= person.first - hit.after <= 2]
    if behind and behind[0].owner in (VICTIM, GROUP, OTHER) and terms[hit.after].text in ("a", "al"):
        return behind[0].owner
    if named:
        last = named[-1].owner
        if last in (OTHER, CALLER):
            others = [person.owner for person in named if person.owner in (VICTIM, GROUP)]
            if others:
                return ASK if last == OTHER else others[-1]
        return last
    if first_person(terms[clause.first : clause.after]):
        return CALLER
    return context if context in (VICTIM, GROUP) else VICTIM
