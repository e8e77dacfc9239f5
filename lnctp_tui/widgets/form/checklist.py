"""A list of questions with five answers, drawn line by line: 67 rows cost one widget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.domain.protocol.protocol import Field
from lnctp_tui.i18n import N_
from lnctp_tui.widgets.form import answers
from lnctp_tui.widgets.form.checklist_paint import ChecklistPaint
from lnctp_tui.widgets.form.list_filter import LabelFilter
from lnctp_tui.widgets.form.messages import Marked
from lnctp_tui.widgets.form.question_lines import GAP, MARK, Question, QuestionLines
from lnctp_tui.widgets.in_order import InOrder


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
        Binding("right", "step(1)", N_("columna siguiente"), show=False, id="checklist.right"),
        Binding("left", "step(-1)", N_("columna anterior"), show=False, id="checklist.left"),
        Binding("pagedown", "page(1)", N_("página siguiente"), show=False, id="checklist.page_down"),
        Binding("pageup", "page(-1)", N_("página anterior"), show=False, id="checklist.page_up"),
        Binding("home", "edge(0)", N_("primer renglón"), show=False, id="checklist.home"),
        Binding("end", "edge(-1)", N_("último renglón"), show=False, id="checklist.end"),
        Binding("slash", "filter", N_("filtrar"), show=False, id="checklist.filter"),
        Binding("enter", "app.focus_next", N_("campo siguiente"), show=False, id="checklist.next"),
    ]
    COLUMNS: ClassVar[int] = 3
    """Columns at most."""
    FOOT: ClassVar[int] = 4
    """Lines at most that explain the question under the cursor."""
    HINT: ClassVar[str] = ""
    """What stands at the foot instead of the question, as a Spanish msgid."""

    def __init__(self, asks: Field, title: str, questions: Sequence[Question]) -> None:
        super().__init__()
        self.field = asks
        self.title = title
        self.questions = tuple(questions)
        self.lines = QuestionLines(self.questions, columns=self.COLUMNS, foot=self.FOOT)
        self.values: dict[str, str] = {}
        self.cursor = 0
        self.filter = LabelFilter(self)
        self._top = 0
        self._revealed: Size | None = None
        self._paint = ChecklistPaint(self)

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
                self.filter.type(None)
                self._to(place)

    @property
    def count(self) -> str:
        """How many are answered, for the title."""
        return f"{len(self.values)}/{len(self.questions)}"

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Every line, the title and the foot; the style sheet bounds it."""
        return self.lines.height_of_all(width) + 1 + self.lines.foot_height(width)

    @property
    def cursor_line(self) -> int:
        """The line of the widget in which the question under the cursor begins."""
        return self.lines.line_of(self.cursor, self.size.width) - self._top + 1

    @property
    def _height(self) -> int:
        return max(1, self.size.height - 1 - self.lines.foot_height(self.size.width))

    def _reveal(self) -> None:
        """Scroll to the cursor."""
        self._revealed = self.size
        first, last = self.lines.extent(self.cursor, self.size.width)
        self._scroll(max(min(self._top, first), last - self._height + 1))

    def _scroll(self, top: int) -> None:
        self._top = max(0, min(top, len(self.lines.at(self.size.width)) - self._height))

    def render_line(self, y: int) -> Strip:
        if self.size != self._revealed:  # a key may come before the first layout
            self._reveal()
        if y == 0:
            return self._paint.title()
        return (
            self._paint.line(self._top + y - 1)
            if y <= self._height
            else self._paint.foot(y - self._height - 1)
        )

    # Keys

    def action_answer(self, value: str) -> None:
        if self.questions and self.lines.places:
            self.answer(self.cursor, value or None)
            if value:
                self.action_step(1)

    def answer(self, place: int, value: str | None) -> None:
        """Take the answer of a question, None for not asked, and tell it."""
        code = self.questions[place].code
        if value is None:
            self.values.pop(code, None)
        else:
            self.values[code] = value
        self.refresh()
        self.post_message(Marked(self, self.field, code, value))

    def action_step(self, step: int) -> None:
        """To the next question in reading order; stays at the last."""
        self._to(self.lines.after(self.cursor, step))

    def action_move(self, step: int) -> None:
        """One line down or up in the same column; past the ends, to the neighbouring field."""
        place = self.lines.below(self.cursor, step, self.size.width)
        if place is not None:
            self._to(place)
        elif step > 0:
            self.screen.focus_next()
        else:
            self.screen.focus_previous()

    def action_page(self, step: int) -> None:
        self._to(self.lines.paged(self.cursor, step * self._height, self.size.width))

    def action_edge(self, which: int) -> None:
        if self.lines.places:
            self._to(self.lines.places[which])

    def _to(self, place: int | None) -> None:
        if place is None:
            return
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
            region = Region(0, self.cursor_line, self.size.width, 1).translate(self.virtual_region.offset)
            self.parent.scroll_to_region(region, animate=False, force=True)

    def action_filter(self) -> None:
        self.filter.type("")
        self.refresh()

    def on_key(self, event: events.Key) -> None:
        self.filter.key(event)

    def stay_on_shown(self) -> None:
        """The cursor on a question that is shown, and in sight."""
        if self.lines.places and self.cursor not in self.lines.places:
            self.cursor = self.lines.places[0]
        self._reveal()

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character is not None and self.filter.consumes(character)

    def on_focus(self) -> None:
        self.refresh()
        self._follow_soon()

    def on_resize(self) -> None:
        self._follow_soon()

    def on_blur(self) -> None:
        self.filter.leave()
        self.refresh()

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """On the mark: the next answer. On the words: the cursor."""
        lines = self.lines.at(self.size.width)
        number = self._top + event.y - 1
        if not 0 < event.y <= self._height or number >= len(lines):
            return
        column, offset = divmod(event.x, self.lines.cell(self.size.width) + GAP)
        if column < len(lines[number].of):
            place = lines[number].of[column]
            self._to(place)
            if offset < MARK and lines[number].cells:
                self.answer(place, answers.following(self.values.get(self.questions[place].code)))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        if self._top < len(self.lines.at(self.size.width)) - self._height:
            event.stop()
            self._scroll(self._top + 3)
            self.refresh()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        if self._top:
            event.stop()
            self._scroll(self._top - 3)
            self.refresh()
