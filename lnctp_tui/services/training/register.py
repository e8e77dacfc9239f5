"""The training register of a team: who may write it, what stands there, what is issued and taken back.

Supervision and administration write; the server and every laptop ask the same rule (domain.records.writing).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any, Final, NamedTuple
from uuid import uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from lnctp_tui.domain.protocol.protocol import Catalog, Label, Protocol, Row
from lnctp_tui.domain.records import bound, writing
from lnctp_tui.domain.training import number as numbers
from lnctp_tui.domain.training.figures import REPORT, Figures, Opening, figures
from lnctp_tui.domain.values.text import fold
from lnctp_tui.errors import Refused
from lnctp_tui.services.case import offline_lockout
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import audit, sound
from lnctp_tui.storage.database.session import CHANGES, TABLES, Store, Unit
from lnctp_tui.storage.replication import server_state

COURSES, CERTIFICATES = "courses", "certificates"
SEEN: Final = "training.seen"
"""What the chain of views says when the register was opened: it names people."""


class Register(NamedTuple):
    """What stands there, the newest first."""

    courses: list[dict[str, Any]]
    certificates: list[dict[str, Any]]
    hidden: bool
    """Whether older certificates are not shown: this laptop has been without its server too long."""
    writes: bool
    """Whether this person writes it."""

    def counted(self, today: date) -> Figures:
        """The figures of it."""
        return figures(self.courses, self.certificates, today)


@lru_cache(1)
def opening() -> Opening:
    """What the printed report says of training."""
    content = resources.files("lnctp_tui.data") / "training" / "informe.toml"
    said = tomllib.loads(content.read_text(encoding="utf-8"))
    guardians = said["guardians"]
    courses = tuple({**course, "source": said["source"]} for course in said["course"])
    return Opening(
        said["citation"], courses, guardians["people"], guardians["since"], tuple(guardians["states"])
    )


def today(workspace: Workspace) -> date:
    """The date of whoever reads."""
    return workspace.store.now().astimezone(ZoneInfo(workspace.zone)).date()


def may_write(connection: Connection) -> bool:
    """Whether this person writes the register. Without a server a laptop is its person's alone."""
    server = server_state.server(connection)
    return server is None or (bool(server.role) and writing.may(CERTIFICATES, str(server.role)))


def view(store: Store) -> Register:
    """All of the register that is shown on this laptop now. Blocking."""
    with store.read() as connection:
        limit = offline_lockout.since(connection, store.now())
        courses, held = _rows(connection, COURSES), _rows(connection, CERTIFICATES)
        shown = [row for row in held if limit is None or str(row["created_at"]) >= limit]
        writes = may_write(connection)
    courses.sort(key=lambda row: (str(row.get("starts_on") or ""), str(row["id"])), reverse=True)
    shown.sort(key=lambda row: (str(row.get("issued_on") or ""), str(row.get("number") or "")), reverse=True)
    return Register(courses, shown, len(shown) < len(held), writes)


def found(store: Store, typed: str) -> list[dict[str, Any]]:
    """The certificates of a number, as it is read or as it was typed."""
    number = numbers.parse(typed)
    wanted = str(number) if number else fold(typed).strip()
    return [
        row for row in view(store).certificates if wanted in (row.get("number"), fold(str(row.get("number"))))
    ]


def _rows(connection: Connection, table: str) -> list[dict[str, Any]]:
    rows = TABLES[table]
    query = select(rows).where(rows.c.erased_at.is_(None))
    return [dict(sound.row(table, row)) for row in connection.execute(query).mappings()]


def keeping_course(values: Mapping[str, Any], row: str | None = None) -> Deed:
    """The deed that keeps a course, a new one or one that is there."""
    return deed("course_keep", row or ids.new_id(), dict(values))


def keep_course(store: Store, row: str, values: Mapping[str, Any]) -> str:
    """Keep a course; returns its id. Raises Refused `training_not_yours`."""
    with store.write() as unit:
        _check(unit)
        _record(unit, COURSES, row, values)
    return row


def issuing(values: Mapping[str, Any], on: date) -> Deed:
    """The deed that issues a certificate; its number is given where it is stored."""
    return deed("certificate_issue", dict(values), on.isoformat())


def issue(store: Store, values: Mapping[str, Any], on: str) -> str:
    """Issue a certificate of `kind` on a day (ISO 8601); returns its number.

    A number that ever was on this laptop is not given again, though its holder was erased. Raises Refused
    `training_not_yours`, `certificate_holder` without a name.
    """
    if not str(values.get("holder_name") or "").strip():
        raise Refused("certificate_holder")
    issued = str(values.get("issued_on") or on)
    with store.write() as unit:
        _check(unit)
        rows = TABLES[CERTIFICATES]
        known = [str(value) for value in unit.connection.execute(select(rows.c.number)).scalars()]
        number = numbers.following(str(values["kind"]), int(issued[:4]), known)
        while _was_here(unit, CERTIFICATES, numbers.row_of(number)):
            number = number._replace(serial=number.serial + 1)
        patch = {"holder_kind": "person"} | dict(values) | {"number": str(number), "issued_on": issued}
        unit.record(CERTIFICATES, numbers.row_of(number), _said(patch))
    return str(number)


def revoking(row: str, reason: str, store: Store) -> Deed:
    """The deed that revokes a certificate now."""
    return deed("certificate_revoke", row, reason, instants.iso(store.now()))


def revoke(store: Store, row: str, reason: str, at: str) -> None:
    """Revoke a certificate, once; it stays, with the reason. Raises Refused `training_not_yours`, `no_certificate`."""
    with store.write() as unit:
        _check(unit)
        stored = unit.stored(CERTIFICATES, row)
        if stored is None:
            raise Refused("no_certificate")
        if not stored.get("revoked_at"):
            unit.record(CERTIFICATES, row, {"revoked_at": at, "reason": reason})


def open_with_report(store: Store) -> int:
    """Write the printed report's entries, which have the same ids on every laptop; how many were new.

    Raises Refused `training_not_yours`.
    """
    entered = 0
    with store.write() as unit:
        _check(unit)
        for course in opening().courses:
            row = str(uuid5(bound.NAMESPACE, f"{COURSES}:{REPORT}:{course['code']}"))
            if not _was_here(unit, COURSES, row):
                unit.record(COURSES, row, course)
                entered += 1
    return entered


def noted(store: Store, row: str) -> None:
    """Note in the chain of views that the register, or one certificate of it, was looked at."""
    with store.write() as unit:
        audit.note(unit.connection, unit.now, unit.author.actor, SEEN, row)


def _check(unit: Unit) -> None:
    if not may_write(unit.connection):
        raise Refused("training_not_yours")


def _was_here(unit: Unit, table: str, row: str) -> bool:
    """Whether this laptop ever knew a record, also one whose values an order erased."""
    query = select(CHANGES.c.id).where(CHANGES.c.table == table, CHANGES.c.row == row).limit(1)
    return unit.connection.execute(query).first() is not None


def _record(unit: Unit, table: str, row: str, values: Mapping[str, Any]) -> None:
    stored = unit.stored(table, row)
    patch = values if stored else _said(values)
    changed = {name: value for name, value in patch.items() if stored is None or stored.get(name) != value}
    if changed:
        unit.record(table, row, changed)


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def naming(protocol: Protocol, courses: Iterable[Mapping[str, Any]], people: Mapping[str, str]) -> Protocol:
    """The protocol with catalogs of the courses and colleagues that a certificate or a course may name."""
    named = {COURSES: titles(courses), "counselors": dict(people)}
    catalogs = {
        table: Catalog(
            table, tuple(Row(row, Label(name or row, name or row), mark="V") for row, name in rows.items())
        )
        for table, rows in named.items()
    }
    return replace(protocol, catalogs={**protocol.catalogs, **catalogs})


def titles(courses: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Id → what a course is called."""
    return {str(course["id"]): str(course.get("title") or course.get("code") or "") for course in courses}
