"""Checks of a data folder: what is sound, what is not, and what could not be looked at without the phrase.

Codes and facts only; the sentences stand in the command line.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from dataclasses import field as member
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, func, select

from lnctp_tui.errors import LnctpError, VaultBusy
from lnctp_tui.services.sync import projection_check
from lnctp_tui.services.vault import vault_access, workspace
from lnctp_tui.storage import hardening, instants, paths
from lnctp_tui.storage.database import audit, engine, schema, search, state
from lnctp_tui.storage.database.session import CHANGES
from lnctp_tui.storage.protocol import accepted
from lnctp_tui.storage.protocol.folder_check import check as check_protocol
from lnctp_tui.storage.vault import emergency, loss
from lnctp_tui.storage.vault.vault import Key

Level = Literal["ok", "note", "bad", "skipped"]
LOW, EMPTY = 500 << 20, 50 << 20
"""Free bytes on the disk: less is a note, less is bad."""
NEEDED = (
    "_cffi_backend", "alembic", "httpcore", "migrations", "mnemonic", "nacl", "opening_hours", "orjson",
    "python_calamine", "rapidfuzz", "sqlcipher3", "sqlmodel", "textual", "tzdata", "zstandard", "zxcvbn",
)  # fmt: skip
"""What a laptop's program stands on."""
CLOCK_BEHIND = timedelta(minutes=2)


@dataclass(frozen=True)
class Check:
    """One thing looked at."""

    name: str
    level: Level
    facts: dict[str, Any] = member(default_factory=dict)


def outside(home: Path) -> Iterator[Check]:
    """What can be seen without the phrase."""
    yield _program()
    yield _guarded("vault", lambda: _vault(home))
    yield _modes(home)
    where = paths.shared_drive(home)
    yield Check("drive", "bad" if where else "ok", {"where": where} if where else {})
    yield _disk(home)
    yield _running(home)
    yield _journal(home)
    own = home / workspace.PROTOCOL_FOLDER
    findings = check_protocol(own if own.is_dir() else None)
    yield Check("protocol", "bad" if findings else "ok", {"own": own.is_dir(), "findings": len(findings)})
    codes = hardening.kept_codes()
    yield Check("faults", "note" if codes else "ok", {"codes": codes[-5:]})


def inside(home: Path, key: Key) -> Iterator[Check]:
    """What needs the key."""
    path = home / paths.DATABASE
    yield _guarded("mark", lambda: _mark(home, key))
    yield _guarded("database", lambda: _database(path, key))
    try:
        opened = workspace.open_store(home, key)
    except LnctpError as error:
        yield Check("schema", "bad", {"code": error.code})
        return
    try:
        with opened.read() as connection:
            yield Check("schema", "ok", {"revision": schema.revision(connection), "program": schema.HEAD})
            yield _accepted(connection, home)
            yield _clock(connection)
            yield from _log(connection)
            broken = audit.broken_at(connection)
            yield Check("views", "bad" if broken else "ok", {"entry": broken} if broken else {})
            yield _index(connection)
    finally:
        opened.close()


def skipped() -> Iterator[Check]:
    """The checks of `inside` when there is no phrase."""
    for name in ("mark", "database", "schema", "accepted", "clock", "log", "fit", "views", "index"):
        yield Check(name, "skipped")


def _guarded(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except LnctpError as error:
        return Check(name, "bad", {"code": error.code})


def _program() -> Check:
    """Whether every library can be found: a bundle that lacks one starts, and fails where it is needed."""
    names = missing()
    return Check("program", "bad" if names else "ok", {"names": names})


def missing() -> list[str]:
    """Libraries that this program stands on and cannot find."""
    return [name for name in NEEDED if find_spec(name) is None]


def _vault(home: Path) -> Check:
    profile = vault_access.profile(home)
    if profile is None:
        return Check("vault", "bad", {"code": "no_vault"})
    recoverable = profile.organisation or profile.sheet
    facts = {"organisation": profile.organisation, "sheet": profile.sheet, "zone": profile.zone}
    return Check("vault", "ok" if recoverable else "note", facts)


def _modes(home: Path) -> Check:
    if os.name != "posix" or not home.is_dir():
        return Check("modes", "ok")
    names = [home, *(home / name for name in (paths.VAULT, paths.MARK, *paths.DATABASE_FILES))]
    wide = [path.name for path in names if path.exists() and path.lstat().st_mode & 0o077]
    return Check("modes", "bad" if wide else "ok", {"names": wide})


def _disk(home: Path) -> Check:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    if not os.access(there, os.W_OK):
        return Check("disk", "bad", {"read_only": True, "free_mb": free >> 20})
    level: Level = "bad" if free < EMPTY else "note" if free < LOW else "ok"
    return Check("disk", level, {"free_mb": free >> 20})


def _journal(home: Path) -> Check:
    waiting, aside = len(emergency.waiting(home)), [path.name for path in emergency.aside(home)]
    if not waiting and not aside:
        return Check("journal", "ok")
    return Check("journal", "bad" if aside else "note", {"waiting": waiting, "names": aside})


def _running(home: Path) -> Check:
    if not home.is_dir():
        return Check("running", "ok", {"running": False})
    try:
        with paths.Instance(home):
            return Check("running", "ok", {"running": False})
    except VaultBusy:
        return Check("running", "ok", {"running": True})


def _mark(home: Path, key: Key) -> Check:
    loss_ = loss.look(home, key)
    facts = {
        "missing": loss_.missing,
        "marked": instants.iso_of(loss_.marked_at),
        "stored": instants.iso_of(loss_.stored_at),
    }
    return Check("mark", "bad" if loss_.code else "ok", facts | ({"code": loss_.code} if loss_.code else {}))


def _database(path: Path, key: Key) -> Check:
    problems = engine.integrity(path, key.dek)
    return Check(
        "database", "bad" if problems else "ok", {"problems": len(problems), "bytes": path.stat().st_size}
    )


def _accepted(connection: Connection, home: Path) -> Check:
    pending = accepted.choose(connection, accepted.read(home))
    return Check(
        "accepted", "note" if pending else "ok", {"lines": len(pending.differences()) if pending else 0}
    )


def _clock(connection: Connection) -> Check:
    newest = connection.scalar(select(func.max(CHANGES.c.at)))
    now = instants.now()
    try:
        behind = newest is not None and instants.parse(newest) > now + CLOCK_BEHIND
    except (OverflowError, TypeError, ValueError):
        behind = False
    return Check("clock", "bad" if behind else "ok", {"now": instants.iso(now), "newest": newest})


def _log(connection: Connection) -> Iterator[Check]:
    result = projection_check.compare(connection)
    facts = {"records": result.records, "changes": result.changes, "different": len(result.different)}
    yield Check(
        "log",
        "bad" if result.different else "ok",
        facts | {"tables": sorted({t for t, _ in result.different})},
    )
    apart = Counter(result.unfit)
    listed = [f"{table} {row} {reason}" for table, row, reason in sorted(apart)]
    yield Check("fit", "bad" if apart else "ok", {"count": len(result.unfit), "records": listed})


def _index(connection: Connection) -> Check:
    rows, expected, stale = search.counts(connection)
    facts = {"rows": rows, "wanted": expected, "stale": stale, "version": state.get(connection, schema.INDEX)}
    return Check("index", "ok" if rows == expected or stale else "bad", facts)
