"""A hand-over as a sealed file, in a room without a network: written for a colleague, or taken in from one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lnctp_tui.domain.values import moments
from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import _
from lnctp_tui.screens.base import Given, telling, write
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.follow import shift_words
from lnctp_tui.screens.follow.shift_acts import YES, ShiftBase
from lnctp_tui.screens.follow.shift_lines import ShiftView, called
from lnctp_tui.screens.times import moment
from lnctp_tui.services.case import handing_out
from lnctp_tui.services.follow.shift import Handed
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.row_list import Cell, Line

TAKE_IN = "take_in"
PATH = 1000
"""Characters of a path."""


def choose(screen: ShiftBase, view: ShiftView) -> None:
    """Which of one's own hand-overs to write, or that one is to be taken in."""
    me, zone = screen.shell.workspace.counselor_id, screen.shell.workspace.zone
    text = _("Guardar el de las {at}, solo para {name}")
    own = [
        Line((Cell(text.format(at=moment(handed.row["signed_at"], zone), name=called(view, handed.row["to_id"]))),),
             handed.row["id"])
        for handed in view.handed
        if handed.row["from_id"] == me and handed.row["to_id"] and handed.standing.state not in ("agreed", "altered")
    ]  # fmt: skip
    told = "" if own else _("Para guardar uno: elija con «t» quién sigue, y fírmelo con «f».")
    lines = [Line((Cell(_("Recibir el que trae un archivo")),), TAKE_IN), *own]
    dialog = PickDialog(_("Relevo en un archivo sellado"), lines, told, purpose="shift.file")
    screen.app.push_screen(dialog, lambda key: _go(screen, key))


def _go(screen: ShiftBase, key: str | None) -> None:
    if key == TAKE_IN:
        hint = _("El que guardó quien deja el turno, para usted.")
        _ask(screen, key, _("¿Qué archivo?"), hint, lambda typed: _take_in(screen, typed))
    elif key:
        hint = _("Solo lo abre el equipo de esa persona. Bórrelo cuando lo haya recibido.")
        _ask(screen, key, _("¿En qué archivo?"), hint, lambda typed: _seal(screen, key, typed))


def _ask(screen: ShiftBase, of: str, title: str, hint: str, then: Callable[[Given[str]], None]) -> None:
    def typed(path: Given[str] | None) -> None:
        try:
            if path:
                then(path)
        except LnctpError as error:
            screen.shell.tell(error)

    screen.app.push_screen(LineDialog(title, hint, PATH, purpose="shift.path", of=of), typed)


def _seal(screen: ShiftBase, handover_id: str, typed: Given[str]) -> None:
    from lnctp_tui.services.follow import sealed_shift  # here and below: with what synchronises

    store, path = screen.shell.workspace.store, handing_out.place(typed.value)
    told = telling(screen, _("Escrito en {name}.").format(name=path.name), drafts=typed.drafts)
    screen.shell.in_reader(lambda: sealed_shift.seal(store, handover_id, path), told, group="shift.file")


def _take_in(screen: ShiftBase, typed: Given[str]) -> None:
    from lnctp_tui.services.follow import sealed_shift

    store, path = screen.shell.workspace.store, Path(typed.value).expanduser()
    screen.shell.in_reader(
        lambda: sealed_shift.take_in(store, path),
        lambda handed: _show(screen, handed, typed),
        group="shift.file",
    )


def _show(screen: ShiftBase, handed: Handed, typed: Given[str]) -> None:
    """What came, whole; the first answer takes nothing."""
    screen.read()
    names = screen.view.names if screen.view else {}
    giver = names.get(str(handed.row["from_id"]), "?")
    told = [_("Lo firmó {name}; es lo que firmó.").format(name=giver), str(handed.row["note"] or "")]
    told += map(shift_words.read_aloud, handed.items)
    lines, text = [Line((Cell(_("Recibo el turno")),), YES)], "\n".join(filter(None, told))
    dialog = PickDialog(_("¿Recibir el turno?"), lines, text, purpose="shift.take", stay=_("Todavía no"))
    screen.app.push_screen(dialog, lambda answer: _taken(screen, handed, typed) if answer else None)


def _taken(screen: ShiftBase, handed: Handed, typed: Given[str]) -> None:
    at = moments.iso(screen.shell.workspace.store.now())

    def done(_state: str) -> None:
        screen.notify(_("Recibió el turno. Dígalo a quien se lo deja."), markup=False)
        screen.read()

    write(screen, deed("handover_take", at, None, handed.row["id"], handed.words, None), done, given=typed)
