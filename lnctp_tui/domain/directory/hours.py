"""Hours as people write them in Spanish, and whether a place is open now.

Kept is the grammar of OpenStreetMap's `opening_hours`, one text. Later rules are joined with a comma, because a
semicolon replaces what was said of a day before. Source: wiki.openstreetmap.org, Key:opening_hours/specification.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from lnctp_tui.domain.values.text import fold

State = Literal["open", "closed", "unknown"]
Evaluate = Callable[[str, str, str, datetime], tuple[State, datetime | None] | None]
"""Hours, zone, country and an instant → the state and until when; None for hours that cannot be read."""
ALWAYS: Final = "24/7"
HOLIDAY: Final = "PH open"
"""Hours that are open on public holidays alone."""

DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY: Final = {
    name: number
    for number, names in enumerate(
        ("lunes lun lu l", "martes mar ma", "miercoles mie mier mi x", "jueves jue ju j", "viernes vie vier vi v",
         "sabados sabado sab sa s", "domingos domingo dom do d")
    )
    for name in names.split()
}  # fmt: skip
_EVERY: Final = {"diario": (0, 6), "diariamente": (0, 6), "siempre": (0, 6), "todos": (0, 6)}
_ALL_DAY = re.compile(r"\b(?:24 ?/ ?7|24 ?(?:horas|hrs|hs|h)\b|las 24 horas|siempre abierto|todo el dia)")
_NOISE = re.compile(
    r"\b(?:de|las|la|los|el|horas|horario|hrs|hs|hr|h|dias|dia|abierto|atencion|entre semana)\b\.?"
    r"|(?<!\d)[.]|[.](?!\d)|[()]"
)
_TOKEN = re.compile(
    r"\s*(?:(?P<time>\d{1,2})(?:[:h.](?P<minute>\d\d))?(?:\s*h(?:o?ra?s?)?\b)?\s*(?P<half>am|pm|a\.?\s?m\b|p\.?\s?m\b)?"
    r"|(?P<word>[a-z]+)|(?P<sign>[-–—;,/]))"
)
_GRAMMAR = re.compile(r"(?:^|[\s,;-])(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)\b|^24/7$|^\s*off\s*$")


@dataclass(frozen=True)
class Read:
    """What was understood of written hours."""

    grammar: str | None
    """None: nothing, or more than one thing."""
    readings: tuple[str, ...] = ()
    """Where it may mean two things: both, of which somebody chooses."""


class OpenState(NamedTuple):
    """Whether a place is open, until when it is so, and why if that is not its hours."""

    state: State
    until: datetime | None
    why: str
    """`hours`; `closure`; of an unknown one `no_hours`, `unreadable`, `no_zone`, `holiday`."""


def read(typed: str) -> Read:
    """Hours in Spanish, or already in the grammar, as the grammar."""
    if _GRAMMAR.search(typed.strip()):
        return Read(typed.strip())
    text = fold(typed)
    holidays = "; PH off" if re.search(r"(?:cierra|cerrado|no abre)[^;]*(?:festivo|feriado)", text) else ""
    text = re.sub(r"[,;.]?\s*(?:cierra|cerrado|no abre)[^;,]*(?:festivos?|feriados?)[^;,]*", "", text)
    rules = _rules([*_tokens(_NOISE.sub(" ", _ALL_DAY.sub(" 0 a 24 ", text)))])
    if rules is None:
        return Read(None)
    if [*map(_always, rules)] == [True]:
        return Read(ALWAYS + holidays)
    first, second = (_written(rules, late) + holidays for late in (False, True))
    return Read(first) if first == second else Read(None, (first, second))


def open_state(
    hours: str | None, zone: str | None, closures: Iterable[str] | None, country: str, at: datetime, evaluate: Evaluate
) -> OpenState:  # fmt: skip
    """Whether a place with these hours is open at an instant. What is not known is unknown, never closed.

    `closures` as `2026-12-21/2027-01-06 vacaciones`, on the place's own dates.
    """
    if not zone:
        return OpenState("unknown", None, "no_zone" if hours else "no_hours")
    local = at.astimezone(ZoneInfo(zone))
    for first, last in filter(None, map(_closure, closures or ())):
        if first <= local.date() <= last:
            reopened = datetime.combine(last + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
            return OpenState("closed", reopened, "closure")
    if not hours:
        return OpenState("unknown", None, "no_hours")
    if hours != ALWAYS and "PH" not in hours:
        holiday = evaluate(HOLIDAY, zone, country, at)
        if holiday and holiday[0] == "open":
            return OpenState("unknown", None, "holiday")
    evaluated = evaluate(hours, zone, country, at)
    return OpenState(*evaluated, "hours") if evaluated else OpenState("unknown", None, "unreadable")


def _closure(text: str) -> tuple[date, date] | None:
    span = re.match(r"(\d{4}-\d\d-\d\d)(?:/(\d{4}-\d\d-\d\d))?(?:\s|$)", text)
    try:
        return (date.fromisoformat(span[1]), date.fromisoformat(span[2] or span[1])) if span else None
    except ValueError:
        return None


class _Time(NamedTuple):
    minutes: int
    plain: bool
    """Neither after noon by itself nor said to be before or after it."""


_Span = tuple[_Time, _Time]
_Rule = tuple[tuple[tuple[int, int], ...], tuple[_Span, ...]]
"""Ranges of days, none for every day; spans of time."""
_Token = _Time | str


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if not found:
            yield "?"
            return
        at = found.end()
        if found["time"]:
            yield _time(int(found["time"]), int(found["minute"] or 0), (found["half"] or "")[:1])
        else:
            yield found["word"] or found["sign"]


def _time(hour: int, minute: int, half: str) -> _Token:
    if hour > 24 or minute > 59 or (half and not 1 <= hour <= 12):
        return "?"
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return _Time(hour * 60 + minute, not half and 1 <= hour <= 12)


_TO: Final = frozenset({"a", "-", "–", "—", "hasta", "al"})
_AND: Final = frozenset({"y", ",", ";", "/", "e"})


def _rules(tokens: list[_Token]) -> list[_Rule] | None:
    """Days and times in turn; None for what is neither, and for days without a time."""
    rules: list[_Rule] = []
    at = 0
    while at < len(tokens):
        if tokens[at] in _AND:
            at += 1
            continue
        days, at = _days(tokens, at)
        spans, at = _spans(tokens, at)
        if not spans:
            return None
        rules.append((days, spans))
    return rules or None


def _days(tokens: list[_Token], at: int) -> tuple[tuple[tuple[int, int], ...], int]:
    found: list[tuple[int, int]] = []
    while at < len(tokens) and isinstance(word := tokens[at], str):
        if word in _EVERY:
            found.append(_EVERY[word])
        elif word in ("fin", "fines") and tokens[at + 1 : at + 2] == ["semana"]:
            found.append((5, 6))
            at += 1
        elif word in _DAY:
            last = (
                tokens[at + 2]
                if tokens[at + 1 : at + 2] and tokens[at + 1] in _TO and at + 2 < len(tokens)
                else None
            )
            if isinstance(last, str) and last in _DAY:
                found.append((_DAY[word], _DAY[last]))
                at += 2
            else:
                found.append((_DAY[word], _DAY[word]))
        elif word not in _AND or not found:
            break
        at += 1
    return tuple(found), at


def _spans(tokens: list[_Token], at: int) -> tuple[tuple[_Span, ...], int]:
    found: list[_Span] = []
    while at + 2 < len(tokens):
        begin, to, end = tokens[at : at + 3]
        if not (isinstance(begin, _Time) and to in _TO and isinstance(end, _Time)):
            break
        found.append((begin, end))
        at += 3
        if at + 1 < len(tokens) and tokens[at] in _AND and isinstance(tokens[at + 1], _Time):
            at += 1
    return tuple(found), at


def _always(rule: _Rule) -> bool:
    days, spans = rule
    return days in ((), ((0, 6),)) and [(begin.minutes, end.minutes) for begin, end in spans] == [
        (0, 24 * 60)
    ]


def _written(rules: Iterable[_Rule], late: bool) -> str:
    """The grammar; `late` takes `9 a 3` for a night, else it ends in the afternoon."""
    return ", ".join(_rule(rule, late) for rule in rules)


def _rule(rule: _Rule, late: bool) -> str:
    days, spans = rule
    named = ",".join(DAYS[a] if a == b else f"{DAYS[a]}-{DAYS[b]}" for a, b in days)
    times, before = [], _MORNING
    for begin, end in spans:
        first, last = begin.minutes, end.minutes
        if begin.plain and end.plain and not late:
            first += _HALF if first < before else 0
            last += _HALF if last <= first else 0
        times.append(f"{_clock(first)}-{_clock(last)}")
        before = max(before, last)
    return f"{named} {','.join(times)}".strip()


_HALF, _MORNING = 12 * 60, 6 * 60
"""Minutes of half a day; before which nobody means the morning who says `4 a 7`."""


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
