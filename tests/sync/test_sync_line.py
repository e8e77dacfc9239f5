"""A laptop and the running server over a real socket: enrolment, rounds, the thread, the clock, TLS."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from pathlib import Path

import pytest
import trustme
from served import Served, enrolled, serving

from lnctp_tui.errors import SyncFailed
from lnctp_tui.server.settings import Settings
from lnctp_tui.services.call.desk import desk
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database.write_guard import RECORDED
from lnctp_tui.storage.replication import server_state
from lnctp_tui.sync import tls
from lnctp_tui.sync.loop import pause
from lnctp_tui.sync.transport import HttpLine, dial


def test_a_laptop_enrols_with_words_read_aloud_and_sends_its_calls(
    workspace: Workspace, served: Served
) -> None:
    with pytest.raises(SyncFailed, match="not_enrolled"):
        synchronise.once(workspace)
    code = served.person()[1]
    assert synchronise.enroll(workspace, served.url, code) == "pending"
    with pytest.raises(SyncFailed, match="pending"):
        synchronise.once(workspace)
    assert synchronise.status(workspace).problem == "pending"
    with served.office() as office:
        office.approve(
            office.device(workspace.store.author.device), " ".join(synchronise.fingerprint(workspace))
        )
    synchronise.once(workspace)
    found = synchronise.status(workspace)
    assert (found.state, found.waiting, found.problem) == ("active", 0, None)


@pytest.mark.parametrize(("code", "said"), [("X" * 24, "code_unknown"), ("", "code_used")])
def test_a_wrong_code_is_named(
    workspace: Workspace, second: Workspace, served: Served, code: str, said: str
) -> None:
    used = served.person()[1]
    enrolled(second, served, code=used)
    with pytest.raises(SyncFailed, match=said):
        synchronise.enroll(workspace, served.url, code or used)
    assert not synchronise.status(workspace).enrolled


def test_a_second_laptop_writes_as_its_person(
    workspace: Workspace, second: Workspace, served: Served
) -> None:
    enrolled(workspace, served)
    synchronise.once(workspace)
    person = workspace.store.author.actor
    case = ids.new_id()
    with second.store.write() as unit:
        unit.record("cases", case, {"owner_id": unit.author.actor, "summary": "antes de inscribirse"})
    with served.office() as office:
        code = office.code(office.person(person))[0]
    enrolled(second, served, code=code)
    assert second.store.author.actor == person == second.counselor_id
    synchronise.once(second)
    assert synchronise.status(second).refused == 0
    synchronise.once(workspace)
    with workspace.store.read() as connection:
        row = connection.exec_driver_sql("SELECT owner_id, summary, created_by FROM cases").one()
        people = connection.exec_driver_sql("SELECT count(*) FROM counselors").scalar()
    assert tuple(row) == (person, "antes de inscribirse", person)
    assert people == 1


def test_a_clock_years_off_heals_with_the_answer(workspace: Workspace, served: Served) -> None:
    now = workspace.store.now
    workspace.store.now = lambda: now() - datetime.timedelta(days=3000)
    enrolled(workspace, served)
    synchronise.once(workspace)
    found = synchronise.status(workspace)
    assert found.waiting == 0
    assert abs(found.clock_offset - 3000 * 86400) < 60


def test_a_save_reaches_a_colleague_without_asking(
    workspace: Workspace, second: Workspace, served: Served
) -> None:
    enrolled(workspace, served)
    enrolled(second, served, "supervisor")
    heard = threading.Event()
    case = ids.new_id()
    one, other = synchronise.Synchroniser(workspace), synchronise.Synchroniser(second)
    other.on_changed = lambda scopes: heard.set() if case in scopes else None
    ready = [threading.Event(), threading.Event()]
    one.on_status = lambda status: ready[0].set() if status.online else None
    other.on_status = lambda status: ready[1].set() if status.online else None
    one.start()
    other.start()
    try:
        assert all(each.wait(30) for each in ready)
        with workspace.store.write() as unit:
            unit.record("cases", case, {"status": "open", "triage": "emergency", "summary": "urgente"})
        assert heard.wait(20)
    finally:
        one.stop(10)
        other.stop(10)
    with second.store.read() as connection:
        assert connection.exec_driver_sql("SELECT summary FROM cases").scalar() == "urgente"


def test_without_a_server_it_says_so_and_tries_again(workspace: Workspace, served: Served) -> None:
    enrolled(workspace, served)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with workspace.store.write() as unit:
            known = server_state.server(unit.connection)
            assert known is not None
            from dataclasses import replace

            server_state.put_server(unit.connection, replace(known, url=f"http://127.0.0.1:{port}"))
        said = threading.Event()
        loop = synchronise.Synchroniser(workspace)
        loop.on_status = lambda status: said.set() if status.online is False else None
        loop.start()
        assert said.wait(20)
        loop.stop()
    assert synchronise.status(workspace).problem == "offline"


def test_a_revoked_laptop_whose_calls_all_arrived_keeps_them(workspace: Workspace, served: Served) -> None:
    enrolled(workspace, served)
    with workspace.store.write() as unit:
        unit.record("cases", ids.new_id(), {"summary": "Prueba"})
    synchronise.once(workspace)
    with served.office() as office:
        office.set_state(office.device(workspace.store.author.device), "revoked")
    for _ in range(2):
        with pytest.raises(SyncFailed, match="revoked"):
            synchronise.once(workspace)
    with workspace.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM cases").scalar() == 1
    assert synchronise.status(workspace).state == "revoked"


def test_who_left_still_delivers_and_nothing_is_deleted(workspace: Workspace, served: Served) -> None:
    enrolled(workspace, served)
    synchronise.once(workspace)
    with served.office() as office:
        office.set_state(office.device(workspace.store.author.device), "upload_only")
    with workspace.store.write() as unit:
        unit.record("cases", ids.new_id(), {"summary": "la última"})
    with pytest.raises(SyncFailed, match="upload_only"):
        synchronise.once(workspace)
    with workspace.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM cases").scalar() == 1
    assert synchronise.status(workspace).waiting == 0


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://server.example.org", "server_plain"), ("ftp://127.0.0.1", "server_address"),
        ("https://", "server_address"), ("https://a@b.example.org", "server_address"),
        ("https://b..example.org", "server_address"), (f"https://{'x' * 64}.org", "server_address"),
        ("https://b.example.org/path", "server_address"), ("https://b.example.org:99999", "server_address"),
    ],
)  # fmt: skip
def test_an_address_that_would_leak_or_means_nothing_is_refused(url: str, code: str) -> None:
    with pytest.raises(SyncFailed, match=code):
        tls.split(url)


def test_another_authority_is_not_trusted_whatever_the_environment_says(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, rogue = trustme.CA(), trustme.CA()
    rogue.cert_pem.write_to_path(tmp_path / "rogue.pem")
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(tmp_path / "rogue.pem"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    rogue.issue_cert("localhost").configure_cert(context)
    with _listening(context) as port, pytest.raises(SyncFailed, match="server_certificate"):
        _call(workspace, f"https://localhost:{port}", ours)


def test_an_old_tls_is_not_spoken(workspace: Workspace) -> None:
    ours = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    ours.issue_cert("localhost").configure_cert(context)
    with _listening(context) as port, pytest.raises(SyncFailed, match="server_certificate"):
        _call(workspace, f"https://localhost:{port}", ours)


def test_another_name_is_not_the_server(workspace: Workspace) -> None:
    ours = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.issue_cert("other.example.org").configure_cert(context)
    with _listening(context) as port, pytest.raises(SyncFailed, match="server_certificate"):
        _call(workspace, f"https://localhost:{port}", ours)


def test_an_endless_answer_is_cut(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    from lnctp_tui.sync import wire

    monkeypatch.setattr(wire, "ANSWER_CAP", 1 << 20)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _address = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                try:
                    while True:
                        connection.sendall(b"x" * 65536)
                except OSError:
                    pass

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(SyncFailed, match="answer_too_large"):
            _call(workspace, f"http://127.0.0.1:{server.getsockname()[1]}", None)


class _listening:
    """Somebody who answers the first hello on a port."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self.server = socket.create_server(("localhost", 0))

    def __enter__(self) -> int:
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self.server.getsockname()[1])

    def _serve(self) -> None:
        try:
            connection, _address = self.server.accept()
            with connection:
                self.context.wrap_socket(connection, server_side=True).recv(10)
        except OSError:
            pass

    def __exit__(self, *_: object) -> None:
        self.server.close()


def _call(workspace: Workspace, url: str, ca: trustme.CA | None) -> None:
    from nacl.signing import SigningKey

    pem = ca.cert_pem.bytes().decode() if ca else None
    line = HttpLine(url, pem, workspace.store.author.device, SigningKey.generate())
    try:
        line.call("GET", "/v1/me")
    finally:
        line.close()


def test_pauses_grow_to_five_minutes_and_honour_the_server() -> None:
    longest = [pause(failures, 0, lambda _low, high: high) for failures in range(12)]
    assert longest[:3] == [1, 2, 4]
    assert longest[-1] == 300
    assert pause(1, 90, lambda _low, high: high) == 90
    assert pause(5, 0, lambda low, _high: low) == 0


def test_a_case_is_offered_accepted_and_leaves_its_giver(
    workspace: Workspace, second: Workspace, served: Served
) -> None:
    enrolled(workspace, served)
    enrolled(second, served)
    case = ids.new_id()
    with workspace.store.write() as unit:
        unit.record("cases", case, {"status": "open", "folio": "ABCD-0001-X", "summary": "Prueba"})
    synchronise.once(workspace)
    synchronise.once(second)
    other = second.store.author.actor
    assert other in {each.id for each in synchronise.colleagues(workspace)}
    synchronise.offer(workspace, case, other)
    synchronise.once(second)
    assert synchronise.status(second).offers == 1
    (handed,) = synchronise.offers(second)
    assert (handed.scope, handed.folio, handed.mine) == (case, "ABCD-0001-X", True)
    assert [each.mine for each in synchronise.offers(workspace)] == [False]
    synchronise.answer(second, case, True)
    assert synchronise.status(second).offers == 0
    synchronise.once(second)
    synchronise.once(workspace)
    assert [len(desk(each.store).cases) for each in (second, workspace)] == [1, 0]
    assert synchronise.status(workspace).withdrawn == 1
    (found,) = synchronise.search_server(second, "ABCD")
    assert (found.id, found.here) == (case, True)
    assert synchronise.search_server(workspace, "ABCD") == []
    assert synchronise.once(second, verify=True) == synchronise.Comparison(0, 0, 0)


def test_what_the_server_lost_unseen_comes_back_by_comparison(workspace: Workspace, served: Served) -> None:
    enrolled(workspace, served)
    with workspace.store.write() as unit:
        unit.record("cases", ids.new_id(), {"summary": "Prueba"})
    synchronise.once(workspace)
    with workspace.store.write() as unit:
        unit.connection.exec_driver_sql("DELETE FROM changes WHERE \"table\" = 'cases'")
        unit.connection.exec_driver_sql("DELETE FROM cases", None, RECORDED)
    found = synchronise.once(workspace, verify=True)
    assert found is not None
    assert (found.buckets, found.fetched) == (1, 1)
    with workspace.store.read() as connection:
        assert connection.exec_driver_sql("SELECT summary FROM cases").scalar() == "Prueba"
    assert synchronise.once(workspace, verify=True) == synchronise.Comparison(0, 0, 0)


def test_a_case_closed_a_month_ago_leaves_and_comes_back_when_it_is_opened(
    workspace: Workspace, served: Served
) -> None:
    from lnctp_tui.sync import retention

    enrolled(workspace, served)
    now = instants.now()
    workspace.store.now = lambda: now - datetime.timedelta(days=40)
    case, call = ids.new_id(), ids.new_id()
    with workspace.store.write() as unit:
        unit.record("contacts", call, {"narrative": "Prueba"})
        closed = instants.iso(unit.now)
        unit.record("cases", case, {"status": "closed", "closed_at": closed})
        unit.record("contacts", call, {"case_id": case})
    workspace.store.now = lambda: now
    assert retention.expired(workspace.store, now) == []
    synchronise.once(workspace)
    assert set(retention.expired(workspace.store, now)) == {case, call}
    line = dial(workspace.store)
    retention.ask_away(workspace.store, line, now)
    line.close()
    synchronise.once(workspace)
    count = "SELECT (SELECT count(*) FROM cases) + (SELECT count(*) FROM contacts)"
    with workspace.store.read() as connection:
        assert connection.exec_driver_sql(count).scalar() == 0
    synchronise.open_again(workspace, case)
    synchronise.once(workspace)
    with workspace.store.read() as connection:
        assert connection.exec_driver_sql(count).scalar() == 2


def test_a_laptop_goes_to_its_teams_own_address_only_when_that_answers_with_the_same_key(
    workspace: Workspace, pg: str, tmp_path: Path
) -> None:
    with serving(pg, Settings(home=tmp_path)) as own, serving(pg, Settings(home=tmp_path / "b")) as foreign:
        code = own.person()[1]
        for address, reached in (
            ("http://127.0.0.1:9", False), ("no es una dirección", False), (foreign.url, False), (own.url, True),
        ):  # fmt: skip
            teams = {"main": address, "otra": "https://otra.example.org"}
            with serving(pg, Settings(home=tmp_path, teams=teams)) as door:
                with workspace.store.write() as unit:
                    unit.remember(server_state.SERVER, None)
                assert synchronise.enroll(workspace, door.url, code) == "pending"
                with workspace.store.read() as connection:
                    server = server_state.server(connection)
                assert server is not None
                assert server.url == (own.url if reached else door.url)
                # The address that was spoken goes on working.
                synchronise.enroll(workspace, door.url, code)
        with own.office() as office:
            office.set_state(office.device(workspace.store.author.device), "active")
        synchronise.once(workspace)
