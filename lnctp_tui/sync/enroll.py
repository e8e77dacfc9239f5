"""How a laptop becomes known to a server: a spoken code, the device's own key, the server's key pinned."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from typing import Any

from nacl.encoding import HexEncoder
from nacl.signing import SigningKey

from lnctp_tui.domain.authority import control
from lnctp_tui.domain.authority.documents import ControlRefused
from lnctp_tui.errors import SyncFailed
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.replication import authorship, server_state
from lnctp_tui.storage.replication.server_state import DEVICE_KEY, Server
from lnctp_tui.sync import outbox, tls
from lnctp_tui.sync.answers import understood
from lnctp_tui.sync.client import STATES
from lnctp_tui.sync.control import first, pin
from lnctp_tui.sync.transport import HttpLine, Line

LONG = 28
"""Symbols of a code that names the organisation; others have 24."""
DIGEST = re.compile("[0-9a-f]{64}")
MISREAD = str.maketrans("OIL", "011")


def enroll(
    store: Store, url: str, code: str, ca: str | None, *, name: str, zone: str, line: Line | None = None
) -> tuple[str, str]:
    """Give the code, keep what the server says; the device's state and the person. Raises SyncFailed."""
    address = tls.split(url)
    with store.read() as connection:
        old_server = server_state.server(connection)
        secret = SigningKey(state.get(connection, DEVICE_KEY), HexEncoder)
    if old_server is not None and _plain(url) not in (old_server.url, old_server.door):
        raise SyncFailed("enrolled_elsewhere")
    symbols = _symbols(code)
    over = line or HttpLine(_plain(url), ca, store.author.device, secret, now=store.now)
    try:
        answer = over.call("POST", "/v1/enroll", {
            "code": symbols,
            "device": store.author.device,
            "public_key": secret.verify_key.encode(HexEncoder).decode(),
            "actor": store.author.actor, "name": name, "time_zone": zone,
        })  # fmt: skip
        # A long code names the organisation: another server than the one that was spoken of is not believed.
        org = _organisation(over, symbols) if len(symbols) == LONG else None
        offset = over.offset
    finally:
        if line is None:
            over.close()
    server = _server(answer, _plain(url), ca if address.scheme == "https" else None, old_server)
    server = _at_home(server, answer.get("address"), store.author.device, secret)
    with store.write() as unit:
        server_state.put_server(unit.connection, server)
        unit.remember(server_state.OFFSET, offset or None)
        unit.remember(server_state.PROBLEM, None)
        if (named := _root(answer)) is not None:
            unit.remember(server_state.RELEASE_ROOT, named)
        if org is not None:
            pin(unit, org, "code")
        authorship.become(unit, server.person)
        if prefix := answer.get("folio_prefix"):
            outbox.take_prefix(unit, str(prefix))
        store.author = unit.author
    return server.state, server.person


def _server(answer: Any, url: str, ca: str | None, old_server: Server | None) -> Server:
    """What an answer to a code says. Raises SyncFailed, `server_key_changed` for another key than before."""
    with understood():
        device_state = str(answer["state"])
        key = str(answer["server_key"])
        if device_state not in STATES or len(bytes.fromhex(key)) != 32:
            raise ValueError
        if old_server is not None and old_server.key != key:
            raise SyncFailed("server_key_changed")
        return Server(
            url, ca, key, device_state, str(answer["person"]), str(answer["role"]), str(answer["team"]),
            answer.get("name"),
        )  # fmt: skip


def _at_home(server: Server, address: object, device: str, secret: SigningKey) -> Server:
    """The server at its team's own address, once that has answered with the same key; else as it was reached."""
    try:
        url = _plain(address) if isinstance(address, str) else server.url
        if url == server.url or (server.ca is not None) != url.startswith("https:"):
            return server
        line = HttpLine(url, server.ca, device, secret, server_key=server.key)
        with closing(line), understood():
            same = line.call("GET", "/v1/me")["server_key"] == server.key
    except SyncFailed:
        return server
    return replace(server, url=url, door=server.url) if same else server


def _root(answer: Any) -> str | None:
    """Which root of releases the server names; another one than that of the bundle is refused there."""
    named = answer.get("release_root")
    return named if isinstance(named, str) and DIGEST.fullmatch(named) else None


def _symbols(code: str) -> str:
    return "".join(char for char in code if char.isalnum()).upper()


def _organisation(line: Line, symbols: str) -> str:
    """The organisation that the code names. Raises ControlRefused `control_org` when the server's is another."""
    org = first(line).org
    if control.spoken(org) != symbols[-control.SPOKEN :].translate(MISREAD):
        raise ControlRefused("control_org")
    return org


def _plain(url: str) -> str:
    parts = tls.split(url)
    return f"{parts.scheme}://{parts.netloc}"
