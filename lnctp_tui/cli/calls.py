"""`lnctp call`: the contacts, with their narratives, the unfinished ones too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.records import Said, record
from lnctp_tui.errors import Refused
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.services.call.calls import CallLine
    from lnctp_tui.storage.database.session import Store

WIDE = 110
"""Columns of a terminal that shows kind and folio in the list."""
ABOUT = N_("Llamadas y otros contactos: listar y ver.")


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
        _print_lines(call_lines, Said(workspace.protocol), workspace.zone)


def _print_lines(call_lines: list[CallLine], label: Said, zone: str) -> None:
    wide = output.console().width >= WIDE
    titles = [_("Llamada"), _("Empezó"), *([_("Tipo"), _("Folio")] if wide else []), _("Relato")]
    rows = [
        [
            line.contact_id,
            output.moment(line.started_at, zone) + ("" if line.finished else f" {_('sin terminar')}"),
            *([label("kind", line.kind), line.folio] if wide else []),
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
            for line in record("contacts", each, workspace.protocol, workspace.zone):
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
