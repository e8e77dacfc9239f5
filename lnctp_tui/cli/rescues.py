"""`lnctp doctor --salvage`: reads what can be read of damaged files, shows the counts, and asks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.errors import BadInput
from lnctp_tui.i18n import N_, _
from lnctp_tui.services.vault import vault_access
from lnctp_tui.storage import paths

if TYPE_CHECKING:
    from lnctp_tui.services.vault.rescue import Rescue

COUNTS = {
    "pages": N_("Páginas de la base de datos"),
    "broken": N_("Páginas dañadas"),
    "frames_broken": N_("Piezas dañadas del registro de escritura"),
    "changes": N_("Guardados leídos"),
    "from_backups": N_("De ellos, tomados de los respaldos"),
    "from_rows": N_("Valores sin su guardado, tomados del registro"),
    "unproven": N_("Guardados cuya firma no coincide (se conservan)"),
    "records": N_("Registros rehechos"),
}


def run(context: typer.Context, backups: Sequence[Path], *, yes: bool) -> None:
    """Rescue the vault. Nothing is put in place before a person agrees, and nothing is ever deleted."""
    missing = next((backup for backup in backups if not backup.is_file()), None)
    if missing:
        raise BadInput("file_failed", name=missing.name, reason="ENOENT")
    home = vault_access.data_folder()
    paths.tighten(home)
    with paths.Instance(home):
        from lnctp_tui.services.vault import rescue

        key = rescue.open_key(home, backups, session.phrase(context))
        rescued = rescue.rescue(home, key, backups)
        _tell(context, rescued)
        agreed = yes or _agreed(context)
        aside = rescue.swap(home, rescued) if agreed else None
        if not agreed:
            rescue.discard(rescued)
    if session.settings(context).json:
        output.as_json(rescued.told() | {"placed": agreed, "kept": aside.name if aside else None})
    elif aside:
        output.say(
            _("Lo rescatado está en su lugar. Lo que había se conserva en {folder}.").format(
                folder=aside.name
            )
        )
    elif not agreed:
        output.say(_("No se cambió nada. La copia de todo sigue en {folder}.").format(folder=rescued.copy))


def _tell(context: typer.Context, found: Rescue) -> None:
    if session.settings(context).json:
        return
    output.say(_("Copia de todo como estaba: {folder}").format(folder=found.copy))
    lines = found.told()
    output.table([_("Qué"), _("Cuántos")], ((_(text), f"{lines[name]:,}") for name, text in COUNTS.items()))
    if not found.key:
        output.say(
            _(
                "La llave con que este equipo firma no se pudo leer: al abrir se pregunta de quién son los datos, "
                "y hay que inscribir otra vez el equipo en el servidor."
            )
        )


def _agreed(context: typer.Context) -> bool:
    """Whether a person says so; nobody there is no."""
    if session.settings(context).json or not session.terminal():
        return False
    answer = session.ask(_("¿Poner lo rescatado en su lugar? Lo anterior se conserva. (s/n) "))
    return session.yes(answer)
