"""The server stays up for everybody: nobody locks another out, and nobody fills its memory. Attacks 37 and 38."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import socket
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import zstandard
from served import Laptop, Served, serving

from lnctp_tui.errors import Denied
from lnctp_tui.server import run
from lnctp_tui.server.admin import access
from lnctp_tui.server.http import bodies, idle_connections, logs, rate_limits
from lnctp_tui.server.http.bodies import Bodies, LongTurn, Room, Turns
from lnctp_tui.server.http.rate_limits import FAILED, Buckets, Rate
from lnctp_tui.server.postgres.database_watchdog import LONGEST, DatabaseWatchdog
from lnctp_tui.server.postgres.embedded import Embedded
from lnctp_tui.server.settings import Settings
from lnctp_tui.sync import bounds, wire


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refusals that wait, wait less."""
    monkeypatch.setattr(bodies, "LINGER", 0.0)


def forged(served: Served, victim: Laptop) -> Laptop:
    """Whoever knows a device's id and not its key."""
    return Laptop(served.url, victim.device, victim.actor)


# 37: locked out by others


def test_unsigned_requests_with_her_id_lock_nobody_out(served: Served, soak: bool) -> None:
    ana, buckets = served.laptop(), served.app.state.services.authenticator.devices
    assert ana.call("GET", "/v1/me").status == 200
    left = buckets._of(ana.device).tokens
    eve, count = forged(served, ana), 722 if soak else 90
    began = time.monotonic()
    told = [eve.call("GET", "/v1/me").error for _ in range(count)]
    assert set(told[:25]) == {"bad_signature"}
    assert told.count("bad_signature") <= FAILED.burst + (time.monotonic() - began) * FAILED.each + 2
    assert told.count("rate_limited") == count - told.count("bad_signature")
    assert buckets._of(ana.device).tokens >= left
    assert [ana.push(ana.case()).status for _ in range(10)] == [200] * 10


def test_bodies_that_nobody_signed_lock_nobody_out(served: Served) -> None:
    ana = served.laptop()
    eve, body = forged(served, ana), wire.pack({"changes": ["x" * 100_000]})
    for _ in range(20):
        headers = eve.signed("POST", "/v1/push", body)
        eve.send("POST", "/v1/push", body, headers)
        del headers["LNCTP-Digest"]
        eve.send("POST", "/v1/push", body, headers)
    assert ana.push(ana.case()).status == 200


def test_unknown_devices_cost_their_address_and_after_a_while_no_lookup(served: Served) -> None:
    ana = served.laptop()
    looked: list[str] = []
    authenticator = served.app.state.services.authenticator
    look_up = authenticator._look_up
    authenticator._look_up = lambda device: (looked.append(device), look_up(device))[1]
    told = [Laptop(served.url, client=ana.client).call("GET", "/v1/me").error for _ in range(60)]
    assert told[0] == "unknown_device"
    assert told.count("rate_limited") >= 15
    assert len(looked) == told.count("unknown_device")
    assert ana.call("GET", "/v1/me").status == 200


def test_who_sends_nonsense_keeps_nobody_beside_them_from_enrolling(served: Served) -> None:
    eve = Laptop(served.url)
    while eve.call("GET", "/v1/me").error != "rate_limited":
        pass
    assert served.pending().call("GET", "/v1/me").message["state"] == "pending"


def test_a_wrong_signature_is_not_charged_to_the_device_and_a_right_one_not_to_the_address(
    served: Served,
) -> None:
    ana = served.laptop()
    authenticator = served.app.state.services.authenticator
    before = authenticator._failed._of("127.0.0.1").tokens
    for _ in range(20):
        assert ana.call("GET", "/v1/me").status == 200
    assert authenticator._failed._of("127.0.0.1").tokens >= before
    left = authenticator.devices._of(ana.device).tokens
    for _ in range(20):
        forged(served, ana).call("GET", "/v1/me")
    assert authenticator.devices._of(ana.device).tokens >= left


def test_a_device_that_asks_too_often_waits_and_its_colleague_does_not(served: Served) -> None:
    ana, bea = served.laptop(), served.laptop()
    authenticator = served.app.state.services.authenticator
    assert bea.call("GET", "/v1/me").status == 200
    with served.office() as office:
        asked = "UPDATE rates SET tokens = -50, at = at + 2 WHERE who = %s"
        assert office.connection.execute(asked, (authenticator.devices.name(bea.device),)).rowcount == 1
    told = [bea.call("GET", "/v1/me") for _ in range(3)]
    assert [answer.status for answer in told] == [429] * 3
    assert ana.call("GET", "/v1/me").status == 200


def test_every_server_counts_for_all(served: Served) -> None:
    ana = served.laptop()
    with serving(served.database, served.app.state.settings) as other:
        elsewhere = Laptop(other.url, ana.device, ana.actor, ana.key)
        assert elsewhere.call("GET", "/v1/me").status == 200
        with served.office() as office:
            office.connection.execute("UPDATE rates SET tokens = -100, at = at + 1")
        assert ana.call("GET", "/v1/me").error == "rate_limited"
        assert elsewhere.call("GET", "/v1/me").error == "rate_limited"
        eve = forged(served, ana)
        for _ in range(40):
            eve.call("GET", "/v1/me")
        deadline = time.monotonic() + 10
        authenticator = other.app.state.services.authenticator
        while not authenticator._failed.empty("127.0.0.1") and time.monotonic() < deadline:
            forged(other, ana).call("GET", "/v1/me")
        assert authenticator._failed.empty("127.0.0.1")


def test_the_keys_are_there_when_a_worker_starts_and_those_of_new_devices_soon_after(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = served.laptop()
    with serving(served.database, served.app.state.settings) as other:
        authenticator = other.app.state.services.authenticator
        assert ana.device in authenticator._keys
        authenticator._look_up = lambda device: pytest.fail("a key was looked up")
        assert Laptop(other.url, ana.device, ana.actor, ana.key).call("GET", "/v1/me").status == 200
        new = served.laptop()
        deadline = time.monotonic() + 10
        while new.device not in authenticator._keys and time.monotonic() < deadline:
            threading.Event().wait(0.1)
        assert new.device in authenticator._keys


def test_only_a_proxy_of_ours_says_who_is_behind_it(pg: str, tmp_path: Path) -> None:
    for proxies, charged in ((frozenset[str](), "127.0.0.1"), (frozenset({"127.0.0.1"}), "203.0.113.9")):
        with serving(pg, Settings(home=tmp_path, proxies=proxies)) as served:
            eve = Laptop(served.url)
            headers = eve.signed("GET", "/v1/me", b"") | {"X-Forwarded-For": "203.0.113.9"}
            assert eve.send("GET", "/v1/me", b"", headers).error == "unknown_device"
            assert set(served.app.state.services.authenticator._failed._kept) == {charged}


def test_addresses_are_counted_here_and_told_to_all() -> None:
    now = 0.0
    mine, theirs = (Buckets(Rate(1, 8), "a ", lambda: now) for _ in range(2))
    assert [mine.take("x") for _ in range(9)] == [0] * 8 + [1]
    assert mine.pressing
    assert mine.told() == [("a x", 8.0)]
    assert not mine.told()
    theirs.learnt([("a x", 0.0)])
    assert theirs.take("x")
    now = 3.0
    assert [theirs.take("x") for _ in range(4)] == [0, 0, 0, 1]


# 38: bombs and buffers


def test_a_few_hundred_bytes_that_become_a_million_lists_are_refused(served: Served) -> None:
    laptop = served.laptop()
    for content in (b"[]," * 1_390_000 + b"[]", b"0," * 200_000 + b"0", b"[" * 30_000 + b"]" * 30_000):
        body = zstandard.compress(b'{"changes":[' + content + b"]}")
        answer = laptop.send("POST", "/v1/push", body, laptop.signed("POST", "/v1/push", body))
        assert answer.error == "too_large"
    assert laptop.push(laptop.case()).status == 200


@pytest.mark.parametrize("depth", [40, 250, 260, 1030, 5000])
def test_one_change_that_is_nested_too_deep_is_refused_alone(served: Served, depth: int) -> None:
    laptop = served.laptop()
    good, other = laptop.case(), laptop.case()
    deep = laptop.case()
    value: Any = 1
    for _ in range(200):
        value = [value]
    deep["patch"] = {**deep["patch"], "made_up": "@@"}
    content = wire.unpacked(wire.pack({"changes": [good, deep, other]}), wire.BODY_CAP)
    body = zstandard.compress(content.replace(b'"@@"', b"[" * depth + b"1" + b"]" * depth))
    answer = laptop.send("POST", "/v1/push", body, laptop.signed("POST", "/v1/push", body))
    assert [each[:2] for each in answer.message["results"]] == [
        [good["id"], "accepted"], [deep["id"], "refused"], [other["id"], "accepted"],
    ]  # fmt: skip
    for path in ("/v1/history", "/v1/missing", "/v1/window", "/v1/offer"):
        body = zstandard.compress(b'{"x":' + b"[" * depth + b"]" * depth + b',"ids":[],"scopes":[]}')
        assert laptop.send("POST", path, body, laptop.signed("POST", path, body)).status in (200, 422)


def test_a_device_pays_by_what_its_bodies_unpack_to(served: Served) -> None:
    laptop = served.laptop()
    buckets = served.app.state.services.authenticator.devices
    assert laptop.call("POST", "/v1/missing", {"ids": []}).status == 200
    before = buckets._of(laptop.device).tokens
    sent = {"ids": [], "x": "".join(secrets.token_hex(20) for _ in range(80_000))}
    assert laptop.call("POST", "/v1/missing", sent).status == 200
    assert laptop.call("POST", "/v1/missing", {"ids": []}).status == 200
    assert before - buckets._of(laptop.device).tokens > 3_200_000 / rate_limits.UNIT / 2


def test_a_strangers_body_is_refused_before_it_is_sent(served: Served) -> None:
    ana = served.laptop()
    host, port = served.url.removeprefix("http://").split(":")
    headers = forged(served, ana).signed("POST", "/v1/push", b"x" * 4_000_000)
    head = "\r\n".join(
        ["POST /v1/push HTTP/1.1", f"Host: {host}:{port}", "Content-Length: 4000000",
         *(f"{name}: {value}" for name, value in headers.items())]
    )  # fmt: skip
    with socket.create_connection((host, int(port)), timeout=10) as stranger:
        stranger.sendall(head.encode() + b"\r\n\r\n")
        assert stranger.recv(100).startswith(b"HTTP/1.1 401")
    assert served.app.state.services.bodies.strangers.total == 0


def test_bodies_of_strangers_have_little_room_and_none_of_those_who_sign(served: Served) -> None:
    services = served.app.state.services
    services.bodies = Bodies(strangers=Room(1 << 20, 2 << 20, 2, 10, 60))
    ana = served.laptop()
    host, port = served.url.removeprefix("http://").split(":")
    headers = forged(served, ana).signed("POST", "/v1/push", b"")
    del headers["LNCTP-Digest"]
    head = "\r\n".join(
        ["POST /v1/push HTTP/1.1", f"Host: {host}:{port}", "Content-Length: 4000000",
         *(f"{name}: {value}" for name, value in headers.items())]
    )  # fmt: skip
    lines = [socket.create_connection((host, int(port)), timeout=10) for _ in range(4)]
    try:
        for each in lines:
            each.sendall(head.encode() + b"\r\n\r\n" + b"x" * 1000)
        answered = 0
        for each in lines:
            each.settimeout(1)
            with suppress(TimeoutError):
                answered += each.recv(100).startswith(b"HTTP/1.1 429")
        assert answered == 2
        assert ana.push(ana.case()).status == 200
        assert ana.push(ana.case(summary="x" * 900_000)).status == 200
    finally:
        for each in lines:
            each.close()
    deadline = time.monotonic() + 10
    while services.bodies.strangers.bodies and time.monotonic() < deadline:
        threading.Event().wait(0.05)
    assert not services.bodies.strangers.bodies
    assert services.bodies.strangers.total == services.bodies.known.total == 0


def test_a_body_that_comes_too_slowly_is_given_up(served: Served) -> None:
    served.app.state.services.bodies = Bodies(strangers=Room(1 << 20, 2 << 20, 2, 0.3, 1))
    ana = served.laptop()
    host, port = served.url.removeprefix("http://").split(":")
    headers = forged(served, ana).signed("POST", "/v1/push", b"")
    del headers["LNCTP-Digest"]
    named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection((host, int(port)), timeout=10) as slow:
        slow.sendall(
            f"POST /v1/push HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 9\r\n{named}\r\n".encode()
        )
        assert slow.recv(100).startswith(b"HTTP/1.1 408")


def test_a_process_that_holds_too_many_connections_gives_up_its_surplus_and_no_more(
    served: Served, tmp_path: Path
) -> None:
    surplus, address = idle_connections.surplus, served.url.removeprefix("http://")
    lines = [HTTPConnection(address, timeout=10) for _ in range(60)]

    def kept() -> int:
        for line in list(lines):
            line.request("GET", "/health")
            answer = line.getresponse()
            assert (answer.status, bool(answer.read())) == (200, True)
            if answer.will_close:
                lines.remove(line)
        return len(lines)

    try:
        assert kept() == 60
        alone, now = len(idle_connections.Watched.alive), time.time()
        surplus.look(tmp_path, now)
        assert kept() == 60, "there is nobody else"
        (tmp_path / "1.connections").write_text("0")
        surplus.look(tmp_path, now + 3600)
        assert kept() == 60, "who told nothing for long is dead"
        surplus.look(tmp_path, now)
        assert kept() == 60 - alone // 2
        surplus.look(tmp_path, now)
        assert kept() == 60 - alone // 2, "a few more than its part are no surplus"
    finally:
        for line in lines:
            line.close()


def test_a_connection_that_owes_the_rest_of_a_head_is_ended(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = served.laptop()
    host, port = served.url.removeprefix("http://").split(":")
    with closing(socket.create_connection((host, int(port)), timeout=10)) as slow:
        slow.sendall(b"GET /v1/me HTTP/1.1\r\nHost: ")
        assert ana.call("GET", "/v1/me").status == 200
        done = threading.Event()

        async def look() -> None:
            idle_connections.end_silent(time.monotonic())
            assert idle_connections.end_silent(time.monotonic() + idle_connections.PATIENCE + 1) >= 1
            done.set()

        asyncio.run_coroutine_threadsafe(look(), served.app.state.services.log_tail._loop)
        assert done.wait(10)
        with suppress(ConnectionResetError):
            assert slow.recv(10) == b""
    assert ana.call("GET", "/v1/me").status == 200


def test_one_at_a_time_for_a_device() -> None:
    async def played() -> int:
        turns, most, now = Turns(), 0, 0

        async def one(who: str) -> None:
            nonlocal most, now
            async with turns.of(who):
                now += who == "ana"
                most = max(most, now)
                await asyncio.sleep(0.001)
                now -= who == "ana"

        await asyncio.gather(*(one(who) for who in ["ana", "bea"] * 20))
        assert not turns._locks
        return most

    assert asyncio.run(played()) == 1


@pytest.mark.parametrize("others", [False, True])
def test_long_bodies_go_abreast_until_others_ask_and_then_one_by_one_with_a_rest(others: bool) -> None:
    async def played() -> tuple[int, float]:
        long, most, now = LongTurn(), 0, 0
        long.short("ana")
        if others:
            long.short("bea")

        async def one() -> None:
            nonlocal most, now
            async with long.of("ana"):
                now += 1
                most = max(most, now)
                await asyncio.sleep(0.02)
                if others:
                    long.short("bea")
                now -= 1

        began = monotonic()
        await asyncio.gather(*(one() for _ in range(4)))
        return most, monotonic() - began

    most, took = asyncio.run(played())
    assert most == (1 if others else 2)
    assert (took >= 4 * 0.02 + 3 * 0.04) is others


def test_what_would_unpack_to_more_than_it_may_is_paid_as_that(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = served.laptop()
    bomb = zstandard.compress(b'{"changes":[' + b"[]," * 1_390_000 + b"[]]}")
    paid: list[int] = []
    authenticator = served.app.state.services.authenticator
    monkeypatch.setattr(authenticator, "pay", lambda _device, size: paid.append(size))
    assert ana.send("POST", "/v1/push", bomb, ana.signed("POST", "/v1/push", bomb)).error == "too_large"
    assert paid == [bounds.room(len(bomb), wire.BODY_CAP)]
    assert rate_limits.price(paid[0]) >= 2


def test_what_is_new_and_stored_costs_no_more_than_its_request(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = served.laptop()
    authenticator = served.app.state.services.authenticator
    paid: list[float] = []
    monkeypatch.setattr(authenticator, "pay", lambda _device, size: paid.append(size))
    monkeypatch.setattr(authenticator, "give_back", lambda _device, size: paid.append(-size))
    changes = [ana.case(summary="Prueba " * 40) for _ in range(400)]
    assert {result[1] for result in ana.push(*changes).message["results"]} == {"accepted"}
    assert sum(paid) == 0
    assert paid[0] > rate_limits.UNIT
    paid.clear()
    assert {result[1] for result in ana.push(*changes).message["results"]} == {"known"}
    assert sum(paid) > rate_limits.UNIT, "what is said again is paid"


def test_what_all_hold_together_has_an_end() -> None:
    found = Bodies(known=Room(100, 150, 2, 1, 1))
    with found.reading("ana", True) as one, found.reading("bea", True) as two:
        one.grow(90)
        with pytest.raises(Denied, match="rate_limited"):
            one.grow(20)
        with pytest.raises(Denied, match="busy"):
            two.grow(60)
    assert found.known.total == 0


def test_colleagues_wait_little_while_one_sends_all_that_is_allowed(served: Served) -> None:
    """A first look; bench.attack measures."""
    ana, eve = served.laptop(), served.laptop()
    heavy = [eve.case(summary="x" * 2000) for _ in range(300)]
    stop = threading.Event()

    def flood() -> None:
        while not stop.is_set():
            eve.push(*heavy)

    with ThreadPoolExecutor(1) as pool:
        flooding = pool.submit(flood)
        try:
            assert all(ana.push(ana.case()).status == 200 for _ in range(10))
        finally:
            stop.set()
        flooding.result(30)


# the embedded PostgreSQL under a running server is started again; `test_sync_crash` kills a real one


class Pauses(threading.Event):
    """Counts what the watchdog would wait, and lets it look so often."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most, self.seconds = most, list[float]()

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.seconds.append(timeout)
        return len(self.seconds) > self.most


def test_a_database_that_does_not_start_is_tried_ever_more_rarely_and_never_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sockets = str(Path(tempfile.gettempdir()) / "none")  # a socket's path is short
    watchdog = DatabaseWatchdog(Embedded(tmp_path, sockets, 5432, {"lnctp_app": "secreto"}))
    watchdog._over = pauses = Pauses(7)  # looks once, tries six times
    with caplog.at_level(logging.INFO):
        watchdog.run()
    assert pauses.seconds == [1, 0, 1, 3, 7, 15, LONGEST, LONGEST, 1]
    assert not (tmp_path / "data").exists()
    told = [json.loads(logs.Lines().format(each)) for each in caplog.records if each.name == "lnctp"]
    assert [each["event"] for each in told] == ["database_died", *["database_down"] * 6]
    assert set().union(*told) == {"at", "level", "event", "error"}
    assert {each.get("error", "")[:15] for each in told} == {"", "embedded_failed"}


def test_a_running_server_goes_on_telling_what_a_new_role_lets_see(
    pg: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "AT_ONCE", 3)
    monkeypatch.setattr(run, "LEARN", 0.05)
    with serving(pg, Settings(home=tmp_path)) as served:
        ana, lead = served.laptop(), served.laptop()
        cases = [ana.case() for _ in range(8)]
        assert ana.push(*cases).status == 200
        lead.call("GET", "/v1/pull?cursor=0.&proof=&limit=100&wait=0")
        with served.office() as office:
            office.set_role(office.person(lead.actor), "supervisor")
        granted = set()
        for _ in range(100):
            entries = lead.call("GET", "/v1/pull?cursor=0.&proof=&limit=100&wait=0").message["entries"]
            granted = {each["scope"] for each in entries if each["k"] == "grant"}
            if len(granted) == len(cases):
                break
            threading.Event().wait(0.05)
        assert granted == {case["row"] for case in cases}
