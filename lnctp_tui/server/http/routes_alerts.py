"""Alerts over the line: to counselors without cases, to supervisors with those behind them."""

from __future__ import annotations

from typing import Any

from lnctp_tui.errors import Declined
from lnctp_tui.server.alerts import showing
from lnctp_tui.server.http.endpoint import Asked, Route
from lnctp_tui.server.http.messages import AlertDecision, Nothing
from lnctp_tui.server.postgres.database import SERVE, transaction
from lnctp_tui.storage import instants


def _alerts(call: Asked) -> Any:
    with transaction(call.services.pool, call.sender.team, SERVE) as connection:
        return showing.listed(connection, call.sender.team, instants.now(), leads=call.reach == "team")


def _alert(call: Asked) -> Any:
    leads = call.reach == "team"
    return showing.one(call.services.pool, call.sender, _id(call), instants.now(), leads=leads)


def _decide(call: Asked) -> Any:
    body: AlertDecision = call.body
    pool, now = call.services.pool, instants.now()
    if body.action == "unmute":
        return showing.unmute(pool, call.sender, _id(call), now)
    if body.sha256 is not None:
        return showing.bulletin(pool, call.sender, _id(call), now, body.sha256)
    assert body.reason is not None
    return showing.mute(pool, call.sender, _id(call), now, body.reason, body.text or "", body.days)


def _id(call: Asked) -> str:
    id_ = call.parts["id"]
    if len(id_) > 36 or "\0" in id_:
        raise Declined("not_found")
    return id_


ROUTES = (
    Route("GET", "alerts", "alerts", Nothing, _alerts),
    Route("GET", "alerts/{id}", "alert", Nothing, _alert),
    Route("POST", "alerts/{id}", "mute", AlertDecision, _decide),
)
