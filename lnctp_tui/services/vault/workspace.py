"""An open vault as the services need it: the store, the protocol, the writer, whose it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nacl.encoding import HexEncoder
from nacl.signing import SigningKey

from lnctp_tui.domain.practice import mark as mark_of_practice
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.errors import LnctpError, StorageFailed, VaultUnfinished
from lnctp_tui.services.practice import tries
from lnctp_tui.services.sync import officers
from lnctp_tui.services.vault import upgrading
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.services.vault.pending_writes import DRAFT
from lnctp_tui.services.vault.shelter import Shelter, Taken, forget_marks
from lnctp_tui.services.vault.upkeep import Keeper
from lnctp_tui.services.vault.writer import Writer
from lnctp_tui.storage import ids, instants, paths
from lnctp_tui.storage.database import engine, fitness, folios, schema, state
from lnctp_tui.storage.database.session import Author, Store, storage_failures
from lnctp_tui.storage.protocol import accepted, protocol_loader
from lnctp_tui.storage.replication import eviction, server_state
from lnctp_tui.storage.vault import emergency, loss, mark, vault
from lnctp_tui.storage.vault.vault import Key

if TYPE_CHECKING:
    from sqlalchemy import Engine

Told = Callable[[Any], object]
SETTING = "setting:"
DEVICE_KEY, DEVICE, COUNSELOR = "device_key", "device", "counselor"
TAKE_IN = 5.0
"""Seconds that opening waits for the database to take what an earlier run left."""
PROTOCOL_FOLDER = accepted.FOLDER
"""Folder inside the data folder where an organisation puts its own protocol."""


@dataclass
class Workspace:
    """Everything that an unlocked program works with."""

    home: Path
    store: Store
    protocol: Protocol
    writer: Writer
    zone: str
    language: str
    counselor_id: str
    counselor_name: str
    key: Key = field(repr=False)
    keeper: Keeper | None = None
    on_taken: Callable[[], object] = field(default=lambda: None, repr=False)
    """Called when an order took this laptop from its person while something else was asked of the server."""
    begun: dict[str, list[Any]] = field(default_factory=dict, repr=False)
    """Drafts on their way to the disk, by key: what was typed a moment ago counts."""
    _drafting: threading.Lock = field(default_factory=threading.Lock, repr=False)
    pending: accepted.Pending | None = field(default=None, repr=False)
    """An organisation's folder that nobody accepted, so that it is not used."""

    @property
    def taken(self) -> Taken:
        """What this opening took in of what an earlier run could not store."""
        return self.writer.shelter.taken

    def setting(self, key: str, default: Any = None) -> Any:
        """A preference kept in the encrypted database."""
        with self.store.read() as connection:
            return state.get(connection, SETTING + key, default)

    def set_setting(self, key: str, value: Any) -> None:
        """Keep a preference; None forgets it."""
        self.writer.submit(deed("setting", key, value))

    def remember_profile(self, *, language: str | None = None, theme: str | None = None) -> None:
        """What the unlock screen shows itself in from now on, in the order of the writes."""
        self.writer.submit(
            lambda _store: vault.set_profile(self.home, self.key, language=language, theme=theme)
        )

    def draft(self, key: str, default: Any = None) -> Any:
        """What was begun under `key` and not kept yet."""
        on_its_way = self.begun.get(key)
        begun = self.setting(DRAFT + key) if on_its_way is None else on_its_way[0]
        return default if begun is None else begun

    def keep_draft(self, key: str, value: Any) -> None:
        """Keep what is being written, for after a lock or a crash; None forgets it."""
        over = self._on_their_way((key,), value)
        self.writer.submit(deed("setting", DRAFT + key, value), lambda _none: over())

    def let_go(self, drafts: Iterable[str]) -> None:
        """What they were given for stands: nothing of them waits any more."""
        for key in drafts:
            self.keep_draft(key, None)

    def hand_in(self, job: Deed, drafts: Sequence[str], done: Told, failed: Told) -> None:
        """Queue a deed in place of these drafts: not shown meanwhile, gone when it stands, there again when refused."""
        over = self._on_their_way(drafts, None)

        def once_over(then: Told) -> Told:
            def told(outcome: Any) -> None:
                over()
                then(outcome)

            return told

        self.writer.submit(job.in_place_of(drafts), once_over(done), once_over(failed))

    def _on_their_way(self, keys: Sequence[str], value: Any) -> Callable[[], None]:
        """Show `value` for these drafts until what is returned is called, or something newer stands there."""
        on_its_way = [value]

        def over() -> None:
            with self._drafting:
                for key in keys:
                    if self.begun.get(key) is on_its_way:
                        del self.begun[key]

        with self._drafting:
            self.begun.update(dict.fromkeys(keys, on_its_way))
        return over

    def close(self) -> bool:
        """Write what is waiting and let go of the files; whether everything is on disk."""
        clean = self.writer.stop()
        if self.keeper:
            self.keeper.stop()
        self.store.close()
        self.writer.shelter.close()
        return clean


def put_setting(store: Store, key: str, value: Any) -> None:
    """Keep a preference in the database."""
    with store.write() as unit:
        unit.remember(SETTING + key, value)


def load_protocol(home: Path) -> Protocol:
    """The built-in protocol under the folder as it stands, accepted or not: for looking at it, never for a call."""
    own = home / PROTOCOL_FOLDER
    return protocol_loader.load(own if own.is_dir() else None)


def open_store(home: Path, key: Key, *, protocol: Protocol | None = None) -> Store:
    """The database of a vault, at this program's revision. Raises SavesMissing, VaultError, StorageFailed.

    A disk that takes no writing is no reason not to read: what opening notes is left out then.
    """
    return _open(home, key, protocol)[0]


def _open(home: Path, key: Key, protocol: Protocol | None) -> tuple[Store, Protocol, accepted.Pending | None]:
    """The store, the protocol in use (the accepted one when none is given), and a folder that nobody accepted."""
    path = home / paths.DATABASE
    loss.refuse(home, key)
    files = accepted.read(home)
    counted = mark.Mark(path, key.dek)
    writer = engine.writer_engine(path, key.dek, counted)
    readers = engine.reader_engine(path, key.dek)
    try:
        try:
            with storage_failures():
                schema.prepare(writer, lambda: upgrading.before_migration(home, key))
                loss.begin(home, key, writer)
                with writer.connect() as connection:
                    pending = accepted.choose(connection, files)
                used = protocol or accepted.of_files(pending.known if pending else files, home)
                with writer.begin() as connection:
                    accepted.begin(connection, files)
                    schema.prepare_index(connection, used)
                    fitness.prepare(connection, used.catalogs, instants.now())
                    author = author_of(state.several(connection, DEVICE_KEY, DEVICE, COUNSELOR))
                    server_state.note_clock(connection, instants.now())
                    eviction.end_brief(connection, instants.now())
        except StorageFailed as error:
            writer.dispose()
            author, pending = _read_only(readers, error, files)
            used = protocol or accepted.of_files(pending.known if pending else files, home)
            fitness.learn(used.catalogs)
    except BaseException:
        writer.dispose()
        readers.dispose()
        raise
    return Store(writer, readers, author, mark=counted), used, pending


def _read_only(
    readers: Engine, refused: StorageFailed, files: accepted.Files
) -> tuple[Author, accepted.Pending | None]:
    """Whose it is, and what was accepted, from a database that cannot be written now.

    Raises `refused` when it must be before it is read.
    """
    with storage_failures(), readers.begin() as connection:
        if schema.revision(connection) != schema.HEAD:
            raise refused
        author = author_of(state.several(connection, DEVICE_KEY, DEVICE, COUNSELOR))
        return author, accepted.choose(connection, files)


def accept_protocol(workspace: Workspace) -> None:
    """Take the folder that was shown for the accepted one; it is in use at the next opening.

    Raises BadProtocol when it cannot be used. Whoever calls has asked for the phrase.
    """
    if workspace.pending is None:
        return
    accepted.of_files(workspace.pending.found, workspace.home)
    with workspace.store.write() as unit:
        accepted.keep(unit.connection, workspace.pending.found)


def author_of(values: dict[str, Any]) -> Author:
    """Who signs, from what a laptop remembers of itself; nobody before it is founded."""
    if DEVICE_KEY not in values:
        return Author("", "", lambda _: "")
    signing = SigningKey(values[DEVICE_KEY], HexEncoder)
    return Author(
        values[COUNSELOR]["id"], values[DEVICE], lambda content: signing.sign(content).signature.hex()
    )


def open_workspace(home: Path, key: Key, *, protocol: Protocol | None = None) -> Workspace:
    """The open vault, its writer running. Raises VaultUnfinished, VaultError, StorageFailed, BadProtocol."""
    store, protocol, pending = _open(home, key, protocol)
    counselor = _counselor(store)
    if counselor is None:
        store.close()
        raise VaultUnfinished
    officers.settle(store)
    with suppress(LnctpError):  # neither a full disk nor a forged result keeps anybody from a call
        tries.settle(store, home)
    writer = _writer(store, home, key)
    keeper = Keeper(home, key, store.mark) if store.mark else None
    if keeper:
        keeper.start()
    return Workspace(
        home,
        store,
        protocol,
        writer,
        zone=counselor["zone"],
        language=counselor["language"],
        counselor_id=counselor["id"],
        counselor_name=counselor["name"],
        key=key,
        keeper=keeper,
        pending=pending,
    )


def _writer(store: Store, home: Path, key: Key) -> Writer:
    """The running writer, after it was given some time to store what an earlier run had to leave in a journal."""
    shelter = Shelter(home, key)
    with store.read() as connection:
        pieces = shelter.read(connection)
    writer = Writer(store, shelter)
    writer.take_in(pieces)
    try:
        with store.write() as unit:
            forget_marks(unit.connection, shelter.runs)
        emergency.reserve(home)
    except StorageFailed:  # so that it is told before anybody types
        writer.submit(deed("setting", "opened", None))
    writer.start()
    if pieces:
        writer.drain(TAKE_IN)
    return writer


def _counselor(store: Store) -> dict[str, str] | None:
    with store.read() as connection:
        counselor: dict[str, str] | None = state.get(connection, COUNSELOR)
    return counselor


def is_founded(home: Path, key: Key) -> bool:
    """Does the vault know whose it is?"""
    store = open_store(home, key)
    try:
        return _counselor(store) is not None
    finally:
        store.close()


def found_workspace(
    home: Path, key: Key, *, name: str, zone: str, language: str, practice: bool = False
) -> None:
    """Make the tables, then in one transaction the counselor, and this laptop with its signing key.

    Nothing when there is a counselor already. `practice`: it bears the mark that no real vault takes.
    """
    store = open_store(home, key)
    try:
        if _counselor(store) is None:
            _found(store, name=name, zone=zone, language=language, practice=practice)
    finally:
        store.close()


def _found(store: Store, *, name: str, zone: str, language: str, practice: bool) -> None:
    signing, counselor, device = SigningKey.generate(), ids.new_id(), ids.new_id()
    prefix = mark_of_practice.FOLIOS if practice else folios.new_prefix()
    device = mark_of_practice.device_id(device) if practice else device
    values = {
        DEVICE_KEY: signing.encode(HexEncoder).decode(),
        DEVICE: device,
        COUNSELOR: {"id": counselor, "name": name, "zone": zone, "language": language},
        folios.PREFIX: prefix,
        folios.NEXT: 1,
    }
    public = signing.verify_key.encode(HexEncoder).decode()
    store.author = author_of(values)
    with store.write() as unit:
        for key, value in values.items():
            unit.remember(key, value)
        unit.record("counselors", counselor, {"name": name, "time_zone": zone})
        unit.record(
            "devices", device, {"counselor_id": counselor, "public_key": public, "folio_prefix": prefix}
        )
