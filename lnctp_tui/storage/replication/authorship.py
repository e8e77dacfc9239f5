"""Whose the records of this laptop are: what was written before it was enrolled becomes the person's it belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import bindparam, update

from lnctp_tui.domain.records import bound, changes
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import CHANGES, TABLES, Author, Unit
from lnctp_tui.storage.database.write_guard import RECORDED
from lnctp_tui.storage.replication import projection
from lnctp_tui.storage.replication.server_state import COUNSELOR

UNSENT = "SELECT * FROM changes WHERE sent = 0 AND actor = ? AND patch <> '{}' ORDER BY seq"
"""What this laptop may write anew: a change that was erased has no values to sign."""
NAMED_ITSELF = "DELETE FROM changes WHERE \"table\" = 'counselors' AND row = ? AND sent = 0"
SIGN_AGAIN = (
    update(CHANGES)
    .where(CHANGES.c.id == bindparam("this"))
    .values({name: bindparam(name) for name in ("row", "case", "actor", "patch", "hash", "sig")})
)


def become(unit: Unit, person: str) -> None:
    """Write as `person` from now on; what was recorded before, and never left this laptop, becomes theirs.

    A second laptop learns here whose it is. Changes that were offered to a server stay as they are.
    """
    former = unit.author.actor
    if former == person:
        return
    connection = unit.connection
    unit.author = Author(person, unit.author.device, unit.author.sign)
    unit.remember(COUNSELOR, state.get(connection, COUNSELOR, {}) | {"id": person})
    # The person is known to everybody already; the name this laptop gave itself goes.
    connection.exec_driver_sql(NAMED_ITSELF, (former,))
    touched: set[tuple[str, str]] = {("counselors", former)}
    renamed = {former: person}
    for row in connection.exec_driver_sql(UNSENT, (former,)).mappings().all():
        change = {**row, "base": orjson.loads(row["base"]), "patch": orjson.loads(row["patch"])}
        signed = _signed(unit.author, change, renamed)
        touched |= {(change["table"], change["row"]), (change["table"], signed["row"])}
        connection.execute(SIGN_AGAIN, signed)
    projection.rebuild(connection, touched, instants.iso(unit.now), instants.micros(unit.now))
    # Made by this person, whatever the rows said before.
    for table in {table for table, _row in touched}:
        made = update(TABLES[table]).filter_by(created_by=former).values(created_by=person)
        connection.execute(made, execution_options=RECORDED)


def _signed(author: Author, change: Mapping[str, Any], renamed: dict[str, str]) -> dict[str, Any]:
    """The same change, signed as the person. Its id never left this laptop.

    `renamed`: old id → new one, of the person and of rows whose ids say whose word they are; adds this row's.
    """
    table, row = change["table"], renamed.get(change["row"], change["row"])
    patch = {
        name: renamed.get(value, value) if isinstance(value, str) else value
        for name, value in change["patch"].items()
    }
    # Where the id says whose word it is, it is another one now.
    bound_to = bound.BOUND.get(table, ())
    if any(change["patch"].get(name) != patch.get(name) for name in bound_to):
        row = renamed[change["row"]] = bound.row_id(table, patch)
    case = renamed.get(change["case"], change["case"])
    renewed = {"row": row, "case": case, "actor": author.actor, "patch": patch}
    digest = changes.digest(changes.canonical({**change, **renewed}))
    (sig,) = changes.seals([digest], author.sign)
    return renewed | {"this": change["id"], "hash": digest, "sig": sig}
