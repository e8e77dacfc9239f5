"""A practice result that somebody sent, in words: the same on the screen and in the command."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lnctp_tui.errors import Refused
from lnctp_tui.i18n import _, pick
from lnctp_tui.i18n.of_practice import MARKS, PARTS, pairs
from lnctp_tui.services.practice import library, sharing

Row = Mapping[str, Any]


def title(row: Row) -> str:
    """What its scenario is called; its code where this program does not have it."""
    code = str(row.get("scenario") or "")
    try:
        return pick(library.load(code).title)
    except Refused:
        return code


def who(row: Row, names: Mapping[str, str]) -> str:
    """Who sent it."""
    return names.get(str(row.get("by_id")), "") or _("no está en este equipo")


def line(row: Row, names: Mapping[str, str]) -> str:
    """All of it in a line."""
    parts = [str(row.get("on") or ""), who(row, names), title(row), *details(row, names)]
    return "  ".join(filter(None, parts))


def details(row: Row, names: Mapping[str, str]) -> Iterator[str]:
    """Its points, its person's own marks, and those of supervision, a sentence each."""
    parts = pairs(row.get("parts"), PARTS)
    cut = f" · {_('cortada')}" if row.get("cut") else ""
    yield f"{_('Puntos {points}').format(points=row.get('points'))}{cut} · {parts}".rstrip(" ·")
    if own := pairs(row.get("own_marks"), MARKS):
        yield _("Autoevaluación: {marks}").format(marks=own)
    for mark in row[sharing.GIVEN]:
        given = {"name": who(mark, names), "marks": pairs(mark.get("marks"), MARKS)}
        yield _("Supervisión, {name}: {marks}").format(**given)
