"""Cases out of the store, as JSON Lines of case documents that `case import` reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson
from sqlalchemy import select

from lnctp_tui.services.case import cases, handing_out, offline_lockout
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import audit
from lnctp_tui.storage.database.session import TABLES, Store

CASES, CONTACTS = TABLES["cases"], TABLES["contacts"]


def lines(store: Store, ids: Sequence[str] | None) -> Iterator[bytes]:
    """One document a line: the named cases, or with None all that are shown and then the contacts without one."""
    loose: list[str] = []
    if ids is None:
        with store.read() as connection:
            visible = offline_lockout.shown(connection, store.now())
            ids = list(connection.scalars(select(CASES.c.id).where(CASES.c.erased_at.is_(None), visible)))
            visible = offline_lockout.shown(connection, store.now(), "contacts")
            alone = CONTACTS.c.case_id.is_(None) & CONTACTS.c.erased_at.is_(None)
            loose = list(connection.scalars(select(CONTACTS.c.id).where(alone, visible)))
    _note(store, [*ids, *loose])
    for row_id in ids:
        yield orjson.dumps(cases.document(store, row_id), option=orjson.OPT_APPEND_NEWLINE)
    for row_id in loose:
        yield orjson.dumps(cases.document_of_contact(store, row_id), option=orjson.OPT_APPEND_NEWLINE)


def write(store: Store, ids: Sequence[str] | None, file: Path) -> int:
    """Writes the lines to a new private file, one by one; returns how many.

    Raises as `handing_out.named`, before anything is read for it; StorageFailed `file_failed`. Then there is no file.
    """
    count, place = 0, handing_out.named(file)
    with paths.new_file(place) as out:
        for count, line in enumerate(lines(store, ids), 1):  # noqa: B007 - the last is how many
            out.write(line)
    return count


def _note(store: Store, ids: Sequence[str]) -> None:
    with store.write() as unit:
        audit.note_all(unit.connection, unit.now, store.author.actor, "export", ids)
