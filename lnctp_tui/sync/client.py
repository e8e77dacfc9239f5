"""The steps of synchronisation, one call and one or a few transactions each. A crash between any two is harmless.

Protocol and reasons: docs/synchronisation.md, "The line". `sync.loop` takes the steps in their order.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import orjson

from lnctp_tui.errors import SyncFailed
from lnctp_tui.storage.database import directory_held, search, state
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.replication import authority, incoming, server_state
from lnctp_tui.storage.replication.server_state import Server
from lnctp_tui.sync import audit_check, fresco, outbox, saves, wire
from lnctp_tui.sync.answers import Contact, Diverged, read_cursor, understood
from lnctp_tui.sync.control import Control, Last, Seal, at_once, no_seal
from lnctp_tui.sync.fresco import Fresco
from lnctp_tui.sync.histories import Histories, paced
from lnctp_tui.sync.outbox import Outbox
from lnctp_tui.sync.sending import Sending
from lnctp_tui.sync.transport import Line
from lnctp_tui.sync.verify import Keyring, Verifier

PAGE, FETCHED = 1000, 1000
"""Most of each in one request."""
SHORT = 0.05
"""Seconds that one transaction should take while somebody types."""
UNKNOWN = frozenset({"not_found", "forbidden"})
"""What a server says of a question that it does not know."""
STATES = frozenset({"pending", "active", "upload_only", "revoked", "seal", "wipe"})


class Client:
    """One laptop's side of the line. Not for two threads at once."""

    def __init__(
        self,
        store: Store,
        line: Line,
        *,
        pool: ThreadPoolExecutor,
        short: float = SHORT,
        seal: Seal = no_seal,
        last: Last = at_once,
    ) -> None:
        self.store, self.line, self.pool, self.short = store, line, pool, short
        self.outbox = Outbox(store)
        self.contact = Contact(store, line)
        self.control = Control(store, line, seal, last)
        self.on_changed: Callable[[frozenset[str]], object] = lambda _: None
        self._asked = False
        self.page = PAGE
        self.stored = 0
        """Pages with news so far."""
        with store.read() as connection:
            server = server_state.server(connection)
            self.keys = Keyring.load(connection, store.author.device)
            self.compared: str | None = state.get(connection, server_state.COMPARED)
            """When everything was last compared with the server."""
        if server is None:
            raise SyncFailed("not_enrolled")
        self.server: Server = server
        self.verifier = Verifier(store, self.keys, pool, self._tell)
        self.histories = Histories(
            store, line, self.verifier, self.outbox, pool=pool, short=short, on_changed=self._tell
        )
        self.sending = Sending(store, line, self.outbox, pool, server.key, self.ask_first)

    # who we are to the server

    def me(self) -> str:
        """Ask what this device may do, and remember it; returns its state."""
        answer = self.line.call("GET", "/v1/me")
        with understood():
            device_state = answer["state"]
            if device_state not in STATES:
                raise ValueError(device_state)
            if answer.get("server_key", self.server.key) != self.server.key:
                raise SyncFailed("server_key_changed")
            self.became(str(device_state), name=answer.get("name"))
            prefix = answer.get("folio_prefix")
        self._proved(answer)
        if device_state == "active" and prefix:
            with self.store.write() as unit:
                outbox.take_prefix(unit, str(prefix))
        return self.server.state

    def became(self, device_state: str, **more: Any) -> None:
        """Remember what state this device is in."""
        server = replace(self.server, state=device_state, **more)
        if server != self.server:
            with self.store.write() as unit:
                server_state.put_server(unit.connection, server)
            self.server = server

    def _proved(self, answer: Mapping[str, Any]) -> None:
        """Take over the role that the server signed; what it only says gives nobody another."""
        proof = answer.get(fresco.MEMBER)
        if isinstance(proof, Fresco) and proof.role != self.server.role and not self._has_officers():
            self.became(self.server.state, role=proof.role)
        self.contact.note(answer)
        if isinstance(proof, Fresco) and not self.outbox.compared:
            saves.compare(self.store, proof.saved)
            self.outbox.compared = True  # files that are open are not put back
        if self.control.heard(answer):
            self.reread()

    def ask_first(self) -> None:
        """Before the first batch: whether the server knows of saves that are missing here, so that it is told first.

        Who proves nothing (an older server; one that cut this laptop off) gets what waits all the same.
        """
        if self.outbox.compared or self._asked:
            return
        try:
            self.me()
        except SyncFailed as error:
            if error.code not in STATES:
                raise
        self._asked = True

    def _has_officers(self) -> bool:
        """Roles are theirs to sign then, and no server's."""
        with self.store.read() as connection:
            return authority.pinned(connection) is not None

    def reread(self) -> None:
        """Take over what orders made of what is known of the server."""
        with self.store.read() as connection:
            self.server = server_state.server(connection) or self.server
            self.keys.roles = authority.signed_roles(connection)
        self.verifier.redeem_aside()

    # the beginning

    def start(self) -> None:
        """Take the server's present cursor and the list of what this person may see; their histories come next."""
        answer = self.line.call("POST", "/v1/start", {})
        with understood():
            cursor = read_cursor(answer["cursor"])
            scopes = [(str(scope), int(rank)) for scope, rank in answer["scopes"]]
            matches = [(str(case), band) for case, band in answer.get("matches", ())]
            until = [(str(case), ends) for case, ends in answer.get("until", ())]
        with self.store.write() as unit:
            gone = incoming.begin(unit, cursor, scopes, matches, until)
        self._tell(gone)

    def ask_tallies(self) -> None:
        """Ask how the whole Line's referrals ended, and remember it. A server that does not count says nothing."""
        try:
            answer = self.line.call("GET", "/v1/tallies")
        except SyncFailed as error:
            if error.code not in UNKNOWN:
                raise
            return
        with understood():
            said = [(str(id_), int(answered), int(n)) for id_, answered, n in answer["tallies"]]
        with self.store.write(behind=True) as unit:
            directory_held.keep_whole_line(unit.connection, said)

    # out

    def push(self, *, all_: bool = True) -> int:
        """Send what waits; returns how many changes got a receipt. Raises SyncFailed, Diverged."""
        return self.sending.push(all_=all_)

    # in

    def pull(self, wait: float = 0) -> bool:
        """Read one page and store it; whether there is more. Raises SyncFailed, Diverged."""
        began = time.monotonic()
        page = ask_page(self.store, self.line, min(self.page, 2 * self.outbox.size), wait)
        if page.get("more"):
            self.outbox.went(began)
        return self.store_page(page)

    def store_page(self, page: Mapping[str, Any]) -> bool:
        """Store a page that came; whether there is more. One that does not begin at the cursor is dropped."""
        status = page.get("status")
        if status == "diverged":
            raise Diverged
        if status == "too_old":
            raise SyncFailed("too_old", minimum=page.get("minimum"))
        audit_check.check(self.store, page)
        self._proved(page)
        with understood():
            read_cursor(page["from"])
            following = read_cursor(page["next"])
            entries = page["entries"]
            if not entries and list(page["from"]) == following:
                return False
            changes = [change for entry in entries if entry["k"] == "change" for change in _carried(entry)]
            own = [str(entry["id"]) for entry in entries if entry["k"] == "own"]
        lost = self._lost(own)
        again = self._fetch(lost)
        if len(again) < len(lost):  # the page is from before the server came back from a backup
            return False
        checked = self.verifier.check([*changes, *again])
        began = time.monotonic()
        with understood(), self.store.write(behind=True) as unit:
            touched = incoming.apply_page(unit, page, checked.good, checked.aside)
            audit_check.remember(unit, page)
            self.keys.store(unit)
        self.stored += 1
        most = PAGE if 2 * len(changes) > self.page else self.page
        self.page = paced(self.page, time.monotonic() - began, self.short, most)
        if touched:
            self._tell(touched)
        return bool(page.get("more")) or touched is None

    def _lost(self, own: Sequence[str]) -> list[str]:
        """Ids of own changes that this laptop does not hold any more: it came back from an image."""
        if not own:
            return []
        with self.store.read() as connection:
            present = set(connection.exec_driver_sql(
                "SELECT id FROM changes WHERE id IN (SELECT value FROM json_each(?))",
                (orjson.dumps(own).decode(),),
            ).scalars())  # fmt: skip
        return [change_id for change_id in own if change_id not in present]

    def _fetch(self, ids: Sequence[str]) -> list[Any]:
        changes: list[Any] = []
        for start in range(0, len(ids), FETCHED):
            answer = self.line.call("POST", "/v1/fetch", {"ids": ids[start : start + FETCHED]})
            with understood():
                changes += list(answer["changes"])
        return changes

    def take(self, ids: Sequence[str]) -> int:
        """Fetch changes by id and store them; how many were stored."""
        checked = self.verifier.check(self._fetch(ids))
        if checked.good:
            with understood(), self.store.write(behind=True) as unit:
                touched = incoming.keep(unit, checked.good.values())
                self.keys.store(unit)
            self._tell(frozenset(touched))
        return len(checked.good)

    # the search index of what came

    def index(self, limit: int = 25) -> bool:
        """Read some of what came into the search index; whether more is to be read."""
        with self.store.read() as connection:
            if connection.exec_driver_sql("SELECT 1 FROM search_stale LIMIT 1").first() is None:
                return False
        with self.store.write(behind=True) as unit:
            return search.refresh(unit.connection, limit) == limit

    def _tell(self, scopes: frozenset[str]) -> None:
        if scopes:
            self.on_changed(scopes)


def ask_page(store: Store, line: Line, limit: int, wait: float) -> dict[str, Any]:
    """The next page after the stored cursor."""
    with store.read() as connection:
        values = state.several(connection, server_state.CURSOR, server_state.PROOF, server_state.AUDIT)
    cursor = values.get(server_state.CURSOR) or list(wire.START)
    proof = values.get(server_state.PROOF)
    audit = values.get(server_state.AUDIT) or list(audit_check.START)
    path = f"/v1/pull?cursor={cursor[0]}.{cursor[1]}&limit={limit}&wait={wait:g}"
    if proof:
        path += f"&proof={proof[0]}.{proof[1]}"
    if audit[0]:
        path += f"&audit={audit[0]}"
    return {**line.call("GET", path, wait=wait), audit_check.KNEW: audit}


def _carried(entry: Mapping[str, Any]) -> list[Any]:
    return [*entry.get("before", ()), entry["c"]]
