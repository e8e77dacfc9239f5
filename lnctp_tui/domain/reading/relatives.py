"""Relatives: who is known by a noun already, whose child somebody is, and `nieto de …` who calls."""

from __future__ import annotations

from collections.abc import Sequence

from lnctp_tui.domain.reading.harm import harmed, suffers
from lnctp_tui.domain.reading.offers import CALLER, GROUP, OTHER, SOMEONE, TRAFFICKER, VICTIM
from lnctp_tui.domain.reading.persons import GENERIC, OWNED, Cast, Person
from lnctp_tui.domain.reading.spelling import Word

_OF_WHOM = frozenset(("un", "una", "la", "el", "victima", "mujer", "persona", "joven", "menor"))
"""What follows in `nieto de una señora`, and not in `hija de 16`."""


def remembered(terms: Sequence[Word], persons: Sequence[Person], cast: Cast) -> list[Person]:
    """With who is known by a noun already, whose child the caller's or a nursed one is, and `nieto de …` who calls."""
    known = {person.word: person.owner for person in cast.single if person.word}
    made: list[Person] = []
    for person in persons:
        before = terms[person.first - 1].text if person.first else ""
        owned = before in OWNED or terms[person.first].text in OWNED
        behind = terms[person.after].text if person.after < len(terms) else ""
        owner = person.owner
        aged = terms[person.after + 1].text if person.after + 1 < len(terms) else "0"
        if before in ("es", "era", "fue") and owner in (CALLER, SOMEONE):
            continue  # «la pasajera es enfermera»
        if made and owned and person.kin and terms[max(0, person.first - 2)].text == "es":
            continue  # «mi esposa, que es su hermana»
        if _not_the_one(terms, person, before):
            owner = OTHER
        child = person.word in _OFFSPRING or (made and made[0].owner == CALLER and person.word in _CHILDREN)
        if child and not owned and _own_children(terms, person):
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
        elif _beside_victim(terms, person, cast, owned=owned) or _second_kin(terms, person, cast):
            owner = OTHER
        made.append(person._replace(owner=owner))
    return made


def _not_the_one(terms: Sequence[Word], person: Person, before: str) -> bool:
    """Whether a relative is one of several children that somebody has, or another than the one: `mi otra hija`."""
    near = {term.text for term in terms[max(0, person.first - 2) : person.first]}
    offspring = person.word in _OFFSPRING and bool(near & {"sus", "mis"})
    return offspring or (person.kin and bool(near & OWNED) and before in ("otra", "otro"))


def _second_kin(terms: Sequence[Word], person: Person, cast: Cast) -> bool:
    """Whether another relative is named than the one who was told of before: `mi nieta …. A mi hija le`, or `su hija …
    La hermana anda bien`, to whom nothing is done."""
    before = terms[person.first - 1].text if person.first else ""
    mine = "mi" in (before, terms[person.first].text)
    well = before in ("la", "el") and not (suffers(terms, person) or harmed(terms[person.after :]))
    told = cast.victims
    kin = any(Person(0, 0, VICTIM, "", False, word).kin for word in told)
    alike = any(word[:_STEM] == person.word[:_STEM] for word in told)
    return (mine or well) and person.kin and person.owner == VICTIM and kin and not alike


_STEM = 4
"""Letters by which `hija` and `hijita` are one."""


def _own_children(terms: Sequence[Word], person: Person) -> bool:
    """Whether children are those that somebody has: `tiene 26 años y dos hijas de 4 y 6`."""
    before = [term.text for term in terms[max(0, person.first - 8) : person.first]]
    if "a" in before:  # «tiene en su patio a doce niñas»
        return False
    return any(word in ("tiene", "tengo", "tenia", "mantiene", "cria") for word in before)


_OFFSPRING = frozenset(("hijos", "hijas", "ninos", "ninas", "chamos", "nietos", "chamacos", "chiquillos"))


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
        bool(victims & GENERIC)
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
