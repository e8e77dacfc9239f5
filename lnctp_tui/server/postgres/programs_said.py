"""Why a program failed: the line of its output that says so, without what somebody entered."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

LONGEST = 200
"""Characters of a line that are shown."""
READ = 16_384
"""Bytes from the end of a log that are looked at."""
_TROUBLE = re.compile(r"\b(error|fatal|panic|could not|cannot|no such|denied|failed)\b", re.IGNORECASE)
_STAMP = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S* \S+ (\[\d+\] )?")
_VALUE = re.compile(r""":\s+"[^"]*"|=\(.*?\)|'[^']*'""")
"""A value in a message of the database stands after a colon, in `Key (name)=(value)`, or in single quotes."""
_ABOUT_ROWS = ("DETAIL:", "CONTEXT:", "STATEMENT:", "QUERY:", "HINT:", "Command was:")
"""Lines that quote rows, or that only say what else to try."""


def reason(error: BaseException, output: str) -> str:
    """`1: initdb: error: could not access directory "…": Permission denied`; the number or the error's kind alone
    when the program said nothing."""
    number = getattr(error, "returncode", None)
    message = last_line(output.splitlines()) or (
        str(error.strerror or "") if isinstance(error, OSError) else ""
    )
    if isinstance(error, subprocess.TimeoutExpired):
        number = type(error).__name__
    return joined(type(error).__name__ if number is None else number, message)


def joined(number: object, message: str) -> str:
    """A number with what was said, when anything was."""
    return f"{number}: {message}" if message else str(number)


def last_line(lines: Iterable[str]) -> str:
    """The last line that tells of trouble, else the last one; empty when there is none."""
    stripped = [_STAMP.sub("", line_.strip()) for line_ in lines if line_.strip()]
    stripped = [line_ for line_ in stripped if not line_.startswith(_ABOUT_ROWS)]
    trouble = [line_ for line_ in stripped if _TROUBLE.search(line_)]
    line = _VALUE.sub(_hidden, (trouble or stripped or [""])[-1])
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()}…"


def _hidden(match: re.Match[str]) -> str:
    return {":": ": …", "=": "=(…)", "'": "…"}[match[0][0]]


def with_log(message: object, log: Path, before: int) -> str:
    """The same, and what the log tells since it had `before` bytes."""
    lines: list[str] = []
    with suppress(OSError), log.open("rb") as file:
        file.seek(max(before, log.stat().st_size - READ))
        lines = file.read().decode(errors="replace").splitlines()
    log_line = last_line(lines)
    return f"{message}; {log_line}" if log_line and log_line not in str(message) else str(message)
