"""A call that others work on too: their changes come in, and what is being typed stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import events
from textual.widget import Widget

from lnctp_tui.domain.values import values
from lnctp_tui.i18n import _
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call.form import IntakeForm
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.sync.sync_words import mark
from lnctp_tui.services.call.refresh import GONE, CatchUp, Taken
from lnctp_tui.services.refs import Ref
from lnctp_tui.widgets.form.call_bar import CallBar
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.form.yes_no import YesNo

if TYPE_CHECKING:
    from lnctp_tui.services.sync.synchronise import Conflict, SyncStatus

OTHER_VALUE = "other_value"
"""What a row says of a colleague's value (widgets.form.explain)."""
TELL_AGAIN = 60.0
"""Seconds in which news of colleagues are told once."""


class SharedIntake(IntakeForm):
    """The form between its widgets and the colleagues."""

    def __init__(self, intake: Any) -> None:
        super().__init__(intake)
        self.catch_up = CatchUp(intake, self._later, self._busy)
        self.conflicts: list[Conflict] = []
        self._behind = False
        """Something was left out because the cursor stood in it."""
        self._quiet = False

    async def on_mount(self) -> None:
        self.synced(self.shell.sync_status)
        self._read_conflicts()

    def _later(self, act: Any, *arguments: object) -> None:
        self.app.call_later(act, *arguments)

    # the line

    def synced(self, status: SyncStatus | None) -> None:
        """The call bar tells the truth."""
        said = mark(status, self.zone, self.intake.workspace.store.now())
        self.query_one(CallBar).synced(said.short, said.long, alert=said.alert)

    # colleagues

    @property
    def _scope(self) -> str:
        return str(self.intake.document["case"].get("id") or self.intake.contact.id)

    def news(self, scopes: frozenset[str]) -> None:
        """A colleague wrote in this case."""
        if self._scope in scopes:
            self._follow()

    def _follow(self) -> None:
        self._behind = False
        self.catch_up.begin(self._caught_up)

    def _caught_up(self, taken: Taken) -> None:
        if not self.is_mounted:
            return
        self._behind |= taken.left
        if taken.changed:
            self.show_records()
            self._tell()
        self._read_conflicts()

    def _tell(self) -> None:
        if not self._quiet:
            self._quiet = True
            self.set_timer(TELL_AGAIN, self._speak_again)
            self.notify(_("Una colega escribió en este caso; ya se ve aquí."), markup=False)

    def _speak_again(self) -> None:
        self._quiet = False

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The cursor moved on: what had to wait for it may come."""
        if self._behind:
            self._follow()

    def _busy(self, ref: Ref, name: str) -> bool:
        """Whether the cursor is in this field, so that nothing may change under it."""
        asker = _asker(self.focused)
        over = self.app.screen is not self  # the narrative may be open over the form
        if over and ref == self.intake.contact and name == view.NARRATIVE:
            return True
        if asker is None or self.intake.current(asker.field.on) != ref:
            return False
        if name == GONE:
            return True
        if isinstance(asker, Checklist) or isinstance(asker.control, YesNo):
            return False
        return name in _keys(asker, self.intake)

    # conflicts

    def _read_conflicts(self) -> None:
        case = self.intake.document["case"].get("id")
        if case is None or self.shell.sync_status is None:
            return
        from lnctp_tui.services.sync import synchronise

        store = self.intake.workspace.store
        self.shell.in_reader(
            lambda: synchronise.conflicts(store, case), self._take_conflicts, group="conflicts"
        )

    def _take_conflicts(self, found: list[Conflict]) -> None:
        if self.is_mounted and found != self.conflicts:
            self.conflicts = found
            self._show_heading()
            self._mark_rows()
            self.refresh_bindings()

    def _marks(self) -> tuple[str, ...]:
        count = len(self.conflicts)
        return (f"≠ {count}", *super()._marks()) if count else super()._marks()

    async def go_to(self, stage: str, field: str | None = None, table: str | None = None) -> None:
        """Show a stage, with what others say of its fields."""
        await super().go_to(stage, field, table)
        self._mark_rows()

    def show_records(self, *, afresh: bool = False) -> None:
        """Show the document again, with what others say of it."""
        super().show_records(afresh=afresh)
        self._mark_rows()

    def _mark_rows(self) -> None:
        """The other value, in a line under its field."""
        for row in self.pane.askers if self.pane else ():
            if isinstance(row, FieldRow) and not (row.problem and row.problem != OTHER_VALUE):
                other = self._other(row)
                if other or row.problem:
                    row.explain(*((OTHER_VALUE, other) if other else (None,)))

    def _other(self, row: FieldRow) -> dict[str, str] | None:
        ref = self.intake.current(row.field.on)
        keys = _keys(row, self.intake) if self.conflicts else ()
        for each in self.conflicts:
            if ref == (each.table, each.row) and each.field in keys and len(each.sides) > 1:
                side = each.sides[1]
                words = Words(self.protocol, self.zone)
                value = words.value(each.table, each.field, side.value) or _("(vacío)")
                return {"who": side.actor_name, "value": value}
        return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Deciding needs two values."""
        return action != "conflicts" or bool(self.conflicts)

    def action_conflicts(self) -> None:
        """Side by side, over the form."""
        from lnctp_tui.screens.case.conflicts import ConflictsScreen

        self.flush()
        case = self.intake.document["case"].get("id")
        self.app.push_screen(ConflictsScreen(case), lambda _done: self._follow())


def _asker(focused: Widget | None) -> FieldRow | Checklist | None:
    inside = focused.ancestors_with_self if focused is not None else ()
    return next((each for each in inside if isinstance(each, FieldRow | Checklist)), None)


def _keys(row: FieldRow, intake: Any) -> set[str]:
    """Everything that typing into a field may write."""
    parsed = values.parse(row.field, "", protocol=intake.protocol, today=intake.today)
    return {*parsed.patch, values.key(row.field), values.raw_key(row.field)}
