"""What keeps a case from being closed by whoever has it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from lnctp_tui.domain.follow import attempts, windows
from lnctp_tui.domain.follow.attempts import PRESSING
from lnctp_tui.domain.follow.files import FINISHED, stage_of
from lnctp_tui.domain.records.document import Document

OPEN: Final = (None, "open")
ANSWERED_BY_NOBODY: Final = (None, "prepared", "sent", "accepted", "waitlisted")
"""States of a referral of which the end is not known."""
BLOCKERS: Final = (
    "tasks", "conflicts", "referrals", "result", "review", "attempts", "file", "debt",
)  # fmt: skip
UNREACHABLE: Final = "sin_contacto"


def may_close(
    document: Document, reason: str | None, *, disputed: bool = False, debt: bool = False
) -> tuple[str, ...]:
    """Codes of BLOCKERS that stand; () when the owner may close. `debt`: what the protocol asks for is missing."""
    case, tasks = document["case"], document.get("tasks") or []
    waiting = [task for task in tasks if task.get("status") in OPEN]
    outgoing = [contact for contact in document.get("contacts") or [] if contact.get("direction") == "out"]
    plans = any(
        task.get("kind") == "review" and task.get("plan") in (attempts.USED_UP, attempts.ANOTHER)
        for task in tasks
    )
    standing = {
        "tasks": bool(waiting),
        "conflicts": disputed,
        "referrals": any(row.get("status") in ANSWERED_BY_NOBODY for row in document.get("referrals") or []),
        "result": any(not contact.get("result") for contact in outgoing),
        "review": case.get("triage") in PRESSING and not _reviewed(case, tasks),
        "attempts": reason == UNREACHABLE and not plans and _tries(outgoing) < attempts.MOST,
        "file": _unfinished(document) and not any(task.get("kind") == "follow_up" for task in waiting),
        "debt": debt,
    }
    return tuple(code for code in BLOCKERS if standing[code])


def _reviewed(case: dict[str, Any], tasks: Collection[dict[str, Any]]) -> bool:
    done = any(task.get("kind") == "review" and task.get("status") == "done" for task in tasks)
    return done or bool(case.get("supervisor_remarks"))


def _tries(outgoing: Collection[dict[str, Any]]) -> int:
    return sum(1 for contact in outgoing if contact.get("result") in windows.UNREACHED)


def _unfinished(document: Document) -> bool:
    stages = document.get("file_stages") or []
    return any(stage_of(file, stages) not in FINISHED for file in document.get("files") or [])
