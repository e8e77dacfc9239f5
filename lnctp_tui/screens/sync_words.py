"""How synchronisation stands, in the words of the bars and the screens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from lnctp_tui.i18n import N_, _, ngettext
from lnctp_tui.i18n.messages import MESSAGES, explain_code
from lnctp_tui.screens.times import clock, local, moment

if TYPE_CHECKING:
    from lnctp_tui.services.sync import SyncStatus

ON_ITS_WAY, SENT = "⇅", "✓"
PENDING, ACTIVE, UPLOAD_ONLY, REVOKED = "pending", "active", "upload_only", "revoked"
SUPERVISOR = "supervisor"
SKEW = 120
"""Seconds that the laptop's clock may be off before somebody is told."""

STATES: Mapping[str, str] = {
    PENDING: N_("falta que lo aprueben"),
    ACTIVE: N_("aprobado"),
    UPLOAD_ONLY: N_("solo puede enviar"),
    REVOKED: N_("retirado"),
}
ROLES: Mapping[str, str] = {
    "counselor": N_("consejera o consejero"),
    SUPERVISOR: N_("supervisión"),
    "analyst": N_("análisis"),
    "admin": N_("administración"),
}


class Mark(NamedTuple):
    """What a bar says. `short` where there is little room; both empty without a server."""

    short: str
    long: str
    alert: bool = False


def mark(status: SyncStatus | None, zone: str, now: datetime) -> Mark:
    """The true state in a few words: what waits, whether there is a line, since when all is sent."""
    if status is None or not status.enrolled:
        return Mark("", "")
    if status.state in (PENDING, REVOKED):
        said = _("equipo por aprobar") if status.state == PENDING else _("equipo retirado")
        return Mark(f"{ON_ITS_WAY} {said}", f"{ON_ITS_WAY} {_waits(status)}{said}", status.state == REVOKED)
    offline = f" · {_('sin conexión')}" if status.online is False else ""
    refused = f" · {_rejected(status.refused)}" if status.refused else ""
    if status.wanted:
        done = max(0, status.wanted_total - status.wanted)
        said = _("bajando {done} de {total}").format(done=done, total=max(status.wanted_total, status.wanted))
        return Mark(f"{ON_ITS_WAY} {status.waiting}", f"{ON_ITS_WAY} {_waits(status)}{said}{offline}")
    if status.waiting:
        said = ngettext("{count} por enviar", "{count} por enviar", status.waiting)
        text = f"{ON_ITS_WAY} {said.format(count=status.waiting)}{offline}{refused}"
        return Mark(f"{ON_ITS_WAY} {status.waiting}{offline}", text, bool(offline or refused))
    at = when(status.last_contact, zone, now)
    text = f"{SENT} {_('todo enviado')}{f' {at}' if at else ''}{offline}{refused}"
    return Mark(f"{SENT} {_('enviado')}{offline}", text, bool(refused))


def _waits(status: SyncStatus) -> str:
    return f"{status.waiting} · " if status.waiting else ""


def _rejected(count: int) -> str:
    return ngettext("{count} rechazado", "{count} rechazados", count).format(count=count)


def when(stored: str | None, zone: str, now: datetime) -> str:
    """`12:03` today, else with its day."""
    at = local(stored, zone)
    if at is None:
        return ""
    today = at.date() == now.astimezone(at.tzinfo).date()
    return clock(stored, zone) if today else moment(stored, zone)


def problem(code: str | None) -> str:
    """What is wrong and what to do now; empty when nothing is."""
    if not code:
        return ""
    return str(explain_code(code))


def refusal(code: str | None) -> str:
    """Why the server did not take a record, in a sentence."""
    code = code or ""
    return (
        _(REFUSALS[code])
        if code in REFUSALS
        else problem(code)
        if code in MESSAGES
        else f"{_(OTHER)} ({code})"
    )


OTHER = N_("El servidor no lo aceptó")
REFUSALS: Mapping[str, str] = {
    "malformed": N_("El cambio llegó incompleto o dañado. Avise a soporte; lo escrito está en este equipo."),
    "table": N_(
        "El servidor es más antiguo que este programa y no conoce esta clase de dato. Hay que actualizarlo."
    ),
    "scope": N_("El cambio dice ser de un caso que no es el de su registro. Supervisión lo revisa."),
    "type": N_(
        "Un valor no es de la clase que su campo admite. Corríjalo en el caso, o que supervisión lo admita."
    ),
    "text": N_("Un texto tiene caracteres que no se pueden guardar. Escríbalo otra vez sin ellos."),
    "foreign": N_("Lo firmó un equipo de otra persona. Supervisión lo revisa."),
    "unknown_device": N_("Lo firmó un equipo que el servidor no conoce. Avise a administración."),
    "actor": N_("El equipo que lo firmó no es de quien dice haberlo escrito. Supervisión lo revisa."),
    "hash": N_("El contenido no coincide con su huella: pudo dañarse en el camino. Avise a soporte."),
    "signature": N_("La firma no es válida: alguien pudo alterarlo. Avise a supervisión y a soporte."),
    "forbidden": N_("Su papel no permite escribir en ese caso. Pida el caso a supervisión."),
    "id": N_("Ya hay otro cambio con ese número y otro contenido. Avise a soporte."),
    "storage": N_("El servidor no pudo guardarlo. Supervisión puede admitirlo cuando se arregle."),
}
"""Reason of a quarantined change (server.check) → why, and what to do."""
