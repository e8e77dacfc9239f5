"""`lnctp task` and `lnctp file`: what is to be done, and the investigation files."""

from __future__ import annotations

from typing import Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.records import words_of
from lnctp_tui.i18n import N_, _

ABOUT_TASKS = N_("Tareas de seguimiento: listar y terminar.")
ABOUT_FILES = N_("Carpetas de investigación: listar.")


def list_tasks(
    context: typer.Context,
    mine: Annotated[bool, typer.Option("--mine", help=N_("Solo las mías y las de nadie."))] = False,
    folio: Annotated[
        str | None, typer.Option("--case", metavar="FOLIO", help=N_("Solo de este caso."))
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help=N_("Cuántas, las que vencen antes; con --json, todas."))
    ] = None,
) -> None:
    from lnctp_tui.services.follow.worklist import worklist

    with session.opened(context) as workspace:
        as_json = session.settings(context).json
        most = limit or (output.ALL if as_json else output.SOME)
        chosen: list[str | None] = list(session.case_ids(workspace.store, folio)) if folio else [None]
        pages = [
            worklist(workspace.store, workspace.zone, most, mine=mine, case_id=case_id) for case_id in chosen
        ]
        lines = [line for page in pages for line in page.lines]
        if as_json:
            output.as_json(lines)
            return
        words = words_of(workspace.protocol, workspace.zone)
        rows = [
            [
                line.id, output.moment(line.due_to, workspace.zone) or _("sin hora"), line.folio,
                words.value("tasks", "kind", line.kind), ", ".join(line.assignees),
            ]
            for line in lines
        ]  # fmt: skip
        output.table([_("Tarea"), _("Vence"), _("Folio"), _("Tipo"), _("A cargo de")], rows)


def done(
    context: typer.Context,
    task: Annotated[str, typer.Argument(metavar=N_("TAREA"), help=N_("Identificador de la tarea."))],
    outcome: Annotated[str, typer.Option("--outcome", help=N_("Qué se hizo; queda en la tarea."))],
) -> None:
    from lnctp_tui.services.follow import tasks

    with session.opened(context) as workspace:
        tasks.done(workspace.store, task, outcome)
        if session.settings(context).json:
            output.as_json({"id": task, "status": "done"})
        else:
            output.say(_("Tarea terminada."))


def list_files(
    context: typer.Context,
    limit: Annotated[
        int | None, typer.Option(min=1, help=N_("Cuántas, las más recientes; con --json, todas."))
    ] = None,
) -> None:
    from lnctp_tui.services.follow import files

    with session.opened(context) as workspace:
        as_json = session.settings(context).json
        lines = files.list_files(workspace.store, limit or (output.ALL if as_json else output.SOME))
        if as_json:
            output.as_json(lines)
            return
        words = words_of(workspace.protocol, workspace.zone)
        rows = [
            [line.number or line.id, line.folio, words.value("files", "entity", line.entity),
             words.value("files", "stage", line.stage), _("repetida") if line.repeats else ""]
            for line in lines
        ]  # fmt: skip
        output.table([_("Número"), _("Folio"), _("Entidad"), _("Etapa"), ""], rows)


TASKS = (
    ("list", list_tasks, N_("Lista las tareas abiertas, la que vence antes primero.")),
    ("done", done, N_("Termina una tarea y dice qué se hizo.")),
)
FILES = (("list", list_files, N_("Lista las carpetas; la misma en dos casos se marca como repetida.")),)
