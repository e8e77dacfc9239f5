"""The line to the server: signed calls over connections that are kept open.

Everything that can go wrong on it becomes SyncFailed with a code that a person can be told about.
"""

from __future__ import annotations

import secrets
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

import orjson
from nacl.encoding import HexEncoder
from nacl.signing import SigningKey

from lnctp_tui.errors import StorageFailed, SyncFailed
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.replication import server_state
from lnctp_tui.sync import audit_check, fresco, tls, wire

if TYPE_CHECKING:
    import httpcore

CONNECT, SILENT, WRITE = 10.0, 30.0, 60.0
"""Seconds to wait for a connection, for the next byte of an answer, for a byte to be taken."""
SLOWEST = 200
"""Bytes a second below which an answer is given up, after the first minute."""
ERROR_CAP = 64 << 10
PORTS = {"http": 80, "https": 443}
RETRYABLE = frozenset({429, 502, 503, 504})
Headers = Mapping[bytes, str]
"""By their names in small letters."""


class Line(Protocol):
    """What synchronisation needs of a connection. Tests put faults here."""

    offset: int
    """Seconds the server's clock is ahead of this laptop's."""

    def call(
        self, method: str, path: str, message: Mapping[str, Any] | None = None, *, wait: float = 0.0
    ) -> dict[str, Any]:
        """The server's answer; `wait` is how long it may take its time. Raises SyncFailed."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


class HttpLine:
    """A line over HTTP, for two calls at once at most."""

    def __init__(
        self,
        url: str,
        ca: str | None,
        device: str,
        key: SigningKey,
        *,
        now: Callable[[], Any] = instants.now,
        offset: int = 0,
        server_key: str = "",
        on_order: Callable[[], object] = lambda: None,
    ) -> None:
        """`server_key` is the one pinned at enrolment; `on_order` hears that the server told to destroy."""
        import httpcore  # several MiB that a laptop without a server does not spend

        parts = tls.split(url)
        assert parts.hostname
        self.device, self.key, self.now, self.offset = device, key, now, offset
        self._server_key, self._on_order = server_key, on_order
        self._scheme, self._name = parts.scheme.encode(), parts.hostname.encode("idna")
        self._port = PORTS[parts.scheme] if parts.port is None else parts.port
        name = f"[{parts.hostname}]" if ":" in parts.hostname else self._name.decode()
        self._host = name if self._port == PORTS[parts.scheme] else f"{name}:{self._port}"
        # Not httpx: of all it adds here is nothing wanted, neither proxies nor cookies nor redirects.
        self._pool = httpcore.ConnectionPool(
            tls.context(ca) if parts.scheme == "https" else None, max_connections=2, keepalive_expiry=120
        )

    def close(self) -> None:
        self._pool.close()

    def call(
        self, method: str, path: str, message: Mapping[str, Any] | None = None, *, wait: float = 0.0
    ) -> dict[str, Any]:
        body = b"" if message is None else wire.pack(message)
        for last in (False, True):
            try:
                return self._once(method, path, body, wait)
            except SyncFailed as error:
                # The answer brought the server's time: the same request once more, signed anew.
                if error.code != "clock_skew" or last:
                    raise
        raise AssertionError

    def _once(self, method: str, path: str, body: bytes, wait: float) -> dict[str, Any]:
        import httpcore

        moment = int(self.now().timestamp()) + self.offset
        # The nonce also keeps a request that is repeated after a lost answer from being a replay.
        nonce = secrets.token_hex(16)
        headers = {"Host": self._host, "Accept-Encoding": "identity"} | wire.request_headers(
            self.key, method, self._host, path, self.device, moment, nonce, body
        )
        if body:
            headers |= {"Content-Type": wire.MEDIA, "Content-Length": str(len(body))}
        request = httpcore.Request(
            method,
            httpcore.URL(scheme=self._scheme, host=self._name, port=self._port, target=path.encode()),
            headers=list(headers.items()),
            content=body,
            extensions={
                "timeout": {"connect": CONNECT, "read": SILENT + wait, "write": WRITE, "pool": SILENT}
            },
        )
        with failures():
            answer = self._pool.handle_request(request)
            try:
                answer_headers = {name.lower(): value.decode("latin-1") for name, value in answer.headers}
                self._learn_time(answer_headers)
                content = _read(answer, wire.ANSWER_CAP if answer.status == 200 else ERROR_CAP, wait)
            finally:
                answer.close()
        try:
            message = _understood(answer.status, answer_headers, content)
        except SyncFailed as error:
            if error.code == audit_check.ORDER:
                self._on_order()
            raise
        # Only what is proven goes on: whoever finds a Fresco there may rely on it.
        proof = fresco.proven(message.get(fresco.MEMBER), self._server_key, self.device, nonce)
        return {**message, fresco.MEMBER: proof}

    def _learn_time(self, headers: Headers) -> None:
        seconds = headers.get(b"lnctp-time", "")
        if seconds.isdecimal() and len(seconds) < 12:
            offset = int(seconds) - int(self.now().timestamp())
            # A second either way is the time the answer took.
            if abs(offset - self.offset) > 1:
                self.offset = offset


class failures:
    """Turns what httpcore raises into SyncFailed; its own texts may name hosts and are dropped."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None or isinstance(error, SyncFailed):
            return
        import httpcore

        if _certificate(error):
            raise SyncFailed("server_certificate") from None
        if isinstance(error, httpcore.TimeoutException):
            raise SyncFailed("server_slow") from None
        if isinstance(error, httpcore.ConnectError):
            raise SyncFailed("offline") from None
        if isinstance(error, httpcore.NetworkError | httpcore.ProtocolError | OSError):
            raise SyncFailed("line_broke") from None


def _certificate(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False


def _read(answer: httpcore.Response, cap: int, wait: float) -> bytes:
    """The body as it came, under a cap and above a pace. Raises SyncFailed."""
    began = time.monotonic()
    content = bytearray()
    for piece in answer.iter_stream():
        content += piece
        if len(content) > cap:
            raise SyncFailed("answer_too_large")
        if (time.monotonic() - began - wait - 60) * SLOWEST > len(content):
            raise SyncFailed("server_slow")
    return bytes(content)


def _understood(status: int, headers: Headers, content: bytes) -> dict[str, Any]:
    message = _message(status, headers, content)
    if status == 200:
        if not isinstance(message, dict):
            raise SyncFailed("not_a_server")
        return message
    error = message.get("error") if isinstance(message, dict) else None
    code = error if isinstance(error, str) and error in KNOWN else _by_status(status)
    if code == "busy" and isinstance(message, dict) and message.get("reason") == WAITS:
        code = WAITS
    raise SyncFailed(audit_check.ORDER if code in ORDERS else code, status=status, **_after(headers))


def _message(status: int, headers: Headers, content: bytes) -> Any:
    """What an answer says, None for what is not ours. Refusals may come without compression."""
    try:
        if headers.get(b"content-type") == wire.MEDIA:
            return wire.unpack(content, wire.ANSWER_CAP)
        return orjson.loads(content) if status != 200 else None
    except wire.TooLarge:
        raise SyncFailed("answer_too_large") from None
    except (wire.Malformed, orjson.JSONDecodeError):
        return None


def _after(headers: Headers) -> dict[str, float]:
    seconds = headers.get(b"retry-after", "")
    return {"retry_after": float(seconds)} if seconds.isdecimal() and len(seconds) < 6 else {}


def _by_status(status: int) -> str:
    if status in RETRYABLE:
        return "busy"
    codes = {401: "bad_signature", 403: "forbidden", 404: "not_found", 413: "too_large", 422: "malformed"}
    return codes.get(status, "server_failed" if status >= 500 else "not_a_server")


KNOWN = frozenset(
    ("clock_skew", "bad_signature", "replayed", "unknown_device", "pending", "revoked", "upload_only",
     "forbidden", "too_large", "malformed", "rate_limited", "server_full", "busy", "code_unknown", "code_used",
     "code_expired", "device_taken", "seal", "wipe", "wipe_all", "too_old", "too_slow", "not_found",
     "control_form", "control_org", "control_old", "control_forked", "control_backwards", "control_threshold",
     "control_same_person", "control_baseline", "control_unpinned", "control_officer", "control_refused",
     "control_incomplete")
)  # fmt: skip
"""What a server may say; anything else is taken by its status."""
WAITS = "second_machine"
"""Reason of `busy`: what was sent is on one machine of the server and waits for the other."""
ORDERS = frozenset({"wipe", "wipe_all"})
"""Words with which a server once had laptops wiped. An answer is no order: nothing obeys them."""


def dial(store: Store) -> HttpLine:
    """A line to the server this laptop is enrolled with. Raises SyncFailed `not_enrolled`."""
    with store.read() as connection:
        server = server_state.server(connection)
        key = state.get(connection, server_state.DEVICE_KEY)
        offset = int(state.get(connection, server_state.OFFSET, 0))
    if server is None or key is None:
        raise SyncFailed("not_enrolled")
    secret = SigningKey(key, HexEncoder)

    def alarm() -> None:
        with suppress(StorageFailed), store.write() as unit:
            audit_check.alarm(unit, audit_check.ORDER)

    return HttpLine(
        server.url, server.ca, store.author.device, secret,
        now=store.now, offset=offset, server_key=server.key, on_order=alarm,
    )  # fmt: skip


def pages(ids: list[str], size: int) -> Iterator[list[str]]:
    """A list in pieces."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
