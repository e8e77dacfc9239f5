"""Push and pull, and what a first or a mended synchronisation reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lnctp_tui.domain.records import changes
from lnctp_tui.errors import Denied
from lnctp_tui.server.admin import relief
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.http import metrics, policy
from lnctp_tui.server.http.endpoint import Asked, Route
from lnctp_tui.server.http.messages import Fetch, History, Missing, Nothing, Pull, Push, cursor
from lnctp_tui.server.http.routes_self import OLDEST, fresh
from lnctp_tui.server.postgres.database import Outdated
from lnctp_tui.server.read import history, pull
from lnctp_tui.storage import instants
from lnctp_tui.sync.wire import START, Cursor

SALTED = 2
"""Version of the protocol from which on a laptop can check salted changes (domain.records.changes)."""
LONGEST = 60.0
"""Seconds a laptop may wait for news."""


async def _push(call: Asked) -> Any:
    services, body, pushing = call.services, call.body, call.services.pushing
    # Not model_dump: it would copy every change.
    message = dict(body) | {"audit": body.audit and body.audit.model_dump()}
    del message["breaks"]
    try:
        answer = await pushing.run(lambda: services.batcher.push(call.sender, message, instants.now()))
    except Outdated:
        sender = await services.in_thread(lambda: _anew(call, "push"))
        answer = await pushing.run(lambda: services.batcher.push(sender, message, instants.now()))
    if body.breaks and "results" in answer:
        services.breaks.add(call.sender.team, body.breaks, instants.now())
    results = answer.get("results", ())
    counts = Counter(outcome[1] for outcome in results)
    for result, count in counts.items():
        metrics.CHANGES.labels(result).inc(count)
    if results:
        services.authenticator.give_back(call.said.device, call.size * counts["accepted"] // len(results))
        services.nudge()
    if any(isinstance(change, dict) and change.get("table") in relief.TABLES for change in body.changes):
        await services.relieve()
    return answer


async def _pull(call: Asked) -> Any:
    if call.said.version < OLDEST:
        return {"status": "too_old", "minimum": OLDEST}
    body: Pull = call.body
    answer, saved = await _page(call, call.sender)
    wait = min(body.wait, LONGEST)
    if answer["status"] != "ok" or answer["entries"] or answer["more"] or not wait:
        return answer
    woken = await call.services.log_tail.wait(call.sender, answer["next"][0], wait)

    def anew() -> tuple[DeviceRow, dict[str, Any] | None]:
        # Meanwhile the device may have been revoked, or its person have got another role.
        sender = _anew(call, "pull")
        same = sender == call.sender and sender.ruling is call.sender.ruling and sender.role == answer["role"]
        return sender, None if woken or not same else answer | fresh(call, sender, saved)

    sender, unchanged = await call.services.in_thread(anew)
    return unchanged or (await _page(call, sender))[0]  # the next one looks on from where this one began


async def _page(call: Asked, sender: DeviceRow) -> tuple[dict[str, Any], list[Any] | None]:
    """A page as it is answered, and how far the laptop said that it had saved."""
    after: Cursor = cursor(call.body.cursor) or START
    proof = cursor(call.body.proof)
    pool, limit, audit_n = call.services.pool, call.body.limit, call.body.audit

    def page(who: DeviceRow) -> tuple[dict[str, Any], list[Any] | None]:
        answer = pull.pull(pool, who, after, proof, limit, audit_n)
        if call.said.version < SALTED and any(map(_salted, answer.get("entries", ()))):
            return {"status": "too_old", "minimum": SALTED}, None
        if call.said.version >= SALTED and answer.get("entries"):
            # Laptops of before obeyed this entry; to those since, an order comes signed, and the entry is a lie.
            answer["entries"] = [entry for entry in answer["entries"] if entry["k"] != "erase"]
        saved = answer.pop("saved", None)
        return answer | fresh(call, replace(who, role=answer.get("role", who.role)), saved), saved

    def read() -> tuple[dict[str, Any], list[Any] | None]:
        try:
            return page(sender)
        except Outdated:
            return page(_anew(call, "pull"))

    async with call.services.at_work(sender.id, heavy=False):
        return await call.services.in_thread(read)


def _salted(entry: Mapping[str, Any]) -> bool:
    return any(changes.SALT in change for change in (entry.get("c", ()), *entry.get("before", ())))


def _readable(call: Asked, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, unless this version of the laptop would take changes in it for forged. Raises Denied `too_old`."""
    if call.said.version < SALTED and any(changes.SALT in change for change in answer["changes"]):
        raise Denied(403, "too_old")
    return answer


def _anew(call: Asked, action: policy.Action) -> DeviceRow:
    """The device as it is now. Raises Denied."""
    device = call.services.control.device(call.sender.id)
    if device is None or device.public_key != call.sender.public_key:
        raise Denied(401, "unknown_device")
    if code := policy.barred(device.state, action):
        raise Denied(403, code)
    if policy.reach(device.role, action) is None:
        raise Denied(403, "forbidden")
    return device


def _start(call: Asked) -> Any:
    return history.start(call.services.pool, call.sender)


def _history(call: Asked) -> Any:
    body: History = call.body
    pool, sender = call.services.pool, call.sender
    return _readable(call, history.history(pool, sender, body.scopes, body.after, body.limit))


def _missing(call: Asked) -> Any:
    return history.missing(call.services.pool, call.sender, call.body.ids)


def _fetch(call: Asked) -> Any:
    return _readable(call, history.fetch(call.services.pool, call.sender, call.body.ids))


ROUTES = (
    Route("POST", "push", "push", Push, waits=_push),
    Route("GET", "pull", "pull", Pull, waits=_pull),
    Route("POST", "start", "start", Nothing, _start),
    Route("POST", "history", "history", History, _history),
    Route("POST", "missing", "missing", Missing, _missing),
    Route("POST", "fetch", "fetch", Fetch, _fetch),
)
