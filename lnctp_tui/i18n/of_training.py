"""The training register in words: why something is not written, how certificates stand, what the paper says."""

from __future__ import annotations

from collections.abc import Mapping

from lnctp_tui.i18n import N_

_UNCHANGED = N_("No se cambió nada.")
TRAINING: dict[str, tuple[str, str, str]] = {
    "training_not_yours": (
        N_("Cursos y constancias los escribe supervisión o administración."),
        _UNCHANGED,
        N_("Pídaselo a ellas; usted puede ver y comprobar constancias."),
    ),
    "certificate_holder": (
        N_("Falta a nombre de quién va la constancia."),
        _UNCHANGED,
        N_("Escriba el nombre de la persona o de la empresa."),
    ),
    "certificate_kind": (
        N_("Una constancia es «guardian_asfalto» u «other»."),
        _UNCHANGED,
        N_("Escriba una de las dos con --kind."),
    ),
    "certificate_number": (
        N_("{number} no es un número de constancia: el símbolo final no cuadra. Parecidos: {near}."),
        _UNCHANGED,
        N_("Léalo otra vez. El reporte se toma igual."),
    ),
    "no_certificate": (
        N_("Esa constancia no está en este equipo."),
        _UNCHANGED,
        N_("Pudo expedirla otro equipo: sincronice y pruebe otra vez. El reporte se toma igual."),
    ),
    "certificate_unprinted": (
        N_("{number} no se imprime: está revocada o su número no cuadra."),
        _UNCHANGED,
        N_("Expida otra constancia."),
    ),
}
STANDINGS: Mapping[str, str] = {
    "valid": N_("vigente"), "expiring": N_("por vencer"), "expired": N_("vencida"), "revoked": N_("revocada"),
}  # fmt: skip
"""By the codes of domain.training.figures."""
WRONG = N_("número por revisar")
