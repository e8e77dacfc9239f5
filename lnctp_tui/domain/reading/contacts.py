"""Whose a number, an address or a user name is: somebody's only when the words say so, for a callback dials it."""

from __future__ import annotations

import re

from lnctp_tui.domain.reading.offers import ASK, CALLER, TRAFFICKER
from lnctp_tui.domain.reading.owners import SELF, Scene, of_attribute, of_person
from lnctp_tui.domain.reading.persons import Person

_REACH = 80
"""Characters before a number within which its mark of possession stands."""
_LABEL = (
    r"(?:cel(?:ular)?|num(?:ero)?|tel(?:efono|s)?|whats\w*|wasap|wats\w*|guats\w*|correo|e?mail|usuario|perfil|"
    r"cuenta|insta\w*|ig|face\w*|fb|feis|tik ?tok|telegram|contacto|pagina)"
)
_NOT_FROM = r"(?:(?!\b(?:desde|del|de (?:un|otro|este)|amenaz\w*|marca\w?|llama\w?|escrib\w*)\b)[^;]){0,25}$"
_FROM = re.compile(
    r"\b(?:amenaz|marca(?:n|ba)|llama(?:n|ba)|escrib|acos|cobr|extors|deposit)\w*\b[^;]*$|"
    r"\b(?:desde|del?) (?:(?:otro|otra|un|una|ese|este|el) )?" + _LABEL + r"\b(?! del?\b)[^;]{0,25}$"
)
"""What somebody is called or threatened from: never the number of whom it is done to."""
_TO = re.compile(r"\bal?\W(?:(?:su|el) )?(?:" + _LABEL + r")?\W*$")
_MINE = re.compile(
    r"\b(?:mis?|my) (?:\w+ ){0,2}?" + _LABEL + r"\b" + _NOT_FROM + r"|"
    r"\b(?:marqu|llam|contact|escrib|localic|busqu)\w{1,4}me\b[^;]{0,25}$|"
    r"\bme (?:\w+ )?(?:marcar|llamar|localizar|escribir|contactar|localizan|encuentran)\b[^;]{0,25}$"
)
_THEIRS = re.compile(
    r"\b(?:con|usa|usan|tiene) (?:(?:el|la|un|una) )?(?:usuario|perfil|cuenta|pagina|"
    + _LABEL
    + r")\b[^;]{0,25}$|"
    r"\bsus? (?:\w+ )?" + _LABEL + r"\b[^;]{0,25}$|"
    r"\b(?:marqu|llam|marcar|contact|escrib|localic|localiz)\w{0,4}l[aeo]s?\b[^;]{0,30}$"
)
_DONE_TO = re.compile(r"\b(?:le|les|la|lo|me|nos) \w+")
_LABELS = re.compile(r"\b" + _LABEL + r"\b")
_NUMBER = re.compile(r"\d(?:[ -]?\d){5,}")
"""Another number: what stands before it is said of that one."""
_OF = re.compile(r"\W*(?:(?:de|del|d|a nombre de)\b(?: (?:la|el|mi|su|una?|esa|ese)\b)?)?\W*")
_BARE = re.compile(
    r"\b" + _LABEL + r"\b(?: es)?\W*$|\b(?:llama|marca|habla|reporta) (?:del|desde el|desde)\W*$"
)
_MINE_BEHIND = re.compile(r"\W{0,3}(?:que )?es mi\b")


def of_contact(scene: Scene, low: str, span: tuple[int, int], first: int) -> str:
    """Whose the number at `span` is, which the word `first` begins; SELF for who speaks, ASK without a mark."""
    start, end = span
    begin = max((match.end() for match in _NUMBER.finditer(low, 0, start)), default=0)
    begin = max(begin, start - _REACH)
    before = low[begin:start]
    if _MINE_BEHIND.match(low, end):
        return SELF
    beside = low[end : end + 2] in ("(", " (")
    behind = [person for person in scene.persons if 0 < scene.terms[person.first].start - end <= 2]
    if beside and behind:
        return of_person(scene, behind[0], attribute=True)
    possessor = _possessor(scene, low, begin, start)
    if possessor is not None:
        return of_person(scene, possessor, attribute=True)
    owners = {of_person(scene, person) for person in scene.persons if person.after <= first}
    if _MINE.search(before):
        return SELF
    if _FROM.search(before):
        return TRAFFICKER if owners == {TRAFFICKER} and not _TO.search(before) else ASK
    if _THEIRS.search(before):
        owner = of_attribute(scene, first, of_one=False)
        if owner == TRAFFICKER and _DONE_TO.search(before):  # «el novio le quitó su cel»
            return ASK
        return owner if owners in ({owner}, set()) and (owners or owner == CALLER) else ASK
    if owners == {TRAFFICKER} and any(first - 3 <= person.after <= first for person in scene.persons):
        return TRAFFICKER
    return CALLER if owners == {CALLER} and _BARE.search(before) else ASK


def _possessor(scene: Scene, low: str, begin: int, start: int) -> Person | None:
    """Whom the word for a number names as whose it is: `cel del novio`, `tel de la vic`."""
    ends = [match.end() for match in _LABELS.finditer(low, begin, start)]
    if not ends:
        return None
    near = (person for person in scene.persons if ends[-1] < scene.terms[person.first].start < start)
    person = next(near, None)
    return person if person and _OF.fullmatch(low, ends[-1], scene.terms[person.first].start) else None
