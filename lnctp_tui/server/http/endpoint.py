"""The way of every request: bounds, signature, nonce, state, role, then the route's own work.

All of a route stands in one `Route`: path, action of the policy table, what its message holds, what is done.
There are no documentation pages, and no answer repeats anything of a request.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import monotonic, time
from typing import Any, TypeVar

import orjson
from fastapi import FastAPI, Request, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lnctp_tui.errors import Denied
from lnctp_tui.server.http import faults, logs, metrics, policy, requests
from lnctp_tui.server.http.authenticator import Sender
from lnctp_tui.server.http.bodies import Lingering
from lnctp_tui.server.http.idle_connections import surplus
from lnctp_tui.server.http.messages import Message as Body
from lnctp_tui.server.http.rate_limits import neighbourhood
from lnctp_tui.server.http.requests import Envelope
from lnctp_tui.server.services import Services
from lnctp_tui.sync import bounds, wire

VERSION = "v1"
SLOW = 2.0
"""Seconds after which an answer is worth a line, unless it was meant to wait."""

WRITES = frozenset({"window", "assign", "offer", "answer", "decide"})
"""Actions that may add to the log; a push tells by itself."""

UNPROVEN = frozenset({"bad_signature", "clock_skew", "unknown_device"})
"""Refusals of what no signature covers."""
SHORT, LONG = 4 << 10, 32 << 10
"""Bytes of a body, and of what it unpacks to, that are read without a thread."""

Understood = TypeVar("Understood", bound=Body)


@dataclass(frozen=True)
class Asked:
    """One request, past every check. `sender` is None only for an enrolment."""

    services: Services
    said: Envelope
    sender: Sender
    reach: policy.Reach
    body: Any
    parts: dict[str, str]
    """What stood in the path."""
    size: int = 0
    """Bytes of the unpacked body."""


@dataclass(frozen=True)
class Route:
    """One thing a laptop can ask for."""

    method: str
    path: str
    action: policy.Action
    message: type[Body]
    work: Callable[[Asked], Any] | None = None
    """Runs in a thread with a database connection at hand."""
    waits: Callable[[Asked], Awaitable[Any]] | None = None
    """Runs on the event loop: it may wait, and holds neither while it does."""


def application(routes: Sequence[Route], **options: Any) -> FastAPI:
    """The ASGI application. Whoever starts it puts its `Services` at `app.state.services`."""
    app = FastAPI(title="lnctp", docs_url=None, redoc_url=None, openapi_url=None, **options)
    for route in routes:
        app.add_api_route(
            f"/{VERSION}/{route.path}",
            _endpoint(route),
            methods=[route.method],
            name=f"{route.method} {route.path}",
            openapi_extra=described(route.method, route.message),
        )
    app.add_exception_handler(HTTPException, _no_such_route)
    app.add_middleware(Outer)
    return app


def _endpoint(route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await guarded(request, _answer(request.app.state.services, route, request))

    return answer


def served(services: Services) -> None:
    """Raises Denied 503 while the login to the database passes its policies: then nobody may be served."""
    if services.unwalled is not None:
        raise Denied(503, services.unwalled.code, 60)


async def guarded(request: Request, work: Awaitable[Response]) -> Response:
    """The answer, whatever happens: the outer door of this process."""
    try:
        return await work
    except Denied as denied:
        return await refused(request, denied, request.app.state.services.lingering)
    except requests.Gone:
        return Response(status_code=400)
    except Exception as error:
        denial = faults.denied(error)
        if denial.status == 500:
            logs.note("fault", level=logging.ERROR, error=error)
        return refusal(denial)


async def _answer(services: Services, route: Route, request: Request) -> Response:
    served(services)
    envelope, body = await heard(services, request)
    sender = await services.authenticator.authenticate(envelope)
    state = policy.barred(sender.state, route.action)
    if state is not None:
        raise Denied(403, state)
    reach = policy.reach(sender.role, route.action)
    if reach is None:
        raise Denied(403, "forbidden")
    size, heavy = 0, False
    if request.method == "GET":
        content = understood(route.message, dict(request.query_params))
    else:
        content, size, heavy = await read(services, envelope.device, body, route.message)
    call = Asked(services, envelope, sender, reach, content, dict(request.path_params), size)
    if route.action == "pull":  # it waits; its pages take their turns
        assert route.waits is not None
        return packed(await route.waits(call))
    async with services.at_work(envelope.device, heavy):
        if route.waits is not None:
            return packed(await route.waits(call))
        assert route.work is not None
        answer = await services.in_thread(lambda: packed(route.work(call)))  # type: ignore[misc]
    if route.action in WRITES:
        services.nudge()
    return answer


async def heard(services: Services, request: Request) -> tuple[Envelope, bytes]:
    """The signed head and the body of a request of a device we know. Raises Denied.

    What no signature covers is charged to the address. A signature that fits is heard whatever its address did.
    """
    address = address_of(request)
    try:
        envelope = requests.envelope(request.scope, int(time()), services.settings.names)
        public_key = await services.authenticator.key(envelope.device, address)
        if envelope.digest:
            requests.verify(envelope, public_key, envelope.digest)
            services.authenticator.allowed(envelope.device)
        body = await body_of(services, request, envelope, address)
        digest = wire.digest(body)
        if not envelope.digest:
            requests.verify(envelope, public_key, digest)
            services.authenticator.allowed(envelope.device)
        elif digest != envelope.digest:
            raise Denied(401, "bad_signature")
    except Denied as denied:
        if denied.code in UNPROVEN:
            services.authenticator.failed(address)
        raise
    return envelope._replace(key=public_key), body


async def body_of(
    services: Services, request: Request, envelope: Envelope, address: str, cap: int = wire.BODY_CAP
) -> bytes:
    """The body, within the room of the device that signed its head or else of the address. Raises Denied."""
    if envelope.digest == requests.NO_BODY and not requests.has_body(request.headers):
        return b""
    who = envelope.device if envelope.digest else address
    with services.bodies.reading(who, bool(envelope.digest)) as room:
        return await requests.body_of(request.receive, room, request.headers.get("content-length"), cap)


async def refused(request: Request, denied: Denied, lingering: Lingering) -> Response:
    """A refusal, late for whoever asks too often."""
    denied.close = denied.status == 408 or requests.endless(request.headers)
    if denied.who:
        await lingering.wait(denied.who)
    return refusal(denied)


def address_of(request: Request) -> str:
    """Where a request comes from: the peer, or whom a proxy of ours names (settings)."""
    return neighbourhood(request.client.host if request.client else "")


async def read(
    services: Services, device: str, body: bytes, kind: type[Understood]
) -> tuple[Understood, int, bool]:
    """What a body says, and whether it is long; the device pays by what it unpacks to. Raises Denied 413, 422.

    A long one is unpacked and read in a thread, one at a time for a device: it is no reason to let others wait. What
    would unpack to more than it may is paid as that.
    """
    try:
        return await _read(services, device, body, kind)
    except Denied as denied:
        if denied.code == "too_large":
            services.authenticator.pay(device, bounds.room(len(body), wire.BODY_CAP))
        raise


async def _read(
    services: Services, device: str, body: bytes, kind: type[Understood]
) -> tuple[Understood, int, bool]:
    if len(body) <= SHORT:
        content = requests.unpacked(body)
        if len(content) <= LONG:
            services.authenticator.pay(device, len(content))
            return understood(kind, requests.message_of(content)), len(content), False
    async with services.turns.of(device):
        content = await services.reading.run(lambda: requests.unpacked(body))
        services.authenticator.pay(device, len(content))
        message = await services.reading.run(lambda: understood(kind, requests.message_of(content)))
    return message, len(content), True


def understood(kind: type[Understood], content: Any) -> Understood:
    """The message. Raises Denied 422 `malformed`, without any of it."""
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise Denied(422, "malformed") from error


def packed(answer: Any) -> Response:
    """An answer for the line."""
    return Response(wire.pack(answer), media_type=wire.MEDIA)


def refusal(denied: Denied) -> Response:
    """A refusal for the line: a code, with its reason where there is one, and our clock; nothing else."""
    metrics.DENIED.labels(denied.code).inc()
    headers = {"Retry-After": str(denied.wait)} if denied.wait is not None else {}
    if denied.close:
        headers["Connection"] = "close"
    reason = {"reason": denied.reason} if denied.reason else {}
    content = orjson.dumps({"error": denied.code, "time": int(time())} | reason)
    return Response(content, denied.status, headers, "application/json")


async def _no_such_route(_: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    return refusal(Denied(status, "not_found" if status == 404 else "forbidden"))


def described(method: str, message: type[Body]) -> dict[str, Any]:
    """A route for OpenAPI, which only the tests read."""
    schema = message.model_json_schema()
    if method == "GET":
        fields = schema.get("properties", {}).items()
        return {"parameters": [{"name": name, "in": "query", "schema": field} for name, field in fields]}
    content = {wire.MEDIA: {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


class Outer:
    """Around everything: the time on every answer, one log line and one count for each request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = monotonic(), 0

        async def stamped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message["headers"])
                if all(name != b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
                if surplus.ends():
                    headers.append((b"connection", b"close"))
                message["headers"] = [
                    *headers,
                    (b"lnctp-time", str(int(time())).encode()),
                    (b"x-content-type-options", b"nosniff"),
                ]
            await send(message)

        try:
            await self._app(scope, receive, stamped)
        finally:
            self._count(scope, status, monotonic() - began)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        metrics.ANSWERED.labels(route, str(status)).inc()
        metrics.SECONDS.labels(route).observe(seconds)
        if status >= 400 or status == 0 or (seconds > SLOW and route != f"/{VERSION}/pull"):
            logs.note("request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000))
