"""Follow-up in words: hours, zones, why a call waits, what keeps a case open."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.times import clock

ZONES: Mapping[str, str] = {
    "America/Mexico_City": "Ciudad de México", "America/Cancun": "Cancún", "America/Merida": "Mérida",
    "America/Monterrey": "Monterrey", "America/Matamoros": "Matamoros", "America/Chihuahua": "Chihuahua",
    "America/Ciudad_Juarez": "Ciudad Juárez", "America/Ojinaga": "Ojinaga", "America/Mazatlan": "Mazatlán",
    "America/Bahia_Banderas": "Bahía de Banderas", "America/Hermosillo": "Hermosillo", "America/Tijuana": "Tijuana",
}  # fmt: skip
"""Zones of Mexico by a town that keeps them."""
DAYS: Mapping[str, str] = {
    "Mo": N_("lu"), "Tu": N_("ma"), "We": N_("mi"), "Th": N_("ju"), "Fr": N_("vi"), "Sa": N_("sá"),
    "Su": N_("do"), "PH": N_("festivos"), "off": N_("no"),
}  # fmt: skip
WHY: Mapping[str, str] = {
    "agreed": N_("Está dentro de las horas acordadas."),
    "outside": N_("Ahora no: está fuera de las horas acordadas."),
    "too_soon": N_("Ahora no: se llamó hace menos de 4 horas y nadie la alcanzó."),
    "not_allowed": N_("Dijo que no se le llame."),
    "asked_not_to": N_("Pidió que no se le llame."),
    "in_review": N_("Supervisión decide antes de otra llamada."),
    "conflict": N_("Lo acordado tiene dos valores: hay que decidir cuál vale."),
    "not_asked": N_("No consta que haya aceptado que se le llame."),
    "no_hours": N_("No hay horas seguras anotadas: lea lo acordado."),
    "no_zone": N_("No se sabe en qué zona horaria está: lea lo acordado."),
    "unreadable": N_("Las horas anotadas no se entienden: lea lo acordado."),
    "holiday": N_("Hoy es festivo: puede haber más gente en casa. Lea lo acordado."),
}
BLOCKED: Mapping[str, str] = {
    "tasks": N_("tareas abiertas"), "conflicts": N_("datos con dos valores"),
    "referrals": N_("canalizaciones sin respuesta"), "result": N_("llamadas sin resultado"),
    "review": N_("revisión de un caso urgente"), "attempts": N_("los intentos de contacto"),
    "file": N_("seguimiento de una carpeta sin terminar"), "debt": N_("datos que pide el protocolo para cerrar"),
}  # fmt: skip
UNSAFE = N_("No hay horario seguro antes del vencimiento.")
DECISIONS: Mapping[str, str] = {
    "call_again": N_("Se puede volver a llamar: queda un intento nuevo, en la siguiente hora segura"),
    "no_more": N_("No se llama más: lo dice el caso, y se retiran las llamadas planeadas"),
    "read": N_("Leído: queda su observación, y la revisión termina"),
}
"""What supervision decides, with what follows."""
DECIDED: Mapping[str, str] = {
    "call_again": N_("Decidido. El intento nuevo está en Pendientes."),
    "no_more": N_("Decidido. Nadie vuelve a llamar en este caso."),
    "read": N_("Anotado. La revisión terminó."),
    "unsafe": N_(
        "Decidido. No hay horario seguro anotado: hay que leer lo acordado antes del intento nuevo."
    ),
}
_DAY = re.compile(r"\b(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|off)\b")


def hours(grammar: str | None) -> str:
    """Hours of the grammar as people read them."""
    return _DAY.sub(lambda match: _(DAYS[match[0]]), grammar or "")


def zone(name: str | None) -> str:
    """A zone by its town."""
    return ZONES.get(name or "", name or "")


def takers(taken: Sequence[tuple[str, str]], zone_name: str) -> str:
    """Who took a task and when, where two did."""
    return " · ".join(f"{name} {clock(at, zone_name)}" for name, at in taken)


def told_blockers(codes: Sequence[str]) -> str:
    """What keeps a case from being closed."""
    return " · ".join(_(BLOCKED[code]) for code in codes)
