"""`lnctp server refold`: whether log and tables say the same. Erasing is ordered by officers, at their laptops."""

from __future__ import annotations

from typing import Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.office.server import database, office
from lnctp_tui.errors import Refused
from lnctp_tui.i18n import N_, _


def erase(
    context: typer.Context,
    record: Annotated[
        str, typer.Argument(metavar=N_("REGISTRO"), help=N_("Folio o identificador del caso o contacto."))
    ] = "",
    _reason: Annotated[str, typer.Option("--reason", hidden=True)] = "",
    _yes: Annotated[bool, typer.Option("--yes", hidden=True)] = False,
) -> None:
    with office() as people:
        raise Refused("order_no_authority" if people.ruling is None else "order_officers")


def refold(context: typer.Context) -> None:
    from lnctp_tui.server.ingest import projection_check as folding
    from lnctp_tui.server.postgres import database as places

    with database() as (settings, urls), places.connect(urls.app) as place:
        compared = folding.compare(place, settings.team)
        broken = folding.broken_at(place, settings.team)
    if session.settings(context).json:
        sound = not compared.different and broken is None
        output.as_json({"ok": sound, "compared": compared, "broken_at": broken})
    else:
        counts = {
            "records": compared.records,
            "changes": compared.changes,
            "different": len(compared.different),
        }
        output.say(_("{records} registros, {changes} cambios; {different} no coinciden.").format(**counts))
    if broken is not None:
        raise Refused("server_chain", entry=broken)
    if compared.different:
        raise typer.Exit(1)


COMMANDS = (
    (
        "erase",
        erase,
        N_("Dice cómo se suprime por ley un caso o contacto: con una orden de dos responsables."),
    ),
    ("refold", refold, N_("Rehace cada registro desde sus cambios y los compara; no cambia nada.")),
)
