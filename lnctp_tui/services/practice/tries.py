"""Tries of before: points, codes and times, no words. A file of its own beside the vault, never in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lnctp_tui.storage import paths

FILE = "practice.jsonl"
RESULT, REAL = "result.json", "real"
"""In the throw-away folder: the result of the try; whether a real call waits."""
MOST = 2_000
"""Tries that are kept; older ones go."""


def keep(home: Path, result: dict[str, Any]) -> None:
    """Add a try to those of before; the file is replaced whole. Raises StorageFailed."""
    lines = [json.dumps(each, ensure_ascii=False) for each in [*earlier(home), result]][-MOST:]
    paths.replace_file(home / FILE, ("\n".join(lines) + "\n").encode())


def earlier(home: Path, code: str | None = None) -> list[dict[str, Any]]:
    """The tries of before, oldest first; of one scenario when it is named. A line nobody can read is left out."""
    try:
        text = (home / FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    tries = []
    for line in text.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and isinstance(row.get("points"), int):
            tries.append(row)
    return [row for row in tries if code is None or row.get("scenario") == code]


def hand_back(folder: Path, result: dict[str, Any]) -> None:
    """Leave the result of the try where the command that started it finds it."""
    (folder / RESULT).write_text(json.dumps(result), encoding="utf-8")


def handed_back(folder: Path) -> dict[str, Any] | None:
    """The result that the practice process left; None when it left none."""
    try:
        row = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return row if isinstance(row, dict) else None
