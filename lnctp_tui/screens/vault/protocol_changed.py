"""Files of the organisation's protocol are not the accepted ones: what changed, and the phrase to use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import AppScreen, say, sentence
from lnctp_tui.services.vault import missing_saves, vault_access
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.phrase_entry import PhraseEntry

if TYPE_CHECKING:
    from lnctp_tui.services.vault.workspace import Workspace

MOST = 400
"""Lines shown; the command line shows all."""


class ProtocolChangedScreen(AppScreen[bool]):
    """Dismissed with whether the changed files were accepted."""

    NAME = N_("El protocolo cambió")
    CSS_PATH = "../../styles/first.tcss"
    AUTO_FOCUS = "PhraseEntry"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "go_on", N_("seguir sin los cambios"), id="protocol.go_on"),
        Binding("pagedown", "turn(1)", N_("recorrer"), id="protocol.down"),
        Binding("pageup", "turn(-1)", N_("recorrer"), show=False, id="protocol.up"),
    ]

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace

    def compose(self) -> ComposeResult:
        profile = vault_access.profile(self.workspace.home)
        words = profile is not None and profile.kind == "words"
        with Vertical():
            yield Static(Content(self.heading), classes="title")
            yield Static(Content(self._why()), classes="text")
            with VerticalScroll(id="lines", can_focus=False):
                yield Static(self._lines())
            yield Static(
                Content(_("Su frase, para usar los archivos cambiados; Esc sigue sin ellos.")),
                classes="muted",
            )
            yield PhraseEntry(vault_access.complete if words else None, id="phrase")
            yield Static(id="said", classes="error")
        yield KeyBar()

    def _why(self) -> str:
        is_known = self.workspace.pending is not None and self.workspace.pending.known
        used = (
            N_("Mientras tanto se usa el protocolo anterior.")
            if is_known
            else N_("Mientras tanto se usa el protocolo incluido en el programa.")
        )
        why = _(
            "Los archivos del protocolo en este equipo no son los que se aceptaron. Si nadie le avisó de este cambio, "
            "no lo acepte: un teléfono falso llega a quien llama."
        )
        return f"{why} {_(used)}"

    def _lines(self) -> Content:
        pending = self.workspace.pending
        lines = pending.differences()[:MOST] if pending else []
        parts: list[Content] = []
        last: tuple[bool, str] | None = None
        for change in lines:
            if last is None or last[0] != change.numbers:
                head = N_("Cambian números") if change.numbers else N_("Cambian otras líneas")
                parts.append(Content.styled(_(head), "bold $warning"))
            if last != (change.numbers, change.file):
                parts.append(Content.styled(change.file, "$muted"))
            last = (change.numbers, change.file)
            parts += [
                Content.styled(f"{sign} {text}", style)
                for sign, text, style in (("-", change.before, "$error"), ("+", change.after, "$success"))
                if text
            ]
        return Content("\n").join(parts)

    @on(Input.Submitted, "#phrase")
    def accept(self, event: Input.Submitted) -> None:
        """With the phrase, take the files; without one nothing happens."""
        words = event.value
        if not words.strip():
            return
        event.input.disabled = True
        say(self, _("Abriendo…"))
        workspace = self.workspace
        self.shell.in_reader(
            lambda: missing_saves.accept_protocol(workspace, words),
            self._accepted,
            group="unlock",
            failed=self._failed,
        )

    def _accepted(self, _done: None) -> None:
        self.dismiss(True)

    def _failed(self, error: LnctpError) -> None:
        entry = self.query_one(PhraseEntry)
        entry.disabled = False
        entry.value = ""
        entry.focus()
        say(self, sentence(error))

    def action_go_on(self) -> None:
        """Open the desk with what was accepted before."""
        self.dismiss(False)

    def action_turn(self, pages: int) -> None:
        """Move through the lines while the phrase has the focus."""
        lines = self.query_one("#lines", VerticalScroll)
        lines.scroll_page_down() if pages > 0 else lines.scroll_page_up()
