"""What a change must be to enter the log: its shape, its text, its types, its seal. No database, no clock.

A reason is a short code that the laptop and the supervisor's screen explain: `malformed`, `table`, `scope`,
`foreign`, `practice`, `unknown_device`, `actor`, `hash`, `signature`, those of `domain.records.record_check`;
ingest adds `forbidden`, `id` and `storage`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from lnctp_tui.domain.practice import mark
from lnctp_tui.domain.records import bound, changes, record_check, writing
from lnctp_tui.domain.records.columns import DECLARED
from lnctp_tui.domain.records.scopes import OWN_TABLES, owner_of
from lnctp_tui.domain.values import text
from lnctp_tui.sync import wire

_ID = r"[0-9A-Za-z-]{1,36}"
ID = re.compile(_ID).fullmatch
SIG = r"[0-9a-f]{128}(?:0[0-9a-f](?:[0-9a-f]{64}){1,4})?"
TEXTS = ("id", "device", "actor", "row", "hash", "sig")
SHAPE = re.compile(rf"(?:{_ID}\n){{4}}[0-9a-f]{{64}}\n{SIG}").fullmatch
"""Of these members in lines: one look instead of six."""
SENT = frozenset(wire.SENT)
MOST_BASES = 2000
I64 = 1 << 63


PRACTICE = "practice"
"""Made in a practice vault, which is nobody's record."""
PLACED = (record_check.REASONS - {"text"}) | {
    "hash", "unknown_device", "foreign", "actor", "signature", "forbidden", "id", "storage",
}  # fmt: skip
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
        if mark.of_change(change):
            return PRACTICE
        if reason := _misplaced(change):
            return reason
        if finding := record_check.flaw(change["table"], change["patch"], change["hlc"]):
            return finding.reason
        content, proven = _content(change)
        if content is None or record_check.unclean(content, change["patch"]):
            return "text"
    except (ValueError, RecursionError, OverflowError):
        return "malformed"
    if not proven and changes.digest(content) != change["hash"]:
        return "hash"
    if writer is None:
        return "unknown_device"
    if change["actor"] not in writer.actors:
        return "actor"
    return None if _own_word(change, writer) else "forbidden"


def _own_word(change: Mapping[str, Any], writer: Writer) -> bool:
    """Whether a row that its id binds is the one it names, and vouched for by the person behind the device.

    By the id of the person and no other that the device writes as: two laptops of one person are one voice.
    """
    return change["table"] not in bound.BOUND or (
        bound.flaw(change) is None and writing.signed(change, {writer.person})
    )


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
        and all(isinstance(id_, str) and ID(id_) for id_ in base)
        and isinstance(patch, dict)
        and bool(patch)
        and set(map(type, patch)) == {str}
        and "" not in patch
        and max(map(len, patch)) <= record_check.LONGEST_NAME
    )


def _misplaced(change: Mapping[str, Any]) -> str | None:
    """A table nobody knows here, or a case that is not the one the record says it belongs to."""
    table, case = change["table"], change["case"]
    if table not in DECLARED:
        return "table"
    if table == "cases":
        return None if case == change["row"] else "scope"
    if table in wire.PUBLIC_TABLES:
        return None if case is None else "scope"
    if table in OWN_TABLES:
        return None if case == owner_of(table, change["row"], change["patch"]) else "scope"
    if case is None and table != "contacts":
        return "scope"
    return None if change["patch"].get("case_id", case) == case else "scope"


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


def preserved(change: Any) -> bytes:
    """A change as bytes that keep whatever it holds, for the quarantine."""
    try:
        return json.dumps(change, ensure_ascii=True, sort_keys=True, default=str).encode()
    except RecursionError:
        return "".join(text.spelled(change)).encode()
