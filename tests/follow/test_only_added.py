"""What is only added is altered and taken away by nobody: at each door, for every such table."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from served import Laptop, Served

from lnctp_tui.domain.records import bound
from lnctp_tui.domain.records.kinds import BY_TABLE
from lnctp_tui.domain.records.scopes import WITHIN
from lnctp_tui.errors import Refused
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database.session import TABLES, Unit
from lnctp_tui.storage.replication import incoming, projection
from lnctp_tui.sync import verify

AT = "2026-11-29T10:00:00.000000Z"
TABLES_ADDED = sorted(bound.ADDED)
SAID: dict[str, dict[str, Any]] = {
    "file_stages": {"file_id": "carpeta", "stage": "denuncia", "on": "2026-03-03", "accompanied": "directo"},
    "provider_checks": {"provider_id": "casa", "kind": "no_answer", "at": AT},
    "referral_deliveries": {
        "referral_id": "canalizacion", "at": AT, "format": "voice", "to_whom": "Coordinación", "data": ["need"],
        "sha256": "0" * 64,
    },
    "handover_items": {"handover_id": "relevo", "why": "risk", "line": "abierto hace 3 h"},
    "handover_takes": {"words": "abaco", "handover_id": "relevo", "taken_at": AT},
    "practice_shares": {"scenario": "broma", "points": 61, "shared_at": AT},
    "shift_handovers": {"digest": "0" * 64, "note": "frío", "signed_at": AT},
}  # fmt: skip
OTHERWISE = {
    "file_stages": "sentencia", "provider_checks": "verified", "referral_deliveries": "json", "handover_items": "other",
    "handover_takes": "abdomen", "shift_handovers": "calor", "practice_shares": "motel-ana",
}  # fmt: skip
FIELD = {
    "file_stages": "stage", "provider_checks": "kind", "referral_deliveries": "format", "handover_items": "why",
    "handover_takes": "words", "shift_handovers": "note", "practice_shares": "scenario",
}  # fmt: skip


def owner(table: str, case: str) -> str | None:
    """What a change of such a row says as its case."""
    return case if BY_TABLE[table].on_case else SAID[table].get(WITHIN.get(table, ""))


def added(table: str, case: str, person: str) -> tuple[str, dict[str, Any]]:
    of_case = {"case_id": case} if BY_TABLE[table].on_case else {}
    by = {bound.VOUCHED[table]: person} if table in bound.VOUCHED else {}
    return bound.made(table, SAID[table] | of_case | by)


def alterations(table: str, patch: dict[str, Any]) -> list[dict[str, Any]]:
    """What an attacker writes under the id of a row that is there."""
    name = FIELD[table]
    of = "case_id" if BY_TABLE[table].on_case else WITHIN.get(table)
    moved = [{of: "otro"}, patch | {of: "otro"}] if of else []
    return [
        {name: OTHERWISE[table]}, patch | {name: OTHERWISE[table]}, {name: None}, {"erased_at": AT},
        patch | {"erased_at": AT}, {"nota": "x"}, *moved,
    ]  # fmt: skip


def test_every_only_added_table_is_tried() -> None:
    assert sorted(SAID) == TABLES_ADDED
    assert {"file_stages", "provider_checks", "referral_deliveries"} <= bound.ADDED


def change(unit: Unit, table: str, row: str, patch: dict[str, Any], case: str, hlc: int) -> dict[str, Any]:
    """As a laptop of another version would have sent it."""
    of_case = owner(table, case)
    return {
        "id": ids.new_id(), "device": "otro", "actor": "otra", "hlc": hlc, "table": table, "row": row, "case": of_case,
        "base": [], "patch": patch, "schema": 1, "hash": "0" * 64, "sig": "0" * 128, "n": None, "placed": None,
    }  # fmt: skip


@pytest.mark.parametrize("table", TABLES_ADDED)
def test_the_writer_and_the_projection_let_nobody_alter_it(workspace: Workspace, table: str) -> None:
    store, case = workspace.store, ids.new_id()
    row, patch = added(table, case, store.author.actor)
    with store.write() as unit:
        unit.record("cases", case, {"status": "open"})
        unit.record(table, row, patch, case=case if BY_TABLE[table].on_case else None)
        stored = unit.stored(table, row)
    for wrong in alterations(table, patch):
        with pytest.raises(Refused), store.write() as unit:
            unit.record(table, row, wrong)
    with store.write() as unit:  # what another door let through, as it comes from the line
        latest = instants.micros(unit.now)
        forged = [
            change(unit, table, row, wrong, case, latest + number)
            for number, wrong in enumerate(alterations(table, patch))
        ]
        made = incoming.ready(forged, latest)
        assert all(made[one["id"]].log is None for one in forged)
        incoming.keep(unit, forged, made)
        projection.rebuild(unit.connection, [(table, row)], instants.iso(unit.now), latest)
        after = unit.stored(table, row)
        assert after == stored
        logged = unit.connection.exec_driver_sql("SELECT count(*) FROM changes WHERE unfit = 'name'").scalar()
    assert logged == len(forged), "kept with its reason, and shown nowhere"
    assert TABLES[table].c.id is not None
    assert orjson.dumps(patch)


def test_the_server_takes_and_a_laptop_believes_no_alteration(served: Served) -> None:
    ana = served.laptop()
    with served.office() as office:
        person = office.device(ana.device).person
    case = ana.change("cases", {"status": "open"})
    assert statuses(ana, case) == ["accepted"]
    ring = verify.Keyring(
        {ana.device: bytes.fromhex(ana.public_key)}, {ana.device: frozenset({person, ana.actor})}
    )
    for table in TABLES_ADDED:
        of_case = owner(table, case["row"])
        row, patch = added(table, case["row"], person)
        first = ana.change(table, patch, row=row, case=of_case)
        assert statuses(ana, first) == ["accepted"], table
        forged = [ana.change(table, wrong, row=row, case=of_case) for wrong in alterations(table, patch)]
        assert set(statuses(ana, *forged)) == {"refused"}, table
        good = ring.check([one | {"role": "counselor"} for one in (first, *forged)]).good
        assert set(good) == {first["id"]}, table


def statuses(laptop: Laptop, *changes: dict[str, Any]) -> list[str]:
    return [entry[1] for entry in laptop.push(*changes).message["results"]]
