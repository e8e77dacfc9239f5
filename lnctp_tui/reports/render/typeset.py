"""A tagged PDF (PDF/UA-1), set by typst in a process of its own.

The data go in as JSON over a pipe and are text there, never markup; nothing is written to a file, and 47 MB of memory
end with the process. typst is the optional extra `report`.
"""

from __future__ import annotations

import json
import os
import subprocess
from importlib.util import find_spec
from typing import Final

from lnctp_tui import programs
from lnctp_tui.errors import Refused

SECONDS: Final = 30
STANDARD: Final = "ua-1"


def installed() -> bool:
    """Whether typst is here."""
    return find_spec("typst") is not None


def pdf(sheet: bytes, template: str) -> bytes:
    """The PDF of a sheet, which is JSON, by a template of typst. Blocking.

    Raises Refused `no_typesetter`, `typesetter_failed`.
    """
    if not installed():
        raise Refused("no_typesetter")
    wanted = {"template": template, "sheet": sheet.decode(), "standard": STANDARD}
    keep = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    try:
        made = subprocess.run(
            programs.command("typeset"),
            input=json.dumps(wanted).encode(),
            capture_output=True,
            timeout=SECONDS,
            env=keep,
            cwd=os.sep,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise Refused("typesetter_failed") from None
    if made.returncode or not made.stdout.startswith(b"%PDF"):
        raise Refused("typesetter_failed")
    return made.stdout
