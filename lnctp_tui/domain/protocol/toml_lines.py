"""Where a key stands in a TOML text: the parser gives values without lines, and a mistake needs its line."""

from __future__ import annotations

import re
from dataclasses import dataclass

KEY = re.compile(r"\s*\"?([A-Za-z_][A-Za-z0-9_-]*)\"?\s*=")


@dataclass(frozen=True)
class Lines:
    """Lines of a file cut into blocks: 0 is the head, 1… the `[[…]]` tables in order. Lines count from 1."""

    lines: tuple[str, ...]
    starts: tuple[int, ...]
    """0-based index of the first line of each block."""

    def block(self, block: int) -> int:
        """The line where a block begins."""
        return self.starts[block] + 1 if block < len(self.starts) else 1

    def of(self, key: str, block: int = 0, text: str | None = None) -> int:
        """The line of `key` in a block; with `text`, the first line from there on that holds it.

        Without such a key, the block's own line: where the missing key belongs.
        """
        start, end = self._bounds(block)
        for index in range(start, end):
            match = KEY.match(self.lines[index])
            if match and match[1] == key:
                return self._within(index, end, text)
        return start + 1

    def _within(self, index: int, end: int, text: str | None) -> int:
        rest = range(index, end) if text else ()
        return next((at for at in rest if text and text in self.lines[at]), index) + 1

    def _bounds(self, block: int) -> tuple[int, int]:
        if block >= len(self.starts):
            return 0, 0
        following = self.starts[block + 1] if block + 1 < len(self.starts) else len(self.lines)
        return self.starts[block], following


def index(text: str) -> Lines:
    """The lines of a TOML text. Headers inside multi-line strings are no headers."""
    lines = tuple(text.split("\n"))
    starts, inside = [0], False
    for number, line in enumerate(lines):
        if not inside and line.lstrip().startswith("[["):
            starts.append(number)
        if (line.count('"""') + line.count("'''")) % 2:
            inside = not inside
    return Lines(lines, tuple(starts))
