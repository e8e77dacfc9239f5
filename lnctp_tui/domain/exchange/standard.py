"""The columns, values and correspondences of HTCDS 2.0, as data/exchange/htcds.toml says them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

SEPARATOR: Final = ";"
MAPPED: Final = (
    "vic_MethodOfRecruitment", "vic_MethodsOfControl", "vic_TypeOfExploitation", "vic_TypeOfSexExploitation",
    "vic_ForcedLabourIndustry",
)  # fmt: skip
"""Columns that are made of codes one by one."""
_NOT_WORD: Final = re.compile(r"[^a-z0-9]")
_SECTION: Final = re.compile(r"[A-U]_")


def plain(text: str) -> str:
    """A name or label as it is compared: `Debt bondage ` and `DebtBondage` are one."""
    return _NOT_WORD.sub("", text.casefold())


@dataclass(frozen=True)
class Standard:
    """HTCDS as this program writes and reads it."""

    version: str
    columns: tuple[str, ...]
    """The 38 core columns in the order of the template."""
    local: tuple[str, ...]
    """What the standard cannot say, in columns of ours."""
    values: Mapping[str, tuple[str, ...]]
    """Column → its values."""
    to: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Column → our code → the standard's values."""
    back: Mapping[str, str]
    """The standard's value → the one code of ours that says it."""
    labels: Mapping[str, str]
    spellings: Mapping[str, str]
    xlsform: Mapping[str, str]
    synonyms: Mapping[str, str]
    countries: Mapping[str, str]
    """A country's name in the published lists, as `plain` → its code of two letters."""

    @cached_property
    def names(self) -> Mapping[str, str]:
        """A column's name in any spelling, as `plain` → the column."""
        columns = {plain(name): name for name in (*self.columns, *self.local)}
        columns |= {plain(spelling): name for name, spelling in self.xlsform.items()}
        return columns | {plain(wrong): name for wrong, name in self.spellings.items()}

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """A column's label, as `plain` → the column."""
        columns = {plain(name.partition("_")[2]): name for name in self.columns}
        return columns | {plain(label): name for label, name in self.labels.items()}

    @cached_property
    def said_by(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Our code → the columns and values that it says, of those made of codes one by one; a venue's code has the
        role of its place: `venue@destino.bar`."""
        pairs_by_code: dict[str, list[tuple[str, str]]] = {}
        for column in MAPPED:
            role = "captacion" if column == "vic_MethodOfRecruitment" else "destino"
            for code, values in self.to[column].items():
                key = f"venue@{role}.{code[6:]}" if code.startswith("venue.") else code
                pairs_by_code.setdefault(key, []).extend((column, value) for value in values)
        return {code: tuple(pairs) for code, pairs in pairs_by_code.items()}

    def known(self, column: str, text: str) -> str | None:
        """The value of a column that a text means, by name or label; None for none of it."""
        return self._spelt[column].get(plain(text))

    def several(self, column: str, text: str) -> list[str] | None:
        """The values in a cell, in the standard's order; None when one of them is none.

        They stand apart by `;`, as in a spreadsheet, or by blanks, as in a survey; a label may hold a `;` itself.
        """
        for between in (SEPARATOR, None):
            parts = text.split(between)
            values = self._joined(column, [part for part in parts if part.strip()])
            if values is not None:
                return self.ordered(column, values)
        return None

    def ordered(self, column: str, values: Iterable[str]) -> list[str]:
        """Values in the standard's order, each once."""
        wanted = set(values)
        if len(wanted) < 2:
            return [value for value in wanted if value in self.values[column]]
        return [value for value in self.values[column] if value in wanted]

    @cached_property
    def _spelt(self) -> Mapping[str, Mapping[str, str]]:
        spelt: dict[str, dict[str, str]] = {}
        for column, values in self.values.items():
            names = {plain(value): value for value in values}
            names |= {plain(_SECTION.sub("", value)): value for value in values if _SECTION.match(value)}
            names |= {plain(spelling): value for spelling, value in self.synonyms.items() if value in values}
            spelt[column] = names
        return spelt

    def _joined(self, column: str, parts: Sequence[str]) -> list[str] | None:
        values, at = [], 0
        while at < len(parts):
            for end in range(len(parts), at, -1):
                value = self.known(column, "".join(parts[at:end]))
                if value is not None:
                    values.append(value)
                    at = end
                    break
            else:
                return None
        return values


def read(content: Mapping[str, Any]) -> Standard:
    """The standard of the parsed file."""
    return Standard(
        version=content["version"],
        columns=tuple(content["columns"]),
        local=tuple(content["local"]),
        values={column: tuple(values) for column, values in content["values"].items()},
        to={
            column: {
                code: (values,) if isinstance(values, str) else tuple(values) for code, values in rows.items()
            }
            for column, rows in content["to"].items()
        },
        back=content["from"],
        labels=content["labels"],
        spellings=content["spellings"],
        xlsform=content["xlsform"],
        synonyms=content["synonyms"],
        countries={plain(name): code for name, code in content["countries"].items()},
    )
