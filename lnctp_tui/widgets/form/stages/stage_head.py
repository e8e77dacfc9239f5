"""What to say at a stage and what to avoid, whole where it fits; where not, cut at a word, and the key to read on."""

from __future__ import annotations

from typing import ClassVar

from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.domain.protocol.protocol import Stage
from lnctp_tui.i18n import _, pick
from lnctp_tui.widgets.drawing import base_style, cut, strip, wrap

MORE = "… F1"
LEAST, SHARE = 2, 5
"""It takes at least so many lines, and one in so many of the screen."""


class StageHead(Widget, can_focus=False):
    """The prompt in italics, then `Evite: …`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"stage-head--prompt", "stage-head--avoid"}

    def __init__(self) -> None:
        super().__init__()
        self.stage: Stage | None = None
        self._drawn: tuple[object, list[tuple[str, str]]] = None, []
        """For which texts and size the lines are, and they."""

    def load(self, stage: Stage) -> None:
        """Show this stage."""
        self.stage = stage
        self._fit()
        self.refresh()

    def texts(self) -> tuple[str, str]:
        """The prompt, and what to avoid; whole."""
        if self.stage is None:
            return "", ""
        avoid = " · ".join(pick(text) for text in self.stage.never_ask)
        return pick(self.stage.prompt), _("Evite: {what}").format(what=avoid) if avoid else ""

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """As many lines as the text needs, never more than its share of the screen."""
        prompt, avoid = (len(wrap(text, self._room)) for text in self.texts())
        height = max(1, min(prompt + avoid, max(LEAST, self.screen.size.height // SHARE + 1)))
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    @property
    def _room(self) -> int:
        return (self.size.width or self.screen.size.width) - 2

    def lines(self) -> list[tuple[str, str]]:
        """(component, text) of each line shown. What to avoid keeps a line when the prompt has more than one."""
        texts, height = self.texts(), self.size.height
        asked = texts, self._room, height
        if self._drawn[0] != asked:
            self._drawn = asked, self._cut(*texts, height)
        return self._drawn[1]

    def _cut(self, prompt_text: str, avoid_text: str, height: int) -> list[tuple[str, str]]:
        prompt, avoid = wrap(prompt_text, self._room), wrap(avoid_text, self._room)
        first = min(len(prompt), max(1, height - min(len(avoid), max(1, height - len(prompt)))))
        drawn = [("stage-head--prompt", line) for line in cut(prompt, first, self._room, MORE)]
        return drawn + [("stage-head--avoid", line) for line in cut(avoid, height - first, self._room, MORE)]

    def render_line(self, y: int) -> Strip:
        """One line of it."""
        lines = self.lines()
        if y >= len(lines):
            return strip([], self.size.width, base_style(self))
        name, text = lines[y]
        return strip([(f" {text}", self.get_component_rich_style(name))], self.size.width, base_style(self))
