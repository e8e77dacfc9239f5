"""What a field that names another record offers: colleagues by name, and the records of its case by what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from lnctp_tui.domain.protocol.protocol import Catalog, Label, Protocol, Row
from lnctp_tui.domain.records.document import Document, Record
from lnctp_tui.domain.values.text import fold
from lnctp_tui.storage import instants

COLLEAGUES: Final = "counselors"
"""The catalog of those whom this laptop knows, for fields that name one."""
SURE: Final = "V"
Named = Callable[[Record], Iterator[Label]]


def known(protocol: Protocol, names: Mapping[str, str], document: Document, zone: str) -> Protocol:
    """The protocol with a catalog for each table that a field of a case may name."""
    catalogs = {COLLEAGUES: _colleagues(names)}
    for table, named in _named(protocol, zone).items():
        rows = [
            Row(row["id"], _joined(named(row)), mark=SURE)
            for row in document.get(table) or ()
            if row.get("id")
        ]
        catalogs[table] = Catalog(table, tuple(rows))
    return replace(protocol, catalogs={**protocol.catalogs, **catalogs})


def offered(protocol: Protocol, table: str) -> Mapping[str, Row]:
    """The records of a table that fields may name, by id."""
    catalog = protocol.catalogs.get(table)
    return catalog.by_code if catalog else {}


def _colleagues(names: Mapping[str, str]) -> Catalog:
    """People, sorted by name; those of one name are told apart by their ids."""
    spelled = [fold(name) for name in names.values()]
    rows = []
    for person, name in sorted(names.items(), key=lambda item: fold(item[1])):
        label = f"{name} ({person[-4:]})" if spelled.count(fold(name)) > 1 else name
        rows.append(Row(person, Label(label, label), mark=SURE))
    return Catalog(COLLEAGUES, tuple(rows))


def _joined(labels: Iterator[Label]) -> Label:
    parts = list(labels)
    return Label(" · ".join(part.es for part in parts) or "—", " · ".join(part.en for part in parts) or "—")


def _named(protocol: Protocol, zone: str) -> dict[str, Named]:
    def same(text: object) -> Iterator[Label]:
        if text:
            yield Label(str(text), str(text))

    def coded(catalog: str, code: object) -> Iterator[Label]:
        row = protocol.catalogs[catalog].by_code.get(str(code)) if catalog in protocol.catalogs else None
        if row is not None:
            yield row.label

    def person(row: Record) -> Iterator[Label]:
        yield from same(row.get("name"))
        yield from coded("person_role", row.get("role"))

    def referral(row: Record) -> Iterator[Label]:
        yield from same(row.get("reference"))
        yield from same(row.get("provider_name"))

    def file(row: Record) -> Iterator[Label]:
        yield from same(row.get("number"))
        yield from same(row.get("authority"))

    def contact(row: Record) -> Iterator[Label]:
        if row.get("started_at"):
            yield from same(f"{instants.local(row['started_at'], zone):%d/%m/%Y %H:%M}")
        yield from coded("channel", row.get("channel"))

    return {"people": person, "referrals": referral, "files": file, "contacts": contact}
