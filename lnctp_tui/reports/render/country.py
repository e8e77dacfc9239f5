"""The map of states: five classes of as many states, their bounds printed, zero white, hidden hatched."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Final
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

from lnctp_tui.i18n import _
from lnctp_tui.reports.render.charts import EDGE, INK, SCALE, Drawing, classes, shade
from lnctp_tui.reports.render.sheet import DOT, Shown, Value
from lnctp_tui.reports.tables import FOLDER

WIDTH, HEIGHT = 793, 580
LEADERS: Final = {"tla": (508, 369, 556, 240), "cmx": (483, 375, 556, 268), "mor": (485, 388, 556, 296)}
"""States too small to be seen: where they are, where their name stands."""
LETTERS: Final = 22
FILE: Final = "mexico.svg"


@cache
def outlines() -> dict[str, str]:
    """The end of ISO 3166-2 (`jal`) → the outline."""
    return {path.attrib["id"]: path.attrib["d"] for path in fromstring((FOLDER / FILE).read_text("utf-8"))}


def svg(table: Shown, font: str = "sans-serif") -> Drawing | None:
    """The map of a table whose rows are states; None of any other."""
    if not table.of_states:
        return None
    states = {value.code[3:].lower(): value for value in table.values if value.code.startswith("MX-")}
    starts = classes([state.count or 0 for state in states.values()])
    hatch = f"{table.anchor}-oculto" if any(state.count is None for state in states.values()) else ""
    drawing = Element("g", {"font-family": font, "font-size": str(LETTERS), "fill": INK})
    if hatch:
        _hatch(drawing, hatch)
    for code, outline in outlines().items():
        path = SubElement(drawing, "path", {"d": outline, "stroke": INK, "stroke-width": "0.7"})
        path.set("fill", _fill(states.get(code), starts, hatch))
        if code in states:
            path.set("role", "graphics-symbol")
            path.set("aria-roledescription", _("entidad"))
            path.set("aria-label", f"{states[code].row}: {_number(states[code], _('oculto'))}")
    for code, leader in LEADERS.items():
        if code in states:
            _lead(drawing, leader, f"{states[code].row}: {_number(states[code], DOT)}")
    _key(drawing, starts, hatch)
    caption = _("Más oscuro es más: clases con igual número de entidades; blanco es cero.")
    text = tostring(drawing, encoding="unicode")
    return Drawing(text, WIDTH, HEIGHT, caption, f"{caption} {_greatest(states)}")


def _number(state: Value, hidden: str) -> str:
    return hidden if state.count is None else f"{state.count:,}"


def _fill(state: Value | None, starts: list[int], hatch: str) -> str:
    if state is None or state.count == 0:
        return "#ffffff"
    return f"url(#{hatch})" if state.count is None else SCALE[shade(state.count, starts)]


def _hatch(drawing: Element, name: str) -> None:
    pattern = SubElement(
        SubElement(drawing, "defs"), "pattern",
        {"id": name, "width": "6", "height": "6", "patternUnits": "userSpaceOnUse"},
    )  # fmt: skip
    SubElement(pattern, "rect", {"width": "6", "height": "6", "fill": "#ffffff"})
    SubElement(pattern, "path", {"d": "M0 6L6 0", "stroke": INK, "stroke-width": "1.2"})


def _lead(drawing: Element, leader: tuple[int, int, int, int], label: str) -> None:
    x, y, to_x, to_y = leader
    line = {"d": f"M{x} {y}L{to_x - 4} {to_y - 7}", "stroke": INK, "stroke-width": "1", "fill": "none"}
    SubElement(drawing, "path", line)
    SubElement(drawing, "text", {"x": str(to_x), "y": str(to_y)}).text = label


def bounds(starts: list[int]) -> list[tuple[str, str]]:
    """Each class: its colour and its bounds as words."""
    return [
        (SCALE[shade(low, starts)], f"{low:,}" if low == high - 1 else f"{low:,}–{high - 1:,}")
        for low, high in pairwise(starts)
    ]


def _key(drawing: Element, starts: list[int], hatch: str) -> None:
    boxes = [("#ffffff", "0"), *bounds(starts)]
    if hatch:
        boxes.append((f"url(#{hatch})", _("oculto")))
    for place, (fill, label) in enumerate(boxes):
        x, y = 20 + place % 4 * 195, 508 + place // 4 * 36
        box = {"x": str(x), "y": str(y), "width": "30", "height": "24", "fill": fill, "stroke": EDGE}
        SubElement(drawing, "rect", box)
        SubElement(drawing, "text", {"x": str(x + 38), "y": str(y + 20)}).text = label


def _greatest(states: dict[str, Value]) -> str:
    there = sorted((state for state in states.values() if state.count), key=lambda state: -(state.count or 0))
    parts = "; ".join(f"{state.row}: {state.count:,}" for state in there[:8])
    return _("Los mayores: {parts}.").format(parts=parts)
