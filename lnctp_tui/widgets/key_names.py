"""Keys as they are printed on a keyboard."""

from __future__ import annotations

from lnctp_tui.i18n import N_, _

NAMES = {
    "escape": "Esc", "slash": "/", "plus": "+", "minus": "-", "question_mark": "?", "enter": "Enter", "tab": "Tab",
    "shift+tab": "⇧Tab", "up": "↑", "down": "↓", "left": "←", "right": "→", "full_stop": ".", "comma": ",",
    "pageup": N_("RePág"), "pagedown": N_("AvPág"), "backspace": N_("Retroceso"), "delete": N_("Supr"),
    "home": N_("Inicio"), "end": N_("Fin"), "space": N_("Espacio"),
}  # fmt: skip


def key_name(key: str) -> str:
    """`ctrl+l` as `^L`, `f1` as `F1`, `pageup` in the language in use."""
    if key.startswith("ctrl+"):
        return f"^{key[5:].upper()}"
    if key in NAMES:
        return _(NAMES[key])
    return key.upper() if len(key) > 1 else key
