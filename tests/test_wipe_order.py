"""A laptop is wiped once receipts cover everything, or by the order of two people within an hour."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from served import Served
from vaults import MadeVault
from workspaces import settle

from lnctp_tui.errors import Refused, SyncFailed
from lnctp_tui.server import wiping
from lnctp_tui.services import sync
from lnctp_tui.services.desk import desk
from lnctp_tui.services.intake import Intake
from lnctp_tui.services.refold import compare
from lnctp_tui.services.workspace import Workspace, found_workspace, open_workspace
from lnctp_tui.storage import instants

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


def audited(served: Served) -> list[tuple[str, str]]:
    with served.office() as office:
        rows = office.connection.execute(
            "SELECT actor, action FROM audit WHERE action LIKE 'device.wipe%' ORDER BY n"
        )
        return rows.fetchall()


def test_an_order_of_two_wipes_what_the_server_holds_and_keeps_what_was_not_sent(
    laptop: Workspace, served: Served
) -> None:
    assert "tamarindo" in content(laptop)
    assert order(served, laptop, ONE) == "asked"
    sync.once(laptop)  # one word does nothing; and what waits goes out
    record(laptop, "papaya sin enviar")
    assert order(served, laptop, OTHER) == "ordered"
    with pytest.raises(SyncFailed, match=r"^wipe$"):
        sync.once(laptop)
    left = content(laptop)
    assert "tamarindo" not in left
    assert "guayaba" not in left
    assert "papaya" in left  # in the log, without a row
    with laptop.store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM cases").scalar() == 0
        assert connection.exec_driver_sql("SELECT action FROM access ORDER BY seq DESC").scalar() == "wipe"
        assert compare(connection).different == []
    assert desk(laptop.store).cases == []
    device = laptop.store.author.device
    assert audited(served) == [
        (ONE, "device.wipe.asked"), (OTHER, "device.wipe"), (device, "device.wiped"),
    ]  # fmt: skip
    with served.office() as office:
        assert office.device(device).wiped_at is not None


def test_an_order_for_all_leaves_nothing_and_calls_can_still_be_taken(
    laptop: Workspace, served: Served
) -> None:
    order(served, laptop, ONE, unsent=True)
    order(served, laptop, OTHER, unsent=True)
    with pytest.raises(SyncFailed, match=r"^wipe_all$"):
        sync.once(laptop)
    left = content(laptop)
    assert "tamarindo" not in left
    assert "guayaba" not in left
    intake = Intake.start(laptop)
    intake.narrate("Prueba después")
    settle(laptop)
    with pytest.raises(SyncFailed, match=r"^wipe_all$"):
        sync.once(laptop)
    assert "Prueba después" in content(laptop)  # an order is obeyed once
    assert len(audited(served)) == 3


def test_a_revoked_laptop_obeys_too(laptop: Workspace, served: Served) -> None:
    with served.office() as office:
        office.set_state(office.device(laptop.store.author.device), "revoked")
    with pytest.raises(SyncFailed, match="revoked"):
        sync.once(laptop)
    assert "guayaba" in content(laptop)  # receipts do not cover it: nothing goes
    order(served, laptop, ONE, unsent=True)
    order(served, laptop, OTHER, unsent=True)
    with pytest.raises(SyncFailed, match="wipe_all"):
        sync.once(laptop)
    assert "guayaba" not in content(laptop)


def test_a_lost_confirmation_is_given_again(
    laptop: Workspace, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lnctp_tui.sync.transport import HttpLine

    order(served, laptop, ONE)
    order(served, laptop, OTHER)
    plain = HttpLine.call

    def broken(self: HttpLine, method: str, path: str, *rest: Any, **more: Any) -> Any:
        if path == "/v1/wiped":
            raise SyncFailed("line_broke")
        return plain(self, method, path, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(HttpLine, "call", broken)
        with pytest.raises(SyncFailed, match="line_broke"):
            sync.once(laptop)
    assert "tamarindo" not in content(laptop)
    assert len(audited(served)) == 2
    with pytest.raises(SyncFailed, match=r"^wipe$"):
        sync.once(laptop)
    assert len(audited(served)) == 3


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


def test_another_laptop_of_the_same_person_is_not_touched(
    laptop: Workspace, served: Served, tables_template: MadeVault, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(tables_template.home, tmp_path / "second"))
    found_workspace(home, tables_template.key, name="Segunda", zone="UTC", language="es")
    second = open_workspace(home, tables_template.key)
    try:
        with served.office() as office:
            code = office.code(office.person(laptop.store.author.actor))[0]
        sync.enroll(second, served.url, code)
        with served.office() as office:
            office.approve(office.device(second.store.author.device), " ".join(sync.fingerprint(second)))
        sync.once(second)
        order(served, laptop, ONE)
        order(served, laptop, OTHER)
        sync.once(second)
        assert "tamarindo" in content(second)
    finally:
        second.close()
