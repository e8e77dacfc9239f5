"""`lnctp link`: cases that are linked or match, and their network as a file for analysts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.i18n import N_, _

ABOUT = N_("Vínculos entre casos: listar y exportar la red.")
FORMATS = ("graphml", "dot")


def list_links(
    context: typer.Context,
    folio: Annotated[
        str | None, typer.Argument(metavar="FOLIO", help=N_("Solo este caso, con lo que coincide con él."))
    ] = None,
) -> None:
    from lnctp_tui.screens.links.words import GRADES, STATES, told
    from lnctp_tui.services.case import links

    with session.opened(context) as workspace:
        case_ids = session.case_ids(workspace.store, folio) if folio else None
        networks = [*links.listed(workspace.store, workspace.protocol, case_ids)]
        if session.settings(context).json:
            output.as_json(networks)
            return
        rows = [
            [
                network.folio or "", node.folio if node.folio is not None else _("un caso que usted no ve"),
                _(GRADES[node.grade]), _(STATES[node.state]) if node.state in STATES else _("por decidir"),
                told(node.shared),
            ]
            for network in networks
            for node in (*network.nodes, *network.denied)
        ]  # fmt: skip
        output.table([_("Folio"), _("Con"), _("Fuerza"), _("Vínculo"), _("Qué comparten")], rows)


def export(
    context: typer.Context,
    targets: Annotated[
        list[str],
        typer.Argument(metavar=N_("[FOLIO]... ARCHIVO"), help=N_("Folios, y al final el archivo nuevo.")),
    ],
    form: Annotated[str, typer.Option("--format", help=N_("«graphml» o «dot»."))] = "graphml",
    everything: Annotated[bool, typer.Option("--all", help=N_("Todos los casos vinculados."))] = False,
) -> None:
    from lnctp_tui.services.case import cases, handing_out, links
    from lnctp_tui.services.exchange import graph

    *folios, file = targets
    if everything == bool(folios):
        raise typer.BadParameter(_("diga los folios o --all, y al final el archivo"), param_hint="FOLIO")
    if form not in FORMATS:
        raise typer.BadParameter(_("«graphml» o «dot»."), param_hint="--format")
    with session.opened(context) as workspace:
        store, place = workspace.store, handing_out.named(Path(file))
        named = [case_id for folio in folios for case_id in session.case_ids(store, folio)]
        networks = [*links.listed(store, workspace.protocol, None if everything else named)]
        chosen: Any = form
        graph.write(networks, chosen, place)
        for network in networks:
            cases.viewed(store, network.case_id, "export")
    if session.settings(context).json:
        output.as_json({"exported": len(networks), "file": file})
    else:
        output.say(_("Escrito en {name}.").format(name=Path(file).name))


COMMANDS = (
    ("list", list_links, N_("Lista los casos vinculados y los que coinciden, con su motivo.")),
    ("export", export, N_("Escribe la red de casos en GraphML o DOT, sin nombres.")),
)
