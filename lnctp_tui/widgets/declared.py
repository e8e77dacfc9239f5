"""Fields of forms from the declared columns of a kind: what they take is its type, how they are called its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lnctp_tui.domain.protocol.protocol import Field, Label
from lnctp_tui.domain.records.kinds import Column, Kind, Type
from lnctp_tui.i18n import _
from lnctp_tui.i18n.of_records import COLUMNS

KINDS: Mapping[Type, str] = {
    "text": "text", "long": "long_text", "code": "catalog", "id": "reference", "instant": "instant",
    "date": "date", "day": "date", "bool": "bool", "whole": "number", "number": "number", "period": "text",
    "folio": "text", "zone": "text",
}  # fmt: skip
"""Type of a column → kind of its field. What is a list or an object is no single field."""
ANSWERS = "answer"
"""The catalog of yes, no, unknown, refused."""


@dataclass(frozen=True, slots=True)
class Sentence(Label):
    """One of the program's own sentences, which stands as its Spanish msgid; read in the language in use."""

    def __getitem__(self, language: str) -> str:
        return _(self.es)


def sentence(text: str) -> Label:
    """The label that a msgid is."""
    return Sentence(text, "")


def field(kind: Kind, name: str, *, label: str = "", help: str = "") -> Field:
    """The field of a column. `label` and `help` are msgids; without a label it is the column's own name.

    Raises KeyError for a column that no field can fill.
    """
    column = next(column for column in kind.columns if column.name == name)
    return Field(
        kind.singular,
        name,
        _kind(column),
        sentence(label or COLUMNS[name]),
        column.reference or column.catalog,
        help=sentence(help) if help else None,
    )


def fields(kind: Kind, *names: str, help: Mapping[str, str] | None = None) -> tuple[Field, ...]:
    """The fields of these columns. `help`: column → what to say beside it, as a msgid."""
    return tuple(field(kind, name, help=(help or {}).get(name, "")) for name in names)


def _kind(column: Column) -> str:
    return "yesno" if column.catalog == ANSWERS else KINDS[column.type]
