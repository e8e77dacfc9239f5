"""How a field is asked and answered in lines. Enter leaves it, a wrong letter changes nothing, and both are said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lnctp_tui.cli.plain import said
from lnctp_tui.domain.protocol.protocol import Field, Row
from lnctp_tui.domain.values import lookup, values
from lnctp_tui.domain.values.values import ANSWERS, Parsed
from lnctp_tui.i18n import _, language, pick
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call import taught
from lnctp_tui.widgets.form.elements import question_text
from lnctp_tui.widgets.form.explain import explain

if TYPE_CHECKING:
    from lnctp_tui.cli.plain.call import Call
    from lnctp_tui.cli.plain.talk import Talk
    from lnctp_tui.screens.call.dialogs.find_field import Goal

LETTERS = 26
"""Rows that a list may have to be read at once with a letter each."""
MOST = 20
ANSWER = {"s": "yes", "si": "yes", "sí": "yes", "y": "yes", "yes": "yes", "n": "no", "no": "no",
          "?": "unknown", "r": "refused"}  # fmt: skip
F1 = "f1"
LEAVES = ("f8", "f9", "lock")
"""What is obeyed wherever a line is asked for."""


class Fields:
    """The fields of one call."""

    def __init__(self, talk: Talk, call: Call) -> None:
        self.talk, self.call = talk, call
        self.intake = call.intake
        self.protocol = call.protocol
        self.say = talk.say

    def visit(self, goal: Goal) -> str:
        """Ask the field, or the row of a checklist; the order that was given instead of an answer."""
        if field := view.field_of(self.protocol, goal.table, goal.code):
            return self._ask(field)
        prefix, _dot, row = goal.code.partition(".")
        checklist = view.field_of(self.protocol, goal.table, prefix)
        return self._row(checklist, row) if checklist else ""

    def _ask(self, field: Field) -> str:
        if script := self.protocol.scripts.get(field.script or ""):
            self.say(*said.script(script, self.intake))
        self._head(field)
        if field.kind == "checklist":
            return self._checklist(field)
        if field.kind == "long_text":
            return self.call.writing.write(field)
        if field.kind in ("yesno", "bool"):
            return self._yes_no(field)
        if field.kind in ("catalog", "reference"):
            return self._catalog(field)
        return self._text(field)

    def _head(self, field: Field) -> None:
        """What is asked, of whom, and what stands."""
        on = self._whose(field)
        label = pick(field.label)
        self.say(f"{label}. {on}" if on else label)
        if field.ask:
            self.say(pick(field.ask))
        if field.help:
            self.say(pick(field.help))
        if value := said.value(self.intake, field):
            self.say(_("Dice: {value}").format(value=value))

    def _whose(self, field: Field) -> str:
        current = self.intake.current(field.on)
        entries = view.entries(self.intake, field.on) if field.on not in ("case", "contact") else []
        return next((entry.name for entry in entries if current and entry.id == current.id), "")

    def _line(self, goal: str, prompt: str) -> tuple[str, str]:
        """(answer, order): a line that was typed by itself, or a key that means something everywhere."""
        typed = self.talk.ask(prompt, typing=lambda text: self.call.keep(goal, text))
        while typed.key == F1 or typed.lines in ((F1,), (F1.upper(),)):
            self.teach(goal)
            typed = self.talk.ask(prompt, typing=lambda text: self.call.keep(goal, text))
        if typed.pasted:
            self.say(_("Llegaron {n} renglones juntos: ninguno se obedece, todos van al relato.").format(
                n=len(typed.lines)))  # fmt: skip
            self.call.writing.append(typed.lines)
            return "", ""
        if typed.key:
            if typed.key == "^C" and self.talk.terminal.rest:
                self.say(
                    _("No se guardó lo que iba escribiendo: «{text}».").format(text=self.talk.terminal.rest)
                )
            if typed.key in ("^C", "."):
                self.talk.terminal.rest = ""
            return "", typed.key if typed.key in LEAVES else "."
        line = typed.lines[0].strip()
        return ("", line) if line.lower() in (*LEAVES, ".") else (line, "")

    def teach(self, goal: str) -> None:
        """Why this is asked, how and how not; of `<table>/<code>`, the code of a field or of a row."""
        table, _slash, code = goal.partition("/")
        prefix, _dot, row = code.partition(".")
        field = view.field_of(self.protocol, table, code)
        field, row = (field, "") if field else (view.field_of(self.protocol, table, prefix), row)
        place = self.intake.place
        stages = [stage.code for stage, asked in self.protocol.fields if asked is field]
        for stage in (place.stage if place else "", *stages):
            if field and (parts := taught.about(self.intake, stage, field, row)):
                self.say(*taught.read_out(parts))
                return
        self.say(_("De este campo no hay más ayuda."))

    # kinds of fields

    def _text(self, field: Field) -> str:
        line, order = self._line(f"{field.on}/{field.code}", f"{pick(field.label)}: ")
        if not line:
            return self._unchanged(order)
        self._tell(field, self.intake.enter(field, "" if line == "-" else line))
        return order

    def _unchanged(self, order: str) -> str:
        self.say(_("Quedó igual."))
        return order

    def _tell(self, field: Field, parsed: Parsed) -> None:
        value = said.value(self.intake, field)
        self.say(f"{pick(field.label)}: {value or _('(vacío)')}")
        if parsed.problem:
            self.say(explain(parsed.problem, parsed.facts))

    def _yes_no(self, field: Field) -> str:
        prompt = _("s, n: ") if field.kind == "bool" else _("s, n, ?, r: ")
        line, order = self._line(f"{field.on}/{field.code}", prompt)
        code = ANSWER.get(line.lower())
        if line == "-":
            self._tell(field, self.intake.enter(field, ""))
        elif code is None or (field.kind == "bool" and code not in ("yes", "no")):
            self._no_answer(line)
        else:
            self._tell(field, self.intake.enter(field, code))
        return order

    def _no_answer(self, line: str) -> None:
        if line:
            text = _("«{line}» no es s (sí), n (no), ? (no se sabe) ni r (no quiso decir). Quedó igual.")
            self.say(text.format(line=line))
        else:
            self.say(_("Quedó igual."))

    def _catalog(self, field: Field) -> str:
        rows = self._rows(field)
        if len(rows) <= LETTERS:
            self.say(*self.talk.lettered([self._label(row) for row in rows]))
            prompt = _("letra o palabra: ")
        else:
            rows, prompt = [], _("una parte del nombre: ")
        line, order = self._line(f"{field.on}/{field.code}", prompt)
        if not line:
            return self._unchanged(order)
        if line == "-":
            self._tell(field, self.intake.enter(field, ""))
        elif rows and len(line) == 1:
            self._take(field, rows, self.talk.letter(line.lower(), rows))
        else:
            self._search(field, line)
        return order

    def _rows(self, field: Field) -> list[Row]:
        catalog = self.protocol.catalogs.get(field.catalog or field.code)
        return [row for row in catalog.rows if not row.valid_to] if catalog else []

    def _label(self, row: Row) -> str:
        state = self.protocol.catalogs.get("state")
        where = state.by_code.get(row.extra.get("state", "")) if state else None
        return f"{pick(row.label)}, {pick(where.label)}" if where else pick(row.label)

    def _search(self, field: Field, typed: str) -> None:
        """What a few letters find: one that is named so is taken, of several a letter chooses."""
        catalog = self.protocol.catalogs.get(field.catalog or field.code)
        record = view.record_of(self.intake, field.on)
        within = values.state_of(field, record)
        hits = list(lookup.search(catalog, typed, language(), within=within)) if catalog else []
        named = [row for row in hits if lookup.key(typed) in map(lookup.key, (row.label.es, row.label.en))]
        named = [row for row in named if lookup.inside(row, within)] or named
        if len(named) == 1:
            self._take(field, named, 0)
        elif hits:
            more = len(hits) > MOST
            title = (
                _("Hay más de {n}; escriba más para oír los demás:").format(n=MOST)
                if more
                else _("Opciones:")
            )
            shown = hits[:MOST]
            free = [] if values.closed(field) else [_("dejarlo como texto: {text}").format(text=typed)]
            place = self.talk.choose(title, [*map(self._label, shown), *free])
            if place == len(shown):
                self._tell(field, self.intake.enter(field, typed))
            else:
                self._take(field, shown, place)
        elif values.closed(field):
            self.say(_("«{word}» no está en la lista; nada cambió.").format(word=typed))
        elif self.talk.sure(_("«{text}» no está en la lista. ¿Guardarlo como texto?").format(text=typed)):
            self._tell(field, self.intake.enter(field, typed))
        else:
            self.say(_("Quedó igual."))

    def _take(self, field: Field, rows: Sequence[Row], place: int | None) -> None:
        if place is None:
            self.say(_("Quedó igual."))
            return
        row = rows[place]
        self.intake.choose(field, row.code)
        self.say(f"{pick(field.label)}: {self._label(row)}")

    # checklists

    def _checklist(self, field: Field) -> str:
        """Row by row; Enter goes on without an answer."""
        self.say(
            _(
                "Renglón por renglón: s, n, ?, r; un guion quita la respuesta; Enter sigue sin contestar; un "
                "punto sale."
            )
        )
        for row in self._rows(field):
            order = self._row(field, row.code)
            if order:
                return "" if order == "." else order
        self.say(_("Fin de la lista."))
        return ""

    def _row(self, field: Field, code: str) -> str:
        answer = f"{field.code}.{code}"
        record = view.record_of(self.intake, field.on)
        stored = (record.get("answers") or {}).get(answer)
        now = pick(ANSWERS[stored]) if stored in ANSWERS else _("no preguntado")
        self.say(f"{question_text(answer, self.protocol)} {now}")
        line, order = self._line(f"{field.on}/{answer}", _("s, n, ?, r: "))
        value = ANSWER.get(line.lower())
        if line == "-":
            value = None
        elif value is None:
            if line:
                self._no_answer(line)
            return order
        self.intake.mark(self.intake.current(field.on), answer, value)
        self.say(pick(ANSWERS[value]) if value else _("no preguntado"))
        self.call.think()
        return order
