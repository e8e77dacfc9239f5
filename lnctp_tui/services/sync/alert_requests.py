"""What a person asks of the server about alerts, and the way into the board. Every function waits for the network.

Raises SyncFailed. Answers are weather: what is no alert is left out, and no address but the server's own is opened.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from nacl.encoding import HexEncoder
from nacl.signing import SigningKey

from lnctp_tui.domain.alerts import bulletin
from lnctp_tui.domain.alerts.reports import UNLISTED
from lnctp_tui.errors import Refused, SyncFailed
from lnctp_tui.services.sync.server_requests import ask
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage.database import state
from lnctp_tui.storage.replication import server_state

DOOR: Final = re.compile(r"/entrar/[0-9a-f]{32}")
CATALOGS: Final[Mapping[str, str]] = {
    "venue": "venue",
    "hooking_method": "hooking_method",
    "platform": "platform",
    "modality_origin": "modality",
    "origin": "state",
}
"""Family → catalog of its codes. The origin beside a modality is of `state`."""
TEXTS: Final = ("id", "family", "code", "origin", "since", "last")
NUMBERS: Final = ("x", "of", "before", "of_before", "weeks")
OPTIONAL: Final = ("muted", "muted_until", "muted_text")
SIGNED: Final = b"lnctp-bulletin-v1\n"
"""What stands before the digest that is signed: a signature of a bulletin is none of anything else."""


@dataclass(frozen=True)
class Behind:
    """A case behind an alert."""

    id: str
    folio: str | None
    day: str
    triage: str | None


@dataclass(frozen=True)
class Figure:
    """A number of an issued edition."""

    edition: str
    start: str
    end: str
    count: int


@dataclass(frozen=True)
class AlertLine:
    """Something that stands out; without a case for who does not lead."""

    id: str
    family: str
    code: str
    origin: str
    ratio: float
    x: int
    of: int
    before: int
    of_before: int
    weeks: int
    since: str
    last: str
    closed: bool
    muted: str | None
    """Why it need not be shown: a code; None when it is shown."""
    muted_until: str | None
    muted_text: str | None = None
    cases: tuple[Behind, ...] | None = None
    figure: Figure | None = None
    """What was published about it."""


@dataclass(frozen=True)
class Alerts:
    """All alerts, the open ones first."""

    week: str | None
    """The Monday of the last week that was looked at; None before the first."""
    history: int
    """Weeks of reports that there are."""
    enough: bool
    lines: list[AlertLine]


def alerts(workspace: Workspace) -> Alerts:
    """What stands out on the Line."""
    answer = ask(workspace, "GET", "/v1/alerts")
    rows = answer.get("alerts")
    if not isinstance(rows, list):
        raise SyncFailed("not_a_server")
    history = answer.get("history")
    return Alerts(
        _text(answer.get("week")),
        history if isinstance(history, int) else 0,
        answer.get("enough") is True,
        [line for row in rows if (line := _line(row)) is not None],
    )


def alert(workspace: Workspace, id_: str) -> AlertLine:
    """One alert; for supervision with the cases behind it."""
    return _one(ask(workspace, "GET", f"/v1/alerts/{quote(id_, safe='')}"))


def mute(workspace: Workspace, id_: str, reason: str, text: str, days: int) -> AlertLine:
    """Say why an alert need not be shown, for some days."""
    body = {"action": "mute", "reason": reason, "text": text, "days": days}
    return _one(ask(workspace, "POST", f"/v1/alerts/{quote(id_, safe='')}", body))


def unmute(workspace: Workspace, id_: str) -> AlertLine:
    """Show an alert again."""
    return _one(ask(workspace, "POST", f"/v1/alerts/{quote(id_, safe='')}", {"action": "unmute"}))


def for_public(line: AlertLine) -> AlertLine:
    """The alert, if there may be a bulletin of it. Raises Refused `bulletin_small`."""
    if not bulletin.may_say(line.x, listed=line.code != UNLISTED, closed=line.closed):
        raise Refused("bulletin_small")
    return line


def sign(workspace: Workspace, line: AlertLine, text: str, draft: str) -> bytes:
    """The signature of a bulletin, once the server noted it: kind, public key and signature, as of an edition.

    Raises Refused `bulletin_small`, `bulletin_number`; SyncFailed.
    """
    for_public(line)
    if numbers := bulletin.foreign_numbers(text, draft):
        raise Refused("bulletin_number", numbers=", ".join(numbers))
    digest = hashlib.sha256(text.encode())
    body = {"action": "bulletin", "sha256": digest.hexdigest()}
    ask(workspace, "POST", f"/v1/alerts/{quote(line.id, safe='')}", body)
    author = workspace.store.author
    with workspace.store.read() as connection:
        public = SigningKey(state.get(connection, server_state.DEVICE_KEY), HexEncoder).verify_key
    signature = author.sign(SIGNED + digest.digest())
    return f"ed25519 {bytes(public).hex()} {signature}\n".encode()


def board(workspace: Workspace) -> str:
    """The address that opens the board in a browser: once, within a minute."""
    answer = ask(workspace, "POST", "/v1/board", {})
    with workspace.store.read() as connection:
        server = server_state.server(connection)
    return address(server.url if server else "", answer)


def address(url: str, answer: Any) -> str:
    """Where the server at `url` says that the board opens: a door of its own, nothing else."""
    path = answer.get("path")
    if not url or not isinstance(path, str) or not DOOR.fullmatch(path):
        raise SyncFailed("not_a_server")
    return f"{url.rstrip('/')}{path}"


def _one(answer: Any) -> AlertLine:
    line = _line(answer)
    if line is None:
        raise SyncFailed("not_a_server")
    return line


def _line(row: Any) -> AlertLine | None:
    """The alert that an answer tells; None for what is none."""
    try:
        content: dict[str, Any] = {name: str(row[name]) for name in TEXTS}
        content |= {name: int(row[name]) for name in NUMBERS}
        content |= {name: _text(row.get(name)) for name in OPTIONAL}
        content |= {"ratio": float(row["ratio"]), "closed": row["closed"] is True}
        cases = row.get("cases")
        behind = tuple(map(_case, cases)) if isinstance(cases, list) else None
        return AlertLine(**content, cases=behind, figure=_figure(row.get("figure")))
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        return None


def _case(row: Any) -> Behind:
    return Behind(str(row["id"]), _text(row.get("folio")), str(row["day"]), _text(row.get("triage")))


def _figure(row: Any) -> Figure | None:
    if row is None:
        return None
    return Figure(str(row["edition"]), str(row["from"]), str(row["to"]), int(row["count"]))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
