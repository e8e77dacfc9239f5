"""Who is spoken of: the persons of a sentence, who of them calls, and what the next sentence takes over.

Whoever is introduced by `llama`, `marca` or `reporta`, or stands beside `reportante`, calls. A name after `mamá de`
or `su hija` is whom the call is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from lnctp_tui.domain.reading.callers import (
    who_call,
    with_asking,
    with_callers,
    with_one_caller,
    with_professions,
)
from lnctp_tui.domain.reading.harm import on_one_side, with_harm
from lnctp_tui.domain.reading.lexicon import Hit, Lexicon, Noun, longest
from lnctp_tui.domain.reading.offers import CALLER, GROUP, OTHER, SOMEONE, VICTIM
from lnctp_tui.domain.reading.persons import GENERIC, OWNED, Cast, Known, Names, Person, calls
from lnctp_tui.domain.reading.relatives import remembered
from lnctp_tui.domain.reading.spelling import Word
from lnctp_tui.domain.reading.strangers import beside_stranger, strangers_of, who_opens

MOST_NAMES = 12


_RELATIVES = frozenset(
    ["mama", "madre", "papa", "padre", "abuela", "abuelo", "tia", "tio", "madrina", "padrino", "esposa"]
)
"""Whose name follows with a `de`."""


_ONE_OF = (["uno", "de", "ellos"], ["una", "de", "ellas"])
_TITLES = frozenset(("dona", "don", "sra", "sr", "senora", "senor"))


def _one_of_two(persons: Iterable[Person]) -> list[Person]:
    """`varón joven` is one person, described twice."""
    kept: list[Person] = []
    for person in persons:
        if not (kept and person.word == "joven" and person.first == kept[-1].after and kept[-1].generic):
            kept.append(person)
    return kept


def _by_nouns(lexicon: Lexicon, text: str, terms: Sequence[Word], cast: Cast) -> list[Person]:
    nouns = longest(lexicon.nouns, terms)
    hits = (hit for hit in nouns if not (_wanted(terms, hit) or _an_account(text, terms, hit)))
    persons = _one_of_two(_person(hit, terms) for hit in hits)
    persons = [*(() if cast.single else who_opens(text, terms, persons)), *persons]
    known = list(with_asking(terms, remembered(terms, persons, cast)))
    callers = list(with_callers(terms, known, opening=not cast.single))
    one_caller = with_one_caller(terms, list(with_professions(terms, callers, cast)), cast)
    persons = list(on_one_side(terms, with_harm(terms, one_caller)))
    return sorted((*persons, *who_call(terms, persons)))


def people(lexicon: Lexicon, text: str, terms: Sequence[Word], cast: Cast) -> tuple[list[Person], Names]:
    """The persons of a sentence in their order, by nouns and by names, and the names that are known from now on."""
    persons = _by_nouns(lexicon, text, terms, cast)
    strangers = list(strangers_of(text, terms, persons, cast))
    persons = sorted((*strangers, *(beside_stranger(terms, person, strangers, cast) for person in persons)))
    known = dict(cast.names)
    for person in persons:
        place, owner = person.after, person.owner
        if place + 1 < len(terms) and terms[place].text == "de" and owner == CALLER:
            if person.word not in _RELATIVES:  # «vecina de Neza»
                continue
            place, owner = place + 1, VICTIM
            if _a_place(lexicon, terms, place):  # «papá de Tlalnepantla»
                continue
        name = _name(text, terms, place)
        if name and len(known) < MOST_NAMES:
            known.setdefault(name, owner)
    for name, owner in _called(text, terms, persons):
        if len(known) < MOST_NAMES:
            known.setdefault(name, owner)
    persons = sorted((*persons, *_introduced(lexicon, text, terms, persons, cast, known)))
    taken = {place for person in persons for place in range(person.first, person.after)}
    for name in _done_to(text, terms, taken):
        if len(known) < MOST_NAMES:
            known.setdefault(name, VICTIM)
    persons += [
        Person(place, place + 1, known[term.text], "", False)
        for place, term in enumerate(terms)
        if term.text in known and place not in taken and text[term.start].isupper()
    ]
    return sorted((*persons, *_titled(text, terms, persons, taken, known))), tuple(known.items())


def _name(text: str, terms: Sequence[Word], place: int) -> str:
    """The capitalised word at a place that follows the one before it at once."""
    if place >= len(terms) or text[terms[place - 1].end : terms[place].start] != " ":
        return ""
    term = terms[place]
    return term.text if text[term.start].isupper() and term.text.isalpha() and len(term.text) > 2 else ""


def _person(hit: Hit, terms: Sequence[Word]) -> Person:
    noun = hit.meaning
    assert isinstance(noun, Noun)
    word = terms[hit.after - 1].text
    before = terms[hit.first - 1].text if hit.first else ""
    owned = terms[hit.first].text in OWNED or before in OWNED
    generic = (word in GENERIC or noun.owner == SOMEONE) and not owned and not noun.plural
    own = (
        terms[hit.first].text == "tengo"
    )  # «tengo una hija de 15»: who speaks may be the mother or the victim
    mine = {terms[hit.first].text, before} & {"mi", "nuestra", "nuestro"}
    owner = OTHER if mine and word.startswith("vecin") else noun.owner  # «mi vecina» is not who speaks
    return Person(hit.first, hit.after, owner, noun.sex, noun.plural, word, generic, stranger=own)


_NEEDS = ("pid", "necesit", "solicit", "requier", "busc", "urge")


_ACCOUNT = re.compile(r"\s*(?:es|:)?\s*(?:@|\w+[._\d]\w)")


def _an_account(text: str, terms: Sequence[Word], hit: Hit) -> bool:
    """Whether `el usuario` is a name on a platform: `el usuario @lobo`."""
    end = terms[hit.after - 1]
    return end.text == "usuario" and _ACCOUNT.match(text, end.end) is not None


def _wanted(terms: Sequence[Word], hit: Hit) -> bool:
    """Whether a profession is what somebody asks for: `pide psicóloga y abogado`."""
    noun = hit.meaning
    assert isinstance(noun, Noun)
    before = [term.text for term in terms[max(0, hit.first - 3) : hit.first + 1]]
    bare = not {"a", "al", "la", "el", "que", "su", "mi"} & set(before)
    return noun.owner == CALLER and bare and any(word.startswith(_NEEDS) for word in before)


_DONE_TO = frozenset(("lo", "la", "le"))


def _done_to(text: str, terms: Sequence[Word], taken: set[int]) -> Iterator[str]:
    """Names that a clause begins with as those to whom something is done: `a Mario, 26 años, lo tienen`."""
    for place in range(len(terms) - 2):
        name = terms[place + 1]
        begins = place == 0 or text[terms[place - 1].end : terms[place].start].strip() in (":", ",", ";")
        named = terms[place].text == "a" and begins and place + 1 not in taken and text[name.start].isupper()
        if named and any(term.text in _DONE_TO for term in terms[place + 2 : place + 6]):
            yield name.text


def _a_place(lexicon: Lexicon, terms: Sequence[Word], place: int) -> bool:
    """Whether a name of a town begins at a word."""
    return any(getattr(hit.meaning, "kind", "") == "place" for hit in lexicon.rows.at(terms, place))


def _called(text: str, terms: Sequence[Word], persons: Sequence[Person]) -> Iterator[tuple[str, str]]:
    """Names of persons who are said to be called so: `a un señor que se llama don Beto`."""
    for place in range(1, len(terms) - 1):
        before = [person for person in persons if person.after <= place]
        named = terms[place].text == "llama" and terms[place - 1].text == "se"
        named = named or (terms[place].text == "como" and terms[place - 1].text in ("identifica", "presenta"))
        if not named or not before:
            continue
        titled = terms[place + 1].text in _TITLES
        name = _name(text, terms, place + 1 + titled)
        if name:
            yield name, before[-1].owner


_NAMED_AGE = re.compile(
    r"[A-ZÁÉÍÓÚÑ][a-záéíóúñ]{2,}(?: [A-ZÁÉÍÓÚÑ][a-záéíóúñ]+| [A-Z]\.)?"
    r"(?:(?:, (?:de )?| \()[1-9]\d?(?:[,.)]| años| a\.)| de [1-9]\d(?=[,.;]| (?:en|y|que|se|la|lo|a)\b))"
)
"""A name with an age behind it."""


def _introduced(
    lexicon: Lexicon,
    text: str,
    terms: Sequence[Word],
    persons: Sequence[Person],
    cast: Cast,
    known: dict[str, str],
) -> Iterator[Person]:
    """Who is named with an age: `su esposa, Inés, 31`; `se llevaron a Wilmer, 19` while nobody is known to whom it
    happens."""
    taken = {place for person in persons for place in range(person.first, person.after)}
    about = cast.subject
    for place, term in enumerate(terms):
        about = next(
            (person.owner for person in persons if person.after == place and person.owner in _SIDE), about
        )
        fits = place and place not in taken and term.text not in known and _NAMED_AGE.match(text, term.start)
        if not fits or _a_place(lexicon, terms, place):
            continue
        beside = _apposed(text, terms, persons, place)
        begins = terms[place - 1].text in _BEFORE_NAME or ":" in text[terms[place - 1].end : term.start]
        if beside or (begins and about != VICTIM):
            yield Person(place, place + 1, beside or VICTIM, "", False)


_SIDE = frozenset((VICTIM, GROUP))
_BEFORE_NAME = frozenset(("a", "es", "ella", "companera", "companero"))


def _apposed(text: str, terms: Sequence[Word], persons: Sequence[Person], place: int) -> str:
    """Whose name stands behind a comma or a colon: `el patrón, don Fidel`, `responsable: Fulgencio N.`."""
    before = [person for person in persons if person.after == place]
    return before[0].owner if before and text[terms[place - 1].end :].startswith((", ", ": ")) else ""


def _titled(
    text: str, terms: Sequence[Word], persons: Sequence[Person], taken: set[int], known: dict[str, str]
) -> Iterator[Person]:
    """`doña Chayo`: one of whom nothing is known is another person; the caller after `habla`."""
    for place in range(len(terms) - 1):
        name = terms[place + 1]
        fits = terms[place].text in _TITLES and place not in taken and text[name.start].isupper()
        if not fits or (place + 1 in taken):
            continue
        spoke = any(calls(terms, at) for at in range(max(0, place - 2), place))
        one_of = [term.text for term in terms[max(0, place - 3) : place]] in _ONE_OF
        beside = _apposed(text, terms, persons, place)
        owner = known.get(name.text) or (CALLER if spoke else VICTIM if one_of else beside or OTHER)
        if len(known) < MOST_NAMES:
            known[name.text] = owner
        yield Person(place, place + 2, owner, "mujer" if terms[place].text.endswith("a") else "hombre", False)


def following(persons: Sequence[Person], before: Cast, names: Names) -> Cast:
    """What the next sentence takes over."""
    about = [person.owner for person in persons if person.owner in (VICTIM, GROUP)]
    called = CALLER if any(person.owner == CALLER for person in persons) else ""
    subject = about[-1] if about else before.subject or called
    others = [person.owner for person in persons]
    last = "" if about else others[0] if others else before.last
    single = {(known.owner, known.sex): known for known in before.single}
    for person in persons:
        known_already = not person.word and any(person.owner == owner for owner, _sex in single)
        if not person.plural and person.owner != GROUP and not known_already:
            known = single.get((person.owner, person.sex))
            word = known.word if known and known.word else person.word
            single[person.owner, person.sex] = Known(person.owner, person.sex, word)
    return Cast(subject, last, tuple(single.values())[-8:], names)
