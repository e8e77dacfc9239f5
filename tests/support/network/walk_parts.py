"""How the walk's laptops and server are started: founded once, copied for each walk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import orjson
from nacl.signing import SigningKey
from psycopg import sql
from psycopg.rows import dict_row
from walk_world import START, Laptop, World

from lnctp_tui.errors import Declined, SyncFailed
from lnctp_tui.server.admin import access, relief
from lnctp_tui.server.ingest import log, push
from lnctp_tui.server.postgres import database, embedded
from lnctp_tui.server.read import equality, history, pull, tallies
from lnctp_tui.services.vault.workspace import found_workspace, load_protocol, open_store
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import TABLES, Store
from lnctp_tui.storage.replication import server_state
from lnctp_tui.storage.vault.vault import Key
from lnctp_tui.sync import wire
from lnctp_tui.sync.answers import Diverged
from lnctp_tui.sync.client import Client
from lnctp_tui.sync.loop import Round
from lnctp_tui.sync.wire import Cursor

TEAM = "main"
_numbers = count(1)


class Made(NamedTuple):
    """One laptop of the template."""

    folder: Path
    key: Key
    person: str
    device: str
    public_key: str


class Ready(NamedTuple):
    """What `Adapter.laptop` hands to the world."""

    person: str
    device: str
    folder: Path
    key: Key
    store: Store
    serve: Any


class Server:
    """A database and what its routes would call. `world` gives its clock."""

    def __init__(self, cluster: embedded.Embedded, template: str, key: SigningKey) -> None:
        self.cluster, self.key = cluster, key
        self.name = f"walk{next(_numbers)}"
        self.kept: str | None = None
        self.world: World | None = None
        self._owner = database.connect(cluster.url(embedded.OWNER, "postgres"), autocommit=True)
        self._copy(template, self.name)
        self._open()

    def _copy(self, of: str, to: str) -> None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        self._owner.execute(statement.format(sql.Identifier(to), sql.Identifier(of)))

    def _drop(self, name: str) -> None:
        self._owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _open(self) -> None:
        self.db = database.connect(self.cluster.url(database=self.name), autocommit=True)
        database._prepare(self.db)
        self.seen = database.connect(self.cluster.url(embedded.OWNER, self.name), autocommit=True)

    def _close(self) -> None:
        self.db.close()
        self.seen.close()

    def end(self) -> None:
        """Leave nothing behind."""
        self._close()
        for name in (self.name, self.kept):
            if name:
                self._drop(name)
        self._owner.close()

    def backup(self) -> None:
        """Copy the database."""
        if self.kept:
            self._drop(self.kept)
        self.kept = f"kept{next(_numbers)}"
        self._close()
        self._copy(self.name, self.kept)
        self._open()

    def restore(self) -> bool:
        """Be as at the last backup; False when there is none."""
        if self.kept is None:
            return False
        self._close()
        self._drop(self.name)
        self._copy(self.kept, self.name)
        self._open()
        return True

    # -- what the routes do -------------------------------------------------------------------------

    def serve(self, device_id: str) -> Any:
        """A laptop's way to the server, as JSON goes over the line."""

        def call(method: str, path: str, message: Mapping[str, Any] | None) -> dict[str, Any]:
            sent = orjson.loads(orjson.dumps(message)) if message is not None else {}
            parts = urlsplit(path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            try:
                answer = self._route(device_id, parts.path, sent, query)
            except Declined as declined:
                raise SyncFailed(declined.code) from declined
            return orjson.loads(orjson.dumps(answer))  # type: ignore[no-any-return]

        return call

    def _route(self, device_id: str, path: str, sent: dict[str, Any], query: dict[str, str]) -> Any:
        assert self.world is not None
        device = database.find_device(self.db, device_id)
        assert device is not None
        now = self.world.now(timedelta(0))
        match path:
            case "/v1/me":
                return {"state": device.state, "role": device.role, "folio_prefix": device.folio_prefix}
            case "/v1/push":
                return push.push(self.db, device, sent, now, self.key)
            case "/v1/pull":
                cursor, proof = _mark(query["cursor"]), _mark(query["proof"]) if "proof" in query else None
                return pull.pull(self.db, device, cursor, proof, 3)
            case "/v1/start":
                return history.start(self.db, device)
            case "/v1/history":
                return history.history(self.db, device, sent["scopes"], sent["after"], 3)
            case "/v1/missing":
                return history.missing(self.db, device, sent["ids"])
            case "/v1/fetch":
                return history.fetch(self.db, device, sent["ids"])
            case "/v1/equal":
                return equality.equal(self.db, device)
            case "/v1/bucket":
                return equality.bucket(self.db, device, sent["bucket"])
            case "/v1/tallies":
                return tallies.published(self.db, device)
            case "/v1/window":
                return access.window(self.db, device, sent["scopes"], sent["action"], now)
        raise AssertionError(path)

    # -- what the oracle reads ----------------------------------------------------------------------

    def _rows(self, query: str, *args: Any) -> list[dict[str, Any]]:
        with self.seen.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query, args).fetchall()

    def ids(self) -> set[str]:
        """Of every change it holds."""
        return {row["id"] for row in self._rows("SELECT id FROM log WHERE kind = 'change'")}

    def log(self) -> dict[str, dict[str, Any]]:
        """Every change by id."""
        return {row["id"]: row for row in self._rows("SELECT * FROM log WHERE kind = 'change' ORDER BY n")}

    def numbers(self) -> list[int]:
        """Of all entries, sorted."""
        return [row["n"] for row in self._rows("SELECT n FROM log ORDER BY n")]

    def chain_holds(self) -> bool:
        """Whether each entry's chain follows from the one before."""
        chain = ""
        for row in self._rows("SELECT id, hash, chain FROM log ORDER BY n"):
            chain = wire.chained(chain, row["id"], row["hash"])
            if chain != row["chain"]:
                return False
        return True

    def granted(self, person: str) -> set[str]:
        """The scopes a person may see."""
        rows = self._rows("SELECT scope FROM access WHERE person = %s AND state = 'held'", person)
        return {row["scope"] for row in rows} | {wire.EVERYBODY}

    def records(self) -> dict[tuple[str, str], set[str]]:
        """Every record with its scopes."""
        return {(row["table"], row["row"]): set(row["scopes"]) for row in self._rows("SELECT * FROM records")}

    def row(self, table: str, row: str) -> dict[str, Any] | None:
        """A row of the tables that the log is folded into."""
        found = self._rows(f'SELECT * FROM data."{table}" WHERE id = %s', row)
        return found[0] if found else None

    def toggle(self, person: str, case: str, reason: str = "revoked") -> None:
        """Grant a case that the person lacks, revoke one that they have."""
        assert self.world is not None
        now = self.world.now(timedelta(0))
        if case in self.granted(person):
            access.revoke(self.db, TEAM, person, case, now, "admin", reason)
        else:
            access.grant(self.db, TEAM, person, case, now, by="admin")

    def relieve(self, giver: str, taker: str, case: str, lasts: timedelta) -> None:
        """Ends what a hand-over opened for a while, and opens the case so to a person who once saw it."""
        assert self.world is not None
        now = self.world.now(timedelta(0))
        relief.look(self.db, TEAM, now)
        self.seen.execute(
            "UPDATE access SET until = '2' WHERE person = %s AND scope = %s AND state = 'revoked'",
            (taker, case),
        )
        with database.transaction(self.db, TEAM, database.SERVE) as connection:
            until = instants.iso(now + lasts)
            log.append(connection, TEAM, access.relieve(connection, TEAM, giver, taker, case, until, now))


class Adapter:
    """The template: three laptops that know each other and share two cases."""

    def __init__(self, cluster: embedded.Embedded, vault: Any, folder: Path) -> None:
        self.cluster, self.key = cluster, SigningKey.generate()
        self.pool = ThreadPoolExecutor(1)
        self.protocol = load_protocol(folder)
        self.template = f"walks{next(_numbers)}"
        self.made = [self._found(vault, folder / f"made{number}") for number in range(3)]
        self.cases = [str(UUID(int=number, version=4)) for number in (1, 2)]
        self._prepare()

    def _found(self, vault: Any, folder: Path) -> Made:
        shutil.copytree(vault.home, folder)
        found_workspace(
            folder, vault.key, name="Consejera de Prueba", zone="America/Mexico_City", language="es"
        )
        store = self.open(folder, vault.key)
        with store.write() as unit:
            signing = SigningKey(bytes.fromhex(state.get(unit.connection, server_state.DEVICE_KEY)))
            known = server_state.Server(
                "http://127.0.0.1:1", None, bytes(self.key.verify_key).hex(), "active", store.author.actor,
                "counselor", TEAM,
            )  # fmt: skip
            server_state.put_server(unit.connection, known)
        store.close()
        public = bytes(signing.verify_key).hex()
        return Made(folder, vault.key, store.author.actor, store.author.device, public)

    def _prepare(self) -> None:
        server = Server(self.cluster, "lnctp_template", self.key)
        world = _Clock(server)
        for number, made in enumerate(self.made):
            server.seen.execute(
                "INSERT INTO people (team, id, name, role, created_at) VALUES (%s, %s, 'Prueba', 'counselor', '')",
                (TEAM, made.person),
            )
            server.seen.execute(
                "INSERT INTO devices (team, id, person, actor, public_key, state, folio_prefix, created_at)"
                " VALUES (%s, %s, %s, %s, %s, 'active', %s, '')",
                (TEAM, made.device, made.person, made.person, made.public_key, f"AAA{number}"),
            )
        stores = [self.open(made.folder, made.key) for made in self.made]
        for store in stores:
            store.now = lambda: world.now(timedelta(0))
        with stores[0].write() as unit:
            for case in self.cases:
                unit.record("cases", case, {"status": "open"})
        self._rounds(server, stores)
        for case in self.cases:
            for made in self.made[1:]:
                access.grant(server.db, TEAM, made.person, case, world.now(timedelta(0)), by="admin")
        self._rounds(server, stores)
        for store in stores:
            store.close()
        server._close()
        server._drop(self.template)
        server._copy(server.name, self.template)
        server._drop(server.name)
        server._owner.close()

    def _rounds(self, server: Server, stores: list[Store]) -> None:
        for _ in range(2):
            for made, store in zip(self.made, stores, strict=True):
                Round(Client(store, _Plain(server.serve(made.device)), pool=self.pool)).run()

    # -- for each walk ------------------------------------------------------------------------------

    def server(self, world: World) -> Server:
        """A server as the template left it."""
        made = Server(self.cluster, self.template, self.key)
        made.world = world
        self._server = made
        return made

    def laptop(self, number: int, folder: Path) -> Ready:
        """A laptop as the template left it."""
        made = self.made[number]
        shutil.copytree(made.folder, folder)
        store = self.open(folder, made.key)
        return Ready(made.person, made.device, folder, made.key, store, self._server.serve(made.device))

    def open(self, folder: Path, key: Key) -> Store:
        """Open a laptop's database."""
        return open_store(folder, key, protocol=self.protocol)

    def round(self, laptop: Laptop) -> None:
        """One round of the real loop; what the line did is no failure of the program."""
        with offline():
            client = Client(laptop.store, laptop.wire, pool=self.pool)
            client.outbox.size = 2  # several batches, of which two are on the way at once
            client.outbox.compared = True  # its first words were said before the walk begins
            Round(client).run()

    def listen(self, laptop: Laptop) -> None:
        """One page of the long poll, which comes between a save and its push."""
        with offline(), suppress(Diverged):
            Client(laptop.store, laptop.wire, pool=self.pool).pull()


@contextmanager
def offline() -> Iterator[None]:
    """A line that breaks ends the round and is no failure."""
    try:
        yield
    except SyncFailed as failed:
        if failed.code != "offline":
            raise


class _Plain:
    offset = 0

    def __init__(self, serve: Any) -> None:
        self._serve = serve

    def call(
        self, method: str, path: str, message: Mapping[str, Any] | None = None, *, wait: float = 0.0
    ) -> dict[str, Any]:
        return self._serve(method, path, message)  # type: ignore[no-any-return]

    def close(self) -> None:
        return


class _Clock:
    """A clock for the making of the template."""

    def __init__(self, server: Server) -> None:
        self.time = START - timedelta(days=1)
        server.world = self  # type: ignore[assignment]

    def now(self, skew: timedelta) -> Any:
        self.time += timedelta(milliseconds=1)
        return self.time + skew


def _mark(text: str) -> Cursor:
    n, _, chain = text.partition(".")
    return Cursor(int(n), chain)


__all__ = ["TABLES", "Adapter", "Server"]
