"""A page of a counselor's pull is found by what is theirs, and is what the policies let through of the whole log.

Chance lets several people write, share, take away, hand back, erase and change roles; then every laptop follows from
places all over the log, with small pages. What it must be told is the whole stretch, read under the policies alone.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from server_office import NOON, Laptop, heard

from lnctp_tui.errors import Declined
from lnctp_tui.server.admin import access, erase
from lnctp_tui.server.ingest import log
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.server.read import pull, sent
from lnctp_tui.storage import ids
from lnctp_tui.sync.wire import START, Cursor

ROLES = ("counselor", "counselor", "curator", "analyst", "supervisor")
DEEDS = 60
UNTIL = "2026-05-07T12:00:00Z"
LOOKED = (
    "SELECT coalesce(sum(idx_scan), 0) FROM pg_stat_xact_user_tables WHERE relname IN ('records', 'access')"
)


class History:
    """A team whose log chance writes."""

    def __init__(self, pool: Pool, seed: int) -> None:
        self.pool, self.dice = pool, Random(seed)
        self.people = [Laptop(pool, name) for name in ("ana", "beto", "carla")]
        self.people.append(Laptop(pool, "sup", "supervisor"))
        self.laptops = [*self.people, Laptop(pool, "ana-2", person="ana")]
        self.cases: list[str] = []
        self.calls: list[str] = []

    def live(self) -> None:
        """Many deeds; those that somebody may not do come to nothing."""
        deeds: list[tuple[Callable[[], object], int]] = [
            (self.case, 4), (self.note, 4), (self.call, 3), (self.attach, 4), (self.everybody, 2), (self.reserved, 1),
            (self.share, 3), (self.take_away, 3), (self.leave, 2), (self.hand_on, 2), (self.relieve, 1),
            (self.erase, 1), (self.role, 1), (self.go_on, 2),
        ]  # fmt: skip
        self.case()
        self.call()
        for deed in self.dice.choices([deed for deed, _ in deeds], [often for _, often in deeds], k=DEEDS):
            try:
                deed()
            except Declined:
                continue

    def case(self) -> None:
        laptop = self.dice.choice(self.laptops)
        change = laptop.case()
        self.cases.append(change["row"])
        laptop.push(change, laptop.change("notes", ids.new_id(), {"text": "x"}, case=change["row"]))

    def note(self) -> None:
        laptop, scope = self.dice.choice(self.laptops), self.dice.choice(self.cases)
        row = self.dice.choice([ids.new_id(), scope])
        table, patch = ("cases", {"summary": "x"}) if row == scope else ("notes", {"text": "x" * 90})
        laptop.push(laptop.change(table, row, patch, case=scope))

    def call(self) -> None:
        laptop, row = self.dice.choice(self.laptops), ids.new_id()
        self.calls.append(row)
        laptop.push(laptop.change("contacts", row, {"channel": "phone"}))

    def attach(self) -> None:
        """A call goes to a case, or from one case to another."""
        laptop, row, scope = (self.dice.choice(of) for of in (self.laptops, self.calls, self.cases))
        laptop.push(laptop.change("contacts", row, {"case_id": scope}, case=scope))

    def everybody(self) -> None:
        laptop = self.dice.choice(self.laptops)
        laptop.push(laptop.change("counselors", laptop.person, {"name": f"Persona {self.dice.random()}"}))

    def reserved(self) -> None:
        laptop = self.people[-1]
        laptop.push(laptop.change("provider_private", ids.new_id(), {"concern_text": "x"}))

    def share(self) -> None:
        access.grant(self.pool, "main", self.person, self.scope, NOON, "sup")

    def take_away(self) -> None:
        access.revoke(self.pool, "main", self.person, self.scope, NOON, "sup")

    def leave(self) -> None:
        action = self.dice.choice(["leave", "open"])
        access.window(self.pool, self.dice.choice(self.laptops).row, [self.scope], action, NOON)

    def hand_on(self) -> None:
        giver, taker = self.dice.sample(self.people, 2)
        scope = self.scope
        access.offer(self.pool, giver.row, scope, taker.person, NOON)
        access.answer(self.pool, taker.row, scope, self.dice.random() < 0.7, NOON)

    def relieve(self) -> None:
        giver, taker = (laptop.person for laptop in self.dice.sample(self.people, 2))
        with database.transaction(self.pool, "main", database.SERVE) as connection:
            entries = access.relieve(connection, "main", giver, taker, self.scope, UNTIL, NOON)
            log.append(connection, "main", entries)

    def erase(self) -> None:
        erase.erase(self.pool, "main", self.scope, NOON, "sup")

    def role(self) -> None:
        person, role = self.person, self.dice.choice(ROLES)
        with database.transaction(self.pool, "main", database.SERVE) as connection:
            ((former,),) = connection.execute(
                "UPDATE people p SET role = %s FROM people o WHERE p.id = %s AND o.id = p.id RETURNING o.role",
                (role, person),
            )
            access.change_role(connection, "main", person, former, role, NOON)

    def go_on(self) -> None:
        access.go_on(self.pool, "main", NOON)

    @property
    def person(self) -> str:
        return self.dice.choice(self.people).person

    @property
    def scope(self) -> str:
        return self.dice.choice(self.cases + self.calls)


def places(pool: Pool) -> list[Cursor]:
    """Every place of the log that a cursor can be at."""
    with database.transaction(pool, "main", database.SERVE) as connection:
        return [START, *(Cursor(*row) for row in connection.execute("SELECT n, chain FROM log ORDER BY n"))]


def let_through(pool: Pool, laptop: Laptop) -> list[dict[str, Any]]:
    """The whole log as it was read before: each number under the policies, and no other condition."""
    row = laptop.row
    with database.transaction(pool, row, database.READ) as connection:
        rows = connection.execute(pull.PAGE, ("main", 0, 1 << 40, 1 << 20)).fetchall()
        return [*map(heard, [pull._entry(connection, row, each) for each in rows])]


def followed(laptop: Laptop, start: Cursor, limit: int) -> list[dict[str, Any]]:
    """All entries after a place, page by page; no page is too long, and each goes on."""
    entries: list[dict[str, Any]] = []
    cursor = start
    while True:
        page = heard(pull.pull(laptop.pool, laptop.row, cursor, START, limit))
        assert len(page["entries"]) <= limit
        assert all(cursor.n < entry["n"] <= page["next"][0] for entry in page["entries"])
        assert page["next"][0] > cursor.n or not page["more"]
        entries += page["entries"]
        cursor = Cursor(*page["next"])
        if not page["more"]:
            return entries


@pytest.mark.parametrize("seed", [2, 4])
def test_pages_are_what_the_policies_let_through(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(access, "AT_ONCE", 2)
    history = History(pool, seed)
    history.live()
    everywhere = places(pool)
    for laptop in history.laptops:
        expected = let_through(pool, laptop)
        assert followed(laptop, START, 1000) == expected
        for passed, most, limit in ((7, 8 << 20, 3), (50, 300, 20), (50_000, 8 << 20, 9)):
            monkeypatch.setattr(pull, "PASSED", passed)
            monkeypatch.setattr(sent, "PAGE_BYTES", most)
            monkeypatch.setattr(
                pull, "NUMBERED", pull.NUMBERED.replace(f"size < {8 << 20}", f"size < {most}")
            )
            for start in history.dice.sample(everywhere, 3):
                told = [entry for entry in expected if entry["n"] > start.n]
                assert followed(laptop, start, limit) == told, (laptop.id, start.n, passed, limit)
            monkeypatch.undo()
    assert len(everywhere) > DEEDS * 0.8


def test_each_way_of_finding_finds_what_no_other_does(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    history = History(pool, 2)
    history.live()
    expected = {laptop: let_through(pool, laptop) for laptop in history.laptops}
    for way in ("a.state = 'held'", "cardinality(r.scopes) > 1", "l.device = %(device)s", "l.person = %(person)s",
                "l.person IS NULL"):  # fmt: skip
        assert way in pull.THEIRS
        monkeypatch.setattr(pull, "THEIRS", pull.THEIRS.replace(way, f"{way} AND false"))
        assert any(followed(laptop, START, 1000) != told for laptop, told in expected.items()), way
        monkeypatch.undo()


def test_what_is_found_by_mistake_is_not_shown(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The policies stay the wall: what is found only narrows, so that a wrong find leaves out and never shows."""
    ana, beto = Laptop(pool, "ana"), Laptop(pool, "beto")
    ana.push(ana.case())
    beto.push(*(beto.case() for _ in range(5)))
    everywhere = places(pool)[1:]
    monkeypatch.setattr(pull, "_theirs", lambda *_: everywhere)
    assert [entry["n"] for entry in followed(ana, START, 9)] == [1]
    assert len(followed(ana, START, 4)) == 1
    monkeypatch.setattr(pull, "_theirs", lambda *_: everywhere[1:])
    assert followed(ana, START, 9) == []


def test_a_page_looks_up_what_is_theirs_and_not_every_number(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, beto = Laptop(pool, "ana"), Laptop(pool, "beto")
    ana.push(*(ana.case() for _ in range(3)))
    start = ana.proof
    beto.push(*(beto.case() for _ in range(200)))
    ana.push(last := ana.case())

    def looked() -> int:
        asks = ana.row
        with pool.connection() as connection, connection.transaction():
            ((before,),) = connection.execute(LOOKED)
            page = pull.pull(connection, asks, start, None)
            assert [entry["id"] for entry in page["entries"]] == [last["id"]]
            assert (page["next"], page["more"]) == (list(ana.proof), False)
            ((after,),) = connection.execute(LOOKED)
            return int(after - before)

    assert looked() < 20
    monkeypatch.setattr(pull, "_theirs", lambda *_: None)
    assert looked() > 200
