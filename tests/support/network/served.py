"""A real server on loopback for a test, and laptops that talk to it as ours do."""

from __future__ import annotations

import asyncio
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import pytest
import uvicorn
from nacl.signing import SigningKey
from server_office import signer

from lnctp_tui.domain.records import changes
from lnctp_tui.server import run
from lnctp_tui.server.admin.staff import Person, StaffRegistry
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import SERVE
from lnctp_tui.server.settings import Settings
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.sync import wire

TEAM = "main"
CANARY = "CANARIO-7f3a"


@dataclass
class Answered:
    """What the server said."""

    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def message(self) -> Any:
        if self.headers["content-type"] == wire.MEDIA:
            return wire.unpack(self.content, wire.ANSWER_CAP)
        return orjson.loads(self.content)

    @property
    def error(self) -> str:
        """The code of a refusal."""
        assert self.status >= 400, self.status
        found = self.message
        assert found.keys() == {"error", "time"}
        return str(found["error"])


@dataclass
class Laptop:
    """A device with its key. `tamper` changes what is sent after it was signed."""

    url: str
    device: str = field(default_factory=ids.new_id)
    actor: str = field(default_factory=ids.new_id)
    key: SigningKey = field(default_factory=SigningKey.generate)
    clock: Callable[[], int] = lambda: int(time.time())
    client: httpx.Client = field(
        default_factory=lambda: httpx.Client(trust_env=False, timeout=40, verify=False)
    )

    @property
    def public_key(self) -> str:
        return bytes(self.key.verify_key).hex()

    def signed(
        self, method: str, path: str, body: bytes, *, nonce: str | None = None, host: str | None = None
    ) -> dict[str, str]:
        """Headers that sign a request."""
        host = host or self.url.partition("://")[2]
        nonce = nonce or secrets.token_hex(16)
        return wire.request_headers(self.key, method, host, path, self.device, self.clock(), nonce, body)

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """A request exactly as it is given."""
        answer = self.client.request(method, self.url + path, content=body or None, headers=dict(headers))
        return Answered(answer.status_code, answer.headers, answer.content)

    def call(self, method: str, path: str, message: Any = None) -> Answered:
        """A request as the laptop signs it."""
        body = b"" if method == "GET" else wire.pack({} if message is None else message)
        return self.send(method, path, body, self.signed(method, path, body))

    def change(self, table: str, patch: dict[str, Any], **members: Any) -> dict[str, Any]:
        """A signed change; a new case unless `members` say otherwise."""
        row = members.pop("row", None) or ids.new_id()
        content: dict[str, Any] = {
            "id": ids.new_id(), "device": self.device, "actor": self.actor,
            "hlc": instants.micros(instants.now()), "table": table, "row": row,
            "case": row if table == "cases" else None, "base": [], "patch": patch, "schema": 1, **members,
        }  # fmt: skip
        content["hash"] = changes.digest(changes.canonical(content))
        content["sig"] = next(changes.seals([content["hash"]], signer(self.key)))
        return content

    def case(self, **patch: Any) -> dict[str, Any]:
        """A change that makes a case."""
        now = instants.iso(instants.now())
        made = {"opened_at": now, "status": "open"}
        return self.change("cases", made | patch)

    def push(self, *coming: Any, **members: Any) -> Answered:
        """A push that proves nothing."""
        return self.call(
            "POST", "/v1/push", {"cursor": None, "proof": None, "changes": list(coming)} | members
        )


@dataclass
class Served:
    """A running server, and the office that keeps its people."""

    url: str
    database: str
    server: uvicorn.Server
    app: Any
    thread: threading.Thread

    def stop(self) -> None:
        """As SIGTERM would."""
        self.server.should_exit = True
        self.app.state.services.log_tail.stop()

    def stop_and_wait(self) -> None:
        """As `stop`, until it ended."""
        self.stop()
        self.thread.join(15)

    @contextmanager
    def office(self) -> Iterator[StaffRegistry]:
        with database.connect(self.database) as connection, database.transaction(connection, TEAM, SERVE):
            yield StaffRegistry(connection, TEAM, "cli:prueba", instants.now())

    def person(self, role: str = "counselor", name: str = "Persona de Prueba") -> tuple[Person, str]:
        """Somebody, and an enrolment code."""
        with self.office() as office:
            person = office.add(name, role)
            return person, office.code(person)[0]

    def pending(self, role: str = "counselor") -> Laptop:
        """A laptop that enrolled and waits."""
        laptop = Laptop(self.url)
        answer = self.enroll(laptop, self.person(role)[1])
        assert answer.status == 200, answer.content
        return laptop

    def enroll(self, laptop: Laptop, code: str) -> Answered:
        """What the server says to an enrolment."""
        message = {"code": code, "device": laptop.device, "public_key": laptop.public_key,
                   "actor": laptop.actor, "name": "Persona de Prueba", "time_zone": "America/Tijuana"}  # fmt: skip
        return laptop.call("POST", "/v1/enroll", message)

    def laptop(self, role: str = "counselor", state: str = "active") -> Laptop:
        """A laptop of a new person, in a state."""
        laptop = self.pending(role)
        if state != "pending":
            self.set_state(laptop, "active")
        if state not in ("pending", "active"):
            self.set_state(laptop, state)
        return laptop

    def set_state(self, laptop: Laptop, state: str) -> None:
        with self.office() as office:
            office.set_state(office.device(laptop.device), state)


@contextmanager
def serving(
    url: str, settings: Settings, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> Iterator[Served]:
    """The server in a thread of this process, on a free port."""
    from lnctp_tui.server.http import routes

    app = routes.application(settings, url, lifespan=run.life)
    with socket.socket() as listener:
        listener.bind((host, 0))
        listener.listen(512)
        config = uvicorn.Config(app, lifespan="on", loop="asyncio", **run.options(settings))
        config.load()
        config.ssl = tls
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
        thread.start()
        address = f"{'https' if tls else 'http'}://{host}:{listener.getsockname()[1]}"
        running = Served(address, url, server, app, thread)
        try:
            _until_up(address, thread)
            yield running
        finally:
            running.stop_and_wait()


def _until_up(address: str, thread: threading.Thread) -> None:
    with httpx.Client(trust_env=False, verify=False) as client:
        while thread.is_alive():
            try:
                if client.get(f"{address}/health").status_code == 200:
                    return
            except httpx.TransportError:
                pass
    raise AssertionError("the server did not start")


@pytest.fixture
def served(pg: str, tmp_path: Any) -> Iterator[Served]:
    """A server on an empty database."""
    with serving(pg, Settings(home=tmp_path)) as running:
        yield running


def enrolled(workspace: Workspace, served: Served, role: str = "counselor", code: str = "") -> None:
    """Enrols a laptop and approves it by the words read aloud."""
    assert synchronise.enroll(workspace, served.url, code or served.person(role)[1]) == "pending"
    with served.office() as office:
        device = office.device(workspace.store.author.device)
        office.approve(device, " ".join(synchronise.fingerprint(workspace)))
