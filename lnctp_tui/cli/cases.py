"""`lnctp case`: list, show, history, assess, import, export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.protocol import assessing
from lnctp_tui.cli.records import lines, told, words_of
from lnctp_tui.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from lnctp_tui.domain.protocol.protocol import Protocol
    from lnctp_tui.domain.records.document import Document
    from lnctp_tui.screens.labels import Words
    from lnctp_tui.services.case.cases import CaseLine, HistoryLine
    from lnctp_tui.services.exchange.importing.run import Report
    from lnctp_tui.storage.database.session import Store

PAGE = 500
WIDE = 110
"""Columns of a terminal that shows state and people in the list."""
ABOUT = N_("Casos: listar, ver, historial, evaluar, importar y exportar.")
Which = Annotated[str, typer.Argument(metavar="FOLIO", help=N_("Folio o identificador del caso."))]


def list_cases(
    context: typer.Context,
    status: Annotated[
        Literal["open", "follow_up", "closed", "merged"] | None, typer.Option(help=N_("Solo de este estado."))
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help=N_("Cuántos, los más recientes; con --json, todos."))
    ] = None,
) -> None:
    with session.opened(context) as workspace:
        as_json = session.settings(context).json
        case_lines = _lines(workspace.store, status, limit or (output.ALL if as_json else output.SOME))
        if as_json:
            output.as_json(case_lines)
            return
        _print_lines(case_lines, words_of(workspace.protocol, workspace.zone))


def _lines(store: Store, status: str | None, most: int) -> list[CaseLine]:
    from lnctp_tui.services.case import cases

    case_lines: list[CaseLine] = []
    while len(case_lines) < most:
        last = case_lines[-1] if case_lines else None
        before = (last.opened_at or "", last.id) if last else None
        page = cases.list_cases(store, status=status, limit=min(PAGE, most - len(case_lines)), before=before)
        if not page:
            break
        case_lines += page
    return case_lines


def show(context: typer.Context, folio: Which) -> None:
    from lnctp_tui.services.case import cases
    from lnctp_tui.services.vault.deeds import deed

    with session.opened(context) as workspace:
        documents = [
            cases.document(workspace.store, each) for each in session.case_ids(workspace.store, folio)
        ]
        for each in documents:  # by the writer: a disk that refuses the note does not refuse the reading
            workspace.writer.submit(deed("viewed", each["case"]["id"], "show"))
        if session.settings(context).json:
            output.as_json(documents[0] if len(documents) == 1 else documents)
            return
        for each in documents:
            _print_document(each, workspace.protocol, workspace.zone)


def history(context: typer.Context, folio: Which) -> None:
    with session.opened(context) as workspace:
        store = workspace.store
        saves = [line for case_id in session.case_ids(store, folio) for line in _saves(store, case_id)]
        if session.settings(context).json:
            output.as_json(saves)
            return
        from lnctp_tui.screens.labels import Words

        words = Words(workspace.protocol, workspace.zone)
        output.table(
            [_("Cuándo"), _("Quién"), _("Dónde"), _("Campos")],
            (
                (
                    output.moment(line.at, workspace.zone),
                    line.actor,
                    words.table(line.table),
                    ", ".join(sorted(dict.fromkeys(words.field(line.table, code) for code in line.patch))),
                )
                for line in saves
            ),
        )


def _saves(store: Store, case_id: str) -> Iterator[HistoryLine]:
    from lnctp_tui.services.case import cases

    before = None
    while page := cases.history(store, case_id, PAGE, before):
        yield from page
        before = page[-1].seq


def import_(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar=N_("ARCHIVO"), help=N_("JSON, JSON Lines, CSV o libro de Excel; o - ."))
    ],
    form: Annotated[
        Literal["json", "jsonl", "csv", "xlsx"] | None,
        typer.Option("--format", help=N_("Si falta, se deduce.")),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option("--map", metavar=N_("MAPA.toml"), help=N_("Qué columna de la hoja llena qué campo.")),
    ] = None,
    sheet: Annotated[
        str | None,
        typer.Option(
            metavar=N_("HOJA"), help=N_("Qué hoja de un libro de Excel; también se dice en el mapa.")
        ),
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            metavar=N_("ARCHIVO"), help=N_("Dónde guardar las filas rechazadas; contiene datos personales.")
        ),
    ] = None,
) -> None:
    from lnctp_tui.services.exchange.importing import run

    with session.alone(), session.opened(context) as workspace, output.progress(_("Importando")) as progress:
        report = run.import_file(
            workspace.store, file, protocol=workspace.protocol, zone=workspace.zone, form=form,
            mapping=mapping, rejects=rejects, sheet=sheet, progress=progress,
        )  # fmt: skip
    tell_import(context, report)


def tell_import(context: typer.Context, report: Report) -> None:
    """What an import did and what it refused; ends the command with 1 where it refused anything."""
    if session.settings(context).json:
        output.as_json(report.to_json())
    else:
        _print_report(report)
    if report.refused:
        _tell_refused(report)
    if report.stopped:
        output.tell(_stopped(report))
    if report.refused or report.stopped:
        raise typer.Exit(1)


def export(
    context: typer.Context,
    targets: Annotated[
        list[str],
        typer.Argument(
            metavar=N_("[FOLIO]... ARCHIVO"), help=N_("Folios, y al final el archivo (o - ) de JSON Lines.")
        ),
    ],
    everything: Annotated[
        bool, typer.Option("--all", help=N_("Todos los casos y las llamadas sin caso."))
    ] = False,
) -> None:
    from lnctp_tui.services.exchange import exporting

    *folios, file = targets
    if everything == bool(folios):
        raise typer.BadParameter(_("diga los folios o --all, y al final el archivo"), param_hint="FOLIO")
    with session.opened(context) as workspace:
        store = workspace.store
        ids = (
            None
            if everything
            else [case_id for folio in folios for case_id in session.case_ids(store, folio)]
        )
        if file == "-":
            for line in exporting.lines(store, ids):
                output.json_line(line)
            return
        count = exporting.write(store, ids, Path(file))
    if session.settings(context).json:
        output.as_json({"exported": count, "file": file})
        return
    output.say(
        ngettext("{count} documento exportado.", "{count} documentos exportados.", count).format(count=count)
    )


def _print_lines(case_lines: list[CaseLine], words: Words) -> None:
    wide = output.console().width >= WIDE
    titles = [_("Folio"), _("Abierto"), _("Urgencia"), _("Clase")]
    rows = [
        [line.folio, words.moment(line.opened_at, words.zone)[:10], words.code("triage", line.triage).partition(":")[0],
         words.code("report_class", line.report_class).partition(" (")[0]]
        + ([words.code("case_status", line.status), line.people] if wide else []) + [line.summary[:70]]
        for line in case_lines
    ]  # fmt: skip
    output.table([*titles, *([_("Estado"), _("Personas")] if wide else []), _("Resumen")], rows)


def _print_document(document: Document, protocol: Protocol, zone: str) -> None:
    for line in lines(document, protocol, zone):
        output.say(line)


def _stopped(report: Report) -> str:
    from lnctp_tui.i18n.messages import explain

    assert report.stopped is not None
    count = report.created + report.changed + report.unchanged
    text = _(
        "Entraron {count} filas completas y están guardadas; desde la fila {row} no entró ninguna. Libere espacio "
        "o devuelva el permiso de escritura y repita la misma orden: lo que ya entró no se duplica."
    )
    return f"{explain(report.stopped).happened} {text.format(count=count, row=report.missing_from)}"


def _print_report(report: Report) -> None:
    text = _(
        "{rows} filas: {created} nuevas, {changed} con cambios, {same} sin cambios, {refused} rechazadas."
    )
    output.say(
        text.format(
            rows=report.rows,
            created=report.created,
            changed=report.changed,
            same=report.unchanged,
            refused=len(report.refused),
        )
    )
    if report.newer:
        output.say(
            _("{count} son de una versión más nueva: lo desconocido se guardó tal cual.").format(
                count=report.newer
            )
        )
    if report.unknown:
        named = ", ".join(f"{name} ({count})" for name, count in sorted(report.unknown.items()))
        output.say(_("Campos que esta versión no conoce, guardados tal cual: {fields}.").format(fields=named))
    if report.unmapped:
        titles = ", ".join(report.unmapped)
        output.say(_("Columnas de las que no se tomó nada: {titles}.").format(titles=titles))
    if report.placeholders:
        text = ngettext(
            "{count} fila tiene un identificador que no dice nada (S/N …): es un caso aparte.",
            "{count} filas tienen un identificador que no dice nada (S/N …): cada una es un caso aparte.",
            report.placeholders,
        )
        output.say(text.format(count=report.placeholders))
    if report.replaced:
        output.say(_("{count} caracteres no permitidos se ven ahora como �.").format(count=report.replaced))


def _tell_refused(report: Report, most: int = 50) -> None:
    problems = [(problem, row.row) for row in report.refused for problem in row.problems]
    for problem, row in problems[:most]:
        output.tell(told(problem, row))
    if len(problems) > most:
        output.tell(_("… y {count} más.").format(count=len(problems) - most))


COMMANDS = (
    ("list", list_cases, N_("Lista los casos, los más recientes primero.")),
    ("show", show, N_("Muestra un caso entero; con --json, el documento que «case import» lee.")),
    ("history", history, N_("Muestra cada cambio de un caso: cuándo, quién y qué.")),
    ("assess", assessing.assess, N_("Evalúa un caso o un archivo (sin frase): clase, urgencia, elementos.")),
    ("import", import_, N_("Importa documentos de caso, uno por fila; importar dos veces no cambia nada.")),
    ("export", export, N_("Exporta casos como JSON Lines.")),
)  # fmt: skip
