"""`lnctp server person|device|code`: who works here and with which laptop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.cli.office.server import done, office
from lnctp_tui.errors import Refused
from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.server.admin.staff import Device

ABOUT_PEOPLE = N_("Personas: agregar, listar, cambiar de papel, dar de baja.")
ABOUT_DEVICES = N_("Equipos: listar, aprobar, dejar solo para entregar, revocar.")
ROLES = {
    "counselor": N_("consejera"),
    "curator": N_("consejera que cuida el directorio"),
    "supervisor": N_("supervisora"),
    "analyst": N_("analista"),
    "admin": N_("administradora"),
}
STATES = {
    "pending": N_("por aprobar"),
    "active": N_("activo"),
    "upload_only": N_("solo entrega"),
    "revoked": N_("revocado"),
    "seal": N_("sellado"),
    "wipe": N_("se borrará"),
    "left": N_("ya no está"),
}
LONGEST = 200

Who = Annotated[str, typer.Argument(metavar=N_("PERSONA"), help=N_("Nombre o identificador."))]
Which = Annotated[
    str, typer.Argument(metavar=N_("EQUIPO"), help=N_("Comienzo del identificador, o prefijo de folio."))
]
Role = Annotated[
    str, typer.Argument(metavar=N_("PAPEL"), help=N_("counselor, curator, supervisor, analyst o admin."))
]


def add_person(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar=N_("NOMBRE"), help=N_("Nombre."))],
    role: Annotated[
        str, typer.Option(help=N_("counselor, curator, supervisor, analyst o admin."))
    ] = "counselor",
) -> None:
    from lnctp_tui.domain.values.text import clean

    plain = clean(name)[0].strip()
    if not plain:
        raise typer.BadParameter(_("falta el nombre"), param_hint="NAME")
    if len(plain) > LONGEST:
        raise Refused("name_long")
    with office() as people:
        person = people.add(plain, role)
    if session.settings(context).json:
        output.as_json(person)
    else:
        output.say(_("Agregada: {name}. Su código: «lnctp server code».").format(name=person.name))


def list_people(context: typer.Context) -> None:
    with office() as people:
        persons = people.people()
    if session.settings(context).json:
        output.as_json(persons)
        return
    output.table(
        [_("Nombre"), _("Papel"), _("Estado"), _("Equipos")],
        (
            (person.name, _(ROLES[person.role]), _(STATES[person.state]) if person.state != "active" else "",
             person.devices)
            for person in persons
        ),
    )  # fmt: skip


def set_role(context: typer.Context, who: Who, role: Role) -> None:
    with office() as people:
        person = people.person(who)
        people.set_role(person, role)
    done(context, _("{name}: {role}.").format(name=person.name, role=_(ROLES[role])), person=person.id)


def leave(context: typer.Context, who: Who) -> None:
    with office() as people:
        person = people.person(who)
        count = people.leave(person)
    done(
        context,
        _("{name} ya no está: {count} de sus equipos solo entregan lo que falta.").format(
            name=person.name, count=count
        ),
        person=person.id,
        devices=count,
    )


def list_devices(context: typer.Context) -> None:
    with office() as people:
        devices = people.devices()
    if session.settings(context).json:
        output.as_json(devices)
        return
    output.table(
        [_("Equipo"), _("Persona"), _("Estado"), _("Folio"), _("Huella")],
        (
            (device.id, device.name, _said(device), device.folio_prefix, device.fingerprint)
            for device in devices
        ),
    )


def _said(device: Device) -> str:
    if device.obeyed_at and device.state == "wipe":
        return _("borrado")
    if device.state == "seal" and not device.obeyed_at:
        return _("se sellará")
    return _(STATES[device.state])


def approve(
    context: typer.Context,
    which: Which,
    fingerprint: Annotated[
        str | None, typer.Option(help=N_("Las seis palabras que leyó la persona en su equipo."))
    ] = None,
) -> None:
    with office() as people:
        device = people.device(which)
        people.check_unsigned()
        if fingerprint is None:
            output.tell(_("{name}, inscrito {at}.").format(name=device.name, at=device.created_at[:16]))
            fingerprint = session.ask(_("Las seis palabras que la persona lee en su equipo: "))
        people.approve(device, fingerprint)
    done(context, _("El equipo de {name} ya sincroniza.").format(name=device.name), device=device.id)


def upload_only(context: typer.Context, which: Which) -> None:
    with office() as people:
        device = people.device(which)
        people.set_state(device, "upload_only")
    done(context, _("El equipo de {name} solo entrega.").format(name=device.name), device=device.id)


def revoke(context: typer.Context, which: Which) -> None:
    with office() as people:
        device = people.device(which)
        people.set_state(device, "revoked")
    done(
        context,
        _("El equipo de {name} está revocado; lo que no había enviado se queda en él.").format(
            name=device.name
        ),
        device=device.id,
    )


def wipe(
    context: typer.Context, which: Which, _all: Annotated[bool, typer.Option("--all", hidden=True)] = False
) -> None:
    with office() as people:
        people.device(which)
        raise Refused("order_no_authority" if people.ruling is None else "order_officers")


def code(context: typer.Context, who: Who) -> None:
    with office() as people:
        person = people.person(who)
        symbols, expires = people.code(person)
    if session.settings(context).json:
        output.as_json({"person": person.id, "code": symbols, "expires_at": expires})
        return
    output.say(
        _("Código de {name}, para dictarlo; sirve una vez y hasta el {until} UTC:").format(
            name=person.name, until=expires[:16].replace("T", " ")
        )
    )
    output.say(f"\n    {symbols}")


PEOPLE = (
    ("add", add_person, N_("Agrega una persona.")),
    ("list", list_people, N_("Lista las personas.")),
    ("role", set_role, N_("Cambia el papel de una persona.")),
    ("leave", leave, N_("Da de baja: sus equipos entregan lo que falta y no leen más.")),
)
DEVICES = (
    ("list", list_devices, N_("Lista los equipos, primero los que esperan.")),
    ("approve", approve, N_("Deja entrar un equipo, tras comparar por voz las seis palabras.")),
    ("upload-only", upload_only, N_("El equipo aún entrega y ya no lee.")),
    ("revoke", revoke, N_("El equipo no entra más; robado o perdido.")),
    ("wipe", wipe, N_("Dice cómo se borra un equipo: con una orden de dos responsables.")),
)
COMMANDS = (("code", code, N_("Hace un código de inscripción para una persona.")),)
