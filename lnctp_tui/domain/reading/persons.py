"""Somebody in a sentence, whom earlier sentences named, and the verbs of who calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lnctp_tui.domain.reading.offers import VICTIM
from lnctp_tui.domain.reading.spelling import Word

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
        "llamada",
        "voz",
        "rep",
    ]
)


SAYS = frozenset(("llama", "marca", "reporta", "denuncia", "escribe", "rep", "pregunta", "consulta"))
"""Those that stand behind who calls too: `habla náhuatl` is no call."""


TELLS = frozenset(
    [
        "platica",
        "narra",
        "avisa",
        "dice",
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


NO_SUBJECT = frozenset(
    ("que", "se", "me", "no", "y", "ella", "el", "la", "le", "lo", "si", "ya", "solo", "ahora")
)


_NOT_A_CALL = frozenset(("se", "me", "la", "lo", "le", "les", "los", "las", "te", "no", "que", "ya"))


GENERIC = frozenset(
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
        "varon",
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


OWNED = frozenset(("su", "sus", "mi", "mis", "tu"))


_VAGUE = frozenset(("senor", "senora", "hombre", "sujeto", "tipo", "mujer", "hombres", "senores"))


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
        "carnal",
        "carnala",
        "hno",
        "hna",
    ]
)


ELDERS = frozenset(
    ("mama", "madre", "papa", "padre", "papas", "padres", "abuela", "abuelo", "abuelos", "tia", "tio", "tios")
)
"""Relatives of who speaks that are seldom the one to whom it happens."""


PARTNERS = frozenset(
    ("novio", "novia", "pareja", "esposo", "marido", "suegra", "suegro", "madrastra", "padrastro")
)
"""Who does harm only when it is told."""


TELLING = SAYS | TELLS | frozenset(("vio", "observo", "noto", "encontro", "escucho", "detecto", "atendio"))
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

    @property
    def victims(self) -> list[str]:
        """By which words those to whom it happens were named, one by one; nothing for a name alone."""
        return [somebody.word for somebody in self.single if somebody.owner == VICTIM]

    @property
    def couple(self) -> bool:
        """Whether somebody's partner was named."""
        return any(somebody.word in PARTNERS for somebody in self.single)


def calls(terms: Sequence[Word], place: int) -> bool:
    """Whether the word at a place says that somebody calls: no `se llama`, no `habla náhuatl`."""
    if not 0 <= place < len(terms) or terms[place].text not in _CALLS:
        return False
    before = terms[place - 1].text if place else ""
    behind = [term.text for term in terms[place + 1 :]]
    if before == "me" and place == 1 and behind[:1] in (["un"], ["una"]) and "me" not in behind:
        return True  # «Me llama un señor de 58 años»
    return before not in _NOT_A_CALL or (before == "se" and terms[place].text.startswith("comunic"))
