"""A form by declaration: the kind of its record, its fields, what a new one says, and the keys that sign it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.domain.protocol.protocol import Field
from lnctp_tui.domain.records.kinds import Kind
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import LISTS, AppScreen, Place, is_gone
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.lists.records import signed
from lnctp_tui.screens.signing import Signing
from lnctp_tui.screens.times import clock
from lnctp_tui.screens.undoing import Undoing
from lnctp_tui.services.case.named_records import offered
from lnctp_tui.services.case.record_form import RecordForm
from lnctp_tui.services.refs import Ref
from lnctp_tui.widgets.field_form import Edited, FieldForm
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.text_area import LongText
from lnctp_tui.widgets.text_input import LineInput
from lnctp_tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from lnctp_tui.errors import LnctpError
    from lnctp_tui.services.case.refresh import Taken
    from lnctp_tui.services.refs import Saved


class FormScreen(AppScreen[None]):
    """One record of a case. A declaration says NAME, PLACE, KIND, FIELDS, `fresh`, and a key for each signature.

    `state`: `<case>` for a new record, `<case>/<row>`, or `<case>/<row>/<field>` with the cursor in a field.
    """

    CSS_PATH = [LISTS.with_name("widgets.tcss"), LISTS]  # noqa: RUF012 (Textual's own type)
    AUTO_FOCUS = ""
    PLACE: ClassVar[str]
    """Its name in the registry."""
    KIND: ClassVar[Kind]
    FIELDS: ClassVar[tuple[Field, ...]]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "amend", N_("corregir"), tooltip=N_("Corregir lo firmado"), id="form.amend"),
        Binding("ctrl+z", "turn_field('back')", N_("deshacer"), show=False, id="form.undo"),
        Binding("ctrl+y", "turn_field('forth')", N_("rehacer"), show=False, id="form.redo"),
        Binding("f1", "app.help", N_("teclas"), show=False, id="form.help"),
        Binding("escape", "leave", N_("volver"), key_display="Esc", id="form.leave"),
    ]

    def __init__(self, state: str) -> None:
        super().__init__()
        self.case_id, _slash, row_and_field = state.partition("/")
        self._row, _slash, self._field = row_and_field.partition("/")
        self.model: RecordForm | None = None
        self.fields: FieldForm | None = None
        self._ahead = ""
        """What was typed before the fields were there."""
        self.signing: Signing | None = None
        self.undoing: Undoing | None = None

    def fresh(self) -> dict[str, Any]:
        """What a new record says before anything is typed."""
        return {}

    @property
    def place(self) -> Place | None:  # type: ignore[override]
        """How to come back to this field after a lock."""
        ref = self.model.ref if self.model else None
        parts = (self.case_id, ref.id if ref else self._row, self._field)
        return (self.PLACE, "/".join(parts) if parts[1] else self.case_id)

    # what it shows

    def compose(self) -> ComposeResult:
        yield TitleBar(self.heading, id="top")
        yield Static(id="signed", classes="text")
        yield VerticalScroll(id="fields", can_focus=False)
        yield KeyBar()

    def on_mount(self) -> None:
        workspace, kind, fresh = self.shell.workspace, self.KIND, self.fresh()
        self.shell.in_reader(
            lambda: RecordForm.open(workspace, kind, self.case_id, self._row or None, fresh),
            self._show,
            group="form",
            failed=self._refused,
        )

    def _refused(self, error: LnctpError) -> None:
        self.shell.tell(error)
        self.dismiss(None)

    def _show(self, model: RecordForm) -> None:
        self.call_later(self._begin, model)

    async def _begin(self, model: RecordForm) -> None:
        self.model = model
        fields = FieldForm(model.enter, self._record_of, self.FIELDS, model.protocol)
        await self.query_one("#fields").mount(fields)
        self.fields = fields
        self.undoing = Undoing(model.draft, lambda: self.words, partial(self.notify, markup=False))
        self.signing = Signing(self, model, self.FIELDS, self.words, self._signed)
        app = self.app  # a screen that was left finds it no more
        model.draft.on_saved = lambda saved: app.call_later(self._saved, app, saved)
        self.fields.load(afresh=True)
        self._draw()
        if not self.locked:
            self.fields.focus_field(self._field) or self.fields.focus_field(self.FIELDS[0].code)

    def on_key(self, event: events.Key) -> None:
        """A letter that was quicker than the form waits for its field."""
        if self.fields is None and event.is_printable:
            event.stop()
            event.prevent_default()
            self._ahead += event.character or ""

    def _type_ahead(self) -> None:
        """Write in the field that has come under the cursor what was typed before it was there."""
        control, ahead, self._ahead = self.focused, self._ahead, ""
        if isinstance(control, LineInput) and ahead:
            control.replace(ahead, *sorted(control.selection))
        elif isinstance(control, LongText) and ahead:
            control.insert(ahead)

    @property
    def words(self) -> Words:
        """How values and colleagues are called."""
        workspace = self.shell.workspace
        return Words(workspace.protocol, workspace.zone, self.model.names if self.model else None)

    def _record_of(self, _on: str) -> dict[str, Any]:
        """The record with its moments on the clock of whoever reads."""
        assert self.model is not None
        record, words = dict(self.model.record), self.words
        for field in self.FIELDS:
            value = record.get(field.code)
            unknown = field.kind == "reference" and value not in offered(
                self.model.protocol, field.catalog or ""
            )
            if value and (unknown or field.kind == "instant"):
                record[field.code] = words.value(self.KIND.table, field.code, value)
        return record

    @property
    def locked(self) -> bool:
        """Whether somebody signed it, and nobody said that they correct it."""
        return self.signing is not None and self.signing.locked

    def _draw(self) -> None:
        """Who signed, and whether the fields may be written."""
        if self.model is None or self.fields is None:
            return
        self.query_one(TitleBar).show(f"{self.heading}   {self.model.document['case'].get('folio') or ''}")
        signatures = signed(self.KIND, self.model.signatures, self.words)
        self.query_one("#signed", Static).update(
            Content("\n".join(f"{label}: {text}" for label, text in signatures))
        )
        self.fields.hold(self.locked)
        self.refresh_bindings()

    # edits

    @on(Edited)
    def _edited(self) -> None:
        self.query_one(TitleBar).mark(_("guardando"))

    def _saved(self, app: App[Any], saved: Saved) -> None:
        if is_gone(self):  # what was left for shows it too
            getattr(app.screen, "news", lambda _scopes: None)(frozenset({self.case_id}))
            self._forget()
        elif self.fields is not None and not self.fields.typed:
            at = clock(saved.at, self.shell.workspace.zone)
            self.query_one(TitleBar).mark(_("guardado {at}").format(at=at))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The field that a lock comes back to."""
        if isinstance(event.widget.parent, FieldRow):
            self._field = event.widget.parent.field.code
            self._type_ahead()

    def flush(self) -> None:
        """Hand what was typed to the writer now: before anything else reads the form, and before a lock."""
        if self.fields is not None:
            self.fields.flush()

    def action_turn_field(self, way: str) -> None:
        """Take back the last step, or bring it again."""
        self.flush()
        if self.undoing is None or self.fields is None or self.locked:
            self.notify(_("No hay nada que deshacer."), markup=False)
        elif self.undoing.turn(way):
            self.fields.load(afresh=True)

    # signatures

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Correcting needs something signed; who signed all of it has nothing to sign."""
        if action == "amend":
            return self.locked
        if action == "sign" and self.signing is not None:
            return not self.signing.model.stands(self.signing.column(str(parameters[0])))
        return super().check_action(action, parameters)

    def action_amend(self) -> None:
        """Write in what is signed, knowing that it shows."""
        if self.signing is not None:
            self.signing.amend()

    def action_sign(self, name: str) -> None:
        """Sign what is on the screen."""
        self.flush()
        if self.signing is not None:
            self.signing.sign(name)

    def _signed(self) -> None:
        """Something was signed, refused, or opened to be written."""
        if is_gone(self):
            return
        self._follow()
        if self.signing and self.signing.amending and self.fields is not None:
            self._draw()
            self.fields.focus_field(self.FIELDS[0].code)

    # colleagues

    def news(self, scopes: frozenset[str]) -> None:
        """A colleague wrote in the case: what nobody types in here follows."""
        if self.case_id in scopes:
            self._follow()

    def _follow(self) -> None:
        if self.model is not None and not is_gone(self):
            self.model.follow(self.call_later, self._busy, self._followed)

    def _busy(self, ref: Ref, name: str) -> bool:
        """Whether the cursor is in this field, so that nothing may change under it."""
        row = self.focused.parent if self.focused is not None else None
        here = self.model.ref if self.model else None
        return ref == here and isinstance(row, FieldRow) and row.field.code == name and not self.locked

    def _followed(self, _taken: Taken) -> None:
        model = self.model
        if model is None or is_gone(self):
            return
        before = set(model.signatures)

        def drawn(_none: None) -> None:
            if self.fields is not None:
                self.fields.load()
            self._draw()
            strangers = {sign.by for name, sign in model.signatures.items() if name not in before}
            names = [model.names.get(person, "") for person in strangers - {model.workspace.counselor_id}]
            if names and self.locked:
                text = _("Ya lo firmó: {names}. F4 lo abre para corregirlo.").format(names=", ".join(names))
                self.notify(text, severity="warning", markup=False)

        self.shell.in_reader(model.read_signatures, drawn, group="signed")

    def action_leave(self) -> None:
        """Back; what was written is kept."""
        self.flush()
        self._forget()
        self.dismiss(None)

    def _forget(self) -> None:
        """Let the writer hold the form no longer than until all of it is saved."""
        if self.model is not None and not self.model.draft.writer.pending:
            self.model.draft.leave()
