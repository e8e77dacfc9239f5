"""One sentence: its patterns and words, what is said of each, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from lnctp_tui.domain.reading import cast, contacts, owners, patterns, places, quantities
from lnctp_tui.domain.reading.lexicon import IDIOM, Hit, Lexicon, Row, every
from lnctp_tui.domain.reading.offers import (
    ASK,
    CALLER,
    CASE,
    GROUP,
    NEAR,
    NO,
    OTHER,
    SURE,
    TRAFFICKER,
    UNKNOWN,
    VICTIM,
    YES,
    Offer,
)
from lnctp_tui.domain.reading.owners import SELF, Scene
from lnctp_tui.domain.reading.persons import Cast, Person
from lnctp_tui.domain.reading.signs import does_it, signs_of
from lnctp_tui.domain.reading.spelling import Word, folded, number_at, words
from lnctp_tui.domain.reading.status import Statement, Status, clause_of, only_asked, statement, status

_OF_CASE = ("danger.", "situation.")
_NEAR = 25
"""Characters within which a word stands that a row needs."""
_NEEDED = 70
"""Characters before a thing that is needed within which the verb of needing stands: `pide comida, ropa y albergue`."""
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
    ("inicio", ("empez", "comenz", "lleva", "inicio")),
)
_SINCE = re.compile(r"\bdesde (?:el |la |finales de |fines de |principios de |inicios de |mediados de )?$")


class Context(NamedTuple):
    """What a sentence takes over from those before it."""

    cast: Cast = Cast()
    caller_is_victim: bool = False
    """Somebody noted it in the form."""
    age_asked: bool = False
    """The sentence before asked for an age."""
    gone: str = ""
    """The mark that ended a sentence of long ago; nothing after any other."""
    speaks_of_self: bool = False
    """The whole text shows that who speaks of themself is the victim."""
    caller_opens: bool = False
    """The whole text shows that whom it opens with is who calls about another."""


@dataclass
class _Reading:
    """One sentence with all that is known of it."""

    lexicon: Lexicon
    sentence: patterns.Sentence
    context: Context
    persons: list[Person]
    said: Statement
    signs: set[str]
    """What the sentence shows of who calls: see `signs.signs_of`."""
    asked: list[Offer]
    """What a question asks for: said when the next sentence answers it."""
    raw: str = ""
    """Whose the last age was, before it is known who speaks."""

    @property
    def terms(self) -> list[Word]:
        return self.sentence.terms

    @property
    def scene(self) -> Scene:
        of_self = self.context.caller_is_victim or self.context.speaks_of_self
        return Scene(self.terms, self.said.parts, self.persons, self.context.cast, of_self, self.sentence.low)

    def status(self, first: int, after: int, row: Row | None = None) -> Status:
        return status(self.said, first, after, row)

    def place_of(self, start: int) -> int:
        """The word at a character."""
        return next((at for at, term in enumerate(self.terms) if term.end > start), len(self.terms) - 1)

    def owner_at(self, first: int, after: int = 0, *, of_one: bool = True) -> str:
        """Whose age, nationality or number stands at these words; `of_one`: what each person has one of."""
        owner = owners.of_attribute(self.scene, first, after, of_one=of_one)
        if owner == SELF:
            self.signs.add("self")
        return self.own(owner)

    def age_owner(self, first: int, after: int, *, several: bool) -> str:
        """Whose age stands at these words; `several`: it lies between two."""
        owner = self.raw = owners.of_age(self.scene, first, after, several=several)
        if owner == SELF:
            self.signs.add("self")
        return self.own(owner)

    def own(self, owner: str) -> str:
        """Who that is: one who calls about themself is the victim."""
        if owner == SELF:
            return VICTIM if self.context.caller_is_victim or self.context.speaks_of_self else CALLER
        if owner == CALLER and self.context.caller_is_victim:
            return VICTIM
        return (
            VICTIM
            if owner == CALLER and self.context.speaks_of_self and "parent" not in self.signs
            else owner
        )


class Read(NamedTuple):
    """What one sentence says."""

    offers: list[Offer]
    after: Context
    """What the next one takes over."""
    signs: frozenset[str]
    asked: tuple[Offer, ...] = ()
    answer: str = ""
    """What the sentence answers to the question before it."""


def read_sentence(lexicon: Lexicon, text: str, today: date, context: Context) -> Read:
    """The offers of one sentence, with places inside it, and what the next one takes over."""
    low = folded(text)
    terms = words(low)
    if not terms:
        return Read([], context, frozenset())
    persons, names = cast.people(lexicon, text, terms, context.cast)
    if context.caller_opens and not context.cast.single and persons and persons[0].first <= 1:
        persons[0] = persons[0]._replace(owner=CALLER)
    ends = tuple(terms[person.after - 1].end for person in persons)
    sentence = patterns.Sentence(text, low, terms, today, context.age_asked, ends)
    said = statement(lexicon, text, low, terms, today.year)
    said = said._replace(gone=said.gone or context.gone == ";", back=bool(context.gone))
    reading = _Reading(
        lexicon,
        sentence,
        context,
        persons,
        said,
        set(signs_of(low, terms, persons, opening=not context.cast.single)),
        [],
    )
    offers = _dated([*_patterns(reading), *_lexicon(reading)], said.gone)
    spoken_of = [
        person
        for person in persons
        if person.owner not in (VICTIM, GROUP)
        or not (
            only_asked(said, person.first)
            or _nobody(terms, person.first)
            or _companions(terms, person)
            or _in_passing(low, terms, person, context.cast)
        )
    ]
    after = context._replace(
        cast=cast.following(spoken_of, context.cast, names),
        age_asked=bool(_AGE_ASKED.search(low, said.asked)),
        gone="" if not said.gone else ";" if text.rstrip().endswith(";") else ".",
    )
    return Read(_single(offers), after, frozenset(reading.signs), tuple(reading.asked), _answer(text))


def _nobody(terms: Sequence[Word], first: int) -> bool:
    """Whether a word for persons says that there is none: `no hay víctimas`."""
    before = [term.text for term in terms[max(0, first - 2) : first]]
    return before in (["no", "hay"], ["no", "hubo"]) or before[-1:] in (["ninguna"], ["ningun"])


def _companions(terms: Sequence[Word], person: Person) -> bool:
    """Whether a group is only with whom somebody is: `la tienen con otras ocho`, `depto. c/ 5 chavas`, her children."""
    before = [term.text for term in terms[max(0, person.first - 3) : person.first]]
    return person.owner == GROUP and (bool({"con", "c"} & set(before)) or before[-1:] == ["e"])


def _in_passing(low: str, terms: Sequence[Word], person: Person, before: Cast) -> bool:
    """Whether several are only named beside one of whom the narrative tells, and nothing is done to them: `vive con su
    esposo y tres hijos`, `otros nueve mil`, `Línea de las Mujeres`."""
    children = person.word in ("hijos", "hijas") or (before.couple and person.word in ("ninos", "ninas"))
    counted = person.first > 0 and number_at(low, terms, person.first - 1) is not None
    anybody = person.word in _ANYBODY and not counted
    if person.owner != GROUP or not (children or anybody):
        return False
    if before.subject != VICTIM and (children or before.subject != CALLER):
        return False
    behind = pairwise(term.text for term in terms[person.after - 1 : person.after + _THEIRS])
    return not any(word in ("les", "las", "los") and former != "no" for former, word in behind)


_ANYBODY = frozenset(("otras", "otros", "mujeres", "hombres", "personas"))
_THEIRS = 6
"""Words behind several in which it is said what is done to them."""


def _dated(offers: list[Offer], gone: bool) -> list[Offer]:
    """No date of which no words say what happened, when it is one of years ago."""
    return [
        offer
        for offer in offers
        if offer.kind != "date" or offer.detail not in ("evento", "salida") or not gone
    ]


_AGE_ASKED = re.compile(r"\b(?:edad|cuantos anos)\b")
_ANSWER = re.compile(
    r"\W*(?:\w{1,20}:\s*)?(sí|si|no)\b(?=\s*(?:$|[,.;!…]|(?:se|sé|sabe|he visto|recuerd)))", re.IGNORECASE
)


def _answer(text: str) -> str:
    """How a sentence answers the question before it: `Sí, …`, `No.`; a *no sé* leaves it open."""
    match = _ANSWER.match(text)
    if match is None:
        return ""
    if match[1].lower() != "no":
        return YES
    return NO if re.match(r"\s*(?:$|[,.;!…])", text[match.end() :]) else UNKNOWN


def _single(offers: Sequence[Offer]) -> list[Offer]:
    """One offer for each question, in the order of the words."""
    return list({offer.key: offer for offer in sorted(offers, key=lambda offer: -offer.start)}.values())[::-1]


# patterns

_FEW = 2
"""Persons of whom a narrative tells; of more, a date is somebody's only beside a deed."""
_SAID = frozenset(("age", "date", "headcount", "amount"))
_CONTACTS = frozenset(("phone", "handle", "email", "url"))


def _patterns(reading: _Reading) -> Iterator[Offer]:
    for found in patterns.find(reading.sentence):
        first = reading.place_of(found.start)
        low_before = reading.sentence.low[: found.start]
        after = reading.place_of(found.end - 1) + 1
        state = reading.status(first, after)
        if (
            found.kind in _SAID
            and not state.offer
            and not (found.kind == "age" and (_of_relative(reading, first) or quantities.turns(low_before)))
        ):
            continue
        below = found.kind == "age" and quantities.at_most(low_before)
        if (
            found.kind in ("age", "headcount")
            and state.polarity == NO
            and not (below or _known_one(found, low_before))
        ):
            continue
        if found.kind in ("age", "headcount") and state.past:
            continue
        if found.kind == "headcount" and any(
            person.owner == OTHER and person.first < after and first < person.after
            for person in reading.persons
        ):
            continue
        detail = _happened(reading, found) if found.kind == "date" else found.detail
        if (
            found.kind == "age"
            and reading.said.gone
            and "hace " in low_before[:-5]
            and "tiene" not in low_before[-9:]
        ):
            continue
        owner = _pattern_owner(reading, found, first, after)
        value = _about(found.value) if found.kind == "age" and state.polarity == UNKNOWN else found.value
        bond = owners.bond(reading.scene, first, reading.raw) if found.kind == "age" else SURE
        if found.kind == "date" and detail == "evento" and len(reading.context.cast.single) > _FEW:
            bond = NEAR  # the words do not say what happened, nor to whom
        yield Offer(found.kind, (value,), YES, owner, found.start, found.end, detail, found.kind, bond)


def _known_one(found: patterns.Found, low_before: str) -> bool:
    """Whether an age or a number is of somebody whom the sentence takes for known, and a *no* is of what they do: `no
    aparece su hija, de 17`, `no dejan salir a las cuatro muchachas`, but not `no hay niñas de 12`."""
    pattern = _THE_KNOWN if found.kind == "age" else _THE_COUNTED
    return pattern.search(low_before) is not None


_THE_KNOWN = re.compile(
    r"\b(?:su|mi|tu|la|el|al|del|sus|mis|las|los|est[ea]|es[ea]|nuestr[oa]) (?!edad|mayoria|misma)"
    r"(?:(?!no |ni |nunca )\w+,? ){1,3}?"
    r"(?:\(|(?:de|como|unos|aprox\w*\.?) )*$"
)
_THE_COUNTED = re.compile(r"\b(?:sus|mis|las|los|es[oa]s|est[oa]s) (?:otr[oa]s )?$")


def _of_relative(reading: _Reading, first: int) -> bool:
    """Whether an age is a relative's, whatever is feared or asked: `teme que a su nieta de 12 años …`."""
    here = [person for person in reading.persons if person.after <= first <= person.after + 2]
    if not here or here[-1].owner not in (VICTIM, GROUP):
        return False
    begin = max(0, here[-1].first - 1)
    told = any(getattr(cue.meaning, "kind", "") == "told" for cue in reading.said.cues)
    return not told and any(term.text in ("su", "mi") for term in reading.terms[begin : here[-1].after])


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
    if found.kind in _CONTACTS:
        span = (found.start, found.end)
        return reading.own(contacts.of_contact(reading.scene, reading.sentence.low, span, first))
    return reading.age_owner(first, after, several="-" in found.value)


def _alias_owner(reading: _Reading, first: int) -> str:
    persons = [person for person in reading.persons if person.after <= first]
    if not persons or (persons[-1].vague and persons[-1].owner != TRAFFICKER):
        return ASK
    return reading.own(persons[-1].owner)


def _happened(reading: _Reading, found: patterns.Found) -> str:
    """What happened on a date: captacion, inicio, ultima_vez, salida or evento."""
    low = reading.sentence.low
    near = low[max(0, found.start - 60) : found.end + 40]
    since = low.startswith("desde", found.start) or _SINCE.search(low, 0, found.start)
    usual = "inicio" if since else "evento"
    return next((code for code, says in _WHEN if any(say in near for say in says)), usual)


# lexicon


def _lexicon(reading: _Reading) -> Iterator[Offer]:
    hits = _no_idioms(list(every(reading.lexicon.rows, reading.terms, lambda hit: _fits(reading, hit))))
    reading.said = reading.said._replace(cues=_own_cues(reading.said.cues, hits))
    done: set[int] = set()
    last_place = -9
    for hit in hits:
        row = hit.meaning
        assert isinstance(row, Row)
        start, end = reading.terms[hit.first].start, reading.terms[hit.after - 1].end
        begin = end - 1 if _goes_on(row, hit) else start
        if not reading.sentence.free(begin, begin + 1) or (
            row.kind != "term" and not reading.sentence.free(start, end)
        ):
            continue  # an amount within a phrase takes nothing from it, nor the day with which a danger begins
        if row.kind == "place":
            if hit.first not in done:
                done.add(hit.first)
                offers = list(_place(reading, hits, hit, last_place))
                yield from offers
                last_place = hit.after if offers else last_place
            continue
        yield from _term(reading, row, hit, start, end)
        yield from _within(reading, hit)
        for joined in _enumerated(reading, hit):
            assert isinstance(joined.meaning, Row)
            word = reading.terms[joined.first]
            yield from _term(reading, joined.meaning, joined, word.start, word.end)


def _goes_on(row: Row, hit: Hit) -> bool:
    """Whether a phrase of a danger begins with a day and goes on: `el viernes la van a llevar`."""
    return row.values[0].startswith("danger.") and hit.after - hit.first > _PAIR


def _no_idioms(hits: Sequence[Hit]) -> list[Hit]:
    """Without what says nothing of a case, and what is said by the same words: `le pegó el sol`."""
    idle = {hit.first for hit in hits if isinstance(hit.meaning, Row) and hit.meaning.kind == IDIOM}
    return [hit for hit in hits if hit.first not in idle]


def _in_one_breath(reading: _Reading, hit: Hit) -> bool:
    """Whether nothing is marked off within a phrase: `la secuestraron, cuenta su mamá` is no `secuestraron cuenta`."""
    start, end = reading.terms[hit.first].start, reading.terms[hit.after - 1].end
    return _MARK.search(reading.sentence.low, start, end) is None


_MARK = re.compile(r"(?<!\d),|,(?!\d)|[;:()\"«»“”/]")


def _within(reading: _Reading, hit: Hit) -> Iterator[Offer]:
    """Where it happens, and a danger, in a phrase that says what happens: `la tienen en un hotel`, `con un machete`."""
    if hit.after - hit.first < _PHRASE:
        return
    for place in range(hit.first + 1, hit.after):
        for inner in reading.lexicon.rows.at(reading.terms, place):
            row = inner.meaning
            if isinstance(row, Row) and _also_told(row, hit) and _fits(reading, inner):
                start, end = reading.terms[inner.first].start, reading.terms[inner.after - 1].end
                yield from _term(reading, row, inner, start, end)


def _also_told(row: Row, around: Hit) -> bool:
    """Whether what stands within a phrase is said besides it."""
    outer = around.meaning
    said = outer.values if isinstance(outer, Row) else ()
    return row.kind == "venue" or (
        row.values[0] == "danger.weapon_present" and "danger.weapon_present" not in said
    )


_PHRASE = 3
"""Words of the shortest phrase with something within it."""


def _own_cues(cues: Sequence[Hit], hits: Sequence[Hit]) -> list[Hit]:
    """The cues without those within a phrase: the *no* of `no la deja salir con pistola` denies no pistol."""
    inherent = [hit for hit in hits if isinstance(hit.meaning, Row) and hit.meaning.neg == "inherent"]
    return [cue for cue in cues if not any(hit.first <= cue.first < hit.after for hit in inherent)]


_JOINTS = frozenset(("y", "e", "o", "u", "ni"))


def _enumerated(reading: _Reading, hit: Hit) -> Iterator[Hit]:
    """What goes on from a phrase of two words: `violencia física, sexual y psicológica`."""
    place, head = hit.after, reading.terms[hit.first]
    if hit.after - hit.first != 2:
        return
    while place < len(reading.terms):
        between = reading.sentence.low[reading.terms[place - 1].end : reading.terms[place].start].strip()
        joint = reading.terms[place].text in _JOINTS
        if not joint and between != "," and reading.terms[place - 1].text not in _JOINTS:
            return
        if not joint:
            pair = [head, reading.terms[place]]
            two = next((two for two in reading.lexicon.rows.at(pair, 0) if two.after == 2), None)
            if two is None or not isinstance(two.meaning, Row) or two.meaning.kind != "term":
                return
            yield two._replace(first=place, after=place + 1)
        place += 1


def _fits(reading: _Reading, hit: Hit) -> bool:
    """Whether the company that a row needs is there, and none that it must not have."""
    row = hit.meaning
    assert isinstance(row, Row)
    if row.kind == IDIOM and not _in_one_breath(reading, hit):
        return False
    start, end = reading.terms[hit.first].start, reading.terms[hit.after - 1].end
    low = reading.sentence.low
    before = reading.terms[hit.first - 1].text if hit.first else ""
    behind = reading.terms[hit.after].text if hit.after < len(reading.terms) else ""
    if before in row.not_after or behind in row.not_before or _a_street(reading, hit, end):
        return False
    if row.values[0].startswith(_HARM) and _names_it(reading.terms[hit.first : hit.after]):
        return False
    reach = _NEEDED if row.values[0].startswith("need.") else _NEAR
    near = low[max(0, start - reach) : start]
    if reach == _NEAR:
        near += low[end : end + _NEAR]
    return not row.needs or any(need in near for need in row.needs)


def _names_it(words: Sequence[Word]) -> bool:
    """Whether what may be a deed to somebody is an article with its noun: `los deportes`, `la sentencia`."""
    return (
        len(words) == _PAIR
        and words[0].text in ("la", "las", "los", "lo")
        and _NOUN.search(words[1].text) is not None
    )


_PAIR = 2
_NOUN = re.compile(r"(?:(?<!m)os|(?:as|es|dad|tud|ez|[cs]ion|[aei]d[ao]|encia|entes?))$")
"""Ends of nouns that no verb of the third person has."""
_STREET_NAME = re.compile(r" (?:de )?[A-ZÁÉÍÓÚ\d]")


def _a_street(reading: _Reading, hit: Hit, end: int) -> bool:
    """Whether a phrase that ends with `calle` goes on with the name of one: `vive en la calle Hidalgo`."""
    named = reading.terms[hit.after - 1].text == "calle" and not reading.sentence.text.isupper()
    return named and _STREET_NAME.match(reading.sentence.text, end) is not None


def _place(reading: _Reading, hits: Sequence[Hit], hit: Hit, last_place: int) -> Iterator[Offer]:
    rows = [other.meaning for other in hits if other.first == hit.first and isinstance(other.meaning, Row)]
    rows = [row for row in rows if row.kind == "place"]
    start, end = reading.terms[hit.first].start, reading.terms[hit.after - 1].end
    beside = hit.first - last_place <= 1
    following = _state_behind(reading, hits, hit)
    named = (
        bool(following) and not beside and places.unlike_a_street(reading.sentence.text, reading.terms, hit)
    )
    if not named and not places.stands(reading.sentence.text, reading.terms, hit, rows[0], beside):
        return
    codes = [value for row in rows for value in row.values]
    if places.of_town(reading.sentence.low, start):
        codes = [code for code in codes if code not in reading.lexicon.states] or codes
    sure = places.state_in_short(reading.sentence.text, end) is not None or (
        hit.after - hit.first > 1 and not _lists(reading, hits, hit)
    )
    values = places.choose(reading.lexicon, list(dict.fromkeys(codes)), following, sure=sure)
    state = reading.status(hit.first, hit.after)
    behind_de = hit.first and reading.terms[hit.first - 1].text == "de"  # «no aparece su hija de Oaxaca»
    denied = state.polarity != YES and not (behind_de and _of_known_one(reading, hit.first))
    if not state.offer or state.past or not values or denied:
        return
    if beside and values[0] in reading.lexicon.states:
        return  # the state of the town before it
    role = places.role(reading.sentence.low, start)
    if places.of_transport(reading.sentence.low, start) or places.elsewhere(reading.sentence.low, start, end):
        return
    if reading.said.gone and role in ("", "actual", "transito"):
        return  # where somebody was years ago
    owner = _place_owner(reading, hit, role, at_venue=_at_venue(reading, hits, hit))
    role = "caller" if owner == CALLER else "actual" if role == "caller" else role
    yield Offer("place", values, YES, owner, start, end, "" if role == "caller" else role, hit.at)


def _lists(reading: _Reading, hits: Sequence[Hit], hit: Hit) -> bool:
    """Whether places are told one after another: `Villa Juárez, Sinaloa y Sonora`."""
    return any(
        isinstance(other.meaning, Row) and other.meaning.kind == "place" and other.first != hit.first
        and (hit.after + 2 <= other.first <= hit.after + 4 or 0 <= hit.first - other.after <= 1)
        for other in hits
    )  # fmt: skip


def _of_known_one(reading: _Reading, first: int) -> bool:
    """Whether a word is said of somebody whom the sentence takes for known, so that a *no* is of what they do: `no
    localiza a su hija hondureña`, `no aparece mi hermano, de Oaxaca`."""
    near = [person for person in reading.persons if person.after <= first <= person.after + 2]
    if not near or any(term.text == "no" for term in reading.terms[near[-1].after : first]):
        return False
    begin = max(0, near[-1].first - 1)
    return any(term.text in _DEFINITE for term in reading.terms[begin : near[-1].after])


_DEFINITE = frozenset(
    ("su", "mi", "tu", "la", "el", "al", "del", "esta", "este", "esa", "ese", "sus", "mis", "las", "los")
)


def _state_behind(reading: _Reading, hits: Sequence[Hit], hit: Hit) -> str | None:
    """The state that follows a name of a town, after a comma or a bracket."""
    end = reading.terms[hit.after - 1].end
    if short := places.state_in_short(reading.sentence.text, end):
        return short
    for other in hits:
        row = other.meaning
        if hit.after <= other.first <= hit.after + 1 and isinstance(row, Row) and row.kind == "place":
            state = next((value for value in row.values if value in reading.lexicon.states), None)
            if state:
                return state
    return None


def _at_venue(reading: _Reading, hits: Sequence[Hit], hit: Hit) -> bool:
    """Whether a place is where a venue of the case is: `en el baño de un bar en Tapachula`."""
    if not hit.first or reading.terms[hit.first - 1].text not in ("en", "de"):
        return False
    return any(
        isinstance(other.meaning, Row) and other.meaning.kind == "venue" and other.after == hit.first - 1
        for other in hits
    )


def _place_owner(reading: _Reading, hit: Hit, role: str, *, at_venue: bool) -> str:
    if role == "caller" and reading.scene.of_self:
        return VICTIM
    own_words = not reading.scene.of_self
    if role == "caller" or (own_words and role in ("", "origen") and _beside_caller(reading, hit.first)):
        return CALLER
    low, start = reading.sentence.low, reading.terms[hit.first].start
    raw = owners.of_attribute(reading.scene, hit.first, of_one=False)
    owner = reading.own(raw)
    if raw == SELF:
        return owner
    said_by_another = reading.scene.of_self and _SAYS_FROM.search(low, max(0, start - 30), start)
    if owners.with_whom(reading.scene, hit.first) or said_by_another:
        return OTHER
    if role == "origen":
        return _from_where(reading, hit, owner)
    if role == "" and owner == CALLER and _WORKS.search(low, 0, start):
        return CALLER
    if owner == OTHER and not places.held(low, start):
        return OTHER
    if role == "" and owner == TRAFFICKER and _beside(reading, hit.first):
        return OTHER  # «otro contratista en Saltillo»
    at_venue = at_venue or _SEEN_THERE.match(low, reading.terms[hit.after - 1].end) is not None
    if role == "":
        asked = owner in (CALLER, ASK) and not at_venue
        return ASK if asked else owner if owner == GROUP else VICTIM
    if owner == ASK and not reading.scene.of_self and places.held_there(low, start):
        return VICTIM
    if places.held(low, start):
        return VICTIM if owner in (TRAFFICKER, CALLER, OTHER) else owner
    if role == "actual" and owner == CALLER and _LIVES.search(low, max(0, start - 40), start):
        return CALLER
    if at_venue and owner != TRAFFICKER and not _nobody_known(reading, hit.first):
        return VICTIM if owner in (CALLER, OTHER, ASK) else owner
    return ASK if owner in (TRAFFICKER, CALLER, OTHER) or _nobody_known(reading, hit.first) else owner


def _from_where(reading: _Reading, hit: Hit, owner: str) -> str:
    """Who is of a place, by whose attribute it would be."""
    if owner == GROUP and _of_companions(reading, hit.first):
        return OTHER
    if owner == TRAFFICKER and _TAKEN.search(reading.sentence.low, 0, reading.terms[hit.first].start):
        return VICTIM
    owners_before = [person.owner for person in reading.persons if person.after <= hit.first]
    another = bool(owners_before) and owners_before[-1] not in (VICTIM, GROUP)
    return ASK if owner == CALLER or (another and not owner) else owner or VICTIM


_SEEN_THERE = re.compile(
    r",? (?:(?:\w+ ){0,2}?(?:vio|vi|observo|noto|encontro|hay|habia|tienen a|internan a)|"
    r"(?:en )?donde (?:la|lo|las|los|me|nos) (?:tuv|tien|ten|enc[ie]+rr|obligan?))\w*\b"
)
"""Where somebody is seen or held: `en la gasolinera de Jáltipan vio bajar a`, `una casa en … donde la tuvieron`."""
_SAYS_FROM = re.compile(r"\b(?:dice|dijo|decia) (?:que|q) (?:es |era )?de $")
"""Where he is from, says whom a victim who speaks tells of."""


def _of_companions(reading: _Reading, first: int) -> bool:
    """Whether it is said of those who are there besides somebody known: `sus compañeras son de Puebla`."""
    near = [person for person in reading.persons if person.after <= first]
    known = bool(reading.context.cast.victims) or reading.scene.of_self
    return known and bool(near) and near[-1].word in ("companeras", "companeros", "amigas", "amigos")


_WORKS = re.compile(r"\b(?:soy|trabajo|laboro)(?: \w+){1,6} $")
_LIVES = re.compile(r"\b(?:vive|vivo|radica|radico|reside|trabaja|trabajo|esta|estoy)(?: \w+){0,2} en $")
"""What somebody says of where they are themself."""


def _nobody_known(reading: _Reading, first: int) -> bool:
    """Whether no word so far says who is spoken of."""
    known = reading.context.cast
    here = any(person.first <= first for person in reading.persons)
    return not (here or known.subject or known.last or reading.scene.of_self)


_PLURAL = re.compile(r"\w+(?:an|en|os|as)")
_ATTRIBUTES = frozenset(["nationality", "language", "education", "migration_status", "sex"])


_TAKEN = re.compile(r"\b(?:la|lo|las|los|me|nos) (?:traj|trae|sac|llev|recog|robo|robaron)\w*[^.;]{0,40}$")


def _beside(reading: _Reading, first: int) -> bool:
    """Whether a place stands directly behind a person: `un contratista en`."""
    ends = [person.after for person in reading.persons if person.after <= first]
    return bool(ends) and first - ends[-1] <= 1


def _beside_caller(reading: _Reading, first: int) -> bool:
    """Whether a place is the caller's own: `vecina de Neza`."""
    near = [person for person in reading.persons if person.after <= first]
    return bool(near) and near[-1].owner == CALLER and not near[-1].generic and first - near[-1].after <= 1


def _term(reading: _Reading, row: Row, hit: Hit, start: int, end: int) -> Iterator[Offer]:
    state = reading.status(hit.first, hit.after, row)
    if start >= reading.said.asked and row.kind == "term" and row.neg != "never":
        owner = _term_owner(reading, row, hit)
        reading.asked.append(Offer(row.kind, row.values, YES, owner, start, end, "", hit.at))
    if state.past and state.offer and row.kind == "term":
        _term_owner(reading, row, hit)  # shows who calls, as what is done today
    if not state.offer or state.past:
        return
    if state.polarity == NO and row.kind == "nationality" and _of_known_one(reading, hit.first):
        state = state._replace(polarity=YES)
    low = reading.sentence.low
    if row.kind == "nationality" and (_of_one_beside(reading, start) or _either_or(low, start, end)):
        return
    if state.polarity != YES and (
        row.kind in _ATTRIBUTES or row.kind in ("venue", "institution", "platform")
    ):
        return
    if row.kind in ("venue", "platform") and reading.said.gone:
        return
    if row.kind == "term" and _did_it_themself(reading, hit):
        return
    if (row.kind == "venue" and _own_work(reading, hit)) or (
        row.kind == "education" and not _studied(reading, hit)
    ):
        return
    if row.values[0].startswith("situation.victim_") and _of_caller(reading, hit):
        return
    if row.values[0] in ("situation.reporter_saw", "situation.reporter_heard"):
        reading.signs.add("saw")
    if row.values[0].startswith("situation.reporter_") and reading.scene.of_self and "saw" in reading.signs:
        return  # who tells of themself is no witness
    if state.polarity == NO and "danger.trafficker_knows" in row.values and _of_one_held(reading, start):
        return
    owner = _term_owner(reading, row, hit)
    yield Offer(row.kind, row.values, state.polarity, owner, start, end, "", hit.at)


def _either_or(low: str, start: int, end: int) -> bool:
    """Whether a country is guessed or a thing's: `acento colombiano`, `china o vietnamita, ni idea`, `un chip de`."""
    return low.startswith(" o ", end) or _GUESSED.search(low, max(0, start - 24), start) is not None


def _of_one_beside(reading: _Reading, start: int) -> bool:
    """Whether it is said of another than the one who is known: `a un brasileño le quebraron el brazo`."""
    another = _BESIDE_HER.search(reading.sentence.low, max(0, start - 12), start) is not None
    return another and (reading.scene.of_self or bool(reading.context.cast.victims))


_BESIDE_HER = re.compile(r"\ba (?:un|una|otr[oa]) $")
_GUESSED = re.compile(
    r"(?:\bo|\bacento|\b(?:chip|lada|numero|telefono|celular|prefijo|frontera|bandera|gobierno)(?: con)?) $"
)
_ONE_HELD = re.compile(
    r"\b(?:ella|hij[oa]|nin[oa]|joven|muchach[oa]|victima|sobrin[oa]|niet[oa]|usuari[oa]|herman[oa]|prim[oa])\b"
    r"[^.;,]{0,14}\bno $"
)


def _of_one_held(reading: _Reading, start: int) -> bool:
    """Whether it is she who does not know of the call, and nothing is said of who holds her."""
    return _ONE_HELD.search(reading.sentence.low, 0, start) is not None


def _did_it_themself(reading: _Reading, hit: Hit) -> bool:
    """Whether who speaks did it to another: `le quité su credencial`, `no lo dejé salir`. A danger is asked all the
    same: who holds her may call, or be quoted."""
    row = hit.meaning
    if isinstance(row, Row) and any(value.startswith(_GRAVE) for value in row.values):
        return False
    said = [reading.said.written(term) for term in reading.terms[hit.first : hit.after]]
    return any(
        word in _ANOTHER and verb.endswith(("é", "í")) and len(verb) > _SHORT for word, verb in pairwise(said)
    )


NEVER_LEFT_OUT = ("danger.", "cssrs.")
"""What is asked whoever was named last, and whatever the counselor thinks of the call."""
_GRAVE = (*NEVER_LEFT_OUT, "indicator.dst_threat")
_ANOTHER = frozenset(("le", "la", "lo", "les", "las", "los"))
_SHORT = 3


def _of_caller(reading: _Reading, hit: Hit) -> bool:
    """Whether it is who calls, and no victim, that wants it: `el guía no quiere que lo contacten`."""
    clause = clause_of(reading.said.parts, hit.first)
    near = [person for person in reading.persons if clause.first <= person.first < hit.first]
    return bool(near) and near[-1].owner == CALLER and not reading.scene.of_self


def _studied(reading: _Reading, hit: Hit) -> bool:
    """Whether a verb says how far somebody got in school: `joven universitaria` does not."""
    begin = reading.terms[max(0, hit.first - 4)].start
    return _SCHOOLING.search(reading.sentence.low, begin, reading.terms[hit.after - 1].end) is not None


_SCHOOLING = re.compile(
    r"\b(?:estudi\w+|termin\w+|curs\w+|va en|esta en|hasta|solo|escolaridad|grado de estudios)\b"
)


def _own_work(reading: _Reading, hit: Hit) -> bool:
    """Whether somebody works there who only tells of another: `yo trabajo en un restaurante`."""
    clause = clause_of(reading.said.parts, hit.first)
    words = reading.terms[clause.first : hit.first]
    before = {reading.said.written(term) for term in words}
    return (
        not reading.scene.of_self and bool(before & {"trabajo", "laboro", "atiendo"}) and "me" not in before
    )


def _term_owner(reading: _Reading, row: Row, hit: Hit) -> str:
    if row.kind in ("venue", "institution", "platform") or all(
        value.startswith(_OF_CASE) for value in row.values
    ):
        return CASE
    if row.kind in _ATTRIBUTES:
        owner = reading.owner_at(hit.first, hit.after, of_one=row.kind != "language")
        plural = _PLURAL.fullmatch(reading.terms[hit.first].text)
        if plural and owner == CALLER:
            return GROUP  # «hablan inglés»: not who calls
        if plural and reading.context.cast.victims and owner == VICTIM and row.kind == "nationality":
            return OTHER  # «hay dos peruanos con ella»
        return OTHER if owner == TRAFFICKER and row.kind == "nationality" else owner
    owner = owners.of_deed(reading.scene, hit)
    hooked = row.values[0].startswith("hooking_")  # by another: «contactada por don Beto, oferta de empleo»
    if owner == OTHER and (hooked or any(does_it(reading.terms, person) for person in reading.persons)):
        owner = VICTIM
    if row.values[0].startswith(_STATES) and owner != SELF:
        holder = owners.of_attribute(reading.scene, hit.first, hit.after, of_one=False)
        owner = holder if holder in (CALLER, OTHER, ASK) else owner
        if holder == ASK and owners.of_second(reading.scene, hit.first):
            owner = OTHER  # «mi cuñado …. Mi hermana está embarazada»
        behind = _subject_behind(reading, hit)
        owner = reading.own(behind.owner) if behind else owner
    if row.values[0].startswith(_HARM):
        several = any(term.text in ("les", "las", "los") for term in reading.terms[hit.first : hit.after])
        quoted = '"' in reading.sentence.low[: reading.terms[hit.first].start]
        me = "me" if not quoted else "another"
        reading.signs.add(me if owner == SELF else "another" if owner == OTHER or several else "harmed")
    whose = reading.own(owner)
    # a danger is never left out because a witness was named last
    if whose == CALLER and row.values[0].startswith((*_HARM, "need.")):
        return ASK
    return ASK if row.values[0].startswith(NEVER_LEFT_OUT) and whose in (OTHER, CALLER) else whose


def _subject_behind(reading: _Reading, hit: Hit) -> Person | None:
    """Who is or has it, when they are named behind: `no sabe leer bien la tía`."""
    clause = clause_of(reading.said.parts, hit.first)
    for person in reading.persons:
        between = [term.text for term in reading.terms[hit.after : person.first]]
        if hit.after <= person.first < clause.after and len(between) <= 2:
            return None if _LINKED.intersection(between) else person
    return None


_LINKED = frozenset(
    ("a", "al", "con", "de", "del", "y", "que", "por", "para", "como", "su", "mi", "un", "una")
)
_STATES = ("vulnerability.",)
"""What somebody is or has, and no deed."""
_HARM = ("violence.", "means.", "act.", "danger.", "modality.", "indicator.", "hooking_", "need.rescate")
