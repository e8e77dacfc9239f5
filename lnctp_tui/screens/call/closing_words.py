"""What the end of a call says, on the screen and in lines: the same words for the same rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnctp_tui.i18n import _, pick
from lnctp_tui.i18n.reasons import WHY_OPEN
from lnctp_tui.services.call import endings

SEEN = "seen"
"""Answer of the closing dialog: to what the narrative says of a danger."""

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnctp_tui.services.call.intake import Intake
    from lnctp_tui.services.call.seen import Seen


def without_folio(intake: Intake) -> str:
    """What stands where the folio will, while there is none."""
    if intake.document["case"] or endings.unheard(intake):
        return _("El folio viene con el caso, al terminar")
    return _("Sin folio: esta llamada no abre un caso")


def unanswered(intake: Intake, dangers: Sequence[Seen]) -> str:
    """What the narrative says of a danger that nobody answered; empty when there is none."""
    if not dangers:
        return ""
    from lnctp_tui.screens.call.seen_words import sentence

    more = f" · +{len(dangers) - 1}" if len(dangers) > 1 else ""
    return _("Visto en el relato, sin responder: {what}").format(what=sentence(intake, dangers[0])) + more


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
