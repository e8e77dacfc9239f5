"""`^Z` and `^Y` of a form: what was taken back or came again is said with its words, and how to turn it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lnctp_tui.domain.assess.safety import ESCALATED
from lnctp_tui.i18n import _
from lnctp_tui.screens.labels import Words
from lnctp_tui.services.case.draft import Draft
from lnctp_tui.services.case.steps import Added, Step, Turned

if TYPE_CHECKING:
    from lnctp_tui.services.call.intake import Intake

LONGEST = 40
"""Characters of what went: its first words tell which it was."""


class Undoing:
    """The undoing of one form. A whole record, or what was noted of 911, goes only with a second key.

    `tell` says what happened; `keys`: what undo and redo are called there.
    """

    def __init__(
        self,
        draft: Draft,
        words: Callable[[], Words],
        tell: Callable[[str], object],
        undo: Callable[[], Turned | None] | None = None,
        keys: tuple[str, str] = ("^Z", "^Y"),
    ) -> None:
        self.draft, self.words, self.tell = draft, words, tell
        self.keys = keys
        self._undo = undo or draft.undo
        self._asked: Step | None = None
        """What the next key takes."""

    @classmethod
    def of_call(
        cls, intake: Intake, tell: Callable[[str], object], keys: tuple[str, str] = ("^Z", "^Y")
    ) -> Undoing:
        """Of a call's form, whose undo also withdraws a notice to 911."""
        words = Words(intake.protocol, intake.workspace.zone)
        return cls(intake.draft, lambda: words, tell, intake.undo, keys)

    def next(self, way: str) -> Step | None:
        """What the next undo takes back (`back`), or the next redo brings again."""
        return self.draft.next(self.draft.steps.done if way == "back" else self.draft.steps.undone)

    def turn(self, way: str) -> Turned | None:
        """`back` or `forth`."""
        return self.back() if way == "back" else self.forth()

    def back(self) -> Turned | None:
        """Take back the last step, and say so; None when nothing changed."""
        if self._asks(self.next("back"), self.keys[0]):
            return None
        turned = self._undo()
        again = _("{key} lo rehace").format(key=self.keys[1])
        self._say(turned, _("Se deshizo: {field}"), again, _("No hay nada que deshacer."))
        return turned

    def forth(self) -> Turned | None:
        """Bring again what was taken back last, and say so."""
        if self._asks(self.next("forth"), self.keys[1]):
            return None
        turned = self.draft.redo()
        again = _("{key} lo deshace").format(key=self.keys[0])
        self._say(turned, _("Se rehizo: {field}"), again, _("No hay nada que rehacer."))
        return turned

    def _say(self, turned: Turned | None, done: str, again: str, nothing: str) -> None:
        self._asked = None
        if turned is None:
            self.tell(nothing)
            return
        words = self.words()
        self.tell(" · ".join([done.format(field=_name(turned, words)), *_sides(turned, words), again]))

    def _asks(self, step: Step | None, key: str) -> bool:
        """Whether a second key is needed, and was asked for now."""
        if step is None or step is self._asked:
            return False
        if not (isinstance(step, Added) or step.field == ESCALATED):
            return False
        if isinstance(step, Added):
            what = _of_record(step.ref.table, self.draft.record(step.ref), self.words())
            text = _("{key} otra vez quita entero: {what}")
        else:
            what, text = _("Aviso al 911"), _("{key} otra vez cambia lo anotado: {what}")
        self.tell(text.format(key=key, what=what))
        self._asked = step
        return True


def _name(turned: Turned, words: Words) -> str:
    if turned.record is not None:
        return _of_record(turned.ref.table, turned.record, words)
    return _("Aviso al 911") if turned.field == ESCALATED else words.field(turned.ref.table, turned.field)


def _sides(turned: Turned, words: Words) -> list[str]:
    """What went and what came, by their first words."""
    if turned.record is not None:
        return [_("volvió") if turned.came else _("se quitó entero")]
    if turned.field == ESCALATED:
        return [_("consta que se avisó") if turned.came else _("consta que se retiró: no se avisó")]
    went, came = (_short(words.value(turned.ref.table, turned.field, side)) for side in turned[2:4])
    said = [_("se quitó «{words}»").format(words=went)] if went else []
    return [*said, _("volvió «{words}»").format(words=came)] if came else said


def _of_record(table: str, record: dict[str, Any], words: Words) -> str:
    """`Persona «Ana»`."""
    codes = (words.value(table, code, record.get(code)) for code in ("name", "value", "role", "kind"))
    name = next(filter(None, codes), "")
    return f"{words.table(table)} «{name}»" if name else words.table(table)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()}…"
