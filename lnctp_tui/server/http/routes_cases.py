"""Cases between people: the local window, handing over, looking for, and what a supervisor decides."""

from __future__ import annotations

from typing import Any

from lnctp_tui.errors import Denied
from lnctp_tui.server.admin import access, quarantine_review
from lnctp_tui.server.http.endpoint import Asked, Route
from lnctp_tui.server.http.messages import Answer, Bucket, Decide, Handing, Nothing, Search, Window
from lnctp_tui.server.postgres.database import SERVE, transaction
from lnctp_tui.server.read import equality, history, search, tallies
from lnctp_tui.storage import instants

COLLEAGUES = "SELECT id, name, role, state = 'active' FROM people WHERE team = %s ORDER BY name, id"


def _window(call: Asked) -> Any:
    body: Window = call.body
    return access.window(call.services.pool, call.sender, body.scopes, body.action, instants.now())


def _assign(call: Asked) -> Any:
    body: Handing = call.body
    return access.assign(call.services.pool, call.sender, body.scope, body.person, instants.now())


def _offer(call: Asked) -> Any:
    body: Handing = call.body
    return access.offer(call.services.pool, call.sender, body.scope, body.person, instants.now())


def _answer(call: Asked) -> Any:
    body: Answer = call.body
    return access.answer(call.services.pool, call.sender, body.scope, body.accept, instants.now())


def _offers(call: Asked) -> Any:
    return access.offers(call.services.pool, call.sender)


def _people(call: Asked) -> Any:
    with transaction(call.services.pool, call.sender, SERVE) as connection:
        rows = connection.execute(COLLEAGUES, (call.sender.team,)).fetchall()
    if (ruling := call.sender.ruling) is not None:
        rows = [(id_, name, ruling.role(id_), ruling.works(id_)) for id_, name, *_ in rows]
    return {
        "people": [
            {"id": id_, "name": name, "role": role}
            for id_, name, role, works in rows
            if works and role in history.READERS
        ]
    }


def _search(call: Asked) -> Any:
    return search.search(call.services.pool, call.sender, call.body.q)


def _quarantine(call: Asked) -> Any:
    return quarantine_review.waiting(call.services.pool, call.sender)


def _decide(call: Asked) -> Any:
    body: Decide = call.body
    id_ = call.parts["id"]
    if len(id_) > 36 or "\0" in id_:
        raise Denied(404, "not_found")
    pool, now = call.services.pool, instants.now()
    if body.reason is None:
        return quarantine_review.release(pool, call.sender, id_, now)
    return quarantine_review.dismiss(pool, call.sender, id_, now, body.reason)


def _equal(call: Asked) -> Any:
    return equality.equal(call.services.pool, call.sender)


def _bucket(call: Asked) -> Any:
    return equality.bucket(call.services.pool, call.sender, call.body.bucket)


def _tallies(call: Asked) -> Any:
    return tallies.published(call.services.pool, call.sender)


ROUTES = (
    Route("POST", "window", "window", Window, _window),
    Route("POST", "assign", "assign", Handing, _assign),
    Route("POST", "offer", "offer", Handing, _offer),
    Route("POST", "answer", "answer", Answer, _answer),
    Route("GET", "offers", "offers", Nothing, _offers),
    Route("GET", "people", "people", Nothing, _people),
    Route("GET", "search", "search", Search, _search),
    Route("GET", "quarantine", "quarantine", Nothing, _quarantine),
    Route("POST", "quarantine/{id}", "decide", Decide, _decide),
    Route("POST", "equal", "equal", Nothing, _equal),
    Route("GET", "tallies", "tallies", Nothing, _tallies),
    Route("POST", "bucket", "bucket", Bucket, _bucket),
)
