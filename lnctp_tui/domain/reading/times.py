"""Dates in running text. What a field of a form would not read is not offered, nor the future of a plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from lnctp_tui.domain.values.dates import parse

_MONTHS = "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
_DAYS = "lunes|martes|miercoles|jueves|viernes|sabado|domingo"
_COUNT = (
    r"(?:\d{1,2}|un[ao]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|"
    r"dieciocho|veinte|medio|par de)"
)
_UNIT = r"(?:dias?|semanas?|sems?\b|mes(?:es)?|anos?)"
_SHORT = r"(?:ene|feb|mzo|abr|jun|jul|ago|sept?|oct|nov|dic)\."
_DATE = re.compile(
    r"(?<![\w/.,$-])(?:"
    r"\d{1,2}[-/]\d{1,2}[-/](?:20)?\d\d(?![\w/-])"
    r"|20\d\d-\d\d-\d\d"
    rf"|(?:(?:{_DAYS}),? )?(?:\d{{1,2}}|primero|1o) (?:de )?(?:{_MONTHS})(?: (?:de |"
    rf"del )?(?:ano )?(?:20)\d\d)?"
    rf"|(?:{_MONTHS}) (?:de |del )?(?:ano )?20\d\d"
    rf"|(?:(?<=en )|(?<=desde )|(?<=todo )|(?<=durante )|(?<=mes de )|(?<=fines de )|(?<=finales de )|"
    rf"(?<=principios de )|(?<=mediados de )"
    rf"|(?<=inicios de ))(?:{_MONTHS})"
    rf"|(?:(?<=en )|(?<=desde )){_SHORT}"
    rf"|(?:desde )?hace (?:como |ya |unos |unas |casi |mas de |mas o menos )?{_COUNT} {_UNIT}(?: y medio)?"
    rf"|(?:el |este )?(?:{_DAYS}) \d{{1,2}}(?!\d| de (?:{_MONTHS})|[:.,/]\d| (?:hrs?|horas|am|pm|veces)\b)"
    rf"|(?:el|la|este|esta) (?:{_DAYS}|semana|mes|ano)(?: pasad[oa])?"
    rf"|el (?:pasado )?(?:{_DAYS})(?: pasado)?"
    r"|anteayer|antier|ayer|anoche"
    r"|el dia \d{1,2}(?! de)|el \d{1,2}(?= (?:se|la|lo|me|nos|le|ya|mand|sali|lleg|desap|escap|"
    r"dej)\w*\b(?! de))"
    r"|(?<=en )20[012]\d|(?<=desde )20[012]\d|(?<=del )20[012]\d"
    r")(?![\w/])"
)
_VAGUE = re.compile(r"(?:el|la|este|esta) (?:semana|mes|ano)")
_HABIT = re.compile(r"(?:todos |cada |los |dia de |por |hasta |\bde \d\d?(?: anos)? )$")
_FUTURE_BEFORE = re.compile(
    r"\b(?:programada?|se programa|audiencia|cita|se la lleva|la lleva|lo llevan?|va a|van a|cumple|cumplira|"
    r"cumplio|cumpli|cumplo|cumplen|va para los|nacio|naci|presentarse|presentarme|"
    r"para el|proximo|que viene|antes del?)\b[^,]{0,40}$|\b(?:es|sera|son|queda|toca|"
    r"hasta)(?: para)?(?: el)? $"
    r"|\b(?:salen?|viajan?|vayan?|vuelan?|vuelvan?|regresen?|vengan?|cobr[ae]|citad[oa]s?|cumplid[oa]s?|"
    r"nos vamos|me voy|"
    r"se (?:van?|casan?))\b[^,.;]{0,25} $"
    r"|\b(?:le|te|les) (?:marco|llamo|marcare|llamare|marcamos|llamamos)(?: de nuevo)? $"
)
_FUTURE_AFTER = re.compile(r"(?: del?)? (?:que viene|proxim[oa]|entrante|otro ano)")
_CALL = r"(?:llam|marc|habl|se comunic|se recib|se recab|atiend|atend|(?:entr|ingres)[ao] (?:la )?llamad)"
_NO_EVENT = re.compile(
    r"\b(?:pres[oa]|carcel|detenid[oa]|murio|fallecio|muri[oe]ron|venc(?:io|e|ieron)|caduc\w+|noticia|"
    r"periodico|jubil\w+|"
    r"taller|concurso|junta|boda|juicio|curso|platica|evento)\b[^,.;]{0,40}$|"
    r"\b(?:ficha|denuncia|querella|carpeta|acta|queja|(?:tiene|hay|puso|levanto|hizo|con) (?:un |el )?"
    r"reporte)\b(?:(?! (?:porque|que|y|pues|cuando) )[^,.;]){0,60}$|"
    r"\b(?:contest|respond)i?o\b[^,.;]{0,12}$|"
    r"\b(?:llamo tambien|ya (?:llamo|marco|habia llamado)|(?:reportante|usuari[oa]|llamada|"
    r"consultante)(?: anterior)? del?)"
    r"(?: \w+)? $|"
    rf"\b(?:fecha(?: de (?:la )?(?:llamada|atencion|reporte))?:?|llamadas?:|{_CALL}\w*(?: de nuevo)?)(?: el)? $"
)
"""What happened then befalls nobody of the case: somebody died, is in prison, called before or calls."""
_OF_WHO_TELLS = re.compile(
    r",? (?:(?:me|le|nos) (?:conto|dijo|aviso|platico)|(?:fui|puse|denuncie|hable con|llame|marque|"
    r"pregunte))\b"
)
"""What who calls did or heard then: `ayer me contó`."""
_CALLS = re.compile(rf",? {_CALL}\w*\b(?! (?:con|por|a) )")
_ALONE = re.compile(r"\W*(?:a las )?(?:\d{1,2}[:.]\d\d)?(?: ?(?:hrs?|horas|am|pm)\b)?\W*$")
"""The rest of a sentence that is only the day and the hour of the call: `Miércoles 6 de julio, 18:05.`"""
_NEAR = frozenset(("ayer", "antier", "anteayer", "anoche"))
_SAID_OTHERWISE = re.compile(rf",? \(?(?:\d|(?:{_DAYS})\b)")
"""`ayer 14 de agosto`: another day is meant than the day before this one."""
_DONE = re.compile(
    r"\b(?:fue|fueron|salio|salieron|llego|llegaron|entro|entraron|desaparecio|escapo|vino|vinieron|trajo|trajeron|"
    r"llevo|llevaron|conocio|empezo|empezaron|contrat\w+|enganch\w+|recogi\w+|metieron|levantaron)\b[^.;,]{0,30}$"
)


def _of_the_call(text: str, match: re.Match[str], before: str) -> bool:
    """Whether what stands behind a date says that it is a call's: `El 5 de noviembre habló la sobrina`, a heading."""
    if re.search(_MONTHS, match.group()) and _CALLS.match(text, match.end()):
        return True
    return not before.strip() and _ALONE.match(text, match.end()) is not None


_SOON = 300
"""Days behind which a day or month without a year is rather the next: `la boda, el 12 de diciembre`."""


def read(text: str, today: date, *, past: bool = False) -> str | None:
    """The stored form of a date in words, None when it says none or lies in the future; `past`: it is told as done."""
    if day := _DAY.fullmatch(text):
        return _day(int(day[1]), today)
    if day := _WEEKDAY.fullmatch(text):
        return _weekday(day[1], int(day[2]), today)
    spoken = re.sub(r"^desde (?=hace)|,", "", text)
    spoken = re.sub(
        r"\bpar de\b", "dos", re.sub(r"\bmas o menos |como |ya |unos |unas |casi |mas de ", "", spoken)
    )
    spoken = re.sub(r"\bsems?\b", "semanas", spoken).replace("mzo.", "marzo")
    partial = parse(spoken, today)
    if isinstance(partial, str):
        return None
    return None if _YEARLESS.fullmatch(spoken) and not past and _far(str(partial), today) else str(partial)


_DAY = re.compile(r"el (?:dia )?(\d{1,2})")
_WEEKDAY = re.compile(rf"(?:el |este )?({_DAYS}) (\d{{1,2}})")
_YEARLESS = re.compile(rf"(?:(?:{_DAYS}) )?(?:(?:\d{{1,2}}|primero|1o) (?:de )?)?(?:{_MONTHS}|{_SHORT})")


def _far(value: str, today: date) -> bool:
    """Whether a stored day or month lies most of a year behind."""
    year, month, day = (int(part) for part in f"{value}-28".split("-")[:3])
    return (today - date(year, month, day)).days > _SOON


def _day(day: int, today: date) -> str | None:
    """The last day of that number: of this month or the one before."""
    month = today if day <= today.day else today.replace(day=1) - timedelta(days=1)
    return str(month.replace(day=day)) if 1 <= day <= month.day else None


def _weekday(name: str, number: int, today: date) -> str | None:
    """The last day of that number, if it is that day of the week: else one of both is wrong, and nothing is asked."""
    numbered = _day(number, today)
    if numbered is None or _DAYS.split("|")[date.fromisoformat(numbered).weekday()] != name:
        return None
    return numbered


def dates(text: str, today: date) -> Iterator[tuple[str, tuple[int, int]]]:
    """The dates of a folded sentence that lie behind it."""
    for match in _DATE.finditer(text):
        before = text[max(0, match.start() - 75) : match.start()]
        if _VAGUE.fullmatch(match.group()) and "pasad" not in match.group():
            continue
        if _HABIT.search(before) or _FUTURE_BEFORE.search(before) or _FUTURE_AFTER.match(text, match.end()):
            continue
        if _NO_EVENT.search(before) or _OF_WHO_TELLS.match(text, match.end()):
            continue
        if _of_the_call(text, match, before) or (
            match.group() in _NEAR and _SAID_OTHERWISE.match(text, match.end())
        ):
            continue
        value = read(match.group(), today, past=_DONE.search(before) is not None)
        if value:
            yield value, match.span()
