"""People, groups, places, numbers and money of a call: which one the fields are of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnctp_tui.domain.records.columns import REPEATABLE
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.screens.call import panel_view as view

if TYPE_CHECKING:
    from lnctp_tui.cli.plain.call import Call
    from lnctp_tui.cli.plain.talk import Talk

LETTERS = 26
"""Records that have a letter each."""
ADDED = (
    ("person", N_("Otra persona"), None),
    ("person", N_("Un grupo de personas"), "group"),
    ("place", N_("Otro lugar"), None),
    ("identifier", N_("Otro número, cuenta o placa"), None),
    ("money", N_("Otro rastro de dinero"), None),
)
"""What there may be several of: on what, how it is called, with which role."""


class Records:
    """What there may be several of in one call."""

    def __init__(self, talk: Talk, call: Call) -> None:
        self.talk, self.call = talk, call
        self.intake = call.intake
        self.say = talk.say

    def add(self) -> None:
        """Another person, group, place, number or money trail, shown from now on."""
        place = self.talk.choose(_("Agregar:"), [_(text) for _on, text, _role in ADDED])
        if place is None:
            return
        on, _text, role = ADDED[place]
        if on == "person" and not role:
            rows = [row for row in self.intake.protocol.catalogs["person_role"].rows if not row.valid_to]
            chosen = self.talk.choose(_("¿Quién es?"), [pick(row.label) for row in rows])
            if chosen is None:
                self.say(_("No se agregó nada."))
                return
            role = rows[chosen].code
        self.intake.select(on, self.intake.add(on, **({"role": role} if role else {})))
        self.say(_("Se agregó; los campos son ahora de: {name}").format(name=self._entries()[-1][2]))
        self.call.think()

    def _entries(self) -> list[tuple[str, str, str]]:
        """(on, id, name) of every record of which there may be several."""
        return [(on, entry.id, entry.name) for on in REPEATABLE for entry in view.entries(self.intake, on)]

    def other(self) -> None:
        """Whose fields are asked from now on."""
        entries = self._entries()[:LETTERS]
        if not entries:
            self.say(_("Todavía no hay ninguna."))
            return
        place = self.talk.choose(_("¿De quién o de qué?"), [name for _on, _id, name in entries])
        if place is not None:
            on, record_id, name = entries[place]
            current = self.intake.current(on)
            if current is not None:
                self.intake.select(on, current._replace(id=record_id))
                self.say(_("Los campos son ahora de: {name}").format(name=name))

    def remove(self) -> None:
        """Take a record out of the case; `u` brings it back."""
        entries = self._entries()[:LETTERS]
        if not entries:
            self.say(_("Todavía no hay ninguna."))
            return
        place = self.talk.choose(_("Quitar:"), [name for _on, _id, name in entries])
        question = _("¿Quitar {name}? u lo devuelve.")
        if place is None or not self.talk.sure(question.format(name=entries[place][2])):
            self.say(_("No se quitó nada."))
            return
        on, record_id, _name = entries[place]
        current = self.intake.current(on)
        if current is not None:
            self.intake.remove(current._replace(id=record_id))
            self.call.think()
