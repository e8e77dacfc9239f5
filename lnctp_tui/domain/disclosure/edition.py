"""What an edition is: the true counts of a period, and which of them are hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lnctp_tui.domain.disclosure.periods import Period
from lnctp_tui.domain.disclosure.rule import NONE, Count

Key = tuple[str, str]
"""Codes of row and column; the column is empty where there is one dimension."""
REST = "_otras"
"""The row or column of a cross for all categories that its own table hides."""
HUBS: Mapping[str, str] = {
    "report": "report_class", "case": "origin", "victim": "sex", "group": "sex", "file": "entity",
}  # fmt: skip
"""Unit → the dimension that its crosses have in common."""
UNIT_OF: Mapping[str, str] = {"mention": "case"}
"""Mentions are of cases: each code is a property that a case has or has not."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of an edition."""

    id: str
    unit: str
    """Whose total it is of: a mention's is `case`."""
    rows: str
    columns: str
    many: bool
    """Whether a unit may be in several cells, which then add up to nothing."""
    cells: Mapping[Key, Count]
    """Zeros are in it."""
    hidden: frozenset[Key] = frozenset()
    withheld: bool = False
    """Whether nothing of it is printed."""
    of_known: bool = False
    """Whether percentages are of those of which the row is known."""

    def count(self, key: Key) -> Count:
        return self.cells.get(key, NONE)

    @property
    def shown(self) -> dict[Key, Count]:
        """What is printed."""
        if self.withheld:
            return {}
        return {key: count for key, count in self.cells.items() if key not in self.hidden}

    @property
    def cross(self) -> bool:
        """Whether it is the hub of its unit by something else."""
        return bool(self.columns) and HUBS.get(self.unit) in (self.rows, self.columns)

    @property
    def by_month(self) -> bool:
        return "month" in (self.rows, self.columns)

    @property
    def leaf(self) -> str:
        """Of a cross: the other dimension."""
        return self.columns if self.rows == HUBS.get(self.unit) else self.rows


@dataclass(frozen=True, slots=True)
class Edition:
    """One period, counted once and for all."""

    period: Period
    k: int
    totals: Mapping[str, Count]
    """Unit → how many there were."""
    sheets: Mapping[str, Sheet]
    withheld: frozenset[str] = field(default_factory=frozenset)
    """Units of which nothing is printed, their total neither."""
    rounded: int = 1
    """Printed numbers are rounded to multiples of this."""
    internal: bool = False
    """Whether analysts alone read it, beside the public edition of its period."""

    def tables(self, unit: str) -> list[Sheet]:
        return [sheet for _id, sheet in sorted(self.sheets.items()) if sheet.unit == unit]

    def hub(self, unit: str) -> Sheet | None:
        """The table of a unit's hub alone."""
        return next(
            (sheet for sheet in self.tables(unit) if sheet.rows == HUBS.get(unit) and not sheet.columns), None
        )
