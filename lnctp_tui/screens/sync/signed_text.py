"""A signed document over what is on the screen: in a person's words, or, by one key, the text that is signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.content import Content
from textual.widgets import Static

from lnctp_tui.screens.base import LISTS, AppDialog
from lnctp_tui.screens.sync import order_words
from lnctp_tui.widgets.reader import Part, Reader

if TYPE_CHECKING:
    from lnctp_tui.domain.authority.documents import Signed

Result = TypeVar("Result")


class SignedDialog(AppDialog[Result]):
    """A dialog declares `parts`, its keys, what stands around the `Reader` called `document`, and how high that is."""

    CSS_PATH = LISTS
    AROUND: ClassVar[int]
    """Lines that the reader leaves to the rest of the dialog and the screen."""

    def __init__(self, signed: Signed, names: Mapping[str, str]) -> None:
        super().__init__()
        self.signed, self.names = signed, names
        self.whole = False
        """Whether the signed text is shown as it stands."""

    def parts(self) -> list[Part]:
        """The document in a person's words."""
        raise NotImplementedError

    def title_line(self) -> Static:
        """What it is."""
        return Static(Content(order_words.title(self.signed, self.names)), classes="title")

    def content_parts(self) -> list[Part]:
        """What is signed, label by label."""
        pairs = order_words.parts(self.signed, self.names)
        return [Part("pair", text, label) for label, text in pairs]

    def called(self, persons: Iterable[str]) -> str:
        """Persons by their names."""
        return ", ".join(self.names.get(person, person) for person in persons)

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        """The sentences break elsewhere."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        reader = self.query_one("#document", Reader)
        reader.show([Part("text", self.signed.body)] if self.whole else self.parts())
        reader.styles.height = min(max(3, self.size.height - self.AROUND), reader.height_of_all)

    def action_text(self) -> None:
        """The text that is signed, as it stands, and back."""
        self.whole = not self.whole
        self._show()
