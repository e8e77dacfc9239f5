"""A sheet of courses or certificates into the register: looked at whole, row by row, before anything is written.

The columns are named `course.title`, `certificate.number`, or by a mapping file (docs/import.md). A row that is there
and says the same is left alone; one that says otherwise is refused: nothing in the register is written over by a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import uuid5

import orjson

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records import bound
from lnctp_tui.domain.records.kinds import CERTIFICATE, COURSE
from lnctp_tui.domain.training import number as numbers
from lnctp_tui.errors import BadInput, Refused
from lnctp_tui.services.exchange.importing import files, sheet
from lnctp_tui.services.exchange.importing.files import Row
from lnctp_tui.services.exchange.importing.mapping import read_mapping
from lnctp_tui.services.exchange.importing.rules import Problem
from lnctp_tui.services.exchange.importing.run import write_rejects
from lnctp_tui.services.training import register
from lnctp_tui.storage.database.session import Store, Unit

TABLES: Final[Mapping[str, str]] = {kind.singular: kind.table for kind in (COURSE, CERTIFICATE)}
MOST_BYTES: Final = 20 << 20
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {"course": ("title", "code"), "certificate": ("number",)}
"""What a record must say one of: a row without it is of nothing."""


@dataclass
class Outcome:
    """What an import did, or would do. Holds no value of the file but wrong numbers."""

    rows: int = 0
    new: int = 0
    same: int = 0
    refused: list[tuple[int, Problem]] = field(default_factory=list)
    wrong: list[tuple[int, str, tuple[str, ...]]] = field(default_factory=list)
    """Row, a number whose symbol is wrong and that was kept as it is, and the nearest ones."""
    unmapped: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What `lnctp course import --json` prints."""
        return {
            "rows": self.rows, "new": self.new, "unchanged": self.same, "unmapped": list(self.unmapped),
            "refused": [
                {"row": row, "field": why.field, "reason": why.reason, "facts": dict(why.facts)}
                for row, why in self.refused
            ],
            "wrong_numbers": [{"row": row, "number": said, "nearest": near} for row, said, near in self.wrong],
        }  # fmt: skip


@dataclass(frozen=True)
class _Entry:
    row: int
    table: str
    id: str
    patch: dict[str, Any]


def import_file(
    store: Store,
    path: Path,
    protocol: Protocol,
    today: date,
    *,
    mapping: Path | None = None,
    preview: bool = False,
    rejects: Path | None = None,
) -> Outcome:
    """Bring in what a CSV or a workbook holds; with `preview` only say what would come in.

    `rejects`: where the refused rows go, for their owner's eyes alone. Raises BadInput for a file or a mapping that
    cannot be read at all, Refused `training_not_yours`.
    """
    rows, unmapped = _rows(path, protocol, today, mapping)
    outcome = Outcome(len(rows), unmapped=unmapped)
    with store.write() as unit:
        if not register.may_write(unit.connection):
            raise Refused("training_not_yours")
        entries = [*_entries(rows, outcome)]
        written = [entry for entry in entries if _fits(unit, entry, outcome)]
        for entry in written if not preview else ():
            unit.record(entry.table, entry.id, entry.patch)
    outcome.refused.sort(key=lambda refusal: refusal[0])
    if rejects and outcome.refused:
        write_rejects(rejects, rows, {row for row, _why in outcome.refused})
    return outcome


def _rows(
    path: Path, protocol: Protocol, today: date, mapping: Path | None
) -> tuple[list[Row], tuple[str, ...]]:
    content = files.read_raw(path)
    if len(content) > MOST_BYTES:
        raise BadInput("import_too_large", name=path.name, most=f"{MOST_BYTES >> 20} MB")
    form = files.guess(path, content)
    if form not in ("csv", "xlsx"):
        raise BadInput("import_format", name=path.name)
    plan = read_mapping(mapping, protocol, TABLES) if mapping else None
    read = sheet.read(path, content, form, plan, protocol, today, None, TABLES)
    unused = (plan.identity,) if plan and plan.identity else ()  # a number makes the id here, no column does
    return read.rows, (*read.unmapped, *unused)


def _entries(rows: list[Row], outcome: Outcome) -> Iterator[_Entry]:
    """The records of the rows that are understood whole; no row comes in by half."""
    met: dict[str, tuple[int, dict[str, Any]]] = {}
    for row in rows:
        entries = [*_of(row)] if row.document is not None and not row.problems else []
        problems = row.problems or (() if entries else (Problem("", "empty"),))
        for entry in entries:
            first, said = met.setdefault(entry.id, (row.number, entry.patch))
            if said != entry.patch:
                problems = (Problem("", "id_again", {"line": first}),)
        outcome.refused += [(row.number, problem) for problem in problems]
        yield from entries if not problems else ()


def _of(row: Row) -> Iterator[_Entry]:
    for on, table in TABLES.items():
        for record in row.document.get(on, ()):
            patch = {name: value for name, value in record.items() if name not in ("id", "answers")}
            if not any(patch.get(name) for name in NEEDED[on]):
                continue
            if on == "certificate":
                number = numbers.parse(patch["number"])
                patch["number"] = str(number) if number else patch["number"]
            yield _Entry(row.number, table, _id(table, patch), patch)


def _id(table: str, patch: Mapping[str, Any]) -> str:
    """A certificate's is made of its number; a course's of what tells it from others, so that none comes in twice."""
    if table in bound.BOUND:
        return bound.row_id(table, patch)
    told = [patch.get(name) for name in ("code", "title", "starts_on", "state", "venue")]
    return str(uuid5(bound.NAMESPACE, f"{table}:import:{orjson.dumps(told).decode()}"))


def _fits(unit: Unit, entry: _Entry, outcome: Outcome) -> bool:
    """Whether an entry is new; what is there is left as it is, and told."""
    stored = unit.stored(entry.table, entry.id)
    if stored is not None:
        if all(stored.get(name) == value for name, value in entry.patch.items()):
            outcome.same += 1
        else:
            outcome.refused.append((entry.row, Problem("", "already_there")))
        return False
    said = str(entry.patch.get("number") or "")
    if entry.table == register.CERTIFICATES and numbers.parse(said) is None:
        outcome.wrong.append((entry.row, said, numbers.nearest(said)))
    outcome.new += 1
    return True
