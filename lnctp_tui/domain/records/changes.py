"""A change as bytes: what its hash covers, and what its device signs."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

TOGETHER = 16
"""Most changes under one signature."""
COVERED = ("actor", "base", "case", "device", "hlc", "id", "patch", "row", "schema", "table")
SALT, SALTED = "salt", 2
"""Member that the hash covers too, and the version of the writer from which on every change has one: without it
the hash that stays after an erasure tells the values to whoever tries them."""
SALT_BYTES = 16
_IS_SALT = re.compile(rf"[0-9a-f]{{{2 * SALT_BYTES}}}").fullmatch
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def canonical(change: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a change: JSON, sorted keys, no blanks, UTF-8; `base` is a sorted set.

    Raises KeyError for a missing member, ValueError for NaN and UnicodeEncodeError for a lone surrogate.
    """
    return _encode(covered(change)).encode()


def covered(change: Mapping[str, Any]) -> dict[str, Any]:
    """What the hash covers. Raises KeyError, TypeError for what is no change."""
    found = {name: change[name] for name in COVERED}
    found["base"] = sorted(set(change["base"]))
    if (salt := change.get(SALT)) is not None:
        found[SALT] = salt
    return found


def well_salted(change: Mapping[str, Any]) -> bool:
    """Whether the salt of a change that holds values is one. Of later versions than ours we do not know the rule."""
    found = change.get(SALT)
    if found is None:
        return bool(change["schema"] != SALTED)
    return isinstance(found, str) and bool(_IS_SALT(found))


def digest(content: bytes) -> str:
    """SHA-256 of canonical bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def seals(hashes: Sequence[str], sign: Callable[[bytes], str]) -> Iterator[str]:
    """The `sig` of each of some changes that one device makes at once, for their hashes; all in hexadecimal.

    `sign` is asked once for up to 16 of them, which then are the leaves of a tree of hashes (RFC 6962, 2.1). A
    `sig` is the 64 bytes of the signature; under a tree, the place of the leaf follows in one byte and the other
    node of each step to the root, 32 bytes each, the lowest first. So each can be checked without the others.
    """
    start = 0
    while left := len(hashes) - start:
        count = min(TOGETHER, 1 << left.bit_length() - 1)
        yield from _sealed(hashes[start : start + count], sign)
        start += count


def _sealed(hashes: Sequence[str], sign: Callable[[bytes], str]) -> Iterator[str]:
    """Of a power of two of changes."""
    if len(hashes) == 1:
        yield sign(_ALONE + bytes.fromhex(hashes[0]))
        return
    rows = [[_leaf(each) for each in hashes]]
    while len(lower := rows[-1]) > 1:
        rows.append([_node(*lower[at : at + 2]) for at in range(0, len(lower), 2)])
    signature = sign(_TREE + rows.pop()[0])
    for place in range(len(hashes)):
        path = b"".join(row[place >> height ^ 1] for height, row in enumerate(rows))
        yield signature + (bytes([place]) + path).hex()


def signed(hash_: str, sig: str) -> tuple[bytes, bytes]:
    """The signature in a `sig`, and the bytes that it must be the device's signature of.

    They hold the hash and not the values: an erased change can still be checked. Raises ValueError for what
    `seals` does not make.
    """
    said = bytes.fromhex(sig)
    if len(said) == 64:
        return said, _ALONE + bytes.fromhex(hash_)
    height, rest = divmod(len(said) - 65, 32)
    if rest or not 0 < height <= _HEIGHT or (place := said[64]) >> height:
        raise ValueError("sig")
    node = _leaf(hash_)
    for start in range(65, len(said), 32):
        other = said[start : start + 32]
        node = _node(other, node) if place & 1 else _node(node, other)
        place >>= 1
    return said[:64], _TREE + node


_ALONE, _TREE = b"lnctp-change-v1", b"lnctp-changes-v1"
_HEIGHT = TOGETHER.bit_length() - 1


def _leaf(hash_: str) -> bytes:
    return hashlib.sha256(b"\0" + bytes.fromhex(hash_)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
