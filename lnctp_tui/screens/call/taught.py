"""What F1 says of the field under the cursor: why it is asked, how to ask it and how not, and where that is from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from lnctp_tui.i18n import N_, _, language, pick
from lnctp_tui.screens.call.form import asker_of
from lnctp_tui.services.call.teaching import help_of
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.form.elements import question_text
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.form.stages.stage_pane import StagePane
from lnctp_tui.widgets.reader import GAP, Part

if TYPE_CHECKING:
    from lnctp_tui.domain.protocol.field_help import FieldHelp
    from lnctp_tui.domain.protocol.protocol import Field, Protocol, Row
    from lnctp_tui.services.call.intake import Intake

MARKS = {
    "V": N_("leído en su fuente"),
    "V2": N_("según una fuente secundaria"),
    "D": N_("propuesta de esta herramienta"),
}
"""How sure it is, in words; every other mark reads "por verificar"."""


def under_cursor(intake: Intake, widget: Widget | None) -> list[Part]:
    """What is taught about the field or the row of a checklist that a widget is in."""
    asker = asker_of(widget)
    if asker is None:
        return []
    stage = next((pane.stage.code for pane in asker.ancestors if isinstance(pane, StagePane)), "")
    row = asker.questions[asker.cursor].code if isinstance(asker, Checklist) and asker.questions else ""
    return about(intake, stage, asker.field, row)


def of_field(intake: Intake, widget: Widget | None, field: Field | None = None) -> list[Part]:
    """What is taught about a field outside its stage: `field`, or the one that a widget is in."""
    row = widget.parent if widget is not None else None
    asked = field or (row.field if isinstance(row, FieldRow) else None)
    stages = (stage.code for stage, known in intake.protocol.fields if known == asked)
    return about(intake, next(stages, ""), asked) if asked else []


def about(intake: Intake, stage: str, field: Field, row: str = "") -> list[Part]:
    """What is taught about a field; of a checklist first what its row means."""
    told = help_of(intake.workspace, stage)
    taught = told.of(field) if told else None
    parts = _row(intake.protocol, field, row, taught) if row else []
    return [*parts, *_field(field, taught)] if taught else parts


def _field(field: Field, taught: FieldHelp) -> list[Part]:
    return [
        Part("heading", pick(field.label)),
        Part("told", pick(taught.why), _("Para qué")),
        Part("told", pick(taught.bad), _("Así no")),
        Part("told", pick(taught.good), _("Así sí")),
        Part("told", sourced(pick(taught.source), taught.mark), _("Fuente")),
        GAP,
    ]


def _row(protocol: Protocol, field: Field, code: str, taught: FieldHelp | None) -> list[Part]:
    row = _row_of(protocol, field, code)
    if row is None:
        return []
    means = taught.rows.get(code) if taught else None
    asked = question_text(f"{field.code}.{code}", protocol)
    lines = (
        (pick(means) if means else "", _("Quiere decir")),
        (asked if asked.strip("¿?") != pick(row.label) else "", _("Se pregunta")),
        (row.note if language() == "es" else "", _("Nota")),
        (sourced(row.source, row.mark), _("Fuente")),
    )
    parts = [Part("told", text, label) for text, label in lines if text]
    return [Part("heading", pick(row.label)), *parts, GAP]


def _row_of(protocol: Protocol, field: Field, code: str) -> Row | None:
    catalog = (
        protocol.indicators if field.catalog == "indicator" else protocol.catalogs.get(field.catalog or "")
    )
    return catalog.by_code.get(code) if catalog else None


def sourced(source: str, mark: str) -> str:
    """Where it is from, and how sure that is in words."""
    sure = _(MARKS[mark]) if mark in MARKS else _("por verificar")
    return f"{source} · {sure}" if source else sure


def read_out(parts: list[Part]) -> list[str]:
    """The same as lines, for who hears them."""
    return [f"{part.label}: {part.text}" if part.label else part.text for part in parts if part.text]
