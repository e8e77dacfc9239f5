"""Laptops with real SQLCipher databases that speak to the real server's core; the line between them can break."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from nacl.signing import SigningKey
from vaults import MadeVault

from lnctp_tui.errors import Declined, SyncFailed
from lnctp_tui.server.ingest import log, push
from lnctp_tui.server.ingest.cursors import read
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.server.postgres.embedded import OWNER, Embedded
from lnctp_tui.server.read import history, pull, tallies
from lnctp_tui.services.sync.projection_check import compare as refolded
from lnctp_tui.services.vault.workspace import Workspace, found_workspace, open_workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.replication import server_state
from lnctp_tui.storage.replication.server_state import Server
from lnctp_tui.storage.vault.vault import Key
from lnctp_tui.sync import fresco, wire
from lnctp_tui.sync.client import Client
from lnctp_tui.sync.loop import Round

SERVER_KEY = SigningKey(b"server key of these tests, made up"[:32])
PERSON = """INSERT INTO people (team, id, name, role, created_at) VALUES ('main', %s, %s, %s, '')
  ON CONFLICT DO NOTHING"""
DEVICE = """INSERT INTO devices (team, id, person, actor, public_key, state, folio_prefix, created_at)
  VALUES ('main', %s, %s, %s, %s, %s, %s, '')"""


@dataclass
class DirectLine:
    """A line that packs and unpacks as the real one does and calls the server's functions."""

    pool: Pool
    device: str
    faults: list[str] = field(default_factory=list)
    """What becomes of the next calls: `lost` before the server, `unheard` after it."""
    alter: Callable[[str, dict[str, Any]], dict[str, Any]] = lambda _path, answer: answer
    asked: list[str] = field(default_factory=list)
    offset: int = 0

    def call(
        self, method: str, path: str, message: Mapping[str, Any] | None = None, *, wait: float = 0.0
    ) -> dict[str, Any]:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "lost":
            raise SyncFailed("offline")
        body = wire.unpack(wire.pack(message), wire.BODY_CAP) if message is not None else {}
        self.asked.append(path.partition("?")[0])
        nonce = secrets.token_hex(16)
        try:
            answer = self._serve(path, body)
            if path.startswith(("/v1/me", "/v1/pull")) and answer.get("status") != "diverged":
                answer |= {fresco.MEMBER: self._fresh(nonce, answer)}
        except Declined as declined:
            raise SyncFailed(declined.code) from None
        if fault == "unheard":
            raise SyncFailed("line_broke")
        said = self.alter(path, wire.unpack(wire.pack(answer), wire.ANSWER_CAP))
        key = SERVER_KEY.verify_key.encode().hex()
        return {**said, fresco.MEMBER: fresco.proven(said.get(fresco.MEMBER), key, self.device, nonce)}

    def _fresh(self, nonce: str, answer: Mapping[str, Any]) -> dict[str, Any]:
        with self.pool.connection() as connection:
            device = database.find_device(connection, self.device)
        assert device is not None
        role = answer.get("role", device.role)
        return fresco.sign(SERVER_KEY, self.device, nonce, role, instants.iso(instants.now()))

    def close(self) -> None:
        """Nothing to hang up."""

    def _serve(self, path: str, body: Any) -> dict[str, Any]:
        with self.pool.connection() as connection:
            device = database.find_device(connection, self.device)
        if device is None or device.state != "active":
            raise Declined("unknown_device" if device is None else device.state)
        name, _, query = path.removeprefix("/v1/").partition("?")
        said = dict(each.split("=") for each in query.split("&") if each)
        match name:
            case "me":
                return {"state": device.state, "server_key": SERVER_KEY.verify_key.encode().hex()}
            case "push":
                return push.push(self.pool, device, body, instants.now(), SERVER_KEY)
            case "pull":
                marks = [said.get(key, "").partition(".") for key in ("cursor", "proof")]
                cursor, proof = (read([int(n), chain]) if n else None for n, _dot, chain in marks)
                assert cursor is not None
                audit_n = int(said.get("audit", 0))
                return pull.pull(self.pool, device, cursor, proof, int(said["limit"]), audit_n)
            case "start":
                return history.start(self.pool, device)
            case "history":
                return history.history(self.pool, device, body["scopes"], body["after"], body["limit"])
            case "missing":
                return history.missing(self.pool, device, body["ids"])
            case "fetch":
                return history.fetch(self.pool, device, body["ids"])
            case "tallies":
                return tallies.published(self.pool, device)
        raise AssertionError(path)


@dataclass
class Desk:
    """A laptop of somebody: its workspace, its line, its client."""

    name: str
    workspace: Workspace
    line: DirectLine
    helper: ThreadPoolExecutor
    home: Path
    key: Key
    heard: list[frozenset[str]] = field(default_factory=list)

    @property
    def store(self) -> Any:
        return self.workspace.store

    def client(self) -> Client:
        client = Client(self.store, self.line, pool=self.helper)
        client.on_changed = self.heard.append
        return client

    def sync(self) -> Client:
        """A whole round, as the thread does it, but for the daily comparison."""
        with self.store.write() as unit:
            unit.remember(server_state.COMPARED, instants.iso(unit.now))
        client = self.client()
        Round(client).run()
        return client

    def case(self, **patch: Any) -> str:
        case = ids.new_id()
        with self.store.write() as unit:
            unit.record("cases", case, {"status": "open", "opened_at": instants.iso(unit.now)} | patch)
        return case

    def set(self, case: str, form: Any = None, **patch: Any) -> str:
        with self.store.write() as unit:
            return str(unit.record("cases", case, patch, form=form))

    def row(self, case: str, table: str = "cases") -> dict[str, Any] | None:
        with self.store.read() as connection:
            found = (
                connection.exec_driver_sql(f"SELECT * FROM {table} WHERE id = ?", (case,)).mappings().first()
            )
        return {**found, "heads": orjson.loads(found["heads"])} if found else None

    def scalar(self, sql: str, *values: Any) -> Any:
        with self.store.read() as connection:
            return connection.exec_driver_sql(sql, values).scalar()

    def refolds(self) -> bool:
        """Whether the tables are what the log says."""
        with self.store.read() as connection:
            return not refolded(connection).different

    def reopen(self) -> None:
        """As after a crash: nothing in memory stays."""
        self.workspace.close()
        self.workspace = open_workspace(self.home, self.key)


@dataclass
class House:
    """The server and its laptops."""

    pool: Pool
    cluster: Embedded
    folder: Path
    template: Path
    key: Key
    desks: list[Desk] = field(default_factory=list)

    def desk(self, name: str, role: str = "counselor", person: str | None = None) -> Desk:
        home = self.folder / name
        shutil.copytree(self.template, home)
        found_workspace(home, self.key, name=f"Persona {name}", zone="America/Mexico_City", language="es")
        workspace = open_workspace(home, self.key)
        store = workspace.store
        with store.read() as connection:
            keys = connection.exec_driver_sql("SELECT public_key, folio_prefix FROM devices").one()
        with database.transaction(self.pool, "main", database.SERVE) as connection:
            whose = person or store.author.actor
            connection.execute(PERSON, (whose, name, role))
            row = (store.author.device, whose, store.author.actor, keys[0], "active", keys[1])
            connection.execute(DEVICE, row)
        server = Server(
            "http://127.0.0.1:1", None, SERVER_KEY.verify_key.encode().hex(), "active", whose, role, "main"
        )
        with store.write() as unit:
            server_state.put_server(unit.connection, server)
        line = DirectLine(self.pool, store.author.device)
        desk = Desk(name, workspace, line, ThreadPoolExecutor(2), home, self.key)
        self.desks.append(desk)
        return desk

    def event(self, kind: str, scope: str, desk: Desk | None, **more: Any) -> None:
        """A grant, revocation or erasure, as the server's commands write it."""
        person = None
        if desk is not None:
            person = desk.store.author.actor
        with database.transaction(self.pool, "main", database.SERVE) as connection:
            if desk is not None:
                state = "held" if kind == "grant" else "revoked"
                connection.execute(
                    "INSERT INTO access (team, person, scope, state, rank) VALUES ('main', %s, %s, %s, 0) "
                    "ON CONFLICT (team, person, scope) DO UPDATE SET state = excluded.state",
                    (person, scope, state),
                )
            log.append(connection, "main", [log.event(kind, instants.now(), scope, person=person, **more)])

    def owner(self) -> Any:
        """A connection as the owner of the tables: what only a restored backup does."""
        name = psycopg.conninfo.conninfo_to_dict(self.pool.conninfo)["dbname"]
        return database.connect(self.cluster.url(OWNER, str(name)))

    def close(self) -> None:
        for desk in self.desks:
            desk.workspace.close()
            desk.helper.shutdown()


def packed(message: Any) -> Any:
    """A message as the other side reads it."""
    return orjson.loads(orjson.dumps(message))


def opened(pool: Pool, cluster: Embedded, folder: Path, template: Path, key: Key) -> Iterator[House]:
    house = House(pool, cluster, folder, template, key)
    yield house
    house.close()


@pytest.fixture
def house(pool: Pool, cluster: Embedded, tmp_path: Path, tables_template: MadeVault) -> Iterator[House]:
    """Laptops without a network between them and their server, on tables made once."""
    yield from opened(pool, cluster, tmp_path, tables_template.home, tables_template.key)


def shared(house: House, **patch: Any) -> tuple[Desk, Desk, str]:
    """Two counselors with one case, both up to date."""
    ana, beto = house.desk("ana"), house.desk("beto")
    case = ana.case(**patch)
    ana.sync()
    house.event("grant", case, beto, data={"rank": -1})
    beto.sync()
    ana.sync()
    return ana, beto, case
