"""Orders on this laptop: fetched, checked, obeyed once, and told back. A server's own word is none of them.

What is refused changes nothing and is told as an alarm. Source: docs/synchronisation.md, "Control".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, NamedTuple

from nacl.encoding import HexEncoder
from nacl.signing import SigningKey
from sqlalchemy import Connection

from lnctp_tui.domain.authority import control, documents
from lnctp_tui.domain.authority.control import Authority, Order, Standing
from lnctp_tui.domain.authority.documents import ControlRefused
from lnctp_tui.domain.records.scopes import ERASED_ALONE
from lnctp_tui.errors import SyncFailed
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import audit, state
from lnctp_tui.storage.database.session import Store, Unit
from lnctp_tui.storage.replication import authority, eviction, server_state
from lnctp_tui.storage.replication.authority import Kept
from lnctp_tui.storage.vault import copies
from lnctp_tui.sync.answers import understood
from lnctp_tui.sync.transport import Line

MEMBER = "control"
"""Where an answer says how many documents there are: `[newest version, count of orders]`."""
UNCONFIRMED = "authority_unconfirmed"
INCOMPLETE = "control_incomplete"
ONLY_HIDES = "seal_only_hides"
"""Alarm: this vault has no custodians, so the order to seal it hides its records and nothing more."""
ROUNDS = 1000
NAMED = (*eviction.OF_CASES, *sorted(ERASED_ALONE))
OF_SCOPE = f"""SELECT DISTINCT "table" AS t, row AS r FROM changes
WHERE coalesce("case", row) = ? AND "table" IN ({", ".join(f"'{name}'" for name in NAMED)})"""
"""The records that ever were in a scope, as the server erases them."""
TO_ERASE = f"""SELECT c.id FROM ({OF_SCOPE}) JOIN changes c ON c."table" = t AND c.row = r
WHERE c.patch <> '{{}}' AND (c.sent = 2 OR ?)"""

Seal = Callable[[str], bool]
"""Seals the vault by the order with this hash; False when nobody could ever open it again."""


Last = Callable[[Callable[[], None]], None]
"""Does something after all that waits to be written, and lets nothing be written any more after it."""


def no_seal(_hash: str) -> bool:
    """For who holds no vault."""
    return False


def at_once(deed: Callable[[], None]) -> None:
    """For who writes nothing besides."""
    deed()


class Control:
    """This laptop's side of the officers' documents."""

    def __init__(self, store: Store, line: Line, seal: Seal = no_seal, last: Last = at_once) -> None:
        self.store, self.line, self.seal, self.last = store, line, seal, last
        self.taken = False
        """An order took this laptop from its person just now: nothing more is to be shown."""
        self._begun = self._told = False

    @property
    def state(self) -> str | None:
        """What officers signed of this laptop; None when nobody signed anything, or nobody is believed."""
        with self.store.read() as connection:
            return Ruled.of(connection).state

    def begin(self) -> bool:
        """Carry out what a crash left between keeping an order and obeying it. Once, and without the line.

        Whether it looked: then what is known of the server may be another.
        """
        if self._begun:
            return False
        self._begun = True
        self.obey()
        return True

    def heard(self, answer: Mapping[str, Any]) -> bool:
        """An answer told how many documents there are: fetch what is missing. It is a reason to ask, no more.

        Whether it asked: then what is known of the server may be another.
        """
        counts = answer.get(MEMBER)
        if (
            not isinstance(counts, list)
            or len(counts) != 2
            or not all(type(number) is int for number in counts)
        ):
            return False
        with self.store.read() as connection:
            org = authority.pinned(connection)
            if org is None:
                lacks = counts[0] > 0 and state.get(connection, authority.OFFERED) is None
            else:
                lacks = counts != list(authority.reached(connection))
        if lacks:
            self.fetch(counts)
        elif not self._told:
            self.report()
        return lacks

    def fetch(self, counts: Sequence[int] | None = None) -> None:
        """Ask for all that is not here, check it, obey it, tell it back. Raises SyncFailed for the line only."""
        walk = _Walk(self.store)
        for _ in range(ROUNDS):
            answer = self.line.call("POST", "/v1/control", walk.asks())
            if not self._take(answer, walk):
                break
        try:
            self._compare(counts, walk)
        finally:
            self.obey()
        self.report()

    def _take(self, answer: Mapping[str, Any], walk: _Walk) -> bool:
        """Keep what is rightly signed; whether there is more."""
        with understood():
            authorities, orders = list(answer["authorities"]), list(answer["orders"])
            start, more = int(answer["from"]), bool(answer["more"])
        with self.store.write(behind=True) as unit:
            org = authority.pinned(unit.connection)
            if org is None:
                _offered(unit, authorities)
                return False
            _take_authorities(unit, authorities, org)
            walk.go_on(unit, start, orders, _take_orders(unit, orders))
        return more and bool(authorities or orders)

    def _compare(self, counts: Sequence[int] | None, walk: _Walk) -> None:
        """Tell when the server has less than it says, or less than it once had; that is handed back to it."""
        with self.store.write(behind=True) as unit:
            if authority.pinned(unit.connection) is None:
                return
            book = authority.book(unit.connection)
            newest, (_, place) = max(book.versions, default=0), authority.reached(unit.connection)
            lost = [item for item in book.orders if item.order.hash not in walk.met] if walk.anew else []
            n, count = counts or (newest, place)
            if n > newest or count > place:
                server_state.alarm(unit.connection, INCOMPLETE, unit.now)
            if n < newest:
                server_state.alarm(unit.connection, "control_old", unit.now)
            if lost:
                server_state.alarm(unit.connection, "control_backwards", unit.now)
            older = authority.documents_after(unit.connection, n) if n < newest else []
        back = [("authority", item) for item in older] + [("order", item.signed.document()) for item in lost]
        for kind, document in back:
            with suppress(SyncFailed):
                self.line.call("POST", "/v1/orders", {"document": document, "kind": kind})

    # obeying

    def obey(self) -> None:
        """Carry out what holds for this laptop and was not carried out yet."""
        with self.store.read() as connection:
            book = authority.book(connection)
            own, late = own_key(connection), server_state.as_late_as(connection, self.store.now())
            ruled = Ruled.of(connection)
        if not book.versions:
            return
        standing = book.standing
        current = standing.holding.get(("device", own)) if own else None
        entry = book.of(current) if current else None
        if entry is not None and entry.obeyed_at is None:
            if entry.order.kind == "seal":
                entry = self._seal(entry)
            elif entry.order.kind == "wipe" and not entry.order.over(late):
                self._wipe_for_good(entry.order)
        self._rule(ruled, standing, own, entry)
        for scope, orders in standing.erasures.items():
            for order in orders:
                if book.of(order).obeyed_at is None:
                    self._erase(scope, order)

    def _rule(self, ruled: Ruled, standing: Standing, own: str | None, entry: Kept | None) -> None:
        """Keep what officers signed of this laptop: whoever was cut off sees nothing of before. Nothing is deleted."""
        device_state = standing.device(own) if own else None
        opened = device_state == "seal" and entry is not None and entry.obeyed_at is not None
        barred = device_state if device_state in authority.BARRING and not opened else None
        new = Ruled(device_state, barred)
        if new != ruled:
            with self.store.write() as unit:
                unit.remember(authority.STATE, device_state)
                unit.remember(authority.BARRED, barred)
                if barred != ruled.barred:
                    unit.remember(authority.BARRED_AT, instants.iso(unit.now) if barred else None)
        self.taken = self.taken or (barred is not None and barred != ruled.barred)
        self._roles(standing)
        self._role(standing)

    def _roles(self, standing: Standing) -> None:
        """Who may write what everybody sees: a server's own word beside a change gives nobody more."""
        roles = {key: sorted(of) for key, of in sorted(standing.roles().items()) if of}
        with self.store.read() as connection:
            old_roles = state.get(connection, authority.ROLES)
        if roles != old_roles:
            with self.store.write() as unit:
                unit.remember(authority.ROLES, roles)

    def _seal(self, entry: Kept) -> Kept:
        """The vault is closed first: a crash before the note closes it no second time (storage.vault.vault.seal).

        Nobody could ever open a vault without custodians again: its records only hide, and it is not told as done.
        """
        if not self.seal(entry.order.hash):
            with self.store.write() as unit:
                server_state.alarm(unit.connection, ONLY_HIDES, unit.now)
            return entry
        self.taken = True
        with self.store.write() as unit:
            self._obeyed(unit, entry.order)
            server_state.clear_alarm(unit.connection, ONLY_HIDES)
            return replace(entry, obeyed_at=instants.iso(unit.now))

    def _wipe_for_good(self, order: Order) -> None:
        """What is being typed is not sent: an order for all of it is the last that is written."""
        if order.data["unsent"]:
            self.last(lambda: self._wipe(order))
        else:
            self._wipe(order)

    def _wipe(self, order: Order) -> None:
        if order.data["unsent"] and self.store.mark is not None:
            copies.remove(self.store.mark.path.parent)
        with self.store.write() as unit:
            eviction.wipe(unit.connection, unsent=bool(order.data["unsent"]))
            self._obeyed(unit, order)
        self.taken = True

    def _erase(self, scope: str, order: Order) -> None:
        """Of this laptop's own log alone: whoever gives the order names a scope, never a change."""
        with self.store.write() as unit:
            connection = unit.connection
            parameters = (scope, bool(order.data["unsent"]))
            if ids := connection.exec_driver_sql(TO_ERASE, parameters).scalars().all():
                eviction.erase(connection, scope, ids, instants.iso(unit.now), instants.micros(unit.now))
            self._obeyed(unit, order)

    def _obeyed(self, unit: Unit, order: Order) -> None:
        authority.obeyed(unit.connection, order.hash, instants.iso(unit.now))
        audit.note(unit.connection, unit.now, ",".join(order.persons), f"order.{order.kind}", order.id)

    def _role(self, standing: Standing) -> None:
        """The role that officers signed; what nobody signed is the least."""
        with self.store.read() as connection:
            server = server_state.server(connection)
        if server is None:
            return
        role = standing.role(server.person) or "counselor"
        if role in control.ROLES and role != server.role:
            with self.store.write() as unit:
                server_state.put_server(unit.connection, server_state.with_role(server, role))

    def report(self) -> None:
        """Tell the server what was carried out; what it does not take now is told again later."""
        with self.store.read() as connection:
            done = authority.untold(connection)
        for hash_ in done:
            try:
                self.line.call("POST", "/v1/obeyed", {"hash": hash_})
            except SyncFailed as error:
                if error.code not in ("not_found", "forbidden", "malformed"):
                    raise
            with self.store.write(behind=True) as unit:
                authority.told(unit.connection, hash_, instants.iso(unit.now))
        self._told = True


class Ruled(NamedTuple):
    """What officers signed of this laptop, as it was last kept."""

    state: str | None
    barred: str | None

    @classmethod
    def of(cls, connection: Connection) -> Ruled:
        """As the database has it."""
        return cls(state.get(connection, authority.STATE), state.get(connection, authority.BARRED))


class _Walk:
    """Where in the server's list the questions are; it may be another list than before."""

    def __init__(self, store: Store) -> None:
        self.store = store
        with store.read() as connection:
            self.place, self.last = authority.cursor(connection)
        self.anew = False
        """The server's list did not go on where this laptop was."""
        self.whole = True
        """Nothing was refused so far: the cursor may go on."""
        self.met: set[str] = set()

    def asks(self) -> dict[str, Any]:
        """The next question."""
        with self.store.read() as connection:
            n, _ = authority.reached(connection)
        return {"authority": n, "orders": self.place, "last": self.last}

    def go_on(self, unit: Unit, start: int, orders: Sequence[Any], good: int) -> None:
        """Note how far an answer reached. What was refused is asked for again: a right one may stand there then."""
        if start != self.place:
            self.anew, self.met = True, set()
        hashes = [_hash(order) for order in orders]
        self.met |= set(filter(None, hashes))
        self.place, self.last = (
            start + len(orders),
            (hashes[-1] or "") if hashes else (self.last if start else ""),
        )
        if self.whole and good == len(orders):
            authority.move(unit.connection, self.place, self.last)
        elif self.whole:
            self.whole = False
            authority.move(unit.connection, start + good, (hashes[good - 1] or "") if good else "")


def _offered(unit: Unit, authorities: list[Any]) -> None:
    """Whom the server names, for a person to compare. Nothing of it is believed; most have no officers at all."""
    if not authorities:
        return
    try:
        first = control.read_authority(documents.read("authority", authorities[0]), None)
    except ControlRefused as error:
        server_state.alarm(unit.connection, error.code, unit.now)
        return
    unit.remember(authority.OFFERED, first.org)


def _take_authorities(unit: Unit, authorities: list[Any], org: str) -> None:
    """Each version after the one before. The first that is refused ends it, and the former stands."""
    versions = authority.versions(unit.connection)
    former: Authority | None = versions[max(versions)] if versions else None
    for document in authorities:
        try:
            signed = documents.read("authority", document)
            if former is not None and signed.hash in {version.hash for version in versions.values()}:
                continue
            former = control.read_authority(signed, former, org)
        except ControlRefused as error:
            server_state.alarm(unit.connection, error.code, unit.now)
            return
        authority.keep_authority(unit.connection, former, signed)
        versions[former.n] = former


def _take_orders(unit: Unit, orders: list[Any]) -> int:
    """Each that enough officers signed is kept. How many there were before the first that is refused, and told."""
    versions = authority.versions(unit.connection)
    good, refused = 0, False
    for document in orders:
        try:
            signed = documents.read("order", document)
            if not versions:
                raise ControlRefused(INCOMPLETE)
            control.read_order(signed, versions)
        except ControlRefused as error:
            if error.code == "control_old" and not authority.is_kept(unit.connection, signed.hash):
                server_state.alarm(unit.connection, error.code, unit.now)
            if error.code != "control_old":
                server_state.alarm(unit.connection, error.code, unit.now)
                refused = True
                continue
        authority.keep_order(unit.connection, signed)
        good += not refused
    return good


def _hash(document: Any) -> str | None:
    try:
        return documents.read("order", document).hash
    except ControlRefused:
        return None


def own_key(connection: Connection) -> str | None:
    """The public key of this laptop, hexadecimal."""
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
    audit.note(unit.connection, unit.now, unit.author.actor, f"authority.{by}", org)
