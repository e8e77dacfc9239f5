"""`lnctp server release`: what this server offers to laptops, once it was checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.i18n import N_, _

ABOUT = N_("Versiones del programa que este servidor ofrece a los equipos.")


def key() -> None:
    from lnctp_tui.server.pages import releases
    from lnctp_tui.server.settings import Settings

    output.say(bytes(releases.online_key(Settings.read().home).verify_key).hex())


def add(
    folder: Annotated[
        Path, typer.Argument(metavar=N_("CARPETA"), help=N_("Lo que firmó «lnctp release sign»."))
    ],
    context: typer.Context,
) -> None:
    from lnctp_tui.server.pages import releases
    from lnctp_tui.server.settings import Settings
    from lnctp_tui.storage import instants
    from lnctp_tui.sync import wire
    from lnctp_tui.updates import repository

    home = Settings.read().home
    online = releases.online_key(home)
    versions = repository.add(releases.folder(home), folder, online, instants.now(), wire.VERSION)
    if session.settings(context).json:
        output.as_json({"versions": versions})
    else:
        output.say(_("Se ofrecen: {versions}.").format(versions=", ".join(versions)))


RELEASES = (
    ("key", key, N_("Muestra la llave pública con la que este servidor renueva la lista.")),
    ("add", add, N_("Revisa una carpeta firmada y la ofrece; nada sin firma se ofrece.")),
)
