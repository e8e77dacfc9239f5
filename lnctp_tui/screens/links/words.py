"""What links between cases are called."""

from __future__ import annotations

from collections.abc import Iterable

from lnctp_tui.domain.links.masked import masked
from lnctp_tui.i18n import N_, _

WHY = {
    "phone": N_("teléfono"),
    "handle": N_("usuario"),
    "plate": N_("placa"),
    "account": N_("cuenta"),
    "url": N_("enlace"),
    "email": N_("correo"),
    "alias": N_("alias"),
    "other": N_("dato"),
    "venue": N_("domicilio"),
    "file": N_("carpeta"),
    "name": N_("nombre"),
    "folio": N_("folio en el relato"),
    "place_and_way": N_("lugar y modo de operar"),
}
"""Kind of what is shared → what it is called."""
GRADES = {"fuerte": N_("fuerte"), "media": N_("media"), "debil": N_("débil")}
STATES = {"possible": N_("posible"), "confirmed": N_("confirmado"), "not_linked": N_("no es lo mismo")}
BANDS = {"1": N_("1"), "2-4": N_("2–4"), "5+": N_("5 o más")}
KINDS = {**WHY, "local": N_("teléfono"), "look": N_("se escribe parecido"), "host": N_("sitio"),
         "sound": N_("suena parecido"), "way": N_("lugar y modo de operar")}  # fmt: skip


def told(shared: Iterable[str]) -> str:
    """What two cases share, by its keys: its kind, and the end of a number."""
    parts = []
    for key in shared:
        kind, end = masked(key)
        parts.append(f"{_(KINDS.get(kind, 'dato'))} {end}".strip())
    return ", ".join(parts)
