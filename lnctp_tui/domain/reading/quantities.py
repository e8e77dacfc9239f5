"""Amounts of money, ages and numbers of people in running text: whether a number is one is told by its company."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lnctp_tui.domain.reading.spelling import Number, Word, number_at
from lnctp_tui.domain.values import ages as age_values

Span = tuple[int, int]

_CURRENCY = {
    "pesos": "MXN", "peso": "MXN", "mxn": "MXN", "varos": "MXN", "mn": "MXN", "baros": "MXN",
    "dolares": "USD", "dolar": "USD", "dlls": "USD", "dls": "USD", "usd": "USD", "euros": "EUR", "euro": "EUR",
    "quetzales": "GTQ", "lempiras": "HNL", "cad": "CAD", "bolivares": "VES",
}  # fmt: skip
_MONEY_BEFORE = frozenset(
    [
        "deuda",
        "debe",
        "debia",
        "deben",
        "debo",
        "cobra",
        "cobran",
        "cobro",
        "cobraron",
        "cobraba",
        "paga",
        "pagan",
        "pago",
        "pagaron",
        "pagaban",
        "pagar",
        "gana",
        "ganan",
        "ganaria",
        "ganar",
        "ofrecieron",
        "ofrecio",
        "ofrecia",
        "ofrecen",
        "pidio",
        "piden",
        "pidieron",
        "prometio",
        "prometieron",
        "prometian",
        "deposito",
        "depositaron",
        "depositar",
        "deposita",
        "vendio",
        "vendieron",
        "venden",
        "entregar",
        "cuota",
        "diario",
        "diarios",
        "semana",
        "exigen",
        "exige",
        "multa",
        "rescate",
        "prestaron",
        "presto",
        "quita",
        "quitan",
    ]
)
_LINKS = frozenset(
    [
        "de",
        "a",
        "le",
        "les",
        "la",
        "lo",
        "los",
        "me",
        "por",
        "en",
        "con",
        "unos",
        "unas",
        "como",
        "casi",
        "hasta",
        "mas",
        "que",
        "son",
        "un",
        "y",
        "se",
        "al",
        "otros",
    ]
)
_MONEY_AFTER = frozenset(
    [
        "diarios",
        "diario",
        "semanales",
        "semanal",
        "mensuales",
        "mensual",
        "quincenales",
        "libres",
        "al",
        "a",
        "por",
        "la",
        "el",
        "cada",
    ]
)
_NO_MONEY = frozenset(
    [
        "anos",
        "ano",
        "anitos",
        "dias",
        "dia",
        "horas",
        "hora",
        "hrs",
        "meses",
        "mes",
        "semanas",
        "semana",
        "minutos",
        "km",
        "kilometros",
        "kilos",
        "personas",
        "mujeres",
        "hombres",
        "ninas",
        "ninos",
        "muchachas",
        "muchachos",
        "chicas",
        "chicos",
        "veces",
        "clientes",
        "cuartos",
        "calles",
        "gramos",
        "grados",
        "piezas",
        "cajas",
        "trabajadores",
        "jornaleros",
        "migrantes",
        "menores",
        "jovenes",
        "cuadras",
        "pisos",
        "familias",
        "hijos",
        "hijas",
    ]
)
_PEOPLE = frozenset(
    [
        "mujeres",
        "hombres",
        "ninas",
        "ninos",
        "muchachas",
        "muchachos",
        "chicas",
        "chicos",
        "personas",
        "trabajadores",
        "trabajadoras",
        "jornaleros",
        "jornaleras",
        "migrantes",
        "menores",
        "jovenes",
        "familias",
        "companeras",
        "companeros",
        "victimas",
        "empleadas",
        "empleados",
        "senoritas",
        "extranjeras",
        "extranjeros",
        "adolescentes",
        "paisanos",
        "paisanas",
        "bebes",
        "chamacos",
        "chamacas",
        "morras",
        "morros",
        "albaniles",
    ]
)
_OTHERS = frozenset(("otras", "otros", "otra", "otro"))
_YEARS = frozenset(["anos", "anitos", "ano", "a"])
_NO_AGE_AFTER = re.compile(
    r"\s*(?:trabajando|de (?:carcel|prision|condena|casad[oa]s?|novios|relacion|"
    r"experiencia|conocer\w*|vivir|edad mental"
    r"|antiguedad|matrimonio|servicio|noviazgo)|despues|atras|antes|juntos|ahi|aqui|alla|"
    r"encerrad|sin |con (?:el|ella|ese)\b"
    r"|siendo|viviendo|explotad|en (?:eso|esto|la casa|el negocio)|que (?:no|vive|trabaja|esta))"
)
_NO_AGE_BEFORE = re.compile(
    r"\b(?:hace|hacia|lleva|llevan|llevaba|durante|desde hace|por|dentro de|en|cada|"
    r"ultimos|primeros|despues de|tras"
    r"|estuvo|trabajo|vivio|duro|pasaron|condena de|mas de)"
    r" (?:como |ya |casi |mas de |unos |los |otros )?$"
)
_PAST_AGE = re.compile(
    r"\b(?:(?:cuando|desde que|porque) (?:\w+ ){0,3}(?:tenia|tenias|cumplio|andaba en)|"
    r"a los|desde los|tenia(?: como)?"
    r"|entonces(?: de)?|a la edad de)(?: apenas| solo)? $"
)
_TURNING = re.compile(r"\b(?:va a cumplir|por cumplir|cumple|cumplira|casi|apenas va a cumplir) (?:los )?$")
_ABOUT = re.compile(
    r"\b(?:como|unos|unas|aprox\w*|alrededor de|parece(?: de)?|quiza|tal vez|ha de tener)(?: de)?\.? $"
)
_UNDER = re.compile(r"\b(?:menor(?:es)? de|menos de) $")
_OVER = re.compile(r"\b(?:mayor(?:es)? de|mas de) $")
_AGED = re.compile(
    r"\b(?:edad(?: de| es)?:?|tiene(?:n)?(?: como| unos| apenas| solo| ya)?|"
    r"cumplio(?: los)?|tengo(?: ya| solo)?|dice tener"
    r"|(?:nin[oa]s?|hij[oa]s?|herman[oa]s?|prim[oa]s?|sobrin[oa]s?|niet[oa]s?|hijastr[oa]|"
    r"menor|fem|femenin[oa]|masc"
    r"|masculino|mujer|hombre|chic[oa]s?|muchach[oa]s?|joven|adolescente|morr[oa]|chav[oa]|"
    r"chamac[oa]|novia|victima"
    r"|vic|cunad[oa]|amig[oa]|vecin[oa]|alumn[oa]|bebe|senora?|otr[oa]|una|"
    r"uno)\.?,?(?: \w+,?)?(?: como)? de"
    r"|(?:fem|masc|fem\.|masc\.|femenin[oa]|masculino)\.?) $"
)
_NOT_YEARS_AFTER = re.compile(
    r"\s*(?:%|pesos|mil\b|dlls|dolares|usd|horas|hrs|h\b|km|kilo|mes|dias?\b|semana|veces|"
    r"personas|mujeres|hombres|ninas"
    r"|ninos|muchach|chicas|hijos|hijas|cuartos|hermanos|hermanas|clientes|:|/|de (?:enero|"
    r"febrero|marzo|abril|mayo|junio"
    r"|julio|agosto|septiembre|octubre|noviembre|diciembre)|cuadras|calles|companer|"
    r"jornaler|meses|grado|am\b|pm\b)"
)


def amounts(text: str, terms: Sequence[Word]) -> Iterator[tuple[str, str, Span]]:
    """Amounts of a folded sentence: value, currency, place."""
    at = 0
    while at < len(terms):
        number = number_at(text, terms, at)
        if number is None:
            at += 1
            continue
        found = _amount(text, terms, number)
        if found:
            yield found
        at = max(number.after, at + 1)


def _amount(text: str, terms: Sequence[Word], number: Number) -> tuple[str, str, Span] | None:
    start, end = terms[number.first].start, terms[number.after - 1].end
    following = [term.text for term in terms[number.after : number.after + 2]]
    signed = text[max(0, start - 2) : start].rstrip().endswith("$")
    if following[:1] == ["de"]:
        following = following[1:]
    currency = _CURRENCY.get(following[0], "") if following else ""
    if signed or currency:
        begin = text.rfind("$", 0, start) if signed else start
        named = next(
            (term for term in terms[number.after : number.after + 2] if term.text in _CURRENCY), None
        )
        return str(number.value), currency or "MXN", (begin, named.end if named else end)
    if number.value < 100 or (following and following[0] in _NO_MONEY) or 1900 <= number.value <= 2100:
        return None
    if re.match(r"[-/:]\d", text[end : end + 2]) or re.search(r"\d[-/:]$", text[max(0, start - 2) : start]):
        return None
    company = _before(terms, number.first) in _MONEY_BEFORE
    scaled = number.value >= 1000 and number.value % 500 == 0
    paid = (
        bool(following)
        and following[0] in _MONEY_AFTER
        and following[0] not in ("al", "a", "por", "la", "el")
    )
    return (str(number.value), "MXN", (start, end)) if company or (scaled and paid) else None


def _before(terms: Sequence[Word], place: int) -> str:
    """The last word before a number that is more than a link."""
    for term in reversed(terms[max(0, place - 4) : place]):
        if term.text not in _LINKS:
            return term.text
    return ""


def ages(text: str, terms: Sequence[Word]) -> Iterator[tuple[str, Span]]:
    """Ages of a folded sentence as they are stored: `17`, `~17`, `15-17`; those of earlier days are left out."""
    at = 0
    while at < len(terms):
        number = number_at(text, terms, at)
        if number is None:
            at += 1
            continue
        yield from _age(text, terms, number)
        at = max(number.after, at + 1)


def _age(text: str, terms: Sequence[Word], number: Number) -> Iterator[tuple[str, Span]]:
    start, end = terms[number.first].start, terms[number.after - 1].end
    before = text[max(0, start - 48) : start]
    glued = text[start:end].endswith(("a", "anos")) and text[start].isdecimal()
    second = _second(text, terms, number)
    last = second or number
    unit = terms[last.after] if last.after < len(terms) else None
    unit_word = (
        unit is not None and unit.text in _YEARS and text[terms[last.after - 1].end : unit.start] == " "
    )
    if (
        unit_word
        and unit is not None
        and unit.text == "a"
        and not re.search(r"\b(?:fem|masc|edad)\b", before)
    ):
        unit_word = False
    months = (
        unit is not None
        and unit.text in ("meses", "mes")
        and bool(re.search(r"\b(?:bebe|nin[oa])\b", before))
    )
    if not 0 < number.value <= age_values.OLDEST or _PAST_AGE.search(before) or _NO_AGE_BEFORE.search(before):
        return
    aged = bool(_AGED.search(before))
    span = (start, unit.end if (unit_word or months) and unit else terms[last.after - 1].end)
    if months and not second:
        yield str(number.value // 12), span
        return
    if not (unit_word or glued or aged) or _NO_AGE_AFTER.match(text, span[1]):
        return
    if not (unit_word or glued) and _NOT_YEARS_AFTER.match(text, span[1]):
        return
    if number.spelled and number.value == 1 and not unit_word:
        return
    yield _said(before, number, second), span


def _second(text: str, terms: Sequence[Word], number: Number) -> Number | None:
    """The upper end of `15 o 16`, `entre 15 y 17`, `15-17`."""
    at = number.after
    if at >= len(terms):
        return None
    joint = text[terms[at - 1].end : terms[at].start]
    if joint.strip() == "-" and terms[at].text[0].isdecimal():
        following = number_at(text, terms, at)
    elif terms[at].text in ("o", "a", "y", "u") and joint == " " and at + 1 < len(terms):
        following = number_at(text, terms, at + 1)
    else:
        return None
    if following is None or not number.value < following.value <= min(number.value + 10, 120):
        return None
    return (
        following
        if text[terms[at - 1].end :][:3].strip() != "y" or "entre" in text[: terms[number.first].start][-8:]
        else None
    )


def _said(before: str, number: Number, second: Number | None) -> str:
    if second:
        return f"{number.value}-{second.value}"
    if _UNDER.search(before):
        return f"0-{number.value - 1}"
    if _TURNING.search(before):
        return f"~{number.value - 1}"
    if _OVER.search(before):
        return f"{number.value}+"
    return f"~{number.value}" if _ABOUT.search(before) else str(number.value)


def headcounts(text: str, terms: Sequence[Word]) -> Iterator[tuple[str, Span]]:
    """How many people: `con otras once`, `unas 12 muchachas`, `son ocho`."""
    at = 0
    while at < len(terms):
        number = number_at(text, terms, at)
        if number is None:
            at += 1
            continue
        previous = terms[at - 1].text if at else ""
        following = terms[number.after].text if number.after < len(terms) else ""
        more = following == "mas" and previous in ("y", "con", "hay", "son", "ella", "otras", "otros")
        counted = following in _PEOPLE or (previous in _OTHERS and following not in _NO_MONEY) or more
        spoken_one = number.spelled and number.value < 2
        if counted and not spoken_one and 2 <= number.value < 2000:
            ended = number.after + (following in _PEOPLE or more)
            yield str(number.value), (terms[number.first].start, terms[ended - 1].end)
        at = max(number.after, at + 1)
