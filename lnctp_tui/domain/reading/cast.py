"""Who is spoken of: the persons of a sentence, who of them calls, and what the next sentence takes over.

Whoever is introduced by `llama`, `marca` or `reporta`, or stands beside `reportante`, calls. A name after `mamá de`
or `su hija` is whom the call is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lnctp_tui.domain.reading.lexicon import Hit, Lexicon, Noun, longest
from lnctp_tui.domain.reading.offers import CALLER, GROUP, OTHER, TRAFFICKER, VICTIM
from lnctp_tui.domain.reading.spelling import Word, number_at

MOST_NAMES = 12
Names = tuple[tuple[str, str], ...]

_CALLS = frozenset(
    [
        "llama",
        "llamo",
        "marca",
        "marco",
        "habla",
        "hablo",
        "reporta",
        "reporto",
        "escribe",
        "escribio",
        "comunica",
        "comunico",
        "denuncia",
        "pregunta",
        "consulta",
        "rep",
    ]
)
_SAYS = frozenset(("llama", "marca", "reporta", "denuncia", "escribe", "rep", "pregunta", "consulta"))
"""Those that stand behind who calls too: `habla náhuatl` is no call."""
_TELLS = frozenset(
    [
        "queja",
        "comenta",
        "refiere",
        "manifiesta",
        "informa",
        "asegura",
        "cuenta",
        "relata",
        "expone",
        "solicita",
    ]
)
"""What who opens a narrative does when they call; later anybody may."""
_NO_SUBJECT = frozenset(
    ("que", "se", "me", "no", "y", "ella", "el", "la", "le", "lo", "si", "ya", "solo", "ahora")
)
_NOT_A_CALL = frozenset(("se", "me", "la", "lo", "le", "les", "los", "las", "te", "no", "que", "ya"))
_GENERIC = frozenset(
    [
        "estudiante",
        "mesera",
        "mesero",
        "albanil",
        "costurera",
        "cocinera",
        "modelo",
        "edecan",
        "jornalero",
        "mujer",
        "hombre",
        "senora",
        "senor",
        "joven",
        "muchacha",
        "muchacho",
        "chica",
        "chico",
        "chava",
        "chavo",
        "morra",
        "morro",
        "fem",
        "masc",
        "femenina",
        "femenino",
        "masculino",
        "persona",
        "nina",
        "nino",
        "adolescente",
        "menor",
        "amiga",
        "amigo",
        "senorita",
        "trabajador",
        "trabajadora",
    ]
)
_OWNED = frozenset(("su", "sus", "mi", "mis", "tu"))
_VAGUE = frozenset(("senor", "senora", "hombre", "sujeto", "tipo", "mujer"))
_KIN = frozenset(
    [
        "hermano",
        "hermana",
        "hermanito",
        "hermanita",
        "hijo",
        "hija",
        "hijito",
        "hijita",
        "bebe",
        "sobrino",
        "sobrina",
        "primo",
        "prima",
        "nieto",
        "nieta",
    ]
)
_RELATIVES = frozenset(
    ["mama", "madre", "papa", "padre", "abuela", "abuelo", "tia", "tio", "madrina", "padrino", "esposa"]
)
"""Whose name follows with a `de`."""
_OF_WHOM = frozenset(("un", "una", "la", "el", "victima", "mujer", "persona", "joven", "menor"))
"""What follows in `nieto de una señora`, and not in `hija de 16`."""
_TITLES = frozenset(("dona", "don", "sra", "sr", "senora", "senor"))


class Person(NamedTuple):
    """A word for a person in a sentence."""

    first: int
    after: int
    owner: str
    sex: str
    plural: bool
    word: str = ""
    """The noun itself; nothing for a name."""
    generic: bool = False
    """`una mujer`, `un joven`: says neither who calls nor to whom it happens."""

    stranger: bool = False
    """One of whom no word is known: `la pasajera tiene 50`, `un tal Beto`."""

    @property
    def vague(self) -> bool:
        return self.word in _VAGUE

    @property
    def kin(self) -> bool:
        return self.word in _KIN


class Known(NamedTuple):
    """Somebody whom an earlier sentence named, one person."""

    owner: str
    sex: str
    word: str


class Cast(NamedTuple):
    """What a sentence takes over from those before it."""

    subject: str = ""
    """Of whom they spoke: the last victim or group named, else who calls."""
    last: str = ""
    """Of whom the one before spoke, when it was nobody it happens to."""
    single: tuple[Known, ...] = ()
    """The last one of each owner and sex, for a pronoun."""
    names: Names = ()
    """Proper names and whose they are: `mamá de Ana`, `su hija Sofía`."""


def people(lexicon: Lexicon, text: str, terms: Sequence[Word], cast: Cast) -> tuple[list[Person], Names]:
    """The persons of a sentence in their order, by nouns and by names, and the names that are known from now on."""
    persons = [_person(hit, terms) for hit in longest(lexicon.nouns, terms) if not _wanted(terms, hit)]
    callers = list(_callers(terms, _remembered(terms, persons, cast), opening=not cast.single))
    persons = list(_objects(terms, _one_caller(terms, callers, cast)))
    persons = sorted((*persons, *_who_call(terms, persons)))
    strangers = list(_strangers(text, terms, persons, cast))
    persons = sorted((*strangers, *(_beside_stranger(terms, person, strangers, cast) for person in persons)))
    known = dict(cast.names)
    for person in persons:
        place, owner = person.after, person.owner
        if place + 1 < len(terms) and terms[place].text == "de" and owner == CALLER:
            if person.word not in _RELATIVES:  # «vecina de Neza»
                continue
            place, owner = place + 1, VICTIM
        name = _name(text, terms, place)
        if name and len(known) < MOST_NAMES:
            known.setdefault(name, owner)
    taken = {place for person in persons for place in range(person.first, person.after)}
    for name in _done_to(text, terms, taken):
        if len(known) < MOST_NAMES:
            known.setdefault(name, VICTIM)
    persons += [
        Person(place, place + 1, known[term.text], "", False)
        for place, term in enumerate(terms)
        if term.text in known and place not in taken and text[term.start].isupper()
    ]
    return sorted((*persons, *_titled(text, terms, taken, known))), tuple(known.items())


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
    owned = terms[hit.first].text in _OWNED or before in _OWNED
    generic = word in _GENERIC and not owned and not noun.plural
    return Person(hit.first, hit.after, noun.owner, noun.sex, noun.plural, word, generic)


_NEEDS = ("pid", "necesit", "solicit", "requier", "busc", "urge")


def _wanted(terms: Sequence[Word], hit: Hit) -> bool:
    """Whether a profession is what somebody asks for: `pide psicóloga y abogado`."""
    noun = hit.meaning
    assert isinstance(noun, Noun)
    before = [term.text for term in terms[max(0, hit.first - 3) : hit.first]]
    bare = not {"a", "al", "la", "el", "que", "su", "mi"} & set(before)
    return noun.owner == CALLER and bare and any(word.startswith(_NEEDS) for word in before)


def calls(terms: Sequence[Word], place: int) -> bool:
    """Whether the word at a place says that somebody calls: no `se llama`, no `habla náhuatl`."""
    if not 0 <= place < len(terms) or terms[place].text not in _CALLS:
        return False
    return place == 0 or terms[place - 1].text not in _NOT_A_CALL


def _remembered(terms: Sequence[Word], persons: Sequence[Person], cast: Cast) -> list[Person]:
    """With who is known by a noun already, whose child the caller's or a nursed one is, and `nieto de …` who calls."""
    known = {person.word: person.owner for person in cast.single if person.word}
    made: list[Person] = []
    for person in persons:
        before = terms[person.first - 1].text if person.first else ""
        owned = before in _OWNED or terms[person.first].text in _OWNED
        behind = terms[person.after].text if person.after < len(terms) else ""
        owner = person.owner
        aged = terms[person.after + 1].text if person.after + 1 < len(terms) else "0"
        opens = person.kin and not owned and not cast.single and person.first == 0 and not made
        if opens and behind == "de" and aged in _OF_WHOM:
            owner = CALLER
        elif made and made[-1].owner == CALLER and made[-1].first == 0 and person.first - made[-1].after <= 2:
            owner = VICTIM if before in ("de", "un", "una") and (person.vague or person.generic) else owner
        elif (
            not owned and not person.plural and person.word in known and owner in (VICTIM, TRAFFICKER, OTHER)
        ):
            owner = known[person.word]
        elif owned and person.kin and cast.subject in (VICTIM, GROUP) and made and made[0].owner == CALLER:
            owner = OTHER if known.get(person.word) != VICTIM else owner
        elif _lives_along(terms, person):
            owner = OTHER
        made.append(person._replace(owner=owner))
    return made


def _lives_along(terms: Sequence[Word], person: Person) -> bool:
    """Whether a person is nursed, or a relative with whom somebody lives: `cuida a un niño`, `vive con su hija`."""
    before = [term.text for term in terms[max(0, person.first - 4) : person.first]]
    if any(word.startswith("cuid") for word in before):
        return True
    return person.kin and "con" in before[-2:] and any(word in ("vive", "viven", "vivia") for word in before)


def _callers(terms: Sequence[Word], persons: Sequence[Person], *, opening: bool) -> Iterator[Person]:
    """A generic noun beside who calls, or beside the verb, is the caller."""
    for at, person in enumerate(persons):
        before = persons[at - 1] if at else None
        behind = persons[at + 1] if at + 1 < len(persons) else None
        used = at > 1 and before is not None and before.first - persons[at - 2].after <= 2
        close = (
            before is not None and person.first - before.after <= 1 and terms[person.first - 1].text != "de"
        )
        beside = (before is not None and before.owner == CALLER and not used and close) or (
            behind is not None and behind.owner == CALLER and behind.first - person.after <= 2
        )
        begins = max(before.after if before else 0, person.first - 3)
        object_of = any(term.text in ("a", "al", "con", "que") for term in terms[begins : person.first])
        introduced = not object_of and any(calls(terms, place) for place in range(begins, person.first))
        ends = min(behind.first if behind else len(terms), person.after + 5)
        behind_it = range(person.after, ends)
        says = any(calls(terms, place) and terms[place].text in _SAYS for place in behind_it)
        says = says or (opening and at == 0 and any(terms[place].text in _TELLS for place in behind_it))
        if (person.generic and (beside or introduced or says)) or (person.kin and introduced):
            yield person._replace(owner=CALLER)
        else:
            yield person


def _one_caller(terms: Sequence[Word], persons: Sequence[Person], cast: Cast) -> Iterator[Person]:
    """Who calls is one: `su tío` of a young man who calls is another; his friend is the victim when nobody else is."""
    callers = [known.word for known in cast.single if known.owner == CALLER]
    victim = cast.subject in (VICTIM, GROUP)
    for person in persons:
        before = terms[person.first - 1].text if person.first else ""
        owned = before in _OWNED or terms[person.first].text in _OWNED
        if person.owner == CALLER and owned and callers and person.word not in callers:
            person = person._replace(owner=OTHER)
        elif (
            person.owner == OTHER
            and person.word in _FRIENDS
            and owned
            and not victim
            and (callers or before == "mi")
        ):
            person = person._replace(owner=VICTIM)
        if person.owner == CALLER:
            callers.append(person.word)
        victim = victim or person.owner in (VICTIM, GROUP)
        yield person


_FRIENDS = frozenset(("amiga", "amigo", "companera", "companero", "cunada", "vecina", "vecino", "conocida"))


_ACCUSED = ("report", "denunc", "acus", "demand", "identific")


def _objects(terms: Sequence[Word], persons: Iterator[Person]) -> Iterator[Person]:
    """`ponen a un señor a pedir`: to whom something is done is no trafficker."""
    for person in persons:
        behind = terms[person.first - 1].text if person.first else ""
        begins = max(0, person.first - 4)
        if any(term.text.startswith(_ACCUSED) for term in terms[begins : person.first]):
            accused = person.owner == CALLER and behind in ("a", "al", "su", "un")
            yield person._replace(owner=TRAFFICKER) if accused else person
        elif person.vague and person.owner in (TRAFFICKER, OTHER) and behind == "a" and person.first > 1:
            yield person._replace(owner=VICTIM)
        else:
            yield person


def _who_call(terms: Sequence[Word], persons: Sequence[Person]) -> Iterator[Person]:
    """`el promotor que llama`: whatever the noun, who calls."""
    taken = {place for person in persons for place in range(person.first, person.after)}
    if len(terms) > 1 and terms[1].text in _SAYS and 0 not in taken and terms[0].text not in _NO_SUBJECT:
        yield Person(0, 1, CALLER, "", False, terms[0].text)
    for place in range(1, len(terms) - 1):
        spoke = terms[place].text == "que" and terms[place + 1].text in (
            "llama",
            "marca",
            "reporta",
            "denuncia",
        )
        if spoke and place - 1 not in taken:
            yield Person(place - 1, place + 2, CALLER, "", False)


_SEES = frozenset(("vio", "observo", "noto", "encontro", "escucho", "detecto", "atendio"))
_NO_OPENING = _NO_SUBJECT | frozenset(
    ["hola", "buenas", "buenos", "buen", "hoy", "ayer", "anoche", "antier", "antes", "hace", "cuando", "mientras",
     "desde", "en", "a", "al", "por", "con", "para", "de", "del", "tambien", "nunca", "siempre", "esta", "este",
     "esto", "alguien", "nadie", "aqui", "alla", "los", "las", "mi", "mis", "su", "sus", "nos", "lo", "son", "hay",
     "dice", "solo"]
)  # fmt: skip
_FEMALE = {"la": True, "una": True, "el": False, "un": False}
"""Articles, and whether of a woman."""


def _strangers(text: str, terms: Sequence[Word], persons: Sequence[Person], cast: Cast) -> Iterator[Person]:
    """Persons by a noun that no list has: who opens the narrative and saw it, whoever has an age or lives somewhere
    behind an article, `un tal`, and all of these when they are named again."""
    taken = {place for person in persons for place in range(person.first, person.after)}
    known = {somebody.word: somebody for somebody in cast.single if somebody.word}
    opener = _opener(text, terms, taken) if not cast.single else -1
    for place, term in enumerate(terms):
        article = terms[place - 1].text if place else ""
        if place in taken or not term.text.isalpha():
            continue
        sex = "" if article not in _FEMALE else "mujer" if _FEMALE[article] else "hombre"
        if place == opener:
            yield Person(place, place + 1, CALLER, sex, False, term.text)
        elif term.text in known and (sex or article in ("", "del", "al")):
            owner = known[term.text].owner
            yield Person(
                place, place + 1, owner, known[term.text].sex, False, term.text, stranger=owner == OTHER
            )
        elif (term.text == "tal" and article in ("un", "una")) or (
            term.text == "que" and article in ("el", "la") and _behind(terms, place) in _DONE_BY
        ):
            yield Person(place - 1, place + 1, OTHER, sex, False, stranger=True)
        elif article in _OWNED and _aged(text, terms, place + 1):
            yield Person(place, place + 1, OTHER, "", False, stranger=True)
        elif sex and place - 1 not in taken and not _within(terms, place) and _lives(text, terms, place + 1):
            yield Person(place, place + 1, OTHER, sex, False, term.text, stranger=True)


_DONE_BY = frozenset(("la", "lo", "le", "me", "los", "las", "les", "nos"))
"""What follows in `el que la tiene`."""


def _behind(terms: Sequence[Word], place: int) -> str:
    return terms[place + 1].text if place + 1 < len(terms) else ""


def _aged(text: str, terms: Sequence[Word], place: int) -> bool:
    """Whether an age stands behind a noun: `su novia de 16`."""
    if place + 1 >= len(terms) or terms[place].text not in ("de", "d"):
        return False
    number = number_at(text, terms, place + 1)
    return number is not None and 3 <= number.value < 100


def _within(terms: Sequence[Word], place: int) -> bool:
    """Whether a noun with its article is where something happens: `en la casa vive`."""
    return place > 1 and terms[place - 2].text in ("en", "de", "a", "por", "con", "desde")


def _beside_stranger(
    terms: Sequence[Word], person: Person, strangers: Sequence[Person], cast: Cast
) -> Person:
    """A relative of a stranger is another too, when the narrative has its victim: `la pasajera iba con su hijo`."""
    owned = {terms[person.first - 1].text if person.first else "", terms[person.first].text} & _OWNED
    theirs = any(stranger.first < person.first for stranger in strangers) and person.kin and owned
    return person._replace(owner=OTHER) if theirs and cast.subject in (VICTIM, GROUP) else person


def _opener(text: str, terms: Sequence[Word], taken: set[int]) -> int:
    """The noun that opens a narrative before a verb of seeing or telling: `Pasajera del camión vio a`; -1 for none."""
    first = 1 if terms[0].text in _FEMALE and len(terms) > 1 else 0
    if terms[first].text in _NO_OPENING or not terms[first].text.isalpha():
        return -1
    for place in range(first, min(len(terms), first + 8)):
        between = text[terms[place - 1].end : terms[place].start] if place > first else " "
        if place in taken or between.strip():
            return -1
        if place > first and terms[place].text in _SEES | _TELLS | _SAYS:
            return first
    return -1


def _lives(text: str, terms: Sequence[Word], place: int) -> bool:
    """Whether the words from `place` on are said of a person: `vive en`, `tiene 50 años`, `cumplió`."""
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


_DONE_TO = frozenset(("lo", "la", "le"))


def _done_to(text: str, terms: Sequence[Word], taken: set[int]) -> Iterator[str]:
    """Names that a clause begins with as those to whom something is done: `a Mario, 26 años, lo tienen`."""
    for place in range(len(terms) - 2):
        name = terms[place + 1]
        begins = place == 0 or text[terms[place - 1].end : terms[place].start].strip() in (":", ",", ";")
        named = terms[place].text == "a" and begins and place + 1 not in taken and text[name.start].isupper()
        if named and any(term.text in _DONE_TO for term in terms[place + 2 : place + 6]):
            yield name.text


def _titled(text: str, terms: Sequence[Word], taken: set[int], known: dict[str, str]) -> Iterator[Person]:
    """`doña Chayo`: one of whom nothing is known is another person; the caller after `habla`."""
    for place in range(len(terms) - 1):
        name = terms[place + 1]
        fits = terms[place].text in _TITLES and place not in taken and text[name.start].isupper()
        if not fits or (place + 1 in taken):
            continue
        spoke = any(calls(terms, at) for at in range(max(0, place - 2), place))
        owner = known.get(name.text) or (CALLER if spoke else OTHER)
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
