"""What one short line does to a call: its kind, a script, undo, cut off, discard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnctp_tui.cli.plain import said
from lnctp_tui.i18n import _, pick
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.undoing import Undoing
from lnctp_tui.services.call import endings

if TYPE_CHECKING:
    from lnctp_tui.cli.plain.call import Call
    from lnctp_tui.cli.plain.talk import Talk


class OneLine:
    """Orders that ask nothing, or only whether they are meant."""

    def __init__(self, talk: Talk, call: Call) -> None:
        self.talk, self.call = talk, call
        self.intake = call.intake
        self.protocol = call.protocol
        self.say = talk.say
        self.undoing = Undoing.of_call(self.intake, self.say, ("u", "rehacer"))

    def kinds(self) -> None:
        """The kinds of contact with their digits."""
        self.say(*(f"{digit}: {label}" for digit, label in view.kinds(self.protocol).items()))

    def kind(self, digit: str) -> None:
        """The kind of contact by its digit."""
        code = view.kind_of(self.protocol, digit)
        field = view.field_of(self.protocol, "contact", "kind")
        if code is None or field is None:
            self.say(_("«{word}» no está en la lista; nada cambió.").format(word=digit))
            return
        self.intake.choose(field, code)
        self.say(f"{pick(field.label)}: {view.label_of(self.protocol, 'kind', code)}")
        self.call.think()
        row = self.protocol.catalogs["kind"].by_code.get(code)
        if view.script_of(self.protocol, row):
            self.script()

    def script(self) -> None:
        """What to do in this kind of call."""
        row = self.protocol.catalogs["kind"].by_code.get(str(self.intake.kind))
        script = view.script_of(self.protocol, row)
        if script is None:
            self.say(_("Esta clase de llamada no tiene guion."))
        self.say(*said.script(script, self.intake))

    def cover(self) -> None:
        """What to say when somebody else listens."""
        self.say(*said.script(self.protocol.scripts.get("cover"), self.intake))

    def undo(self) -> None:
        """Take back the last step."""
        self.undoing.back()
        self.call.think()

    def redo(self) -> None:
        """Bring again what was taken back last."""
        self.undoing.forth()
        self.call.think()

    def dropped(self) -> None:
        """The call was cut off, or was not."""
        cut = not view.record_of(self.intake, "contact").get("dropped")
        self.intake.set(self.intake.contact, {"dropped": cut})
        self.say(
            _("La llamada se cortó: F9 muestra el plan para volver a llamar.")
            if cut
            else _("La llamada sigue.")
        )

    def discard(self) -> None:
        """Take back a call that was begun by mistake, for a reason."""
        if not self.call.dangers.answered():
            return
        if not endings.may_discard(self.intake):
            self.say(
                _("Hay un peligro anotado o un aviso al 911: esta llamada no se descarta. F9 la termina.")
            )
            return
        reasons = [row for row in self.protocol.catalogs["discard_reason"].rows if not row.valid_to]
        place = self.talk.choose(_("Descartar esta llamada"), [pick(row.label) for row in reasons])
        if place is None or not self.talk.sure(
            _("¿Descartar por: {why}?").format(why=pick(reasons[place].label))
        ):
            self.say(_("No se descartó."))
            return
        self.call.wait(lambda done: endings.discard(self.intake, reasons[place].code, done))
