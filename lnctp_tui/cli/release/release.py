"""`lnctp release`: keys, root and lists of versions, made on a machine without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from nacl.signing import SigningKey

from lnctp_tui.cli import output, session
from lnctp_tui.errors import Refused
from lnctp_tui.i18n import N_, _
from lnctp_tui.storage import instants, paths

ABOUT = N_("Versiones nuevas del programa: llaves y firmas, en un equipo sin red.")
SECRET = ".key"


def key(
    file: Annotated[Path, typer.Argument(metavar=N_("ARCHIVO"), help=N_("Archivo nuevo, sin terminación."))],
) -> None:
    """A key in two files: `.key` for a memory stick in a safe, `.pub` for everybody."""
    made = SigningKey.generate()
    paths.write_new(file.with_suffix(SECRET), bytes(made).hex().encode() + b"\n")
    paths.write_new(file.with_suffix(".pub"), bytes(made.verify_key).hex().encode() + b"\n")
    output.say(
        _("Guarde {name} en una memoria bajo llave: quien la tiene firma versiones.").format(
            name=file.with_suffix(SECRET).name
        )
    )


def root(
    folder: Annotated[Path, typer.Argument(metavar=N_("CARPETA"), help=N_("Carpeta de las versiones."))],
    roots: Annotated[list[Path], typer.Option("--key", help=N_("Llave de raíz, secreta; tres."))],
    targets: Annotated[
        list[Path], typer.Option("--targets", help=N_("Llave pública de quien firma versiones; dos."))
    ],
    online: Annotated[
        Path, typer.Option("--server", help=N_("Llave pública de «lnctp server release key»."))
    ],
) -> None:
    from lnctp_tui.updates import repository

    folder.mkdir(exist_ok=True)
    digest = repository.found(
        folder, [_secret(path) for path in roots], [_line(path) for path in targets], _line(online), instants.now()
    )  # fmt: skip
    output.say(digest)


def sign(
    folder: Annotated[
        Path, typer.Argument(metavar=N_("CARPETA"), help=N_("Con release.toml y los archivos."))
    ],
    secret: Annotated[Path, typer.Option("--key", help=N_("Llave secreta de quien firma versiones."))],
    context: typer.Context,
) -> None:
    from lnctp_tui.updates import repository

    versions = repository.sign(folder, _secret(secret), instants.now())
    if session.settings(context).json:
        output.as_json({"versions": versions})
    else:
        output.say(_("Firmadas: {versions}.").format(versions=", ".join(versions)))


def _secret(path: Path) -> SigningKey:
    try:
        return SigningKey(bytes.fromhex(_line(path)))
    except ValueError as error:
        raise Refused("release_key") from error


def _line(path: Path) -> str:
    try:
        return paths.read_file(path, limit=256).decode("ascii").strip()
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise Refused("release_key") from error


COMMANDS = (
    ("key", key, N_("Hace una llave: una parte secreta y una pública.")),
    ("root", root, N_("Hace la raíz: qué llaves firman. Su SHA-256 se compara por teléfono.")),
    ("sign", sign, N_("Firma la lista de versiones que dice release.toml.")),
)
