"""A change as bytes: what its hash and its signature cover."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

COVERED = ("actor", "base", "case", "device", "hlc", "id", "patch", "row", "schema", "table")
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def canonical(change: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a change: JSON, sorted keys, no blanks, UTF-8; `base` is a sorted set.

    Raises KeyError for a missing member, ValueError for NaN and UnicodeEncodeError for a lone surrogate.
    """
    covered = {name: change[name] for name in COVERED}
    covered["base"] = sorted(set(change["base"]))
    return _encode(covered).encode()


def digest(content: bytes) -> str:
    """SHA-256 of canonical bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def signed(hash_: str) -> bytes:
    """What a device signs of a change: its hash, so that an erased change can still be checked."""
    return b"lnctp-change-v1" + bytes.fromhex(hash_)
