"""One call, or one case: the form with its keys."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Static

from lnctp_tui.i18n import _
from lnctp_tui.screens.base import AppScreen
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call.colleagues import Colleagues
from lnctp_tui.screens.call.earlier_mark import EarlierMark
from lnctp_tui.screens.call.form import CallForm, asker_of
from lnctp_tui.screens.call.intake_keys import BINDINGS, keys_state
from lnctp_tui.screens.call.over_form import OverForm
from lnctp_tui.screens.call.panels import Panels
from lnctp_tui.screens.call.prose import Prose
from lnctp_tui.screens.call.save_state import SaveState
from lnctp_tui.screens.call.seen_mark import SeenMark
from lnctp_tui.widgets.form.call_bar import CallBar
from lnctp_tui.widgets.form.elements import ElementsPanel
from lnctp_tui.widgets.form.messages import Saved, SaveFailed
from lnctp_tui.widgets.form.stages.stage_head import StageHead
from lnctp_tui.widgets.form.stages.stage_map import StageList, StageStrip
from lnctp_tui.widgets.form.stages.stage_pane import StagePane
from lnctp_tui.widgets.form.summary_line import SeenLine, SummaryLine
from lnctp_tui.widgets.keys import KeyBar

if TYPE_CHECKING:
    from lnctp_tui.services.call.intake import Intake
    from lnctp_tui.services.sync.synchronise import SyncStatus


class IntakeScreen(AppScreen[None]):
    """What the keys of a call do. It owns the form, and who looks at it: panels, colleagues, the disk."""

    BINDINGS = BINDINGS
    CSS_PATH = ["../../styles/widgets.tcss", "../../styles/intake.tcss"]  # noqa: RUF012
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (40, "-narrow"), (120, "-wide")]  # noqa: RUF012 (Textual's own type)
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low"), (30, "-high")]  # noqa: RUF012

    def __init__(self, intake: Intake) -> None:
        super().__init__()
        self.intake = intake
        self.protocol = intake.protocol
        self.form = CallForm(intake, self._written, self._shown)
        self.save_state = SaveState(self, intake.writer, self.form.typed)
        self.panels = Panels(self, self.form, self._marks, self.think)
        self.colleagues = Colleagues(self, self.form, self._conflicts_changed)
        self.earlier = EarlierMark(self, intake, self.panels.show_heading)
        self.prose = Prose(self, self.form)
        self.seen = SeenMark(self, self.form, self.prose.hand_on)
        self.over = OverForm(self, self.form, self.panels, self.earlier, self.seen)
        self.taught = self.over.taught
        self.last_focus: Widget | None = None

    def compose(self) -> ComposeResult:
        yield CallBar()
        yield StageStrip()
        yield self.form
        yield SummaryLine()
        yield KeyBar(partial(keys_state, self, self.protocol))
        yield Static(_("Agrande la ventana: lo escrito sigue aquí"), id="tiny", markup=False)

    async def on_mount(self) -> None:
        self.colleagues.begin()
        self.set_interval(1.0, self.panels.tick)
        self.panels.tick()
        await self.form.begin()
        self.think()

    def key_text(self, action: str) -> str | None:
        """What the help says of a key, where it depends on the protocol."""
        kind = view.kinds(self.protocol).get(action.removeprefix("kind('").removesuffix("')"))
        text = _("Tipo de contacto: {kind}").format(kind=kind)
        return text if kind and action.startswith("kind(") else None

    def about(self) -> tuple[str, ...]:
        """What the help says before the keys: the prompt of this stage, whole, and what to avoid."""
        return self.query_one(StageHead).texts()

    # The form, and those who look at it

    @property
    def pane(self) -> StagePane | None:
        """The stage on the screen."""
        return self.form.pane

    def flush(self) -> None:
        """Hand what was typed to the writer now: before anything else reads the form, and before a lock."""
        self.form.typed.flush()

    def think(self) -> None:
        """Assess the document and repaint the panels that changed; offer what may help."""
        self.panels.think()
        self.earlier.follow()
        self.seen.follow()

    def _written(self) -> None:
        self.save_state.saving()
        self.panels.soon()

    def _shown(self) -> None:
        self.panels.soon()
        self.colleagues.mark_rows()

    def _marks(self) -> tuple[str, ...]:
        return (*self.colleagues.marks, *self.earlier.marks)

    def _conflicts_changed(self) -> None:
        self.panels.show_heading()
        self.refresh_bindings()

    def synced(self, status: SyncStatus | None) -> None:
        """The call bar tells the truth."""
        self.colleagues.synced(status)

    def news(self, scopes: frozenset[str]) -> None:
        """A colleague wrote in this case."""
        self.prose.end()
        self.colleagues.news(scopes)

    @on(Saved)
    def _show_saved(self, event: Saved) -> None:
        self.save_state.saved(view.clock(event.at, self.intake.workspace.zone))
        self.panels.show_heading()

    @on(SaveFailed)
    def _show_failed(self, event: SaveFailed) -> None:
        self.save_state.failed(event.error)

    def healed(self) -> None:
        """The disk takes what is written."""
        self.save_state.healed()

    # Moving

    def on_key(self, event: events.Key) -> None:
        self.prose.key(event)
        self.form.stir()

    def on_paste(self, event: events.Paste) -> None:
        self.prose.paste(event)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.colleagues.moved()
        self.last_focus = event.widget
        asker = asker_of(event.widget)
        if asker is not None and self.pane:
            self.intake.at(self.pane.stage.code, asker.field.code)

    def focus_next(self, selector: str | type[Widget] = "*") -> Widget | None:
        """To the next field, of those that show once this one's answer counts."""
        self.form.settle(self.focused)
        return super().focus_next(selector)

    def focus_previous(self, selector: str | type[Widget] = "*") -> Widget | None:
        """To the field before."""
        self.form.settle(self.focused)
        return super().focus_previous(selector)

    async def go_to(self, stage: str, field: str | None = None, table: str | None = None) -> None:
        """Show a stage, and put the cursor into a field of it."""
        await self.form.go_to(stage, field, table)
        self.panels.show_stages()
        self.colleagues.mark_rows()

    async def go_to_code(self, code: str, table: str | None = None) -> None:
        """Go to the field of a code; for a row of a checklist, to that row."""
        for stage, field in view.places_of(self.protocol, code):
            if table in (None, field.on):
                if field.on == "person":
                    self.form.need_victim()
                await self.go_to(stage.code, code, field.on)
                return

    async def action_stage(self, step: int) -> None:
        if self.pane:
            codes = [stage.code for stage in self.protocol.stages]
            await self.go_to(codes[(codes.index(self.pane.stage.code) + step) % len(codes)])

    async def action_indicators(self) -> None:
        await self.go_to_code("indicator")

    async def action_question(self) -> None:
        if codes := self.query_one(ElementsPanel).asks or list(self.panels.next_questions()):
            await self.go_to_code(codes[0])

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
        code = view.kind_of(self.protocol, digit)
        if field and code:
            self.flush()
            self.intake.choose(field, code)
            self.form.wrote()
            self.panels.show_heading()
            if self.panels.kind_script():
                self.action_kind_script()

    def action_dropped(self) -> None:
        """The call was cut: the call-back plan comes first at the end."""
        contact = self.intake.contact
        if contact is not None:
            cut = not view.record_of(self.intake, "contact").get("dropped")
            self.intake.set(contact, {"dropped": cut})
            self.form.wrote()
            self.panels.show_heading()
            plan = _("La llamada se cortó: F9 muestra el plan para volver a llamar.")
            self.notify(plan if cut else _("La llamada sigue."), markup=False)

    async def action_turn_field(self, way: str) -> None:
        await self.over.turn(way)

    # Over the form

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Deciding needs two values."""
        return action != "conflicts" or bool(self.colleagues.conflicts)

    def action_conflicts(self) -> None:
        self.colleagues.decide()

    def action_take_seen(self) -> None:
        self.seen.take_first()

    @on(SeenLine.Clicked)
    def action_seen(self) -> None:
        self.seen.open()

    def action_narrative(self) -> None:
        self.over.narrative()

    def action_find(self) -> None:
        self.over.find()

    @on(SummaryLine.Clicked)
    def action_panel(self) -> None:
        self.over.panel()

    def action_emergency(self) -> None:
        self.over.emergency()

    def action_kind_script(self) -> None:
        self.over.kind_script()

    def action_directory(self) -> None:
        self.over.directory()

    def action_earlier(self) -> None:
        self.over.earlier()

    def action_finish(self) -> None:
        self.over.finish()

    def action_discard(self) -> None:
        self.over.discard()

    def action_attach(self) -> None:
        self.over.attach()
