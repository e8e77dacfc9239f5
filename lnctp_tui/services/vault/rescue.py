"""Rescuing a damaged vault: what can be read of its files and its backups, folded into a new database.

The files stay as they are until a person has seen the counts and agrees; then they are set aside, never deleted.
`storage.vault.salvage` reads around what is broken; here the changes are put together, checked and folded.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection

from lnctp_tui.errors import LnctpError, VaultError
from lnctp_tui.services.vault import vault_access
from lnctp_tui.services.vault.vault_access import Key
from lnctp_tui.services.vault.workspace import author_of
from lnctp_tui.storage import instants, paths
from lnctp_tui.storage.database import bulk, engine, schema, state
from lnctp_tui.storage.database.session import ANSWER, TABLES, Store
from lnctp_tui.storage.protocol import protocol_loader
from lnctp_tui.storage.replication import projection, server_state, withdrawal
from lnctp_tui.storage.vault import backup, loss, mark, salvage, vault
from lnctp_tui.sync import wire
from lnctp_tui.sync.verify import Keyring, formed, well_formed

KEPT = {
    "changes": "id", "sync_state": "key", "scopes": "id", "receipts": "seq", "access": "seq", "authorities": "n",
    "orders": "n", "exports": "id",
}  # fmt: skip
"""What is not derived → what tells two rows apart."""
WHOLE = "whole.db"
"""The working copy with every sound frame of the log in it."""
FOLDED = 500
"""Records in one transaction."""
Rows = dict[str, dict[Any, dict[str, Any]]]
"""Table → key → row, the texts of JSON as stored."""


@dataclass
class Rescue:
    """What was read. The new database waits in `folder`; nothing is in its place yet."""

    folder: Path = field(repr=False)
    copy: str
    """Name of the folder that holds everything as it was found."""
    at: str
    pages: int = 0
    broken: int = 0
    """Pages that do not open."""
    frames: int = 0
    frames_broken: int = 0
    changes: int = 0
    from_backups: int = 0
    from_rows: int = 0
    """Values that only the record still had, whose change is gone."""
    unproven: int = 0
    """Changes kept though their signature does not fit."""
    records: int = 0
    key: bool = True
    """The laptop's own signing key is there; else the first opening asks whose the data are."""

    def told(self) -> dict[str, Any]:
        """The counts."""
        return {name: value for name, value in asdict(self).items() if name not in ("folder",)}


def open_key(home: Path, backups: Sequence[Path], words: str) -> Key:
    """The key by the vault.json that stands there, else by that of a backup: the file itself may be damaged.

    Raises what opening the first one raises.
    """
    try:
        return vault_access.unlock(home, words)
    except VaultError as error:
        for file in backups:
            try:
                return vault.open_vault(backup.vault_of(file), words)
            except LnctpError:
                continue
        raise error


def rescue(home: Path, key: Key, backups: Sequence[Path] = ()) -> Rescue:
    """Read everything into a new database beside the old one. Nobody else may have the vault open.

    Raises StorageFailed; BadInput for a backup that is none, or of another vault. Nothing in the folder is replaced.
    """
    at = instants.iso(instants.now())
    copy = loss.set_copy(home, at)
    folder = Path(tempfile.mkdtemp(prefix=backup.PREFIX, dir=home))
    result = Rescue(folder, copy.name, at)
    try:
        with tempfile.TemporaryDirectory(prefix=backup.PREFIX, dir=home) as work:
            rows = _of_files(copy / paths.DATABASE, Path(work), key, result)
            _of_backups(rows, backups, Path(work), key, result)
            records, beyond = _records(Path(work), key), _beyond(home, Path(work), key)
        _write(folder, key, rows, records, result)
        vaults = [copy / paths.VAULT, *(() if vault_fits(copy, key) else backups)]
        _give_vault(folder, key, vaults)
        entry = {"at": at, "code": "rescued"} | result.told()
        loss.note(folder, key, entry, beyond=beyond)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return result


def swap(home: Path, result: Rescue) -> Path | None:
    """Put the new database in place; returns the folder that keeps what stood there."""
    aside = backup.exchange(result.folder, home, result.at)
    discard(result)
    return aside


def discard(result: Rescue) -> None:
    """Forget the new database; the copy of everything stays."""
    shutil.rmtree(result.folder, ignore_errors=True)


def vault_fits(folder: Path, key: Key) -> bool:
    """Whether the vault.json of a folder is whole and of this key."""
    try:
        vault.Vault.read(folder).verify(key.dek)
    except VaultError:
        return False
    return True


def _give_vault(folder: Path, key: Key, sources: Iterable[Path]) -> None:
    for source in sources:
        try:
            content = source.read_bytes() if source.name == paths.VAULT else backup.vault_of(source).render()
            vault.Vault.parse(content).verify(key.dek)
        except (OSError, LnctpError):
            continue
        paths.write_new(folder / paths.VAULT, content)
        return
    raise VaultError("vault_tampered")


def _beyond(home: Path, work: Path, key: Key) -> mark.Stamp | None:
    """The furthest that this laptop is known to have been."""
    stamps = [mark.read(home / paths.MARK, key.dek).stamp]
    with _reading(work / WHOLE, key) as reader:
        counted = next(reader.rows("commits"), None) if reader else None
    if counted:
        stamps.append(mark.Stamp(counted["n"], bytes.fromhex(counted["chain"]), counted["at"]))
    return max((stamp for stamp in stamps if stamp), default=None)


# reading


def _of_files(database: Path, work: Path, key: Key, result: Rescue) -> Rows:
    """What the database and its log hold: with every sound frame, and as SQLite itself would read them."""
    rows: Rows = {table: {} for table in KEPT}
    if not database.exists():
        return rows
    pages = salvage.Pages()

    def fold(target: Path) -> None:
        nonlocal pages
        pages = salvage.fold_log(target, key.dek)

    whole = salvage.sources(database, work / WHOLE, fold)
    result.pages, result.broken = pages.pages, len(pages.broken)
    result.frames, result.frames_broken = pages.frames, pages.frames_broken
    damaged = _take(rows, whole, key)
    if pages.frames_broken:
        _take(rows, salvage.sources(database, work / "plain.db", lambda _: None), key)
    if damaged or pages.broken:
        by_page = salvage.sources(whole, work / "pages.db", lambda _: None)
        for number, columns in salvage.page_by_page(by_page, key.dek, pages, work / "scratch.db"):
            _recognise(rows, number, columns)
    return rows


def _take(rows: Rows, database: Path, key: Key) -> bool:
    """Add what a database holds and is not known yet; whether something stood in the way."""
    with _reading(database, key) as reader:
        if reader is None:
            return True
        for table, name in KEPT.items():
            for row in reader.rows(table):
                rows[table].setdefault(row[name], row)
        return bool(reader.skipped)


@contextmanager
def _reading(database: Path, key: Key) -> Iterator[salvage.Reader | None]:
    """A reader of a working copy; None when there is no such file."""
    if not database.exists():
        yield None
        return
    reader = salvage.Reader(database, key.dek)
    try:
        yield reader
    finally:
        reader.close()


def _recognise(rows: Rows, number: int, columns: tuple[Any, ...]) -> None:
    """Add a row that was met without its table, when its form says which it is."""
    for table, name in KEPT.items():
        names = salvage.COLUMNS[table]
        row = dict(zip(names, columns, strict=False))
        if names[0] in ("seq", "n"):
            row[names[0]] = number
        if not any(columns[len(names) :]) and salvage.FORMS[table](row):
            rows[table].setdefault(row[name], row)


def _of_backups(rows: Rows, backups: Sequence[Path], work: Path, key: Key, result: Rescue) -> None:
    """Add the changes that only a backup still has, newest backup first. What left this laptop does not come back."""
    for number, file in enumerate(backups):
        older: Rows = {table: {} for table in KEPT}
        with backup.unpacked(file, key) as folder:
            shutil.copyfile(folder / paths.DATABASE, work / f"backup-{number}.db")
        _take(older, work / f"backup-{number}.db", key)
        if server_state.DEVICE_KEY not in rows["sync_state"]:
            rows["sync_state"] = older["sync_state"] | rows["sync_state"]
            for table in ("scopes", "receipts", "access", "authorities", "orders", "exports"):
                rows[table] = older[table] | rows[table]
        wiped, erased = obeyed(rows["orders"].values())
        if wiped:
            continue
        gone = {id_ for id_, row in rows["scopes"].items() if row["state"] == "gone"} | erased
        later = _later(rows["changes"].values())
        for id_, row in older["changes"].items():
            if (
                id_ not in rows["changes"]
                and (row["case"] or row["row"]) not in gone
                and not _went_in(row, later)
            ):
                rows["changes"][id_] = row
                result.from_backups += 1


def obeyed(orders: Iterable[Mapping[str, Any]]) -> tuple[bool, set[str]]:
    """Whether a wipe was carried out here, and the scopes that were erased: no backup brings those back."""
    done = [orjson.loads(orjson.loads(row["document"])["body"]) for row in orders if row["obeyed_at"]]
    return any(order["kind"] == "wipe" for order in done), {
        order["on"] for order in done if order["kind"] == "erase"
    }


def _later(changes: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str, str], list[tuple[int, set[str]]]]:
    """Record and form → stamp and fields of each change that a form wrote."""
    saves: dict[tuple[str, str, str], list[tuple[int, set[str]]]] = {}
    for row in changes:
        if row["form"]:
            save = (row["hlc"], set(orjson.loads(row["patch"]) or ()))
            saves.setdefault((row["table"], row["row"], row["form"]), []).append(save)
    return saves


def _went_in(
    row: Mapping[str, Any], later: Mapping[tuple[str, str, str], list[tuple[int, set[str]]]]
) -> bool:
    """Whether a later save of the same form took this change in: then it is not missing."""
    if not row["form"] or row["sent"]:
        return False
    fields = set(orjson.loads(row["patch"]) or ())
    saves = later.get((row["table"], row["row"], row["form"]), ())
    return any(hlc > row["hlc"] and fields <= names for hlc, names in saves)


def _records(work: Path, key: Key) -> dict[tuple[str, str], dict[str, Any]]:
    """The records of the tables themselves: of a change that is lost, the value may still stand there."""
    with _reading(work / WHOLE, key) as reader:
        return {(table, row["id"]): row for table in TABLES for row in reader.rows(table)} if reader else {}


# writing


def _write(
    folder: Path,
    key: Key,
    rows: Rows,
    records: Mapping[tuple[str, str], Mapping[str, Any]],
    result: Rescue,
) -> None:
    path = folder / paths.DATABASE
    with engine.new_database(path, key.dek):
        pass
    writer = engine.writer_engine(path, key.dek)
    try:
        schema.migrate(writer)
        with writer.begin() as connection:
            schema.prepare_index(connection, protocol_loader.load())
            _insert(connection, rows)
            result.changes = len(rows["changes"])
            result.unproven = _unproven(connection, rows["changes"].values())
        _fold(writer, result)
        store = Store(writer, writer, author_of(_state(rows)))
        result.key = bool(store.author.device)
        if result.key:
            result.from_rows = _from_records(store, records, {*rows["changes"]})
    finally:
        writer.dispose()


def _state(rows: Rows) -> dict[str, Any]:
    return {
        name: orjson.loads(row["value"]) for name, row in rows["sync_state"].items() if _json(row["value"])
    }


def _json(value: Any) -> bool:
    try:
        orjson.loads(value)
    except (ValueError, TypeError):
        return False
    return True


def _insert(connection: Connection, rows: Rows) -> None:
    rows["sync_state"].pop(schema.INDEX, None)  # the search index is made anew at the first opening
    state.put(connection, schema.INDEX, None)
    for table in KEPT:
        records = sorted(
            rows[table].values(), key=lambda row: (row.get("seq") or 0, str(row.get("id") or ""))
        )
        if table == "changes":  # a backup's numbers may be taken
            records = [row | {"seq": number} for number, row in enumerate(records, 1)]
        bulk.insert_rows(connection, table, records)


def _unproven(connection: Connection, changes: Iterable[Mapping[str, Any]]) -> int:
    ring = Keyring.load(connection, state.get(connection, server_state.DEVICE, ""))
    read = [dict(row) | {name: orjson.loads(row[name]) for name in ("base", "patch")} for row in changes]
    # Of one that was erased only the signature can be checked.
    read = [row | ({} if row["patch"] else {"patch": None, "erased": True}) for row in read]
    ring.learn(change for change in read if well_formed(change))
    seals = wire.Seals()
    return sum(not (formed(change) and ring.authored(change, seals)) for change in read)


def _fold(writer: Any, result: Rescue) -> None:
    with writer.connect() as connection:
        records = withdrawal.held_records(connection)
    now = instants.now()
    for start in range(0, len(records), FOLDED):
        piece = records[start : start + FOLDED]
        with writer.begin() as connection:
            projection.rebuild(connection, piece, instants.iso(now), instants.micros(now))
    result.records = len(records)


def _from_records(
    store: Store, records: Mapping[tuple[str, str], Mapping[str, Any]], change_ids: set[str]
) -> int:
    """Write down anew, signed by this laptop, each value whose change is lost and that its record still has."""
    count = 0
    for (table, row), stored in records.items():
        heads = orjson.loads(stored["heads"] or "{}")
        fields = sorted(
            {name for change, names in heads.items() if change not in change_ids for name in names}
        )
        patch = {name: value for name in fields for value in _value(stored, name)}
        if patch and table != "devices":
            with store.write() as unit:
                unit.record(table, row, patch, case=stored.get("case_id"))
            count += len(patch)
    return count


def _value(stored: Mapping[str, Any], name: str) -> Iterable[Any]:
    """The value of a field in a record as stored: none or one."""
    if name.startswith(ANSWER):
        bag, name = orjson.loads(stored.get("answers") or "{}"), name.removeprefix(ANSWER)
    elif name in stored:
        return [stored[name]]
    else:
        bag = orjson.loads(stored.get("extra") or "{}")
    return [bag[name]] if name in bag else []
