"""What every process of this program does before anything else: leave no trace of what it will hold."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import MutableMapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from lnctp_tui.errors import LnctpError
from lnctp_tui.storage import paths

_UNWANTED = ("SSLKEYLOGFILE", "PYTHONINSPECT", "PYTHONFAULTHANDLER", "PYTHONDEVMODE", "PYTHONASYNCIODEBUG",
             "PYTHONBREAKPOINT", "PYTHONTRACEMALLOC")  # fmt: skip
_PR_SET_DUMPABLE = 4
_KEPT = 50
_ROOM = Path(__file__).parent.parent


def harden(*, secrets: bool = True) -> None:
    """Private files, no core dump, no debugging by environment, errors without values.

    `secrets=False` leaves out what only a process with a key needs (and its import).
    """
    os.umask(0o077)
    clean_environment(os.environ)
    _no_core_dump()
    sys.excepthook = _told
    threading.excepthook = _told_by_thread
    sys.unraisablehook = _told_unraisable
    if secrets:
        _no_peeking()
        _no_faulthandler()


def clean_environment(environment: MutableMapping[str, str]) -> None:
    """Removes variables that make Textual, TLS or Python write down or hand out what passes through."""
    for name in [each for each in environment if each.startswith("TEXTUAL") or each in _UNWANTED]:
        del environment[name]


def code_of(error: BaseException | None, trace: TracebackType | None = None) -> str:
    """What may be told about any error: its code or class, and the line of ours where it arose."""
    name = error.code if isinstance(error, LnctpError) else type(error).__name__
    if isinstance(error, ModuleNotFoundError):
        name = f"{name}:{error.name}"
    place = _place(trace or (error.__traceback__ if error else None))
    return f"{name}@{place}" if place else name


def _place(trace: TracebackType | None) -> str:
    found = ""
    while trace:
        path = Path(trace.tb_frame.f_code.co_filename)
        room = _ROOM if path.is_absolute() else Path(_ROOM.name)  # a bundle keeps no folder
        if path.is_relative_to(room):
            found = f"{path.relative_to(room).as_posix()}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def keep_code(code: str) -> None:
    """Adds an error's code to the data folder's short list, which `lnctp doctor` shows. Never fails."""
    with suppress(Exception):  # it runs in the last hook: what fails there is shown with its values
        path = paths.home() / paths.ERRORS
        paths.check_plain(path)
        kept = [*kept_codes(), code][-_KEPT:]
        if path.parent.is_dir():
            paths.replace_file(path, "".join(f"{each}\n" for each in kept).encode())


def kept_codes() -> list[str]:
    """Codes of the last errors, oldest first; they hold no data."""
    try:
        return paths.read_file(paths.home() / paths.ERRORS).decode(errors="replace").splitlines()
    except (OSError, LnctpError):
        return []


def _told(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        _write(code_of(error, trace))


def _told_by_thread(failed: threading.ExceptHookArgs) -> None:
    _write(code_of(failed.exc_value, failed.exc_traceback))


def _told_unraisable(failed: sys.UnraisableHookArgs) -> None:
    _write(code_of(failed.exc_value, failed.exc_traceback))


def _write(code: str) -> None:
    keep_code(code)
    if sys.stderr is not None:
        sys.stderr.write(f"lnctp: [{code}]\n")


def _no_core_dump() -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _no_peeking() -> None:
    """On Linux no other program of the same user may read this process's memory."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _no_faulthandler() -> None:
    import faulthandler

    faulthandler.disable()
