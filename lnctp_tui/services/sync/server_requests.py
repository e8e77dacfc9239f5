"""What a person asks of the server. Every function waits for the network: call it in a thread of its own.

Raises SyncFailed. Access changes come back through the log, with the next round of the Synchroniser.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import select

from lnctp_tui.errors import SyncFailed
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import TABLES
from lnctp_tui.storage.replication import withdrawal
from lnctp_tui.storage.replication.server_state import DEVICE_KEY, OFFERS
from lnctp_tui.storage.vault import recovery
from lnctp_tui.sync import enroll as enrolment
from lnctp_tui.sync.transport import dial

REASON = 200


@dataclass(frozen=True)
class Colleague:
    """Somebody a case can be handed to."""

    id: str
    name: str
    role: str


@dataclass(frozen=True)
class Handed:
    """A case that is offered, and not answered yet."""

    scope: str
    folio: str | None
    from_name: str | None
    to_name: str | None
    at: str | None
    mine: bool
    """Offered to this person; else by them."""


@dataclass(frozen=True)
class Quarantined:
    """A change that the server keeps apart. No value of it is shown."""

    id: str
    table: str
    scope: str
    reason: str
    actor_name: str | None
    at: str | None


@dataclass(frozen=True)
class Held:
    """A case on the server, whether or not it is on this laptop."""

    id: str
    folio: str | None
    opened_at: str | None
    status: str | None
    triage: str | None
    line: str
    """Whose it is; the server tells no more of it."""
    here: bool


def ask(workspace: Workspace, method: str, path: str, message: Mapping[str, Any] | None = None) -> Any:
    """What the server answers over a line of its own. Raises SyncFailed."""
    with closing(dial(workspace.store)) as line:
        return line.call(method, path, message)


def _rows(answer: Any, name: str) -> list[dict[str, Any]]:
    """The rows of an answer. Raises SyncFailed when it has none."""
    rows = answer.get(name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SyncFailed("not_a_server")
    return rows


def _names(workspace: Workspace) -> dict[str, str]:
    counselors = TABLES["counselors"].c
    with workspace.store.read() as connection:
        return {row.id: row.name for row in connection.execute(select(counselors.id, counselors.name))}


def colleagues(workspace: Workspace) -> list[Colleague]:
    """Who can be given a case."""
    rows = _rows(ask(workspace, "GET", "/v1/people"), "people")
    return [Colleague(str(row.get("id")), str(row.get("name")), str(row.get("role"))) for row in rows]


def offer(workspace: Workspace, case_id: str, person: str) -> None:
    """Offer a case to a colleague; it stays here until they accept."""
    ask(workspace, "POST", "/v1/offer", {"scope": case_id, "person": person})


def offers(workspace: Workspace) -> list[Handed]:
    """What is offered to this person and by them."""
    rows, names = _rows(ask(workspace, "GET", "/v1/offers"), "offers"), _names(workspace)
    return [
        Handed(
            str(row.get("scope")),
            row.get("folio"),
            row.get("name") or names.get(str(row.get("from"))),
            names.get(str(row.get("to"))),
            row.get("at"),
            row.get("to") == workspace.store.author.actor,
        )
        for row in rows
    ]


def answer(workspace: Workspace, scope: str, accept: bool) -> None:
    """Accept or decline an offered case."""
    ask(workspace, "POST", "/v1/answer", {"scope": scope, "accept": accept})
    with workspace.store.write() as unit:
        remaining = dict(state.get(unit.connection, OFFERS, {}))
        remaining.pop(scope, None)
        unit.remember(OFFERS, remaining or None)


def assign(workspace: Workspace, case_id: str, person: str) -> None:
    """Give a case to a colleague, as a supervisor."""
    ask(workspace, "POST", "/v1/assign", {"scope": case_id, "person": person})


def open_again(workspace: Workspace, case_id: str) -> None:
    """Fetch a case that left the laptop's 30-day window."""
    ask(workspace, "POST", "/v1/window", {"scopes": [case_id], "action": "open"})


def quarantine(workspace: Workspace) -> list[Quarantined]:
    """What the server keeps apart, for a supervisor."""
    rows, names = _rows(ask(workspace, "GET", "/v1/quarantine"), "quarantine"), _names(workspace)
    return [
        Quarantined(
            str(row.get("id")),
            str(row.get("table") or ""),
            str(row.get("case") or row.get("row") or ""),
            str(row.get("reason") or ""),
            row.get("name") or names.get(str(row.get("person"))),
            row.get("at"),
        )
        for row in rows
    ]


def release(workspace: Workspace, id: str) -> None:
    """Let a quarantined change into the log."""
    ask(workspace, "POST", f"/v1/quarantine/{quote(id, safe='')}", {"action": "release"})


def dismiss(workspace: Workspace, id: str, reason: str) -> None:
    """Leave a quarantined change out of the log for good; the reason, of at most REASON characters, is kept."""
    body = {"action": "dismiss", "reason": reason}
    ask(workspace, "POST", f"/v1/quarantine/{quote(id, safe='')}", body)


def search_server(workspace: Workspace, text: str) -> list[Held]:
    """Cases on the server that this person may see; `here` says which are on this laptop."""
    rows = _rows(ask(workspace, "GET", f"/v1/search?q={quote(text, safe='')}"), "cases")
    names = _names(workspace)
    there = _present(workspace, [str(row.get("scope")) for row in rows])
    return [
        Held(
            str(row.get("scope")), row.get("folio"), row.get("opened_at"), row.get("status"), row.get("triage"),
            names.get(str(row.get("owner"))) or "", row.get("scope") in there,
        )
        for row in rows
    ]  # fmt: skip


def _present(workspace: Workspace, ids: list[str]) -> set[str]:
    cases = TABLES["cases"].c.id
    with workspace.store.read() as connection:
        return set(connection.scalars(select(cases).where(cases.in_(ids), withdrawal.held_cases(cases))))


def enroll(workspace: Workspace, url: str, code: str, ca: Path | None = None) -> str:
    """Make this laptop known to a server; returns its state, mostly `pending`. Raises SyncFailed."""
    state_, person = enrolment.enroll(
        workspace.store, url, code, _pem(ca), name=workspace.counselor_name, zone=workspace.zone
    )
    workspace.counselor_id = person
    return state_


def _pem(ca: Path | None) -> str | None:
    if ca is None:
        return None
    try:
        return ca.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise SyncFailed("server_ca") from None


def fingerprint(workspace: Workspace) -> tuple[str, ...]:
    """Six words that stand for this laptop's key, to compare by phone."""
    from nacl.encoding import HexEncoder
    from nacl.signing import SigningKey

    with workspace.store.read() as connection:
        key = SigningKey(state.get(connection, DEVICE_KEY), HexEncoder)
    return tuple(recovery.fingerprint(key.verify_key.encode()).split())
