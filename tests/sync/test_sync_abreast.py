"""Two batches on the line at once: whichever comes first, whichever is lost, nothing is lost and nobody is accused."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sync_office import Desk, House

from lnctp_tui.errors import SyncFailed
from lnctp_tui.server.ingest import projection_check
from lnctp_tui.server.postgres.database import SERVE, transaction
from lnctp_tui.services.sync import synchronise
from lnctp_tui.storage.database import state
from lnctp_tui.storage.replication import server_state
from lnctp_tui.sync import outbox, wire
from lnctp_tui.sync.client import Client

WAIT = 20.0


class Road:
    """Says what becomes of each push, counted from 0 in the order in which they leave."""

    def __init__(self, desk: Desk) -> None:
        self.plain, self.sent = desk.line.call, []  # type: ignore[var-annotated]
        self.arrived = [threading.Event() for _ in range(9)]
        self.after: dict[int, int] = {}
        """This one reaches the server after that one was answered there."""
        self.lost: set[int] = set()
        self.unheard: set[int] = set()
        self.lock = threading.Lock()
        desk.line.call = self.call  # type: ignore[method-assign]

    def call(self, method: str, path: str, message: Any = None, *, wait: float = 0.0) -> dict[str, Any]:
        if path != "/v1/push":
            return self.plain(method, path, message, wait=wait)
        with self.lock:
            number = len(self.sent)
            self.sent.append(message)
        if number in self.after:
            assert self.arrived[self.after[number]].wait(WAIT)
        if number in self.lost:
            raise SyncFailed("offline")
        answer = self.plain(method, path, message, wait=wait)
        self.arrived[number].set()
        if number in self.unheard:
            raise SyncFailed("line_broke")
        return answer


def two(house: House) -> tuple[Desk, Client, Road, list[str]]:
    """A laptop that has four cases to send, in two batches."""
    ana = house.desk("ana")
    ana.sync()
    cases = [ana.case(summary=f"Prueba {number}") for number in range(4)]
    client = ana.client()
    client.outbox.size = 2
    return ana, client, Road(ana), cases


def whole(house: House, ana: Desk, cases: list[str]) -> None:
    """Everything is on the server once, with its receipts; it is still the same laptop."""
    status = synchronise.status(ana.workspace)
    assert (status.waiting, status.refused, status.alarms) == (0, 0, [])
    with transaction(house.pool, "main", SERVE) as connection:
        found = connection.execute("""SELECT "row" FROM log WHERE "table" = 'cases' ORDER BY n""").fetchall()
        noted = connection.execute("SELECT action FROM audit").fetchall()
    assert sorted(row for (row,) in found) == sorted(cases)
    assert noted == []
    assert projection_check.compare(house.pool, "main").different == []
    assert projection_check.broken_at(house.pool, "main") is None


def test_the_second_goes_before_the_first_is_answered(house: House) -> None:
    ana, client, road, cases = two(house)
    road.after = {0: 1}  # with one at a time this would wait for ever
    assert client.push() == 4
    assert [len(each["changes"]) for each in road.sent] == [2, 2]
    whole(house, ana, cases)
    assert ana.sync().push() == 0


def test_only_the_first_tells_how_far_the_views_are(house: House) -> None:
    _ana, client, road, _cases = two(house)
    client.push()
    first, second = road.sent
    assert first["audit"] is not None
    assert "before" not in first
    assert second["audit"] is None
    assert len(second["before"]) == 2


@pytest.mark.parametrize("order", [{}, {0: 1}])
@pytest.mark.parametrize(
    ("lost", "unheard"), [({0}, ()), ({1}, ()), ((), {0}), ((), {1}), ((), {0, 1}), ({0}, {1}), ({1}, {0})]
)
def test_either_can_be_lost_or_its_answer(
    house: House, order: dict[int, int], lost: set[int], unheard: set[int]
) -> None:
    ana, client, road, cases = two(house)
    road.after = {} if 1 in lost else order
    road.lost, road.unheard = set(lost), set(unheard)
    prefix = ana.scalar("SELECT value FROM sync_state WHERE key = 'folio_prefix'")
    with pytest.raises(SyncFailed):
        client.push()
    again = ana.client()
    again.push()
    ana.case(summary="una más")
    ana.sync()
    with transaction(house.pool, "main", SERVE) as connection:
        (more,) = connection.execute("""SELECT count(*) FROM log WHERE "table" = 'cases'""").fetchone() or (
            0,
        )
    assert more == 5
    assert ana.scalar("SELECT value FROM sync_state WHERE key = 'folio_prefix'") == prefix
    whole(house, ana, [*cases, *set(ana_cases(ana)) - set(cases)])


def ana_cases(ana: Desk) -> list[str]:
    with ana.store.read() as connection:
        return [str(each) for each in connection.exec_driver_sql("SELECT id FROM cases").scalars()]


def test_what_the_second_brought_is_kept_when_the_first_fails(house: House) -> None:
    ana, client, road, _cases = two(house)
    road.lost = {0}
    with pytest.raises(SyncFailed, match="offline"):
        client.push()
    assert synchronise.status(ana.workspace).waiting == 2
    assert client.outbox.abreast == 1


def test_after_a_failure_they_go_one_by_one_until_one_goes_quickly(house: House) -> None:
    ana, client, road, cases = two(house)
    client.outbox.restart()
    client.push()
    assert "before" not in road.sent[0]
    assert client.outbox.abreast == wire.MAX_IN_FLIGHT
    whole(house, ana, cases)


def test_another_laptop_with_the_same_disk_is_noticed_all_the_same(house: House) -> None:
    """It can say that something goes before, but not what."""
    ana, client, road, _cases = two(house)
    client.push()
    ana.case(summary="del clon")
    clone = ana.client()
    with ana.store.write() as unit:
        unit.connection.exec_driver_sql("DELETE FROM receipts WHERE seq > 1")
    body = outbox.envelope(ana.store) | {"before": ["0" * 36]}
    assert clone.outbox.look()
    batch = clone.outbox.offer()
    assert batch is not None
    answer = road.plain("POST", "/v1/push", body | {"repair": False, "changes": batch.changes})
    assert answer["folio_prefix"]


def test_the_furthest_proof_stays(house: House) -> None:
    """The second can be answered by a server that came back from a backup without the first."""
    ana = house.desk("ana")

    def acknowledged(seq: int, n: int, chain: str) -> Any:
        body = {"device": ana.store.author.device, "seq": seq, "ids": "", "n": n, "chain": chain, "at": ""}
        with ana.store.write() as unit:
            outbox.acknowledge(unit, {"receipt": {"body": body, "sig": ""}, "proof": [n, chain]}, None)
        with ana.store.read() as connection:
            return state.get(connection, server_state.PROOF)

    assert acknowledged(1, 7, "a" * 64) == [7, "a" * 64]
    assert acknowledged(2, 5, "b" * 64) == [7, "a" * 64]
    assert acknowledged(3, 7, "c" * 64) == [7, "a" * 64]
    assert acknowledged(4, 8, "d" * 64) == [8, "d" * 64]
