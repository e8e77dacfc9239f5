"""`lnctp recovery`: the organisation's key, the custodians' answer, the printed sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.vaults import NewFile
from lnctp_tui.errors import BadInput, Refused
from lnctp_tui.i18n import N_, _
from lnctp_tui.services.vault import vault_access

ABOUT = N_("Recuperación cuando se olvida la frase: llave de la organización y hoja impresa.")
LIMIT = 64 << 10


def new(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar=N_("ARCHIVO"), help=N_("Archivo nuevo para la llave pública."))
    ],
) -> None:
    from lnctp_tui.storage.vault import recovery

    keys = recovery.new_keys()
    _write(file, keys.line())
    fingerprint = recovery.fingerprint(keys.public)
    if session.settings(context).json:
        public = keys.line().strip()
        output.as_json({"public": public, "fingerprint": fingerprint, "shares": list(keys.shares)})
        return
    output.say(_("Llave pública: {file}. Huella: {words}").format(file=file, words=fingerprint))
    session.paper(
        _("Una parte para cada custodio; dos abren. Se muestran una sola vez y no se guardan:"), *keys.shares
    )


def open_(
    context: typer.Context,
    request: Annotated[
        Path, typer.Argument(metavar=N_("SOLICITUD"), help=N_("La solicitud del equipo bloqueado."))
    ],
    answer: Annotated[
        Path, typer.Argument(metavar=N_("RESPUESTA"), help=N_("Archivo nuevo para la respuesta."))
    ],
    share: Annotated[
        list[Path] | None,
        typer.Option(
            "--share", metavar=N_("ARCHIVO"), help=N_("Archivo con la parte de un custodio; dos veces.")
        ),
    ] = None,
) -> None:
    from lnctp_tui.storage.vault import recovery

    text = _text(request)
    vault, fingerprint = recovery.request_facts(text)
    if not session.settings(context).json:
        output.say(
            _("Equipo {vault}. Compare por voz esta huella: {words}").format(vault=vault, words=fingerprint)
        )
    if share and len(share) != 2:
        raise typer.BadParameter(_("hacen falta dos partes"), param_hint="--share")
    questions = [_("Parte del primer custodio: "), _("Parte del segundo custodio: ")]
    parts = [session.read_phrase(each) for each in share or ()] or [
        session.ask(each, hidden=True) for each in questions
    ]
    _write(answer, recovery.answer(text, *parts))
    if session.settings(context).json:
        output.as_json({"vault_id": vault, "fingerprint": fingerprint, "answer": str(answer)})
        return
    output.say(_("Respuesta en {file}: solo sirve en ese equipo.").format(file=answer))


def request(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=N_("ARCHIVO"), help=N_("Archivo nuevo para la solicitud."))],
) -> None:
    if file.exists() or file.is_symlink():  # before the key of the last request is replaced
        raise BadInput("file_exists", name=file.name)
    text, fingerprint = vault_access.recovery_request(session.existing_home())
    _write(file, text)
    if session.settings(context).json:
        output.as_json({"file": str(file), "fingerprint": fingerprint})
        return
    output.say(
        _("Envíe {file} a los custodios y lea por voz esta huella: {words}").format(
            file=file, words=fingerprint
        )
    )


def finish(
    context: typer.Context,
    answer: Annotated[
        Path, typer.Argument(metavar=N_("RESPUESTA"), help=N_("La respuesta de los custodios."))
    ],
    new: NewFile = None,
) -> None:
    from lnctp_tui.storage.vault import recovery

    with session.alone() as home:
        text = _text(answer)
        words, kind = session.new_phrase(new)
        recovery.finish(home, text, words, kind)
    _done(context, _("Los datos se abren otra vez, con la frase nueva."))


def use(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar=N_("ARCHIVO"), help=N_("La llave pública de la organización."))
    ],
    fingerprint: Annotated[
        str | None, typer.Option(help=N_("La huella que dijo la organización, seis palabras."))
    ] = None,
) -> None:
    from lnctp_tui.storage.vault import phrase, recovery, vault

    public = recovery.parse_public(_text(file))
    words = recovery.fingerprint(public)
    if fingerprint is None:
        output.tell(_("Huella de la llave: {words}").format(words=words))
        fingerprint = session.ask(_("Escriba la huella que le dijo la organización: "))
    if phrase.normalise(fingerprint, "words") != phrase.normalise(words, "words"):
        raise Refused("wrong_fingerprint")
    with session.alone():
        home, key = session.unlock(context)
        recovery.configure(home, public)
        vault.set_recovery(home, key, public)
    _done(context, _("Dos custodios de la organización podrán abrir estos datos si se olvida la frase."))


def sheet(context: typer.Context) -> None:
    with session.alone():
        words = vault_access.new_sheet(*session.unlock(context))
    if session.settings(context).json:
        output.as_json({"words": words})
        return
    session.paper(
        _("Imprima estas 24 palabras y guárdelas bajo llave; una hoja anterior ya no sirve:"), words
    )


def open_sheet(
    context: typer.Context,
    words_file: Annotated[
        Path | None,
        typer.Option("--sheet-file", metavar=N_("ARCHIVO"), help=N_("Archivo con las 24 palabras.")),
    ] = None,
    new: NewFile = None,
) -> None:
    with session.alone() as home:
        words = (
            session.read_phrase(words_file)
            if words_file
            else session.ask(_("Las 24 palabras: "), hidden=True)
        )
        key = vault_access.unlock_with_sheet(home, words)
        fresh, kind = session.new_phrase(new)
        vault_access.set_phrase(home, key, fresh, kind)
    _done(context, _("Los datos se abren otra vez, con la frase nueva."))


def _done(context: typer.Context, text: str) -> None:
    if session.settings(context).json:
        output.as_json({"done": True})
    else:
        output.say(text)


def _text(file: Path) -> str:
    from lnctp_tui.services.exchange.importing.files import read_bytes

    content = read_bytes(file)
    if len(content) > LIMIT:
        raise BadInput("file_failed", name=file.name, reason="EFBIG")
    return content.decode(errors="replace")


def _write(file: Path, text: str) -> None:
    try:
        vault_access.write_private(file, text)
    except FileExistsError as error:
        raise BadInput("file_exists", name=file.name) from error


COMMANDS = (
    ("new", new, N_("Para la organización: hace la llave y las partes de los custodios.")),
    ("open", open_, N_("Para dos custodios, sin red: responde a una solicitud.")),
    ("request", request, N_("En el equipo bloqueado: hace una solicitud a los custodios.")),
    ("finish", finish, N_("En el equipo bloqueado: abre la respuesta y pone una frase nueva.")),
    ("use", use, N_("Deja que la organización pueda recuperar estos datos.")),
    ("sheet", sheet, N_("Hace una hoja de recuperación de 24 palabras para imprimir.")),
    ("open-sheet", open_sheet, N_("Abre con la hoja impresa y pone una frase nueva.")),
)
