"""What stands at the right of the report screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lnctp_tui.i18n import _
from lnctp_tui.widgets.row_list import Line, note

if TYPE_CHECKING:
    from lnctp_tui.domain.report.definitions import Definition
    from lnctp_tui.domain.report.result import Table
    from lnctp_tui.reports.words import Words
    from lnctp_tui.services.report.shown import Shown


@dataclass
class Sheet:
    """A table of a counted period, in one of the ways it can be drawn."""

    shown: Shown | None = None
    earlier: Shown | None = None
    """The period it is compared with."""
    look: str = "bars"
    column: int = 0
    """Where the mark stands among the columns of a cross in shades."""
    with_notes: bool = True
    blanks: bool = False

    def lines(self, definition: Definition, words: Words, width: int) -> Sequence[Line]:
        """All of it, in the language in use."""
        from lnctp_tui.screens.report import drawing

        if self.shown is None:
            return [note(_("Contando…"))]
        table = self.shown.table(definition)
        if self.blanks:
            return [*self._above(width), *drawing.blanks(self.shown.report, words, width)]
        lines = [*self._above(width), *drawing.head(table, definition, words, width), note("")]
        lines += self._body(self.shown, table, definition, words, width)
        if self.with_notes and table.notes:
            lines += [note(""), *drawing.notes(table, words, width)]
        return lines

    def _above(self, width: int) -> list[Line]:
        from lnctp_tui.screens.report import drawing

        assert self.shown is not None
        report = self.shown.report
        sentence = _("Sólo lo que guarda este equipo: {count} casos; no es la cifra de la Línea.")
        texts = [sentence.format(count=f"{report.held:,}")]
        return [line for text in texts + drawing.empty(report) for line in drawing.quiet(text, width)]

    def _body(
        self, shown: Shown, table: Table, definition: Definition, words: Words, width: int
    ) -> list[Line]:
        from lnctp_tui.screens.report import drawing
        from lnctp_tui.services.report.shown import is_cross

        if self.earlier is not None:
            report = self.earlier.report
            sentence = _("Frente a {start} a {end}").format(start=report.start, end=report.end)
            then = self.earlier.table(definition)
            return [*drawing.quiet(sentence, width), *drawing.compared(then, table, words, width)]
        if self.look == "months" and (by_month := shown.months(definition)) is not None:
            return drawing.months(by_month, words, width)
        if self.look == "shades" and is_cross(table):
            self.column = min(self.column, max(0, len(drawing.shade_columns(table)) - 1))
            return drawing.shades(table, words, width, self.column)
        if self.look == "numbers":
            return drawing.numbers(table, definition, words, width)
        return drawing.bars(table, definition, words, width)
