"""The columns of every table as the rest of the program asks for them: derived from the declared kinds.

Source: domain.records.kinds; docs/protocol.md, "Columns and answers"; docs/import.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from lnctp_tui.domain.records.kinds import BY_TABLE, KINDS, OF_EVERY_ROW, Column, columns


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


def _named(chosen: Callable[[Column], bool]) -> frozenset[str]:
    """The names of the columns of every kind that are chosen, without those that every row has."""
    return frozenset(column.name for kind in KINDS for column in kind.columns if chosen(column))


COLUMNS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        kind.singular: names
        for kind in KINDS
        if (names := frozenset(column.name for column in kind.columns if column.asked))
    }
)
"""What a field is on → columns that a person fills. Ids, clocks, heads and derived columns are no field's business."""

SHORTHANDS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {kind.singular: MappingProxyType(dict(kind.shorthands)) for kind in KINDS if kind.shorthands}
)
"""What a field is on → field code that is no column → the columns that it fills."""

REPEATABLE = tuple(kind.singular for kind in KINDS if kind.repeatable)
"""What a field is on, of which a form turns through several."""
LISTED = tuple(kind.singular for kind in KINDS if kind.listed)
"""What a field is on, of which a stage may show as many rows as there are."""

PREFIXES: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(
        words("""act means modality indicator vulnerability violence aggravating trait hooking_means
        hooking_method platform language lap age capacity need"""),
        "person",
    )
    | dict.fromkeys(words("cssrs danger situation other_crime no_report_reason"), "case")
)
"""Answer prefix, which is the name of its catalog → the table whose `answers` hold it."""


def fills(table: str, code: str) -> tuple[str, ...]:
    """The columns that a field fills: itself, or what its shorthand stands for; () if it is no column."""
    if code in COLUMNS[table]:
        return (code,)
    return SHORTHANDS.get(table, {}).get(code, ())


CODES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {kind.table: {column.name: column.catalog for column in kind.columns if column.catalog} for kind in KINDS}
)
"""Table → column → the catalog of its codes."""
CLOSED = frozenset(column.catalog for _kind, column in columns() if column.catalog and column.strict)
"""Catalogs whose codes the program itself reads: a column of one holds a code or nothing, whoever fills it."""

OF_ALL = frozenset(column.name for column in OF_EVERY_ROW)
"""Columns of every synchronised row that the program itself writes."""
DECLARED: Mapping[str, frozenset[str]] = MappingProxyType(
    {table: frozenset(column.name for column in kind.all_columns()) for table, kind in BY_TABLE.items()}
)
"""SQL table → all its columns."""

REFERENCES: Mapping[str, str] = MappingProxyType(
    {
        column.name: column.reference
        for kind in KINDS
        for column in kind.columns
        if column.reference and not column.elsewhere
    }
)
"""Column → the table of the record it names, which is in the document or in the store."""
ELSEWHERE = _named(lambda column: column.elsewhere)
"""Ids of records that need not be on this laptop."""
INSTANTS = _named(lambda column: column.type == "instant")
DATES = _named(lambda column: column.type == "date")
BIRTHS = _named(lambda column: column.birth)
COMING = _named(lambda column: column.coming)
"""Dates that may be still to come."""
BOOLS = _named(lambda column: column.type == "bool")
WHOLE: Mapping[str, tuple[int, int]] = MappingProxyType(
    {column.name: column.between for _kind, column in columns() if column.type == "whole" and column.between}
)
"""Whole numbers: the least and the most."""
NUMBERS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {column.name: column.between for _kind, column in columns() if column.type == "number" and column.between}
)
"""Numbers with a fraction, between these."""
LISTS = _named(lambda column: column.type == "list")
"""Lists of texts."""
LONG_TEXTS = _named(lambda column: column.type == "long")
OBJECTS = frozenset(column.name for _kind, column in columns() if column.type == "object")
HIDDEN = frozenset(column.name for _kind, column in columns() if column.hidden)
"""The program's own, which no screen or command shows."""
FOREIGN = "htcds"
"""Field of a person that came in by HTCDS: column → what the file said (`is`), and what our codes said of it then
(`from`). It is kept to be said again; people read the same in a note."""
STANDING = frozenset((kind.table, column.name) for kind, column in columns() if column.standing)
"""(Table, column) that once said is never empty: a person without a role leaves the assessment without a word."""
