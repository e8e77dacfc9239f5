"""What a supervisor decides: values that differ, and records that the server put aside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.binding import Binding, BindingType

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import Given, sentence, telling
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.lists.columns import Column, Columns, Frame, frame
from lnctp_tui.screens.lists.list_screen import Job, ListScreen
from lnctp_tui.screens.sync import sync_words
from lnctp_tui.screens.times import moment
from lnctp_tui.services.case import transfer
from lnctp_tui.widgets.row_list import Cell, Line, heading, note

if TYPE_CHECKING:
    from lnctp_tui.services.sync.synchronise import Conflict, Quarantined

CASE, LOOSE, APART = "case:", "loose:", "apart:"
RELEASE, DISMISS = "release", "dismiss"


class _View(NamedTuple):
    conflicts: list[Conflict]
    names: dict[str, str]


def _values(conflict: Conflict, frame: Frame) -> str:
    table, field = conflict.table, conflict.field
    return "  ≠  ".join(
        frame.words.value(table, field, side.value) or _("(vacío)") for side in conflict.sides
    )


def _folio(conflict: Conflict, _frame: Frame) -> str:
    return conflict.folio or _("sin caso")


def _writer(record: Quarantined, _frame: Frame) -> str:
    return record.actor_name or _("alguien")


DIFFERING: Columns[Conflict] = Columns(
    (
        Column(_folio, 13, lambda conflict: "strong" if conflict.folio else "muted"),
        Column(lambda conflict, frame: frame.words.field(conflict.table, conflict.field), 22),
        Column(_values, None, "warning"),
        Column(
            lambda conflict, _frame: ", ".join(dict.fromkeys(side.actor_name for side in conflict.sides)),
            30,
            "muted",
            least=110,
        ),
    ),
    lambda conflict: CASE + conflict.case if conflict.case else LOOSE + conflict.row + conflict.field,
)
"""Values that differ."""
ASIDE: Columns[Quarantined] = Columns(
    (
        Column(lambda record, frame: frame.words.table(record.table), 26),
        Column(_writer, 24),
        Column(lambda record, frame: moment(record.at, frame.words.zone), None, "muted"),
    ),
    lambda record: APART + record.id,
    lambda record, frame: frame.notes(sync_words.refusal(record.reason), "   "),
)
"""Records that the server put aside, and why."""


class QueueScreen(ListScreen[_View]):
    """Conflicts are read here and need no network; what the server put aside is asked of it."""

    NAME = N_("Supervisión: por decidir")
    GROUP = "queue"
    INTRO = N_("Lo apartado no está perdido: espera aquí a que alguien lo revise.")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,f5", "again", N_("leer otra vez"), key_display="r", id="queue.again"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="queue.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="queue.help"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="queue.leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.rows.view = _View([], {})
        self.apart: list[Quarantined] | None = None
        self.refused = ""
        """Why the server could not be asked."""

    def on_mount(self) -> None:
        self.action_again()

    def action_again(self) -> None:
        """Read both lists."""
        from lnctp_tui.services.sync import synchronise

        self.read()
        workspace = self.shell.workspace
        self.shell.in_reader(
            lambda: synchronise.quarantine(workspace),
            self._take_apart,
            group="quarantine",
            failed=self._unanswered,
        )

    def job(self, limit: int) -> Job[_View]:
        """The conflicts that this laptop knows."""
        from lnctp_tui.services.sync import synchronise

        store = self.shell.workspace.store
        return lambda: _View(synchronise.conflicts(store), transfer.names(store))

    def _take_apart(self, apart: list[Quarantined]) -> None:
        self.apart, self.refused = apart, ""
        self.draw()

    def _unanswered(self, error: LnctpError) -> None:
        self.refused = sentence(error)
        self.draw()

    def lines(self, view: _View) -> list[Line]:
        """What differs, then what was put aside."""
        drawn = frame(self.shell, self.size.width, view.names)
        title = heading(_("Datos con dos valores"), str(len(view.conflicts) or ""))
        differing = DIFFERING.lines(view.conflicts, drawn, _("Ninguno."))
        return [title, *differing, note(""), *self._aside(drawn)]

    def _aside(self, drawn: Frame) -> list[Line]:
        title = heading(_("Apartado por el servidor"), str(len(self.apart or ()) or ""))
        if self.refused:
            return [title, *drawn.notes(self.refused)]
        if self.apart is None:
            return [title, note(_("Preguntando al servidor…"))]
        return [title, *ASIDE.lines(self.apart, drawn, _("Nada."))]

    def open_key(self, key: str) -> None:
        """Open the conflict, or ask what becomes of a record."""
        if key.startswith(APART):
            self._ask(key.removeprefix(APART))
        else:
            self.shell.go("conflicts", key.removeprefix(CASE) if key.startswith(CASE) else None)

    def _ask(self, id_: str) -> None:
        record = next((record for record in self.apart or () if record.id == id_), None)
        if record is None:
            return
        lines = [
            Line((Cell(_("Admitirlo: entra al caso como se escribió")),), RELEASE),
            Line(
                (Cell(_("Descartarlo: no entra; queda constancia de quién lo decidió y por qué")),), DISMISS
            ),
        ]
        self.app.push_screen(
            PickDialog(
                sync_words.refusal(record.reason), lines, purpose="queue.decide", stay=_("Todavía no")
            ),
            lambda choice: self._do(id_, choice),
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
                LineDialog(title, hint, synchronise.REASON, purpose="queue.why", of=id_),
                lambda reason: self._dismiss(id_, reason),
            )

    def _dismiss(self, id_: str, reason: Given[str] | None) -> None:
        from lnctp_tui.services.sync import synchronise

        workspace = self.shell.workspace
        if reason is not None:
            self._decided(
                lambda: synchronise.dismiss(workspace, id_, reason.value), _("Descartado."), reason.drafts
            )

    def _decided(self, act: Callable[[], None], message: str, drafts: Sequence[str] = ()) -> None:
        told = telling(self, message, self.action_again, drafts, sent=True)
        self.shell.in_reader(act, told, group="decide")
