"""The end of a call in lines: nothing is chosen beforehand, and only a whole word ends it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lnctp_tui.cli.plain import said
from lnctp_tui.domain.protocol.protocol import Field
from lnctp_tui.i18n import _, pick
from lnctp_tui.screens.call import closing_words
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call.dialogs.closing import PLAN, PROMISE
from lnctp_tui.services.call import endings, promise
from lnctp_tui.services.call.promise import Promise
from lnctp_tui.widgets.form.explain import explain

if TYPE_CHECKING:
    from lnctp_tui.cli.plain.call import Call

ENDS = ("terminar", "finish")
"""The word that ends a call. No letter and no Enter does."""


class Closing:
    """What is said and asked at the end. The clock stands still meanwhile; going back lets it go on."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.intake = call.intake
        self.talk, self.say = call.talk, call.say
        self.stopped = self.intake.end_clock()
        self.assessment = self.intake.assess()
        self.decided: str | None = self.intake.document["case"].get("report_class")
        self.promised = Promise(self.intake.workspace, self.intake.contact.id)
        self.promised.texts.update(self.promised.stored())
        self._left = False

    def run(self) -> None:
        """Until the call is ended, or goes on."""
        self.say(*self._title(), *self._standing())
        if view.record_of(self.intake, "contact").get("dropped"):
            self.say(_("Se cortó la llamada: plan para volver a llamar"), _("l: el plan, campo por campo."))
        self.say(*self._help())
        while not self.call.over and not self._left:
            self._order(self.talk.line(_("cierre: ")))

    def _help(self) -> Iterator[str]:
        yield _("c: la clase del reporte, la decide usted. m: contacto prometido. i: qué falta, ir a ello.")
        if self.assessment.suggestion.code:
            label = view.label_of(self.intake.protocol, "report_class", self.assessment.suggestion.code)
            yield _("s: tomar la clase sugerida: {label}").format(label=label)
        yield _("p: palabras de cierre. Un dígito: tipo de contacto. f8: emergencia.")
        yield _("terminar: la palabra completa termina la llamada. v: volver a la llamada.")

    def _order(self, word: str) -> None:
        if word == "v":
            self._back()
        elif word in ENDS:
            self._finish()
        elif word == "c":
            self._class()
        elif word == "s" and self.assessment.suggestion.code:
            self._decide(self.assessment.suggestion.code)
        elif word == "m":
            self._promise()
        elif word == "l":
            self._plan()
        elif word == "i":
            self._owed()
        elif word == "f8":
            self.call.emergency()
        elif word == "p":
            self.say(*said.script(self.intake.protocol.scripts.get("closing"), self.intake))
        elif word in ("?", "f1"):
            self.say(*self._help())
        elif len(word) == 1 and word.isdigit():
            self.call.one.kind(word)
            self.say(*self._standing())
        elif word:
            self.say(
                _("«{line}» no es una orden de cierre: la llamada no ha terminado. ? las lee.").format(
                    line=word
                )
            )
        else:
            self.say(_("La llamada no ha terminado."))

    # what stands

    def _title(self) -> Iterator[str]:
        kind = view.label_of(self.intake.protocol, "kind", self.intake.kind)
        yield f"{_('Terminar')}. {kind}"
        folio = self.intake.folio
        if folio:
            yield f"{_('Folio para la persona que llama')}: {folio}"
            yield view.spelled(folio, self.intake.protocol)
        else:
            yield closing_words.without_folio(self.intake)

    def _standing(self) -> Iterator[str]:
        """What is missing, the class, and what becomes of the case."""
        dangers = self.call.dangers.unanswered()
        if dangers:
            yield f"! {closing_words.unanswered(self.intake, dangers)}"
        if owed := closing_words.owed(self.intake):
            yield f"! {_('Falta del mínimo')}: {' · '.join(owed)}"
        elif not dangers:
            yield _("El registro mínimo está completo")
        name = view.label_of(self.intake.protocol, "report_class", self.decided) if self.decided else ""
        yield f"{_('Clase del reporte: la decide usted')}: {name or _('Sin clasificar')}"
        promised = self.promised.task(PROMISE) is not None
        yield closing_words.fate(self.intake, self.decided, promised=promised)
        case, now = self.intake.document["case"], self.intake.workspace.store.now()
        if promise.has_no_window(self.promised.task(PROMISE) or {}, case, now):
            yield f"! {_('No hay horario seguro antes del vencimiento.')}"

    # what is decided

    def _class(self) -> None:
        rows = [row for row in self.intake.protocol.catalogs["report_class"].rows if not row.valid_to]
        place = self.talk.choose(_("Clase del reporte: la decide usted"),
                                 [_("Sin clasificar"), *(pick(row.label) for row in rows)])  # fmt: skip
        if place is not None:
            self._decide(rows[place - 1].code if place else None)

    def _decide(self, code: str | None) -> None:
        self.decided = code
        self.say(*self._standing())

    def _promise(self) -> None:
        for field in PROMISE:
            self.say(f"{pick(field.label)}. {pick(field.help) if field.help else ''}".rstrip())
            if (line := self._promised(field)) is None:
                self.say(_("Quedó igual."))
                continue
            parsed = self.promised.enter(field, line)
            shown = view.label_of(self.intake.protocol, field.catalog or "", line) if field.catalog else ""
            self.say(f"{pick(field.label)}: {shown or parsed.shown or line or _('(vacío)')}")
            if parsed.problem:
                self.say(explain(parsed.problem, parsed.facts))
        self.say(*self._standing())

    def _promised(self, field: Field) -> str | None:
        """What is answered for a field of the promise, a code where it is a list; None leaves it."""
        if field.catalog:
            rows = [row for row in self.intake.protocol.catalogs[field.catalog].rows if not row.valid_to]
            place = self.talk.choose(pick(field.label), [pick(row.label) for row in rows])
            return None if place is None else rows[place].code
        typed = self.talk.ask(f"{pick(field.label)}: ")
        if typed.key or typed.pasted or not typed.lines[0].strip():
            self.talk.terminal.rest = ""
            return None
        line = typed.lines[0].strip()
        return "" if line == "-" else line

    def _plan(self) -> None:
        for code in PLAN:
            if view.field_of(self.intake.protocol, "case", code):
                self.call.go_to_code(code)

    def _owed(self) -> None:
        debt = self.intake.debt("minimum")
        if not debt:
            self.say(_("No falta nada del mínimo"))
            return
        self.call.go_to_code(debt[0][1].code)
        self.say(*self._standing())

    def _finish(self) -> None:
        if not self.call.dangers.answered():
            return
        task = self.promised.task(PROMISE)
        self.call.wait(lambda done: endings.finish(self.intake, done, self.decided, task))
        if self.intake.folio:
            self.say(f"{_('Folio')}: {self.intake.folio}")

    def _back(self) -> None:
        self._left = True
        if self.stopped:
            self.intake.resume_clock()
            self.say(_("La llamada sigue: el reloj corre."))
