"""What is wrong with a protocol file, in one sentence that says what to do. By code of a finding.

A test holds that every code of the check has its sentence.
"""

from __future__ import annotations

from lnctp_tui.i18n import N_, _

FINDINGS: dict[str, str] = {
    "bad_code": N_("El código «{what}» no es válido: use letras sin acento, números, _ y -."),
    "bad_columns": N_("Faltan columnas ({missing}) o sobran repetidas o vacías ({twice}); separe con comas."),
    "bad_condition": N_("La condición no se entiende ({detail})."),
    "bad_csv": N_("La tabla no se puede leer desde esta línea ({detail}); revise las comillas."),
    "bad_date": N_("{what}: la fecha de {column} debe ser 2026, 2026-03 o 2026-03-14."),
    "bad_mark": N_("{what}: la marca debe ser V, V2, M o D."),
    "bad_phase": N_("La fase «{what}» no existe en el catálogo phase."),
    "bad_row": N_("La fila tiene {found} celdas y debe tener {expected}; revise comas y comillas."),
    "bad_strength": N_("{what}: la fuerza en {column} debe ser S, M, W, - o quedar vacía."),
    "bad_toml": N_("El archivo no se puede leer ({detail})."),
    "dead_condition": N_("La condición nunca se cumple ({what})."),
    "duplicate_code": N_("El código «{what}» está repetido; quite uno."),
    "missing_code": N_("Falta el código «{what}», que las reglas leen; devuélvalo sin fecha de término."),
    "missing_file": N_("No existe este archivo; créelo o quítelo de protocol.toml."),
    "missing_folder": N_("No existe esta carpeta."),
    "missing_key": N_("Falta «{what}»."),
    "missing_label": N_("«{what}» no tiene texto en el idioma {language}."),
    "missing_question": N_("{what}: falta la pregunta ({column})."),
    "missing_source": N_("{what}: falta la fuente."),
    "missing_version": N_("Falta la versión del archivo."),
    "not_utf8": N_("El archivo no está en UTF-8; guárdelo de nuevo como UTF-8."),
    "retired_code": N_("El código «{what}» está retirado (tiene fecha de término); use el que lo sustituye."),
    "unknown_catalog": N_("El catálogo «{what}» no existe o falta en protocol.toml."),
    "unknown_code": N_("El código «{what}» no existe ahí."),
    "unknown_key": N_("«{what}» no es una palabra de este formato."),
    "unknown_kind": N_("El tipo de campo «{what}» no existe."),
    "unknown_must_ask": N_("must_ask nombra «{what}», que no es un campo de esta etapa."),
    "unknown_required_by": N_("required_by debe ser minimum o close, no «{what}»."),
    "unknown_table": N_("«{what}» no es case, contact, person, place, identifier ni money."),
    "unreadable_file": N_("El archivo no se puede abrir; revise sus permisos."),
    "unused_file": N_("Ningún archivo del protocolo usa este; revise su nombre."),
    "wrong_catalog": N_("La lista de «{expected}» debe usar el catálogo «{expected}», no «{what}»."),
    "wrong_file_code": N_("El código del archivo debe ser «{expected}», como su nombre."),
    "wrong_table": N_("«{what}» se guarda en otra tabla; corrija «on»."),
    "wrong_type": N_("El valor de «{what}» no es del tipo debido."),
}


class _Facts(dict[str, object]):
    """Placeholders without a fact stay readable."""

    def __missing__(self, name: str) -> str:
        return "…"


def tell(code: str, **facts: object) -> str:
    """The sentence for a finding, in the language in use; an unknown code is shown as it is."""
    sentence = FINDINGS.get(code)
    return _(sentence).format_map(_Facts(facts)) if sentence else code
