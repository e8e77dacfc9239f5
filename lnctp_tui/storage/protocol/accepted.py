"""The organisation's protocol folder stands open on the disk; what of it a person accepted stands in the database.

Whoever can write to the folder could otherwise change a telephone number that is read to somebody in danger. So the
digest of all its files and their content are kept with the phrase's data: another folder, or none, is a change, and
until somebody who knows the phrase accepts it the last accepted one is used. docs/security.md, "The protocol folder".
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from dataclasses import dataclass
from difflib import SequenceMatcher
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import orjson
from sqlalchemy import Connection

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.values.text import clean
from lnctp_tui.errors import StorageFailed
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import state
from lnctp_tui.storage.protocol import protocol_loader

FOLDER = "protocol"
"""Name of the folder inside the data folder."""
ACCEPTED, CONTENT = "protocol:accepted", "protocol:content"
"""State keys: digest of the accepted folder, empty for none; its files, packed."""
MOST = 64 << 20
"""Bytes of all files together: more is no protocol."""
_NUMBER = re.compile(r"\+?\d[\d\s().\-]*\d")
_SHORTEST = 3
"""Digits of the shortest telephone number (911)."""
_INSTANT = re.compile(r"\d{4}-\d{2}(-\d{2})?")

Files = dict[str, bytes]
"""Path inside the folder, with `/` → content."""


class Difference(NamedTuple):
    """One line that differs. `before` or `after` is None when there was or is none."""

    file: str
    before: str | None
    after: str | None
    numbers: bool
    """Telephone numbers in it differ."""


@dataclass(frozen=True)
class Pending:
    """A folder that nobody has accepted."""

    found: Files
    known: Files
    """The one that is used instead; empty for the protocol of the program alone."""

    def differences(self) -> list[Difference]:
        """The lines that differ: those with telephone numbers first, then by file."""
        names = sorted({*self.found, *self.known})
        lines = [
            line
            for name in names
            for line in _differing(name, _instead(self.known, name), _instead(self.found, name))
        ]
        return sorted(lines, key=lambda line: not line.numbers)


def read(home: Path) -> Files:
    """All files of the folder; empty when there is none. Raises StorageFailed."""
    folder, found, room = home / FOLDER, {}, MOST
    if not folder.is_dir():
        return {}
    try:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                content = path.read_bytes()
                room -= len(content)
                if room < 0:
                    raise StorageFailed("file_failed", name=FOLDER, reason="EFBIG")
                found[path.relative_to(folder).as_posix()] = content
    except OSError as error:
        raise paths.storage_failed(error, folder) from error
    return found


def digest(files: Files) -> str:
    """SHA-256 over names, sizes and content; empty for no folder."""
    if not files:
        return ""
    total = hashlib.sha256()
    for name, content in sorted(files.items()):
        total.update(orjson.dumps([name, len(content)]) + content)
    return total.hexdigest()


def choose(connection: Connection, found: Files) -> Pending | None:
    """None when this folder is the accepted one, or when nobody has ever been asked: then it is from now on."""
    known = state.get(connection, ACCEPTED)
    if known is None or known == digest(found):
        return None
    return Pending(found, _unpacked(state.get(connection, CONTENT)))


def keep(connection: Connection, files: Files) -> None:
    """Take a folder for the accepted one."""
    state.put(connection, ACCEPTED, digest(files))
    state.put(connection, CONTENT, _packed(files) if files else None)


def held(connection: Connection) -> Files:
    """The files of the accepted folder; empty for none."""
    return _unpacked(state.get(connection, CONTENT))


def begin(connection: Connection, found: Files) -> None:
    """The first time, take what stands there: before, it was used without a question."""
    if state.get(connection, ACCEPTED) is None:
        keep(connection, found)


def of_files(files: Files, home: Path) -> Protocol:
    """The protocol of some files over the program's own. Raises BadProtocol.

    Of these bytes and not of the folder, which may be another by now.
    """
    return protocol_loader.load(home / FOLDER, files) if files else protocol_loader.load(None)


def _packed(files: Files) -> str:
    content = {name: base64.b64encode(each).decode() for name, each in files.items()}
    return base64.b64encode(zlib.compress(orjson.dumps(content))).decode()


def _unpacked(kept: str | None) -> Files:
    if not kept:
        return {}
    content = orjson.loads(zlib.decompress(base64.b64decode(kept)))
    return {name: base64.b64decode(each) for name, each in content.items()}


def _instead(files: Files, name: str) -> bytes | None:
    """The file, or the program's own that is used where there is none."""
    if name in files:
        return files[name]
    shipped = resources.files("lnctp_tui").joinpath("data")
    plain = name.rpartition("/")[2]
    for path in (
        name,
        *(f"{folder}/{plain}" for folder in ("protocol", "scripts", "catalogs", "indicators", "reading")),
    ):
        if (own := shipped.joinpath(path)).is_file():
            return own.read_bytes()
    return None


def _differing(name: str, before: bytes | None, after: bytes | None) -> list[Difference]:
    if before == after:
        return []
    old, new = _lines(before), _lines(after)
    found = []
    for what, start, end, from_, to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        gone, come = old[start:end], new[from_:to]
        for number in range(max(len(gone), len(come))):
            one = gone[number] if number < len(gone) else None
            other = come[number] if number < len(come) else None
            found.append(Difference(name, one, other, _numbers(one) != _numbers(other)))
    return found or [Difference(name, None if before is None else "", None if after is None else "", False)]


def _lines(content: bytes | None) -> list[str]:
    return [clean(line)[0] for line in (content or b"").decode(errors="replace").splitlines()]


def _numbers(line: str | None) -> set[str]:
    """The digits of what may be a telephone number in a line: dates are none."""
    found = (re.sub(r"\D", "", each) for each in _NUMBER.findall(_INSTANT.sub(" ", line or "")))
    return {digits for digits in found if len(digits) >= _SHORTEST}
