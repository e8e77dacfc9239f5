"""What the end of a call says, on the screen and in lines: the same words for the same rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnctp_tui.i18n import _, pick
from lnctp_tui.i18n.reasons import WHY_OPEN
from lnctp_tui.services.call import endings

if TYPE_CHECKING:
    from lnctp_tui.services.call.intake import Intake


def without_folio(intake: Intake) -> str:
    """What stands where the folio will, while there is none."""
    if intake.document["case"] or endings.unheard(intake):
        return _("El folio viene con el caso, al terminar")
    return _("Sin folio: esta llamada no abre un caso")


def owed(intake: Intake) -> list[str]:
    """Labels of the fields that the minimum lacks, each once."""
    return list(dict.fromkeys(pick(field.label).lower() for _stage, field in intake.debt("minimum")))


def fate(intake: Intake, decided: str | None, *, promised: bool) -> str:
    """What becomes of the case with the class that is said now."""
    if endings.closes(intake, decided, promised=promised):
        return _("Al terminar, el caso se cierra.")
    if not intake.document["case"] and not endings.unheard(intake):
        return _("Al terminar, la llamada queda guardada, sin caso.")
    why = [_(WHY_OPEN[code]) for code in endings.keeps_open(intake)]
    sentence = _("Al terminar, el caso queda abierto en el escritorio")
    return f"{sentence}: {' · '.join(why)}." if why else f"{sentence}."
