"""Push and pull, and what a first or a mended synchronisation reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lnctp_tui.domain.records import changes
from lnctp_tui.server.http import metrics, policy
from lnctp_tui.server.http.endpoint import Asked, Route
from lnctp_tui.server.http.messages import Fetch, History, Missing, Nothing, Pull, Push, mark
from lnctp_tui.server.http.requests import Denied
from lnctp_tui.server.http.routes_self import OLDEST, fresh
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import Outdated
from lnctp_tui.server.read import history, pull
from lnctp_tui.storage import instants
from lnctp_tui.sync.wire import START, Mark

SALTED = 2
"""Version of the protocol from which on a laptop can check salted changes (domain.records.changes)."""
LONGEST = 60.0
"""Seconds a laptop may wait for news."""


async def _push(asked: Asked) -> Any:
    services, body, pushing = asked.services, asked.body, asked.services.pushing
    # Not model_dump: it would copy every change.
    message = dict(body) | {"audit": body.audit and body.audit.model_dump()}
    try:
        answer = await pushing.run(lambda: services.batcher.push(asked.sender, message, instants.now()))
    except Outdated:
        sender = await services.in_thread(lambda: _anew(asked, "push"))
        answer = await pushing.run(lambda: services.batcher.push(sender, message, instants.now()))
    results = answer.get("results", ())
    for result, count in Counter(each[1] for each in results).items():
        metrics.CHANGES.labels(result).inc(count)
    if results:
        services.nudge()
    return answer


async def _pull(asked: Asked) -> Any:
    if asked.said.version < OLDEST:
        return {"status": "too_old", "minimum": OLDEST}
    body: Pull = asked.body
    found = await _page(asked, asked.sender)
    wait = min(body.wait, LONGEST)
    if found["status"] != "ok" or found["entries"] or found["more"] or not wait:
        return found
    await asked.services.news.wait(asked.sender, found["next"][0], wait)
    # Meanwhile the device may have been revoked, or its person have got another role.
    return await _page(asked, await asked.services.in_thread(lambda: _anew(asked, "pull")))


async def _page(asked: Asked, sender: database.DeviceRow) -> dict[str, Any]:
    cursor: Mark = mark(asked.body.cursor) or START
    proof = mark(asked.body.proof)
    pool, limit, audit_n = asked.services.pool, asked.body.limit, asked.body.audit

    def page(who: database.DeviceRow) -> dict[str, Any]:
        found = pull.pull(pool, who, cursor, proof, limit, audit_n)
        if asked.said.version < SALTED and any(map(_salted, found.get("entries", ()))):
            return {"status": "too_old", "minimum": SALTED}
        if asked.said.version >= SALTED and found.get("entries"):
            # Laptops of before obeyed this entry; to those since, an order comes signed, and the entry is a lie.
            found["entries"] = [each for each in found["entries"] if each["k"] != "erase"]
        saved = found.pop("saved", None)
        return found | fresh(asked, replace(who, role=found.get("role", who.role)), saved)

    def read() -> dict[str, Any]:
        try:
            return page(sender)
        except Outdated:
            return page(_anew(asked, "pull"))

    async with asked.services.at_work(sender.id, heavy=False):
        return await asked.services.in_thread(read)


def _salted(entry: Mapping[str, Any]) -> bool:
    return any(changes.SALT in each for each in (entry.get("c", ()), *entry.get("before", ())))


def _readable(asked: Asked, found: dict[str, Any]) -> dict[str, Any]:
    """The answer, unless this version of the laptop would take changes in it for forged. Raises Denied `too_old`."""
    if asked.said.version < SALTED and any(changes.SALT in each for each in found["changes"]):
        raise Denied(403, "too_old")
    return found


def _anew(asked: Asked, action: policy.Action) -> database.DeviceRow:
    """The device as it is now. Raises Denied."""
    found = asked.services.control.device(asked.sender.id)
    if found is None or found.public_key != asked.sender.public_key:
        raise Denied(401, "unknown_device")
    if code := policy.barred(found.state, action):
        raise Denied(403, code)
    if policy.reach(found.role, action) is None:
        raise Denied(403, "forbidden")
    return found


def _start(asked: Asked) -> Any:
    return history.start(asked.services.pool, asked.sender)


def _history(asked: Asked) -> Any:
    body: History = asked.body
    pool, sender = asked.services.pool, asked.sender
    return _readable(asked, history.history(pool, sender, body.scopes, body.after, body.limit))


def _missing(asked: Asked) -> Any:
    return history.missing(asked.services.pool, asked.sender, asked.body.ids)


def _fetch(asked: Asked) -> Any:
    return _readable(asked, history.fetch(asked.services.pool, asked.sender, asked.body.ids))


ROUTES = (
    Route("POST", "push", "push", Push, waits=_push),
    Route("GET", "pull", "pull", Pull, waits=_pull),
    Route("POST", "start", "start", Nothing, _start),
    Route("POST", "history", "history", History, _history),
    Route("POST", "missing", "missing", Missing, _missing),
    Route("POST", "fetch", "fetch", Fetch, _fetch),
)
