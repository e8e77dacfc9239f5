"""An answer is weather: nothing a server says without a signature deletes, blanks, hides for good, or renews a day.

A proxy on loopback stands between a real laptop and the real server. It has no key of anybody's: it answers in the
server's place, alters what the server answers, and plays older answers again.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import orjson
import pytest
from nacl.signing import SigningKey
from served import Served, enrolled
from workspaces import narrate, settle

from lnctp_tui.errors import SyncFailed
from lnctp_tui.services.call.desk import desk
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.replication import server_state
from lnctp_tui.sync import fresco, wire
from lnctp_tui.sync.loop import Loop
from lnctp_tui.sync.transport import KNOWN

ROUTES = (
    "/v1/me", "/v1/push", "/v1/pull", "/v1/start", "/v1/history", "/v1/missing", "/v1/fetch", "/v1/equal", "/v1/bucket",
    "/v1/window",
)  # fmt: skip
STATUSES = (200, 301, 400, 401, 403, 404, 409, 413, 418, 422, 429, 500, 503)
LOSSES = ("changes", "cases", "contacts", "people", "places", "conflicts", "receipts", "access")
Answer = tuple[int, str, bytes]
"""Status, content type, body."""
Lie = Callable[[str, str, Answer], Answer]
"""Method, path with its query, the true answer → what the laptop gets."""


@dataclass
class Proxy:
    """Passes everything on, unless it lies."""

    url: str
    target: str
    lie: Lie = lambda _method, _path, true: true
    deaf: str = "no path"
    """Requests with this in their path never reach the server."""
    asked: list[str] = field(default_factory=list)


@contextmanager
def between(served: Served) -> Iterator[Proxy]:
    """A proxy in a thread of its own, on a free port."""
    loop = asyncio.new_event_loop()
    ready, ended = threading.Event(), asyncio.Event()
    proxy = Proxy("", served.url.removeprefix("http://"))

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, path = head.split(b" ", 2)[:2]
                body = await reader.readexactly(_length(head))
                true, time = refused("busy", 503), "0"
                if proxy.deaf.encode() not in path:
                    true, time = await _ask(proxy.target, head, body)
                proxy.asked.append(path.decode())
                status, kind, content = proxy.lie(method.decode(), path.decode(), true)
                writer.write(
                    f"HTTP/1.1 {status} x\r\ncontent-type: {kind}\r\nlnctp-time: {time}\r\n"
                    f"content-length: {len(content)}\r\n\r\n".encode()
                    + content
                )
                await writer.drain()
        writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        await ended.wait()
        server.close()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _ask(target: str, head: bytes, body: bytes) -> tuple[Answer, str]:
    """What the true server says to the same bytes, and its clock."""
    host, _, port = target.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head + body)
    said = await reader.readuntil(b"\r\n\r\n")
    content = await reader.readexactly(_length(said))
    writer.close()
    named = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in said.decode().split("\r\n")[1:])
    }
    status = int(said.split(b" ", 2)[1])
    return (status, named.get("content-type", ""), content), named.get("lnctp-time", "0")


def packed(message: Any) -> Answer:
    return 200, wire.MEDIA, wire.pack(message)


def refused(code: str, status: int = 403) -> Answer:
    return status, "application/json", orjson.dumps({"error": code, "time": 0})


def on(path: str, answer: Answer) -> Lie:
    """Answer so on one route, truly on the others."""
    return lambda _method, asked, true: answer if asked.partition("?")[0] == path else true


def page(*entries: dict[str, Any]) -> Lie:
    """Add entries to each page that is true."""

    def lie(_method: str, path: str, true: Answer) -> Answer:
        if not path.startswith("/v1/pull") or true[0] != 200:
            return true
        said = wire.unpack(true[2], wire.ANSWER_CAP)
        if said.get("status") != "ok":
            return true
        n, chain = said["next"]
        return packed(
            said | {"entries": [*said["entries"], *entries], "next": [n + len(entries), chain or "0" * 64]}
        )

    return lie


@dataclass
class Laptop:
    """An enrolled laptop with sent and unsent cases, an unfinished call and a draft, behind the proxy."""

    workspace: Workspace
    proxy: Proxy
    sent: str
    unsent: str
    call: str
    ids: list[str]
    before: Any = None

    def round(self) -> str | None:
        """One round; the code it ended with."""
        try:
            synchronise.once(self.workspace)
        except SyncFailed as error:
            return error.code
        return None

    def held(self) -> dict[str, Any]:
        """All that may not be lost: rows without their marks of sending, drafts, what is shown."""
        with self.workspace.store.read() as connection:
            run = connection.exec_driver_sql
            found: dict[str, Any] = {
                name: run(f"SELECT * FROM {name} ORDER BY 1").all()
                for name in LOSSES
                if name not in ("changes", "access")
            }
            found["changes"] = run(
                'SELECT id, device, actor, hlc, "table", row, "case", base, patch, schema, hash, sig '
                "FROM changes ORDER BY id"
            ).all()
            found["kept"] = run(
                "SELECT key, value FROM sync_state WHERE key GLOB 'draft:*' OR key GLOB 'call:*' OR key GLOB 'place:*' "
                "OR key GLOB 'key:*' OR key = 'device_key' ORDER BY key"
            ).all()
        return found

    def lost(self) -> list[str]:
        """What of the beginning is not there any more, or is otherwise. Receipts and new rows may come."""
        now = self.held()
        return [name for name, rows in self.before.items() if not set(rows) <= set(now[name])]

    def contact(self) -> str | None:
        with self.workspace.store.read() as connection:
            found: str | None = state.get(connection, server_state.CONTACT)
        return found

    @property
    def alarms(self) -> list[str]:
        return synchronise.status(self.workspace).alarms

    def shown(self) -> set[str]:
        return {each.id for each in desk(self.workspace.store).cases}


@pytest.fixture
def laptop(workspace: Workspace, served: Served) -> Iterator[Laptop]:
    enrolled(workspace, served)
    sent = _case(workspace, "tamarindo entregado")
    synchronise.once(workspace)
    unsent = _case(workspace, "guayaba sin enviar")
    intake = Intake.start(workspace)
    narrate(intake, "llamada sin terminar")
    settle(workspace)
    with workspace.store.write() as unit:
        unit.remember("draft:nota", "a medias")
        known = server_state.server(unit.connection)
        assert known is not None
    with between(served) as proxy:
        with workspace.store.write() as unit:
            server_state.put_server(unit.connection, replace(known, url=proxy.url))
        with workspace.store.read() as connection:
            ids = list(connection.exec_driver_sql("SELECT id FROM changes").scalars())
        found = Laptop(workspace, proxy, sent, unsent, intake.contact.id, ids)
        found.before = found.held()
        yield found


def _case(workspace: Workspace, text: str) -> str:
    case = ids.new_id()
    with workspace.store.write() as unit:
        unit.record("cases", case, {"status": "open", "opened_at": instants.iso(unit.now), "summary": text})
    return case


def _said(laptop: Laptop, said: str) -> None:
    """As if the server had said it before: such a laptop asks what it is in each round."""
    with laptop.workspace.store.write() as unit:
        known = server_state.server(unit.connection)
        assert known is not None
        server_state.put_server(unit.connection, replace(known, state=said))


def test_an_order_to_wipe_does_nothing_and_is_told(laptop: Laptop) -> None:
    for order, path in product(("wipe", "wipe_all"), ("/v1/push", "/v1/pull", "/v1/me")):
        _said(laptop, "revoked")
        with laptop.workspace.store.write() as unit:
            unit.remember(server_state.ALARMS, None)
        _case(laptop.workspace, f"para que algo se envíe: {order} {path}")
        laptop.proxy.lie = on(path, refused(order))
        assert [laptop.round() for _ in range(2)] == ["order_unsigned"] * 2
        assert laptop.lost() == []
        assert laptop.alarms == ["order_unsigned"]
        assert synchronise.status(laptop.workspace).problem == "order_unsigned"
        assert laptop.shown() >= {laptop.sent, laptop.unsent}
        laptop.proxy.lie = lambda _method, _path, true: true
        assert laptop.round() is None
        assert synchronise.status(laptop.workspace).waiting == 0
    assert not [each for each in laptop.proxy.asked if "wiped" in each]


def test_an_order_in_the_long_poll_and_in_a_search_is_told_too(laptop: Laptop) -> None:
    assert laptop.round() is None
    laptop.proxy.lie = on("/v1/search", refused("wipe_all"))
    with pytest.raises(SyncFailed, match=r"^order_unsigned$"):
        synchronise.search_server(laptop.workspace, "tamarindo")
    assert laptop.alarms == ["order_unsigned"]
    with laptop.workspace.store.write() as unit:
        unit.remember(server_state.ALARMS, None)

    def lie(_method: str, path: str, true: Answer) -> Answer:
        return refused("wipe_all") if "wait=25" in path else true

    laptop.proxy.lie, laptop.proxy.deaf = lie, "wait=25"
    told = threading.Event()
    loop = Loop(laptop.workspace.store)
    loop.on_round = lambda: told.set() if loop.problem == "order_unsigned" else None
    loop.start()
    assert told.wait(60)
    loop.stop(10)
    assert laptop.lost() == []
    assert laptop.alarms == ["order_unsigned"]


def test_a_state_is_a_banner_and_what_waits_is_still_sent(laptop: Laptop) -> None:
    for said, paths in product(
        ("revoked", "upload_only", "pending"),
        ({"/v1/pull"}, {"/v1/me", "/v1/pull"}, {"/v1/me", "/v1/pull", "/v1/start"}),
    ):
        laptop.proxy.lie = _barring(said, paths)
        before = laptop.contact()
        assert laptop.round() == said
        later = _case(laptop.workspace, "después de la mentira")
        assert laptop.round() == said
        found = synchronise.status(laptop.workspace)
        assert (found.state, found.problem) == (said, said)
        assert found.waiting == 0 or said == "pending"
        assert laptop.lost() == []
        assert laptop.shown() >= {laptop.sent, laptop.unsent, later}
        laptop.proxy.lie = lambda _method, _path, true: true
        assert laptop.round() is None
        assert synchronise.status(laptop.workspace).state == "active"
        assert laptop.contact() > (before or "")  # type: ignore[operator]


def _barring(said: str, paths: set[str]) -> Lie:
    def lie(_method: str, path: str, true: Answer) -> Answer:
        here = path.partition("?")[0]
        if here == "/v1/me" and here in paths:
            return packed(wire.unpack(true[2], wire.ANSWER_CAP) | {"state": said})
        return refused(said) if here in paths else true

    return lie


def test_an_entry_that_erases_does_nothing_and_is_told(laptop: Laptop) -> None:
    for scope in (laptop.sent, laptop.unsent, laptop.call, "@all"):
        with laptop.workspace.store.write() as unit:
            unit.remember(server_state.ALARMS, None)
        laptop.proxy.lie = page({"k": "erase", "n": 1, "scope": scope, "ids": laptop.ids})
        assert laptop.round() in (None, "server_history_changed")
        assert laptop.lost() == []
        assert laptop.alarms[:1] == ["order_unsigned"]
        assert laptop.shown() >= {laptop.sent, laptop.unsent}


def test_an_entry_that_revokes_hides_until_the_grant(laptop: Laptop) -> None:
    mine = (laptop.sent, laptop.unsent, laptop.call)
    for reason in ("revoked", "window", "transfer", "erase", None):
        laptop.proxy.lie = page(*({"k": "revoke", "n": 1, "scope": each, "reason": reason} for each in mine))
        laptop.round()
        assert laptop.lost() == []
        assert laptop.shown().isdisjoint(mine)
        assert synchronise.status(laptop.workspace).withdrawn == 2
        reopened = Intake.reopen(laptop.workspace, laptop.call)
        assert reopened.record(reopened.contact)["narrative"] == "llamada sin terminar"
        laptop.proxy.lie = page(*({"k": "grant", "n": 2, "scope": each} for each in mine))
        laptop.round()
        assert laptop.lost() == []
        assert laptop.shown() >= {laptop.sent, laptop.unsent}


def test_a_start_without_the_cases_that_are_held_hides_them(laptop: Laptop) -> None:
    def lie(_method: str, path: str, true: Answer) -> Answer:
        if path.startswith("/v1/start"):
            return packed(wire.unpack(true[2], wire.ANSWER_CAP) | {"scopes": []})
        return packed({"status": "diverged"}) if path.startswith("/v1/pull") else true

    laptop.proxy.lie = lie
    for _ in range(2):
        assert laptop.round() == "server_history_changed"
    assert laptop.lost() == []
    assert "server_history_changed" in laptop.alarms
    assert laptop.sent not in laptop.shown()
    laptop.proxy.lie = lambda _method, _path, true: true
    with laptop.workspace.store.write() as unit:
        unit.remember(server_state.CURSOR, [1, "0" * 64])  # which makes the true server say it
    laptop.round()
    assert laptop.lost() == []
    assert laptop.shown() >= {laptop.sent, laptop.unsent}


def test_a_case_with_an_unfinished_call_stays_usable_when_it_is_taken_away(laptop: Laptop) -> None:
    intake = Intake.reopen(laptop.workspace, laptop.call)
    intake.open_case()
    settle(laptop.workspace)
    case = str(intake.document["case"]["id"])
    laptop.round()
    laptop.proxy.lie = page(
        {"k": "revoke", "n": 1, "scope": case}, {"k": "revoke", "n": 1, "scope": laptop.call}
    )
    laptop.round()
    again = Intake.reopen(laptop.workspace, laptop.call)
    narrate(again, "y sigue hablando")
    settle(laptop.workspace)
    laptop.proxy.lie = lambda _method, _path, true: true
    laptop.round()
    assert synchronise.status(laptop.workspace).waiting == 0


def _without(answer: Answer, change: Callable[[dict[str, Any]], None]) -> Answer:
    if answer[0] != 200:
        return answer
    said = wire.unpack(answer[2], wire.ANSWER_CAP)
    if fresco.MEMBER in said:
        change(said)
    return packed(said)


def _forged(said: dict[str, Any]) -> None:
    key, body = SigningKey.generate(), orjson.loads(said[fresco.MEMBER]["body"])
    said[fresco.MEMBER] = fresco.sign(key, body["device"], body["nonce"], "supervisor", body["time"])
    said[fresco.MEMBER]["sigs"].append([said.get("server_key", "00" * 32), "00" * 64])


def _altered(said: dict[str, Any]) -> None:
    proof = said[fresco.MEMBER]
    proof["body"] = proof["body"].replace("counselor", "supervisor")


def test_what_is_not_signed_renews_no_day_and_gives_no_role(laptop: Laptop) -> None:
    before = laptop.contact()
    for alter in (lambda said: said.pop(fresco.MEMBER), _forged, _altered):

        def lie(
            _method: str, path: str, true: Answer, alter: Callable[[dict[str, Any]], None] = alter
        ) -> Answer:
            said = _without(true, alter)
            if said[0] == 200 and path.startswith(("/v1/pull", "/v1/me")):
                return packed(wire.unpack(said[2], wire.ANSWER_CAP) | {"role": "supervisor"})
            return said

        laptop.proxy.lie = lie
        for state_ in ("active", "revoked"):
            _said(laptop, state_)
            assert laptop.round() is None
        assert laptop.contact() == before
        assert synchronise.status(laptop.workspace).role == "counselor"
    laptop.proxy.lie = lambda _method, _path, true: true
    assert laptop.round() is None
    assert laptop.contact() != before


def test_an_older_proof_renews_nothing(laptop: Laptop) -> None:
    kept: list[Any] = []

    def listen(_method: str, path: str, true: Answer) -> Answer:
        if true[0] == 200 and path.startswith("/v1/pull"):
            kept.append(wire.unpack(true[2], wire.ANSWER_CAP)[fresco.MEMBER])
        return true

    laptop.proxy.lie = listen
    assert laptop.round() is None
    before = laptop.contact()
    assert kept

    def replay(said: dict[str, Any]) -> None:
        said[fresco.MEMBER] = random.choice(kept)

    laptop.proxy.lie = lambda _method, _path, true: _without(true, replay)
    for _ in range(3):
        assert laptop.round() is None
    assert laptop.contact() == before


def test_a_role_changes_with_what_the_server_signed(laptop: Laptop, served: Served) -> None:
    assert laptop.round() is None
    with served.office() as office:
        office.set_role(office.person(laptop.workspace.store.author.actor), "supervisor")
    assert laptop.round() is None
    assert synchronise.status(laptop.workspace).role == "supervisor"


KEY = SigningKey(b"a server's key of this test, 32b"[:32])


def test_a_proof_is_of_one_server_one_device_and_one_request() -> None:
    public = bytes(KEY.verify_key).hex()
    true = fresco.sign(KEY, "equipo", "ab" * 16, "counselor", "2026-03-01T10:00:00.000000Z")
    assert fresco.proven(true, public, "equipo", "ab" * 16) == (
        "counselor",
        "2026-03-01T10:00:00.000000Z",
        None,
    )
    assert fresco.proven(true, public, "otro", "ab" * 16) is None
    assert fresco.proven(true, public, "equipo", "ba" * 16) is None
    assert fresco.proven(true, "00" * 32, "equipo", "ab" * 16) is None
    assert fresco.proven(true, "", "equipo", "ab" * 16) is None
    twice = {**true, "body": true["body"].replace('{"device"', '{"device":"x","device"')}
    assert fresco.proven(twice, public, "equipo", "ab" * 16) is None
    receipt = KEY.sign(wire.receipt_bytes({"device": "equipo", "nonce": "ab" * 16})).signature.hex()
    assert fresco.proven({**true, "sigs": [[public, receipt]]}, public, "equipo", "ab" * 16) is None


def test_no_altered_proof_is_taken(soak: bool) -> None:
    public, dice = bytes(KEY.verify_key).hex(), random.Random(29)
    true = fresco.sign(KEY, "equipo", "ab" * 16, "counselor", "2026-03-01T10:00:00.000000Z")
    whole = orjson.dumps(true)
    for _ in range(200_000 if soak else 2_000):
        bytes_ = bytearray(whole)
        for _ in range(dice.randint(1, 3)):
            bytes_[dice.randrange(len(bytes_))] = dice.randrange(256)
        try:
            said = orjson.loads(bytes(bytes_))
        except orjson.JSONDecodeError:
            said = dice.choice(
                [
                    None,
                    [],
                    5,
                    "x",
                    {"body": 5, "sigs": 5},
                    {"body": "", "sigs": [[public]]},
                    true | {"sigs": []},
                ]
            )
        found = fresco.proven(said, public, "equipo", "ab" * 16)
        assert found is None or said["body"] == true["body"]


def junk(dice: random.Random, laptop: Laptop, true: Answer, path: str) -> Answer:
    """Anything a liar without keys may answer."""
    kind = dice.randrange(6)
    if kind == 0:
        return refused(dice.choice([*sorted(KNOWN), "x", ""]), dice.choice(STATUSES[1:]))
    if kind == 1:
        return (
            dice.choice(STATUSES),
            dice.choice([wire.MEDIA, "application/json", "text/html"]),
            dice.randbytes(40),
        )
    if kind == 2 or true[0] != 200:
        return packed(_value(dice, laptop, 3))
    said = wire.unpack(true[2], wire.ANSWER_CAP)
    if kind == 3 and "entries" in said:
        return page(*(_entry(dice, laptop) for _ in range(dice.randint(1, 4))))("GET", path, true)
    if kind == 4:
        return packed(said | {"status": dice.choice(["diverged", "too_old", "x", None])})
    if said:
        said[dice.choice(sorted(said))] = _value(dice, laptop, 2)
    return packed(said)


def _entry(dice: random.Random, laptop: Laptop) -> dict[str, Any]:
    scope = dice.choice([laptop.sent, laptop.unsent, laptop.call, "@all", "x", None, 5])
    kind = dice.choice(["erase", "revoke", "grant", "offer", "own", "change", "wipe", "role", "x", None])
    made = {
        "k": kind, "n": dice.choice([0, 1, 2**62, -1, "1", None]), "scope": scope, "ids": laptop.ids,
        "id": dice.choice([*laptop.ids, "x", None]), "reason": dice.choice(["window", "revoked", "erase", None]),
        "c": {"id": dice.choice(laptop.ids), "erased": True, "patch": None}, "state": "wipe", "role": "admin",
    }  # fmt: skip
    for _ in range(dice.randrange(3)):
        made.pop(dice.choice(sorted(made)))
    return made


def _value(dice: random.Random, laptop: Laptop, depth: int) -> Any:
    kind = dice.randrange(9 if depth else 6)
    if kind < 6:
        return dice.choice(
            [
                None,
                True,
                0,
                -1,
                2**70,
                1.5,
                "",
                "wipe_all",
                "revoked",
                "supervisor",
                *laptop.ids[:3],
                laptop.sent,
            ]
        )
    if kind == 6:
        return [_value(dice, laptop, depth - 1) for _ in range(dice.randrange(4))]
    names = (
        "state", "status", "error", "role", "scopes", "cursor", "results", "receipt", "missing", "changes", "done", "k",
        "next", "entries", "from", "sums", "ids", "server_key", "audit", "folio_prefix", "fresco", "scope",
    )  # fmt: skip
    return {dice.choice(names): _value(dice, laptop, depth - 1) for _ in range(dice.randrange(6))}


def test_nothing_that_a_liar_answers_loses_anything(laptop: Laptop, soak: bool) -> None:
    dice = random.Random(290)
    with laptop.workspace.store.write() as unit:
        unit.remember(server_state.CONTACT, "2026-01-01T00:00:00.000000Z")

    def lie(_method: str, path: str, true: Answer) -> Answer:
        true = _without(true, lambda said: said.pop(fresco.MEMBER))
        return junk(dice, laptop, true, path) if dice.random() < 0.5 else true

    laptop.proxy.lie = lie
    for _ in range(4_000 if soak else 30):
        laptop.round()
        assert laptop.lost() == []
    assert laptop.contact() == "2026-01-01T00:00:00.000000Z"
    codes = sorted(KNOWN) if soak else ["upload_only", "wipe_all"]
    for code, path, status in product(codes, ROUTES, STATUSES[1:] if soak else (403,)):
        laptop.proxy.lie = on(path, refused(code, status))
        laptop.round()
        assert laptop.lost() == []
    reopened = Intake.reopen(laptop.workspace, laptop.call)
    assert reopened.record(reopened.contact)["narrative"] == "llamada sin terminar"
