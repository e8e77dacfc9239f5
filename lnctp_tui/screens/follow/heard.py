"""Taking a hand-over by voice: what is heard, and the six words. Whatever comes of it, what was typed stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static, TextArea

from lnctp_tui.domain.values import moments
from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import LISTS, AppDialog, say, sentence, write
from lnctp_tui.screens.dialogs import Answer
from lnctp_tui.screens.unfinished import HalfTyped, Unfinished
from lnctp_tui.services.follow import shift as source
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.text_area import LongText

HEARD = "shift:heard"


class HeardDialog(HalfTyped, AppDialog[None]):
    """What somebody who leaves reads aloud. Both the lines and the words stay until the words are the same."""

    PURPOSE = "shift.heard"
    CSS_PATH = LISTS
    AUTO_FOCUS = "LongText"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f9", "take", N_("recibir"), key_display="^S", id="heard.take"),
        Binding("escape", "leave", N_("volver"), key_display="Esc", id="heard.leave"),
    ]

    def __init__(self, giver_id: str | None, handover_id: str | None, lines: Sequence[str]) -> None:
        super().__init__()
        self.giver_id, self.handover_id = giver_id, handover_id
        self.here = lines
        self.title_text = _("Recibir el turno")
        self.unfinished = Unfinished(self, f"{HEARD}:{handover_id or giver_id}", self._said)

    def _said(self) -> dict[str, str] | None:
        return {"heard": self.heard, "words": self.words} if self.heard or self.words else None

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(self.title_text), classes="title")
            if self.here:
                yield Static(Content("\n".join(self.here)), classes="text")
            yield Static(
                Content(_("Escriba lo que oye. Tab pasa a las palabras.")),
                classes="muted",
            )
            yield LongText()
            yield Static(Content(_("Las seis palabras, como se las leen. Enter recibe.")), classes="muted")
            yield Answer()
            yield Static(id="said")
            yield KeyBar()

    def on_mount(self) -> None:
        begun = self.unfinished.kept({})
        self.query_one(LongText).load(str(begun.get("heard") or ""))
        self.query_one(Answer).value = str(begun.get("words") or "")

    @on(TextArea.Changed)
    @on(Answer.Changed)
    def _changed(self, event: Any) -> None:
        self.unfinished.note(event.control)

    @property
    def heard(self) -> str:
        """The lines as they were typed."""
        return self.query_one(LongText).whole

    @property
    def words(self) -> str:
        """The words as they were typed."""
        return self.query_one(Answer).value

    @on(Answer.Submitted)
    def action_take(self) -> None:
        """Take it with these words; other ones are told, and kept."""
        self.flush()
        try:
            source.heard_words(self.words)
        except LnctpError as error:
            say(self, sentence(error), "error")
            self.query_one(Answer).focus()
            return
        at = moments.iso(self.shell.workspace.store.now())
        write(
            self,
            deed("handover_take", at, self.giver_id, self.handover_id, self.words, self.heard),
            self._taken,
        )

    def _taken(self, state: str) -> None:
        if state not in ("differs", "altered"):
            self.unfinished.forget()
        if not self.is_attached:
            return
        if state in ("differs", "altered"):
            say(self, _("Palabras distintas: repitan la lista. Lo que escribió sigue aquí."), "error")
            self.query_one(Answer).focus()
            return
        text = (
            _("Palabras iguales: recibió el turno.")
            if state == "agreed"
            else _("Guardado. Se compara cuando los dos equipos tengan red. Léale de vuelta las palabras.")
        )
        self.app.notify(text, markup=False, timeout=10)
        self.dismiss(None)

    def action_leave(self) -> None:
        """What was typed stays for the next time."""
        self.flush()
        self.dismiss(None)
