"""Cases as the screens and the command line read them."""

from __future__ import annotations

from sqlalchemy import event

from lnctp_tui.services.case import cases
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.database.session import Store


def write(store: Store, table: str, row: str, patch: dict, case: str | None = None) -> None:
    with store.write() as unit:
        unit.record(table, row, patch, case=case)


def a_case_whose_call_came_before_it(store: Store) -> str:
    case, contact, elsewhere = (ids.new_id() for _ in range(3))
    write(store, "contacts", contact, {"narrative": "antes"})
    write(store, "contacts", elsewhere, {"narrative": "de otra llamada"})
    write(store, "cases", case, {"summary": "uno"})
    write(store, "contacts", contact, {"case_id": case})
    for number in range(4):
        write(store, "cases", case, {"summary": f"cambio {number}"})
        write(store, "contacts", contact, {"narrative": f"relato {number}"})
    return case


def test_the_pages_of_a_history_are_the_history(workspace: Workspace) -> None:
    store, pages, before = workspace.store, [], None
    case = a_case_whose_call_came_before_it(store)
    while page := cases.history(store, case, 3, before):
        pages += page
        before = page[-1].seq
    assert pages == cases.history(store, case)
    assert len(pages) == 11
    assert pages[-1].patch["narrative"] == "antes"
    assert pages == sorted(pages, key=lambda save: save.seq, reverse=True)


def test_a_page_of_a_history_reads_no_more_than_itself(workspace: Workspace) -> None:
    store = workspace.store
    case = a_case_whose_call_came_before_it(store)
    asked: list[tuple[str, object]] = []
    listen = (store._readers, "before_cursor_execute")

    def note(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        asked.append((statement, parameters))

    event.listen(*listen, note)
    cases.history(store, case, 3, 10**6)
    event.remove(*listen, note)
    statement, parameters = next(each for each in asked if "changes" in each[0])
    with store.read() as connection:
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    assert any("changes_of_case (case=? AND seq<?)" in line for line in plan)
    assert any("changes_of_row (table=? AND row=? AND seq<?)" in line for line in plan)
    assert not any("SCAN changes" in line or "MULTI-INDEX OR" in line for line in plan)
