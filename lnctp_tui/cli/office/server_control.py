"""`lnctp server authority|order`: whose orders this server keeps, and which they are. It signs none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.office.server import actor, database
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.server.admin.founding import Found

ABOUT_ORDERS = N_("Órdenes que firmaron las responsables, y cuántos equipos las cumplieron.")
KINDS = {
    "device": N_("equipo"),
    "person": N_("persona"),
    "seal": N_("sellar"),
    "wipe": N_("borrar"),
    "erase": N_("suprimir"),
}


def authority(
    context: typer.Context,
    words: Annotated[
        str | None,
        typer.Option("--words", help=N_("Las seis palabras que leyó una responsable en su equipo.")),
    ] = None,
) -> None:
    from lnctp_tui.errors import Refused
    from lnctp_tui.server.admin import founding
    from lnctp_tui.server.postgres import cluster
    from lnctp_tui.server.postgres.database import SERVE, connect, transaction
    from lnctp_tui.storage import instants

    with database() as (settings, place):
        cluster.check_revision(place.app)
        with connect(place.app) as connection, transaction(connection, settings.team, SERVE):
            chosen = founding.found(settings, connection, instants.now())
            done = [candidate for candidate in chosen if candidate.pinned and candidate.n]
            if done:
                _tell(context, done[0], _("Esta es la autoridad que este servidor conoce."))
                return
            if not chosen:
                raise Refused("control_none")
            if words is None:
                for candidate in chosen:
                    output.tell(_describe(candidate))
                words = session.ask(_("Las seis palabras que la responsable lee en su equipo: "))
            pinned = founding.pin(settings, connection, chosen, words, actor(), instants.now())
    _tell(context, pinned, _("Confirmada: desde ahora los estados y papeles los dicen órdenes firmadas."))


def _describe(each: Found) -> str:
    officers = ", ".join(each.officers)
    if each.missing:
        return _("Versión {n}, de {officers}: faltan órdenes que este servidor ya había visto.").format(
            n=each.n, officers=officers
        )
    if each.n:
        return _("Versión {n}, de {officers}, sin confirmar en este servidor.").format(
            n=each.n, officers=officers
        )
    return _("Espera: la primera autoridad, de {officers}.").format(officers=officers)


def _tell(context: typer.Context, each: Found, text: str) -> None:
    if session.settings(context).json:
        stands = {"org": each.org, "version": each.n, "officers": each.officers, "orders": each.orders}
        output.as_json(stands | {"words": each.words})
        return
    output.say(text)
    output.table(
        [_("Qué"), _("Cuánto")],
        [
            (_("Versión de la autoridad"), each.n),
            (_("Responsables"), ", ".join(each.officers)),
            (_("Órdenes firmadas"), each.orders),
            (_("Seis palabras"), each.words),
        ],
    )


def orders(context: typer.Context) -> None:
    from lnctp_tui.errors import Refused
    from lnctp_tui.server.admin import founding, reports
    from lnctp_tui.server.postgres import cluster
    from lnctp_tui.server.postgres.database import SERVE, connect, transaction

    with database() as (settings, place):
        cluster.check_revision(place.app)
        with connect(place.app) as connection, transaction(connection, settings.team, SERVE):
            ruling = founding.ruling(settings, connection)
            if ruling is None:
                raise Refused("control_none")
            listed = reports.orders(connection, ruling)
    if session.settings(context).json:
        output.as_json(listed)
        return
    output.table(
        [_("Fecha"), _("Orden"), _("De"), _("Sobre"), _("Vale"), _("Cumplida")],
        (
            (
                order["at"][:16].replace("T", " "),
                _(KINDS[order["kind"]]),
                ", ".join(order["names"]),
                order["on"][:18],
                _("sí") if order["holds"] else _("no"),
                _("{done} de {count} equipos").format(done=order["done"], count=order["of"])
                if order["of"]
                else "",
            )
            for order in listed
        ),
    )


COMMANDS = (
    ("authority", authority, N_("Confirma por voz de quién son las órdenes, y muestra la autoridad.")),
)
ORDERS = (("list", orders, N_("Lista las órdenes firmadas.")),)
