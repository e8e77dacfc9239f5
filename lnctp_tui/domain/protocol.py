"""The protocol as values: catalogs, stages and fields. Read from files by storage.catalogs, never here.

Source: the file format in docs/protocol.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from lnctp_tui.domain.conditions import Condition

LANGUAGES = ("es", "en")
KINDS = ("text", "long_text", "yesno", "bool", "catalog", "date", "age", "number", "phone", "checklist")
REQUIRED_BY = ("minimum", "close")


@dataclass(frozen=True)
class Label:
    """A phrase in the two languages of the Line."""

    es: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.es


@dataclass(frozen=True)
class Row:
    """One row of a catalog."""

    code: str
    label: Label
    source: str = ""
    mark: str = ""
    """How sure the fact is: V primary source, V2 secondary, M from memory ("por verificar"), D derived."""
    note: str = ""
    valid_from: str = ""
    valid_to: str = ""
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The catalog's own columns, by name."""

    @property
    def unverified(self) -> bool:
        return self.mark == "M"


@dataclass(frozen=True)
class Catalog:
    """A closed list of codes, in the file's order."""

    name: str
    rows: tuple[Row, ...]
    version: str = ""

    @cached_property
    def by_code(self) -> Mapping[str, Row]:
        return MappingProxyType({row.code: row for row in self.rows})


@dataclass(frozen=True)
class Field:
    """One thing a stage asks. `code` is a column of the model, else an answer `prefix.code`.

    A checklist's answers are `code.<row code>` for each row of its catalog.
    """

    on: str
    """case, contact, person, place, identifier or money."""
    code: str
    kind: str
    """One of KINDS."""
    label: Label
    catalog: str | None = None
    when: Condition | None = None
    required_by: str | None = None
    """minimum, close or None."""
    help: Label | None = None
    max_length: int | None = None
    source: str = ""
    multiple: bool = False
    """On place, identifier, money: the stage shows as many rows as there are."""
    also: tuple[str, ...] = ()
    """What people say for it, in either language: found by it, never shown."""


@dataclass(frozen=True)
class Stage:
    """One screen of the intake form."""

    code: str
    title: Label
    prompt: Label
    fields: tuple[Field, ...]
    phases: tuple[str, ...] = ()
    must_ask: tuple[str, ...] = ()
    never_ask: tuple[Label, ...] = ()
    source: str = ""
    version: str = ""


@dataclass(frozen=True)
class Script:
    """Words to read or follow: the emergency card, the notice, the cover story, the closing."""

    code: str
    title: Label
    lines: tuple[Label, ...]
    source: str = ""
    version: str = ""


@dataclass(frozen=True)
class Protocol:
    """Everything a supervisor can edit, as read from one folder over the built-in one."""

    version: str
    stages: tuple[Stage, ...]
    catalogs: Mapping[str, Catalog]
    indicators: Catalog
    """All ILO indicators. extra: dimension; AL, CL, AS, CS: S, M, W, '-' not in the set, '' not verified."""
    never_ask_codes: frozenset[str] = frozenset()
    """Answer codes that the next questions never propose."""
    scripts: Mapping[str, Script] = field(default_factory=lambda: MappingProxyType({}))
    """By code: emergency, consent, cover, closing."""

    @cached_property
    def by_stage(self) -> Mapping[str, Stage]:
        return MappingProxyType({stage.code: stage for stage in self.stages})

    @cached_property
    def fields(self) -> tuple[tuple[Stage, Field], ...]:
        return tuple((stage, each) for stage in self.stages for each in stage.fields)
