"""Dates in running text. What a field of a form would not read is not offered, nor the future of a plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from lnctp_tui.domain.values.dates import parse

_MONTHS = "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
_DAYS = "lunes|martes|miercoles|jueves|viernes|sabado|domingo"
_COUNT = r"(?:\d{1,2}|un[ao]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|quince|veinte|medio|par de)"
_UNIT = r"(?:dias?|semanas?|mes(?:es)?|anos?)"
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
    rf"|(?:desde )?hace (?:como |ya |unos |unas |casi |mas de |mas o menos )?{_COUNT} {_UNIT}(?: y medio)?"
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
)
_FUTURE_AFTER = re.compile(r"(?: del?)? (?:que viene|proxim[oa]|entrante|otro ano)")
_NO_EVENT = re.compile(
    r"\b(?:pres[oa]|carcel|detenid[oa]|murio|fallecio|muri[oe]ron|venc(?:io|e|ieron)|caduc\w+|noticia|"
    r"periodico|jubil\w+|"
    r"taller|concurso|junta|boda|juicio|curso|platica|evento)\b[^,.;]{0,40}$|"
    r"\b(?:llamo tambien|ya (?:llamo|marco|habia llamado)|(?:reportante|usuari[oa]|llamada|"
    r"consultante)(?: anterior)? del?)"
    r"(?: \w+)? $"
)
"""What happened then befalls nobody of the case: somebody died, is in prison, called before."""
_OF_WHO_TELLS = re.compile(
    r",? (?:(?:me|le|nos) (?:conto|dijo|aviso|platico)|(?:fui|puse|denuncie|hable con|llame|marque|"
    r"pregunte))\b"
)
"""What who calls did or heard then: `ayer me contó`."""
_SOON = 300
"""Days behind which a day or month without a year is rather the next: `la boda, el 12 de diciembre`."""


def read(text: str, today: date) -> str | None:
    """The stored form of a date in words, None when it says none or lies in the future."""
    if day := _DAY.fullmatch(text):
        return _day(int(day[1]), today)
    spoken = re.sub(r"^desde (?=hace)|,", "", text)
    spoken = re.sub(
        r"\bpar de\b", "dos", re.sub(r"\bmas o menos |como |ya |unos |unas |casi |mas de ", "", spoken)
    )
    partial = parse(spoken, today)
    if isinstance(partial, str):
        return None
    return None if _YEARLESS.fullmatch(spoken) and _far(str(partial), today) else str(partial)


_DAY = re.compile(r"el (?:dia )?(\d{1,2})")
_YEARLESS = re.compile(rf"(?:(?:{_DAYS}) )?(?:(?:\d{{1,2}}|primero|1o) (?:de )?)?(?:{_MONTHS})")


def _far(value: str, today: date) -> bool:
    """Whether a stored day or month lies most of a year behind."""
    year, month, day = (int(part) for part in f"{value}-28".split("-")[:3])
    return (today - date(year, month, day)).days > _SOON


def _day(day: int, today: date) -> str | None:
    """The last day of that number: of this month or the one before."""
    month = today if day <= today.day else today.replace(day=1) - timedelta(days=1)
    return str(month.replace(day=day)) if 1 <= day <= month.day else None


def dates(text: str, today: date) -> Iterator[tuple[str, tuple[int, int]]]:
    """The dates of a folded sentence that lie behind it."""
    for match in _DATE.finditer(text):
        before = text[max(0, match.start() - 55) : match.start()]
        if _VAGUE.fullmatch(match.group()) and "pasad" not in match.group():
            continue
        if _HABIT.search(before) or _FUTURE_BEFORE.search(before) or _FUTURE_AFTER.match(text, match.end()):
            continue
        if _NO_EVENT.search(before) or _OF_WHO_TELLS.match(text, match.end()):
            continue
        value = read(match.group(), today)
        if value:
            yield value, match.span()
