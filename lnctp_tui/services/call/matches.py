"""Earlier contacts: cases that share a phone, alias, handle, folio, or a place and a way of operating."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Connection, select

from lnctp_tui.domain.protocol.protocol import Catalog, Protocol
from lnctp_tui.domain.records.document import Document, Record
from lnctp_tui.domain.values import folio as folios
from lnctp_tui.domain.values import phones
from lnctp_tui.domain.values.nothing import placeholder
from lnctp_tui.domain.values.text import fold, words
from lnctp_tui.services.case import offline_lockout
from lnctp_tui.services.case.cases import CASES
from lnctp_tui.storage.database import matching, sound
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.protocol import protocol_loader

WAYS = ("hooking_method.", "hooking_means.", "modality.")
MOST = 20


@dataclass(frozen=True)
class Match:
    """Another case that may be about the same people."""

    case_id: str
    folio: str | None
    opened_at: str | None
    why: tuple[tuple[str, str], ...]
    """(what is shared: phone, handle, alias, name, folio, place_and_way …, the shared value)."""


def earlier(store: Store, document: Document, protocol: Protocol | None = None) -> list[Match]:
    """Cases that match, the strongest reasons first; words for nothing (`S/N`) are no reason.

    Those words are the protocol's, or the built-in ones.
    """
    document = _without_placeholders(document, (protocol or _built_in()).catalogs.get("nothing"))
    own = document.get("case", {}).get("id", "")
    with store.read() as connection:
        why: dict[str, list[tuple[str, str]]] = {}
        for case_id, kind, detail in _all(connection, document):
            if case_id != own and (kind, detail) not in why.setdefault(case_id, []):
                why[case_id].append((kind, detail))
        why.pop(own, None)
        query = select(CASES).where(CASES.c.id.in_(list(why)), CASES.c.erased_at.is_(None))
        rows = connection.execute(query.where(offline_lockout.shown(connection, store.now())))
        matches = [
            Match(row["id"], row["folio"], row["opened_at"], tuple(why[row["id"]]))
            for row in (sound.row("cases", raw) for raw in rows.mappings())
        ]
    return sorted(matches, key=lambda match: (-len(match.why), match.opened_at or ""))[:MOST]


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


def _all(connection: Connection, document: Document) -> Iterator[tuple[str, str, str]]:
    yield from _identifiers(connection, document)
    yield from _phones(connection, document)
    yield from _names(connection, document)
    yield from _folios(connection, document)
    yield from _places(connection, document)


def _identifiers(connection: Connection, document: Document) -> Iterator[tuple[str, str, str]]:
    values = sorted(
        {
            str(identifier["normalised"])
            for identifier in document["identifiers"]
            if identifier.get("normalised")
        }
    )
    return matching.with_identifiers(connection, values)


def _phones(connection: Connection, document: Document) -> Iterator[tuple[str, str, str]]:
    """The numbers of the document, also those that are only told in words, wherever a case tells them."""
    for number in dict.fromkeys(_numbers(document)):
        for case_id in matching.that_tell(connection, number.lstrip("+")):
            yield case_id, "phone", number


def _numbers(document: Document) -> Iterator[str]:
    for record in document["identifiers"]:
        if record.get("kind") == "phone" and isinstance(record.get("value"), str):
            read = [phones.dialled(phone.number) for phone in phones.read(record["value"])]
            yield from (number for number in read if len(number) > phones.NATIONAL)
    texts = [record.get("narrative") for record in document["contacts"]]
    texts += [document.get("case", {}).get("summary"), *(record.get("text") for record in document["notes"])]
    for text in texts:
        if isinstance(text, str):
            yield from phones.mentioned(text)


def _names(connection: Connection, document: Document) -> Iterator[tuple[str, str, str]]:
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
                yield case_id, "name", stored


def _folios(connection: Connection, document: Document) -> Iterator[tuple[str, str, str]]:
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
        yield row.id, "folio", row.folio


def _places(connection: Connection, document: Document) -> Iterator[tuple[str, str, str]]:
    """The same municipality and venue, and the same way of hooking or exploiting."""
    ways = {
        code
        for person in document["people"]
        for code, value in (person.get("answers") or {}).items()
        if value == "yes" and code.startswith(WAYS)
    }
    spots = {(p.get("municipality"), p.get("venue")) for p in document["places"]}
    for municipality, venue in spots:
        if not (municipality and venue and ways):
            continue
        for case_id, way in matching.with_place_and_way(connection, municipality, venue, sorted(ways)):
            yield case_id, "place_and_way", f"{municipality} {venue} {way}"
