"""What is wrong with a protocol file, in one sentence that says what to do. By code of a finding.

A test holds that every code of the check has its sentence.
"""

from __future__ import annotations

from lnctp_tui.i18n import N_, _
from lnctp_tui.i18n.of_report import FLAWS

FINDINGS: dict[str, str] = {
    "bad_code": N_("El código «{what}» no es válido: use letras sin acento, números, _ y -."),
    "bad_columns": N_("En la primera línea faltan estas columnas: {missing}."),
    "bad_condition": N_("La condición no se entiende; revise cómo está escrita."),
    "bad_csv": N_("La tabla no se puede leer desde esta línea; cierre cada comilla que se abre."),
    "bad_date": N_("{what}: la fecha de {column} debe ser 2026, 2026-03 o 2026-03-14."),
    "bad_mark": N_("{what}: la marca debe ser V, V2, V2-weak, M o D."),
    "bad_phase": N_("La fase «{what}» no existe en el catálogo phase."),
    "bad_review": N_(
        "{what}: la firma lleva quién (reviewed_by) y el día (reviewed_on), 2026-03-14; o ninguno."
    ),
    "bad_row": N_("La fila tiene {found} celdas y debe tener {expected}; revise comas y comillas."),
    "bad_strength": N_("{what}: la fuerza en {column} debe ser S, M, W, - o quedar vacía."),
    "bad_text": N_("Hay caracteres invisibles o de control en esta línea; bórrela y escríbala de nuevo."),
    "bad_toml": N_("El archivo no se entiende desde aquí; revise las comillas, los corchetes y el signo =."),
    "dead_condition": N_("La condición nunca se cumple ({what})."),
    "duplicate_column": N_("En la primera línea hay columnas repetidas o sin nombre: {twice}."),
    "duplicate_code": N_("El código «{what}» está repetido; quite uno."),
    "missing_article": N_("{what}: diga qué artículo lo nombra (21, 13-20; o Palermo)."),
    "missing_mark": N_("«{what}» no tiene marca; escriba V, V2, V2-weak, M o D."),
    "missing_number": N_("{what}: falta el número."),
    "missing_means": N_("{what}: ningún medio o práctica vigente es de sus artículos; añádalo a means."),
    "unknown_need": N_(
        "{what}: «{value}» no se conoce; una modalidad pide none, list, practice o tie, y un medio es means, "
        "practice o tie."
    ),
    "missing_code": N_("Falta el código «{what}», que las reglas leen; devuélvalo sin fecha de término."),
    "missing_file": N_("No existe este archivo; créelo o quítelo de protocol.toml."),
    "missing_folder": N_("No existe esta carpeta."),
    "missing_help": N_("{what} no tiene ayuda: escriba su porqué y cómo preguntarlo en {in}."),
    "missing_key": N_("Falta «{what}»; escríbalo."),
    "missing_label": N_("«{what}» no tiene texto en {language}; escríbalo."),
    "missing_question": N_("{what}: falta la pregunta ({column})."),
    "missing_source": N_("{what}: falta la fuente."),
    "missing_version": N_("Falta la versión del archivo."),
    "not_utf8": N_("El archivo no está en UTF-8; guárdelo de nuevo como UTF-8."),
    "retired_code": N_("El código «{what}» está retirado (tiene fecha de término); use el que lo sustituye."),
    "unknown_catalog": N_("El catálogo «{what}» no existe o falta en protocol.toml."),
    "unknown_code": N_("El código «{what}» no existe ahí; revise cómo se escribe, o añádalo a su catálogo."),
    "unknown_help": N_(
        "«{what}» no es un campo ni un renglón de esta etapa; quite su ayuda o corrija el nombre."
    ),
    "unknown_key": N_("«{what}» no es una palabra de este formato; revise cómo se escribe."),
    "unknown_kind": N_(
        "El tipo de campo «{what}» no existe; use text, long_text, yesno, bool, catalog, date, age, number, "
        "phone o checklist."
    ),
    "unknown_must_ask": N_("must_ask nombra «{what}», que no es un campo de esta etapa."),
    "unknown_required_by": N_("required_by debe ser minimum o close, no «{what}»."),
    "unknown_table": N_("«on» debe ser case, contact, person, place, identifier o money, no «{what}»."),
    "unreadable_file": N_("El archivo no se puede abrir; revise sus permisos."),
    "unused_file": N_("Ningún archivo del protocolo usa este; revise su nombre."),
    "wrong_catalog": N_("La lista de «{expected}» debe usar el catálogo «{expected}», no «{what}»."),
    "wrong_file_code": N_("El código del archivo debe ser «{expected}», como su nombre."),
    "wrong_separator": N_(
        "Las columnas están separadas con «{what}» y deben estarlo con comas; guarde la hoja como "
        "«CSV UTF-8 (delimitado por comas)»."
    ),
    "wrong_table": N_("«{what}» se guarda en otra tabla; corrija «on»."),
    "wrong_type": N_("«{what}» debe ser {expected}."),
}

VARIANTS: dict[tuple[str, str], str] = {
    ("bad_condition", "list_expected"): N_(
        "En la condición, después de in va una lista: role in ['victim', 'group']."
    ),
    ("bad_condition", "list_unexpected"): N_("En la condición, una lista solo puede ir después de in."),
    ("bad_condition", "not_allowed"): N_(
        "La condición usa algo que no se permite; solo valen nombres, textos entre comillas, números, "
        "listas y == != < <= > >= in and or not."
    ),
    ("bad_condition", "syntax"): N_(
        "La condición no se entiende; se compara con == y los textos van entre comillas: role == 'victim'."
    ),
    ("bad_condition", "too_long"): N_("La condición es demasiado larga; caben 1000 caracteres."),
    ("bad_toml", "repeated"): N_("Aquí se repite algo que ya se dijo antes; quite uno."),
    ("dead_condition", "unknown_name"): N_(
        "La condición nombra «{what}», que no existe ahí; revise cómo se escribe."
    ),
}
"""More exact sentences, by code and the first word of the fact `detail`."""

WORDS: dict[str, dict[str, str]] = {
    "language": {"es": N_("español"), "en": N_("inglés")},
    "expected": {
        "str": N_("un texto entre comillas"),
        "int": N_("un número entero, sin comillas"),
        "bool": N_("true o false, sin comillas"),
        "dict": N_('un texto en los dos idiomas: { es = "…", en = "…" }'),
        "texts": N_('una lista de textos: ["uno", "dos"]'),
        "labels": N_('una lista de textos en los dos idiomas: [{ es = "…", en = "…" }]'),
        "tables": N_("uno o varios bloques que empiezan con [[field]]"),
    },
}
"""Facts that are words of the program and are said in the language in use."""


class _Facts(dict[str, object]):
    """Placeholders without a fact stay readable."""

    def __missing__(self, name: str) -> str:
        return "…"


def tell(code: str, **facts: object) -> str:
    """The sentence for a finding, in the language in use; an unknown code is shown as it is."""
    sentence = VARIANTS.get((code, str(facts.get("detail")).partition(" ")[0])) or (FINDINGS | FLAWS).get(
        code
    )
    for name, words in WORDS.items():
        if facts.get(name) in words:
            facts[name] = _(words[str(facts[name])])
    return _(sentence).format_map(_Facts(facts)) if sentence else code
