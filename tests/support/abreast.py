"""Several processes run the tests, and each is a copy of the one that found them: finding 8,000 takes six seconds.

A plugin of pytest, for systems that can copy a process; elsewhere xdist does it. The first process hands out pieces of
the list and tells what comes back as if it had run the tests itself; a copy that dies is a test that failed, and
another takes its place. What waits for a slow line or a screen begins, beside what takes long, and what is quick ends
the run, so that no core is idle.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import tempfile
import traceback
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any

import pytest

WAITING = (
    "test_demo_terminal", "test_sync_network", "test_crash", "test_whole_calls", "test_server_stays_up",
    "test_sync_abreast", "test_plain_call", "test_attack_load",
)  # fmt: skip
"""Files whose tests wait for a slow line, a screen or a clock most of the time."""
LONG = (
    "test_sync_crash", "test_hostile_text", "test_server_cli", "test_sync_walks", "test_long_text", "test_import_crash",
    "test_attack_lock", "test_terminal", "test_drafts", "test_sync_mutants", "test_wheel", "test_open_data",
)  # fmt: skip
"""Files with tests of five seconds and more."""
READING = (
    "test_architecture", "test_i18n", "test_programs", "test_write_guard", "test_sql_of_one_team",
)  # fmt: skip
"""Files that parse the whole program: one process does, for all of them (shared.tree)."""
QUICK = ("domain", "protocol", "reading", "exchange", "alerts", "updates", "training")
"""Rooms whose tests take milliseconds: they end the run."""
MOST = 24
"""Tests of a piece. The others of its file are another's, so that none has much left when the others are done."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--copies=6`."""
    parser.addoption("--copies", type=int, default=0, help="run the tests in so many copies of this process")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run everything in copies, when so many were asked for."""
    copies = session.config.option.copies
    if not copies or session.config.option.collectonly:
        return None
    if session.testsfailed:
        raise session.Interrupted(f"{session.testsfailed} errors while finding the tests")
    return _Foreman(session, copies).run()


def pieces(items: list[pytest.Item]) -> list[list[int]]:
    """Places in the list, as they are handed out. Tests of a file stand together and in their order."""
    by_file: dict[Path, list[int]] = {}
    for place, item in enumerate(items):
        by_file.setdefault(item.path, []).append(place)
    named = {path.stem: path for path in by_file}
    waiting, long, reading = (
        [named[name] for name in names if name in named] for names in (WAITING, LONG, READING)
    )
    begin = [path for pair in _by_turns(waiting, long) for path in pair]
    rest = sorted((path for path in by_file if path not in {*begin, *reading}), key=_turn())
    whole = [[place for path in reading for place in by_file[path]]] if reading else []
    return [*whole, *(piece for path in [*begin, *rest] for piece in _cut(by_file[path]))]


def _turn() -> Callable[[Path], tuple[bool, int]]:
    """Rooms by turns, what is quick at the end: tests of a server wait while those of a screen compute."""
    before: Counter[str] = Counter()

    def turn(path: Path) -> tuple[bool, int]:
        before[path.parent.name] += 1
        return path.parent.name in QUICK, before[path.parent.name]

    return turn


def _by_turns(one: list[Path], other: list[Path]) -> Iterable[tuple[Path, ...]]:
    for number in range(max(len(one), len(other))):
        yield (*one[number : number + 1], *other[number : number + 1])


def _cut(places: list[int]) -> Iterable[list[int]]:
    count = -(-len(places) // MOST)
    size = -(-len(places) // count)
    return (places[begin : begin + size] for begin in range(0, len(places), size))


class _Copy:
    """A process that runs tests, as the first one sees it: what it was given and what it is at."""

    def __init__(self, name: str, session: pytest.Session, open_lines: list[Connection]) -> None:
        self.line, theirs = Pipe()
        self.left: deque[int] = deque()
        sys.stdout.flush()
        sys.stderr.flush()
        self.process = os.fork()
        if self.process == 0:
            for each in (self.line, *open_lines):
                each.close()
            _be_a_copy(name, session, theirs)
        theirs.close()

    def ended(self) -> str:
        """How it ended, in words."""
        code = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


class _Foreman:
    """The first process: hands out, listens, and tells pytest what it hears."""

    def __init__(self, session: pytest.Session, copies: int) -> None:
        self.session, self.config = session, session.config
        os.environ["PYTEST_XDIST_WORKER_COUNT"] = str(copies)  # no snapshot is unused that a copy used
        self.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined] # one folder, made before the copies
        self.pieces = deque(pieces(session.items))
        self.names = (f"gw{number}" for number in range(1000))
        self.copies: list[_Copy] = []
        for _ in range(min(copies, len(self.pieces))):
            self._begin()

    def _begin(self, left: Iterable[int] = ()) -> None:
        copy = _Copy(next(self.names), self.session, [each.line for each in self.copies])
        self.copies.append(copy)
        self._give(copy, list(left) or self._next())

    def _next(self) -> list[int]:
        return self.pieces.popleft() if self.pieces and not self._stops() else []

    def _stops(self) -> object:
        return self.session.shouldfail or self.session.shouldstop

    def _give(self, copy: _Copy, piece: list[int]) -> bool:
        copy.left += piece
        with suppress(ConnectionError):
            copy.line.send(piece)
            return True
        return False

    def run(self) -> bool:
        """Until all are done. Raises what pytest raises when it is to stop early."""
        try:
            while self.copies:
                for line in wait([copy.line for copy in self.copies]):
                    copy = next(each for each in self.copies if each.line is line)
                    said = _heard(copy.line)
                    if said is None or not self._tell(copy, *said):
                        self._gone(copy)
        finally:
            for copy in self.copies:
                os.kill(copy.process, signal.SIGTERM)
        if self.session.shouldfail:
            raise self.session.Failed(self.session.shouldfail)
        if self.session.shouldstop:
            raise self.session.Interrupted(self.session.shouldstop)
        return True

    def _tell(self, copy: _Copy, what: str, said: Any) -> bool:
        """What a copy said, to pytest or back to the copy. False when it is not there any more."""
        hook = self.config.hook
        if what == "more":
            return self._give(copy, self._next())
        if what == "report":
            hook.pytest_runtest_logreport(
                report=hook.pytest_report_from_serializable(config=self.config, data=said)
            )
        elif what == "warning":
            hook.pytest_warning_recorded.call_historic(kwargs=said)
        elif what == "done":
            copy.left.remove(said)
        return True

    def _gone(self, copy: _Copy) -> None:
        """Its line is closed: it has nothing left, or it died in the middle of a test."""
        self.copies.remove(copy)
        copy.line.close()
        how = copy.ended()
        if copy.left:
            item = self.session.items[copy.left.popleft()]
            report = pytest.TestReport(
                item.nodeid, item.location, {}, "failed", f"the process of this test ended: {how}", "call"
            )
            self.config.hook.pytest_runtest_logreport(report=report)
            self._begin([] if self._stops() else copy.left)


def _heard(line: Connection) -> tuple[str, Any] | None:
    try:
        said: tuple[str, Any] = line.recv()
    except (EOFError, ConnectionError):
        return None
    return said


def _be_a_copy(name: str, session: pytest.Session, line: Connection) -> None:
    """Run what comes over the line, and end."""
    code = 1
    try:
        os.environ["PYTEST_XDIST_WORKER"] = name
        del sys.argv[1:]
        _on_its_own(name, session, line)
        _work(session, line)
        code = 0
    except KeyboardInterrupt:
        pass
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        line.close()
        atexit._run_exitfuncs()
        os._exit(code)


def _on_its_own(name: str, session: pytest.Session, line: Connection) -> None:
    """Captures into files of its own, keeps its folders apart, and tells the first process instead of the terminal."""
    config = session.config
    manager: Any = config.pluginmanager
    capture = manager.getplugin("capturemanager")._global_capturing
    for stream in (capture.out, capture.err) if capture else ():
        _other_file(stream)
    manager.getplugin("terminalreporter")._tw._file = Path(os.devnull).open("w")  # noqa: SIM115 - to the end
    factory: Any = config._tmp_path_factory  # type: ignore[attr-defined]
    factory._basetemp = factory.getbasetemp() / f"popen-{name}"
    factory._basetemp.mkdir(mode=0o700)
    manager.register(_Telling(config, line))


def _other_file(stream: Any) -> None:
    """What is captured goes into another file by the same number: modules hold the stream since they were imported."""
    if stream is None or not hasattr(stream, "targetfd"):
        return
    with tempfile.TemporaryFile(buffering=0) as fresh:
        os.dup2(fresh.fileno(), stream.tmpfile.fileno())
    if stream._state == "started":
        os.dup2(stream.tmpfile.fileno(), stream.targetfd)


class _Telling:
    """What pytest would show, over the line."""

    def __init__(self, config: pytest.Config, line: Connection) -> None:
        self.config, self.line = config, line

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self.config.hook.pytest_report_to_serializable(config=self.config, report=report)
        self.line.send(("report", data))

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, when: str, nodeid: str, location: object
    ) -> None:
        plain = warnings.WarningMessage(
            f"{warning_message.category.__name__}: {warning_message.message}", UserWarning,
            warning_message.filename, warning_message.lineno,
        )  # fmt: skip
        self.line.send(
            ("warning", {"warning_message": plain, "when": when, "nodeid": nodeid, "location": location})
        )


def _work(session: pytest.Session, line: Connection) -> None:
    """One test after the other. The next piece is asked for before the last of one: it says what may be put away."""
    left: deque[int] = deque(line.recv())
    while left:
        place = left.popleft()
        if not left:
            line.send(("more", None))
            left += line.recv()
        following = session.items[left[0]] if left else None
        session.config.hook.pytest_runtest_protocol(item=session.items[place], nextitem=following)
        line.send(("done", place))
