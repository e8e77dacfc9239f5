"""Where the questions of a checklist stand: in columns where they are short, every label whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from rich.cells import cell_len

from lnctp_tui.domain.values.text import fold
from lnctp_tui.i18n import _
from lnctp_tui.widgets.drawing import wrap
from lnctp_tui.widgets.form import answers

MARK = 5
GAP = 2
WIDEST = 34
"""Lists whose common labels are longer stand in one column."""


@dataclass(frozen=True)
class Question:
    """One row: the answer's code, what to read, its group, and whether the fact is still to be verified."""

    code: str
    label: str
    group: str = ""
    unverified: bool = False

    def explained(self, answer: str) -> str:
        """The whole question with its answer in words; without one, with the longest."""
        verify = " · (*) " + _("por verificar") if self.unverified else ""
        return f"{self.label}: {answer or answers.longest()}{verify}"

    def text(self, room: int) -> str:
        """What to read, with the sign of what nobody verified; a short sign where the label then fits one line."""
        if not self.unverified:
            return self.label
        length = cell_len(self.label)
        return f"{self.label}*" if length + 1 <= room < length + 4 else f"{self.label} (*)"


@dataclass(frozen=True)
class Line:
    """One line of the list: a heading, or the places of its questions; a long label takes several lines."""

    heading: str = ""
    cells: tuple[int, ...] = field(default=())
    """The questions that begin here."""
    texts: tuple[str, ...] = field(default=())
    """What the line says of each column's question."""
    of: tuple[int, ...] = field(default=())
    """The questions of which this line says something."""


class QuestionLines:
    """The lines of the questions that are shown, for any width. A place is a question's number in `questions`.

    `columns` and the lines of the `foot`, which explains the question under the cursor, at most.
    """

    def __init__(self, questions: Sequence[Question], *, columns: int, foot: int) -> None:
        self.questions = tuple(questions)
        self.most_columns, self.most_foot = columns, foot
        self.places: Sequence[int] = range(len(self.questions))
        """The questions that are shown."""
        self._lines: tuple[int, list[Line]] | None = None
        self._columns: tuple[int, int] | None = None
        self._foot: tuple[int, int] | None = None

    def matching(self, text: str) -> Sequence[int]:
        """The places whose labels have all words of `text`, without accents."""
        parts = fold(text).split()
        if not parts:
            return range(len(self.questions))
        return [
            place
            for place, question in enumerate(self.questions)
            if all(part in fold(question.label) for part in parts)
        ]

    def show(self, places: Sequence[int]) -> None:
        """Show only these."""
        self.places = places
        self._lines = None

    def columns(self, width: int) -> int:
        """How many columns fit."""
        if self._columns is None or self._columns[0] != width:
            self._columns = width, self._fitting(width)
        return self._columns[1]

    def _fitting(self, width: int) -> int:
        if any(question.group for question in self.questions):
            return 1
        lengths = sorted(cell_len(question.label) for question in self.questions)
        common = lengths[len(lengths) * 4 // 5] if lengths else 1
        return (
            1 if common > WIDEST else max(1, min(self.most_columns, (width + GAP) // (common + MARK + GAP)))
        )

    def cell(self, width: int) -> int:
        """Cells of one column."""
        columns = self.columns(width)
        return (width - GAP * (columns - 1)) // columns

    def at(self, width: int) -> list[Line]:
        """The lines of what is shown in this width; made again only for another or for other questions."""
        if self._lines is None or self._lines[0] != width:
            self._lines = width, self._arranged(self.places, width)
        return self._lines[1]

    def height_of_all(self, width: int) -> int:
        """Lines of all questions, also of those that are not shown."""
        whole = len(self.places) == len(self.questions)
        return len(self.at(width) if whole else self._arranged(range(len(self.questions)), width))

    def _arranged(self, places: Sequence[int], width: int) -> list[Line]:
        columns, cell = self.columns(width), self.cell(width)
        lines: list[Line] = []
        group = ""
        row: list[int] = []
        for place in places:
            if self.questions[place].group != group:
                group = self.questions[place].group
                lines += self._wrapped(row, cell)
                row = []
                lines.append(Line(heading=group))
            row.append(place)
            if len(row) == columns:
                lines += self._wrapped(row, cell)
                row = []
        return lines + self._wrapped(row, cell)

    def _wrapped(self, row: Sequence[int], cell: int) -> list[Line]:
        """The lines of a row of questions: every label whole."""
        if not row:
            return []
        room = cell - MARK
        parts = [wrap(self.questions[place].text(room), room) or [""] for place in row]
        texts = zip_longest(*parts, fillvalue="")
        places = tuple(row)
        return [
            Line(cells=() if number else places, texts=line, of=places) for number, line in enumerate(texts)
        ]

    def line_of(self, place: int, width: int) -> int:
        """The line in which a question begins; the first when it is not shown."""
        return next((number for number, line in enumerate(self.at(width)) if place in line.cells), 0)

    def extent(self, place: int, width: int) -> tuple[int, int]:
        """The first and the last line of a question, with the heading right above it."""
        number, lines = self.line_of(place, width), self.at(width)
        first = number - 1 if number and lines[number - 1].heading else number
        last = number
        while last + 1 < len(lines) and lines[last + 1].texts and not lines[last + 1].cells:
            last += 1
        return first, last

    # the foot

    def foot_height(self, width: int) -> int:
        """Lines of the foot: as many as the longest question takes, so that the list does not move."""
        if self._foot is None or self._foot[0] != width:
            longest = max((question.explained("") for question in self.questions), key=cell_len, default="")
            height = min(self.most_foot, max(1, len(wrap(longest, self.foot_room(width)))))
            self._foot = width, height
        return self._foot[1]

    def foot_room(self, width: int) -> int:
        """Cells of a line of the foot, beside the count."""
        count = len(self.questions)
        return max(8, width - cell_len(f" {count}/{count} ") - 2)

    # where the cursor goes

    def after(self, place: int, step: int) -> int | None:
        """The question `step` further in reading order, at most the last; None from one that is not shown."""
        if place not in self.places:
            return None
        return self.places[max(0, min(self.places.index(place) + step, len(self.places) - 1))]

    def below(self, place: int, step: int, width: int) -> int | None:
        """The question `step` rows further down in the same column; None past the ends."""
        rows = self._rows(width)
        at = next((number for number, cells in enumerate(rows) if place in cells), None)
        if at is None:
            return rows[0][0] if rows else 0
        if not 0 <= at + step < len(rows):
            return None
        cells = rows[at + step]
        return cells[min(rows[at].index(place), len(cells) - 1)]

    def paged(self, place: int, step: int, width: int) -> int | None:
        """The first question of the row `step` rows further, at most the last; None where nothing is shown."""
        rows = self._rows(width)
        at = next((number for number, cells in enumerate(rows) if place in cells), 0)
        return rows[max(0, min(at + step, len(rows) - 1))][0] if rows else None

    def _rows(self, width: int) -> list[tuple[int, ...]]:
        return [line.cells for line in self.at(width) if line.cells]
