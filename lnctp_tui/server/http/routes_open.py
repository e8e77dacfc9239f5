"""What can be asked without being known: enrolment, signed with the key it brings, and how the server is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import time
from typing import Any

from fastapi import FastAPI, Request, Response

from lnctp_tui.errors import Denied
from lnctp_tui.server.admin.enrol import Enrolment
from lnctp_tui.server.http import endpoint, logs, metrics, requests
from lnctp_tui.server.http.messages import Enroll
from lnctp_tui.server.http.routes_self import about
from lnctp_tui.server.postgres import schema
from lnctp_tui.server.postgres.commits import REASON
from lnctp_tui.server.services import Services
from lnctp_tui.server.settings import is_loopback
from lnctp_tui.storage import instants
from lnctp_tui.sync import wire

READY = """SELECT version_num, EXISTS (SELECT FROM pg_stat_activity
    WHERE wait_event = 'SyncRep' AND query_start < clock_timestamp() - make_interval(secs => %s))
  FROM alembic_version"""
PATIENCE = 2.5
"""Seconds in which the database answers, or the server is not ready."""


def add(app: FastAPI) -> None:
    """Adds these routes."""
    work: dict[tuple[str, str], Callable[[Services, Request], Awaitable[Response]]] = {
        ("POST", f"/{endpoint.VERSION}/enroll"): _enroll,
        ("GET", "/health"): _health,
        ("GET", "/ready"): _ready,
        ("GET", "/metrics"): _metrics,
    }
    for (method, path), each in work.items():
        public = method == "POST"
        extra = endpoint.described("POST", Enroll) if public else None
        name = f"{method} {path}"
        app.add_api_route(
            path, _endpoint(each), methods=[method], name=name, include_in_schema=public, openapi_extra=extra
        )


def _endpoint(
    work: Callable[[Services, Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await endpoint.guarded(request, work(request.app.state.services, request))

    return answer


async def _enroll(services: Services, request: Request) -> Response:
    endpoint.served(services)
    address = endpoint.address_of(request)
    services.authenticator.enrolling(address)  # also one that succeeds: nobody enrols thirty laptops at once
    envelope = requests.envelope(request.scope, int(time()), services.settings.names)
    # Whoever it is, it is a stranger: nothing of its head proves anything.
    body = await endpoint.body_of(services, request, envelope._replace(digest=""), address, cap=64 << 10)
    message = endpoint.understood(Enroll, requests.message_of(requests.unpacked(body)))
    if message.device != envelope.device:
        raise Denied(401, "bad_signature")
    requests.verify(envelope, message.public_key, wire.digest(body))
    await services.authenticator.use(envelope)
    enrolment = Enrolment(services.settings.team, message, instants.now())

    def carry_out() -> dict[str, Any]:
        stored = enrolment.carry_out(services.pool)
        answer, _saved = about(services, services.control.device(stored.id) or stored)
        return answer | {"address": services.settings.teams.get(stored.team)}

    answer = await services.in_thread(carry_out)
    services.authenticator.know(envelope.device, message.public_key)
    logs.note("enrolled", device=envelope.device)
    return endpoint.packed(answer)


async def _health(_: Services, __: Request) -> Response:
    return Response(b'{"status":"ok"}', media_type="application/json")


async def _ready(services: Services, _: Request) -> Response:
    """One look at a time: a database that does not answer is not asked by one thread more each time."""
    if services.ready is None or services.ready.done():
        services.ready = asyncio.create_task(_is_ready(services))
        services.ready.add_done_callback(lambda look: look.cancelled() or look.exception())
    done, _waiting = await asyncio.wait({services.ready}, timeout=PATIENCE)
    if not done:
        raise Denied(503, "busy", 5)
    services.ready.result()
    return Response(b'{"status":"ready"}', media_type="application/json")


async def _is_ready(services: Services) -> None:
    def look() -> tuple[str, bool]:
        with services.pool.connection() as connection:
            return connection.execute(READY, (services.settings.commit_wait,)).fetchone() or ("", False)

    revision, waits = await services.in_thread(look)
    if revision != schema.HEAD:
        raise Denied(503, "busy", 30)
    await services.look_at_login()
    endpoint.served(services)
    if waits:
        raise Denied(503, "busy", 5, reason=REASON)


async def _metrics(_: Services, request: Request) -> Response:
    here = request.client is not None and is_loopback(request.client.host)
    if not here or "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        raise Denied(404, "not_found")
    return Response(metrics.text(), media_type=metrics.MEDIA)
