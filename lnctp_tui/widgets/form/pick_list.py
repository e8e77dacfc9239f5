"""A checklist of a long catalog (114 languages): what was answered stands there, the rest is found by typing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual import events
from textual.geometry import Size
from textual.strip import Strip

from lnctp_tui.domain.protocol.protocol import Field
from lnctp_tui.i18n import _
from lnctp_tui.widgets.drawing import base_style, spread, strip
from lnctp_tui.widgets.form.checklist import Checklist, Question

HITS = 6
"""Lines for what is found while somebody types."""


class PickList(Checklist):
    """Letters search, Enter or Tab adds the highlighted row as a yes, Backspace takes a row back."""

    def __init__(
        self, asks: Field, title: str, questions: Sequence[Question], finds: Callable[[str], Sequence[str]]
    ) -> None:
        super().__init__(asks, title, questions)
        self._finds = finds
        """What is typed → the codes that it may mean, best first."""
        self._places = {question.code: place for place, question in enumerate(self.questions)}

    def load(self, values: Mapping[str, object]) -> None:
        """Show the answers by code; the list is as long as they are."""
        before = self.values
        super().load(values)
        if self.values != before:
            self._again()

    def show(self, code: str) -> None:
        """Search for the row `code`, so that Enter takes it."""
        for place, question in enumerate(self.questions):
            if question.code == code:
                self.filter_text, self.typing_filter = question.label, True
                self.cursor = place
                self._again()

    def _kept(self) -> list[int]:
        if self.filter_text:
            return [self._places[code] for code in self._finds(self.filter_text) if code in self._places]
        return [place for place, question in enumerate(self.questions) if question.code in self.values]

    def _columns(self, width: int) -> int:
        return 1

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The answers, or a few hits; the title and the foot."""
        lines = HITS if self.typing_filter else max(1, len(self.values))
        return min(lines, HITS) + 2

    def _foot_height(self, width: int) -> int:
        return 1

    def _again(self) -> None:
        """Arrange anew: other rows stand there now."""
        self._shape = None
        rows = self._kept()
        if rows and self.cursor not in rows:
            self.cursor = rows[0]
        self._reveal()
        self.refresh(layout=True)

    def _search(self, typed: str) -> None:
        if not typed:
            self._end()
            return
        self.filter_text, self.typing_filter = typed, True
        self.cursor = next(iter(self._kept()), self.cursor)
        self._again()

    def _title_line(self, width: int) -> Strip:
        style = self.get_component_rich_style("checklist--title")
        return spread([(f" {self.title}", style)], [(f"{self.answered} ", style)], width, base_style(self))

    def _foot(self, width: int, line: int) -> Strip:
        style = self.get_component_rich_style("checklist--foot")
        if self.typing_filter or not self.has_focus:
            return super()._foot(width, line)
        hint = _("Escriba una parte; Enter la añade, Retroceso la quita")
        return strip([(f" {hint}", style)], width, style)

    def on_key(self, event: events.Key) -> None:
        """Letters search at once. While they do, Enter and Tab add what is highlighted."""
        if self.typing_filter and event.key in ("enter", "tab"):
            self._take()
        elif self.typing_filter and event.key in ("up", "down"):
            self.action_step(1 if event.key == "down" else -1)
        elif self.typing_filter and event.key == "escape":
            self._end()
        elif self.typing_filter and event.key == "backspace":
            self._search((self.filter_text or "")[:-1])
        elif event.is_printable and event.character and (self.typing_filter or event.character.isalpha()):
            self._search((self.filter_text or "") + event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    def _end(self) -> None:
        self.filter_text, self.typing_filter = None, False
        self._again()

    def _take(self) -> None:
        """Add the row under the cursor; without a hit nothing is added and the text stays."""
        if self.cursor in self._kept():
            place = self.cursor
            self._answer(place, "yes")
            self.filter_text, self.typing_filter = None, False
            self.cursor = place
            self._again()

    def action_answer(self, value: str) -> None:
        """Only taking back acts on a row: letters are the search."""
        if not value and self.cursor in self._kept():
            self._answer(self.cursor, None)
            self._again()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character is not None and (self.typing_filter or character.isalpha())

    def on_blur(self) -> None:
        self._end()
