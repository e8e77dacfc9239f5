"""The stages as a map: a list at the left from 120 columns, one line below that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.i18n import N_, _
from lnctp_tui.widgets.drawing import Piece, base_style, fit, spread, strip, wrap

HERE, DONE, BEGUN, OWED, EMPTY = "▸", "✓", "•", "!", " "


@dataclass(frozen=True)
class StageLine:
    """One stage: number, title, and how far it is."""

    code: str
    number: int
    title: str
    answered: int = 0
    total: int = 0
    owed: int = 0
    """Minimum answers that are missing."""

    @property
    def state(self) -> str:
        """✓ complete, ! something of the minimum is missing, • begun, blank untouched."""
        if self.owed:
            return OWED
        if self.total and self.answered == self.total:
            return DONE
        return BEGUN if self.answered else EMPTY


class _Map(Widget):
    """What the list and the strip share."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "stages--title",
        "stages--here",
        "stages--done",
        "stages--owed",
        "stages--count",
        "stages--debt",
    }

    class Picked(Message):
        """Go to a stage, or to the first of the fields still owed when `code` is empty."""

        def __init__(self, code: str) -> None:
            self.code = code
            super().__init__()

    def __init__(self) -> None:
        super().__init__()
        self.stages: Sequence[StageLine] = ()
        self.here = ""
        self.debt: Sequence[str] = ()

    def load(self, stages: Sequence[StageLine], here: str, debt: Sequence[str]) -> None:
        """Repaint only what changed."""
        before = self.stages, self.here, self.debt
        if (stages, here, debt) != before:
            self.stages, self.here, self.debt = stages, here, debt
            self.repaint(*before)

    def repaint(self, stages: Sequence[StageLine], here: str, debt: Sequence[str]) -> None:
        """Paint what is not as it was before."""
        self.refresh()

    def _state_style(self, stage: StageLine) -> str:
        return {OWED: "stages--owed", DONE: "stages--done"}.get(stage.state, "stages--count")


class StageList(_Map, can_focus=True):
    """Fourteen lines and what is missing to close, at the left of the wide screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", N_("etapa siguiente"), show=False, id="stages.down"),
        Binding("up,k", "step(-1)", N_("etapa anterior"), show=False, id="stages.up"),
        Binding("enter", "app.focus_next", N_("campo siguiente"), show=False, id="stages.enter"),
    ]

    def action_step(self, step: int) -> None:
        codes = [stage.code for stage in self.stages]
        if self.here in codes:
            self.post_message(self.Picked(codes[(codes.index(self.here) + step) % len(codes)]))

    def repaint(self, stages: Sequence[StageLine], here: str, debt: Sequence[str]) -> None:
        if len(stages) != len(self.stages) or debt != self.debt:
            self.refresh()
            return
        turned = {here} ^ {self.here}
        pairs = enumerate(zip(stages, self.stages, strict=True))
        lines = [place for place, (old, new) in pairs if old != new or new.code in turned]
        if lines:
            self.refresh(*(Region(0, place + 2, self.size.width, 1) for place in lines))

    def render_line(self, y: int) -> Strip:
        width, height = self.size
        if y == 0:
            return strip(
                [(" " + _("Etapas"), self.get_component_rich_style("stages--title"))], width, base_style(self)
            )
        if 0 <= y - 2 < len(self.stages):
            return self._stage(self.stages[y - 2], width)
        debt = self._debt(width, height - len(self.stages) - 3)
        place = y - (height - len(debt))
        return strip(debt[place] if 0 <= place < len(debt) else [], width, base_style(self))

    def _stage(self, stage: StageLine, width: int) -> Strip:
        here = stage.code == self.here
        name = self.get_component_rich_style("stages--here") if here else base_style(self)
        fill = name if here else base_style(self)
        mark = HERE if here else stage.state
        mark_style = name if here else self.get_component_rich_style(self._state_style(stage))
        owed = f"{OWED} " if here and stage.owed else ""
        count = f"{owed}{stage.answered}/{stage.total} " if stage.answered or here or stage.owed else " "
        count_style = name if here else self.get_component_rich_style("stages--count")
        text = f"{stage.number:>2} {stage.title}"
        left: list[Piece] = [(f" {mark} ", mark_style), (fit(text, width - 4 - cell_len(count)), name)]
        return spread(left, [(count, count_style)], width, fill)

    def _debt(self, width: int, room: int) -> list[list[Piece]]:
        style = self.get_component_rich_style("stages--debt")
        title = self.get_component_rich_style("stages--title")
        if not self.debt:
            return [[(" " + _("No falta nada del mínimo"), style)], []] if room > 2 and self.stages else []
        lines = wrap(" · ".join(self.debt), width - 2)
        if len(lines) > room - 2:
            lines = [*lines[: max(0, room - 3)], "…"]
        return [[(" " + _("Falta para cerrar"), title)], *([(f" {line}", style)] for line in lines), []]

    def on_click(self, event: events.Click) -> None:
        if 0 <= event.y - 2 < len(self.stages):
            self.post_message(self.Picked(self.stages[event.y - 2].code))
        elif self.debt and event.y > len(self.stages) + 2:
            self.post_message(self.Picked(""))


class StageStrip(_Map, can_focus=False):
    """The stages in one line for the narrow screen: the one on the screen by name, the others by number."""

    _spans: Sequence[tuple[int, int, str]] = ()

    def render_line(self, y: int) -> Strip:
        base = base_style(self)
        pieces: list[Piece] = []
        spans = []
        at = 0
        for stage in self.stages:
            here = stage.code == self.here
            text = f" {HERE}{stage.number} {stage.title} " if here else f"{stage.state}{stage.number} "
            style = self.get_component_rich_style("stages--here" if here else self._state_style(stage))
            pieces.append((text, style))
            spans.append((at, at + cell_len(text), stage.code))
            at += cell_len(text)
        self._spans = spans
        owed = sum(stage.owed for stage in self.stages)
        right = (
            [(_("faltan {n} ").format(n=owed), self.get_component_rich_style("stages--owed"))] if owed else []
        )
        return spread(pieces, right, self.size.width, base)

    def on_click(self, event: events.Click) -> None:
        for start, end, code in self._spans:
            if start <= event.x < end:
                self.post_message(self.Picked(code))
                return
