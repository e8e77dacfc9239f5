"""What officers signed, as this process verified it: states of laptops, roles of people, and the documents themselves.

The tables are append-only and believed in nothing: each document is checked once, when it is first read, against the
organisation that is pinned outside the database. A look-up of a device brings the count of documents with it; only
when that moved is anything read. A team without an authority has no ruling, and its tables decide as ever.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lnctp_tui.domain.authority import control, documents
from lnctp_tui.domain.authority.control import Authority, Order, Standing
from lnctp_tui.domain.authority.documents import ControlRefused, Kind, Signed
from lnctp_tui.errors import Declined, LnctpError
from lnctp_tui.server.admin import audit, pins
from lnctp_tui.server.admin.pins import Pin
from lnctp_tui.server.devices import DeviceRow, Marked, Ruling
from lnctp_tui.server.http import logs
from lnctp_tui.server.postgres.database import DEVICES, SERVE, Db, Pool, transaction
from lnctp_tui.storage import instants

NONE: Marked = (0, 0)
ADMISSION = frozenset({"pending", "active", "upload_only", "revoked"})
"""All that the tables alone may say of a laptop."""

COUNTER = "SELECT authority, orders FROM control_counter WHERE team = %s"
COUNTED = (
    "SELECT (SELECT count(*) FROM authorities WHERE team = %s), (SELECT count(*) FROM orders WHERE team = %s)"
)
AUTHORITIES = "SELECT n, hash, body, sigs FROM authorities WHERE team = %s AND n > %s AND n <= %s ORDER BY n"
ORDERS = "SELECT n, hash, body, sigs FROM orders WHERE team = %s AND n > %s AND n <= %s ORDER BY n"
NOTED = "SELECT EXISTS (SELECT FROM audit WHERE team = %s AND action = %s AND record = %s)"


class Control:
    """One per process; its threads share it."""

    def __init__(self, database: Pool | Db, home: Path) -> None:
        self._database, self._home = database, home
        self._rulings: dict[str, Ruling] = {}
        self._free: set[str] = set()
        """Teams found without an authority."""
        self._lock = threading.Lock()

    def ruled(self, row: DeviceRow, mark: Marked) -> DeviceRow:
        """A device as officers signed it. Raises Declined `control_incomplete`, `busy`."""
        ruling = self.of(row.team, mark)
        if ruling is None:
            return row if row.state in ADMISSION else replace(row, state="revoked")
        person = ruling.standing.whose(row.public_key) or row.person
        another = row.actor != person and ruling.standing.role(row.actor) is not None
        return replace(
            row, person=person, actor=person if another else row.actor, role=ruling.role(person),
            state=ruling.state(row.public_key, instants.now()), ruling=ruling,
        )  # fmt: skip

    def device(self, id_: str) -> DeviceRow | None:
        """The device as it is now. Raises as `ruled`."""
        with transaction(self._database, "", SERVE) as connection:
            row = connection.execute(f"{DEVICES} = %s", (id_,)).fetchone()
        return self.ruled(DeviceRow(*row[:-2]), row[-2:]) if row else None

    def of(self, team: str, mark: Marked) -> Ruling | None:
        """What holds in a team whose documents are counted by `mark`; None in one without an authority.

        Raises Declined `control_incomplete` where documents that were once seen are missing.
        """
        ruling = self._rulings.get(team)
        if ruling is not None and ruling.mark == mark:
            return ruling
        if ruling is None and mark == NONE and team in self._free:
            return None
        with self._lock, transaction(self._database, team, SERVE) as connection:
            return self.read(connection, team)

    def now(self, team: str) -> Ruling | None:
        """What holds in a team this moment. Raises as `of`."""
        with transaction(self._database, team, SERVE) as connection:
            return self.read(connection, team)

    def pin(self, team: str) -> Pin | None:
        """The team's pin, as the file has it now. Raises Declined `control_incomplete` for a file that is none."""
        try:
            return pins.read(self._home, team)
        except LnctpError as error:
            logs.note("control_refused", level=logging.ERROR, error=error)
            raise Declined("control_incomplete") from error

    def read(self, connection: Db, team: str, *, keep: bool = True) -> Ruling | None:
        """As `now`, in the caller's transaction, duty `serve`; only what is new is read and verified.

        `keep` False is for a transaction that wrote documents itself: what it may still take back is not remembered.
        """
        row = connection.execute(COUNTER, (team,)).fetchone()
        mark: Marked = (row[0], row[1]) if row else NONE
        former = self._rulings.get(team)
        if former is not None and former.mark == mark:
            return former
        pin = self.pin(team)
        if pin is None or (pin.authority == 0 and mark[0] == 0 and former is None):
            if mark[0] or former is not None:
                raise Declined("control_incomplete")
            self._free.add(team)
            return None
        ruling = _Reading(connection, team, mark, pin, former).ruling()
        if not keep:
            return ruling
        self._rulings[team] = ruling
        self._free.discard(team)
        self._advance(pin, ruling)
        return ruling

    def _advance(self, pin: Pin, ruling: Ruling) -> None:
        advanced = Pin(pin.org, ruling.newest.n, ruling.newest.hash, len(ruling.orders), ruling.chain)
        if advanced == pin:
            return
        try:
            pins.advance(self._home, ruling.team, advanced)
        except LnctpError as error:  # seen again, and noted, by the next one who reads
            logs.note("pin_kept", level=logging.ERROR, error=error)


class _Reading:
    """One reading of what is new in a team, and its comparison with what was seen before."""

    def __init__(self, connection: Db, team: str, mark: Marked, pin: Pin, former: Ruling | None) -> None:
        self._connection, self._team, self._mark, self._pin, self._known = connection, team, mark, pin, former

    def ruling(self) -> Ruling:
        """Raises Declined `control_incomplete`."""
        former, rows = self._known, self._rows()
        versions, authorities = (
            dict(former.versions) if former else {},
            list(former.authorities) if former else [],
        )
        for signed in self._fresh(AUTHORITIES, "authority", former.mark[0] if former else 0, self._mark[0]):
            try:
                authority = control.read_authority(
                    signed, versions[max(versions)] if versions else None, self._pin.org
                )
            except ControlRefused as error:
                self._note(error.code, signed.hash)
                break
            versions[authority.n] = authority
            authorities.append(signed)
        if not versions or not self._reached(versions):
            raise Declined("control_incomplete")
        orders, proven = list(former.orders) if former else [], list(former.proven) if former else []
        hashes = {order.hash for order in proven}
        for signed in self._fresh(ORDERS, "order", former.mark[1] if former else 0, self._mark[1]):
            try:
                order = prove(signed, versions)
            except ControlRefused as error:
                self._note(error.code, signed.hash)
                continue
            if order.hash not in hashes:
                hashes.add(order.hash)
                orders.append(signed)
                proven.append(order)
        chain = self._chain(proven)
        return Ruling(
            self._team, self._mark, rows, versions, tuple(authorities), tuple(orders), tuple(proven), chain,
            standing(versions, proven),
        )  # fmt: skip

    def _rows(self) -> Marked:
        """How many rows there are: none that was read before may be gone."""
        row = self._connection.execute(COUNTED, (self._team, self._team)).fetchone()
        rows: Marked = (row[0], row[1]) if row else NONE
        former, counted = (self._known.rows, self._known.mark) if self._known else (NONE, NONE)
        if any(new < old for new, old in zip((*rows, *self._mark), (*former, *counted), strict=True)):
            raise Declined("control_incomplete")
        return rows

    def _fresh(self, sql: str, kind: Kind, after: int, upto: int) -> Iterable[Signed]:
        for _n, hash_, body, sigs in self._connection.execute(sql, (self._team, after, upto)).fetchall():
            try:
                signed = stored(kind, body, sigs)
                if signed.hash != hash_:
                    raise ControlRefused
                yield signed
            except ControlRefused as error:
                self._note(error.code, hash_)

    def _reached(self, versions: dict[int, Authority]) -> bool:
        """Whether the newest version that was ever seen here is among them."""
        pin = self._pin
        return pin.authority == 0 or (pin.authority in versions and versions[pin.authority].hash == pin.hash)

    def _chain(self, proven: Sequence[Order]) -> str:
        chain, at = "", {0: ""}
        for count, order in enumerate(proven, 1):
            at[count] = chain = pins.chained(chain, order.hash)
        if at.get(self._pin.orders) != self._pin.chain:
            raise Declined("control_incomplete")
        return chain

    def _note(self, code: str, hash_: str) -> None:
        """A document that stands in the tables and is not obeyed, once for all processes."""
        logs.note("control_refused", level=logging.ERROR, code=code)
        action, record = f"order.refused.{code}", str(hash_)[:64]
        if self._connection.execute(NOTED, (self._team, action, record)).fetchone() == (False,):
            audit.note(self._connection, self._team, instants.now(), "tables", action, record)


def read_all(connection: Db, team: str) -> Ruling | None:
    """The documents in the tables, verified among themselves and against no pin: for whoever compares them by voice.

    None without a whole first version. Duty `serve`.
    """
    counter = connection.execute(COUNTER, (team,)).fetchone()
    row = connection.execute(
        "SELECT body, sigs FROM authorities WHERE team = %s AND n = 1", (team,)
    ).fetchone()
    if not counter or row is None:
        return None
    try:
        first = control.read_authority(stored("authority", *row), None)
    except ControlRefused:
        return None
    return _Reading(connection, team, (counter[0], counter[1]), Pin(first.org), None).ruling()


def prove(signed: Signed, versions: dict[int, Authority]) -> Order:
    """An order with enough signatures of the authority it names, whether or not a later one upholds it.

    Raises ControlRefused.
    """
    named = signed.content.get("acta")
    if type(named) is not int or named not in versions:
        control.read_order(signed, versions)  # tells its form apart
        raise ControlRefused("control_backwards")
    return control.read_order(signed, {n: authority for n, authority in versions.items() if n <= named})


def standing(versions: dict[int, Authority], proven: Iterable[Order]) -> Standing:
    """What holds of proven orders under the newest version."""
    newest = versions[max(versions)]
    return Standing(
        versions, [order for order in proven if order.acta == newest.n or order.hash in newest.upheld]
    )


def stored(kind: Kind, body: str, sigs: str) -> Signed:
    """A document as a row has it. Raises ControlRefused `control_form`."""
    try:
        listed: Any = json.loads(sigs)
    except (ValueError, RecursionError) as error:
        raise ControlRefused from error
    return documents.read(kind, {"body": body, "sigs": listed})
