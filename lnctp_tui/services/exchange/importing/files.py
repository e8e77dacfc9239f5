"""Rows of a file that is imported: JSON (one document or a list), JSON Lines, or CSV with a mapping.

A row that cannot be read is a row with a reason, so that the others go on. Source: docs/import.md.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from lnctp_tui.errors import BadInput
from lnctp_tui.services.exchange.importing.rules import Problem

_SUFFIXES = {".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv"}
_BOOKS = dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "xlsx")
_BOOK_BYTES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How a workbook begins, whatever its file is called."""
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Row:
    """One document as found, or why it could not be read."""

    number: int
    """Place in the list from 1, or the line of the file."""
    document: Any
    source: Any
    """What goes to the file of refused rows: the document, or the text of its line."""
    problems: tuple[Problem, ...] = ()
    """Why it is not taken: what of it could be read stands in `document` all the same."""
    sheet: bool = False
    """Whether it is a line of a spreadsheet."""


def read_bytes(path: Path) -> bytes:
    """As `read_raw`, without a byte order mark."""
    return read_raw(path).removeprefix(_BOM)


def read_raw(path: Path) -> bytes:
    """The whole file, or `-` standard input. Raises BadInput `file_failed`."""
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        from lnctp_tui.storage.paths import errno_name

        raise BadInput("file_failed", name=path.name, reason=errno_name(error)) from error


def guess(path: Path, content: bytes) -> str:
    """The format by the file's name, else by its first character. Raises BadInput `import_format`."""
    form = "xlsx" if content.startswith(_BOOK_BYTES) else (_SUFFIXES | _BOOKS).get(path.suffix.lower())
    if form:
        return form
    content = content.removeprefix(_BOM)
    first = content.lstrip()[:1]
    if first not in (b"{", b"["):
        raise BadInput("import_format", name=path.name)
    return "json" if first == b"[" or _is_json(content) else "jsonl"


def documents(path: Path, content: bytes, form: str) -> list[Row]:
    """The rows of a JSON or JSON Lines file. Raises BadInput `import_not_utf8`, `import_not_json`."""
    content = content.removeprefix(_BOM)
    if form == "jsonl":
        return list(_lines(content))
    try:
        parsed = parse(content)
    except ValueError:
        lines = list(_lines(content))
        if len(lines) > 1 and any(not item.problems for item in lines):
            return lines
        if line := bad_line(content):
            raise BadInput("import_not_utf8", name=path.name, line=line) from None
        raise BadInput("import_not_json", name=path.name, line=_mistake(content)) from None
    listed = parsed if isinstance(parsed, list) else [parsed]
    return [Row(number, item, item) for number, item in enumerate(listed, 1)]


def _is_json(content: bytes) -> bool:
    try:
        parse(content)
    except ValueError:
        return False
    return True


def parse(content: bytes) -> Any:
    """The JSON value of some bytes. Raises ValueError, also for bad UTF-8 and endless nesting."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        pass
    try:
        # The slower reader takes lone surrogates, which become visible later, and long integers.
        return json.loads(content.decode())
    except RecursionError as error:
        raise ValueError("nesting") from error


def _lines(content: bytes) -> Iterator[Row]:
    for number, line in enumerate(content.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            parsed = parse(line)
        except UnicodeDecodeError:
            yield Row(
                number, None, line.decode(errors="replace"), (Problem("", "not_utf8", {"line": number}),)
            )
        except ValueError:
            yield Row(
                number, None, line.decode(errors="replace"), (Problem("", "not_json", {"line": number}),)
            )
        else:
            yield Row(number, parsed, parsed)


def bad_line(content: bytes) -> int | None:
    """The line of the first byte that is not UTF-8, None when all are."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return content.count(b"\n", 0, error.start) + 1
    return None


def _mistake(content: bytes) -> int:
    try:
        json.loads(content.decode())
    except json.JSONDecodeError as error:
        return error.lineno
    except (ValueError, RecursionError):
        pass
    return 1
