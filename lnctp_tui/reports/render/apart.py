"""A page or a PDF of a report drawn in a process of its own: what draws is large, and the app's process holds the key.

Only words and numbers that are shown go there, as JSON over a pipe; nothing is written to a file.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from lnctp_tui import programs
from lnctp_tui.errors import Refused
from lnctp_tui.i18n import spoken
from lnctp_tui.reports.render import drawn, sheet
from lnctp_tui.reports.render.sheet import Row, Shown, Value

SECONDS: Final = 120


def made(tables: Sequence[Shown], about: Mapping[str, Any], language: str, form: str) -> bytes:
    """As `drawn.made`, elsewhere. Blocking. Raises Refused `report_extra`, `typesetter_failed`."""
    drawn.ready(form)
    content = orjson.dumps({"tables": tables, "about": about, "language": language, "form": form})
    keep = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    try:
        ran = subprocess.run(
            programs.command("draw"), input=content, capture_output=True, timeout=SECONDS, env=keep, cwd=os.sep,
            check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        raise Refused("typesetter_failed") from None
    if ran.returncode or not ran.stdout:
        raise Refused("typesetter_failed")
    return ran.stdout


def draw(content: bytes) -> bytes:
    """What the process does with what it is given."""
    asked = orjson.loads(content)
    with spoken(asked["language"]):
        return drawn.made(map(_table, asked["tables"]), asked["about"], asked["language"], asked["form"])


def _table(values: dict[str, Any]) -> Shown:
    rows = tuple(Row(row["label"], tuple(row["cells"])) for row in values["rows"])
    cells = tuple(Value(**cell) for cell in values["values"])
    return sheet.Shown(**values | {"rows": rows, "values": cells, "head": tuple(values["head"])})


def main() -> int:
    """The part `draw`."""
    sys.stdout.buffer.write(draw(sys.stdin.buffer.read()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
