"""The form of a call: its stages, and what is typed into them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static

from lnctp_tui.domain.protocol.protocol import Stage
from lnctp_tui.domain.records.columns import REPEATABLE
from lnctp_tui.i18n import pick
from lnctp_tui.screens.base import is_gone
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.services.refs import Place
from lnctp_tui.widgets.field_form import FieldForm
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.form.elements import ElementsPanel
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.form.messages import Marked
from lnctp_tui.widgets.form.record_bar import RecordBar
from lnctp_tui.widgets.form.script_box import ScriptBox
from lnctp_tui.widgets.form.stages.stage_head import StageHead
from lnctp_tui.widgets.form.stages.stage_map import StageList
from lnctp_tui.widgets.form.stages.stage_pane import Asker, StagePane

if TYPE_CHECKING:
    from lnctp_tui.services.call.intake import Intake

IDLE = 0.6
"""Seconds of quiet before another stage is made ready."""
FIRST_STAGE = "relato"


class CallForm(Horizontal):
    """The stages of a call between their list and the panel. Every answer goes to `intake` at once.

    `written` is called when something was handed to the writer, `shown` when other records stand on the stage.
    """

    def __init__(self, intake: Intake, written: Callable[[], object], shown: Callable[[], object]) -> None:
        super().__init__(id="form")
        self.intake = intake
        self.protocol = intake.protocol
        self.fields = FieldForm(intake.enter, self.record_of, show=self.wrote, id="middle")
        self.typed = self.fields.typed
        self._written = written
        self._shown = shown
        self._idle_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield StageList()
        with self.fields:
            yield Static(id="stage-title", markup=False)
            yield StageHead()
            yield ScriptBox(self.protocol, most=2, id="kind-script")
            yield ContentSwitcher(id="panes")
        yield ElementsPanel(self.protocol)

    # Stages

    @property
    def pane(self) -> StagePane | None:
        """The stage on the screen."""
        current = self.query_one("#panes", ContentSwitcher).visible_content
        return current if isinstance(current, StagePane) else None

    def panes(self) -> list[StagePane]:
        """The stages that were made."""
        return list(self.query_one("#panes").query_children(StagePane))

    async def begin(self) -> None:
        """Show the stage, and its field, at which the call was left; of a new call the first."""
        place = self.intake.place
        stages = self.protocol.by_stage
        stage = place.stage if place and place.stage in stages else FIRST_STAGE
        if stage not in stages:
            stage = self.protocol.stages[0].code
        if place and place.record:
            self._select_place(place)
        await self.go_to(stage, place.field if place else None)

    def _select_place(self, place: Place) -> None:
        for table in REPEATABLE:
            if any(str(record.get("id")) == place.record for record in self.intake.rows(table)):
                self._select(table, place.record)

    def _select(self, table: str, id: str) -> None:
        current = self.intake.current(table)
        if current is not None and current.id != id:
            self.intake.select(table, current._replace(id=id))

    async def go_to(self, stage: str, field: str | None = None, table: str | None = None) -> None:
        """Show a stage, made on its first visit, and put the cursor into a field of it."""
        self.typed.flush()
        pane = await self._pane(stage)
        pane.load(self.record_of, afresh=True)
        self.load_bars()
        self.query_one("#panes", ContentSwitcher).current = pane.id
        self._head(pane.stage)
        if not (field and pane.focus_field(field, table)):
            pane.focus_first()
        # The rows find their heights in the first refresh and their places in the next.
        self.call_after_refresh(self.call_after_refresh, self._reveal)
        self._rest()

    def _reveal(self) -> None:
        """Bring the field under the cursor into sight, now that its stage has been laid out."""
        asker = asker_of(self.screen.focused)
        if asker is not None:
            asker.scroll_visible(animate=False)

    async def _pane(self, stage: str) -> StagePane:
        for pane in self.panes():
            if pane.stage.code == stage:
                return pane
        pane = StagePane(self.protocol.by_stage[stage], self.protocol)
        pane.display = False
        await self.query_one("#panes", ContentSwitcher).mount(pane)
        return pane

    def _head(self, stage: Stage) -> None:
        number = self.protocol.stages.index(stage) + 1
        self.query_one("#stage-title", Static).update(f"{number} · {pick(stage.title)}", layout=False)
        self.query_one(StageHead).load(stage)

    # Records

    def record_of(self, on: str) -> Mapping[str, Any]:
        """The record that the form shows for a table."""
        return view.record_of(self.intake, on)

    def load_bars(self) -> None:
        """Show again which records there are."""
        for table, bar in self.pane.bars.items() if self.pane else ():
            current = self.intake.current(table)
            bar.load(view.entries(self.intake, table), current.id if current else None)

    def show_records(self, *, afresh: bool = False) -> None:
        """Show the document again on the stage on the screen; `afresh`: also under the cursor."""
        if pane := self.pane:
            pane.load(self.record_of, afresh=afresh)
            self.load_bars()
        self._shown()

    def need_victim(self) -> None:
        """Questions about a person need one to stand on."""
        if self.intake.current("person") is None:
            self.intake.select("person", self.intake.add("person", role="victim"))

    @on(RecordBar.Selected)
    def _select_record(self, event: RecordBar.Selected) -> None:
        self.typed.flush()
        self._select(event.on, event.id)
        self.show_records(afresh=True)

    @on(RecordBar.Added)
    def _add_record(self, event: RecordBar.Added) -> None:
        self.typed.flush()
        fresh: dict[str, Any] = {}
        if event.on == "person":
            beside = self.record_of("person").get("role")
            fresh["role"] = event.role or ("victim" if beside in (None, "group") else beside)
        self.intake.select(event.on, self.intake.add(event.on, **fresh))
        self.show_records(afresh=True)
        if pane := self.pane:
            code = "headcount" if event.role == "group" else "name"
            askers = [asker for asker in pane.askers if asker.field.on == event.on and asker.display]
            first = next(
                (asker for asker in askers if asker.field.code == code), askers[0] if askers else None
            )
            if first is not None:
                first.focus() if isinstance(first, Checklist) else first.focus_control()

    @on(RecordBar.Dropped)
    def _drop_record(self, event: RecordBar.Dropped) -> None:
        self.typed.flush()
        current = self.intake.current(event.on)
        if current is not None:
            self.intake.remove(current)
            self.show_records(afresh=True)

    # Edits

    def settle(self, focused: Widget | None) -> None:
        """Let the answer of the field that is left count, so that the rows that it brings are there."""
        self.fields.settle(focused)

    @on(Marked)
    def _keep_marked(self, event: Marked) -> None:
        self.typed.flush()
        self.intake.mark(self.intake.current(event.field.on), f"{event.field.code}.{event.code}", event.value)
        self.wrote()

    def wrote(self) -> None:
        """Something was handed to the writer: show the rows that it brings."""
        self._written()
        if pane := self.pane:
            pane.load(self.record_of)

    # Quiet moments

    def stir(self) -> None:
        """A key came: the quiet begins anew."""
        if self._idle_timer:
            self._rest()

    def _rest(self) -> None:
        if self._idle_timer:
            self._idle_timer.stop()
        self._idle_timer = self.set_timer(IDLE, self._ready_next)

    async def _ready_next(self) -> None:
        """Make the nearest stage that was not seen yet while nobody types: its first visit is then quick.

        Stages that are not on the screen take no part in layout or paint.
        """
        self._idle_timer = None
        if self.pane and not self.typed and not is_gone(self):
            codes = [stage.code for stage in self.protocol.stages]
            here = codes.index(self.pane.stage.code)
            built = {pane.stage.code for pane in self.panes()}
            pending = [code for code in codes[here + 1 :] + codes[:here] if code not in built]
            if pending:
                await self._pane(pending[0])
                self._rest()


def asker_of(widget: Widget | None) -> Asker | None:
    """The field or the checklist that a widget is in."""
    around = widget.ancestors_with_self if widget is not None else ()
    return next((node for node in around if isinstance(node, FieldRow | Checklist)), None)
