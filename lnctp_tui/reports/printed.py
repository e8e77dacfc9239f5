"""The printed report as questions: each figure, what the records answer, whether they are equal, and its notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from lnctp_tui.domain.protocol.protocol import Label
from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.result import ALONE, Table
from lnctp_tui.reports import tables
from lnctp_tui.reports.special import Cited

Asked = Callable[[date, date, Definition], Table]
"""Counts one table of a period."""
FILE: Final = "printed.toml"


@dataclass(frozen=True)
class Figure:
    """One printed number next to ours."""

    group: str
    table: str
    """Id of the table, or its dimensions."""
    row: str
    column: str
    start: date
    end: date
    printed: int
    ours: int
    share: bool
    """A percentage."""
    notes: tuple[str, ...]
    source: str

    @property
    def equal(self) -> bool:
        return self.printed == self.ours


@cache
def values() -> dict[str, Any]:
    """The file."""
    return tables.loaded(FILE, tables.text(FILE))[0]


@cache
def notes() -> Mapping[str, Label]:
    """Id of a note → its words."""
    return {note["id"]: Label(note["es"], note["en"]) for note in values()["note"]}


@cache
def cited() -> tuple[Cited, ...]:
    """Figures that no record answers."""
    return tuple(Cited(figure["id"], figure["value"]) for figure in values()["cited"])


@cache
def cited_words() -> Mapping[str, tuple[Label, str]]:
    """Id of a cited figure → its words and its unit."""
    return {
        figure["id"]: (Label(figure["es"], figure["en"]), figure.get("unit", ""))
        for figure in values()["cited"]
    }


def periods() -> tuple[date, date]:
    """From when to when the printed report is."""
    return date.fromisoformat(values()["from"]), date.fromisoformat(values()["to"])


def concerns(start: date, end: date) -> bool:
    """Whether a period meets one of which the print says something: its notes stand under no other."""
    latest = max(group.get("to", values()["to"]) for group in values()["group"])
    return start <= date.fromisoformat(latest) and end >= periods()[0]


def compare(ask: Asked) -> Iterator[Figure]:
    """Every printed figure next to what `ask` counts, in the order of the file."""
    for group in values()["group"]:
        start, end = (date.fromisoformat(group.get(name, values()[name])) for name in ("from", "to"))
        definition = _definition(group)
        table = ask(start, end, definition)
        for key, printed in group["values"].items():
            row, column = _cell(group, key)
            yield Figure(
                group["id"], definition.id or " × ".join(group["by"]), row, column, start, end, printed,
                _ours(group, table, row, column), "share" in group or "share_of" in group,
                tuple(group.get("notes", ())), group.get("source", ""),
            )  # fmt: skip


def _definition(group: Mapping[str, Any]) -> Definition:
    if "table" in group:
        return tables.chosen([group["table"]])[0]
    return tables.asked(tuple(group["by"]), group["unit"], own_date=group.get("own_date", False))


def _cell(group: Mapping[str, Any], key: str) -> tuple[str, str]:
    if "row" in group:
        return group["row"], key
    return key, group.get("column", ALONE)


def _ours(group: Mapping[str, Any], table: Table, row: str, column: str) -> int:
    if "measure" in group:
        value = next(measure.value for measure in table.measures if measure.code == group["measure"])
        return -1 if value is None else int(value)
    if "distinct" in group:
        return len({cell.row for cell in table.cells} - set(group["distinct"]))
    if group.get("take") == "units":
        count = table.units
    elif "sum" in group:
        count = sum(table.count(*cell) for cell in group["sum"])
    else:
        count = table.count(row, column)
    count -= sum(table.count(*cell) for cell in group.get("minus", ()))
    base = group.get("share_of") or {"unit": table.units, "known": table.known, "case": table.base}.get(
        group.get("share", ""), 0
    )
    return percent(count, base) if base else count


def percent(count: int, base: int) -> int:
    """A whole percentage; halves go up. 0 of nothing."""
    return (200 * count + base) // (2 * base) if base else 0
