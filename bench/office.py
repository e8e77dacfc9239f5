"""What the measures of synchronisation share: a server as its own process, laptops enrolled with it, their cases."""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import orjson

from bench import homes
from bench.make_cases import NAMES, SENTENCES, TOWNS, VENUES
from bench.report import OUT
from lnctp_tui.domain.values import folio
from lnctp_tui.server.admin.staff import StaffRegistry
from lnctp_tui.server.postgres import database, embedded
from lnctp_tui.server.settings import HOME
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import instants
from lnctp_tui.storage.database.session import New
from lnctp_tui.storage.protocol import protocol_loader
from lnctp_tui.sync.client import Client
from lnctp_tui.sync.loop import Round
from lnctp_tui.sync.transport import HttpLine, dial

SEED = 20260101
TEAM = "main"
SUMMARY = 8
"""Sentences of a summary: with 20 answers a case is about 2 KB as JSON."""
ANSWERED = 20


class Served:
    """`lnctp server run` with its embedded PostgreSQL, as it comes: every commit waits for the disk."""

    def __init__(self, folder: Path, workers: int = 1) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        shutil.rmtree(folder, ignore_errors=True)
        said = folder.with_suffix(".errors")
        said.parent.mkdir(parents=True, exist_ok=True)
        with said.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lnctp_tui", "server", "run", "--port", str(self.port),
                 "--workers", str(workers)],
                env=os.environ | {HOME: str(folder)}, stdout=subprocess.DEVNULL, stderr=errors,
            )  # fmt: skip
        try:
            until_up(f"{self.url}/health", self.process, 180, said=said)
        except BaseException:
            self.close()
            raise
        self.cluster = embedded.start(folder)

    @contextmanager
    def office(self) -> Iterator[StaffRegistry]:
        """The team's people and devices, in a transaction."""
        with (
            database.connect(self.cluster.url()) as connection,
            database.transaction(connection, TEAM, database.SERVE),
        ):
            yield StaffRegistry(connection, TEAM, "cli:bench", instants.now())

    def enrol(self, workspace: Workspace, role: str) -> None:
        """Makes a laptop the active device of a new person."""
        with self.office() as office:
            code = office.code(office.add("Persona de Prueba", role))[0]
        synchronise.enroll(workspace, self.url, code)
        with self.office() as office:
            office.set_state(office.device(workspace.store.author.device), "active")

    def processor_seconds(self) -> float:
        """Of the server's process and of every process of its PostgreSQL, until now. Linux."""
        leader = int((self.folder / "data" / "postmaster.pid").read_text(encoding="ascii").split()[0])
        return sum(map(consumed, [self.process.pid, *below(leader), leader]))

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def served(name: str, workers: int = 1) -> Iterator[Served]:
    """A server on an empty database in bench/out, removed at the end."""
    OUT.mkdir(exist_ok=True)
    running = Served(OUT / name, workers)
    try:
        yield running
    finally:
        running.close()


@contextmanager
def laptop(served: Served, name: str, role: str) -> Iterator[Workspace]:
    """A fresh laptop, enrolled and approved, that never synchronised."""
    with homes.opened(homes.empty(name)) as (workspace, _):
        served.enrol(workspace, role)
        yield workspace


@contextmanager
def line(workspace: Workspace) -> Iterator[Client]:
    """The laptop's client with a connection of its own, at the pace of `lnctp sync --once`."""
    connected: HttpLine = dial(workspace.store)
    with ThreadPoolExecutor(2) as pool:
        yield Client(workspace.store, connected, pool=pool, short=synchronise.UNHURRIED)
    connected.close()


def whole_round(client: Client) -> None:
    """Everything there is to do: out, in, histories, the comparison."""
    Round(client).run()


def cases(count: int, seed: int = SEED) -> Iterator[tuple[str, dict[str, Any]]]:
    """Ids and patches of cases, each one record of about 2 KB: a summary and twenty answers."""
    dice = random.Random(seed)
    protocol = protocol_loader.load()
    codes = [f"{name}.{row.code}" for name in ("act", "means", "modality", "indicator", "vulnerability")
             for row in (protocol.indicators if name == "indicator" else protocol.catalogs[name]).rows]  # fmt: skip
    for number in range(count):
        at = f"2026-01-01T00:00:{number % 60:02d}.{number:06d}Z"
        answers = {
            f"answers.{code}": dice.choice(("yes", "no", "unknown")) for code in dice.sample(codes, ANSWERED)
        }
        identity = str(
            uuid.UUID(int=(0x019B7A000000 + number) << 80 | 7 << 76 | 2 << 62 | dice.getrandbits(62))
        )
        made = {
            "folio": folio.make(folio.CROCKFORD[number // 9000 % 32] + "ZZZ", number % 9000),
            "opened_at": at, "status": "open", "triage": "follow_up", "summary": _summary(dice),
        }  # fmt: skip
        yield identity, made | answers


def _summary(dice: random.Random) -> str:
    """Spanish sentences about nobody, no two cases alike."""
    return " ".join(
        dice.choice(SENTENCES).format(
            name=f"{dice.choice(NAMES.split())} Prueba", town=dice.choice(TOWNS.split("|")),
            venue=dice.choice(VENUES.split("|")), amount=dice.randint(2, 90) * 1000, count=dice.randint(2, 30),
            alias=f"Primo {dice.randint(1, 500)}", phone=f"55{dice.randint(0, 10**8 - 1):08d}",
            plate=f"ZZZ-{dice.randint(0, 999):03d}-A", handle=f"@prueba.{dice.randint(1, 99999)}",
        )
        for _ in range(SUMMARY)
    )  # fmt: skip


def record(workspace: Workspace, made: list[tuple[str, dict[str, Any]]]) -> None:
    """Stores cases on a laptop, each as one change."""
    for start in range(0, len(made), 500):
        with workspace.store.write() as unit:
            unit.create_many(New("cases", id_, patch, id_) for id_, patch in made[start : start + 500])


def documents(made: list[tuple[str, dict[str, Any]]], path: Path) -> Path:
    """The same cases as documents, JSON Lines."""
    with path.open("wb") as file:
        file.writelines(orjson.dumps({"_id": id_} | patch) + b"\n" for id_, patch in made)
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_up(url: str, process: subprocess.Popen[Any], seconds: float = 60, said: Path | None = None) -> None:
    """Waits for an answer. AssertionError, with the last line of `said`, when the process ended or time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            threading.Event().wait(0.05)
    lines = said.read_text(encoding="utf-8", errors="replace").splitlines() if said else []
    raise AssertionError(f"{url} does not answer {lines[-1:]}")


def below(process: int) -> list[int]:
    """The processes that a process started, and theirs. Linux."""
    found: list[int] = []
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, children.read_text(encoding="ascii").split()):
            found += [child, *below(child)]
    return found


def consumed(process: int) -> float:
    """Processor seconds of a process and of its children that ended. Linux."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
