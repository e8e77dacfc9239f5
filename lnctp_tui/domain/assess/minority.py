"""Whether a person counts as under 18, and whether that is known or in doubt.

Source: Ley General en materia de Trata de Personas (last reform DOF 14-11-2025), art. 3 X: an age that cannot be
told, or is doubtful, counts as that of a minor unless a medical opinion says otherwise; LGDNNA art. 5. That "not
known" and "refused" are such a doubt, for protection, is a proposal (D). What nobody asked is no doubt: it is the
first thing to ask.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from lnctp_tui.domain.records.document import Record, answer
from lnctp_tui.domain.values import ages, dates

ADULT = ages.ADULT
State = Literal["minor", "doubt", "adult", "unasked"]


def presumed_minor(person: Record, on: date | None) -> bool:
    """Whether a person is protected as a minor. Source: art. 3 X."""
    return state(person, on) in ("minor", "doubt")


def state(person: Record, on: date | None) -> State:
    """What is known of the age on the day `on`: of two ages (told, and by birth) the lower protects.

    A range or a partial birth date on both sides of 18, or two ages that disagree, is a doubt.
    """
    spans = [span for span in (_told(person), _by_birth(person, on)) if span is not None]
    if not spans:
        return _unknown(person)
    if min(youngest for youngest, _ in spans) >= ADULT:
        return "adult"
    return "minor" if max(oldest for _, oldest in spans) < ADULT else "doubt"


def age_of(person: Record, on: date | None) -> int | None:
    """The least age the record allows, None when it holds none."""
    spans = (_told(person), _by_birth(person, on))
    return min((span[0] for span in spans if span is not None), default=None)


def _unknown(person: Record) -> State:
    """Without any age: what was said of looking like a minor, or an age that nobody could read."""
    appears = answer(person, "age.appears_minor")
    if appears in ("yes", "no"):
        return "minor" if appears == "yes" else "adult"
    return "doubt" if appears in ("unknown", "refused") or answer(person, "raw.age") else "unasked"


def _told(person: Record) -> tuple[int, int] | None:
    """Least and most of the age that was told. "At most 20" alone tells a minor from nobody: it is no age."""
    youngest, oldest = person.get("age_min"), person.get("age_max")
    if type(youngest) is int:
        open_end = ages.OLDEST if person.get("age_estimated") is True else youngest
        return youngest, oldest if type(oldest) is int else open_end
    if type(oldest) is int and oldest < ADULT:
        return oldest, oldest
    age = ages.parse(str(person["age"])) if person.get("age") is not None else None
    if not isinstance(age, ages.Age):
        return None
    return age.youngest, ages.OLDEST if age.oldest is None else age.oldest


def _by_birth(person: Record, on: date | None) -> tuple[int, int] | None:
    born = dates.stored(str(person.get("birth_date")))
    if born is None or on is None or born.first() > on:  # a birth after the facts tells no age
        return None
    return _years(born.last(), on), _years(born.first(), on)


def _years(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
