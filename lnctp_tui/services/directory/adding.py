"""A provider that nobody has entered yet, as somebody heard of it."""

from __future__ import annotations

from lnctp_tui.domain.values import phones
from lnctp_tui.errors import Refused
from lnctp_tui.services.directory import writing
from lnctp_tui.services.directory.importing.duplicates import plain
from lnctp_tui.storage.database import directory as index
from lnctp_tui.storage.database.session import Store


def whole_number(phone: str) -> dict[str, str | None]:
    """A telephone with all its figures: of a new provider nobody knows yet that a short one is meant.

    Raises Refused `bad_number`.
    """
    if len(phones.read(phone)) != 1:
        raise Refused("bad_number")
    return writing.written("phone", phone)


def add(store: Store, source_id: str, name: str, kind: str, service: str, state: str, phone: str) -> str:
    """Enter it, in use at once and unverified, of a counselor a draft that says so; its id.

    `source_id` is made when it is asked for: done twice it is there once. Raises Refused `bad_number`, `is_a_line`: as
    a national line is called nobody else is.
    """
    number = whole_number(phone)
    with store.write() as unit:
        if plain(name) in {
            plain(str(line["provider"]["name"])) for line in index.catalogs(unit.connection).hotlines
        }:
            raise Refused("is_a_line")
        new = writing.made(
            writing.drafter(unit), unit.author.actor, {"name": name, "kind": kind, "source_id": source_id},
            [{"country": "MX", "state": state}], [{"kind": service, "covers": [state]}],
            [number | {"purpose": "publico"}],
        )  # fmt: skip
        if unit.stored("providers", new[0].row) is None:
            unit.create_many(new)
            index.index(unit.connection, [new[0].row])
    return new[0].row
