"""Go to any field of any stage by a part of its name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from lnctp_tui.domain.protocol.protocol import Field, Protocol, Row
from lnctp_tui.domain.values.text import fold
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.widgets.drawing import base_style, fit, strip
from lnctp_tui.widgets.form.stages.stage_pane import Records, applies
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.text_input import LineInput

WHOLE_LISTS = 100
"""What longer catalogs offer to a field is found in the field, not here."""


class Goal(NamedTuple):
    """A field of a stage, or a row of a checklist."""

    stage: str
    code: str
    table: str
    label: str
    where: str
    key: str
    also: str = ""
    """What else finds it, after those whose name fits: what people say, and the rows of a short list."""


def goals(protocol: Protocol, record_of: Records) -> Iterator[Goal]:
    """Every field that applies to the records on the screen, in the form's order, and the rows of its checklists."""
    dimensions = protocol.catalogs.get("dimension")
    for number, stage in enumerate(protocol.stages, 1):
        where = f"{number} {pick(stage.title)}"
        for field in stage.fields:
            if not applies(field, record_of(field.on)):
                continue
            label = pick(field.label)
            key = fold(f"{label} {pick(stage.title)}")
            catalog = protocol.catalogs.get(field.catalog or field.code)
            rows = [row for row in catalog.rows if not row.valid_to] if catalog else []
            if field.kind != "checklist":
                also = _said(field, rows if len(rows) <= WHOLE_LISTS else ())
                yield Goal(stage.code, field.code, field.on, label, where, key, also)
                continue
            yield Goal(stage.code, field.code, field.on, label, where, key, _said(field, ()))
            for row in rows:
                text = pick(row.label)
                group = dimensions.by_code.get(row.extra.get("dimension", "")) if dimensions else None
                under = f"{where} · {pick(group.label) if group else label}"
                yield Goal(
                    stage.code, f"{field.code}.{row.code}", field.on, text, under, fold(text), _words(row)
                )


def _said(field: Field, rows: Iterable[Row]) -> str:
    """What people say for a field, its help, and what it offers."""
    help_text = pick(field.help) if field.help else ""
    return fold(" ".join([*field.also, help_text, *(f"{pick(row.label)} {_words(row)}" for row in rows)]))


def _words(row: Row) -> str:
    """What people say for a row: its own words, its name in the other language, its other names."""
    names = f"{row.extra.get('alias', '')};{row.extra.get('also', '')}".replace(";", " ")
    return fold(f"{row.label.es} {row.label.en} {names}")


class HitList(Widget, can_focus=False):
    """The hits, drawn line by line: only those that show cost anything. The keys stay with the box."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"hits--where", "hits--cursor"}

    class Clicked(Message):
        """A hit was clicked."""

        def __init__(self, hit: Goal) -> None:
            self.hit = hit
            super().__init__()

    hits: Sequence[Goal] = ()
    cursor = 0

    def show(self, hits: Sequence[Goal]) -> None:
        """Show `hits`, the cursor on the first."""
        self.hits, self.cursor = hits, 0
        self.refresh()

    @property
    def highlighted(self) -> Goal | None:
        return self.hits[self.cursor] if self.hits else None

    def move(self, step: int) -> None:
        """Up or down; past an end, to the other one."""
        if self.hits:
            self.cursor = (self.cursor + step) % len(self.hits)
            self.refresh()

    @property
    def _top(self) -> int:
        height = self.size.height
        return max(0, min(self.cursor - height // 2, len(self.hits) - height))

    def render_line(self, y: int) -> Strip:
        """One hit: its name, and dim where it stands."""
        width, place = self.size.width, self._top + y
        if place >= len(self.hits):
            none = _("Ningún campo se llama así.") if not (self.hits or y) else ""
            return strip(
                [(f"  {none}", self.get_component_rich_style("hits--where"))], width, base_style(self)
            )
        hit = self.hits[place]
        here = place == self.cursor
        style = self.get_component_rich_style("hits--cursor") if here else base_style(self)
        dim = style if here else self.get_component_rich_style("hits--where")
        label = f"{'▸' if here else ' '} {hit.label}  "
        return strip([(fit(label, min(cell_len(label), width)), style), (hit.where, dim)], width, style)

    def on_click(self, event: events.Click) -> None:
        place = self._top + event.y
        if place < len(self.hits):
            self.post_message(self.Clicked(self.hits[place]))


class FindField(AppDialog[Goal | None]):
    """Answers the field or the row, or nothing."""

    PURPOSE = "find_field"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f3", "dismiss(None)", N_("volver"), id="find.close"),
        Binding("down", "move(1)", N_("siguiente"), show=False, id="find.down"),
        Binding("up", "move(-1)", N_("anterior"), show=False, id="find.up"),
        Binding("enter,tab", "take", N_("ir al campo"), key_display="Enter", id="find.take"),
    ]

    def __init__(self, found: Iterable[Goal]) -> None:
        super().__init__()
        self.goals = list(found)
        self._typed = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall"):
            yield Static(_("Ir a un campo"), classes="dialog-title", markup=False)
            yield FindInput(placeholder=_("parte de su nombre"))
            yield HitList()
            yield KeyBar()

    def on_mount(self) -> None:
        self._show("")
        self.query_one(FindInput).focus()

    @on(Input.Changed)
    def _changed(self) -> None:
        self._catch_up()

    def _catch_up(self) -> None:
        """Show what fits the text as it stands now, not as some message saw it."""
        typed = self.query_one(FindInput).value
        if typed != self._typed:
            self._show(typed)

    def _show(self, typed: str) -> None:
        self._typed = typed
        self.query_one(HitList).show(best(self.goals, typed))

    def action_move(self, step: int) -> None:
        self._catch_up()
        self.query_one(HitList).move(step)

    def action_take(self) -> None:
        self._catch_up()
        if hit := self.query_one(HitList).highlighted:
            self.dismiss(hit)

    @on(HitList.Clicked)
    def _clicked(self, event: HitList.Clicked) -> None:
        self.dismiss(event.hit)


def best(found: Sequence[Goal], typed: str) -> list[Goal]:
    """The goals with every word of `typed`: first by name, fields before rows, then by what people say for them.

    Of names, those that begin with it come first. Said words count from their beginning: `arma` is no `alarma`.
    """
    words = fold(typed).split()
    start = words[0] if words else ""

    def rank(goal: Goal) -> tuple[bool, bool, bool] | None:
        if all(word in goal.key for word in words):
            return False, "." in goal.code, not goal.key.startswith(start)
        haystack = f" {goal.key} {goal.also}"
        return (True, False, False) if all(f" {word}" in haystack for word in words) else None

    ranked = [(rank(goal), goal) for goal in found]
    return [goal for _place, goal in sorted(((r, g) for r, g in ranked if r is not None), key=lambda e: e[0])]


class FindInput(LineInput, inherit_bindings=False):
    """The box of a dialog whose list moves with the arrows."""

    BINDINGS: ClassVar[list[BindingType]] = list(Input.BINDINGS[:-1])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "submit"
