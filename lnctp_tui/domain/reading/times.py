"""Dates in running text. What a field of a form would not read is not offered, nor the future of a plan."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from lnctp_tui.domain.values.dates import parse

_MONTHS = "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
_DAYS = "lunes|martes|miercoles|jueves|viernes|sabado|domingo"
_COUNT = r"(?:\d{1,2}|un[ao]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|quince|veinte|medio|par de)"
_UNIT = r"(?:dias?|semanas?|mes(?:es)?|anos?)"
_DATE = re.compile(
    r"(?<![\w/.,$-])(?:"
    r"\d{1,2}[-/]\d{1,2}[-/](?:20)?\d\d(?![\w/-])"
    r"|20\d\d-\d\d-\d\d"
    rf"|(?:(?:{_DAYS}),? )?(?:\d{{1,2}}|primero|1o) (?:de )?(?:{_MONTHS})(?: (?:de |del )?(?:ano )?(?:20)\d\d)?"
    rf"|(?:{_MONTHS}) (?:de |del )?(?:ano )?20\d\d"
    rf"|(?:(?<=en )|(?<=desde )|(?<=mes de )|(?<=fines de )|(?<=finales de )|(?<=principios de )|(?<=mediados de )"
    rf"|(?<=inicios de ))(?:{_MONTHS})"
    rf"|(?:desde )?hace (?:como |ya |unos |unas |casi |mas de |mas o menos )?{_COUNT} {_UNIT}(?: y medio)?"
    rf"|(?:el|la|este|esta) (?:{_DAYS}|semana|mes|ano)(?: pasad[oa])?"
    rf"|el (?:pasado )?(?:{_DAYS})(?: pasado)?"
    r"|anteayer|antier|ayer|anoche"
    r"|(?<=en )20[012]\d|(?<=desde )20[012]\d|(?<=del )20[012]\d"
    r")(?![\w/])"
)
_VAGUE = re.compile(r"(?:el|la|este|esta) (?:semana|mes|ano)")
_HABIT = re.compile(r"(?:todos |cada |los |dia de |por |hasta )$")
_FUTURE_BEFORE = re.compile(
    r"\b(?:programada?|se programa|audiencia|cita|se la lleva|la lleva|lo llevan?|va a|van a|cumple|cumplira|"
    r"cumplio|cumpli|cumplen|nacio|naci|"
    r"para el|proximo|que viene|antes del?)\b[^,]{0,40}$|\b(?:es|sera|son|queda|toca|hasta)(?: para)? $"
)
_FUTURE_AFTER = re.compile(r" (?:que viene|proxim[oa]|entrante)")


def read(text: str, today: date) -> str | None:
    """The stored form of a date in words, None when it says none or lies in the future."""
    spoken = re.sub(r"^desde (?=hace)|,", "", text)
    spoken = re.sub(
        r"\bpar de\b", "dos", re.sub(r"\bmas o menos |como |ya |unos |unas |casi |mas de ", "", spoken)
    )
    partial = parse(spoken, today)
    return None if isinstance(partial, str) else str(partial)


def dates(text: str, today: date) -> Iterator[tuple[str, tuple[int, int]]]:
    """The dates of a folded sentence that lie behind it."""
    for match in _DATE.finditer(text):
        before = text[max(0, match.start() - 55) : match.start()]
        if _VAGUE.fullmatch(match.group()) and "pasad" not in match.group():
            continue
        if _HABIT.search(before) or _FUTURE_BEFORE.search(before) or _FUTURE_AFTER.match(text, match.end()):
            continue
        value = read(match.group(), today)
        if value:
            yield value, match.span()
