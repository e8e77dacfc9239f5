"""One call while it is taken: what each line does. Enter alone changes nothing anywhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from lnctp_tui.app_lock import LOCKED
from lnctp_tui.cli.plain import said
from lnctp_tui.cli.plain.dangers import Dangers
from lnctp_tui.cli.plain.fields import Fields
from lnctp_tui.cli.plain.one_line import OneLine
from lnctp_tui.cli.plain.records import Records
from lnctp_tui.cli.plain.terminal import Leave, Typed
from lnctp_tui.cli.plain.writing import HALF, Writing
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call.dialogs.find_field import Goal, best, goals
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.widgets.form import readings
from lnctp_tui.widgets.form.call_bar import risk_word

if TYPE_CHECKING:
    from lnctp_tui.cli.plain.talk import Talk
    from lnctp_tui.domain.assess.assess import Assessment

ORDER = "order"
"""In the draft: an order was being typed."""
MOST = 20
"""Lines of a list that are read at once; a longer one asks for more letters."""
SENTENCE = 3
"""Words from which a line that is no order is what somebody said: it goes to the narrative, not lost."""
WAITS = 3.0
"""Seconds that the disk is waited for at the end of a call before it is said to be on its way."""
HELP = (
    N_("Un dígito: el tipo de contacto. k los lee."),
    N_("r: escribir en el relato; cada renglón se guarda. Un punto solo, o Esc, sale. leer: lo lee."),
    N_("f y parte de un nombre: ir a un campo. n: el campo siguiente. e: las etapas."),
    N_(
        "En un campo: Enter lo deja igual, un guion lo vacía, un punto sale. f1: para qué es y cómo preguntarlo."
    ),
    N_("+: otra persona, grupo, lugar, número o dinero. o: ver las demás y elegir. menos: quitar."),
    N_("p: lo que dice el cuadro y lo que falta. q: ir a la pregunta que más aclara."),
    N_("f8: emergencia, lo que se lee al 911. g: frase de cobertura. w: guion de esta llamada."),
    N_(
        "x: se cortó. u: deshacer. rehacer. d: descartar. f9: terminar. lock: bloquear. salir: dejarla sin terminar."
    ),
)
"""The orders of a call."""


class Call:
    """One call while it is taken."""

    def __init__(self, talk: Talk, intake: Intake) -> None:
        self.talk = talk
        self.intake = intake
        self.protocol = intake.protocol
        self.say = talk.say
        self.fields, self.writing = Fields(talk, self), Writing(talk, self)
        self.records, self.one = Records(talk, self), OneLine(talk, self)
        self.dangers = Dangers(self)
        self.assessment: Assessment = intake.assess()
        self._level = intake.shown_level(self.assessment)
        self._alerts: tuple[str, ...] = ()
        self._last: Goal | None = None
        self.over = False
        self.saved_at = ""
        intake.draft.on_saved = self._saved
        self.orders: dict[str, Callable[[], object]] = {
            "r": self.narrative, "leer": self.writing.read, "read": self.writing.read,
            "p": self.panel, "?": self.help, "f8": self.emergency, "f9": self.finish, "k": self.one.kinds,
            "f1": self.teach, "f": lambda: self.find(""), "n": self.next_field, "e": self._stages, "q": self._question,
            "+": self.records.add, "o": self.records.other, "menos": self.records.remove, "less": self.records.remove,
            "u": self.one.undo, "rehacer": self.one.redo, "redo": self.one.redo,
            "x": self.one.dropped, "d": self.one.discard, "g": self.one.cover, "w": self.one.script,
        }  # fmt: skip

    def _saved(self, saved: object) -> None:
        self.saved_at = str(getattr(saved, "at", ""))

    def run(self, at: str, begun: str) -> None:
        """Until the call is finished, discarded or left unfinished."""
        if self.intake.place is None and not at:
            self.say(_("Llamada nueva. El reloj corre y ya está en el disco. ? lee las órdenes."))
            self.narrative()
        else:
            self.say(_("Sigue la llamada."), said.state(self.intake, self.assessment))
            self._come_back(at, begun)
        while not self.over:
            self._order(self.talk.ask(_("orden: "), typing=lambda text: self.keep(ORDER, text)))

    def _come_back(self, at: str, begun: str) -> None:
        """To the line that was being written, else to the field that was asked last."""
        self.talk.terminal.rest = begun if at == ORDER else ""
        place = self.intake.place
        code = at.partition("/")[2] or (place.field if place else "")
        goal = next(
            (goal for goal in self._goals() if goal.code == code and goal.table in (at or goal.table)), None
        )
        if goal is None:
            return
        self._last = goal
        if begun == HALF:
            field = view.field_of(self.protocol, goal.table, goal.code)
            if field is not None:
                self._after(self.writing.write(field, half=True))
        elif "/" in at:
            self.talk.terminal.rest = begun
            self.visit(goal)
        else:
            self.say(_("Estaba en: {field}").format(field=goal.label))

    def keep(self, at: str, text: str) -> None:
        """Remember the line that is being written."""
        self.talk.note(self.intake, at if text else "", text)

    # orders

    def _order(self, typed: Typed) -> None:
        if typed.pasted:
            self.say(_("Llegaron {n} renglones juntos: ninguno se obedece, todos van al relato.").format(
                n=len(typed.lines)))  # fmt: skip
            self.writing.append(typed.lines)
            return
        if typed.key == "^C":
            self._forget_typed()
            return
        line = typed.key or typed.lines[0].strip()
        self.keep(ORDER, self.talk.terminal.rest)
        word, _blank, rest = line.partition(" ")
        word = word.lower()
        if not line or line == ".":
            return
        if word in ("lock", "bloquear") and not rest:
            raise Leave(LOCKED)
        if word in ("salir", "quit") and not rest:
            self.leave()
        elif word == "f" and rest:
            self.find(rest)
        elif word in self.orders and not rest:
            self.orders[word]()
        elif len(line) == 1 and line.isdigit():
            self.one.kind(line)
        elif len(line.split()) >= SENTENCE:
            self.writing.append(typed.lines)
            self.say(_("No es una orden: quedó escrito en el relato."))
        else:
            self.say(_("«{line}» no es una orden: nada cambió y no se guardó. ? las lee; r escribe en el relato.")
                     .format(line=line))  # fmt: skip

    def _forget_typed(self) -> None:
        if text := self.talk.terminal.rest:
            self.say(_("No se guardó lo que iba escribiendo: «{text}».").format(text=text))
            self.talk.terminal.rest = ""
        else:
            self.say(_("La llamada sigue: Ctrl+C no la termina. f9 la termina, lock bloquea."))

    def help(self) -> None:
        """The orders."""
        self.say(*map(_, HELP))

    def teach(self) -> None:
        """What the field that was asked last is for; before any, the orders."""
        if self._last is None:
            self.help()
        else:
            self.fields.teach(f"{self._last.table}/{self._last.code}")

    def think(self) -> None:
        """Assess; say what became more urgent, or is new to be known, without being asked."""
        self.assessment = self.intake.assess()
        level = self.intake.shown_level(self.assessment)
        if level != self._level:
            self._level = level
            if word := risk_word(level):
                self.say(_("Ahora: {level}").format(level=word))
        alerts = tuple(self.assessment.alerts)
        self.say(*(f"! {readings.say(self.protocol, code)}" for code in alerts if code not in self._alerts))
        self._alerts = alerts

    def panel(self) -> None:
        """What the panels say."""
        self.think()
        self.say(*said.panel(self.intake, self.assessment))
        if self.saved_at:
            at = view.clock(self.saved_at, self.talk.workspace.zone)
            self.say(_("guardado {at}").format(at=at))

    def narrative(self, *, half: bool = False) -> None:
        """Write in the narrative."""
        self._after(self.writing.narrative(half=half))

    def _after(self, order: str) -> None:
        """What was ordered in place of an answer."""
        self.think()
        if order in self.orders:
            self.orders[order]()

    def _stages(self) -> None:
        place = self.talk.choose(_("Etapas"), said.stages(self.intake))
        if place is not None:
            stage = self.protocol.stages[place].code
            here = [goal for goal in self._goals() if goal.stage == stage]
            if here:
                self.visit(here[0])

    # fields

    def _goals(self) -> list[Goal]:
        return list(goals(self.protocol, lambda on: view.record_of(self.intake, on)))

    def find(self, typed: str) -> None:
        """Go to a field by a part of its name; of several, by letter."""
        typed = typed or self.talk.line(_("parte del nombre: "))
        if not typed:
            return
        by_code: dict[tuple[str, str], Goal] = {}
        for goal in best(self._goals(), typed):
            by_code.setdefault((goal.table, goal.code), goal)
        hits = list(by_code.values())
        if not hits:
            self.say(_("Ningún campo se llama así."))
            return
        named = [goal for goal in hits if goal.label.lower() == typed.lower()]
        if len(hits) == 1 or len(named) == 1:
            self.visit(named[0] if named else hits[0])
            return
        more = len(hits) - MOST
        title = _("Campos:")
        if more > 0:
            title = _("Campos, y {n} más: escriba más del nombre para oírlos.").format(n=more)
        shown = hits[:MOST]
        place = self.talk.choose(title, [f"{goal.label}. {goal.where}" for goal in shown])
        if place is not None:
            self.visit(shown[place])

    def visit(self, goal: Goal) -> None:
        """Ask a field."""
        self._last = goal
        self.intake.at(goal.stage, goal.code)
        if goal.code == view.NARRATIVE:
            self.narrative()
            return
        order = self.fields.visit(goal)
        self.keep("", "")
        self._after(order)

    def next_field(self) -> None:
        """The field after the one that was asked last."""
        plain = [goal for goal in self._goals() if "." not in goal.code or not self._is_row(goal)]
        codes = [(goal.stage, goal.table, goal.code) for goal in plain]
        last = self._last
        at = (last.stage, last.table, last.code) if last else None
        place = codes.index(at) + 1 if at in codes else 0
        if place < len(plain):
            self.visit(plain[place])
        else:
            self.say(_("Era el último campo."))

    def _is_row(self, goal: Goal) -> bool:
        return view.field_of(self.protocol, goal.table, goal.code) is None

    def _question(self) -> None:
        person = self.intake.current("person")
        people = (entry for entry in self.assessment.people if person and entry.id == person.id)
        asked = next(people, None)
        codes = asked.next if asked else self.assessment.next
        self.go_to_code(codes[0] if codes else "")

    def go_to_code(self, code: str) -> None:
        """Ask the field, or the row of a checklist, of a code."""
        goal = next((goal for goal in self._goals() if goal.code == code), None)
        if goal is None:
            self.say(_("No falta nada del mínimo"))
        else:
            self.visit(goal)

    def leave(self) -> None:
        """Put the call aside, unfinished; the list that follows is read from the disk and has it then."""
        if self.talk.sure(_("¿Dejarla sin terminar? Nada se pierde y se ofrece al abrir.")):
            if not self.talk.workspace.writer.drain(WAITS):
                self.say(_("La llamada quedó sin terminar; falta guardarla. Luego aparece en la lista."))
            self.over = True

    def wait(self, ending: Callable[[Callable[[], object]], object]) -> None:
        """End the call by a deed; a disk that refuses does not hold up the next call."""
        done = threading.Event()
        ending(lambda *_: done.set())
        if done.wait(WAITS):
            self.say(_("La llamada terminó y está guardada."))
        else:
            self.say(
                _(
                    "La llamada terminó; falta guardarla. En cuanto el disco lo acepte aparece en el escritorio."
                )
            )
        self.over = True

    # cards

    def emergency(self) -> None:
        """What to read to 911; only the word for it notes that it was done."""
        self.think()
        self.say(*said.emergency(self.intake, self.assessment))
        if at := said.escalated(self.intake):
            self.say(at)
            self._withdraw()
            return
        if self.talk.line(_("l anota que se avisó al 911; Enter vuelve sin anotar: ")) == "l":
            self.intake.escalate(lambda _at: None)
            self.think()
            self.say(said.escalated(self.intake))
        else:
            self.say(_("No se anotó ningún aviso al 911."))

    def _withdraw(self) -> None:
        if self.talk.line(_("«no» lo retira si no se avisó; Enter lo deja: ")) == "no":
            self.intake.withdraw()
            self.think()
            self.say(_("Retirado: consta que no se avisó al 911."))

    def finish(self) -> None:
        """The closing."""
        from lnctp_tui.cli.plain.closing import Closing

        Closing(self).run()
