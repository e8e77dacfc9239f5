"""One order that holds, to be read whole: what it does, who signed it, its six words, and the signed text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.sync.signed_text import SignedDialog
from lnctp_tui.screens.times import moment
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.reader import Part, Reader

if TYPE_CHECKING:
    from lnctp_tui.services.sync.orders import Kept


class OrderScreen(SignedDialog[None]):
    """Nothing can be done here but read."""

    PURPOSE = "order.read"
    AROUND = 8
    AUTO_FOCUS = "Reader"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f6", "text", N_("texto firmado"), id="order.text"),
        Binding("escape,enter", "leave", N_("volver"), key_display="Esc", id="order.leave"),
    ]

    def __init__(self, kept: Kept, names: Mapping[str, str], done: str) -> None:
        super().__init__(kept.signed, names)
        self.order, self.done = kept.order, done
        """`done`: by how many laptops it was carried out, as far as it is known."""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.title_line()
            yield Reader(id="document")
            yield KeyBar()

    def parts(self) -> list[Part]:
        """What it does, who signed it and what became of it."""
        from lnctp_tui.services.sync import orders

        order, zone = self.order, self.shell.workspace.zone
        signed = f"{self.called(order.persons)}, {moment(order.at, zone)}"
        parts = [*self.content_parts(), Part("pair", signed, _("Firmada por"))]
        if order.until:
            parts.append(Part("pair", moment(order.until, zone), _("Vence")))
        if self.done:
            parts.append(Part("pair", self.done, _("Cumplida")))
        return [*parts, Part("pair", orders.words(order.hash), _("Palabras"))]

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)
