"""Gives every row and text of the protocol a place for a signature; what has one keeps it.

python tools/add_review_fields.py   add the empty fields that are missing to data/
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "lnctp_tui" / "data"
FIELDS = ("reviewed_by", "reviewed_on")
EMPTY = "".join(f'{name} = ""\n' for name in FIELDS)


def table(text: str) -> str:
    """A CSV with the two columns at its end."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    added = [name for name in FIELDS if name not in rows[0]]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([*row, *(added if at == 0 else [""] * len(added))] for at, row in enumerate(rows) if row)
    return out.getvalue() if added else text


def stage(text: str) -> str:
    """A stage with the fields in its head, beside a mark, and in each of its `[[field]]` blocks."""
    head, *blocks = re.split(r"(?m)^(?=\[\[field\]\])", text)
    if not re.search(r"(?m)^mark = ", head):
        head = re.sub(r"(?m)^(code = .*\n)", r'\1mark = "D"\n', head, count=1)
    return "".join([_signed(head), *map(_signed, blocks)])


def _signed(block: str) -> str:
    if re.search(r"(?m)^reviewed_by = ", block):
        return block
    return re.sub(r"(?m)^(code = .*\n(?:mark = .*\n)?)", lambda found: found[1] + EMPTY, block, count=1)


def main() -> None:
    """Writes the files that lack something."""
    tables = (*(DATA / "catalogs").glob("*.csv"), DATA / "indicators" / "indicators.csv")
    stages = [path for path in (DATA / "protocol").glob("*.toml") if path.name != "protocol.toml"]
    for path, change in (*((path, table) for path in tables), *((path, stage) for path in stages)):
        old = path.read_text("utf-8")
        if (new := change(old)) != old:
            path.write_text(new, "utf-8", newline="\n")


if __name__ == "__main__":
    main()
