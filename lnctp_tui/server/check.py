"""What a change must be to enter the log: its shape, its text, its types, its seal. No database, no clock.

A reason is a short code that the laptop and the supervisor's screen explain: `malformed`, `table`, `scope`,
`type`, `text`, `foreign`, `unknown_device`, `actor`, `hash`, `signature`; the door adds `forbidden`, `id` and
`storage`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import orjson
from sqlalchemy import JSON, Boolean, Float, Integer

from lnctp_tui.domain import changes, moments, text
from lnctp_tui.storage.session import ANSWER, COLUMNS, TABLES
from lnctp_tui.sync import wire

_ID = r"[0-9A-Za-z-]{1,36}"
ID = re.compile(_ID).fullmatch
SIG = r"[0-9a-f]{128}(?:0[0-9a-f](?:[0-9a-f]{64}){1,4})?"
TEXTS = ("id", "device", "actor", "row", "hash", "sig")
SHAPE = re.compile(rf"(?:{_ID}\n){{4}}[0-9a-f]{{64}}\n{SIG}").fullmatch
"""Of these members in lines: one look instead of six."""
SENT = frozenset(wire.SENT)
LONGEST_NAME = 200
MOST_BASES = 2000
I64 = 1 << 63
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ESCAPED = re.compile(rb"\\[ubf]").search
_PRINTABLE = bytes(range(0x20, 0x7F))


PLACED = frozenset(
    {"type", "hash", "unknown_device", "foreign", "actor", "signature", "forbidden", "id", "storage"}
)
"""Reasons of changes whose table, row and case can be read."""


class Writer(NamedTuple):
    """Who may have signed: the public key (hexadecimal), the ids this device writes as, its person's role."""

    public_key: str
    person: str
    actors: frozenset[str]
    role: str = ""


def flaw(change: Any, writer: Writer | None) -> str | None:
    """Why a change cannot enter the log, or None. `writer` is its device's, None when nobody knows it."""
    reason = unfit(change, writer)
    return reason if reason or writer is None or wire.signed_by(change, writer.public_key) else "signature"


def unfit(change: Any, writer: Writer | None) -> str | None:
    """As `flaw`, but for the signature."""
    try:
        if not _shaped(change):
            return "malformed"
        if (reason := _misplaced(change)) or (reason := _mistyped(change)):
            return reason
        content, proven = _content(change)
        if content is None or _unclean(content, change["patch"]):
            return "text"
    except (ValueError, RecursionError, OverflowError):
        return "malformed"
    if not proven and changes.digest(content) != change["hash"]:
        return "hash"
    if writer is None:
        return "unknown_device"
    return None if change["actor"] in writer.actors else "actor"


def _shaped(change: Any) -> bool:
    if not isinstance(change, dict) or not change.keys() >= SENT:
        return False
    base, patch = change["base"], change["patch"]
    try:
        texts = "\n".join([change[name] for name in TEXTS])
    except TypeError:
        return False
    return (
        bool(SHAPE(texts))
        and (change["case"] is None or (isinstance(change["case"], str) and bool(ID(change["case"]))))
        and type(change["hlc"]) is int
        and 0 < change["hlc"] < I64
        and type(change["schema"]) is int
        and 0 <= change["schema"] < I64
        and changes.well_salted(change)
        and isinstance(change["table"], str)
        and isinstance(base, list)
        and len(base) <= MOST_BASES
        and all(isinstance(each, str) and ID(each) for each in base)
        and isinstance(patch, dict)
        and bool(patch)
        and set(map(type, patch)) == {str}
        and "" not in patch
        and max(map(len, patch)) <= LONGEST_NAME
    )


def _misplaced(change: Mapping[str, Any]) -> str | None:
    """A table nobody knows here, or a case that is not the one the record says it belongs to."""
    table, case = change["table"], change["case"]
    if table not in COLUMNS:
        return "table"
    if table == "cases":
        return None if case == change["row"] else "scope"
    if table in wire.PUBLIC_TABLES:
        return None if case is None else "scope"
    if case is None and table != "contacts":
        return "scope"
    return None if change["patch"].get("case_id", case) == case else "scope"


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_whole(value: Any) -> bool:
    return type(value) is int and -I64 <= value < I64


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < 1e300


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _check_of(kind: Any) -> Callable[[Any], bool]:
    if isinstance(kind, Boolean):
        return lambda value: isinstance(value, bool)
    if isinstance(kind, Integer):
        return _is_whole
    if isinstance(kind, Float):
        return _is_number
    return _is_list if isinstance(kind, JSON) else _is_text


CHECKS: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    table: {name: _check_of(TABLES[table].columns[name].type) for name in columns - {"answers"}}
    for table, columns in COLUMNS.items()
}
MOMENTS = moments.INSTANTS | moments.DATES
AHEAD = timedelta(days=2)
"""By how much a laptop's date may be ahead of its clock in UTC, and its clock of the world's."""


def _mistyped(change: Mapping[str, Any]) -> str | None:
    """Unknown names and answers may be anything; a column only what it is."""
    checks = CHECKS[change["table"]]
    for name, value in change["patch"].items():
        if value is not None and (fits := checks.get(name)) is not None and not fits(value):
            return "type"
        if name in MOMENTS and name in checks and moments.flaw(name, value, _day_of(change)):
            return "type"
        if name == ANSWER:
            return "malformed"
    return None


def _day_of(change: Mapping[str, Any]) -> date | None:
    """The last day that the change's own clock allows; None for a clock that tells no day."""
    try:
        return (EPOCH + timedelta(microseconds=change["hlc"]) + AHEAD).date()
    except OverflowError:
        return None


def _content(change: Mapping[str, Any]) -> tuple[bytes | None, bool]:
    """The canonical bytes, None for text that has none, and whether the hash is already known to be theirs."""
    try:
        # The same bytes as `canonical` but for rare numbers; an equal hash proves it, in a tenth of the time.
        quick = orjson.dumps(changes.covered(change), option=orjson.OPT_SORT_KEYS)
        if changes.digest(quick) == change["hash"]:
            return quick, True
    except TypeError:
        pass
    try:
        return changes.canonical(change), False
    except UnicodeEncodeError:
        return None, False


def _unclean(content: bytes, patch: Any) -> bool:
    """Whether a text in a change is not clean.

    One look over the whole is enough for nearly all: JSON escapes the controls, and what is not ASCII is
    little. What does not pass like this is looked at value by value.
    """
    rest = content.translate(None, _PRINTABLE).decode()
    escaped = b"\\" in content and _ESCAPED(content)
    return (bool(escaped) or text.clean(rest)[1] > 0) and not _clean(patch)


def _clean(value: Any) -> bool:
    if isinstance(value, str):
        return text.clean(value)[1] == 0
    if isinstance(value, dict):
        return all(_clean(key) and _clean(each) for key, each in value.items())
    return not isinstance(value, list) or all(map(_clean, value))


def preserved(change: Any) -> bytes:
    """A change as bytes that keep whatever it holds, for the quarantine."""
    return json.dumps(change, ensure_ascii=True, sort_keys=True, default=str).encode()
