"""The end of a call: folio, what is missing, the suggested class, the promised next contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from lnctp_tui.domain import promises, values
from lnctp_tui.domain.assess import Assessment
from lnctp_tui.domain.protocol import Field, Label
from lnctp_tui.i18n import N_, _, language, pick
from lnctp_tui.screens import intake_view as view
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.screens.intake_keys import keep_in_field
from lnctp_tui.widgets.field_row import FieldRow
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.messages import Chosen, Typed

if TYPE_CHECKING:
    from lnctp_tui.services.intake import Intake

FLUSH = 0.12
PLAN = (
    "callback_allowed",
    "callback_channel",
    "callback_identifier_id",
    "callback_window",
    "callback_say",
    "code_word",
)

WHEN = Field("next", "when", "date", Label("Próximo contacto", "Next contact"),
             help=Label("Cuándo: martes 10 a 12", "When: Tuesday 10 to 12"), max_length=300)  # fmt: skip
CHANNEL = Field("next", "channel", "catalog", Label("Por qué medio", "By what means"), catalog="channel")
SAY = Field("next", "say", "text", Label("Qué decir", "What to say"), max_length=500)


class ClosingDialog(AppDialog["str | None"]):
    """Answers `finished`, the code of a missing field to go to, or nothing: the call stays open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", N_("seguir editando"), id="closing.back"),
        Binding("f9,enter", "finish", N_("terminar y guardar"), key_display="Enter", id="closing.finish"),
        Binding("f", "owed", N_("ir a lo que falta"), id="closing.owed"),
        *(
            Binding(digit, f"kind('{digit}')", N_("tipo de contacto"), show=False, id=f"closing.kind{digit}")
            for digit in "1234567890"
        ),
    ]

    def __init__(self, intake: Intake, found: Assessment) -> None:
        super().__init__()
        self.intake = intake
        self.found = found
        self.report_classes = [
            row for row in intake.protocol.catalogs["report_class"].rows if not row.valid_to
        ]
        self.promise: dict[str, str] = {}
        self._typed: dict[FieldRow, None] = {}
        self._timer: Timer | None = None

    # Layout

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall", id="closing"):
            yield Static(self._title(), id="closing-title", markup=False)
            yield Static(self._missing(), id="closing-missing", markup=False)
            with VerticalScroll(can_focus=False):
                if self._contact.get("dropped"):
                    yield Static(
                        _("Se cortó la llamada: plan para volver a llamar"),
                        classes="closing-head",
                        markup=False,
                    )
                    for code in PLAN:
                        if field := view.field_of(self.intake.protocol, "case", code):
                            yield FieldRow(field, self.intake.protocol)
                yield Static(_("Clase del reporte: la decide usted"), classes="closing-head", markup=False)
                yield OptionList(*self._options(), markup=False)
                yield Static(_("Contacto prometido"), classes="closing-head", markup=False)
                for field in (WHEN, CHANNEL, SAY):
                    yield FieldRow(field, self.intake.protocol)
            yield KeyBar()

    def on_mount(self) -> None:
        for row in self.query(FieldRow):
            if row.field.on != "next":
                row.reload(view.record_of(self.intake, row.field.on))
        options = self.query_one(OptionList)
        chosen = self.intake.document["case"].get("report_class") or self.found.suggestion.code
        codes = [row.code for row in self.report_classes]
        options.highlighted = codes.index(chosen) if chosen in codes else 0
        options.focus()
        workspace = self.intake.workspace
        self.shell.in_reader(lambda: workspace.draft(self._draft, {}), self._promise_again, group="promise")

    @property
    def _draft(self) -> str:
        """Where a promise is kept until the call is finished."""
        return f"promise:{self.intake.contact.id}"

    def _promise_again(self, promise: dict[str, str]) -> None:
        """Show what was promised before a lock; what is being typed already stays."""
        for row in self.query(FieldRow) if self.is_mounted else ():
            said = promise.get(row.field.code) if row.field.on == "next" else None
            if said and not row.raw and row.field.code not in self.promise:
                row.control.load(values.shown(row.field, {row.field.code: said}, row.protocol, language()))
                self.promise[row.field.code] = said
                if row.field is WHEN:
                    self._promised(row)

    def _keep_promise(self) -> None:
        self.intake.workspace.keep_draft(self._draft, self.promise)

    @property
    def _contact(self) -> Mapping[str, Any]:
        return view.record_of(self.intake, "contact")

    def _title(self) -> Content:
        folio = self.intake.folio or ""
        big = "  ".join(folio) if folio else _("Sin folio: esta llamada no abre un caso")
        told = _("Folio para la persona que llama") if folio else _("Terminar")
        kind = view.label_of(self.intake.protocol, "kind", self._contact.get("kind"))
        return Content.assemble(
            (told, "dim"), f"  {kind}\n", (f"  {big}  ", "bold reverse" if folio else "bold")
        )

    def _missing(self) -> Content:
        fields = list(
            dict.fromkeys(pick(field.label).lower() for _stage, field in self.intake.debt("minimum"))
        )
        if not fields:
            return Content("✓ " + _("El registro mínimo está completo"))
        return Content.assemble(("! " + _("Falta del mínimo") + ": ", "bold"), " · ".join(fields))

    def _options(self) -> list[Option]:
        suggested = self.found.suggestion.code
        return [
            Option(
                Content.assemble(
                    pick(row.label),
                    ("  ← " + _("sugerida por los hechos"), "dim") if row.code == suggested else "",
                )
            )
            for row in self.report_classes
        ]

    # Edits

    @on(Typed)
    def _keep_typed(self, event: Typed) -> None:
        if isinstance(event.row, FieldRow) and event.settled:
            self.flush()
            event.row.tell_problem()
        elif isinstance(event.row, FieldRow):
            self._typed[event.row] = None
            self._timer = self._timer or self.set_timer(FLUSH, self.flush)

    @on(Chosen)
    def _keep_chosen(self, event: Chosen) -> None:
        if event.field.on == "next":
            self.promise[event.field.code] = event.code or ""
            self._keep_promise()
        elif event.code is None:
            self.intake.enter(event.field, "")
        else:
            self.intake.choose(event.field, event.code)
        self.query_one("#closing-missing", Static).update(self._missing())

    def flush(self) -> None:
        """Hand what was typed to the form."""
        if self._timer:
            self._timer.stop()
            self._timer = None
        typed, self._typed = list(self._typed), {}
        for row in typed:
            if row.field.on == "next":
                self._promised(row)
                continue
            row.answer(self.intake.enter(row.field, row.raw))
        if any(row.field.on == "next" for row in typed):
            self._keep_promise()
        if typed:
            self.query_one("#closing-missing", Static).update(self._missing())

    def _promised(self, row: FieldRow) -> None:
        """Keep what was promised, and show beside it when that is."""
        self.promise[row.field.code] = row.raw
        if row.field is WHEN and row.raw.strip():
            found = self._window(row.raw)
            row.understood(f"{found[0]:%d/%m %H:%M} – {found[1]:%d/%m %H:%M}" if found else "")
            row.explain(None if found else "promise_unreadable")
        elif row.field is WHEN:
            row.explain(None)

    # Keys

    def on_key(self, event: events.Key) -> None:
        keep_in_field(self, event)

    def action_kind(self, digit: str) -> None:
        field = view.field_of(self.intake.protocol, "contact", "kind")
        rows = self.intake.protocol.catalogs["kind"].rows
        code = next((row.code for row in rows if row.extra.get("key") == digit), None)
        if field and code:
            self.intake.choose(field, code)
            self.query_one("#closing-title", Static).update(self._title())
            self.query_one("#closing-missing", Static).update(self._missing())

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        self.action_finish()

    def action_finish(self) -> None:
        self.flush()
        place = self.query_one(OptionList).highlighted
        chosen = self.report_classes[place].code if place is not None else None
        done = lambda *_done: self.app.call_later(self.dismiss, "finished")  # noqa: E731
        self.intake.finish(done, report_class=chosen, next_contact=self._next_contact())
        self.intake.workspace.keep_draft(self._draft, None)

    def _next_contact(self) -> dict[str, str] | None:
        """The promise as a task; a time that cannot be read is kept in what to say."""
        promise = {code: text.strip() for code, text in self.promise.items() if text.strip()}
        if not promise:
            return None
        said = promise.pop("when", "")
        found = self._window(said) if said else None
        if found:
            promise |= {"due_from": view.stored(found[0]), "due_to": view.stored(found[1])}
        elif said:
            promise["say"] = " · ".join(filter(None, (said, promise.get("say"))))
        return promise

    def _window(self, said: str) -> promises.Window | None:
        now = self.intake.workspace.store.now()
        return promises.window(said, now.astimezone(ZoneInfo(self.intake.workspace.zone)))

    def action_owed(self) -> None:
        if debt := self.intake.debt("minimum"):
            self.flush()
            self.dismiss(debt[0][1].code)

    def action_back(self) -> None:
        self.flush()
        self.dismiss(None)
