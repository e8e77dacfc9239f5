"""The desk: calls that were not finished, then open cases by urgency and age."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from lnctp_tui.i18n import N_, _, ngettext
from lnctp_tui.screens import registry
from lnctp_tui.screens.base import write
from lnctp_tui.screens.labels import TRIAGE_LOOK
from lnctp_tui.screens.lists.columns import Column, Columns, Frame
from lnctp_tui.screens.lists.list_screen import PAGE, Job, ListScreen
from lnctp_tui.screens.practice import choosing
from lnctp_tui.screens.sync.sync_words import leads, mark, problem, when
from lnctp_tui.screens.times import age, clock, local, moment
from lnctp_tui.services.call import desk as source
from lnctp_tui.widgets.row_list import Cell, Line, RowList, heading, note
from lnctp_tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from lnctp_tui.services.call.calls import UnfinishedCall
    from lnctp_tui.services.call.desk import DeskView
    from lnctp_tui.services.case.cases import CaseLine
    from lnctp_tui.services.sync.synchronise import SyncStatus

TWICE = 3.0
"""Seconds between two presses of the key that asks for a break."""
CALL, CASE, OFFERS, CONFLICTS = "call:", "case:", "offers:", "conflicts:"


def _triage(line: CaseLine, frame: Frame) -> str:
    return (frame.words.value("cases", "triage", line.triage) or _("Sin valorar")).split(":")[0]


def _people(line: CaseLine, _frame: Frame) -> str:
    text = ngettext("{count} persona", "{count} personas", line.people).format(count=line.people)
    return text if line.people else ""


def _class(line: CaseLine, frame: Frame) -> str:
    return (frame.words.value("cases", "report_class", line.report_class) or _("Sin clasificar")).split(" (")[
        0
    ]


CASES: Columns[CaseLine] = Columns(
    (
        Column(lambda line, _frame: line.folio or "", 13, "strong"),
        Column(_triage, 17, lambda line: TRIAGE_LOOK.get(line.triage, "muted")),
        Column(lambda line, frame: age(line.opened_at, frame.now), 10, "muted"),
        Column(_people, 14, "muted", least=100),
        Column(_class, 24, "muted", least=120),
        Column(lambda line, frame: line.summary or frame.words.value("contacts", "kind", line.kind)),
    ),
    lambda line: CASE + line.id,
)
"""Open cases."""


class DeskScreen(ListScreen["DeskView"]):
    """What needs somebody now."""

    NAME = N_("Escritorio")
    GROUP = "desk"
    PAGED = PAGE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "app.new_call", N_("nueva llamada"), id="desk.new"),
        *registry.keys()[:1],
        Binding("e", "edit", N_("editar"), id="desk.edit"),
        *registry.keys()[1:],
        Binding("question_mark", "app.help", N_("teclas"), key_display="?", id="desk.help"),
        Binding("f1", "app.help", N_("teclas"), show=False, id="desk.help_f1"),
        Binding("p", "practise", N_("practicar"), show=False, id="desk.practise"),
        Binding("f9", "rest", N_("descanso: dos veces"), show=False, id="desk.rest"),
        Binding("q", "app.quit", N_("salir"), id="desk.quit"),
    ]

    def __init__(self, view: DeskView) -> None:
        super().__init__()
        self.rows.view, self.rows.wanted, self.rows.more = view, PAGE, len(view.cases) >= PAGE
        self._rest_at = -TWICE
        self._waits: tuple[int, int, str, str | None] = (0, 0, "", None)
        """Offers and conflicts that stand above the list, the last save, and what officers ordered."""

    def job(self, limit: int) -> Job[DeskView]:
        """As much of the desk as was shown."""
        store = self.shell.workspace.store
        return lambda: source.desk(store, limit)

    def next_page(self, view: DeskView) -> Job[DeskView]:
        """The next cases by urgency and age."""
        store = self.shell.workspace.store

        def read() -> DeskView:
            page = source.desk(store, PAGE, len(view.cases))
            return source.DeskView([*view.cases, *page.cases], page.unfinished)

        return read

    def count(self, view: DeskView) -> int:
        """Unfinished calls are always shown whole."""
        return len(view.cases)

    def taken(self, before: DeskView | None) -> None:
        """A call that was cut off meanwhile is shown first."""
        known_ids = {call.contact_id for call in before.unfinished} if before else set()
        if self.view and {call.contact_id for call in self.view.unfinished} - known_ids:
            self.query_one(RowList).action_edge(0)

    def draw(self) -> None:
        """Whose desk it is, how synchronisation stands, and the list."""
        workspace = self.shell.workspace
        today = moment(workspace.store.now().isoformat(), workspace.zone)
        self.query_one(TitleBar).show(f"{self.heading}   {workspace.counselor_name} · {today}")
        self._follow(self.shell.sync_status)
        super().draw()

    def lines(self, view: DeskView) -> list[Line]:
        """What waits between colleagues, unfinished calls, open cases."""
        frame = self.frame
        offers, conflicts, saved, order = self._waits
        here = {mode for mode, _folio, _current in self.shell.forms()}
        return [
            *_ordered(order, frame),
            *_decide(offers, conflicts),
            *_calls(view, frame, here),
            *_cases(view, frame, more=self.rows.more),
            *_last(saved),
        ]

    def synced(self, status: SyncStatus | None) -> None:
        """The line at the top, and what others wait for."""
        if self._follow(status):
            self.draw()

    def _follow(self, status: SyncStatus | None) -> bool:
        """Show how synchronisation stands; whether what stands above and below the cases changed by it."""
        workspace = self.shell.workspace
        sync_mark = mark(status, workspace.zone, workspace.store.now())
        self.query_one(TitleBar).mark(sync_mark.long or _("sin servidor"), alert=sync_mark.alert)
        waits = (
            (status.offers, status.conflicts, _saved(status, self.frame), status.ordered)
            if status
            else (0, 0, "", None)
        )
        before, self._waits = self._waits, waits
        return waits != before

    def open_key(self, key: str) -> None:
        """Go on with a call, or read a case."""
        if key == OFFERS:
            self.shell.go("offers")
        elif key == CONFLICTS:
            self.shell.go("conflicts")
        elif key.startswith(CALL):
            self.shell.reopen_call(key.removeprefix(CALL))
        else:
            self.shell.show_case(key.removeprefix(CASE))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Supervision is for supervisors, and for a laptop that has no server."""
        if action == "go" and parameters == ("supervision",):
            return leads(self.shell.sync_status)
        if action == "practise":
            return choosing.possible()
        return super().check_action(action, parameters)

    def action_practise(self) -> None:
        """Choose a practice call; never over an open one."""
        choosing.choose(self)

    def action_rest(self) -> None:
        """Ask for a break; once is only a question, and what was asked is nobody's to read."""
        from lnctp_tui.services.follow import breaks

        workspace, now = self.shell.workspace, monotonic()
        if now - self._rest_at > TWICE:
            self._rest_at = now
            self.notify(_("¿Un descanso? Otra vez F9 lo pide. Se cuenta sin su nombre."), markup=False)
            return
        self._rest_at = -TWICE
        write(
            self,
            breaks.asking(workspace.store),
            lambda _none: self.notify(_("Anotado. Respire."), markup=False),
        )

    def action_edit(self) -> None:
        """Open the case under the cursor in the form."""
        key = self.query_one(RowList).key
        if key.startswith(CASE):
            self.shell.edit_case(key.removeprefix(CASE))
        elif key.startswith(CALL):
            self.shell.reopen_call(key.removeprefix(CALL))


def _last(at: str) -> list[Line]:
    return [note(""), note(_("Sin conexión. Último guardado: {at}").format(at=at))] if at else []


def _saved(status: SyncStatus, frame: Frame) -> str:
    """When the last change was saved, while there is no network that would bring back what is missing."""
    return when(status.saved_at, frame.words.zone, frame.now) if status.online is False else ""


def _ordered(order: str | None, frame: Frame) -> list[Line]:
    """What officers signed that takes something from this laptop."""
    if not order:
        return []
    title = Line((Cell(_("Orden de sus responsables"), None, "warning"), Cell("", 1, "muted")))
    return [title, *frame.notes(problem(f"signed_{order}")), note("")]


def _decide(offers: int, conflicts: int) -> list[Line]:
    rows = []
    if offers:
        text = ngettext("{count} caso ofrecido a usted", "{count} casos ofrecidos a usted", offers)
        rows.append((OFFERS, text.format(count=offers)))
    if conflicts:
        text = ngettext(
            "{count} dato con dos valores: falta decidir",
            "{count} datos con dos valores: falta decidir",
            conflicts,
        )
        rows.append((CONFLICTS, text.format(count=conflicts)))
    lines = [Line((Cell(text, None, "warning"),), key) for key, text in rows]
    return [heading(_("Entre colegas")), *lines, note("")] if lines else []


def _calls(view: DeskView, frame: Frame, here: set[str]) -> list[Line]:
    calls = [_call(call, frame, here) for call in view.unfinished]
    return [heading(_("Llamadas sin terminar")), *calls, note("")] if calls else []


def _call(call: UnfinishedCall, frame: Frame, here: set[str]) -> Line:
    zone, now = frame.words.zone, frame.now
    begun = local(call.started_at, zone)
    same_day = begun is not None and begun.date() == now.astimezone(begun.tzinfo).date()
    at = clock(call.started_at, zone) if same_day else moment(call.started_at, zone)
    fields = ngettext("{count} campo guardado", "{count} campos guardados", call.fields).format(
        count=call.fields
    )
    sentence = (
        _("Llamada del {at} abierta ahora, {fields}")
        if any(mode.endswith(call.contact_id) for mode in here)
        else _("Llamada del {at} sin terminar, {fields}")
    )
    text = sentence.format(at=at, fields=fields)
    return Line(
        (
            Cell(call.folio or _("sin folio"), 13, "strong" if call.folio else "muted"),
            Cell(text, None, "warning"),
        ),
        CALL + call.contact_id,
    )


def _cases(view: DeskView, frame: Frame, *, more: bool) -> list[Line]:
    if not view.cases:
        return [heading(_("Casos abiertos")), *_empty()]
    count = f"{len(view.cases)}{'+' if more else ''}"
    title = heading(_("Casos abiertos, por urgencia y antigüedad"), count)
    return [title, *CASES.lines(view.cases, frame)]


def _empty() -> list[Line]:
    return [
        note(""),
        note(_("No hay casos abiertos.")),
        note(_("Pulse n para tomar una llamada: el reloj corre y el relato se abre.")),
        note(_("Pulse / para buscar un caso cerrado, por folio, teléfono, nombre o palabra.")),
    ]
