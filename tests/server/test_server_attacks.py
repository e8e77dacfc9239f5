"""Attacks 13, 14, 16–19, 22 and 25 of the security design, over a real socket on a real PostgreSQL."""

from __future__ import annotations

import io
import json
import logging
import secrets
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import zstandard
from counts import often
from hypothesis import HealthCheck, Phase, given, settings
from nacl.signing import SigningKey
from pg import fresh
from served import CANARY, Answered, Laptop, Served, serving

from lnctp_tui.errors import Declined
from lnctp_tui.server.http import endpoint, faults, logs, policy, routes
from lnctp_tui.server.http.rate_limits import Buckets, Rate
from lnctp_tui.server.postgres import database, embedded
from lnctp_tui.server.postgres.database import SERVE
from lnctp_tui.server.settings import Settings
from lnctp_tui.storage import instants
from lnctp_tui.sync import wire

PULL = "/v1/pull?cursor=0.&proof=&limit=10&wait=0"


@pytest.fixture(scope="module")
def office(cluster: embedded.Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all of them."""
    home = tmp_path_factory.mktemp("home")
    with fresh(cluster) as name, serving(cluster.url(database=name), Settings(home=home)) as running:
        running.app.state.owner = cluster.url(embedded.OWNER, name)
        running.app.state.services.authenticator._failed = Buckets(
            Rate(1e6, 1e6)
        )  # all of them come from one address
        yield running


@pytest.fixture(scope="module")
def laptop(office: Served) -> Laptop:
    """A counselor's laptop."""
    return office.laptop()


# 17: a replay, or anything changed after the signature


def test_a_request_is_heard_once(laptop: Laptop) -> None:
    body = wire.pack({"changes": []})
    headers = laptop.signed("POST", "/v1/push", body)
    assert laptop.send("POST", "/v1/push", body, headers).status == 200
    assert laptop.send("POST", "/v1/push", body, headers).error == "replayed"


def test_a_replay_is_refused_by_another_worker_too(office: Served, laptop: Laptop) -> None:
    with serving(office.database, office.app.state.settings) as other:
        headers = laptop.signed("GET", PULL, b"", host="lnctp.example.org")
        elsewhere = Laptop(other.url, laptop.device, laptop.actor, laptop.key)
        named = headers | {"Host": "lnctp.example.org"}
        assert laptop.send("GET", PULL, b"", named).status == 200
        assert elsewhere.send("GET", PULL, b"", named).error == "replayed"


@pytest.mark.parametrize(
    "what", ["body", "query", "path", "method", "host", "time", "nonce", "device", "key"]
)
def test_nothing_of_a_signed_request_can_be_changed(office: Served, laptop: Laptop, what: str) -> None:
    method, path, body = "POST", "/v1/missing?a=1", wire.pack({"ids": []})
    headers = laptop.signed(method, path, body)
    if what == "body":
        body = wire.pack({"ids": ["x"]})
    elif what == "query":
        path = "/v1/missing?a=2"
    elif what == "path":
        path = "/v1/fetch?a=1"
    elif what == "method":
        method, path, body = "GET", "/v1/me", b""
    elif what == "host":
        headers["Host"] = "otra.example.org"
    elif what == "time":
        headers["LNCTP-Time"] = str(int(headers["LNCTP-Time"]) + 1)
    elif what == "nonce":
        headers["LNCTP-Nonce"] = secrets.token_hex(16)
    elif what == "device":
        headers["LNCTP-Device"] = office.laptop().device
    else:
        other = Laptop(office.url, laptop.device, laptop.actor, SigningKey.generate())
        headers = other.signed(method, path, body)
    assert laptop.send(method, path, body, headers).error == "bad_signature"


@pytest.mark.parametrize(
    "header", ["LNCTP-Device", "LNCTP-Time", "LNCTP-Nonce", "LNCTP-Signature"]
)  # fmt: skip
@pytest.mark.parametrize("value", [None, "", "x" * 9000, "-1", "١٢", CANARY])
def test_a_header_that_is_none_is_refused(laptop: Laptop, header: str, value: str | None) -> None:
    headers: dict[str, Any] = laptop.signed("GET", "/v1/me", b"")
    headers[header] = value.encode() if value else ""
    if value is None:
        del headers[header]
    assert laptop.send("GET", "/v1/me", b"", headers).error in {"bad_signature", "unknown_device"}


def test_a_server_that_knows_its_name_hears_no_other(office: Served, laptop: Laptop) -> None:
    settings = Settings(home=office.app.state.settings.home, names=frozenset({"lnctp.example.org"}))
    with serving(office.database, settings) as named:
        here = Laptop(named.url, laptop.device, laptop.actor, laptop.key)
        assert here.call("GET", "/v1/me").error == "bad_signature"
        headers = here.signed("GET", "/v1/me", b"", host="lnctp.example.org:8443")
        assert here.send("GET", "/v1/me", b"", headers | {"Host": "lnctp.example.org:8443"}).status == 200


# 18: a wrong clock


@pytest.mark.parametrize("ahead", [-3600, 3600, None], ids=["an hour behind", "an hour ahead", "1970"])
def test_a_wrong_clock_is_told_the_time_and_heals(office: Served, ahead: int | None) -> None:
    right = office.laptop()
    wrong = Laptop(office.url, right.device, right.actor, right.key)
    change = wrong.case()
    now = right.clock()
    wrong.clock = lambda: 0 if ahead is None else now + ahead
    refused = wrong.push(change)
    assert refused.error == "clock_skew"
    offset = int(refused.headers["LNCTP-Time"]) - wrong.clock()
    before = wrong.clock
    wrong.clock = lambda: before() + offset
    assert wrong.push(change).message["results"][0][1] == "accepted"


# 16: another counselor's ids


def test_a_colleagues_ids_are_nothing_to_a_counselor(office: Served) -> None:
    mine, theirs = office.laptop(), office.laptop()
    change = mine.case(summary=CANARY)
    case = change["row"]
    mine.push(change)
    someone = office.laptop().actor
    refused = [
        theirs.call("POST", "/v1/window", {"scopes": [case], "action": "open"}),
        theirs.call("POST", "/v1/window", {"scopes": [case], "action": "leave"}),
        theirs.call("POST", "/v1/offer", {"scope": case, "person": someone}),
        theirs.call("POST", "/v1/answer", {"scope": case, "accept": True}),
    ]
    assert [answer.error for answer in refused] == ["not_found"] * 4
    unseen = [
        theirs.call("POST", "/v1/history", {"scopes": [case]}),
        theirs.call("POST", "/v1/fetch", {"ids": [change["id"]]}),
        theirs.call("GET", f"/v1/search?q={CANARY}"),
        theirs.call("GET", PULL),
        theirs.call("POST", "/v1/start"),
    ]
    assert not any(CANARY in said(answer) or case in said(answer) for answer in unseen[1:])
    assert unseen[0].message["changes"] == []
    stolen = theirs.change("cases", {"summary": "ajeno"}, row=case, case=case)
    assert theirs.push(stolen).message["results"][0][1::3] == ["refused", "forbidden"]
    assert theirs.push(change).message["results"][0][1] == "refused"


def said(answer: Answered) -> str:
    assert answer.status == 200
    return json.dumps(answer.message)


# 19: revoked and upload-only


def test_a_revoked_laptop_gets_nothing_and_one_that_only_delivers_reads_nothing(office: Served) -> None:
    gone, leaving = office.laptop(state="revoked"), office.laptop(state="upload_only")
    assert gone.push(gone.case()).error == "revoked"
    assert gone.call("GET", PULL).error == "revoked"
    assert leaving.push(leaving.case()).message["results"][0][1] == "accepted"
    for route in routes.SIGNED:
        if route.action not in policy.LEFT["upload_only"]:  # type: ignore[operator]
            path = f"/v1/{route.path}".replace("{id}", "x")
            assert leaving.call(route.method, path, {}).error == "upload_only"


# 22: bombs and endless bodies


def test_a_bomb_is_not_unpacked(laptop: Laptop) -> None:
    packed = zstandard.ZstdCompressor(level=3).compress(b'{"changes":["' + b"a" * (512 << 20))
    assert len(packed) < 100_000
    assert (
        laptop.send("POST", "/v1/push", packed, laptop.signed("POST", "/v1/push", packed)).error
        == "too_large"
    )


def test_a_window_that_would_fill_the_memory_is_refused(laptop: Laptop) -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    buffer = io.BytesIO()
    with zstandard.ZstdCompressor(compression_params=parameters).stream_writer(
        buffer, closefd=False
    ) as writer:
        writer.write(b'{"changes":[]}')
    body = buffer.getvalue()
    assert laptop.send("POST", "/v1/push", body, laptop.signed("POST", "/v1/push", body)).error == "malformed"


def test_deep_nesting_is_malformed(laptop: Laptop) -> None:
    body = zstandard.compress(b"[" * 100_000)
    assert laptop.send("POST", "/v1/push", body, laptop.signed("POST", "/v1/push", body)).error == "malformed"


def test_an_endless_body_is_cut_off(laptop: Laptop) -> None:
    host, port = laptop.url.removeprefix("http://").split(":")
    headers = laptop.signed("POST", "/v1/push", b"")
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join(
        ["POST /v1/push HTTP/1.1", f"Host: {host}:{port}", "Transfer-Encoding: chunked", *lines]
    )
    sent = 0
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(head.encode() + b"\r\n\r\n")
        try:
            while sent < 64 << 20:
                line.sendall(b"10000\r\n" + b"\0" * 65536 + b"\r\n")
                sent += 65536
        except OSError:
            pass
        assert sent < 32 << 20


def test_a_body_that_says_it_is_huge_is_refused_unread(laptop: Laptop) -> None:
    host, port = laptop.url.removeprefix("http://").split(":")
    headers = laptop.signed("POST", "/v1/push", b"")
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join(
        ["POST /v1/push HTTP/1.1", f"Host: {host}:{port}", "Content-Length: 99999999999", *lines]
    )
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(head.encode() + b"\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 413")


# 25: enrolment


def test_nobody_enrols_with_a_key_they_do_not_hold_or_as_another_device(office: Served) -> None:
    known = office.laptop()
    _, code = office.person()
    message = {"code": code, "device": known.device, "public_key": known.public_key, "actor": known.actor}
    thief = Laptop(office.url, known.device, known.actor)
    assert thief.call("POST", "/v1/enroll", message).error == "bad_signature"
    assert (
        thief.call("POST", "/v1/enroll", message | {"public_key": thief.public_key}).error == "device_taken"
    )
    other = Laptop(office.url)
    assert (
        other.call("POST", "/v1/enroll", message | {"public_key": other.public_key}).error == "bad_signature"
    )
    assert known.call("GET", "/v1/me").status == 200
    assert office.enroll(Laptop(office.url), code).status == 200


def test_only_the_hash_of_a_code_is_stored(office: Served) -> None:
    _, code = office.person()
    with office.office() as people:
        stored = str(people.connection.execute("SELECT * FROM codes").fetchall())
    assert code not in stored
    assert code.replace("-", "") not in stored


def test_a_person_cannot_take_a_colleagues_id(office: Served) -> None:
    victim = office.laptop()
    thief = Laptop(office.url, actor=victim.actor)
    person, code = office.person()
    assert office.enroll(thief, code).message["person"] == person.id


# 13: nothing of a request comes back or is written down


BAD = [
    {"changes": CANARY},
    {"changes": [CANARY]},
    {"changes": [{"id": "x", "table": CANARY, "patch": {CANARY: CANARY}}]},
    {"changes": [], "cursor": CANARY},
    {CANARY: CANARY},
    [CANARY],
    CANARY,
]


@pytest.mark.parametrize("message", BAD, ids=lambda message: type(message).__name__)
def test_a_refusal_repeats_nothing(laptop: Laptop, message: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for path in ("/v1/push", "/v1/history", "/v1/window", "/v1/enroll"):
        answer = laptop.call("POST", path, message)
        assert answer.status in (200, 401, 403, 422, 429)
        assert CANARY.encode() not in answer.content
        if answer.status == 200:
            assert CANARY not in json.dumps(answer.message)
    assert CANARY not in caplog.text


def test_a_fault_is_told_by_its_place(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(CANARY)

    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(endpoint, "understood", broken)
    answer = laptop.push(laptop.case(summary=CANARY))
    assert (answer.status, answer.error) == (500, "error")
    lines = [logs.Lines().format(record) for record in caplog.records]
    assert any('"error":"ValueError@server/http/endpoint.py' in line for line in lines)
    assert CANARY not in "".join(lines) + answer.content.decode()


def test_a_log_keeps_no_arguments_of_other_libraries() -> None:
    record = logging.LogRecord("psycopg", logging.ERROR, "x", 1, "Key (%s) exists", (CANARY,), None)
    assert CANARY not in logs.Lines().format(record)
    with pytest.raises(ValueError, match="not for a log"):
        logs.note("x", summary=CANARY)


# 14: whatever the schema allows and does not allow, signed, in each role


def operations() -> list[Any]:
    """The routes as schemathesis reads them; bodies go packed, so to it they are plain JSON."""
    import schemathesis  # here: one process of the tests needs it, and it takes long

    document = routes.application(Settings.read({}), "").openapi()
    described = json.dumps(document).replace(wire.MEDIA, "application/json")
    found = schemathesis.openapi.from_dict(json.loads(described)).get_all_operations()
    return [each.ok() for each in found]


def test_no_request_breaks_the_server(office: Served, roles: dict[str, Laptop]) -> None:
    found = operations()
    assert len(found) > 15
    for operation in found:
        no_request_breaks(operation, office, roles)


def no_request_breaks(operation: Any, office: Served, roles: dict[str, Laptop]) -> None:
    @settings(
        max_examples=often(20, 3),
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=operation.as_strategy())
    def hold(case: Any) -> None:
        office.app.state.services.authenticator.devices._kept.clear()
        said = {name: value for name, value in (case.query or {}).items() if name != "wait"}
        query = urlencode(said, doseq=True, errors="replace")
        path = quote(case.formatted_path, errors="replace") + (f"?{query}" if query else "")
        try:
            body = b"" if case.method == "GET" else wire.pack(case.body)
        except TypeError:  # no JSON: a lone surrogate, a number beyond 64 bits
            return
        for role, laptop in roles.items():
            answer = laptop.send(case.method, path, body, laptop.signed(case.method, path, body))
            assert answer.status < 500, (operation.label, role, path, answer.content)

    hold()


@pytest.fixture(scope="module")
def roles(office: Served) -> dict[str, Laptop]:
    """A laptop of each role."""
    return {role: office.laptop(role) for role in policy.ROLES}


# A full disk on the server


def test_a_full_disk_is_told_and_nothing_half_is_stored(
    office: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop = office.laptop()
    changes = [laptop.case() for _ in range(3)]
    owner = office.app.state.owner
    with database.connect(owner, autocommit=True) as connection:
        connection.execute(
            """CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$"""
        )
        connection.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON log FOR EACH STATEMENT EXECUTE FUNCTION full_disk()"
        )
        answer = laptop.push(*changes)
        connection.execute("DROP TRIGGER full_disk ON log")
        connection.execute("DROP FUNCTION full_disk")
    assert (answer.status, answer.error, answer.headers["Retry-After"]) == (503, "server_full", "60")
    with database.connect(owner) as connection:
        rows = [each["row"] for each in changes]
        left = connection.execute("SELECT 1 FROM data.cases WHERE id = ANY(%s)", (rows,)).fetchall()
    assert left == []
    assert [result[1] for result in laptop.push(*changes).message["results"]] == ["accepted"] * 3


@pytest.mark.parametrize(
    ("code", "status"), [("busy", 503), ("server_full", 503), ("not_found", 404), ("pending", 403)]
)
def test_what_is_declined_below_has_its_status(code: str, status: int) -> None:
    assert faults.denied(Declined(code)).status == status


# Audit


def test_the_audit_says_who_did_what_and_an_edit_is_found(office: Served) -> None:
    from lnctp_tui.server.admin import audit

    laptop = office.laptop()
    with database.connect(office.app.state.owner) as connection:
        rows = connection.execute(
            "SELECT actor, action FROM audit WHERE record = %s ORDER BY n", (laptop.device,)
        ).fetchall()
        assert rows == [(laptop.actor, "device.enroll"), ("cli:prueba", "device.active")]
        assert audit.broken_at(connection, "main") is None
        connection.execute("UPDATE audit SET actor = 'otra' WHERE n = 2")
        assert audit.broken_at(connection, "main") == 2
        connection.rollback()


def test_the_servers_login_cannot_edit_the_audit(office: Served) -> None:
    with (
        database.connect(office.database) as connection,
        pytest.raises(Exception, match="permission denied"),
        database.transaction(connection, "main", SERVE),
    ):
        connection.execute("DELETE FROM audit")


def test_old_nonces_are_forgotten(office: Served, laptop: Laptop) -> None:
    with database.connect(office.database) as connection:
        connection.execute("UPDATE nonces SET at = at - 10000")
        connection.commit()
    import asyncio

    services = office.app.state.services
    asyncio.run_coroutine_threadsafe(services.authenticator.forget(), services.log_tail._loop).result(10)
    with database.connect(office.database) as connection:
        assert connection.execute("SELECT count(*) FROM nonces").fetchone() == (0,)
    assert instants.now().timestamp() - laptop.clock() < 5
