"""Two values for one thing, written without seeing each other: side by side, and one key lets one of them stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.domain.records.document import Document
from lnctp_tui.errors import Refused
from lnctp_tui.i18n import N_, _, ngettext
from lnctp_tui.screens.base import write
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.lists.list_screen import NEWS, Job, ListScreen
from lnctp_tui.screens.times import moment
from lnctp_tui.services.case import cases, transfer
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.sides import Column, Sides
from lnctp_tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from lnctp_tui.services.sync.synchronise import Conflict
    from lnctp_tui.services.vault.workspace import Workspace

DIGITS = "123456789"
LEAST_HEIGHT, AROUND = 7, 8
"""Lines of the values at least, and those that the rest of the screen takes."""


class _View(NamedTuple):
    conflicts: list[Conflict]
    documents: dict[str, Document]
    names: dict[str, str]


class ConflictsScreen(ListScreen[_View]):
    """One conflict at a time; of one case, or of all with None. Leaves by itself when nothing is left."""

    NAME = N_("Dos valores para un dato")
    GROUP = "conflicts"
    AUTO_FOCUS = "Sides"
    READ_ON = frozenset({NEWS})
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(each, f"settle({each})", N_("dejar ese valor"), show=False, id=f"conflicts.{each}")
            for each in DIGITS
        ),
        Binding("j,down", "turn(1)", N_("otro dato"), key_display="↓", id="conflicts.next"),
        Binding("k,up", "turn(-1)", N_("dato anterior"), show=False, id="conflicts.previous"),
        Binding("c", "case", N_("ver el caso"), id="conflicts.case"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="conflicts.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="conflicts.help"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="conflicts.leave"),
        Binding("ctrl+l", "app.lock", N_("bloquear"), id="conflicts.lock"),
    ]

    def __init__(self, case_id: str | None = None) -> None:
        super().__init__()
        self.of_case = case_id
        self.at = 0

    @property
    def conflicts(self) -> list[Conflict]:
        """What is open."""
        return self.view.conflicts if self.view else []

    def compose(self) -> ComposeResult:
        yield TitleBar(id="top")
        yield Static(id="conflict-what", classes="text")
        yield Sides()
        yield Static(
            Content(_("1, 2 … deja ese valor. El otro no se borra: queda en el historial.")), classes="muted"
        )
        yield KeyBar()

    def job(self, limit: int) -> Job[_View]:
        """Reads what is open, and the cases it stands in."""
        workspace, case_id = self.shell.workspace, self.of_case
        return lambda: _View(*read(workspace, case_id))

    def take(self, view: _View) -> None:
        """Stay on the conflict that is shown; leave when none is left."""
        here = _here(self.conflict)
        places = [place for place, conflict in enumerate(view.conflicts) if _here(conflict) == here]
        self.at = places[0] if places else min(self.at, max(0, len(view.conflicts) - 1))
        super().take(view)
        if not view.conflicts and self.is_current:
            self.notify(_("Ya no hay nada por decidir."), markup=False)
            self.dismiss(None)

    @property
    def conflict(self) -> Conflict | None:
        """The one on the screen."""
        return self.conflicts[self.at] if self.at < len(self.conflicts) else None

    def draw(self) -> None:
        """The values side by side."""
        conflict = self.conflict
        if conflict is None or self.view is None:
            return
        words = _words(self.shell.workspace, conflict, self.view)
        count = _("{place} de {total}").format(place=self.at + 1, total=len(self.conflicts))
        top = self.query_one(TitleBar)
        top.show(self.heading)
        top.mark(count)
        where = " · ".join(filter(None, (conflict.folio, title(conflict, self.view.documents, words))))
        field = words.field(conflict.table, conflict.field)
        self.query_one("#conflict-what", Static).update(Content.assemble(where, "\n", (field, "bold")))
        sides = self.query_one(Sides)
        sides.show(columns(conflict, words))
        sides.styles.height = max(LEAST_HEIGHT, min(sides.height_of_all, self.size.height - AROUND))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what there is."""
        if action == "case":
            return self.of_case is None and self.conflict is not None and self.conflict.case is not None
        return action != "turn" or len(self.conflicts) != 1

    def action_turn(self, step: int) -> None:
        """Another conflict."""
        if self.conflicts:
            self.at = (self.at + step) % len(self.conflicts)
            self.draw()

    def action_settle(self, place: int) -> None:
        """Let the value with this number stand."""
        self.query_one(Sides).take(place)

    @on(Sides.Taken)
    def settle(self, event: Sides.Taken) -> None:
        """Write it down; the others have then been seen."""
        event.stop()
        from lnctp_tui.services.sync import synchronise

        if (conflict := self.conflict) is None:
            return
        write(self, deed("settle", *synchronise.sides(conflict, event.key)), lambda _none: self._settled())

    def _settled(self) -> None:
        self.notify(_("Decidido; el otro valor queda en el historial."), markup=False)
        self.shell.sync_now()
        self.read()

    def action_case(self) -> None:
        """What else is known of the case."""
        if self.conflict is not None and self.conflict.case is not None:
            self.shell.show_case(self.conflict.case)


def _here(conflict: Conflict | None) -> tuple[str, str, str] | None:
    return (conflict.table, conflict.row, conflict.field) if conflict else None


def _words(workspace: Workspace, conflict: Conflict, view: _View) -> Words:
    words = Words(workspace.protocol, workspace.zone, view.names)
    if conflict.case in view.documents:
        words.know(view.documents[conflict.case])
    return words


def read(
    workspace: Workspace, case_id: str | None
) -> tuple[list[Conflict], dict[str, Document], dict[str, str]]:
    """Open conflicts, the cases they stand in, and what colleagues are called."""
    from lnctp_tui.services.sync import synchronise

    open_conflicts = synchronise.conflicts(workspace.store, case_id)
    documents = {}
    for open_case in {conflict.case for conflict in open_conflicts if conflict.case}:
        try:
            documents[open_case] = cases.document(workspace.store, open_case)
        except Refused:
            continue
    return open_conflicts, documents, transfer.names(workspace.store)


def title(conflict: Conflict, documents: dict[str, Document], words: Words) -> str:
    """`Víctima · Ana`."""
    record = _record(conflict, documents.get(conflict.case or "", {}))
    kind = words.value(conflict.table, "role", record.get("role")) or words.table(conflict.table)
    name = str(record.get("name") or record.get("value") or "")
    return f"{kind} · {name}" if name else kind


def _record(conflict: Conflict, document: Document) -> dict[str, Any]:
    return next((row for row in document.get(conflict.table, ()) if row.get("id") == conflict.row), {})


def columns(conflict: Conflict, words: Words) -> list[Column]:
    """The sides, the shown one first."""
    result = []
    for place, side in enumerate(conflict.sides, 1):
        shown_mark = _("se muestra ahora") if side.shown else ""
        value = words.value(conflict.table, conflict.field, side.value) or _("(vacío)")
        name = " · ".join(filter(None, (str(place), shown_mark)))
        result.append(Column(side.change_id, name, value, side.actor_name, moment(side.at, words.zone)))
    return result


def summary(conflicts: list[Conflict], words: Words) -> list[tuple[str, str]]:
    """(field, values with their writers) of each, for the case."""
    lines = []
    for conflict in conflicts:
        label = words.field(conflict.table, conflict.field)
        text = "\n".join(
            f"{words.value(conflict.table, conflict.field, side.value) or _('(vacío)')}  —  {side.actor_name}, "
            f"{moment(side.at, words.zone)}"
            for side in conflict.sides
        )
        lines.append((label, text))
    return lines


def counted(count: int) -> str:
    """`2 datos con dos valores`."""
    return ngettext("{count} dato con dos valores", "{count} datos con dos valores", count).format(
        count=count
    )
