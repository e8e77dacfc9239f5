"""What was typed and is not handed on yet: one hand-over for a burst of keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from textual.timer import Timer
from textual.widget import Widget

FLUSH = 0.12
"""Seconds from the first key of a burst to the writer: never on the way of a key to the screen."""

Source = TypeVar("Source", bound=Widget)


class EditBuffer(Generic[Source]):
    """The widgets that were typed into. `flush` gives them, in the order of their first key, to `hand_over`.

    Timers are those of `owner`, and end with it. `after`: seconds from the first key to the hand-over.
    """

    def __init__(
        self, owner: Widget, hand_over: Callable[[list[Source]], None], after: float = FLUSH
    ) -> None:
        self.owner = owner
        self.hand_over = hand_over
        self.after = after
        self._sources: dict[Source, None] = {}
        self._timer: Timer | None = None

    def __bool__(self) -> bool:
        """Is anything still to be handed over?"""
        return bool(self._sources)

    def __contains__(self, source: Source) -> bool:
        return source in self._sources

    def note(self, source: Source) -> None:
        """It was typed into: hand it over when the burst is over."""
        self._sources[source] = None
        self._timer = self._timer or self.owner.set_timer(self.after, self.flush)

    def drop(self, source: Source) -> None:
        """What was typed into it counts no more."""
        self._sources.pop(source, None)

    def clear(self) -> None:
        """What was typed counts no more."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._sources = {}

    def flush(self, *more: Source) -> None:
        """Hand over now, with `more`: before anything else reads the form, and before a lock."""
        sources = list({**self._sources, **dict.fromkeys(more)})
        self.clear()
        if sources:
            self.hand_over(sources)
