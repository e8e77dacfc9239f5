"""A call that others work on too: their changes come in, and what is being typed stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lnctp_tui.domain.values import values
from lnctp_tui.i18n import _
from lnctp_tui.screens.base import AppScreen, ScreenPart
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call.form import CallForm, asker_of
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.sync.sync_words import mark
from lnctp_tui.services.case.refresh import GONE, CatchUp, Taken
from lnctp_tui.services.refs import Ref
from lnctp_tui.widgets.form.call_bar import CallBar
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.form.yes_no import YesNo

if TYPE_CHECKING:
    from lnctp_tui.services.call.intake import Intake
    from lnctp_tui.services.sync.synchronise import Conflict, SyncStatus

OTHER_VALUE = "other_value"
"""What a row says of a colleague's value (widgets.form.explain)."""
TELL_AGAIN = 60.0
"""Seconds in which news of colleagues are told once."""


class Colleagues(ScreenPart):
    """Between the form and those who write in the same case. `changed` is called when other conflicts stand."""

    def __init__(self, screen: AppScreen[Any], form: CallForm, changed: Callable[[], object]) -> None:
        super().__init__(screen)
        self.form = form
        self.intake = form.intake
        self.conflicts: list[Conflict] = []
        self._changed = changed
        self._catch_up = CatchUp(form.intake.draft, screen.call_later, self._busy)
        self._behind = False
        """Something was left out because the cursor stood in it."""
        self._quiet = False

    def begin(self) -> None:
        """The form is on the screen."""
        self.synced(self.screen.shell.sync_status)
        self._read_conflicts()

    def synced(self, status: SyncStatus | None) -> None:
        """The call bar tells the truth about the line."""
        workspace = self.intake.workspace
        line = mark(status, workspace.zone, workspace.store.now())
        self.screen.query_one(CallBar).synced(line.short, line.long, alert=line.alert)

    # what they wrote

    def news(self, scopes: frozenset[str]) -> None:
        """Colleagues wrote in these cases, or contacts without a case."""
        if str(self._case or self.intake.contact.id) in scopes:
            self.follow()

    @property
    def _case(self) -> str | None:
        case_id: str | None = self.intake.document["case"].get("id")
        return case_id

    def follow(self) -> None:
        """Take over what they wrote."""
        self._behind = False
        self._catch_up.begin(self._caught_up)

    def _caught_up(self, taken: Taken) -> None:
        if self.gone:
            return
        self._behind |= taken.left
        if taken.changed:
            self.form.show_records()
            self._tell()
        self._read_conflicts()

    def _tell(self) -> None:
        if not self._quiet:
            self._quiet = True
            self.screen.set_timer(TELL_AGAIN, self._speak_again)
            self.screen.notify(_("Una colega escribió en este caso; ya se ve aquí."), markup=False)

    def _speak_again(self) -> None:
        self._quiet = False

    def moved(self) -> None:
        """The cursor moved on: what had to wait for it may come."""
        if self._behind:
            self.follow()

    def _busy(self, ref: Ref, name: str) -> bool:
        """Whether the cursor is in this field, so that nothing may change under it."""
        asker = asker_of(self.screen.focused)
        over = self.screen.app.screen is not self.screen  # the narrative may be open over the form
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

    @property
    def marks(self) -> tuple[str, ...]:
        """How many fields have two values, for the call bar."""
        return (f"≠ {len(self.conflicts)}",) if self.conflicts else ()

    def _read_conflicts(self) -> None:
        case = self._case
        if case is None or self.screen.shell.sync_status is None:
            return
        from lnctp_tui.services.sync import synchronise

        store = self.intake.workspace.store
        self.screen.shell.in_reader(
            lambda: synchronise.conflicts(store, case), self._take_conflicts, group="conflicts"
        )

    def _take_conflicts(self, conflicts: list[Conflict]) -> None:
        if conflicts != self.conflicts:
            self.conflicts = conflicts
            self.mark_rows()
            self._changed()

    def mark_rows(self) -> None:
        """The other value, in a line under its field."""
        for row in self.form.pane.askers if self.form.pane else ():
            if isinstance(row, FieldRow) and not (row.problem and row.problem != OTHER_VALUE):
                facts = self._other_value(row)
                if facts or row.problem:
                    row.explain(*((OTHER_VALUE, facts) if facts else (None,)))

    def _other_value(self, row: FieldRow) -> dict[str, str] | None:
        ref = self.intake.current(row.field.on)
        keys = _keys(row, self.intake) if self.conflicts else ()
        for conflict in self.conflicts:
            if ref == (conflict.table, conflict.row) and conflict.field in keys and len(conflict.sides) > 1:
                side = conflict.sides[1]
                words = Words(self.intake.protocol, self.intake.workspace.zone)
                value = words.value(conflict.table, conflict.field, side.value) or _("(vacío)")
                return {"who": side.actor_name, "value": value}
        return None

    def decide(self) -> None:
        """Side by side, over the form."""
        from lnctp_tui.screens.case.conflicts import ConflictsScreen

        self.form.typed.flush()
        case_id = self.intake.document["case"].get("id")
        self.screen.app.push_screen(ConflictsScreen(case_id), lambda _done: self.follow())


def _keys(row: FieldRow, intake: Intake) -> set[str]:
    """Everything that typing into a field may write."""
    parsed = values.parse(row.field, "", protocol=intake.protocol, today=intake.today)
    return {*parsed.patch, values.key(row.field), values.raw_key(row.field)}
