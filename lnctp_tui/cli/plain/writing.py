"""The narrative, and other long texts, line by line: on the disk while they are typed, and as they were typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lnctp_tui.cli.plain import said
from lnctp_tui.domain.protocol.protocol import Field
from lnctp_tui.domain.values import values
from lnctp_tui.domain.values.values import Parsed
from lnctp_tui.i18n import _, pick
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.widgets.form.explain import explain

if TYPE_CHECKING:
    from lnctp_tui.cli.plain.call import Call
    from lnctp_tui.cli.plain.talk import Talk

HALF = "half"
"""In the draft: the last line of the text was not finished."""
LEAVES = (".", "f8", "f9")
"""Lines that are no text when they were typed by hand, alone."""


class Writing:
    """The long texts of one call."""

    def __init__(self, talk: Talk, call: Call) -> None:
        self.talk, self.call = talk, call
        self.intake = call.intake
        self.protocol = call.protocol
        self.say = talk.say
        self._half = ""

    def narrative(self, *, half: bool = False) -> str:
        """Lines into the narrative; the order that ended them."""
        field = view.field_of(self.protocol, "contact", view.NARRATIVE)
        return self.write(field, half=half) if field else ""

    def write(self, field: Field, *, half: bool = False) -> str:
        """Lines until a lone point, Esc, or the key of an order, which is answered.

        `half`: the last line was not finished when the process ended; it is said, and goes on.
        """
        text = self._text(field)
        if half:
            text, _end, self.talk.terminal.rest = text.rpartition("\n")
        at = f"{field.on}/{field.code}"
        self._half = HALF if half else ""
        stage = next((stage.code for stage, asked in self.protocol.fields if asked is field), "")
        self.intake.at(stage, field.code)
        self.say(_("{field}: escriba renglones; cada uno se guarda. Un punto solo, o Esc, sale.").format(
            field=pick(field.label)))  # fmt: skip

        def typing(unfinished: str) -> None:
            self.intake.enter(field, _joined(text, unfinished))
            self._note(at, HALF if unfinished else "")

        while True:
            typed = self.talk.ask(f"{pick(field.label).lower()}: ", typing=typing)
            rest = self.talk.terminal.rest
            if typed.key == "f1":
                self.call.fields.teach(at)
                continue
            if typed.key:
                self.talk.terminal.rest = ""
                self._entered(field, _joined(text, rest))
                self._note(at, "")
                return "" if typed.key in (".", "^C") else typed.key
            order = typed.lines[0].strip() if not (typed.pasted or rest) else ""
            if order in LEAVES:
                self._entered(field, text)
                self._note(at, "")
                return "" if order == "." else order
            for line in typed.lines:
                text = f"{text}\n{line}" if text else line
            self._entered(field, _joined(text, rest))

    def _text(self, field: Field) -> str:
        stored = view.record_of(self.intake, field.on).get(values.key(field))
        return str(stored or "") or said.value(self.intake, field)

    def _note(self, at: str, half: str) -> None:
        """Twice a line, not with each key: what is noted between two edits would make two changes of them."""
        if half != self._half:
            self._half = half
            self.call.keep(at, half)

    def _entered(self, field: Field, text: str) -> None:
        parsed: Parsed = self.intake.enter(field, text)
        self.intake.writer.flush()
        if parsed.problem:
            self.say(explain(parsed.problem, parsed.facts))

    def append(self, lines: Sequence[str]) -> None:
        """What came in several lines at once where one answer was asked for."""
        field = view.field_of(self.protocol, "contact", view.NARRATIVE)
        if field is not None:
            rest, self.talk.terminal.rest = self.talk.terminal.rest, ""
            self._entered(field, "\n".join(filter(None, (self._text(field), *lines, rest))))

    def read(self) -> None:
        """The narrative, line by line."""
        field = view.field_of(self.protocol, "contact", view.NARRATIVE)
        text = self._text(field) if field else ""
        self.say(*(text.split("\n") if text else [_("(vacío)")]))


def _joined(text: str, unfinished: str) -> str:
    return f"{text}\n{unfinished}" if text and unfinished else text or unfinished
