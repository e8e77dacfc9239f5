"""Search everything as it is typed: folio, name, alias, phone, handle, place, words of the narrative."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.i18n import N_, _, ngettext
from lnctp_tui.screens.base import AppScreen
from lnctp_tui.screens.times import moment
from lnctp_tui.services import search as source
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Cell, Line, RowList, note
from lnctp_tui.widgets.text_input import LineInput

if TYPE_CHECKING:
    from lnctp_tui.services.search import Hit

LEAST = 2
MOST = 50
CALL, CASE = "call:", "case:"


class SearchEntry(LineInput):
    """Down goes to the hits, Enter opens the first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.open_first", N_("abrir"), id="search.open"),
        Binding("down", "screen.to_list", N_("a la lista"), show=False, id="search.list"),
    ]


class SearchScreen(AppScreen[None]):
    """One box and what it finds."""

    NAME = N_("Buscar")
    CSS_PATH = "../styles/lists.tcss"
    AUTO_FOCUS = "SearchEntry"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", N_("escritorio"), id="search.leave"),
        Binding("slash", "again", N_("otra búsqueda"), key_display="/", id="search.again"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="search.new"),
        Binding("question_mark", "app.help", N_("teclas"), key_display="?", show=False, id="search.help"),
        Binding("ctrl+l", "app.lock", N_("bloquear"), id="search.lock"),
    ]

    def compose(self) -> ComposeResult:
        yield Static(Content(self.heading), classes="bar", id="top")
        yield SearchEntry(id="typed")
        yield Static(id="said", classes="muted")
        yield RowList(id="list")
        yield KeyBar()

    def on_mount(self) -> None:
        self._empty()

    def on_screen_resume(self) -> None:
        """In the language in use, with the last search still there."""
        if self.is_mounted:
            self.query_one("#top", Static).update(Content(self.heading))
            self.query_one(KeyBar).refresh()
            self.look()

    def _empty(self) -> None:
        self._say("")
        self.query_one(RowList).show(
            [
                note(""),
                note(
                    _(
                        "Escriba dos letras o más: folio, nombre o alias, teléfono, cuenta, placa, lugar, palabras."
                    )
                ),
                note(_("No importan acentos ni mayúsculas. Un folio o un teléfono enteros quedan arriba.")),
            ]
        )

    @on(Input.Changed, "#typed")
    def look(self) -> None:
        """Search for what stands in the box; only the last answer is shown."""
        typed = self.query_one(SearchEntry).value.strip()
        if len(typed) < LEAST:
            self._empty()
            return
        store = self.shell.workspace.store
        self.shell.in_reader(
            lambda: source.search(store, typed, MOST), lambda hits: self._show(typed, hits), group="search"
        )

    def _show(self, typed: str, hits: list[Hit]) -> None:
        if typed != self.query_one(SearchEntry).value.strip():
            return
        if hits:
            count = f"{len(hits)}{'+' if len(hits) >= MOST else ''}"
            self._say(ngettext("{count} resultado", "{count} resultados", len(hits)).format(count=count))
        else:
            self._say(_("Nada con eso. Pruebe con menos letras, o con otra escritura del nombre."))
        self.query_one(RowList).show([self._line(hit) for hit in hits])

    def _line(self, hit: Hit) -> Line:
        key = CASE + hit.case_id if hit.case_id else CALL + str(hit.contact_id)
        exact = _("coincide entero") if hit.why == "exact" else ""
        return Line(
            (
                Cell(hit.folio or _("sin caso"), 13, "strong" if hit.folio else "muted"),
                Cell(moment(hit.opened_at, self.shell.workspace.zone), 19, "muted"),
                Cell(hit.line, None),
                Cell(exact, 16 if exact else 0, "success", least=100),
            ),
            key,
        )

    def _say(self, text: str) -> None:
        self.query_one("#said", Static).update(Content(text))

    @on(RowList.Chosen)
    def open_hit(self, event: RowList.Chosen) -> None:
        """Read the case, or the call without one."""
        event.stop()
        if event.key.startswith(CASE):
            self.shell.show_case(event.key.removeprefix(CASE))
        else:
            from lnctp_tui.screens.call import CallScreen

            self.app.push_screen(CallScreen(event.key.removeprefix(CALL)))

    def action_open_first(self) -> None:
        """Open the first hit."""
        self.query_one(RowList).action_choose()

    def action_to_list(self) -> None:
        """To the hits."""
        self.query_one(RowList).focus()

    def action_again(self) -> None:
        """Back to the box."""
        self.query_one(SearchEntry).focus()

    def action_leave(self) -> None:
        """Back to the desk."""
        self.app.switch_mode("desk")
