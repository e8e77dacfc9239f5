"""What a person reads of files for others: why one is not made."""

from __future__ import annotations

from lnctp_tui.i18n import N_

NOTHING_LEFT = N_("No salió nada.")

EXCHANGE: dict[str, tuple[str, str, str]] = {
    "exchange_recipient": (
        N_("Falta a quién va dirigido, o su nombre tiene caracteres no permitidos."),
        NOTHING_LEFT,
        N_("Escriba su nombre como está en el directorio."),
    ),
    "exchange_recipients": (
        N_("{count} instituciones del directorio se llaman así."),
        NOTHING_LEFT,
        N_("Diga su identificador en lugar del nombre."),
    ),
    "exchange_reason": (
        N_("El motivo no dice para qué: hacen falta {least} letras o más, y no más de 500."),
        NOTHING_LEFT,
        N_("Escriba para qué se entrega."),
    ),
    "exchange_role": (
        N_("Con su función no se entregan casos a terceros."),
        NOTHING_LEFT,
        N_("Pídalo a supervisión."),
    ),
    "exchange_not_yours": (
        N_("Ese caso lo lleva otra persona."),
        NOTHING_LEFT,
        N_("Pídalo a quien lo lleva o a supervisión."),
    ),
    "exchange_empty": (
        N_("No hay ningún caso que este archivo pueda decir."),
        NOTHING_LEFT,
        N_("Revise los folios y lo que la persona aceptó compartir."),
    ),
    "exchange_one_case": (
        N_("Esta hoja es de un solo caso."),
        NOTHING_LEFT,
        N_("Diga un folio; si dos equipos lo dieron, el identificador."),
    ),
    "exchange_cell": (
        N_("Un texto es más largo que lo que cabe en una celda de un libro (32 767 caracteres)."),
        N_("No quedó ningún archivo."),
        N_("Entréguelo como csv."),
    ),
    "exchange_not_htcds": (
        N_("{name} no tiene las columnas de HTCDS."),
        N_("No se importó nada."),
        N_("Elija la hoja o el archivo con nombres como prs_Gender, o diga con --map cómo se llaman."),
    ),
    "exchange_map": (
        N_("El mapa {name} no se entiende: {key}."),
        N_("No se importó nada."),
        N_("Use [columns] y [values.COLUMNA] con nombres de HTCDS."),
    ),
}
