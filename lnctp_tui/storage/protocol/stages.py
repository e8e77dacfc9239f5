"""Read stage, script and head files (TOML) into values, with a finding for each mistake of form."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from lnctp_tui.domain.protocol import conditions, toml_lines
from lnctp_tui.domain.protocol.conditions import Condition
from lnctp_tui.domain.protocol.protocol import (
    KINDS,
    LANGUAGES,
    MARKS,
    REQUIRED_BY,
    Field,
    Label,
    Line,
    Organisation,
    Review,
    Script,
    Stage,
)
from lnctp_tui.domain.protocol.protocol_check import Finding, Form, Head, Spoken
from lnctp_tui.domain.protocol.toml_lines import Lines
from lnctp_tui.domain.records.columns import LISTED, words

AT_LINE = re.compile(r"at line (\d+)")
REPEATED = re.compile("overwrite|twice|mutate|already")
"""Of tomllib's messages, those about a key or table that stands there already."""
FILE_NAME = re.compile(r"[a-z0-9_]+")
HEAD_KEYS = frozenset(("version", "stages", "catalogs", "never_ask_codes", "source"))
REVIEW_KEYS = ("mark", "reviewed_by", "reviewed_on")
STAGE_KEYS = words("version code phases title prompt must_ask never_ask source field").union(REVIEW_KEYS)
FIELD_KEYS = words(
    "on code kind catalog when required_by label help max_length source multiple script ask also"
).union(REVIEW_KEYS)
SCRIPT_KEYS = frozenset(("version", "code", "title", "lines", "source", *REVIEW_KEYS))
LINE_KEYS = frozenset((*LANGUAGES, "source", "asks", *REVIEW_KEYS))
ORGANISATION = "organisation"
ORGANISATION_KEYS = frozenset(("version", "code", "responsible", "notice"))


class Files(Protocol):
    """Where the texts come from and the findings go to: storage.protocol.protocol_loader.Files."""

    findings: list[Finding]

    def shown(self, path: str) -> str: ...
    def text(self, path: str) -> str | None: ...


def head(files: Files) -> Head:
    """protocol.toml: the version, the stages in order, the catalogs, what is never proposed."""
    path = "protocol/protocol.toml"
    reader = open_file(files, path, HEAD_KEYS)
    if reader is None:
        return Head(files.shown(path), toml_lines.index(""), "", (), (), ())
    return Head(
        reader.file,
        reader.lines,
        reader.text("version"),
        reader.file_names("stages"),
        reader.file_names("catalogs"),
        reader.codes("never_ask_codes"),
    )


def form(files: Files, code: str) -> Form | None:
    """One stage with the lines of its file; None when the file does not parse."""
    reader = open_file(files, f"protocol/{code}.toml", STAGE_KEYS, code)
    if reader is None:
        return None
    blocks = reader.tables("field")
    stage = Stage(
        code=code,
        title=reader.label("title"),
        prompt=reader.label("prompt"),
        fields=tuple(_field(reader, number, block) for number, block in enumerate(blocks, 1)),
        phases=reader.codes("phases"),
        must_ask=reader.codes("must_ask"),
        never_ask=reader.labels("never_ask"),
        source=reader.text("source", needed=False),
        version=reader.text("version"),
        mark=reader.mark(),
        review=reader.review(),
    )
    return Form(reader.file, stage, reader.lines)


def script(files: Files, code: str) -> Spoken | None:
    """One script with the lines of its file; None when the file does not parse."""
    reader = open_file(files, f"scripts/{code}.toml", SCRIPT_KEYS, code)
    if reader is None:
        return None
    read = Script(
        code,
        reader.label("title"),
        reader.spoken("lines"),
        reader.text("source", needed=False),
        reader.text("version"),
        reader.mark(),
        reader.review(),
    )
    return Spoken(reader.file, read, reader.lines)


def organisation(files: Files) -> Organisation:
    """Whose Line it is; empty texts while nobody has written them."""
    reader = open_file(files, f"{ORGANISATION}.toml", ORGANISATION_KEYS, ORGANISATION)
    if reader is None:
        return Organisation()
    return Organisation(reader.text("responsible"), reader.text("notice"))


def _field(parent: Reader, number: int, block: dict[str, Any]) -> Field:
    reader = Reader(parent.file, parent.lines, block, parent.findings, number)
    reader.only(FIELD_KEYS)
    on, kind = reader.text("on"), reader.text("kind")
    if kind and kind not in KINDS:
        reader.find("kind", "unknown_kind", what=kind)
    required_by = reader.text("required_by", needed=False) or None
    if required_by and required_by not in REQUIRED_BY:
        reader.find("required_by", "unknown_required_by", what=required_by)
    return Field(
        on=on,
        code=reader.text("code"),
        kind=kind,
        label=reader.label("label"),
        catalog=reader.text("catalog", needed=False) or None,
        when=reader.condition("when"),
        required_by=required_by,
        help=reader.label("help") if "help" in block else None,
        max_length=reader.typed("max_length", int, None),
        source=reader.text("source", needed=False),
        ask=reader.label("ask") if "ask" in block else None,
        script=reader.text("script", needed=False) or None,
        multiple=reader.typed("multiple", bool, on in LISTED),
        also=reader.codes("also"),
        mark=reader.mark(),
        review=reader.review(),
    )


def open_file(files: Files, path: str, keys: frozenset[str], code: str | None = None) -> Reader | None:
    text = files.text(path)
    if text is None:
        return None
    file = files.shown(path)
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = AT_LINE.search(str(error))
        line = int(found[1]) if found else max(1, len(text.splitlines()))
        detail = "repeated" if REPEATED.search(str(error)) else "syntax"
        files.findings.append(Finding(file, line, "bad_toml", {"detail": detail}))
        return None
    reader = Reader(file, toml_lines.index(text), values, files.findings)
    reader.only(keys)
    if not values.get("version"):
        reader.find("version", "missing_version")
    if code is not None and values.get("code") != code:
        reader.find("code", "wrong_file_code", expected=code)
    return reader


@dataclass
class Reader:
    """Typed access to one TOML table; what is absent or of a wrong type becomes a finding at its line."""

    file: str
    lines: Lines
    values: dict[str, Any]
    findings: list[Finding]
    block: int = 0
    at: tuple[str, str] | None = None
    """Inside a value of another key: that key, and a text of the line where the value stands."""

    def only(self, keys: frozenset[str]) -> None:
        for key in self.values:
            if key not in keys:
                self.find(key, "unknown_key", what=key)

    def find(self, key: str, code: str, text: str | None = None, **facts: Any) -> None:
        line = self.lines.of(*self.place(key, text))
        self.findings.append(Finding(self.file, line, code, facts))

    def place(self, key: str, text: str | None) -> tuple[str, int, str | None]:
        if self.at is None:
            return key, self.block, text
        return self.at[0], self.block, self.at[1] or None

    def typed(self, key: str, kind: type, default: Any, expected: str = "") -> Any:
        value = self.values.get(key, default)
        if key in self.values and type(value) is not kind:
            self.find(key, "wrong_type", what=key, expected=expected or kind.__name__)
            return default
        return value

    def text(self, key: str, needed: bool = True) -> str:
        if needed and key not in self.values and key != "version":
            self.find(key, "missing_key", what=key)
        return str(self.typed(key, str, ""))

    def file_names(self, key: str) -> tuple[str, ...]:
        """Codes that name files: nothing that leads to another folder."""
        if key not in self.values:
            self.find(key, "missing_key", what=key)
        for code in (codes := self.codes(key)):
            if not FILE_NAME.fullmatch(code):
                self.find(key, "bad_code", text=f'"{code}"', what=code)
        return tuple(code for code in codes if FILE_NAME.fullmatch(code))

    def codes(self, key: str) -> tuple[str, ...]:
        return tuple(self._each(key, str, "texts"))

    def tables(self, key: str) -> list[dict[str, Any]]:
        return list(self._each(key, dict, "tables"))

    def labels(self, key: str) -> tuple[Label, ...]:
        found = self._each(key, dict, "labels")
        return tuple(self._label(key, value) for value in found)

    def spoken(self, key: str) -> tuple[Line, ...]:
        return tuple(self._line(key, value) for value in self._each(key, dict, "labels"))

    def _line(self, key: str, value: dict[str, Any]) -> Line:
        for name in value.keys() - LINE_KEYS:
            self.find(key, "unknown_key", text=name, what=name)
        said = self._label(key, {name: value[name] for name in LANGUAGES if name in value})
        own = Reader(self.file, self.lines, value, self.findings, self.block, (key, said.es))
        source, asks = own.text("source", needed=False), own.text("asks", needed=False)
        return Line(said.es, said.en, source, own.mark(), own.review(), asks)

    def mark(self) -> str:
        """How sure the text is; a text without a mark is a finding only where `protocol check` asks for one."""
        found = self.text("mark", needed=False)
        if found and found not in MARKS:
            self.find("mark", "bad_mark", what=found)
        return found

    def review(self) -> Review:
        """Who signed. A day without a name, a name without a day or no day at all signs nothing."""
        found = Review(self.text("reviewed_by", needed=False), self.text("reviewed_on", needed=False))
        if not found.whole:
            self.find("reviewed_on", "bad_review", what=found.reviewed_by or found.reviewed_on)
        return found

    def label(self, key: str) -> Label:
        if key not in self.values:
            self.find(key, "missing_key", what=key)
        return self._label(key, self.typed(key, dict, {}))

    def condition(self, key: str) -> Condition | None:
        text = self.text(key, needed=False)
        if not text:
            return None
        try:
            return conditions.parse(text)
        except ValueError as error:
            self.find(key, "bad_condition", detail=str(error))
            return None

    def _label(self, key: str, value: dict[str, Any]) -> Label:
        for name in value.keys() - set(LANGUAGES):
            self.find(key, "unknown_key", text=name, what=name)
        said = {name: str(value.get(name) or "").strip() for name in LANGUAGES}
        some = next((text for text in said.values() if text), "")
        for name in LANGUAGES if value else ():
            if not said[name]:
                self.find(key, "missing_label", text=some or None, what=key, language=name)
        return Label(said["es"] or some, said["en"] or some)

    def _each(self, key: str, kind: type, expected: str) -> Iterable[Any]:
        for value in self.typed(key, list, [], expected):
            if isinstance(value, kind):
                yield value
            else:
                self.find(key, "wrong_type", what=key, expected=expected)
