"""What a person reads when a report cannot be counted, and what is wrong with its definitions."""

from __future__ import annotations

from lnctp_tui.i18n import N_

READ_ONLY = N_("Contar no cambia ningún registro.")

REPORT: dict[str, tuple[str, str, str]] = {
    "report_backwards": (
        N_("El periodo termina antes de empezar."),
        READ_ONLY,
        N_("Revise «--from» y «--to»."),
    ),
    "report_day": (
        N_("«{text}» no es un día: escriba 2020, 2020-06 o 2020-06-15."),
        READ_ONLY,
        N_("Escríbalo de nuevo."),
    ),
    "report_no_table": (
        N_("No hay una tabla «{table}». Las que hay: {known}."),
        READ_ONLY,
        N_("«lnctp report tables» dice qué cuenta cada una."),
    ),
    "report_no_dimension": (
        N_("No se puede contar por «{dimension}». Se puede por: {known}."),
        READ_ONLY,
        N_("Elija una o dos de ellas."),
    ),
    "report_no_unit": (
        N_("«{unit}» no es una unidad. Las que hay: {known}."),
        READ_ONLY,
        N_("Elija una de ellas."),
    ),
    "report_not_of": (
        N_("«{dimension}» no es un dato de «{unit}». Esa unidad se cuenta por: {known}."),
        READ_ONLY,
        N_("Elija otra unidad u otra dimensión."),
    ),
    "report_file": (
        N_("«{name}» no es un informe guardado con «--format json»."),
        READ_ONLY,
        N_("Elija ese archivo, o «printed» para el informe impreso."),
    ),
    "report_role": (
        N_("Solo consejeras y supervisión cuentan casos en un equipo."),
        READ_ONLY,
        N_("Use las ediciones publicadas, o pida el informe a supervisión."),
    ),
    "report_end": (
        N_("El nombre del archivo dice en qué forma: termina en {ends}."),
        READ_ONLY,
        N_("Escríbalo de nuevo."),
    ),
    "report_extra": (
        N_("Instale lnctp-tui[report]; table, json y csv funcionan sin él."),
        READ_ONLY,
        N_("Vuelva a pedirlo cuando esté instalado."),
    ),
    "report_no_file": (
        N_("Una página o un PDF necesita un archivo."),
        READ_ONLY,
        N_("Dígalo con «--out ARCHIVO»."),
    ),
}

FLAWS: dict[str, str] = {
    "report_base": N_("La base «{what}» no existe: es unit, known o case."),
    "report_dimension": N_("La dimensión «{what}» no existe; docs/report.md las dice todas."),
    "report_fit": N_("La unidad de esta tabla no tiene la dimensión «{what}»."),
    "report_id_twice": N_("La tabla «{what}» está dos veces; quite una."),
    "report_many": N_(
        "«many» debe nombrar las dimensiones de las que una unidad puede tener varias, y solo esas."
    ),
    "report_special": N_("«{what}» no es una tabla especial de esa unidad."),
    "report_title": N_("El título necesita «es» y «en»."),
    "report_unit": N_("La unidad «{what}» no existe; docs/report.md las dice todas."),
}
