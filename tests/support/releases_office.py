"""An organisation that issues versions: its keys, archives of a program that only ends, its server's route."""

from __future__ import annotations

import io
import lzma
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import uvicorn
from fastapi import FastAPI
from nacl.signing import SigningKey

from lnctp_tui.server.http.bodies import Lingering
from lnctp_tui.server.pages import releases
from lnctp_tui.storage import instants
from lnctp_tui.updates import repository
from lnctp_tui.updates.updater import Asked

SYSTEM = "tests-none"
GOOD = b"#!/bin/sh\nexit 0\n"


def archive(
    path: Path, program: bytes = GOOD, change: Callable[[tarfile.TarInfo], Any] = lambda entry: None
) -> Path:
    """A packed version; `change` alters the entry of a second file before it is added."""
    with lzma.open(path, "w", preset=0) as packed, tarfile.open(fileobj=packed, mode="w") as entries:
        top = tarfile.TarInfo("lnctp")
        top.type, top.mode = tarfile.DIRTYPE, 0o755
        entries.addfile(top)
        entry = tarfile.TarInfo("lnctp/lnctp")
        entry.mode, entry.size = 0o755, len(program)
        entries.addfile(entry, io.BytesIO(program))
        other = tarfile.TarInfo("lnctp/data/file")
        other.size = 3
        change(other)
        entries.addfile(other, io.BytesIO(b"abc"[: other.size]))
    return path


@dataclass
class Office:
    """One organisation and its server's folder."""

    folder: Path
    home: Path
    now: datetime = field(default_factory=instants.now)
    roots: list[SigningKey] = field(default_factory=lambda: [SigningKey.generate() for _ in range(3)])
    signers: list[SigningKey] = field(default_factory=lambda: [SigningKey.generate() for _ in range(2)])

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        self.online = releases.online_key(self.home)
        names = [bytes(key.verify_key).hex() for key in self.signers]
        self.digest = repository.found(
            self.folder, self.roots, names, bytes(self.online.verify_key).hex(), self.now
        )

    @property
    def root(self) -> bytes:
        return (self.folder / "1.root.json").read_bytes()

    @property
    def served(self) -> Path:
        return releases.folder(self.home)

    def plan(
        self,
        *versions: str,
        percent: int = 100,
        protocol: int = 2,
        schema: str = "9999",
        program: bytes = GOOD,
    ) -> None:
        """Packs versions and names them in release.toml."""
        text = ""
        for version in versions:
            name = f"lnctp-{version}.tar.xz"
            archive(self.folder / name, program)
            text += (
                f'[[target]]\nfile = "{name}"\nversion = "{version}"\nsystem = "{SYSTEM}"\nprotocol = {protocol}\n'
                f'schema = "{schema}"\npercent = {percent}\n'
            )
        (self.folder / repository.PLAN).write_text(text, encoding="utf-8")

    def issue(self, *versions: str, at: datetime | None = None, **facts: Any) -> None:
        """Signs versions and offers them."""
        self.plan(*versions, **facts)
        repository.sign(self.folder, self.signers[0], at or self.now)
        repository.add(self.served, self.folder, self.online, at or self.now, 2)

    def long_ago(self, days: int) -> datetime:
        return self.now - timedelta(days=days)


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """The server's own route on loopback; its address."""

    async def in_thread(work: Callable[[], Any]) -> Any:
        return work()

    app = FastAPI()
    releases.add(app)
    app.state.services = SimpleNamespace(
        settings=SimpleNamespace(home=home, proxies=()), in_thread=in_thread, lingering=Lingering()
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def asked(home: Path, url: str, **changes: Any) -> Asked:
    """A laptop's question."""
    known: dict[str, Any] = {
        "ca": None,
        "device": "d" * 32,
        "root": None,
        "schema": "0001",
        "own": "1.0",
        "system": SYSTEM,
    }
    return Asked(home, url, **{**known, "rate": 1 << 30, **changes})
