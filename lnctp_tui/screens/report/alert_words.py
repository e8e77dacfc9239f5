"""How an alert is said: on the screen and on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lnctp_tui.i18n import N_, _

if TYPE_CHECKING:
    from lnctp_tui.screens.labels import Words
    from lnctp_tui.services.sync.alert_requests import AlertLine, Alerts

REASONS: Final = {
    "campana": N_("campaña"),
    "duplicados": N_("duplicados"),
    "un_solo_hecho": N_("un solo hecho"),
    "ya_atendido": N_("ya atendido"),
    "otro": N_("otro motivo"),
}
FAMILIES: Final = {
    "venue": N_("Lugar"),
    "hooking_method": N_("Método de enganche"),
    "platform": N_("Plataforma"),
    "modality_origin": N_("Modalidad por entidad"),
    "origin": N_("Entidad"),
}


def family(line: AlertLine) -> str:
    """What kind of thing it is about."""
    return _(FAMILIES[line.family]) if line.family in FAMILIES else line.family


def name(line: AlertLine, words: Words) -> str:
    """What it is about."""
    from lnctp_tui.domain.alerts.reports import FOREIGN, UNLISTED
    from lnctp_tui.services.sync.alert_requests import CATALOGS

    def word(catalog: str, code: str) -> str:
        if code == UNLISTED:
            return _("fuera de catálogo")
        return _("extranjero") if code == FOREIGN else words.code(catalog, code)

    about = word(CATALOGS.get(line.family, ""), line.code)
    return f"{about} · {word('state', line.origin)}" if line.origin else about


def reports(line: AlertLine) -> str:
    """How many of how many, now and before."""
    return _("{x} de {all} en {weeks} semanas; antes, {before} de {all_before}").format(
        x=line.x, all=line.of, weeks=line.weeks, before=line.before, all_before=line.of_before
    )


def state(line: AlertLine, words: Words) -> str:
    """Whether it is over or muted, and why; empty while it is shown."""
    if line.closed:
        return _("cerrado")
    if line.muted is None:
        return ""
    reason = _(REASONS[line.muted]) if line.muted in REASONS else line.muted
    until = words.moment(line.muted_until, words.zone)
    return _("silenciado hasta {until}: {reason}").format(until=until, reason=reason)


def history(answer: Alerts) -> str:
    """Why nothing can be said yet; empty when it can."""
    if answer.week is None:
        return _("El servidor aún no mira los avisos: lo hace cada semana.")
    if answer.enough:
        return ""
    return _("Aún sin historia suficiente: {weeks} semanas de reportes; hacen falta 26.").format(
        weeks=answer.history
    )
