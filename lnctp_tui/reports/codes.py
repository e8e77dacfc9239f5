"""The rows of a dimension as small numbers: what is streamed is counted as these, and named at the end.

A dimension with several codes per unit is a number of bits, one for each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from lnctp_tui.domain.protocol.protocol import Catalog
from lnctp_tui.domain.report.dimensions import Dimension
from lnctp_tui.domain.report.result import OUTSIDE, PARTS, UNKNOWN

_SAID: Final = {"unknown": 0, "refused": 1, "no": 2}
"""Answers that are no code → index among PARTS."""


class Codes:
    """Codes → numbers. 0… are the rows, then the one of no catalog, then the parts of what is not known."""

    def __init__(self, dimension: Dimension, rows: Iterable[str]) -> None:
        self.dimension = dimension
        self.rows = list(dict.fromkeys(code for code in rows if code not in dimension.unknown))
        self.outside = len(self.rows)
        self.parts = {part: self.outside + 1 + at for at, part in enumerate(PARTS)}
        self.unasked = self.parts["unasked"]
        self.number: dict[str | None, int] = {code: at for at, code in enumerate(self.rows)}
        self.number[None] = self.number[""] = self.unasked
        for answer, at in _SAID.items():
            self.number.setdefault(answer, self.outside + 1 + at)
        for code in dimension.unknown:
            self.number[code] = self.parts["unknown"]
        self.inside = (1 << self.outside + 1) - 1
        """Bits of all that is known."""
        self._labels: dict[int, tuple[str, ...]] = {}

    def of(self, code: str | None) -> int:
        """The number of a code; free text and unknown codes are one."""
        return self.number.get(code, self.outside)

    def bit(self, code: str | None) -> int:
        """The bit of a code."""
        return 1 << self.of(code)

    def labels(self, number: int) -> tuple[str, ...]:
        """The rows that a stored number stands for: one, or of bits one for each."""
        labels = self._labels.get(number)
        if labels is None:
            labels = self._labels[number] = self._named(number)
        return labels

    def part(self, number: int) -> str:
        """Of a number that is not known: which part."""
        if not self.dimension.many:
            return PARTS[number - self.outside - 1]
        for part in ("refused", "unknown", "no"):
            if number >> self.parts[part] & 1:
                return part
        return "unasked"

    def _named(self, number: int) -> tuple[str, ...]:
        if not self.dimension.many:
            return (self._row(number),)
        return tuple(self._row(at) for at in range(self.outside + 1) if number >> at & 1) or (UNKNOWN,)

    def _row(self, number: int) -> str:
        if number < self.outside:
            return self.rows[number]
        return OUTSIDE if number == self.outside else UNKNOWN


class Growing(Codes):
    """Codes whose rows are those that occur."""

    def __init__(self, dimension: Dimension) -> None:
        super().__init__(dimension, ())
        self.rows_seen: list[str] = []
        self.outside = 1 << 20
        self.parts = {part: self.outside + 1 + at for at, part in enumerate(PARTS)}
        self.unasked = self.parts["unasked"]
        self.number = {None: self.unasked, "": self.unasked}

    def of(self, code: str | None) -> int:
        number = self.number.get(code)
        if number is None:
            number = self.number[code] = len(self.rows)
            self.rows.append(str(code))
        return number

    def _row(self, number: int) -> str:
        if number < len(self.rows):
            return self.rows[number]
        return OUTSIDE if number == self.outside else UNKNOWN


def codes_of(dimension: Dimension, catalogs: Mapping[str, Catalog], rows: Iterable[str] = ()) -> Codes:
    """The codes of a dimension: of its catalog, those that it adds, or `rows` of the period."""
    catalog = catalogs.get(dimension.catalog)
    listed = [row.code for row in catalog.rows] if catalog else []
    if dimension.seen and not dimension.catalog:
        return Growing(dimension)
    return Codes(dimension, (*listed, *dimension.more, *rows))
