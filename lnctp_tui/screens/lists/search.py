"""Search everything as it is typed: folio, name, alias, phone, handle, place, words of the narrative."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.i18n import N_, _, ngettext
from lnctp_tui.screens.base import ScreenPart, say, sentence
from lnctp_tui.screens.lists.columns import Column, Columns, Frame
from lnctp_tui.screens.lists.list_screen import Job, ListScreen
from lnctp_tui.screens.sync.sync_words import ACTIVE
from lnctp_tui.screens.times import moment
from lnctp_tui.services.case import search as source
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Line, RowList, heading, note
from lnctp_tui.widgets.text_input import LineInput

if TYPE_CHECKING:
    from lnctp_tui.errors import LnctpError
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


class Found(NamedTuple):
    """What was typed, and what this laptop has of it."""

    typed: str
    hits: list[Hit]


def _folio(hit: Hit, _frame: Frame) -> str:
    return hit.folio or _("sin caso")


def _exact(hit: Hit, _frame: Frame) -> str:
    return _("coincide entero") if hit.why == "exact" else ""


def _held_folio(hit: Held, _frame: Frame) -> str:
    return hit.folio or _("sin folio")


def _where(hit: Held, _frame: Frame) -> str:
    return _("en este equipo") if hit.here else _("en el servidor")


@cache
def hit_columns(*, exact: bool) -> Columns[Hit]:
    """A hit of this laptop; an exact one says so."""
    return Columns(
        (
            Column(_folio, 13, lambda hit: "strong" if hit.folio else "muted"),
            Column(lambda hit, frame: moment(hit.opened_at, frame.words.zone), 19, "muted"),
            Column(lambda hit, _frame: hit.line),
            Column(_exact, 16 if exact else 0, "success", least=100),
        ),
        lambda hit: CASE + hit.case_id if hit.case_id else CALL + str(hit.contact_id),
    )


HELD: Columns[Held] = Columns(
    (
        Column(_held_folio, 13, "strong"),
        Column(lambda held, frame: moment(held.opened_at, frame.words.zone), 19, "muted"),
        Column(lambda held, _frame: held.line),
        Column(_where, 16, lambda held: "success" if held.here else "accent"),
    ),
    lambda held: (CASE if held.here else AWAY) + held.id,
)
"""A hit of the server."""


class SearchScreen(ListScreen[Found]):
    """One box and what it finds."""

    NAME = N_("Buscar")
    GROUP = "search"
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
        self.rows.view = Found("", [])
        self.server = ServerSearch(self)

    @property
    def typed(self) -> str:
        """What stands in the box."""
        return self.query_one(SearchEntry).value.strip()

    def compose(self) -> ComposeResult:
        yield Static(Content(self.heading), classes="bar", id="top")
        yield SearchEntry(id="typed")
        yield Static(id="said", classes="muted")
        yield RowList(id="list")
        yield KeyBar()

    def synced(self, status: SyncStatus | None) -> None:
        """The key for the server comes and goes."""
        self.refresh_bindings()

    def news(self, scopes: frozenset[str]) -> None:
        """A case that was asked for has come; or what is shown has changed."""
        self.server.came(scopes)
        super().news(scopes)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The server is asked where there is one."""
        status = self.shell.sync_status
        return action != "server" or (status is not None and status.state == ACTIVE)

    @on(Input.Changed, "#typed")
    def look(self) -> None:
        """Search for what stands in the box."""
        self.read()

    def read(self) -> None:
        """Search; a letter alone finds nothing."""
        if len(self.typed) < LEAST:
            self.take(Found(self.typed, []))
        else:
            super().read()

    def job(self, limit: int) -> Job[Found]:
        """What this laptop has."""
        store, typed = self.shell.workspace.store, self.typed
        return lambda: Found(typed, source.search(store, typed, MOST))

    def take(self, view: Found) -> None:
        """Only the answer to what now stands in the box is shown."""
        if view.typed == self.typed:
            super().take(view)

    def draw(self) -> None:
        """How many there are, above the hits."""
        self.query_one("#top", Static).update(Content(self.heading))
        say(self, _count(*self.view) if self.view else "")
        super().draw()

    def lines(self, view: Found) -> list[Line]:
        """What this laptop has, then what the server answered."""
        if len(view.typed) < LEAST:
            return _hints()
        frame = self.frame
        rows = [row for hit in view.hits for row in hit_columns(exact=hit.why == "exact").lines([hit], frame)]
        return [*rows, *self.server.lines(view.typed)]

    def action_server(self) -> None:
        """Ask the server for the same; what is here stays on the screen."""
        if len(self.typed) < LEAST:
            say(self, _("Escriba dos letras o más."))
        else:
            self.server.ask(self.typed)

    def open_key(self, key: str) -> None:
        """Read the case, or the call without one."""
        if key.startswith(CASE):
            self.shell.show_case(key.removeprefix(CASE))
        elif key.startswith(AWAY):
            self.server.bring(key.removeprefix(AWAY))
        else:
            self.shell.go("contact", key.removeprefix(CALL))

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


def _hints() -> list[Line]:
    return [
        note(""),
        note(_("Escriba dos letras o más: folio, nombre o alias, teléfono, cuenta, placa, lugar, palabras.")),
        note(_("No importan acentos ni mayúsculas. Un folio o un teléfono enteros quedan arriba.")),
    ]


def _count(typed: str, hits: list[Hit]) -> str:
    if len(typed) < LEAST:
        return ""
    if not hits:
        return _("Nada con eso. Pruebe con menos letras, o con otra escritura del nombre.")
    count = f"{len(hits)}{'+' if len(hits) >= MOST else ''}"
    return ngettext("{count} resultado", "{count} resultados", len(hits)).format(count=count)


class ServerSearch(ScreenPart):
    """What the server has of a search, and the case that is brought from it."""

    screen: SearchScreen

    def __init__(self, screen: SearchScreen) -> None:
        super().__init__(screen)
        self._asked = ""
        """What the server was asked for."""
        self._answer: list[Line] = []
        """Its answer, or why there is none."""
        self._coming = ""
        """A case that was asked for and is on its way."""

    def lines(self, typed: str) -> list[Line]:
        """The answer, under what this laptop has, if it answers this."""
        return [note(""), heading(_("En el servidor")), *self._answer] if self._asked == typed else []

    def ask(self, typed: str) -> None:
        """Ask; only the answer to the last question is shown."""
        from lnctp_tui.services.sync import synchronise

        workspace = self.screen.shell.workspace
        self._asked = typed
        self._show(typed, [note(_("Preguntando al servidor…"))])
        self.screen.shell.in_reader(
            lambda: synchronise.search_server(workspace, typed),
            partial(self._answered, typed),
            group="search_server",
            failed=partial(self._unanswered, typed),
        )

    def _answered(self, typed: str, hits: list[Held]) -> None:
        self._show(typed, HELD.lines(hits, self.screen.frame, _("Nada con eso.")))

    def _unanswered(self, typed: str, error: LnctpError) -> None:
        self._show(typed, self.screen.frame.notes(sentence(error)))

    def _show(self, typed: str, answer: list[Line]) -> None:
        if typed == self._asked:
            self._answer = answer
            self.screen.draw()

    def bring(self, case_id: str) -> None:
        """Bring a case that is only on the server."""
        from lnctp_tui.services.sync import synchronise

        workspace = self.screen.shell.workspace
        self.screen.shell.in_reader(
            lambda: synchronise.open_again(workspace, case_id),
            partial(self._on_its_way, case_id),
            group="fetch_case",
        )

    def _on_its_way(self, case_id: str, _result: None) -> None:
        self._coming = case_id
        self.screen.notify(_("El caso viene en camino; se abre al llegar."), markup=False)
        self.screen.shell.sync_now()

    def came(self, scopes: frozenset[str]) -> None:
        """Open the case that was brought, when somebody still looks."""
        if self._coming in scopes and self.screen.is_current:
            case, self._coming = self._coming, ""
            self.screen.shell.show_case(case)
