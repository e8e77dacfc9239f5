"""`lnctp init`, `run`, `passphrase`, `backup`, `restore`: the data folder as a whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.errors import BadInput, Refused, VaultError, WrongPassphrase
from lnctp_tui.i18n import N_, _
from lnctp_tui.services.vault import vault_access
from lnctp_tui.storage import paths

ABOUT = N_(
    "Registro de llamadas de la Línea Nacional contra la Trata de Personas. Sin orden, abre la aplicación."
)
NewFile = Annotated[
    Path | None,
    typer.Option(
        "--new-passphrase-file",
        metavar=N_("ARCHIVO"),
        help=N_("Archivo con la frase nueva, que solo usted pueda leer."),
    ),
]
ZONE = "America/Mexico_City"


def init(
    context: typer.Context,
    name: Annotated[str | None, typer.Option(help=N_("Nombre de la consejera o el consejero."))] = None,
    time_zone: Annotated[
        str | None, typer.Option(metavar=N_("ZONA"), help=N_("Zona horaria, por ejemplo America/Tijuana."))
    ] = None,
    language: Annotated[Literal["es", "en"], typer.Option(help=N_("Idioma."))] = "es",
    recovery_key: Annotated[
        Path | None,
        typer.Option(metavar=N_("ARCHIVO"), help=N_("Llave pública de recuperación de la organización.")),
    ] = None,
) -> None:
    zone = _zone(time_zone)
    home = vault_access.data_folder()
    if vault_access.profile(home) is not None:
        key, name = _cut_off(context, home, name)
        with paths.Instance(home):
            if recovery_key:
                _configure(home, recovery_key)
                vault_access.seal_to_organisation(home, key)
            vault_access.finish(home, key, language=language, zone=zone, name=name)
    else:
        words, kind, name = _wanted(context, name)
        name = _clean_name(name)
        with paths.Instance(paths.prepare(home)):
            if recovery_key:
                _configure(home, recovery_key)
            key = vault_access.found(home, words, kind=kind, language=language, zone=zone, name=name)
    profile = vault_access.profile(home)
    organisation = profile is not None and profile.organisation
    if session.settings(context).json:
        facts = {"home": str(home), "vault_id": key.vault_id, "name": name, "language": language}
        output.as_json(facts | {"time_zone": zone, "recovery": organisation})
    else:
        output.say(_("Los datos están listos en {folder}.").format(folder=home))
    if not organisation:
        output.tell(
            _(
                "Sin llave de recuperación, perder la frase es perder los datos. "
                "Imprima una hoja con «lnctp recovery sheet»."
            )
        )


def _cut_off(context: typer.Context, home: Path, name: str | None) -> tuple[vault_access.Key, str]:
    """Key and name of a vault whose first run was cut off. Raises VaultError `vault_exists` for any other."""
    phrase = session.given_phrase(context)
    if phrase is None and not session.terminal():
        raise VaultError("vault_exists")
    ask = _("Aquí ya hay datos. Si la primera vez se interrumpió, su frase la termina: ")
    words = phrase or session.ask(ask, hidden=True)
    try:
        key = vault_access.unlock(home, words)
    except WrongPassphrase as error:
        raise VaultError("vault_exists") from error
    if vault_access.is_finished(home, key):
        raise VaultError("vault_exists")
    if name is None and phrase is None:
        name = session.ask(_("Nombre: ")).strip()
    return key, _clean_name(name or _account())


def _wanted(context: typer.Context, name: str | None) -> tuple[str, vault_access.Kind, str]:
    """Phrase, its kind and the counselor's name, from the file or from the person."""
    words = session.given_phrase(context)
    if words is not None:
        kind = session.kind_of(words)
        weakness = vault_access.weakness(words, kind, (name or "",))
        if weakness:
            raise VaultError(weakness)
        return words, kind, name or _account()
    if not session.terminal():
        raise Refused("no_passphrase")
    name = name or session.ask(_("Nombre: ")).strip() or _account()
    words = vault_access.generate()
    session.show_once(_("Su frase, que se muestra una sola vez. Escríbala en papel:"), words)
    if not vault_access.same_phrase(
        session.ask(_("Escríbala para comprobar: "), hidden=True), words, "words"
    ):
        raise Refused("phrases_differ")
    return words, "words", name


def _account() -> str:
    from getpass import getuser

    try:
        return getuser()
    except (KeyError, OSError):
        return "lnctp"


def _clean_name(name: str) -> str:
    from lnctp_tui.domain.values.text import clean

    if len(name) > 200:
        raise BadInput("name_long")
    return clean(name.strip())[0]


def _zone(named: str | None) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    zone = named or _system_zone() or ZONE
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise typer.BadParameter(_("no existe esa zona horaria"), param_hint="--time-zone") from error
    return zone


def _system_zone() -> str | None:
    named = os.environ.get("TZ", "").lstrip(":")
    where = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    return next((zone for zone in (named, where) if "/" in zone and not zone.startswith("/")), None)


def _configure(home: Path, file: Path) -> None:
    from lnctp_tui.services.exchange.importing.files import read_bytes
    from lnctp_tui.storage.vault import recovery

    recovery.configure(home, recovery.parse_public(read_bytes(file).decode(errors="replace")))


def run(context: typer.Context) -> None:
    from lnctp_tui import launcher

    raise typer.Exit(launcher.main())


def passphrase(context: typer.Context, new: NewFile = None) -> None:
    with session.alone() as home:
        old = session.phrase(context, _("Frase actual: "))
        key = vault_access.unlock(home, old)
        words, kind = session.new_phrase(new)
        from lnctp_tui.services.vault.workspace import open_workspace

        workspace = open_workspace(home, key)
        try:
            vault_access.change_phrase(home, old, words, kind, workspace.store)
        finally:
            workspace.close()
    if session.settings(context).json:
        output.as_json({"changed": True, "kind": kind})
        return
    output.say(_("La frase cambió. Los respaldos anteriores se abren con la frase de entonces."))


def backup(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar=N_("ARCHIVO"), help=N_("Archivo nuevo; queda cifrado con la misma frase.")),
    ],
) -> None:
    home, key = session.unlock(context)
    from lnctp_tui.storage import instants
    from lnctp_tui.storage.vault import backup as backups

    manifest = backups.backup(home, key, file, at=instants.iso(instants.now()))
    if session.settings(context).json:
        output.as_json(
            {
                "file": str(file),
                "made_at": manifest.made_at,
                "rows": manifest.rows,
                "revision": manifest.revision,
            }
        )
        return
    output.say(_("Respaldo cifrado y revisado: {file}").format(file=file))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=N_("ARCHIVO"), help=N_("Un respaldo de «lnctp backup»."))],
) -> None:
    from lnctp_tui.storage import instants
    from lnctp_tui.storage.vault import backup as backups

    if not file.is_file():
        raise BadInput("file_failed", name=file.name, reason="ENOENT")
    words = session.phrase(context, _("Frase del respaldo: "))
    home = vault_access.data_folder()
    manifest, aside = backups.restore(file, home, words, at=instants.iso(instants.now()))
    if session.settings(context).json:
        output.as_json(
            {"made_at": manifest.made_at, "rows": manifest.rows, "kept": str(aside) if aside else None}
        )
        return
    profile = vault_access.profile(home)
    made_at = output.moment(manifest.made_at, profile.zone if profile else ZONE)
    output.say(_("Restaurado el respaldo del {date}.").format(date=made_at))
    if aside:
        output.say(_("Lo que había se conserva en {folder}.").format(folder=aside))


COMMANDS = (
    ("init", init, N_("Crea los datos de una consejera o un consejero en este equipo.")),
    ("run", run, N_("Abre la aplicación.")),
    ("passphrase", passphrase, N_("Cambia la frase.")),
    ("backup", backup, N_("Hace un respaldo cifrado, también con la aplicación abierta.")),
    ("restore", restore, N_("Pone un respaldo en su lugar, después de revisarlo; lo anterior se conserva.")),
)
