"""What a sentence shows of who calls. Over the whole narrative it tells whether they are the one to whom it happens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lnctp_tui.domain.reading.harm import fronted
from lnctp_tui.domain.reading.offers import CALLER, GROUP, OTHER, VICTIM
from lnctp_tui.domain.reading.persons import ELDERS, TELLING, Person, calls
from lnctp_tui.domain.reading.spelling import Word


def _beside_others(terms: Sequence[Word], person: Person) -> bool:
    """Whether a group is there besides who speaks: `con otras seis chicas`."""
    around = (term.text for term in terms[max(0, person.first - 3) : person.after])
    return any(word in ("otras", "otros", "con", "somos", "companeras", "companeros") for word in around)


_OF_OFFICES = frozenset(
    ["albergue", "hospital", "clinica", "escuela", "refugio", "consulado", "fiscalia", "dif", "ong", "asociacion",
     "organizacion", "parroquia", "secundaria", "primaria", "preparatoria", "urgencias", "ayuntamiento", "ministerio",
     "casa hogar", "comedor", "colegio", "universidad", "instituto", "secretaria", "cooperativas", "cooperativa"]
)  # fmt: skip


def _of_an_office(terms: Sequence[Word], person: Person) -> bool:
    """Whether who calls works where people are helped: `Trabajador social de un albergue`."""
    behind = [term.text for term in terms[person.after : person.after + 6]]
    return any(word in ("de", "del", "en") for word in behind[:4]) and not _OF_OFFICES.isdisjoint(behind)


def does_it(terms: Sequence[Word], person: Person) -> bool:
    """Whether a relative is who does it: `su hijo y su nuera la tienen cuidando`."""
    behind = " ".join(term.text for term in terms[person.after : person.after + 6])
    return person.kin and not fronted(terms, person) and _BY_THEM.match(behind) is not None


_BY_THEM = re.compile(
    r"(?:y (?:su|mi|el|la) \w+ )?(?:la|lo|le|me) (?:tienen?|golpea|pega|obliga|quita|vend|explot|encierr|"
    r"amenaza)"
)


_PRANK_WORDS = 6


_PRANK = re.compile(
    r"(?:(?:se oye|se escucha|parece|resulta) )?"
    r"(?:que )?(?:(?:se trata de|es|fue|era|parece|resulta ser) )?(?:una )?(?:llamada de )?(?:broma|"
    r"bromistas)\b"
)


_NO_WITNESS = frozenset(("mama", "madre", "papa", "padre", "llama", "llamante", "caller"))


_WITNESSES = (
    "vecin",
    "maestr",
    "taxist",
    "testigo",
    "doctor",
    "enfermer",
    "chofer",
    "trailer",
    "director",
    "profesor",
)
"""Whoever says to be one of them tells of another."""


_ME = re.compile(
    r"\bme (?:van a|va a) (?:mover|llevar|vender|mandar)|"
    r"\b(?:me|nos) hac(?:e|en) \w+[aei]r\b|\bm (?:contact|han|hac|peg|oblig|tien|quit)\w+|"
    r"(?<!no )\b(?:me|nos) (?:obligan?|obligaron|peg(?:a|an|o|aron)|golpe\w+|encierr\w+|encerr\w+|"
    r"vend(?:en?|io|ieron)|"
    r"quit(?:a|an|o|aron)|viol\w+|amenaz\w+|tienen? (?:encerrad|amenazad|trabajand|vigilad)\w+|traj(?:o|"
    r"eron)|"
    r"prostituy\w+|explot\w+|retien\w+)\b|"
    r"\b(?:me|nos) (?:deben?|cobran?|descuentan?|gritan?|tocan?|toco|jalan?) (?!que\b)|"
    r"\bno (?:me|nos) (?:dejan?|dejo|dejaron|pagan?|pagaron|ha pagado|han pagado)\b|"
    r"\ble deb(?:o|emos)\b|\bdeb(?:o|emos) \d|"
    r"(?<!no )\b(?:me|nos) (?:(?:colg|amarr|patea|aventa|escond|descont|multa|engana|reclut|encaden|"
    r"castig|dej|meti|"
    r"pus|obliga|vigila|cuida)\w*(?:ron|ban|ian|an|en)|tienen? (?:mi|mis|nuestr)\w*|"
    r"retuv\w+|descuent\w+|mult(?:a|an))\b|"
    r"\btiene(?:n)? mis? (?:pasaporte|papeles|documentos|ine|acta|credencial)|"
    r"\bestuve \w+ meses en un (?:anexo|rancho)|"
    r"\bme (?:quiero ir|escape|sali de ahi|fugue)\b|"
    r"(?<!no )\b(?:me|nos) (?:exigen?|exigi\w+|alquilan?|rentan?|anuncian?|publican?|esconden?|graban?|"
    r"manosea\w*|corren?|"
    r"met(?:io|ieron) en|enga(?:n|ñ)\w+|persiguen?|controlan?|hac(?:e|en|ia|ian) (?:acostar|trabajar|"
    r"tomar|bailar|ir)\w*)\b|"
    r"\b(?:estoy|estamos|sigo|seguimos|quede) (?:aqui )?(?:atrapad|encerrad|secuestrad|retenid|amenazad|"
    r"atorad)[ao]s?\b|"
    r"\bno (?:me|nos) (?:suelta|sueltan|quieren? soltar)\b|\bno pued(?:o|emos) (?:salir|irme|irnos|"
    r"salirme|escapar\w*)\b|"
    r"\b(?:guarda|guardan|escondio|quito|quitaron|tiene|tienen) (?:mis|nuestros) (?:papeles|documentos|"
    r"pasaporte)|"
    r"\bquiere que (?:yo |le |les )?(?:mande|vaya|haga|trabaje|grabe|venda|salga)\b.{0,30}\b(?:me|o|si no)\b"
)
"""What is done to who speaks."""


_YOUNG = re.compile(r"\b(?:tengo|tngo) (?:1\d|2[0-5])\b")
"""An age at which who writes of themself is seldom only a witness."""


_QUOTED = re.compile(r"[\"“«][^\"”»]*[\"”»]?")


_HARMED = re.compile(
    r"(?<!no )\b(?:le|la|lo) (?:romp|peg(?:a|o|an|aron)\b|golpe|quit(?:a|o|an|aron)\b|oblig|amenaz|encerr|"
    r"encierr|"
    r"viol(?:a|o|aron)\b|patea|quem|cort(?:o|aron)\b|drog|explot|vend(?:e|en|io|ieron)\b|descuent|retuv|"
    r"retien|"
    r"deben? (?:tres|dos|\d)|persig|tien(?:e|en) (?:\w+ando|\w+iendo|amarr)|hac(?:e|en) (?:trabajar|acostar)|"
    r"exig(?:e|en|io)\b|escond|nieg(?:a|an) (?:la )?(?:comida|salida|pago)|entreg(?:o|aron)\b|alquil|"
    r"obligan|revis(?:a|an) el|"
    r"pid(?:e|en|io|ieron) (?:fotos|videos|cuota|dinero|que se (?:vea|acueste|meta))|van? a (?:mover|"
    r"vender|matar|pegar))"
)
"""What is done to one of whom the sentence tells."""


_ARTICLES = frozenset(("la", "una", "de", "a", "el", "su", "posible", "presunta", "como", "otra"))


def _fragment(terms: Sequence[Word], persons: Sequence[Person]) -> bool:
    """Whether a narrative opens with a person of whom no verb says that they call: `Cocinero, 19 años, Celaya.`"""
    if not persons or persons[0].first or persons[0].owner != CALLER or not persons[0].generic:
        return False
    return not any(calls(terms, at) or term.text in TELLING for at, term in enumerate(terms))


def _prank(terms: Sequence[Word]) -> bool:
    """Whether a sentence says that the call was a joke, and nobody in it says so."""
    spoken = [term.text for term in terms]
    if ("improcedente" in spoken and "no" not in spoken) or spoken == ["no", "procede"]:
        return True
    if _WRONG_NUMBER.search(" ".join(spoken)):
        return True
    longest = _PRANK_WORDS if _SAID_BY & set(spoken) or spoken[0] != "que" else 2 * _PRANK_WORDS
    return len(spoken) <= longest and _PRANK.match(" ".join(spoken)) is not None


_ENDED_AS = re.compile(
    r"(?<!no )(?<!no la )(?<!no lo )\b(?:se (?:cierra|cerro|registra|registro|clasifica|tipifica)|"
    r"registro|cierro|clasifico|(?:clasificada|registrada|tipificada)) (?:la llamada )?como (?:una )?broma\b|"
    r"\ben apariencia(?: una)? broma\b|\bdizque (?:es )?(?:una )?broma\b|\bllamada (?:de|en) broma\b|"
    r"\bse concluye:? (?:que )?(?:es |fue |se trata de )?(?:una )?broma\b"
)
"""How a counselor says what the call was: only what may be a danger is asked then."""
_WRONG_NUMBER = re.compile(
    r"\b(?:cree|creia|penso|pensaba) que (?:habla|hablaba|llama|llamaba|marco|marcaba) (?:a|"
    r"al)(?: la)? (?:organismo|"
    r"banco|servicio|oficina|tienda|restaurante|compania|cfe|telmex|recaudadora|tesoreria)\b"
)
"""Who wanted another line tells nothing of a case."""


_NO_CASE = re.compile(
    r"\bnumero equivocado\b|\bse equivoco de (?:numero|linea)\b|\bse (?:le )?aclara que (?:esta|la linea|"
    r"no es)\b|"
    r"\bno (?:reporta|tiene|conoce) ningun caso\b|\bno conoce a nadie a quien\b|\bfalsa alarma\b|"
    r"\bservicio social en la linea\b|\b(?:donar|donativo)\b|\bconfund\w+ la linea\b|\bcaso de practica\b|"
    r"\bllamada de prueba\b|\bsimulacro\b|"
    r"\bpara (?:su|sus|una|la|mi|un) (?:tesis|tarea|exposicion|trabajo (?:escolar|de la (?:escuela|"
    r"universidad|prepa)))\b|"
    r"\bqueria (?:hablar|llamar|marcar) (?:al?|a la) (?:locatel|banco|cfe|ayuntamiento|compania|organismo)\b"
)
"""Whoever asks, teaches or wanted another line tells of nobody; what befalls somebody is asked all the same."""


_SAID_BY = frozenset(("dice", "dijo", "le", "te", "el", "ella"))


_SAID_PLAINLY = (("no_case", _NO_CASE), ("joke", _ENDED_AS), ("young", _YOUNG))


def signs_of(low: str, terms: Sequence[Word], persons: Sequence[Person], *, opening: bool) -> Iterator[str]:
    """`introduced`: a woman, a young man calls; `another`: somebody else is named to whom it may happen;
    `mine`: a relative of who speaks. The reading adds `harmed`, and `me` for what is done to who speaks."""
    if _prank(terms):
        yield "prank"
    yield from (sign for sign, told in _SAID_PLAINLY if told.search(low))
    if _ME.search(_QUOTED.sub("", low)):
        yield "me"
    quoted = opening and _ME.search(low) and not _ME.search(_QUOTED.sub("", low))
    if quoted or _HARMED.search(_QUOTED.sub("", low)):
        yield "harmed"
    if opening and _fragment(terms, persons):
        yield "fragment"
    for person in persons:
        before = terms[person.first - 1].text if person.first else ""
        if (
            person.word in ("victima", "sobreviviente")
            and before not in _ARTICLES
            and persons[0].owner == CALLER
        ):
            yield "me"
            continue
        if person.owner == CALLER and person.generic:
            yield "introduced"
        elif person.owner == CALLER and person.word in ("mama", "madre", "papa", "padre"):
            yield "parent"
        elif person.owner == CALLER and opening and person.word and person.word not in _NO_WITNESS:
            yield from ("witness",) if before != "soy" or person.word.startswith(_WITNESSES) else ()
        if person.owner == CALLER and opening and _of_an_office(terms, person):
            yield "witness"
        mine = person.owner == VICTIM or (person.owner == OTHER and person.word not in ELDERS)
        if does_it(terms, person):
            continue
        if mine and "mi" in (before, terms[person.first].text):
            yield "mine"
        elif before in ("otro", "otra"):
            continue
        elif person.owner == VICTIM or (person.owner == GROUP and not _beside_others(terms, person)):
            yield "another"
