"""`lnctp demo`: the app on a throw-away vault with the sample cases, gone when it ends."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lnctp_tui.cli import output
from lnctp_tui.errors import Refused
from lnctp_tui.i18n import N_, _, language

if TYPE_CHECKING:
    from lnctp_tui.cli.demo_team import Team
    from lnctp_tui.services.vault.vault_access import Key


def demo(
    context: typer.Context,
    alone: Annotated[bool, typer.Option("--alone", help=N_("Sin servidor ni colega de ejemplo."))] = False,
) -> None:
    if not (os.isatty(0) and os.isatty(1)):
        raise Refused("no_terminal")
    from lnctp_tui import launcher
    from lnctp_tui.cli.demo_team import Team, possible
    from lnctp_tui.services.vault import demo as samples
    from lnctp_tui.storage import removing

    folder = Path(tempfile.mkdtemp(prefix="lnctp-demo-"))
    team = None if alone or not possible() else Team(folder)
    if team is None:
        removing.after_us(folder)
    try:
        sample = samples.make(folder / "data", name=_("Consejera de ejemplo"), language=language())
        output.tell(
            _("Datos de ejemplo, que se borran al salir. Si bloquea, la frase es:") + f"\n    {sample.phrase}"
        )
        _tell_of(team, sample.key, alone)
        os.environ["LNCTP_HOME"] = str(folder / "data")
        handed = {} if sys.platform == "win32" else samples.hand_over(sample.key)
        code = launcher.run(environment=handed)
    finally:
        if team is not None:
            team.end()
        shutil.rmtree(folder, ignore_errors=True)
    raise typer.Exit(code)


def _tell_of(team: Team | None, key: Key, alone: bool) -> None:
    """Start the colleague's day, and say what there is to see."""
    if team is None:
        if not alone:
            output.tell(_("Sin servidor ni colega de ejemplo: falta el extra «server»."))
        return
    output.tell(_("Se preparan un servidor y una colega de ejemplo; unos segundos…"))
    if team.meet(key, language()):
        output.tell(_("Marta trabaja en los mismos casos: mire el escritorio, y pulse «s»."))
    else:
        output.tell(_("El servidor de ejemplo no arrancó; la aplicación abre sola, sin él."))
        output.tell(team.reason)


COMMANDS = (("demo", demo, N_("Abre la aplicación con casos de ejemplo; todo se borra al salir.")),)
