"""What the directory says in words: whether it is open, how much room there is, how far a number is to be believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lnctp_tui.domain.directory import free_text
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.labels import Words

if TYPE_CHECKING:
    from datetime import datetime

    from lnctp_tui.domain.directory.eligible import Reason
    from lnctp_tui.domain.directory.hours import OpenState
    from lnctp_tui.services.directory.directory import Found

EXCLUDED: Mapping[str, str] = {
    "not_active": N_("no está activa"), "not_wanted": N_("excluida en este caso"),
    "refused_here": N_("ya dijo que no, o no contestó, en este caso"), "age": N_("no recibe esa edad"),
    "sex": N_("no recibe ese sexo"), "refuses": N_("no recibe a esa población"), 
    "children": N_("no recibe hijas o hijos"),
    "children_age": N_("no recibe hijas o hijos de esa edad"), 
    "town": N_("está donde captaron o explotan, o de donde es quien explota"),
    "place": N_("no cubre ese lugar"),
}  # fmt: skip
OVERRIDE: Mapping[str, str] = {
    "no": "", "supervisor": N_("decide supervisión"), "reason": N_("puede elegirse con motivo"),
}  # fmt: skip
CAUTION: Mapping[str, str] = {
    "draft": N_("borrador"), "unverified": N_("nadie más ha llamado"),
    "town": N_("cuidado: mismo municipio que el peligro"), "asked_here": N_("ya se le canalizó este caso"),
}  # fmt: skip
UNKNOWN: Mapping[str, str] = {
    "age": N_("edad"), "sex": N_("sexo"), "refuses": N_("a quién no recibe"), "children": N_("hijas e hijos"),
    "place": N_("cobertura"),
}  # fmt: skip
PLACE = (N_("cubre el municipio"), N_("cubre el estado"), N_("cubre el país"))
STANDING: Mapping[str, str] = {
    "verified": N_("verificado"), "founding": N_("sin verificar"), "proposed": N_("propuesto, sin verificar"),
}  # fmt: skip
HIDDEN = N_("[dato sin verificar: véalo en los teléfonos]")


def without_numbers(text: str) -> str:
    """A text of the directory without numbers and addresses: nobody is to dial what nobody has verified."""
    return free_text.without_numbers(text, _(HIDDEN))


def named(text: str) -> str:
    """A name on one line, without numbers to dial."""
    return " ".join(without_numbers(text).split())


def open_badge(state: OpenState, zone: str) -> tuple[str, str]:
    """`ABIERTO hasta 20:00` and its look; times on the counselor's clock."""
    until = f" {_clock(state.until, zone)}" if state.until else ""
    if state.state == "open":
        return (_("ABIERTO") + (f" {_('hasta')}{until}" if until else ""), "success")
    if state.state == "closed":
        return (_("cerrado") + (f" {_('abre')}{until}" if until else ""), "muted")
    return (_("hoy es festivo, ?") if state.why == "holiday" else _("horario ?"), "warning")


def offered_badge(found: Found, zone: str) -> tuple[str, str]:
    """Whether it is open; of one that nobody is sent to, that."""
    if found.status in NOT_OFFERED:
        return _(NOT_OFFERED[found.status]), "error"
    return open_badge(found.open, zone)


def _clock(at: datetime, zone: str) -> str:
    from zoneinfo import ZoneInfo

    local = at.astimezone(ZoneInfo(zone))
    return f"{_(DAYS[local.weekday()])} {local:%H:%M}"


NOT_OFFERED = {
    "suspended": N_("✗ no se ofrece"),
    "closed": N_("✗ cerró"),
    "merged": N_("✗ es otra ficha"),
}
"""Status of a provider that no case is offered."""
DAYS = (N_("lu"), N_("ma"), N_("mi"), N_("ju"), N_("vi"), N_("sá"), N_("do"))


def room(free: int | None) -> str:
    """Free places, as far as somebody knows."""
    return (
        _("cupo ?") if free is None else _("lleno") if free == 0 else _("{count} libres").format(count=free)
    )


def fresh_badge(found: Found) -> tuple[str, str]:
    """How far it is verified, and its look."""
    if found.status == "draft":
        return _("! borrador"), "warning"
    if found.freshness == "fresh":
        return _("✓ verificado"), "success"
    return (
        _("! por verificar otra vez") if found.freshness == "overdue" else _("! sin verificar"),
        "warning",
    )


def reasons(found: Found, needs: list[str], met: list[str], words: Words) -> str:
    """Why a provider stands where it does, as one line: needs, cautions, place, what nobody knows, history."""
    assert found.fit is not None
    marks = [f"{words.code('need', need)} {'✓' if need in met else '–'}" for need in needs]
    marks += [_(CAUTION[code]) for code in found.fit.verdict.cautions if code in CAUTION]
    marks.append(_(PLACE[found.fit.terms.place]))
    unknown = [_(UNKNOWN[code]) for code in found.fit.verdict.unknown if code in UNKNOWN]
    unknown += [_("lengua")] if found.fit.terms.language else []
    marks += [_("no se sabe: {what}").format(what=", ".join(unknown))] if unknown else []
    return " · ".join([*marks, history(found)])


def history(found: Found) -> str:
    """How earlier referrals ended, once there are three."""
    if not found.tally.shown:
        return _("sin historial")
    return _("contestó {answered} de {n}").format(answered=found.tally.answered, n=found.tally.n)


def why_not(reason: Reason) -> str:
    """Why it is not offered, and who may still choose it."""
    override = OVERRIDE[reason.override]
    return _(EXCLUDED[reason.code]) + (f" ({_(override)})" if override else "")


def channel(row: Mapping[str, Any], words: Words) -> str:
    """`Teléfono 55… ext. 4 · De guardia`."""
    extension = f" {_('ext.')} {row['extension']}" if row.get("extension") else ""
    purpose = words.code("channel_purpose", row.get("purpose")) if row.get("purpose") else ""
    return " · ".join(filter(None, (
        f"{words.code('provider_channel', row.get('kind'))} {row.get('value') or ''}{extension}", purpose,
        without_numbers(str(row.get("ask_for") or "")),
    )))  # fmt: skip


def address(row: Mapping[str, Any], words: Words) -> str:
    """Where a site is; of a secret one the state and municipality alone."""
    parts: Iterator[str] = (
        words.value("provider_sites", name, row[name])
        for name in ("address", "locality", "postal_code", "municipality", "state")
        if row.get(name)
    )
    text = ", ".join(parts)
    return f"{text} · {_('domicilio reservado: pídalo a supervisión')}" if row.get("address_secret") else text
