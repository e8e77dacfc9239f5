"""What is to be done: the open tasks of the day, with the first due first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lnctp_tui.domain.follow.windows import CALLED
from lnctp_tui.domain.values import moments
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.follow.pending_acts import REVIEW, PendingActs
from lnctp_tui.screens.follow.words import takers
from lnctp_tui.screens.labels import TRIAGE_LOOK
from lnctp_tui.screens.lists.columns import Column, Columns, Frame
from lnctp_tui.screens.lists.list_screen import PAGE, Job, ListScreen
from lnctp_tui.screens.times import age, moment
from lnctp_tui.services.follow import worklist as source
from lnctp_tui.services.follow.worklist import WorkLine, WorkList
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import ArrowRows, Cell, Line, RowList, heading, note
from lnctp_tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from lnctp_tui.services.follow.worklist import Calling

TASK, CALLING, REFERRAL = "task:", "calling:", "referral"
ONLY = {"late": N_("vencidas"), "today": N_("hoy"), "week": N_("esta semana")}


def is_late(line: WorkLine, frame: Frame) -> bool:
    """Whether its time is over."""
    due = moments.zoned(line.due_to)
    return due is not None and due < frame.now


def _count(count: int) -> str:
    return f"{count}+" if count >= source.COUNTED else str(count)


def _due(line: WorkLine, frame: Frame) -> str:
    if not line.due_to:
        return _("sin hora")
    if is_late(line, frame):
        return _("vencida {age}").format(age=age(line.due_to, frame.now))
    return moment(line.due_from or line.due_to, frame.words.zone)


def _folio(line: WorkLine, _frame: Frame) -> str:
    return line.folio or _("sin folio")


def _kind(line: WorkLine, frame: Frame) -> str:
    """What it is; of what is no call, why it is there."""
    if line.kind not in CALLED and (planned := frame.words.value("tasks", "plan", line.plan)):
        return planned
    kind = frame.words.value("tasks", "kind", line.kind)
    return _("{kind} · {n}/{most}").format(kind=kind, n=line.attempt, most=5) if line.attempt else kind


def _who(line: WorkLine, frame: Frame) -> str:
    if line.taken:
        return _("⚑ dos personas: {names}").format(names=takers(line.taken, frame.words.zone))
    return line.assignees[0] if line.assignees else _("de nadie")


TASKS: Columns[WorkLine] = Columns(
    (
        Column(_due, 18, "warning"),
        Column(_folio, 13, "strong"),
        Column(lambda line, frame: frame.words.value("cases", "triage", line.triage).split(":")[0], 17,
               lambda line: TRIAGE_LOOK.get(line.triage, "muted"), least=120),
        Column(_kind, 30),
        Column(lambda line, _frame: line.say, None, "muted", least=100),
        Column(_who, 22, lambda line: "error" if len(line.assignees) > 1 else "muted", least=90),
    ),
    lambda line: TASK + line.id,
    lambda line, frame: frame.notes(_who(line, frame), "   ") if len(line.assignees) > 1 else (),
)  # fmt: skip


def _call(call: Calling, zone: str) -> Line:
    text = _("Llamada del {at}: «r» dice qué pasó").format(at=moment(call.started_at, zone))
    return Line((Cell(call.folio or "", 13, "strong"), Cell(text, None, "warning")), CALLING + call.task_id)


def _awaited(referral: source.Awaited, frame: Frame) -> Line:
    text = _("vencida {age}").format(age=age(referral.expected_by, frame.now))
    cells = (
        Cell(text, 18, "warning"),
        Cell(referral.folio or _("sin folio"), 13, "strong"),
        Cell(
            _("{provider} no contesta: «r» dice qué pasó").format(provider=referral.provider), None, "warning"
        ),
    )
    return Line(cells, f"{REFERRAL}:{referral.case_id}/{referral.referral_id}")


def _first(view: WorkList, frame: Frame) -> list[Line]:
    """What stands above the tasks: calls without a result, referrals without an answer."""
    calls = [_call(call, frame.words.zone) for call in view.calling]
    late = [_awaited(referral, frame) for referral in view.awaited]
    first = [heading(_("Llamadas hechas, falta el resultado")), *calls, note("")] if calls else []
    if late:
        first += [heading(_("Canalizaciones que nadie contestó a tiempo")), *late, note("")]
    return first


class PendingScreen(ListScreen[WorkList]):
    """Tasks to be done. No key of it dials: a call begins on the card of its task."""

    NAME = N_("Pendientes")
    PLACE = "pending"
    GROUP = "pending"
    PAGED = PAGE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "card", N_("tarjeta"), id="pending.card"),
        Binding("r", "result", N_("resultado"), id="pending.result"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="pending.leave"),
        Binding("y", "take", N_("tomar"), id="pending.take"),
        Binding("o", "put_off", N_("otra fecha"), id="pending.due"),
        Binding("k", "decide", N_("decidir"), id="pending.decide"),
        Binding("g", "let_go", N_("soltar"), id="pending.let_go"),
        Binding("1", "mine", N_("mías o todas"), key_display="1-4", id="pending.mine"),
        Binding("2", "due('late')", N_("solo vencidas"), show=False, id="pending.late"),
        Binding("3", "due('today')", N_("solo hoy"), show=False, id="pending.today"),
        Binding("4", "due('week')", N_("solo esta semana"), show=False, id="pending.week"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="pending.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="pending.help"),
    ]
    case_id: str | None = None
    mine = False
    due: source.Due | None = None

    def __init__(self) -> None:
        super().__init__()
        self.acts = PendingActs(self)

    def compose(self) -> ComposeResult:
        yield TitleBar(self.heading, id="top")
        yield ArrowRows(id="list")
        yield KeyBar()

    def job(self, limit: int) -> Job[WorkList]:
        """The first page, or as much as was shown."""
        workspace, mine, case_id, due = self.shell.workspace, self.mine, self.case_id, self.due

        def read() -> WorkList:
            store, zone = workspace.store, workspace.zone
            page = source.worklist(store, zone, limit, mine=mine, case_id=case_id, due=due)
            return replace(page, awaited=source.awaited(store, case_id) if due in (None, "late") else ())

        return read

    def next_page(self, view: WorkList) -> Job[WorkList]:
        """The tasks that are due next."""
        workspace, mine, case_id, due = self.shell.workspace, self.mine, self.case_id, self.due

        def read() -> WorkList:
            store, zone, at = workspace.store, workspace.zone, len(view.lines)
            page = source.worklist(store, zone, PAGE, at, mine=mine, case_id=case_id, due=due)
            return replace(page, lines=[*view.lines, *page.lines], awaited=view.awaited)

        return read

    def count(self, view: WorkList) -> int:
        """Calls without a result are always shown whole."""
        return len(view.lines)

    def lines(self, view: WorkList) -> Sequence[Line]:
        """Calls that have no result yet, then the tasks."""
        counts = _("vencidas {late} · hoy {today} · semana {week}").format(
            late=_count(view.late), today=_count(view.today), week=_count(view.week)
        )
        whose = _("mías y de nadie") if self.mine else _("todas")
        only = f" · {_(ONLY[self.due])}" if self.due else ""
        self.query_one(TitleBar).show(f"{self.heading} · {whose}{only}   {counts}")
        return [*_first(view, self.frame), *TASKS.lines(view.lines, self.frame, _("Nada pendiente."))]

    @property
    def chosen(self) -> WorkLine | None:
        """The task under the cursor."""
        key = self.query_one(RowList).key.removeprefix(TASK)
        return next((line for line in self.view.lines if line.id == key), None) if self.view else None

    def open_key(self, key: str) -> None:
        """Open the card of a task: it is read, and nothing is dialled."""
        of_what, _colon, state = key.partition(":")
        if of_what != REFERRAL and (task := self.chosen) and task.referral_id and task.kind not in CALLED:
            of_what, state = REFERRAL, f"{task.case_id}/{task.referral_id}"
        self.shell.go("referral" if of_what == REFERRAL else "card", state)

    def action_card(self) -> None:
        """The same by its key."""
        if key := self.query_one(RowList).key:
            self.open_key(key)

    def action_result(self) -> None:
        """What came of a call is said on its card; of another task, in a line."""
        task = self.chosen
        if task is None or task.kind in CALLED:
            self.action_card()
        elif task.kind == REVIEW:
            self.acts.decide(task)
        else:
            self.acts.done(task)

    def action_take(self) -> None:
        """Take the task."""
        if task := self.chosen:
            self.acts.take(task)

    def action_let_go(self) -> None:
        """Give it up."""
        if task := self.chosen:
            self.acts.let_go(task)

    def action_put_off(self) -> None:
        """Another time."""
        if task := self.chosen:
            self.acts.put_off(task)

    def action_decide(self) -> None:
        """What supervision is asked, it decides here."""
        self.acts.decide(self.chosen)

    def action_mine(self) -> None:
        """Only mine and nobody's, or all."""
        self.mine = not self.mine
        self.read()

    def action_due(self, due: str) -> None:
        """Only what is due then, or again all."""
        self.due = None if due == self.due else cast("source.Due", due)
        self.read()


class CasePendingScreen(PendingScreen):
    """The same of one case."""

    PLACE = "case_pending"

    def __init__(self, case_id: str) -> None:
        super().__init__()
        self.case_id = case_id
        self.place = (self.PLACE, case_id)
