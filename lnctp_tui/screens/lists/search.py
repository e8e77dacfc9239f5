"""Search everything as it is typed: folio, name, alias, phone, handle, place, words of the narrative."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.i18n import N_, _, ngettext
from lnctp_tui.screens.base import LISTS, AppScreen, say, sentence
from lnctp_tui.screens.sync.sync_words import ACTIVE
from lnctp_tui.screens.times import moment
from lnctp_tui.services.case import search as source
from lnctp_tui.widgets.drawing import wrap
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Cell, Line, RowList, heading, note
from lnctp_tui.widgets.text_input import LineInput

if TYPE_CHECKING:
    from lnctp_tui.services.case.search import Hit
    from lnctp_tui.services.sync.synchronise import Held, SyncStatus

LEAST = 2
MOST = 50
CALL, CASE, AWAY = "call:", "case:", "away:"


class SearchEntry(LineInput):
    """Down goes to the hits, Enter opens the first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.open_first", N_("abrir"), id="search.open"),
        Binding("down", "screen.to_list", N_("a la lista"), show=False, id="search.list"),
    ]


class SearchScreen(AppScreen[None]):
    """One box and what it finds."""

    NAME = N_("Buscar")
    CSS_PATH = LISTS
    AUTO_FOCUS = "SearchEntry"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", N_("escritorio"), id="search.leave"),
        Binding("slash", "again", N_("otra búsqueda"), key_display="/", id="search.again"),
        Binding("f5,s", "server", N_("también en el servidor"), key_display="F5", id="search.server"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="search.new"),
        Binding("question_mark", "app.help", N_("teclas"), key_display="?", show=False, id="search.help"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._local: list[Line] = []
        self._asked = ""
        """What the server was asked for."""
        self._away: list[Line] = []
        """Its answer, or why there is none."""
        self._coming = ""
        """A case that was asked for and is on its way."""

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

    def synced(self, status: SyncStatus) -> None:
        """The key for the server comes and goes."""
        self.refresh_bindings()

    def news(self, scopes: frozenset[str]) -> None:
        """A case that was asked for has come; or what is shown has changed."""
        if self._coming in scopes and self.is_current:
            case, self._coming = self._coming, ""
            self.shell.show_case(case)
        self.look()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The server is asked where there is one."""
        status = self.shell.sync_status
        return action != "server" or (status is not None and status.state == ACTIVE)

    def _empty(self) -> None:
        say(self, "")
        self._local = []
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
            say(self, ngettext("{count} resultado", "{count} resultados", len(hits)).format(count=count))
        else:
            say(self, _("Nada con eso. Pruebe con menos letras, o con otra escritura del nombre."))
        self._local = [self._line(hit) for hit in hits]
        self._list()

    def _list(self) -> None:
        typed = self.query_one(SearchEntry).value.strip()
        away = [note(""), heading(_("En el servidor")), *self._away] if self._asked == typed else []
        self.query_one(RowList).show([*self._local, *away])

    def action_server(self) -> None:
        """Ask the server for the same; what is here stays on the screen."""
        from lnctp_tui.services.sync import synchronise

        typed = self.query_one(SearchEntry).value.strip()
        if len(typed) < LEAST:
            say(self, _("Escriba dos letras o más."))
            return
        workspace = self.shell.workspace
        self._asked, self._away = typed, [note(_("Preguntando al servidor…"))]
        self._list()
        self.shell.in_reader(
            lambda: synchronise.search_server(workspace, typed),
            lambda found: self._answered(typed, [self._held(each) for each in found]),
            group="search_server",
            failed=lambda error: self._answered(typed, self._notes(sentence(error))),
        )

    def _answered(self, typed: str, lines: list[Line]) -> None:
        if typed == self._asked and self.is_mounted:
            self._away = lines or [note(_("Nada con eso."))]
            self._list()

    def _notes(self, text: str) -> list[Line]:
        return [note(line) for line in wrap(text, max(20, self.size.width - 4))]

    def _held(self, each: Held) -> Line:
        mark = _("en este equipo") if each.here else _("en el servidor")
        return Line(
            (
                Cell(each.folio or _("sin folio"), 13, "strong"),
                Cell(moment(each.opened_at, self.shell.workspace.zone), 19, "muted"),
                Cell(each.line, None),
                Cell(mark, 16, "success" if each.here else "accent"),
            ),
            (CASE if each.here else AWAY) + each.id,
        )

    def _fetch(self, case_id: str) -> None:
        """Bring a case that is only on the server."""
        from lnctp_tui.services.sync import synchronise

        workspace = self.shell.workspace

        def asked(_result: None) -> None:
            self._coming = case_id
            self.notify(_("El caso viene en camino; se abre al llegar."), markup=False)
            self.shell.sync_now()

        self.shell.in_reader(lambda: synchronise.open_again(workspace, case_id), asked, group="fetch_case")

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

    @on(RowList.Chosen)
    def open_hit(self, event: RowList.Chosen) -> None:
        """Read the case, or the call without one."""
        event.stop()
        if event.key.startswith(CASE):
            self.shell.show_case(event.key.removeprefix(CASE))
        elif event.key.startswith(AWAY):
            self._fetch(event.key.removeprefix(AWAY))
        else:
            self.shell.go("contact", event.key.removeprefix(CALL))

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
        self.shell.go("desk")
