"""Cases between people: the local window, handing over, looking for, and what a supervisor decides."""

from __future__ import annotations

from typing import Any

from lnctp_tui.server.admin import access, quarantine_review
from lnctp_tui.server.http.endpoint import Asked, Route
from lnctp_tui.server.http.messages import Answer, Bucket, Decide, Handing, Nothing, Search, Window
from lnctp_tui.server.http.requests import Denied
from lnctp_tui.server.postgres.database import SERVE, transaction
from lnctp_tui.server.read import equality, history, search
from lnctp_tui.storage import instants

COLLEAGUES = "SELECT id, name, role, state = 'active' FROM people WHERE team = %s ORDER BY name, id"


def _window(asked: Asked) -> Any:
    body: Window = asked.body
    return access.window(asked.services.pool, asked.sender, body.scopes, body.action, instants.now())


def _assign(asked: Asked) -> Any:
    body: Handing = asked.body
    return access.assign(asked.services.pool, asked.sender, body.scope, body.person, instants.now())


def _offer(asked: Asked) -> Any:
    body: Handing = asked.body
    return access.offer(asked.services.pool, asked.sender, body.scope, body.person, instants.now())


def _answer(asked: Asked) -> Any:
    body: Answer = asked.body
    return access.answer(asked.services.pool, asked.sender, body.scope, body.accept, instants.now())


def _offers(asked: Asked) -> Any:
    return access.offers(asked.services.pool, asked.sender)


def _people(asked: Asked) -> Any:
    with transaction(asked.services.pool, asked.sender, SERVE) as connection:
        rows = connection.execute(COLLEAGUES, (asked.sender.team,)).fetchall()
    if (ruling := asked.sender.ruling) is not None:
        rows = [(id_, name, ruling.role(id_), ruling.works(id_)) for id_, name, *_ in rows]
    return {
        "people": [
            {"id": id_, "name": name, "role": role}
            for id_, name, role, works in rows
            if works and role in history.READERS
        ]
    }


def _search(asked: Asked) -> Any:
    return search.search(asked.services.pool, asked.sender, asked.body.q)


def _quarantine(asked: Asked) -> Any:
    return quarantine_review.waiting(asked.services.pool, asked.sender)


def _decide(asked: Asked) -> Any:
    body: Decide = asked.body
    id_ = asked.parts["id"]
    if len(id_) > 36 or "\0" in id_:
        raise Denied(404, "not_found")
    pool, now = asked.services.pool, instants.now()
    if body.reason is None:
        return quarantine_review.release(pool, asked.sender, id_, now)
    return quarantine_review.dismiss(pool, asked.sender, id_, now, body.reason)


def _equal(asked: Asked) -> Any:
    return equality.equal(asked.services.pool, asked.sender)


def _bucket(asked: Asked) -> Any:
    return equality.bucket(asked.services.pool, asked.sender, asked.body.bucket)


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
    Route("POST", "bucket", "bucket", Bucket, _bucket),
)
