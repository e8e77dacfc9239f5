"""What of a case one recipient may be told, datum by datum, as facts that stand in it. No words, no clock.

A datum of the person who is referred is theirs alone: what hangs on nobody in particular is theirs only where the case
knows one victim, and a telephone only when it is said to be theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from lnctp_tui.domain.records.document import Document, Record, victims


class Fact(NamedTuple):
    """One value of one record."""

    table: str
    row: str
    """Id of the record: by it facts stand together. It never leaves."""
    code: str
    """A column, or `answers.<code>`."""
    value: object


@dataclass(frozen=True)
class Subject:
    """Whose data are told."""

    document: Document
    person: Record

    @property
    def id(self) -> str:
        """The person's id."""
        return str(self.person.get("id") or "")

    @property
    def is_alone(self) -> bool:
        """The only victim that the case knows, so that what hangs on nobody is theirs."""
        return [str(victim.get("id")) for victim in victims(self.document)] == [self.id]

    @property
    def is_caller(self) -> bool:
        """Whether the agreed number and hours are this person's."""
        contacts = self.document.get("contacts", ())
        named = {contact.get("reporter_person_id") for contact in contacts} - {None}
        if named:
            return named == {self.id}
        types = {contact.get("reporter_type") for contact in contacts} - {None}
        return self.is_alone and types == {"victima_directa"}

    def of(self, member: str, *, sure: bool = False) -> Iterator[Record]:
        """The records of this person; with `sure` only those that name them."""
        for record in self.document.get(member, ()):
            owner = record.get("person_id")
            if owner == self.id or (owner is None and self.is_alone and not sure):
                yield record


SENSITIVE_DANGERS: Final = frozenset({"illness_untreated", "injury_overdose"})
"""They tell of health: told with it, not with the danger."""
OF_HEALTH: Final = ("condicion_salud", "trastorno_fisico_mental", "adiccion")
PLACE: Final = ("country", "state", "municipality", "locality", "venue", "address")
TRAFFICKER: Final = ("name", "trafficker_role")
MONEY: Final = ("flag", "instrument", "institution", "way", "time", "place", "amount", "currency")


def _columns(table: str, record: Record, names: Iterable[str]) -> Iterator[Fact]:
    for name in names:
        if record.get(name) not in (None, ""):
            yield Fact(table, str(record.get("id") or ""), name, record[name])


def _answers(
    table: str, record: Record, prefix: str, *, only: Iterable[str] = (), but: Iterable[str] = ()
) -> Iterator[Fact]:
    wanted, left_out = set(only), set(but)
    for code, value in sorted((record.get("answers") or {}).items()):
        head, _dot, rest = code.partition(".")
        if head == prefix and value == "yes" and rest not in left_out and (not wanted or rest in wanted):
            yield Fact(table, str(record.get("id") or ""), f"answers.{code}", value)


def _place(subject: Subject, role: str, names: Iterable[str]) -> Iterator[Fact]:
    for place in subject.of("places"):
        if place.get("role") == role:
            yield from _columns("places", place, names)


def _phones(subject: Subject) -> Iterator[Fact]:
    agreed = subject.document["case"].get("callback_identifier_id") if subject.is_caller else None
    for record in subject.document.get("identifiers", ()):
        mine = record.get("person_id") == subject.id or (agreed and record.get("id") == agreed)
        if record.get("kind") == "phone" and mine:
            yield from _columns("identifiers", record, ("value",))


def _traffickers(subject: Subject) -> Iterator[Fact]:
    for person in subject.document.get("people", ()):
        if person.get("role") == "trafficker":
            yield from _columns("people", person, TRAFFICKER)
            for record in subject.document.get("identifiers", ()):
                if record.get("person_id") == person.get("id"):
                    yield from _columns("identifiers", record, ("kind", "platform", "value"))


def _money(subject: Subject) -> Iterator[Fact]:
    for record in subject.of("money"):
        if record.get("share_consent") == "yes":
            yield from _columns("money", record, MONEY)


def _health(subject: Subject) -> Iterator[Fact]:
    yield from _answers("people", subject.person, "vulnerability", only=OF_HEALTH)
    if subject.is_alone:
        yield from _answers("cases", subject.document["case"], "danger", only=SENSITIVE_DANGERS)


def _vulnerable(code: str) -> Callable[[Subject], Iterator[Fact]]:
    return lambda subject: _answers("people", subject.person, "vulnerability", only=(code,))


def _column(*names: str) -> Callable[[Subject], Iterator[Fact]]:
    return lambda subject: _columns("people", subject.person, names)


def _alias(subject: Subject) -> Iterator[Fact]:
    for record in subject.of("identifiers", sure=True):
        if record.get("kind") == "alias":
            yield from _columns("identifiers", record, ("value",))


def _safe_window(subject: Subject) -> Iterator[Fact]:
    if subject.is_caller:
        yield from _columns("cases", subject.document["case"], ("callback_window",))


SOURCES: Final[Mapping[str, Callable[[Subject], Iterator[Fact]]]] = {
    "need": lambda subject: _answers("people", subject.person, "need", but=("cuidado_hijos",)),
    "age": _column("age_min", "age_max", "age_estimated"),
    "sex": _column("sex"),
    "language": lambda subject: _answers("people", subject.person, "language"),
    "children": lambda subject: _answers("people", subject.person, "need", only=("cuidado_hijos",)),
    "state": lambda subject: _place(subject, "actual", ("country", "state")),
    "safe_window": _safe_window,
    "alias": _alias,
    "danger": lambda subject: _answers("cases", subject.document["case"], "danger", but=SENSITIVE_DANGERS),
    "modality": lambda subject: _answers("people", subject.person, "modality"),
    "municipality": lambda subject: _place(subject, "actual", ("municipality",)),
    "name": _column("name"),
    "phone": _phones,
    "nationality": _column("nationality"),
    "migration": _column("migration_status"),
    "health": _health,
    "disability": _vulnerable("discapacidad"),
    "pregnancy": _vulnerable("embarazo"),
    "exploitation_place": lambda subject: _place(subject, "destino", PLACE),
    "trafficker": _traffickers,
    "money": _money,
}
"""Datum → its facts, the least first. The summary stands in the referral itself."""
SUMMARY: Final = "summary"
ORDER: Final = (*SOURCES, SUMMARY)
EXPRESS: Final = frozenset({"migration", "health", "disability", "pregnancy"})
"""Told only where the person said so expressly. Source: LGPDPPSO, art. 3 X, sensitive data."""
OWN_OF_THIRD: Final = frozenset(
    {"language", "safe_window", "alias", "name", "phone", "nationality", "migration", SUMMARY}
)
"""What somebody who is not the person referred may give away: of themselves."""
HERE: Final = "here"
"""Where the victim is now, whole: only for what leaves without a yes."""


def facts(datum: str, subject: Subject) -> tuple[Fact, ...]:
    """What the case knows of a datum."""
    if datum == HERE:
        return tuple(_place(subject, "actual", PLACE))
    return tuple(SOURCES[datum](subject))


def dangers(subject: Subject) -> tuple[Fact, ...]:
    """All dangers, those of health too: for whoever is sent because a life is in danger."""
    return tuple(_answers("cases", subject.document["case"], "danger"))
