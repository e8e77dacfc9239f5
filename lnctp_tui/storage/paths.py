"""Where the data stands on disk, and files that only their owner can read.

Every file is opened without following links, is made with mode 0600 in a folder of mode 0700, and is
replaced whole: a reader sees the old one or the new one, never a half.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from lnctp_tui.errors import BadInput, StorageFailed, VaultBusy, VaultError

VAULT = "vault.json"
DATABASE = "case.db"
LOCK = "lnctp.lock"
RECOVERY_KEY = "recovery.pub"
PENDING = "recovery-request.key"
ERRORS = "errors.log"
MARK = "case.mark"
DATABASE_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal")

TURN = 15.0
"""Seconds to wait for another process that changes the vault; deriving a key takes it about 0.6."""
_TEMPORARY = re.compile(r"\.(.+)\.[0-9a-f]{12}\.tmp")
_OWNED = (VAULT, MARK, LOCK, RECOVERY_KEY, PENDING, ERRORS, *DATABASE_FILES)
NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""Flags with which every file of ours is opened."""
_SYNCED = ("dropbox", "onedrive", "google drive", "googledrive", "icloud", "cloudstorage", "mobile documents",
           "nextcloud", "owncloud", "megasync", "pclouddrive", "syncthing")  # fmt: skip
_NETWORK = {"afpfs", "afs", "ceph", "cifs", "davfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4",
            "smb3", "smbfs"}  # fmt: skip
_LOCAL_FUSE = {"fuse.fuse-overlayfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs", "fuse.bindfs"}


def home() -> Path:
    """The data folder: `LNCTP_HOME`, else the user's data folder of this system.

    Raises VaultError `unsafe_folder` when it names a user that there is not.
    """
    named = os.environ.get("LNCTP_HOME")
    if named:
        try:
            return Path(named).expanduser().absolute()
        except RuntimeError as error:
            raise VaultError("unsafe_folder", name=named) from error
    from platformdirs import user_data_dir

    return Path(user_data_dir("lnctp", appauthor=False))


def prepare(folder: Path) -> Path:
    """The data folder, made if it is not there, with modes that shut others out.

    Raises VaultError: `unsafe_folder` (a link, not a folder, somebody else's) or `shared_drive`.
    """
    where = shared_drive(folder)
    if where:
        raise VaultError("shared_drive", where=where)
    tighten(folder)
    return folder


def tighten(folder: Path) -> None:
    """Shuts others out of the data folder, which is made if it is not there. Raises as `prepare`."""
    _make(folder)
    for name in _OWNED:
        _shut(folder / name)


def _shut(path: Path) -> None:
    check_plain(path)
    if os.name == "posix" and path.exists() and path.lstat().st_mode & 0o077:
        with _unless_read_only():
            path.chmod(0o600)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or _foreign(found):
            raise VaultError("unsafe_folder", name=folder.name)
        if found.st_mode & 0o077 and os.name == "posix":
            with _unless_read_only():
                folder.chmod(0o700)
    except FileExistsError as error:
        raise VaultError("unsafe_folder", name=folder.name) from error
    except OSError as error:
        raise storage_failed(error, folder) from error


@contextmanager
def _unless_read_only() -> Iterator[None]:
    """A read-only disk stays as it is: what is on it can still be read."""
    try:
        yield
    except OSError as error:
        if error.errno != errno.EROFS:
            raise


def _foreign(found: os.stat_result) -> bool:
    return os.name == "posix" and found.st_uid != os.geteuid()


def check_plain(path: Path) -> None:
    """Raises VaultError `unsafe_file` when a link, a device or somebody else's file stands at `path`."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    except OSError as error:
        raise storage_failed(error, path) from error
    if not stat.S_ISREG(found.st_mode) or _foreign(found):
        raise VaultError("unsafe_file", name=path.name)


def read_file(path: Path, limit: int = 1 << 20) -> bytes:
    """The bytes of one of our own plain files. Raises FileNotFoundError; VaultError `unsafe_file`."""
    check_plain(path)
    try:
        with open(os.open(path, os.O_RDONLY | NO_LINK), "rb") as file:
            content = file.read(limit + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise storage_failed(error, path) from error
    if len(content) > limit:
        raise VaultError("unsafe_file", name=path.name)
    return content


def write_new(path: Path, content: bytes) -> None:
    """Writes a file that must not be there yet. Raises FileExistsError, StorageFailed."""
    temporary = _write_temporary(path, content)
    try:
        place_new(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A private file to be written piece by piece: it has its name once the body has succeeded, whole and durable.

    Raises BadInput `file_exists`, StorageFailed; then there is no file.
    """
    temporary = _beside(path)
    try:
        create_empty(temporary)
        with temporary.open("r+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        place_new(temporary, path)
        sync_folder(path.parent)
    except FileExistsError as error:
        raise BadInput("file_exists", name=path.name) from error
    except OSError as error:
        raise storage_failed(error, path) from error
    finally:
        temporary.unlink(missing_ok=True)


def place_new(temporary: Path, path: Path) -> None:
    """Gives a finished file its name, which must be free. Raises FileExistsError, VaultError."""
    if path.is_symlink():
        raise VaultError("unsafe_file", name=path.name)
    try:
        os.link(temporary, path)  # atomic, and refuses an existing name; a rename would replace it
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links (FAT on a memory stick)
        if path.exists():
            raise FileExistsError(path) from None
        temporary.replace(path)


def replace_file(path: Path, content: bytes) -> None:
    """Replaces a file whole and durably: after a crash the old or the new one stands. StorageFailed."""
    check_plain(path)
    temporary = _write_temporary(path, content)
    try:
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise storage_failed(error, path) from error
    sync_folder(path.parent)


def create_empty(path: Path) -> None:
    """An empty file with mode 0600 at a name that was free. Raises FileExistsError, StorageFailed."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, 0o600))
    except FileExistsError:
        raise
    except OSError as error:
        raise storage_failed(error, path) from error


def _beside(path: Path) -> Path:
    """The name of a file until it is whole; errors speak of the name it will have (`storage_failed`)."""
    return path.with_name(f".{path.name}.{os.urandom(6).hex()}.tmp")


def _write_temporary(path: Path, content: bytes) -> Path:
    temporary = _beside(path)
    create_empty(temporary)
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise storage_failed(error, path) from error
    return temporary


def sync_file(path: Path) -> None:
    """Makes the content of a file durable, and keeps it from others."""
    with path.open("r+b") as file:
        if os.name == "posix":
            os.fchmod(file.fileno(), 0o600)
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Makes renames in `folder` durable. Windows has no such call and does not need it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def storage_failed(error: OSError, path: Path) -> StorageFailed:
    """The error a person is told: the system's reason and the file's name, without its folder."""
    return StorageFailed("file_failed", name=_TEMPORARY.sub(r"\1", path.name), reason=errno_name(error))


def errno_name(error: OSError) -> str:
    """`ENOSPC`, `EROFS` …: stable, and holds nothing a person typed."""
    return errno.errorcode.get(error.errno or 0, "EIO")


def shared_drive(folder: Path) -> str | None:
    """What makes `folder` unfit (a synchronised folder's name, a network file system), else None.

    SQLite's WAL needs real shared memory and locks, and a synchroniser copies the files one by one.
    """
    for name in folder.parts:
        if name.casefold().startswith(_SYNCED):
            return name
    if sys.platform == "win32":
        return _windows_remote(folder)
    kind = _mount_kind(folder)
    remote = kind in _NETWORK or (kind.startswith("fuse.") and kind not in _LOCAL_FUSE)
    return kind if remote else None


def _mount_kind(folder: Path) -> str:
    """File system type of the mount that holds `folder`; empty where /proc does not tell."""
    try:
        lines = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    where = Path(os.path.realpath(folder))
    mounts = [
        (Path(parts[1].replace("\\040", " ")), parts[2]) for parts in map(str.split, lines) if len(parts) > 2
    ]
    holding = [(len(point.parts), kind) for point, kind in mounts if where.is_relative_to(point)]
    # The last mount of a point is the one that is seen.
    return max(enumerate(holding), key=lambda item: (item[1][0], item[0]))[1][1] if holding else ""


def _windows_remote(folder: Path) -> str | None:
    if sys.platform != "win32":
        return None
    import ctypes

    drive = folder.absolute().drive
    remote = drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == 4
    return drive if remote else None


class Instance:
    """The running app's claim on a data folder; it ends with the process, also by `kill -9`."""

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK
        check_plain(path)
        self.handle = _open_claim(folder, path)
        try:
            _claim(self.handle)
        except (BlockingIOError, PermissionError) as error:
            os.close(self.handle)
            raise VaultBusy from error
        except OSError as error:
            os.close(self.handle)
            raise storage_failed(error, path) from error
        with suppress(VaultBusy), turn(folder, wait=0):  # nobody is just replacing one
            _sweep(folder)

    def release(self) -> None:
        """Gives the folder free; closing the handle drops the lock."""
        os.close(self.handle)

    def __enter__(self) -> Instance:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _open_claim(folder: Path, path: Path) -> int:
    """The file of the claim; where none can be made, vault.json, which nobody replaces there either."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | NO_LINK, 0o600)
    except OSError as error:
        if sys.platform == "win32" or error.errno not in (
            errno.EROFS,
            errno.EACCES,
            errno.ENOSPC,
            errno.EDQUOT,
        ):
            raise storage_failed(error, path) from error
        for other in (path, folder / VAULT):
            with suppress(OSError):
                return os.open(other, os.O_RDONLY | NO_LINK)
        raise storage_failed(error, path) from error


def _sweep(folder: Path) -> None:
    """Removes what processes left that were killed while they replaced a file."""
    for name in (VAULT, MARK, ERRORS, RECOVERY_KEY, PENDING):
        for left in folder.glob(f".{name}.*.tmp"):
            with suppress(OSError):
                left.unlink()


@contextmanager
def turn(folder: Path, wait: float = TURN) -> Iterator[None]:
    """Alone, among all processes and threads, in reading a file of the data folder to replace it.

    An app that runs holds its claim for hours; this is for less than a second. VaultBusy after `wait` seconds.
    """
    handle = _open_turn(folder)
    end, pause = time.monotonic() + wait, threading.Event()
    try:
        while not held(handle):
            if time.monotonic() >= end:
                raise VaultBusy
            pause.wait(0.02)
        yield
    finally:
        os.close(handle)


def _open_turn(folder: Path) -> int:
    """The folder itself, whose lock is another than the claim's; on Windows, the second byte of the claim."""
    try:
        if sys.platform != "win32":
            return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | NO_LINK)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | NO_LINK, 0o600)
        os.lseek(handle, 1, os.SEEK_SET)
    except OSError as error:
        raise storage_failed(error, folder) from error
    return handle


def held(handle: int) -> bool:
    """Whether the lock of an open file or folder is ours now; it ends with the handle."""
    try:
        _claim(handle)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _claim(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
