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
        found = calls.list_calls(workspace.store, most, unfinished_only=unfinished)
        if as_json:
            output.as_json(found)
            return
        _print_lines(found, words_of(workspace.protocol, workspace.zone))


def _print_lines(found: list[CallLine], words: Words) -> None:
    wide = output.console().width >= WIDE
    titles = [_("Llamada"), _("Empezó"), *([_("Tipo"), _("Folio")] if wide else []), _("Relato")]
    rows = [
        [
            each.contact_id,
            words.moment(each.started_at, words.zone) + ("" if each.finished else f" {_('sin terminar')}"),
            *([words.code("kind", each.kind), each.folio] if wide else []),
            " ".join(each.narrative.split())[:80],
        ]
        for each in found
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
        found = [calls.call(store, each) for each in _ids(store, which)]
        unfinished = {each.contact_id for each in calls.unfinished(store)}
        for each in found:
            each["finished"] = each["id"] not in unfinished
            cases.viewed(store, each["id"], "show")
        if session.settings(context).json:
            output.as_json(found[0] if len(found) == 1 else found)
            return
        for each in found:
            for line in record("contacts", each, words_of(workspace.protocol, workspace.zone)):
                output.say(line)


def _ids(store: Store, which: str) -> list[str]:
    from lnctp_tui.services.call import calls
    from lnctp_tui.services.case import cases

    lines = cases.by_folio(store, which)
    if not lines:
        return [calls.call(store, which)["id"]]
    found = [each["id"] for line in lines for each in cases.document(store, line.id)["contacts"]]
    if not found:
        raise Refused("no_such_call")
    return found


COMMANDS = (
    ("list", list_calls, N_("Lista las llamadas con su relato, también las que no se terminaron.")),
    ("show", show, N_("Muestra una llamada entera, o todas las de un folio.")),
)
