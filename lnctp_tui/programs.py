"""The processes that this program starts of itself, by name: as modules of Python, or as parts of one bundled file.

No other module names `sys.executable`: in a bundle it is the program itself, which knows no `-m`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final

VERSION: Final = "0.1.0"
FLAG: Final = "--part"
PARTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "worker": "lnctp_tui.worker",
        "plain": "lnctp_tui.cli.plain.worker",
        "demo_team": "lnctp_tui.cli.demo_team",
        "remove": "lnctp_tui.storage.removing",
        "draw": "lnctp_tui.reports.render.apart",
        "typeset": "lnctp_tui.reports.render.typesetter",
        "selfcheck": "lnctp_tui.cli.release.selfcheck",
        "update": "lnctp_tui.updates.updater",
    }
)
"""Name → module, whose `main` returns an exit code."""
MISUSED: Final = 2


def frozen() -> bool:
    """Whether this runs from a bundle, which brings its own Python."""
    return bool(getattr(sys, "frozen", False))


def command(part: str = "") -> list[str]:
    """The command that starts a part of `PARTS`, or without one the program `lnctp`; arguments are appended."""
    module = PARTS[part] if part else "lnctp_tui"
    if frozen():
        return [sys.executable, *([FLAG, part] if part else [])]
    return [sys.executable, "-P", "-m", module]


def run_part(arguments: list[str]) -> int:
    """Be the part named first; its exit code. A name that is none of `PARTS` starts nothing."""
    module = PARTS.get(arguments[0]) if arguments else None
    if module is None:
        return MISUSED
    sys.argv[1:] = arguments[1:]
    code: int = import_module(module).main()
    return code
