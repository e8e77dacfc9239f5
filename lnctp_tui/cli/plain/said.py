"""What the panels, the emergency card and the stages of a call say, as lines to be read one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lnctp_tui.domain.values.values import shown
from lnctp_tui.i18n import _, language, ngettext, pick
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call.emergency_data import abroad, ask_now, block, kept_unknown
from lnctp_tui.widgets.form import elements
from lnctp_tui.widgets.form.call_bar import risk_word
from lnctp_tui.widgets.form.wording import told

if TYPE_CHECKING:
    from lnctp_tui.domain.assess.assess import Assessment
    from lnctp_tui.domain.protocol.protocol import Field, Script
    from lnctp_tui.services.call.calls import UnfinishedCall
    from lnctp_tui.services.call.intake import Intake

WIDE = 2000
"""Columns that no line of the panel reaches: each answer is one line."""
_SIGNS = str.maketrans({"▰": "", "▱": "", "●": "", "○": "", "▸": "", "–": ""})
_ELEMENT = re.compile(r"^[●○–] (\w+) +")
_GAP = re.compile(r"\s{2,}")


def panel(intake: Intake, assessment: Assessment) -> Iterator[str]:
    """What the panels at the sides of the screen say, and when it was saved last."""
    yield state(intake, assessment)
    person = intake.current("person")
    for line in elements.build(assessment, person.id if person else None, intake.protocol, WIDE):
        if text := read_out("".join(piece for piece, _style in line.pieces)):
            yield text
    owed = " · ".join(pick(field.label).lower() for _stage, field in view.debt_of(intake))
    yield _("Falta para cerrar: {fields}").format(fields=owed) if owed else _("No falta nada del mínimo")


def read_out(line: str) -> str:
    """A line of a panel without its bars and marks, its columns behind each other."""
    line = _ELEMENT.sub(r"\1: ", line)
    return _GAP.sub(": ", line.translate(_SIGNS).strip())


def state(intake: Intake, assessment: Assessment) -> str:
    """Folio, kind and level of the call."""
    heading = view.heading(intake, intake.shown_level(assessment))
    level = risk_word(heading.risk)
    return ". ".join(filter(None, (heading.folio or _("Sin caso todavía"), *heading.facts, level)))


def script(lines: Script | None, intake: Intake) -> Iterator[str]:
    """A script, its lines numbered."""
    for number, line in enumerate(lines.lines if lines else (), 1):
        yield f"{number}. {told(line, intake.protocol)}"


def emergency(intake: Intake, assessment: Assessment) -> Iterator[str]:
    """The emergency card: what to do, then what to read to 911."""
    document, protocol = intake.document, intake.protocol
    yield f"{_('EMERGENCIA')} · 911"
    yield from script(protocol.scripts.get("emergency"), intake)
    if assessment.triage.level == "emergency":
        for code in assessment.triage.reasons:
            if code.startswith("danger."):
                yield f"! {elements.question_text(code, protocol)}"
    yield from (f"! {line}" for line in abroad(document, protocol))
    yield _("LEA EN VOZ ALTA")
    for title, lines in block(intake):
        for line in lines or [ask_now()]:
            yield f"{title}: {line}"
    if document["case"].get("anonymity") is None and not kept_unknown(document):
        yield _("No se ha preguntado si quiere ser anónima: pregunte antes de dar su nombre.")


def escalated(intake: Intake) -> str:
    """When 911 was told; empty when it was not."""
    at = view.escalated_at(intake)
    if not at:
        return ""
    clock = view.clock(at, intake.workspace.zone, seconds=False)
    return _("✓ Se avisó al 911 a las {at} · caso urgente").format(at=clock)


def stages(intake: Intake) -> list[str]:
    """The stages with what they hold and lack."""
    lines = []
    for line in view.stage_lines(intake, intake.debt("minimum")):
        count = _("{answered} de {total}").format(answered=line.answered, total=line.total)
        owed = _("; faltan del mínimo: {count}").format(count=line.owed) if line.owed else ""
        lines.append(f"{line.title}: {count}{owed}")
    return lines


def value(intake: Intake, field: Field) -> str:
    """What a field holds, as text; empty when nothing."""
    return shown(field, view.record_of(intake, field.on), intake.protocol, language())


def unfinished(call: UnfinishedCall, zone: str) -> str:
    """`Llamada del 12:03 sin terminar, 41 campos guardados`."""
    count = call.fields
    fields = ngettext("{count} campo guardado", "{count} campos guardados", count).format(count=count)
    at = view.local(call.started_at, zone).strftime("%d/%m %H:%M") if call.started_at else ""
    text = _("Llamada del {at} sin terminar, {fields}").format(at=at, fields=fields)
    return f"{text} · {call.folio}" if call.folio else text
