"""Who calls: introduced by a verb of calling, or who opens a narrative. A profession is what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lnctp_tui.domain.reading.harm import harmed, suffers
from lnctp_tui.domain.reading.offers import CALLER, GROUP, OTHER, SOMEONE, TRAFFICKER, VICTIM
from lnctp_tui.domain.reading.persons import NO_SUBJECT, OWNED, SAYS, TELLING, TELLS, Cast, Person, calls
from lnctp_tui.domain.reading.spelling import Word


def with_callers(terms: Sequence[Word], persons: Sequence[Person], *, opening: bool) -> Iterator[Person]:
    """A generic noun beside who calls, or beside the verb, is the caller."""
    for at, person in enumerate(persons):
        before = persons[at - 1] if at else None
        behind = persons[at + 1] if at + 1 < len(persons) else None
        used = at > 1 and before is not None and before.first - persons[at - 2].after <= 2
        close = (
            before is not None and person.first - before.after <= 1 and terms[person.first - 1].text != "de"
        )
        beside = (before is not None and before.owner == CALLER and not used and close) or (
            behind is not None
            and behind.owner == CALLER
            and (behind.first - person.after <= 2 or _appositive(terms, person, behind))
            and not (at + 2 < len(persons) and persons[at + 2].kin and persons[at + 2].first == behind.after)
        )
        begins = max(before.after if before else 0, person.first - 3)
        object_of = any(term.text in _OBJECT_OF for term in terms[begins : person.first])
        object_of = object_of or any(earlier.owner == CALLER for earlier in persons[:at])
        object_of = object_of or _told_of(terms, begins, person.first)
        introduced = not object_of and any(calls(terms, place) for place in range(begins, person.first))
        introduced = (
            introduced or (at == 0 and _verb_opens(terms, person.first)) or _rings(terms, person.first)
        )
        says = _says(terms, person, behind, first=opening and at == 0)
        opens = opening and at == 0 and person.first == 0 and _opens(terms, person, says=says)
        opens = opens or (
            person.kin and before is not None and before.word == "rep" and before.after == person.first
        )
        opens = opens or (opening and len(terms) <= _SHORT and person.kin and calls(terms, person.after))
        introduced = introduced or opens or _who_calls(terms, person.after) or _is_who_calls(terms, person)
        introduced = introduced or (opening and at == 0 and _tells_first(terms, person.first))
        anybody = person.owner in (TRAFFICKER, OTHER) and not person.plural
        if (person.generic and (beside or introduced or says)) or ((person.kin or anybody) and introduced):
            yield person._replace(owner=CALLER)
        else:
            yield person


_SHORT = 3
"""Words of `Hermana reporta.`"""


def _appositive(terms: Sequence[Word], person: Person, behind: Person) -> bool:
    """Whether nothing but an age stands between who somebody is: `joven de 21 años, testigo`."""
    between = [term.text for term in terms[person.after : behind.first]]
    aged = 2 <= len(between) <= 3 and between[0] == "de" and between[-1] in ("anos", "a")
    return aged and behind.word not in ("madre", "padre", "mama", "papa")


def _who_calls(terms: Sequence[Word], after: int) -> bool:
    """Whether `que llama` stands behind somebody."""
    return _word(terms, after) == "que" and _word(terms, after + 1) in (
        "llama",
        "marca",
        "reporta",
        "denuncia",
        "avisa",
    )


def _is_who_calls(terms: Sequence[Word], person: Person) -> bool:
    """Whether somebody is said to be who calls: `quien llama es la hermana`, `la abuela es quien llama`."""
    near = [term.text for term in terms[max(0, person.first - 4) : person.first]]
    before = [word for word in near if word not in _DETERMINERS][-2:]
    behind = [term.text for term in terms[person.after : person.after + 3]]
    if behind[:2] == ["es", "quien"]:
        return behind[-1] in _RINGS
    return before[-1:] == ["es"] and before[0] in _RINGS


_RINGS = ("llama", "marca", "habla")


def _tells_first(terms: Sequence[Word], first: int) -> bool:
    """Whether a verb of telling opens the narrative and its subject follows: `Refiere el C. Abundio, dueño de`."""
    between = {term.text for term in terms[1:first]}
    return terms[0].text in TELLS and first < _FURTHEST_VERB and not between & {"que", "a", "por", "de", "su"}


_OWNERS_OF = frozenset(
    ("dueno", "duena", "encargado", "encargada", "jefe", "jefa", "contratista", "mayordomo")
)


def _opens(terms: Sequence[Word], person: Person, *, says: bool) -> bool:
    """Whether who opens a narrative calls, though another of that noun would not: `Encargado de un ciber, 33 años`."""
    if person.owner == OTHER:
        return not person.plural and terms[person.first].text != "mi"  # «mi papá» is not who speaks
    aged = any(term.text in ("anos", "a") for term in terms[person.after : person.after + 8])
    return person.word in _OWNERS_OF and (says or aged)


def _told_of(terms: Sequence[Word], begins: int, first: int) -> bool:
    """Whether somebody is what is talked about: `habló de su abuela`."""
    between = [term.text for term in terms[begins:first]]
    return "de" in between and any(word.startswith("habl") for word in between)


def _says(terms: Sequence[Word], person: Person, behind: Person | None, *, first: bool) -> bool:
    """Whether a person calls by a verb behind them, or, the first of a narrative, tells, saw or seeks somebody."""
    furthest = FURTHEST_CALL if first and person.first < 2 else 5
    ends = behind.first if behind and not _only_aged(terms, person, behind) else len(terms)
    places = range(person.after, min(ends, person.after + furthest))
    if any(
        calls(terms, place) and terms[place].text in SAYS and not _calls_behind(terms, place, behind)
        for place in places
    ):
        return True
    seeks = any(terms[place].text == "busca" and _word(terms, place + 1) == "a" for place in places)
    return first and (seeks or any(terms[place].text in TELLING for place in places))


def _only_aged(terms: Sequence[Word], person: Person, behind: Person) -> bool:
    """Whether nothing but an age stands between somebody and what they are: `masc., 29 a., policía`."""
    between = [term.text for term in terms[person.after : behind.first]]
    return bool(between) and all(word.isdecimal() or word in ("a", "anos", "de", "como") for word in between)


def _word(terms: Sequence[Word], place: int) -> str:
    return terms[place].text if place < len(terms) else ""


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


def with_professions(terms: Sequence[Word], persons: Sequence[Person], cast: Cast) -> Iterator[Person]:
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
        one_of = cast.subject == GROUP and before in ("una", "un", "otra", "otro")
        if one_of and not tells:
            yield person._replace(owner=VICTIM)  # «60 jornaleros; una trabajadora»
        elif before == "soy" or opens:
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


def _rings(terms: Sequence[Word], first: int) -> bool:
    """Whether a call is somebody's: `Entra llamada de varón`, `Llamada de una mujer`."""
    before = [term.text for term in terms[max(0, first - 3) : first]]
    if before[-1:] in (["un"], ["una"]):
        before.pop()
    return before[-2:] == ["llamada", "de"]


FURTHEST_CALL = 14
"""Words between who opens a narrative and the verb of calling: `Mesera de un restaurante en Toluca marca`."""


_ASKS_FOR = re.compile(
    r"\b(?:pregunta|llama|marca|reporta|busca|pide \w+|solicita \w+|se comunica) (?:por|a|para|sobre) su \w+|"
    r"\b(?:dice|refiere|cuenta|reporta|comenta|relata|manifiesta|platica|avisa) que su (?:herman|hij|prim|"
    r"sobrin|amig|niet|"
    r"vecin|cunad|companer)(?!\w* (?:la|lo|le) (?:\w+ )?(?:peg|golpe|oblig|amenaz|enc[ei]+rr|quit|viol|tien|explot|"
    r"vend|prostitu|abus|insult|humill|controla|vigila|manda|pone|descuent|cobra))"
)
_WHO_USE = frozenset(("usuaria", "uria", "consultante", "peticionaria"))


def with_asking(terms: Sequence[Word], persons: Sequence[Person]) -> Iterator[Person]:
    """`usuaria` is the one to whom it happens, and who calls when she asks for another: `pregunta por su hermano`."""
    said = " ".join(term.text for term in terms)
    for person in persons:
        tells = person.owner == VICTIM and person.word in _WHO_USE
        theirs = any(_theirs(terms, kin) and not harmed(terms[person.after : kin.first]) for kin in persons)
        yield person._replace(owner=CALLER) if tells and (theirs or _ASKS_FOR.search(said)) else person


def _theirs(terms: Sequence[Word], person: Person) -> bool:
    """Whether a relative of hers is spoken of, to whom it may happen: `usuaria pide …, es de su sobrina`."""
    before = terms[person.first - 1].text if person.first else ""
    hers = person.kin and person.owner == VICTIM and "su" in (before, terms[person.first].text)
    does_it = any(term.text in ("la", "le", "lo", "me") for term in terms[person.after : person.after + 3])
    return hers and not does_it


def with_one_caller(terms: Sequence[Word], persons: Sequence[Person], cast: Cast) -> Iterator[Person]:
    """Who calls is one: `su tío` of a young man who calls is another; his friend is the victim when nobody else is."""
    callers = [known.word for known in cast.single if known.owner == CALLER]
    victim = cast.subject in (VICTIM, GROUP)
    for person in persons:
        before = terms[person.first - 1].text if person.first else ""
        owned = before in OWNED or terms[person.first].text in OWNED
        begin = person.first - (before in OWNED)
        told = begin > 0 and terms[begin - 1].text == "que" and (owned or before in ("el", "la"))
        told = told or (before in ("el", "la") and person.first > 1 and terms[person.first - 2].text == "que")
        theirs = owned and person.word.startswith("vecin")  # «su vecina» of who calls
        another = (
            callers and person.word not in callers and (told or theirs or not _same_caller(person, callers))
        )
        if person.owner == CALLER and another:
            theirs_who_worked = person.word.startswith("exemplead")  # of an employer who calls
            harmed = theirs_who_worked or (owned and suffers(terms, person))
            person = person._replace(owner=VICTIM if harmed and not victim else OTHER)
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


_FRIENDS = frozenset(
    (
        "amiga",
        "amigo",
        "companera",
        "companero",
        "cunada",
        "vecina",
        "vecino",
        "conocida",
        "esposa",
        "roomie",
        "comadre",
        "compadre",
        "cunado",
        "novia",
        "prometida",
    )
)


def who_call(terms: Sequence[Word], persons: Sequence[Person]) -> Iterator[Person]:
    """`el promotor que llama`: whatever the noun, who calls."""
    taken = {place for person in persons for place in range(person.first, person.after)}
    if len(terms) > 1 and terms[1].text in SAYS and 0 not in taken and terms[0].text not in NO_SUBJECT:
        yield Person(0, 1, CALLER, "", False, terms[0].text)
    at = 1 + (terms[0].text in ("se", "me"))
    verb = calls(terms, at - 1) or (terms[0].text == "me" and len(terms) > 1 and terms[1].text in _TO_US)
    named = len(terms) > at + 2 and verb and at not in taken and terms[at].text not in NO_OPENING
    aged = any(term.text.isdecimal() for term in terms[at + 1 : at + 4])
    aged = aged or any(term.text in ("anos", "a") for term in terms[at + 1 : at + 8])
    if named and aged:  # «Habla maquinista, 52 años»
        yield Person(at, at + 1, CALLER, "", False, terms[at].text, generic=True)
        taken.add(at)
    for place in range(1, len(terms) - 1):
        spoke = terms[place].text == "que" and terms[place + 1].text in (
            "llama",
            "marca",
            "reporta",
            "denuncia",
        )
        if spoke and place - 1 not in taken:
            yield Person(place - 1, place + 2, CALLER, "", False)


_TO_US = frozenset(("llama", "llamo", "marca", "marco", "habla", "hablo", "escribe", "escribio", "contacta"))
"""What follows in `me llama Abundio`."""
NO_OPENING = NO_SUBJECT | frozenset(
    ["hola", "buenas", "buenos", "buen", "hoy", "ayer", "anoche", "antier", "antes", "hace", "cuando", "mientras",
     "desde", "en", "a", "al", "por", "con", "para", "de", "del", "tambien", "nunca", "siempre", "esta", "este",
     "esto", "alguien", "nadie", "aqui", "alla", "los", "las", "mi", "mis", "su", "sus", "nos", "lo", "son", "hay",
     "dice", "solo", "pego", "copio", "transcribo", "comparto", "recibo", "chat", "conversacion", "mensaje", "entra"]
)  # fmt: skip
