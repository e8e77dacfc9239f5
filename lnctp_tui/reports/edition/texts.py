"""What an edition says of itself, in Spanish and English: method, what it promises, what it does not."""

from __future__ import annotations

from typing import Final

TITLE = {"es": "Línea Nacional contra la Trata de Personas, datos abiertos de {period}",
         "en": "National Line against Human Trafficking, open data of {period}"}  # fmt: skip
LICENCE: Final = {
    "name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}  # fmt: skip
METHOD = {
    "es": (
        "No se imprime ningún número mayor que cero y menor que {k}, ni el de víctimas, grupos o carpetas que salgan de"
        " menos de 3 casos. Para que esos números no se obtengan por resta se ocultan otros. Todos llevan la misma"
        " marca, «hidden»: no se dice cuáles son los pequeños. Con todo lo publicado hasta hoy, una celda pequeña puede"
        " ser cualquier número de 0 a {k}. El cero se imprime. Una tabla que no se puede proteger se retira completa."
        " Los porcentajes son enteros y solo se dan con base de 30 o más."
    ),
    "en": (
        "No number above zero and below {k} is printed, nor one of victims, groups or files that stem from fewer than 3"
        " cases. So that those numbers cannot be had by subtraction, others are hidden too. All bear the same flag,"
        " hidden: which of them are small is not told. By all that was published so far, a small cell can be any number"
        " from 0 to {k}. Zero is printed. A table that cannot be protected is withheld as a whole. Shares are whole per"
        " cent and given for bases of 30 or more."
    ),
}
LIMITS = {
    "es": (
        "No protege contra quien repita nuestro programa al revés, contra lo que alguien ya sepa de otra fuente, ni"
        " cuando {k} personas o más comparten un rasgo. Las cifras son de reportes recibidos, no de cuánta trata hay."
    ),
    "en": (
        "It does not protect against running our program backwards, against what somebody knows from elsewhere, nor"
        " where {k} people or more share a trait. The figures are of reports received, not of how much trafficking"
        " there is."
    ),
}
WITHHELD = {"es": "Protegida completa", "en": "Withheld as a whole"}
FLAGS = {
    "ok": {"es": "impreso", "en": "printed"},
    "hidden": {"es": "oculto", "en": "hidden"},
    "not_applicable": {"es": "protegida completa: no hay celdas", "en": "withheld as a whole: no cells"},
}
FIELDS: Final = (
    ("edition", "string", "Edición", "Edition"), ("period_from", "date", "Desde", "From"),
    ("period_to", "date", "Hasta", "To"), ("table", "string", "Tabla", "Table"), ("unit", "string", "Unidad", "Unit"),
    ("row_dim", "string", "Dimensión de la fila", "Dimension of the row"),
    ("row_code", "string", "Código de la fila", "Code of the row"),
    ("row_es", "string", "Fila, en español", "Row, in Spanish"),
    ("row_en", "string", "Fila, en inglés", "Row, in English"),
    ("col_dim", "string", "Dimensión de la columna", "Dimension of the column"),
    ("col_code", "string", "Código de la columna", "Code of the column"),
    ("col_es", "string", "Columna, en español", "Column, in Spanish"),
    ("col_en", "string", "Columna, en inglés", "Column, in English"),
    ("count", "integer", "Número", "Count"), ("base", "integer", "Base del porcentaje", "Base of the share"),
    ("percent", "integer", "Porcentaje entero", "Whole per cent"), ("flag", "string", "Marca", "Flag"),
)  # fmt: skip
"""Columns of every table: name, type of Table Schema, title in Spanish and English."""
