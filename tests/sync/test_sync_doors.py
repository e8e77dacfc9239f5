"""What comes in and goes out of a laptop by the real line: hostile text, wrong clocks, doubles, bombs, proxies.

Attacks 12, 18, 21, 22 and 23 of the security design.
"""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import trustme
import zstandard
from nacl.signing import SigningKey
from served import Served, enrolled
from sync_office import House
from workspaces import narrate

from lnctp_tui.domain.values.text import clean
from lnctp_tui.errors import SyncFailed
from lnctp_tui.server.postgres import database
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids
from lnctp_tui.sync import wire
from lnctp_tui.sync.transport import HttpLine

NAUGHTY = (
    "undefined", "NULL", "null", "None", "true", "nan", "Infinity", "-0", "1e309", "0x0", "1;DROP TABLE log--",
    "' OR 1=1 --", '"; DELETE FROM data.cases; --', "\\", "\\'", "%s %(x)s {0} $1 :a", "\\u0000", "\\x00", "\\N", "\\.",
    "<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", "=1+1", "@SUM(A1)", "../../etc/passwd",
    "[/] [@click=a]",
    "\x00", "a\x00b", "\x1b[2J", "\x07\x08\x7f", "\x80\x9b", "\r\n\r", "\u2028\u2029", "\ufeffBOM", "\u202eabc\u202c",
    "\u200b\u200c\u200d\u2060", "\ud800", "a\udfffb", "\ufdd0\uffff\U0001ffff", "e\u0301 \u00e9", "ﬁ", "ﷺ",
    "Ω≈ç√∫˜µ≤≥÷",
    "社會科學院", "ثم نفس سقطت", "👩‍👩‍👧‍👦 🏳️‍🌈", "𝕿𝖍𝖊", "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮", "ñandú ÑÚ", "\t tab", " ", "",
    "ß İ ı ſ", "İ", "\U000e0041\U000e007f", "\u00ad\u034f\u061c\u115f\u3164",
)  # fmt: skip


def narratives(workspace: Workspace) -> dict[str, Any]:
    with workspace.store.read() as connection:
        return dict(connection.exec_driver_sql("SELECT id, narrative FROM contacts").tuples().all())


# 12: from the keyboard to PostgreSQL and to a second laptop


def test_naughty_text_is_everywhere_what_clean_makes_of_it(
    workspace: Workspace, second: Workspace, served: Served
) -> None:
    enrolled(workspace, served)
    texts = [*NAUGHTY, "á" * 200_000, "x" * 1_000_000]
    wanted: dict[str, str] = {}
    for text in texts:
        intake = Intake.start(workspace)
        narrate(intake, f"[{text}]")
        wanted[intake.contact.id] = clean(f"[{text}]")[0]
    assert workspace.writer.drain(60)
    assert narratives(workspace) == wanted
    synchronise.once(workspace)
    found = synchronise.status(workspace)
    assert (found.waiting, found.refused) == (0, 0)
    with served.office() as office:
        rows = office.connection.execute("SELECT id, narrative FROM data.contacts").fetchall()
        code = office.code(office.person(workspace.store.author.actor))[0]
    assert dict(rows) == wanted
    enrolled(second, served, code=code)
    synchronise.once(second)
    assert narratives(second) == wanted
    assert synchronise.status(second).aside == 0


def test_naughty_text_that_nobody_cleaned_is_refused_by_name_and_kept(served: Served) -> None:
    """A laptop that was tampered with: its text is stored as it is when it is clean, else refused."""
    laptop, colleague = served.laptop(), served.laptop("supervisor")
    texts = [text for text in NAUGHTY if not any("\ud800" <= each <= "\udfff" for each in text)]
    sent = {}
    for text in texts:
        change = laptop.case(summary=text, **{"answers.x": {"y": [text]}, "unknown": text})
        (result,) = laptop.push(change).message["results"]
        assert result[1::3] == (["refused", "text"] if clean(text)[1] else ["accepted", None]), ascii(text)
        if result[1] == "accepted":
            sent[change["row"]] = text
    page = colleague.call("GET", "/v1/pull?cursor=0.&proof=&limit=1000&wait=0").message
    came = {entry["c"]["row"]: entry["c"]["patch"]["summary"] for entry in page["entries"]}
    assert came == sent
    with served.office() as office:
        rows = office.connection.execute("SELECT id, summary FROM data.cases").fetchall()
        (kept,) = office.connection.execute("SELECT count(*) FROM quarantine").fetchone() or (0,)
    assert dict(rows) == sent
    assert kept == len(texts) - len(sent)


# 18: the laptop's clock


@pytest.mark.parametrize("hours", [-1, 1, None], ids=["an hour behind", "an hour ahead", "1970"])
def test_a_wrong_clock_heals_and_loses_nothing(
    workspace: Workspace, served: Served, hours: int | None
) -> None:
    real = workspace.store.now
    epoch = datetime.datetime(1970, 1, 1, 0, 1, tzinfo=datetime.UTC)
    shift = epoch - real() if hours is None else datetime.timedelta(hours=hours)
    workspace.store.now = lambda: real() + shift
    enrolled(workspace, served)
    case = ids.new_id()
    with workspace.store.write() as unit:
        unit.record("cases", case, {"status": "open", "summary": "Prueba"})
    synchronise.once(workspace)
    found = synchronise.status(workspace)
    assert (found.waiting, found.refused) == (0, 0)
    assert abs(found.clock_offset + shift.total_seconds()) < 5
    with served.office() as office:
        assert office.connection.execute("SELECT summary FROM data.cases").fetchall() == [("Prueba",)]


# 21: doubles


def logged(house: House) -> list[str]:
    with database.transaction(house.pool, "main", database.SERVE) as connection:
        rows = connection.execute("SELECT id FROM log WHERE kind = 'change' AND \"table\" = 'cases'")
        return [id_ for (id_,) in rows]


def test_batches_sent_twice_and_backwards_are_stored_once(house: House) -> None:
    ana = house.desk("ana")
    ana.sync()
    cases = [ana.case(summary=str(number)) for number in range(9)]
    sent: list[dict[str, Any]] = []
    plain = ana.line.call

    def call(method: str, path: str, message: Any = None, *, wait: float = 0.0) -> dict[str, Any]:
        if path == "/v1/push":
            sent.append(wire.unpack(wire.pack(message), wire.BODY_CAP))
        return plain(method, path, message, wait=wait)

    ana.line.call = call  # type: ignore[method-assign]
    client = ana.client()
    client.outbox.size = 2
    client.push()
    for message in [*reversed(sent), *sent]:
        body = {**message, "cursor": None, "proof": None}
        assert {each[1] for each in plain("POST", "/v1/push", body)["results"]} == {"known"}
    assert len(logged(house)) == len(set(logged(house))) == len(cases)


def test_two_programs_on_one_vault_send_each_change_once(house: House) -> None:
    ana = house.desk("ana")
    ana.sync()
    cases = {ana.case(summary=str(number)) for number in range(40)}
    first, again = ana.client(), ana.client()
    first.outbox.size = again.outbox.size = 3
    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(client.push) for client in (first, again)]:
            done.result()
    assert len(logged(house)) == len(set(logged(house))) == len(cases)
    assert synchronise.status(ana.workspace).waiting == 0
    ana.sync()
    assert ana.scalar("SELECT count(*) FROM cases") == len(cases)
    assert ana.refolds()


# 22, 23: answers that would fill the memory, and whom a laptop speaks to


class Answering:
    """Somebody on a port who says the same to whoever comes; `met` counts them."""

    def __init__(self, content: bytes, context: ssl.SSLContext | None = None) -> None:
        self.content, self.context, self.met = content, context, 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.server.getsockname()[1])

    def __enter__(self) -> Answering:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self.server.accept()
                self.met += 1
                with connection:
                    line = (
                        self.context.wrap_socket(connection, server_side=True) if self.context else connection
                    )
                    line.recv(65536)
                    line.sendall(self.content)
                    line.close()
            except ssl.SSLError:
                continue
            except OSError:
                if self.server.fileno() < 0:
                    return

    def __exit__(self, *_: object) -> None:
        self.server.close()


def http(status: str, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def call(url: str, ca: trustme.CA | None = None) -> Any:
    line = HttpLine(url, ca.cert_pem.bytes().decode() if ca else None, "device", SigningKey.generate())
    try:
        return line.call("GET", "/v1/me")
    finally:
        line.close()


def test_a_bomb_in_an_answer_is_not_unpacked() -> None:
    packed = zstandard.ZstdCompressor(level=19).compress(b'{"x":"' + b"a" * (256 << 20))
    with (
        Answering(http("200 OK", packed, f"Content-Type: {wire.MEDIA}")) as server,
        pytest.raises(SyncFailed, match="answer_too_large"),
    ):
        call(f"http://127.0.0.1:{server.port}")


def test_an_answer_that_is_none_is_named() -> None:
    named = {b"<html>": "not_a_server", b"[" * 100_000: "not_a_server", wire.pack([1]): "not_a_server",
             b"\x28\xb5\x2f\xfd": "not_a_server"}  # fmt: skip
    for body, code in named.items():
        with (
            Answering(http("200 OK", body, f"Content-Type: {wire.MEDIA}")) as server,
            pytest.raises(SyncFailed, match=code),
        ):
            call(f"http://127.0.0.1:{server.port}")


def secure(ca: trustme.CA, name: str = "localhost", **options: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert(name, **options).configure_cert(context)
    return context


def test_no_variable_leads_a_laptop_past_its_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ours, rogue = trustme.CA(), trustme.CA()
    rogue.cert_pem.write_to_path(tmp_path / "rogue.pem")
    refusal = http("404 Not Found", b'{"error":"not_found"}', "Content-Type: application/json")
    with Answering(refusal) as proxy, Answering(refusal, secure(ours)) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{proxy.port}")
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            monkeypatch.setenv(name, str(tmp_path / "rogue.pem"))
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
        monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))
        monkeypatch.setenv("OPENSSL_CONF", str(tmp_path / "none.cnf"))
        with pytest.raises(SyncFailed, match="not_found"):  # it was reached, and heard
            call(f"https://localhost:{server.port}", ours)
        with pytest.raises(SyncFailed, match="server_certificate"):
            call(f"https://localhost:{server.port}", trustme.CA())
        assert (proxy.met, server.met) == (0, 2)
    assert not (tmp_path / "keys.log").exists()


def test_a_certificate_that_ended_or_is_not_there_is_refused() -> None:
    ours = trustme.CA()
    ended = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    for context in (secure(ours, not_after=ended), None):
        with (
            Answering(http("200 OK", b"{}"), context) as server,
            pytest.raises(SyncFailed, match="server_certificate"),
        ):
            call(f"https://localhost:{server.port}", ours)


def test_nobody_is_followed_elsewhere() -> None:
    with Answering(http("200 OK", b"{}")) as elsewhere:
        moved = http("307 Temporary Redirect", b"", f"Location: http://127.0.0.1:{elsewhere.port}/v1/me")
        with Answering(moved) as server, pytest.raises(SyncFailed, match="not_a_server"):
            call(f"http://127.0.0.1:{server.port}")
        assert elsewhere.met == 0
