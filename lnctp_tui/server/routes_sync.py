"""Push and pull, and what a first or a mended synchronisation reads."""

from __future__ import annotations

from typing import Any

from lnctp_tui.server import metrics, push
from lnctp_tui.server.http import Asked, Route
from lnctp_tui.server.messages import Push
from lnctp_tui.storage import instants


async def _push(asked: Asked) -> Any:
    services = asked.services
    answer = await services.in_thread(
        lambda: push.push(services.pool, asked.sender, asked.body.model_dump(), instants.now(), services.key)
    )
    for _, result, *_rest in answer.get("results", ()):
        metrics.CHANGES.labels(result).inc()
    services.nudge()
    return answer


ROUTES = (Route("POST", "push", "push", Push, waits=_push),)
