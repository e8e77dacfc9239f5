"""What becomes of a change is decided from values: no database, nothing altered, and a retry begins from nothing."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from psycopg import errors
from server_office import KEY, NOON, Laptop

from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.ingest import check, push
from lnctp_tui.server.ingest.decide import Decision, Record, Stored, View, decide
from lnctp_tui.server.ingest.incoming import IncomingChange, arrived
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.sync import wire

LATEST = 1_000


def device(person: str = "ana", role: str = "counselor") -> DeviceRow:
    return DeviceRow(f"laptop-{person}", "main", person, person, "aa", "active", role, "CN")


def change(
    who: DeviceRow,
    table: str = "cases",
    row: str = "c",
    case: str | None = "c",
    *,
    trusted: bool = False,
    **members: Any,
) -> IncomingChange:
    raw = {
        "id": "x",
        "hash": "h",
        "table": table,
        "row": row,
        "case": case,
        "hlc": 1,
        "patch": {"summary": "s"},
    } | members
    writer = check.Writer(who.public_key, who.person, frozenset({who.person}), who.role)
    return arrived(raw, who, writer, None, trusted=trusted)


def view(row: str = "c", table: str = "cases", stood: tuple[str, ...] = (), **members: Any) -> View:
    return View(LATEST, records={(table, row): Record(set(stood), set(stood))}, **members)


HELD = {"scopes": {"c"}, "seen": {("ana", "c")}}
NEW = Decision("accepted", entry=0, scope="c", enters=True, sees=("ana",))


@pytest.mark.parametrize(
    ("sees", "incoming", "decision"),
    [
        (view(), change(device()), NEW),
        (view(), change(device(), hlc=LATEST), NEW),
        (view(), change(device(), hlc=LATEST + 1), NEW._replace(placed=LATEST)),
        (view(stood=("c",), **HELD), change(device()), Decision("accepted", entry=0, scope="c")),
        (view(stood=("c",), **HELD), change(device("beto")), Decision("refused", "forbidden")),
        (view(**HELD), change(device("beto")), Decision("refused", "forbidden")),
        (view(stood=("c",), **HELD), change(device("sup", "supervisor")), Decision("accepted", entry=0, scope="c")),
        (view(stood=("c",), **HELD), change(device("beto"), trusted=True), Decision("accepted", entry=0, scope="c")),
        (view(erased_scopes={"c"}, **HELD), change(device()), NEW._replace(sees=(), erased=True)),
        (view(known={"x": Stored(7, 5, "h")}), change(device()), Decision("known", n=7, placed=5)),
        (view(known={"x": Stored(7, 5, "other")}), change(device()), Decision("refused", "id")),
        (view("p", "providers"), change(device(), "providers", "p", None), Decision("refused", "forbidden")),
        (
            view("p", "providers"), change(device("sup", "supervisor"), "providers", "p", None),
            Decision("accepted", entry=0, scope=wire.EVERYBODY, enters=True),
        ),
        (
            View(LATEST, {("notes", "n"): Record({"c"}, {"c"})}, scopes={"c", "d"}, seen={("ana", "c"), ("ana", "d")}),
            change(device(), "notes", "n", "d"), Decision("accepted", entry=0, scope="d", enters=True, joins=True),
        ),
    ],
)  # fmt: skip
def test_a_change_is_decided_and_nothing_is_altered(
    sees: View, incoming: IncomingChange, decision: Decision
) -> None:
    before = copy.deepcopy((sees, incoming))
    assert decide(incoming, sees) == decision
    assert decide(incoming, sees) == decision
    assert (sees, incoming) == before


def test_a_change_is_decided_after_those_before_it() -> None:
    sees, first = view(), change(device())
    sees.take(first, decide(first, sees))
    assert decide(change(device()), sees) == Decision("known", entry=0)
    assert decide(change(device(), hash="other"), sees) == Decision("refused", "id")
    assert decide(change(device(), id="y"), sees) == Decision("accepted", entry=1, scope="c")
    assert decide(change(device("beto"), id="y"), sees) == Decision("refused", "forbidden")


def test_a_retry_finds_the_delivery_as_it_arrived(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, beto = Laptop(pool, "ana"), Laptop(pool, "beto")
    case = ana.case()
    assert push.push(pool, beto.row, {"changes": [beto.case()]}, NOON, KEY)["status"] == "ok"
    delivery = push.read(pool, ana.row, {"changes": [case, case, ana.case() | {"hash": "0" * 64}]})
    arrival = list(delivery.changes)
    tries: list[list[IncomingChange]] = []
    real = push.audit.head

    def head(*arguments: Any) -> Any:
        tries.append(list(delivery.changes))
        if len(tries) < 3:
            raise errors.DeadlockDetected
        return real(*arguments)

    monkeypatch.setattr(push.audit, "head", head)
    stored = push.store(pool, "main", [delivery], NOON)
    assert tries == [arrival, arrival, arrival]
    outcome = stored.outcomes[delivery]
    assert [result[1:] for result in outcome.results] == [
        ["accepted", 2, None, None], ["known", 2, None, None], ["refused", None, None, "hash"],
    ]  # fmt: skip
    assert (outcome.seq, outcome.prefix, outcome.diverged) == (1, None, False)
