"""An order in a person's words, read from the very text that is signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.sync.sync_words import ROLES, STATES

if TYPE_CHECKING:
    from lnctp_tui.domain.authority.documents import Signed

KINDS = {
    "seal": N_("SELLAR"), "device": N_("EQUIPO"), "person": N_("PERSONA"), "wipe": N_("BORRAR EQUIPO"),
    "erase": N_("SUPRIMIR"),
}  # fmt: skip
EFFECTS = {
    "seal": N_("Ninguna frase lo abre después; los custodios sí. Nada se borra."),
    "active": N_("Puede trabajar y recibir casos."),
    "upload_only": N_("Solo puede entregar lo que falta; no recibe casos."),
    "revoked": N_("No entra más, y oculta lo que tiene. Nada se borra."),
    "wipe": N_("Borra lo que el servidor ya tiene. No se puede deshacer."),
    "wipe_unsent": N_("Borra todo, también lo que nunca se envió. No se puede deshacer."),
    "erase": N_("Borra los datos del caso en todas partes. No se puede deshacer."),
    "erase_unsent": N_(
        "Borra los datos del caso en todas partes, también lo no enviado. No se puede deshacer."
    ),
    "left": N_("Ya no trabaja aquí: sus equipos solo entregan lo que falta."),
}


def about(content: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Whom or what it is about. `names` are of people and of laptops' keys; a key without one is told by its start."""
    on = str(content["on"])
    named = names.get(on) or (str(content["data"].get("name")) if content["kind"] == "person" else "")
    return named or (f"{on[:8]}…" if len(on) == 64 else on)


def title(signed: Signed, names: Mapping[str, str]) -> str:
    """One line."""
    if signed.kind == "authority":
        return _("RESPONSABLES, lista {n}").format(n=signed.content["n"])
    return f"{_(KINDS[signed.content['kind']])} · {about(signed.content, names)}"


def effect(content: Mapping[str, Any]) -> str:
    """What becomes of it."""
    kind, data = content["kind"], content["data"]
    if kind == "person" and data["state"] == "active":
        return _("Trabaja aquí como {role}.").format(role=_(ROLES[data["role"]]))
    code = data["state"] if kind in ("device", "person") else kind
    return _(EFFECTS[f"{code}_unsent" if data.get("unsent") else code])


def parts(signed: Signed, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Label and value, all that is signed but numbers of its own."""
    content = signed.content
    if signed.kind == "authority":
        listed = ", ".join(str(name) for _key, _person, name in content["officers"])
        return [(_("Responsables"), listed), (_("Siguen valiendo"), str(len(content["upheld"])))]
    data = content["data"]
    pairs = [(_("Qué hace"), effect(content))]
    if content["kind"] == "device":
        person = str(data["person"])
        pairs.append((_("De quién"), names.get(person, person)))
        pairs.append((_("Estado"), _(STATES[data["state"]])))
    if why := data.get("why"):
        pairs.append((_("Fundamento"), str(why)))
    return pairs
