"""The elements of the crime of trafficking, per victim. Consent is stored and never an input.

Source: Ley General en materia de Trata de Personas (DOF 14-06-2012), art. 10 (act and purpose), arts. 13 and
22–24 (means; not needed for minors and persons unable to understand), art. 40 (consent); Palermo Protocol,
art. 3. The rules are the total functions of docs/protocol.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from lnctp_tui.domain import ages, dates
from lnctp_tui.domain.document import Document, Record, answer
from lnctp_tui.domain.protocol import Protocol

ADULT = ages.ADULT
CHAPTERS = ("act", "means", "purpose")


@dataclass(frozen=True)
class Elements:
    """What stands: the codes answered yes, without their prefix."""

    act: tuple[str, ...] = ()
    means: tuple[str, ...] = ()
    purpose: tuple[str, ...] = ()
    """Modalities of exploitation."""
    means_required: bool = True
    complete: bool = False
    missing: tuple[str, ...] = CHAPTERS
    """Of act, means, purpose: those that are needed and do not stand."""


def elements(person: Record, protocol: Protocol, *, on: date | None = None) -> Elements:
    """The elements that stand for one victim or group; `on` is the day of the facts, else of the contact."""
    act, means, purpose = (said_yes(person, each, protocol) for each in ("act", "means", "modality"))
    required = means_required(person, on)
    standing = {"act": bool(act), "means": bool(means) or not required, "purpose": bool(purpose)}
    missing = tuple(each for each in CHAPTERS if not standing[each])
    return Elements(act, means, purpose, required, not missing, missing)


def means_required(person: Record, on: date | None) -> bool:
    """Whether the means must stand. Source: art. 13, last paragraph; Palermo art. 3(c)."""
    return not (presumed_minor(person, on) or answer(person, "capacity.cannot_understand") == "yes")


def presumed_minor(person: Record, on: date | None) -> bool:
    """Whether a person counts as under 18: by age, or with no age by `age.appears_minor`.

    Of two ages (told, and by the birth date on the day `on`) the lower counts; of a partial birth date the
    last day it can be: in doubt, a minor.
    """
    age = age_of(person, on)
    return answer(person, "age.appears_minor") == "yes" if age is None else age < ADULT


def age_of(person: Record, on: date | None) -> int | None:
    """The least age the record allows, None when it holds none."""
    known = [each for each in (_told_age(person), _age_by_birth(person, on)) if each is not None]
    return min(known, default=None)


def said_yes(record: Record, prefix: str, protocol: Protocol) -> tuple[str, ...]:
    """The catalog's codes that the record answers yes, in its order; codes it does not know do not count."""
    answers = record.get("answers") or {}
    return tuple(code for code in codes(protocol, prefix) if answers.get(f"{prefix}.{code}") == "yes")


def codes(protocol: Protocol, name: str, *, asked: bool = False) -> tuple[str, ...]:
    """The codes of a catalog, () when the protocol has none of that name; `asked`: without retired ones."""
    catalog = protocol.catalogs.get(name)
    return tuple(row.code for row in catalog.rows if not (asked and row.valid_to)) if catalog else ()


def day_of_facts(document: Document) -> date | None:
    """The day of the first contact, else the one the case was opened: the facts are not later.

    No column tells the day of the facts, so the earliest day on record stands for it.
    """
    contacts = [each.get("started_at") for each in document.get("contacts") or ()]
    opened = (document.get("case") or {}).get("opened_at")
    days = sorted(day for each in contacts if (day := _day(each)))
    return days[0] if days else _day(opened)


def _day(instant: object) -> date | None:
    if isinstance(instant, date):
        return date(instant.year, instant.month, instant.day)
    match = re.match(r"\d{4}-\d\d-\d\d", instant) if isinstance(instant, str) else None
    found = dates.stored(match.group()) if match else None
    return found.first() if found else None


def _told_age(person: Record) -> int | None:
    """The least age that was told. "At most 20" alone tells a minor from nobody: it is no age."""
    youngest, oldest = person.get("age_min"), person.get("age_max")
    if type(youngest) is int:
        return youngest
    if type(oldest) is int and oldest < ADULT:
        return oldest
    age = ages.parse(str(person["age"])) if person.get("age") is not None else None
    return age.youngest if isinstance(age, ages.Age) else None


def _age_by_birth(person: Record, on: date | None) -> int | None:
    born = dates.stored(str(person.get("birth_date")))
    if born is None or on is None or born.first() > on:  # born later than the facts: a slip, and no age
        return None
    day = born.last()
    return on.year - day.year - ((on.month, on.day) < (day.month, day.day))
