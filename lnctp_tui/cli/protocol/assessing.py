"""`lnctp case assess`: what the engines say of a case, or of a document in a file without any vault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.records import told
from lnctp_tui.errors import BadInput
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.domain.assess.assess import Assessment
    from lnctp_tui.domain.protocol.protocol import Protocol
    from lnctp_tui.domain.records.document import Document
    from lnctp_tui.services.exchange.importing.files import Row


def assess(
    context: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar=N_("ARCHIVO|FOLIO"), help=N_("Un documento de caso (o - ), o un folio."))
    ],
) -> None:
    path = Path(what)
    if what == "-" or path.exists() or path.suffix in (".json", ".jsonl"):
        protocol = session.protocol_in_use(context)
        rows = _rows(path)
        read = [_read(row, protocol, several=len(rows) > 1) for row in rows]
        assessments = [_assessed(case, protocol) for case in read]
    else:
        from lnctp_tui.services.case import cases

        with session.opened(context) as workspace:
            protocol = workspace.protocol
            ids = session.case_ids(workspace.store, what)
            assessments = [_assessed(cases.document(workspace.store, case_id), protocol) for case_id in ids]
    if session.settings(context).json:
        said = [
            assessment.to_json() | ({"newer": True} if newer else {}) for assessment, newer in assessments
        ]
        output.as_json(said[0] if len(said) == 1 else said)
        return
    for each, _newer in assessments:
        _print_assessment(each, protocol)


def _rows(path: Path) -> list[Row]:
    from lnctp_tui.i18n.reasons import reason
    from lnctp_tui.services.exchange.importing import files

    content = files.read_bytes(path)
    rows = files.documents(path, content, files.guess(path, content))
    if not rows:
        raise BadInput("bad_document", what=reason("empty", {}))
    return rows


def _assessed(document: Document, protocol: Protocol) -> tuple[Assessment, bool]:
    """What the engines say, and whether the document is of a newer program than this one."""
    from lnctp_tui.domain.assess.assess import assess as assess_document
    from lnctp_tui.domain.records.document import SCHEMA
    from lnctp_tui.storage import instants

    newer = document["schema"] > SCHEMA
    if newer:
        refusal = _("El documento es de una versión más nueva ({schema}): no se evalúa lo que no se conoce.")
        output.tell(refusal.format(schema=document["schema"]))
    return assess_document(document, protocol, today=instants.now().date()), newer


def _read(row: Row, protocol: Protocol, *, several: bool) -> Document:
    """A document of a file as it would be stored. Codes that nobody knows are told and left out."""
    from lnctp_tui.services.exchange.importing.document_form import read

    document, problems = ({}, [*row.problems]) if row.problems else read(row.document, protocol)
    for problem in problems:
        text = told(problem, row.number if several else None)
        if problem.reason != "unknown_code":
            raise BadInput("bad_document", what=text)
        output.tell(text)
    return document


def _print_assessment(assessment: Assessment, protocol: Protocol) -> None:
    from lnctp_tui.screens.labels import Words
    from lnctp_tui.widgets.form import readings

    label = Words(protocol, "UTC").code
    output.say(_("Clase sugerida: {name}").format(name=label("report_class", assessment.suggestion.code)))
    output.say(_("Urgencia: {name}").format(name=label("triage", assessment.triage.level)))
    for each in assessment.alerts:
        output.say(f"! {readings.say(protocol, each)}")
    elements = assessment.elements
    rows = [
        (_("Acto"), ", ".join(label("act", code) for code in elements.act)),
        (_("Medio"), ", ".join(label("means", code) for code in readings.counted(elements))),
        (_("Fin"), ", ".join(label("modality", code) for code in elements.purpose)),
        (_("Medio exigido"), _("sí") if elements.means_required else _("no")),
        (_("Lectura"), readings.verdict(elements, protocol)),
    ]
    output.table([_("Elementos"), ""], rows)
    for number, person in enumerate(assessment.people, 1):
        for line in readings.lines(person.elements, protocol, person):
            output.say(f"{number}. {line}")
    output.table(
        [_("Víctima"), _("Juego"), _("Resultado"), _("Si todo lo abierto fuera sí")],
        (
            (
                number,
                person.findings.set,
                label("result", person.findings.result),
                label("result", person.findings.result_if_all_yes),
            )
            for number, person in enumerate(assessment.people, 1)
        ),
    )
    signs = [code for person in assessment.people for code in person.findings.signs]
    for code in dict.fromkeys(signs):
        output.say(f"· {label('indicator', code)}")
    if any(person.findings.fallback for person in assessment.people):
        output.say(readings.say(protocol, "sexual_not_measured"))
    if any(person.findings.dimensions for person in assessment.people):
        output.say(readings.say(protocol, "strengths_unchecked"))
