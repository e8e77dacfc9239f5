"""One document that waits for this officer's signature: what it says, its six words, and the phrase."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.errors import LnctpError, WrongPassphrase
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import Given, say, sentence
from lnctp_tui.screens.dialogs import LineDialog
from lnctp_tui.screens.sync.signed_text import SignedDialog
from lnctp_tui.screens.times import moment
from lnctp_tui.services.vault import vault_access
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.phrase_entry import PhraseEntry
from lnctp_tui.widgets.reader import Part, Reader

if TYPE_CHECKING:
    from lnctp_tui.services.sync.orders import Draft

REASON = 200


class SignEntry(PhraseEntry):
    """The phrase, which Enter signs with."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "submit", N_("firmar"), id="sign.sign")]


class SignScreen(SignedDialog[bool]):
    """Answers whether something was signed or refused. Enter with an empty phrase signs nothing."""

    PURPOSE = "order.sign"
    AROUND = 12
    AUTO_FOCUS = "PhraseEntry"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f8", "refuse", N_("rechazar"), id="sign.refuse"),
        Binding("f6", "text", N_("texto"), tooltip=N_("El texto que se firma, tal cual."), id="sign.text"),
        Binding("escape", "leave", N_("dejar"), id="sign.leave"),
    ]

    def __init__(self, draft: Draft, names: Mapping[str, str], *, new: bool = False) -> None:
        super().__init__(draft.signed, names)
        self.draft, self.new = draft, new
        self.sending = False

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.title_line()
            yield (reader := Reader(id="document"))
            reader.can_focus = False
            yield Static(Content(_("Su frase, para firmar:")), id="asks", classes="muted")
            yield SignEntry(vault_access.complete)
            yield Static(id="said")
            yield KeyBar()

    def parts(self) -> list[Part]:
        """What would be signed, who asks for it, and who signed already."""
        draft, parts = self.draft, self.content_parts()
        if not self.new:
            parts.append(Part("pair", self.called([draft.by]), _("Pide")))
            parts.append(Part("pair", moment(draft.until, self.shell.workspace.zone), _("Vence")))
        signed = self.called(draft.persons) or _("nadie todavía")
        count = _("{count} de {need} firmas").format(count=len(draft.persons), need=draft.need)
        parts.append(Part("pair", f"{count} · {signed}", _("Firmada por")))
        parts.append(Part("pair", draft.words, _("Palabras")))
        if draft.need > 1:
            parts.append(Part("quiet", _("Compárelas por teléfono con la otra persona que firma.")))
        return parts

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Sign with what was typed."""
        event.stop()
        self.action_sign()

    def action_sign(self) -> None:
        """Sign in a thread: the key is derived from the phrase."""
        from lnctp_tui.services.sync import orders

        entry = self.query_one(PhraseEntry)
        typed, workspace, draft = entry.value, self.shell.workspace, self.draft
        if self.sending:
            return
        if not typed.strip():
            say(self, _("No se firmó: falta la frase."), "warning")
            return
        self.sending = True
        say(self, _("Firmando…"), "muted")
        self.shell.in_reader(
            lambda: orders.sign(workspace, draft, typed), self._done, group="sign", failed=self._failed
        )

    def _done(self, ordered: bool) -> None:
        self.notify(
            _("Firmada y ordenada.") if ordered else _("Firmada; espera a otra persona, 72 horas."),
            markup=False,
        )
        self.dismiss(True)

    def action_refuse(self) -> None:
        """Ask why, then end the draft."""
        from lnctp_tui.services.sync import orders

        workspace, draft = self.shell.workspace, self.draft

        def refused(reason: Given[str] | None) -> None:
            if reason is not None:
                refuse = partial(orders.refuse, workspace, draft, reason.value)
                self.shell.in_reader(
                    refuse, lambda _none: self._refused(reason), group="sign", failed=self._failed
                )

        title, hint = _("¿Por qué se rechaza?"), _("Queda en la bitácora, sin datos de personas.")
        dialog = LineDialog(title, hint, REASON, purpose="order.refuse", of=draft.signed.hash)
        self.app.push_screen(dialog, refused)

    def _refused(self, reason: Given[str]) -> None:
        self.shell.workspace.let_go(reason.drafts)
        self.notify(_("Rechazada; no se hará."), markup=False)
        self.dismiss(True)

    def _failed(self, error: LnctpError) -> None:
        self.sending = False
        text = sentence(error)
        say(self, f"{_('No se firmó.')} {text}" if isinstance(error, WrongPassphrase) else text, "error")
        self.query_one(PhraseEntry).refused()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What nobody has yet cannot be refused: it is left."""
        return action != "refuse" or not self.new

    def action_leave(self) -> None:
        """Nothing is signed."""
        self.dismiss(False)
