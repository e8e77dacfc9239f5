"""The fields of one stage, made on its first visit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.domain.protocol.protocol import Field, Protocol, Stage
from lnctp_tui.domain.records.columns import REPEATABLE
from lnctp_tui.domain.values.values import search_catalog
from lnctp_tui.i18n import language, pick
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.form.pick_list import PickList
from lnctp_tui.widgets.form.question_lines import Question
from lnctp_tui.widgets.form.record_bar import RecordBar
from lnctp_tui.widgets.form.script_box import ScriptBox

PICK = 80
"""From this many rows nobody reads a list through: what is needed is found by typing."""
LONG = 20
"""From this many rows a checklist takes the room that is left and scrolls by itself."""

Asker = FieldRow | Checklist
Records = Callable[[str], Mapping[str, Any]]
"""The record that a field's table shows: `person` → the person of the selector."""


class StagePane(VerticalScroll, can_focus=False):
    """Rows in the protocol's order; what does not apply to the record is hidden, not removed."""

    def __init__(self, stage: Stage, protocol: Protocol) -> None:
        super().__init__(id=f"stage-{stage.code}")
        self.stage = stage
        self.protocol = protocol
        self.askers: list[Asker] = []
        self.bars: dict[str, RecordBar] = {}

    def compose(self) -> ComposeResult:
        lists = sum(field.kind == "checklist" for field in self.stage.fields)
        alone = lists == len([field for field in self.stage.fields if field.kind != "catalog"])
        for field in self.stage.fields:
            if field.on in REPEATABLE and field.on not in self.bars:
                self.bars[field.on] = RecordBar(field.on)
                self.bars[field.on].set_class(bool(self.askers), "-later")
                yield self.bars[field.on]
            if script := self.protocol.scripts.get(field.script or ""):
                yield ScriptBox(self.protocol, script)
            asker = self._asker(field, alone=alone and lists == 1)
            self.askers.append(asker)
            yield asker

    def _asker(self, field: Field, *, alone: bool) -> Asker:
        if field.kind != "checklist":
            return FieldRow(field, self.protocol)
        questions = list(self._questions(field))
        asker = self._list(field, questions)
        asker.set_class(alone and len(questions) > LONG, "-alone")
        return asker

    def _list(self, field: Field, questions: list[Question]) -> Checklist:
        catalog = self.protocol.catalogs.get(field.catalog or field.code)
        if catalog is None or len(questions) <= PICK or any(question.group for question in questions):
            return Checklist(field, pick(field.label), questions)

        def finds(typed: str) -> list[str]:
            return [row.code for row in search_catalog(catalog, typed, language())]

        return PickList(field, pick(field.label), questions, finds)

    def _questions(self, field: Field) -> Iterator[Question]:
        catalog = self.protocol.catalogs.get(field.catalog or field.code)
        dimensions = self.protocol.catalogs.get("dimension")
        for row in catalog.rows if catalog else ():
            if row.valid_to:
                continue
            group = row.extra.get("dimension", "")
            heading = dimensions.by_code.get(group) if dimensions else None
            yield Question(
                row.code, pick(row.label), pick(heading.label) if heading else group, row.unverified
            )

    def render_lines(self, crop: Region) -> list[Strip]:
        """Its background, which is all that shows of it between its rows: one line as often as it is asked for."""
        return super().render_lines(Region(crop.x, crop.y, crop.width, 1)) * crop.height

    # Values

    def load(self, record_of: Records, *, afresh: bool = False) -> None:
        """Show the records; `afresh`: also under the cursor (another record, an undone field)."""
        records: dict[str, Mapping[str, Any]] = {}
        for asker in self.askers:
            on = asker.field.on
            record = records.setdefault(on, record_of(on))
            self._load(asker, record, afresh=afresh)

    def _load(self, asker: Asker, record: Mapping[str, Any], *, afresh: bool) -> None:
        if isinstance(asker, Checklist):
            asker.load(answers_of(record, asker.field.code))
        elif afresh:
            asker.reload(record)
        else:
            asker.load(record)
        applies_now = applies(asker.field, record)
        if asker.display != applies_now:
            asker.display = applies_now
            self._nodes.updated()  # else Textual's Tab goes by the rows that showed before

    def asker(self, code: str, on: str | None = None) -> Asker | None:
        """The row of a field code; of a checklist row (`act.captar`) its checklist."""
        for asker in self.askers:
            if asker.field.code == code and on in (None, asker.field.on):
                return asker
        prefix = code.partition(".")[0]
        for asker in self.askers:
            if isinstance(asker, Checklist) and asker.field.code == prefix:
                return asker
        return None

    def focus_field(self, code: str, on: str | None = None) -> bool:
        """Put the cursor into a field of this stage; False when it is not here."""
        asker = self.asker(code, on)
        if asker is None or not asker.display:
            return False
        if isinstance(asker, Checklist):
            asker.show(code.partition(".")[2])
            asker.focus()
        else:
            asker.focus_control()
        return True

    def focus_first(self) -> None:
        """Put the cursor into the first field."""
        for asker in self.askers:
            if asker.display:
                target: Widget = asker if isinstance(asker, Checklist) else asker.control
                target.focus()
                return


def answers_of(record: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """The answers `prefix.code` of a record, by code."""
    start = f"{prefix}."
    answers = record.get("answers") or {}
    return {code[len(start) :]: value for code, value in answers.items() if code.startswith(start)}


def applies(field: Field, record: Mapping[str, Any]) -> bool:
    """Whether the field's condition holds for the record."""
    return field.when is None or field.when.holds(record)
