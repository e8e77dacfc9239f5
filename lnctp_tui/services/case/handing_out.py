"""Where the bytes of a sheet go: a new file where somebody said, that only its owner reads, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from lnctp_tui.errors import BadInput, Refused
from lnctp_tui.storage import paths


def can_typeset() -> bool:
    """Whether a PDF can be made here."""
    from lnctp_tui.services.exchange import typeset  # with what starts a process

    return typeset.installed()


def place(typed: str) -> Path:
    """The file that was named, in a folder that is there.

    Raises Refused `bad_place` for a name without its folder, `place_shared` where a folder is copied elsewhere by
    itself; BadInput `file_exists`.
    """
    try:
        path = Path(typed.strip()).expanduser()
    except RuntimeError:
        raise Refused("bad_place") from None
    if not path.is_absolute() or path.name in ("", "..") or "\x00" in typed:
        raise Refused("bad_place")
    try:
        if path.is_symlink() or path.exists():
            raise BadInput("file_exists", name=path.name)
    except OSError:
        raise Refused("bad_place") from None
    return folder(path.parent) / path.name


def folder(of: Path) -> Path:
    """A folder that is on this machine alone. Raises Refused `bad_place`, `place_shared`."""
    try:
        there = of.resolve(strict=True)
    except OSError:
        raise Refused("bad_place") from None
    if not there.is_dir():
        raise Refused("bad_place")
    if paths.shared_drive(there):
        raise Refused("place_shared")
    return there


def named(file: Path) -> Path:
    """The file that a command was told; a name alone is in the folder in which the command runs. Raises as `place`."""
    return place(str(file.expanduser().absolute()))


def hand_out(path: Path, content: bytes) -> None:
    """Write the file, with mode 0600 and all at once. Raises as `place`, StorageFailed."""
    path = place(str(path))
    try:
        paths.write_new(path, content)
    except FileExistsError:
        raise BadInput("file_exists", name=path.name) from None
    except OSError as error:
        raise paths.storage_failed(error, path) from error
