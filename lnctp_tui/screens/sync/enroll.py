"""Make this laptop known to the server: where it is, the code by voice, and whose certificate to trust."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import LISTS, AppDialog, say, sentence
from lnctp_tui.screens.sync import sync_words as words
from lnctp_tui.screens.unfinished import HalfTyped, Unfinished
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.text_input import LineInput

if TYPE_CHECKING:
    from lnctp_tui.errors import LnctpError

FIELDS = ("url", "code", "ca")
KEPT = ("url", "ca")
"""What of it is written down before it is sent: no code."""


class EnrollLine(LineInput):
    """One line of the form; Enter goes on, and sends from the last."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", N_("seguir"), show=False, id="enroll.on"),
    ]


class EnrollScreen(HalfTyped, AppDialog[bool]):
    """Asks three things, shows six words to read out. Answers whether the laptop is enrolled now.

    Half an address and half a path wait, after Esc as after a lock; the code, which opens the server once, never.
    """

    PURPOSE = "enroll"
    CSS_PATH = LISTS
    AUTO_FOCUS = "#url"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f9", "send", N_("inscribir"), id="enroll.send"),
        Binding("escape", "leave", N_("volver"), id="enroll.leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.title_text = _("Inscribir este equipo en el servidor")
        self.unfinished = Unfinished(self, "enroll", self._begun)
        self.enrolled = False
        self.sending = False

    def _begun(self) -> dict[str, str]:
        return {name: typed for name in KEPT if (typed := self._typed(name))}

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(self.title_text), classes="title")
            with Vertical(id="enroll-form"):
                yield from self._asked("url", _("Dirección"), "https://lnctp.example.org")
                yield from self._asked("code", _("Código que le dictaron (24 o 28 letras y números)"), "")
                yield from self._asked("ca", _("Archivo del certificado de la organización (.pem)"), "")
                yield Static(
                    Content(_("Mientras tanto todo sigue guardado aquí, y se puede atender llamadas.")),
                    classes="muted",
                )
            yield Static(id="said")
            yield KeyBar()

    @staticmethod
    def _asked(name: str, label: str, example: str) -> ComposeResult:
        yield Static(Content(label), classes="muted")
        yield EnrollLine(id=name, placeholder=example)

    def on_mount(self) -> None:
        for name, typed in self.unfinished.kept({}).items():
            self.query_one(f"#{name}", EnrollLine).load(str(typed))
        if self.unfinished.keeps:
            say(self, _("Aquí sigue lo que empezó a escribir."), "muted")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        if event.input.id in KEPT:
            self.unfinished.note(event.input)

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """To the next line, or send."""
        event.stop()
        if event.input.id == FIELDS[-1]:
            self.action_send()
        else:
            self.focus_next()

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", EnrollLine).value.strip()

    def action_send(self) -> None:
        """Ask the server, in a thread."""
        url, code, ca = map(self._typed, FIELDS)
        if self.sending or self.enrolled:
            return
        if not url or not code:
            say(self, _("Faltan la dirección o el código."), "error")
            return
        from lnctp_tui.services.sync import synchronise

        workspace = self.shell.workspace
        self.sending = True
        say(self, _("Preguntando al servidor…"), "muted")
        path = Path(ca).expanduser() if ca else None
        self.shell.in_reader(
            lambda: (
                synchronise.enroll(workspace, address(url), code, path),
                synchronise.fingerprint(workspace),
            ),
            lambda done: self._done(*done),
            group="enroll",
            failed=self._failed,
        )

    def _failed(self, error: LnctpError) -> None:
        self.sending = False
        say(self, sentence(error), "error")

    def _done(self, state: str, fingerprint: tuple[str, ...]) -> None:
        self.sending, self.enrolled = False, True
        self.unfinished.forget()
        self.shell.sync_begin()
        if not self.is_attached:
            return
        self.query_one("#enroll-form").display = False
        message = _("Este equipo quedó inscrito.")
        if state == words.PENDING:
            before = _(
                "Falta que lo aprueben. Llame a quien administra y léale estas seis palabras, que debe ver "
                "iguales en su pantalla:"
            )
            after = _("Si no son las mismas, no lo apruebe nadie: alguien más usó el código.")
            message = "\n\n".join((before, "      " + "   ".join(fingerprint), after))
        say(self, message, "text")
        self.set_focus(None)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Once is enough."""
        return action != "send" or not self.enrolled

    def action_leave(self) -> None:
        """Back; what was typed waits."""
        self.flush()
        self.dismiss(self.enrolled)


def address(typed: str) -> str:
    """What was typed as an address: without a scheme it is https."""
    return typed if "://" in typed else f"https://{typed}"
