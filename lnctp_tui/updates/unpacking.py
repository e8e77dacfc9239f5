"""A version out of its archive: plain files and folders of one folder, and nothing else."""

from __future__ import annotations

import lzma
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lnctp_tui.errors import Refused

ARCHIVE: Final = ".tar.xz"
ROOT: Final = "lnctp"
"""The only folder at the top of an archive."""
LARGEST, MOST = 600 << 20, 20_000
"""Bytes and entries of an archive, unpacked."""
PIECE: Final = 1 << 20
WRONG: Final = frozenset('\\:*?"<>|')
"""No part of a name: on some system it means something else."""


def unpack(archive: Path, target: Path) -> None:
    """Unpacks into a folder that is made. Raises Refused `update_not_ours`, OSError; then `target` is half made."""
    target.mkdir(mode=0o700)
    for entries, entry, parts in _entries(archive):
        try:
            _put(entries, entry, target.joinpath(*parts))
        except (FileExistsError, NotADirectoryError) as error:
            raise Refused("update_not_ours") from error


def look_through(archive: Path) -> None:
    """Raises what `unpack` would, and writes nothing."""
    for _entry in _entries(archive):
        pass


def _entries(archive: Path) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo, list[str]]]:
    names: set[str] = set()
    total = count = 0
    try:
        with tarfile.open(archive, "r|xz") as entries:
            for entry in entries:
                parts = _parts(entry)
                total, count = total + entry.size, count + 1
                name = "/".join(parts).casefold()
                if total > LARGEST or count > MOST or (name in names and not entry.isdir()):
                    raise Refused("update_not_ours")
                names.add(name)
                yield entries, entry, parts
    except (tarfile.TarError, lzma.LZMAError, EOFError, ValueError) as error:
        raise Refused("update_not_ours") from error


def _parts(entry: tarfile.TarInfo) -> list[str]:
    """The way of an entry below the root. Raises Refused for links, devices, and ways that lead elsewhere."""
    first, *rest = entry.name.split("/")
    plain = entry.isreg() or entry.isdir()
    odd = any(part in ("", ".", "..") or WRONG & set(part) or not part.isprintable() for part in rest)
    if not plain or first != ROOT or odd or entry.size < 0 or (not rest and not entry.isdir()):
        raise Refused("update_not_ours")
    return rest


def _put(entries: tarfile.TarFile, entry: tarfile.TarInfo, path: Path) -> None:
    if entry.isdir():
        path.mkdir(mode=0o700, exist_ok=True)
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = entries.extractfile(entry)
    assert content is not None
    mode = 0o700 if entry.mode & 0o100 else 0o600
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        while piece := content.read(PIECE):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
