"""Why a value was not understood, in one line under its field. The value itself is kept as typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lnctp_tui.i18n import N_, _

_SENTENCES = {
    "too_long": N_("Muy largo: {length} de {max_length}; se guardó, acórtelo"),
    "not_yes_no": N_("Se guardó tal cual; aquí va sí, no, ? (no se sabe) o r (no quiso decir)"),
    "not_in_catalog": N_("No está en el catálogo: queda como texto libre"),
    "not_in_state": N_("{state} no tiene ese municipio ({own} sí): queda como texto libre"),
    "other_state": N_("Ese municipio es de {own} y el estado dice {state}: quedan los dos; corrija uno"),
    "not_a_code": N_("Se guardó tal cual y no cuenta: elija uno de la lista"),
    "stands": N_("Toda persona tiene un papel: sigue siendo el que estaba"),
    "ambiguous_code": N_("Se guardó tal cual y no cuenta: hay {rows} con ese nombre, elija uno de la lista"),
    "ambiguous": N_("Hay {rows} con ese nombre: elija uno de la lista"),
    "phone_unreadable": N_("Se guardó tal cual; no parece un teléfono: 10 dígitos, o + y el país"),
    "phone_several": N_("Hay {count} números; escriba cada uno en su renglón, para que los dos se comparen"),
    "replaced": N_("{replaced} caracteres que no se pueden mostrar quedaron como �"),
    "age_word": N_("Se guardó tal cual; escriba una edad (~17, 15-17) o conteste si parece menor"),
    "age_negative": N_("Se guardó tal cual; una edad no puede ser negativa"),
    "age_too_high": N_("Se guardó tal cual; revise la edad: es demasiado alta"),
    "age_unreadable": N_("Se guardó tal cual; no se entiende la edad: 17, ~17 o 15-17"),
    "date_unreadable": N_("Se guardó tal cual; no se entiende la fecha: 14/03/2020, marzo 2020, ayer"),
    "date_too_old": N_("Se guardó tal cual; esa fecha es demasiado antigua"),
    "date_no_year": N_("Se guardó tal cual; falta el año: 14/03/2008, marzo 2008 o 2008"),
    "date_future": N_("Se guardó tal cual; esa fecha todavía no llega"),
    "date_impossible": N_("Se guardó tal cual; esa fecha no existe en el calendario"),
    "promise_unreadable": N_("Se guarda en lo que hay que decir; para una hora: martes 10 a 12, mañana 9"),
    "instant_unreadable": N_("Se guardó tal cual; escriba día y hora: hoy 22:00, ayer 9 pm, 28/11 17:30"),
    "text_unreadable": N_("Se guardó tal cual; no cabe en este campo"),
    "kept": N_("Se guardó tal cual; no se entiende"),
    "number_unreadable": N_("Se guardó tal cual; aquí va un número: 3, 1,500 o 2 mil"),
    "number_negative": N_("Se guardó tal cual; el número no puede ser negativo"),
    "number_too_large": N_("Se guardó tal cual; el número es demasiado grande"),
    "number_not_whole": N_("Se guardó tal cual; aquí va un número entero"),
    "number_too_small": N_("Se guardó tal cual; aquí va un número de {least} o más"),
    "certificate_near": N_("Se guardó tal cual; el símbolo final no cuadra. ¿Es {near}?"),
    "certificate_unreadable": N_("Se guardó tal cual; una constancia se escribe como GA-26-0042-X"),
    "certificate_anonymous": N_(
        "No se guarda: dice quién llama, y no consta que acepte decirlo. El reporte vale igual"
    ),
    "certificate_no_consent": N_("No se guarda: primero pregunte si acepta. El reporte vale igual"),
    "certificate_unlinked": N_("La constancia dejó de estar ligada: decía quién llama"),
    "other_value": N_("{who} escribió «{value}»; Esc y «k» decide cuál queda"),
}
_UNKNOWN = N_("Se guardó tal cual, pero no se entiende ({code})")

STORED = frozenset(
    {
        "not_in_catalog",
        "ambiguous",
        "phone_unreadable",
        "phone_several",
        "replaced",
        "other_value",
        "certificate_unlinked",
    }
)
"""Problems with which the value itself stands: a remark, not an error."""


def explain(problem: str, facts: Mapping[str, Any]) -> str:
    """One line on `problem`, a code of domain.values.values."""
    sentence = _(_SENTENCES.get(problem, _UNKNOWN))
    return sentence.format(
        **{"code": problem, "length": "", "max_length": "", "rows": "", "replaced": ""} | dict(facts)
    )
