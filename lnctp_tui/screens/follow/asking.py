"""Asks for a time in the words of people; one that is over is answered with one that comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lnctp_tui.domain.values import promises
from lnctp_tui.i18n import _
from lnctp_tui.screens.base import AppScreen
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.widgets.row_list import Cell, Line

NO, YES = "no", "yes"
TEN = time(10)
Then = Callable[[promises.Window], object]


def ask_when(screen: AppScreen[Any], then: Then) -> None:
    """`then` gets a window that is not over."""
    dialog = LineDialog(_("¿Para cuándo?"), _("mañana 10 a 12, en 3 días, 15/12"), 60)
    screen.app.push_screen(dialog, lambda typed: _read(screen, typed, then) if typed else None)


def _read(screen: AppScreen[Any], typed: str, then: Then) -> None:
    workspace = screen.shell.workspace
    now = workspace.store.now().astimezone(ZoneInfo(workspace.zone))
    window = promises.window(typed, now)
    if window is not None:
        then(window)
    elif promises.is_over(typed, now):
        _tomorrow(screen, now, then)
    else:
        text = _("Esa hora no se entiende. Escríbala así: «mañana 10 a 12».")
        screen.notify(text, severity="warning", markup=False)


def _tomorrow(screen: AppScreen[Any], now: datetime, then: Then) -> None:
    ten = datetime.combine(now.date() + timedelta(days=1), TEN, now.tzinfo)
    lines = [Line((Cell(_("No: escribir otra hora")),), NO), Line((Cell(_("Sí, mañana 10:00")),), YES)]

    def answered(answer: str | None) -> None:
        if answer == YES:
            then((ten, ten + timedelta(hours=1)))
        elif answer == NO:
            ask_when(screen, then)

    screen.app.push_screen(PickDialog(_("Esa hora ya pasó; ¿mañana 10:00?"), lines), answered)
