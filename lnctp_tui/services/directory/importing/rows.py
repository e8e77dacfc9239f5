"""The lines of a spreadsheet as providers: each cell by its column's kind, every problem told, nothing guessed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as member
from pathlib import Path
from typing import Any, Final

from lnctp_tui.domain.directory import hours
from lnctp_tui.domain.protocol.protocol import Catalog, Field, Label, Protocol
from lnctp_tui.domain.records import record_check
from lnctp_tui.domain.records.kinds import BY_TABLE, LISTS, Column
from lnctp_tui.domain.values import lookup, phones
from lnctp_tui.domain.values.text import clean, fold
from lnctp_tui.errors import BadInput, Refused
from lnctp_tui.services.directory import writing
from lnctp_tui.services.exchange.importing import files
from lnctp_tui.services.exchange.importing.mapping import Plan, Reading, Target
from lnctp_tui.services.exchange.importing.rules import Problem

ERASE: Final = "#borrar"
"""A cell that empties its field; an empty cell leaves it as it is."""
ON: Final = {
    "provider": "providers", "site": "provider_sites", "service": "provider_services",
    "channel": "provider_channels",
}  # fmt: skip
OWN: Final = frozenset({
    "drafted_by", "proposed_by", "founded_on", "replaces_id", "merged_into", "parent_id", "provider_id", "site_id",
    "curator_id", "status",
})  # fmt: skip
"""Columns that no file fills."""
POSTAL: Final = 5
"""Figures of a Mexican postal code; a spreadsheet loses the zero with which those of the capital begin."""
_POSTAL = re.compile(r"(\d{4,5})(?:[.,]0+)?")
_TARGET = re.compile(r"(provider|site|service|channel)(?::(\w{1,20}))?\.([a-z_0-9]+)")
_BETWEEN = re.compile(r"[;,|\n]")
_YES, _NO = (
    frozenset({"si", "yes", "s", "x", "1", "true", "verdadero"}),
    frozenset({"no", "n", "0", "false", "falso"}),
)


@dataclass
class ProviderRow:
    """One line of the file."""

    number: int
    source: Mapping[str, Any]
    """Title → cell, for the file of refusals."""
    provider: dict[str, Any] = member(default_factory=dict)
    sites: dict[str, dict[str, Any]] = member(default_factory=dict)
    services: dict[str, dict[str, Any]] = member(default_factory=dict)
    channels: dict[str, dict[str, Any]] = member(default_factory=dict)
    problems: list[Problem] = member(default_factory=list)
    notes: list[Problem] = member(default_factory=list)
    """What was kept as it stands and is to be looked at: hours that nobody could read."""

    def says(self, other: ProviderRow) -> bool:
        """Whether two lines say the same."""
        mine, theirs = (
            (row.provider, *([*part.values()] for part in (row.sites, row.services, row.channels)))
            for row in (self, other)
        )
        return mine == theirs


class DirectoryReading(Reading):
    """A mapping whose targets are `provider.name`, `site.state`, `service:2.kind`, `channel:3.value`."""

    def target(self, text: Any, key: str | None = None) -> Target:
        """What `channel:2.value` means. Raises BadInput when no such field is known."""
        match = _TARGET.fullmatch(text) if isinstance(text, str) else None
        if match is None or _column(match[1], match[3]) is None:
            raise BadInput("import_mapping", name=self.name, key=key or str(text), reason="unknown_target")
        return Target(match[1], match[2] or "1", Field(match[1], match[3], "text", Label(match[3], match[3])))


def plan_of(path: Path | None, titles: Iterable[str], name: str, protocol: Protocol) -> Plan:
    """The mapping of a TOML file; without one the titles are the targets themselves."""
    if path is None:
        return DirectoryReading(name, protocol).of_titles(title for title in titles if title)
    try:
        content = tomllib.loads(files.read_bytes(path).decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput("import_mapping", name=path.name, key="TOML", reason="not_toml") from error
    return DirectoryReading(path.name, protocol).read(content)


def _column(on: str, code: str) -> Column | None:
    return next(
        (column for column in BY_TABLE[ON[on]].columns if column.name == code and code not in OWN), None
    )


def read_row(number: int, source: Mapping[str, Any], plan: Plan, protocol: Protocol) -> ProviderRow:
    """A line as a provider. One with neither a name nor a channel, or with impossible ages, has a problem."""
    row = ProviderRow(number, source)
    for target, value in plan.constants:
        _put(row, target, str(value), "", protocol)
    for titles in plan.groups:
        cells = {title: cell for title in titles if (cell := str(source.get(title) or "").strip())}
        if cells:
            first = next(iter(cells))
            said = (plan.columns[title].codes.get(fold(cell), cell) for title, cell in cells.items())
            _put(row, plan.columns[first], " ".join(said), first, protocol)
    _whole(row)
    return row


def _put(row: ProviderRow, target: Target, text: str, title: str, protocol: Protocol) -> None:
    column = _column(target.on, target.field.code)
    assert column is not None
    record = (
        row.provider if target.on == "provider" else getattr(row, target.on + "s").setdefault(target.slot, {})
    )
    if reason := _no_text(text, clean(text)[0]):
        row.problems.append(Problem(title, reason))
        return
    if text == ERASE and (target.on in BOUND_ROWS or column.name == "name"):
        row.notes.append(Problem(title, "not_erased"))
        return
    if text == ERASE:
        record[column.name] = None
        return
    text = quoted[1] if (quoted := _QUOTED.fullmatch(text)) else text
    try:
        if column.name == "municipality":
            record[column.name] = _code(protocol, "municipality", clean(text)[0], record.get("state"))
        else:
            record[column.name] = _read(column, target, clean(text)[0], protocol, row, title)
    except _Unread as unread:
        row.problems.append(
            Problem(title, unread.reason, {"catalog": unread.catalog} if unread.catalog else {})
        )


BOUND_ROWS: Final = ("site", "channel")
"""What is not emptied: a number or address goes when another one was verified."""
_QUOTED = re.compile(r'="([^"]*)"')
"""How a spreadsheet writes a text of figures into a CSV."""
_ERROR = re.compile(r"#(?:¡|¿)?[A-ZÁÉÍÓÚ/0]{2,10}[!?]|#N/[AD]")


_BETWEEN_LETTERS = re.compile("[^\\W\\d_][¤¢£¡¿‚‡„†‰][^\\W\\d_]")
"""Where an accent of cp850 or of an old Macintosh stood."""


def _no_text(text: str, cleaned: str) -> str | None:
    """Why a cell says nothing: a formula, what a spreadsheet shows for one that failed, accents read as others."""
    if _ERROR.fullmatch(text):
        return "cell_error"
    if text.startswith("=") and not _QUOTED.fullmatch(text):
        return "formula_text"
    if "\ufffd" in cleaned:
        return "unreadable_signs"
    if _BETWEEN_LETTERS.search(text) or (max(text, default="") >= "\u00c2" and _twice(text)):
        return "bad_accents"
    return None


def _twice(text: str) -> bool:
    """Whether it is UTF-8 that somebody read as cp1252: `PeÃ±a`."""
    try:
        return text.encode("cp1252").decode() != text
    except UnicodeError:
        return False


class _Unread(Exception):
    """A cell that says nothing its column takes."""

    def __init__(self, reason: str, catalog: str = "") -> None:
        super().__init__(reason)
        self.reason, self.catalog = reason, catalog


def _read(column: Column, target: Target, text: str, protocol: Protocol, row: ProviderRow, title: str) -> Any:
    if column.name == "hours":
        return _hours(text, row, title)
    if column.name == "postal_code":
        return figures[1].zfill(POSTAL) if (figures := _POSTAL.fullmatch(text)) else text
    if column.name in LISTS:
        return [_code(protocol, LISTS[column.name], part) for part in _parts(text, target)]
    if column.name == "covers":
        return [_place(protocol, part) for part in _parts(text, target)]
    if column.catalog and column.catalog != "answer":
        return _code(protocol, column.catalog, text)
    value = _OF_TYPE.get(column.type, str)(text) if column.catalog is None else _answer(text)
    if reason := record_check.CHECKS[ON[target.on]][column.name](value):
        raise _Unread("not_a_number" if column.between else reason)
    return value


def _parts(text: str, target: Target) -> list[str]:
    between = re.compile(re.escape(target.separator)) if target.separator else _BETWEEN
    return [part.strip() for part in between.split(text) if part.strip()]


def _hours(text: str, row: ProviderRow, title: str) -> str:
    read = hours.read(text)
    if read.grammar is None:
        row.notes.append(Problem(title, "hours_unread", {"readings": ", ".join(read.readings)}))
    return read.grammar or text


def _code(protocol: Protocol, name: str, text: str, within: str | None = None) -> str:
    catalog = protocol.catalogs[name]
    rows = lookup.exact(catalog, text, within=within)
    if len(rows) != 1:
        raise _Unread("ambiguous" if rows else "unknown_code", name)
    return rows[0].code


def _place(protocol: Protocol, text: str) -> str:
    """A country, state or municipality by code or name; a name that several have is asked with its state's code."""
    if fold(text) in ("mx", "mexico", "nacional", "todo el pais"):
        return "MX"
    for name in ("state", "municipality", "country"):
        rows = lookup.exact(protocol.catalogs.get(name, Catalog(name, ())), text)
        if len(rows) == 1:
            return rows[0].code
        if rows:
            raise _Unread("ambiguous", name)
    raise _Unread("unknown_code", "state")


def _answer(text: str) -> str:
    said = fold(text)
    return "yes" if said in _YES else "no" if said in _NO else said


def _number(text: str) -> Any:
    found = re.fullmatch(r"\s*(\d{1,9})(?:[.,]0+)?\s*", text)
    return int(found[1]) if found else text


def _yes_no(text: str) -> Any:
    return {"yes": True, "no": False}.get(_answer(text), text)


_OF_TYPE: Final[Mapping[str, Callable[[str], Any]]] = {
    "whole": _number, "bool": _yes_no, "list": lambda text: [part.strip() for part in text.split("\n") if part.strip()],
}  # fmt: skip


def _whole(row: ProviderRow) -> None:
    """What a line says as a whole: its numbers one by one, its ages in order, a name or a number at least."""
    row.channels = {
        f"{slot}/{place}": made
        for slot, channel in row.channels.items()
        for place, made in enumerate(_channels(channel, row))
    }
    for service in row.services.values():
        least, most = service.get("age_min"), service.get("age_max")
        if isinstance(least, int) and isinstance(most, int) and least > most:
            row.problems.append(Problem("", "ages_reversed"))
    if not row.provider.get("name") and not row.channels:
        row.problems.append(Problem("", "neither_name_nor_channel"))


def _channels(channel: Mapping[str, Any], row: ProviderRow) -> list[dict[str, Any]]:
    value = str(channel.get("value") or "")
    rest = {name: said for name, said in channel.items() if name not in ("kind", "value")}
    kind = channel.get("kind") or ("email" if "@" in value else "web" if _WEB(value) else "phone")
    if not value:
        return []
    if kind not in writing.PHONES:
        return [rest | {"kind": kind, "value": value}]
    if phones.digits_lost(value):
        row.problems.append(Problem("", "digits_lost"))
        return []
    several = phones.read(value)
    try:
        if len(several) > 1:
            return [rest | writing.written(kind, phone.text) for phone in several]
        return [rest | writing.written(kind, value)]
    except Refused:
        row.problems.append(Problem("", "bad_number"))
        return []


_WEB = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE).match
