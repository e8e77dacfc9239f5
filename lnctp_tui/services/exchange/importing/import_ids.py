"""Ids for imported records: importing twice must meet the same ones.

A UUID stays. Any other id is a name inside its document (`"madre"`), or for the case a name that it keeps
from import to import (`"hoja-17"`). A record without id gets UUIDv5 of its content within its document.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from lnctp_tui.services.exchange.importing.checks import as_uuid

NAMESPACE = UUID("6f1d1d0e-5b7c-5d5e-9a50-6c6e63747031").bytes


def within(namespace: bytes, content: bytes) -> UUID:
    """UUIDv5 of bytes. Source: RFC 9562, 5.5 (`uuid.uuid5` takes bytes only since Python 3.12)."""
    digest = hashlib.sha1(namespace + content, usedforsecurity=False).digest()
    return UUID(bytes=digest[:16], version=5)


def canonical(value: Any) -> bytes:
    """The same bytes for the same JSON value, whatever the order of its members."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # lone surrogates, whole numbers of more than 64 bits
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _nth(count: int) -> bytes:
    return b"#%d" % count if count else b""


@dataclass(frozen=True)
class Given:
    """An id and whether it says what the content was: then a stored record has nothing to be told."""

    id: str
    by_content: bool


class Ids:
    """The ids of one document."""

    def __init__(self, document: Mapping[str, Any], met: Counter[bytes] | None = None) -> None:
        """`met` counts the documents of one file by content: the second of two equal ones is another one."""
        self._met: dict[bytes, int] = {}
        self.case = self._case(document, Counter() if met is None else met)
        self._namespace = UUID(self.case.id).bytes

    @staticmethod
    def _case(document: Mapping[str, Any], met: Counter[bytes]) -> Given:
        raw_id = document["case"].get("id")
        uuid = as_uuid(raw_id)
        if uuid:
            return Given(uuid, by_content=False)
        if raw_id is not None:
            return Given(str(within(NAMESPACE, b"case:" + canonical(raw_id))), by_content=False)
        content = canonical(document)
        count = met[content]
        met[content] += 1
        return Given(str(within(NAMESPACE, content + _nth(count))), by_content=True)

    def of(self, member: str, record: Mapping[str, Any]) -> Given:
        """The id of one record. The second of two equal ones is another record."""
        raw_id = record.get("id")
        if raw_id is not None:
            return Given(self.named(member, raw_id), by_content=False)
        content = member.encode() + canonical(record)
        count = self._met[content] = self._met.get(content, -1) + 1
        return Given(str(within(self._namespace, content + _nth(count))), by_content=True)

    def named(self, member: str, raw_id: Any) -> str:
        """What an id or a reference means in this document."""
        return as_uuid(raw_id) or str(within(self._namespace, f"{member}:".encode() + canonical(raw_id)))
