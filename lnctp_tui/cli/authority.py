"""`lnctp authority`: who the officers are, their keys, and confirming them on this laptop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.orders import NewFile, content_of, told, write
from lnctp_tui.errors import BadInput
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.domain.authority.control import Officer

ABOUT_AUTHORITY = N_("Responsables: su llave, la lista firmada, y confirmarla en este equipo.")


def key(context: typer.Context, file: NewFile) -> None:
    from lnctp_tui.services.sync import officers, orders

    if file.exists() or file.is_symlink():
        raise BadInput("file_exists", name=file.name)
    with session.alone(), session.opened(context) as workspace:
        officers.become(workspace.home, workspace.store, session.phrase(context, _("Su frase: ")))
        mine = orders.myself(workspace)
    facts = {"key": mine.key, "person": mine.person, "name": mine.name}
    write(file, facts)
    if session.settings(context).json:
        output.as_json(facts | {"file": str(file), "words": orders.words(mine.key)})
        return
    output.say(
        _("Llave en {file}. Léala por teléfono: {words}").format(file=file, words=orders.words(mine.key))
    )


def found(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar=N_("LLAVE…"), help=N_("Las llaves de los demás responsables.")),
    ] = None,
) -> None:
    _list(context, files or (), first=True)


def change(
    context: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar=N_("LLAVE…"), help=N_("Las llaves de todos los demás."))
    ] = None,
) -> None:
    _list(context, files or (), first=False)


def _list(context: typer.Context, files: Sequence[Path], *, first: bool) -> None:
    from lnctp_tui.services.sync import officers, orders

    say = output.tell if session.settings(context).json else output.say
    colleagues = [_officer(file) for file in files]
    with session.alone(), session.opened(context) as workspace:
        mine = orders.myself(workspace)
        listed = [mine, *{officer.key: officer for officer in colleagues if officer.key != mine.key}.values()]
        for officer in listed:
            say(f"{officer.name}: {orders.words(officer.key)}")
        signed = orders.found(workspace, listed) if first else orders.follow(workspace, listed)
        signed = officers.sign(workspace.store, session.phrase(context, _("Su frase, para firmar: ")), signed)
        done = orders.send(workspace, "authority", signed)
        if first:
            say(_("Palabras de la organización: {words}").format(words=orders.words(signed.content["org"])))
    told(context, signed.hash, done)


def _officer(file: Path) -> Officer:
    from lnctp_tui.domain.authority.control import Officer

    content = content_of(file)
    if not isinstance(content, dict) or {"key", "person", "name"} - content.keys():
        raise BadInput("control_file", name=file.name)
    key, person, name = (str(content[member]) for member in ("key", "person", "name"))
    try:
        whole = len(bytes.fromhex(key)) == 32 and key == key.lower()
    except ValueError:
        whole = False
    if not (whole and person.isprintable() and name.isprintable() and person and name):
        raise BadInput("control_file", name=file.name)
    return Officer(key, person, name)


def confirm(
    context: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar=N_("PALABRA…"), help=N_("Las seis que le leyeron por teléfono."))
    ],
) -> None:
    from lnctp_tui.services.sync import orders

    with session.opened(context) as workspace:
        orders.confirm(workspace, orders.offered_org(workspace), " ".join(words))
        own = orders.own_words(workspace)
    if session.settings(context).json:
        output.as_json({"confirmed": True, "words": own})
        return
    output.say(_("Autoridad confirmada. Lea ahora las de este equipo: {words}").format(words=own))


def show_authority(context: typer.Context) -> None:
    from lnctp_tui.services.sync import orders

    with session.opened(context) as workspace:
        found_ = orders.standing(workspace)
        own = orders.own_words(workspace)
    if session.settings(context).json:
        output.as_json({"org": found_.org, "offered": found_.offered, "n": found_.n,
                        "officers": [officer.name for officer in found_.officers], "mine": found_.mine})  # fmt: skip
        return
    org = orders.words(found_.org) if found_.org else _("sin confirmar")
    rows = [(_("Organización"), org), (_("Lista"), str(found_.n or "—"))]
    rows += [
        (_("Responsable"), f"{officer.name} · {orders.words(officer.key)}") for officer in found_.officers
    ]
    output.table(["", ""], [*rows, (_("Este equipo"), own)])


AUTHORITY = (
    ("key", key, N_("Hace la llave de responsable de este equipo y la guarda en un archivo.")),
    ("found", found, N_("Hace la primera lista de responsables; la firman todos.")),
    ("change", change, N_("Hace la lista siguiente; la firman dos de la anterior y quien entra.")),
    ("confirm", confirm, N_("Confirma en este equipo la autoridad de la organización, por teléfono.")),
    ("show", show_authority, N_("Quiénes son los responsables, y las palabras que se comparan.")),
)
