"""The questions that the narrative raises: one digit takes one of them, and Enter alone takes none."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.screens.call.prose import is_key
from lnctp_tui.screens.call.seen_words import sentence, target_line
from lnctp_tui.screens.undoing import Undoing
from lnctp_tui.services.call.before import Before
from lnctp_tui.widgets.keys import KeyBar

if TYPE_CHECKING:
    from collections.abc import Callable

    from lnctp_tui.services.call.seen import Narrative, Seen

MOST = 6
"""Questions at once: the rest follows as these are answered."""


class Burst:
    """The characters since the list opened, or since a key that writes none, and how it stood before each."""

    def __init__(self, narrative: Narrative) -> None:
        self.narrative = narrative
        self._typed: list[tuple[str, Before, set[tuple[object, ...]]]] = []
        self.clear = self._typed.clear

    def key(self, event: events.Key, *, is_key: bool) -> str:
        """The words that a key ends, with what they set taken back; empty while there are none."""
        if not event.is_printable or not event.character:
            self.clear()
            return ""
        stood = Before(self.narrative.intake), set(self.narrative.dismissed)
        self._typed.append((event.character, *stood))
        if is_key:
            return ""
        words = self._typed[self._onset(event.character) :]
        words[0][1].restore()
        self.narrative.dismissed = words[0][2]
        return "".join(character for character, *_stood in words)

    def _onset(self, last: str) -> int:
        """A digit before a letter was meant as a key; with a blank or another digit after it, as a number."""
        start = len(self._typed) - 1
        while start and (not last.isalpha() or self._typed[start - 1][0].isalpha()):
            start -= 1
        return start


class RangeBar(KeyBar):
    """Says of the digits how many there are."""

    def __init__(self, count: Callable[[], int]) -> None:
        super().__init__()
        self.count = count

    def _key(self, binding: Binding) -> str:
        return f"1-{self.count()}" if binding.key == "1" and self.count() > 1 else super()._key(binding)


class SeenList(AppDialog["str | None"]):
    """A digit takes; a value that stands already, or whose person is not clear, needs a second key.

    Answers words that were typed over it: they are for where the cursor was.
    """

    PURPOSE = "seen"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "digit(1)", N_("tomar"), id="seen.1"),
        Binding("escape", "close", N_("volver"), key_display="Esc", id="seen.close"),
        Binding("backspace", "drop", N_("descartar"), key_display="⌫", id="seen.drop"),
        Binding("up", "move(-1)", N_("anterior"), show=False, id="seen.up"),
        Binding("down", "move(1)", N_("siguiente"), show=False, id="seen.down"),
        Binding("w", "whose", N_("¿de quién?"), id="seen.whose"),
        Binding("enter", "words", N_("sus palabras"), key_display="Enter", id="seen.words"),
        Binding("ctrl+z", "undo", N_("deshacer"), id="seen.undo"),
        *(
            Binding(str(digit), f"digit({digit})", N_("tomar"), show=False, id=f"seen.{digit}")
            for digit in range(2, 10)
        ),
    ]

    def __init__(self, narrative: Narrative) -> None:
        super().__init__()
        self.narrative = narrative
        self.intake = narrative.intake
        self.at = 0
        self.armed: tuple[object, ...] | None = None
        """The question whose other value was seen: the same digit again replaces it."""
        self.whose: Seen | None = None
        """The question whose person is being chosen."""
        self.shown: list[Seen] = []
        self.undoing = Undoing.of_call(self.intake, self._draw)
        self._typed = Burst(narrative)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(_("Visto en el relato"), classes="dialog-title", markup=False)
            yield Static("", id="seen-lines", markup=False)
            yield Static("", id="seen-words", markup=False)
            yield RangeBar(self.count)

    def on_mount(self) -> None:
        self._draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool:
        """While somebody is chosen, a digit chooses and Escape goes back: nothing else is offered or done."""
        if action == "digit":
            return isinstance(parameters[0], int) and parameters[0] <= self.count()
        return self.whose is None or action not in ("drop", "whose", "words", "undo", "move")

    def count(self) -> int:
        """How many digits mean something now."""
        return len(self.narrative.people() if self.whose else self.shown)

    def news(self, scopes: frozenset[str]) -> None:
        self._typed.clear()

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        self.dismiss(event.text or None)

    def on_key(self, event: events.Key) -> None:
        """What is no key here is words: the list goes, what the words set with it, and they go on below."""
        words = self._typed.key(event, is_key=is_key(self, event.key, None))
        if words:
            event.stop()
            event.prevent_default()
            self.dismiss(words)

    def _draw(self, words: str = "") -> None:
        self.shown = self.narrative.seen()[:MOST]
        self.at = max(0, min(self.at, len(self.shown) - 1))
        lines = self._people() if self.whose else self._questions()
        self.query_one("#seen-lines", Static).update(Content("\n".join(lines)))
        self.query_one("#seen-words", Static).update(Content(words))
        self.refresh_bindings()

    def _questions(self) -> list[str]:
        if not self.shown:
            return [_("No queda nada por preguntar.")]
        marks = ("▸" if place == self.at else " " for place in range(len(self.shown)))
        return [
            f"{mark}{place} {sentence(self.intake, seen)}"
            for place, (mark, seen) in enumerate(zip(marks, self.shown, strict=True), 1)
        ]

    def _people(self) -> list[str]:
        lines = [_("¿De quién es? Una cifra; Esc vuelve.")]
        lines += [
            f" {place} {target_line(self.intake, target)}"
            for place, target in enumerate(self.narrative.people(), 1)
        ]
        return lines

    def action_digit(self, digit: int) -> None:
        if self.whose is not None:
            self._give(digit)
            return
        if digit > len(self.shown):
            return
        self.at = digit - 1
        seen = self.shown[self.at]
        if seen.target is None:
            self.whose = seen
            self._draw()
        elif seen.stands and self.armed != seen.key:
            self.armed = seen.key
            again = _("Ya dice «{value}». La misma cifra otra vez lo cambia.")
            self._draw(again.format(value=seen.stands))
        else:
            self._take(seen)

    def _give(self, digit: int) -> None:
        people = self.narrative.people()
        seen, self.whose = self.whose, None
        if seen is not None and digit <= len(people):
            self.narrative.take(seen, people[digit - 1])
            self.narrative.dismiss(seen)
        self._draw()

    def _take(self, seen: Seen) -> None:
        self.armed = None
        self.narrative.take(seen)
        self._draw(_("Anotado: {what}").format(what=sentence(self.intake, seen)))

    def action_move(self, step: int) -> None:
        self.at += step
        self.armed = None
        self._draw()

    def action_drop(self) -> None:
        if self.shown:
            self.narrative.dismiss(self.shown[self.at])
            self._draw()

    def action_whose(self) -> None:
        if (
            self.shown
            and self.shown[self.at].target is not None
            and self.shown[self.at].offer.owner == "case"
        ):
            return
        self.whose = self.shown[self.at] if self.shown else None
        self._draw()

    def action_words(self) -> None:
        """The words of the marked question with what stands around them; nothing is taken."""
        if not self.shown:
            return
        offer, text = self.shown[self.at].offer, self.narrative.text
        before, after = text[max(0, offer.start - 60) : offer.start], text[offer.end : offer.end + 60]
        self._draw(f"…{before}«{text[offer.start : offer.end]}»{after}…".replace("\n", " "))

    def action_undo(self) -> None:
        """Take back the last step of the form, named: it may be one from before this list."""
        self.undoing.turn("back")

    def action_close(self) -> None:
        if self.whose is not None:
            self.whose = None
            self._draw()
            return
        self.dismiss(None)
