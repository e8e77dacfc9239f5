"""What a made-up colleague does on a laptop of her own while somebody watches a demo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sqlalchemy import select

from lnctp_tui.services.call.desk import desk
from lnctp_tui.services.case import cases
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import folios
from lnctp_tui.storage.database.session import TABLES

PEOPLE = TABLES["people"]
OLDER, YOUNGER = 17, 15


class Texts(NamedTuple):
    """What she writes, in the language of the demo."""

    note: str
    safer: str
    """Put behind the summary of a case."""
    narrative: str
    summary: str


def differ(mine: Workspace, hers: Workspace) -> None:
    """Both write the age of one person, neither having seen the other."""
    case = _most_urgent(mine)
    with mine.store.read() as connection:
        of_case = select(PEOPLE.c.id).where(PEOPLE.c.case_id == case, PEOPLE.c.role == "victim")
        person = connection.scalar(of_case.order_by(PEOPLE.c.id).limit(1))
    for workspace, age in ((mine, OLDER), (hers, YOUNGER)):
        with workspace.store.write() as unit:
            unit.record("people", str(person), {"age_min": age, "age_max": age}, case=case)


def _most_urgent(workspace: Workspace) -> str:
    """The first case of the desk that has a victim of its own."""
    lines = [line for line in desk(workspace.store).cases if line.people == 1]
    return lines[0].id


def steps(hers: Workspace, watcher: str, texts: Texts) -> Iterator[Callable[[], object]]:
    """What she does, one after the other; `watcher` is the person who is offered her new case."""
    case = _most_urgent(hers)
    yield lambda: cases.add_note(hers.store, case, texts.note)
    yield lambda: _say_safer(hers, case, texts.safer)
    new = ids.new_id()
    yield lambda: _take_call(hers, new, texts)
    yield lambda: synchronise.offer(hers, new, watcher)


def _say_safer(hers: Workspace, case: str, safer: str) -> None:
    summary = str(cases.document(hers.store, case)["case"].get("summary") or "")
    with hers.store.write() as unit:
        unit.record("cases", case, {"summary": f"{summary} {safer}".strip()})


def _take_call(hers: Workspace, case: str, texts: Texts) -> None:
    """A case that begins, and its contact, as a call leaves them."""
    with hers.store.write() as unit:
        now = instants.iso(unit.now)
        begun = {
            "folio": folios.allocate(unit), "opened_at": now, "status": "open", "triage": "emergency",
            "owner_id": hers.counselor_id, "summary": texts.summary,
        }  # fmt: skip
        unit.record("cases", case, begun, case=case)
        contact = {
            "kind": "witness", "channel": "llamada", "direction": "in", "started_at": now, "ended_at": now,
            "counselor_id": hers.counselor_id, "narrative": texts.narrative,
        }  # fmt: skip
        unit.record("contacts", ids.new_id(), contact, case=case)
