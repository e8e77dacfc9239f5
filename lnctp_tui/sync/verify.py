"""Who wrote a change: hash and signature against the device keys this laptop learned from the log.

A device brings its own key and says whose it is, in a change that the key itself signs; the first of both that
is known of a device stands for ever. So a server that was taken over can withhold changes, but not write in the
name of a device that is known, nor let one write as another person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

import orjson
from nacl.encoding import HexEncoder
from nacl.signing import SigningKey
from sqlalchemy import Connection

from lnctp_tui.domain.records import changes as forms
from lnctp_tui.domain.records import record_check, writing
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import Store, Unit
from lnctp_tui.storage.replication import authority, incoming, server_state
from lnctp_tui.sync import wire

Change = Mapping[str, Any]
TEXTS = ("id", "device", "actor", "table", "row", "hash", "sig")
ALONE, PIECE = 64, 50
"""Fewer changes than this are not worth a second thread; what one takes at once."""
LARGEST = 2**63


class Checked(NamedTuple):
    """What came of a check."""

    good: dict[str, Change]
    aside: list[Change]
    """No known device wrote them as they are."""


@dataclass
class Keyring:
    """Device → public key, and whom it writes as. `learned` waits to be stored with the changes it came with."""

    keys: dict[str, bytes]
    actors: dict[str, frozenset[str]] = field(default_factory=dict)
    roles: Mapping[bytes, frozenset[str]] | None = None
    """Public key → the roles that officers ever signed for its person; None where they are the server's to say."""
    learned: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def load(cls, connection: Connection, own: str) -> Keyring:
        """The keys known so far, and this laptop's."""
        key_texts = state.starting_with(connection, server_state.KEY)
        keys = {device: bytes.fromhex(key) for device, key in key_texts.items()}
        if secret := state.get(connection, server_state.DEVICE_KEY):
            keys[own] = SigningKey(secret, HexEncoder).verify_key.encode()
        actor_lists = state.starting_with(connection, server_state.WRITES_AS)
        actors = {device: frozenset(of) for device, of in actor_lists.items()}
        return cls(keys, actors, authority.signed_roles(connection))

    def learn(self, changes: Iterable[Change]) -> None:
        """Take the keys of devices that introduce themselves, where none was known."""
        for change in changes:
            if change.get("table") != "devices" or change.get("device") != change.get("row"):
                continue
            public_key = (change.get("patch") or {}).get("public_key")
            device = change["device"]
            if isinstance(public_key, str) and device not in self.keys and wire.sealed_by(change, public_key):
                whose = (change["actor"], change["patch"].get("counselor_id"))
                # Before the key: another thread may be proving, and a key without actors proves any.
                self.actors[device] = frozenset(actor for actor in whose if isinstance(actor, str))
                self.keys[device] = self.learned[device] = bytes.fromhex(public_key)

    def store(self, unit: Unit) -> None:
        """Keep what was learned, for ever."""
        for device, key in self.learned.items():
            unit.remember(server_state.KEY + device, key.hex())
            unit.remember(server_state.WRITES_AS + device, sorted(self.actors[device]))
        self.learned.clear()

    def proven(self, changes: Sequence[Any], seals: wire.Seals) -> list[bool]:
        """For each whether its author is proven by a key that is known by now: then it is for ever.

        Learns nothing, so that it may run in another thread.
        """
        return [formed(change) and self.proves(change, seals) for change in changes]

    def check(
        self,
        changes: Sequence[Change],
        pool: ThreadPoolExecutor | None = None,
        proving: Proving | None = None,
    ) -> Checked:
        """Sort changes into those whose author is proven and the others. Learns keys on the way.

        `proving` is of the same changes, when it was begun before.
        """
        proofs = (proving or Proving(self, changes, pool)).result()
        unproven = [
            change for change, sure in zip(changes, proofs, strict=True) if not sure and formed(change)
        ]
        self.learn(change for change in unproven if well_formed(change))
        seals = wire.Seals()
        sound = {id(change) for change in unproven if self.proves(change, seals)}
        good = {
            change["id"]: change
            for change, sure in zip(changes, proofs, strict=True)
            if sure or id(change) in sound
        }
        named: list[Change] = [
            change for change in changes if isinstance(change, dict) and isinstance(change.get("id"), str)
        ]
        aside = [change for change in named if change["id"] not in good]
        return Checked(good, aside)

    def proves(self, change: Change, seals: wire.Seals) -> bool:
        """Whether the device it names wrote it, and it was that device's person's to write."""
        return self.entitled(change) and self.authored(change, seals)

    def entitled(self, change: Change) -> bool:
        """Whether it is its writer's task. The role beside it counts when officers once signed it for them."""
        device, role = change["device"], change.get("role")
        if self.roles is not None and not self._signed(device, role):
            role = None
        return writing.allowed(change, role, self._writes_as(change))

    def _writes_as(self, change: Change) -> Collection[str]:
        """Ids that the device of a change writes as; of one that never said so, whatever the change says."""
        return self.actors.get(change["device"], (change["actor"],))

    def _signed(self, device: str, role: object) -> bool:
        roles = (self.roles or {}).get(self.keys.get(device, b""), frozenset())
        return isinstance(role, str) and role in roles

    def authored(self, change: Change, seals: wire.Seals) -> bool:
        """Whether the device it names wrote it. Of an erased change only the signature can be checked."""
        key = self.keys.get(change["device"])
        if key is None or change["actor"] not in self._writes_as(change):
            return False
        if not (change.get("erased") and change["patch"] is None) and not _hashed(change):
            return False
        return seals.true(change, key)


class Proving:
    """For each change whether its author is proven: begun in a thread of `pool`, ended by who wants to know."""

    def __init__(self, keys: Keyring, changes: Sequence[Any], pool: ThreadPoolExecutor | None) -> None:
        self._keys, self._changes, self._seals = keys, changes, wire.Seals()
        self._found = [False] * len(changes)
        self._starts = count(0, PIECE)
        self._helper = pool.submit(self._work) if pool and len(changes) >= ALONE else None

    def result(self) -> list[bool]:
        """As `Keyring.proven`, when it is known of all."""
        self._work()
        if self._helper and not self._helper.cancel():
            self._helper.result()
        return self._found

    def _work(self) -> None:
        # Two threads draw from one counter, and each writes only the pieces it drew.
        while (start := next(self._starts)) < len(self._changes):
            piece = slice(start, start + PIECE)
            self._found[piece] = self._keys.proven(self._changes[piece], self._seals)


def _hashed(change: Change) -> bool:
    covered = forms.covered(change)
    try:
        # The same bytes as `canonical` but for rare numbers; equal bytes prove as much, in a fifth of the time.
        quick = orjson.dumps(covered, option=orjson.OPT_SORT_KEYS)
        if hashlib.sha256(quick).hexdigest() == change["hash"]:
            return True
        return bool(forms.digest(forms.canonical(change)) == change["hash"])
    except (TypeError, ValueError):
        return False


def well_formed(change: Any) -> bool:
    """Whether a change has the members of one, each of its kind, and may stand in its table."""
    if not formed(change):
        return False
    return (
        change["patch"] is None or record_check.flaw(change["table"], change["patch"], change["hlc"]) is None
    )


def formed(change: Any) -> bool:
    """Whether a change has the members of one, each of its kind; its values may be anything."""
    if not isinstance(change, dict) or not all(isinstance(change.get(name), str) for name in TEXTS):
        return False
    patch, base, case = change.get("patch"), change.get("base"), change.get("case")
    return (
        0 < len(change["id"]) <= 36
        and _stamp(change.get("hlc"))
        and (change.get("placed") is None or _stamp(change["placed"]))
        and _stamp(change.get("schema"))
        and (case is None or isinstance(case, str))
        and (isinstance(patch, dict) or (patch is None and change.get("erased") is True))
        and isinstance(base, list)
        and all(isinstance(item, str) for item in base)
        and len(change["hash"]) == 64
        and (patch is None or forms.well_salted(change))
    )


def _stamp(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < LARGEST


class Verifier:
    """Checks what came for the two who store it, pages and histories."""

    def __init__(
        self,
        store: Store,
        keys: Keyring,
        pool: ThreadPoolExecutor,
        on_changed: Callable[[frozenset[str]], object],
    ) -> None:
        self.keys = keys
        self._store, self._pool, self._on_changed = store, pool, on_changed

    def check(self, changes: Sequence[Any], proving: Proving | None = None) -> Checked:
        """Check authors; what was set aside before is tried again when a new device was met."""
        checked = self.keys.check(changes, self._pool, proving)
        if self.keys.learned:
            self.redeem_aside()
        return checked

    def redeem_aside(self) -> None:
        """Try again what no author was proven of."""
        with self._store.read() as connection:
            waiting = [*state.starting_with(connection, server_state.ASIDE).values()]
        checked = self.keys.check(waiting)
        if not checked.good:
            return
        with self._store.write(behind=True) as unit:
            touched = incoming.keep(unit, checked.good.values())
            for id_ in checked.good:
                unit.remember(server_state.ASIDE + id_, None)
        self._on_changed(frozenset(touched))
