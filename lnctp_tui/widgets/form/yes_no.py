"""One question with the four answers in a line, one key each."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.i18n import N_
from lnctp_tui.widgets.drawing import Piece, base_style, strip
from lnctp_tui.widgets.form import answers

CHOICES = ("yes", "no", "unknown", "refused")


class YesNo(Widget, can_focus=True):
    """`● sí  ○ no  ○ ?  ○ –`; nothing filled is not asked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*answers.STYLES.values(), "answer--idle"}
    BINDINGS: ClassVar[list[BindingType]] = [
        *answers.BINDINGS,
        Binding("right", "turn(1)", N_("respuesta siguiente"), show=False, id="answer.right"),
        Binding("left", "turn(-1)", N_("respuesta anterior"), show=False, id="answer.left"),
        Binding("down,enter", "app.focus_next", N_("campo siguiente"), show=False, id="answer.down"),
        Binding("up", "app.focus_previous", N_("campo anterior"), show=False, id="answer.up"),
    ]

    class Answered(Message):
        """The answer of the person at the keyboard; None takes it back."""

        def __init__(self, value: str | None) -> None:
            self.value = value
            super().__init__()

    def __init__(self, *, plain: bool = False) -> None:
        super().__init__()
        self.value: str | None = None
        self.choices = CHOICES[:2] if plain else CHOICES
        """A column that is only true or false takes no other answer."""

    def load(self, value: str | None) -> None:
        """Show `value` without telling anybody."""
        if value != self.value:
            self.value = value
            self.refresh()

    def action_answer(self, value: str) -> None:
        if value and value not in self.choices:
            return
        self.load(value or None)
        self.post_message(self.Answered(self.value))

    def action_turn(self, step: int) -> None:
        if self.value in self.choices:
            self.action_answer(self.choices[(self.choices.index(self.value) + step) % len(self.choices)])
        else:
            self.action_answer(self.choices[0 if step > 0 else -1])

    def render_line(self, y: int) -> Strip:
        """The four answers while it has the cursor, the given one filled; else only what was answered."""
        if y:
            return strip([], self.size.width, base_style(self))
        return strip(self._open() if self.has_focus else self._shut(), self.size.width, base_style(self))

    def _style(self, choice: str | None) -> Style:
        name = answers.STYLES.get(choice or "", "answer--idle")
        return self.get_component_rich_style(name)

    def _open(self) -> list[Piece]:
        idle = self._style(None)
        pieces: list[Piece] = []
        for choice in self.choices:
            chosen = choice == self.value
            pieces.append(
                (f"{'●' if chosen else '○'} {answers.mark(choice)}", self._style(choice) if chosen else idle)
            )
            pieces.append(("  ", base_style(self)))
        if self.value in ("unknown", "refused"):
            pieces.append((answers.word(self.value), self._style(self.value)))
        return pieces

    def _shut(self) -> list[Piece]:
        if self.value is None:
            return [("·", self._style(None))]
        return [(f"● {answers.word(self.value)}", self._style(self.value))]

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        at = 0
        for choice in self.choices:
            width = cell_len(answers.mark(choice)) + 4
            if at <= event.x - 1 < at + width:
                self.action_answer("" if choice == self.value else choice)
                return
            at += width
