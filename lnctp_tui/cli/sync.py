"""`lnctp sync`, `lnctp enroll`, `lnctp status`: this laptop and its server, from the command line."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lnctp_tui.cli import output, session
from lnctp_tui.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from lnctp_tui.services.sync.synchronise import Comparison, SyncStatus, Waiting
    from lnctp_tui.services.vault.workspace import Workspace

MOST = 20
"""Refused changes that are named."""
STATES = {
    "pending": N_("espera aprobación"),
    "active": N_("aprobado"),
    "upload_only": N_("solo entrega"),
    "revoked": N_("retirado"),
    "seal": N_("sellado"),
    "wipe": N_("retirado"),
}


def synchronise(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help=N_("Una sola vez, y termina."))] = False,
    verify: Annotated[
        bool,
        typer.Option("--verify", help=N_("Al final compara todo con el servidor y repara lo que difiera.")),
    ] = False,
) -> None:
    from lnctp_tui.services.sync import synchronise as sync

    with session.alone(), session.opened(context) as workspace:
        if once or verify or session.settings(context).json:
            compared = sync.once(workspace, verify=verify)
            _report(context, workspace, sync.status(workspace), compared)
            return
        ended = threading.Event()
        running = sync.Synchroniser(workspace)
        running.on_status = _Told(workspace.zone)
        running.start()
        output.tell(_("Sincronizando; Ctrl+C para terminar."))
        try:
            ended.wait()
        finally:
            running.stop()


class _Told:
    """Prints how things stand when that changed."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.last = ""

    def __call__(self, status: SyncStatus) -> None:
        line = _line(status)
        if line != self.last:
            self.last = line
            output.say(line)


def enroll(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help=N_("Dirección del servidor, https://…"))],
    code: Annotated[str, typer.Argument(metavar=N_("CÓDIGO"), help=N_("El código que le dictaron."))],
    ca: Annotated[
        Path | None,
        typer.Option(
            "--ca", help=N_("Certificado de la autoridad de su organización, PEM."), metavar=N_("ARCHIVO")
        ),
    ] = None,
) -> None:
    from lnctp_tui.services.sync import synchronise as sync

    with session.alone(), session.opened(context) as workspace:
        answer = sync.enroll(workspace, url, code, ca)
        words = sync.fingerprint(workspace)
    if session.settings(context).json:
        output.as_json({"state": answer, "fingerprint": list(words)})
        return
    output.say(_("Equipo inscrito: {state}.").format(state=_(STATES[answer])))
    if answer == "pending":
        output.say(_("Lea por teléfono estas seis palabras a quien administra el servidor:"))
        output.say(f"    {' '.join(words)}")


def status(context: typer.Context) -> None:
    from lnctp_tui.services.sync import synchronise as sync

    with session.opened(context) as workspace:
        standing = sync.status(workspace)
        words = sync.fingerprint(workspace)
        if session.settings(context).json:
            output.as_json({"status": standing, "refused": _refused(workspace), "fingerprint": list(words)})
            return
        _report(context, workspace, standing, None)
    if standing.state == "pending":
        output.say(_("Sus seis palabras: {words}").format(words=" ".join(words)))


def _refused(workspace: Workspace) -> list[Waiting]:
    from lnctp_tui.services.sync import synchronise as sync

    return [change for change in sync.waiting(workspace.store) if change.refused]


def _report(
    context: typer.Context, workspace: Workspace, found: SyncStatus, compared: Comparison | None
) -> None:
    from lnctp_tui.i18n.messages import explain_code
    from lnctp_tui.screens.sync import sync_words

    zone, refused = workspace.zone, _refused(workspace)
    if session.settings(context).json:
        output.as_json({"status": found, "refused": refused, "compared": compared})
        return
    rows: list[tuple[str, Any]] = [
        (_("Servidor"), found.server or _("ninguno")),
        (_("Equipo"), _(STATES[found.state]) if found.state else _("sin inscribir")),
        (_("Por enviar"), found.waiting),
        (_("Rechazados"), found.refused),
        (_("Por bajar"), found.wanted),
        (_("Conflictos"), found.conflicts),
        (_("Último contacto"), output.moment(found.last_contact, zone) or _("nunca")),
    ]
    if found.waiting_since:
        rows.insert(3, (_("Desde"), output.moment(found.waiting_since, zone)))
    if found.aside:
        rows.append((_("Sin autoría comprobada"), found.aside))
    if compared is not None:
        rows.append((_("Comparación"), _compared(compared)))
    if skewed := sync_words.skew(found.clock_offset):
        rows.append((_("Reloj"), skewed))
    output.table(["", ""], rows)
    if refused:
        _tell_refused(refused, found.refused)
    for code in (*found.alarms, *filter(None, [found.problem])):
        output.tell(str(explain_code(code)))


def _tell_refused(refused: list[Waiting], count: int) -> None:
    from lnctp_tui.i18n.messages import refusal
    from lnctp_tui.screens.labels import TABLES

    output.tell(_("El servidor no aceptó esto; está guardado en este equipo:"))
    for change in refused[:MOST]:
        table = _(TABLES[change.table]) if change.table in TABLES else change.table
        output.tell(f"  {change.folio or _('sin caso')} · {table}: {refusal(change.refused)}")
    if (more := count - MOST) > 0:
        output.tell("  " + ngettext("y {count} más", "y {count} más", more).format(count=more))


def _compared(found: Comparison) -> str:
    if found.equal:
        return _("todo es igual")
    return _("{fetched} recibidos, {returned} devueltos").format(
        fetched=found.fetched, returned=found.returned
    )


def _line(found: SyncStatus) -> str:
    if found.problem:
        from lnctp_tui.i18n.messages import explain_code

        return explain_code(found.problem).happened
    if found.waiting:
        return ngettext("{count} por enviar", "{count} por enviar", found.waiting).format(count=found.waiting)
    if found.wanted:
        return ngettext("{count} caso por bajar", "{count} casos por bajar", found.wanted).format(
            count=found.wanted
        )
    return _("todo enviado")


COMMANDS = (
    ("sync", synchronise, N_("Envía lo que falta y recibe lo nuevo.")),
    ("enroll", enroll, N_("Inscribe este equipo en el servidor de su organización.")),
    ("status", status, N_("Qué falta por enviar y cómo está la conexión.")),
)
