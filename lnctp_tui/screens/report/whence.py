"""Where a number comes from: its definition, the question, what is missing, and its cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.lists.list_screen import Job, ListScreen
from lnctp_tui.screens.report.drawing import quiet
from lnctp_tui.widgets.row_list import Cell, Line, heading, note

if TYPE_CHECKING:
    from lnctp_tui.domain.report.definitions import Definition
    from lnctp_tui.reports.words import Words
    from lnctp_tui.services.report.shown import Shown

Cases = Sequence[tuple[str, str]]
"""Id and folio of each."""


class WhenceScreen(ListScreen[Cases]):
    """One number of a report."""

    NAME = N_("¿De dónde sale?")
    GROUP = "report.whence"
    WAITING = N_("Leyendo…")
    READ_ON = frozenset()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="whence.call"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="whence.help"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="whence.leave"),
    ]

    def __init__(self, shown: Shown, definition: Definition, row: str, column: str, words: Words) -> None:
        super().__init__()
        self.shown, self.definition, self.row, self.column, self.words = shown, definition, row, column, words

    def job(self, limit: int) -> Job[Cases]:
        """The cases behind it that this laptop shows."""
        from lnctp_tui.services.report import shown

        store = self.shell.workspace.store
        return lambda: shown.cases(store, self.shown, self.definition, self.row, self.column)

    def lines(self, view: Cases) -> Sequence[Line]:
        """The definition, then the cases."""
        definition, words, width = self.definition, self.words, self.width
        table = self.shown.table(definition)
        names = filter(
            None, (words.row(definition.rows, self.row), words.row(definition.columns, self.column))
        )
        count = sum(
            cell.count for cell in table.cells if cell.row == self.row and self.column in ("", cell.column)
        )
        title = f"{definition.id} {words.title(table, definition)}"
        above = [
            Line((Cell(title, None, "accent"),)),
            *([Line((Cell(f"{' · '.join(names)}: {count:,}", None, "strong"),))] if self.row else []),
            *quiet(words.under(table, definition.base), width),
            *quiet(self._question(), width),
        ]
        parts = [cell for cell in table.parts if self.column in ("", cell.column)]
        missing = [f"{words.of('part', cell.row)} {cell.count:,}" for cell in parts]
        above += quiet(_("Sin respuesta: {parts}").format(parts=", ".join(missing)), width) if missing else []
        for code in table.notes:
            above += quiet(f"{code} {words.note(code)}", width)
        rows = [Line((Cell(folio or _("sin folio"), None),), case_id) for case_id, folio in view]
        none = note(_("Ninguno que este equipo muestre."))
        return [*above, note(""), heading(_("Casos"), str(len(rows) or "")), *(rows or [none])]

    def _question(self) -> str:
        """The same number on the command line."""
        report, definition = self.shown.report, self.definition
        return _("Pregunta: {command}").format(
            command=f"lnctp report --from {report.start} --to {report.end} --table {definition.id}"
        )

    def open_key(self, key: str) -> None:
        """Read that case."""
        self.shell.show_case(key)
