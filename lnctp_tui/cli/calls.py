"""`lnctp call`: the contacts, with their narratives, the unfinished ones too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.records import record, words_of
from lnctp_tui.errors import Refused
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.screens.labels import Words
    from lnctp_tui.services.call.calls import CallLine
    from lnctp_tui.storage.database.session import Store

MISUSED = 2
WIDE = 110
"""Columns of a terminal that shows kind and folio in the list."""
ABOUT = N_("Llamadas y otros contactos: listar y ver.")


PLAIN = N_("Toma llamadas renglón por renglón, para lector de pantalla o línea braille.")


def call(context: typer.Context, plain: Annotated[bool, typer.Option("--plain", help=PLAIN)] = False) -> None:
    """`lnctp call` by itself: help, or a call in lines."""
    if context.invoked_subcommand is not None:
        return
    if not plain:
        output.say(context.get_help())
        raise typer.Exit(MISUSED)
    new_call()


def new_call() -> None:
    """Calls in lines, in processes of their own as the app's are: a lock ends the one that holds the key."""
    from lnctp_tui import launcher, programs

    if not session.terminal():
        raise Refused("no_terminal")
    raise typer.Exit(launcher.run(programs.command("plain"), paints=False, renews=True))


def list_calls(
    context: typer.Context,
    limit: Annotated[
        int | None, typer.Option(min=1, help=N_("Cuántas, las más recientes; con --json, todas."))
    ] = None,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help=N_("Solo las que no se terminaron."))
    ] = False,
) -> None:
    from lnctp_tui.services.call import calls

    with session.opened(context) as workspace:
        as_json = session.settings(context).json
        most = limit or (output.ALL if as_json else output.SOME)
        call_lines = calls.list_calls(workspace.store, most, unfinished_only=unfinished)
        if as_json:
            output.as_json(call_lines)
            return
        _print_lines(call_lines, words_of(workspace.protocol, workspace.zone))


def _print_lines(call_lines: list[CallLine], words: Words) -> None:
    wide = output.console().width >= WIDE
    titles = [_("Llamada"), _("Empezó"), *([_("Tipo"), _("Folio")] if wide else []), _("Relato")]
    rows = [
        [
            line.contact_id,
            words.moment(line.started_at, words.zone) + ("" if line.finished else f" {_('sin terminar')}"),
            *([words.code("kind", line.kind), line.folio] if wide else []),
            " ".join(line.narrative.split())[:80],
        ]
        for line in call_lines
    ]
    output.table(titles, rows)


def show(
    context: typer.Context,
    which: Annotated[
        str, typer.Argument(metavar="ID|FOLIO", help=N_("Identificador de la llamada, o folio de su caso."))
    ],
) -> None:
    from lnctp_tui.services.call import calls
    from lnctp_tui.services.case import cases

    with session.opened(context) as workspace:
        store = workspace.store
        documents = [calls.call(store, each) for each in _ids(store, which)]
        unfinished = {each.contact_id for each in calls.unfinished(store)}
        for each in documents:
            each["finished"] = each["id"] not in unfinished
            cases.viewed(store, each["id"], "show")
        if session.settings(context).json:
            output.as_json(documents[0] if len(documents) == 1 else documents)
            return
        for each in documents:
            for line in record("contacts", each, words_of(workspace.protocol, workspace.zone)):
                output.say(line)


def _ids(store: Store, which: str) -> list[str]:
    from lnctp_tui.services.call import calls
    from lnctp_tui.services.case import cases

    lines = cases.by_folio(store, which)
    if not lines:
        return [calls.call(store, which)["id"]]
    contact_ids = [contact["id"] for line in lines for contact in cases.document(store, line.id)["contacts"]]
    if not contact_ids:
        raise Refused("no_such_call")
    return contact_ids


COMMANDS = (
    ("list", list_calls, N_("Lista las llamadas con su relato, también las que no se terminaron.")),
    ("show", show, N_("Muestra una llamada entera, o todas las de un folio.")),
)
