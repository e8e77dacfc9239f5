"""How a laptop becomes known to a server: a spoken code, the device's own key, the server's key pinned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from nacl.encoding import HexEncoder
from nacl.signing import SigningKey
from sqlalchemy import Connection

from lnctp_tui.domain.authority import control
from lnctp_tui.domain.authority.documents import ControlRefused
from lnctp_tui.domain.records import changes
from lnctp_tui.errors import SyncFailed
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import Author, Store, Unit
from lnctp_tui.storage.replication import eviction, server_state
from lnctp_tui.storage.replication.server_state import COUNSELOR, DEVICE_KEY, Server
from lnctp_tui.sync import outbox, tls
from lnctp_tui.sync.answers import understood
from lnctp_tui.sync.client import STATES
from lnctp_tui.sync.control import first, pin
from lnctp_tui.sync.transport import HttpLine, Line

LONG = 28
"""Symbols of a code that names the organisation; others have 24."""
MISREAD = str.maketrans("OIL", "011")


def enroll(
    store: Store, url: str, code: str, ca: str | None, *, name: str, zone: str, line: Line | None = None
) -> tuple[str, str]:
    """Give the code, keep what the server says; the device's state and the person. Raises SyncFailed."""
    address = tls.split(url)
    with store.read() as connection:
        known = server_state.server(connection)
        secret = SigningKey(state.get(connection, DEVICE_KEY), HexEncoder)
    if known is not None and known.url != _plain(url):
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
    with understood():
        said = str(answer["state"])
        key = str(answer["server_key"])
        if said not in STATES or len(bytes.fromhex(key)) != 32:
            raise ValueError
        if known is not None and known.key != key:
            raise SyncFailed("server_key_changed")
        server = Server(
            _plain(url), ca if address.scheme == "https" else None, key, said, str(answer["person"]),
            str(answer["role"]), str(answer["team"]), answer.get("name"),
        )  # fmt: skip
    with store.write() as unit:
        server_state.put_server(unit.connection, server)
        unit.remember(server_state.OFFSET, offset or None)
        unit.remember(server_state.PROBLEM, None)
        if org is not None:
            pin(unit, org, "code")
        become(unit, server.person)
        if prefix := answer.get("folio_prefix"):
            outbox.take_prefix(unit, str(prefix))
        store.author = unit.author
    return said, server.person


def _symbols(code: str) -> str:
    return "".join(each for each in code if each.isalnum()).upper()


def _organisation(line: Line, symbols: str) -> str:
    """The organisation that the code names. Raises ControlRefused `control_org` when the server's is another."""
    org = first(line).org
    if control.spoken(org) != symbols[-control.SPOKEN :].translate(MISREAD):
        raise ControlRefused("control_org")
    return org


def _plain(url: str) -> str:
    parts = tls.split(url)
    return f"{parts.scheme}://{parts.netloc}"


def become(unit: Unit, person: str) -> None:
    """Write as `person` from now on; what was recorded before, and never left this laptop, becomes theirs.

    A second laptop learns here whose it is. Changes that were offered to a server stay as they are.
    """
    old = unit.author.actor
    if old == person:
        return
    connection = unit.connection
    unit.author = Author(person, unit.author.device, unit.author.sign)
    unit.remember(COUNSELOR, state.get(connection, COUNSELOR, {}) | {"id": person})
    # The person is known to everybody already; the name this laptop gave itself goes.
    connection.exec_driver_sql(
        "DELETE FROM changes WHERE \"table\" = 'counselors' AND row = ? AND sent = 0", (old,)
    )
    touched: set[tuple[str, str]] = {("counselors", old)}
    rows = connection.exec_driver_sql(
        f"SELECT {outbox.COVERED} FROM changes WHERE sent = 0 AND actor = ?", (old,)
    ).all()
    for row in rows:
        change = orjson.loads(outbox.encoded(row))
        touched.add((change["table"], change["row"]))
        _rewrite(connection, unit.author, change, old)
    eviction.refold(connection, touched, instants.iso(unit.now), instants.micros(unit.now))
    # Made by this person, whatever the rows said before.
    for table in {table for table, _row in touched}:
        connection.exec_driver_sql(f"UPDATE {table} SET created_by = ? WHERE created_by = ?", (person, old))


def _rewrite(connection: Connection, author: Author, change: Mapping[str, Any], old: str) -> None:
    """The same change, signed as the person. Its id never left this laptop."""
    patch = {name: author.actor if value == old else value for name, value in change["patch"].items()}
    said = {**change, "actor": author.actor, "patch": patch}
    digest = changes.digest(changes.canonical(said))
    connection.exec_driver_sql(
        "UPDATE changes SET actor = ?, patch = ?, hash = ?, sig = ? WHERE id = ?",
        (
            author.actor,
            orjson.dumps(patch).decode(),
            digest,
            *changes.seals([digest], author.sign),
            change["id"],
        ),
    )
