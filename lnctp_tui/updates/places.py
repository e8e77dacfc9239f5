"""The versions beside the data: which one starts, which one waits, which one did not open.

`programs/` in the data folder holds a folder a version and small files of one line each. Whoever starts the program
reads them before anything else, so this imports next to nothing. A file that cannot be read counts as absent: then the
version runs that was installed.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from lnctp_tui import programs
from lnctp_tui.errors import LnctpError
from lnctp_tui.storage import paths

FOLDER: Final = "programs"
CURRENT, READY, FORMER, TRIES, TOLD = "current", "ready", "former", "tries", "told"
"""Starts; waits for the end of what is open; started before; starts in vain; outcome to show."""
MIGRATED, BACK = "migrated", "back"
"""The version that changed the database, and its backup of before as long as nothing was done with it; the same of one
that did not open, for the former version, which has the key and decides whether the backup goes back."""
LOOKED: Final = "looked"
"""Its age is that of the last look that reached the server."""
BROKEN: Final = "broken"
"""Versions that did not open, which are not taken again."""
PART: Final = ".part"
STARTER: Final = "LNCTP_STARTER"
"""Names the program that was installed, to a version that it started."""
MOST_TRIES: Final = 3
VERSION: Final = re.compile(r"\d{1,4}(\.\d{1,4}){1,3}")
PROGRAM: Final = "lnctp.exe" if sys.platform == "win32" else "lnctp"


def numbers(version: str) -> tuple[int, ...]:
    """A version in the order of versions; empty for what is none."""
    return tuple(map(int, version.split("."))) if VERSION.fullmatch(version) else ()


def folder(home: Path) -> Path:
    """Where the versions of a data folder are."""
    return home / FOLDER


def read(home: Path, name: str) -> str:
    """The content of one of the small files; empty when it is not there or is no file of ours."""
    try:
        return paths.read_file(folder(home) / name, limit=4096).decode("ascii").strip()
    except (OSError, ValueError, LnctpError):
        return ""


def write(home: Path, name: str, content: str) -> None:
    """Replace one of the small files whole. Raises StorageFailed."""
    paths.replace_file(folder(home) / name, f"{content}\n".encode("ascii"))


def forget(home: Path, name: str) -> None:
    """Remove one of the small files."""
    with suppress(OSError):
        (folder(home) / name).unlink()


def program(home: Path, version: str) -> Path | None:
    """The program of a version that is whole on the disk; None for a link, for no version, for somebody else's."""
    if not numbers(version):
        return None
    path = folder(home) / version / PROGRAM
    try:
        for place, kind in ((path.parent, stat.S_ISDIR), (path, stat.S_ISREG)):
            found = place.lstat()
            if not kind(found.st_mode) or (os.name == "posix" and found.st_uid != os.geteuid()):
                return None
    except OSError:
        return None
    return path


def next_program(home: Path, own: str = programs.VERSION, *, counts: bool = True) -> Path | None:
    """The program to go on with instead of this one; None when this one is right.

    `counts`: it is a try. A version that was tried three times and never stood is taken back.
    """
    version = read(home, CURRENT)
    if numbers(version) <= numbers(own):
        return None
    found = program(home, version)
    if found is None:
        return None
    if not counts:
        return found
    name, _, count = read(home, TRIES).partition(" ")
    tries = int(count) if name == version and count.isdecimal() else 0
    if tries >= MOST_TRIES and go_back(home, version):
        return next_program(home, own)
    with suppress(LnctpError):  # a disk that takes nothing starts nothing new
        write(home, TRIES, f"{version} {tries + 1}")
        return found
    return None


def stood(home: Path) -> None:
    """This version showed its first screen and ended in good order."""
    if (folder(home) / TRIES).exists():
        forget(home, TRIES)


def on_trial(home: Path, version: str) -> bool:
    """Whether a version never ended in good order yet."""
    return read(home, TRIES).partition(" ")[0] == version


def settle(home: Path) -> None:
    """Somebody worked with this version: what it did to the database is not taken back."""
    version, _, kept = read(home, MIGRATED).partition(" ")
    if kept:
        write(home, MIGRATED, version)


def go_back(home: Path, version: str) -> bool:
    """Have the former version start again; whether that can be.

    Of a version that changed the database only with the backup that it made before: then BACK names both.
    """
    changed, _, kept = read(home, MIGRATED).partition(" ")
    if read(home, CURRENT) != version or (changed == version and not (kept and (home / kept).is_file())):
        return False
    try:
        put_aside(home, version)
        if changed == version:
            write(home, BACK, f"{version} {kept}")
        else:
            write(home, TOLD, "update_back")
        former = read(home, FORMER)
        if program(home, former) is None:
            forget(home, CURRENT)
        else:
            write(home, CURRENT, former)
    except LnctpError:
        return False
    forget(home, TRIES)
    return True


def stay(home: Path, version: str) -> None:
    """Undo `go_back`: something was saved with this version, which the former one cannot read. Raises StorageFailed."""
    write(home, MIGRATED, version)
    write(home, CURRENT, version)
    write(home, BROKEN, " ".join(name for name in read(home, BROKEN).split() if name != version))
    forget(home, BACK)


def put_aside(home: Path, version: str) -> None:
    """Never take this version again: it did not open."""
    write(home, BROKEN, " ".join([*read(home, BROKEN).split()[-20:], version]))


def begin_with_ready(home: Path) -> bool:
    """Have the version that waits start from now on. Only whoever knows that nothing is open calls this."""
    version = read(home, READY)
    if program(home, version) is None:
        return False
    former = read(home, CURRENT)
    write(home, FORMER, former or programs.VERSION)
    write(home, CURRENT, version)
    for name in (READY, TRIES, TOLD):
        forget(home, name)
    return True


def prune(home: Path, own: str = programs.VERSION) -> None:
    """Leave the version that starts, the one before it, the one that waits and the one that runs; nothing half made."""
    named = [read(home, name) for name in (CURRENT, FORMER, READY, BACK)]
    keep = {name.partition(" ")[0] for name in named} | {own}
    for path in folder(home).iterdir():
        half = path.name.endswith(PART) and numbers(path.name.removesuffix(PART))
        if half or (numbers(path.name) and path.name not in keep):
            shutil.rmtree(path, ignore_errors=True)


def environment() -> dict[str, str]:
    """What a version that is started gets: who started it, and nothing of this one's libraries."""
    changed = {**os.environ, "PYINSTALLER_RESET_ENVIRONMENT": "1"}
    changed.setdefault(STARTER, programs.command()[0])
    before = changed.pop("LD_LIBRARY_PATH_ORIG", None)
    changed.pop("LD_LIBRARY_PATH", None)
    return changed if before is None else {**changed, "LD_LIBRARY_PATH": before}


def go_on_with(path: str, arguments: Sequence[str] = ()) -> int:
    """Become another program; where that cannot be, wait for it and give its exit code."""
    if sys.platform != "win32":
        os.execve(path, [path, *arguments], environment())
    import subprocess

    return subprocess.call([path, *arguments], env=environment())
