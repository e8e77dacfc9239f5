"""A spreadsheet of providers into the directory: looked at first, each row for itself, nothing twice, nothing erased.

An empty cell never erases. A number or address that differs is a proposal, as if somebody had typed it. What was
changed here since it was last imported is not overwritten: it is told, and stays. Each run can be taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as member
from pathlib import Path
from typing import Any, Final, Literal

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.services.case import handing_out
from lnctp_tui.services.directory import directory, writing
from lnctp_tui.services.directory.importing import decisions, reading, updating
from lnctp_tui.services.directory.importing.batches import Writing
from lnctp_tui.services.directory.importing.duplicates import Book, plain
from lnctp_tui.services.directory.importing.reading import MOST_BYTES, MOST_ROWS
from lnctp_tui.services.directory.importing.rows import ProviderRow
from lnctp_tui.services.exchange.importing import files
from lnctp_tui.services.exchange.importing.rules import Problem
from lnctp_tui.services.exchange.importing.run import Progress, write_rejects
from lnctp_tui.storage.database import directory as index
from lnctp_tui.storage.database.session import New, Store, Unit

__all__ = ["MOST_BYTES", "MOST_ROWS", "Plan", "Report", "look", "store_plan"]
BATCH: Final = 100
IN_FILE: Final = "row:"
"""Before the number of an earlier row of the same file."""
KEY: Final = "key:"
"""Before what the file itself calls a provider."""
Outcome = Literal["new", "update", "same", "maybe", "refused"]


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
    batch: str | None = None
    """By which it can be taken back; None when nothing was written."""

    def to_json(self) -> dict[str, Any]:
        """What `lnctp directory import --json` prints."""
        told = [
            {"row": row, "field": problem.field, "reason": problem.reason, "facts": dict(problem.facts)}
            for row, problem in self.problems
        ]
        noted = [
            {"row": row, "field": note.field, "note": note.reason, "facts": dict(note.facts)}
            for row, note in self.notes
        ]
        counts: dict[str, Any] = {"rows": self.rows, "stored": self.stored, "batch": self.batch}
        counts |= {str(outcome): count for outcome, count in self.outcomes.items()}
        titles = {"columns": self.columns, "unmapped": list(self.unmapped)}
        return counts | titles | {"problems": told, "notes": noted}


@dataclass
class Plan:
    """What a file would do: read, matched, nothing written."""

    source: str
    file: str
    report: Report
    new: list[ProviderRow] = member(default_factory=list)
    updates: list[tuple[ProviderRow, str]] = member(default_factory=list)
    """A row and the provider that it is."""
    maybe: list[tuple[ProviderRow, str]] = member(default_factory=list)
    """A row and the provider that it may be, or `row:12`, an earlier row of the file."""
    refused: list[ProviderRow] = member(default_factory=list)
    met: dict[str, ProviderRow] = member(default_factory=dict)
    """Each provider of the file, by its key, its id or `row:12` → its first row."""
    decided: list[tuple[ProviderRow, str, bool]] = member(default_factory=list)
    """A row, the provider it was held against, and whether it is that one."""

    def decide(self, number: int, same: bool) -> bool:
        """Say whether a row is the provider that it may be; False when there is no such question."""
        pair = next((pair for pair in self.maybe if pair[0].number == number), None)
        if pair is None:
            return False
        row, id_ = pair
        self.maybe.remove(pair)
        self.refused.remove(row)
        self.report.problems = [
            told for told in self.report.problems if told[0] != number or told[1].reason != "maybe_duplicate"
        ]
        in_file = id_.startswith(IN_FILE)
        outcome: Outcome = "new" if not same else "same" if in_file else "update"
        if not same:
            self.new.append(row)
        elif not in_file:
            self.updates.append((row, id_))
        if not in_file:
            self.decided.append((row, id_, same))
        self.report.outcomes["maybe"] -= 1
        self.report.outcomes[outcome] += 1
        return True


def look(
    store: Store, path: Path, protocol: Protocol, *, mapping: Path | None = None, sheet: str | None = None,
    source: str | None = None, maybe_new: bool = False, encoding: str | None = None,
) -> Plan:  # fmt: skip
    """What importing a file would do. `maybe_new`: what may be a duplicate is another one.

    Raises BadInput for a file or mapping that cannot be read at all, as `reading.read` does.
    """
    sheet_read = reading.read(path, protocol, mapping, sheet, encoding)
    report = Report(len(sheet_read.rows), columns=sheet_read.columns, unmapped=sheet_read.unmapped)
    report.notes += sheet_read.notes
    plan = Plan(source or path.stem, path.name, report)
    with store.read() as connection:
        book, decided = _book(connection), decisions.known(connection)
    for row in sheet_read.rows:
        row.provider.setdefault("source", plan.source)
        outcome = _place(plan, book, row, decided.get(decisions.key(row), {}), maybe_new)
        report.outcomes[outcome] += 1
        report.notes += [(row.number, note) for note in row.notes]
    return plan


def _book(connection: Any) -> Book:
    lines = frozenset(plain(str(line["provider"]["name"])) for line in index.catalogs(connection).hotlines)
    book = Book(lines=lines)
    for gathered in index.everything(connection):
        sites = [entry.row for entry in gathered.sites.current]
        channels = [entry.row for entry in (*gathered.channels.current, *gathered.channels.proposed)]
        book.add(gathered.provider["id"], gathered.provider, sites, channels)
    return book


def _place(plan: Plan, book: Book, row: ProviderRow, decided: Mapping[str, Any], maybe_new: bool) -> Outcome:
    if not row.problems and book.is_line(row.provider):
        return _refuse(plan, row, Problem("", "name_of_a_line"))
    if row.problems:
        plan.refused.append(row)
        plan.report.problems += [(row.number, problem) for problem in row.problems]
        return "refused"
    if (key := row.provider.get("source_id")) is not None:
        of_key = plan.met.setdefault(f"{KEY}{key}", row)
        if of_key is not row:
            problem = Problem("", "id_again", {"line": of_key.number})
            return "same" if of_key.says(row) else _refuse(plan, row, problem)
    sites, channels = list(row.sites.values()), list(row.channels.values())
    id_, sure = book.match(row.provider, sites, channels, decided.get("others", ()))
    if decided.get("same") and decided["same"] == id_:
        sure = True
    if sure and id_ is not None and (first := plan.met.get(id_)):  # the same twice in one file
        if first.says(row):
            return "same"
        return _refuse(plan, row, Problem("", "same_as_row", {"line": first.number}))
    if id_ is None or (not sure and maybe_new):
        plan.met[f"{IN_FILE}{row.number}"] = row
        book.add(f"{IN_FILE}{row.number}", row.provider, sites, channels)
        plan.new.append(row)
        return "new"
    if not sure:
        plan.refused.append(row)
        plan.maybe.append((row, id_))
        plan.report.problems.append((row.number, Problem("", "maybe_duplicate", {"of": id_})))
        return "maybe"
    plan.met[id_] = row
    plan.updates.append((row, id_))
    return "update"


def _refuse(plan: Plan, row: ProviderRow, problem: Problem) -> Outcome:
    row.problems.append(problem)
    plan.refused.append(row)
    plan.report.problems.append((row.number, problem))
    return "refused"


def store_plan(
    store: Store, plan: Plan, *, rejects: Path | None = None, progress: Progress | None = None
) -> Report:
    """Stores what was looked at, a hundred rows in one transaction; refused rows go to a file, if one is named.

    Raises Refused `place_shared` where the folder of that file is copied elsewhere; then nothing is stored.
    """
    if rejects:
        handing_out.folder(rejects.absolute().parent)
    report, done, total = plan.report, 0, len(plan.new) + len(plan.updates)
    tell = progress or (lambda _done, _total: None)
    batch = Writing(plan.file)
    decided = {row.number: (id_, same) for row, id_, same in plan.decided}
    for start in range(0, len(plan.new), BATCH):
        rows = plan.new[start : start + BATCH]
        with store.write() as unit:
            batch.begin(unit)
            _enter(unit, rows, batch)
            for row in rows:
                if row.number in decided:
                    decisions.remember(unit, row, *decided[row.number])
            batch.piece(unit)
        done += len(rows)
        tell(done, total)
    for row, id_ in plan.updates:
        with store.write() as unit:
            batch.begin(unit)
            notes, changed = updating.update(unit, row, id_, batch)
            if row.number in decided:
                decisions.remember(unit, row, *decided[row.number])
            batch.piece(unit)
        report.notes += [(row.number, note) for note in notes]
        if not changed:
            report.outcomes["update"] -= 1
            report.outcomes["same"] += 1
        done += 1
        tell(done, total)
    if rejects and plan.refused:
        write_rejects(rejects, [_refused(row) for row in plan.refused], {row.number for row in plan.refused})
    directory.settle(store)
    report.stored, report.batch = True, batch.id if batch.count else None
    return report


def _refused(row: ProviderRow) -> files.Row:
    return files.Row(row.number, None, row.source, tuple(row.problems), sheet=True)


def _enter(unit: Unit, rows: Iterable[ProviderRow], batch: Writing) -> None:
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
        stored = unit.stored("providers", made[0].row)
        if stored is None:
            new |= {(record.table, record.row): record for record in made}
        elif stored["erased_at"]:
            _bring_back(unit, made, batch)
        else:
            continue
        batch.imported[made[0].row] = None
        updating.remember(unit, made[0].row, row)
    unit.create_many(new.values())


def _bring_back(unit: Unit, made: Iterable[New], batch: Writing) -> None:
    """Enter again what an import entered and somebody took back."""
    for record in made:
        stored = unit.stored(record.table, record.row)
        patch = dict(record.patch) | ({"erased_at": None} if stored else {})
        if stored:
            batch.changed(record.table, stored, {"erased_at": None})
        unit.record(record.table, record.row, patch)
