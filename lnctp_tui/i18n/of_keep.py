"""What a person reads when what stands on the disk is not what was saved last."""

from __future__ import annotations

from lnctp_tui.i18n import N_

NOTHING_GONE = N_("No se cambió ni se borró nada.")
OPEN_OR_RESCUE = N_("Abra la aplicación: deja seguir o rescatar. Sin ella, «lnctp doctor --salvage» rescata.")

KEEP: dict[str, tuple[str, str, str]] = {
    "saves_came_back": (
        N_("Este equipo volvió a una copia de antes: al servidor le constan guardados que aquí no están."),
        N_("Lo que se envió regresa con la red; lo que no se había enviado falta."),
        N_("Si nadie restauró un respaldo, avise a soporte: pudo ser el disco, o alguien puso otra copia."),
    ),
    "saves_restored": (
        N_("Aquí se restauró un respaldo: al servidor le constan guardados que el respaldo no tiene."),
        N_("Lo que se envió regresa con la red; lo que no se había enviado falta."),
        N_("Si usted no lo restauró ni lo pidió, avise a soporte."),
    ),
    "saves_missing": (
        N_(
            "Guardados que faltan: {missing}. La base de datos termina antes de lo último que se guardó aquí."
        ),
        NOTHING_GONE,
        OPEN_OR_RESCUE,
    ),
    "database_other": (
        N_("La base de datos es otra: los guardados son tantos como los de aquí, pero no los mismos."),
        NOTHING_GONE,
        OPEN_OR_RESCUE,
    ),
    "vault_older": (
        N_("El archivo de la llave (vault.json) es anterior al último que se usó aquí."),
        NOTHING_GONE,
        N_("Abra la aplicación para seguir, y cambie la frase si usted no puso esa copia."),
    ),
    "mark_gone": (
        N_("Falta la marca de lo último guardado (case.mark): no se puede saber si falta algo."),
        NOTHING_GONE,
        OPEN_OR_RESCUE,
    ),
    "mark_damaged": (
        N_("La marca de lo último guardado (case.mark) está dañada: no se puede saber si falta algo."),
        NOTHING_GONE,
        OPEN_OR_RESCUE,
    ),
    "mark_failed": (
        N_("La marca de lo último guardado (case.mark) no se pudo escribir ({reason})."),
        N_("Lo escrito sí se guarda; solo no se notaría si después faltara."),
        N_("Revise el disco y los permisos de la carpeta de datos, y avise a soporte."),
    ),
    "pages_damaged": (
        N_("Hay páginas dañadas en la base de datos; lo que se escribe se sigue guardando."),
        N_("Nada se borra."),
        N_("Al terminar la llamada, cierre y ejecute «lnctp doctor --salvage»."),
    ),
}
