"""The end of a call: folio, what is missing, the class if the counselor says one, the promised next contact.

Nothing is chosen beforehand: reading the classes decides nothing, and the shortest way out leaves the case open.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from lnctp_tui.domain.assess.assess import Assessment
from lnctp_tui.domain.protocol.protocol import Field, Label
from lnctp_tui.domain.values.values import Parsed
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.screens.call import closing_words
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call.intake_keys import keep_in_field
from lnctp_tui.services.call import endings, promise
from lnctp_tui.services.call.promise import Promise
from lnctp_tui.widgets.field_form import Edited, FieldForm
from lnctp_tui.widgets.form.field_row import FieldRow
from lnctp_tui.widgets.keys import KeyBar

if TYPE_CHECKING:
    from lnctp_tui.services.call.intake import Intake
    from lnctp_tui.widgets.reader import Part

WAITS = 0.5
"""Seconds between two looks whether the end of the call is being saved."""
PLAN = (
    "callback_allowed",
    "callback_channel",
    "callback_identifier_id",
    "callback_window",
    "callback_say",
    "callback_message",
    "code_word",
)

TASK = "task"
PROMISE = (
    Field(TASK, "when", "window", Label("Próximo contacto", "Next contact"),
          help=Label("Cuándo: martes 10 a 12", "When: Tuesday 10 to 12"), max_length=300),
    Field(TASK, "channel", "catalog", Label("Por qué medio", "By what means"), catalog="channel"),
    Field(TASK, "say", "text", Label("Qué decir", "What to say"), max_length=500),
)  # fmt: skip
"""The task that a promise becomes."""


UNCLASSIFIED = ""
"""No class yet: the case waits on the desk for somebody who says one."""


class Classes(OptionList):
    """The classes. Enter on a class says it; where nothing is being chosen it ends the call."""

    class Done(Message):
        """Enter, and no other class is meant."""

    said = 0

    def action_select(self) -> None:
        """Say the class under the cursor, or go on when there is none."""
        if self.highlighted is None or self.highlighted == self.said:
            self.post_message(self.Done())
        else:
            super().action_select()


class ClosingDialog(AppDialog["str | None"]):
    """Answers `finished`, the code of a missing field to go to, SEEN, or nothing: the call stays open.

    `unanswered`: what the narrative says of a danger that nobody answered: then no key here ends the call.
    `stopped`: the clock ran until this dialog came, so Esc lets it go on.
    """

    PURPOSE = "closing"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", N_("volver a la llamada"), id="closing.back"),
        Binding("f9", "finish", N_("terminar y guardar"), key_display="F9", id="closing.finish"),
        Binding("s", "suggested", N_("tomar la sugerida"), id="closing.suggested"),
        Binding("f", "owed", N_("ir a lo que falta"), id="closing.owed"),
        Binding("f2,p", "words", N_("palabras de cierre"), key_display="F2", id="closing.words"),
        Binding("r", "resume", N_("la llamada sigue"), id="closing.resume"),
        *(
            Binding(digit, f"kind('{digit}')", N_("tipo de contacto"), show=False, id=f"closing.kind{digit}")
            for digit in "1234567890"
        ),
    ]

    def __init__(
        self, intake: Intake, found: Assessment, unanswered: str = "", *, stopped: bool = False
    ) -> None:
        super().__init__()
        self.intake = intake
        self.found = found
        self.unanswered = unanswered
        self.stopped = stopped
        self.report_classes = [
            row for row in intake.protocol.catalogs["report_class"].rows if not row.valid_to
        ]
        self.decided: str = intake.document["case"].get("report_class") or UNCLASSIFIED
        self.promised = Promise(intake.workspace, intake.contact.id)
        self.promise = self.promised.texts
        self.form = FieldForm(self._enter, self._record_of)
        self._ended = False

    # Layout

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall", id="closing"):
            yield Static(self._title(), id="closing-title", markup=False)
            yield Static(self._missing(), id="closing-missing", markup=False)
            yield Static(self._fate(), id="closing-fate", markup=False)
            with VerticalScroll(can_focus=False), self.form:
                if self._contact.get("dropped"):
                    yield self._head(_("Se cortó la llamada: plan para volver a llamar"))
                    fields = (view.field_of(self.intake.protocol, "case", code) for code in PLAN)
                    yield from (FieldRow(field, self.intake.protocol) for field in fields if field)
                yield self._head(_("Clase del reporte: la decide usted"))
                yield Classes(*(Option(label) for label in self._options()), markup=False)
                yield self._head(_("Contacto prometido"))
                for field in PROMISE:
                    yield FieldRow(field, self.intake.protocol)
            yield KeyBar()

    @staticmethod
    def _head(text: str) -> Static:
        return Static(text, classes="closing-head", markup=False)

    def on_mount(self) -> None:
        self.form.load(afresh=True)
        self.query_one(Classes).highlighted = None
        self._decide(self.decided)
        first = self.form.rows[0]
        if first.field.on != TASK:
            first.focus_control()
        else:
            self.query_one(Classes).focus()
        self.call_after_refresh(self._in_sight)
        self.shell.in_reader(self.promised.stored, self._promise_again, group="promise")

    def _promise_again(self, promise: dict[str, str]) -> None:
        """Show what was promised before a lock; what is being typed already stays."""
        for row in self.form.rows:
            text = promise.get(row.field.code) if row.field.on == TASK else None
            if text and not row.raw and row.field.code not in self.promise:
                self.promise[row.field.code] = text
                row.reload(self.promise)
                row.answer(self.promised.read(row.field))

    @property
    def _contact(self) -> Mapping[str, Any]:
        return view.record_of(self.intake, "contact")

    def _title(self) -> Content:
        folio = self.intake.folio or ""
        kind = view.label_of(self.intake.protocol, "kind", self._contact.get("kind"))
        if not folio:
            message = closing_words.without_folio(self.intake)
            return Content.assemble((_("Terminar"), "dim"), f"  {kind}\n", (f"  {message}  ", "bold"))
        return Content.assemble(
            (_("Folio para la persona que llama"), "dim"),
            f"  {kind}\n",
            (f"  {'  '.join(folio)}  ", "bold reverse"),
            f"\n  {view.spelled(folio, self.intake.protocol)}",
        )

    def _missing(self) -> Content:
        fields = closing_words.owed(self.intake)
        if self.unanswered:
            opens = _("Enter o F9 lo abre; sin respuesta la llamada no termina.")
            lacks = f"\n! {_('Falta del mínimo')}: {' · '.join(fields)}" if fields else ""
            return Content.assemble((f"! {self.unanswered}", "bold"), f"\n  {opens}{lacks}")
        if not fields:
            return Content("✓ " + _("El registro mínimo está completo"))
        return Content.assemble(("! " + _("Falta del mínimo") + ": ", "bold"), " · ".join(fields))

    def _fate(self) -> Content:
        """What becomes of the case with the class that is said now, and whether the promised call can be a safe one."""
        promised = self.promised.task(PROMISE) is not None
        fate = Content("→ " + closing_words.fate(self.intake, self.decided, promised=promised))
        case, now = self.intake.document["case"], self.intake.workspace.store.now()
        if not promise.has_no_window(self.promised.task(PROMISE) or {}, case, now):
            return fate
        return Content.assemble(fate, ("\n! " + _("No hay horario seguro antes del vencimiento."), "bold"))

    @property
    def _codes(self) -> list[str]:
        return [UNCLASSIFIED, *(row.code for row in self.report_classes)]

    def _options(self) -> list[Content]:
        labels = [_("Sin clasificar"), *(pick(row.label) for row in self.report_classes)]
        suffix = "  ← " + _("sugerida: s la toma")
        return [
            Content.assemble(
                f"{'●' if code == self.decided else '○'} {label}",
                (suffix, "dim") if code and code == self.found.suggestion.code else "",
            )
            for code, label in zip(self._codes, labels, strict=True)
        ]

    def _decide(self, code: str) -> None:
        """The counselor says this class; the list and what becomes of the case follow."""
        self.decided = code
        options = self.query_one(Classes)
        options.said = self._codes.index(code) if code in self._codes else 0
        for place, content in enumerate(self._options()):
            options.replace_option_prompt_at_index(place, content)
        self._retell()

    def on_resize(self) -> None:
        """In another window the same stands in sight as if it had been opened there."""
        self.call_after_refresh(self._in_sight)

    def _in_sight(self) -> None:
        self.query_one(Classes).scroll_to(y=0, animate=False)
        self.query_one(VerticalScroll).scroll_home(animate=False)
        if self.focused is not None:
            self.focused.scroll_visible(animate=False)

    def taught(self) -> list[Part]:
        """What the help teaches: of the field under the cursor."""
        from lnctp_tui.screens.call.taught import of_field

        return of_field(self.intake, self.focused)

    # Edits

    def _record_of(self, on: str) -> Mapping[str, Any]:
        return self.promise if on == TASK else view.record_of(self.intake, on)

    def _enter(self, field: Field, raw: str) -> Parsed:
        return self.promised.enter(field, raw) if field.on == TASK else self.intake.enter(field, raw)

    def flush(self) -> None:
        """Hand what was typed to the form."""
        self.form.flush()

    @on(Edited)
    def _retell(self) -> None:
        self.query_one("#closing-missing", Static).update(self._missing())
        self.query_one("#closing-fate", Static).update(self._fate())

    # Keys

    def on_key(self, event: events.Key) -> None:
        keep_in_field(self, event)

    def action_kind(self, digit: str) -> None:
        field = view.field_of(self.intake.protocol, "contact", "kind")
        code = view.kind_of(self.intake.protocol, digit)
        if field and code:
            self.intake.choose(field, code)
            self.query_one("#closing-title", Static).update(self._title())
            self._retell()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self._decide(self._codes[event.option_index])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now."""
        allowed = {
            "suggested": self.found.suggestion.code in self._codes,
            "resume": not self.stopped and self.intake.runs and self.intake.ended_at is not None,
            "words": "closing" in self.intake.protocol.scripts,
        }
        return allowed.get(action, super().check_action(action, parameters))

    def action_suggested(self) -> None:
        """Take the class that the facts suggest."""
        if self.found.suggestion.code:
            self._decide(self.found.suggestion.code)

    def action_words(self) -> None:
        """What to say before hanging up."""
        from lnctp_tui.screens.script import ScriptDialog

        protocol = self.intake.protocol
        self.app.push_screen(ScriptDialog(protocol.scripts["closing"], protocol))

    @on(Classes.Done)
    def action_finish(self) -> None:
        self.flush()
        if self.unanswered:
            self.dismiss(closing_words.SEEN)
            return
        if self._ended:
            return
        self._ended = True
        chosen = self.decided or None
        done = lambda *_done: self.app.call_later(self._leave)  # noqa: E731
        endings.finish(self.intake, done, chosen, self.promised.task(PROMISE))
        self._leave_unsaved()

    def _leave_unsaved(self) -> None:
        """A disk that refuses does not hold up the next call: what is to be done waits with what was typed."""
        if self.intake.writer.health.trouble is None:
            self.set_timer(WAITS, self._leave_unsaved)
        elif self.is_current:
            text = _(
                "La llamada terminó; falta guardarla. En cuanto el disco lo acepte aparece en el escritorio."
            )
            self.notify(text, severity="warning", timeout=12, markup=False)
            self._leave()

    def _leave(self) -> None:
        if self.is_current:
            self.dismiss("finished")

    def action_owed(self) -> None:
        if debt := self.intake.debt("minimum"):
            self.flush()
            self.dismiss(debt[0][1].code)

    def action_back(self) -> None:
        """Back to the form; the clock goes on when it was this key that had stopped it."""
        if self.stopped:
            self.action_resume()
            return
        self.flush()
        self.dismiss(None)

    def action_resume(self) -> None:
        """The call was not over: the clock goes on, and both times stay."""
        self.flush()
        self.intake.resume_clock()
        self.notify(_("La llamada sigue: el reloj corre."), markup=False)
        self.dismiss(None)
