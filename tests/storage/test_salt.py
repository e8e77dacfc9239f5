"""What is left of an erased change does not tell its values to whoever tries them: its hash was salted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from served import Served
from sync_office import Desk, House, opened
from vaults import MadeVault

from lnctp_tui.domain.records import changes
from lnctp_tui.server.admin import erase as erasure
from lnctp_tui.server.ingest import check
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.server.postgres.embedded import Embedded
from lnctp_tui.services.sync import synchronise
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import session
from lnctp_tui.storage.replication import eviction
from lnctp_tui.sync import outbox, verify, wire

PHONE = "+525500000417"
BLOCK = [f"+52550000{number:04}" for number in range(1000)]
"""A small block of numbers; nobody's."""
SALTS = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


@pytest.fixture
def house(pool: Pool, cluster: Embedded, tmp_path: Path, vault_template: MadeVault) -> Iterator[House]:
    yield from opened(pool, cluster, tmp_path, vault_template.home, vault_template.key)


def unsalted(patch: pytest.MonkeyPatch) -> None:
    """A writer from before."""
    patch.setattr(session, "WRITER_SCHEMA", 1)
    patch.setattr(ids, "new_salt", lambda: None)


def not_covered(patch: pytest.MonkeyPatch) -> None:
    """The hash leaves the salt out."""
    real = changes.covered
    patch.setattr(changes, "covered", lambda change: real({**change, "salt": None}))


def not_blanked_here(patch: pytest.MonkeyPatch) -> None:
    """The laptop keeps the salt."""
    patch.setattr(eviction, "BLANK", eviction.BLANK.replace(", salt = NULL", ""))


def not_blanked_there(patch: pytest.MonkeyPatch) -> None:
    """The server keeps the salt."""
    patch.setattr(erasure, "BLANK", erasure.BLANK.replace(", salt = NULL", ""))


def recorded(desk: Desk) -> str:
    """A case with a telephone number; the id of the number's record."""
    case, number = desk.case(summary="Prueba"), ids.new_id()
    with desk.store.write() as unit:
        patch = {"kind": "phone", "value": PHONE, "normalised": PHONE}
        unit.record("identifiers", number, patch, case=case)
    return number


def erased(house: House, desk: Desk, row: str) -> list[str]:
    """Everything of the case is erased on the server and on the laptop; the ids of its changes."""
    case = str(desk.scalar('SELECT "case" FROM changes WHERE row = ?', row))
    now = instants.now()
    erasure.erase(house.pool, "main", case, now, "cli:prueba")
    with desk.store.write() as unit:
        ids = list(
            unit.connection.exec_driver_sql('SELECT id FROM changes WHERE "case" = ?', (case,)).scalars()
        )
        eviction.erase(unit.connection, case, ids, instants.iso(now), instants.micros(now))
    return ids


def left(house: House, desk: Desk) -> bytes:
    """All that stands in any table of the two databases."""
    found: list[Any] = []
    with desk.store.read() as connection:
        names = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND (name NOT LIKE 'search%' OR name = 'search_keys')"
        ).scalars()
        for name in list(names):
            found += connection.exec_driver_sql(f"SELECT * FROM {name}").all()
    with house.owner() as connection:
        for (name,) in connection.execute(
            """SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
            WHERE schemaname IN ('public', 'data') AND tablename <> 'nonces'"""
        ).fetchall():
            found += connection.execute(f"SELECT * FROM {name}").fetchall()
    return repr(found).encode()


def guessed(house: House, desk: Desk, row: str, patch: dict[str, Any]) -> str | None:
    """The number whose change has the kept hash, with whatever may be the salt; `patch` is known but for it."""
    with desk.store.read() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM changes WHERE row = ?", (row,)).mappings().one()
    assert kept["patch"] == "{}"
    known = {**kept, "base": orjson.loads(kept["base"])}
    salts = {None, *(each.decode() for each in SALTS.findall(left(house, desk)))}
    for number in BLOCK:
        tried = {name: number if value == PHONE else value for name, value in patch.items()}
        for salt in salts:
            if changes.digest(changes.canonical({**known, "patch": tried, "salt": salt})) == kept["hash"]:
                return number
    return None


def tried(house: House) -> str | None:
    """Record, send, erase, guess."""
    ana = house.desk("ana")
    row = recorded(ana)
    ana.sync()
    assert synchronise.status(ana.workspace).refused == 0
    patch = orjson.loads(ana.scalar("SELECT patch FROM changes WHERE row = ?", row))
    erased(house, ana, row)
    assert PHONE.encode() not in left(house, ana)
    return guessed(house, ana, row, patch)


def test_an_erased_number_is_not_found_by_trying(house: House) -> None:
    assert tried(house) is None


@pytest.mark.parametrize("plant", [unsalted, not_covered, not_blanked_here, not_blanked_there])
def test_without_any_part_of_it_the_number_is_found(
    house: House, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    plant(monkeypatch)
    assert tried(house) == PHONE


def test_an_erased_change_still_proves_its_author_and_carries_no_salt(house: House) -> None:
    ana = house.desk("ana")
    row = recorded(ana)
    ana.sync()
    ids = erased(house, ana, row)
    with ana.store.read() as connection:
        kept = connection.exec_driver_sql(
            f"SELECT {outbox.COVERED} FROM changes WHERE id IN (SELECT value FROM json_each(?))",
            (orjson.dumps(ids).decode(),),
        ).all()
        ring = verify.Keyring.load(connection, ana.store.author.device)
    said = [orjson.loads(outbox.encoded(each)) for each in kept]
    assert all("salt" not in each and each["erased"] for each in said)
    assert len(ring.check(said).good) == len(ids)
    with database.transaction(house.pool, "main", database.SERVE) as connection:
        rows = connection.execute("SELECT patch, salt FROM log WHERE id = ANY(%s)", (ids,)).fetchall()
    assert set(rows) == {(None, None)}
    beto = house.desk("beto", "supervisor")
    beto.sync()
    assert synchronise.status(beto.workspace).aside == 0
    assert beto.scalar("SELECT count(*) FROM changes WHERE salt IS NOT NULL AND patch = '{}'") == 0


def test_changes_of_before_and_of_now_are_one_history(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, beto = house.desk("ana"), house.desk("beto", "supervisor")
    with monkeypatch.context() as before:
        unsalted(before)
        case = ana.case(summary="de antes")
        ana.sync()
    beto.sync()
    beto.set(case, summary="de ahora")
    beto.sync()
    with monkeypatch.context() as before:
        unsalted(before)
        ana.sync()
        ana.set(case, code_word="de antes")
        ana.sync()
    beto.sync()
    for desk in (ana, beto):
        found = desk.row(case)
        assert found is not None
        assert (found["summary"], found["code_word"]) == ("de ahora", "de antes")
        assert synchronise.status(desk.workspace).aside == 0
        assert desk.refolds()
    assert ana.scalar('SELECT count(salt) FROM changes WHERE "case" = ?', case) == 1


@pytest.mark.parametrize(
    ("salt", "reason"),
    [
        ("00" * 16, "hash"),
        (None, "malformed"),
        ("x" * 32, "malformed"),
        (5, "malformed"),
        ("ab" * 15, "malformed"),
    ],
)
def test_another_salt_is_refused_everywhere(house: House, salt: Any, reason: str) -> None:
    ana = house.desk("ana")
    ana.case(summary="Prueba")
    with ana.store.read() as connection:
        row = connection.exec_driver_sql(
            f"SELECT {outbox.COVERED} FROM changes ORDER BY seq DESC LIMIT 1"
        ).one()
        ring = verify.Keyring.load(connection, ana.store.author.device)
    said = orjson.loads(outbox.encoded(row))
    key = ring.keys[said["device"]].hex()
    writer = check.Writer(key, said["actor"], frozenset({said["actor"]}))
    assert check.flaw(said, writer) is None
    assert ring.check([said]).good
    altered = {**said, "salt": salt}
    assert check.flaw(altered, writer) == reason
    assert not ring.check([altered]).good


def test_a_laptop_that_cannot_check_a_salt_is_told_so_and_delivers(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, old = served.laptop("supervisor"), served.laptop("supervisor")
    plain, salted = new.case(), new.case()
    salted |= {"schema": 2, "salt": ids.new_salt()}
    salted["hash"] = changes.digest(changes.canonical(salted))
    salted["sig"] = next(
        changes.seals([salted["hash"]], lambda content: new.key.sign(content).signature.hex())
    )
    new.push(plain)
    monkeypatch.setattr(wire, "VERSION", 1)
    page = old.call("GET", "/v1/pull?cursor=0.&limit=100").message
    assert page["status"] == "ok"
    assert new.push(salted).message["results"][0][1] == "accepted"
    assert old.call("GET", "/v1/pull?cursor=0.&limit=100").message == {"status": "too_old", "minimum": 2}
    asked = {"scopes": [salted["row"]], "after": 0, "limit": 10}
    assert old.call("POST", "/v1/history", asked).error == "too_old"
    assert old.call("POST", "/v1/fetch", {"ids": [salted["id"]]}).error == "too_old"
    assert old.push(old.case()).message["results"][0][1] == "accepted"
    erasure.erase(served.app.state.services.pool, "main", plain["row"], instants.now(), "cli:prueba")
    told = new.call("GET", "/v1/pull?cursor=0.&limit=100").message
    assert told["entries"][-1]["k"] == "erase"  # of all it wrote itself: one of before obeys it
    monkeypatch.setattr(wire, "VERSION", 2)
    told = old.call("GET", "/v1/pull?cursor=0.&limit=100").message
    assert told["entries"]
    assert "erase" not in [each["k"] for each in told["entries"]]  # a laptop would raise an alarm
    found = old.call("POST", "/v1/fetch", {"ids": [salted["id"]]}).message["changes"]
    assert [each["salt"] for each in found] == [salted["salt"]]
