"""`lnctp doctor`: looks the data folder over and says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lnctp_tui.cli import output, rescues, session
from lnctp_tui.i18n import N_, _
from lnctp_tui.services.vault import vault_access

if TYPE_CHECKING:
    from lnctp_tui.services.vault.doctor import Check

NAMES = {
    "program": N_("Instalación"),
    "vault": N_("Llave"), "modes": N_("Permisos"), "drive": N_("Carpeta"), "disk": N_("Disco"),
    "running": N_("Aplicación"), "journal": N_("Diario sellado"), "protocol": N_("Protocolo"),
    "faults": N_("Fallas recientes"), "database": N_("Base de datos"), "mark": N_("Lo guardado"),
    "accepted": N_("Protocolo aceptado"), "schema": N_("Versión de los datos"), "clock": N_("Reloj"),
    "log": N_("Registro de cambios"), "fit": N_("Valores apartados"), "views": N_("Registro de consultas"),
    "index": N_("Búsqueda"),
}  # fmt: skip
SOME = 20
"""Of a list in a sentence; all are in the JSON."""
LEVELS = {"ok": N_("bien"), "note": N_("aviso"), "bad": N_("MAL"), "skipped": N_("sin ver")}
ADVICE = {
    ("program", "bad"): N_("Faltan partes ({names}): instale el programa de nuevo."),
    ("vault", "note"): N_("Si se pierde la frase se pierden los datos: haga «lnctp recovery sheet»."),
    ("modes", "bad"): N_("Otros pueden leer {names}: quite el permiso a grupo y otros (chmod go-rwx)."),
    ("drive", "bad"): N_("Está en una carpeta compartida o de red ({where}): muévala a este equipo."),
    ("disk", "note"): N_("Quedan {free_mb} MB: libere espacio."),
    ("disk", "bad"): N_("Quedan {free_mb} MB: libere espacio ya."),
    ("journal", "note"): N_("{waiting} con cambios que la base no aceptó: se toman al abrir la aplicación."),
    ("journal", "bad"): N_("No se pudieron tomar enteros: {names}. No los borre y avise a soporte."),
    ("disk", "ok"): N_("{free_mb} MB libres."),
    ("protocol", "bad"): N_("{findings} errores: véalos con «lnctp protocol check»."),
    ("accepted", "note"): N_(
        "La carpeta cambió ({lines} líneas) y no se usa: véala con «lnctp protocol accept»."
    ),
    ("faults", "note"): N_("Dé estos códigos a soporte: {codes}."),
    ("database", "bad"): N_("Está dañada: no la borre; «lnctp doctor --salvage» lee lo que se puede."),
    ("clock", "bad"): N_("El reloj está atrasado respecto de lo ya guardado: póngalo en hora."),
    ("log", "bad"): N_("{different} registros no coinciden con sus cambios: avise a soporte."),
    ("log", "ok"): N_("{records} registros, {changes} cambios."),
    ("fit", "bad"): N_(
        "{count} no caben en su campo y no se muestran; siguen en el registro. Avise a soporte: {records}."
    ),
    ("views", "bad"): N_("La cadena de consultas se rompe en {entry}: avise a soporte."),
    ("index", "bad"): N_("La búsqueda está incompleta: se rehace al abrir la aplicación."),
}


def doctor(
    context: typer.Context,
    salvage: Annotated[
        bool, typer.Option("--salvage", help=N_("Rescata lo que se pueda leer, en una base de datos nueva."))
    ] = False,
    backups: Annotated[
        list[Path] | None,
        typer.Option(
            "--from", metavar=N_("RESPALDO"), help=N_("Respaldo que completa lo rescatado; se puede repetir.")
        ),
    ] = None,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes", help=N_("Pone lo rescatado en su lugar sin preguntar; lo anterior se conserva.")
        ),
    ] = False,
) -> None:
    if salvage:
        rescues.run(context, backups or [], yes=yes)
        return
    checks = list(_checks(context))
    bad = any(check.level == "bad" for check in checks)
    if session.settings(context).json:
        output.as_json({"ok": not bad, "checks": checks})
    else:
        output.table(
            [_("Qué"), _("Cómo"), ""],
            ((_(NAMES[check.name]), _(LEVELS[check.level]), _advice(check)) for check in checks),
        )
    if bad:
        raise typer.Exit(1)


def _checks(context: typer.Context) -> Iterator[Check]:
    from lnctp_tui.services.vault import doctor as checks

    home = vault_access.data_folder()
    yield from checks.outside(home)
    words = session.given_phrase(context)
    if words is None and vault_access.profile(home) is not None and session.terminal():
        words = session.ask(_("Frase (Enter para no abrir los datos): "), hidden=True) or None
    if words is None:
        yield from checks.skipped()
    else:
        yield from checks.inside(home, vault_access.unlock(home, words))


def _advice(check: Check) -> str:
    if "code" in check.facts:
        from lnctp_tui.i18n.messages import explain_code

        return str(explain_code(**check.facts))
    sentence = ADVICE.get((check.name, check.level))
    if check.facts.get("read_only"):
        sentence = N_("Es de solo lectura: devuelva el permiso de escritura a la carpeta de datos.")
    facts = {
        name: ", ".join(map(str, value[:SOME])) if isinstance(value, list) else value
        for name, value in check.facts.items()
    }
    return _(sentence).format(**facts) if sentence else ""


COMMANDS = (
    ("doctor", doctor, N_("Revisa los datos y el equipo; sin frase revisa solo lo que se ve por fuera.")),
)
