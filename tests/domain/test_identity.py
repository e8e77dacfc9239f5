"""Which record something is, nobody says but the store: attack 28, at every door."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from sync_office import House, opened
from vaults import MadeVault

from lnctp_tui.domain.records import changes
from lnctp_tui.errors import Refused
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.server.postgres.embedded import Embedded
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.case import cases
from lnctp_tui.services.exchange import exporting
from lnctp_tui.services.exchange.importing import run
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database.session import New, Store
from lnctp_tui.storage.database.write_guard import RECORDED
from lnctp_tui.storage.replication import incoming

NAMES = (
    "id",
    "heads",
    "created_by",
    "created_at",
    "extra",
    "answers",
    "table",
    "row",
    "normalised",
    "people",
)


@pytest.fixture
def house(pool: Pool, cluster: Embedded, tmp_path: Path, vault_template: MadeVault) -> Any:
    yield from opened(pool, cluster, tmp_path, vault_template.home, vault_template.key)


def made(store: Store, name: str) -> tuple[str, str]:
    """A case with a victim."""
    case, victim = ids.new_id(), ids.new_id()
    with store.write() as unit:
        unit.record("cases", case, {"status": "open", "summary": f"Caso de {name}"})
        unit.record("people", victim, {"role": "victim", "name": name}, case=case)
    return case, victim


def victim_of(store: Store, case: str) -> Any:
    return cases.document(store, case)["people"][0]


def forged(store: Store, table: str, row: str, case: str, patch: dict[str, Any]) -> dict[str, Any]:
    """A change as a laptop without our doors would sign it."""
    said = {
        "id": ids.new_id(), "device": store.author.device, "actor": store.author.actor,
        "hlc": instants.micros(instants.now()), "table": table, "row": row, "case": case, "base": [],
        "patch": patch, "schema": 1,
    }  # fmt: skip
    digest = changes.digest(changes.canonical(said))
    return said | {"hash": digest, "sig": next(changes.seals([digest], store.author.sign))}


@pytest.mark.parametrize("name", NAMES)
def test_the_one_write_path_refuses_it(workspace: Workspace, name: str) -> None:
    store = workspace.store
    case, victim = made(store, "Bea")
    for patch in ({name: "ajeno"}, {"name": "Otra", name: {"a": 1}}):
        with pytest.raises(Refused, match="unfit_value"), store.write() as unit:
            unit.record("people", victim, patch)
        with pytest.raises(Refused, match="unfit_value"), store.write() as unit:
            unit.create_many([New("people", ids.new_id(), {"role": "victim", **patch}, case)])
    assert len(cases.document(store, case)["people"]) == 1
    assert victim_of(store, case)["name"] == "Bea"


@pytest.mark.parametrize("name", NAMES)
def test_an_import_refuses_what_a_store_does_not_write_itself(
    workspace: Workspace, tmp_path: Path, name: str
) -> None:
    document = {"case": {"summary": "x"}, "places": [{"role": "origen", name: {"a": "b"}}]}
    file = tmp_path / "x.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    report = run.import_file(workspace.store, file, protocol=workspace.protocol, zone=workspace.zone)
    with workspace.store.read() as connection:
        rows = connection.exec_driver_sql("SELECT id, extra FROM places").all()
    if report.refused:
        assert rows == []
    else:  # what an older export of ours holds is passed over
        assert name in ("heads", "created_by", "created_at", "extra", "normalised")
        assert [extra for _id, extra in rows] == ["{}"]


def test_a_stored_row_that_names_another_is_still_itself(workspace: Workspace, tmp_path: Path) -> None:
    """What an earlier version kept: shown, corrected, exported and imported it stays the record it is."""
    store = workspace.store
    _ana, anas = made(store, "Ana")
    bea, beas = made(store, "Bea")
    extra = {
        "id": anas,
        "case_id": _ana,
        "name": "Ana",
        "answers": {"act.captar": "yes"},
        "heads": {},
        "futuro": 7,
    }
    with store.write() as unit:
        unit.connection.exec_driver_sql(
            "UPDATE people SET extra = ? WHERE id = ?", (json.dumps(extra), beas), RECORDED
        )
    shown = victim_of(store, bea)
    assert (shown["id"], shown["case_id"], shown["name"], shown["futuro"]) == (beas, bea, "Bea", 7)
    assert shown["answers"] == {}
    intake = Intake.of_case(workspace, bea)
    intake.mark(intake.current("person"), "act.captar", "yes")
    assert workspace.writer.drain(20)
    assert victim_of(store, _ana)["answers"] == {}
    assert victim_of(store, bea)["answers"] == {"act.captar": "yes"}
    file = tmp_path / "bea.jsonl"
    exporting.write(store, [bea], file)
    document = orjson.loads(file.read_bytes())
    assert document["people"][0]["id"] == beas
    document["people"][0]["name"] = "Beatriz"
    file.write_bytes(orjson.dumps(document))
    report = run.import_file(workspace.store, file, protocol=workspace.protocol, zone=workspace.zone)
    assert not report.refused
    assert (victim_of(store, _ana)["name"], victim_of(store, bea)["name"]) == ("Ana", "Beatriz")


def test_server_and_colleague_keep_it_apart(house: House) -> None:
    """Signed with a real key: quarantine at the server, and of an older server the log alone."""
    bea, sup = house.desk("bea"), house.desk("sup", "supervisor")
    forgeries = {}
    for name in NAMES:
        case, victim = made(bea.store, "Bea")
        patch = {name: "ajeno", "sex": "mujer"}
        forgeries[name] = case, victim, forged(bea.store, "people", victim, case, patch)
    bea.sync()
    for name, (_case, _victim, change) in forgeries.items():
        (answer,) = bea.line.call("POST", "/v1/push", pushed(change))["results"]
        assert answer[1::3] == ["refused", "name"], name
    sup.sync()
    with sup.store.write() as unit:
        incoming.keep(unit, [change | {"n": 99 + n} for n, (*_, change) in enumerate(forgeries.values())])
    for name, (case, victim, change) in forgeries.items():
        assert sup.scalar("SELECT unfit FROM changes WHERE id = ?", change["id"]) == "name", name
        row = sup.row(victim, "people")
        assert row is not None
        assert (row["name"], row["sex"], row["extra"]) == ("Bea", None, "{}"), name
        assert change["id"] not in row["heads"]
        shown = victim_of(sup.store, case)
        assert (shown["id"], shown["case_id"]) == (victim, case), name
    assert sup.refolds()


def pushed(change: dict[str, Any]) -> dict[str, Any]:
    return {
        "cursor": None, "proof": None, "receipt": None, "audit": None, "repair": False, "changes": [change],
    }  # fmt: skip
