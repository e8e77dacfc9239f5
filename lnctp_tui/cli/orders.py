"""`lnctp order` and `lnctp authority`: officers' orders, and who the officers are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.errors import BadInput, Refused
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.domain.authority.control import Officer, Order
    from lnctp_tui.domain.authority.documents import Signed
    from lnctp_tui.services.sync.orders import Draft, Laptop
    from lnctp_tui.services.vault.workspace import Workspace

ABOUT_ORDERS = N_("Órdenes firmadas: sellar un equipo, aprobarlo, papeles, borrar y suprimir.")
ABOUT_AUTHORITY = N_("Responsables: su llave, la lista firmada, y confirmarla en este equipo.")
KINDS = ("seal", "device", "person", "wipe", "erase")
LIMIT = 2 << 20
Hash = Annotated[str, typer.Argument(metavar=N_("ORDEN"), help=N_("Comienzo de su identificador."))]
NewFile = Annotated[Path, typer.Argument(metavar=N_("ARCHIVO"), help=N_("Archivo nuevo."))]


def new(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(metavar=N_("QUÉ"), help=N_("seal, device, person, wipe o erase."))],
    on: Annotated[
        str,
        typer.Argument(
            metavar=N_("SOBRE"),
            help=N_("Equipo (llave o persona), persona, o caso cuyo contenido se suprime."),
        ),
    ],
    state: Annotated[
        str,
        typer.Option(
            "--state", help=N_("De un equipo: active, upload_only o revoked; de una persona: active o left.")
        ),
    ] = "active",
    role: Annotated[
        str, typer.Option("--role", help=N_("counselor, supervisor, analyst o admin."))
    ] = "counselor",
    why: Annotated[str, typer.Option("--why", help=N_("Fundamento, sin datos de personas."))] = "",
    unsent: Annotated[bool, typer.Option("--unsent", help=N_("También lo que nunca se envió."))] = False,
    words: Annotated[
        str,
        typer.Option("--words", help=N_("Para aprobar un equipo: las seis palabras que leyó su persona.")),
    ] = "",
) -> None:
    from lnctp_tui.services.sync import officers, orders

    if kind not in KINDS:
        raise typer.BadParameter(", ".join(KINDS))
    with session.alone(), session.opened(context) as workspace:
        subject, data = _subject(workspace, kind, on, state, role, why, unsent)
        if kind == "device" and state == "active":
            orders.compare(subject, words)
        signed = orders.new(workspace, kind, subject, data)
        output.say(describe(signed, orders.names(workspace)))
        output.say(_("Palabras: {words}").format(words=orders.words(signed.hash)))
        signed = officers.sign(workspace.store, session.phrase(context, _("Su frase, para firmar: ")), signed)
        done = orders.send(workspace, "order", signed)
    _told(context, signed.hash, done)


def _subject(
    workspace: Workspace, kind: str, on: str, state: str, role: str, why: str, unsent: bool
) -> tuple[str, dict[str, Any]]:
    from lnctp_tui.services.sync import orders

    if kind == "erase":
        return orders.scope(workspace, on), {"unsent": unsent, "why": why}
    known = orders.known(workspace)
    if kind == "person":
        found = [each for each, (name, _role) in known.people.items() if on in (each, name)]
        if len(found) != 1:
            raise Refused("no_such_person")
        return found[0], {"role": role, "state": state, "name": known.people[found[0]][0]}
    laptop = _laptop(known.laptops, on)
    if kind == "device":
        return laptop.key, {"person": laptop.person, "state": state}
    return laptop.key, {"why": why} | ({"unsent": unsent} if kind == "wipe" else {})


def _laptop(laptops: Sequence[Laptop], said: str) -> Laptop:
    found = [
        each for each in laptops if each.key.startswith(said.lower()) or said in (each.person, each.name)
    ]
    if len(found) != 1:
        raise Refused("no_such_laptop")
    return found[0]


def describe(signed: Signed, names: Mapping[str, str]) -> str:
    """A document in one line, from what is signed."""
    from lnctp_tui.screens.sync import order_words

    title = order_words.title(signed, names)
    if signed.kind == "authority":
        return ": ".join((title, order_words.parts(signed, names)[0][1]))
    why = signed.content["data"].get("why")
    return " · ".join(filter(None, (title, order_words.effect(signed.content), why)))


def list_(context: typer.Context) -> None:
    from lnctp_tui.services.sync import orders

    with session.opened(context) as workspace:
        kept = orders.holding(workspace)
        drafts = orders.waiting(workspace) if orders.standing(workspace).key else []
        zone, names = workspace.zone, orders.names(workspace)
    if session.settings(context).json:
        waits = [
            {
                "hash": each.signed.hash,
                "body": each.signed.content,
                "persons": each.persons,
                "need": each.need,
            }
            for each in drafts
        ]
        output.as_json({"orders": [_facts(each.order, each.obeyed_at) for each in kept], "drafts": waits})
        return
    rows = [
        (
            each.order.hash[:8],
            _("vale"),
            describe(each.signed, names),
            output.moment(each.obeyed_at, zone) or "",
        )
        for each in kept
    ]
    rows += [(each.signed.hash[:8], _waits(each), describe(each.signed, names), "") for each in drafts]
    output.table([_("Orden"), _("Estado"), _("Qué"), _("Cumplida aquí")], rows)


def _facts(order: Order, obeyed_at: str | None) -> dict[str, Any]:
    return {
        "hash": order.hash, "kind": order.kind, "on": order.on, "rev": order.rev, "at": order.at,
        "until": order.until, "data": dict(order.data), "persons": order.persons, "obeyed_at": obeyed_at,
    }  # fmt: skip


def _waits(draft: Draft) -> str:
    return _("{count} de {need} firmas").format(count=len(draft.persons), need=draft.need)


def show(context: typer.Context, which: Hash) -> None:
    from lnctp_tui.services.sync import orders

    with session.opened(context) as workspace:
        signed = _document(workspace, which)
    output.say(signed.body)
    output.say(_("Palabras: {words}").format(words=orders.words(signed.hash)))


def sign(context: typer.Context, which: Hash) -> None:
    from lnctp_tui.services.sync import orders

    with session.alone(), session.opened(context) as workspace:
        draft = _draft(workspace, which)
        output.say(describe(draft.signed, orders.names(workspace)))
        output.say(_("Palabras: {words}").format(words=draft.words))
        done = orders.sign(workspace, draft, session.phrase(context, _("Su frase, para firmar: ")))
    _told(context, draft.signed.hash, done)


def refuse(
    context: typer.Context,
    which: Hash,
    why: Annotated[str, typer.Option("--why", help=N_("Motivo."))],
) -> None:
    from lnctp_tui.services.sync import orders

    with session.opened(context) as workspace:
        draft = _draft(workspace, which)
        orders.refuse(workspace, draft, why)
    output.say(_("Rechazada; queda en la bitácora."))


def export(context: typer.Context, which: Hash, file: NewFile) -> None:
    from lnctp_tui.services.vault import vault_access

    with session.opened(context) as workspace:
        signed = _document(workspace, which)
    vault_access.write_private(file, json.dumps({"kind": signed.kind, "document": signed.document()}))
    output.say(_("Documento en {file}.").format(file=file))


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=N_("ARCHIVO"), help=N_("El documento."))],
) -> None:
    from lnctp_tui.domain.authority import documents
    from lnctp_tui.services.sync import orders

    said = _json(file)
    if not isinstance(said, dict) or said.get("kind") not in ("order", "authority"):
        raise BadInput("control_form")
    with session.opened(context) as workspace:
        signed = documents.read(said["kind"], said.get("document"))
        done = orders.send(workspace, said["kind"], signed)
    _told(context, signed.hash, done)


def _document(workspace: Workspace, which: str) -> Signed:
    """An order that is kept, or one that waits. Raises Refused `no_such_order`."""
    from lnctp_tui.services.sync import orders

    kept = [each.signed for each in orders.book(workspace).orders if each.signed.hash.startswith(which)]
    return kept[0] if len(kept) == 1 else _draft(workspace, which).signed


def _draft(workspace: Workspace, which: str) -> Draft:
    from lnctp_tui.services.sync import orders

    found = [each for each in orders.waiting(workspace) if each.signed.hash.startswith(which)]
    if len(found) != 1:
        raise Refused("no_such_order")
    return found[0]


def _told(context: typer.Context, hash_: str, done: bool) -> None:
    if session.settings(context).json:
        output.as_json({"hash": hash_, "ordered": done})
    elif done:
        output.say(_("Firmada y ordenada."))
    else:
        output.say(_("Firmada; espera la firma de otra persona, 72 horas: {order}").format(order=hash_[:8]))


def _json(file: Path) -> Any:
    try:
        content = file.read_bytes()[: LIMIT + 1]
        return json.loads(content) if len(content) <= LIMIT else None
    except (OSError, ValueError) as error:
        raise BadInput("control_form") from error


# the officers


def key(context: typer.Context, file: NewFile) -> None:
    from lnctp_tui.services.sync import officers, orders
    from lnctp_tui.services.vault import vault_access

    with session.alone(), session.opened(context) as workspace:
        officers.become(workspace, session.phrase(context, _("Su frase: ")))
        mine = orders.myself(workspace)
    vault_access.write_private(file, json.dumps({"key": mine.key, "person": mine.person, "name": mine.name}))
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

    others = [_officer(file) for file in files]
    with session.alone(), session.opened(context) as workspace:
        listed = [orders.myself(workspace), *others]
        for each in listed:
            output.say(f"{each.name}: {orders.words(each.key)}")
        signed = orders.found(workspace, listed) if first else orders.follow(workspace, listed)
        signed = officers.sign(workspace.store, session.phrase(context, _("Su frase, para firmar: ")), signed)
        done = orders.send(workspace, "authority", signed)
        if first:
            org = signed.content["org"]
            output.say(_("Palabras de la organización: {words}").format(words=orders.words(org)))
    _told(context, signed.hash, done)


def _officer(file: Path) -> Officer:
    from lnctp_tui.domain.authority.control import Officer

    said = _json(file)
    if not isinstance(said, dict) or {"key", "person", "name"} - said.keys():
        raise BadInput("control_form")
    return Officer(str(said["key"]), str(said["person"]), str(said["name"]))


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
    output.say(_("Autoridad confirmada. Lea ahora las de este equipo: {words}").format(words=own))


def show_authority(context: typer.Context) -> None:
    from lnctp_tui.services.sync import orders

    with session.opened(context) as workspace:
        found_ = orders.standing(workspace)
        own = orders.own_words(workspace)
    if session.settings(context).json:
        output.as_json({"org": found_.org, "offered": found_.offered, "n": found_.n,
                        "officers": [each.name for each in found_.officers], "mine": found_.mine})  # fmt: skip
        return
    org = orders.words(found_.org) if found_.org else _("sin confirmar")
    rows = [(_("Organización"), org), (_("Lista"), str(found_.n or "—"))]
    rows += [(_("Responsable"), f"{each.name} · {orders.words(each.key)}") for each in found_.officers]
    output.table(["", ""], [*rows, (_("Este equipo"), own)])


ORDERS = (
    ("new", new, N_("Hace y firma una orden; si hacen falta dos personas, espera a la segunda.")),
    ("list", list_, N_("Las órdenes que valen y las que esperan firma.")),
    ("show", show, N_("El texto que se firma, tal cual.")),
    ("sign", sign, N_("Firma una orden que espera.")),
    ("refuse", refuse, N_("Rechaza una orden que espera, con motivo.")),
    ("export", export, N_("Guarda el documento en un archivo, para llevarlo sin servidor.")),
    ("import", import_, N_("Entrega al servidor un documento de un archivo.")),
)
AUTHORITY = (
    ("key", key, N_("Hace la llave de responsable de este equipo y la guarda en un archivo.")),
    ("found", found, N_("Hace la primera lista de responsables; la firman todos.")),
    ("change", change, N_("Hace la lista siguiente; la firman dos de la anterior y quien entra.")),
    ("confirm", confirm, N_("Confirma en este equipo la autoridad de la organización, por teléfono.")),
    ("show", show_authority, N_("Quiénes son los responsables, y las palabras que se comparan.")),
)
