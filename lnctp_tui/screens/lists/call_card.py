"""The number to dial, large, with who it is, how far it is to be believed, and what is said first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import LISTS, AppDialog
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.lists import directory_words as said
from lnctp_tui.widgets.keys import KeyBar

if TYPE_CHECKING:
    from lnctp_tui.domain.directory.trust import Stated
    from lnctp_tui.services.directory.directory import Detail

UNSURE = N_("Nadie más ha llamado a este teléfono: no pase ahí a nadie antes de llamar usted.")
NO_NUMBER = N_("No hay un teléfono al que llamar: ninguno está verificado.")
WARM = {
    "yes": N_("Acepta transferencia en línea."), "no": N_("No acepta transferencia en línea: no pase la llamada."),
    "": N_("No se sabe si acepta transferencia en línea: pregunte antes."),
}  # fmt: skip


class CallCard(AppDialog[None]):
    """Whom to call by which number. It dials nothing."""

    PURPOSE = "provider.card"
    CSS_PATH = LISTS
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter", "leave", N_("cerrar"), id="call.leave")]

    def __init__(self, detail: Detail, words: Words) -> None:
        super().__init__()
        self.detail, self.words = detail, words

    def compose(self) -> ComposeResult:
        from textual.widgets import Digits

        dial = self.detail.to_dial
        with Vertical():
            yield Static(Content(said.named(self.detail.line.name)), classes="title")
            if dial is None:
                yield Static(Content(_(NO_NUMBER)), classes="error")
            else:
                yield Digits(spaced(str(dial.row.get("value") or "")))
                yield Static(Content(said.channel(dial.row, self.words)), classes="text")
                yield Static(Content("\n".join(self._told(dial))), classes="text")
            yield KeyBar()

    def _told(self, dial: Stated) -> list[str]:
        from lnctp_tui.screens.case.referral_words import PRESENTS, STAYS  # with all that a sheet needs

        provider = self.detail.gathered.provider
        unsure = [] if dial.standing == "verified" else [_(UNSURE)]
        warm = _(WARM[str(provider.get("accepts_warm_transfer") or "")])
        return [*unsure, "", _(PRESENTS), _(STAYS), "", warm]

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)


def spaced(number: str) -> str:
    """Ten figures as they are read out: `55 5000 0001`; others as they are written."""
    if len(number) == 10 and number.isdecimal():
        head = 2 if number[:2] in ("55", "56", "33", "81") else 3
        return f"{number[:head]} {number[head:-4]} {number[-4:]}"
    return number
