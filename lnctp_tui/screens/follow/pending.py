"""What is to be done: the open tasks of the day, with the first due first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from textual.binding import Binding, BindingType

from lnctp_tui.domain.values import moments, promises
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import write
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.labels import TRIAGE_LOOK
from lnctp_tui.screens.lists.columns import Column, Columns, Frame
from lnctp_tui.screens.lists.list_screen import PAGE, Job, ListScreen
from lnctp_tui.screens.times import age, moment
from lnctp_tui.services.follow import worklist as source
from lnctp_tui.services.follow.worklist import WorkLine, WorkList
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.row_list import Cell, Line, RowList, heading, note
from lnctp_tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from lnctp_tui.services.follow.worklist import Calling

TASK, CALLING = "task:", "calling:"
OUTCOME = 500
NO, YES = "no", "yes"


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
    kind = frame.words.value("tasks", "kind", line.kind)
    return _("{kind} · {n}/{most}").format(kind=kind, n=line.attempt, most=5) if line.attempt else kind


def _why(line: WorkLine, frame: Frame) -> str:
    return frame.words.value("tasks", "plan", line.plan) if line.kind == "review" else line.say


def _who(line: WorkLine, _frame: Frame) -> str:
    if len(line.assignees) > 1:
        return _("⚑ dos personas: {names}").format(names=" · ".join(line.assignees))
    return line.assignees[0] if line.assignees else _("de nadie")


TASKS: Columns[WorkLine] = Columns(
    (
        Column(_due, 18, "warning"),
        Column(_folio, 13, "strong"),
        Column(lambda line, frame: frame.words.value("cases", "triage", line.triage).split(":")[0], 17,
               lambda line: TRIAGE_LOOK.get(line.triage, "muted"), least=120),
        Column(_kind, 30),
        Column(_why, None, "muted", least=100),
        Column(_who, 22, lambda line: "error" if len(line.assignees) > 1 else "muted", least=90),
    ),
    lambda line: TASK + line.id,
    lambda line, frame: frame.notes(_who(line, frame), "   ") if len(line.assignees) > 1 else (),
)  # fmt: skip


def _call(call: Calling, zone: str) -> Line:
    text = _("Llamada del {at}: «r» dice qué pasó").format(at=moment(call.started_at, zone))
    return Line((Cell(call.folio or "", 13, "strong"), Cell(text, None, "warning")), CALLING + call.task_id)


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
        Binding("1", "mine", N_("mías o todas"), id="pending.mine"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="pending.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="pending.help"),
    ]
    case_id: str | None = None
    mine = False

    def job(self, limit: int) -> Job[WorkList]:
        """The first page, or as much as was shown."""
        workspace, mine, case_id = self.shell.workspace, self.mine, self.case_id
        return lambda: source.worklist(workspace.store, workspace.zone, limit, mine=mine, case_id=case_id)

    def next_page(self, view: WorkList) -> Job[WorkList]:
        """The tasks that are due next."""
        workspace, mine, case_id = self.shell.workspace, self.mine, self.case_id

        def read() -> WorkList:
            at = len(view.lines)
            page = source.worklist(workspace.store, workspace.zone, PAGE, at, mine=mine, case_id=case_id)
            return source.WorkList([*view.lines, *page.lines], page.late, page.today, page.week, page.calling)

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
        self.query_one(TitleBar).show(f"{self.heading} · {whose}   {counts}")
        calls = [_call(call, self.shell.workspace.zone) for call in view.calling]
        head = [heading(_("Llamadas hechas, falta el resultado")), *calls, note("")] if calls else []
        return [*head, *TASKS.lines(view.lines, self.frame, _("Nada pendiente."))]

    @property
    def chosen(self) -> WorkLine | None:
        """The task under the cursor."""
        key = self.query_one(RowList).key.removeprefix(TASK)
        return next((line for line in self.view.lines if line.id == key), None) if self.view else None

    def open_key(self, key: str) -> None:
        """Open the card of a task: it is read, and nothing is dialled."""
        self.shell.go("card", key.removeprefix(TASK).removeprefix(CALLING))

    def action_card(self) -> None:
        """The same by its key."""
        if key := self.query_one(RowList).key:
            self.open_key(key)

    def action_result(self) -> None:
        """What came of a call is said on its card; of another task, in a line."""
        from lnctp_tui.domain.follow.windows import CALLED

        task = self.chosen
        if task is None or task.kind in CALLED:
            self.action_card()
            return
        dialog = LineDialog(_("¿Qué se hizo?"), _("Queda en la tarea; la tarea termina."), OUTCOME)
        self.app.push_screen(dialog, lambda line: self._do("task_done", task.id, line) if line else None)

    def action_take(self) -> None:
        """Take the task; from a colleague only when that is said."""
        task, me = self.chosen, self.shell.workspace
        if task is None or self.view is None:
            return
        others = [name for name in task.assignees if name != me.counselor_name]
        if not others:
            self._do("task_take", task.id, None)
            return
        lines = [Line((Cell(_("Dejarla como está")),), NO), Line((Cell(_("Tomarla yo")),), YES)]
        told = _("La tiene: {names}. Hable antes con quien la tiene, para no llamar dos veces.")
        self.app.push_screen(
            PickDialog(_("Ya la tomó alguien"), lines, told.format(names=", ".join(others))),
            lambda answer: self._do("task_take", task.id, task.assignee_id) if answer == YES else None,
        )

    def action_put_off(self) -> None:
        """Another time, in the words of people."""
        task = self.chosen
        if task is not None:
            dialog = LineDialog(_("¿Para cuándo?"), _("mañana 10 a 12, en 3 días, 15/12"), 60)
            self.app.push_screen(dialog, lambda typed: self._put_off(task, typed) if typed else None)

    def _put_off(self, task: WorkLine, typed: str) -> None:
        workspace = self.shell.workspace
        window = promises.window(typed, workspace.store.now().astimezone(ZoneInfo(workspace.zone)))
        if window is None:
            text = _("Esa hora no se entiende o ya pasó. ¿Mañana 10:00?")
            self.notify(text, severity="warning", markup=False)
            return
        self._do("task_due", task.id, *map(moments.iso, window))

    def action_mine(self) -> None:
        """Only mine and nobody's, or all."""
        self.mine = not self.mine
        self.read()

    def _do(self, name: str, *arguments: Any) -> None:
        write(self, deed(name, *arguments), lambda _result: self.read())


class CasePendingScreen(PendingScreen):
    """The same of one case."""

    PLACE = "case_pending"

    def __init__(self, case_id: str) -> None:
        super().__init__()
        self.case_id = case_id
        self.place = (self.PLACE, case_id)
