"""`kill -9` of laptop, server and PostgreSQL in the middle of synchronisation: nothing is lost or doubled.

Each story is a kill at a random moment, of PostgreSQL one of each kind, on the same files; `make soak` tells twenty
of five.
A laptop is the real program on a real vault; so is the server.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import orjson
import psycopg
import pytest
from counts import often
from fault_proxy import FaultProxy, relayed
from pg import TEMPLATE
from pty_app import LNCTP, descendants, terminal_environment
from served import serving
from vaults import MadeVault

from lnctp_tui.errors import SyncFailed
from lnctp_tui.server.ingest import projection_check
from lnctp_tui.server.postgres import database, embedded, schema
from lnctp_tui.server.settings import Settings
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.vault import doctor
from lnctp_tui.services.vault.workspace import Workspace, found_workspace, open_workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.database.session import COLUMNS, TABLES
from lnctp_tui.storage.replication import server_state
from lnctp_tui.storage.vault.vault import Key
from lnctp_tui.sync import wire

STORIES = range(often(20, 1))
KILLS = often(5, 1)
OF_POSTGRESQL = often(5, 2)
"""Of the main process and of a backend in turn."""
ROUNDS = 20
"""Rounds after which a laptop must be done."""


class Laptops(NamedTuple):
    """Two laptops of one person as the template left them, and what the server knew then."""

    homes: tuple[Path, Path]
    key: Key
    database: str


@dataclass
class Story:
    """Two laptops, a line and a server that can be killed."""

    homes: list[Path]
    key: Key
    phrase: Path
    proxy: FaultProxy
    database: str
    dice: random.Random
    written: set[str] = field(default_factory=set)
    usual: int = 20_000
    """Bytes of a whole round; the moments are drawn among them."""

    def open(self, number: int) -> Workspace:
        return open_workspace(self.homes[number], self.key)

    def moment(self) -> int:
        """After how many bytes of the round the process dies."""
        return self.dice.randrange(1, max(2, self.usual))

    def write(self) -> None:
        """What both record while there is no network: new cases, and fields of those that both have."""
        for number, count in enumerate((60, 25)):
            workspace = self.open(number)
            with workspace.store.write() as unit:
                there = [
                    str(each) for each in unit.connection.exec_driver_sql("SELECT id FROM cases").scalars()
                ]
                for each in range(count):
                    case = self.dice.choice(there) if there and each % 3 else ids.new_id()
                    said = {"summary": f"Prueba {self.dice.randbytes(60).hex()}"}
                    self.written.add(unit.record("cases", case, said))
                unit.remember(server_state.BATCH, 16)  # several batches, so that there is a between
            workspace.close()

    def settle(self) -> None:
        """Both synchronise until nothing is left; the first one once more for what the second said."""
        for number in (0, 1, 0):
            workspace = self.open(number)
            try:
                for _ in range(ROUNDS):
                    if _once(workspace) is None:
                        break
                else:
                    raise AssertionError(synchronise.status(workspace).problem)
            finally:
                workspace.close()

    def check(self) -> None:
        """The oracle, after `settle`."""
        with database.pool(self.database, 1) as pool:
            assert projection_check.broken_at(pool, "main") is None
            assert projection_check.compare(pool, "main").different == []
            with database.transaction(pool, "main", database.SERVE) as connection:
                found = connection.execute("SELECT id, hash, n, chain FROM log ORDER BY n").fetchall()
        log = {row[0]: row[1] for row in found}
        assert len(log) == len(found)
        assert self.written <= set(log)
        marks = {(row[2], row[3]) for row in found}
        seen = [self._laptop(number, log, marks) for number in (0, 1)]
        assert seen[0] == seen[1]

    def _laptop(self, number: int, log: dict[str, str], marks: set[tuple[int, str]]) -> Any:
        workspace = self.open(number)
        try:
            with workspace.store.read() as connection:
                rows = connection.exec_driver_sql(
                    "SELECT id, hash, sent, refused, device FROM changes ORDER BY seq"
                )
                changes = rows.all()
                assert {row[0]: row[1] for row in changes} == log
                assert {(row[2], row[3]) for row in changes} == {(2, None)}
                mine = [row[0] for row in changes if row[4] == workspace.store.author.device]
                receipts = connection.exec_driver_sql("SELECT seq, body FROM receipts ORDER BY seq").all()
                self._covered(mine, [orjson.loads(body) for _, body in receipts], marks)
                state = {
                    table: sorted(
                        (
                            row["id"],
                            repr({name: row[name] for name in sorted(COLUMNS[table])}),
                            heads(row["heads"]),
                        )
                        for row in connection.execute(source.select()).mappings()
                    )
                    for table, source in TABLES.items()
                }
        finally:
            workspace.close()
        return state

    def doctor(self) -> None:
        """What `lnctp doctor` looks at."""
        for home in self.homes:
            assert {each.name for each in doctor.inside(home, self.key) if each.level == "bad"} == set()

    @staticmethod
    def _covered(mine: list[str], receipts: list[dict[str, Any]], marks: set[tuple[int, str]]) -> None:
        """Each receipt covers a run of what was written here, and all of them everything.

        Runs overlap when a batch went again: its answer was lost, or what became of it was not stored yet. A run
        goes around those behind it on the line that were acknowledged before.
        """
        runs, found = _runs(mine), list[set[str]]()
        for each in receipts:
            assert (each["n"], each["chain"]) in marks
            run = runs.get(each["ids"]) or _around(mine, found, each["ids"])
            assert run, f"receipt {each['seq']} covers something else"
            found.append(set(run))
        assert set().union(*found) == set(mine)


def _runs(ids: list[str]) -> dict[str, list[str]]:
    """Every run of ids, by the digest that a receipt has of it."""
    runs = (ids[start:end] for start in range(len(ids)) for end in range(start + 1, len(ids) + 1))
    return {wire.ids_digest(run): run for run in runs}


def _around(mine: list[str], found: list[set[str]], digest: str) -> list[str] | None:
    """The run around what was acknowledged before."""
    for gone in (set[str]().union(*found), *found[::-1]):
        if run := _runs([id_ for id_ in mine if id_ not in gone]).get(digest):
            return run
    return None


def heads(stored: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
    return sorted((id_, sorted(fields)) for id_, fields in stored.items() if fields)


def _once(workspace: Workspace) -> str | None:
    try:
        synchronise.once(workspace)
    except SyncFailed as failed:
        return failed.code
    return None


# the parts


@pytest.fixture(scope="module")
def durable() -> Iterator[embedded.Embedded]:
    """A PostgreSQL of this file's own, to be killed. A commit is handed to the system before it is told."""
    folder = Path(tempfile.mkdtemp(prefix="lnctp-crash-"))
    running = embedded.start(folder, {"fsync": "off", "full_page_writes": "off", "shared_buffers": "32MB"})
    schema.prepare(running, TEMPLATE)
    try:
        yield running
    finally:
        embedded.stop(folder)
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def laptops(
    durable: embedded.Embedded, vault_template: MadeVault, tmp_path_factory: pytest.TempPathFactory
) -> Laptops:
    """Two laptops of one person, enrolled and up to date, with a few cases."""
    folder, key = tmp_path_factory.mktemp("crash"), vault_template.key
    homes = (folder / "one", folder / "two")
    copied(durable, TEMPLATE, "enrolled")
    url = durable.url(database="enrolled")
    with serving(url, Settings(home=folder)) as served:
        code, person = served.person()[1], None
        for home in homes:
            shutil.copytree(vault_template.home, home)
            found_workspace(home, key, name="Consejera de Prueba", zone="America/Mexico_City", language="es")
            workspace = open_workspace(home, key)
            with served.office() as office:
                code = office.code(office.person(person))[0] if person else code
            assert synchronise.enroll(workspace, served.url, code) == "pending"
            with served.office() as office:
                device = office.device(workspace.store.author.device)
                office.approve(device, " ".join(synchronise.fingerprint(workspace)))
            synchronise.once(workspace)
            person = workspace.store.author.actor
            workspace.close()
    return Laptops(homes, key, "enrolled")


def copied(cluster: embedded.Embedded, source: str, name: str) -> str:
    """A copy of a database that nobody uses; its URL."""
    with database.connect(cluster.url(embedded.OWNER, "postgres"), autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy")
    return cluster.url(database=name)


@pytest.fixture
def story(
    laptops: Laptops,
    durable: embedded.Embedded,
    vault_template: MadeVault,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Story]:
    """Copies of the laptops and of the server's database, and a line whose other end the test opens."""
    seed = f"{request.node.originalname} {request.node.callspec.params['number']}"
    name = f"story{abs(hash(tmp_path))}"
    url = copied(durable, laptops.database, name)
    homes = [Path(shutil.copytree(home, tmp_path / home.name)) for home in laptops.homes]
    shutil.copyfile(laptops.homes[0].parent / "server.key", tmp_path / "server.key")
    (tmp_path / "server.key").chmod(0o600)
    phrase = tmp_path / "phrase"
    phrase.touch(mode=0o600)
    phrase.write_text(vault_template.phrase, encoding="utf-8")
    with relayed(free_port()) as proxy:
        made = Story(homes, laptops.key, phrase, proxy, url, random.Random(seed))
        for number in (0, 1):
            workspace = made.open(number)
            with workspace.store.write() as unit:
                known = server_state.server(unit.connection)
                assert known is not None
                server_state.put_server(unit.connection, replace(known, url=proxy.url))
            workspace.close()
        yield made


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kill(process: int) -> None:
    """`kill -9` of a process and all below it."""
    for each in [process, *descendants(process)]:
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)


@contextmanager
def running(story: Story) -> Iterator[subprocess.Popen[bytes]]:
    """`lnctp server run` on the story's database; ready when this returns."""
    environment = terminal_environment(story.homes[0].parent) | {
        "DATABASE_URL": story.database, "LNCTP_SERVER_HOME": str(story.homes[0].parent),
    }  # fmt: skip
    command = [*LNCTP, "server", "run", "--port", str(story.proxy.port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            ready(f"http://127.0.0.1:{story.proxy.port}", process)
            yield process
        finally:
            kill(process.pid)


def ready(address: str, process: subprocess.Popen[bytes] | None = None, seconds: float = 60) -> None:
    """Waits until the server has its database."""
    end = time.monotonic() + seconds
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < end:
            assert process is None or process.poll() is None
            with suppress(httpx.TransportError):
                if client.get(f"{address}/ready").status_code == 200:
                    return
            threading.Event().wait(0.05)
    raise AssertionError("the server did not come up")


def usual(story: Story) -> None:
    """A round without any kill, to know how many bytes one has."""
    story.write()
    workspace = story.open(0)
    before = story.proxy.total
    assert _once(workspace) is None
    workspace.close()
    story.usual = story.proxy.total - before
    story.settle()


# the stories


@pytest.mark.parametrize("number", STORIES)
def test_a_laptop_that_is_killed_goes_on_where_it_was(number: int, story: Story) -> None:
    with serving(story.database, Settings(home=story.homes[0].parent)) as served:
        story.proxy.port = int(served.url.rpartition(":")[2])
        usual(story)
        environment = terminal_environment(story.homes[0]) | {"LNCTP_PASSPHRASE_FILE": str(story.phrase)}
        killed = 0
        while killed < KILLS:
            story.write()
            command = [*LNCTP, "sync", "--once"]
            with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
                late = story.dice.uniform(0, 0.05)
                act = partial(threading.Timer(late, kill, (process.pid,)).start)
                story.proxy.after(story.moment(), act)
                killed += process.wait(120) == -signal.SIGKILL
            story.settle()
            story.check()
    story.doctor()


@pytest.mark.parametrize("number", STORIES)
def test_a_server_that_is_killed_kept_what_it_acknowledged(number: int, story: Story) -> None:
    with ExitStack() as stack:
        process = stack.enter_context(running(story))
        usual(story)
        broken = 0
        for _ in range(KILLS):
            story.write()
            workspace = story.open(story.dice.randrange(2))
            story.proxy.after(story.moment(), partial(kill, process.pid))
            code = _once(workspace)
            kill(process.pid)
            assert process.wait(30) == -signal.SIGKILL
            assert code in (None, "line_broke", "offline")
            broken += code is not None
            assert _once(workspace) in ("line_broke", "offline")
            workspace.close()
            stack.pop_all().close()
            process = stack.enter_context(running(story))
            story.settle()
            story.check()
        assert broken
    story.doctor()


@pytest.mark.parametrize("number", STORIES)
def test_a_postgresql_that_is_killed_under_a_running_server(
    number: int, story: Story, durable: embedded.Embedded
) -> None:
    """In turn its main process, which the server starts again, nobody here does, and one of its backends, after which
    it recovers by itself."""
    with kept_up(story, durable) as address:
        usual(story)
        broken = turn = 0
        # A backend that ends between two statements is replaced without a word: until a round felt one, some more.
        while turn < OF_POSTGRESQL or (not broken and turn < 10):
            story.write()
            workspace = story.open(story.dice.randrange(2))
            main = postmaster(durable)
            of_main = turn % 2 == 0
            victim = main if of_main else story.dice.choice(backends(durable, story))
            story.proxy.after(story.moment(), partial(os.kill, victim, signal.SIGKILL))
            code = _once(workspace)
            assert code in (None, "busy", "server_failed"), code
            broken += code is not None
            story.proxy.forget()
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
            workspace.close()
            if of_main:
                until(lambda dead=main: postmaster(durable) not in (None, dead))
            ready(address)
            story.settle()
            story.check()
            turn += 1
        assert broken
    story.doctor()


@contextmanager
def kept_up(story: Story, cluster: embedded.Embedded) -> Iterator[str]:
    """`lnctp server run` with two workers on its own embedded PostgreSQL; its address.

    As in a container, it is the last parent of every process below it.
    """
    name = psycopg.conninfo.conninfo_to_dict(story.database)["dbname"]
    with database.connect(cluster.url(embedded.OWNER, "postgres"), autocommit=True) as owner:
        owner.execute(f"ALTER DATABASE {name} RENAME TO {embedded.DATABASE}")
    story.database = cluster.url()
    shutil.copyfile(story.homes[0].parent / "server.key", cluster.folder / "server.key")
    environment = terminal_environment(story.homes[0].parent) | {"LNCTP_SERVER_HOME": str(cluster.folder)}
    environment.pop("DATABASE_URL", None)
    options = ["--port", str(story.proxy.port), "--workers", "2"]
    command = [sys.executable, "-c", LAST_PARENT, *LNCTP, "server", "run", *options]
    address = f"http://127.0.0.1:{story.proxy.port}"
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            ready(address, process)
            yield address
        finally:
            process.terminate()
            assert process.wait(60) == 0
    assert not embedded.running(cluster.folder)
    embedded.start(cluster.folder)
    with database.connect(cluster.url(embedded.OWNER, "postgres"), autocommit=True) as owner:
        owner.execute(f"DROP DATABASE {embedded.DATABASE}")


LAST_PARENT = """import ctypes, os, sys
ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER
os.execv(sys.argv[1], sys.argv[1:])"""


def postmaster(cluster: embedded.Embedded) -> int | None:
    """The main process that the folder names."""
    try:
        return int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, IndexError):
        return None


def until(so: Callable[[], bool], seconds: float = 60) -> None:
    """Waits for something that other processes do."""
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end
        threading.Event().wait(0.05)


def backends(cluster: embedded.Embedded, story: Story) -> list[int]:
    """The processes that serve our server's connections."""
    with database.connect(cluster.url(embedded.OWNER, "postgres"), autocommit=True) as owner:
        name = psycopg.conninfo.conninfo_to_dict(story.database)["dbname"]
        found = owner.execute(
            "SELECT pid FROM pg_stat_activity WHERE usename = 'lnctp_app' AND datname = %s", (name,)
        )
        return [row[0] for row in found]
