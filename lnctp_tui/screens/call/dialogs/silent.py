"""A call in which nobody speaks: stay, ask for yes and no by taps or keys, look for earlier calls, open a case."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from lnctp_tui.domain.protocol.protocol import Field, Line, Script
from lnctp_tui.domain.records.document import answer
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.widgets.form.wording import told
from lnctp_tui.widgets.keys import KeyBar

if TYPE_CHECKING:
    from collections.abc import Callable

    from lnctp_tui.services.call.intake import Intake

SAID = {"yes": N_("sí"), "no": N_("no"), "unknown": N_("sin respuesta"), "refused": N_("no quiso")}


class SilentCall(AppDialog["str | None"]):
    """The script line by line; a line that asks takes the answer that was tapped. Answers a key to go on with.

    `emergency`, `earlier`, `number`, the digit of another kind, or nothing. Nothing is
    taken for an answer but a key of the counselor's.
    """

    PURPOSE = "silent"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s,y", "tapped('yes')", N_("sí (un golpe)"), key_display="s", id="silent.yes"),
        Binding("n", "tapped('no')", N_("no (dos)"), key_display="n", id="silent.no"),
        Binding("f8,e", "emergency", N_("EMERGENCIA"), id="silent.emergency"),
        Binding("c", "open_case", N_("abrir caso"), id="silent.case"),
        Binding("escape,w", "dismiss(None)", N_("volver"), key_display="Esc", id="silent.close"),
        Binding("question_mark", "tapped('unknown')", N_("sin respuesta"), key_display="?", id="silent.open"),
        Binding("t", "dismiss('number')", N_("anotar el número"), id="silent.number"),
        Binding("f7,p", "dismiss('earlier')", N_("previas"), id="silent.earlier"),
        Binding("backspace", "tapped('')", N_("no preguntado"), show=False, id="silent.clear"),
        *(
            Binding(
                digit, f"dismiss('{digit}')", N_("tipo de contacto"), show=False, id=f"silent.kind{digit}"
            )
            for digit in "1234567890"
        ),
    ]

    def __init__(self, intake: Intake, script: Script, tell: Callable[[], object]) -> None:
        """`tell`: the form below hears of an answer at once, and shows how urgent it is."""
        super().__init__()
        self.tell = tell
        self.intake = intake
        self.script = script
        self.lines = script.lines

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall", id="silent"):
            yield Static(Content(pick(self.script.title)), classes="dialog-title")
            yield OptionList(*(Option(self._line(line)) for line in self.lines), markup=False)
            yield Static(self._case(), id="silent-case", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.highlighted = next((n for n, line in enumerate(self.lines) if line.asks), 0)
        options.focus()

    def _line(self, line: Line) -> Content:
        answer = self._said(line.asks)
        mark = f"[{_(SAID.get(answer, answer)) if answer else ' · '}] " if line.asks else "    "
        return Content.assemble((mark, "bold"), told(line, self.intake.protocol))

    def _said(self, code: str) -> str:
        case = self.intake.document["case"]
        return str(answer(case, code) or case.get(code) or "") if code else ""

    def _case(self) -> str:
        if not self.intake.document["case"]:
            return _("Sin caso todavía: c abre uno.")
        folio = self.intake.folio  # it comes with the transaction
        return _("Caso {folio} abierto.").format(folio=folio) if folio else _("Caso abierto.")

    def _field(self, code: str) -> Field | None:
        return view.field_of(self.intake.protocol, "case", code)

    def action_tapped(self, said: str) -> None:
        """Keep what was tapped for the line under the cursor, and go on to the next that asks."""
        options = self.query_one(OptionList)
        here = options.highlighted
        if here is None or not self.lines[here].asks:
            self.notify(_("Este renglón no pregunta: elija con las flechas uno con [ ]."), markup=False)
            return
        if field := self._field(self.lines[here].asks):
            self.intake.enter(field, said)
            self.tell()
        options.replace_option_prompt_at_index(here, self._line(self.lines[here]))
        self.query_one("#silent-case", Static).update(self._case())
        options.highlighted = next(
            (n for n, each in enumerate(self.lines) if n > here and each.asks and said), here
        )

    def action_emergency(self) -> None:
        """The card with what to read to 911."""
        self.dismiss("emergency")

    def action_open_case(self) -> None:
        """A case, although nobody has spoken."""
        self.intake.open_case()
        self.tell()
        self.query_one("#silent-case", Static).update(self._case())

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        """Enter on a line decides nothing: it goes to the next one that asks."""
        options = self.query_one(OptionList)
        after = (n for n, line in enumerate(self.lines) if n > event.option_index and line.asks)
        options.highlighted = next(after, event.option_index)
