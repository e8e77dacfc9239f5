"""A request as it stands on the line: who signed it, its body within bounds, and the ways to refuse it.

The signature covers method, host, raw path and query, device, time, nonce and the body's digest. Order of the
checks: what is cheap first, the signature before the body is read, the database last. Source:
docs/synchronisation.md, "The line".
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from lnctp_tui.errors import Denied
from lnctp_tui.server.http.bodies import Body
from lnctp_tui.sync import wire

DRAINED = 4 * wire.BODY_CAP
"""Bytes that a sender may finish sending after the refusal, so that it reads it. They are kept nowhere."""
NO_BODY = wire.digest(b"")

_DEVICE = re.compile(r"[0-9A-Za-z-]{1,36}")
_TIME = re.compile(r"[0-9]{1,12}")
_NONCE = re.compile(r"[0-9a-f]{32}")
_SIGNATURE = re.compile(r"[0-9a-f]{128}")
_PUBLIC_KEY = re.compile(r"[0-9a-f]{64}")

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class Gone(Exception):
    """The sender hung up before the body was whole."""


class Envelope(NamedTuple):
    """What the headers of a request say."""

    method: str
    host: str
    path: str
    """Raw, with its query."""
    device: str
    time: int
    nonce: str
    signature: str
    version: int
    digest: str = ""
    """Of the body, as the head says it; empty when it does not."""
    key: str = ""
    """The public key (hexadecimal) that the signature was checked with, once it was."""


def envelope(scope: MutableMapping[str, Any], now: int, names: frozenset[str] = frozenset()) -> Envelope:
    """The signed part of a request's head. Raises Denied 401 `bad_signature`, `clock_skew`."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    parts = [headers.get(f"lnctp-{name}", "") for name in ("device", "time", "nonce", "signature")]
    patterns = (_DEVICE, _TIME, _NONCE, _SIGNATURE)
    if not all(pattern.fullmatch(part) for pattern, part in zip(patterns, parts, strict=True)):
        raise Denied(401, "bad_signature")
    host = headers.get("host", "")
    if names and host.rpartition(":")[0].lower() not in names and host.lower() not in names:
        raise Denied(401, "bad_signature")
    device, time, nonce, signature = parts
    if abs(int(time) - now) > wire.SKEW:
        raise Denied(401, "clock_skew")
    path, query = scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1")
    version, digest = headers.get("lnctp-version", ""), headers.get("lnctp-digest", "")
    if digest and not _PUBLIC_KEY.fullmatch(digest):
        raise Denied(401, "bad_signature")
    if not digest and not has_body(headers):
        digest = NO_BODY
    return Envelope(
        scope["method"],
        host,
        f"{path}?{query}" if query else path,
        device,
        int(time),
        nonce,
        signature,
        int(version) if _TIME.fullmatch(version) else 0,
        digest,
    )


def endless(headers: Mapping[str, str]) -> bool:
    """Whether a body has no end that is worth waiting for when it is refused unread."""
    length = headers.get("content-length", "0")
    return "transfer-encoding" in headers or not length.isdecimal() or int(length[:12]) > DRAINED


def has_body(headers: Mapping[str, str]) -> bool:
    """Whether something follows the head. Names of headers in small letters."""
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def verify(envelope: Envelope, public_key: str, digest: str) -> None:
    """Raises Denied 401 `bad_signature` unless the holder of `public_key` (hexadecimal) signed all of it.

    `digest` is of the body: what the head says of it, before it is read, or what it turned out to be.
    """
    if not _PUBLIC_KEY.fullmatch(public_key):
        raise Denied(401, "bad_signature")
    content = wire.request_bytes(
        envelope.method, envelope.host, envelope.path, envelope.device, envelope.time, envelope.nonce, digest
    )
    try:
        VerifyKey(bytes.fromhex(public_key)).verify(content, bytes.fromhex(envelope.signature))
    except (BadSignatureError, ValueError) as error:
        raise Denied(401, "bad_signature") from error


async def body_of(
    receive: Receive, body: Body, announced: str | None = None, cap: int = wire.BODY_CAP
) -> bytes:
    """The bytes of a body. Raises Denied 413 `too_large` past `cap`, 408 `too_slow`, what `body` raises; Gone."""
    if announced is not None and (not announced.isdecimal() or int(announced[:12]) > cap):
        raise Denied(413, "too_large")
    content = bytearray()
    room = body.space.room
    try:
        async with asyncio.timeout(room.whole):
            while True:
                async with asyncio.timeout(room.idle):
                    message = await receive()
                if message["type"] == "http.disconnect":
                    raise Gone
                part = message.get("body", b"")
                body.grow(len(part))
                content += part
                if len(content) > cap:
                    raise Denied(413, "too_large")
                if not message.get("more_body", False):
                    return bytes(content)
    except TimeoutError as error:
        raise Denied(408, "too_slow") from error


def unpacked(body: bytes) -> bytes:
    """The JSON in a body. Raises Denied 413 `too_large`, 422 `malformed`."""
    with _bounded():
        return wire.unpacked(body, wire.BODY_CAP)


def message_of(content: bytes) -> Any:
    """What the JSON of a body says. Raises Denied 413 `too_large`, 422 `malformed`."""
    with _bounded():
        return wire.message_of(content, wire.BODY_CAP)


@contextmanager
def _bounded() -> Iterator[None]:
    try:
        yield
    except wire.TooLarge as error:
        raise Denied(413, "too_large") from error
    except wire.Malformed as error:
        raise Denied(422, "malformed") from error
