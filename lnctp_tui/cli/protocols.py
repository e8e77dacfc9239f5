"""`lnctp protocol`: what is wrong with an organisation's protocol files, and where each row comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lnctp_tui.cli import output, protocol_review, session
from lnctp_tui.i18n import N_, _

ABOUT = N_("Protocolo y catálogos.")


def check(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar=N_("[CARPETA]"), help=N_("Carpeta de la organización; si falta, la de los datos.")
        ),
    ] = None,
) -> None:
    from lnctp_tui.i18n.findings import tell
    from lnctp_tui.services import access
    from lnctp_tui.services.workspace import PROTOCOL_FOLDER
    from lnctp_tui.storage.protocol_check import check as find

    own = access.data_folder() / PROTOCOL_FOLDER
    found = find(folder if folder is not None else own if own.is_dir() else None)
    if session.settings(context).json:
        lines = [
            {
                "file": each.file,
                "line": each.line,
                "code": each.code,
                "facts": dict(each.facts),
                "message": tell(each.code, **each.facts),
            }
            for each in found
        ]
        output.as_json({"ok": not found, "findings": lines})
    elif found:
        for each in found:
            output.say(f"{each.file}:{each.line}: {tell(each.code, **each.facts)}")
    else:
        output.say(_("El protocolo está bien."))
    if found:
        raise typer.Exit(1)


COMMANDS = (
    ("check", check, N_("Revisa el protocolo: códigos, textos y condiciones, con archivo y línea.")),
    *protocol_review.COMMANDS,
)
