"""The line is cut in the middle of a batch, slow, lossy or dead: the person is told, nothing is lost or doubled."""

from __future__ import annotations

import random
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import lossy
import pytest
import trustme
from fault_proxy import DOWN, UP, FaultProxy, Weather, relayed
from served import Served, serving
from workspaces import narrate

from lnctp_tui.errors import SyncFailed
from lnctp_tui.i18n import messages
from lnctp_tui.server.ingest import projection_check
from lnctp_tui.server.postgres import database
from lnctp_tui.server.settings import Settings
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.write_guard import RECORDED
from lnctp_tui.storage.replication import server_state
from lnctp_tui.sync import transport, wire

BROKEN = {"offline", "line_broke", "server_slow"}


@dataclass
class Bad:
    """A laptop, the bad line and the server behind it."""

    workspace: Workspace
    proxy: FaultProxy
    served: Served

    def write(self, count: int, text: str = "Prueba") -> None:
        with self.workspace.store.write() as unit:
            for number in range(count):
                said = f"{text} {number} {random.Random(number).randbytes(12).hex()}"
                unit.record("cases", ids.new_id(), {"status": "open", "summary": said})

    def try_once(self) -> str | None:
        """A round; the code of what went wrong."""
        try:
            synchronise.once(self.workspace)
        except SyncFailed as failed:
            return failed.code
        return None

    def batch(self) -> int:
        """How many changes the next program asks the line to take at once."""
        with self.workspace.store.read() as connection:
            return int(state.get(connection, server_state.BATCH, wire.BATCH))

    def until_done(self, most: float, between: Callable[[], object] = lambda: None) -> list[str]:
        """Rounds until one goes well, as the loop repeats them; the codes of those that did not."""
        codes, end = [], time.monotonic() + most
        while (code := self.try_once()) is not None:
            assert code in BROKEN, code
            codes.append(code)
            assert time.monotonic() < end, codes
            between()
        return codes

    def sound(self) -> None:
        """Everything is on the server, once; the outbox is empty, both hold the same."""
        assert synchronise.status(self.workspace).waiting == 0
        assert synchronise.once(self.workspace, verify=True) == synchronise.Comparison(0, 0, 0)
        with self.workspace.store.read() as connection:
            mine = set(connection.exec_driver_sql("SELECT id FROM changes").scalars())
        with database.pool(self.served.database, 1) as pool:
            assert projection_check.broken_at(pool, "main") is None
            assert projection_check.compare(pool, "main").different == []
            with database.transaction(pool, "main", database.SERVE) as connection:
                log = connection.execute("SELECT id FROM log WHERE kind = 'change'").fetchall()
        assert sorted(row[0] for row in log) == sorted(mine)


@pytest.fixture
def bad(workspace: Workspace, pg: str, tmp_path: Path) -> Iterator[Bad]:
    with serving(pg, Settings(home=tmp_path)) as served, relayed(int(served.url.rpartition(":")[2])) as proxy:
        assert synchronise.enroll(workspace, proxy.url, served.person()[1]) == "pending"
        with served.office() as office:
            device = office.device(workspace.store.author.device)
            office.approve(device, " ".join(synchronise.fingerprint(workspace)))
        synchronise.once(workspace)
        yield Bad(workspace, proxy, served)
        proxy.set(Weather())


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time-outs of a second instead of half a minute."""
    monkeypatch.setattr(transport, "SILENT", 1.0)
    monkeypatch.setattr(transport, "CONNECT", 1.0)


def told(code: str) -> str:
    """What a person reads."""
    return str(messages.explain_code(code))


@pytest.mark.parametrize("way", [UP, DOWN])
def test_a_line_cut_in_the_middle_of_a_batch_loses_and_doubles_nothing(
    bad: Bad, way: str, soak: bool
) -> None:
    dice = random.Random(way)
    for number in range(40 if soak else 4):
        bad.write(30)
        k = (1, 150)[number] if number < 2 else dice.randrange(1, 9000 if way == UP else 5000)
        bad.proxy.set(Weather(cut=(way, k)))
        code = bad.try_once()
        assert code in (None, "line_broke")
        assert (code is None) == (bad.proxy.cuts == 0)
        assert synchronise.status(bad.workspace).problem == code
        bad.proxy.set(Weather())
        bad.proxy.cuts = 0
        synchronise.once(bad.workspace)
        assert synchronise.status(bad.workspace).waiting == 0
    bad.sound()


def test_a_line_that_breaks_after_every_few_kilobytes_still_gets_all_through(bad: Bad) -> None:
    bad.write(120)
    bad.proxy.set(Weather(cut=(UP, 6000)))
    assert "line_broke" in bad.until_done(30)
    bad.proxy.set(Weather())
    bad.sound()


def test_pages_shrink_until_they_pass_between_two_breaks(bad: Bad) -> None:
    bad.write(300)
    synchronise.once(bad.workspace)
    with bad.workspace.store.write() as unit:  # as on a laptop that came back from an image
        unit.connection.exec_driver_sql("DELETE FROM changes WHERE \"table\" = 'cases'")
        unit.connection.exec_driver_sql("DELETE FROM cases", None, RECORDED)
        unit.remember(server_state.CURSOR, None)
        unit.remember(server_state.PROOF, None)
    bad.proxy.set(Weather(cut=(DOWN, 40_000)))
    assert "line_broke" in bad.until_done(30)
    bad.proxy.set(Weather())
    bad.sound()


def test_at_a_kilobyte_a_second_big_pushes_get_through(
    bad: Bad, soak: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not soak:
        monkeypatch.setattr(transport, "SILENT", 2.0)
    bad.write(500 if soak else 8)
    bad.proxy.set(Weather(pace=1000))
    codes = bad.until_done(900 if soak else 150)
    assert codes
    assert set(codes) == {"server_slow"}
    slow = bad.batch()
    assert slow < wire.BATCH
    bad.proxy.set(Weather())
    bad.write(300)
    synchronise.once(bad.workspace)
    assert bad.batch() > slow
    bad.sound()


@pytest.mark.usefixtures("impatient")
def test_one_long_record_gets_the_time_a_slow_line_needs(bad: Bad) -> None:
    text = random.Random(1).randbytes(1500).hex()
    bad.write(1, text)
    bad.proxy.set(Weather(pace=1000))
    bad.until_done(40)
    bad.proxy.set(Weather())
    bad.sound()


@pytest.mark.usefixtures("impatient")
def test_with_three_of_ten_segments_and_connections_lost_all_arrives(bad: Bad, soak: bool) -> None:
    for _ in range(20 if soak else 2):
        bad.write(60)
        bad.proxy.set(Weather(loss=0.3))
        bad.until_done(60)
    bad.proxy.set(Weather())
    bad.sound()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("weather", "code", "said"),
    [
        (Weather(dead=True), "server_slow", "El servidor no contestó a tiempo."),
        (Weather(down=True), "line_broke", "La conexión con el servidor se cortó."),
    ],
)
def test_a_dead_line_ends_in_a_sentence_and_calls_go_on(
    bad: Bad, weather: Weather, code: str, said: str
) -> None:
    bad.write(3)
    bad.proxy.set(weather)
    began = time.monotonic()
    assert bad.try_once() == code
    assert time.monotonic() - began < 10
    assert told(code).startswith(said)
    assert "Lo registrado sigue en este equipo" in told(code)
    intake = Intake.start(bad.workspace)
    narrate(intake, "durante la falla")
    assert bad.workspace.writer.drain(5)
    assert synchronise.status(bad.workspace).waiting > 3
    bad.proxy.set(Weather())
    assert bad.try_once() is None
    bad.sound()


@pytest.mark.usefixtures("impatient")
def test_the_running_program_heals_by_itself(bad: Bad) -> None:
    loop = synchronise.Synchroniser(bad.workspace)
    states: list[synchronise.SyncStatus] = []
    loop.on_status = states.append
    loop.start()
    try:
        until(lambda: states and states[-1].online)
        bad.proxy.set(Weather(down=True))
        bad.write(5)
        loop.now()
        until(lambda: states[-1].online is False)
        assert states[-1].waiting == 5
        bad.proxy.set(Weather())
        until(lambda: states[-1].online and states[-1].waiting == 0)
    finally:
        loop.stop(10)
    bad.sound()


def test_three_of_ten_packets_lost_between_two_network_namespaces(
    workspace: Workspace, pg: str, tmp_path: Path, soak: bool
) -> None:
    """Over TLS, as between two machines: here the system's own TCP has to cope."""
    with lossy.joined(0.0) as link:
        certificates, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificates.issue_cert(lossy.SERVER).configure_cert(tls)

        def serve() -> Served:
            return stack.enter_context(serving(pg, Settings(home=tmp_path), lossy.SERVER, tls))

        with ExitStack() as stack:
            served = link.within(lossy.SERVER, serve)
            ca = tmp_path / "ca.pem"
            certificates.cert_pem.write_to_path(ca)
            code = served.person()[1]
            link.within(lossy.LAPTOP, lambda: synchronise.enroll(workspace, served.url, code, ca))
            with served.office() as office:
                device = office.device(workspace.store.author.device)
                office.approve(device, " ".join(synchronise.fingerprint(workspace)))
            bad = Bad(workspace, FaultProxy(0, random.Random(0)), served)
            for _ in range(5 if soak else 1):
                bad.write(100 if soak else 20)
                link.loss = 0.3
                link.within(lossy.LAPTOP, lambda: bad.until_done(300))
                link.loss = 0.0
                assert link.lost > 0
            link.within(lossy.LAPTOP, bad.sound)


def until(condition: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        threading.Event().wait(0.02)
