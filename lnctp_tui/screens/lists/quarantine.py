"""What a supervisor decides: values that differ, and records that the server put aside."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _, of_records
from lnctp_tui.screens.base import AppScreen, sentence
from lnctp_tui.screens.case.conflicts import ConflictsScreen
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.sync import sync_words
from lnctp_tui.screens.times import moment
from lnctp_tui.services.case import transfer
from lnctp_tui.widgets.drawing import wrap
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Cell, Line, RowList, heading, note
from lnctp_tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from lnctp_tui.services.sync.synchronise import Conflict, Quarantined

CASE, LOOSE, APART = "case:", "loose:", "apart:"
RELEASE, DISMISS = "release", "dismiss"


class QueueScreen(AppScreen[None]):
    """Conflicts are read here and need no network; what the server put aside is asked of it."""

    NAME = N_("Supervisión: por decidir")
    CSS_PATH = "../../styles/lists.tcss"
    AUTO_FOCUS = "RowList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,f5", "again", N_("leer otra vez"), key_display="r", id="queue.again"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="queue.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="queue.help"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="queue.leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.conflicts: list[Conflict] = []
        self.names: dict[str, str] = {}
        self.apart: list[Quarantined] | None = None
        self.trouble = ""

    def compose(self) -> ComposeResult:
        yield TitleBar(self.heading, id="top")
        yield Static(
            Content(_("Lo apartado no está perdido: espera aquí a que alguien lo revise.")),
            classes="muted",
        )
        yield RowList(id="list")
        yield KeyBar()

    def on_mount(self) -> None:
        self.action_again()

    def on_screen_resume(self) -> None:
        """Something may have been decided."""
        if self.is_mounted:
            self._read_conflicts()

    def on_resize(self) -> None:
        """The sentences break elsewhere."""
        self._show()

    def news(self, scopes: frozenset[str]) -> None:
        """Others decide too."""
        self._read_conflicts()

    def action_again(self) -> None:
        """Read both lists."""
        from lnctp_tui.services.sync import synchronise

        self._read_conflicts()
        workspace = self.shell.workspace
        self.shell.in_reader(
            lambda: synchronise.quarantine(workspace),
            self._take_apart,
            group="quarantine",
            failed=self._failed,
        )

    def _read_conflicts(self) -> None:
        from lnctp_tui.services.sync import synchronise

        store = self.shell.workspace.store
        self.shell.in_reader(
            lambda: (synchronise.conflicts(store), transfer.names(store)),
            lambda found: self._take_conflicts(*found),
            group="queue",
        )

    def _take_conflicts(self, conflicts: list[Conflict], names: dict[str, str]) -> None:
        self.conflicts, self.names = conflicts, names
        self._show()

    def _take_apart(self, apart: list[Quarantined]) -> None:
        self.apart, self.trouble = apart, ""
        self._show()

    def _failed(self, error: LnctpError) -> None:
        self.trouble = sentence(error)
        self._show()

    def _show(self) -> None:
        if self.is_mounted:
            self.query_one(RowList).show([*self._differing(), note(""), *self._aside()])

    def _differing(self) -> list[Line]:
        title = heading(_("Datos con dos valores"), str(len(self.conflicts) or ""))
        if not self.conflicts:
            return [title, note(_("Ninguno."))]
        workspace = self.shell.workspace
        words = Words(workspace.protocol, workspace.zone, self.names)
        return [title, *(self._conflict(each, words) for each in self.conflicts)]

    @staticmethod
    def _conflict(each: Conflict, words: Words) -> Line:
        values = "  ≠  ".join(
            words.value(each.table, each.field, side.value) or _("(vacío)") for side in each.sides
        )
        who = ", ".join(dict.fromkeys(side.actor_name for side in each.sides))
        return Line(
            (
                Cell(each.folio or _("sin caso"), 13, "strong" if each.folio else "muted"),
                Cell(words.field(each.table, each.field), 22),
                Cell(values, None, "warning"),
                Cell(who, 30, "muted", least=110),
            ),
            CASE + each.case if each.case else LOOSE + each.row + each.field,
        )

    def _aside(self) -> list[Line]:
        title = heading(_("Apartado por el servidor"), str(len(self.apart or ()) or ""))
        room = max(20, self.size.width - 4)
        if self.trouble:
            return [title, *(note(line) for line in wrap(self.trouble, room))]
        if self.apart is None:
            return [title, note(_("Preguntando al servidor…"))]
        if not self.apart:
            return [title, note(_("Nada."))]
        lines = [title]
        for each in self.apart:
            lines.append(
                Line(
                    (
                        Cell(of_records.table(each.table), 26),
                        Cell(each.actor_name or _("alguien"), 24),
                        Cell(moment(each.at, self.shell.workspace.zone), None, "muted"),
                    ),
                    APART + each.id,
                )
            )
            lines += [note(f"   {line}") for line in wrap(sync_words.refusal(each.reason), room - 3)]
        return lines

    @on(RowList.Chosen)
    def decide(self, event: RowList.Chosen) -> None:
        """Open the conflict, or ask what becomes of a record."""
        event.stop()
        if event.key.startswith(APART):
            self._ask(event.key.removeprefix(APART))
        else:
            case = event.key.removeprefix(CASE) if event.key.startswith(CASE) else None
            self.app.push_screen(ConflictsScreen(case))

    def _ask(self, id_: str) -> None:
        found = next((each for each in self.apart or () if each.id == id_), None)
        if found is None:
            return
        lines = [
            Line((Cell(_("Admitirlo: entra al caso como se escribió")),), RELEASE),
            Line(
                (Cell(_("Descartarlo: no entra; queda constancia de quién lo decidió y por qué")),), DISMISS
            ),
        ]
        self.app.push_screen(
            PickDialog(sync_words.refusal(found.reason), lines), lambda choice: self._do(id_, choice)
        )

    def _do(self, id_: str, choice: str | None) -> None:
        from lnctp_tui.services.sync import synchronise

        workspace = self.shell.workspace
        if choice == RELEASE:
            self._decided(lambda: synchronise.release(workspace, id_), _("Admitido."))
        elif choice == DISMISS:
            title, hint = (
                _("¿Por qué se descarta?"),
                _("Sin nombres ni datos del caso: queda en la bitácora."),
            )
            self.app.push_screen(
                LineDialog(title, hint, synchronise.REASON), lambda reason: self._dismiss(id_, reason)
            )

    def _dismiss(self, id_: str, reason: str | None) -> None:
        from lnctp_tui.services.sync import synchronise

        workspace = self.shell.workspace
        if reason is not None:
            self._decided(lambda: synchronise.dismiss(workspace, id_, reason), _("Descartado."))

    def _decided(self, act: Callable[[], None], said: str) -> None:
        def done(_result: None) -> None:
            self.notify(said, markup=False)
            self.shell.sync_now()
            self.action_again()

        self.shell.in_reader(act, done, group="decide")

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)
