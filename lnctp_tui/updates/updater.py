"""The process that looks for a new version, checks who signed it, and lays it beside this one. It has no key.

What it may do is small: fetch below /release/ of the server that this laptop is enrolled with, and write below
`programs/`. It never replaces what runs, and it never decides when the new version begins.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadLengthMismatchError,
    ExpiredMetadataError,
    RepositoryError,
)  # fmt: skip
from tuf.api.metadata import Metadata, TargetFile, Targets
from tuf.ngclient import Updater, UpdaterConfig

from lnctp_tui import programs
from lnctp_tui.errors import LnctpError, Refused, StorageFailed, SyncFailed
from lnctp_tui.storage import hardening, paths
from lnctp_tui.updates import places
from lnctp_tui.updates.fetching import RATE, LineFetcher
from lnctp_tui.updates.unpacking import unpack

ROOT: Final = "1.root.json"
PLACE: Final = "/release/"
SYSTEM: Final = f"{sys.platform}-{platform.machine().lower()}"
"""What an archive is for."""
PATIENCE: Final = 300.0
"""Seconds that a new version has to check itself."""
ROOM: Final = 5
"""Bytes that a version takes on the disk, archive included, for each byte of its archive."""


@dataclass(frozen=True)
class Asked:
    """What the worker knows and says: nothing secret."""

    home: Path
    url: str
    ca: str | None
    device: str
    root: str | None
    """SHA-256 of the root that the server named at enrolment; None from a server that named none."""
    schema: str
    own: str = programs.VERSION
    system: str = SYSTEM
    rate: int = RATE


@dataclass(frozen=True)
class Offer:
    """A version that the organisation signed for this system."""

    target: TargetFile
    version: str
    schema: str
    percent: int


def main() -> int:
    """The process: asked by a line of JSON, it leaves its outcome in `programs/told`."""
    hardening.harden(secrets=False)
    if hasattr(os, "nice"):
        os.nice(10)
    said = json.loads(sys.stdin.readline())
    look(
        Asked(Path(said["home"]), said["url"], said["ca"], said["device"], said["root"], said["schema"]),
        own_root(),
    )
    return 0


def own_root() -> bytes | None:
    """The root that the bundle was built with; None when it updates itself from nowhere."""
    file = resources.files("lnctp_tui").joinpath("data", "release", ROOT)
    return file.read_bytes() if file.is_file() else None


def look(asked: Asked, root: bytes | None, check: Callable[[Path], bool] | None = None) -> str:
    """Looks once; the code of the outcome, empty for nothing to say. Another process that looks is not disturbed."""
    if root is None:
        return ""
    folder = places.folder(asked.home)
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
    with _alone(folder) as alone:
        if not alone:
            return ""
        code = _outcome(asked, root, check or _checks_itself)
        with suppress(LnctpError):
            if code is not None:
                _leave(asked.home, code)
                places.write(asked.home, places.LOOKED, "")
        return (code or "").partition(" ")[0]


def _leave(home: Path, code: str) -> None:
    """Leave an outcome to be shown. That nothing is wrong any more does not hide that a version did not open."""
    before = places.read(home, places.TOLD)
    if code and code != before:
        places.write(home, places.TOLD, code)
    elif not code and before != "update_back":
        places.forget(home, places.TOLD)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    try:
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield False
        return
    try:
        yield paths.held(handle)
    finally:
        os.close(handle)


def _outcome(asked: Asked, root: bytes, check: Callable[[Path], bool]) -> str | None:
    """Code and facts; empty when all is well and there is nothing new, None when nothing is known."""
    try:
        if asked.root is not None and hashlib.sha256(root).hexdigest() != asked.root:
            raise Refused("update_not_ours")
        places.prune(asked.home, asked.own)
        return _fetch(asked, root, check)
    except BadVersionNumberError:
        return "update_older"
    except ExpiredMetadataError:
        return "update_ended"
    except (RepositoryError, DownloadLengthMismatchError):
        return "update_not_ours"
    except (DownloadError, SyncFailed, StorageFailed):
        return None  # the next look tries again
    except Refused as refused:
        return " ".join([refused.code, *map(str, refused.facts.values())])
    except OSError as error:
        return f"update_room {_megabytes(1 << 28)}" if error.errno in (errno.ENOSPC, errno.EDQUOT) else None


def _fetch(asked: Asked, root: bytes, check: Callable[[Path], bool]) -> str:
    folder = places.folder(asked.home)
    half = folder / f"archive{places.PART}"
    known = folder / "tuf"
    known.mkdir(mode=0o700, exist_ok=True)
    line = LineFetcher(asked.url, asked.ca, half, rate=asked.rate)
    base = asked.url + PLACE
    updater = Updater(
        str(known), base, str(folder), base, line, UpdaterConfig(max_delegations=0), bootstrap=root
    )
    updater.refresh()
    signed = Metadata[Targets].from_file(str(known / "targets.json")).signed
    offer = choose(signed.targets, asked)
    if offer is None:
        return ""
    if places.program(asked.home, offer.version) is None:
        _enough_room(folder, offer.target.length)
        updater.download_target(offer.target, str(half))
        _lay(asked.home, half, offer.version, check)
    for left in folder.glob(f"*{places.PART}"):
        if left.is_file():
            left.unlink()
    places.write(asked.home, places.READY, offer.version)
    return "update_ready"


def choose(targets: dict[str, TargetFile], asked: Asked) -> Offer | None:
    """The newest version that this laptop may have now; None when it has it. Raises Refused `update_older`."""
    ours = [offer for target in targets.values() if (offer := _offer(target, asked.system))]
    mine = places.numbers(asked.own)
    if ours and max(places.numbers(offer.version) for offer in ours) < mine:
        raise Refused("update_older")
    broken = places.read(asked.home, places.BROKEN).split()
    current = places.numbers(places.read(asked.home, places.CURRENT))
    fit = [
        offer
        for offer in ours
        if places.numbers(offer.version) > max(mine, current)
        and offer.schema >= asked.schema
        and offer.version not in broken
        and ring(asked.device, offer.version) < offer.percent
    ]
    return max(fit, key=lambda offer: places.numbers(offer.version), default=None)


def _offer(target: TargetFile, system: str) -> Offer | None:
    custom: Any = target.custom or {}
    version, percent, schema = custom.get("version"), custom.get("percent"), custom.get("schema")
    right = custom.get("system") == system and isinstance(version, str) and places.numbers(version)
    if not right or type(percent) is not int or not isinstance(schema, str):
        return None
    return Offer(target, version, schema, percent)


def ring(device: str, version: str) -> int:
    """0 to 99: with which part of all laptops this one gets a version. Another part at each version."""
    return int.from_bytes(hashlib.sha256(f"{device}\n{version}".encode()).digest()) % 100


def _enough_room(folder: Path, length: int) -> None:
    need = length * ROOM
    if shutil.disk_usage(folder).free < need:
        raise Refused("update_room", mb=_megabytes(need))


def _megabytes(size: int) -> int:
    return -(-size // 1_000_000)


def _lay(home: Path, archive: Path, version: str, check: Callable[[Path], bool]) -> None:
    """Unpacks a version, has it check itself, and gives it its name: until then nobody starts it."""
    part = places.folder(home) / f"{version}{places.PART}"
    shutil.rmtree(part, ignore_errors=True)
    try:
        unpack(archive, part)
        if not check(part / places.PROGRAM):
            places.put_aside(home, version)
            raise Refused("update_back")
        paths.sync_folder(part)
        part.rename(part.with_name(version))
        paths.sync_folder(part.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _checks_itself(program: Path) -> bool:
    """Whether the new version starts, has all its parts, and opens a throw-away vault."""
    try:
        ended = subprocess.run(
            [str(program), programs.FLAG, "selfcheck"], env=places.environment(), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0
