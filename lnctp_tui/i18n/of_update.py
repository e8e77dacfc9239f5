"""What a person reads about new versions of the program, and about one that is not whole."""

from __future__ import annotations

from typing import Final

from lnctp_tui.i18n import N_

UPDATE: Final[dict[str, tuple[str, str, str]]] = {
    "module_missing": (
        N_("A esta instalación le falta una parte ({name})."),
        N_("Lo guardado no se tocó."),
        N_("Instale el programa de nuevo; si se repite, dé ese nombre a soporte."),
    ),
}
