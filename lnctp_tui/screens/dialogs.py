"""Three small dialogs: write a text or a line, pick one of a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from lnctp_tui.domain.values.text import fold
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import LISTS, AppDialog, Given, say
from lnctp_tui.screens.unfinished import DRAFT, HalfTyped, Unfinished
from lnctp_tui.services.vault.pending_writes import LINE
from lnctp_tui.widgets.edit_buffer import EditBuffer
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Cell, Line, RowList, note
from lnctp_tui.widgets.text_area import LongText
from lnctp_tui.widgets.text_input import LineInput

NOTHING = "nothing"
"""Key of a line that says that nothing is known: a line without a key cannot be chosen."""
STAY = "stay:"
"""Key of the line that leaves all as it is."""


class TextDialog(AppDialog[Given[str] | None]):
    """Asks for a text of several lines. Ctrl+S gives it; Esc leaves, and an unfinished text is not lost on the way.

    What stands there while it is typed is the draft of `key`, or `keep` gets it; whoever opens the dialog again gives
    it back as `text`. `place` is how to come back here after a lock. `purpose`: what it is for (data/dialogs.toml).
    """

    CSS_PATH = LISTS
    AUTO_FOCUS = "LongText"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f9", "keep", N_("guardar"), key_display="^S", id="dialog.keep"),
        Binding("escape", "leave", N_("cancelar"), id="dialog.leave"),
    ]

    def __init__(
        self,
        title: str,
        text: str,
        key: str = "",
        place: tuple[str, str] | None = None,
        *,
        keep: Callable[[str], object] | None = None,
        purpose: str = "",
    ) -> None:
        super().__init__()
        self.title_text = title
        self.begun = text
        self.key, self.keep = key, keep or self._keep
        self.place = place
        self.PURPOSE = purpose
        self._typed: EditBuffer[LongText] = EditBuffer(self, self._keep_draft, after=DRAFT)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(self.title_text), classes="title")
            yield LongText()
            yield KeyBar()

    def on_mount(self) -> None:
        self.query_one(LongText).load(self.begun)

    @on(TextArea.Changed)
    def _changed(self) -> None:
        self._typed.note(self.query_one(LongText))

    def flush(self) -> None:
        """Hand what was typed to the draft now."""
        self._typed.flush()

    @property
    def half_typed(self) -> str:
        """Its title, where nobody is led back to it: the text waits."""
        changed = self.query_one(LongText).whole.strip() != self.begun.strip()
        return self.title_text if changed and self.place is None else ""

    def _keep_draft(self, areas: list[LongText]) -> None:
        for area in areas:
            self.keep(area.whole)

    def _keep(self, text: str) -> None:
        self.shell.workspace.keep_draft(self.key, text or None)

    def action_keep(self) -> None:
        """Give the text back; an empty one is nothing."""
        self.flush()
        text = self.query_one(LongText).whole.strip()
        self.dismiss(Given(text, (self.key,) if self.key else ()) if text else None)

    def action_leave(self) -> None:
        """The draft stays."""
        self.flush()
        self.dismiss(None)


class Answer(LineInput):
    """A line that Enter ends."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", N_("aceptar"), id="dialog.answer"),
    ]


class LineDialog(HalfTyped, AppDialog[Given[str] | None]):
    """Asks for one line, which may not be empty. A longer one is told, never cut.

    `text` stands there from the beginning; `check` says what is wrong with a line, which then stays to be corrected.
    `purpose`: what it is for (data/dialogs.toml). `of`: the ids of what the line is about, when a line that was begun
    is to stand there again the next time, also after a lock, and when what it was given for did not come about.
    """

    CSS_PATH = LISTS
    AUTO_FOCUS = "Answer"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", N_("cancelar"), id="dialog.leave")]

    def __init__(
        self,
        title: str,
        hint: str,
        longest: int,
        text: str = "",
        check: Callable[[str], str] | None = None,
        *,
        purpose: str = "",
        of: str | None = None,
    ) -> None:
        super().__init__()
        self.title_text, self.hint, self.longest = title, hint, longest
        self.begun, self.check = text, check
        self.PURPOSE = purpose
        key = None if of is None else f"{LINE}{purpose}:{of}"
        self.unfinished = Unfinished(self, key, lambda: self.query_one(Answer).value)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(self.title_text), classes="title")
            yield Static(Content(self.hint), classes="muted")
            yield Answer()
            yield Static(id="said", classes="error")
            yield KeyBar()

    def on_mount(self) -> None:
        kept = self.unfinished.kept()
        self.query_one(Answer).load(kept or self.begun)
        if kept:
            say(self, _("Aquí sigue lo que empezó a escribir."), "muted")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self.unfinished.note(event.input)

    @on(Answer.Submitted)
    def take(self, event: Answer.Submitted) -> None:
        """Give the line back."""
        event.stop()
        line = event.value.strip()
        if 0 < len(line) <= self.longest:
            message = self.check(line) if self.check else ""
        else:
            text = _("Escriba de 1 a {count} caracteres; son {now}.")
            message = text.format(count=self.longest, now=len(line))
        if message:
            say(self, message, "error")
        else:
            self.dismiss(self.unfinished.given(line))

    def action_leave(self) -> None:
        """Nothing was said; a line that was begun waits."""
        self.flush()
        self.dismiss(None)


class Picks(RowList):
    """Rows of which one is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "choose", N_("elegir"), id="list.pick")]


class PickDialog(AppDialog[str | None]):
    """Asks for one of a list; `told` stands above it, whole. `purpose`: what it is for (data/dialogs.toml).

    `stay`: the first line, which says nothing and does nothing: Enter alone takes it. A list without one only leads
    on, to what is read, typed, or signed with the phrase.
    """

    CSS_PATH = LISTS
    AUTO_FOCUS = "RowList"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", N_("cancelar"), id="dialog.leave")]

    def __init__(
        self, title: str, lines: Sequence[Line], told: str = "", *, purpose: str = "", stay: str = ""
    ) -> None:
        super().__init__()
        self.title_text = title
        self.lines = [Line((Cell(stay),), STAY), *lines] if stay else lines
        self.told = told
        self.PURPOSE = purpose

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(self.title_text), classes="title")
            if self.told:
                yield Static(Content(self.told), classes="text")
            yield (rows := Picks(self.lines))
            rows.styles.height = min(16, max(3, len(self.lines)))
            yield KeyBar()

    @on(RowList.Chosen)
    def take(self, event: RowList.Chosen) -> None:
        """Give the key back."""
        event.stop()
        self.dismiss(None if event.key == STAY else event.key)

    def action_leave(self) -> None:
        """Nothing was picked."""
        self.dismiss(None)


class Filter(LineInput):
    """Down goes to the rows, Enter takes the first of them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.take_first", N_("elegir"), id="dialog.first"),
        Binding("down", "screen.to_rows", N_("a la lista"), show=False, id="dialog.rows"),
    ]


class FilterDialog(PickDialog):
    """Asks for one of a long list, of which only the rows stay that hold every word typed above it."""

    AUTO_FOCUS = "Filter"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "to_filter", N_("buscar"), key_display="/", id="dialog.filter"),
    ]

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(self.title_text), classes="title")
            yield Filter(id="filter")
            yield (rows := Picks(self.lines))
            rows.styles.height = min(16, max(3, len(self.lines)))
            yield KeyBar()

    @on(Input.Changed, "#filter")
    def narrow(self, event: Input.Changed) -> None:
        """Leave the rows that hold what is typed, however it is accented."""
        words = fold(event.value).split()
        fitting = [line for line in self.lines if all(word in _words(line) for word in words)]
        self.query_one(Picks).show(fitting or [note(_("Nada con eso. Pruebe con menos letras."))])

    def action_take_first(self) -> None:
        """Take the first row that fits what is typed; nothing typed takes none."""
        if self.query_one(Filter).value.strip():
            self.query_one(Picks).action_choose()
        else:
            self.notify(_("Escriba una parte, o elija con las flechas."), markup=False)

    def action_to_rows(self) -> None:
        """To the rows."""
        self.query_one(Picks).focus()

    def action_to_filter(self) -> None:
        """Back to what is typed."""
        self.query_one(Filter).focus()


def _words(line: Line) -> str:
    return fold(" ".join(cell.text for cell in line.cells))
