"""A whole case to read, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.domain.records.document import Document
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens import registry
from lnctp_tui.screens.base import LISTS, AppScreen, Given, write
from lnctp_tui.screens.case.case_shared import SharedCase, around
from lnctp_tui.screens.case.case_text import case_parts
from lnctp_tui.screens.case.find_case import FindCaseDialog
from lnctp_tui.screens.dialogs import TextDialog
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.times import moment
from lnctp_tui.services.case import cases
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.services.vault.pending_writes import DRAFT_OF
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.reader import Reader

if TYPE_CHECKING:
    from lnctp_tui.screens.case.case_shared import Around

NOTE = "note:"
"""Draft of a note to a case."""


def noting(case_id: str) -> CaseScreen:
    """The case view that opens with its note being written."""
    return CaseScreen(case_id, note=True)


class CaseScreen(AppScreen[None]):
    """Everything known of a case."""

    NAME = N_("Caso")
    CSS_PATH = LISTS
    AUTO_FOCUS = "Reader"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "conflicts", N_("decidir"), tooltip=N_("Datos con dos valores"), id="case.conflicts"),
        Binding("e", "edit", N_("editar"), id="case.edit"),
        Binding("a", "note", N_("nota"), tooltip=N_("añadir nota"), id="case.note"),
        Binding("c", "call", N_("llamar"), tooltip=N_("tarjeta antes de llamar"), id="case.call"),
        *registry.case_keys(),
        Binding("w", "go_of_case('case_pending')", N_("pendientes"), id="case.pending"),
        Binding("l", "go_of_case('links')", N_("vínculos"), id="case.links"),
        Binding("m", "merge", N_("unir"), id="case.merge"),
        Binding("m", "unmerge", N_("deshacer la unión"), id="case.unmerge"),
        Binding("x", "close", N_("cerrar"), id="case.close"),
        Binding("x", "reopen", N_("reabrir"), id="case.reopen"),
        Binding("f6,b", "directory", N_("directorio"), key_display="F6", id="case.directory"),
        Binding("f", "go_of_case('files')", N_("carpetas"), id="case.files"),
        Binding("question_mark", "app.help", N_("teclas"), key_display="?", id="case.help"),
        Binding("h,H", "history", N_("historial"), show=False, id="case.history"),
        Binding("f7,p", "earlier", N_("previas"), show=False, id="case.earlier"),
        Binding("y", "go_of_case('supports')", N_("apoyo"), show=False, id="case.supports"),
        Binding("v", "link", N_("vincular"), show=False, id="case.link"),
        Binding("t", "offer", N_("ofrecer a colega"), show=False, id="case.offer"),
        Binding("s", "assign", N_("asignar"), show=False, id="case.assign"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="case.new"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="case.leave"),
    ]
    """The bar shows what is done daily, in this order; `?` has all of them."""

    def __init__(self, case_id: str, *, note: bool = False) -> None:
        super().__init__()
        self.case_id = case_id
        self.place = ("case", case_id)
        """How to come back here after a lock."""
        self._to_note = note
        """Whether a note was being written when it locked."""
        self.document: Document | None = None
        self._seen = False
        self.shared = SharedCase(self, case_id, self._read)

    @property
    def case(self) -> dict[str, Any]:
        """The case's own record."""
        return self.document["case"] if self.document else {}

    def compose(self) -> ComposeResult:
        yield Static(id="top", classes="bar")
        yield Static(id="state", classes="text")
        yield Reader()
        yield KeyBar()

    def on_mount(self) -> None:
        self._read()

    def on_screen_resume(self) -> None:
        """It may have been edited meanwhile."""
        if self.document is not None:
            self._read()

    def news(self, scopes: frozenset[str]) -> None:
        """A colleague wrote in it."""
        self.shared.news(scopes)

    def _read(self) -> None:
        workspace, case_id = self.shell.workspace, self.case_id
        self.shell.in_reader(
            lambda: (
                cases.document(workspace.store, case_id),
                around(workspace, case_id),
            ),
            self._show,
            group="case",
        )

    def _show(self, case: tuple[Document, Around]) -> None:
        document, beside = case
        stay = self.document is not None
        if not stay:
            self.shared.ask_offers()
        self.document, self.shared.around = document, beside
        if not self._seen:  # noted in the chain of views once, when it was really shown
            self._seen = True
            self.shell.workspace.writer.submit(deed("viewed", self.case_id, "case"))
        workspace = self.shell.workspace
        mine = {workspace.counselor_id: workspace.counselor_name}
        words = Words(workspace.protocol, workspace.zone, beside.names | mine)
        self.query_one("#top", Static).update(Content(f"{self.heading} {self.case.get('folio') or ''}"))
        self.query_one("#state", Static).update(Content(self._state(words)))
        today = workspace.store.now().date()
        words.know(document)
        parts = [*self.shared.parts(words), *case_parts(document, words, today=today)]
        self.query_one(Reader).show(parts, stay=stay)
        self.refresh_bindings()
        if self._to_note:
            self._to_note = False
            self.action_note()

    def _state(self, words: Words) -> str:
        phrases = [
            words.value("cases", code, self.case.get(code)) for code in ("status", "triage", "report_class")
        ]
        opened = moment(self.case.get("opened_at"), words.zone)
        if opened:
            phrases.append(_("abierto el {at}").format(at=opened))
        phrases += self.shared.state(self.case.get("owner_id"))
        return " · ".join(phrase for phrase in phrases if phrase)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what this case allows."""
        status = self.case.get("status")
        allowed: dict[str, bool] = self.shared.allowed | {
            "note": self.document is not None,
            "call": status in cases.OPEN,
            "close": status in cases.OPEN,
            "reopen": status == "closed",
            "merge": status in (*cases.OPEN, "closed"),
            "unmerge": status == "merged",
        }
        return allowed.get(action, True)

    def _do(self, job: Deed, message: str, given: Given[Any] | None = None) -> None:
        """Queue a write; when it is on the disk, say so and read the case again."""

        app = self.app

        def stored(_result: Any) -> None:
            app.notify(message, markup=False)
            self._read()

        write(self, job, stored, given=given)

    def action_conflicts(self) -> None:
        """Side by side."""
        self.shell.go("conflicts", self.case_id)

    def action_offer(self) -> None:
        """Offer it to a colleague."""
        self.shared.hand(assign=False)

    def action_assign(self) -> None:
        """Give it to a colleague."""
        self.shared.hand(assign=True)

    def action_edit(self) -> None:
        """Open it in the form."""
        self.shell.edit_case(self.case_id)

    def action_note(self) -> None:
        """Add a note; notes are never edited."""

        workspace, key = self.shell.workspace, NOTE + self.case_id

        def add(text: Given[str] | None) -> None:
            if text:
                job = deed("noted", self.case_id, text.value, DRAFT_OF + key)
                self._do(job, _("Nota guardada."), text)
            elif str(workspace.draft(key, "")).strip():
                self.notify(_("La nota queda como borrador: «a» sigue con ella."), markup=False)

        title = _("Nota nueva (se añade; no se puede cambiar después)")
        place = ("note", self.case_id)
        begun = str(workspace.draft(key, ""))
        self.app.push_screen(TextDialog(title, begun, key, place, purpose="case.note"), add)

    def action_go_of_case(self, name: str) -> None:
        """Go to a screen of this case."""
        self.shell.go(name, self.case_id)

    def action_call(self) -> None:
        """To the card of the next call; nothing is dialled."""
        from lnctp_tui.screens.follow import closing

        closing.call(self, self.case_id)

    def action_history(self) -> None:
        """Who changed what, when."""
        from lnctp_tui.screens.case.history import HistoryScreen

        if self.document is not None:
            self.app.push_screen(HistoryScreen(self.case_id, self.document))

    def action_earlier(self) -> None:
        """Cases that may be about the same people."""
        from lnctp_tui.screens.case.matches import MatchesScreen

        if self.document is not None:
            self.app.push_screen(MatchesScreen(self.case_id, self.document))

    def action_directory(self) -> None:
        """Who may help in this case."""
        if self.document is not None:
            self.shell.go("directory", self.document)

    def action_link(self) -> None:
        """Note that another case may be linked."""

        def link(other_id: str | None) -> None:
            if other_id:
                self._do(
                    deed("link_say", self.case_id, other_id, "possible"),
                    _("Vinculado como posible."),
                )

        self.app.push_screen(FindCaseDialog(_("Vincular como posible con…"), self.case_id), link)

    def action_merge(self) -> None:
        """Say that this case and another are one matter; both folios keep working."""

        def merge(other_id: str | None) -> None:
            if other_id:
                message = _("Unido; los dos folios siguen sirviendo y se puede deshacer.")
                self._do(deed("merge", self.case_id, other_id), message)

        self.app.push_screen(FindCaseDialog(_("Es el mismo asunto que…"), self.case_id), merge)

    def action_unmerge(self) -> None:
        """Undo the merge."""
        self._do(deed("unmerge", self.case_id), _("Unión deshecha."))

    def action_close(self) -> None:
        """Close with a reason."""
        from lnctp_tui.screens.follow import closing

        if self.document is not None:
            disputed = bool(self.shared.around.conflicts)
            closing.close(self, self.document, disputed, self.shared.role, self._do)

    def action_reopen(self) -> None:
        """Open it again."""
        self._do(deed("status", self.case_id, "open"), _("Caso reabierto."))

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)
