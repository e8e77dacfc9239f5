"""One order that holds, to be read whole: what it does, who signed it, its six words, and the signed text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.screens.sync import order_words
from lnctp_tui.screens.times import moment
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.reader import Part, Reader

if TYPE_CHECKING:
    from lnctp_tui.services.sync.orders import Kept


class OrderScreen(AppDialog[None]):
    """Nothing can be done here but read."""

    CSS_PATH = "../../styles/lists.tcss"
    AUTO_FOCUS = "Reader"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f6", "text", N_("texto firmado"), id="order.text"),
        Binding("escape,enter", "leave", N_("volver"), key_display="Esc", id="order.leave"),
    ]

    def __init__(self, kept: Kept, names: Mapping[str, str], done: str) -> None:
        super().__init__()
        self.kept, self.names, self.done = kept, names, done
        """`done`: by how many laptops it was carried out, as far as it is known."""
        self.whole = False

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(order_words.title(self.kept.signed, self.names)), classes="title")
            yield Reader(id="document")
            yield KeyBar()

    def on_mount(self) -> None:
        self._show()

    def on_resize(self) -> None:
        """The sentences break elsewhere."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        reader = self.query_one("#document", Reader)
        reader.show([Part("text", self.kept.signed.body)] if self.whole else self._parts())
        reader.styles.height = min(max(3, self.size.height - 8), reader.height_of_all)

    def _parts(self) -> list[Part]:
        from lnctp_tui.services.sync import orders

        order, zone = self.kept.order, self.shell.workspace.zone
        found = [Part("pair", text, label) for label, text in order_words.parts(self.kept.signed, self.names)]
        signed = ", ".join(self.names.get(each, each) for each in order.persons)
        found.append(Part("pair", f"{signed}, {moment(order.at, zone)}", _("Firmada por")))
        if order.until:
            found.append(Part("pair", moment(order.until, zone), _("Vence")))
        if self.done:
            found.append(Part("pair", self.done, _("Cumplida")))
        found.append(Part("pair", orders.words(order.hash), _("Palabras")))
        return found

    def action_text(self) -> None:
        """The text that is signed, as it stands, and back."""
        self.whole = not self.whole
        self._show()

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)
