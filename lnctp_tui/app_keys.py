"""Keys one after the other: what is typed faster than the screen reaches what it was meant for."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from lnctp_tui.app_bytes import LINE_END
from lnctp_tui.i18n import N_, _

Dispatch = Callable[[events.Event], Awaitable[None]]

PATIENCE = 5.0
"""Seconds that keys wait for a screen that never settles; then the field with the focus gets them."""
CLIMBS = 3
"""Ways up from the field until its form knows what a key answered, and which rows that shows."""
ROUNDS = 8
"""Times that the screen or the focus may change after one key before the next one is let through."""
AT_ONCE = frozenset({"ctrl+l", "ctrl+q"})
"""Keys that wait for nothing."""
TEXT_AREA = "textual.widgets._text_area"
"""The module of TextArea, which the first screen does not need and so does not import."""
PASTED = N_(
    "Aquí no hay dónde escribir: lo pegado no quedó en ningún lado. "
    "Abra el relato o un campo de texto y péguelo otra vez."
)
WITHIN_TEXT = frozenset({"backspace", "delete", "left", "right", "home", "end"})


class _Turn:
    """A key whose effect (an action, a dialog, another field) is not over yet."""

    def __init__(self, key: events.Event) -> None:
        self.key = key
        self.settling = False
        self.rounds = 0
        self.quiet = 0
        """Times in a row that nothing had moved."""


class KeyOrder:
    """Holds keys and pastes while the one before may still move the focus, and passes them on in their order.

    Textual hands a key to the widget that has the focus when the key comes, and runs bindings when it has
    bubbled back to the app: a burst like F3, a name and Enter would be spread over three screens. Letters
    typed into a text move nothing and are never held. `dispatch` is the app's own handler of events.
    """

    def __init__(self, app: App[Any], dispatch: Dispatch) -> None:
        self.app = app
        self._dispatch = dispatch
        self._turn: _Turn | None = None
        self._held: deque[events.Key | events.Paste] = deque()
        self._patience: Timer | None = None

    async def take(self, event: events.Event) -> None:
        """Pass an event on; a key or a paste when its turn comes."""
        if not isinstance(event, events.Key | events.Paste):
            await self._dispatch(event)
        elif event.is_forwarded:  # it has bubbled up to its bindings
            await self._dispatch(event)
            if isinstance(event, events.Paste):
                self._tell_lost(event)
            if self._turn is not None and event is self._turn.key:
                self._settle(self._turn)
        elif self._turn is None or (isinstance(event, events.Key) and event.key in AT_ONCE):
            await self._pass_on(event)
        else:
            self._held.append(event)
            self._patience = self._patience or self.app.set_timer(PATIENCE, self._give_up)

    def _tell_lost(self, paste: events.Paste) -> None:
        """What is pasted where nothing is typed is not lost without a word. A line of text keeps it to itself."""
        if paste.text.strip() and getattr(self.app.focused, "read_only", True):
            self.app.notify(_(PASTED), severity="warning", markup=False)

    def take_first(self, event: events.Key | events.Paste) -> None:
        """Pass on again, before what came after it, a key that was meant for what only comes now."""
        if self._turn is None:
            self.app.post_message(event)
        else:
            self._held.appendleft(event)
            self._patience = self._patience or self.app.set_timer(PATIENCE, self._give_up)

    async def _pass_on(self, event: events.Key | events.Paste) -> None:
        turn = None
        target: Widget = self.app.focused or self.app.screen
        event = _on_one_line(event, target)
        if not _only_text(event, target):
            turn = self._turn = _Turn(event)
        await self._dispatch(event)
        if turn is not None:
            self._climb(target, turn, lambda: self._settle(turn))

    def _climb(self, node: DOMNode | None, turn: _Turn, then: Callable[[], None]) -> None:
        """Call `then` in the app, behind every message that is now on its way up from `node`."""

        def climbed() -> None:
            if turn is self._turn:
                self._climb(node.parent if node else None, turn, then)

        if node is None or node is self.app or not node.call_later(climbed):
            self.app.call_later(then)

    def _settle(self, turn: _Turn) -> None:
        """The key reached everything; now what it set off: a screen that is made, a focus that moves."""
        if turn is self._turn and not turn.settling:
            turn.settling = True
            self.app.call_later(self._look, turn)

    def _look(self, turn: _Turn) -> None:
        screen: Screen[object] = self.app.screen
        focused = screen.focused

        def settled() -> None:
            if turn is not self._turn:
                return
            turn.rounds += 1
            same = self.app.screen is screen and screen.focused is focused
            turn.quiet = turn.quiet + 1 if same else 0
            if turn.quiet >= CLIMBS or turn.rounds > ROUNDS:
                self.app.call_later(self._next, turn)
            else:
                self._look(turn)

        self._climb(focused or screen, turn, settled)

    async def _next(self, turn: _Turn | None) -> None:
        """The turn is over: pass on what was held, up to the next key that takes a turn."""
        if turn is not self._turn:
            return
        self._turn = None
        while self._held and self._turn is None:
            await self._pass_on(self._held.popleft())
        if self._patience is not None:
            self._patience.stop()
        self._patience = self.app.set_timer(PATIENCE, self._give_up) if self._held else None

    async def _give_up(self) -> None:
        """Nothing is thrown away: what was held goes to the field with the focus."""
        await self._next(self._turn)


def _on_one_line(event: events.Key | events.Paste, target: Widget) -> events.Key | events.Paste:
    """A blank for a line end that came within a burst, where the text has one line."""
    within = isinstance(event, events.Key) and event.key == "enter" and event.character == LINE_END
    return events.Key("space", " ") if within and isinstance(target, Input) else event


def _only_text(event: events.Key | events.Paste, target: Widget) -> bool:
    """Whether a key only adds to the text under the cursor, or takes from it."""
    if not (isinstance(target, Input) or _is_text_area(target)):
        return False
    return isinstance(event, events.Paste) or event.is_printable or event.key in WITHIN_TEXT


def _is_text_area(target: Widget) -> bool:
    """Whether it is Textual's TextArea: none is while nothing imported it."""
    module = sys.modules.get(TEXT_AREA)
    return module is not None and isinstance(target, module.TextArea)
