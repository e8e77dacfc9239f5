"""Supervision: what it looks at, by which index, and what it decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from app_world import app_on, desk, furnished, furnished_template, said_on, spanish, until
from test_pending_screen import press, promise
from workspaces import Founded

from lnctp_tui.errors import Refused
from lnctp_tui.services.call.desk import URGENCY
from lnctp_tui.services.case import cases
from lnctp_tui.services.follow import supervision as source
from lnctp_tui.services.follow import worklist
from lnctp_tui.services.follow.supervision import VIEWS, View
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.replication import server_state

__all__ = ["app_on", "furnished", "furnished_template", "spanish"]


def opened(workspace: Workspace, **values: Any) -> str:
    case = ids.new_id()
    with workspace.store.write() as unit:
        said = {"status": "open", "owner_id": unit.author.actor, "opened_at": "2026-11-01T00:00:00.000000Z"}
        unit.record("cases", case, said | values)
    return case


def tasked(workspace: Workspace, case: str, hours: int, **values: Any) -> None:
    due = instants.iso(workspace.store.now() + timedelta(hours=hours))
    with workspace.store.write() as unit:
        task = {"kind": "callback", "due_to": due, "assignee_id": unit.author.actor} | values
        unit.record("tasks", ids.new_id(), task, case=case)


def ids_of(workspace: Workspace, view: View) -> list[str]:
    return [row.case_id for row in source.supervision(workspace.store, view, 50).rows]


def test_cases_stand_by_urgency_and_age_and_each_view_has_its_own(workspace: Workspace) -> None:
    levels = [level or None for level in URGENCY]
    in_order = [opened(workspace, triage=level) for level in levels]
    older = opened(workspace, triage="emergency", opened_at="2026-10-01T00:00:00.000000Z", owner_id=None)
    for gone in ({"status": "closed"}, {"status": "merged"}, {"erased_at": "2026-11-02T00:00:00.000000Z"}):
        opened(workspace, triage="emergency", **gone)
    tasked(workspace, in_order[1], -1)
    tasked(workspace, in_order[2], 5, kind="minimum_record")
    tasked(workspace, in_order[3], -5, status="done")
    assert ids_of(workspace, "urgency") == [in_order[0], older, *in_order[1:]], "the newest emergency first"
    assert ids_of(workspace, "unassigned") == [older]
    assert ids_of(workspace, "late") == [in_order[1]]
    assert ids_of(workspace, "minimum") == [in_order[2]]
    assert ids_of(workspace, "conflicts") == []
    tasked(workspace, in_order[4], 1, kind="review")
    deed("link_ask", ids.new_id(), in_order[5])(workspace.store)
    assert ids_of(workspace, "matches") == [in_order[5]]
    (load,) = source.supervision(workspace.store, "load", 50).rows
    assert (load.who, load.open, load.minimum, load.late) == (workspace.counselor_name, 6, 2, 1)
    shown = source.supervision(workspace.store, "urgency", 2, 2)
    assert [row.case_id for row in shown.rows] == in_order[1:3]
    assert [(row.late, row.minimum) for row in shown.rows] == [(1, 0), (0, 1)]
    assert (shown.counts.open, shown.counts.unassigned, shown.counts.late, shown.counts.minimum) == (
        7,
        1,
        1,
        1,
    )


@pytest.mark.parametrize("view", VIEWS)
def test_a_page_sorts_and_scans_nothing_but_its_index(workspace: Workspace, view: View) -> None:
    questions = [source.page(view), source.counts()]
    if view == "late":
        questions += [
            worklist._page(mine=False, of_case=False, gone=False, timed=False),
            worklist._counts(of_case=False),
        ]
    known = dict.fromkeys(("now", "since", "most", "begin", "me", "case", "midnight", "week"))
    with workspace.store.read() as connection:
        for question in questions:
            values = {**known, **question.values, "most": 50, "begin": 0}
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question.text}", values).fetchall()
            steps = [row[3] for row in plan]
            assert not [step for step in steps if step.startswith("SCAN") and step.split()[1] in ("cases", "tasks")
                        and "INDEX" not in step]  # fmt: skip
            assert view in ("conflicts", "load") or not [step for step in steps if "TEMP B-TREE" in step]


def test_a_review_ends_what_was_asked_and_is_supervisions_alone(workspace: Workspace) -> None:
    case = opened(workspace, triage="emergency")
    tasked(workspace, case, 1, kind="review")
    job = deed("review", case, "Bien llevado; llamar mañana.")
    job(workspace.store)
    changes = cases.document(workspace.store, case)
    job(workspace.store)
    assert cases.document(workspace.store, case) == changes
    assert changes["case"]["supervisor_remarks"] == "Bien llevado; llamar mañana."
    assert [(task["status"], task["outcome"]) for task in changes["tasks"]] == [
        ("done", "Bien llevado; llamar mañana.")
    ]
    with workspace.store.write() as unit:
        server = server_state.Server("http://x", None, "", "active", unit.author.actor, "counselor", "main")
        server_state.put_server(unit.connection, server)
    with pytest.raises(Refused, match="not_supervision"):
        source.review(workspace.store, case, "Otra cosa")


def now(app: Any, case: str) -> dict[str, Any]:
    found: dict[str, Any] = cases.document(app.workspace.store, case)["case"]
    return found


@pytest.mark.usefixtures("spanish")
async def test_it_is_looked_at_reviewed_and_closed_with_a_reason_by_keys(furnished: Founded) -> None:
    async with desk(furnished) as (app, pilot):
        case = promise(app, triage="emergency", owner_id=None)
        await press(pilot, "u")
        await until(pilot, lambda: "Abiertos, por urgencia" in said_on(app), "the cases")
        assert "1 vencida" in said_on(app)
        await press(pilot, "2")
        await until(pilot, lambda: "de nadie" in said_on(app), "the unassigned")
        for key, said in (
            ("3", "Volver a llamar"),
            ("4", "Registro mínimo"),
            ("5", "Nada."),
            ("7", "abiertos"),
        ):
            await press(pilot, key)
            await until(pilot, lambda said=said: said in said_on(app), said)  # type: ignore[misc]
        await press(pilot, "1", "home", "v")
        await until(pilot, lambda: "Observaciones de supervisión" in said_on(app), "the remarks")
        await press(pilot, *"Bien llevado", "ctrl+s")
        await until(
            pilot,
            lambda: cases.document(app.workspace.store, case)["case"]["supervisor_remarks"],
            "the review",
        )
        await press(pilot, "x")
        await until(pilot, lambda: "Motivo de cierre" in said_on(app), "the reasons")
        await press(pilot, "enter")  # the first line closes nothing
        assert now(app, case)["status"] != "closed"
        await press(pilot, "x", "down", "enter")
        await until(pilot, lambda: "¿Por qué se cierra así?" in said_on(app), "what stands against it")
        assert "tareas abiertas" in said_on(app)
        await press(pilot, "enter")  # without a reason it is not closed
        assert now(app, case)["status"] != "closed"
        await press(pilot, *"Duplicado", "enter")
        await until(pilot, lambda: now(app, case)["status"] == "closed", "the end")
