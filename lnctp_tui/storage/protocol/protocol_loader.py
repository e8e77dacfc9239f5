"""Read the protocol: built-in files, overridden file by file by an organisation's folder.

`read` collects every mistake of form and goes on; `load` is what the app calls, and raises at the first.
Source: the file format in docs/protocol.md.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from sys import intern
from types import MappingProxyType
from typing import Any

from lnctp_tui.domain.protocol.protocol import (
    MARKS,
    NO_COLUMNS,
    NOBODY,
    Catalog,
    Label,
    Protocol,
    Review,
    Row,
)
from lnctp_tui.domain.protocol.protocol_check import SOFT, Finding, Form, Head, Reading, Sheet, problems
from lnctp_tui.domain.values.text import clean
from lnctp_tui.errors import BadProtocol
from lnctp_tui.storage.protocol import stages

COLUMNS = ("code", "es", "en", "valid_from", "valid_to", "source", "mark", "note")
INDICATOR_COLUMNS = ("dimension", "AL", "CL", "AS", "CS")
REVIEW = ("reviewed_by", "reviewed_on")
"""Columns of every catalog that may be left out: nobody has signed."""
CODE = re.compile(r"[A-Za-z0-9_-]+")
DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
LONGEST = 131_072
"""Characters of a cell; more is a quotation mark that was never closed. The csv module's own limit is the whole
process's, and the import raises it."""
SEPARATORS = {";": ";", "TAB": "\t", "|": "|"}
"""What spreadsheets write instead of a comma, and how it is named to a person."""
OWN_COLUMNS = {"indicator": INDICATOR_COLUMNS, "danger": ("level",)}
"""Columns of its own without which a catalog cannot be used."""
ALWAYS = ("reading", "rule")
"""Catalogs that are read also when an older protocol.toml of an organisation does not name them."""
INDICATORS = "indicators/indicators.csv"
SCRIPTS = ("emergency", "consent", "silent", "cover", "closing")
SUFFIXES = (".toml", ".csv")
HELP = "help"
LATER = ("reading", HELP)
"""Folders whose files are read when they are first asked for."""


@dataclass
class Files:
    """The folder over the built-in data, by relative path, and what was read from the folder."""

    folder: Path | None
    built_in: Traversable
    content: Mapping[str, bytes] | None = None
    """The folder's files by relative path, when they are at hand already and the disk is not asked."""
    overrides: dict[Path, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def shown(self, path: str) -> str:
        """What a person calls the file: where it is in their folder, else its path inside the program."""
        return str(self._own(path) or path)

    def text(self, path: str) -> str | None:
        """The text of one file, without byte order mark; None, with a finding, when it cannot be read."""
        try:
            return self._cleaned(path, self._bytes(path).decode("utf-8-sig"))
        except FileNotFoundError:
            self._refuse(path, 1, "missing_file")
        except OSError:
            self._refuse(path, 1, "unreadable_file")
        except UnicodeDecodeError as error:
            self._refuse(path, error.object.count(b"\n", 0, error.start) + 1, "not_utf8")
        return None

    def _cleaned(self, path: str, text: str) -> str:
        """A text of the organisation without characters that a screen must not get."""
        if self._own(path) is None:
            return text
        lines = [clean(line) for line in text.replace("\r\n", "\n").split("\n")]
        bad = next((number for number, (_line, replaced) in enumerate(lines, 1) if replaced), None)
        if bad is None:
            return text
        self._refuse(path, bad, "bad_text")
        return "\n".join(line for line, _replaced in lines)

    def unused(self) -> Iterator[Path]:
        """Protocol files of the folder that nothing names: most often a misspelt file name."""
        found: Iterable[Path] = ()
        if self.folder is not None:
            named = (
                self.folder.rglob("*") if self.content is None else map(self.folder.joinpath, self.content)
            )
            found = sorted(named)
        return (
            path
            for path in found
            if path.suffix in SUFFIXES and path not in self.overrides and path.parent.name not in LATER
        )

    def _own(self, path: str) -> Path | None:
        """The folder's file for a built-in one: at the same relative path, or straight in the folder.

        Help has the names of the stages, so it stands at its own path only.
        """
        if self.folder is None:
            return None
        names = (path,) if path.startswith(f"{HELP}/") else (path, Path(path).name)
        if self.content is not None:
            return next((self.folder / each for each in names if each in self.content), None)
        return next((self.folder / each for each in names if (self.folder / each).is_file()), None)

    def _bytes(self, path: str) -> bytes:
        own = self._own(path)
        if own:
            return self.overrides.setdefault(own, self._of_folder(own))
        return self.built_in.joinpath(path).read_bytes()

    def _of_folder(self, own: Path) -> bytes:
        if self.content is None or self.folder is None:
            return own.read_bytes()
        return self.content[own.relative_to(self.folder).as_posix()]

    def _refuse(self, path: str, line: int, code: str) -> None:
        self.findings.append(Finding(self.shown(path), line, code))


def load(folder: Path | None = None, content: Mapping[str, bytes] | None = None) -> Protocol:
    """The protocol of the organisation's folder, or of `content` that was read from it, over the built-in one.

    Raises BadProtocol (file, line, reason) at the first mistake that would lose or misread an answer. The
    built-in files are checked by tests, so that unlocking does not pay for the full check.
    """
    if folder is not None and content is None and not folder.is_dir():
        raise BadProtocol(file=str(folder), line=1, reason="missing_folder")
    reading = read(folder, content)
    found = [*reading.findings, *(problems(reading) if folder is not None else ())]
    first = next((finding for finding in found if finding.code not in SOFT), None)
    if first:
        raise BadProtocol(file=first.file, line=first.line, reason=first.code, **first.facts)
    return reading.protocol


def read(folder: Path | None = None, content: Mapping[str, bytes] | None = None) -> Reading:
    """Everything that can be read, with a finding for each mistake of form."""
    files = Files(folder, resources.files("lnctp_tui").joinpath("data"), content)
    head = stages.head(files)
    names = dict.fromkeys((*head.catalogs, *ALWAYS))
    sheets = {name: sheet for name in names if (sheet := read_catalog(files, name))}
    indicators = read_catalog(files, "indicator")
    if indicators:
        sheets["indicator"] = indicators
    forms = tuple(form for code in head.stages if (form := stages.form(files, code)))
    scripts = tuple(spoken for code in SCRIPTS if (spoken := stages.script(files, code)))
    organisation = stages.organisation(files)
    files.findings.extend(Finding(str(path), 1, "unused_file") for path in files.unused())
    protocol = Protocol(
        version=_version(head, files),
        stages=tuple(form.stage for form in forms),
        catalogs=MappingProxyType({name: sheet.catalog for name, sheet in sheets.items()}),
        indicators=indicators.catalog if indicators else Catalog("indicator", ()),
        never_ask_codes=frozenset(head.never_ask_codes),
        scripts=MappingProxyType({each.script.code: each.script for each in scripts}),
        organisation=organisation,
    )
    return Reading(protocol, head, forms, sheets, tuple(files.findings), scripts)


def _version(head: Head, files: Files) -> str:
    """The protocol's version; with overriding files also a mark of their content.

    A case remembers it, and two organisations' changes to one version must not look the same.
    """
    if not files.overrides:
        return head.version
    digest = hashlib.sha256()
    for path, data in sorted(files.overrides.items()):
        digest.update(f"{path.name} {len(data)} ".encode() + data)
    return f"{head.version}+{digest.hexdigest()[:8]}"


def catalog_path(name: str) -> str:
    """Where a catalog stands inside the program, and in an organisation's folder."""
    return INDICATORS if name == "indicator" else f"catalogs/{name}.csv"


def read_catalog(files: Files, name: str) -> Sheet | None:
    """One catalog with the line of each row; None when the file has no usable header."""
    path = catalog_path(name)
    text = files.text(path)
    if text is None:
        return None
    parser = _Sheet(files.shown(path), files.findings)
    rows, lines = parser.rows(text, (*COLUMNS, *OWN_COLUMNS.get(name, ())))
    if not parser.header:
        return None
    version = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Sheet(parser.file, Catalog(name, tuple(rows), version), tuple(lines))


@dataclass
class _Sheet:
    """The parser of one CSV: rows and their lines, and a finding for each mistake."""

    file: str
    findings: list[Finding]
    header: list[str] = field(default_factory=list)

    def rows(self, text: str, required: tuple[str, ...]) -> tuple[list[Row], list[int]]:
        rows: list[Row] = []
        lines: list[int] = []
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        line, empty = 1, True
        try:
            for cells in reader:
                if max(map(len, cells), default=0) > LONGEST:
                    raise csv.Error("cell too long")
                empty = False
                if not self.header:
                    if not self._take_header(cells, required):
                        break
                elif any(cells) and (row := self._row(cells, line)):
                    rows.append(row)
                    lines.append(line)
                line = reader.line_num + 1
        except csv.Error:
            self._find(line, "bad_csv")
            empty = False
        if empty:
            self._find(1, "bad_columns", missing=", ".join(required))
        return rows, lines

    def _take_header(self, cells: list[str], required: tuple[str, ...]) -> bool:
        missing = [name for name in required if name not in cells]
        twice = sorted({name for name in cells if cells.count(name) > 1 or not name})
        other = next((name for name, sign in SEPARATORS.items() if sign in cells[0]), None) if cells else None
        if missing and other:
            self._find(1, "wrong_separator", what=other)
        elif missing:
            self._find(1, "bad_columns", missing=", ".join(missing))
        if twice:
            self._find(1, "duplicate_column", twice=", ".join(name or "«»" for name in twice))
        if missing or twice:
            return False
        self.header = cells
        return True

    def _row(self, cells: list[str], line: int) -> Row | None:
        if len(cells) != len(self.header):
            self._find(line, "bad_row", expected=len(self.header), found=len(cells))
            return None
        # What stands in many cells, a source or a day, is held once.
        given = dict(zip(self.header, map(intern, cells), strict=True))
        code, es, en = given.pop("code"), given.pop("es"), given.pop("en")
        if not CODE.fullmatch(code):
            self._find(line, "bad_code", what=code)
        label = Label(es or en, en or es)
        if not (es and en):
            self._find(line, "missing_label", what=code, language="en" if es else "es")
        kept = {name: given.pop(name) for name in COLUMNS[3:]}
        self._check(code, kept, line)
        reviewed = [given.pop(name, "") for name in REVIEW]
        review = Review(*reviewed) if any(reviewed) else NOBODY
        if review is not NOBODY and not review.whole:
            self._find(line, "bad_review", what=code)
        extra = MappingProxyType({**given}) if given else NO_COLUMNS
        return Row(code=code, label=label, extra=extra, review=review, **kept)

    def _check(self, code: str, kept: Mapping[str, str], line: int) -> None:
        for name in ("valid_from", "valid_to"):
            if kept[name] and not DAY.fullmatch(kept[name]):
                self._find(line, "bad_date", what=code, column=name)
        if kept["mark"] not in MARKS:
            self._find(line, "bad_mark", what=code)
        if not kept["source"]:
            self._find(line, "missing_source", what=code)

    def _find(self, line: int, code: str, **facts: Any) -> None:
        self.findings.append(Finding(self.file, line, code, facts))


__all__ = ["Files", "Form", "load", "read"]
