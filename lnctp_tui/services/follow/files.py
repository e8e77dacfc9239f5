"""Investigation files of all cases, and the steps of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lnctp_tui.domain.follow.files import counted_once, number_key, stage_of
from lnctp_tui.domain.records import bound
from lnctp_tui.domain.values import moments
from lnctp_tui.errors import Refused
from lnctp_tui.services.case import offline_lockout
from lnctp_tui.storage.database import sound
from lnctp_tui.storage.database.session import TABLES, Store

REASON = "no_report_reason"
"""Prefix of the answers of a case that say why nobody reports."""
FILES, STAGES, CASES = TABLES["files"], TABLES["file_stages"], TABLES["cases"]


@dataclass(frozen=True)
class FileLine:
    """One file as a list shows it."""

    id: str
    case_id: str | None
    folio: str | None
    number: str | None
    authority: str | None
    entity: str | None
    opened_on: str | None
    stage: str | None
    repeats: bool
    """Another case has the same file: it counts once."""


def list_files(store: Store, limit: int) -> list[FileLine]:
    """Files, newest first."""
    with store.read() as connection:
        query = (
            select(FILES, CASES.c.folio)
            .join(CASES, CASES.c.id == FILES.c.case_id)
            .where(FILES.c.erased_at.is_(None), CASES.c.erased_at.is_(None))
            .where(offline_lockout.shown(connection, store.now()))
            .order_by(FILES.c.id.desc())
            .limit(limit)
        )
        rows = [sound.row("files", row) for row in connection.execute(query).mappings()]
        of_files = STAGES.c.file_id.in_([row["id"] for row in rows])
        stored = connection.execute(select(STAGES).where(of_files, STAGES.c.erased_at.is_(None))).mappings()
        stages = [sound.row("file_stages", row) for row in stored]
    once = {row["id"] for row in counted_once(rows)}
    return [
        FileLine(
            row["id"], row["case_id"], row["folio"], row["number"], row["authority"], row["entity"], row["opened_on"],
            stage_of(row, stages), row["id"] not in once,
        )
        for row in rows
    ]  # fmt: skip


def add_stage(store: Store, case_id: str, file_id: str, values: dict[str, Any]) -> None:
    """Add a step to a file: stages are only added. Raises Refused `no_such_record`."""
    with store.write() as unit:
        query = select(FILES).where(FILES.c.id == file_id, FILES.c.case_id == case_id)
        file = unit.connection.execute(query).mappings().first()
        if file is None:
            raise Refused("no_such_record")
        said = {"case_id": case_id, "file_id": file_id, "counselor_id": unit.author.actor, **values}
        row, step = bound.made("file_stages", said)
        if unit.stored("file_stages", row) is None:
            unit.record("file_stages", row, step, case=case_id)
        key = number_key(file["number"])
        if key != file["number_key"]:
            unit.record("files", file_id, {"number_key": key})


def name_victims(store: Store, file_id: str, victim_ids: list[str]) -> None:
    """Say whom a file is about. Raises Refused `no_such_record`."""
    with store.write() as unit:
        if unit.stored("files", file_id) is None:
            raise Refused("no_such_record")
        unit.record("files", file_id, {"victim_ids": victim_ids or None})


def give_reason(store: Store, case_id: str, code: str, answer: str | None) -> None:
    """Say why the person does not report, or that it is not so. Raises Refused `not_a_choice`."""
    if answer not in ("yes", None):
        raise Refused("not_a_choice")
    with store.write() as unit:
        unit.record("cases", case_id, {f"answers.{REASON}.{code}": answer})


def plan_follow_up(store: Store, task_id: str, case_id: str, due_from: str, due_to: str) -> None:
    """Plan when a file is looked at again: without that a case with an unfinished one is not closed.

    Raises Refused `time_is_over` for a time in the past.
    """
    with store.write() as unit:
        ends = moments.zoned(due_to)
        if ends is None or ends <= unit.now:
            raise Refused("time_is_over")
        if unit.stored("tasks", task_id) is None:
            values = {
                "kind": "follow_up", "plan": "carpeta", "due_from": due_from, "due_to": due_to,
                "assignee_id": unit.author.actor,
            }  # fmt: skip
            unit.record("tasks", task_id, values, case=case_id)
