"""One person at a terminal, one call after the other, and how that person is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import ascii_lowercase
from typing import TYPE_CHECKING

from lnctp_tui import programs
from lnctp_tui.app_lock import LOCKED
from lnctp_tui.cli.plain import said
from lnctp_tui.cli.plain.call import Call
from lnctp_tui.cli.plain.terminal import Leave, Terminal, Typed
from lnctp_tui.domain.records.columns import REPEATABLE
from lnctp_tui.i18n import _
from lnctp_tui.i18n.messages import explain_code
from lnctp_tui.services.call import calls
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.updates import telling

if TYPE_CHECKING:
    from lnctp_tui.services.vault.workspace import Workspace

DRAFT = "plain"
"""What is being written when it is in no field yet, for after a lock or a crash."""
MOST = 20
"""Lines of a list that are read at once; a longer one asks for more letters."""


class Talk:
    """One person at a terminal, one call after the other."""

    def __init__(self, terminal: Terminal, workspace: Workspace) -> None:
        self.terminal = terminal
        self.workspace = workspace
        self.say = terminal.say
        self._told: telling.Outcome | None = None

    def run(self, *, resumes: bool) -> None:
        """Calls until somebody leaves. `resumes`: this terminal was locked, or fell over, in the middle of one."""
        last = self.workspace.draft(DRAFT)
        open_calls = calls.unfinished(self.workspace.store)
        if resumes and last in [call.contact_id for call in open_calls]:
            self._reopen(last)
        elif not open_calls:
            self._begin()
        while self._desk():
            continue

    def keep(self) -> None:
        """What stands in the unfinished line goes to the disk with the rest."""
        self.workspace.writer.flush()

    # between calls

    def _desk(self) -> bool:
        """Whether to go on: a new call, an unfinished one by its letter, or the end."""
        open_calls = calls.unfinished(self.workspace.store)[:MOST]
        self._tell_version(waits=bool(open_calls))
        self.say(*self.lettered([said.unfinished(call, self.workspace.zone) for call in open_calls]))
        word = self.line(_("n llamada nueva, letra sigue una, salir: "))
        if word in ("salir", "quit"):
            return False
        if word == "lock":
            raise Leave(LOCKED)
        if word == "n":
            self._begin()
        elif (place := self.letter(word, open_calls)) is not None:
            self._reopen(open_calls[place].contact_id)
        return True

    def _tell_version(self, *, waits: bool) -> None:
        """What came of looking for a new version, when it is not what was told before."""
        told = telling.outcome(self.workspace.home, waits=waits) if programs.frozen() else None
        if told is not None and told != self._told:
            self.say(str(explain_code(told.code, mb=told.megabytes)))
        self._told = told

    def _begin(self) -> None:
        self._take(Intake.start(self.workspace), "")

    def _reopen(self, contact_id: str) -> None:
        """An unfinished call, at the line that was being written."""
        intake = Intake.reopen(self.workspace, contact_id)
        record_id = intake.place.record if intake.place else ""
        for on in REPEATABLE:
            current = intake.current(on)
            if current and any(row.get("id") == record_id for row in intake.rows(on)):
                intake.select(on, current._replace(id=record_id))
        draft = self.workspace.draft(f"{DRAFT}:{contact_id}") or {}
        self._take(intake, draft.get("at", ""), draft.get("text", ""))

    def _take(self, intake: Intake, at: str, begun: str = "") -> None:
        self.workspace.keep_draft(DRAFT, intake.contact.id)
        Call(self, intake).run(at, begun)
        self.workspace.keep_draft(DRAFT, None)

    def note(self, intake: Intake, at: str, text: str) -> None:
        """Remember the line of a call that is being written, for after a lock or a crash."""
        self.workspace.keep_draft(f"{DRAFT}:{intake.contact.id}", {"at": at, "text": text} if at else None)

    # how things are asked

    def ask(self, prompt: str, *, typing: Callable[[str], object] = lambda _: None) -> Typed:
        """The next line or key."""
        typed = self.terminal.ask(prompt, typing=typing)
        if typed.key == "lock":
            raise Leave(LOCKED)
        return typed

    def line(self, prompt: str) -> str:
        """One short answer, without blanks around; empty for Enter, for a key, and for lines that came at once."""
        typed = self.ask(prompt)
        if typed.pasted:
            self.say(_("Llegaron varios renglones juntos: aquí no se obedece ninguno."))
            self.terminal.rest = ""
            return ""
        if typed.key:
            self.terminal.rest = ""
            return "" if typed.key in (".", "^C") else typed.key
        return typed.lines[0].strip().lower()

    def lettered(self, texts: Sequence[str]) -> list[str]:
        """Lines with a letter each."""
        return [f"{letter}: {text}" for letter, text in zip(ascii_lowercase, texts, strict=False)]

    def letter(self, word: str, rows: Sequence[object]) -> int | None:
        """Which row a letter names; None, and said, when none."""
        place = ascii_lowercase.find(word) if len(word) == 1 else -1
        if 0 <= place < len(rows):
            return place
        if word:
            self.say(_("«{word}» no está en la lista; nada cambió.").format(word=word))
        return None

    def choose(self, title: str, texts: Sequence[str]) -> int | None:
        """A row by its letter; Enter leaves it."""
        self.say(title, *self.lettered(texts))
        return self.letter(self.line(_("letra, o Enter para dejarlo: ")), texts[: len(ascii_lowercase)])

    def sure(self, question: str) -> bool:
        """Whether somebody said yes in so many letters."""
        return self.line(f"{question} {_('(s/n): ')}") in ("s", "si", "sí", "y", "yes")
