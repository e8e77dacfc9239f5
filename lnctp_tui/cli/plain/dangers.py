"""What the narrative says of a danger, asked in lines before a call ends: a letter answers, Enter leaves it open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnctp_tui.i18n import _
from lnctp_tui.screens.call import closing_words
from lnctp_tui.screens.call.seen_words import person
from lnctp_tui.services.call.seen import Narrative

if TYPE_CHECKING:
    from lnctp_tui.cli.plain.call import Call
    from lnctp_tui.services.call.seen import Seen


class Dangers:
    """Keeps for one call what was said not to be so."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.narrative = Narrative(call.intake)

    def unanswered(self) -> list[Seen]:
        """The dangers that nobody answered, of the narrative as it stands. Reads it: half a second the first time."""
        text = str(self.call.intake.record(self.call.intake.contact).get("narrative") or "")
        self.narrative.take_over(self.narrative.read(text, self.narrative.caller_is_victim))
        return self.narrative.dangers()

    def answered(self) -> bool:
        """Asks for each; whether all were answered."""
        while dangers := self.unanswered():
            title = "! " + closing_words.unanswered(self.call.intake, dangers)
            place = self.call.talk.choose(title, [_("Anotarlo"), _("No es así: apartarlo")])
            if place is None or not self._take(dangers[0], place):
                self.call.say(_("Sin respuesta la llamada no termina ni se descarta."))
                return False
        return True

    def _take(self, seen: Seen, place: int) -> bool:
        if place:
            self.narrative.dismiss(seen)
            return True
        people = [seen.target] if seen.target else self.narrative.people()
        names = [person(self.call.intake, each) for each in people]
        chosen = 0 if seen.target else self.call.talk.choose(_("¿De quién?"), names)
        if chosen is None:
            return False
        self.narrative.take(seen, people[chosen])
        self.call.think()
        return True
