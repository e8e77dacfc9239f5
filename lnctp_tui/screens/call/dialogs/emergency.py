"""The emergency card, over everything: the script, what to read to 911, one key to log the escalation."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.domain.assess.assess import Assessment
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import AppDialog
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call.emergency_data import abroad, ask_now, block, kept_unknown
from lnctp_tui.widgets.form.elements import question_text
from lnctp_tui.widgets.form.wording import told
from lnctp_tui.widgets.keys import KeyBar

if TYPE_CHECKING:
    from lnctp_tui.services.call.intake import Intake


class EmergencyCard(AppDialog[None]):
    """Nothing on it has to be filled; it reads what the form already knows."""

    PURPOSE = "emergency"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f8", "dismiss(None)", N_("volver a la llamada"), id="emergency.close"),
        Binding("l", "escalate", N_("anotar que se avisó al 911"), id="emergency.log"),
        Binding("enter", "ask", N_("cómo se anota"), show=False, id="emergency.ask"),
        Binding("ctrl+z", "withdraw", N_("retirar: no se avisó"), show=False, id="emergency.withdraw"),
        Binding("ctrl+y", "again", N_("rehacer"), show=False, id="emergency.again"),
        Binding("down,j", "scroll(1)", N_("bajar"), show=False, id="emergency.down"),
        Binding("up,k", "scroll(-1)", N_("subir"), show=False, id="emergency.up"),
    ]

    def __init__(self, intake: Intake, found: Assessment | None) -> None:
        super().__init__()
        self.intake = intake
        self.found = found

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall", id="emergency"):
            yield Static(" " + _("EMERGENCIA") + " · 911 ", id="emergency-title", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(self._script(), id="emergency-script", markup=False)
                yield Static(self._block(), id="emergency-block", markup=False)
            yield Static(self._logged(), id="emergency-log", markup=False)
            yield KeyBar()

    def _script(self) -> Content:
        protocol = self.intake.protocol
        script = protocol.scripts.get("emergency")
        lines = [
            f"{number}. {told(line, protocol)}"
            for number, line in enumerate(script.lines if script else (), 1)
        ]
        reasons = self.found.triage.reasons if self.found and self.found.triage.level == "emergency" else ()
        dangers = [
            f"! {question_text(code, self.intake.protocol)}" for code in reasons if code.startswith("danger.")
        ]
        return Content("\n".join([*lines, *dangers]))

    def _block(self) -> Content:
        document, protocol = self.intake.document, self.intake.protocol
        parts: list[Content] = [
            Content.styled(f"! {line}", "bold reverse") for line in abroad(document, protocol)
        ]
        parts.append(Content.styled(_("LEA EN VOZ ALTA"), "bold"))
        for title, lines in block(self.intake):
            texts = lines or [ask_now()]
            parts.append(Content.assemble((f"{title:<11} ", "bold"), ("\n" + " " * 12).join(texts)))
        if document["case"].get("anonymity") is None and not kept_unknown(document):
            parts.append(
                Content(_("No se ha preguntado si quiere ser anónima: pregunte antes de dar su nombre."))
            )
        return Content("\n").join(parts)

    def _logged(self) -> str:
        at = view.escalated_at(self.intake)
        if at:
            return _("✓ Se avisó al 911 a las {at} · caso urgente · ^Z si no se avisó").format(
                at=self._clock(at)
            )
        if gone := view.withdrawn(self.intake):
            noted, withdrawn = map(self._clock, gone)
            text = _(
                "Se anotó a las {noted} y se retiró a las {withdrawn}: no se avisó al 911. «l» anota un aviso."
            )
            return text.format(noted=noted, withdrawn=withdrawn)
        return _("«l» anota la hora del aviso y marca el caso como urgente.")

    def _clock(self, at: str) -> str:
        return view.clock(at, self.intake.workspace.zone, seconds=False)

    def action_ask(self) -> None:
        """Enter alone asserts nothing of a call to 911."""
        if not view.escalated_at(self.intake):
            text = _("No se anotó nada. Si ya avisó al 911, «l» anota la hora.")
            self.notify(text, severity="warning", markup=False)

    def action_escalate(self) -> None:
        """Log the hour once; the mark shows it at once."""
        if not view.escalated_at(self.intake):
            self.intake.escalate(self._log)

    def action_withdraw(self) -> None:
        """911 was not told: both hours stay."""
        if view.escalated_at(self.intake):
            self.intake.withdraw()
            self._log()
        else:
            self.notify(_("No hay ningún aviso al 911 que retirar."), markup=False)

    def action_again(self) -> None:
        """The notice that was withdrawn was one."""
        if self.intake.note_again():
            self._log()
        else:
            self.notify(_("No hay ningún aviso retirado que rehacer. «l» anota uno."), markup=False)

    def _log(self, _at: str = "") -> None:
        self.query_one("#emergency-log", Static).update(self._logged())

    def action_scroll(self, step: int) -> None:
        scroll = self.query_one(VerticalScroll)
        scroll.scroll_down(animate=False) if step > 0 else scroll.scroll_up(animate=False)
