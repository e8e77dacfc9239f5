"""What the server does when its database moves to another machine, only reads, answers nothing, or stands alone."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import httpx
import pytest
from pg import FAST, TEMPLATE, fresh
from served import Laptop, Served, serving

from lnctp_tui.cli import main
from lnctp_tui.errors import Declined, Refused, SyncFailed
from lnctp_tui.i18n import messages
from lnctp_tui.server.admin import erasing, identity
from lnctp_tui.server.postgres import backup_key, backups, commits, database, embedded, schema
from lnctp_tui.server.postgres.commits import CommitWatch
from lnctp_tui.server.settings import Settings
from lnctp_tui.sync import transport

ROOT = Path(__file__).parents[2]
WAITS = 2.0
"""Seconds that a commit waits for the second machine in these tests."""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.Embedded]:
    """A PostgreSQL that may be killed: nobody else's."""
    folder = Path(tempfile.mkdtemp(prefix="lnctp-own-"))
    running = embedded.start(folder, FAST | {"synchronous_commit": "on"})
    try:
        schema.prepare(running, TEMPLATE)
        yield running
    finally:
        embedded.stop(folder)
        shutil.rmtree(folder)


@pytest.fixture
def failing(own: embedded.Embedded, tmp_path: Path) -> Iterator[Served]:
    """A server on it."""
    with (
        fresh(own) as name,
        serving(own.url(database=name), Settings(home=tmp_path, commit_wait=WAITS)) as running,
    ):
        yield running


def postmaster(cluster: embedded.Embedded) -> int:
    return int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0])


def until(what: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        threading.Event().wait(0.1)


def as_owner(cluster: embedded.Embedded, *statements: str) -> None:
    with database.connect(cluster.url(embedded.OWNER, "postgres"), autocommit=True) as owner:
        for statement in statements:
            owner.execute(statement)  # type: ignore[arg-type]


@contextmanager
def altered(cluster: embedded.Embedded, name: str, value: str) -> Iterator[Callable[[], None]]:
    """A setting of the whole cluster, until what is yielded is called or the block ends."""

    def reset() -> None:
        as_owner(cluster, "SET default_transaction_read_only = off", f"ALTER SYSTEM RESET {name}", RELOAD)

    as_owner(cluster, f"ALTER SYSTEM SET {name} = '{value}'", RELOAD)
    try:
        yield reset
    finally:
        reset()


RELOAD = "SELECT pg_reload_conf()"


def test_after_a_switch_the_first_request_is_answered(
    own: embedded.Embedded, failing: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "LONGEST_LOG", 10)
    ana = failing.laptop()
    assert ana.push(ana.case()).status == 200
    os.kill(postmaster(own), signal.SIGKILL)
    until(lambda: not embedded.listens(own))
    until(lambda: _started(own))
    assert httpx.get(f"{failing.url}/ready").status_code == 200
    assert ana.push(ana.case()).status == 200
    log = own.folder / embedded.LOG
    assert log.with_name("postgres.log.1").stat().st_size > 10  # what it said before does not grow for ever
    assert "checkpoint starting" not in log.read_text(encoding="utf-8")


def _started(cluster: embedded.Embedded) -> bool:
    try:
        embedded.start_again(cluster)
    except Exception:  # its processes still end
        return False
    return True


def test_a_machine_that_only_reads_is_busy_and_never_full_and_is_left(
    own: embedded.Embedded, failing: Served
) -> None:
    ana = failing.laptop()
    with altered(own, "default_transaction_read_only", "on") as reset:
        until(lambda: ana.push(ana.case()).status == 503)
        told = [ana.push(ana.case()).error for _ in range(3)]
        assert set(told) == {"busy"}
        reset()
        until(lambda: ana.push(ana.case()).status == 200)


def test_a_database_that_answers_nothing_makes_the_server_not_ready(
    own: embedded.Embedded, failing: Served
) -> None:
    assert httpx.get(f"{failing.url}/ready").status_code == 200
    stopped = _backends(failing)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        for _ in range(2):
            began = time.monotonic()
            answer = httpx.get(f"{failing.url}/ready", timeout=20)
            assert (answer.status_code, answer.json()["error"]) == (503, "busy")
            assert time.monotonic() - began < 4
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    until(lambda: httpx.get(f"{failing.url}/ready").status_code == 200)


def _backends(served: Served) -> list[int]:
    with database.connect(served.database) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    return [pid for (pid,) in rows]


@contextmanager
def alone(cluster: embedded.Embedded) -> Iterator[Callable[[], None]]:
    """A primary in strict mode whose standbys are all gone."""
    with altered(cluster, "synchronous_standby_names", "nobody") as back:
        yield back


def test_a_push_that_waits_for_the_second_machine_is_told_so_and_is_stored_when_it_is_back(
    own: embedded.Embedded, failing: Served
) -> None:
    ana, bea = failing.laptop(), failing.laptop()
    settings = failing.app.state.settings
    case, pool = ana.case(), failing.app.state.services.pool
    with alone(own) as back:
        began = time.monotonic()
        waited = ana.push(case)
        assert time.monotonic() - began < WAITS + 4
        assert (waited.status, waited.message["error"], waited.message["reason"]) == (
            503, "busy", "second_machine",
        )  # fmt: skip
        assert pool.commits.missing
        ready = httpx.get(f"{failing.url}/ready")
        assert (ready.status_code, ready.json()["reason"]) == (503, "second_machine")
        # Nobody waits for what is known: others are told at once, hold nothing, and are still read to.
        began = time.monotonic()
        with ThreadPoolExecutor(12) as many:
            told = list(many.map(lambda _: bea.push(bea.case()).message["error"], range(12)))
        assert set(told) == {"busy"}
        assert time.monotonic() - began < WAITS
        assert bea.call("GET", "/v1/pull").status == 200
        with serving(failing.database, settings) as other:
            elsewhere = Laptop(other.url, bea.device, bea.actor, bea.key)
            assert elsewhere.push(elsewhere.case()).message["reason"] == "second_machine"
            assert httpx.get(f"{other.url}/ready").status_code == 503
        assert httpx.get(f"{failing.url}/metrics").text.count("lnctp_sync_wait_seconds_count")
        back()
        until(lambda: not pool.commits.missing)
    again = ana.push(case)
    assert [result[:2] for result in again.message["results"]] == [[case["id"], "known"]]
    assert bea.push(bea.case()).status == 200
    assert httpx.get(f"{failing.url}/ready").status_code == 200


def test_a_command_that_waits_for_the_second_machine_ends_and_says_what_stands(
    own: embedded.Embedded,
    failing: Served,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = failing.database.rpartition("/")[2].partition("?")[0]
    for variable, value in (
        ("LNCTP_SERVER_HOME", str(tmp_path)), ("DATABASE_URL", failing.database), ("LNCTP_LANG", "es"),
        ("LNCTP_SERVER_OWNER_URL", own.url(embedded.OWNER, name)),
    ):  # fmt: skip
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(database, "COMMIT_WAIT", 0.1)
    monkeypatch.setattr(commits, "LOOK", 0.1)
    assert main(["server", "init"]) == 0
    with alone(own) as back:
        began = time.monotonic()
        assert main(["server", "person", "add", "Ana de Prueba"]) == 1
        assert main(["server", "backup", str(tmp_path / "copia")]) == 1
        assert time.monotonic() - began < 12
        told = capsys.readouterr().err
        assert told.count("está en una sola y queda en firme cuando vuelva otra") == 2
        assert "second_machine" not in told
        monkeypatch.setattr(database, "COMMIT_WAIT", 30.0)
        _interrupted(own, failing)
        back()
    until(lambda: main(["server", "person", "list"]) == 0 and "Ana de Prueba" in capsys.readouterr().out)
    with database.connect(failing.database) as connection:
        assert connection.execute("SELECT count(*) FROM settings WHERE key = 'interrupted'").fetchone() == (
            1,
        )


def _interrupted(own: embedded.Embedded, failing: Served) -> None:
    """Ctrl+C while a commit waits hangs up, and cancels nothing: cancelled, PostgreSQL calls it committed."""
    connection = database.connect(failing.database, autocommit=True)
    waiting = threading.Event()

    def interrupt() -> None:
        until(lambda: connection.commits is not None and bool(connection.commits._waiting(0)))
        waiting.set()
        connection.cancel_safe()

    asks = threading.Thread(target=interrupt)
    asks.start()
    with pytest.raises(Declined, match="busy") as told:
        connection.execute("INSERT INTO settings (key, value) VALUES ('interrupted', 'yes')")
    asks.join()
    connection.close()
    assert waiting.is_set()
    assert told.value.facts == {"reason": "second_machine", "stands": True}
    with database.connect(own.url(embedded.OWNER, "postgres")) as owner:
        seen = owner.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'").fetchone()
    assert seen is not None
    assert seen[0] >= 1  # it waits on, with its locks, until another machine has it


def test_an_interrupt_says_what_stands_only_where_something_was_given_up() -> None:
    """psycopg ends what it waits for by its own way, and Python's interrupt comes out of it."""
    watch = CommitWatch(lambda: pytest.fail("nobody asks"), 9, notes=False)
    connection: Any = Mock()
    for given_up, told in ((False, KeyboardInterrupt), (True, Declined)):
        if given_up:
            watch._given_up.add(connection)
        with pytest.raises(told), watch.during(connection):
            raise KeyboardInterrupt


def test_a_laptop_says_that_the_server_waits_and_not_that_the_internet_is_broken() -> None:
    answered = b'{"error":"busy","time":1,"reason":"second_machine"}'
    with pytest.raises(SyncFailed) as failed:
        transport._understood(503, {b"retry-after": "5"}, answered)
    assert (failed.value.code, failed.value.facts["retry_after"]) == ("second_machine", 5.0)
    told = str(messages.explain(failed.value))
    assert "segunda máquina" in told
    assert "internet" not in told
    with pytest.raises(SyncFailed, match="busy"):
        transport._understood(503, {}, b'{"error":"busy","reason":["second_machine"]}')


def test_several_machines_in_the_url_are_refused() -> None:
    for url in ("postgresql://a,b/lnctp", "host=/run/a,/run/b dbname=lnctp", "postgresql://a:1,b:2/lnctp"):
        with pytest.raises(Refused, match="server_hosts"):
            database.lasting(url)
    assert "connect_timeout" not in database.lasting("postgresql://127.0.0.1:5000/lnctp?connect_timeout=3")
    assert database.lasting("postgresql://127.0.0.1:5000/lnctp") == database.LASTING


def test_a_copy_takes_no_backup_and_no_person_and_says_why(
    own: embedded.Embedded,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with fresh(own) as name:
        owner = own.url(embedded.OWNER, name)
        backups.new_key(tmp_path)
        identity.keep(tmp_path, identity.SigningKey.generate())
        for variable, value in (
            ("LNCTP_SERVER_HOME", str(tmp_path)), ("DATABASE_URL", own.url(database=name)),
            ("LNCTP_SERVER_OWNER_URL", owner), ("LNCTP_LANG", "es"),
        ):  # fmt: skip
            monkeypatch.setenv(variable, value)
        with altered(own, "default_transaction_read_only", "on"):
            until(lambda: _reads_only(owner))
            with pytest.raises(Refused, match="server_standby"):
                backups.backup(
                    owner, backups.public_key(tmp_path), tmp_path / "copia", "2026-01-01T00:00:00Z"
                )
            assert not (tmp_path / "copia").exists()
            assert main(["server", "person", "add", "Ana de Prueba"]) == 1
    assert "copia de solo lectura" in capsys.readouterr().err


def _reads_only(url: str) -> bool:
    with database.connect(url) as connection:
        return connection.execute("SHOW transaction_read_only").fetchone() == ("on",)


def test_two_machines_have_one_backup_key_and_a_foreign_one_is_refused(
    cluster: embedded.Embedded, owner: str, tmp_path: Path
) -> None:
    first, second, third = (tmp_path / name for name in ("uno", "dos", "tres"))
    for home in (first, second, third):
        home.mkdir()
    assert len(backup_key.agree(first, owner).split()) == 24
    assert backup_key.agree(first, owner) == backup_key.agree(second, owner) == ""
    assert backup_key.words(first) == backup_key.words(second)
    backups.new_key(third)
    for refused in (lambda: backup_key.agree(third, owner), lambda: backup_key.of(third, owner)):
        with pytest.raises(Refused, match="backup_key_differs"):
            refused()
    assert backup_key.agree(first, owner, anew=True)
    with pytest.raises(Refused, match="backup_key_differs"):
        backup_key.of(second, owner)


def test_a_machine_keeps_beside_its_backups_what_another_erased(served: Served, tmp_path: Path) -> None:
    ana = served.laptop()
    case = ana.case()
    assert ana.push(case).status == 200
    with database.pool(served.database, 1) as pool:
        erasing.erasure.erase(pool, "main", case["row"], erasing.instants.now(), "a+b")
        erasing.erasure.ahead(pool, "main", "never-delivered")
    erasing.keep_beside(tmp_path / "another", tmp_path, served.database, ["main"])
    assert erasing.remembered(tmp_path / erasing.REMEMBERED) == {"main": [case["row"], "never-delivered"]}


def test_a_refold_without_a_database_names_no_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LNCTP_SERVER_HOME", str(tmp_path))
    monkeypatch.setenv("LNCTP_LANG", "es")
    monkeypatch.setenv("DATABASE_URL", "postgresql://lnctp_app:secreto@127.0.0.1:9/lnctp")
    assert main(["server", "refold"]) == 1
    shown = "".join(capfd.readouterr())
    assert "La base de datos no responde" in shown
    assert not [part for part in ("127.0.0.1", "lnctp_app", "secreto") if part in shown]


@pytest.mark.parametrize("unit", ["lnctp-server.service", "lnctp-server-backup.service"])
def test_a_database_elsewhere_can_be_let_in(unit: str) -> None:
    shipped = (ROOT / "deploy" / unit).read_text(encoding="utf-8")
    assert "IPAddressDeny=any" in shipped
    assert "# IPAddressAllow=" in shipped
