"""`lnctp order`: what officers order, and what waits for their signatures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.errors import BadInput, Refused, SyncFailed
from lnctp_tui.i18n import N_, _
from lnctp_tui.i18n.messages import explain
from lnctp_tui.storage import paths

if TYPE_CHECKING:
    from lnctp_tui.domain.authority.control import Order
    from lnctp_tui.domain.authority.documents import Signed
    from lnctp_tui.services.sync.orders import Draft, Laptop
    from lnctp_tui.services.vault.workspace import Workspace

ABOUT_ORDERS = N_("Órdenes firmadas: sellar un equipo, aprobarlo, papeles, borrar y suprimir.")
KINDS = ("seal", "device", "person", "wipe", "erase")
LIMIT, REASON = 2 << 20, 200
"""Bytes of a file; letters of a reason."""
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
        str, typer.Option("--role", help=N_("counselor, curator, supervisor, analyst o admin."))
    ] = "counselor",
    why: Annotated[str, typer.Option("--why", help=N_("Fundamento, sin datos de personas."))] = "",
    unsent: Annotated[bool, typer.Option("--unsent", help=N_("También lo que nunca se envió."))] = False,
    words: Annotated[
        str,
        typer.Option("--words", help=N_("Para aprobar un equipo: las seis palabras que leyó su persona.")),
    ] = "",
) -> None:
    from lnctp_tui.services.sync import officers, orders

    _check(kind, state, role, why)
    with session.alone(), session.opened(context) as workspace:
        subject, data = _subject(workspace, kind, on, state, role, why, unsent)
        if kind == "device" and state == "active":
            orders.compare(subject, words)
        signed = orders.new(workspace, kind, subject, data)
        _show(context, describe(signed, orders.names(workspace)), orders.words(signed.hash))
        signed = officers.sign(workspace.store, session.phrase(context, _("Su frase, para firmar: ")), signed)
        done = orders.send(workspace, "order", signed)
    told(context, signed.hash, done)


def _check(kind: str, state: str, role: str, why: str) -> None:
    """Refuse what no order can say, by the option it stands in."""
    from lnctp_tui.domain.authority import control

    states = control.STATES if kind == "device" else ("active", "left")
    for option, sentence, of in (
        ("QUÉ", kind, KINDS),
        ("--state", state, states),
        ("--role", role, control.ROLES),
    ):
        if sentence not in of:
            raise typer.BadParameter(", ".join(of), param_hint=option)
    if len(why) > REASON or not why.isprintable():
        sentence = _("una línea de {count} letras a lo más").format(count=REASON)
        raise typer.BadParameter(sentence, param_hint="--why")


def _show(context: typer.Context, *lines: str) -> None:
    """What is going to be signed; aside when a program reads the answer."""
    first, words = lines
    say = output.tell if session.settings(context).json else output.say
    say(first)
    say(_("Palabras: {words}").format(words=words))


def _subject(
    workspace: Workspace, kind: str, on: str, state: str, role: str, why: str, unsent: bool
) -> tuple[str, dict[str, Any]]:
    from lnctp_tui.services.sync import orders

    if kind == "erase":
        return orders.scope(workspace, on), {"unsent": unsent, "why": why}
    directory = orders.known(workspace)
    if kind == "person":
        person_ids = [
            person_id for person_id, (name, _role) in directory.people.items() if on in (person_id, name)
        ]
        if len(person_ids) != 1:
            raise Refused("no_such_person")
        return person_ids[0], {"role": role, "state": state, "name": directory.people[person_ids[0]][0]}
    laptop = _laptop(directory.laptops, on)
    if kind == "device":
        return laptop.key, {"person": laptop.person, "state": state}
    return laptop.key, {"why": why} | ({"unsent": unsent} if kind == "wipe" else {})


def _laptop(laptops: Sequence[Laptop], said: str) -> Laptop:
    matches = [
        laptop
        for laptop in laptops
        if laptop.key.startswith(said.lower()) or said in (laptop.person, laptop.name)
    ]
    if len(matches) != 1:
        raise Refused("no_such_laptop")
    return matches[0]


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
        drafts: list[Draft] = []
        try:
            orders.refresh(workspace)
            drafts = orders.waiting(workspace) if orders.standing(workspace).key else []
        except SyncFailed as error:  # what holds is known here
            output.tell(str(explain(error)))
        holding = orders.holding(workspace)
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
        output.as_json({"orders": [_facts(each.order, each.obeyed_at) for each in holding], "drafts": waits})
        return
    rows = [
        (
            each.order.hash[:8],
            _("vale"),
            describe(each.signed, names),
            output.moment(each.obeyed_at, zone) or "",
        )
        for each in holding
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
    if session.settings(context).json:
        words = orders.words(signed.hash)
        output.as_json({"hash": signed.hash, "words": words, **signed.document()})
        return
    output.say(signed.body)
    output.say(_("Palabras: {words}").format(words=orders.words(signed.hash)))


def sign(context: typer.Context, which: Hash) -> None:
    from lnctp_tui.services.sync import orders

    with session.alone(), session.opened(context) as workspace:
        draft = _draft(workspace, which)
        _show(context, describe(draft.signed, orders.names(workspace)), draft.words)
        done = orders.sign(workspace, draft, session.phrase(context, _("Su frase, para firmar: ")))
    told(context, draft.signed.hash, done)


def refuse(
    context: typer.Context,
    which: Hash,
    why: Annotated[str, typer.Option("--why", help=N_("Motivo."))],
) -> None:
    from lnctp_tui.services.sync import orders

    with session.opened(context) as workspace:
        draft = _draft(workspace, which)
        orders.refuse(workspace, draft, why)
    if session.settings(context).json:
        output.as_json({"hash": draft.signed.hash, "refused": True})
        return
    output.say(_("Rechazada; queda en la bitácora."))


def export(context: typer.Context, which: Hash, file: NewFile) -> None:
    with session.opened(context) as workspace:
        signed = _document(workspace, which)
    write(file, {"kind": signed.kind, "document": signed.document()})
    if session.settings(context).json:
        output.as_json({"hash": signed.hash, "file": str(file)})
        return
    output.say(_("Documento en {file}.").format(file=file))


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=N_("ARCHIVO"), help=N_("El documento."))],
) -> None:
    from lnctp_tui.domain.authority import documents
    from lnctp_tui.services.sync import orders

    content = content_of(file)
    if not isinstance(content, dict) or content.get("kind") not in ("order", "authority"):
        raise BadInput("control_file", name=file.name)
    try:
        signed = documents.read(content["kind"], content.get("document"))
    except documents.ControlRefused as error:
        raise BadInput("control_file", name=file.name) from error
    with session.opened(context) as workspace:
        done = orders.send(workspace, content["kind"], signed)
    told(context, signed.hash, done)


def _document(workspace: Workspace, which: str) -> Signed:
    """An order that is kept, or one that waits. Raises Refused `no_such_order`."""
    from lnctp_tui.services.sync import orders

    documents = [
        entry.signed for entry in orders.book(workspace).orders if entry.signed.hash.startswith(which)
    ]
    return documents[0] if len(documents) == 1 else _draft(workspace, which).signed


def _draft(workspace: Workspace, which: str) -> Draft:
    from lnctp_tui.services.sync import orders

    drafts = [draft for draft in orders.waiting(workspace) if draft.signed.hash.startswith(which)]
    if len(drafts) != 1:
        raise Refused("no_such_order")
    return drafts[0]


def told(context: typer.Context, hash_: str, done: bool) -> None:
    if session.settings(context).json:
        output.as_json({"hash": hash_, "ordered": done})
    elif done:
        output.say(_("Firmada y ordenada."))
    else:
        output.say(_("Firmada; espera la firma de otra persona, 72 horas: {order}").format(order=hash_[:8]))


def content_of(file: Path) -> Any:
    try:
        with file.open("rb") as opened:
            content = opened.read(LIMIT + 1)
        return json.loads(content) if len(content) <= LIMIT else None
    except OSError as error:
        raise BadInput("file_failed", name=file.name, reason=paths.errno_name(error)) from error
    except (ValueError, RecursionError) as error:
        raise BadInput("control_file", name=file.name) from error


def write(file: Path, said: Mapping[str, Any]) -> None:
    from lnctp_tui.services.vault import vault_access

    try:
        vault_access.write_private(file, json.dumps(said))
    except FileExistsError as error:
        raise BadInput("file_exists", name=file.name) from error


ORDERS = (
    ("new", new, N_("Hace y firma una orden; si hacen falta dos personas, espera a la segunda.")),
    ("list", list_, N_("Las órdenes que valen y las que esperan firma.")),
    ("show", show, N_("El texto que se firma, tal cual.")),
    ("sign", sign, N_("Firma una orden que espera.")),
    ("refuse", refuse, N_("Rechaza una orden que espera, con motivo.")),
    ("export", export, N_("Guarda el documento en un archivo, para llevarlo sin servidor.")),
    ("import", import_, N_("Entrega al servidor un documento de un archivo.")),
)
