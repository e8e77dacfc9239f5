"""Go to any field of any stage by a part of its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from lnctp_tui.domain.protocol import Protocol
from lnctp_tui.domain.text import fold
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.text_input import LineInput

SHOWN = 50
WHOLE_LISTS = 100
"""Rows of longer catalogs are found in their own field, not here."""


class _Goal(NamedTuple):
    """A field, or a row of a checklist."""

    code: str
    table: str
    label: str
    where: str
    key: str


def goals(protocol: Protocol) -> Iterator[_Goal]:
    """Every field in the form's order, and the rows of its checklists."""
    dimensions = protocol.catalogs.get("dimension")
    for number, stage in enumerate(protocol.stages, 1):
        where = f"{number} {pick(stage.title)}"
        for field in stage.fields:
            label = pick(field.label)
            yield _Goal(field.code, field.on, label, where, fold(f"{label} {pick(stage.title)}"))
            catalog = (
                protocol.catalogs.get(field.catalog or field.code) if field.kind == "checklist" else None
            )
            for row in catalog.rows if catalog and len(catalog.rows) <= WHOLE_LISTS else ():
                text = pick(row.label)
                group = dimensions.by_code.get(row.extra.get("dimension", "")) if dimensions else None
                under = pick(group.label) if group else label
                yield _Goal(f"{field.code}.{row.code}", field.on, text, f"{where} · {under}", fold(text))


class FindField(AppDialog["tuple[str, str] | None"]):
    """Answers the code and the table of the field, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f3", "dismiss(None)", N_("volver"), id="find.close"),
        Binding("down", "move(1)", N_("siguiente"), show=False, id="find.down"),
        Binding("up", "move(-1)", N_("anterior"), show=False, id="find.up"),
        Binding("enter,tab", "take", N_("ir al campo"), key_display="Enter", id="find.take"),
    ]

    def __init__(self, protocol: Protocol) -> None:
        super().__init__()
        self.goals = list(goals(protocol))
        self.hits: list[_Goal] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall"):
            yield Static(_("Ir a un campo"), classes="dialog-title", markup=False)
            yield FindInput(placeholder=_("parte de su nombre"))
            hits = OptionList(markup=False)
            hits.can_focus = False
            yield hits
            yield KeyBar()

    def on_mount(self) -> None:
        self._show("")
        self.query_one(FindInput).focus()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, typed: str) -> None:
        words = fold(typed).split()
        found = [goal for goal in self.goals if all(word in goal.key for word in words)]
        found.sort(key=lambda goal: ("." in goal.code, not goal.key.startswith(words[0]) if words else False))
        self.hits = found[:SHOWN]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Option(Content.assemble(goal.label, "  ", (goal.where, "dim"))) for goal in self.hits
        )
        options.highlighted = 0 if self.hits else None

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        options.action_cursor_down() if step > 0 else options.action_cursor_up()

    def action_take(self) -> None:
        place = self.query_one(OptionList).highlighted
        if place is not None:
            self.dismiss((self.hits[place].code, self.hits[place].table))

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss((self.hits[event.option_index].code, self.hits[event.option_index].table))


class FindInput(LineInput, inherit_bindings=False):
    """The box of a dialog whose list moves with the arrows."""

    BINDINGS: ClassVar[list[BindingType]] = list(Input.BINDINGS[:-1])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "submit"
