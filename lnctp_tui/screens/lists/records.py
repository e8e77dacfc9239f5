"""A list of a case's records of one kind, by declaration: its kind, its columns, and the form that a row opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from lnctp_tui.domain.records.kinds import Kind
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.lists.list_screen import NEWS, Columns, Frame, Job, ListScreen, frame
from lnctp_tui.services.case import record_form
from lnctp_tui.services.case.record_form import CaseRecords, RecordLine
from lnctp_tui.widgets.drawing import wrap
from lnctp_tui.widgets.row_list import Cell, Line
from lnctp_tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from lnctp_tui.services.case.signing import Signature


class RecordsScreen(ListScreen[CaseRecords]):
    """What a declaration says: KIND, COLUMNS, EMPTY, and PLACE and FORM, names of the registry."""

    GROUP = "records"
    KIND: ClassVar[Kind]
    FORM: ClassVar[str]
    COLUMNS: ClassVar[Columns[RecordLine]]
    EMPTY: ClassVar[str] = N_("Ninguno.")
    """What stands where there is none, as a Spanish msgid."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,plus", "new", N_("añadir"), key_display="a", id="records.new"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="records.call"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="records.help"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="records.leave"),
    ]

    def __init__(self, case_id: str) -> None:
        super().__init__()
        self.case_id = case_id
        self.place = (self.PLACE, case_id)

    def job(self, limit: int) -> Job[CaseRecords]:
        """Reads the records, and who signed them."""
        workspace, kind, case_id = self.shell.workspace, self.KIND, self.case_id
        return lambda: record_form.read(workspace, kind, case_id)

    def news(self, scopes: frozenset[str]) -> None:
        """Others write too, and the form that was left just now."""
        if self.case_id in scopes and NEWS in self.READ_ON:
            self.read()

    def lines(self, view: CaseRecords) -> Sequence[Line]:
        """The newest first."""
        self.query_one(TitleBar).show(f"{self.heading}   {view.folio}")
        drawn = frame(self.shell, self.size.width, view.names)
        return self.COLUMNS.lines(reversed(view.lines), drawn, _(self.EMPTY))

    def open_key(self, key: str) -> None:
        """Open the record in its form."""
        self.shell.go(self.FORM, f"{self.case_id}/{key}")

    def action_new(self) -> None:
        """A new one; nothing is stored before something is written in it."""
        self.shell.go(self.FORM, self.case_id)


def signature_lines(kind: Kind, line: RecordLine, frame: Frame) -> list[Line]:
    """Under a record who signed it; what changed afterwards stands out."""
    rows: list[Line] = []
    for column, (label, text) in zip(
        kind.signatures, signed(kind, line.signatures, frame.words), strict=True
    ):
        signature = line.signatures.get(column.name)
        look = "warning" if signature is not None and signature.changed else "muted"
        rows += [Line((Cell(f"   {part}", None, look),)) for part in wrap(f"{label}: {text}", frame.room - 3)]
    return rows


def signed(kind: Kind, signatures: Mapping[str, Signature], words: Words) -> list[tuple[str, str]]:
    """(What is signed, who signed it when, and whether that changed later) for each signature of a kind."""
    return [
        (words.field(kind.table, column.name), _signed(kind, signatures.get(column.name), words))
        for column in kind.signatures
    ]


def _signed(kind: Kind, signature: Signature | None, words: Words) -> str:
    if signature is None:
        return _("falta")
    name = words.names.get(signature.by) or _("no está en este equipo")
    text = " · ".join(filter(None, (f"✓ {name}", words.moment(signature.at, words.zone))))
    if not signature.changed:
        return text
    changed = ", ".join(words.field(kind.table, name).lower() for name in signature.changed)
    return f"{text} · {_('después cambió: {fields}').format(fields=changed)}"
