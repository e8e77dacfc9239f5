"""All routes of the server."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from lnctp_tui.server.http import (
    endpoint,
    routes_alerts,
    routes_cases,
    routes_control,
    routes_open,
    routes_pages,
    routes_self,
    routes_sync,
)
from lnctp_tui.server.pages import releases
from lnctp_tui.server.settings import Settings

SIGNED = (
    *routes_self.ROUTES, *routes_sync.ROUTES, *routes_cases.ROUTES, *routes_control.ROUTES,
    *routes_alerts.ROUTES, *routes_pages.ROUTES,
)  # fmt: skip


def application(settings: Settings, url: str, **options: Any) -> FastAPI:
    """The ASGI application, and at `app.state` what its lifespan needs."""
    app = endpoint.application(SIGNED, **options)
    routes_open.add(app)
    routes_pages.add(app)
    releases.add(app)
    app.state.settings, app.state.url = settings, url
    return app
