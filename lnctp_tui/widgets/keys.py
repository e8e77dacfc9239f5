"""The line of keys at the foot of a screen: only what fits, in the counselor's language."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.i18n import _
from lnctp_tui.widgets.drawing import Piece, base_style, fit, strip


class KeyBar(Widget, can_focus=False):
    """The bindings of the screen that have a description, translated when they are drawn.

    Descriptions of bindings are Spanish sentences read at class creation; the language is chosen later.
    One widget and no children: a moved focus costs one repainted line.
    """

    LAST_TO_GO = frozenset({"emergency", "finish", "help", "lock"})
    """Actions whose key stays when not all fit."""
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-bar--key", "key-bar--text"}
    ALLOW_SELECT = False

    def __init__(self, state: Callable[[], tuple[str, str]] | None = None) -> None:
        super().__init__()
        self.state = state
        """What the keys do now, in a word, and what else to say of it where there is room."""
        self._said = ("", "")

    def on_mount(self) -> None:
        self._bars: list[tuple[str, str, str]] = []
        self._spans: list[tuple[int, int, str]] = []
        self.screen.bindings_updated_signal.subscribe(self, self._updated)
        self._updated(self.screen)

    def on_unmount(self) -> None:
        self.screen.bindings_updated_signal.unsubscribe(self)

    def _updated(self, screen: Screen[object]) -> None:
        bindings = [
            active
            for active in screen.active_bindings.values()
            if active.binding.show
            and active.enabled
            and (active.node is not self.app or getattr(self.app, "unlocked", True))
        ]
        bindings.sort(key=lambda active: active.node is self.app)  # what holds everywhere stands last
        bars = [
            (
                self._key(active.binding),
                active.binding.description,
                ("app." if active.node is self.app else "") + active.binding.action,
            )
            for active in bindings
        ]
        bars = list({action: (key, text, action) for key, text, action in reversed(bars)}.values())[::-1]
        state = self.state() if self.state else ("", "")
        if (bars, state) != (self._bars, self._said):
            self._bars, self._said = bars, state
            self.refresh()

    def _key(self, binding: Binding) -> str:
        label = binding.key_display or self.app.get_key_display(binding)
        return label.upper() if len(label) > 1 and label[0] == "f" else label

    def render_line(self, y: int) -> Strip:
        """The keys that fit, each wholly."""
        key_style = self.get_component_rich_style("key-bar--key")
        text_style = self.get_component_rich_style("key-bar--text")
        pieces: list[Piece] = []
        self._spans = []
        state, more = self._said
        at = cell_len(state) + 2 if state else 0
        if state:
            pieces.append((f" {state} ", key_style))
        fitting = self._fitting(self.size.width - at, bare=bool(more))
        for key, text, action in fitting:
            name = f" {key} ", f"{_(text)} "
            width = cell_len(name[0]) + cell_len(name[1])
            pieces += [(name[0], key_style), (name[1], text_style)]
            self._spans.append((at, at + width, action))
            at += width
        if more:
            pieces.append((fit(f" {more}", max(0, self.size.width - at)), text_style))
        return strip(pieces, self.size.width, base_style(self))

    def _fitting(self, room: int, *, bare: bool = False) -> list[tuple[str, str, str]]:
        """The keys that fit, in their order; those last to go were given room first, and alone where more is said."""
        fitting = set()
        for bar in sorted(self._bars, key=lambda bar: bar[2].removeprefix("app.") not in self.LAST_TO_GO):
            width = cell_len(bar[0]) + cell_len(_(bar[1])) + 3
            if bare and bar[2].removeprefix("app.") not in self.LAST_TO_GO:
                continue
            if width <= room:
                fitting.add(bar)
                room -= width
        return [bar for bar in self._bars if bar in fitting]

    async def on_click(self, event: events.Click) -> None:
        """A click does what the key does."""
        for start, end, action in self._spans:
            if start <= event.x < end:
                await self.screen.run_action(action)
                return
