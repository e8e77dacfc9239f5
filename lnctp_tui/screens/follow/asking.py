"""Asks for a time in the words of people; one that is over is answered with one that comes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lnctp_tui.domain.values import promises
from lnctp_tui.i18n import _
from lnctp_tui.screens.base import AppScreen, Given
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.widgets.row_list import Cell, Line

NO, YES = "no", "yes"
TEN = time(10)
Then = Callable[["Given[promises.Window]"], object]


def ask_when(screen: AppScreen[Any], then: Then, of: str) -> None:
    """`then` gets a window that is not over. `of`: the ids of what it is about."""

    def unread(typed: str) -> str:
        now = _now(screen)
        understood = promises.window(typed, now) is not None or promises.is_over(typed, now)
        return "" if understood else _("Esa hora no se entiende. Escríbala así: «mañana 10 a 12».")

    dialog = LineDialog(
        _("¿Para cuándo?"), _("mañana 10 a 12, en 3 días, 15/12"), 60, check=unread, purpose="when", of=of
    )
    screen.app.push_screen(dialog, lambda typed: _read(screen, typed, then, of) if typed else None)


def _now(screen: AppScreen[Any]) -> datetime:
    workspace = screen.shell.workspace
    return workspace.store.now().astimezone(ZoneInfo(workspace.zone))


def _read(screen: AppScreen[Any], typed: Given[str], then: Then, of: str) -> None:
    now = _now(screen)
    window = promises.window(typed.value, now)
    if window is not None:
        then(typed.read_as(window))
    else:
        _tomorrow(screen, now, typed, then, of)


def _tomorrow(screen: AppScreen[Any], now: datetime, typed: Given[str], then: Then, of: str) -> None:
    ten = datetime.combine(now.date() + timedelta(days=1), TEN, now.tzinfo)
    lines = [Line((Cell(_("No: escribir otra hora")),), NO), Line((Cell(_("Sí, mañana 10:00")),), YES)]

    def answered(answer: str | None) -> None:
        if answer == YES:
            then(typed.read_as((ten, ten + timedelta(hours=1))))
        elif answer == NO:
            ask_when(screen, then, of)

    screen.app.push_screen(
        PickDialog(_("Esa hora ya pasó; ¿mañana 10:00?"), lines, purpose="when.over"), answered
    )
