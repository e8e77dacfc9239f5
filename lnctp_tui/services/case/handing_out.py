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
        folder = path.parent.resolve(strict=True)
    except OSError:
        raise Refused("bad_place") from None
    if not folder.is_dir():
        raise Refused("bad_place")
    if paths.shared_drive(folder):
        raise Refused("place_shared")
    return folder / path.name


def hand_out(path: Path, content: bytes) -> None:
    """Write the file, with mode 0600 and all at once. Raises BadInput `file_exists`, StorageFailed."""
    try:
        paths.write_new(path, content)
    except FileExistsError:
        raise BadInput("file_exists", name=path.name) from None
    except OSError as error:
        raise paths.storage_failed(error, path) from error
