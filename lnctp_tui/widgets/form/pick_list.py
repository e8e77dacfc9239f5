"""A checklist of a long catalog (114 languages): what was answered stands there, the rest is found by typing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual.geometry import Size

from lnctp_tui.domain.protocol.protocol import Field
from lnctp_tui.i18n import N_
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.form.list_filter import CatalogSearch
from lnctp_tui.widgets.form.question_lines import Question

HITS = 6
"""Lines for what is found while somebody types."""


class PickList(Checklist):
    """Letters search, Enter or Tab adds the highlighted row as a yes, Backspace takes a row back."""

    COLUMNS = FOOT = 1
    HINT = N_("Escriba una parte; Enter la añade, Retroceso la quita")

    def __init__(
        self, asks: Field, title: str, questions: Sequence[Question], finds: Callable[[str], Sequence[str]]
    ) -> None:
        super().__init__(asks, title, questions)
        self._places = {question.code: place for place, question in enumerate(self.questions)}
        self.filter = self._search = CatalogSearch(self, finds, self._places)

    def load(self, values: Mapping[str, object]) -> None:
        """Show the answers by code; the list is as long as they are."""
        before = self.values
        super().load(values)
        if self.values != before:
            self._search.again()

    def show(self, code: str) -> None:
        """Search for the row `code`, so that Enter takes it."""
        if code in self._places:
            self.cursor = self._places[code]
            self.filter.type(self.questions[self.cursor].label)
            self._search.again()

    @property
    def count(self) -> str:
        """How many are answered, for the title."""
        return str(len(self.values))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The answers, or a few hits; the title and the foot."""
        lines = HITS if self.filter.typing else max(1, len(self.values))
        return min(lines, HITS) + 2

    def action_answer(self, value: str) -> None:
        """Only taking back acts on a row: letters are the search."""
        if not value and self.cursor in self.lines.places:
            self.answer(self.cursor, None)
            self._search.again()
