"""The panels around a form: what the answers come to, and what is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.timer import Timer

from lnctp_tui.domain.assess.assess import Assessment
from lnctp_tui.domain.protocol.protocol import Script
from lnctp_tui.i18n import pick
from lnctp_tui.screens.base import AppScreen, ScreenPart
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call.form import CallForm
from lnctp_tui.services.call.intake import UNASSESSED
from lnctp_tui.widgets.form.call_bar import CallBar
from lnctp_tui.widgets.form.elements import ElementsPanel, summary
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.form.script_box import ScriptBox
from lnctp_tui.widgets.form.stages.stage_map import StageList, StageStrip
from lnctp_tui.widgets.form.summary_line import SummaryLine

PANELS = 0.15
"""Seconds of quiet before the panels think again."""


class Panels(ScreenPart):
    """Repaints what changed. `marks` gives what else the call bar says; `think` is what a pause in typing calls."""

    def __init__(
        self,
        screen: AppScreen[Any],
        form: CallForm,
        marks: Callable[[], tuple[str, ...]],
        think: Callable[[], object],
    ) -> None:
        super().__init__(screen)
        self.form = form
        self.intake = form.intake
        self.assessment: Assessment | None = None
        self._marks = marks
        self._think = think
        self._timer: Timer | None = None

    def soon(self) -> None:
        """Think again when the typing pauses."""
        if self._timer:
            self._timer.stop()
        self._timer = self.screen.set_timer(PANELS, self._think)

    def think(self) -> None:
        """Assess the document and repaint the panels that changed."""
        self._timer = None
        self.assessment = self.intake.assess()
        self.form.load_bars()
        person = self.intake.current("person")
        person_id = person.id if person else None
        self.screen.query_one(ElementsPanel).load(self.assessment, person_id)
        self.screen.query_one(SummaryLine).load(summary(self.assessment, person_id, self.intake.protocol))
        self.show_heading()
        self.screen.query_one("#kind-script", ScriptBox).show(self.kind_script())
        self.show_stages()

    def next_questions(self) -> tuple[str, ...]:
        """Codes of what would clear up most, about the person on the form or else about the case."""
        if self.assessment is None:
            return ()
        current = self.intake.current("person")
        people = (person for person in self.assessment.people if current and person.id == current.id)
        person = next(people, None)
        return person.next if person else self.assessment.next

    def show_heading(self) -> None:
        """Folio, kind, level and marks, in the call bar."""
        risk = self.intake.shown_level(self.assessment) if self.assessment else UNASSESSED
        self.screen.query_one(CallBar).show(view.heading(self.intake, risk, self._marks()))

    def kind_script(self) -> Script | None:
        """The words for this kind of call, over every stage: in a silent call there is nothing else to go by."""
        kind = self.intake.protocol.catalogs["kind"].by_code.get(str(self.intake.kind))
        return view.script_of(self.intake.protocol, kind)

    def show_stages(self) -> None:
        """The stages with their counts, and which fields of the one on the screen the minimum lacks."""
        missing = self.intake.debt("minimum")
        lines = view.stage_lines(self.intake, missing)
        debt = [pick(field.label).lower() for _stage, field in missing or self.intake.debt("close")]
        pane = self.form.pane
        here = pane.stage.code if pane else ""
        self.screen.query_one(StageList).load(lines, here, debt)
        self.screen.query_one(StageStrip).load(lines, here, debt)
        owed = {(field.on, field.code) for _stage, field in missing}
        for asker in pane.askers if pane else ():
            if isinstance(asker, FieldRow):
                asker.owe((asker.field.on, asker.field.code) in owed)

    def tick(self) -> None:
        """The clock of the call, once a second."""
        if self.intake.started_at:
            end = self.intake.ended_at or self.intake.workspace.store.now().isoformat()
            self.screen.query_one(CallBar).tick(view.elapsed(self.intake.started_at, end))
