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


def next_root(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar=N_("CARPETA"), help=N_("Carpeta de las versiones."))],
    signs: Annotated[
        list[Path],
        typer.Option("--key", help=N_("Llave de raíz, secreta: dos de la anterior y dos de la siguiente.")),
    ],
    roots: Annotated[
        list[Path] | None, typer.Option("--root", help=N_("Llave pública de raíz; tres, o las de antes."))
    ] = None,
    targets: Annotated[
        list[Path] | None,
        typer.Option("--targets", help=N_("Llave pública de quien firma versiones; dos, o las de antes.")),
    ] = None,
    online: Annotated[
        Path | None, typer.Option("--server", help=N_("Llave pública del servidor, o la de antes."))
    ] = None,
) -> None:
    from lnctp_tui.updates import repository

    number = repository.rotate(
        folder, [_secret(path) for path in signs], instants.now(),
        roots=[_line(path) for path in roots or ()], targets=[_line(path) for path in targets or ()],
        online=_line(online) if online else "",
    )  # fmt: skip
    until = repository.ends(folder).date().isoformat()
    if session.settings(context).json:
        output.as_json({"root": number, "until": until})
    else:
        output.say(_("Raíz {number}, vale hasta el {until}. Firme de nuevo la lista.").format(
            number=number, until=until))  # fmt: skip


def sign(
    folder: Annotated[
        Path, typer.Argument(metavar=N_("CARPETA"), help=N_("Con release.toml y los archivos."))
    ],
    secret: Annotated[Path, typer.Option("--key", help=N_("Llave secreta de quien firma versiones."))],
    context: typer.Context,
) -> None:
    from lnctp_tui.updates import repository

    versions = repository.sign(folder, _secret(secret), instants.now())
    until = repository.ends(folder).date().isoformat()
    if session.settings(context).json:
        output.as_json({"versions": versions, "root_until": until})
    else:
        signed = _("Firmadas: {versions}. La raíz vale hasta el {until}; antes hay que hacer la siguiente.")
        output.say(signed.format(versions=", ".join(versions), until=until))


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
    ("next", next_root, N_("Hace la raíz siguiente: otra llave, o las mismas por dos años más.")),
    ("sign", sign, N_("Firma la lista de versiones que dice release.toml.")),
)
