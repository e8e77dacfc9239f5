"""What a table of a report is made of, and what is wrong with a definition. Read from files by reports.tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lnctp_tui.domain.protocol.protocol import Label
from lnctp_tui.domain.report import dimensions
from lnctp_tui.domain.report.dimensions import BASES, DIMENSIONS, SPECIAL, UNITS

KEYS: Final = frozenset(
    ("id", "unit", "rows", "cols", "base", "many", "own_date", "public", "hub", "title", "notes", "special")
)
NEEDED: Final = ("id", "unit", "base", "title")


@dataclass(frozen=True, slots=True)
class Definition:
    """One table: what is counted, by what, and what its percentages are of."""

    id: str
    unit: str
    rows: str
    columns: str
    base: tuple[str, ...]
    """Of BASES; a second one is shown beside the first."""
    title: Label
    own_date: bool = False
    """Of the rows' own date, not the report's."""
    public: bool = False
    hub: str = ""
    """The dimension that crosses of this unit share (editions)."""
    notes: tuple[str, ...] = ()
    special: str = ""
    """Of SPECIAL; empty where rows and columns say all."""

    @property
    def many(self) -> frozenset[str]:
        """Those of its dimensions of which a unit may have several codes."""
        return frozenset(name for name in (self.rows, self.columns) if name and DIMENSIONS[name].many)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a definition: the key and a code of i18n, with its facts."""

    key: str
    code: str
    what: str = ""


def of(table: Mapping[str, Any]) -> Definition:
    """The definition that a table of the file makes; only of one without flaws."""
    base = table["base"]
    return Definition(
        table["id"], table["unit"], table.get("rows", ""), table.get("cols", ""),
        tuple(base) if isinstance(base, list) else (base,), Label(table["title"]["es"], table["title"]["en"]),
        table.get("own_date", False), table.get("public", False), table.get("hub", ""),
        tuple(table.get("notes", ())), table.get("special", ""),
    )  # fmt: skip


def flaws(table: Mapping[str, Any], ids: frozenset[str] = frozenset()) -> Iterator[Flaw]:
    """All that is wrong with a table of the file; `ids` are those of the tables before it."""
    for key in table:
        if key not in KEYS:
            yield Flaw(key, "unknown_key", key)
    for key in NEEDED:
        if key not in table:
            yield Flaw(key, "missing_key", key)
    if table.get("id") in ids:
        yield Flaw("id", "report_id_twice", str(table["id"]))
    unit = table.get("unit")
    if "unit" in table and unit not in UNITS:
        yield Flaw("unit", "report_unit", str(unit))
        return
    yield from _words(table)
    yield from _of_dimensions(table, str(unit))


def _words(table: Mapping[str, Any]) -> Iterator[Flaw]:
    bases = table.get("base", [])
    for base in bases if isinstance(bases, list) else [bases]:
        if base not in BASES:
            yield Flaw("base", "report_base", str(base))
    title = table.get("title")
    if "title" in table and not (isinstance(title, dict) and title.get("es") and title.get("en")):
        yield Flaw("title", "report_title")
    for key, kind in (("own_date", bool), ("public", bool), ("notes", list), ("many", list), ("hub", str)):
        if key in table and not isinstance(table[key], kind):
            yield Flaw(key, "wrong_type", key)


def _of_dimensions(table: Mapping[str, Any], unit: str) -> Iterator[Flaw]:
    special = table.get("special")
    if special is not None and SPECIAL.get(special) != unit:
        yield Flaw("special", "report_special", str(special))
    names = [(key, table[key]) for key in ("rows", "cols", "hub") if table.get(key)]
    if "rows" not in table and special is None:
        yield Flaw("rows", "missing_key", "rows")
    for key, name in names:
        if name not in DIMENSIONS:
            yield Flaw(key, "report_dimension", str(name))
        elif unit in UNITS and special is None and not dimensions.fits(name, unit):
            yield Flaw(key, "report_fit", str(name))
    several = {name for key, name in names if key != "hub" and name in DIMENSIONS and DIMENSIONS[name].many}
    stated = table.get("many")
    if isinstance(stated, list) and special is None and set(map(str, stated)) != several:
        yield Flaw("many", "report_many")
