"""No server's word wipes a laptop; and what a wipe does, once a signed order calls it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from served import Served
from workspaces import settle

from lnctp_tui.errors import Refused, SyncFailed
from lnctp_tui.server import wiping
from lnctp_tui.services import sync
from lnctp_tui.services.desk import desk
from lnctp_tui.services.intake import Intake
from lnctp_tui.services.refold import compare
from lnctp_tui.services.workspace import Workspace
from lnctp_tui.storage import instants, leaving

ONE, OTHER = "cli:una", "cli:otra"


@pytest.fixture
def laptop(workspace: Workspace, served: Served) -> Workspace:
    """Enrolled, approved, with one case that the server holds and one that it does not."""
    sync.enroll(workspace, served.url, served.person()[1])
    with served.office() as office:
        device = office.device(workspace.store.author.device)
        office.approve(device, " ".join(sync.fingerprint(workspace)))
    record(workspace, "tamarindo entregado")
    sync.once(workspace)
    record(workspace, "guayaba sin enviar")
    settle(workspace)
    return workspace


def record(workspace: Workspace, text: str) -> str:
    case = instants.new_id()
    with workspace.store.write() as unit:
        values = {"status": "open", "opened_at": instants.iso(unit.now), "summary": text}
        unit.record("cases", case, values)
    return case


def order(served: Served, workspace: Workspace, who: str, *, unsent: bool = False, later: int = 0) -> str:
    with served.office() as office:
        as_who = replace(office, actor=who, now=office.now + timedelta(minutes=later))
        return wiping.order(as_who, as_who.device(workspace.store.author.device), unsent)


def content(workspace: Workspace) -> str:
    """Every value in every table but the keys, and every word of the index."""
    found: list[Any] = []
    with workspace.store.write() as unit:
        run = unit.connection.exec_driver_sql
        tables = run(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%'"
        ).scalars()
        for table in list(tables):
            found += run(f"SELECT * FROM {table}").all()
        run("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, row)")
        found += run("SELECT term FROM temp.words").all()
        run("DROP TABLE temp.words")
    return str(found)


@pytest.mark.parametrize("unsent", [False, True])
def test_what_a_server_says_wipes_nothing_even_when_two_people_made_it_say_so(
    laptop: Workspace, served: Served, unsent: bool
) -> None:
    order(served, laptop, ONE, unsent=unsent)
    sync.once(laptop)  # one word does nothing; and what waits goes out
    record(laptop, "papaya sin enviar")
    assert order(served, laptop, OTHER, unsent=unsent) == "ordered"
    shown = desk(laptop.store)
    for _ in range(2):
        with pytest.raises(SyncFailed, match=r"^order_unsigned$"):
            sync.once(laptop)
    assert all(word in content(laptop) for word in ("tamarindo", "guayaba", "papaya"))
    assert desk(laptop.store) == shown
    assert sync.status(laptop).alarms == ["order_unsigned"]


def test_a_wipe_leaves_what_has_no_receipt_in_the_log_without_a_row(laptop: Workspace) -> None:
    with laptop.store.write() as unit:
        leaving.wipe(unit.connection, unsent=False)
    left = content(laptop)
    assert "tamarindo" not in left
    assert "guayaba" in left
    assert desk(laptop.store).cases == []
    with laptop.store.read() as connection:
        assert compare(connection).different == []


def test_a_wipe_of_all_leaves_nothing_and_calls_can_still_be_taken(laptop: Workspace) -> None:
    with laptop.store.write() as unit:
        leaving.wipe(unit.connection)
    left = content(laptop)
    assert "tamarindo" not in left
    assert "guayaba" not in left
    intake = Intake.start(laptop)
    intake.narrate("Prueba después")
    settle(laptop)
    assert "Prueba después" in content(laptop)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ((ONE, False, 0), (ONE, False, 1), "wipe_same_person"),
        ((ONE, False, 0), (OTHER, False, 61), "asked"),
        ((ONE, False, 0), (OTHER, True, 1), "asked"),
        ((ONE, False, 0), (OTHER, False, 59), "ordered"),
    ],
)
def test_an_order_is_the_same_word_of_two_within_an_hour(
    served: Served, first: tuple[str, bool, int], second: tuple[str, bool, int], said: str
) -> None:
    device = served.laptop().device

    def give(who: str, unsent: bool, minutes: int) -> str:
        with served.office() as office:
            at = replace(office, actor=who, now=office.now + timedelta(minutes=minutes))
            return wiping.order(at, at.device(device), unsent)

    assert give(*first) == "asked"
    if said == "wipe_same_person":
        with pytest.raises(Refused, match=said):
            give(*second)
    else:
        assert give(*second) == said
    with served.office() as office:
        assert (office.device(device).state == "wipe") == (said == "ordered")


def test_nobody_says_wiped_who_was_not_told_to(served: Served) -> None:
    laptop = served.laptop()
    assert laptop.call("POST", "/v1/wiped").error == "not_found"
    served.set_state(laptop, "revoked")
    assert laptop.call("POST", "/v1/wiped").error == "revoked"
