"""A workbook as the archive that it is, looked at before anything unpacks it: how large, what runs, what is not there.

What an archive says of its own size is not believed: its members are unpacked piece by piece and thrown away.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from copy import copy
from typing import Final

from lnctp_tui.errors import BadInput

ZIP, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How a workbook begins: of today, and of before 2007."""
MOST_UNPACKED: Final = 200 << 20
MOST_MEMBERS: Final = 5000
_PIECE: Final = 1 << 20
_RUNS: Final = re.compile(r"(?:^|/)(?:vbaProject\w*\.bin|macrosheets/.*|Basic/.*|Scripts/.*)$", re.IGNORECASE)
_OLD_RUNS: Final = "_VBA_PROJECT".encode("utf-16-le")


def check_size(name: str, content: bytes) -> None:
    """Raises BadInput `import_unpacks` for what unpacks to more than 200 MB, `import_not_workbook` for a torn one."""
    if not content.startswith(ZIP):
        return
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            unpacked = sum(member.file_size for member in members)
            if unpacked <= MOST_UNPACKED and len(members) <= MOST_MEMBERS:
                unpacked = 0
                for member in members:
                    for size in _sizes(archive, member):
                        if (unpacked := unpacked + size) > MOST_UNPACKED:
                            break
            elif len(members) > MOST_MEMBERS:
                unpacked = MOST_UNPACKED + 1
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise BadInput("import_not_workbook", name=name) from error
    if unpacked > MOST_UNPACKED:
        raise BadInput("import_unpacks", name=name, most=f"{MOST_UNPACKED >> 20} MB")


def _sizes(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[int]:
    """The sizes of a member's pieces as they are unpacked: it may hold more than it says."""
    real = copy(member)
    real.file_size = sys.maxsize
    with archive.open(real) as file:
        while piece := file.read(_PIECE):
            yield len(piece)


def check_macros(name: str, content: bytes) -> None:
    """Raises BadInput `import_macros` for a workbook that holds programs."""
    runs = False
    if content.startswith(ZIP):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                runs = any(_RUNS.search(member) for member in archive.namelist())
        except zipfile.BadZipFile as error:
            raise BadInput("import_not_workbook", name=name) from error
    elif content.startswith(OLD):
        runs = _OLD_RUNS in content
    if runs:
        raise BadInput("import_macros", name=name)


_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*[^/>])>(.*?)</(?:\w+:)?c>", re.DOTALL)
_AT = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
ODS: Final = "content.xml"
"""The member of an ODS that holds its sheets."""
_RESULTS: Final = ("value", "date-value", "time-value", "boolean-value", "string-value")
MOST_LIKE: Final = 100_000
"""Rows that one row may stand for before the rest is no data."""
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>[^<]")


def unreckoned(content: bytes, sheet: str) -> list[tuple[int, int]]:
    """Row and column, from 1, of the formulas of a sheet that no program ever reckoned: they read as empty."""
    if not content.startswith(ZIP):
        return []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if ODS in archive.namelist():
            return [(row, column) for row, column, reckoned in _ods_formulas(archive, sheet) if not reckoned]
        member = _member(archive, sheet)
        if member is None:
            return []
        cells = _CELL.findall(archive.read(member))
    found = []
    for attributes, inner in cells:
        if _FORMULA.search(inner) and not _VALUE.search(inner) and (at := _AT.search(attributes)):
            found.append((int(at[2]), column_number(at[1].decode())))
    return found


def formulas(content: bytes, sheet: str) -> set[int]:
    """The rows, from 1, of a sheet of an XLSX or ODS that hold a formula, reckoned or not."""
    if not content.startswith(ZIP):
        return set()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if ODS in archive.namelist():
            return {row for row, _column, _reckoned in _ods_formulas(archive, sheet)}
        member = _member(archive, sheet)
        if member is None:
            return set()
        cells = _CELL.findall(archive.read(member))
    return {
        int(at[2]) for attributes, inner in cells if _FORMULA.search(inner) and (at := _AT.search(attributes))
    }


def _ods_formulas(archive: zipfile.ZipFile, sheet: str) -> Iterator[tuple[int, int, bool]]:
    """Row and column, from 1, of each formula of a sheet of an ODS, and whether its result stands beside it."""
    from xml.etree import ElementTree

    with archive.open(ODS) as content:
        row = column = 0
        inside, repeated = False, 1
        try:
            for event, element in ElementTree.iterparse(content, ("start", "end")):
                name = element.tag.rpartition("}")[2]
                said = {key.rpartition("}")[2]: text for key, text in element.attrib.items()}
                if name == "table":
                    inside, row = event == "start" and said.get("name") == sheet, 0
                elif inside and name == "table-row" and event == "start":
                    repeated, column = _times(said.get("number-rows-repeated")), 0
                elif inside and name == "table-row":
                    row += repeated
                    element.clear()
                elif inside and name in ("table-cell", "covered-table-cell") and event == "start":
                    if said.get("formula"):
                        reckoned = said.get("value-type") == "string" or any(key in said for key in _RESULTS)
                        yield from (
                            (row + at, column + 1, reckoned) for at in range(1, min(repeated, MOST_LIKE) + 1)
                        )
                    column += _times(said.get("number-columns-repeated"))
        except ElementTree.ParseError:
            return


def _times(said: str | None) -> int:
    return int(said) if said and said.isascii() and said.isdigit() and len(said) < 8 else 1


def _member(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The member of an XLSX that holds a sheet, by the workbook's own table; None in other formats."""
    from xml.etree import ElementTree

    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return None
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    except ElementTree.ParseError:
        return None
    targets = {link.get("Id"): str(link.get("Target")) for link in links}
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            link = next((text for name, text in element.items() if name.endswith("}id")), None)
            target = targets.get(link, "").lstrip("/")
            return next((path for path in (target, f"xl/{target}") if path in names), None)
    return None


def column_number(letters: str) -> int:
    """`A` is 1, `AA` 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """1 is `A`, 27 `AA`."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
