"""What does not fit in a practice scenario, in words; and why a practice cannot begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lnctp_tui.i18n import N_, _

PRACTICE: dict[str, tuple[str, str, str]] = {
    "practice_unknown": (
        N_("No hay un escenario «{name}»."),
        "",
        N_("«lnctp practice list» muestra los que hay."),
    ),
    "practice_file": (
        N_("El escenario {name} no se puede leer: {reason}."),
        "",
        N_("Corrija el archivo y ejecute otra vez «lnctp practice check»."),
    ),
}
PARTS: Mapping[str, str] = {
    "safety": N_("Seguridad"), "facts": N_("Hechos"), "assessment": N_("Valoración"), "manner": N_("Trato"),
    "pace": N_("Ritmo"),
}  # fmt: skip
MARKS: Mapping[str, str] = {
    "mirar": N_("Mirar"), "escuchar": N_("Escuchar"), "vincular": N_("Vincular"), "eleccion": N_("Dar a elegir"),
    "no_revictimizar": N_("No revictimizar"),
}  # fmt: skip
"""What nobody but people can judge: marks from 1 to 5, which count for no points."""


def pairs(said: Iterable[str] | None, names: Mapping[str, str]) -> str:
    """`facts=0.74` and the like in words, as far as they are of `names`."""
    parted = (pair.partition("=") for pair in said or ())
    return " · ".join(f"{_(names[name])} {number}" for name, _sign, number in parted if name in names)


FINDINGS: dict[str, str] = {
    "missing": N_("falta «{name}»"),
    "not_fictional": N_("debe decir fictional = true: un caso real no se practica"),
    "language_missing": N_("falta el idioma «{name}»"),
    "unknown_trigger": N_("no se conoce lo que la abre: «{name}»"),
    "at_or_after": N_("necesita at o after, y solo uno"),
    "unknown_deed": N_("no se conoce «{name}»"),
    "bad_condition": N_("la condición no se entiende: «{name}»"),
    "bad_clock": N_("la hora se escribe m:ss, no «{name}»"),
    "out_of_range": N_("fuera de lo permitido: {name}"),
    "unknown_value": N_("no se conoce «{name}»"),
    "unknown_intent": N_("no hay una pregunta «{code}»"),
    "unknown_code": N_("{code} no existe en el protocolo"),
    "unknown_answer": N_("no hay una respuesta «{code}»"),
    "unknown_flag": N_("nadie pone la marca «{name}»"),
    "unreachable": N_("ninguna llamada la abre: {when}"),
    "contradicted": N_(
        "«{other}» (línea {line}) contesta antes lo mismo: póngala después, o dele una condición ({flags})"
    ),
    "unobtainable": N_("ninguna respuesta lo da: {answers}"),
    "outside_call": N_("fuera de los {minutes:.0f} minutos de la llamada"),
    "real_phone": N_("use un teléfono de ejemplo, con 555 antes de las últimas cuatro cifras"),
    "key_class": N_("clase: dice {says}, sale {comes} por {by}"),
    "key_triage": N_("triaje: dice {says}, sale {comes} por {by}"),
    "key_elements": N_("elementos, {name}: dice {says}, sale {comes}"),
    "key_escalate": N_("escalate dice {says}, y el triaje que sale es {comes}"),
}
