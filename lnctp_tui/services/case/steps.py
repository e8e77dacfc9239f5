"""The steps of a form: those that can be taken back, and those that were and can come again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from lnctp_tui.domain.records.document import Record
from lnctp_tui.domain.values import stretches
from lnctp_tui.domain.values.stretches import Stretch
from lnctp_tui.services.refs import Ref

MOST = 1000
PAUSE = timedelta(seconds=3)
"""Typing on after such a quiet is another step."""


class Written(NamedTuple):
    """Words that were typed or erased in a text."""

    ref: Ref
    field: str
    key: str
    stretch: Stretch


@dataclass(frozen=True)
class Patched:
    """Values that were given."""

    ref: Ref
    field: str
    before: Mapping[str, Any]
    """What stood there, by key."""
    empties: bool = False
    """Whether nothing stands there since."""


class Added(NamedTuple):
    """A record that came."""

    ref: Ref
    field: str


class Removed(NamedTuple):
    """A record that went."""

    ref: Ref
    field: str
    record: Record


Step = Written | Patched | Added | Removed


class Turned(NamedTuple):
    """What was taken back, or came again: the record, the code of the field, and the words or values of both sides."""

    ref: Ref
    field: str
    went: Any = None
    came: Any = None
    record: Record | None = None
    """A record that went or came whole; the other one of `went` and `came` is None then."""


class Steps:
    """Newest last."""

    def __init__(self) -> None:
        self.done: list[Step] = []
        self.undone: list[Step] = []
        self._at: datetime | None = None

    def remember(self, step: Step, now: datetime) -> None:
        """One step for what is typed or given to one field without a pause; what was taken back is past."""
        joins = self._at is not None and now - self._at < PAUSE and not self.undone
        one = _joined(self.done[-1], step) if joins and self.done else None
        self.done[-1:] = [one] if one else [*self.done[-1:], step]
        del self.done[:-MOST]
        self.undone.clear()
        self._at = now

    def rest(self) -> None:
        """The next one is a step of its own."""
        self._at = None

    def clear(self) -> None:
        """Nothing can be taken back any more."""
        self.done.clear()
        self.undone.clear()


def _joined(last: Step, step: Step) -> Step | None:
    if isinstance(last, Written) and isinstance(step, Written) and last[:3] == step[:3]:
        stretch = stretches.joined(last.stretch, step.stretch)
        return last._replace(stretch=stretch) if stretch else None
    if not (isinstance(last, Patched) and isinstance(step, Patched)):
        return None
    same = (last.ref, last.field, last.empties) == (step.ref, step.field, step.empties)
    return Patched(step.ref, step.field, {**step.before, **last.before}, step.empties) if same else None
