"""What a counselor or supervision says of a task in the list, asked in dialogs. The first line of each does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lnctp_tui.domain.values import moments, promises
from lnctp_tui.i18n import _
from lnctp_tui.screens.base import Given, write
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.follow import words as follow_words
from lnctp_tui.screens.follow.asking import ask_when
from lnctp_tui.screens.sync.sync_words import leads
from lnctp_tui.services.follow import deciding
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.row_list import Cell, Line

if TYPE_CHECKING:
    from lnctp_tui.screens.lists.list_screen import ListScreen
    from lnctp_tui.services.follow.worklist import WorkLine, WorkList

YES = "yes"
REVIEW = "review"
OUTCOME = 500
REMARK = 2000
"""Characters of what supervision says."""


class PendingActs:
    """The acts of one list of tasks, which is read again once they are stored."""

    def __init__(self, screen: ListScreen[WorkList]) -> None:
        self.screen = screen

    def do(self, name: str, *arguments: Any, given: Given[str] | None = None) -> None:
        """Hand a deed to the writer."""
        write(self.screen, deed(name, *arguments), lambda _result: self.screen.read(), given=given)

    def take(self, task: WorkLine) -> None:
        """Take it; from a colleague only when that is said."""
        workspace = self.screen.shell.workspace
        others = [name for name in task.assignees if name != workspace.counselor_name]
        if not others:
            self.do("task_take", task.id, None)
            return
        lines = [Line((Cell(_("Tomarla yo")),), YES)]
        names = follow_words.takers(task.taken, workspace.zone) or ", ".join(others)
        told = _("La tiene: {names}. Hable antes con quien la tiene, para no llamar dos veces.")
        title, stay = _("Ya la tomó alguien"), _("Dejarla como está")
        self.screen.app.push_screen(
            PickDialog(title, lines, told.format(names=names), purpose="task.take", stay=stay),
            lambda answer: self.do("task_take", task.id, task.assignee_id) if answer else None,
        )

    def let_go(self, task: WorkLine) -> None:
        """Give it up, so that somebody else takes it."""
        lines, stay = [Line((Cell(_("Soltarla: queda de nadie")),), YES)], _("Seguir con ella")
        self.screen.app.push_screen(
            PickDialog(_("¿Soltar esta tarea?"), lines, task.say, purpose="task.let_go", stay=stay),
            lambda answer: self.do("task_let_go", task.id, task.case_id) if answer else None,
        )

    def put_off(self, task: WorkLine) -> None:
        """Another time, in the words of people."""
        ask_when(self.screen, lambda window: self._due(task, window), of=_of(task))

    def _due(self, task: WorkLine, window: Given[promises.Window]) -> None:
        screen = self.screen

        def stored(warning: str) -> None:
            if warning:
                screen.notify(_(follow_words.UNSAFE), severity="warning", markup=False)
            screen.read()

        write(screen, deed("task_due", task.id, *map(moments.iso, window.value)), stored, given=window)

    def done(self, task: WorkLine) -> None:
        """What was done, in a line: the task ends."""
        hint = _("Queda en la tarea; la tarea termina.")
        dialog = LineDialog(_("¿Qué se hizo?"), hint, OUTCOME, purpose="task.done", of=_of(task))
        self.screen.app.push_screen(
            dialog, lambda line: self.do("task_done", task.id, line.value, given=line) if line else None
        )

    def decide(self, task: WorkLine | None) -> None:
        """What supervision decides of what it is asked, with what follows of each decision."""
        if task is None or task.kind != REVIEW:
            self.screen.notify(_("Aquí no hay nada que decidir: elija una revisión."), markup=False)
        elif not leads(self.screen.shell.sync_status):
            self.screen.notify(_("Eso lo decide supervisión."), severity="warning", markup=False)
        else:
            self._decide(task)

    def _decide(self, task: WorkLine) -> None:
        lines = [Line((Cell(_(follow_words.DECISIONS[code])),), code) for code in deciding.choices(task.plan)]
        plan = self.screen.frame.words.value("tasks", "plan", task.plan)

        def chosen(decision: str | None) -> None:
            if decision:
                self._why(task, decision)

        told = " · ".join(filter(None, (plan, task.say)))
        stay = _("No decidir todavía")
        dialog = PickDialog(_("¿Qué decide supervisión?"), lines, told, purpose="task.decide", stay=stay)
        self.screen.app.push_screen(dialog, chosen)

    def _why(self, task: WorkLine, decision: str) -> None:
        screen = self.screen

        def decided(step: str) -> None:
            text = _(follow_words.DECIDED[step])
            screen.app.notify(text, severity="warning" if step == "unsafe" else "information", markup=False)
            screen.read()

        def say(remark: Given[str] | None) -> None:
            if remark:
                write(screen, deed("task_decide", task.id, decision, remark.value), decided, given=remark)

        hint = _("Una frase: queda en la tarea, y la lee quien lleva el caso.")
        dialog = LineDialog(_("¿Por qué?"), hint, REMARK, purpose="task.why", of=_of(task))
        screen.app.push_screen(dialog, say)


def _of(task: WorkLine) -> str:
    return f"{task.case_id}/{task.id}"
