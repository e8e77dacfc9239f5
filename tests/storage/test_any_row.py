"""Whatever stands in a table or in the log, the program opens, lists, searches, shows, exports, saves and locks."""

from __future__ import annotations

import random

from any_row import JUNK, OF_CASE, everything, looked_over, whole_case
from workspaces import Founded

from lnctp_tui.domain.records.columns import DECLARED
from lnctp_tui.services.case import search as finding
from lnctp_tui.services.vault.workspace import open_workspace
from lnctp_tui.storage import ids, paths
from lnctp_tui.storage.database import engine, search

CELLS = [
    (table, column, value)
    for table in OF_CASE
    for column in sorted(DECLARED[table] - {"id", "case_id", "erased_at"})
    for value in JUNK
]
"""One place in one table, and what stands there."""


def test_any_value_in_any_column_ends_nothing(office: Founded, soak: bool) -> None:
    """Attack 27: one cell of one case each, in one vault; the other cases are whole."""
    cells = random.Random(27).sample(CELLS, 800 if soak else 12)
    workspace = open_workspace(office.home, office.key)
    made = []
    for start in range(0, len(cells), 50):
        with workspace.store.write() as unit:
            for _cell in cells[start : start + 50]:
                row_ids = {table: ids.new_id() for table in OF_CASE}
                whole_case(unit, row_ids["cases"], row_ids)
                made.append(row_ids)
    workspace.close()
    connection = engine.connect(office.home / paths.DATABASE, office.key.dek)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("BEGIN")
    for (table, column, value), row_ids in zip(cells, made, strict=True):
        connection.execute(f'UPDATE {table} SET "{column}" = ? WHERE id = ?', (value, row_ids[table]))
    connection.execute("INSERT OR IGNORE INTO search_stale SELECT id FROM cases")
    connection.execute("COMMIT")
    connection.close()
    looked = looked_over(office.home, office.key)
    assert looked["log"].level == looked["fit"].level == "bad"
    everything(office.home, office.key)
    everything(office.home, office.key, edits=False)


def test_many_cases_of_one_instant_are_all_found(office: Founded) -> None:
    """Their places in the index reach into the next second, where others may stand."""
    workspace = open_workspace(office.home, office.key)
    for _round in range(3):
        with workspace.store.write() as unit:
            for second in ("59.999999Z", "59.999998Z", "59.999999Z"):
                at = f"2026-03-14T20:05:{second}"
                unit.record("cases", ids.new_id(), {"status": "open", "opened_at": at, "summary": "repetida"})
            at = "2026-03-14T20:06:00.000000Z"
            unit.record("cases", ids.new_id(), {"status": "open", "opened_at": at, "summary": "repetida"})
        with workspace.store.write() as unit:
            while search.refresh(unit.connection):
                pass
    assert len(finding.search(workspace.store, "repetida")) == 12
    workspace.close()
