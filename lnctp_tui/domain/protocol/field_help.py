"""Help that teaches: why a field is asked, how to ask it and how not to, what a row of a checklist means.

Read from files when it is first asked for, by storage.protocol.help_files. Format: docs/protocol.md, "Help".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lnctp_tui.domain.protocol.protocol import NOBODY, Field, Label, Review
from lnctp_tui.domain.protocol.protocol_check import Finding, Form, Reading, Sheet
from lnctp_tui.domain.protocol.toml_lines import Lines

EXPLAINED = ("act", "means", "modality", "indicator")
"""Checklists of which every row has to be explained: the elements of the crime, and the indicators."""


@dataclass(frozen=True, slots=True)
class FieldHelp:
    """What is taught about one field. The examples are wording of ours; `source` and `mark` are of `why`."""

    on: str
    code: str
    why: Label
    bad: Label
    """A way of asking that hurts."""
    good: Label
    """A way of asking that does not, or where the answer comes from when nothing is asked."""
    source: Label
    mark: str
    rows: Mapping[str, Label]
    """Of a checklist: what a row means, by its code."""
    review: Review = NOBODY
    """Who of the Line read it."""


@dataclass(frozen=True)
class StageHelp:
    """The help of one stage, and the lines of its file; help number n is block n + 1."""

    code: str
    file: str
    own: bool
    """Whether the file is the organisation's."""
    fields: tuple[FieldHelp, ...]
    lines: Lines

    def of(self, field: Field) -> FieldHelp | None:
        """What is taught about a field of this stage."""
        return next(
            (
                field_help
                for field_help in self.fields
                if (field_help.on, field_help.code) == (field.on, field.code)
            ),
            None,
        )


def problems(reading: Reading, helps: Iterable[StageHelp]) -> Iterator[Finding]:
    """What the help lacks, at the line of the field or row that it is about, and what it explains in vain.

    A field that an organisation took out of its stage is no mistake of a built-in help file.
    """
    by_stage = {stage_help.code: stage_help for stage_help in helps}
    for form in reading.forms:
        if stage_help := by_stage.get(form.stage.code):
            yield from _missing(reading, form, stage_help)
            if stage_help.own or form.file == f"protocol/{stage_help.code}.toml":
                yield from _in_vain(reading, form, stage_help)


def _missing(reading: Reading, form: Form, stage_help: StageHelp) -> Iterator[Finding]:
    for block, field in enumerate(form.stage.fields, 1):
        taught = stage_help.of(field)
        if taught is None:
            what = f"{field.on}.{field.code}"
            yield Finding(
                form.file,
                form.lines.of("code", block),
                "missing_help",
                {"what": what, "in": f"help/{stage_help.code}.toml"},
            )
        elif field.kind == "checklist" and field.code in EXPLAINED and field.code in reading.sheets:
            yield from _unexplained(reading.sheets[field.code], taught, stage_help)


def _unexplained(sheet: Sheet, taught: FieldHelp, stage_help: StageHelp) -> Iterator[Finding]:
    for row, line in zip(sheet.catalog.rows, sheet.lines, strict=True):
        if not row.valid_to and row.code not in taught.rows:
            what = f"{taught.code}.{row.code}"
            yield Finding(
                sheet.file, line, "missing_help", {"what": what, "in": f"help/{stage_help.code}.toml"}
            )


def _in_vain(reading: Reading, form: Form, stage_help: StageHelp) -> Iterator[Finding]:
    asked = {(field.on, field.code): field for field in form.stage.fields}
    met: set[tuple[str, str]] = set()
    for block, taught in enumerate(stage_help.fields, 1):
        name = taught.on, taught.code
        line = stage_help.lines.of("code", block)
        if name not in asked:
            yield Finding(stage_help.file, line, "unknown_help", {"what": ".".join(name)})
        elif name in met:
            yield Finding(stage_help.file, line, "duplicate_code", {"what": taught.code})
        met.add(name)
        yield from _rows_in_vain(reading.sheets.get(taught.code), taught, stage_help, block)


def _rows_in_vain(
    sheet: Sheet | None, taught: FieldHelp, stage_help: StageHelp, block: int
) -> Iterator[Finding]:
    """Rows that the list does not have; a list of the organisation may have fewer than a built-in help file."""
    if (
        sheet
        and not stage_help.own
        and sheet.file not in (f"catalogs/{taught.code}.csv", f"{taught.code}s/{taught.code}s.csv")
    ):
        return
    known = sheet.catalog.by_code if sheet else {}
    for code in taught.rows:
        if code not in known:
            line = stage_help.lines.of(code, block)
            yield Finding(stage_help.file, line, "unknown_help", {"what": f"{taught.code}.{code}"})
