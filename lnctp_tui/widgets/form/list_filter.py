"""What is typed over a checklist to find a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual import events

if TYPE_CHECKING:
    from lnctp_tui.widgets.form.checklist import Checklist


class LabelFilter:
    """Words of labels: only the questions that have them are shown."""

    def __init__(self, checklist: Checklist) -> None:
        self.list = checklist
        self.text: str | None = None
        self.typing = False

    def matching(self) -> Sequence[int]:
        """The places of what is shown."""
        return self.list.lines.matching(self.text or "")

    def type(self, text: str | None, *, typing: bool = True) -> None:
        """This stands there now; None ends it."""
        self.text, self.typing = text, typing and text is not None
        self.list.lines.show(self.matching())

    def consumes(self, character: str) -> bool:
        """Whether a character is text and no command."""
        return self.typing

    def key(self, event: events.Key) -> None:
        """While it is typed, letters are its text; Enter keeps it, Esc drops it."""
        if not (self.typing or (self.text and event.key == "escape")):
            return
        event.stop()
        event.prevent_default()
        text = self.text or ""
        if event.key in ("escape", "backspace"):
            self.type(None if event.key == "escape" else text[:-1])
        elif event.key in ("enter", "tab", "down"):
            self.typing = False
        elif event.is_printable and event.character:
            self.type(text + event.character)
        self.list.stay_on_shown()
        self.list.refresh()

    def leave(self) -> None:
        """The list has lost the focus."""
        self.typing = False


class CatalogSearch(LabelFilter):
    """A part of what is meant: what it finds is shown, best first, and without one what was answered."""

    def __init__(
        self, checklist: Checklist, finds: Callable[[str], Sequence[str]], places: Mapping[str, int]
    ) -> None:
        super().__init__(checklist)
        self._finds = finds
        """What is typed → the codes that it may mean, best first."""
        self._places = places
        self.list.lines.show(self.matching())

    def matching(self) -> Sequence[int]:
        """The places of what is shown."""
        if self.text:
            return [self._places[code] for code in self._finds(self.text) if code in self._places]
        return [place for code, place in self._places.items() if code in self.list.values]

    def consumes(self, character: str) -> bool:
        """Letters are text also before anything was typed."""
        return self.typing or character.isalpha()

    def key(self, event: events.Key) -> None:
        """Letters search at once. While they do, Enter and Tab add what is highlighted."""
        if self.typing and event.key in ("enter", "tab"):
            self._take()
        elif self.typing and event.key in ("up", "down"):
            self.list.action_step(1 if event.key == "down" else -1)
        elif self.typing and event.key == "escape":
            self.leave()
        elif self.typing and event.key == "backspace":
            self._search((self.text or "")[:-1])
        elif event.is_printable and event.character and self.consumes(event.character):
            self._search((self.text or "") + event.character)
        else:
            super().key(event)
            return
        event.stop()
        event.prevent_default()

    def _search(self, text: str) -> None:
        if not text:
            self.leave()
            return
        self.type(text)
        self.list.cursor = next(iter(self.list.lines.places), self.list.cursor)
        self.again()

    def _take(self) -> None:
        """Add the row under the cursor; without a hit nothing is added and the text stays."""
        if self.list.cursor in self.list.lines.places:
            self.list.answer(self.list.cursor, "yes")
            self.leave()

    def again(self) -> None:
        """Other rows stand there now."""
        self.list.lines.show(self.matching())
        self.list.stay_on_shown()
        self.list.refresh(layout=True)

    def leave(self) -> None:
        """What was answered stands there again."""
        self.type(None)
        self.again()
