"""Referrals of a case: their list, and one of them with its consent, its script, and what became of it.

Enter sends nothing: a datum leaves after its own `s`, and the whole after F9 and the name of who answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from lnctp_tui.domain.records.kinds import REFERRAL
from lnctp_tui.domain.referral import states
from lnctp_tui.domain.referral.consent import Entry
from lnctp_tui.domain.referral.data import EXPRESS
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import write
from lnctp_tui.screens.case import referral_lines, referral_outcome, referral_sending
from lnctp_tui.screens.case.referral_acts import ReferralActs
from lnctp_tui.screens.dialogs import FilterDialog
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.lists.columns import Column, Columns, Frame
from lnctp_tui.screens.lists.list_screen import NEWS, RESUME, Job, ListScreen
from lnctp_tui.screens.lists.records import RecordsScreen
from lnctp_tui.services.case import referrals
from lnctp_tui.services.case.record_form import RecordLine
from lnctp_tui.services.case.referral_after import ASKED, LEFT
from lnctp_tui.services.case.referrals import Opened
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import ArrowRows, Cell, Line, RowList
from lnctp_tui.widgets.title_bar import TitleBar

LEAVING = tuple((act,) for act in ("send", "warm", "printed", "document", "script"))
"""What is done before it left, and of the same sheet while it is open."""
LATER: dict[str, Callable[[ReferralActs, Opened], None]] = {
    "send": referral_sending.send, "warm": referral_sending.warm, "script": referral_sending.script,
    "printed": referral_sending.printed, "document": referral_sending.document, "outcome": referral_outcome.outcome,
}  # fmt: skip


def _status(line: RecordLine, frame: Frame) -> str:
    if states.overdue(line.record, frame.now):
        return _("vencida")
    return frame.words.code("referral_status", states.status_of(line.record))


def _look(line: RecordLine) -> str:
    return "warning" if states.status_of(line.record) in states.OPEN else "muted"


class ReferralsScreen(RecordsScreen):
    """To whom the case was referred, and how each stands."""

    NAME = N_("Canalizaciones")
    PLACE = "referrals"
    FORM = "referral"
    KIND = REFERRAL
    EMPTY = N_("Ninguna todavía: «a» prepara la primera.")
    COLUMNS = Columns(
        (
            Column(lambda line, _frame: str(line.record.get("reference") or ""), 9, "muted"),
            Column(lambda line, _frame: str(line.record.get("provider_name") or ""), None, "strong"),
            Column(_status, 26, _look),
        ),
        lambda line: line.record["id"],
    )

    def action_new(self) -> None:
        """Pick a provider of those on this laptop."""
        workspace = self.shell.workspace
        self.shell.in_reader(
            lambda: referrals.providers(workspace.store), self._pick_provider, group="providers"
        )

    def _pick_provider(self, found: Sequence[dict[str, Any]]) -> None:
        if not found:
            self.notify(
                _(
                    "No hay a quién canalizar: las instituciones se importan o llegan al sincronizar. "
                    "Las líneas nacionales están en el directorio (F6)."
                ),
                markup=False,
            )
            return
        words = self.frame.words
        lines = [
            Line(
                (
                    Cell(str(row.get("name") or ""), None, "strong"),
                    Cell(words.code("provider_kind", row.get("kind")), 26, "muted"),
                ),
                row["id"],
            )
            for row in found
        ]
        self.app.push_screen(FilterDialog(_("Canalizar a…"), lines, purpose="referral.new"), self._prepare)

    def _prepare(self, provider_id: str | None) -> None:
        if not provider_id:
            return
        referral, shell, case_id = referrals.new_id(), self.shell, self.case_id
        job = deed("referral_new", referral, case_id, None, provider_id)
        write(self, job, lambda _none: shell.go(self.FORM, f"{case_id}/{referral}"))


class ReferralScreen(ListScreen[Opened]):
    """One referral. `state`: `<case>/<referral>`."""

    NAME = N_("Canalizar")
    PLACE = "referral"
    GROUP = "referral"
    READ_ON = frozenset({NEWS, RESUME})
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "answer('yes')", N_("sí"), id="referral.yes"),
        Binding("n", "answer('no')", N_("no"), id="referral.no"),
        Binding("question_mark", "answer('')", N_("no preguntado"), key_display="?", id="referral.unasked"),
        Binding("e", "express", N_("expreso"), id="referral.express"),
        Binding("p", "ask('person')", N_("de quién"), id="referral.person"),
        Binding("q", "ask('by')", N_("quién acepta"), id="referral.by"),
        Binding("c", "ask('consent')", N_("acepta"), id="referral.consent"),
        Binding("t", "ask('text')", N_("qué contar"), id="referral.text"),
        Binding("u", "ask('channel')", N_("por dónde"), id="referral.channel"),
        Binding("b", "ask('basis')", N_("fundamento"), id="referral.basis"),
        Binding("f9", "ask('send')", N_("enviada"), id="referral.send"),
        Binding("w", "ask('warm')", N_("en línea"), id="referral.warm"),
        Binding("i", "ask('printed')", N_("imprimir"), id="referral.print"),
        Binding("j", "ask('document')", N_("JSON"), key_display="j", id="referral.json"),
        Binding("g", "ask('script')", N_("guion"), id="referral.script"),
        Binding("r", "ask('outcome')", N_("qué pasó"), id="referral.outcome"),
        Binding("f1", "app.help", N_("teclas"), show=False, id="referral.help"),
        Binding("escape", "leave", N_("volver"), key_display="Esc", id="referral.leave"),
    ]

    def __init__(self, state: str) -> None:
        super().__init__()
        self.case_id, _slash, self.referral_id = state.partition("/")
        self.place = (self.PLACE, state)
        self.acts = ReferralActs(self, self.referral_id, self.words_of)

    def compose(self) -> ComposeResult:
        yield TitleBar(self.heading, id="top")
        yield ArrowRows(id="list")
        yield KeyBar()

    def job(self, limit: int) -> Job[Opened]:
        """Reads it, and what would leave."""
        store, referral = self.shell.workspace.store, self.referral_id
        return lambda: referrals.load(store, referral)

    def news(self, scopes: frozenset[str]) -> None:
        """A colleague wrote in the case."""
        if self.case_id in scopes:
            self.read()

    def words_of(self, view: Opened) -> Words:
        """Words that know the people of the case."""
        words = self.frame.words
        words.know(view.document)
        return words

    def lines(self, view: Opened) -> Sequence[Line]:
        """To whom, by which number, who accepts, each datum as it is read aloud, what is missing, the script."""
        title = _("Canalizar a {provider}").format(provider=view.sheet.recipient)
        self.query_one(TitleBar).show(f"{title}   {view.sheet.reference}")
        return referral_lines.lines(view, self.words_of(view), self.frame, self.shell.workspace.protocol)

    @property
    def _entry(self) -> Entry | None:
        key = self.query_one(RowList).key
        entries = self.view.sheet.entries if self.view else ()
        return next((entry for entry in entries if entry.datum == key), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Before it left it is filled; afterwards only what became of it is written."""
        status = states.status_of(self.view.referral) if self.view else ""
        if parameters == ("outcome",):
            return status in (*states.OPEN, *ASKED)
        if parameters in LEAVING:
            return status in ("prepared", *LEFT)
        if action in ("answer", "express", "ask"):
            return self.view is not None and states.may(self.view.referral, "sent")
        return super().check_action(action, parameters)

    def action_answer(self, said: str) -> None:
        """Note what the person said of the datum under the cursor."""
        entry = self._entry
        if entry is None or not entry.facts or entry.free:
            self.notify(_("Aquí no hay un dato que preguntar."), markup=False)
            return
        self.acts.do(deed("referral_answer", self.referral_id, entry.datum, said or None, entry.express))

    def action_express(self) -> None:
        """Note that the yes was said expressly, or not."""
        entry = self._entry
        if entry is not None and entry.answer == "yes" and entry.datum in EXPRESS:
            self.acts.do(deed("referral_answer", self.referral_id, entry.datum, "yes", not entry.express))

    def action_ask(self, what: str) -> None:
        """Ask in a dialog; nothing of it leaves by Enter alone."""
        if self.view is not None:
            if what in LATER:
                LATER[what](self.acts, self.view)
            else:
                getattr(self.acts, what)(self.view)
