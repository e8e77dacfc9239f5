"""Earlier contacts: cases that share a phone, alias, handle, folio, or a place and a way of operating."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from sqlalchemy import Connection, select

from lnctp_tui.domain.links import grade, keys
from lnctp_tui.domain.links.grade import MEDIUM, STRONG, WEAK, Shared
from lnctp_tui.domain.protocol.protocol import Catalog, Protocol
from lnctp_tui.domain.records.document import Document, Record
from lnctp_tui.domain.values import folio as folios
from lnctp_tui.domain.values import phones
from lnctp_tui.domain.values.nothing import placeholder
from lnctp_tui.domain.values.text import fold, words
from lnctp_tui.services.case import offline_lockout
from lnctp_tui.services.case.cases import CASES
from lnctp_tui.storage.database import link_keys, matching, sound
from lnctp_tui.storage.database.session import TABLES, Store
from lnctp_tui.storage.protocol import protocol_loader

ANSWER = "link."
"""Answer of a case about another, of older programs: `link.<case id>` is `possible`."""
LINKED = ("possible", "confirmed")
DENIED = "not_linked"
WAYS = ("hooking_method.", "hooking_means.", "modality.")
MOST = 20
LINKS = TABLES["links"]
KINDS = {"local": "phone", "look": "other", "host": "url", "sound": "alias"}
"""Kind of a key → what a person calls it."""


class Reason(NamedTuple):
    """Something that another case shares."""

    case_id: str
    key: str
    strength: int
    row: str
    """The record of this case that says it; "" for none."""
    kind: str
    """phone, handle, alias, name, folio, place_and_way …"""
    value: str


@dataclass(frozen=True)
class Match:
    """Another case that may be about the same people."""

    case_id: str
    folio: str | None
    opened_at: str | None
    why: tuple[tuple[str, str], ...]
    """(what is shared: phone, handle, alias, name, folio, place_and_way …, the shared value)."""
    grade: grade.Grade = "debil"
    reasons: tuple[str, ...] = ()
    """The keys of `why`, the strongest first."""
    keys: tuple[str, ...] = ()
    """What is shared, as it is compared: the evidence of a link."""
    state: str | None = None
    """What this case says of it already: possible, confirmed; not_linked, when a reason was not known then."""


class Found(NamedTuple):
    """The other cases."""

    matches: tuple[Match, ...]
    """The strongest first."""
    hidden: int
    """Cases that share a strong reason and are not shown to this person."""


def earlier(store: Store, document: Document, protocol: Protocol | None = None) -> list[Match]:
    """Cases that match, the strongest reasons first; words for nothing (`S/N`) are no reason.

    Those words are the protocol's, or the built-in ones.
    """
    return list(look(store, document, protocol).matches)


def look(store: Store, document: Document, protocol: Protocol | None = None) -> Found:
    """The same, with how many match that this person does not see."""
    document = _without_placeholders(document, (protocol or _built_in()).catalogs.get("nothing"))
    own = document.get("case", {}).get("id", "")
    with store.read() as connection:
        by_case: dict[str, list[Reason]] = {}
        for reason in _weighed(_all(connection, document, own)):
            by_case.setdefault(reason.case_id, []).append(reason)
        by_case.pop(own, None)
        visible = offline_lockout.shown(connection, store.now())
        query = select(CASES).where(CASES.c.id.in_(list(by_case)), CASES.c.erased_at.is_(None))
        rows = [sound.row("cases", raw) for raw in connection.execute(query.where(visible)).mappings()]
        standing = set(connection.scalars(query.with_only_columns(CASES.c.id)))
        said = _noted(document) | _said(connection, own)
    matches = [_match(row, by_case[row["id"]], *said.get(row["id"], (None, frozenset()))) for row in rows]
    kept = [match for match in matches if match is not None]
    unseen = standing - {row["id"] for row in rows}
    hidden = sum(any(reason.strength == STRONG for reason in by_case[case_id]) for case_id in unseen)
    return Found(tuple(sorted(kept, key=_order)[:MOST]), hidden)


def _order(match: Match) -> tuple[int, int, str]:
    return grade.ORDER.index(match.grade), -len(match.why), match.opened_at or ""


def _match(
    row: Mapping[str, object], reasons: list[Reason], said: str | None, known: frozenset[str]
) -> Match | None:
    shared = [Shared(reason.key, reason.strength, reason.row) for reason in reasons]
    evidence = tuple(sorted({reason.key for reason in reasons}))
    if said == DENIED and not grade.speaks_again(evidence, known):
        return None
    listed = tuple(entry.key for entry in grade.reasons(shared))
    why = dict.fromkeys((reason.kind, reason.value) for reason in reasons if reason.key in listed)
    folio, opened_at = row["folio"], row["opened_at"]
    return Match(
        str(row["id"]), str(folio) if folio else None, str(opened_at) if opened_at else None, tuple(why),
        grade.grade(shared), listed, evidence, said,
    )  # fmt: skip


def _said(connection: Connection, own: str) -> dict[str, tuple[str | None, frozenset[str]]]:
    """The other case → what this one says of it, with what was known then."""
    query = select(LINKS.c.other_id, LINKS.c.state, LINKS.c.evidence).where(
        LINKS.c.case_id == own, LINKS.c.erased_at.is_(None)
    )
    return {
        str(other): (said, frozenset(map(str, evidence)) if isinstance(evidence, list) else frozenset())
        for other, said, evidence in connection.execute(query)
    }


def _noted(document: Document) -> dict[str, tuple[str | None, frozenset[str]]]:
    """The same of older programs."""
    answers = document.get("case", {}).get("answers") or {}
    return {
        code.removeprefix(ANSWER): (str(value), frozenset())
        for code, value in answers.items()
        if code.startswith(ANSWER)
    }


def _weighed(reasons: Iterable[Reason]) -> Iterator[Reason]:
    """Each once; what stands in many cases is weak."""
    listed = {(reason.case_id, reason.key): reason for reason in reversed([*reasons])}.values()
    cases: dict[str, set[str]] = {}
    for reason in listed:
        cases.setdefault(reason.key, set()).add(reason.case_id)
    return (
        reason._replace(strength=grade.strength_in(reason.strength, len(cases[reason.key])))
        for reason in listed
    )


@cache
def _built_in() -> Protocol:
    return protocol_loader.load()


def _without_placeholders(document: Document, nothing: Catalog | None) -> Document:
    """The document without the names and identifiers that say nothing: everybody shares them."""

    def says(record: Record, column: str) -> bool:
        return isinstance(record.get(column), str) and not placeholder(nothing, record[column])

    return {
        **document,
        "identifiers": [entry for entry in document["identifiers"] if says(entry, "value")],
        "people": [entry if says(entry, "name") else entry | {"name": None} for entry in document["people"]],
    }


def _all(connection: Connection, document: Document, own: str) -> Iterator[Reason]:
    yield from _keyed(connection, document, own)
    yield from _phones(connection, document)
    yield from _names(connection, document)
    yield from _folios(connection, document)
    yield from _places(connection, document)


def _keyed(connection: Connection, document: Document, own: str) -> Iterator[Reason]:
    """By the keys of identifiers, addresses and files; a provider's number links nobody."""
    known = link_keys.known_words(connection)
    made = [
        (key, record, column)
        for table, column in (("identifiers", "value"), ("places", "address"), ("files", "number"))
        for record in document.get(table, ())
        for key in keys.of_row(table, record, known)
    ]
    standing = link_keys.standing(connection, dict.fromkeys(key.text for key, _record, _column in made))
    for key, record, column in made:
        place = standing.get(key.text)
        if place is None or place.public:
            continue
        kind = keys.kind_of(key.text)
        for case_id in place.cases:
            yield Reason(
                case_id, key.text, key.strength, str(record.get("id") or ""),
                KINDS.get(kind, kind), str(record.get(column) or ""),
            )  # fmt: skip


def _phones(connection: Connection, document: Document) -> Iterator[Reason]:
    """The numbers of the document, also those that are only told in words, wherever a case tells them."""
    numbers = dict(reversed([*_numbers(document)]))
    listed = {key: number for number in numbers for key in keys.telephone(number)}
    public = {key for key, place in link_keys.standing(connection, listed).items() if place.public}
    for key, number in listed.items():
        for case_id in matching.that_tell(connection, number.lstrip("+")) if key not in public else ():
            yield Reason(case_id, key, STRONG, numbers[number], "phone", number)


def _numbers(document: Document) -> Iterator[tuple[str, str]]:
    """Number and the identifier that says it, if any."""
    for record in document["identifiers"]:
        if record.get("kind") == "phone" and isinstance(record.get("value"), str):
            read = [phones.dialled(phone.number) for phone in phones.read(record["value"])]
            yield from (
                (number, str(record.get("id") or "")) for number in read if len(number) > phones.NATIONAL
            )
    texts = [record.get("narrative") for record in document["contacts"]]
    texts += [document.get("case", {}).get("summary"), *(record.get("text") for record in document["notes"])]
    for text in texts:
        if isinstance(text, str):
            yield from ((number, "") for number in phones.mentioned(text))


def _names(connection: Connection, document: Document) -> Iterator[Reason]:
    """People named alike: two words at least, or a trafficker's alias."""
    for person in document["people"]:
        name = fold(person.get("name") or "").strip()
        if len(name) < 4 or (" " not in name and person.get("role") != "trafficker"):
            continue
        # The words as the index splits them: it has no positions, so a word of two parts is an error there.
        indexed = [*words(name.replace("_", " "))]
        if not indexed:
            continue
        for case_id, stored in matching.with_people_named(connection, indexed):
            if stored and fold(stored).strip() == name:
                yield Reason(case_id, f"name:{name}", WEAK, str(person.get("id") or ""), "name", stored)


def _folios(connection: Connection, document: Document) -> Iterator[Reason]:
    narratives = " ".join(str(contact.get("narrative") or "")[:4000] for contact in document["contacts"])
    typed = {
        str(folio)
        for word in narratives.split()
        if "-" in word and (folio := folios.parse(word.strip(".,;:()")))
    }
    rows = (
        connection.execute(select(CASES.c.id, CASES.c.folio).where(CASES.c.folio.in_(typed))) if typed else ()
    )
    for row in rows:
        yield Reason(row.id, f"folio:{row.folio}", MEDIUM, "", "folio", row.folio)


def _places(connection: Connection, document: Document) -> Iterator[Reason]:
    """The same municipality and venue, and the same way of hooking or exploiting."""
    ways = {
        code
        for person in document["people"]
        for code, value in (person.get("answers") or {}).items()
        if value == "yes" and code.startswith(WAYS)
    }
    spots = {(p.get("municipality"), p.get("venue")): str(p.get("id") or "") for p in document["places"]}
    for (municipality, venue), row in spots.items():
        if not (municipality and venue and ways):
            continue
        for case_id, way in matching.with_place_and_way(connection, municipality, venue, sorted(ways)):
            key = f"way:{municipality}:{venue}:{way}"
            yield Reason(case_id, key, MEDIUM, row, "place_and_way", f"{municipality} {venue} {way}")
