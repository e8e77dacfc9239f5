"""Medians of days, with data: what they are of, and that no edition has them."""

from __future__ import annotations

import shutil
import sys
from datetime import date, timedelta
from pathlib import Path

from filled_store import insert
from workspaces import Founded

from lnctp_tui.domain.disclosure import counted
from lnctp_tui.reports import run, tables
from lnctp_tui.reports.source import Source
from lnctp_tui.services.vault.workspace import open_workspace
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import build_published

FIRST = date(2019, 1, 10)


def test_days_to_a_referral_and_a_file_are_medians_of_those_that_have_one(
    founded: Founded, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(founded.home, tmp_path / "days"))
    documents = build_published.cases()[:5]
    for number, document in enumerate(documents):
        case, at = document["case"], f"{FIRST}T18:00:00Z"
        case["opened_at"] = at
        for contact in document["contacts"]:
            contact["started_at"] = at
        document["files"] = []
        if number < 3:  # 1, 3 and 9 days; two cases have none
            sent = FIRST + timedelta(days=(1, 3, 9)[number])
            document["referrals"] = [
                {"id": f"r{number}", "sent_at": f"{sent}T18:00:00Z", "status": "sent"},
                {
                    "id": f"later{number}",
                    "sent_at": f"{sent + timedelta(days=40)}T18:00:00Z",
                    "status": "sent",
                },
            ]
            document["files"] = [{"id": f"f{number}", "opened_on": str(sent + timedelta(days=1))}]
    bare = engine.connect(home / paths.DATABASE, founded.key.dek)
    bare.execute("BEGIN")
    insert(bare, documents)
    bare.execute("COMMIT")
    bare.close()
    workspace = open_workspace(home, founded.key)
    try:
        with workspace.store.read() as connection:
            facts = run.read(Source(connection), date(2019, 1, 1), date(2019, 12, 31), workspace.protocol)
            chosen = tables.chosen(["K1", "K2", "K3"])
            triage, referral, file = run.tables(facts, chosen)
    finally:
        workspace.close()

    def said(table: object) -> dict[str, tuple[float | None, int]]:
        return {measure.code: (measure.value, measure.n) for measure in table.measures}  # type: ignore[attr-defined]

    assert said(referral) == {"median": (3.0, 3), "p90": (9.0, 3)}
    assert said(file) == {"median": (4.0, 3), "p90": (10.0, 3)}
    assert said(triage)["median"] == (None, 0)
    assert not any(counted.published(definition) for definition in chosen)
