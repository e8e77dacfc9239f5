"""Tab in the order of the form."""

from __future__ import annotations

from textual.widget import Widget


class InOrder(Widget):
    """A row that Tab reaches in the order the rows were made.

    Textual 8.2.8 goes by where a row was last laid out: one that an answer has just brought would come first.
    """

    @property
    def _focus_sort_key(self) -> tuple[int, int]:
        rows = self.parent.children if isinstance(self.parent, Widget) else ()
        return (rows.index(self), 0) if rows else (0, 0)
