"""Words that come where single keys decide: nothing is answered by them, and they go to the narrative."""

from __future__ import annotations

from typing import Any, NamedTuple

from textual import events
from textual.widget import Widget
from textual.widgets import TextArea

from lnctp_tui.domain.values.written import FARTHEST, Stroke, begins
from lnctp_tui.i18n import _
from lnctp_tui.screens.base import AppScreen, ScreenPart
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call.form import CallForm
from lnctp_tui.screens.call.intake_keys import keep_in_field
from lnctp_tui.services.call.before import Before
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.form.record_bar import RecordBar
from lnctp_tui.widgets.form.yes_no import YesNo


class Typed(NamedTuple):
    """A stroke, and how everything stood before it acted."""

    stroke: Stroke
    before: Before
    row: int


class Prose(ScreenPart):
    """Looks at each key of a burst: those of one place that no other key interrupts, neither arrow nor Enter."""

    def __init__(self, screen: AppScreen[Any], form: CallForm) -> None:
        super().__init__(screen)
        self.form = form
        self.intake = form.intake
        self._burst: list[Typed] = []
        self._at: Widget | None = None

    def end(self) -> None:
        """What comes next is a burst of its own."""
        self._burst.clear()

    def key(self, event: events.Key) -> None:
        """Look at a key before it acts: one that makes words of a burst, or is none where the cursor is, does not."""
        at = self.screen.focused
        if event.is_printable and event.character and _decides(at):
            self._take(event.key, event.character, at)
        else:
            self.end()
        start = begins([typed.stroke for typed in self._burst], commands=at is None)
        if start is None:
            keep_in_field(self.screen, event)
            return
        event.stop()
        event.prevent_default()
        self._turn(self._burst[start:], at)

    def paste(self, event: events.Paste) -> None:
        """What is pasted where single keys decide answers nothing: it is text, and stands in the narrative."""
        self.end()
        if event.text.strip() and _decides(self.screen.focused):
            event.stop()
            self.write(event.text)
            self.screen.notify(_("Lo pegado se escribió en el relato; no marcó nada."), markup=False)

    def _take(self, key: str, character: str, at: Widget | None) -> None:
        if at is not self._at:
            self.end()
        self._at = at
        stroke = Stroke(character, is_key(self.screen, key, at))
        self._burst.append(Typed(stroke, Before(self.intake), at.cursor if isinstance(at, Checklist) else 0))
        del self._burst[:-FARTHEST]

    def _turn(self, words: list[Typed], at: Widget | None) -> None:
        """What was set is taken back, and what was typed stands in the narrative, where the rest follows."""
        self.end()
        self.form.typed.flush()
        words[0].before.restore()
        if isinstance(at, Checklist):
            at.action_edge(0)
            at.show(at.questions[words[0].row].code)
        self.write("".join(typed.stroke.character for typed in words))
        self.screen.notify(
            _("Parecía relato: se escribió en el relato; esas letras no marcaron nada."), markup=False
        )

    def hand_on(self, words: str) -> None:
        """Where the cursor is, or was last, when that is a text of several lines; else to the narrative."""
        at = self.screen.focused or getattr(self.screen, "last_focus", None)
        if isinstance(at, TextArea) and at.is_attached and not at.read_only:
            at.focus()
            at.insert(words)
        else:
            self.write(words)

    def write(self, words: str) -> None:
        """At the end of the narrative, which opens there."""
        field = view.field_of(self.intake.protocol, "contact", view.NARRATIVE)
        if field is None:
            return
        self.form.typed.flush()
        text = view.show(field, self.form.record_of("contact"), self.intake.protocol)
        self.intake.enter(field, text + ("\n" if text and not text.endswith("\n") else "") + words)
        self.form.wrote()
        self.form.show_records(afresh=True)
        self.screen.call_later(self.screen.run_action, "narrative")


def _decides(at: Widget | None) -> bool:
    """Whether a single letter acts there."""
    if isinstance(at, Checklist):
        return not at.filter.typing
    return at is None or isinstance(at, YesNo | RecordBar)


def is_key(screen: AppScreen[Any], key: str, at: Widget | None) -> bool:
    """Whether a key acts where the cursor is; without a cursor, anywhere."""
    active = screen.active_bindings.get(key)
    return active is not None and active.enabled and at in (None, active.node)
