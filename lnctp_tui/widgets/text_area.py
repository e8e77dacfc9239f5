"""Several lines of text that stay clean: the narrative, a summary, a note."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult, Location

from lnctp_tui.domain.values.stretches import between
from lnctp_tui.domain.values.text import clean
from lnctp_tui.i18n import N_
from lnctp_tui.widgets.form.messages import Replaced

_NOT_OURS = {"f6", "f7", "ctrl+z,super+z", "ctrl+y,super+y"}
"""Keys of TextArea that mean something else in the intake."""


JOINT = "\ue000"
BREAK = JOINT + "\n"
"""A break inside a line, for the screen alone: a private character that nobody types."""
LONGEST = 1000
"""Characters of a line on the screen. Textual wraps and paints a whole line at each key: a megabyte in one
line takes seconds per key."""


def broken(text: str) -> str:
    """`text` with its longest lines in pieces."""
    if len(text) <= LONGEST:
        return text
    lines = text.split("\n")
    return "\n".join(BREAK.join(_pieces(line)) if len(line) > LONGEST else line for line in lines)


def _pieces(line: str) -> Iterator[str]:
    at = 0
    while len(line) - at > LONGEST:
        blank = line.rfind(" ", at, at + LONGEST)
        end = blank + 1 if blank > at else at + LONGEST
        yield line[at:end]
        at = end
    yield line[at:]


class LongText(TextArea, inherit_bindings=False):
    """A TextArea without the keys that the intake needs, and with nothing in it that a terminal acts on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            replace(each, description="")
            for each in TextArea.BINDINGS
            if isinstance(each, Binding) and each.key not in _NOT_OURS
        ),
        Binding("ctrl+z", "turn('back')", N_("deshacer"), show=False, id="text.undo"),
        Binding("ctrl+y", "turn('forth')", N_("rehacer"), show=False, id="text.redo"),
    ]

    def __init__(self, text: str = "", *, id: str | None = None) -> None:
        super().__init__(text, id=id, compact=True, highlight_cursor_line=False)

    @property
    def whole(self) -> str:
        """The text as it was written, without the breaks that only the screen needs."""
        return self.text.replace(BREAK, "").replace(JOINT, "") if JOINT in self.text else self.text

    def on_resize(self) -> None:
        self.call_after_refresh(self.scroll_cursor_visible)  # the lines are broken elsewhere now

    def get_line(self, line_index: int) -> Text:
        return Text(self.document.get_line(line_index).replace(JOINT, " "), end="", no_wrap=True)

    def load(self, text: str) -> None:
        """Show `text` as if it had always been there; the cursor stands where it changed."""
        if text != self.whole:
            before, after = self.text, broken(text)
            with self.prevent(TextArea.Changed):
                self.load_text(after)
            changed = between(before, after)
            here = changed.at + len(changed.put) if self.has_focus else len(after)
            lines = after[:here].split("\n")
            self.move_cursor((len(lines) - 1, len(lines[-1])))

    def replace(
        self, insert: str, start: Location, end: Location, *, maintain_selection_offset: bool = True
    ) -> EditResult:
        cleaned, count = clean(insert)
        if count:
            self.post_message(Replaced(count))
        return super().replace(
            broken(cleaned), start, end, maintain_selection_offset=maintain_selection_offset
        )

    def edit(self, edit: Edit) -> EditResult:
        result = super().edit(edit)
        self.scroll_cursor_visible()  # Textual scrolls before it knows of a line that has just begun
        return result

    async def action_turn(self, way: str) -> None:
        """Undo or redo: of the form, which has one history of all its fields; of a text without a form its own."""
        if hasattr(self.screen, "action_turn_field"):
            await self.screen.run_action(f"turn_field('{way}')")
        elif way == "back":
            self.undo()
        else:
            self.redo()
