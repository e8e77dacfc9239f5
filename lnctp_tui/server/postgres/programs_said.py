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
    said = last_line(output.splitlines()) or (str(error.strerror or "") if isinstance(error, OSError) else "")
    if isinstance(error, subprocess.TimeoutExpired):
        number = type(error).__name__
    return joined(type(error).__name__ if number is None else number, said)


def joined(number: object, said: str) -> str:
    """A number with what was said, when anything was."""
    return f"{number}: {said}" if said else str(number)


def last_line(lines: Iterable[str]) -> str:
    """The last line that tells of trouble, else the last one; empty when there is none."""
    told = [_STAMP.sub("", each.strip()) for each in lines if each.strip()]
    told = [each for each in told if not each.startswith(_ABOUT_ROWS)]
    trouble = [each for each in told if _TROUBLE.search(each)]
    line = _VALUE.sub(_hidden, (trouble or told or [""])[-1])
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()}…"


def _hidden(found: re.Match[str]) -> str:
    return {":": ": …", "=": "=(…)", "'": "…"}[found[0][0]]


def with_log(said: object, log: Path, before: int) -> str:
    """The same, and what the log tells since it had `before` bytes."""
    lines: list[str] = []
    with suppress(OSError), log.open("rb") as file:
        file.seek(max(before, log.stat().st_size - READ))
        lines = file.read().decode(errors="replace").splitlines()
    told = last_line(lines)
    return f"{said}; {told}" if told and told not in str(said) else str(said)
