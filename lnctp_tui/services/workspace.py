"""An open vault as the services need it: the store, the protocol, the writer, whose it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nacl.encoding import HexEncoder
from nacl.signing import SigningKey

from lnctp_tui.domain.protocol import Protocol
from lnctp_tui.errors import VaultUnfinished
from lnctp_tui.services.writer import Writer
from lnctp_tui.storage import (
    catalogs,
    engine,
    fitness,
    folios,
    instants,
    paths,
    schema,
    server_state,
    state,
    vault,
)
from lnctp_tui.storage.session import Author, Store
from lnctp_tui.storage.vault import Key

SETTING = "setting:"
DEVICE_KEY, DEVICE, COUNSELOR = "device_key", "device", "counselor"
DRAFT = "draft:"
PROTOCOL_FOLDER = "protocol"
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

    def setting(self, key: str, default: Any = None) -> Any:
        """A preference kept in the encrypted database."""
        with self.store.read() as connection:
            return state.get(connection, SETTING + key, default)

    def set_setting(self, key: str, value: Any) -> None:
        """Keep a preference; None forgets it."""
        self.writer.submit(lambda store: put_setting(store, key, value))

    def remember_profile(self, *, language: str | None = None, theme: str | None = None) -> None:
        """What the unlock screen shows itself in from now on, in the order of the writes."""
        self.writer.submit(
            lambda _store: vault.set_profile(self.home, self.key, language=language, theme=theme)
        )

    def draft(self, key: str, default: Any = None) -> Any:
        """What was begun under `key` and not kept yet."""
        return self.setting(DRAFT + key, default)

    def keep_draft(self, key: str, value: Any) -> None:
        """Keep what is being written, for after a lock or a crash; None forgets it."""
        self.set_setting(DRAFT + key, value)

    def close(self) -> bool:
        """Write what is waiting and let go of the files; whether everything is on disk."""
        clean = self.writer.stop()
        self.store.close()
        return clean


def put_setting(store: Store, key: str, value: Any) -> None:
    """Keep a preference in the database."""
    with store.write() as unit:
        unit.remember(SETTING + key, value)


def drop_draft(store: Store, key: str) -> None:
    """Forget a draft: what it held is kept elsewhere now."""
    put_setting(store, DRAFT + key, None)


def load_protocol(home: Path) -> Protocol:
    """The built-in protocol under the organisation's own, when the data folder holds one."""
    own = home / PROTOCOL_FOLDER
    return catalogs.load(own if own.is_dir() else None)


def open_store(home: Path, key: Key, *, protocol: Protocol) -> Store:
    """The database of a vault, at this program's revision. Raises VaultError, StorageFailed."""
    path = home / paths.DATABASE
    writer = engine.writer_engine(path, key.dek)
    try:
        schema.prepare(writer)
        with writer.begin() as connection:
            schema.prepare_index(connection, protocol)
            fitness.prepare(connection, protocol.catalogs, instants.now())
            author = _author(state.starting_with(connection, ""))
            server_state.note_clock(connection, instants.now())
    except BaseException:
        writer.dispose()
        raise
    return Store(writer, engine.reader_engine(path, key.dek), author)


def _author(kept: dict[str, Any]) -> Author:
    if DEVICE_KEY not in kept:
        return Author("", "", lambda _: "")
    signing = SigningKey(kept[DEVICE_KEY], HexEncoder)
    return Author(kept[COUNSELOR]["id"], kept[DEVICE], lambda content: signing.sign(content).signature.hex())


def open_workspace(home: Path, key: Key, *, protocol: Protocol | None = None) -> Workspace:
    """The open vault, its writer running. Raises VaultUnfinished, VaultError, StorageFailed, BadProtocol."""
    protocol = protocol or load_protocol(home)
    store = open_store(home, key, protocol=protocol)
    counselor = _counselor(store)
    if counselor is None:
        store.close()
        raise VaultUnfinished
    writer = Writer(store)
    writer.start()
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
    )


def _counselor(store: Store) -> dict[str, str] | None:
    with store.read() as connection:
        found: dict[str, str] | None = state.get(connection, COUNSELOR)
    return found


def is_founded(home: Path, key: Key) -> bool:
    """Does the vault know whose it is?"""
    store = open_store(home, key, protocol=load_protocol(home))
    try:
        return _counselor(store) is not None
    finally:
        store.close()


def found_workspace(home: Path, key: Key, *, name: str, zone: str, language: str) -> None:
    """Make the tables, then in one transaction the counselor, and this laptop with its signing key.

    Nothing when there is a counselor already.
    """
    store = open_store(home, key, protocol=load_protocol(home))
    try:
        if _counselor(store) is None:
            _found(store, name=name, zone=zone, language=language)
    finally:
        store.close()


def _found(store: Store, *, name: str, zone: str, language: str) -> None:
    signing, counselor, device = SigningKey.generate(), instants.new_id(), instants.new_id()
    prefix = folios.new_prefix()
    kept = {
        DEVICE_KEY: signing.encode(HexEncoder).decode(),
        DEVICE: device,
        COUNSELOR: {"id": counselor, "name": name, "zone": zone, "language": language},
        folios.PREFIX: prefix,
        folios.NEXT: 1,
    }
    public = signing.verify_key.encode(HexEncoder).decode()
    store.author = _author(kept)
    with store.write() as unit:
        for each, value in kept.items():
            unit.remember(each, value)
        unit.record("counselors", counselor, {"name": name, "time_zone": zone})
        unit.record(
            "devices", device, {"counselor_id": counselor, "public_key": public, "folio_prefix": prefix}
        )
