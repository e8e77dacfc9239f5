"""Which call to practise: the scenarios by level, with how the last try of each went."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lnctp_tui.domain.practice.mark import WISH
from lnctp_tui.i18n import _, pick
from lnctp_tui.i18n.of_practice import MARKS, pairs
from lnctp_tui.screens.base import AppScreen
from lnctp_tui.screens.dialogs import PickDialog
from lnctp_tui.screens.practice import share_words
from lnctp_tui.services.practice import library, sharing, tries
from lnctp_tui.widgets.row_list import Cell, Line


class Offer(NamedTuple):
    """A scenario with its tries of before, oldest first."""

    code: str
    title: str
    level: int
    minutes: float
    before: list[dict[str, Any]]


def possible() -> bool:
    """Whether a practice can follow this process: somebody started it who starts that one."""
    return WISH in os.environ


def choose(screen: AppScreen[Any]) -> None:
    """Ask which one, lock, and end; never over a call."""
    if screen.shell.forms():
        screen.notify(_("Hay una llamada abierta: termínela antes de practicar."), markup=False)
        return
    store = screen.shell.workspace.store

    def offers() -> tuple[list[Offer], str]:
        made = [library.load(code) for code in library.codes()]
        offered = [
            Offer(entry.code, pick(entry.title), entry.level, entry.minutes, tries.earlier(store, entry.code))
            for entry in made
        ]
        return offered, _judged(sharing.shared(store), store.author.actor)

    def ask(read: tuple[list[Offer], str]) -> None:
        listed, judged = read
        lines = []
        for offer in listed:
            level = Cell(_("nivel {level}").format(level=offer.level), 9, "muted")
            minutes = Cell(f"{offer.minutes:.0f} min", 8, "muted")
            points = Cell(str(offer.before[-1]["points"]) if offer.before else "", 5, "strong")
            lines.append(Line((level, minutes, points, Cell(offer.title)), offer.code))
        told = _("El programa se bloquea y la práctica empieza; nada de ella llega a los casos.") + judged
        by_code = {offer.code: offer.before for offer in listed}
        first, play = not any(by_code.values()), screen.shell.practise
        dialog = PickDialog(_("¿Qué llamada quiere practicar?"), lines, told, purpose="practice.choose")
        screen.app.push_screen(dialog, lambda code: play(code, by_code[code], first=first) if code else None)

    screen.shell.in_reader(offers, ask, group="practice")


def _judged(sent: Sequence[Mapping[str, Any]], me: str) -> str:
    """A line on the newest result of one's own that supervision marked."""
    for row in sent:
        if row["by_id"] == me and row[sharing.GIVEN]:
            marks = pairs(row[sharing.GIVEN][0].get("marks"), MARKS)
            return "\n" + _("Supervisión marcó «{title}»: {marks}").format(
                title=share_words.title(row), marks=marks
            )
    return ""
