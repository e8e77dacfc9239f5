"""Supervision: cases by urgency and age, what stands still, and who has how much; and what is decided of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from lnctp_tui.i18n import N_, _, ngettext
from lnctp_tui.screens.base import Given, write
from lnctp_tui.screens.dialogs import TextDialog
from lnctp_tui.screens.labels import TRIAGE_LOOK
from lnctp_tui.screens.lists.columns import Column, Columns, Frame
from lnctp_tui.screens.lists.list_screen import PAGE, Job, ListScreen
from lnctp_tui.screens.sync.sync_words import SUPERVISOR, role_of
from lnctp_tui.screens.times import age
from lnctp_tui.services.case import cases
from lnctp_tui.services.follow import supervision as source
from lnctp_tui.services.follow.supervision import COUNTED, Counts, Supervised, Supervision, View
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.widgets.drawing import fit
from lnctp_tui.widgets.row_list import Line, RowList, heading
from lnctp_tui.widgets.title_bar import TitleBar

TITLES: dict[View, str] = {
    "urgency": N_("Abiertos, por urgencia y antigüedad"), "unassigned": N_("Sin asignar"),
    "late": N_("Tareas vencidas"), "minimum": N_("Registro mínimo incompleto"),
    "conflicts": N_("Datos con dos valores"), "load": N_("Carga de cada quien"),
    "matches": N_("Piden ver con qué coinciden"),
}  # fmt: skip
HINT = N_("1 urgencia 2 sin asignar 3 vencido 4 mínimo 5 ≠ 6 cuarentena 7 carga 8 vínculos 9 prácticas")
KEYS: dict[str, View] = {
    "1": "urgency", "2": "unassigned", "3": "late", "4": "minimum", "5": "conflicts", "7": "load",
    "8": "matches",
}  # fmt: skip


def _who(row: Supervised, _frame: Frame) -> str:
    return row.who or (_("no está en este equipo") if row.who_id else _("de nadie"))


def _state(row: Supervised, frame: Frame) -> str:
    parts = []
    if row.what and " " in row.what:
        table, _blank, field = row.what.partition(" ")
        parts.append(f"{frame.words.table(table)}: {frame.words.field(table, field)}")
    elif row.what:
        parts.append(frame.words.value("tasks", "kind", row.what))
    parts += [_over(row, frame)] if row.late else []
    if row.minimum:
        parts.append(_("mínimo incompleto"))
    return " · ".join(parts)


def _folio(row: Supervised, _frame: Frame) -> str:
    return row.folio or _("sin folio")


def _level(row: Supervised, frame: Frame) -> str:
    return frame.words.value("cases", "triage", row.triage).split(":")[0] or _("Sin valorar")


def _open(row: Supervised, _frame: Frame) -> str:
    return _("{n} abiertos").format(n=row.open)


def _pressing(row: Supervised, _frame: Frame) -> str:
    return _("{n} urgentes").format(n=row.minimum)


def _over(row: Supervised, _frame: Frame) -> str:
    return (
        ngettext("{count} vencida", "{count} vencidas", row.late).format(count=row.late) if row.late else ""
    )


CASES: Columns[Supervised] = Columns(
    (
        Column(_folio, 13, "strong"),
        Column(_level, 17, lambda row: TRIAGE_LOOK.get(row.triage, "muted")),
        Column(lambda row, frame: age(row.at, frame.now), 10, "muted"),
        Column(lambda row, frame: fit(_who(row, frame), 17), 18, lambda row: "muted" if row.who_id else "warning"),
        Column(_state, None, "warning"),
    ),
    lambda row: row.case_id,
)  # fmt: skip
LOAD: Columns[Supervised] = Columns(
    (
        Column(_who, 30, "strong"),
        Column(_open, 16),
        Column(_pressing, 16, lambda row: "warning" if row.minimum else "muted"),
        Column(_over, None, "warning"),
    ),
    lambda row: "",
)  # fmt: skip


def _count(count: int) -> str:
    return f"{count}+" if count >= COUNTED else str(count)


def counted(counts: Counts) -> str:
    """`abiertos 214 · sin asignar 6 · vencidas 11 · mínimo 2 · ≠ 3`."""
    text = _(
        "abiertos {open} · sin asignar {unassigned} · vencidas {late} · mínimo {minimum} · ≠ {conflicts}"
    )
    shown = {
        name: _count(getattr(counts, name)) for name in ("open", "unassigned", "late", "minimum", "conflicts")
    }
    unfit = _(" · apartados {n}").format(n=_count(counts.unfit)) if counts.unfit else ""
    return text.format(**shown) + unfit


class SupervisionScreen(ListScreen[Supervision]):
    """All cases of this laptop: for supervision, and where there is no server."""

    NAME = N_("Supervisión")
    PLACE = "supervision"
    GROUP = "supervision"
    PAGED = PAGE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "hand('assign')", N_("asignar"), id="supervision.assign"),
        Binding("t", "hand('offer')", N_("transferir"), id="supervision.offer"),
        Binding("v", "review", N_("revisar"), id="supervision.review"),
        Binding("x", "close", N_("cerrar"), id="supervision.close"),
        Binding("m", "links", N_("vínculos"), id="supervision.links"),
        *(
            Binding(key, f"show('{view}')", TITLES[view], show=False, id=f"supervision.{view}")
            for key, view in KEYS.items()
        ),
        Binding("9", "go('shares')", N_("prácticas enviadas"), show=False, id="supervision.shares"),
        Binding("6", "quarantine", N_("cuarentena"), show=False, id="supervision.quarantine"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="supervision.leave"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="supervision.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="supervision.help"),
    ]
    showing: View = "urgency"

    def job(self, limit: int) -> Job[Supervision]:
        """As much of what is shown as was."""
        store, view = self.shell.workspace.store, self.showing
        return lambda: source.supervision(store, view, limit)

    def next_page(self, view: Supervision) -> Job[Supervision]:
        """The next rows."""
        store, showing = self.shell.workspace.store, self.showing

        def read() -> Supervision:
            more = source.supervision(store, showing, PAGE, len(view.rows))
            return Supervision(showing, [*view.rows, *more.rows], more.counts)

        return read

    def count(self, view: Supervision) -> int:
        """Rows that were read."""
        return len(view.rows)

    def lines(self, view: Supervision) -> Sequence[Line]:
        """What is shown now, under its name; above it how many there are of each."""
        self.query_one(TitleBar).show(f"{self.heading}   {counted(view.counts)}")
        columns = LOAD if view.view == "load" else CASES
        above = [*self.frame.notes(_(HINT)), heading(_(TITLES[view.view]))]
        return [*above, *columns.lines(view.rows, self.frame, _("Nada."))]

    def open_key(self, key: str) -> None:
        """Read the case."""
        self.shell.show_case(key)

    @property
    def role(self) -> str | None:
        """Who this person is on the Line; None on a laptop that has no server."""
        return role_of(self.shell.sync_status)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Giving cases to colleagues needs a server."""
        if action == "hand":
            return self.role == SUPERVISOR if parameters == ("assign",) else self.role is not None
        return super().check_action(action, parameters)

    def action_show(self, view: View) -> None:
        """Another list."""
        self.showing = view
        self.rows.wanted = PAGE
        self.read()

    def action_quarantine(self) -> None:
        """What the server keeps apart."""
        if self.role == SUPERVISOR:
            self.shell.go("queue")
        else:
            self.notify(_("La cuarentena está en el servidor; aquí no hay."), markup=False)

    def action_hand(self, how: str) -> None:
        """Give the case to a colleague, or offer it to one."""
        from lnctp_tui.screens.case.transfer import hand_over

        if case_id := self.query_one(RowList).key:
            hand_over(self, case_id, assign=how == "assign", done=self.read)

    def action_links(self) -> None:
        """The cases around this one, and deciding about them."""
        if case_id := self.query_one(RowList).key:
            self.shell.go("links", case_id)

    def action_review(self) -> None:
        """Write what supervision has to say; what was asked of it is answered by that."""
        store, case_id = self.shell.workspace.store, self.query_one(RowList).key
        if case_id:
            self.shell.in_reader(
                lambda: cases.document(store, case_id)["case"], self._reviewed, group="review"
            )

    def _reviewed(self, case: dict[str, Any]) -> None:
        key = f"review:{case['id']}"
        begun = self.shell.workspace.draft(key) or case.get("supervisor_remarks") or ""

        def kept(text: Given[str] | None) -> None:
            if text:
                self._do(deed("review", case["id"], text.value), _("Revisión guardada."), text)

        title = _("Observaciones de supervisión · {folio}").format(folio=case.get("folio") or "")
        self.app.push_screen(TextDialog(title, str(begun), key, purpose="supervision.review"), kept)

    def action_close(self) -> None:
        """Close the case with a reason; where something stands against it, with another."""
        from lnctp_tui.services.sync import synchronise

        store, case_id = self.shell.workspace.store, self.query_one(RowList).key
        if case_id:
            self.shell.in_reader(
                lambda: (cases.document(store, case_id), bool(synchronise.conflicts(store, case_id))),
                self._ask_close,
                group="closing",
            )

    def _ask_close(self, read: tuple[Any, bool]) -> None:
        from lnctp_tui.screens.follow import closing

        closing.close(self, *read, self.role, self._do)

    def _do(self, job: Deed, message: str, given: Given[Any] | None = None) -> None:
        def stored(_result: Any) -> None:
            self.notify(message, markup=False)
            self.read()

        write(self, job, stored, given=given)
