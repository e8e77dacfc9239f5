"""One call, or one case: the form with its keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from textual import events, on

from lnctp_tui.domain.protocol.protocol import Field
from lnctp_tui.domain.values import folio as folios
from lnctp_tui.domain.values.text import fold
from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import _, ngettext, pick
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call.colleagues import SharedIntake
from lnctp_tui.screens.call.form import FIRST_STAGE
from lnctp_tui.screens.call.intake_keys import BINDINGS, keep_in_field
from lnctp_tui.services.call import endings
from lnctp_tui.widgets.form.elements import ElementsPanel
from lnctp_tui.widgets.form.stage_map import StageList, StageStrip
from lnctp_tui.widgets.form.summary_line import SummaryLine

if TYPE_CHECKING:
    from lnctp_tui.screens.call.find_field import Goal

LOOK_AGAIN = 1.5
"""Seconds of quiet before earlier contacts are looked for again."""


class IntakeScreen(SharedIntake):
    """What the keys of a call do."""

    BINDINGS = BINDINGS

    def __init__(self, intake: Any) -> None:
        super().__init__(intake)
        self._look_timer: Any = None
        self._looked: object = None
        self._offered = ""

    def on_key(self, event: events.Key) -> None:
        keep_in_field(self, event)

    # Moving

    async def action_stage(self, step: int) -> None:
        if self.pane:
            codes = [stage.code for stage in self.protocol.stages]
            await self.go_to(codes[(codes.index(self.pane.stage.code) + step) % len(codes)])

    async def action_indicators(self) -> None:
        await self.go_to_code("indicator")

    async def action_question(self) -> None:
        codes = self.query_one(ElementsPanel).asks or list(self._next())
        if codes:
            await self.go_to_code(codes[0])

    def _next(self) -> tuple[str, ...]:
        if self.found is None:
            return ()
        current = self.intake.current("person")
        person = next((each for each in self.found.people if current and each.id == current.id), None)
        return person.next if person else self.found.next

    async def go_to_code(self, code: str, table: str | None = None) -> None:
        """Go to the field of a code; for a row of a checklist, to that row."""
        prefix = code.partition(".")[0]
        exact = [(stage, field) for stage, field in self.protocol.fields if field.code == code]
        within = [
            (stage, field)
            for stage, field in self.protocol.fields
            if field.kind == "checklist" and field.code == prefix
        ]
        for stage, field in [*exact, *within]:
            if table in (None, field.on):
                if field.on == "person":
                    self._need_victim()
                await self.go_to(stage.code, code, field.on)
                return

    def _need_victim(self) -> None:
        """Questions about a person need one to stand on."""
        if self.intake.current("person") is None:
            self.intake.select("person", self.intake.add("person", role="victim"))

    @on(ElementsPanel.Asked)
    async def _asked(self, event: ElementsPanel.Asked) -> None:
        await self.go_to_code(event.code)

    @on(StageList.Picked)
    @on(StageStrip.Picked)
    async def _picked(self, event: StageList.Picked) -> None:
        in_list = isinstance(self.focused, StageList)
        if event.code:
            await self.go_to(event.code)
        elif debt := view.debt_of(self.intake):
            await self.go_to(debt[0][0].code, debt[0][1].code, debt[0][1].on)
        if in_list:
            self.query_one(StageList).focus()

    def action_leave_field(self) -> None:
        self.flush()
        self.set_focus(None)

    def action_return_to_field(self) -> None:
        """Back to where the cursor was."""
        last = self.last_focus
        if self.focused is None and last is not None and last.is_attached:
            last.focus()
        elif self.focused is None and self.pane:
            self.pane.focus_first()

    # Facts in one key

    def action_kind(self, digit: str) -> None:
        field = view.field_of(self.protocol, "contact", "kind")
        kinds = self.protocol.catalogs["kind"].rows
        code = next((row.code for row in kinds if row.extra.get("key") == digit), None)
        if field and code:
            self.flush()
            self.intake.choose(field, code)
            self._written()
            self._show_heading()
            if self._kind_script():
                self.action_kind_script()

    def action_dropped(self) -> None:
        """The call was cut: the call-back plan comes first at the end."""
        contact = self.intake.contact
        if contact is not None:
            cut = not view.record_of(self.intake, "contact").get("dropped")
            self.intake.set(contact, {"dropped": cut})
            self._written()
            self._show_heading()
            self.notify(
                _("La llamada se cortó: F9 muestra el plan para volver a llamar.")
                if cut
                else _("La llamada sigue."),
                markup=False,
            )

    async def action_undo_field(self) -> None:
        self.flush()
        undone = self.intake.undo()
        if undone is None:
            self.notify(_("No hay nada que deshacer."), markup=False)
            return
        code = undone.field
        self.show_records(afresh=True)
        stage, field = self._where(code)
        if field is None:
            return
        if self.pane and stage != self.pane.stage.code and self.pane.asker(code, field.on) is None:
            await self.go_to(stage, code, field.on)
        self.notify(_("Se deshizo: {field}").format(field=pick(field.label)), markup=False)

    def _where(self, code: str) -> tuple[str, Field | None]:
        for stage, field in self.protocol.fields:
            if field.code == code or (field.kind == "checklist" and field.code == code.partition(".")[0]):
                return stage.code, field
        return "", None

    # Over the form

    def action_narrative(self) -> None:
        """The narrative over whatever is on the screen; on its own stage, just its cursor."""
        from lnctp_tui.screens.call.narrative import NarrativeDialog

        self.flush()
        field = view.field_of(self.protocol, "contact", view.NARRATIVE)
        pane = self.pane
        if field is None or (pane and pane.stage.code == FIRST_STAGE and pane.focus_field(field.code)):
            return
        self.app.push_screen(
            NarrativeDialog(self.intake, field), lambda _done: self.show_records(afresh=False)
        )

    def action_find(self) -> None:
        from lnctp_tui.screens.call.find_field import FindField, goals

        self.flush()
        self.app.push_screen(FindField(goals(self.protocol, self._record_of)), self._found)

    async def _found(self, goal: Goal | None) -> None:
        if goal:
            if goal.table == "person":
                self._need_victim()
            await self.go_to(goal.stage, goal.code, goal.table)

    def action_panel(self) -> None:
        """The panel at the right; where there is none, over the form."""
        panel = self.query_one(ElementsPanel)
        if panel.display and self.size.width >= 120:
            panel.focus()
            return
        from lnctp_tui.screens.call.panel import PanelDialog

        current = self.intake.current("person")
        dialog = PanelDialog(
            self.protocol, self.found, current.id if current else None, view.debt_of(self.intake)
        )
        self.app.push_screen(dialog, self._go_where)

    async def _go_where(self, code: str | None) -> None:
        if code:
            await self.go_to_code(code)

    @on(SummaryLine.Clicked)
    def _summary(self) -> None:
        self.action_panel()

    def action_emergency(self) -> None:
        from lnctp_tui.screens.call.emergency import EmergencyCard

        self.flush()
        self.app.push_screen(EmergencyCard(self.intake, self.found), lambda _done: self.show_records())

    def action_kind_script(self) -> None:
        """What to do in this kind of call, line by line: in a silent one, yes and no by taps."""
        from lnctp_tui.screens.call.silent import SilentCall

        script = self._kind_script()
        if script is None:
            self.notify(_("Esta clase de llamada no tiene guion."), markup=False)
            return
        self.flush()
        self.app.push_screen(SilentCall(self.intake, script), self._after_script)

    async def _after_script(self, key: str | None) -> None:
        self.show_records(afresh=True)
        if key and key.isdigit():
            self.action_kind(key)
        elif key == "number":
            if self.intake.current("identifier") is None:
                self.intake.select("identifier", self.intake.add("identifier", kind="phone"))
            await self.go_to_code("value", "identifier")
        elif key == "emergency":
            self.action_emergency()
        elif key == "earlier":
            self.action_earlier()

    def action_earlier(self) -> None:
        from lnctp_tui.screens.call.earlier import EarlierContacts

        self.flush()
        self.app.push_screen(EarlierContacts(self.intake), lambda _done: self.show_records())

    def action_finish(self) -> None:
        """The clock stops now; the rest can be said afterwards."""
        from lnctp_tui.screens.call.closing import ClosingDialog

        self.flush()
        stopped = self.intake.end_clock()
        self._tick()
        self._show_heading()
        self.found = self.intake.assess()
        self.app.push_screen(ClosingDialog(self.intake, self.found, stopped=stopped), self._finished)

    async def _finished(self, where: str | None) -> None:
        if where == "finished":
            self.shell.leave_form()
        elif where:
            await self.go_to_code(where)
        self._tick()
        self.show_records(afresh=True)

    def action_discard(self) -> None:
        from lnctp_tui.screens.call.discard import DiscardDialog

        self.flush()
        if endings.may_discard(self.intake):
            self.app.push_screen(DiscardDialog(self.protocol), self._discarded)
            return
        told = _("Hay un peligro anotado o un aviso al 911: esta llamada no se descarta. F9 la termina.")
        self.notify(told, severity="warning", markup=False)

    def _discarded(self, reason: str | None) -> None:
        if reason:
            self.intake.discard(reason, partial(self._soon_after, self.shell.leave_form))

    def action_attach(self) -> None:
        from lnctp_tui.screens.call.attach import AttachDialog

        self.flush()
        self.app.push_screen(AttachDialog(self.intake, self._offered), self._attached)

    def _attached(self, changed: bool | None) -> None:
        if changed:
            self.show_records(afresh=True)
            self.think()

    def _soon_after(self, act: Any, *_result: object) -> None:
        """From whatever thread a service answers in."""
        self.app.call_later(act)

    # What follows a changed document

    def thought(self) -> None:
        """Offer the folio that the narrative begins with; look for earlier contacts when it may help."""
        self._offer_folio()
        linking = _linking(self.intake.document)
        if linking != self._looked:
            self._looked = linking
            if self._look_timer:
                self._look_timer.stop()
            self._look_timer = self.set_timer(LOOK_AGAIN, self._look_earlier)

    def _look_earlier(self) -> None:
        self.shell.in_reader(
            endings.earlier(self.intake), self._matched, group="marks", failed=self._not_matched
        )

    def _matched(self, found: list[Any]) -> None:
        count = len(found)
        self._mark(ngettext("⚑ {n} previa", "⚑ {n} previas", count).format(n=count) if count else "")

    def _not_matched(self, _error: LnctpError) -> None:
        """The mark says so; F7 says what happened and what to do."""
        self._looked = None
        self._mark(_("⚑ previas sin buscar: F7"))

    def _mark(self, text: str) -> None:
        self.marks = (text,) if text else ()
        if self.is_mounted:
            self._show_heading()

    def _offer_folio(self) -> None:
        words = str(view.record_of(self.intake, "contact").get(view.NARRATIVE) or "")[:40].split()
        folio = folios.parse(words[0]) if words else None
        text = str(folio) if folio else ""
        if text and text != self._offered and fold(text) != fold(self.intake.folio or ""):
            self._offered = text
            self.notify(
                _("{folio} es un folio: Esc y luego v vincula la llamada a ese caso.").format(folio=text),
                markup=False,
            )


def _linking(document: Any) -> object:
    """What earlier contacts are matched by."""
    people = [(each.get("name"), each.get("role")) for each in document.get("people", ())]
    marks = [(each.get("kind"), each.get("value")) for each in document.get("identifiers", ())]
    places = [
        (each.get("state"), each.get("municipality"), each.get("address"))
        for each in document.get("places", ())
    ]
    case = document["case"]
    return people, marks, places, case.get("callback_identifier_id")
