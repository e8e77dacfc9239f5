"""Between two calls in lines: new versions as in the app, and a call that was left is in the list that follows."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from workspaces import narrate, settle

from lnctp_tui import __main__ as program
from lnctp_tui import launcher, programs
from lnctp_tui.cli import calls as command
from lnctp_tui.cli.plain import call as plain_call
from lnctp_tui.cli.plain import worker
from lnctp_tui.cli.plain.talk import Talk
from lnctp_tui.cli.plain.terminal import Leave, Typed
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.sync import releases
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.updates import places

NEW = "9.9"


class Lines:
    """A terminal that types what it is given and notes what it hears, each with the prompt that came after it."""

    def __init__(self, *typed: str) -> None:
        self.typed, self.rest, self.said = list(typed), "", [[""]]
        self.tick = self.touched = lambda: None

    def say(self, *lines: str) -> None:
        self.said[-1] += lines

    def push_away(self) -> None: ...

    def ask(self, prompt: str, **_words: Any) -> Typed:
        self.said[-1].append(prompt)
        self.said.append([])
        return Typed((self.typed.pop(0),))


@pytest.fixture
def bundled(monkeypatch: pytest.MonkeyPatch, workspace: Workspace) -> Workspace:
    monkeypatch.setattr(programs, "frozen", lambda: True)
    folder = places.folder(workspace.home) / NEW
    folder.mkdir(parents=True, mode=0o700)
    (folder / places.PROGRAM).touch(mode=0o700)
    places.write(workspace.home, places.READY, NEW)
    return workspace


def test_what_came_of_looking_is_told_between_calls_and_never_into_one(bundled: Workspace) -> None:
    terminal: Any = Lines("n", "Una vecina", ".", "salir", "s", "zz", "salir")

    def told_during_the_call(*lines: str) -> None:
        if "Llamada nueva" in "".join(lines):
            places.write(bundled.home, places.TOLD, "update_ready")
        terminal.said[-1] += lines

    terminal.say = told_during_the_call
    places.write(bundled.home, places.TOLD, "update_back")
    talk = Talk(terminal, bundled)
    while talk._desk():
        continue
    everything = [" ".join(part) for part in terminal.said]
    assert "La versión nueva no abrió" in everything[0]
    told = [part for part in everything[1:] if "versión nueva" in part]
    assert len(told) == 1, everything  # once, and at the desk
    assert "n llamada nueva" in told[0]


def test_a_version_begins_at_the_end_and_not_while_a_call_is_unfinished(bundled: Workspace) -> None:
    terminal: Any = Lines()
    call = Intake.start(bundled)
    narrate(call, "Una vecina")
    settle(bundled)
    run = worker._Run(terminal)
    with pytest.MonkeyPatch.context() as open_still:
        open_still.setattr(worker, "_close", lambda _workspace: None)
        places.write(bundled.home, places.MIGRATED, "0.1.0 antes-de-0001.lnctp-backup")
        assert run._end(bundled, worker.QUIT, gone=False) == worker.QUIT
        assert places.read(bundled.home, places.CURRENT) == ""
        assert places.read(bundled.home, places.MIGRATED) == "0.1.0"
        open_still.setattr(releases, "nothing_open", lambda _store: True)  # the call is over
        assert run._end(bundled, launcher.LOCKED, gone=False) == launcher.LOCKED
    assert places.read(bundled.home, places.CURRENT) == NEW


def test_it_looks_as_soon_as_the_vault_is_open(bundled: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Workspace] = []
    monkeypatch.setattr(releases, "look", asked.append)
    worker._look_for_version(bundled)
    assert asked == [bundled]
    monkeypatch.setattr(programs, "frozen", lambda: False)
    worker._look_for_version(bundled)
    assert asked == [bundled]


def test_it_is_opened_counted_and_gone_on_with_as_the_app(
    bundled: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: dict[str, Any] = {}
    monkeypatch.setattr(command.session, "terminal", lambda: True)
    monkeypatch.setattr(launcher, "run", lambda *_command, **words: ran.update(words) or 0)
    with pytest.raises(Exception, match="0"):
        command.new_call()
    assert ran["renews"]
    became: list[list[str]] = []
    monkeypatch.setattr(
        places, "go_on_with", lambda path, arguments=(): became.append([path, *arguments]) or 7
    )
    monkeypatch.setattr(program.sys, "argv", ["lnctp", "call", "--plain"])
    monkeypatch.setenv("LNCTP_HOME", str(bundled.home))
    places.begin_with_ready(bundled.home)
    newer = str(places.folder(bundled.home) / NEW / places.PROGRAM)
    assert program.main() == 7
    assert places.read(bundled.home, places.TRIES) == f"{NEW} 1"
    monkeypatch.delenv(launcher.ECHO, raising=False)
    assert launcher._become(newer) == 7
    assert became == [[newer, "call", "--plain"]] * 2
    monkeypatch.delenv(launcher.ECHO)
    assert Path(newer).is_file()


def test_leaving_in_the_middle_keeps_the_version_waiting(bundled: Workspace) -> None:
    terminal: Any = Lines("Una vecina", "lock")
    run = worker._Run(terminal)
    with pytest.raises((Leave, IndexError)):
        Talk(terminal, bundled).run(resumes=False)
    settle(bundled)
    with pytest.MonkeyPatch.context() as open_still:
        open_still.setattr(worker, "_close", lambda _workspace: None)
        run._end(bundled, launcher.LOCKED, gone=False)
    assert places.read(bundled.home, places.CURRENT) == ""


@pytest.mark.parametrize("comes_back", [True, False])
def test_a_call_that_is_left_is_in_the_list_or_its_absence_is_told(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, comes_back: bool
) -> None:
    """The list is read from the disk: one that is slow is waited for, one that does not answer is told."""
    hung, go = threading.Event(), threading.Event()
    if not comes_back:
        monkeypatch.setattr(plain_call, "WAITS", 0.05)

    def hang(_store: object) -> None:
        hung.set()
        go.wait(0.5 if comes_back else 20)

    class Slow(Lines):
        def ask(self, prompt: str, **words: Any) -> Typed:
            if self.typed[0] == "Una vecina":
                workspace.writer.submit(hang)
                hung.wait(5)
            return super().ask(prompt, **words)

    terminal: Any = Slow("n", "Una vecina", ".", "salir", "s", "salir")
    talk = Talk(terminal, workspace)
    while talk._desk():
        continue
    go.set()
    last = " ".join(terminal.said[-2])
    assert ("sin terminar, 2 campos guardados" in last) is comes_back
    assert ("falta guardarla" in last) is not comes_back
