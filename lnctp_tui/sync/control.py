"""Orders on this laptop: fetched, checked, obeyed once, and told back. A server's own word is none of them.

What is refused changes nothing and is told as an alarm. Source: docs/synchronisation.md, "Control".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from nacl.encoding import HexEncoder
from nacl.signing import SigningKey
from sqlalchemy import Connection

from lnctp_tui.domain import control, documents
from lnctp_tui.domain.control import Authority, Order, Standing
from lnctp_tui.domain.documents import ControlRefused
from lnctp_tui.errors import SyncFailed
from lnctp_tui.storage import audit, authority, instants, leaving, server_state, state
from lnctp_tui.storage.authority import Kept
from lnctp_tui.storage.session import Store, Unit
from lnctp_tui.sync.answers import understood
from lnctp_tui.sync.transport import Line

MEMBER = "control"
"""Where an answer says how many documents there are: `[newest version, count of orders]`."""
UNCONFIRMED = "authority_unconfirmed"
INCOMPLETE = "control_incomplete"
ROUNDS = 1000
OF_SCOPE = """SELECT id FROM changes WHERE coalesce("case", row) = ? AND patch <> '{}' AND (sent = 2 OR ?)"""
KNOWN = """SELECT 1 FROM changes WHERE coalesce("case", row) = ? LIMIT 1"""

Seal = Callable[[str], bool]
"""Seals the vault by the order with this hash; False when nobody could ever open it again."""


def no_seal(_hash: str) -> bool:
    """For who holds no vault."""
    return False


class Control:
    """This laptop's side of the officers' documents."""

    def __init__(self, store: Store, line: Line, seal: Seal = no_seal) -> None:
        self.store, self.line, self.seal = store, line, seal
        self.sealed = False
        """The vault was sealed just now: nothing more is to be shown."""

    def heard(self, answer: Mapping[str, Any]) -> None:
        """An answer told how many documents there are: fetch what is missing. It is a reason to ask, no more."""
        said = answer.get(MEMBER)
        if not isinstance(said, list) or len(said) != 2 or not all(type(each) is int for each in said):
            return
        with self.store.read() as connection:
            held = authority.held(connection)
            unknown = said[0] > 0 and authority.pinned(connection) is None
        if unknown or said[0] > held[0] or said[1] > held[1]:
            self.fetch(said)

    def fetch(self, said: list[int] | None = None) -> None:
        """Ask for all that is not here, check it, obey it, tell it back. Raises SyncFailed for the line only."""
        met: set[str] | None = None
        for _ in range(ROUNDS):
            with self.store.read() as connection:
                n, count = authority.held(connection)
                asked: dict[str, Any] = {"authority": n, "orders": count}
                if last := authority.last_order(connection):
                    asked["last"] = last
            answer = self.line.call("POST", "/v1/control", asked)
            if count and answer.get("from") == 0:  # the server's list is another: it came back from a backup
                met = (met or set()) | _hashes(answer.get("orders"))
            more = self._take(answer)
            with self.store.read() as connection:
                if not more or authority.held(connection) == (n, count):
                    break
        if met is not None:
            self._hand_back(met)
        with self.store.write(behind=True) as unit:
            if said and authority.pinned(unit.connection) and authority.held(unit.connection) < tuple(said):
                server_state.alarm(unit.connection, INCOMPLETE, unit.now)
        self.obey()
        self.report()

    def _hand_back(self, met: set[str]) -> None:
        """Give the server the orders that it lost."""
        with self.store.read() as connection:
            kept = authority.book(connection).orders
        for each in kept:
            if each.order.hash not in met:
                self.line.call("POST", "/v1/orders", {"document": each.signed.document(), "kind": "order"})

    def _take(self, answer: Mapping[str, Any]) -> bool:
        with understood():
            authorities, orders, more = list(answer["authorities"]), list(answer["orders"]), answer["more"]
        if not authorities and not orders:
            return False
        with self.store.write(behind=True) as unit:
            org = authority.pinned(unit.connection)
            if org is None:
                _offered(unit, authorities)
                return False
            _take_authorities(unit, authorities, org)
            _take_orders(unit, orders)
        return bool(more)

    # obeying

    def obey(self) -> None:
        """Carry out what holds for this laptop and was not carried out yet."""
        with self.store.read() as connection:
            found = authority.book(connection)
            own, late = _own_key(connection), as_late_as(connection, self.store.now())
            barred = state.get(connection, authority.BARRED)
        if not found.versions:
            return
        standing = found.standing
        held = standing.holding.get(("device", own)) if own else None
        kept = found.of(held) if held else None
        self._hide(standing.device(own) if own else None, barred, kept)
        if kept is not None and kept.obeyed_at is None:
            if kept.order.kind == "seal":
                self._seal(kept)
            elif kept.order.kind == "wipe" and not kept.order.over(late):
                self._wipe(kept.order)
        for scope, orders in standing.erasures.items():
            for each in orders:
                if found.of(each).obeyed_at is None:
                    self._erase(scope, each)
        self._role(standing)

    def _hide(self, said: str | None, barred: str | None, kept: Kept | None) -> None:
        """Whoever was cut off sees nothing of before; a later order shows it again. Nothing is deleted."""
        hidden = said if said in ("revoked", "seal", "wipe") else None
        if hidden == "seal" and kept is not None and kept.obeyed_at is not None and barred is None:
            hidden = None  # the custodians opened it again
        if hidden != barred:
            with self.store.write() as unit:
                unit.remember(authority.BARRED, hidden)

    def _seal(self, kept: Kept) -> None:
        self.sealed = sealed = self.seal(kept.order.hash)
        with self.store.write() as unit:
            self._obeyed(unit, kept.order)
            # Sealed, the file is what hides; without anybody who could open it the records only hide.
            unit.remember(authority.BARRED, None if sealed else "seal")

    def _wipe(self, order: Order) -> None:
        with self.store.write() as unit:
            leaving.wipe(unit.connection, unsent=bool(order.data["unsent"]))
            self._obeyed(unit, order)

    def _erase(self, scope: str, order: Order) -> None:
        with self.store.write() as unit:
            connection = unit.connection
            if connection.exec_driver_sql(KNOWN, (scope,)).first():
                ids = (
                    connection.exec_driver_sql(OF_SCOPE, (scope, bool(order.data["unsent"]))).scalars().all()
                )
                leaving.erase(connection, scope, ids, instants.iso(unit.now), instants.micros(unit.now))
            self._obeyed(unit, order)

    def _obeyed(self, unit: Unit, order: Order) -> None:
        authority.obeyed(unit.connection, order.hash, instants.iso(unit.now))
        audit.note(unit.connection, unit.now, ",".join(order.persons), f"order.{order.kind}", order.id)

    def _role(self, standing: Standing) -> None:
        """The role that officers signed; what nobody signed is the least."""
        with self.store.read() as connection:
            known = server_state.server(connection)
        if known is None:
            return
        role = standing.role(known.person) or "counselor"
        if role in control.ROLES and role != known.role:
            with self.store.write() as unit:
                server_state.put_server(unit.connection, server_state.with_role(known, role))

    def report(self) -> None:
        """Tell the server what was carried out; what it does not take now is told again later."""
        with self.store.read() as connection:
            done = [
                each.order for each in authority.book(connection).orders
                if each.obeyed_at is not None and each.told_at is None
            ]  # fmt: skip
        for order in done:
            try:
                self.line.call("POST", "/v1/obeyed", {"hash": order.hash})
            except SyncFailed as error:
                if error.code not in ("not_found", "forbidden", "malformed"):
                    raise
            with self.store.write(behind=True) as unit:
                authority.told(unit.connection, order.hash, instants.iso(unit.now))


def _offered(unit: Unit, authorities: list[Any]) -> None:
    """Whom the server names, for a person to compare. Nothing of it is believed."""
    try:
        first = control.read_authority(documents.read("authority", authorities[0]), None)
    except (ControlRefused, IndexError) as error:
        server_state.alarm(unit.connection, getattr(error, "code", INCOMPLETE), unit.now)
        return
    unit.remember(authority.OFFERED, first.org)
    server_state.alarm(unit.connection, UNCONFIRMED, unit.now)


def _take_authorities(unit: Unit, authorities: list[Any], org: str) -> None:
    """Each version after the one before. The first that is refused ends it, and the former stands."""
    known = authority.versions(unit.connection)
    former: Authority | None = known[max(known)] if known else None
    for document in authorities:
        try:
            signed = documents.read("authority", document)
            if former is not None and signed.hash in {each.hash for each in known.values()}:
                continue
            former = control.read_authority(signed, former, org)
        except ControlRefused as error:
            server_state.alarm(unit.connection, error.code, unit.now)
            return
        authority.keep_authority(unit.connection, former, signed)
        known[former.n] = former


def _take_orders(unit: Unit, orders: list[Any]) -> None:
    """Each is kept, so that the count is the server's; what lacks signatures is told and never believed."""
    known = authority.versions(unit.connection)
    for document in orders:
        try:
            signed = documents.read("order", document)
        except ControlRefused as error:
            server_state.alarm(unit.connection, error.code, unit.now)
            return
        if not authority.keep_order(unit.connection, signed):
            continue
        try:
            if not known:
                raise ControlRefused(INCOMPLETE)
            control.read_order(signed, known)
        except ControlRefused as error:
            server_state.alarm(unit.connection, error.code, unit.now)


def _hashes(orders: Any) -> set[str]:
    found = set()
    for document in orders if isinstance(orders, list) else ():
        with suppress(ControlRefused):
            found.add(documents.read("order", document).hash)
    return found


def _own_key(connection: Connection) -> str | None:
    secret = state.get(connection, server_state.DEVICE_KEY)
    return SigningKey(secret, HexEncoder).verify_key.encode(HexEncoder).decode() if secret else None


def first(line: Line) -> Authority:
    """The first list of officers, as the server has it. Raises SyncFailed, ControlRefused."""
    answer = line.call("POST", "/v1/control", {"authority": 0, "orders": 0})
    with understood():
        authorities = list(answer["authorities"])
    if not authorities:
        raise ControlRefused(INCOMPLETE)
    return control.read_authority(documents.read("authority", authorities[0]), None)


def pin(unit: Unit, org: str, by: str) -> None:
    """Believe this organisation from now on, which a person compared. Raises ControlRefused for a second one."""
    if authority.pinned(unit.connection) not in (None, org):
        raise ControlRefused("control_org")
    unit.remember(authority.PINNED, {"org": org, "by": by})
    unit.remember(authority.OFFERED, None)
    server_state.clear_alarm(unit.connection, UNCONFIRMED)
    audit.note(unit.connection, unit.now, unit.author.actor, f"authority.{by}", org)


def as_late_as(connection: Connection, now: datetime) -> datetime:
    """As late as it was ever seen to be."""
    latest = state.get(connection, server_state.LATEST)
    return max(now, instants.parse(latest)) if latest else now
