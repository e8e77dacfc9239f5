"""What is done from the training register: a form that is kept, a record shown whole, a number checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lnctp_tui.domain.training import number as numbers
from lnctp_tui.i18n import _
from lnctp_tui.i18n.of_records import COLUMNS
from lnctp_tui.screens.base import Given, write
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.training.entry import EntryDialog
from lnctp_tui.services.case import transfer
from lnctp_tui.services.training import register
from lnctp_tui.services.vault.deeds import Deed
from lnctp_tui.widgets.row_list import Cell, Line

if TYPE_CHECKING:
    from lnctp_tui.domain.protocol.protocol import Field
    from lnctp_tui.screens.lists.list_screen import ListScreen

Row = Mapping[str, Any]
Job = Callable[[dict[str, Any]], Deed]
SECONDS = 12
"""How long a number stays on the screen: as long as it takes to write it down."""


def ask(
    screen: ListScreen[Any],
    title: str,
    asked: Sequence[Field],
    job: Job,
    courses: Sequence[Row],
    stored: Row | None = None,
    owed: str = "title",
    told: str = "",
    purpose: str = "training.course",
    of: str = "",
) -> None:
    """A form over the register; what it says is kept by `job`, and `told` says its result."""
    workspace = screen.shell.workspace
    begun = {each.code: stored.get(each.code) for each in asked} if stored else None

    def written(result: Any) -> None:
        screen.notify(told.format(number=result) or _("Guardado."), markup=False, timeout=SECONDS)
        screen.read()

    def ready(people: dict[str, str]) -> None:
        protocol = register.naming(workspace.protocol, courses, people)
        dialog = EntryDialog(title, asked, protocol, begun, owed, purpose=purpose, of=of)
        screen.app.push_screen(
            dialog,
            lambda said: write(screen, job(said.value), written, given=said) if said else None,
        )

    screen.shell.in_reader(lambda: transfer.names(workspace.store), ready, group="names")


def show(
    screen: ListScreen[Any], table: str, names: Sequence[str], stored: Row, courses: Sequence[Row]
) -> None:
    """All that a record says."""
    words = screen.frame.words
    shown = {**stored, "course_id": register.titles(courses).get(str(stored.get("course_id")), "")}
    extra = ("number", "revoked_at", "reason") if table == register.CERTIFICATES else ()
    stated = [name for name in (*extra, *names) if shown.get(name)]
    values = {name: words.value(table, name, shown[name]) or str(shown[name]) for name in stated}
    lines = [Line((Cell(_(COLUMNS[name]), 24, "muted"), Cell(value))) for name, value in values.items()]
    screen.app.push_screen(PickDialog(screen.heading, lines, purpose="training.record"))


def check(screen: ListScreen[Any], known: Sequence[str], stands: Callable[[Row], str]) -> None:
    """Ask for a number and say whether it is right and how its certificate stands."""
    store = screen.shell.workspace.store

    def told(typed: Given[str], rows: Sequence[Row]) -> None:
        screen.shell.workspace.let_go(typed.drafts)
        read = numbers.parse(typed.value)
        if rows:
            text = " · ".join(map(stands, rows))
        elif read:
            text = _("{number}: el número cuadra; su constancia no está en este equipo.").format(number=read)
        else:
            near = " · ".join(numbers.nearest(typed.value, known))
            text = _("Ese número no cuadra. Parecidos: {near}.").format(near=near or _("ninguno"))
        screen.notify(text, markup=False, timeout=SECONDS)

    def look(typed: Given[str] | None) -> None:
        if typed:
            screen.shell.in_reader(
                lambda: register.found(store, typed.value),
                lambda rows: told(typed, rows),
                group="certificate",
            )

    hint = _("Como GA-26-0042-X. Diga lo que diga, el reporte se toma.")
    screen.app.push_screen(LineDialog(_("¿Qué número?"), hint, 40, purpose="training.check", of=""), look)
