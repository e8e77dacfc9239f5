"""Persons by a noun that no list has: who opens the narrative, has an age or lives somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lnctp_tui.domain.reading.callers import FURTHEST_CALL, NO_OPENING
from lnctp_tui.domain.reading.harm import does_harm
from lnctp_tui.domain.reading.offers import CALLER, GROUP, OTHER, TRAFFICKER, VICTIM
from lnctp_tui.domain.reading.persons import GENERIC, OWNED, TELLING, Cast, Person
from lnctp_tui.domain.reading.spelling import Word, number_at

_FEMALE = {"la": True, "una": True, "el": False, "un": False}
"""Articles, and whether of a woman."""


def strangers_of(text: str, terms: Sequence[Word], persons: Sequence[Person], cast: Cast) -> Iterator[Person]:
    """Persons by a noun that no list has: whoever has an age or lives somewhere
    behind an article, `un tal`, and all of these when they are named again."""
    taken = {place for person in persons for place in range(person.first, person.after)}
    known = {somebody.word: somebody for somebody in cast.single if somebody.word}
    for place, term in enumerate(terms):
        article = terms[place - 1].text if place else ""
        if place in taken or not term.text.isalpha() or term.text in _NO_NOUNS:
            continue
        sex = "" if article not in _FEMALE else "mujer" if _FEMALE[article] else "hombre"
        if term.text in known and (sex or article in ("", "del", "al")):
            owner = known[term.text].owner
            yield Person(
                place, place + 1, owner, known[term.text].sex, False, term.text, stranger=owner == OTHER
            )
        elif (term.text == "tal" and article in ("un", "una")) or (
            term.text == "que"
            and article in ("el", "la")
            and (_behind(terms, place) in _DONE_BY or _behind(terms, place) in _RULES)
        ):
            holder = _behind(terms, place) in _RULES or _same_as(text, terms, persons, place - 1)
            holder = holder or does_harm(terms, Person(place - 1, place + 1, OTHER, sex, False))
            yield Person(
                place - 1, place + 1, TRAFFICKER if holder else OTHER, sex, False, stranger=not holder
            )
        elif sex and does_harm(terms, Person(place, place + 1, OTHER, sex, False)):
            yield Person(place, place + 1, TRAFFICKER, sex, False, term.text)
        elif article in OWNED and _aged(text, terms, place + 1):
            yield Person(place, place + 1, OTHER, "", False, stranger=True)
        elif (
            sex
            and place - 1 not in taken
            and not _within(terms, place)
            and (_lives(text, terms, place + 1) or _years_old(text, terms, place))
        ):
            yield Person(place, place + 1, OTHER, sex, False, term.text, stranger=True)


_NO_NOUNS = frozenset(
    ("tiene", "tenia", "trae", "lleva", "cuida", "deja", "pone", "puso", "saca", "manda", "tienen", "vende")
)
"""Verbs that a clitic before them makes look like nouns: `la tiene`."""


_DONE_BY = frozenset(("la", "lo", "le", "me", "los", "las", "les", "nos"))
"""What follows in `el que la tiene`."""


def _same_as(text: str, terms: Sequence[Word], persons: Sequence[Person], place: int) -> bool:
    """Whether `un tal` goes on from who does it: `el dueño del bar, un tal Chuy`."""
    near = [person for person in persons if 0 <= place - person.after <= 2]
    return bool(near) and near[-1].owner == TRAFFICKER and text[terms[place - 1].end :].startswith(",")


_RULES = frozenset(
    ("manda", "mandan", "cobra", "regentea", "maneja", "controla", "dirige", "recluta", "engancha")
)
"""What who runs it does: `el que manda`."""


def _behind(terms: Sequence[Word], place: int) -> str:
    return terms[place + 1].text if place + 1 < len(terms) else ""


def _aged(text: str, terms: Sequence[Word], place: int) -> bool:
    """Whether an age stands behind a noun: `su novia de 16`."""
    if place + 1 >= len(terms) or terms[place].text != "de":
        return False
    number = number_at(text, terms, place + 1)
    return number is not None and 3 <= number.value < 100


_NO_HOLDERS = frozenset(
    ["edad", "contrato", "relacion", "condena", "plazo", "deuda", "experiencia", "lapso", "periodo", "curso", "carrera",
     "sentencia", "credito", "mayor", "menor", "casa", "caso", "video", "foto", "matrimonio", "antigua", "pena"]
)  # fmt: skip


def _years_old(text: str, terms: Sequence[Word], place: int) -> bool:
    """Whether years of age follow a noun: `una ficticiana de 88 años`, `el ficticiano, de 40 años`."""
    if terms[place].text in _NO_HOLDERS:
        return False
    for at in range(place + 1, min(place + 4, len(terms))):
        if terms[at].text != "de":
            continue
        number = number_at(text, terms, at + 1) if at + 1 < len(terms) else None
        behind = terms[number.after].text if number and number.after < len(terms) else ""
        supposed = terms[at - 1].text == "como"
        return number is not None and 3 <= number.value < 100 and (supposed or behind in ("anos", "anitos"))
    return False


def _within(terms: Sequence[Word], place: int) -> bool:
    """Whether a noun with its article is where something happens: `en la casa vive`."""
    return place > 1 and terms[place - 2].text in ("en", "de", "a", "por", "con", "desde")


def beside_stranger(terms: Sequence[Word], person: Person, strangers: Sequence[Person], cast: Cast) -> Person:
    """A relative of a stranger is another too, when the narrative has its victim: `la pasajera iba con su hijo`."""
    owned = {terms[person.first - 1].text if person.first else "", terms[person.first].text} & OWNED
    theirs = any(stranger.first < person.first for stranger in strangers) and person.kin and owned
    return person._replace(owner=OTHER) if theirs and cast.subject in (VICTIM, GROUP) else person


def who_opens(text: str, terms: Sequence[Word], persons: Sequence[Person]) -> Iterator[Person]:
    """The caller by a noun that no list has: who opens a narrative and saw, tells, or has an age."""
    word, unknown = terms[0].text, not any(person.first == 0 for person in persons)
    if unknown and word in _OFFICES:
        yield Person(0, 1, CALLER, "", False, word)
        return
    if unknown and _named_so(text, terms):
        sex = "mujer" if word in _WOMEN else "hombre"
        yield Person(0, 1, CALLER, sex, False, word, generic=word in GENERIC)
        return
    place = _opener(text, terms, {place for person in persons for place in range(person.first, person.after)})
    if place >= 0:
        article = terms[place - 1].text if place else ""
        sex = "" if article not in _FEMALE else "mujer" if _FEMALE[article] else "hombre"
        yield Person(place, place + 1, CALLER, sex, False, terms[place].text, generic=True)


def _named_so(text: str, terms: Sequence[Word]) -> bool:
    """Whether a narrative opens with who calls, an age behind a comma and no verb: `papá, Abundio, 47, de`."""
    if terms[0].text not in _OPENERS or not text[terms[0].end :].startswith(","):
        return False
    numbers = (number_at(text, terms, place) for place in range(1, min(5, len(terms))))
    return any(
        number is not None
        and 18 <= number.value < 100
        and text[terms[number.after - 1].end :][:1] in (",", ".")
        for number in numbers
    )


_WOMEN = frozenset(("mama", "madre", "abuela", "tia", "vecina", "mujer", "senora"))
_OPENERS = _WOMEN | frozenset(("papa", "padre", "abuelo", "tio", "vecino", "hombre", "senor"))
_OFFICES = frozenset(
    ["consulado", "embajada", "fiscalia", "procuraduria", "dif", "albergue", "hospital", "clinica", "escuela",
     "secundaria", "primaria", "preparatoria", "refugio", "ong", "asociacion", "organizacion", "policia", "instituto",
     "secretaria", "municipio", "ayuntamiento", "guardia", "cruz", "centro", "comision", "locatel", "911", "juzgado",
     "defensoria", "colegio", "universidad", "parroquia", "ministerio", "personal"]
)  # fmt: skip
"""Who calls for an office is never the one to whom it happens: `Consulado de … turna caso`."""


def _opener(text: str, terms: Sequence[Word], taken: set[int]) -> int:
    """The noun that opens a narrative before a verb of seeing or telling: `Pasajera del camión vio a`; -1 for none."""
    first = 1 if terms[0].text in _FEMALE and len(terms) > 1 else 0
    if terms[first].text in NO_OPENING or not terms[first].text.isalpha():
        return -1
    for place in range(first, min(len(terms), first + FURTHEST_CALL)):
        between = text[terms[place - 1].end : terms[place].start] if place > first else " "
        aged = any(term.text in ("anos", "a") for term in terms[max(0, place - 2) : place + 4])
        named = place in taken and terms[place - 1].text not in ("de", "del")
        if named or between.strip() not in (("", ",") if aged else ("",)):
            return -1
        if place > first and (
            terms[place].text in TELLING or (not first and aged and between.strip() == ",")
        ):
            return first
    ends = len(terms) < FURTHEST_CALL and terms[-1].text == "anos"  # «Usuario de 45 años.»
    return first if ends and not first else -1


def _lives(text: str, terms: Sequence[Word], place: int) -> bool:
    """Whether the words from `place` on are said of a person: `vive en`, `tiene 50 años`, `cumplió`."""
    if place < len(terms) and terms[place].text in ("que", "ya"):
        place += 1
    verb, behind = ([*(term.text for term in terms[place : place + 2]), "", ""])[:2]
    if verb == "vive" or (verb == "cumplio" and behind == "los"):
        return True
    at = place + 2 if behind in ("como", "unos", "ya", "apenas") else place + 1
    if verb not in ("tiene", "cumplio") or at >= len(terms):
        return False
    number = number_at(text, terms, at)
    if number is None or not 3 <= number.value < 100:
        return False
    end = text[terms[number.after - 1].end :].lstrip()
    return not end or not end[0].isalnum() or terms[number.after].text in ("anos", "anitos", "y")
