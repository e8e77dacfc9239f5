"""`lnctp server erase|refold`: what the law orders erased, and whether log and tables say the same."""

from __future__ import annotations

from typing import Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.server import actor, database, done
from lnctp_tui.errors import Refused
from lnctp_tui.i18n import N_, _, ngettext

LONGEST = 200


def erase(
    context: typer.Context,
    record: Annotated[
        str, typer.Argument(metavar=N_("REGISTRO"), help=N_("Folio o identificador del caso o contacto."))
    ],
    reason: Annotated[str, typer.Option(help=N_("Número de la orden o solicitud; queda en la bitácora."))],
    yes: Annotated[bool, typer.Option("--yes", help=N_("No pregunta: la supresión no se deshace."))] = False,
) -> None:
    from lnctp_tui.domain.text import clean
    from lnctp_tui.server import erasing

    why = clean(reason)[0].strip()
    if not why or len(why) > LONGEST:
        raise typer.BadParameter(_("de 1 a 200 caracteres"), param_hint="--reason")
    with database() as (settings, found):
        scope = erasing.scope_of(found.app, settings.team, record)
        if not yes:
            answer = session.ask(_("Se borra en el servidor y no se deshace. Escriba el folio otra vez: "))
            if answer.strip().upper() != record.strip().upper():
                raise Refused("erase_differs")
        count = erasing.erase(settings, found.app, scope, actor(), why)
        left = erasing.guessable(found.app, settings.team, scope)
    said = [
        _("Suprimido en el servidor: {count} cambios quedaron sin contenido.").format(count=count),
        _("Los equipos que tienen el caso lo conservan: solo obedecen una orden firmada."),
    ]
    if left:
        text = ngettext(
            "{count} cambio es de una versión anterior: de lo que queda, probando, se podrían hallar datos cortos "
            "como un teléfono. Queda dicho en la bitácora.",
            "{count} cambios son de una versión anterior: de lo que queda, probando, se podrían hallar datos cortos "
            "como un teléfono. Queda dicho en la bitácora.",
            left,
        )
        said.append(text.format(count=left))
    done(context, " ".join(said), scope=scope, changes=count, guessable=left)


def refold(context: typer.Context) -> None:
    from lnctp_tui.server import database as places
    from lnctp_tui.server import refold as folding

    with database() as (settings, found), places.pool(found.app, 1) as place:
        compared = folding.compare(place, settings.team)
        broken = folding.broken_at(place, settings.team)
    if session.settings(context).json:
        output.as_json(
            {"ok": not compared.different and broken is None, "compared": compared, "broken_at": broken}
        )
    else:
        output.say(
            _("{records} registros, {changes} cambios; {different} no coinciden.").format(
                records=compared.records, changes=compared.changes, different=len(compared.different)
            )
        )
    if broken is not None:
        raise Refused("server_chain", entry=broken)
    if compared.different:
        raise typer.Exit(1)


COMMANDS = (
    ("erase", erase, N_("Suprime por ley un caso o contacto en el servidor.")),
    ("refold", refold, N_("Rehace cada registro desde sus cambios y los compara; no cambia nada.")),
)
