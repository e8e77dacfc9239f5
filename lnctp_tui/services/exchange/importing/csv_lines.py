"""The lines of a CSV: what separates them, in which bytes they are written, and which of them are torn."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from pathlib import Path

from lnctp_tui.errors import BadInput
from lnctp_tui.services.exchange.importing.rules import Problem
from lnctp_tui.services.exchange.importing.table import Line

_LIMIT = 10_000_000
_SEP = re.compile(r'"?sep=(.)"?[;,\t]*', re.IGNORECASE)
_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def lines(path: Path, content: bytes, encoding: str, delimiter: str | None, skip: int) -> Iterator[Line]:
    """The lines of a CSV, whose titles stand after `skip`; a first line `sep=;` is Excel's and no line.

    Raises BadInput `import_not_utf8`.
    """
    csv.field_size_limit(_LIMIT)
    physical = _LINE.findall(_text(path, content, encoding))
    first = _SEP.fullmatch(physical[0].strip()) if physical else None
    start = 1 if first else 0
    between = delimiter or (first[1] if first else None) or _delimiter(physical[max(start, skip) :])
    while start < len(physical):
        line, start = _line(physical, start, between)
        yield line


def foreign(text: str) -> bool:
    """Whether a text holds bytes that its encoding does not have."""
    return any("\udc80" <= sign <= "\udcff" for sign in text)


def bytes_of(text: str, encoding: str) -> bytes:
    """The bytes that such a text was read from."""
    return text.encode(encoding, errors="surrogateescape")


def _line(physical: list[str], start: int, delimiter: str) -> tuple[Line, int]:
    """The line that begins at a physical one, and where the next begins: a quoted cell may hold line ends."""
    reader = csv.reader(
        (physical[at] for at in range(start, len(physical))), delimiter=delimiter, strict=True
    )
    try:
        cells = next(reader)
    except csv.Error:
        # A quotation mark that was never closed takes nothing of the lines below with it.
        text = physical[start].rstrip("\r\n")
        return Line(start + 1, (), text, Problem("", "not_csv", {"line": start + 1})), start + 1
    return Line(start + 1, cells), start + reader.line_num


def _text(path: Path, content: bytes, encoding: str) -> str:
    """The text: a byte order mark, or bytes that are UTF-8, say more than what a map declares."""
    for mark, marked in _MARKS:
        if content.startswith(mark):
            encoding = marked
    if not content.isascii() and _is_utf8(content):
        encoding = "utf-8-sig"
    try:
        # Bytes that are not of the encoding stay recognisable, so that only their row is refused.
        return content.decode(encoding, errors="surrogateescape")
    except UnicodeDecodeError as error:  # an encoding of two bytes
        raise BadInput("import_not_utf8", name=path.name, line=1) from error


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(physical: list[str]) -> str:
    """What the titles are separated with."""
    return max(",;\t|", key=next((line for line in physical if line.strip()), "").count)
