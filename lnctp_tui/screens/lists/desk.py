"""The desk: calls that were not finished, then open cases by urgency and age."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lnctp_tui.i18n import N_, _, ngettext
from lnctp_tui.screens.base import AppScreen
from lnctp_tui.screens.labels import TRIAGE_LOOK, Words
from lnctp_tui.screens.sync.sync_words import mark, problem, when
from lnctp_tui.screens.times import age, clock, local, moment
from lnctp_tui.services.call import desk as source
from lnctp_tui.widgets.drawing import wrap
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Cell, Line, RowList, heading, note
from lnctp_tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from datetime import datetime

    from lnctp_tui.services.call.calls import UnfinishedCall
    from lnctp_tui.services.call.desk import DeskView
    from lnctp_tui.services.case.cases import CaseLine
    from lnctp_tui.services.sync.synchronise import SyncStatus

PAGE = 50
CALL, CASE, OFFERS, CONFLICTS = "call:", "case:", "offers:", "conflicts:"


class DeskScreen(AppScreen[None]):
    """What needs somebody now."""

    NAME = N_("Escritorio")
    CSS_PATH = "../../styles/lists.tcss"
    AUTO_FOCUS = "RowList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "app.new_call", N_("nueva llamada"), id="desk.new"),
        Binding("slash", "search", N_("buscar"), key_display="/", id="desk.search"),
        Binding("e", "edit", N_("editar"), id="desk.edit"),
        Binding("s", "sync", N_("sincronizar"), id="desk.sync"),
        Binding("o", "options", N_("opciones"), id="desk.options"),
        Binding("question_mark", "app.help", N_("teclas"), key_display="?", id="desk.help"),
        Binding("f1", "app.help", N_("teclas"), show=False, id="desk.help_f1"),
        Binding("q", "app.quit", N_("salir"), id="desk.quit"),
    ]

    def __init__(self, view: DeskView) -> None:
        super().__init__()
        self.view = view
        self._more = len(view.cases) >= PAGE
        self._waits: tuple[int, int, str, str | None] = (0, 0, "", None)
        """Offers and conflicts that stand above the list, the last save, and what officers ordered."""

    def compose(self) -> ComposeResult:
        yield TitleBar(id="top")
        yield RowList(id="list")
        yield KeyBar()

    def on_mount(self) -> None:
        self._show()

    def on_screen_resume(self) -> None:
        """Read again what may have changed meanwhile."""
        if self.is_mounted:
            self.refresh_list()

    def refresh_list(self) -> None:
        """Read as much of the desk as was shown."""
        store, limit = self.shell.workspace.store, max(PAGE, len(self.view.cases))
        self.shell.in_reader(lambda: source.desk(store, limit), self._take, group="desk")

    def _take(self, view: DeskView) -> None:
        self._more = len(view.cases) >= max(PAGE, len(self.view.cases))
        new_calls = {call.contact_id for call in view.unfinished} - {
            call.contact_id for call in self.view.unfinished
        }
        self.view = view
        self._show()
        if new_calls:
            self.query_one(RowList).action_edge(0)

    def _show(self) -> None:
        workspace = self.shell.workspace
        now = workspace.store.now()
        today = moment(now.isoformat(), workspace.zone)
        self.query_one(TitleBar).show(f"{self.heading}   {workspace.counselor_name} · {today}")
        self.synced(self.shell.sync_status)
        self.query_one(RowList).show(
            [*self._ordered(), *self._decide(), *self._calls(now), *self._cases(now), *self._last()]
        )
        self.query_one(KeyBar).refresh()  # the language may be another

    def synced(self, status: SyncStatus | None) -> None:
        """The line at the top, and what others wait for."""
        workspace = self.shell.workspace
        said = mark(status, workspace.zone, workspace.store.now())
        self.query_one(TitleBar).mark(said.long or _("sin servidor"), alert=said.alert)
        waits = (
            (status.offers, status.conflicts, self._saved(status), status.ordered)
            if status
            else (0, 0, "", None)
        )
        if waits != self._waits:
            self._waits = waits
            self._show()

    def _last(self) -> list[Line]:
        at = self._saved(self.shell.sync_status)
        return [note(""), note(_("Sin conexión. Último guardado: {at}").format(at=at))] if at else []

    def _saved(self, status: SyncStatus | None) -> str:
        """When the last change was saved, while there is no network that would bring back what is missing."""
        if status is None or status.online is not False:
            return ""
        workspace = self.shell.workspace
        return when(status.saved_at, workspace.zone, workspace.store.now())

    def news(self, scopes: frozenset[str]) -> None:
        """Colleagues changed cases: the list follows, the cursor stays on its case."""
        self.refresh_list()

    def _ordered(self) -> list[Line]:
        """What officers signed that takes something from this laptop."""
        if not (order := self._waits[3]):
            return []
        room = max(20, self.size.width - 4)
        return [
            Line((Cell(_("Orden de sus responsables"), None, "warning"), Cell("", 1, "muted"))),
            *(note(line) for line in wrap(problem(f"signed_{order}"), room)),
            note(""),
        ]

    def _decide(self) -> list[Line]:
        offers, conflicts, _saved, _order = self._waits
        said = []
        if offers:
            text = ngettext("{count} caso ofrecido a usted", "{count} casos ofrecidos a usted", offers)
            said.append((OFFERS, text.format(count=offers)))
        if conflicts:
            text = ngettext(
                "{count} dato con dos valores: falta decidir",
                "{count} datos con dos valores: falta decidir",
                conflicts,
            )
            said.append((CONFLICTS, text.format(count=conflicts)))
        lines = [Line((Cell(text, None, "warning"),), key) for key, text in said]
        return [heading(_("Entre colegas")), *lines, note("")] if lines else []

    def _calls(self, now: datetime) -> list[Line]:
        if not self.view.unfinished:
            return []
        return [
            heading(_("Llamadas sin terminar")),
            *(self._call(each, now) for each in self.view.unfinished),
            note(""),
        ]

    def _call(self, call: UnfinishedCall, now: datetime) -> Line:
        zone = self.shell.workspace.zone
        begun = local(call.started_at, zone)
        same_day = begun is not None and begun.date() == now.astimezone(begun.tzinfo).date()
        at = clock(call.started_at, zone) if same_day else moment(call.started_at, zone)
        fields = ngettext("{count} campo guardado", "{count} campos guardados", call.fields).format(
            count=call.fields
        )
        here = any(mode.endswith(call.contact_id) for mode, _folio, _current in self.shell.forms())
        said = (
            _("Llamada del {at} abierta ahora, {fields}")
            if here
            else _("Llamada del {at} sin terminar, {fields}")
        )
        text = said.format(at=at, fields=fields)
        return Line(
            (
                Cell(call.folio or _("sin folio"), 13, "strong" if call.folio else "muted"),
                Cell(text, None, "warning"),
            ),
            CALL + call.contact_id,
        )

    def _cases(self, now: datetime) -> list[Line]:
        if not self.view.cases:
            return [heading(_("Casos abiertos")), *self._empty()]
        count = f"{len(self.view.cases)}{'+' if self._more else ''}"
        words = Words(self.shell.workspace.protocol, self.shell.workspace.zone)
        return [heading(_("Casos abiertos, por urgencia y antigüedad"), count)] + [
            self._case(each, words, now) for each in self.view.cases
        ]

    @staticmethod
    def _empty() -> list[Line]:
        return [
            note(""),
            note(_("No hay casos abiertos.")),
            note(_("Pulse n para tomar una llamada: el reloj corre y el relato se abre.")),
            note(_("Pulse / para buscar un caso cerrado, por folio, teléfono, nombre o palabra.")),
        ]

    @staticmethod
    def _case(line: CaseLine, words: Words, now: datetime) -> Line:
        triage = words.value("cases", "triage", line.triage) or _("Sin valorar")
        people = ngettext("{count} persona", "{count} personas", line.people).format(count=line.people)
        return Line(
            (
                Cell(line.folio or "", 13, "strong"),
                Cell(triage.split(":")[0], 17, TRIAGE_LOOK.get(line.triage, "muted")),
                Cell(age(line.opened_at, now), 10, "muted"),
                Cell(people if line.people else "", 14, "muted", least=100),
                Cell(
                    (words.value("cases", "report_class", line.report_class) or _("Sin clasificar")).split(
                        " ("
                    )[0],
                    24,
                    "muted",
                    least=120,
                ),
                Cell(line.summary or words.value("contacts", "kind", line.kind), None),
            ),
            CASE + line.id,
        )

    @on(RowList.Chosen)
    def open_row(self, event: RowList.Chosen) -> None:
        """Go on with a call, or read a case."""
        event.stop()
        if event.key == OFFERS:
            from lnctp_tui.screens.case.transfer import OffersScreen

            self.app.push_screen(OffersScreen())
        elif event.key == CONFLICTS:
            from lnctp_tui.screens.case.conflicts import ConflictsScreen

            self.app.push_screen(ConflictsScreen(None))
        elif event.key.startswith(CALL):
            self.shell.reopen_call(event.key.removeprefix(CALL))
        else:
            self.shell.show_case(event.key.removeprefix(CASE))

    @on(RowList.Bottom)
    def read_more(self) -> None:
        """The next page, when there is one."""
        if not self._more:
            return
        self._more = False
        store, have = self.shell.workspace.store, len(self.view.cases)
        self.shell.in_reader(lambda: source.desk(store, PAGE, have), self._append, group="desk")

    def _append(self, page: DeskView) -> None:
        self._more = len(page.cases) >= PAGE
        self.view = source.DeskView([*self.view.cases, *page.cases], page.unfinished)
        self._show()

    def action_edit(self) -> None:
        """Open the case under the cursor in the form."""
        key = self.query_one(RowList).key
        if key.startswith(CASE):
            self.shell.edit_case(key.removeprefix(CASE))
        elif key.startswith(CALL):
            self.shell.reopen_call(key.removeprefix(CALL))

    def action_search(self) -> None:
        """Search everything."""
        self.app.switch_mode("search")

    def action_sync(self) -> None:
        """What waits to be sent, and how it stands."""
        self.app.switch_mode("sync")

    def action_options(self) -> None:
        """Theme, language, idle time, phrase."""
        from lnctp_tui.screens.vault.options import OptionsScreen

        self.app.push_screen(OptionsScreen(), lambda _done: self._show())
