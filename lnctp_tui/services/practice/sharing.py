"""Practice results that people sent to supervision, and the marks that supervision gives them. No words of a call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select

from lnctp_tui.domain.records import bound
from lnctp_tui.domain.values import moments
from lnctp_tui.errors import Refused
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import sound
from lnctp_tui.storage.database.session import TABLES, Store, Unit
from lnctp_tui.storage.replication import server_state

SHARES: Final = "practice_shares"
MARKS: Final = "practice_marks"
GIVEN: Final = "given"
"""Member of a share: the marks that supervision gave it, the newest first."""
NAMED: Final = re.compile("[a-z0-9_.-]{1,40}").fullmatch
"""How scenarios, versions, parts and marks are called: whoever has the laptop may write the files."""


def share(unit: Unit, row: Mapping[str, Any]) -> None:
    """Record what somebody sent to supervision: what the screen told them, and nothing else."""
    version = str(row.get("version"))
    marks = row.get("marks") if isinstance(row.get("marks"), dict) else {}
    said = {
        "by_id": unit.author.actor, "scenario": row["scenario"], "shared_at": instants.iso(unit.now),
        "scenario_version": version if NAMED(version) else None, "points": max(0, min(100, row["points"])),
        "parts": _pairs(row.get("parts")), "own_marks": _pairs(marks), "cut": bool(row.get("cut")),
    }  # fmt: skip
    if (day := str(row.get("on") or "")) and moments.day(day, None) is None:
        said["on"] = day
    id_, patch = bound.made(SHARES, said)
    unit.record(SHARES, id_, patch)


def shared(store: Store) -> list[dict[str, Any]]:
    """What was sent to supervision and is on this laptop, the newest first, each with what was `GIVEN` to it."""
    shares, marks = TABLES[SHARES], TABLES[MARKS]
    with store.read() as connection:
        sent = connection.execute(
            select(shares).where(shares.c.erased_at.is_(None)).order_by(shares.c.shared_at.desc())
        ).mappings()
        rows = [dict(sound.row(SHARES, row)) for row in sent]
        given = connection.execute(
            select(marks).where(marks.c.erased_at.is_(None)).order_by(marks.c.marked_at.desc())
        ).mappings()
        judged = [dict(sound.row(MARKS, row)) for row in given]
    return [row | {GIVEN: [mark for mark in judged if mark["share_id"] == row["id"]]} for row in rows]


def mark(store: Store, share_id: str, at: str, marks: Mapping[str, int]) -> None:
    """Give supervision's marks to a result. Done twice they are there once. Raises Refused `not_supervision`."""
    with store.write() as unit:
        if not server_state.leads(unit.connection):
            raise Refused("not_supervision")
        id_, patch = bound.made(
            MARKS, {"share_id": share_id, "by_id": unit.author.actor, "marks": _pairs(marks), "marked_at": at}
        )
        if unit.stored(MARKS, id_) is None:
            unit.record(MARKS, id_, patch)


def _pairs(of: Any) -> list[str]:
    """`facts=0.74`, so that a share holds names and numbers alone."""
    pairs = of.items() if isinstance(of, dict) else ()
    return [f"{name}={number:g}" for name, number in pairs if NAMED(name) and type(number) in (int, float)][
        :20
    ]
