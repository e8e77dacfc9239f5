"""Charts as SVG, drawn by Vega-Lite in this process: no script, no style, no address, the same bytes each time."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from textwrap import wrap
from typing import Any, Final

from lnctp_tui.domain.report.result import UNKNOWN
from lnctp_tui.i18n import _
from lnctp_tui.reports.render.sheet import DOT, Shown, Value

WIDTH: Final = 320
"""Of bars and months, in CSS pixels: a telephone shows it without shrinking its letters."""
MOST: Final = 14
"""Bars in a chart; the table has all."""
INK, QUIET, BAR, TRACK, EDGE = "#1b1f23", "#4a545e", "#1c5d7d", "#e3e8ec", "#76818c"
NOBODY: Final = "#76818c"
"""The bar of what is not known."""
SCALE: Final = ("#e4eff5", "#b3d1e0", "#74a9c4", "#2f7596", "#12455e")
"""Five classes, light to dark; letters are INK on the first three and white on the others."""
Marks = list[dict[str, Any]]
LETTERS: Final = 38
LINE, THICK, GAP = 15, 10, 9
CELL: Final = 30
MEASURED: Final = "Liberation Sans"
"""The letters by which texts are measured: the drawer brings them, so that no system's fonts move anything."""


@dataclass(frozen=True)
class Drawing:
    """The inside of an SVG, its size, what stands under it, and what it shows for who does not see it."""

    inside: str
    width: int
    height: int
    caption: str
    description: str


def svg(table: Shown, font: str = "sans-serif") -> Drawing | None:
    """The chart of a table; None where there is nothing to draw."""
    made = {"bars": _bars, "ordered": _bars, "months": _months, "grid": _grid}.get(table.kind)
    if made is None or all(value.count is None for value in table.values):
        return None
    spec, caption, description = made(table)
    return Drawing(*_drawn(spec, font, table.anchor), caption, f"{caption} {description}".strip())


def _drawn(spec: dict[str, Any], font: str, name: str) -> tuple[str, int, int]:
    whole = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "padding": 4, "background": None,
        "config": {
            "font": MEASURED, "view": {"stroke": None},
            "axis": {"labelColor": QUIET, "labelFontSize": 11, "aria": False},
            "header": {"labelColor": INK, "labelFontSize": 12, "labelFontWeight": "bold"}, "aria": True,
        },
    } | spec  # fmt: skip
    text = _vega(json.dumps(whole))
    head = re.match(r'<svg [^>]*?width="(\d+)" height="(\d+)"[^>]*>', text)
    if head is None:
        raise ValueError("no SVG")
    inside = text[head.end() : text.rindex("</svg>")].replace(
        f'font-family="{MEASURED}"', f'font-family="{font}"'
    )
    inside = re.sub(r' aria-roledescription="[^"]*(?:container|header|title|axis)[^"]*"', "", inside)
    inside = inside.replace(' role="graphics-object"', "")
    inside = re.sub(r'id="(\w+)"', rf'id="{name}-\1"', inside)
    inside = re.sub(r"url\(#(\w+)\)", rf"url(#{name}-\1)", inside)
    return inside, int(head[1]), int(head[2])


@lru_cache(maxsize=128)
def _vega(spec: str) -> str:
    """The drawing of a specification; a page and a PDF in one language have the same ones."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(spec))


def _number(value: Value) -> str:
    count = _("oculto") if value.count is None else f"{value.count:,}"
    return count if value.share is None or value.count is None else f"{count} · {value.share} %"


def _bars(table: Shown) -> tuple[dict[str, Any], str, str]:
    values = [value for value in table.values if value.code != UNKNOWN]
    unknown = [value for value in table.values if value.code == UNKNOWN]
    if table.kind == "bars":
        values.sort(key=lambda value: -(value.count or 0))
    drawn, rest = values[:MOST] + unknown, values[MOST:]
    top = 0
    labels, numbers, bars = Marks(), Marks(), Marks()
    most = max((value.count or 0 for value in drawn), default=0) or 1
    for value in drawn:
        lines = wrap(value.row, LETTERS) or [""]
        for at, line in enumerate(lines):
            labels.append({"y": top + at * LINE + LINE - 4, "t": line})
        numbers.append({"y": top + LINE - 4, "t": _number(value)})
        top += len(lines) * LINE
        mark = {"y": top, "y2": top + THICK, "d": f"{value.row}: {_number(value)}"}
        bars.append(
            mark
            | {
                "x0": 0,
                "x": (value.count or 0) / most * WIDTH,
                "o": value.count is None,
                "f": NOBODY if value.code == UNKNOWN else BAR,
            }
        )
        top += THICK + GAP
    description = "; ".join(f"{value.row}: {_number(value)}" for value in drawn)
    caption = _("De mayor a menor.") if table.kind == "bars" and len(drawn) > 1 else ""
    if rest:
        caption = _("Las {most} mayores; {count} filas más están en la tabla.").format(
            most=MOST, count=len(rest)
        )
    layers = _bar_layers(top, bars, labels, numbers)
    return {"width": WIDTH, "height": top, "layer": layers}, caption, f"{description}."


def _bar_layers(top: int, bars: Marks, labels: Marks, numbers: Marks) -> Marks:
    y = {
        "type": "quantitative",
        "scale": {"domain": [0, top], "range": [0, top], "nice": False},
        "axis": None,
    }
    x = {
        "type": "quantitative",
        "scale": {"domain": [0, WIDTH], "range": [0, WIDTH], "nice": False},
        "axis": None,
    }
    text: dict[str, Any] = {"y": y | {"field": "y"}, "text": {"field": "t"}}
    return [
        {"data": {"values": [mark | {"x": WIDTH} for mark in bars]},
         "mark": {"type": "rect", "color": TRACK, "aria": False, "cornerRadius": 1},
         "encoding": {"x": x | {"field": "x0"}, "x2": {"field": "x"}, "y": y | {"field": "y"}, "y2": {"field": "y2"}}},
        {"data": {"values": [mark for mark in bars if not mark["o"]]},
         "mark": {"type": "rect", "ariaRoleDescription": _("barra"), "cornerRadius": 1},
         "encoding": {"x": x | {"field": "x0"}, "x2": {"field": "x"}, "y": y | {"field": "y"}, "y2": {"field": "y2"},
                      "fill": {"field": "f", "type": "nominal", "scale": None}, "description": {"field": "d"}}},
        {"data": {"values": labels}, "mark": _mark(12, "left", INK), "encoding": text | {"x": x | {"datum": 0}}},
        {"data": {"values": numbers}, "mark": _mark(12, "right", INK) | {"fontWeight": "bold"},
         "encoding": text | {"x": x | {"datum": WIDTH}}},
    ]  # fmt: skip


def _mark(size: int, align: str, color: str) -> dict[str, Any]:
    return {
        "type": "text",
        "align": align,
        "baseline": "alphabetic",
        "fontSize": size,
        "color": color,
        "aria": False,
    }


def _by_month(values: Sequence[Value]) -> list[dict[str, Any]]:
    """A point for each month `m` and category `c`, of the categories of which a number is shown."""
    by_row = len({value.row for value in values}) >= len({value.column for value in values})
    points = [
        {"m": _short(value.row if by_row else value.column), "c": value.column if by_row else value.row,
         "n": value.count or 0, "d": f"{value.row} {value.column}: {_number(value)}",
         "t": DOT if value.count is None else ""}
        for value in values
    ]  # fmt: skip
    shown = {point["c"] for point in points if not point["t"]}
    return [point for point in points if point["c"] in shown]


def _months(table: Shown) -> tuple[dict[str, Any], str, str]:
    points = _by_month(table.values)
    months = list(dict.fromkeys(str(point["m"]) for point in points))
    kinds = list(dict.fromkeys(str(point["c"]) for point in points))
    stride = -(-len(months) // 6)
    bar = {"type": "bar", "color": BAR, "ariaRoleDescription": _("barra")}
    dots = {
        "mark": _mark(16, "center", INK) | {"baseline": "bottom"},
        "encoding": {"text": {"field": "t"}},
        "transform": [{"filter": "datum.t"}],
    }
    column = {
        "width": WIDTH - 40, "height": 64, "layer": [{"mark": bar}, *([dots] if any(p["t"] for p in points) else [])],
        "encoding": {
            "x": {"field": "m", "type": "ordinal", "sort": None, "title": None, "scale": {"paddingInner": 0.15},
                  "axis": {"values": months[::stride], "labelAngle": 0, "domainColor": EDGE, "tickColor": EDGE,
                           "labelOverlap": True}},
            "y": {"field": "n", "type": "quantitative", "title": None,
                  "axis": {"tickCount": 3, "tickMinStep": 1, "format": ",d", "gridColor": TRACK, "domain": False,
                           "ticks": False}},
            "description": {"field": "d"},
        },
    }  # fmt: skip
    parts = "; ".join(filter(None, (_sum(name, points) for name in kinds)))
    caption = _("Por mes, de {first} a {last}.").format(first=months[0], last=months[-1])
    if any(point["t"] for point in points):
        caption += " " + _("Un punto es un mes oculto.")
    description = _("En todo el periodo: {parts}.").format(parts=parts)
    if kinds == [""]:
        return {"data": {"values": points}} | column, caption, description
    caption += " " + _("Cada fila tiene su propia escala.")
    facet = {
        "field": "c", "type": "nominal", "sort": kinds, "title": None,
        "header": {"labelOrient": "top", "labelAnchor": "start", "labelAngle": 0, "labelPadding": 2},
    }  # fmt: skip
    return {
        "data": {"values": points}, "facet": {"row": facet}, "spec": column, "spacing": 14,
        "resolve": {"scale": {"y": "independent"}, "axis": {"x": "independent"}},
    }, caption, description  # fmt: skip


def _sum(name: str, points: Sequence[Mapping[str, object]]) -> str:
    """Of one kind in all months; nothing where a month is hidden."""
    mine = [point for point in points if point["c"] == name]
    total = f"{sum(int(str(point['n'])) for point in mine):,}"
    return "" if any(point["t"] for point in mine) else f"{name}: {total}" if name else total


def _short(month: str) -> str:
    """`ene 19` of `enero 2019`."""
    name, _space, year = month.partition(" ")
    return f"{name[:3]} {year[2:]}" if year else month


def classes(counts: Sequence[int]) -> list[int]:
    """The least number of each of at most five classes, and one past the last.

    Classes hold as many numbers above zero each; up to five different numbers are a class each.
    """
    sizes = sorted(count for count in counts if count > 0)
    if not sizes:
        return []
    distinct = sorted(set(sizes))
    starts = distinct if len(distinct) <= 5 else sorted({sizes[len(sizes) * part // 5] for part in range(5)})
    return [*starts, sizes[-1] + 1]


def shade(count: int, starts: Sequence[int]) -> int:
    """Which colour of SCALE a number has; few classes take the far ends."""
    place = sum(count >= start for start in starts[:-1]) - 1
    most = len(starts) - 2
    return round(place * 4 / most) if most else 2


def _grid(table: Shown) -> tuple[dict[str, Any], str, str]:
    columns = list(dict.fromkeys(value.column for value in table.values))
    starts = classes([value.count or 0 for value in table.values])
    cells = []
    for value in table.values:
        level = -1 if not value.count else shade(value.count, starts)
        cells.append({
            "r": value.row, "c": value.column, "t": "·" if value.count is None else f"{value.count:,}" if value.count
            else "", "f": SCALE[level] if level >= 0 else "#ffffff", "i": "#ffffff" if level >= 3 else INK,
            "d": f"{value.row}, {value.column}: {_number(value)}",
        })  # fmt: skip
    small = len(columns) > 16
    step = 20 if small else CELL + (14 if len(columns) < 6 else 0)
    spec = {
        "data": {"values": cells}, "width": {"step": step}, "height": {"step": 20 if small else 26},
        "encoding": {
            "x": {"field": "c", "type": "nominal", "sort": None, "title": None, "scale": {"padding": 0},
                  "axis": {"orient": "top", "labelAngle": -55, "labelLimit": 170, "labelAlign": "left", "domain": False,
                           "ticks": False, "labelPadding": 6}},
            "y": {"field": "r", "type": "nominal", "sort": None, "title": None, "scale": {"padding": 0},
                  "axis": {"labelLimit": 190, "domain": False, "ticks": False, "labelPadding": 6}},
        },
        "layer": [
            {"mark": {"type": "rect", "stroke": EDGE, "strokeWidth": 0.75, "ariaRoleDescription": _("celda")},
             "encoding": {"fill": {"field": "f", "type": "nominal", "scale": None}, "description": {"field": "d"}}},
            {"mark": {"type": "text", "fontSize": 10 if small else 11, "aria": False},
             "encoding": {"text": {"field": "t"}, "color": {"field": "i", "type": "nominal", "scale": None}}},
        ],
    }  # fmt: skip
    greatest = sorted(
        (value for value in table.values if value.count), key=lambda value: -(value.count or 0)
    )[:8]
    parts = "; ".join(f"{value.row}, {value.column}: {value.count:,}" for value in greatest)
    return spec, _("Más oscuro es más; vacío es cero."), _("Los mayores: {parts}.").format(parts=parts)
