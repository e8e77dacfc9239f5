"""Pages: the supervisor's board, by a link that a signed request asks for, and the open data, for everybody.

Nothing here is signed but the question for the link. So a page is charged to the session or the address it comes from,
in this process alone: no address is written anywhere. Source: docs/security.md, "Pages".
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response

from lnctp_tui.errors import Denied
from lnctp_tui.server.admin import audit
from lnctp_tui.server.alerts.records import protocol
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.http import endpoint, faults, logs, metrics, policy
from lnctp_tui.server.http.endpoint import Asked, Route
from lnctp_tui.server.http.messages import Nothing
from lnctp_tui.server.http.rate_limits import Buckets
from lnctp_tui.server.pages import board_page, data_page, html, published, sessions
from lnctp_tui.server.pages.kept import Pages
from lnctp_tui.server.postgres.database import SERVE, transaction
from lnctp_tui.server.services import Services
from lnctp_tui.storage import instants

COOKIE: Final = "__Host-lnctp"
SET: Final = f"{COOKIE}={{value}}; Path=/; Max-Age={sessions.LONGEST}; Secure; HttpOnly; SameSite=Strict"
UNSET: Final = f"{COOKIE}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Strict"
FORM: Final = 200
"""Bytes of the only form."""
TOKENS: Final = re.compile(r"/entrar/([0-9a-f]{32})")
Answer = Callable[["Pages", Services, Request], Awaitable[Response]]


def add(app: FastAPI) -> None:
    """Adds these routes."""
    pages = app.state.pages = Pages()
    for method, path, work in OPEN:
        methods = [method, "HEAD"] if path.startswith("/datos") else [method]
        app.add_api_route(
            path, _endpoint(pages, work), methods=methods, name=f"{method} {path}", include_in_schema=False
        )


def _endpoint(pages: Pages, work: Answer) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        services = request.app.state.services
        try:
            endpoint.served(services)
            return await work(pages, services, request)
        except Exception as error:  # the outer door, for people: a page, and nothing of the request on it
            denied = faults.denied(error)
            if denied.status == 500:
                logs.note("fault", level=40, error=error)
            return await _refused(services, denied)

    return answer


async def _refused(services: Services, denied: Denied) -> Response:
    metrics.DENIED.labels(denied.code).inc()
    if denied.who:
        await services.lingering.wait(denied.who)
    if denied.status in (401, 403):
        return _html(board_page.closed(), denied.status, {"Set-Cookie": UNSET})
    title, text = {
        404: ("No existe", "Esta página no existe."),
        429: ("Demasiadas veces", "Espere un momento y vuelva a abrirla."),
    }.get(
        denied.status, ("No se puede mostrar", "El servidor no puede mostrarla ahora. Vuelva a intentarlo.")
    )
    wait = {"Retry-After": str(denied.wait)} if denied.wait is not None else {}
    return _html(board_page.told(title, text), denied.status, wait)


def _html(content: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(content, status, {**html.HEADERS, **(headers or {})}, "text/html; charset=utf-8")


def _charge(buckets: Buckets, who: str) -> None:
    """Raises Denied 429 `rate_limited`."""
    if wait := buckets.take(who):
        raise Denied(429, "rate_limited", wait, who)


# the board


def _link(call: Asked) -> Any:
    sender = call.sender
    protocol()  # read before the board is asked for
    with transaction(call.services.pool, sender.team, SERVE) as connection:
        token = sessions.link(connection, sender.team, sender.id)
        audit.note(connection, sender.team, instants.now(), sender.person, "board.link", sender.id)
    return {"path": f"/entrar/{token}", "seconds": sessions.LINK}


async def _door(_: Pages, __: Services, request: Request) -> Response:
    token = TOKENS.fullmatch(request.url.path)
    if token is None:
        raise Denied(404, "not_found")
    return _html(board_page.door(token[1]))


async def _enter(pages: Pages, services: Services, request: Request) -> Response:
    _charge(pages.tries, endpoint.address_of(request))
    # A form of another site must not put anybody into a session.
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Denied(403, "forbidden")
    token = await _typed(request)

    def enter() -> str:
        with transaction(services.pool, services.settings.team, SERVE) as connection:
            device = sessions.spend(connection, services.settings.team, token)
        sender = _leading(services, device)
        with transaction(services.pool, sender.team, SERVE) as connection:
            audit.note(connection, sender.team, instants.now(), sender.person, "board.open", sender.id)
            return sessions.begin(connection, sender.team, sender.id)

    value = await services.in_thread(enter)
    return _html(b"", 303, {"Location": "/tablero", "Set-Cookie": SET.format(value=value)})


async def _typed(request: Request) -> str:
    """The token of the form. Raises Denied 403 for any other body, 413 for a long one."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > FORM:
            raise Denied(413, "too_large")
    try:
        fields = dict(parse_qsl(content.decode("ascii"), max_num_fields=2))
    except ValueError as error:
        raise Denied(403, "forbidden") from error
    token = fields.get("ficha", "")
    if not sessions.FORM.fullmatch(token):
        raise Denied(403, "forbidden")
    return token


async def _board(pages: Pages, services: Services, request: Request) -> Response:
    value = _cookie(request)
    if value is None:
        _charge(pages.tries, endpoint.address_of(request))
        raise Denied(401, "forbidden")

    def sender() -> DeviceRow | None:
        with transaction(services.pool, services.settings.team, SERVE) as connection:
            device = sessions.alive(connection, services.settings.team, value)
        if device is None:
            return None
        try:
            return _leading(services, device)
        except Denied:
            with transaction(services.pool, services.settings.team, SERVE) as connection:
                sessions.end(connection, services.settings.team, value)
            raise

    address = endpoint.address_of(request)
    if (wait := pages.tries.empty(address)) and not pages.known(value):
        raise Denied(429, "rate_limited", wait, address)
    device = await services.in_thread(sender)
    if device is None:
        _charge(pages.tries, address)
        raise Denied(401, "forbidden")
    pages.know(value)
    _charge(pages.views, device.id)
    return _html(await pages.board(services, device))


async def _leave(pages: Pages, services: Services, request: Request) -> Response:
    _charge(pages.tries, endpoint.address_of(request))
    value = _cookie(request)
    if value is not None:

        def leave() -> None:
            with transaction(services.pool, services.settings.team, SERVE) as connection:
                sessions.end(connection, services.settings.team, value)

        await services.in_thread(leave)
    return _html(board_page.left(), 200, {"Set-Cookie": UNSET})


def _leading(services: Services, id_: str | None) -> DeviceRow:
    """The device, if it is this moment one whose person may see the board. Raises Denied 403."""
    device = services.control.device(id_) if id_ else None
    if (
        device is None
        or policy.barred(device.state, "board") is not None
        or policy.reach(device.role, "board") is None
    ):
        raise Denied(403, "forbidden")
    return device


def _cookie(request: Request) -> str | None:
    """The value of our cookie, None for none; several are none, since one of them was put there."""
    values = []
    for part in request.headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            values.append(value)
    return values[0] if len(values) == 1 and sessions.FORM.fullmatch(values[0]) else None


# open data


async def _listing(pages: Pages, services: Services, request: Request) -> Response:
    _charge(pages.data, endpoint.address_of(request))
    content = await pages.listing(services)
    return _tagged(request, _html(content), published.digest(content))


async def _file(pages: Pages, services: Services, request: Request) -> Response:
    _charge(pages.data, endpoint.address_of(request))
    edition, name = request.path_params["edition"], request.path_params["file"]
    stored = await pages.file(services, edition, name)
    if stored is None:
        raise Denied(404, "not_found")
    headers = {**html.HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    if data_page.media(name).startswith("text/html"):
        headers |= {
            "Content-Disposition": "inline",
            "Content-Security-Policy": data_page.policy(stored.content),
        }
    response = Response(stored.content, 200, headers, data_page.media(name))
    response.headers["Content-Type"] = data_page.media(name)
    return _tagged(request, response, stored.sha256)


def _tagged(request: Request, response: Response, digest: str) -> Response:
    """The response, or that it is the one that the reader has."""
    etag = f'"{digest}"'
    response.headers["ETag"], response.headers["Cache-Control"] = etag, "public, no-cache"
    etags = [
        entry.strip().removeprefix("W/") for entry in request.headers.get("if-none-match", "").split(",")
    ]
    if etag not in etags and "*" not in etags:
        return response
    headers = {name: response.headers[name] for name in (*html.HEADERS, "ETag", "Cache-Control")}
    return Response(status_code=304, headers=headers)


OPEN: Final[tuple[tuple[str, str, Answer], ...]] = (
    ("GET", "/entrar/{ficha}", _door),
    ("POST", "/entrar", _enter),
    ("GET", "/tablero", _board),
    ("POST", "/salir", _leave),
    ("GET", "/datos", _listing),
    ("GET", "/datos/{edition}/{file}", _file),
)


ROUTES = (Route("POST", "board", "board", Nothing, _link),)
