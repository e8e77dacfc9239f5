"""Every save of a case: who, when, which field, from what to what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.domain.records.document import MEMBERS, Document
from lnctp_tui.domain.values import stretches
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.dialogs import PickDialog
from lnctp_tui.screens.labels import AGE, Words
from lnctp_tui.screens.lists.list_screen import Job, ListScreen
from lnctp_tui.screens.times import moment
from lnctp_tui.services.case import cases
from lnctp_tui.services.case.cases import HistoryLine
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.reader import GAP, Part, Reader
from lnctp_tui.widgets.row_list import Cell, Line

PAGE = 200
LONGEST = 160
"""Characters of a value that is shown with what it became; of a longer text what went stands whole, then what came."""
LEAST = 8
"""Characters from which words that went are offered again."""


class Gone(NamedTuple):
    """Words that a narrative said, and says no more since a save."""

    at: str
    contact: str
    words: str


class HistoryScreen(ListScreen[list[HistoryLine]]):
    """Saves, newest first, page by page."""

    NAME = N_("Historial")
    GROUP = "history"
    AUTO_FOCUS = "Reader"
    READ_ON = frozenset()
    PAGED = PAGE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="history.leave"),
        Binding("v", "bring_back", N_("devolver al relato"), id="history.bring_back"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="history.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="history.help"),
    ]

    def __init__(self, case_id: str, document: Document) -> None:
        super().__init__()
        self.case_id = case_id
        self.document = document
        self._drawn = False

    @property
    def saves(self) -> list[HistoryLine]:
        """The saves that were read."""
        return self.view or []

    def compose(self) -> ComposeResult:
        folio = self.document["case"].get("folio") or ""
        yield Static(Content(f"{self.heading} · {folio}"), classes="bar")
        yield Reader()
        yield KeyBar()

    def action_again(self) -> None:
        """That it was read is noted in the chain of views."""
        self.shell.workspace.writer.submit(deed("viewed", self.case_id, "history"))
        self.read()

    def job(self, limit: int) -> Job[list[HistoryLine]]:
        """The newest saves."""
        store, case_id = self.shell.workspace.store, self.case_id
        return lambda: cases.history(store, case_id, limit, None)

    def next_page(self, view: list[HistoryLine]) -> Job[list[HistoryLine]]:
        """The saves before the last one."""
        store, case_id = self.shell.workspace.store, self.case_id
        return lambda: [*view, *cases.history(store, case_id, PAGE, view[-1].seq)]

    def count(self, view: list[HistoryLine]) -> int:
        """How many were read."""
        return len(view)

    def draw(self) -> None:
        """The saves, from where one was reading."""
        if self.view is None:
            return
        workspace = self.shell.workspace
        words = Words(workspace.protocol, workspace.zone, {workspace.counselor_id: workspace.counselor_name})
        words.know(self.document)
        parts = history_parts(self.view, self.document, words, whole=not self.rows.more)
        self.query_one(Reader).show(parts, stay=self._drawn)
        self._drawn = True

    def action_bring_back(self) -> None:
        """Words that went from a narrative, to stand at its end again."""
        found = gone(self.saves)
        if not found:
            self.notify(_("Del relato no se ha quitado nada en lo que se leyó hasta aquí."), markup=False)
            return
        zone = self.shell.workspace.zone
        lines = [
            Line((Cell(moment(one.at, zone), 18, "muted"), Cell(" ".join(one.words.split()))), str(number))
            for number, one in enumerate(found)
        ]

        def bring(key: str | None) -> None:
            if key:
                self.shell.bring_back(self.case_id, found[int(key)].contact, found[int(key)].words)

        title = _("Lo que se quitó del relato: Enter lo pone al final")
        stay = _("Dejarlo como está")
        self.app.push_screen(PickDialog(title, lines, purpose="history.bring_back", stay=stay), bring)


def history_parts(
    saves: Sequence[HistoryLine], document: Document, words: Words, *, whole: bool
) -> list[Part]:
    """The saves as parts, newest first. `whole`: the first save of the case is among them."""
    if not saves:
        return [Part("quiet", _("Todavía no hay nada guardado."))]
    titles = _titles(document, words)
    states: dict[tuple[str, str], dict[str, Any]] = {}
    parts: list[Part] = []
    for save in reversed(saves):
        title = titles.get(save.row) or words.table(save.table)
        rows = [Part("heading", f"{moment(save.at, words.zone)} · {save.actor} · {title}")]
        before = states.get((save.table, save.row), {})
        after = states[save.table, save.row] = before | save.patch
        was, now = words.ages(before), words.ages(after)
        # The columns of an age are one answer, said as it is typed.
        for code in dict.fromkeys("age" if code in AGE else code for code in save.patch):
            if code == "case_id" and now[code] == document["case"].get("id"):
                continue
            met = code in before or (code == "age" and not before.keys().isdisjoint(AGE))
            old = words.value(save.table, code, was.get(code)) if met else "" if whole else "…"
            new = words.value(save.table, code, now.get(code))
            rows.append(Part("pair", _arrow(old, new), words.field(save.table, code)))
        parts = [*rows, GAP, *parts]
    return parts


def _titles(document: Document, words: Words) -> dict[str, str]:
    """Record id → what it is: `Persona «Ana»`."""
    titles = {}
    for table in MEMBERS:
        for record in document.get(table, ()):
            name = record.get("name") or record.get("value") or ""
            titles[record["id"]] = f"{words.table(table)} «{name}»" if name else words.table(table)
    return titles


def _arrow(old: str, new: str) -> str:
    if old and max(len(old), len(new)) > LONGEST:
        went, came = stretches.in_words(old, new)
        sides = [
            f"− {went}" if went else "",
            f"+ {_short(came)}" if came else "",
            "" if new else _("(vacío)"),
        ]
        return "\n".join(filter(None, sides))
    new = new or _("(vacío)")
    return f"{_short(old)} → {_short(new)}" if old else _short(new)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rstrip()}…"


def gone(saves: Sequence[HistoryLine]) -> list[Gone]:
    """What went from the narratives in these saves (newest first), the newest first."""
    stands: dict[str, str] = {}
    found: list[Gone] = []
    for save in reversed(saves):
        if save.table == "contacts" and "narrative" in save.patch:
            old, new = stands.get(save.row, ""), str(save.patch["narrative"] or "")
            words = stretches.in_words(old, new)[0].strip()
            found += [Gone(save.at, save.row, words)] if len(words) >= LEAST else []
            stands[save.row] = new
    return found[::-1]
