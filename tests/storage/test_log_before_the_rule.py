"""What a log held before this rule, and what a server of before it sends: kept, told, in no table, nobody stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from any_row import everything, looked_over
from sync_office import House, opened
from test_identity import forged, made
from vaults import MadeVault
from workspaces import Founded

from lnctp_tui.domain.records import changes, record_check
from lnctp_tui.errors import Refused
from lnctp_tui.server.ingest import check
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.server.postgres.embedded import Embedded
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.case import cases
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.database import fitness, state
from lnctp_tui.storage.database.session import EditBaseline

BAD: tuple[tuple[str, dict[str, Any]], ...] = (
    ("cases", {"opened_at": "2026-02-30T10:00:00.000000Z", "status": "open"}),
    ("cases", {"opened_at": "0001-01-01T00:00:00.000000Z"}),
    ("cases", {"closed_at": "9999-12-31T23:59:59.999999Z"}),
    ("people", {"role": "VíctimaAna"}),
    ("people", {"headcount": "muchas"}),
    ("people", {"id": "otra"}),
    ("tasks", {"due_from": ["2026"]}),
    ("contacts", {"narrative": {"no": "texto"}}),
    ("contacts", {"futuro": 2**80}),
)


@pytest.fixture
def house(pool: Pool, cluster: Embedded, tmp_path: Path, vault_template: MadeVault) -> Any:
    yield from opened(pool, cluster, tmp_path, vault_template.home, vault_template.key)


def test_a_log_of_before_is_gone_through_once(office: Founded, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version without the rule wrote into the tables; the next one takes out, marks and goes on."""
    workspace = open_workspace(office.home, office.key)
    case, _victim = made(workspace.store, "Ana")
    with monkeypatch.context() as before:
        before.setattr(record_check, "flaw", lambda *_: None)
        with workspace.store.write() as unit:
            for table, patch in BAD:
                if not isinstance(next(iter(patch.values())), dict | list):
                    row = case if table == "cases" else ids.new_id()
                    unit.record(table, row, {**patch, "futuro2": "x"}, case=case)
            state.put(unit.connection, fitness.CHECKED, None)
    workspace.close()
    found = everything(office.home, office.key)
    (document,) = found["documents"]
    assert document["case"]["opened_at"] is None
    assert [each["name"] for each in document["people"]] == ["Ana"]
    looked = looked_over(office.home, office.key)
    assert looked["log"].level == "ok"
    assert looked["fit"].facts["count"] == 7
    assert {each.rpartition(" ")[2] for each in looked["fit"].facts["records"]} == {
        "type",
        "code",
        "name",
        "range",
    }


def test_what_did_not_fit_comes_in_when_the_catalog_learns_it(
    office: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = open_workspace(office.home, office.key)
    case, _victim = made(workspace.store, "Ana")
    place = ids.new_id()
    with monkeypatch.context() as before:
        before.setattr(record_check, "flaw", lambda *_: None)
        with workspace.store.write() as unit:
            unit.record("places", place, {"role": "refugio"}, case=case)
            state.put(unit.connection, fitness.CHECKED, None)
    workspace.close()
    workspace = open_workspace(office.home, office.key)
    assert cases.document(workspace.store, case)["places"] == []
    workspace.close()
    known = {name: set(codes) for name, codes in record_check._known.items()}
    record_check.know("place_role", ["refugio"])
    try:
        workspace = open_workspace(office.home, office.key)
        assert [each["id"] for each in cases.document(workspace.store, case)["places"]] == [place]
        workspace.close()
    finally:
        record_check._known["place_role"].intersection_update(known["place_role"])


def test_a_form_loses_nothing_and_ends_nothing(workspace: Workspace) -> None:
    """Nothing typed gets here; if it did, that value is sealed, and the others go on."""
    case, victim = made(workspace.store, "Ana")
    intake = Intake.of_case(workspace, case)
    intake.set(intake.current("person"), {"headcount": "muchas", "sex": "mujer"})  # type: ignore[arg-type]
    intake.set(intake.current("case"), {"summary": "Sigue"})  # type: ignore[arg-type]
    assert workspace.writer.drain(20)
    assert workspace.writer.is_alive()
    assert workspace.writer.health.refused == 1
    document = cases.document(workspace.store, case)
    assert document["case"]["summary"] == "Sigue"
    assert (document["people"][0]["sex"], document["people"][0]["headcount"]) == ("mujer", None)
    with pytest.raises(Refused, match="unfit_value"), workspace.store.write() as unit:
        unit.record("people", victim, {"headcount": "muchas"}, form=EditBaseline("f"))


def test_a_server_of_before_stops_no_colleague(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bea's laptop signs what no calendar or catalog knows; the server took it; Sup's laptop goes on."""
    bea, sup = house.desk("bea"), house.desk("sup", "supervisor")
    case, victim = made(bea.store, "Bea")
    bea.sync()
    rows = {"cases": case, "people": victim}
    bad = [
        forged(bea.store, table, rows.get(table) or ids.new_id(), case, patch) for table, patch in BAD[:-1]
    ]
    deep: Any = "x"
    for _ in range(260):
        deep = [deep]
    bad.append(_deep(bea.store, case, {"futuro": deep}))
    bad.append(_deep(bea.store, case, {"a": deep, "summary": "x"}))
    taken = 0
    with monkeypatch.context() as before:
        before.setattr(check, "unfit", lambda *_: None)
        said = {"cursor": None, "proof": None, "receipt": None, "audit": None, "repair": False}
        for each in bad[:-2]:
            (answer,) = bea.line.call("POST", "/v1/push", said | {"changes": [each]})["results"]
            assert answer[1] == "accepted" or answer[4] == "storage", (each["patch"], answer)
            taken += answer[1] == "accepted"
    results = bea.line._serve("/v1/push", said | {"changes": [*bad[-2:], _good(bea.store, case)]})["results"]
    assert [each[1::3] for each in results] == [["refused", "deep"], ["refused", "deep"], ["accepted", None]]
    for _ in range(2):
        sup.sync()
        assert sup.scalar("SELECT count(*) FROM changes WHERE unfit IS NOT NULL") == taken > 4
        assert sup.refolds()
    assert synchronise.status(sup.workspace).problem is None
    sup.workspace.close()
    everything(sup.home, sup.key)
    sup.workspace = open_workspace(sup.home, sup.key)


def _good(store: Any, case: str) -> dict[str, Any]:
    return forged(store, "notes", ids.new_id(), case, {"text": "buena"})


def _deep(store: Any, case: str, patch: dict[str, Any]) -> dict[str, Any]:
    said = forged(store, "notes", ids.new_id(), case, {"text": "x"}) | {"patch": patch}
    digest = changes.digest(changes.canonical(said))
    return said | {"hash": digest, "sig": next(changes.seals([digest], store.author.sign))}
