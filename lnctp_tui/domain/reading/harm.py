"""Who does harm and to whom it is done, by the verb beside a noun that says neither."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from lnctp_tui.domain.reading.offers import CALLER, OTHER, TRAFFICKER, VICTIM
from lnctp_tui.domain.reading.persons import OWNED, Person
from lnctp_tui.domain.reading.spelling import Word

_DONE_IN_PASSIVE = re.compile(
    r"\b(?:fue(?:ron)? (?:llevad|obligad|golpead|engañad|enganad|trasladad|retenid|vendid|explotad|"
    r"encerrad|reclutad|"
    r"secuestrad|amenazad)|esta (?:desaparecid|encerrad|retenid|secuestrad)|desaparecio|"
    r"(?:lo|la) (?:llev|tien|tuv|oblig|golpe|encerr|encierr|explot|secuestr|levant|reclut|pon|pus)\w*n\b)"
)


def suffers(terms: Sequence[Word], person: Person) -> bool:
    """Whether the words behind a person say that something is done to them: `su abuelo fue llevado por`."""
    behind = " ".join(term.text for term in terms[person.after : person.after + 9])
    object_of = fronted(terms, person) and _TO_THEM.match(behind) is not None  # «a su vecina la golpea»
    return object_of or _DONE_IN_PASSIVE.search(behind) is not None


_TO_THEM = re.compile(r"(?:la|lo|le) (?:golpe|peg|oblig|tien|encierr|vend|amenaz|explot|quit|llev)")
_DOES = re.compile(
    r"(?:golpe|peg(?:a|o)\b|encierr|encerr|oblig|explot|vend(?:e|io)\b|prostituy|amenaz|quit(?:a|o)\b|"
    r"retien|retuvo|cobra|"
    r"viol(?:a|o)\b|guarda\b|regente|renta|controla|manda\b)"
)
"""What is done to a victim by whoever does it."""


_DONE_TO = frozenset(["la", "lo", "le", "las", "los", "les", "me", "nos"])
_HOLDS = re.compile(r"(?:encerrad|trabajand|escondid|amarrad|vigilad|amenazad)")


def harmed(words: Sequence[Word]) -> bool:
    """Whether these words tell of harm, to whomever."""
    return any(_DOES.match(word.text) or _HOLDS.match(word.text) for word in words)


def _behind_age(terms: Sequence[Word], place: int) -> int:
    """The word behind an age that stands beside a person: `la abuela, 66 años, los manda`."""
    at = place + (place < len(terms) and terms[place].text == "de")
    at += at < len(terms) and terms[at].text in ("unos", "como")
    if at >= len(terms) or not terms[at].text.isdecimal():
        return place
    return at + 1 + (at + 1 < len(terms) and terms[at + 1].text in ("anos", "a"))


def does_harm(terms: Sequence[Word], person: Person) -> bool:
    """Whether harm is done by a person of whom nothing is known: `una cuidadora la tiene encerrada`."""
    place = _behind_age(terms, person.after)
    place += 2 * ([term.text for term in terms[place : place + 2]] == ["es", "quien"])
    place += place + 2 < len(terms) and terms[place].text == "que"
    if place + 1 >= len(terms) or terms[place].text not in _DONE_TO or fronted(terms, person):
        return False
    verb, behind = terms[place + 1].text, terms[place + 2].text if place + 2 < len(terms) else ""
    if verb.endswith("n") and not (
        person.plural or "y" in (term.text for term in terms[max(0, person.first - 2) : place])
    ):
        return False  # «una amiga de 16, la golpean»: others do
    holds = verb in ("tiene", "tienen") and (terms[person.after - 1].text == "que" or _HOLDS.match(behind))
    keeps = verb in ("cuida", "vigila") and terms[place].text in ("los", "las", "nos")
    return bool(_DOES.match(verb) or holds or keeps)


_DOES_BEFORE = re.compile(
    r"(?:golpea|pego|pega|encierra|encerro|obliga|obligo|explota|vende|vendio|prostituye|amenaza|amenazo|"
    r"quita|quito|"
    r"retiene|controla|vigila|regentea|reparte|manda|renta|pone|recluto|engancho|secuestro|levanto|baja|"
    r"recoge|"
    r"trae|trajo|lleva|llevo|mueve)$"
)
"""What somebody does who stands behind the verb: `las baja un muchacho de gorra`."""


def _done_by(terms: Sequence[Word], person: Person) -> bool:
    """Whether a person is who does it, behind the verb: `la trae una señora`, `se la llevó un joven`."""
    begin = person.first - (terms[person.first].text not in ("un", "una"))
    if (
        begin < 2
        or terms[begin].text not in ("un", "una")
        or terms[begin - 2].text not in ("la", "lo", "las", "los")
    ):
        return False
    return _DOES_BEFORE.match(terms[begin - 1].text) is not None


def fronted(terms: Sequence[Word], person: Person) -> bool:
    """Whether it is done to whom the sentence begins with: `a mi tía la golpeaba su esposo`."""
    before = [term.text for term in terms[max(0, person.first - 2) : person.first]]
    return before[-1:] in (["a"], ["al"]) or (
        before[:1] == ["a"] and before[-1] in ("la", "el", "una", "un", *OWNED)
    )


_ACCUSED = ("report", "denunc", "acus", "demand", "identific")


def on_one_side(terms: Sequence[Word], persons: Iterator[Person]) -> Iterator[Person]:
    """`un hombre de 45 y una mujer`: both of one side; `la tratante es una mujer`: one person."""
    before: Person | None = None
    for person in persons:
        if before is not None and person.vague:
            article = terms[person.first].text in ("un", "una")
            link = terms[person.first - 1 if article else max(0, person.first - 2)].text
            if before.plural and person.plural and terms[person.first - 1].text == "son":
                person = person._replace(owner=before.owner)  # «los clientes son hombres de»
            near = before.vague and person.first - before.after <= 4
            if link == "es" or (link == "y" and near and before.owner == TRAFFICKER):
                person = person._replace(owner=before.owner)
        before = person
        yield person


def with_harm(terms: Sequence[Word], persons: Iterator[Person]) -> Iterator[Person]:
    """`ponen a un señor a pedir`: to whom something is done is no trafficker."""
    for person in persons:
        behind = terms[person.first - 1].text if person.first else ""
        if behind in ("una", "un") and person.first > 1:
            behind = terms[person.first - 2].text
        begins = max(0, person.first - 4)
        if any(term.text.startswith(_ACCUSED) for term in terms[begins : person.first]):
            accused = person.owner == CALLER and behind in ("a", "al", "su", "un")
            yield person._replace(owner=TRAFFICKER) if accused else person
        elif _object(terms, person, begins, behind):
            yield person._replace(owner=TRAFFICKER if _given_to(terms, person) else VICTIM)
        elif (person.owner in (OTHER, CALLER) and not person.plural and does_harm(terms, person)) or (
            (person.generic or person.owner == OTHER) and not person.plural and _done_by(terms, person)
        ):
            yield person._replace(owner=TRAFFICKER, stranger=False)
        elif person.owner == TRAFFICKER and _harmed_partner(terms, person):
            yield person._replace(owner=VICTIM)
        else:
            yield person


def _object(terms: Sequence[Word], person: Person, begins: int, behind: str) -> bool:
    """Whether something is done to `un señor`, who is neither seen nor nursed."""
    if not person.vague or person.owner not in (TRAFFICKER, OTHER) or behind != "a" or person.first < 2:
        return False
    return not any(term.text in _SAW or term.text.startswith("cuid") for term in terms[begins : person.first])


_SAW = frozenset(("vio", "vi", "observo", "encontro", "noto", "reconocio", "conocio"))


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


_AWAY = frozenset(("el", "rumbo", "pal", "para", "del", "hace", "en", "a"))
"""What follows in `su marido Abundio, 40, salió el 2 de abril`."""
_CALLS_FOR = frozenset(("llama", "marca", "llamo", "habla", "pregunta", "pide", "reporta", "preocupada"))


def _harmed_partner(terms: Sequence[Word], person: Person) -> bool:
    """Whether something is done to a partner: `se llevaron a su esposo`, `a mi novio le quitaron`."""
    begin = person.first - (terms[person.first].text not in OWNED)
    if begin < 0 or terms[begin].text not in OWNED:
        return False
    behind = [term.text for term in terms[person.after : person.after + 7]]
    asked_for = begin > 1 and terms[begin - 1].text == "por" and terms[begin - 2].text in _CALLS_FOR
    if asked_for and not does_harm(terms, person) and "que la" not in " ".join(behind[:3]):
        return True  # «llama por su esposo»
    left = any(behind[at : at + 3] == ["se", "fue", "a"] for at in range(4)) or suffers(terms, person)
    left = left or any(word == "salio" and following in _AWAY for word, following in pairwise(behind))
    if left or begin < 1 or terms[begin - 1].text != "a":
        return left
    around = [*terms[max(0, begin - 3) : begin - 1], *terms[person.after : person.after + 6]]
    return any(term.text.startswith(_HARM_TO) for term in around)
