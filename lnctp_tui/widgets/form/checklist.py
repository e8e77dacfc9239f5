"""A list of questions with five answers, drawn line by line: 67 rows cost one widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.domain.protocol.protocol import Field
from lnctp_tui.domain.values.text import fold
from lnctp_tui.i18n import N_, _, ngettext
from lnctp_tui.widgets.drawing import Piece, base_style, cut, fit, spread, strip, wrap
from lnctp_tui.widgets.form import answers
from lnctp_tui.widgets.form.in_order import InOrder
from lnctp_tui.widgets.form.messages import Marked

MARK = 5
GAP = 2
FOOT = 4
"""Lines at most that explain the question under the cursor."""
WIDEST = 34
"""Lists whose common labels are longer stand in one column."""


@dataclass(frozen=True)
class Question:
    """One row: the answer's code, what to read, its group, and whether the fact is still to be verified."""

    code: str
    label: str
    group: str = ""
    unverified: bool = False


@dataclass(frozen=True)
class _Line:
    """One line of the list: a heading, or the places of its questions; a long label takes several lines."""

    heading: str = ""
    cells: tuple[int, ...] = field(default=())
    """The questions that begin here."""
    texts: tuple[str, ...] = field(default=())
    """What the line says of each column's question."""
    of: tuple[int, ...] = field(default=())
    """The questions of which this line says something."""


class Checklist(InOrder, can_focus=True):
    """Title, questions (in columns where short), and a foot with the whole question and the count."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *answers.STYLES.values(),
        "checklist--title",
        "checklist--group",
        "checklist--cursor",
        "checklist--foot",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        *answers.BINDINGS,
        Binding("j,down", "move(1)", N_("renglón siguiente"), show=False, id="checklist.down"),
        Binding("k,up", "move(-1)", N_("renglón anterior"), show=False, id="checklist.up"),
        Binding("right", "side(1)", N_("columna siguiente"), show=False, id="checklist.right"),
        Binding("left", "side(-1)", N_("columna anterior"), show=False, id="checklist.left"),
        Binding("pagedown", "page(1)", N_("página siguiente"), show=False, id="checklist.page_down"),
        Binding("pageup", "page(-1)", N_("página anterior"), show=False, id="checklist.page_up"),
        Binding("home", "edge(0)", N_("primer renglón"), show=False, id="checklist.home"),
        Binding("end", "edge(-1)", N_("último renglón"), show=False, id="checklist.end"),
        Binding("slash", "filter", N_("filtrar"), show=False, id="checklist.filter"),
        Binding("enter", "app.focus_next", N_("campo siguiente"), show=False, id="checklist.next"),
    ]

    def __init__(self, asks: Field, title: str, questions: Sequence[Question]) -> None:
        super().__init__()
        self.field = asks
        self.title = title
        self.questions = tuple(questions)
        self.values: dict[str, str] = {}
        self.cursor = 0
        self.filter_text: str | None = None
        self.typing_filter = False
        self._top = 0
        self._foot_width = self._foot_lines = 0
        self._revealed: Size | None = None
        self._shape: tuple[int, str | None] | None = None
        self._lines: list[_Line] = []

    # What it shows

    def load(self, values: Mapping[str, object]) -> None:
        """Show the answers by code; what is not one of the five reads as not asked."""
        answered = {q.code: str(values[q.code]) for q in self.questions if values.get(q.code)}
        if answered != self.values:
            self.values = answered
            self.refresh()

    def show(self, code: str) -> None:
        """Put the cursor on the question `code`."""
        for place, question in enumerate(self.questions):
            if question.code == code:
                self.filter_text, self.typing_filter = None, False
                self._to(place)

    @property
    def answered(self) -> int:
        return len(self.values)

    # Lines

    def _columns(self, width: int) -> int:
        if any(question.group for question in self.questions):
            return 1
        lengths = sorted(cell_len(question.label) for question in self.questions)
        common = lengths[len(lengths) * 4 // 5] if lengths else 1
        return 1 if common > WIDEST else max(1, min(3, (width + GAP) // (common + MARK + GAP)))

    def _kept(self) -> list[int]:
        parts = fold(self.filter_text or "").split()
        return [
            place
            for place, question in enumerate(self.questions)
            if all(word in fold(question.label) for word in parts)
        ]

    def _arrange(self, width: int) -> list[_Line]:
        """The lines for `width`, made again only when width or filter changed."""
        shape = (width, self.filter_text)
        if shape == self._shape:
            return self._lines
        columns = self._columns(width)
        cell = self._cell_width(width, columns)
        lines: list[_Line] = []
        group = ""
        row: list[int] = []
        for place in self._kept():
            if self.questions[place].group != group:
                group = self.questions[place].group
                lines += self._wrapped(row, cell)
                row = []
                lines.append(_Line(heading=group))
            row.append(place)
            if len(row) == columns:
                lines += self._wrapped(row, cell)
                row = []
        lines += self._wrapped(row, cell)
        self._shape, self._lines = shape, lines
        return lines

    @staticmethod
    def _cell_width(width: int, columns: int) -> int:
        return (width - GAP * (columns - 1)) // columns

    def _wrapped(self, row: Sequence[int], cell: int) -> list[_Line]:
        """The lines of a row of questions: every label whole."""
        if not row:
            return []
        parts = [wrap(_label(self.questions[place], cell - MARK), cell - MARK) or [""] for place in row]
        texts = list(zip_longest(*parts, fillvalue=""))
        places = tuple(row)
        return [
            _Line(cells=() if number else places, texts=said, of=places) for number, said in enumerate(texts)
        ]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Every line, the title and the foot; the style sheet bounds it."""
        filter_text, self.filter_text = self.filter_text, None
        lines = len(self._arrange(width))
        self.filter_text = filter_text
        return lines + 1 + self._foot_height(width)

    def _foot_height(self, width: int) -> int:
        """Lines of the foot: as many as the longest question takes, so that the list does not move."""
        if width != self._foot_width:
            self._foot_width = width
            longest = max((self._said(question, "") for question in self.questions), key=cell_len, default="")
            self._foot_lines = min(FOOT, max(1, len(wrap(longest, self._foot_room(width)))))
        return self._foot_lines

    def _foot_room(self, width: int) -> int:
        count = len(self.questions)
        return max(8, width - cell_len(f" {count}/{count} ") - 2)

    @staticmethod
    def _said(question: Question, value: str) -> str:
        verify = " · (*) " + _("por verificar") if question.unverified else ""
        return f"{question.label}: {value or answers.longest()}{verify}"

    def _line_of(self, place: int) -> int:
        for number, line in enumerate(self._arrange(self.size.width)):
            if place in line.cells:
                return number
        return 0

    @property
    def _height(self) -> int:
        return max(1, self.size.height - 1 - self._foot_height(self.size.width))

    def _reveal(self) -> None:
        """Scroll to the cursor."""
        self._revealed = self.size
        number = self._line_of(self.cursor)
        lines = self._arrange(self.size.width)
        first = number - 1 if number and lines[number - 1].heading else number
        last = number
        while last + 1 < len(lines) and lines[last + 1].texts and not lines[last + 1].cells:
            last += 1
        self._top = min(self._top, first)
        self._top = max(self._top, last - self._height + 1)
        self._top = max(0, min(self._top, len(lines) - self._height))

    # Painting

    def render_line(self, y: int) -> Strip:
        if self.size != self._revealed:  # a key may come before the first layout
            self._reveal()
        width = self.size.width
        if y == 0:
            return self._title_line(width)
        if y > self._height:
            return self._foot(width, y - self._height - 1)
        lines = self._arrange(width)
        number = self._top + y - 1
        if number >= len(lines):
            return strip([], width, base_style(self))
        line = lines[number]
        if line.heading:
            style = self.get_component_rich_style("checklist--group")
            return strip([(f" {fit(line.heading, width - 2)}", style)], width, base_style(self))
        return self._row(line, width)

    def _title_line(self, width: int) -> Strip:
        style = self.get_component_rich_style("checklist--title")
        count = f"{self.answered}/{len(self.questions)} "
        return spread([(f" {self.title}", style)], [(count, style)], width, base_style(self))

    def _row(self, line: _Line, width: int) -> Strip:
        cell = self._cell_width(width, self._columns(width))
        pieces: list[Piece] = []
        for place, text in zip(line.of, line.texts, strict=True):
            pieces += [(" " * GAP, base_style(self))] if pieces else []
            pieces += self._cell(place, text, cell, begins=bool(line.cells))
        return strip(pieces, width, base_style(self))

    def _cell(self, place: int, text: str, width: int, *, begins: bool) -> list[Piece]:
        question = self.questions[place]
        value = self.values.get(question.code)
        base = base_style(self)
        style = self.get_component_rich_style(answers.STYLES[value]) if value in answers.STYLES else base
        here = place == self.cursor and self.has_focus
        text_style = self.get_component_rich_style("checklist--cursor") if here else base
        mark: Style = style + Style(reverse=True) if here and value else style
        piece = (f" {fit(answers.mark(value), MARK - 2)} ", mark) if begins else (" " * MARK, base)
        return [piece, (fit(text, width - MARK), text_style if text or begins else base)]

    def _foot(self, width: int, line: int) -> Strip:
        """One line of the foot: the question under the cursor, whole, with its answer."""
        style = self.get_component_rich_style("checklist--foot")
        last = line == self._foot_height(width) - 1
        if not last and (self.typing_filter or self.filter_text):
            return strip([], width, base_style(self))
        if self.typing_filter or self.filter_text:
            count = len(self._kept())
            cursor = "▏" if self.typing_filter else ""
            counted = ngettext("{n} renglón", "{n} renglones", count).format(n=count)
            return spread(
                [(f" /{self.filter_text or ''}{cursor}", style)], [(f"{counted} ", style)], width, style
            )
        if not self.questions or not self.has_focus:
            return strip([], width, base_style(self))
        question = self.questions[self.cursor]
        room = self._foot_room(width)
        lines = wrap(self._said(question, answers.word(self.values.get(question.code))), room)
        lines = cut(lines, self._foot_height(width), room)
        text = f" {lines[line]}" if line < len(lines) else ""
        place = f" {self.cursor + 1}/{len(self.questions)} " if last else ""
        return spread([(text, style)], [(place, style)], width, style)

    # Keys

    def action_answer(self, value: str) -> None:
        if self.questions and self._kept():
            self._answer(self.cursor, value or None)
            if value:
                self.action_step(1)

    def _answer(self, place: int, value: str | None) -> None:
        code = self.questions[place].code
        if value is None:
            self.values.pop(code, None)
        else:
            self.values[code] = value
        self.refresh()
        self.post_message(Marked(self, self.field, code, value))

    def action_step(self, step: int) -> None:
        """To the next question in reading order; stays at the last."""
        rows = self._kept()
        if self.cursor in rows:
            place = rows.index(self.cursor) + step
            self._to(rows[max(0, min(place, len(rows) - 1))])

    def action_side(self, step: int) -> None:
        self.action_step(step)

    def action_move(self, step: int) -> None:
        """One line down or up in the same column; past the ends, to the neighbouring field."""
        rows = [line.cells for line in self._arrange(self.size.width) if line.cells]
        at = next((n for n, cells in enumerate(rows) if self.cursor in cells), None)
        if at is None:
            self._to(rows[0][0] if rows else 0)
        elif 0 <= at + step < len(rows):
            cells = rows[at + step]
            self._to(cells[min(rows[at].index(self.cursor), len(cells) - 1)])
        elif step > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def action_page(self, step: int) -> None:
        rows = [line.cells for line in self._arrange(self.size.width) if line.cells]
        at = next((n for n, cells in enumerate(rows) if self.cursor in cells), 0)
        if rows:
            self._to(rows[max(0, min(at + step * self._height, len(rows) - 1))][0])

    def action_edge(self, which: int) -> None:
        rows = self._kept()
        if rows:
            self._to(rows[which])

    def _to(self, place: int) -> None:
        self.cursor = place
        self._reveal()
        self.refresh()
        self._follow_soon()

    def _follow_soon(self) -> None:
        if self.is_attached:
            self.call_after_refresh(self._follow)

    def _follow(self) -> None:
        """Scroll what holds the list to the cursor's line: a window may show only a part of the list."""
        if self.has_focus and self.size.height and isinstance(self.parent, Widget):
            self._reveal()
            line = self._line_of(self.cursor) - self._top + 1
            region = Region(0, line, self.size.width, 1).translate(self.virtual_region.offset)
            self.parent.scroll_to_region(region, animate=False, force=True)

    def action_filter(self) -> None:
        self.typing_filter = True
        self.filter_text = ""
        self.refresh()

    def on_key(self, event: events.Key) -> None:
        """While a filter is typed, letters are its text; Enter keeps it, Esc drops it."""
        if not (self.typing_filter or (self.filter_text and event.key == "escape")):
            return
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.typing_filter, self.filter_text = False, None
        elif event.key in ("enter", "tab", "down"):
            self.typing_filter = False
        elif event.key == "backspace":
            self.filter_text = (self.filter_text or "")[:-1]
        elif event.is_printable and event.character:
            self.filter_text = (self.filter_text or "") + event.character
        rows = self._kept()
        if rows and self.cursor not in rows:
            self.cursor = rows[0]
        self._reveal()
        self.refresh()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return self.typing_filter and character is not None

    def on_focus(self) -> None:
        self.refresh()
        self._follow_soon()

    def on_resize(self) -> None:
        self._follow_soon()

    def on_blur(self) -> None:
        self.typing_filter = False
        self.refresh()

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """On the mark: the next answer. On the words: the cursor."""
        lines = self._arrange(self.size.width)
        number = self._top + event.y - 1
        if not 0 < event.y <= self._height or number >= len(lines):
            return
        columns = self._columns(self.size.width)
        cell = self._cell_width(self.size.width, columns) + GAP
        column, offset = divmod(event.x, cell)
        if column < len(lines[number].of):
            place = lines[number].of[column]
            self._to(place)
            if offset < MARK and lines[number].cells:
                self._answer(place, answers.following(self.values.get(self.questions[place].code)))

    def _scroll(self, step: int) -> None:
        last = max(0, len(self._arrange(self.size.width)) - self._height)
        self._top = max(0, min(self._top + step, last))
        self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        if self._top < len(self._arrange(self.size.width)) - self._height:
            event.stop()
            self._scroll(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        if self._top:
            event.stop()
            self._scroll(-3)


def _label(question: Question, room: int) -> str:
    """What to read, with the sign of what nobody verified; a short sign where it keeps the label on one line."""
    if not question.unverified:
        return question.label
    length = cell_len(question.label)
    return f"{question.label}*" if length + 1 <= room < length + 4 else f"{question.label} (*)"
