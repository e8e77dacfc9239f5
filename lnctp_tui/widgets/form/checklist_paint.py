"""How a checklist is drawn: title, headings, questions with their marks, and the foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.strip import Strip

from lnctp_tui.i18n import _, ngettext
from lnctp_tui.widgets.drawing import Piece, base_style, cut, fit, spread, strip, wrap
from lnctp_tui.widgets.form import answers
from lnctp_tui.widgets.form.question_lines import GAP, MARK, Line

if TYPE_CHECKING:
    from lnctp_tui.widgets.form.checklist import Checklist


class ChecklistPaint:
    """Draws the lines of one checklist in its present width."""

    def __init__(self, checklist: Checklist) -> None:
        self.list = checklist

    @property
    def _width(self) -> int:
        return self.list.size.width

    @property
    def _base(self) -> Style:
        return base_style(self.list)

    def _style(self, name: str) -> Style:
        return self.list.get_component_rich_style(name)

    def _blank(self) -> Strip:
        return strip([], self._width, self._base)

    def title(self) -> Strip:
        """What is asked, and how much of it is answered."""
        style = self._style("checklist--title")
        title, count = f" {self.list.title}", f"{self.list.count} "
        return spread([(title, style)], [(count, style)], self._width, self._base)

    def line(self, number: int) -> Strip:
        """One line of the list."""
        lines = self.list.lines.at(self._width)
        if number >= len(lines):
            return self._blank()
        line = lines[number]
        if line.heading:
            text = f" {fit(line.heading, self._width - 2)}"
            return strip([(text, self._style("checklist--group"))], self._width, self._base)
        return self._row(line)

    def _row(self, line: Line) -> Strip:
        cell = self.list.lines.cell(self._width)
        pieces: list[Piece] = []
        for place, text in zip(line.of, line.texts, strict=True):
            pieces += [(" " * GAP, self._base)] if pieces else []
            pieces += self._cell(place, text, cell, begins=bool(line.cells))
        return strip(pieces, self._width, self._base)

    def _cell(self, place: int, text: str, width: int, *, begins: bool) -> list[Piece]:
        value = self.list.values.get(self.list.questions[place].code)
        base = self._base
        style = self._style(answers.STYLES[value]) if value in answers.STYLES else base
        here = place == self.list.cursor and self.list.has_focus
        text_style = self._style("checklist--cursor") if here else base
        mark: Style = style + Style(reverse=True) if here and value else style
        piece = (f" {fit(answers.mark(value), MARK - 2)} ", mark) if begins else (" " * MARK, base)
        return [piece, (fit(text, width - MARK), text_style if text or begins else base)]

    def foot(self, line: int) -> Strip:
        """One line of the foot: the filter; a hint; or the question under the cursor, whole, with its answer."""
        checklist, style = self.list, self._style("checklist--foot")
        last = line == checklist.lines.foot_height(self._width) - 1
        if checklist.filter.typing or checklist.filter.text:
            return self._filter(style) if last else self._blank()
        if not checklist.questions or not checklist.has_focus:
            return self._blank()
        if checklist.HINT:
            return strip([(f" {_(checklist.HINT)}", style)], self._width, style)
        return self._question(line, style, last=last)

    def _filter(self, style: Style) -> Strip:
        count = len(self.list.lines.places)
        text = f" /{self.list.filter.text or ''}{'▏' if self.list.filter.typing else ''}"
        counted = ngettext("{n} renglón", "{n} renglones", count).format(n=count)
        return spread([(text, style)], [(f"{counted} ", style)], self._width, style)

    def _question(self, line: int, style: Style, *, last: bool) -> Strip:
        checklist = self.list
        question, room = checklist.questions[checklist.cursor], checklist.lines.foot_room(self._width)
        text = question.explained(answers.word(checklist.values.get(question.code)))
        lines = cut(wrap(text, room), checklist.lines.foot_height(self._width), room)
        left = f" {lines[line]}" if line < len(lines) else ""
        place = f" {checklist.cursor + 1}/{len(checklist.questions)} " if last else ""
        return spread([(left, style)], [(place, style)], self._width, style)
