"""A program that a test starts begins as a copy of one that has imported it already: half of a start is imports.

The first process of this file's `main` imports what `lnctp` imports until the first call and reads the built-in
protocol (once.py), opens nothing and starts no thread. For each start it makes a copy, which gets a session and a
terminal of its own, the environment that was asked for, and is from then on the program: its `main`, its launcher, its
workers. It is a child of the test, as any that the test starts. Where that cannot be (no Linux, another interpreter's
settings asked for) Python is started as always.
"""

from __future__ import annotations

import atexit
import ctypes
import fcntl
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2)."""
LONGEST = 1 << 16


class Starter:
    """The process that is copied, made with the first start."""

    def __init__(self) -> None:
        self._line: socket.socket | None = None

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], *streams: int) -> int:
        """The process id of a new program on this terminal, or, of three streams, without one."""
        if self._line is None:
            self._line = _begun(environment)
        asked = {"arguments": [*arguments], "environment": dict(environment), "folder": str(Path.cwd())}
        prctl = ctypes.CDLL(None).prctl
        prctl(SUBREAPER, 1, 0, 0, 0)
        try:
            socket.send_fds(self._line, [json.dumps(asked).encode()], streams)
            return int(self._line.recv(32))
        finally:
            prctl(SUBREAPER, 0, 0, 0, 0)

    def ran(
        self, arguments: Sequence[str], environment: Mapping[str, str], deadline: float
    ) -> tuple[int, str, str]:
        """The exit code of a program without a terminal, and what it printed. TimeoutError after `deadline` seconds."""
        with (
            Path(os.devnull).open("rb") as nothing,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            process = self.start(arguments, environment, nothing.fileno(), out.fileno(), err.fileno())
            watched = os.pidfd_open(process)
            try:
                if not select.select([watched], [], [], deadline)[0]:
                    os.kill(process, signal.SIGKILL)
                    raise TimeoutError(arguments)
            finally:
                os.close(watched)
                _, ended = os.waitpid(process, 0)
            texts = [file.seek(0) or file.read().decode() for file in (out, err)]
        return os.waitstatus_to_exitcode(ended), texts[0], texts[1]


STARTER = Starter()


def _begun(environment: Mapping[str, str]) -> socket.socket:
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    screen, terminal = os.openpty()  # its streams are made for one; nothing is written to it
    with there:
        process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__)), str(there.fileno())], env=dict(environment),
            stdin=terminal, stdout=terminal, stderr=terminal, pass_fds=[there.fileno()], start_new_session=True,
        )  # fmt: skip
    os.close(terminal)
    atexit.register(lambda: (here.close(), process.wait(10), os.close(screen)))
    return here


# The process that is copied


def _imported() -> None:
    from lnctp_tui import __main__, app  # noqa: F401
    from lnctp_tui.screens import registry
    from lnctp_tui.storage.protocol import protocol_loader

    registry.preload()
    sys.path.append(str(Path(__file__).parents[1]))
    import once

    once.keep()
    protocol_loader.load(None)
    gc.collect()
    gc.freeze()
    assert threading.active_count() == 1


def _serve(line: socket.socket) -> bool:
    """Makes copies until the test has ended. True in a copy, which is to be the program."""
    while True:
        message, handles, _flags, _address = socket.recv_fds(line, LONGEST, 3)
        if not message:
            return False
        ear, mouth = os.pipe()
        between = os.fork()
        if between == 0:
            copy = os.fork()
            if copy == 0:
                for handle in (ear, mouth):
                    os.close(handle)
                line.close()
                _become(handles, json.loads(message))
                return True
            os.write(mouth, str(copy).encode())
            os._exit(0)
        os.waitpid(between, 0)  # its child is the test's by now
        line.send(os.read(ear, 32))
        for handle in (ear, mouth, *handles):
            os.close(handle)


def _become(streams: Sequence[int], asked: Mapping[str, Any]) -> None:
    """On this terminal, or these three streams, as if Python had begun with this command and environment."""
    os.setsid()
    if len(streams) == 1:
        fcntl.ioctl(streams[0], termios.TIOCSCTTY, 0)
    else:
        sys.stdout.reconfigure(line_buffering=False)  # type: ignore[union-attr]
    for standard in range(3):
        os.dup2(streams[standard % len(streams)], standard)
    for each in streams:
        os.close(each)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    sys.argv = ["lnctp", *asked["arguments"]]


if __name__ == "__main__":
    _imported()
    with socket.socket(fileno=int(sys.argv[1])) as own:
        begins = _serve(own)
    if begins:
        from lnctp_tui.__main__ import main

        sys.exit(main())
