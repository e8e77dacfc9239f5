"""One field of the protocol: its label, its control, what was understood, and why not when it was not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.strip import Strip
from textual.timer import Timer
from textual.widgets import Input, TextArea

from lnctp_tui.domain.protocol.protocol import Field, Protocol, Row
from lnctp_tui.domain.values import values
from lnctp_tui.i18n import language, pick
from lnctp_tui.widgets.drawing import Piece, base_style, fit, strip, wrap
from lnctp_tui.widgets.form.choices import Choices, Hit
from lnctp_tui.widgets.form.explain import STORED, explain
from lnctp_tui.widgets.form.in_order import InOrder
from lnctp_tui.widgets.form.messages import Chosen, Typed
from lnctp_tui.widgets.form.picker import Picker
from lnctp_tui.widgets.form.yes_no import YesNo
from lnctp_tui.widgets.text_area import LongText
from lnctp_tui.widgets.text_input import LineInput

LABEL = 26
"""Cells of the label; the style sheet gives the control the same margin."""
ANSWERS = 24
"""Cells of a question with four answers; its label takes the rest of the line."""
PAUSE = 0.8
"""Seconds of quiet before a half-typed value is called unreadable."""
SHORT = {"age": 14, "date": 18, "number": 18, "phone": 22, "instant": 24, "window": 18}
"""Width of the input of short values; what was understood stands beside it."""


class FieldRow(InOrder, can_focus=False):
    """A line drawn by itself with its control as only child; a second line explains when needed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "field--label",
        "field--debt",
        "field--echo",
        "field--problem",
        "field--remark",
    }

    def __init__(self, asks: Field, protocol: Protocol) -> None:
        super().__init__(classes=f"-{asks.kind.replace('_', '-')}")
        self.field = asks
        self.protocol = protocol
        self.record: Mapping[str, Any] = {}
        self.missing = False
        """Required and not there yet."""
        self._echo = ""
        self._problem: tuple[str, dict[str, Any]] | None = None
        self._untold: tuple[str, Mapping[str, Any]] | None = None
        self._pause: Timer | None = None
        self.control: LineInput | YesNo | LongText = self._make_control()

    # Size

    def _label_room(self, width: int) -> int:
        """Cells of the label with its mark."""
        return max(LABEL, width - ANSWERS) if isinstance(self.control, YesNo) else LABEL

    def _label_lines(self) -> list[str]:
        return wrap(pick(self.field.label), self._label_room(self.size.width or LABEL) - 2) or [""]

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """As many lines as the label needs, one more for an explanation; a long text keeps its own."""
        if not isinstance(self.control, LongText):
            height = min(2, len(self._label_lines())) + (self._problem is not None)
            if self.styles.height is None or self.styles.height.value != height:
                self.styles.height = height

    # Control

    def _make_control(self) -> LineInput | YesNo | LongText:
        kind = self.field.kind
        if kind in ("yesno", "bool"):
            return YesNo(plain=kind == "bool")
        if kind in ("catalog", "reference"):
            return Picker(self._search, free=not values.closed(self.field))
        if kind == "long_text":
            return LongText()
        control = LineInput()
        control.select_on_focus = kind == "instant"  # what stands is seldom added to
        if kind in SHORT:
            control.styles.width = SHORT[kind]
        return control

    def compose(self) -> ComposeResult:
        yield self.control

    def _search(self, typed: str) -> list[Hit]:
        catalog = self.protocol.catalogs.get(self.field.catalog or self.field.code)
        if catalog is None:
            return []
        within = values.state_of(self.field, self.record)
        rows = values.search_catalog(catalog, typed, language(), within=within)
        return [Hit(row.code, self._label(row), row.unverified) for row in rows]

    def _label(self, row: Row) -> str:
        """The row's label; a municipality with its state, since several share a name."""
        state = self.protocol.catalogs.get("state")
        where = state.by_code.get(row.extra.get("state", "")) if state else None
        return f"{pick(row.label)}, {pick(where.label)}" if where else pick(row.label)

    # What it shows

    def load(self, record: Mapping[str, Any]) -> None:
        """Show what `record` holds; a field that has the focus keeps the text that is being typed."""
        self.record = record
        if isinstance(self.control, YesNo):
            self.control.load(_answer(self.field, record))
        elif not self.control.has_focus:
            self.control.load(values.shown(self.field, record, self.protocol, language()))

    def reload(self, record: Mapping[str, Any]) -> None:
        """Show what `record` holds even under the cursor: after undo, or for another record."""
        self.record = record
        self._echo, self._untold = "", None
        self.explain(*self._kept_problem(record))
        if isinstance(self.control, YesNo):
            self.control.load(_answer(self.field, record))
        else:
            self.control.load(values.shown(self.field, record, self.protocol, language()))

    def answer(self, parsed: values.Parsed) -> None:
        """Show what became of the text. Why it was not understood is told when the typing pauses."""
        self.understood(parsed.shown)
        if self._pause:
            self._pause.stop()
        if parsed.problem is None:
            self._untold = None
            self.explain(None)
            return
        self._untold = parsed.problem, parsed.facts
        if not self.control.has_focus:
            self.tell_problem()
        elif not isinstance(self.control, Picker):
            self._pause = self.set_timer(PAUSE, self.tell_problem)

    def tell_problem(self) -> None:
        """Explain what is not understood now: the field was left, or the typing paused."""
        if self._untold:
            problem, facts = self._untold
            self._untold = None
            self.explain(problem, facts)

    def understood(self, reading: str) -> None:
        """Say beside a short value what was understood, unless it says just that."""
        reading = "" if reading.strip() == self.raw.strip() else reading
        if reading != self._echo:
            self._echo = reading
            self.refresh()

    def _kept_problem(self, record: Mapping[str, Any]) -> tuple[str | None, dict[str, Any]]:
        """Why what the record keeps was not understood when it was typed, and the facts of that."""
        raw = (record.get("answers") or {}).get(f"raw.{self.field.code}")
        if raw is None:
            return values.remark(self.field, record, self.protocol, language())
        most = self.field.max_length
        if most and len(raw) > most:
            return "too_long", {"length": len(raw), "max_length": most}
        if values.closed(self.field):
            return "not_a_code", {}
        return "kept", {}

    def explain(self, problem: str | None, facts: Mapping[str, Any] | None = None) -> None:
        """Explain in a line below why the value was not understood; None takes the line away."""
        problem_and_facts = (problem, dict(facts or {})) if problem else None
        if problem_and_facts != self._problem:
            self._problem = problem_and_facts
            self.set_class(problem_and_facts is not None, "-explained")
            self._fit()
            self.refresh()

    def owe(self, missing: bool) -> None:
        """Mark the field as still owed."""
        if missing != self.missing:
            self.missing = missing
            self.refresh()

    @property
    def raw(self) -> str:
        """The text as typed; empty for a question with four answers."""
        if isinstance(self.control, YesNo):
            return ""
        return self.control.value if isinstance(self.control, LineInput) else self.control.whole

    @property
    def said(self) -> str:
        """What the field says now: the code of the row or the answer that was taken, else the text as typed."""
        if isinstance(self.control, YesNo):
            return self.control.value or ""
        return (isinstance(self.control, Picker) and self.control.taken) or self.raw

    @property
    def stands(self) -> bool:
        """Whether the record holds what the field says."""
        if isinstance(self.control, YesNo):
            return self.control.value == _answer(self.field, self.record)
        return self.raw == values.shown(self.field, self.record, self.protocol, language())

    @property
    def problem(self) -> str | None:
        return self._problem[0] if self._problem else None

    def focus_control(self) -> None:
        self.control.focus()

    def render_line(self, y: int) -> Strip:
        """The label; an explanation on the last line."""
        width, base = self.size.width, base_style(self)
        if y and y == self.size.height - 1 and self._problem:
            code, facts = self._problem
            name = "field--remark" if code in STORED else "field--problem"
            text = f"{'·' if code in STORED else '!'} {explain(code, facts)}"
            indent = 2 if isinstance(self.control, LongText) else LABEL
            room = max(0, min(indent, width - cell_len(text)))
            return strip([(" " * room, base), (text, self.get_component_rich_style(name))], width, base)
        if y == 0:
            return strip(self._first_line(width), width, base)
        lines = self._label_lines()
        if y < min(2, len(lines)):
            return strip(
                [(f" {' '.join(lines[y:])}", self.get_component_rich_style("field--label"))], width, base
            )
        return strip([], width, base)

    def _first_line(self, width: int) -> list[Piece]:
        label = self.get_component_rich_style("field--label")
        mark = "!" if self._problem and self.problem not in STORED else "•" if self.missing else " "
        mark_style = self.get_component_rich_style("field--problem" if mark == "!" else "field--debt")
        room = self._label_room(width)
        pieces: list[Piece] = [(mark, mark_style), (f"{fit(self._label_lines()[0], room - 2)} ", label)]
        after = SHORT.get(self.field.kind)
        beside = self._beside()
        if after and beside:
            pieces.append((" " * (after + 1), base_style(self)))
            pieces.append(
                (fit(beside, width - LABEL - after - 1), self.get_component_rich_style("field--echo"))
            )
        return pieces

    def _beside(self) -> str:
        if self._echo:
            return f"→ {self._echo}"
        help_text = self.field.help
        return pick(help_text) if help_text and self.control.has_focus else ""

    # From the control

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(Typed(self, self.field, settled=False))

    @on(TextArea.Changed)
    def _written(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(Typed(self, self.field, settled=False))

    @on(Picker.Taken)
    def _taken(self, event: Picker.Taken) -> None:
        event.stop()
        self.post_message(Chosen(self, self.field, event.code))

    @on(YesNo.Answered)
    def _answered(self, event: YesNo.Answered) -> None:
        event.stop()
        self.post_message(Chosen(self, self.field, event.value))

    @on(Choices.Taken)
    def _clicked(self, event: Choices.Taken) -> None:
        event.stop()
        if isinstance(self.control, Picker):
            self.control.take(event.hit)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if self.field.help:
            self.refresh()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if self.field.help:
            self.refresh()
        if not isinstance(self.control, YesNo):
            self.post_message(Typed(self, self.field, settled=True))


def _answer(field: Field, record: Mapping[str, Any]) -> str | None:
    """yes, no, unknown, refused, or None; a true or false column reads as yes or no."""
    value = (record.get("answers") or {}).get(field.code) if "." in field.code else record.get(field.code)
    return (
        {True: "yes", False: "no", None: None}.get(value, value)
        if value in (True, False, None)
        else str(value)
    )
