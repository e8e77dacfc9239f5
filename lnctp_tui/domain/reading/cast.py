"""Who is spoken of: the persons of a sentence, who of them calls, and what the next sentence takes over.

Whoever is introduced by `llama`, `marca` or `reporta`, or stands beside `reportante`, calls. A name after `mamá de`
or `su hija` is whom the call is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from lnctp_tui.domain.reading.lexicon import Hit, Lexicon, Noun, longest
from lnctp_tui.domain.reading.offers import CALLER, GROUP, OTHER, SOMEONE, TRAFFICKER, VICTIM
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
        "platica",
        "narra",
        "avisa",
        "dice",
        "pide",
        "cree",
        "sospecha",
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
        "usuario",
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
ELDERS = frozenset(
    ("mama", "madre", "papa", "padre", "papas", "padres", "abuela", "abuelo", "abuelos", "tia", "tio", "tios")
)
"""Relatives of who speaks that are seldom the one to whom it happens."""
_OF_WHOM = frozenset(("un", "una", "la", "el", "victima", "mujer", "persona", "joven", "menor"))
"""What follows in `nieto de una señora`, and not in `hija de 16`."""
_TITLES = frozenset(("dona", "don", "sra", "sr", "senora", "senor"))


TELLING = _SAYS | _TELLS | frozenset(("vio", "observo", "noto", "encontro", "escucho", "detecto", "atendio"))
"""Verbs of who calls: they call, tell and saw."""


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
    persons = list(
        _joined(terms, _objects(terms, _one_caller(terms, list(_professions(terms, callers, cast)), cast)))
    )
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
    generic = (word in _GENERIC or noun.owner == SOMEONE) and not owned and not noun.plural
    return Person(hit.first, hit.after, noun.owner, noun.sex, noun.plural, word, generic)


_NEEDS = ("pid", "necesit", "solicit", "requier", "busc", "urge")


def _wanted(terms: Sequence[Word], hit: Hit) -> bool:
    """Whether a profession is what somebody asks for: `pide psicóloga y abogado`."""
    noun = hit.meaning
    assert isinstance(noun, Noun)
    before = [term.text for term in terms[max(0, hit.first - 3) : hit.first + 1]]
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
        if before in ("es", "era", "fue") and owner in (CALLER, SOMEONE):
            continue  # «la pasajera es enfermera»
        if made and owned and person.kin and terms[max(0, person.first - 2)].text == "es":
            continue  # «mi esposa, que es su hermana»
        near = {term.text for term in terms[max(0, person.first - 2) : person.first]}
        if person.word in _OFFSPRING and near & {"sus", "mis"}:
            owner = OTHER
        if person.word in _OFFSPRING and not owned and _own_children(terms, person):
            owner = OTHER
        if _says_who(terms, person):
            made.append(person._replace(owner=CALLER))
            continue
        opens = person.kin and not owned and not cast.single and person.first == 0 and not made
        if opens and behind == "de" and aged in _OF_WHOM:
            owner = CALLER
        elif made and made[-1].owner == CALLER and made[-1].first == 0 and person.first - made[-1].after <= 2:
            owner = VICTIM if before in ("de", "un", "una") and (person.vague or person.generic) else owner
        elif (
            not owned
            and not person.plural
            and person.word in known
            and owner in (VICTIM, TRAFFICKER, OTHER, SOMEONE)
        ):
            owner = known[person.word]
        elif owned and person.kin and cast.subject in (VICTIM, GROUP) and made and made[0].owner == CALLER:
            owner = OTHER if known.get(person.word) != VICTIM else owner
        elif _beside_victim(terms, person, cast, owned=owned):
            owner = OTHER
        made.append(person._replace(owner=owner))
    return made


def _own_children(terms: Sequence[Word], person: Person) -> bool:
    """Whether children are those that somebody has: `tiene 26 años y dos hijas de 4 y 6`."""
    before = [term.text for term in terms[max(0, person.first - 8) : person.first]]
    return any(word in ("tiene", "tengo", "tenia", "mantiene", "cria") for word in before)


_OFFSPRING = frozenset(("hijos", "hijas", "ninos", "ninas", "chamos", "nietos", "chamacos"))
_CHILDREN = frozenset(("hijo", "hija", "hijito", "hijita", "bebe", "nino", "nina"))
_PARENTS = frozenset(
    ("mama", "madre", "papa", "padre", "abuela", "abuelo", "senora", "senor", "mujer", "hombre")
)


def _child_of_victim(person: Person, cast: Cast) -> bool:
    """Whether `su hijo` is another's, for the narrative has its victim by another noun and no parent calls."""
    if person.word not in _CHILDREN or cast.subject not in (VICTIM, GROUP):
        return False
    known = [somebody for somebody in cast.single if somebody.word]
    parent = any(somebody.owner == CALLER and somebody.word in _PARENTS for somebody in known)
    victims = {somebody.word for somebody in known if somebody.owner == VICTIM}
    return (
        bool(victims & _GENERIC)
        and not parent
        and not victims & _CHILDREN
        and any(somebody.owner == CALLER for somebody in known)
    )


_OF_THE_VICTIM = frozenset(
    ("victima", "novia", "menor", "nina", "nino", "joven", "muchacha", "muchacho", "ella", "el")
)


def _beside_victim(terms: Sequence[Word], person: Person, cast: Cast, *, owned: bool) -> bool:
    """Whether a relative is of the one to whom it happens, lives with them, or is only who told it."""
    before = [term.text for term in terms[max(0, person.first - 2) : person.first]]
    behind = [term.text for term in terms[person.after : person.after + 3]]
    if behind[:1] in (["de"], ["del"]):
        whom = behind[2:] if behind[1:2] and behind[1] in ("la", "el", "una", "un") else behind[1:2]
        if person.kin and not owned and whom and whom[0] in _OF_THE_VICTIM:
            return True
    if "segun" in before:
        return True
    return _lives_along(terms, person) or (owned and _child_of_victim(person, cast))


def _says_who(terms: Sequence[Word], person: Person) -> bool:
    """Whether who speaks says who they are: `soy la tía`, `soy su hermano`."""
    before = [term.text for term in terms[max(0, person.first - 2) : person.first]]
    single = (
        person.owner in (VICTIM, OTHER, TRAFFICKER, CALLER) and not person.plural and person.word != "victima"
    )
    return single and (before[-1:] == ["soy"] or (before[:1] == ["soy"] and before[-1] in _SOY_WHOSE))


_SOY_WHOSE = frozenset(("el", "la", "su", "un", "una"))


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
        object_of = any(term.text in _OBJECT_OF for term in terms[begins : person.first])
        object_of = object_of or any(earlier.owner == CALLER for earlier in persons[:at])
        introduced = not object_of and any(calls(terms, place) for place in range(begins, person.first))
        introduced = introduced or (at == 0 and _verb_opens(terms, person.first))
        furthest = _FURTHEST_CALL if opening and at == 0 and person.first < 2 else 5
        ends = min(behind.first if behind else len(terms), person.after + furthest)
        behind_it = range(person.after, ends)
        says = any(
            calls(terms, place) and terms[place].text in _SAYS and not _calls_behind(terms, place, behind)
            for place in behind_it
        )
        says = says or (opening and at == 0 and any(terms[place].text in _TELLS for place in behind_it))
        opens = opening and at == 0 and person.first == 0 and person.owner == OTHER and not person.plural
        introduced = introduced or opens
        anybody = person.owner in (TRAFFICKER, OTHER) and not person.plural
        if (person.generic and (beside or introduced or says)) or ((person.kin or anybody) and introduced):
            yield person._replace(owner=CALLER)
        else:
            yield person


_NO_PERSON_BEFORE = frozenset(("de", "como", "es", "era", "fue"))
"""What stands before a profession that somebody has: `trabaja de mesera`."""
_DETERMINERS = frozenset(
    ("la", "el", "una", "un", "del", "al", "su", "mi", "otra", "otro", "esa", "ese", "y")
)
_WITNESSES = frozenset(
    ["conto", "cuenta", "dijo", "dice", "platico", "platica", "aviso", "avisa", "vio", "oyo", "escucho", "asegura",
     "comento", "comenta", "cree", "confirma", "confirmo", "supo", "noto"]
)  # fmt: skip
_FURTHEST_VERB = 8


def _professions(terms: Sequence[Word], persons: Sequence[Person], cast: Cast) -> Iterator[Person]:
    """A profession makes nobody the victim: it is whom an earlier noun named, a witness who tells, or another beside
    the one whom the narrative is about; only with nobody else named is it the one to whom it happens."""
    about = cast.subject in (VICTIM, GROUP)
    for at, person in enumerate(persons):
        before = terms[person.first - 1].text if person.first else ""
        if person.owner != SOMEONE:
            about = about or person.owner in (VICTIM, GROUP)
            yield person
            continue
        beside = at > 0 and before not in _DETERMINERS and terms[person.first].text not in _DETERMINERS
        if before in _NO_PERSON_BEFORE or beside:  # «su hija, mesera», «masc de 38, albañil»
            continue
        ends = persons[at + 1].first if at + 1 < len(persons) else len(terms)
        behind = terms[person.after : min(ends, person.after + _FURTHEST_VERB)]
        tells = any(term.text in _WITNESSES for term in behind)
        opens = not cast.single and at == 0 and person.first == 0
        if before == "soy" or opens:
            yield person._replace(owner=CALLER, generic=True)
        elif about or tells:
            yield person._replace(owner=OTHER, stranger=True)
        else:
            yield person._replace(owner=VICTIM)


def _calls_behind(terms: Sequence[Word], place: int, behind: Person | None) -> bool:
    """Whether the verb is of a relative who follows it: `fem 17a rep. hermana`."""
    if behind is None or not (behind.kin or behind.owner == CALLER):
        return False
    return behind.first - place == 1 or (
        behind.first - place == 2 and terms[place + 1].text in ("su", "la", "el")
    )


_OBJECT_OF = frozenset(("a", "al", "con", "que", "por", "sobre"))


def _verb_opens(terms: Sequence[Word], first: int) -> bool:
    """Whether a verb of calling opens the sentence and its subject follows later: `Habla con dificultad una mujer`."""
    article = terms[first].text in ("un", "una")
    between = [term.text for term in terms[1 : first + article]]
    if not calls(terms, 0) or len(between) > 6 or between[-1:] not in (["una"], ["un"]):
        return False
    return between[-2:-1] != ["con"] and not {"a", "que", "por", "sobre", "porque", "de"} & set(between)


_FURTHEST_CALL = 14
"""Words between who opens a narrative and the verb of calling: `Mesera de un restaurante en Toluca marca`."""


def _one_caller(terms: Sequence[Word], persons: Sequence[Person], cast: Cast) -> Iterator[Person]:
    """Who calls is one: `su tío` of a young man who calls is another; his friend is the victim when nobody else is."""
    callers = [known.word for known in cast.single if known.owner == CALLER]
    victim = cast.subject in (VICTIM, GROUP)
    for person in persons:
        before = terms[person.first - 1].text if person.first else ""
        owned = before in _OWNED or terms[person.first].text in _OWNED
        begin = person.first - (before in _OWNED)
        told = owned and begin > 0 and terms[begin - 1].text in ("que", "q")
        another = callers and person.word not in callers and (told or not _same_caller(person, callers))
        if person.owner == CALLER and another:
            person = person._replace(
                owner=VICTIM if owned and not victim and _suffers(terms, person) else OTHER
            )
        elif (
            person.owner == OTHER
            and person.word in _FRIENDS
            and owned
            and not victim
            and (callers or "mi" in (before, terms[person.first].text))
        ):
            person = person._replace(owner=VICTIM)
        if person.owner == CALLER:
            callers.append(person.word)
        victim = victim or person.owner in (VICTIM, GROUP)
        yield person


_ANY_CALLER = frozenset(
    ["llama", "reportante", "denunciante", "llamante", "usuaria", "usuario", "consultante", "peticionaria",
     "peticionario", "informante", "testigo", "caller", "rep", "rpte", "senora", "senor", "mujer", "hombre", "persona",
     "joven"]
)  # fmt: skip
"""Words for who calls that say nothing of who that is."""
_SAME = ({"mama", "madre"}, {"papa", "padre"})


def _same_caller(person: Person, callers: Sequence[str]) -> bool:
    """Whether a noun may mean the one who calls, known by another."""
    if person.word in _ANY_CALLER or all(word in _ANY_CALLER or not word for word in callers):
        return True
    return any({person.word, word} <= pair for pair in _SAME for word in callers)


_DONE_IN_PASSIVE = re.compile(
    r"\b(?:fue(?:ron)? (?:llevad|obligad|golpead|engañad|enganad|trasladad|retenid|vendid|explotad|encerrad|reclutad|"
    r"secuestrad|amenazad)|esta (?:desaparecid|encerrad|retenid|secuestrad)|desaparecio|"
    r"(?:lo|la) (?:llev|tien|tuv|oblig|golpe|encerr|encierr|explot|secuestr|levant|reclut|pon|pus)\w*n\b)"
)


def _suffers(terms: Sequence[Word], person: Person) -> bool:
    """Whether the words behind a person say that something is done to them: `su abuelo fue llevado por`."""
    behind = " ".join(term.text for term in terms[person.after : person.after + 9])
    return bool(_DONE_IN_PASSIVE.search(behind))


_FRIENDS = frozenset(
    ("amiga", "amigo", "companera", "companero", "cunada", "vecina", "vecino", "conocida", "esposa")
)


_DOES = re.compile(
    r"(?:golpe|peg(?:a|o)\b|encierr|encerr|oblig|explot|vend(?:e|io)\b|prostituy|amenaz|quit(?:a|o)\b|retien|retuvo|cobra|"
    r"viol(?:a|o)\b|guarda\b)"
)
"""What is done to a victim by whoever does it."""
_HOLDS = re.compile(r"(?:encerrad|trabajand|escondid|amarrad|vigilad|amenazad)")


def _does_harm(terms: Sequence[Word], person: Person) -> bool:
    """Whether harm is done by a person of whom nothing is known: `una cuidadora la tiene encerrada`."""
    place = person.after
    if place + 1 >= len(terms) or terms[place].text not in (
        "la",
        "lo",
        "le",
        "las",
        "los",
        "les",
        "me",
        "nos",
    ):
        return False
    verb, behind = terms[place + 1].text, terms[place + 2].text if place + 2 < len(terms) else ""
    holds = verb in ("tiene", "tienen") and (terms[person.after - 1].text == "que" or _HOLDS.match(behind))
    return bool(_DOES.match(verb) or holds)


_ACCUSED = ("report", "denunc", "acus", "demand", "identific")


def _joined(terms: Sequence[Word], persons: Iterator[Person]) -> Iterator[Person]:
    """`un hombre de 45 y una mujer`: both of one side."""
    before: Person | None = None
    for person in persons:
        linked = before is not None and before.vague and person.vague and person.first - before.after <= 4
        if (
            linked
            and before is not None
            and before.owner == TRAFFICKER
            and terms[person.first - 1].text == "y"
        ):
            person = person._replace(owner=TRAFFICKER)
        before = person
        yield person


def _objects(terms: Sequence[Word], persons: Iterator[Person]) -> Iterator[Person]:
    """`ponen a un señor a pedir`: to whom something is done is no trafficker."""
    for person in persons:
        behind = terms[person.first - 1].text if person.first else ""
        begins = max(0, person.first - 4)
        if any(term.text.startswith(_ACCUSED) for term in terms[begins : person.first]):
            accused = person.owner == CALLER and behind in ("a", "al", "su", "un")
            yield person._replace(owner=TRAFFICKER) if accused else person
        elif person.vague and person.owner in (TRAFFICKER, OTHER) and behind == "a" and person.first > 1:
            yield person._replace(owner=TRAFFICKER if _given_to(terms, person) else VICTIM)
        elif person.owner == OTHER and not person.plural and _does_harm(terms, person):
            yield person._replace(owner=TRAFFICKER, stranger=False)
        elif person.owner == TRAFFICKER and _harmed_partner(terms, person):
            yield person._replace(owner=VICTIM)
        else:
            yield person


_GIVES = ("vend", "entreg", "dio", "dieron", "cas", "pas", "mand", "regal", "prest", "rent", "llev", "junt")


def _given_to(terms: Sequence[Word], person: Person) -> bool:
    """Whether somebody is handed to a person: `la vendieron a un señor`."""
    before = [term.text for term in terms[max(0, person.first - 4) : person.first - 1]]
    return any(
        word in ("la", "lo", "las", "los", "me", "nos") and behind.startswith(_GIVES)
        for word, behind in pairwise(before)
    )


_HARM_TO = (
    *(
        "llev",
        "tien",
        "tuv",
        "secuestr",
        "levant",
        "golpe",
        "mat",
        "oblig",
        "retien",
        "retuv",
        "explot",
        "desapar",
    ),
    *("reclut", "enganch", "encerr", "encierr", "vend", "amenaz", "dij", "pag", "quit"),
)


def _harmed_partner(terms: Sequence[Word], person: Person) -> bool:
    """Whether something is done to a partner: `se llevaron a su esposo`, `a mi novio le quitaron`."""
    begin = person.first - (terms[person.first].text not in _OWNED)
    if begin < 0 or terms[begin].text not in _OWNED:
        return False
    behind = [term.text for term in terms[person.after : person.after + 7]]
    left = any(behind[at : at + 3] == ["se", "fue", "a"] for at in range(4)) or _suffers(terms, person)
    if left or begin < 1 or terms[begin - 1].text != "a":
        return left
    around = [*terms[max(0, begin - 3) : begin - 1], *terms[person.after : person.after + 6]]
    return any(term.text.startswith(_HARM_TO) for term in around)


def _who_call(terms: Sequence[Word], persons: Sequence[Person]) -> Iterator[Person]:
    """`el promotor que llama`: whatever the noun, who calls."""
    taken = {place for person in persons for place in range(person.first, person.after)}
    if len(terms) > 1 and terms[1].text in _SAYS and 0 not in taken and terms[0].text not in _NO_SUBJECT:
        yield Person(0, 1, CALLER, "", False, terms[0].text)
    named = len(terms) > 3 and calls(terms, 0) and 1 not in taken and terms[1].text not in _NO_OPENING
    if named and any(term.text in ("anos", "a") for term in terms[2:9]):  # «Habla maquinista, 52 años»
        yield Person(1, 2, CALLER, "", False, terms[1].text, generic=True)
        taken.add(1)
    for place in range(1, len(terms) - 1):
        spoke = terms[place].text == "que" and terms[place + 1].text in (
            "llama",
            "marca",
            "reporta",
            "denuncia",
        )
        if spoke and place - 1 not in taken:
            yield Person(place - 1, place + 2, CALLER, "", False)


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
        if place in taken or not term.text.isalpha() or term.text in _NO_NOUNS:
            continue
        sex = "" if article not in _FEMALE else "mujer" if _FEMALE[article] else "hombre"
        if place == opener:
            yield Person(place, place + 1, CALLER, sex, False, term.text, generic=True)
        elif term.text in known and (sex or article in ("", "del", "al")):
            owner = known[term.text].owner
            yield Person(
                place, place + 1, owner, known[term.text].sex, False, term.text, stranger=owner == OTHER
            )
        elif (term.text == "tal" and article in ("un", "una")) or (
            term.text == "que" and article in ("el", "la") and _behind(terms, place) in _DONE_BY
        ):
            holder = _does_harm(terms, Person(place - 1, place + 1, OTHER, sex, False))
            yield Person(
                place - 1, place + 1, TRAFFICKER if holder else OTHER, sex, False, stranger=not holder
            )
        elif sex and _does_harm(terms, Person(place, place + 1, OTHER, sex, False)):
            yield Person(place, place + 1, TRAFFICKER, sex, False, term.text)
        elif article in _OWNED and _aged(text, terms, place + 1):
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


def _behind(terms: Sequence[Word], place: int) -> str:
    return terms[place + 1].text if place + 1 < len(terms) else ""


def _aged(text: str, terms: Sequence[Word], place: int) -> bool:
    """Whether an age stands behind a noun: `su novia de 16`."""
    if place + 1 >= len(terms) or terms[place].text not in ("de", "d"):
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
    for place in range(first, min(len(terms), first + _FURTHEST_CALL)):
        between = text[terms[place - 1].end : terms[place].start] if place > first else " "
        aged = any(term.text in ("anos", "a") for term in terms[place - 2 : place + 4])
        named = place in taken and terms[place - 1].text not in ("de", "del")
        if named or between.strip() not in (("", ",") if aged else ("",)):
            return -1
        if place > first and (
            terms[place].text in TELLING or (not first and aged and between.strip() == ",")
        ):
            return first
    return -1


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
