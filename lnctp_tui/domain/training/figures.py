"""What a register counts: people taught, certificates by how they stand. What is not known does not count as none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from lnctp_tui.domain.training import number

SOON: Final = timedelta(days=60)
"""From when on a certificate is told to expire."""
VALID, SOON_OVER, EXPIRED, REVOKED = "valid", "expiring", "expired", "revoked"
STANDINGS: Final = (VALID, SOON_OVER, EXPIRED, REVOKED)
REPORT: Final = "informe"
"""`source` of the opening entries: figures that were printed, of which no course of the register is a part."""
UNKNOWN: Final = ""


class Opening(NamedTuple):
    """What the printed report says (data/training/informe.toml)."""

    citation: Mapping[str, str]
    courses: tuple[Mapping[str, Any], ...]
    guardians: int
    since: str
    states: tuple[str, ...]


class Figures(NamedTuple):
    """Of the register's own courses and certificates; what was printed stands apart."""

    courses: int
    people: int
    uncounted: int
    """Courses of which nobody wrote how many took part."""
    women: int
    men: int
    unsaid: int
    """People of courses that do not say so much of women and men."""
    by_year: Mapping[str, int]
    by_audience: Mapping[str, int]
    by_state: Mapping[str, int]
    certificates: Mapping[str, int]
    """How they stand → how many."""
    guardians: int
    """Certificates of Guardians of the Asphalt that were ever issued to a person, however they stand."""
    wrong: int
    """Certificates whose number has not the right check symbol."""
    printed: Mapping[str, int]
    """Year → people, of the opening entries that are in the register."""


def standing(certificate: Mapping[str, Any], today: date) -> str:
    """How a certificate stands today; one without an end does not expire, nor one whose end cannot be read."""
    if certificate.get("revoked_at"):
        return REVOKED
    last = last_day(certificate.get("valid_until"))
    if last is None or last > today + SOON:
        return VALID
    return EXPIRED if last < today else SOON_OVER


def last_day(until: Any) -> date | None:
    """The last day of a date that may say only a year or a month."""
    parts = str(until or "").split("-")
    try:
        numbers = [int(part) for part in parts]
        if len(numbers) == 3:
            return date(*numbers)
        year, month = numbers[0], numbers[1] if len(numbers) == 2 else 12
        return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    except (IndexError, TypeError, ValueError):
        return None


def figures(
    courses: Iterable[Mapping[str, Any]], certificates: Iterable[Mapping[str, Any]], today: date
) -> Figures:
    """Counts of what is in the register."""
    listed, held = [*courses], [*certificates]
    own = [course for course in listed if course.get("source") != REPORT]
    counted = [course for course in own if course.get("people") is not None]
    women, men = (sum(course.get(sex) or 0 for course in counted) for sex in ("women", "men"))
    people = sum(course["people"] for course in counted)
    return Figures(
        len(own), people, len(own) - len(counted), women, men, max(0, people - women - men),
        _people(counted, lambda course: _year(course)),
        _people(counted, lambda course: str(course.get("audience") or UNKNOWN)),
        _people(counted, lambda course: str(course.get("state") or UNKNOWN)),
        dict.fromkeys(STANDINGS, 0) | Counter(standing(each, today) for each in held),
        sum(each.get("kind") == "guardian_asfalto" and each.get("holder_kind") != "company" for each in held),
        sum(number.parse(str(each.get("number") or "")) is None for each in held),
        _people([course for course in listed if course.get("source") == REPORT], _year),
    )  # fmt: skip


def _year(course: Mapping[str, Any]) -> str:
    return str(course.get("starts_on") or course.get("ends_on") or UNKNOWN)[:4]


def _people(courses: Iterable[Mapping[str, Any]], by: Any) -> dict[str, int]:
    tally: Counter[str] = Counter()
    for course in courses:
        tally[by(course)] += course.get("people") or 0
    return dict(sorted(tally.items()))
