"""What goes over the line: packing, the members of a change, signed requests, receipts. Both sides use it.

Bodies are JSON in UTF-8, compressed with zstd level 1, or plain where that would be a bomb. Protocol:
docs/synchronisation.md, "The line".
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson
import zstandard
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey

from lnctp_tui.domain.records import changes
from lnctp_tui.domain.records.scopes import EVERYBODY as EVERYBODY
from lnctp_tui.domain.records.scopes import PUBLIC_TABLES as PUBLIC_TABLES
from lnctp_tui.domain.records.scopes import scope_of as scope_of
from lnctp_tui.sync import bounds

VERSION = 2
"""Of the protocol; a server names the oldest it still answers pulls of. From 2 on changes may be salted."""
MEDIA = "application/vnd.lnctp+zstd"
ZSTD = b"\x28\xb5\x2f\xfd"
"""How a zstd frame begins, and no JSON."""
BODY_CAP = 4 << 20
"""Bytes of a request after decompression."""
ANSWER_CAP = 32 << 20
"""Bytes of an answer after decompression."""
BATCH = 1000
"""Changes in one push."""
TOLD = 5
"""Ids by which a batch is known again."""
MAX_IN_FLIGHT = 2
"""Batches that one laptop may have on the line at once."""
SKEW = 300
"""Seconds a request's time may be off."""

SENT = (*changes.COVERED, "hash", "sig")
"""Members of a change that are sent by its author."""


class Cursor(NamedTuple):
    """A place in the server's history: the number and the chain value there. `START` is before the first."""

    n: int
    chain: str


START = Cursor(0, "")


class TooLarge(ValueError):
    """A body that grows over its cap when it is unpacked."""


class Malformed(ValueError):
    """A body that is not zstd or not JSON."""


def pack(message: Any) -> bytes:
    """A message as bytes for the line; plain JSON where it would unpack to more than a body may."""
    content = orjson.dumps(message)
    packed = zstandard.ZstdCompressor(level=1).compress(content)
    return packed if len(content) <= bounds.room(len(packed), len(content)) else content


def unpack(body: bytes, cap: int) -> Any:
    """The message in `body`. Raises TooLarge past `cap` bytes or what they may hold (sync.bounds), Malformed."""
    return message_of(unpacked(body, cap), cap)


def unpacked(body: bytes, cap: int) -> bytes:
    """The bytes of the JSON in `body`. Raises TooLarge, Malformed."""
    if not body.startswith(ZSTD):
        if len(body) > cap:
            raise TooLarge(str(cap))
        return body
    most = bounds.room(len(body), cap)
    try:
        reader = zstandard.ZstdDecompressor(max_window_size=8 << 20).stream_reader(body)
        content = reader.read(most + 1)
    except zstandard.ZstdError as error:
        raise Malformed("zstd") from error
    if len(content) > most:
        raise TooLarge(str(most))
    return content


def message_of(content: bytes, cap: int) -> Any:
    """What JSON of at most `cap` bytes says. Raises TooLarge for more elements than it may have, Malformed."""
    try:
        return orjson.loads(bounds.within(content, cap))
    except bounds.Unbounded as error:
        raise TooLarge(str(error)) from error
    except orjson.JSONDecodeError as error:
        raise Malformed("json") from error


def sealed_by(change: Mapping[str, Any], public_key: str) -> bool:
    """Whether hash and signature of a change are what its device wrote. `public_key` in hexadecimal."""
    try:
        if changes.digest(changes.canonical(change)) != change["hash"]:
            return False
    except (KeyError, TypeError, ValueError):
        return False
    return signed_by(change, public_key)


def signed_by(change: Mapping[str, Any], public_key: str) -> bool:
    """Whether the device signed the change's hash; of an erased change this is all that can be checked."""
    try:
        key = bytes.fromhex(public_key)
    except ValueError:  # whatever a change says is a key
        return False
    return Seals().true(change, key)


class Seals:
    """Checks signatures of changes, of those that were sealed together one for all. Threads may share it."""

    def __init__(self) -> None:
        self._true: set[tuple[bytes, ...]] = set()

    def true(self, change: Mapping[str, Any], public_key: bytes) -> bool:
        """Whether the device signed the change's hash. Python's lock is not held meanwhile."""
        try:
            signature, message = changes.signed(change["hash"], change["sig"])
            seal = (public_key, signature, message)
            if seal not in self._true:
                # The plain binding: VerifyKey.verify copies the message three times more.
                crypto_sign_open(signature + message, public_key)
                self._true.add(seal)
        except (BadSignatureError, KeyError, TypeError, ValueError):
            return False
        return True


DIGEST = "LNCTP-Digest"
"""Of the body, so that a request can be told from a stranger's before its body is read."""


def digest(body: bytes) -> str:
    """What a request signs of its body: SHA-256, hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def request_bytes(
    method: str, host: str, path: str, device: str, time: int, nonce: str, digest: str
) -> bytes:
    """What a device signs of a request. `path` is raw, with its query; `time` in Unix seconds."""
    lines = ("lnctp-request-v1", method, host, path, device, str(time), nonce, digest)
    return "\n".join(lines).encode()


def request_headers(
    key: SigningKey, method: str, host: str, path: str, device: str, time: int, nonce: str, body: bytes
) -> dict[str, str]:
    """The headers that sign a request; `nonce` is 128 random bits in hexadecimal."""
    body_digest = digest(body)
    signature = key.sign(request_bytes(method, host, path, device, time, nonce, body_digest)).signature.hex()
    return {
        "LNCTP-Device": device,
        "LNCTP-Time": str(time),
        "LNCTP-Nonce": nonce,
        "LNCTP-Signature": signature,
        DIGEST: body_digest,
        "LNCTP-Version": str(VERSION),
    }


def chained(chain: str, id_: str, hash_: str) -> str:
    """The chain value after one more entry of the log: SHA-256, hexadecimal."""
    return hashlib.sha256(f"{chain}\n{id_}\n{hash_}".encode()).hexdigest()


def ids_digest(ids: Iterable[str]) -> str:
    """One hash over a set of change ids, for receipts."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()


def receipt_bytes(receipt: Mapping[str, Any]) -> bytes:
    """What the server signs of a receipt: `device`, `seq`, `ids` (digest), `n`, `chain`, `at`, canonical."""
    return b"lnctp-receipt-v1" + orjson.dumps(dict(receipt), option=orjson.OPT_SORT_KEYS)


def weight(id_: str, hash_: str) -> int:
    """What one change adds to the sum that two sides compare, modulo 2⁶⁴."""
    return int.from_bytes(hashlib.sha256(f"{id_}{hash_}".encode()).digest()[:8], "big")


def bucket(scope: str) -> int:
    """Which of the 256 sums a scope counts in."""
    return hashlib.sha256(scope.encode()).digest()[0]
