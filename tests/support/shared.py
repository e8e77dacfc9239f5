"""What takes long and is alike for all processes of a run: the first one that needs it makes it, the others copy.

And the program as its tests of style read it, parsed once in a process (order.py keeps them in one).
"""

from __future__ import annotations

import ast
import os
import pickle
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest

Value = TypeVar("Value")


@cache
def tree(path: Path) -> ast.Module:
    """A module of the program, parsed. Nobody writes into it."""
    return ast.parse(path.read_text(encoding="utf-8"))


def made_once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Value]
) -> tuple[Path, Value]:
    """A folder of this process's own with what `make` put into the one it was given, and what it returned.

    No value may name the folder: each process has another.
    """
    own, base = factory.mktemp(name) / "made", factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" not in os.environ:
        own.mkdir()
        return own, make(own)
    common, answer = base.parent / f"common-{name}", base.parent / f"common-{name}.answer"
    with alone(base.parent / f"common-{name}.lock"):
        if not answer.exists():
            shutil.rmtree(common, ignore_errors=True)
            common.mkdir()
            answer.write_bytes(pickle.dumps(make(common)))
    shutil.copytree(common, own)
    value: Value = pickle.loads(answer.read_bytes())
    return own, value


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process of all at a time; the others wait."""
    with path.open("a+b") as file:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
