"""The form of a call: its stages, what is typed into them, and the panels that explain it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Input, Static, TextArea

from lnctp_tui.domain.assess.assess import Assessment
from lnctp_tui.domain.protocol.protocol import Script, Stage
from lnctp_tui.domain.records.columns import REPEATABLE
from lnctp_tui.i18n import _, ngettext, pick
from lnctp_tui.i18n.messages import explain
from lnctp_tui.screens.base import AppScreen
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.services.call.intake import UNASSESSED
from lnctp_tui.widgets.form.call_bar import CallBar
from lnctp_tui.widgets.form.checklist import Checklist
from lnctp_tui.widgets.form.elements import ElementsPanel, summary
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.form.messages import Chosen, Marked, Replaced, Saved, SaveFailed, Typed
from lnctp_tui.widgets.form.record_bar import RecordBar
from lnctp_tui.widgets.form.script_box import ScriptBox
from lnctp_tui.widgets.form.stage_head import StageHead
from lnctp_tui.widgets.form.stage_map import StageList, StageStrip
from lnctp_tui.widgets.form.stage_pane import StagePane
from lnctp_tui.widgets.form.summary_line import SummaryLine
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.quick_paint import paint_what_shows

if TYPE_CHECKING:
    from lnctp_tui.services.call.intake import Intake

FLUSH = 0.12
"""Seconds from the first key of a burst to the writer: never on the way of a key to the screen."""
PANELS = 0.15
"""Seconds of quiet before the panels think again."""
CONFIRM = 0.05
"""Seconds until the writer is asked again whether all is on disk."""
IDLE = 0.6
"""Seconds of quiet before another stage is made ready."""
FIRST_STAGE = "relato"


class IntakeForm(AppScreen[None]):
    """Everything of a call but its keys."""

    CSS_PATH = ["../../styles/widgets.tcss", "../../styles/intake.tcss"]  # noqa: RUF012
    AUTO_FOCUS = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (40, "-narrow"), (120, "-wide")]  # noqa: RUF012 (Textual's own type)
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (10, "-low"), (30, "-high")]  # noqa: RUF012

    def __init__(self, intake: Intake) -> None:
        super().__init__()
        paint_what_shows(self)
        self.intake = intake
        self.protocol = intake.protocol
        self.zone = intake.workspace.zone
        self.found: Assessment | None = None
        self.marks: tuple[str, ...] = ()
        """Matches with other cases, for the call bar."""
        self.last_focus: Widget | None = None
        self._typed: dict[FieldRow, None] = {}
        self._flush_timer: Timer | None = None
        self._panel_timer: Timer | None = None
        self._idle_timer: Timer | None = None
        self._confirm_timer: Timer | None = None
        self._disk: str | None = None
        self._saved_at = ""

    # Layout

    def compose(self) -> ComposeResult:
        yield CallBar()
        yield StageStrip()
        with Horizontal(id="form"):
            yield StageList()
            with Vertical(id="middle"):
                yield Static(id="stage-title", markup=False)
                yield StageHead()
                yield ScriptBox(self.protocol, most=2, id="kind-script")
                yield ContentSwitcher(id="panes")
            yield ElementsPanel(self.protocol)
        yield SummaryLine()
        yield KeyBar(self.keys_state)
        yield Static(_("Agrande la ventana: lo escrito sigue aquí"), id="tiny", markup=False)

    async def on_mount(self) -> None:
        place = self.intake.place
        stages = self.protocol.by_stage
        stage = place.stage if place and place.stage in stages else FIRST_STAGE
        if stage not in stages:
            stage = self.protocol.stages[0].code
        self.set_interval(1.0, self._tick)
        self._tick()
        if place and place.record:
            self._select_place(place)
        await self.go_to(stage, place.field if place else None)
        self.think()

    def _select_place(self, place: Any) -> None:
        for table in REPEATABLE:
            if any(str(record.get("id")) == place.record for record in self.intake.rows(table)):
                self._select(table, place.record)

    def _select(self, table: str, id: str) -> None:
        current = self.intake.current(table)
        if current is not None and current.id != id:
            self.intake.select(table, current._replace(id=id))

    @property
    def pane(self) -> StagePane | None:
        """The stage on the screen."""
        current = self.query_one("#panes", ContentSwitcher).visible_content
        return current if isinstance(current, StagePane) else None

    def panes(self) -> list[StagePane]:
        return list(self.query_one("#panes").query_children(StagePane))

    async def go_to(self, stage: str, field: str | None = None, table: str | None = None) -> None:
        """Show a stage, made on its first visit, and put the cursor into a field of it."""
        self.flush()
        switcher = self.query_one("#panes", ContentSwitcher)
        pane = await self._pane(stage)
        pane.load(self._record_of, afresh=True)
        self._load_bars(pane)
        switcher.current = pane.id
        self._head(pane.stage)
        if not (field and pane.focus_field(field, table)):
            pane.focus_first()
        # The rows find their heights in the first refresh and their places in the next.
        self.call_after_refresh(self.call_after_refresh, self._reveal)
        self._show_stages()
        self._rest()

    def _reveal(self) -> None:
        """Bring the field under the cursor into sight, now that its stage has been laid out."""
        asker = self._asker_of(self.focused)
        if asker is not None:
            asker.scroll_visible(animate=False)

    @staticmethod
    def _asker_of(widget: Widget | None) -> FieldRow | Checklist | None:
        above = widget.ancestors_with_self if widget is not None else ()
        return next((each for each in above if isinstance(each, FieldRow | Checklist)), None)

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

    def keys_state(self) -> tuple[str, str]:
        """Whether letters are written or are keys; as keys, what the digits mean."""
        if self.focused is not None:
            writes = isinstance(self.focused, Input | TextArea)
            return (_("ESCRIBE") if writes else "", "")
        kinds = (f"{digit} {label.lower()}" for digit, label in self.kinds().items())
        return _("TECLAS"), _("tipo: {kinds}").format(kinds=" · ".join(kinds))

    def kinds(self) -> dict[str, str]:
        """The kinds of contact by their digit."""
        rows = self.protocol.catalogs["kind"].rows
        return {
            row.extra["key"]: pick(row.label) for row in rows if row.extra.get("key") and not row.valid_to
        }

    def key_text(self, action: str) -> str | None:
        """What the help says of a key, where it depends on the protocol."""
        kind = self.kinds().get(action.removeprefix("kind('").removesuffix("')"))
        told = _("Tipo de contacto: {kind}").format(kind=kind)
        return told if kind and action.startswith("kind(") else None

    def about(self) -> tuple[str, ...]:
        """What the help says before the keys: the prompt of this stage, whole, and what to avoid."""
        return self.query_one(StageHead).texts()

    # Records

    def _record_of(self, on: str) -> Mapping[str, Any]:
        return view.record_of(self.intake, on)

    def _load_bars(self, pane: StagePane) -> None:
        for table, bar in pane.bars.items():
            current = self.intake.current(table)
            bar.load(view.entries(self.intake, table), current.id if current else None)

    def show_records(self, *, afresh: bool = False) -> None:
        """Show the document again: on the stage on the screen, and the panels soon."""
        if pane := self.pane:
            pane.load(self._record_of, afresh=afresh)
            self._load_bars(pane)
        self._soon()

    @on(RecordBar.Selected)
    def _selected(self, event: RecordBar.Selected) -> None:
        self.flush()
        self._select(event.on, event.id)
        self.show_records(afresh=True)

    @on(RecordBar.Added)
    def _added(self, event: RecordBar.Added) -> None:
        self.flush()
        fresh: dict[str, Any] = {}
        if event.on == "person":
            beside = self._record_of("person").get("role")
            fresh["role"] = event.role or ("victim" if beside in (None, "group") else beside)
        self.intake.select(event.on, self.intake.add(event.on, **fresh))
        self.show_records(afresh=True)
        if pane := self.pane:
            focus = "headcount" if event.role == "group" else "name"
            rows = [each for each in pane.askers if each.field.on == event.on and each.display]
            target = next((each for each in rows if each.field.code == focus), rows[0] if rows else None)
            if target is not None:
                target.focus() if isinstance(target, Checklist) else target.focus_control()

    @on(RecordBar.Dropped)
    def _dropped_record(self, event: RecordBar.Dropped) -> None:
        self.flush()
        current = self.intake.current(event.on)
        if current is not None:
            self.intake.remove(current)
            self.show_records(afresh=True)

    # Edits

    @on(Typed)
    def _keep_typed(self, event: Typed) -> None:
        row = event.row
        if isinstance(row, FieldRow):
            if event.settled:
                if row in self._typed:
                    self.flush()
                row.load(self._record_of(row.field.on))
                row.tell_problem()
                return
            self._typed[row] = None
            self._flush_timer = self._flush_timer or self.set_timer(FLUSH, self.flush)

    def flush(self) -> None:
        """Hand what was typed to the writer now: before anything else reads the form, and before a lock."""
        if self._flush_timer:
            self._flush_timer.stop()
            self._flush_timer = None
        typed, self._typed = list(self._typed), {}
        for row in typed:
            self._enter(row, row.said)
        if typed:
            self._written()

    def focus_next(self, selector: str | type[Widget] = "*") -> Widget | None:
        """To the next field, of those that show once this one's answer counts."""
        self._settle_field()
        return super().focus_next(selector)

    def focus_previous(self, selector: str | type[Widget] = "*") -> Widget | None:
        """To the field before."""
        self._settle_field()
        return super().focus_previous(selector)

    def _settle_field(self) -> None:
        focused = self.focused
        row = focused.parent if focused is not None else None
        if isinstance(row, FieldRow) and row.field.kind != "long_text" and not row.stands:
            self._typed[row] = None
        self.flush()

    def _enter(self, row: FieldRow, raw: str) -> None:
        parsed = self.intake.enter(row.field, raw)
        row.answer(parsed)

    @on(Chosen)
    def _keep_chosen(self, event: Chosen) -> None:
        if isinstance(event.row, FieldRow):
            self._typed.pop(event.row, None)
            event.row.answer(self.intake.enter(event.field, event.code or ""))
        self._written()

    @on(Marked)
    def _keep_marked(self, event: Marked) -> None:
        self.flush()
        self.intake.mark(self.intake.current(event.field.on), f"{event.field.code}.{event.code}", event.value)
        self._written()

    @on(Replaced)
    def _tell_replaced(self, event: Replaced) -> None:
        told = []
        if event.characters:
            sentence = ngettext(
                "{n} carácter que no se puede mostrar quedó como �.",
                "{n} caracteres que no se pueden mostrar quedaron como �.",
                event.characters,
            )
            told.append(sentence.format(n=event.characters))
        if event.lines:
            told.append(
                _("Se pegaron {n} renglones: quedaron en uno, separados con « / ».").format(n=event.lines)
            )
        self.notify(" ".join(told), severity="warning", markup=False)

    def _written(self) -> None:
        """Something was handed to the writer; what changed nothing is not written, and no save will tell of it."""
        if self._disk is None:
            self.query_one(CallBar).saving()
            self._confirm_soon()
        if pane := self.pane:
            pane.load(self._record_of)
        self._soon()

    # The disk

    @on(Saved)
    def _show_saved(self, event: Saved) -> None:
        self._disk = None
        self._saved_at = view.clock(event.at, self.zone)
        self._confirm()
        self._show_heading()

    def _confirm_soon(self) -> None:
        self._confirm_timer = self._confirm_timer or self.set_timer(CONFIRM, self._confirm)

    def _confirm(self) -> None:
        """Say saved only when nothing typed is still on its way."""
        self._confirm_timer = None
        if self._typed or self._disk:
            return
        if trouble := self.intake.writer.health.trouble:
            self._show_failed(SaveFailed(trouble))
        elif self.intake.writer.pending:
            self._confirm_soon()
        else:
            self.query_one(CallBar).saved(self._saved_at)

    @on(SaveFailed)
    def _show_failed(self, event: SaveFailed) -> None:
        self._disk = explain(event.error).happened.rstrip(".")
        self.query_one(CallBar).failed(self._disk)

    def healed(self) -> None:
        """The disk takes what is written."""
        if self._disk:
            self._disk = None
            self._confirm()

    # Panels

    def _soon(self) -> None:
        """Think again when the typing pauses."""
        if self._panel_timer:
            self._panel_timer.stop()
        self._panel_timer = self.set_timer(PANELS, self.think)

    def think(self) -> None:
        """Assess the document and repaint the panels that changed."""
        self._panel_timer = None
        self.found = self.intake.assess()
        if self.pane:
            self._load_bars(self.pane)
        person = self.intake.current("person")
        person_id = person.id if person else None
        self.query_one(ElementsPanel).load(self.found, person_id)
        self.query_one(SummaryLine).load(summary(self.found, person_id, self.protocol))
        self._show_heading()
        self._show_script()
        self._show_stages()
        self.thought()

    def thought(self) -> None:
        """A hook for what else follows a changed document."""

    def _marks(self) -> tuple[str, ...]:
        """What else the call bar says."""
        return self.marks

    def _show_heading(self) -> None:
        risk = self.intake.shown_level(self.found) if self.found else UNASSESSED
        self.query_one(CallBar).show(view.heading(self.intake, risk, self._marks()))

    def _show_script(self) -> None:
        """The words for this kind of call, over every stage: in a silent call there is nothing else to go by."""
        self.query_one("#kind-script", ScriptBox).show(self._kind_script())

    def _kind_script(self) -> Script | None:
        kind = self.protocol.catalogs["kind"].by_code.get(str(self.intake.kind))
        return view.script_of(self.protocol, kind)

    def _show_stages(self) -> None:
        lines = view.stage_lines(self.intake)
        debt = [pick(field.label).lower() for _stage, field in view.debt_of(self.intake)]
        here = self.pane.stage.code if self.pane else ""
        for each in (self.query_one(StageList), self.query_one(StageStrip)):
            each.load(lines, here, debt)
        owed = {(field.on, field.code) for _stage, field in self.intake.debt("minimum")}
        for asker in self.pane.askers if self.pane else ():
            if isinstance(asker, FieldRow):
                asker.owe((asker.field.on, asker.field.code) in owed)

    def _tick(self) -> None:
        if self.intake.started_at:
            end = self.intake.ended_at or self.intake.workspace.store.now().isoformat()
            self.query_one(CallBar).tick(view.elapsed(self.intake.started_at, end))

    # Quiet moments

    def _rest(self) -> None:
        if self._idle_timer:
            self._idle_timer.stop()
        self._idle_timer = self.set_timer(IDLE, self._ready_next)

    async def _ready_next(self) -> None:
        """Make the nearest stage that was not seen yet while nobody types: its first visit is then quick.

        Stages that are not on the screen take no part in layout or paint.
        """
        self._idle_timer = None
        if self.pane and not self._typed:
            codes = [stage.code for stage in self.protocol.stages]
            here = codes.index(self.pane.stage.code)
            made = {pane.stage.code for pane in self.panes()}
            left = [code for code in codes[here + 1 :] + codes[:here] if code not in made]
            if left:
                await self._pane(left[0])
                self._rest()

    def on_key(self, event: events.Key) -> None:
        if self._idle_timer:
            self._rest()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.last_focus = event.widget
        asker = self._asker_of(event.widget)
        if asker is not None and self.pane:
            self.intake.at(self.pane.stage.code, asker.field.code)
