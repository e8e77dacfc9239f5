"""Whose fact it is: the person it is said of, else the nearest before it, else the narrative's. Never a guess."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from lnctp_tui.domain.reading.harm import harmed
from lnctp_tui.domain.reading.lexicon import Hit
from lnctp_tui.domain.reading.offers import (
    ASK,
    CALLER,
    FAR,
    GROUP,
    KIN,
    LOOSE,
    NEAR,
    OTHER,
    SURE,
    TRAFFICKER,
    VICTIM,
)
from lnctp_tui.domain.reading.persons import PARTNERS, TELLING, Cast, Person
from lnctp_tui.domain.reading.places import ABROAD
from lnctp_tui.domain.reading.spelling import Word, number_at
from lnctp_tui.domain.reading.status import Clause, clause_of

SELF = "self"
"""Whoever speaks of themself: the caller, and the victim where the words show it."""
_MINE = frozenset(
    [
        "tengo",
        "soy",
        "me",
        "mi",
        "estoy",
        "vivo",
        "trabajo",
        "nos",
        "estamos",
        "somos",
        "mis",
        "yo",
        "vengo",
        "naci",
        "cumpli",
        "acabo",
        "ando",
        "llamo",
        "laburo",
        "irme",
        "i",
        "my",
    ]
)
_OWNED = frozenset(("mi", "mis", "su", "sus", "tu"))
_I_AM = frozenset(("tengo", "tngo", "cumpli"))
_PRONOUNS = {"ella": "mujer", "el": "hombre"}
_VERBS_OF_HAVING = frozenset(("tiene", "es", "cumplio", "tenia", "vive", "viene", "anda"))


class Scene(NamedTuple):
    """A sentence as far as it says who is spoken of."""

    terms: Sequence[Word]
    parts: Sequence[Clause]
    persons: Sequence[Person]
    cast: Cast
    of_self: bool = False
    """Whether who calls is the victim, by the form or by the whole text."""
    low: str = ""
    """The sentence, folded."""


def first_person(terms: Sequence[Word]) -> bool:
    """Whether whoever writes speaks of themself: a pasted chat."""
    return any(term.text in _MINE for term in terms)


def bond(scene: Scene, first: int, owner: str) -> str:
    """How surely an age that begins at the word `first` is of its owner: beside a noun, of who speaks or of the only
    one whom the sentence names; a relative's; else only near somebody."""
    if owner == SELF or (owner in (TRAFFICKER, VICTIM) and _he_is(scene, first)):
        return SURE
    nearby = _subjects(scene, first)
    beside = bool(nearby) and first - nearby[-1].after <= 2
    alone = len({person.owner for person in scene.persons}) <= 1
    if owner == TRAFFICKER:  # «El dueño es viudo, de unos 60»
        alone = alone and bool(nearby) and scene.persons[0].first <= 1
    if owner == TRAFFICKER and not (beside or alone) and nearby:
        return _of_trafficker(scene, first)
    if owner == ASK or (not (beside or alone) and owner != GROUP):
        return NEAR
    if owner == TRAFFICKER and nearby and (nearby[-1].vague or nearby[-1].word in PARTNERS):
        return LOOSE if _by_having(scene, first) else NEAR  # «el novio, 19 años, se fue», «el señor tiene 68»
    if nearby and nearby[-1].kin:
        return SURE if beside and nearby[-1].word in scene.cast.victims else KIN
    return FAR if nearby and not beside else SURE


def _of_trafficker(scene: Scene, first: int) -> str:
    """How an age hangs on a trafficker who is named farther off: `un muchacho de gorra, de unos 25` is theirs, `tiene
    44` has another for its subject more often."""
    before = scene.low[max(0, scene.terms[first].start - 24) : scene.terms[first].start]
    return SURE if _BY_OF.search(before) else LOOSE if _by_having(scene, first) else NEAR


def _by_having(scene: Scene, first: int) -> bool:
    """Whether a verb of having stands before an age, and no harm by whom it is said of behind it."""
    start = scene.terms[first].start
    said = _BY_HAVING.search(scene.low, max(0, start - 24), start) is not None
    return said and _AND_HARMS.match(scene.low, start) is None


_AND_HARMS = re.compile(
    r"[^.;]{0,20}?(?:\by|\bque|,) (?:me|la|lo|le|nos|las|los) (?:peg|golpe|oblig|tien|quit|amenaz|encierr|"
    r"cobr|viol|explot)"
)
_BY_OF = re.compile(r"\bde?(?: unos| como| unas)? $")
_BY_HAVING = re.compile(r"\b(?:tiene|tendra|cumplio|ha de tener)(?: como| unos| ya| los)? $")


def _he_is(scene: Scene, first: int) -> bool:
    """Whether `él` begins what is said of an age, and one is meant by it: `Él tiene 33`."""
    clause = clause_of(scene.parts, first)
    return _pronoun(scene, clause, first) not in (None, ASK)


def of_age(scene: Scene, first: int, behind: int, *, several: bool) -> str:
    """Whose age stands at the word `first`. That of one of a group fills nobody's record and is left alone, but for
    brothers and sisters and for the ages between which a group is (`several`)."""
    owner = of_attribute(scene, first, behind)
    if owner == SELF and not scene.of_self and (quoted := _quoted(scene, first)):
        return quoted
    if owner in (VICTIM, GROUP) and (_apart(scene, first, behind) or _own_children(scene, first)):
        return OTHER
    if owner == VICTIM and _of_who_tells(scene, first, behind):
        return SELF
    if owner != GROUP or several:
        return owner
    if any(_counted(scene, person, first) for person in scene.persons):
        return owner
    start = scene.terms[first].start
    if _ONE_OF.search(scene.low, max(0, start - 60), start):
        return GROUP  # «una de ellas, de 16»
    return ASK if scene.cast.victims else OTHER


def _quoted(scene: Scene, first: int) -> str:
    """Whose words are told as they were said: `ella me dijo: tengo 15`; nothing when nobody's are."""
    start = scene.terms[first].start
    if _SAID_SO.search(scene.low, 0, start) is None:
        return ""
    nearby = [person.owner for person in scene.persons if person.after <= first]
    return VICTIM if VICTIM in nearby or scene.terms[0].text == "ella" else ASK


_SAID_SO = re.compile(
    r"\b(?:dijo|dice|contesto|escribio|decia|grito|puso)\b[^.:\"“«]{0,20}(?::|[\"“«])[^.\"”»]{0,40}$"
)


def _apart(scene: Scene, first: int, behind: int) -> bool:
    """Whether a relative is told of who only saw it, or is elsewhere and well: `su hija de 10 fue quien vio`."""
    nearby = _subjects(scene, first)
    kin = bool(nearby) and nearby[-1].kin and first - nearby[-1].after <= 2
    return kin and _APART.match(scene.low, scene.terms[max(behind, first + 1) - 1].end) is not None


def _own_children(scene: Scene, first: int) -> bool:
    """Whether ages are told of somebody's children, to whom nothing is done: `Tienen dos niños, de ocho y de tres` of a
    couple, `delante de los hijos (14 y 9)`."""
    before = scene.low[: scene.terms[first].start]
    if _OF_SOMEBODY.match(before):
        return True
    used = harmed(scene.terms) or _USED.search(scene.low) is not None
    return scene.cast.couple and not used and _OF_A_COUPLE.match(before) is not None


_AGES = r"\b(?:hij|nin)[oa]s(?:,? ?\(?(?:de )?(?:\w+,? (?:y |de )*){0,3})$"
_OF_SOMEBODY = re.compile(
    r"(?:[^.;]*\b(?:delante de|acta\w* de?|(?:espos[oa]|marido|pareja)\b[^.;]{0,24}\b[ye](?: dos| tres| cuatro| \d)?)|"
    r"\W*espos[oa] e)(?: los| sus)? " + _AGES
)
_OF_A_COUPLE = re.compile(r"[^.;]*?" + _AGES)
_USED = re.compile(
    r"\b(?:pid(?:en|iendo)|vend(?:en|iendo)|trabaj|llev(?:an|aron)|desaparec|secuestr|en el cuarto)"
)


def _of_who_tells(scene: Scene, first: int, behind: int) -> bool:
    """Whether an age of which no noun says whose it is, is that of who calls: `tiene 48 y no quiere dar su nombre`, or
    `…, 58, dice que` in the first sentence."""
    if _subjects(scene, first):
        return False
    after = scene.terms[max(behind, first + 1)].text if max(behind, first + 1) < len(scene.terms) else ""
    opening = not scene.cast.single and not scene.cast.subject and not _SOMEBODY.search(scene.low)
    return (opening and after in TELLING) or _WHO_CALLS.search(scene.low) is not None


_SOMEBODY = re.compile(r"\b(?:hombre|mujer|persona|joven|menor|victima)\b")
_WHO_CALLS = re.compile(
    r"\b(?:no (?:quiere|desea|va a|quiso) (?:dar|dejar|decir) (?:su |el |sus )?(?:nombre|datos|telefono)|"
    r"no (?:autoriza|proporciona|da|dio) (?:su |el )?(?:nombre|datos)|pide (?:anonimato|reserva)|"
    r"prefiere (?:no|quedar)|"
    r"anonim\w+|deja (?:su |un )?(?:numero|cel|telefono|correo)|es (?:jubilad|pensionad)\w+|"
    r"vive (?:enfrente|al lado)|"
    r"(?:puede|quiere) (?:volver a llamar|testificar|declarar))\b"
)
"""What only who calls does."""
_APART = re.compile(
    r"[^.;]{0,24}?\b(?:fue (?:quien|la que|el que)|es quien|vio a|la dejaron ir|esta(?:n)? (?:bien\b|"
    r"a salvo)|"
    r"(?:se )?qued(?:o|a|aron) (?:con|en)|(?:esta|vive|viven|estan|cuida) (?:con )?(?:su |la |"
    r"mi )?(?:abuel|mama|suegra|tia)|"
    r"(?:no|ni) (?:sabe|saben|sabia)\b)"
)


def _counted(scene: Scene, person: Person, first: int) -> bool:
    """Whether an age stands beside a group whose ages are told one by one: `hermanas de 15`, `dos jugadores, de 16`."""
    if person.owner != GROUP or not 0 <= first - person.after <= _BESIDE:
        return False
    return person.word in _SIBLINGS or number_at(scene.low, scene.terms, max(0, person.first - 1)) is not None


_SIBLINGS = frozenset(("hermanas", "hermanos", "hermanitos", "hermanitas"))
_ONE_OF = re.compile(
    r"\b(?:un[ao]|otr[oa]|(?:la|el) (?:ultim[oa]|primer[oa]|mayor|menor|median[oa]|mas \w+))"
    r"(?: de (?:ell[oa]s|las \w+|los \w+))?(?:,? (?:que|le|les|me|nos|dijo|dice|dicen|tiene|tendra|ha|han|"
    r"tener|debe|se|ve|"
    r"mas|chica|chico|joven|parece|como|es|son|apenas|solo|contesta|conto|cuenta|confeso|\w+mente))*"
    r"(?:,? (?:de|como|unos|unas|casi))*,? $"
)
"""One of a group: `hay una de 15`, `la más chica tiene 12`."""
_BESIDE = 4
"""Words between a group and the ages of its members: `hermanas de 15 y 17 años`."""


def of_attribute(scene: Scene, first: int, behind: int = 0, *, of_one: bool = True) -> str:
    """Whose age, nationality or number of telephone stands at the word `first`."""
    nearby = _subjects(scene, first)
    if not of_one:
        nearby = [person for person in nearby if not _companion(scene, person)]
    if first and scene.terms[first - 1].text in _I_AM:
        return SELF
    if _of_another(scene, nearby, first):
        return ASK
    if nearby and first - nearby[-1].after <= 2:
        return of_person(scene, nearby[-1], attribute=True)
    ended = scene.terms[behind - 1].end + 1 if behind else -1
    ends = (ended, ended + 1) if not scene.cast.single else (ended,)  # «Refiere Abundio, 55, dueño de»
    joined = [person for person in scene.persons if scene.terms[person.first].start in ends]
    joined = [
        person for person in joined if scene.terms[person.first].text not in _OWNED
    ]  # «tengo 20 mi novio»
    if joined:
        return of_person(scene, joined[0], attribute=True)
    clause = clause_of(scene.parts, first)
    if first_person(scene.terms[max(clause.first, first - 4) : first + 1]):
        return SELF
    pronoun = _pronoun(scene, clause, first)
    if pronoun is not None:
        return pronoun
    near = [person for person in nearby if person.first >= clause.first]
    if near:
        owners = {of_person(scene, person) for person in near}
        far = len(owners) > 1 and first - near[-1].after > 6
        return OTHER if far and of_one else ASK if far else of_person(scene, near[-1], attribute=True)
    if _unknown_subject(scene, clause, first):
        return OTHER if _victim_known(scene) else ASK
    if nearby:
        owners = {of_person(scene, person) for person in nearby}
        return owners.pop() if len(owners) == 1 else ASK
    if first_person(scene.terms[max(0, first - 4) : first + 1]):
        return SELF
    return _taken_over(scene) if of_one or scene.cast.subject not in (VICTIM, GROUP) else scene.cast.subject


def _subjects(scene: Scene, first: int) -> list[Person]:
    """The persons before a word; of `la comadre del patrón cumplió 60` not the one behind the `de`."""
    nearby = [person for person in scene.persons if person.after <= first]
    if len(nearby) < 2 or not 1 <= nearby[-1].first - nearby[-2].after <= 2:
        return nearby
    joined = scene.terms[nearby[-2].after].text in ("de", "del")
    behind = [term.text for term in scene.terms[nearby[-1].after : first]]
    verb = not _VERBS_OF_HAVING.isdisjoint(behind) and "que" not in behind
    return nearby[:-1] if joined and verb else nearby


def with_whom(scene: Scene, first: int) -> bool:
    """Whether a word behind a `de` is said of one with whom somebody is: `se fue con un muchacho de Puebla`."""
    nearby = [person for person in scene.persons if person.after <= first]
    beside = bool(nearby) and first - nearby[-1].after == 1 and scene.terms[first - 1].text == "de"
    return beside and not nearby[-1].plural and _companion(scene, nearby[-1])


def _companion(scene: Scene, person: Person) -> bool:
    """Whether somebody is only with whom it is told of: `vive con su hijo en`."""
    before = [term.text for term in scene.terms[max(0, person.first - 2) : person.first]]
    apart = person.after < len(scene.terms) and (
        scene.terms[person.after].start - scene.terms[person.after - 1].end > 1
    )
    told = person.after < len(scene.terms) and scene.terms[person.after].text == "que"
    if apart or told:  # «irse con su mamá, en Silao», «con mis papás, que viven en»
        return False
    return before[-1:] == ["con"] or (
        before[:1] == ["con"] and before[-1] in (*_OWNED, "una", "un", "la", "el")
    )


def _of_another(scene: Scene, nearby: Sequence[Person], first: int) -> bool:
    """Whether an apposition may be of either: `hermano de la víctima, 25 años`."""
    if (
        len(nearby) < 2
        or not _beside(scene, nearby[-1], first)
        or not 1 <= nearby[-1].first - nearby[-2].after <= 2
    ):
        return False
    apart = scene.low[scene.terms[nearby[-1].after - 1].end :].startswith((",", " ("))
    if not nearby[-1].word and scene.low[scene.terms[first].start - 1 :][:1] == "(":
        return False  # «la tía de Lupita (15 años)»
    return apart and scene.terms[nearby[-2].after].text in ("de", "del")


def _beside(scene: Scene, person: Person, first: int) -> bool:
    """Whether nothing but a `de` stands between a person and a word."""
    return all(term.text in ("de", "como", "unos") for term in scene.terms[person.after : first])


def _taken_over(scene: Scene) -> str:
    """Of whom a sentence without a person speaks: not surely of the victim when the one before spoke of another."""
    cast = scene.cast
    if scene.of_self and cast.subject in ("", CALLER) and cast.last != OTHER:
        return VICTIM
    if cast.last == OTHER and cast.subject in (VICTIM, GROUP):
        return OTHER
    if cast.last in (CALLER, OTHER, TRAFFICKER):
        others = any(known.owner != CALLER for known in cast.single)
        return ASK if cast.subject in (VICTIM, GROUP) or others else cast.last
    return cast.subject or VICTIM


def _unknown_subject(scene: Scene, clause: Clause, first: int) -> bool:
    """Whether somebody has it of whom no word is known: `la cuidadora tiene 50`."""
    for place in range(max(clause.first + 2, first - 3), first):
        if scene.terms[place].text in _VERBS_OF_HAVING and scene.terms[place - 2].text in (
            "la",
            "el",
            "una",
            "un",
        ):
            return True
    return False


def _pronoun(scene: Scene, clause: Clause, first: int) -> str | None:
    """Whom *ella* or *él* means, when its clause speaks of nobody else: the one of that sex, if there is but one."""
    term = scene.terms[clause.first]
    begins = term.text in _PRONOUNS and clause.first + 1 < len(scene.terms)
    if not begins or any(clause.first <= person.first < first for person in scene.persons):
        return None
    if term.text == "el" and scene.terms[clause.first + 1].text not in (
        *_VERBS_OF_HAVING,
        "habla",
        "estudia",
    ):
        return None
    nearby = [person.owner for person in scene.persons if person.after <= clause.first]
    alike = [
        person
        for person in scene.persons
        if person.after <= clause.first
        and person.sex == _PRONOUNS[term.text]
        and person.owner in (OTHER, TRAFFICKER)
    ]
    if len(alike) == 1 and set(nearby) <= {CALLER, alike[0].owner}:  # «mi jefa no sabe, ella tiene 40»
        return alike[0].owner
    if nearby and set(nearby) == {CALLER}:  # «la amiga reporta: ella tiene 18»
        return VICTIM
    meant = {person.owner for person in scene.cast.single if person.sex in ("", _PRONOUNS[term.text])}
    surely = {person.owner for person in scene.cast.single if person.sex == _PRONOUNS[term.text]}
    if surely == {TRAFFICKER} and meant <= {TRAFFICKER, VICTIM}:
        return TRAFFICKER
    if not (meant or nearby or scene.cast.single or scene.of_self):
        return VICTIM  # «Ella tiene 27», of whom nobody else is told yet
    return meant.pop() if len(meant) == 1 else ASK


def of_person(scene: Scene, person: Person, *, attribute: bool = False) -> str:
    """The owner of a noun. `un hombre` of whom nobody knows yet what he does is nobody's side."""
    if person.vague and person.owner in (TRAFFICKER, OTHER):
        known = scene.cast.subject or any(somebody.owner in (VICTIM, GROUP) for somebody in scene.persons)
        return person.owner if known or not attribute else ASK
    if attribute and person.stranger:
        return OTHER if _victim_known(scene) else ASK
    if attribute and _beside_me(scene, person):
        return OTHER if person.first > 1 and scene.terms[person.first - 2].text == "a" else ASK
    if attribute and (_another(scene, person) or _own_kin(scene, person)):
        return ASK
    return person.owner


def _victim_known(scene: Scene) -> bool:
    """Whether a word so far says to whom it happens."""
    named = any(person.owner in (VICTIM, GROUP) for person in scene.persons)
    return named or scene.of_self or scene.cast.subject in (VICTIM, GROUP)


def _own_kin(scene: Scene, person: Person) -> bool:
    """Whether it is somebody's of a victim who speaks: `tiene a mi niño de 3 años`."""
    before = scene.terms[person.first - 1].text if person.first else ""
    owned = _OWNED & {before, scene.terms[person.first].text}
    return scene.of_self and person.owner in (VICTIM, GROUP, CALLER) and bool(owned)


def _beside_me(scene: Scene, person: Person) -> bool:
    """Whether somebody is another beside a victim who speaks: `a un señor de sesenta`, `otro compañero, catracho`."""
    before = scene.terms[person.first - 1].text if person.first else ""
    named = person.vague or person.generic or person.word.startswith(("compan", "paisan", "coleg"))
    return (
        scene.of_self
        and named
        and person.owner in (VICTIM, GROUP)
        and before in ("un", "una", "otro", "otra")
    )


def _another(scene: Scene, person: Person) -> bool:
    """Whether a relative, or *un muchacho*, is named beside a victim who is known by another noun."""
    if person.owner != VICTIM:
        return False
    before = scene.terms[person.first - 1].text if person.first else ""
    known = scene.cast.victims
    if set(known) == {"victima"}:
        known = []  # «soy primo de la víctima. Mi prima tiene 14»
    known += [named.word for named in scene.persons if named.owner == VICTIM and named.first < person.first]
    fresh = person.kin or (person.generic and before in ("un", "una", "otro", "otra"))
    return fresh and any(word and word != person.word for word in known)


def of_second(scene: Scene, first: int) -> bool:
    """Whether the person nearest before a word is a relative beside the one to whom it happens."""
    nearby = _subjects(scene, first)
    return bool(nearby) and nearby[-1].kin and _another(scene, nearby[-1])


def of_deed(scene: Scene, hit: Hit) -> str:
    """To whom something is done, or who needs it. `le quitaron` is said of one, not of the group just named."""
    owner = _of_deed(scene, hit)
    if owner != GROUP or scene.terms[hit.first].text not in _OF_ONE:
        return owner
    nearby = {person.owner for person in scene.persons if person.after <= hit.first and not person.plural}
    known = nearby | {somebody.owner for somebody in scene.cast.single}
    return VICTIM if VICTIM in known or scene.of_self else ASK


_OF_ONE = frozenset(("le", "la", "lo"))


def _to_another(scene: Scene, start: int) -> bool:
    """Whether it is done to one beside the victim who is known: `a un brasileño le quebraron el brazo`, `a su compadre
    sí lo tablearon`."""
    fellow = _TO_ANOTHER.search(scene.low, max(0, start - 60), start)
    victims = scene.cast.victims
    return fellow is not None and (scene.of_self or bool(victims)) and fellow[1] not in victims


_TO_ANOTHER = re.compile(
    r"\b(?:a (?:un|una|otr[oa]|su|mi)|al) (compadre|comadre|compan\w+|paisan[oa]|coleg\w+|"
    rf"{ABROAD}\w*)(?: de \w+)?,? (?:si |tambien |ya |nunca |hasta )?$"
)
_OF_ANOTHERS = re.compile(r"(?<=\bla|\bel) de (?:mi|su|una?) ")
"""`Así se llevaron a la de mi comadre`."""
_TO_HER_TOO = re.compile(r"\ba (?:ella|el) (?:tambien|igual) $")
_REPLIED = re.compile(r"\b(?:respond|contest)i?o\b")
_FELLOWS = ("amig", "compan", "prim", "coleg", "paisan", "conocid")
_ANYBODY = ("muchach", "chav", "joven", "chic", "morr")


def _of_deed(scene: Scene, hit: Hit) -> str:
    """The victim, unless somebody else is named for it."""
    terms, context = scene.terms, scene.cast.subject
    earlier = [person for person in scene.persons if person.after <= hit.first]
    start = terms[hit.first].start
    if earlier and earlier[-1].owner in (OTHER, CALLER) and _TO_HER_TOO.search(scene.low, 0, start):
        replied = earlier[-1].owner == OTHER or _REPLIED.search(scene.low, 0, start)
        return OTHER if replied else ASK  # «la abuela respondió que a ella también la vendieron»
    if earlier and _a_fellow(scene, earlier[-1]) and _objective(terms, hit):
        return OTHER  # «a mi amigo le dieron toques»
    if _OF_ANOTHERS.match(scene.low, terms[hit.after - 1].end) or _to_another(scene, start):
        return OTHER
    clause = clause_of(scene.parts, hit.first)
    near = [person for person in scene.persons if clause.first <= person.first < hit.first]
    named = [person for person in near if person.owner in (VICTIM, GROUP, OTHER, CALLER)]
    behind = [person for person in scene.persons if 0 <= person.first - hit.after <= 2]
    if behind and behind[0].owner in (VICTIM, GROUP, OTHER) and terms[hit.after].text in ("a", "al", "para"):
        return behind[0].owner
    if first_person(terms[hit.first : hit.after]):
        return SELF
    if named:
        last = named[-1].owner
        if last in (OTHER, CALLER):
            others = [person.owner for person in named if person.owner in (VICTIM, GROUP)]
            if others:
                return ASK if last == OTHER else others[-1]
            object_of = named[-1].first > 0 and terms[named[-1].first - 1].text in ("a", "al")
            if _objective(terms, hit) and not object_of:  # «un amigo dice que los obligan»
                return context if context in (VICTIM, GROUP) else VICTIM
        return last
    if first_person(terms[clause.first : clause.after]) and not _objective(terms, hit):
        return SELF
    return context if context in (VICTIM, GROUP) else VICTIM


def _a_fellow(scene: Scene, person: Person) -> bool:
    """Whether somebody to whom it is done is beside a victim who speaks, or is known by another noun: `a mi amigo`, `a
    un muchacho`."""
    victims = scene.cast.victims
    if not scene.of_self and (not victims or person.word in victims):
        return False
    before = {term.text for term in scene.terms[max(0, person.first - 2) : person.first + 1]}
    another = person.word.startswith(_ANYBODY) and bool(before & {"un", "una", "otro", "otra"})
    return (another or person.word.startswith(_FELLOWS)) and not person.plural and "a" in before


_OBJECTS = frozenset(("la", "lo", "los", "las", "le", "les"))


def _objective(terms: Sequence[Word], hit: Hit) -> bool:
    """Whether a deed is said of somebody it is done to: `la vecina vio que la golpean`."""
    return any(term.text in _OBJECTS for term in terms[hit.first : hit.after])
