"""The server against its laptops: what a live take-over, an altered log or audit can do, and what laptops say.

Attacks 12, 18, 21, 22, 23 and 24 of the security design, and its row "live take-over of the server".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from nacl.signing import SigningKey
from server_office import signer
from sync_office import Desk, House, shared

from lnctp_tui.domain.records import changes
from lnctp_tui.server.admin import audit
from lnctp_tui.server.admin.staff import StaffRegistry
from lnctp_tui.server.ingest import projection_check
from lnctp_tui.server.postgres.database import SERVE, transaction
from lnctp_tui.server.read import equality
from lnctp_tui.services.call.desk import desk
from lnctp_tui.services.sync import synchronise
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.replication import eviction, server_state
from lnctp_tui.sync import repair
from lnctp_tui.sync.verify import Proving

MALLORY = SigningKey(b"a key of whoever took the server"[:32])


def sealed(change: dict[str, Any], key: SigningKey) -> dict[str, Any]:
    """A change with the hash and the signature of another key."""
    digest = changes.digest(changes.canonical(change))
    return change | {"hash": digest, "sig": next(changes.seals([digest], signer(key)))}


def altering(
    what: Callable[[dict[str, Any]], dict[str, Any]],
) -> Callable[[str, dict[str, Any]], dict[str, Any]]:
    """What a taken-over server does to each change of a page."""

    def alter(_path: str, answer: dict[str, Any]) -> dict[str, Any]:
        for entry in answer.get("entries", ()):
            if entry["k"] == "change" and entry["c"]["table"] == "cases":
                entry["c"] = what(entry["c"])
        return answer

    return alter


# A live take-over of the server


def swapped(change: dict[str, Any]) -> dict[str, Any]:
    return change | {"patch": {"summary": "cambiado"}}


def rehashed(change: dict[str, Any]) -> dict[str, Any]:
    return sealed(swapped(change), MALLORY)


def erased(change: dict[str, Any]) -> dict[str, Any]:
    return change | {"patch": None, "erased": True, "sig": "0" * 128}


def redated(change: dict[str, Any]) -> dict[str, Any]:
    return change | {"hlc": change["hlc"] + 10**9}


def rebased(change: dict[str, Any]) -> dict[str, Any]:
    return change | {"base": []}


def moved(change: dict[str, Any]) -> dict[str, Any]:
    return change | {"row": ids.new_id()}


@pytest.mark.parametrize("forge", [swapped, rehashed, erased, redated, rebased, moved])
def test_what_a_server_alters_of_a_change_is_not_taken_and_is_told(
    house: House, forge: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    ana, beto, case = shared(house, summary="al principio")
    beto.set(case, summary="de Beto")
    beto.sync()
    ana.line.alter = altering(forge)
    ana.sync()
    assert ana.row(case)["summary"] == "al principio"  # type: ignore[index]
    assert ana.scalar("SELECT count(*) FROM cases") == 1
    assert synchronise.status(ana.workspace).aside == 1


def test_what_is_no_change_stays_aside_and_keeps_no_later_erasure_away(house: House) -> None:
    """Attack 135: a server of a day leaves what has neither table nor case; officers erase a year later."""
    ana, beto, case = shared(house, summary="al principio")

    def junk(_path: str, answer: dict[str, Any]) -> dict[str, Any]:
        for entry in answer.get("entries", ()):
            if entry["k"] == "change":
                entry["before"] = [{"id": "x"}, {"id": "y", "table": [], "case": [case], "row": {}},
                                   {"id": "z", "case": case}]  # fmt: skip
        return answer

    beto.set(case, summary="de Beto")
    beto.sync()
    ana.line.alter = junk
    ana.sync()
    assert synchronise.status(ana.workspace).aside == 3
    with ana.store.write() as unit:
        eviction.forget(unit.connection, {case})
    assert synchronise.status(ana.workspace).aside == 2


def test_a_place_at_the_end_of_time_ends_nothing_that_is_saved_here(house: House) -> None:
    """Attack 134: what orders a change is the server's word alone."""
    ana, beto, case = shared(house, summary="al principio")

    def placed(_path: str, answer: dict[str, Any]) -> dict[str, Any]:
        for entry in answer.get("entries", ()):
            if entry["k"] == "change":
                entry["c"]["placed"] = 2**63 - 1
        return answer

    beto.set(case, summary="de Beto")
    beto.sync()
    ana.line.alter = placed
    ana.sync()
    ana.set(case, summary="de Ana")
    ana.line.alter = lambda _path, answer: answer
    ana.sync()
    beto.sync()
    assert beto.row(case)["summary"] == "de Ana"  # type: ignore[index]


def test_a_colleagues_change_signed_by_another_device_is_not_taken(house: House) -> None:
    """The server holds the key of one enrolled laptop and writes with it in somebody else's name."""
    ana, beto, case = shared(house, summary="al principio")
    carla = house.desk("carla")
    carla.sync()
    ana.sync()
    beto.set(case, summary="de Beto")
    beto.sync()
    with carla.store.read() as connection:
        key = SigningKey(bytes.fromhex(state.get(connection, server_state.DEVICE_KEY)))
    device = carla.store.author.device

    def resigned(change: dict[str, Any]) -> dict[str, Any]:
        return sealed(change | {"device": device, "patch": {"summary": "en nombre de Beto"}}, key)

    ana.line.alter = altering(resigned)
    ana.sync()
    assert ana.row(case)["summary"] == "al principio"  # type: ignore[index]
    assert synchronise.status(ana.workspace).aside == 1

    # Under its own name it is a change like any other: the test above does not hold for another reason.
    def own(change: dict[str, Any]) -> dict[str, Any]:
        return sealed(change | {"device": device, "actor": carla.store.author.actor}, key)

    beto.set(case, code_word="cierto")
    beto.sync()
    ana.line.alter = altering(own)
    ana.sync()
    assert ana.row(case)["code_word"] == "cierto"  # type: ignore[index]


def introducing(device: str, actor: str, key: SigningKey) -> dict[str, Any]:
    """The change in which a device says its key and whose it is, not yet sealed."""
    return {
        "id": ids.new_id(), "device": device, "actor": actor, "hlc": 1, "table": "devices", "row": device,
        "case": None, "base": [], "schema": 1,
        "patch": {"public_key": key.verify_key.encode().hex(), "counselor_id": actor},
    }  # fmt: skip


def test_a_device_that_is_known_gets_no_other_key_and_no_other_person(house: House) -> None:
    ana, beto, case = shared(house, summary="al principio")
    device, carla = beto.store.author.device, house.desk("carla").store.author.actor
    introduction = introducing(device, carla, MALLORY)
    forged = sealed(
        {**introduction, "id": ids.new_id(), "table": "cases", "row": case, "case": case,
         "patch": {"summary": "con otra llave"}},
        MALLORY,
    )  # fmt: skip
    said = ana.client().keys.check([sealed(introduction, MALLORY), forged])
    assert said.good == {}
    assert len(said.aside) == 2


def test_nobody_introduces_a_device_with_a_key_they_do_not_hold(house: House) -> None:
    ana = house.desk("ana")
    ana.sync()
    stranger = ids.new_id()
    introduction = introducing(stranger, stranger, SigningKey.generate())
    assert ana.client().keys.check([sealed(introduction, MALLORY)]).good == {}


@pytest.mark.parametrize("said", ["", "not hexadecimal", "zz" * 32, "00" * 31])
def test_a_device_that_says_a_key_that_is_none_stops_nobody(house: House, said: str) -> None:
    ana, stranger = house.desk("ana"), ids.new_id()
    introduction = introducing(stranger, stranger, MALLORY)
    introduction["patch"]["public_key"] = said
    checked = ana.client().keys.check([sealed(introduction, MALLORY)])
    assert checked.good == {}
    assert [each["id"] for each in checked.aside] == [introduction["id"]]


def test_authors_are_proven_alike_ahead_and_at_once_and_what_is_forged_stays_aside(house: House) -> None:
    ana, beto, case = shared(house, summary="al principio")
    author, made = beto.store.author, []
    for number in range(300):
        said = {
            "id": ids.new_id(), "device": author.device, "actor": author.actor, "hlc": number + 1,
            "table": "cases", "row": case, "case": case, "base": [], "schema": 1, "patch": {"summary": "x"},
        }  # fmt: skip
        digest = changes.digest(changes.canonical(said))
        made.append(said | {"hash": digest, "sig": next(changes.seals([digest], author.sign))})
    for number in (3, 149, 299):
        made[number]["sig"] = made[number - 1]["sig"]
    keys = ana.client().keys
    ahead = keys.check(made, ana.helper, Proving(keys, made, ana.helper))
    assert ahead == keys.check(made)
    assert [each["id"] for each in ahead.aside] == [made[number]["id"] for number in (3, 149, 299)]


def test_a_page_that_is_checked_before_its_author_is_met_is_checked_again(house: House) -> None:
    ana = house.desk("ana")
    ana.sync()
    stranger = ids.new_id()
    introduction = introducing(stranger, stranger, MALLORY)
    case = ids.new_id()
    said = introduction | {"id": ids.new_id(), "table": "cases", "row": case, "case": case,
                           "patch": {"summary": "x"}}  # fmt: skip
    posing = said | {"id": ids.new_id(), "actor": ids.new_id()}
    page = [sealed(each, MALLORY) for each in (said, posing)]
    keys = ana.client().keys
    proving = Proving(keys, page, None)
    proving.result()
    keys.learn([sealed(introduction, MALLORY)])
    checked = keys.check(page, None, proving)
    assert [*checked.good] == [said["id"]]
    assert [each["id"] for each in checked.aside] == [posing["id"]]


def test_a_receipt_of_another_key_counts_for_nothing(house: House) -> None:
    from lnctp_tui.errors import SyncFailed
    from lnctp_tui.sync import wire

    ana = house.desk("ana")
    ana.sync()
    ana.case()

    def forge(path: str, answer: dict[str, Any]) -> dict[str, Any]:
        if path == "/v1/push":
            body = answer["receipt"]["body"]
            answer["receipt"]["sig"] = MALLORY.sign(wire.receipt_bytes(body)).signature.hex()
        return answer

    ana.line.alter = forge
    with pytest.raises(SyncFailed, match="receipt_bad"):
        ana.sync()
    assert synchronise.status(ana.workspace).waiting == 1


# The server's log, altered in its database


def test_a_rewritten_history_is_told_and_what_was_lost_comes_back(house: House) -> None:
    ana, _beto, case = shared(house, summary="al principio")
    assert synchronise.status(ana.workspace).alarms == []
    with house.owner() as connection:
        connection.execute("UPDATE log SET chain = md5(chain) || md5(chain) WHERE n > 1")
        connection.execute(
            "UPDATE counter c SET chain = l.chain FROM log l WHERE l.team = c.team AND l.n = c.n"
        )
    assert projection_check.broken_at(house.pool, "main") == 2
    ana.sync()
    assert synchronise.status(ana.workspace).alarms == ["server_history_changed"]
    assert ana.row(case)["summary"] == "al principio"  # type: ignore[index]
    ana.sync()
    now = ana.store.now
    from datetime import timedelta

    ana.store.now = lambda: now() + timedelta(days=15)
    assert synchronise.status(ana.workspace).alarms == []


def test_a_change_rewritten_with_its_hash_is_told_by_the_comparison(house: House) -> None:
    _ana, beto, case = shared(house, summary="al principio")
    with house.owner() as connection:
        connection.execute(
            """UPDATE log SET patch = '{"summary": "otra cosa"}', hash = repeat('a', 64) WHERE "row" = %s""",
            (case,),
        )
    beto.line._serve = _comparing(house, beto)  # type: ignore[method-assign]
    found = repair.compare(beto.client())
    assert (found.buckets, found.fetched, found.returned) == (1, 0, 0)
    assert synchronise.status(beto.workspace).alarms == ["server_content_changed"]
    assert beto.row(case)["summary"] == "al principio"  # type: ignore[index]
    # Who comes new is shown nothing of it.
    carla = house.desk("carla")
    house.event("grant", case, carla, data={"rank": -1})
    carla.sync()
    assert carla.row(case) is None
    assert synchronise.status(carla.workspace).aside == 1


def test_an_equal_server_raises_no_alarm(house: House) -> None:
    _ana, beto, _case = shared(house, summary="al principio")
    beto.line._serve = _comparing(house, beto)  # type: ignore[method-assign]
    assert repair.compare(beto.client()).equal
    assert synchronise.status(beto.workspace).alarms == []


def _comparing(house: House, desk: Desk) -> Callable[[str, Any], dict[str, Any]]:
    from lnctp_tui.server.postgres import database

    plain = desk.line._serve

    def serve(path: str, body: Any) -> dict[str, Any]:
        with house.pool.connection() as connection:
            device = database.find_device(connection, desk.line.device)
        assert device is not None
        if path == "/v1/equal":
            return equality.equal(house.pool, device)
        if path == "/v1/bucket":
            return equality.bucket(house.pool, device, body["bucket"])
        return plain(path, body)

    return serve


# 24: the server's audit, altered in its database; the laptop remembers where it was


def noted(house: House, count: int = 5) -> None:
    """Entries of the server's audit."""
    with transaction(house.pool, "main", SERVE) as connection:
        for number in range(count):
            audit.note(connection, "main", instants.now(), f"cli:{number}", "grant", "x")


def rebuilt(connection: Any, keep: str) -> None:
    """What an intruder with the owner's login does: fewer or other entries, and a chain that fits them."""
    rows = connection.execute(
        f"SELECT at, actor, action, record FROM audit WHERE {keep} ORDER BY n"
    ).fetchall()
    connection.execute("DELETE FROM audit")
    connection.execute("DELETE FROM audit_counter")
    for at, actor, action, record in rows:
        actor = "nadie" if keep == "true" and actor == "cli:1" else actor
        connection.execute("SELECT note('main', %s, %s, %s, %s)", (at, actor, action, record))


@pytest.mark.parametrize("keep", ["true", "n <> 2", "n < 4"], ids=["edited", "deleted", "truncated"])
@pytest.mark.parametrize("after", [0, 7], ids=["shorter", "longer"])
def test_a_rebuilt_audit_of_the_server_is_seen_by_a_laptop(house: House, keep: str, after: int) -> None:
    ana = house.desk("ana")
    ana.case()
    noted(house)
    ana.sync()
    with ana.store.read() as connection:
        seen = state.get(connection, server_state.AUDIT)
    with transaction(house.pool, "main", SERVE) as connection:
        assert list(audit.head(connection, "main")) == seen
    with house.owner() as connection:
        rebuilt(connection, keep)
    noted(house, after)
    with transaction(house.pool, "main", SERVE) as connection:
        assert audit.broken_at(connection, "main") is None  # the server itself cannot tell any more
    ana.sync()
    assert synchronise.status(ana.workspace).alarms == ["server_audit_changed"]
    with ana.store.write() as unit:
        unit.remember(server_state.ALARMS, None)
    noted(house, 1)
    ana.case()
    ana.sync()
    assert synchronise.status(ana.workspace).alarms == []  # told once


def test_an_audit_that_grows_raises_no_alarm(house: House) -> None:
    ana = house.desk("ana")
    for _ in range(3):
        noted(house)
        ana.case()
        ana.sync()
    assert synchronise.status(ana.workspace).alarms == []


def test_an_answer_to_a_push_does_not_replace_what_is_known_of_the_audit(house: House) -> None:
    ana = house.desk("ana")
    noted(house)
    ana.sync()
    with house.owner() as connection:
        rebuilt(connection, "n < 4")
    ana.case()
    ana.client().push()
    ana.sync()
    assert synchronise.status(ana.workspace).alarms == ["server_audit_changed"]


@pytest.mark.parametrize(
    ("sql", "found_at"),
    [
        ("UPDATE audit SET actor = 'otra' WHERE n = 2", 2),
        ("UPDATE audit SET record = 'otro' WHERE n = 3", 3),
        ("DELETE FROM audit WHERE n = 2", 2),
        ("DELETE FROM audit WHERE n > 3", 4),
        ("UPDATE audit_counter SET n = n + 1", 6),
    ],
)
def test_an_audit_altered_without_its_chain_is_found_by_the_server(
    house: House, sql: str, found_at: int
) -> None:
    noted(house)
    with house.owner() as connection:
        connection.execute("SELECT set_config('app.team', 'main', true)")
        connection.execute(sql)
        assert audit.broken_at(connection, "main") == found_at


# 24: the laptop's chain of views


def viewed(desk: Desk, count: int = 5) -> None:
    from lnctp_tui.storage.database import audit as views

    with desk.store.write() as unit:
        for number in range(count):
            views.note(unit.connection, unit.now, f"persona{number}", "view", "x")


def altered(desk: Desk, keep: str) -> None:
    """The laptop's own chain, rebuilt by whoever has its key."""
    from lnctp_tui.storage.database import audit as views

    with desk.store.write() as unit:
        run = unit.connection.exec_driver_sql
        rows = run(f"SELECT actor, action, record FROM access WHERE {keep} ORDER BY seq").all()
        run("DELETE FROM access")
        for actor, action, record in rows:
            views.note(unit.connection, unit.now, actor, action, record)


@pytest.mark.parametrize("keep", ["true", "seq <> 2", "seq < 3"], ids=["edited", "deleted", "truncated"])
@pytest.mark.parametrize("after", [0, 7], ids=["shorter", "longer"])
def test_a_rebuilt_chain_of_views_is_noted_by_the_server(house: House, keep: str, after: int) -> None:
    ana = house.desk("ana")
    ana.sync()
    for _ in range(2):
        viewed(ana)
        ana.case()
        ana.sync()
    assert _altered(house) == []
    altered(ana, keep)
    viewed(ana, after)
    ana.case()
    ana.sync()
    assert _altered(house) == [ana.store.author.device]


def _altered(house: House) -> list[str]:
    with house.owner() as connection:
        rows = connection.execute("SELECT record FROM audit WHERE action = 'device_audit_altered'").fetchall()
    return [record for (record,) in rows]


def test_a_chain_of_views_altered_without_its_values_is_found_by_the_laptop(house: House) -> None:
    from lnctp_tui.storage.database import audit as views

    ana = house.desk("ana")
    viewed(ana)
    for sql, found_at in (
        ("UPDATE access SET actor = 'otra' WHERE seq = 2", 2),
        ("DELETE FROM access WHERE seq = 3", 4),
    ):
        with ana.store.write() as unit:
            assert views.broken_at(unit.connection) is None
            unit.connection.exec_driver_sql("SAVEPOINT before")
            unit.connection.exec_driver_sql(sql)
            assert views.broken_at(unit.connection) == found_at
            unit.connection.exec_driver_sql("ROLLBACK TO before")


# A role that changes while the laptop is offline


def set_role(house: House, desk: Desk, role: str) -> None:
    with transaction(house.pool, "main", SERVE) as connection:
        office = StaffRegistry(connection, "main", "cli:prueba", instants.now())
        office.set_role(office.person(desk.store.author.actor), role)


def test_who_stops_or_begins_to_supervise_while_offline_holds_what_the_new_role_sees(house: House) -> None:
    ana, boss = house.desk("ana"), house.desk("boss", "supervisor")
    theirs = ana.case(summary="de Ana")
    ana.sync()
    own = boss.case(summary="propia")
    boss.sync()
    assert {boss.row(theirs) is None, boss.row(own) is None} == {False}
    boss.set(theirs, code_word="escrito sin conexión")
    set_role(house, boss, "counselor")
    later = ana.case(summary="posterior")
    ana.sync()
    boss.sync()
    assert [each.id for each in desk(boss.store).cases] == [own]
    assert boss.row(later) is None
    assert boss.row(own)["summary"] == "propia"  # type: ignore[index]
    status = synchronise.status(boss.workspace)
    assert (status.role, status.waiting) == ("counselor", 0)
    with (
        house.owner() as connection
    ):  # written for a case that was hers by the role alone: kept for a supervisor
        kept = connection.execute("SELECT reason, scope FROM quarantine WHERE state = 'open'").fetchall()
    assert kept == [("forbidden", theirs)]
    set_role(house, boss, "supervisor")
    boss.sync()
    assert boss.row(later)["summary"] == "posterior"  # type: ignore[index]
    assert boss.row(theirs)["summary"] == "de Ana"  # type: ignore[index]
    assert synchronise.status(boss.workspace).role == "supervisor"
    assert boss.refolds()
