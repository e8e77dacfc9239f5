"""A spreadsheet of providers into the directory: looked at first, each row for itself, nothing twice, nothing erased.

An empty cell never erases. A number or address that differs is a proposal, as if somebody had typed it. What was
changed here since it was last imported is not overwritten: it is told, and stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as member
from pathlib import Path
from typing import Any, Final, Literal

from lnctp_tui.domain.directory import trust
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records import bound
from lnctp_tui.errors import BadInput
from lnctp_tui.services.directory import directory, writing
from lnctp_tui.services.directory.importing.duplicates import Book
from lnctp_tui.services.directory.importing.rows import ProviderRow, plan_of, read_row
from lnctp_tui.services.exchange.importing import files
from lnctp_tui.services.exchange.importing.rules import Problem
from lnctp_tui.services.exchange.importing.run import Progress, write_rejects
from lnctp_tui.services.exchange.importing.sheet import check_titles, raw_table
from lnctp_tui.storage.database import directory as index
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.directory import Gathered
from lnctp_tui.storage.database.session import New, Store, Unit

MOST_BYTES, MOST_ROWS = 20 << 20, 50_000
BATCH: Final = 100
IMPORTED: Final = "directory:imported:"
"""Before a provider's id: what the last import on this laptop said of it."""
Outcome = Literal["new", "update", "same", "maybe", "refused"]
SAID: Final = ("provider", "services")


@dataclass
class Report:
    """What an import did, or would do."""

    rows: int = 0
    outcomes: dict[Outcome, int] = member(
        default_factory=lambda: dict.fromkeys(("new", "update", "same", "maybe", "refused"), 0)
    )
    columns: dict[str, int] = member(default_factory=dict)
    """Title → cells that say something."""
    unmapped: tuple[str, ...] = ()
    problems: list[tuple[int, Problem]] = member(default_factory=list)
    """Row and why it is not taken."""
    notes: list[tuple[int, Problem]] = member(default_factory=list)
    """Row and what of it is to be looked at: hours to read, a change that stays, a proposal to verify."""
    stored: bool = False

    def to_json(self) -> dict[str, Any]:
        """What `lnctp directory import --json` prints."""
        told = [
            {"row": row, "field": problem.field, "reason": problem.reason, "facts": dict(problem.facts)}
            for row, problem in self.problems
        ]
        noted = [{"row": row, "field": note.field, "note": note.reason} for row, note in self.notes]
        counts: dict[str, Any] = {"rows": self.rows, "stored": self.stored}
        counts |= {str(outcome): count for outcome, count in self.outcomes.items()}
        titles = {"columns": self.columns, "unmapped": list(self.unmapped)}
        return counts | titles | {"problems": told, "notes": noted}


@dataclass
class Plan:
    """What a file would do: read, matched, nothing written."""

    source: str
    report: Report
    new: list[ProviderRow] = member(default_factory=list)
    updates: list[tuple[ProviderRow, str]] = member(default_factory=list)
    """A row and the provider that it is."""
    refused: list[ProviderRow] = member(default_factory=list)


def look(
    store: Store, path: Path, protocol: Protocol, *, mapping: Path | None = None, sheet: str | None = None,
    source: str | None = None, maybe_new: bool = False,
) -> Plan:  # fmt: skip
    """What importing a file would do. `maybe_new`: what may be a duplicate is another one.

    Raises BadInput for a file or mapping that cannot be read at all, `import_too_large`.
    """
    rows, report = _rows(path, protocol, mapping, sheet)
    plan = Plan(source or path.stem, report)
    with store.read() as connection:
        book = _book(connection)
        for row in rows:
            row.provider.setdefault("source", plan.source)
            outcome = _place(plan, book, row, maybe_new)
            report.outcomes[outcome] += 1
            report.notes += [(row.number, note) for note in row.notes]
    return plan


def _rows(
    path: Path, protocol: Protocol, mapping: Path | None, sheet: str | None
) -> tuple[list[ProviderRow], Report]:
    content = files.read_raw(path)
    if len(content) > MOST_BYTES:
        raise BadInput("import_too_large", name=path.name, most=f"{MOST_BYTES >> 20} MB")
    form = files.guess(path, content)
    if form not in ("csv", "xlsx"):
        raise BadInput("import_format", name=path.name)
    first = plan_of(mapping, (), path.name, protocol) if mapping else None
    table = raw_table(path, content, form, first, sheet)
    plan = first or plan_of(None, table.titles, path.name, protocol)
    check_titles(path, table, plan)
    if len(table.lines) > MOST_ROWS:
        raise BadInput("import_too_large", name=path.name, most=f"{MOST_ROWS}")
    report = Report(
        len(table.lines),
        unmapped=tuple(title for title in table.titles if title and title not in plan.columns),
    )
    report.columns = dict.fromkeys(plan.columns, 0)
    rows = []
    for line in table.lines:
        source = dict(zip(table.titles, line.cells, strict=False))
        for title in plan.columns:
            report.columns[title] += bool(str(source.get(title) or "").strip())
        row = read_row(line.number, source, plan, protocol)
        if line.problem:
            row.problems = [line.problem]
        rows.append(row)
    return rows, report


def _book(connection: Any) -> Book:
    book = Book()
    for gathered in index.everything(connection):
        sites = [entry.row for entry in gathered.sites.current]
        channels = [entry.row for entry in (*gathered.channels.current, *gathered.channels.proposed)]
        book.add(gathered.provider["id"], gathered.provider, sites, channels)
    return book


def _place(plan: Plan, book: Book, row: ProviderRow, maybe_new: bool) -> Outcome:
    if row.problems:
        plan.refused.append(row)
        plan.report.problems += [(row.number, problem) for problem in row.problems]
        return "refused"
    sites, channels = list(row.sites.values()), list(row.channels.values())
    id_, sure = book.match(row.provider, sites, channels)
    if id_ is not None and id_.startswith("row:"):  # the same twice in one file
        if sure:
            return "same"
        id_, sure = (None, True) if maybe_new else (id_, False)
    if id_ is None or (not sure and maybe_new):
        book.add(f"row:{row.number}", row.provider, sites, channels)
        plan.new.append(row)
        return "new"
    if not sure:
        plan.refused.append(row)
        plan.report.problems.append((row.number, Problem("", "maybe_duplicate", {"of": id_})))
        return "maybe"
    plan.updates.append((row, id_))
    return "update"


def store_plan(
    store: Store, plan: Plan, *, rejects: Path | None = None, progress: Progress | None = None
) -> Report:
    """Stores what was looked at, a hundred rows in one transaction; refused rows go to a file, if one is named."""
    report, done, total = plan.report, 0, len(plan.new) + len(plan.updates)
    for start in range(0, len(plan.new), BATCH):
        batch = plan.new[start : start + BATCH]
        with store.write() as unit:
            _enter(unit, batch)
        done += len(batch)
        if progress:
            progress(done, total)
    for row, id_ in plan.updates:
        with store.write() as unit:
            notes, changed = _update(unit, row, id_)
        report.notes += [(row.number, note) for note in notes]
        if not changed:
            report.outcomes["update"] -= 1
            report.outcomes["same"] += 1
        done += 1
        if progress:
            progress(done, total)
    if rejects and plan.refused:
        write_rejects(rejects, [_refused(row) for row in plan.refused], {row.number for row in plan.refused})
    directory.settle(store)
    report.stored = True
    return report


def _refused(row: ProviderRow) -> files.Row:
    return files.Row(row.number, None, row.source, tuple(row.problems), sheet=True)


def _enter(unit: Unit, rows: Iterable[ProviderRow]) -> None:
    draft, person = writing.drafter(unit), unit.author.actor
    new: dict[tuple[str, str], New] = {}
    for row in rows:
        slots = {slot: place for place, slot in enumerate(row.sites)}
        services = [
            service | ({"site": slots[slot]} if slot in slots else {})
            for slot, service in row.services.items()
        ]
        made = writing.made(
            draft, person, row.provider, [*row.sites.values()], services, [*row.channels.values()]
        )
        if unit.stored("providers", made[0].row) is None:
            new |= {(record.table, record.row): record for record in made}
            _remember(unit, made[0].row, row)
    unit.create_many(new.values())


def _remember(unit: Unit, id_: str, row: ProviderRow) -> None:
    former = state.get(unit.connection, IMPORTED + id_, {})
    services = dict(former.get("services", {}))
    for slot, service in row.services.items():
        services[slot] = services.get(slot, {}) | service
    unit.remember(
        IMPORTED + id_, {"provider": former.get("provider", {}) | row.provider, "services": services}
    )


def _update(unit: Unit, row: ProviderRow, id_: str) -> tuple[list[Problem], bool]:
    """What of a row is new for its provider. Returns what is told, and whether anything was written."""
    gathered = directory.gathered_of(unit.connection, id_)
    former = state.get(unit.connection, IMPORTED + id_, {})
    notes: list[Problem] = []
    patch = _differing(row.provider, gathered.provider, former.get("provider", {}), notes)
    if patch:
        unit.record("providers", id_, patch)
    changed = bool(patch)
    by_key = {str(service.get("source_id")): service for service in gathered.services}
    for number, (slot, service) in enumerate(row.services.items()):
        stored = by_key.get(str(number))
        if stored is None:
            values = {
                "provider_id": id_,
                "source_id": str(number),
                "drafted_by": writing.drafter(unit),
            } | service
            writing.record(unit, "provider_services", values)
            changed = True
        elif patch := _differing(service, stored, former.get("services", {}).get(slot, {}), notes):
            unit.record("provider_services", stored["id"], patch)
            changed = True
    changed = _propose(unit, row, gathered, notes) or changed
    _remember(unit, id_, row)
    return notes, changed


def _differing(
    values: Mapping[str, Any], stored: Mapping[str, Any], former: Mapping[str, Any], notes: list[Problem]
) -> dict[str, Any]:
    """The fields to write: those that are empty here, or that nobody changed since the last import said them."""
    patch = {}
    for name, value in values.items():
        if name in ("source", "source_id") or stored.get(name) == value:
            continue
        if stored.get(name) is None or (name in former and former[name] == stored.get(name)):
            patch[name] = value
        else:
            notes.append(Problem(name, "changed_here"))
    return patch


def _propose(unit: Unit, row: ProviderRow, gathered: Gathered, notes: list[Problem]) -> bool:
    """Numbers and addresses that are not here yet, as proposals; nothing that stands is touched."""
    proposed = False
    for table, believed, rows in (
        ("provider_channels", gathered.channels, row.channels), ("provider_sites", gathered.sites, row.sites),
    ):  # fmt: skip
        stated = [*believed.current, *believed.proposed, *believed.former]
        known = {trust.content_key(table, entry.row) for entry in stated}
        current = [entry.row["id"] for entry in believed.current if entry.row.get("kind") in (None, "phone")]
        for values in rows.values():
            if trust.content_key(table, values) in known:
                continue
            replaces = current[0] if len(current) == 1 and len(rows) == 1 else None
            said = {
                "provider_id": gathered.provider["id"], "proposed_by": unit.author.actor,
                "drafted_by": writing.drafter(unit), "replaces_id": replaces,
            }  # fmt: skip
            row_id, patch = bound.made(table, said | dict(values))
            if unit.stored(table, row_id) is None:
                unit.record(table, row_id, patch)
                notes.append(Problem(table, "to_verify"))
                proposed = True
    return proposed
