"""The protocol as values: catalogs, stages and fields. Read from files by storage.protocol.protocol_loader, never here.

Source: the file format in docs/protocol.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from lnctp_tui.domain.protocol.conditions import Condition

LANGUAGES = ("es", "en")
KINDS = ("text", "long_text", "yesno", "bool", "catalog", "date", "age", "number", "phone", "checklist",
         "certificate")  # fmt: skip
"""Kinds of fields that a protocol may name."""
FORM_KINDS = ("reference", "instant", "window")
"""And those of forms that are declared: a record of another kind by its name, a moment, from when until when."""
REQUIRED_BY = ("minimum", "close")
MARKS = ("V", "V2", "V2-weak", "M", "D")
"""How sure a fact is: V primary source, V2 secondary source, V2-weak one secondary source whose own origin is
unsafe, M from memory, D derived or proposed."""
UNVERIFIED = frozenset(("M", "V2-weak", ""))
"""Marks that people see as "por verificar"."""


@dataclass(frozen=True, slots=True)
class Label:
    """A phrase in the two languages of the Line."""

    es: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.en if language == "en" else self.es


@dataclass(frozen=True, slots=True)
class Review:
    """Who of the Line read a text or fact against its source, and when; empty: nobody yet."""

    reviewed_by: str = ""
    reviewed_on: str = ""

    @property
    def signed(self) -> bool:
        return bool(self.reviewed_by) and self.whole

    @property
    def whole(self) -> bool:
        """Whether both or neither stand there, the day as 2026-03-14."""
        day = re.fullmatch(r"\d{4}-\d{2}-\d{2}", self.reviewed_on)
        return bool(day) if self.reviewed_by else not self.reviewed_on


NOBODY = Review()
NO_COLUMNS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a catalog."""

    code: str
    label: Label
    source: str = ""
    mark: str = ""
    """One of MARKS."""
    note: str = ""
    valid_from: str = ""
    valid_to: str = ""
    extra: Mapping[str, str] = field(default_factory=lambda: NO_COLUMNS)
    """The catalog's own columns, by name."""
    review: Review = NOBODY

    @property
    def unverified(self) -> bool:
        return self.mark in UNVERIFIED


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
    """One of KINDS or FORM_KINDS."""
    label: Label
    catalog: str | None = None
    """Of a `reference`: the table of what it names."""
    when: Condition | None = None
    required_by: str | None = None
    """minimum, close or None."""
    help: Label | None = None
    max_length: int | None = None
    source: str = ""
    ask: Label | None = None
    """How to ask it, where the label is not a question already."""
    script: str | None = None
    """The script that is read aloud for this field, shown above it word for word."""
    multiple: bool = False
    """On place, identifier, money: the stage shows as many rows as there are."""
    also: tuple[str, ...] = ()
    """What people say for it, in either language: found by it, never shown."""
    mark: str = ""
    """Empty: that of its stage."""
    review: Review = NOBODY


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
    mark: str = ""
    review: Review = NOBODY
    """Of its title, prompt and what is never asked; each field has its own."""


@dataclass(frozen=True)
class Line(Label):
    """One line of a script. What stands in « » is said to the caller, the rest is for the counselor."""

    source: str = ""
    mark: str = ""
    review: Review = NOBODY
    asks: str = ""
    """The answer (`danger.in_progress`) or column of the case that the caller's yes or no to this line fills."""


@dataclass(frozen=True)
class Script:
    """Words to read or follow: the emergency card, the notice, the silent call, the cover phrase, the closing.

    `{alias}`, `{responsible}`, `{notice}`, `{hotline.<code>}` in a line are filled when it is shown.
    """

    code: str
    title: Label
    lines: tuple[Line, ...]
    source: str = ""
    version: str = ""
    mark: str = ""
    review: Review = NOBODY


@dataclass(frozen=True)
class Organisation:
    """Whose Line it is, as the notice has to say it. Source: LFPDPPP arts. 15 and 16 II; LGPDPPSO art. 22."""

    responsible: str = ""
    notice: str = ""
    """Where the full notice can be read."""


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
    """By code: emergency, consent, silent, cover, closing."""
    organisation: Organisation = Organisation()

    @cached_property
    def by_stage(self) -> Mapping[str, Stage]:
        return MappingProxyType({stage.code: stage for stage in self.stages})

    @cached_property
    def fields(self) -> tuple[tuple[Stage, Field], ...]:
        return tuple((stage, field) for stage in self.stages for field in stage.fields)
