"""Writing a report to a file, as somebody asked for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import _
from lnctp_tui.i18n.messages import explain
from lnctp_tui.screens.base import AppScreen, Given, telling
from lnctp_tui.screens.dialogs import LineDialog

if TYPE_CHECKING:
    from lnctp_tui.reports.words import Words

PATH = 1000


def ask_where(screen: AppScreen[Any], report: Any, words: Words) -> None:
    """Ask for the file, and write it."""
    from lnctp_tui.services.report import export

    def place(typed: Given[str] | None) -> None:
        if typed:
            _write(screen, report, words, typed)

    hint = _(
        "El archivo queda sin cifrar: guárdelo donde solo usted lo lea, con carpeta y nombre completos."
        " Termina en .json, .csv, .txt, .html o .pdf."
    )
    check = partial(wrong, export.place)
    dialog = LineDialog(_("¿En qué archivo?"), hint, PATH, check=check, purpose="report.file", of="")
    screen.app.push_screen(dialog, place)


def _write(screen: AppScreen[Any], report: Any, words: Words, typed: Given[str]) -> None:
    from lnctp_tui.services.report import export

    path = export.place(typed.value)
    told = telling(screen, _("Escrito en {name}.").format(name=path.name), drafts=typed.drafts)
    screen.shell.in_reader(lambda: export.write(report, words, path), told, group="report.export")


def wrong(read: Callable[[str], object], typed: str) -> str:
    """What is wrong with what somebody typed; nothing where it can be read."""
    try:
        read(typed)
    except LnctpError as error:
        return explain(error).happened
    return ""
