"""One line above the fields of a person, place, identifier or money trail: which of several it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from lnctp_tui.domain.records.document import TABLE_OF
from lnctp_tui.i18n import N_, _
from lnctp_tui.i18n.of_records import table
from lnctp_tui.widgets.drawing import Piece, base_style, fit, spread
from lnctp_tui.widgets.in_order import InOrder

ADD, GROUP, DROP = N_("+ otra"), N_("g grupo"), N_("- quitar")


@dataclass(frozen=True)
class Entry:
    """One record of the selector: its id and how to call it."""

    id: str
    name: str


class RecordBar(InOrder, can_focus=True):
    """`‹ 1/3 Ana ›  + otra  - quitar`"""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"record-bar--name", "record-bar--key"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "turn(1)", N_("registro siguiente"), show=False, id="record.next"),
        Binding("left,h", "turn(-1)", N_("registro anterior"), show=False, id="record.previous"),
        Binding("plus", "add('')", N_("añadir otro registro"), show=False, id="record.add"),
        Binding("g", "add('group')", N_("añadir un grupo de víctimas"), show=False, id="record.group"),
        Binding("minus,delete", "drop", N_("quitar este registro"), show=False, id="record.drop"),
        Binding("down,enter", "app.focus_next", N_("campo siguiente"), show=False, id="record.down"),
        Binding("up", "app.focus_previous", N_("campo anterior"), show=False, id="record.up"),
    ]

    class Selected(Message):
        def __init__(self, on: str, id: str) -> None:
            self.on = on
            self.id = id
            super().__init__()

    class Added(Message):
        """`role`: of the new person; empty is the same as the one on the screen."""

        def __init__(self, on: str, role: str) -> None:
            self.on = on
            self.role = role
            super().__init__()

    class Dropped(Message):
        """Take away the record on the screen; asked twice."""

        def __init__(self, on: str, id: str) -> None:
            self.on = on
            self.id = id
            super().__init__()

    def __init__(self, on: str) -> None:
        super().__init__()
        self.on = on
        self.entries: Sequence[Entry] = ()
        self.current: str | None = None
        self._asking = False
        self._spans: list[tuple[int, int, str]] = []

    def load(self, entries: Sequence[Entry], current: str | None) -> None:
        if (entries, current) != (self.entries, self.current):
            self.entries, self.current, self._asking = entries, current, False
            self.refresh()

    @property
    def place(self) -> int:
        return next((n for n, entry in enumerate(self.entries) if entry.id == self.current), 0)

    def action_turn(self, step: int) -> None:
        if len(self.entries) > 1:
            entry = self.entries[(self.place + step) % len(self.entries)]
            self.post_message(self.Selected(self.on, entry.id))

    def action_add(self, role: str) -> None:
        if not role or self.on == "person":
            self.post_message(self.Added(self.on, role))

    def action_drop(self) -> None:
        """The first time asks; the second takes it away."""
        if self.current is None:
            return
        if self._asking:
            self.post_message(self.Dropped(self.on, self.current))
        self._asking = not self._asking
        self.refresh()

    def on_blur(self) -> None:
        self._asking = False
        self.refresh()

    def render_line(self, y: int) -> Strip:
        if y:
            return Strip.blank(self.size.width, base_style(self))
        name = self.get_component_rich_style("record-bar--name")
        key = self.get_component_rich_style("record-bar--key")
        right = (
            [(_("¿Quitar? - otra vez para quitar; Ctrl+Z lo devuelve "), key)]
            if self._asking
            else self._keys(key)
        )
        room = self.size.width - sum(cell_len(text) for text, _style in right)
        left: list[Piece] = [(self._called(room), name)]
        self._spans = []
        at = self.size.width - sum(cell_len(text) for text, _style in right)
        for (text, _style), action in zip(right, self._actions(), strict=False):
            self._spans.append((at, at + cell_len(text), action))
            at += cell_len(text)
        return spread(left, right, self.size.width, base_style(self))

    def _called(self, room: int) -> str:
        title = table(TABLE_OF[self.on])
        if not self.entries:
            return f"  {title}"
        several = len(self.entries) > 1
        count = f"{title} {self.place + 1}/{len(self.entries)}"
        name = fit(self.entries[self.place].name, max(1, room - cell_len(count) - 6)).rstrip()
        return f"‹ {count} {name} ›" if several else f"  {count} {name}"

    def _actions(self) -> list[str]:
        return ["add('')", *(["add('group')"] if self.on == "person" else []), "drop"]

    def _keys(self, style: object) -> list[Piece]:
        texts = [_(ADD), *([_(GROUP)] if self.on == "person" else []), *([_(DROP)] if self.entries else [])]
        return [(f"{text}  ", style) for text in texts]  # type: ignore[misc]

    async def on_click(self, event: events.Click) -> None:
        for start, end, action in self._spans:
            if start <= event.x < end:
                await self.run_action(action)
                return
        self.action_turn(1)
