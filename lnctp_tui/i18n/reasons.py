"""Why a row was not imported, in one sentence that says what to do. By reason code of services.exchange.importing.run.

A test holds that every reason of the import has its sentence.
"""

from __future__ import annotations

from collections.abc import Mapping

from lnctp_tui.i18n import N_, _

DIRECTORY: dict[str, str] = {
    "ages_reversed": N_("La edad mínima es más alta que la máxima."),
    "bad_number": N_("No se entiende el teléfono: 10 dígitos; la extensión después de «ext.»."),
    "bad_accents": N_("Los acentos se leyeron mal (por ejemplo «Ã±»); guarde la hoja de nuevo como UTF-8."),
    "cell_error": N_("La celda dice un error de la hoja de cálculo; escriba el dato."),
    "changed_here": N_(
        "Se cambió aquí desde la última importación; se dejó lo de aquí: «{here}». El archivo dice «{there}»."
    ),
    "formula_text": N_("La celda dice una fórmula y no su resultado; escriba el dato."),
    "formulas_unreckoned": N_("Columna {column}: {empty} de {rows} vacías; ¿fórmulas sin calcular?"),
    "hidden_sheet": N_("Hay una hoja oculta; no se leyó: {sheets}."),
    "hours_unread": N_("Horario por leer: se guardó el texto como está."),
    "maybe_duplicate": N_("Puede ser una institución que ya está ({of}); no se guardó."),
    "merged_cells": N_("celdas unidas {range}; sepárelas."),
    "name_of_a_line": N_("Lleva el nombre de una línea nacional; esas no se importan."),
    "neither_name_nor_channel": N_("No tiene nombre ni teléfono."),
    "not_erased": N_("#borrar no quita nombres, teléfonos ni domicilios; se dejó lo que está."),
    "not_yours": N_("Difiere de lo que está, y lo cambia quien cuida el directorio; se dejó lo de aquí."),
    "renamed": N_("Cambió de nombre: «{here}» ahora es «{there}»."),
    "same_as_row": N_("Es la misma que la fila {line} y dice otra cosa: júntelas (service:2., channel:2.)."),
    "unreadable_signs": N_("La celda tiene signos que no se leen; escríbala de nuevo."),
    "to_verify": N_(
        "Difiere de lo que está: quedó propuesto, sin verificar; se sigue mostrando lo anterior."
    ),
}
"""Of the import of the directory."""
REASONS: dict[str, str] = {
    "already_there": N_(
        "Ya está en el registro y dice otra cosa; un archivo no la cambia: corríjala a mano."
    ),
    "age_negative": N_("La edad no puede ser negativa."),
    "age_too_high": N_("La edad pasa de 120 años."),
    "age_unreadable": N_("La edad no se entiende; escriba 17, ~17 o 15-17."),
    "age_word": N_("La edad debe ser un número; que parece menor se marca en age.appears_minor."),
    "ages_order": N_("La edad menor (age_min) es más alta que la mayor (age_max)."),
    "ambiguous": N_("El nombre corresponde a varios códigos; escriba el código."),
    "bad_date": N_("La fecha no existe o no es 2026, 2026-03 o 2026-03-14."),
    "practice": N_("Es de una práctica: no entra en los registros."),
    "bad_folio": N_("El folio no es válido: revise sus símbolos, o quítelo para que se dé uno nuevo."),
    "bad_id": N_("El identificador no es válido."),
    "bad_instant": N_("La fecha y hora no existe o no es como 2026-03-14T20:05:00Z."),
    "bad_name": N_("El nombre del campo no es válido."),
    "bad_schema": N_("La versión del documento (schema) debe ser un número desde 1."),
    "date_future": N_("La fecha está en el futuro."),
    "date_impossible": N_("Esa fecha no existe."),
    "date_no_year": N_("La fecha no dice de qué año es; escriba día/mes/año."),
    "date_relative": N_("La fecha se cuenta desde el día en que se escribió; escriba día/mes/año."),
    "date_too_old": N_("La fecha es anterior a 1900."),
    "date_unreadable": N_("La fecha no se entiende; escriba día/mes/año."),
    "digits_lost": N_("La hoja de cálculo cambió el número (5.5E+09) y perdió cifras; escríbalo como texto."),
    "empty": N_("El documento está vacío."),
    "format_no_date": N_("El formato no dice el año, el mes y el día (%d/%m/%Y)."),
    "id_again": N_("La línea {line} tiene el mismo identificador y dice otra cosa; corrija uno de los dos."),
    "id_twice": N_("Dos registros del documento tienen el mismo identificador."),
    "not_a_table": N_("Debe ser una tabla de TOML."),
    "not_a_list": N_("Debe ser una lista."),
    "not_a_number": N_("Debe ser un número."),
    "not_an_answer": N_("Debe ser yes, no, unknown o refused."),
    "not_an_object": N_("Debe ser un objeto con sus campos."),
    "not_csv": N_("La línea {line} no se puede leer como CSV; revise las comillas."),
    "not_json": N_("La línea {line} no es JSON válido."),
    "not_lines": N_("Debe ser el número de líneas que van antes de los títulos."),
    "not_one_character": N_("Debe ser un solo carácter, por ejemplo ; o una coma."),
    "not_text": N_("Debe ser texto."),
    "not_toml": N_("No es TOML válido, o no es UTF-8."),
    "not_true_false": N_("Debe ser true o false."),
    "not_utf8": N_("La línea {line} tiene bytes que no son UTF-8; guarde el archivo de nuevo como UTF-8."),
    "not_whole": N_("Debe ser un número entero."),
    "not_yes_no": N_("Debe ser sí, no, no sabe o no contesta."),
    "not_in_state": N_("{state} no tiene ese municipio; lo tiene {own}. Corrija uno de los dos."),
    "number_negative": N_("El número no puede ser negativo."),
    "number_not_whole": N_("Debe ser un número entero."),
    "number_too_large": N_("El número es demasiado grande."),
    "number_too_small": N_("El número es menor que {least}."),
    "number_unreadable": N_("El número no se entiende."),
    "other_case": N_("Ese registro ya está en otro caso; importar no mueve nada de un caso a otro."),
    "other_state": N_("El municipio es de {own} y el estado dice {state}. Corrija uno de los dos."),
    "out_of_range": N_("Debe estar entre {least} y {most}."),
    "reserved_name": N_("Ese nombre ya es de otro dato; un campo nuevo no puede llamarse así."),
    "too_deep": N_("El campo tiene demasiados niveles."),
    "phone_unreadable": N_("No se entiende el teléfono: 10 dígitos, o + y el país; aparte la extensión."),
    "too_few_cells": N_("La línea {line} tiene menos celdas que títulos; está cortada o falta una coma."),
    "too_long": N_("El texto es demasiado largo ({length} caracteres); divídalo en notas."),
    "too_many_cells": N_("La línea {line} tiene más celdas que títulos; revise comas y comillas."),
    "unknown_code": N_("El código no está en el catálogo {catalog}; use uno del catálogo."),
    "unknown_encoding": N_("No existe esa codificación; las usuales son utf-8 y cp1252."),
    "unknown_key": N_("Esa palabra no existe en un mapa."),
    "unknown_reference": N_("Nombra un registro que no está en el documento ni en los datos."),
    "unknown_target": N_("No existe ese campo; escriba por ejemplo person.age o case.summary."),
} | DIRECTORY


class _Facts(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return "…"


def reason(code: str, facts: Mapping[str, object]) -> str:
    """The sentence for a reason, in the language in use; an unknown code is shown as it is."""
    sentence = REASONS.get(code)
    return _(sentence).format_map(_Facts(facts)) if sentence else code


WHY_OPEN = {
    "victim": N_("víctima o testigo"),
    "silent": N_("llamada en silencio"),
    "danger": N_("peligro o situación"),
    "escalated": N_("aviso al 911"),
    "dropped": N_("se cortó la llamada"),
    "triage": N_("urgencia con plazo"),
    "minimum": N_("falta del mínimo"),
}
"""Why a case does not close by itself, by the codes of services.call.endings.keeps_open."""
