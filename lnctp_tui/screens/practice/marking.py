"""Marks from 1 to 5 for what no program can judge, asked one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.screen import Screen

from lnctp_tui.i18n import _
from lnctp_tui.i18n.of_practice import MARKS
from lnctp_tui.screens.dialogs import NOTHING, PickDialog
from lnctp_tui.widgets.row_list import Cell, Line

BEST = 5


def ask_marks(screen: Screen[Any], marked: Callable[[dict[str, int]], None]) -> None:
    """`marked` gets what was given, when all were asked or somebody left; nothing when there is none.

    The first line of each gives no mark, so that Enter alone judges nobody.
    """
    _ask(screen, [*MARKS], {}, marked)


def _ask(
    screen: Screen[Any], left: list[str], given: dict[str, int], marked: Callable[[dict[str, int]], None]
) -> None:
    def chosen(mark: str | None) -> None:
        if mark is None:
            _end(given, marked)
        else:
            _ask(screen, left[1:], given | ({} if mark == NOTHING else {left[0]: int(mark)}), marked)

    if not left:
        _end(given, marked)
        return
    numbers = [Line((Cell(str(mark)),), str(mark)) for mark in range(1, BEST + 1)]
    lines = [Line((Cell(_("Sin marca")),), NOTHING), *numbers]
    told = _("De 1 (falta mucho) a 5 (muy bien).")
    screen.app.push_screen(PickDialog(_(MARKS[left[0]]), lines, told, purpose="practice.mark"), chosen)


def _end(given: dict[str, int], marked: Callable[[dict[str, int]], None]) -> None:
    if given:
        marked(given)
