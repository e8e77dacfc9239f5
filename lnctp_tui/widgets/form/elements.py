"""What stands and on what answers: elements, dimensions, and the questions that clarify most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.domain.assess.assess import Assessment, PersonAssessment
from lnctp_tui.domain.assess.indicators import Dimension
from lnctp_tui.domain.assess.law import Elements
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.i18n import N_, _, language, pick
from lnctp_tui.widgets.drawing import base_style, cut, fit, strip, wrap
from lnctp_tui.widgets.form import readings

BAR = 4
QUESTIONS = 3
WHOLE, SHORT = 9999, 3
"""Lines of one answer where there is room, and where there is none."""

_ELEMENTS = (("act", "act", N_("Acto")), ("means", "means", N_("Medio")), ("purpose", "modality", N_("Fin")))
_STATE = {"positive": N_("sí"), "negative": N_("poco"), "open": "?"}
"""Of a dimension: enough signs, few signs in what was told, still to be asked. Few is never "no"."""


@dataclass(frozen=True)
class Line:
    """One line of the panel: pieces of text with the component class of each; `asks`: a question's code."""

    pieces: tuple[tuple[str, str], ...] = ()
    asks: str = ""


def build(
    assessment: Assessment | None, person_id: str | None, protocol: Protocol, width: int, most: int = WHOLE
) -> list[Line]:
    """The panel's lines for the victim on the screen, else for the one who stands most complete.

    `most`: lines that one answer or question may take; what is longer ends with an ellipsis.
    """
    if assessment is None:
        return []
    person = next((candidate for candidate in assessment.people if candidate.id == person_id), None)
    if person is None and assessment.people:
        person = max(
            assessment.people,
            key=lambda candidate: (candidate.elements.complete, -len(candidate.elements.missing)),
        )
    lines = [*_notices((readings.say(protocol, candidate) for candidate in assessment.alerts), width)]
    lines += [
        _title(_("Elementos del delito")),
        *_elements(person, assessment.elements, protocol, width, most),
        Line(),
    ]
    if person:
        lines += [*_indicators(person, protocol, width), Line()]
    questions = person.next if person else assessment.next
    return [*lines, *_questions(questions, protocol, width, most)]


def summary(assessment: Assessment | None, person_id: str | None, protocol: Protocol) -> str:
    """The panel in one line, for the narrow screen."""
    if assessment is None:
        return ""
    person = next((item for item in assessment.people if item.id == person_id), None)
    elements = person.elements if person else assessment.elements
    parts = [f"{_mark(elements, name)} {_(title)}" for name, _prefix, title in _ELEMENTS]
    questions = person.next if person else assessment.next
    question = f"▸ {question_text(questions[0], protocol)}" if questions else ""
    now = [f"! {readings.say(protocol, item)}" for item in assessment.alerts]
    return "  ".join(filter(None, [*now, *parts, question, readings.verdict(elements, protocol)]))


def question_text(code: str, protocol: Protocol) -> str:
    """How to ask for `code`: the field's or the catalog's question, else its label as one."""
    field = next((candidate for _stage, candidate in protocol.fields if candidate.code == code), None)
    if field:
        return _question(pick(field.ask or field.label))
    prefix, _dot, name = code.partition(".")
    catalog = protocol.indicators if prefix == "indicator" else protocol.catalogs.get(prefix)
    row = catalog.by_code.get(name) if catalog else None
    if row is None:
        return code
    return _question(row.extra.get(f"question_{language()}") or pick(row.label))


def _question(text: str) -> str:
    """A text as a question, if it is none yet."""
    if text.endswith("?"):
        return text
    return f"{text}?" if language() == "en" else f"¿{text}?"


def _title(text: str) -> Line:
    return Line(((text, "elements--title"),))


def _mark(elements: Elements, name: str) -> str:
    stands = readings.counted(elements) if name == "means" else getattr(elements, name)
    return "●" if stands else "○" if name in elements.missing else "–"


def _elements(
    person: PersonAssessment | None, best: Elements, protocol: Protocol, width: int, most: int
) -> list[Line]:
    elements = person.elements if person else best
    lines = []
    for name, prefix, title in _ELEMENTS:
        style = "elements--yes" if _mark(elements, name) == "●" else "elements--open"
        wrapped = wrap(_standing(elements, name, prefix, protocol, person), width - 10)
        rest = cut(wrapped, most, width - 10) or [""]
        lines.append(Line(((f"{_mark(elements, name)} {_(title):<7} ", style), (rest[0], ""))))
        lines += [Line(((" " * 10 + more, ""),)) for more in rest[1:]]
    for text in wrap(f"→ {readings.verdict(elements, protocol)}", width):
        lines.append(Line(((text, "elements--title"),)))
    for said in readings.lines(elements, protocol, person):
        lines += [Line(((text, "elements--dim"),)) for text in wrap(f"· {said}", width)]
    return lines


def _notices(texts: Iterable[str], width: int) -> Iterator[Line]:
    for said in texts:
        yield from (Line(((text, "elements--notice"),)) for text in wrap(f"! {said}", width))


def _standing(
    elements: Elements, name: str, prefix: str, protocol: Protocol, person: PersonAssessment | None
) -> str:
    codes = readings.counted(elements) if name == "means" else getattr(elements, name)
    if codes:
        rows = protocol.catalogs[prefix].by_code
        return ", ".join(pick(rows[code].label) for code in codes if code in rows)
    if name == "means" and name not in elements.missing:
        return _unneeded(elements, person)
    return _("falta")


def _unneeded(elements: Elements, person: PersonAssessment | None) -> str:
    """Why no means has to stand: the articles name none, or it is waived."""
    if any(reading.needs == "none" for reading in elements.readings):
        return _("no se exige en esta modalidad")
    if person is None or person.age == "adult" or not person.minor:
        return _("no se exige (no puede comprender)")
    return _("no se exige (menor de edad)") if person.age == "minor" else _("no se exige (edad en duda)")


def _indicators(person: PersonAssessment, protocol: Protocol, width: int) -> list[Line]:
    findings = person.findings
    sets = protocol.catalogs.get("indicator_set")
    row = sets.by_code.get(findings.set) if sets else None
    lines = _pair(_("Indicadores"), pick(row.label) if row else findings.set, width)
    if findings.fallback:
        return [*lines, *_signs(person, protocol, width)]
    lines += _notices([readings.say(protocol, "strengths_unchecked")] if _unchecked(protocol) else [], width)
    dimensions = protocol.catalogs.get("dimension")
    labels: Mapping[str, str] = (
        {each.code: pick(each.label) for each in dimensions.rows} if dimensions else {}
    )
    for code, each in findings.dimensions.items():
        lines += _dimension(labels.get(code, code), each, width)
    return [*lines, *_result(person, protocol, width)]


def _unchecked(protocol: Protocol) -> bool:
    """Whether nobody has compared the strengths with the brochure."""
    return any(row.mark == "V2-weak" and not row.review.signed for row in protocol.indicators.rows)


def _signs(person: PersonAssessment, protocol: Protocol, width: int) -> list[Line]:
    """The signs of a set without strengths that were told: no bar and no verdict."""
    lines = list(_notices([readings.say(protocol, "sexual_not_measured")], width))
    rows = protocol.indicators.by_code
    for code in person.findings.signs:
        lines += [Line(((text, "elements--yes"),)) for text in wrap(f"· {pick(rows[code].label)}", width)]
    return lines


def _pair(left: str, right: str, width: int) -> list[Line]:
    """Side by side, the right one at the edge; under each other where both do not fit."""
    gap = width - cell_len(left) - cell_len(right)
    if gap > 0:
        return [Line(((left, "elements--title"), (" " * gap, ""), (right, "elements--dim")))]
    return [_title(left), *(Line(((f"  {text}", "elements--dim"),)) for text in wrap(right, width - 2))]


def _dimension(label: str, dimension: Dimension, width: int) -> list[Line]:
    """The label, in as many lines as it takes; the bar stands beside the first."""
    filled = _filled(dimension)
    style = {"positive": "elements--yes", "negative": "elements--dim"}.get(dimension.state, "elements--open")
    bar = "▰" * filled + "▱" * (BAR - filled)
    room = width - BAR - 6
    first, *rest = wrap(label, room) or [""]
    lines = [Line(((f"{fit(first, room)} ", ""), (f"{bar} {_(_STATE[dimension.state]):<4}", style)))]
    return [*lines, *(Line(((f"  {text}", ""),)) for text in rest)]


def _filled(dimension: Dimension) -> int:
    """How near the dimension is to positive, in quarters; full only when it is."""
    if dimension.state == "positive":
        return BAR
    yes = dimension.yes
    return min(BAR - 1, 2 * yes.strong + yes.medium + (1 if yes.weak else 0))


def _result(person: PersonAssessment, protocol: Protocol, width: int) -> list[Line]:
    catalog = protocol.catalogs.get("result")
    findings = person.findings
    row = catalog.by_code.get(findings.result) if catalog else None
    lines = wrap(f"→ {pick(row.label) if row else findings.result}", width)
    could = catalog.by_code.get(findings.result_if_all_yes) if catalog else None
    if findings.result_if_all_yes != findings.result and could:
        lines += wrap(_("  podría ser: {result}").format(result=pick(could.label)), width)
    return [Line(((text, "elements--dim"),)) for text in lines]


def _questions(codes: Sequence[str], protocol: Protocol, width: int, most: int) -> list[Line]:
    if not codes:
        return []
    lines = [_title(_("Lo que más aclara ahora"))]
    for code in codes[:QUESTIONS]:
        texts = cut(wrap(question_text(code, protocol), width - 2), most, width - 2)
        lines += [
            Line(((f"{'▸' if at == 0 else ' '} ", "elements--key"), (text, "")), asks=code)
            for at, text in enumerate(texts)
        ]
    return lines


class ElementsPanel(Widget, can_focus=True):
    """Drawn lines; the questions can be chosen with the arrows, Enter goes to the field."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "elements--title",
        "elements--yes",
        "elements--open",
        "elements--dim",
        "elements--notice",
        "elements--key",
        "elements--cursor",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", N_("pregunta siguiente"), show=False, id="elements.down"),
        Binding("up,k", "move(-1)", N_("pregunta anterior"), show=False, id="elements.up"),
        Binding("enter", "ask", N_("ir a la pregunta"), show=False, id="elements.ask"),
    ]

    class Asked(Message):
        """Go to the field of this question."""

        def __init__(self, code: str) -> None:
            self.code = code
            super().__init__()

    def __init__(self, protocol: Protocol, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.protocol = protocol
        self.found: Assessment | None = None
        self.person: str | None = None
        self.cursor = 0
        self._lines: list[Line] = []
        self._drawn = (0, 0)
        """The size that the lines were made for."""
        self._top = 0

    def load(self, assessment: Assessment | None, person: str | None) -> None:
        """Repaint only when a line changed."""
        self.found, self.person = assessment, person
        self._draw()

    def _draw(self) -> None:
        lines = self._build()
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def _build(self) -> list[Line]:
        """Everything whole where that fits. Of a panel that is not shown the size is not known yet."""
        self._drawn = (self.size.width, self.size.height)
        width = max(12, self.size.width)
        lines = build(self.found, self.person, self.protocol, width)
        if len(lines) > self.size.height:
            lines = build(self.found, self.person, self.protocol, width, SHORT)
        return lines

    def on_resize(self) -> None:
        self._draw()

    @property
    def asks(self) -> list[str]:
        return list(dict.fromkeys(line.asks for line in self._lines if line.asks))

    def render_line(self, y: int) -> Strip:
        if self._drawn != (self.size.width, self.size.height):
            self._lines = self._build()  # painted before the word of the new size came
        place = y + self._top
        line = self._lines[place] if place < len(self._lines) else Line()
        asks = self.asks
        here = self.has_focus and line.asks and self.cursor < len(asks) and asks[self.cursor] == line.asks
        cursor = self.get_component_rich_style("elements--cursor")
        pieces = [
            (text, cursor if here else self.get_component_rich_style(name) if name else base_style(self))
            for text, name in line.pieces
        ]
        return strip(pieces, self.size.width, cursor if here else base_style(self))

    def action_move(self, step: int) -> None:
        if self.asks:
            self.cursor = max(0, min(self.cursor + step, len(self.asks) - 1))
            self._reveal()

    def _reveal(self) -> None:
        """Scroll so that the question under the cursor is on the screen."""
        if self.cursor < len(self.asks):
            places = [n for n, line in enumerate(self._lines) if line.asks == self.asks[self.cursor]]
            self._top = max(0, min(self._top, places[0]), places[-1] - self.size.height + 1)
        self.refresh()

    def on_focus(self) -> None:
        self._reveal()

    def on_blur(self) -> None:
        self._top = 0
        self.refresh()

    def action_ask(self) -> None:
        if self.cursor < len(self.asks):
            self.post_message(self.Asked(self.asks[self.cursor]))

    def on_click(self, event: events.Click) -> None:
        place = event.y + self._top
        if place < len(self._lines) and self._lines[place].asks:
            self.post_message(self.Asked(self._lines[place].asks))
