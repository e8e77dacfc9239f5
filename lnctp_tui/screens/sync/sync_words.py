"""How synchronisation stands, in the words of the bars and the screens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from lnctp_tui.i18n import N_, _, ngettext
from lnctp_tui.i18n.messages import explain_code
from lnctp_tui.i18n.messages import refusal as refusal
from lnctp_tui.screens.times import clock, local, moment

if TYPE_CHECKING:
    from lnctp_tui.services.sync.synchronise import SyncStatus

ON_ITS_WAY, SENT = "⇅", "✓"
PENDING, ACTIVE, UPLOAD_ONLY, REVOKED = "pending", "active", "upload_only", "revoked"
SEALED, WIPED = "seal", "wipe"
SUPERVISOR = "supervisor"
BROKE = "sync_broke"
STUCK = frozenset({
    BROKE, "disk_full", "read_only", "disk_error", "database_locked", "database_broken", "storage_failed",
})  # fmt: skip
"""What comes from colleagues is not taken in, whether the server answers or not."""
SKEW = 120
"""Seconds that the laptop's clock may be off before somebody is told."""

STATES: Mapping[str, str] = {
    PENDING: N_("falta que lo aprueben"),
    ACTIVE: N_("aprobado"),
    UPLOAD_ONLY: N_("solo puede enviar"),
    REVOKED: N_("retirado"),
    SEALED: N_("sellado"),
    WIPED: N_("retirado"),
}
ROLES: Mapping[str, str] = {
    "counselor": N_("consejera o consejero"),
    "curator": N_("consejera que cuida el directorio"),
    SUPERVISOR: N_("supervisión"),
    "analyst": N_("análisis"),
    "admin": N_("administración"),
}


def role_of(status: SyncStatus | None) -> str | None:
    """Who this person is on the Line; None on a laptop that no server approved."""
    return status.role if status is not None and status.state == ACTIVE else None


def leads(status: SyncStatus | None) -> bool:
    """Whether who sits here decides: without a server everybody is their own supervision."""
    return status is None or status.state != ACTIVE or status.role == SUPERVISOR


class Mark(NamedTuple):
    """What a bar says. `short` where there is little room; both empty without a server."""

    short: str
    long: str
    alert: bool = False


def mark(status: SyncStatus | None, zone: str, now: datetime) -> Mark:
    """The true state in a few words: what waits, whether there is a line, since when all is sent; what is missing."""
    sync_mark = _mark(status, zone, now)
    if status is None or status.back is None or not sync_mark.long:
        return sync_mark
    return Mark(sync_mark.short, f"{sync_mark.long} · {_('faltan guardados')}", True)


def _mark(status: SyncStatus | None, zone: str, now: datetime) -> Mark:
    if status is None or not status.enrolled:
        return Mark("", "")
    if status.state in (PENDING, REVOKED, SEALED, WIPED):
        phrase = _("equipo por aprobar") if status.state == PENDING else _("equipo retirado")
        return Mark(
            f"{ON_ITS_WAY} {phrase}", f"{ON_ITS_WAY} {_waits(status)}{phrase}", status.state != PENDING
        )
    broke = status.problem in STUCK
    offline = _stuck(status)
    refused = f" · {_rejected(status.refused)}" if status.refused else ""
    if status.wanted:
        done = max(0, status.wanted_total - status.wanted)
        phrase = _("bajando {done} de {total}").format(
            done=done, total=max(status.wanted_total, status.wanted)
        )
        return Mark(
            f"{ON_ITS_WAY} {status.waiting}", f"{ON_ITS_WAY} {_waits(status)}{phrase}{offline}", broke
        )
    if status.waiting:
        phrase = ngettext("{count} por enviar", "{count} por enviar", status.waiting)
        text = f"{ON_ITS_WAY} {phrase.format(count=status.waiting)}{offline}{refused}"
        return Mark(f"{ON_ITS_WAY} {status.waiting}{offline}", text, bool(offline or refused))
    at = when(status.last_contact, zone, now)
    text = f"{SENT} {_('todo enviado')}{f' {at}' if at else ''}{offline}{refused}"
    return Mark(f"{SENT} {_('enviado')}{offline}", text, bool(refused or broke))


def _stuck(status: SyncStatus) -> str:
    if status.problem in STUCK:
        return f" · {_('no sincroniza')}"
    return f" · {_('sin conexión')}" if status.online is False else ""


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


def skew(offset: int) -> str:
    """How far this laptop's clock is off; empty when that is too little to speak of."""
    if abs(offset) < SKEW:
        return ""
    minutes = abs(offset) // 60
    late = ngettext(
        "va {count} minuto atrasado; nada se pierde, pero corríjalo",
        "va {count} minutos atrasado; nada se pierde, pero corríjalo",
        minutes,
    )
    early = ngettext(
        "va {count} minuto adelantado; nada se pierde, pero corríjalo",
        "va {count} minutos adelantado; nada se pierde, pero corríjalo",
        minutes,
    )
    return (late if offset > 0 else early).format(count=minutes)


def came_back(status: SyncStatus, zone: str, now: datetime) -> str:
    """What is missing since this laptop came back from a copy, as long as the alarm stands; else nothing."""
    if status.back is None:
        return ""
    missing, waiting = int(status.back["missing"]), int(status.back["waiting"])
    sentence = ngettext(
        "Falta al menos {count} guardado.", "Faltan al menos {count} guardados.", missing
    ).format(count=missing)
    if since := when(status.back.get("at"), zone, now):
        sentence = _("La copia llega al menos hasta {at}.").format(at=since) + " " + sentence
    unsent = ngettext(
        "Lo enviado regresa. Al último envío esperaba {count} cambio; lo guardado después sin red no regresa.",
        "Lo enviado regresa. Al último envío esperaban {count} cambios; lo guardado después sin red no regresa.",
        waiting,
    ).format(count=waiting)
    return f"{sentence} {unsent}"
