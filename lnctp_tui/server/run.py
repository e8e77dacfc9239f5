"""Starting and stopping: the embedded PostgreSQL, kept up by the parent; then uvicorn with one or several workers."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import ssl
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg
from psycopg_pool import PoolTimeout

from lnctp_tui.errors import Declined, Refused
from lnctp_tui.server.admin import founding
from lnctp_tui.server.http import logs, metrics, rate_limits
from lnctp_tui.server.ingest import codes
from lnctp_tui.server.postgres import cluster, database_watchdog
from lnctp_tui.server.settings import Settings, check_listening
from lnctp_tui.storage import hardening
from lnctp_tui.storage.paths import errno_name
from lnctp_tui.sync.gc_tuning import YOUNG

PACKAGE = "lnctp_tui.server.run"
GRACE = 10
"""Seconds for requests under way when the server is told to stop."""
GIVES_WAY = 0.0005
"""Seconds after which a thread that computes lets another go on."""
FORGET = 60
"""Seconds between two clearings of old nonces, two looks at the login, and two at what hand-overs open for a while."""
LINE = 600
"""Seconds between two looks whether the whole Line was compared today, and each week that is over looked at."""
LEARN = 3
"""Seconds after which every process knows the key of a new device, and looks for a new role of which to tell."""


def serve(
    settings: Settings, host: str, port: int, workers: int, cert: Path | None, key: Path | None
) -> None:
    """Serves until SIGTERM or SIGINT. Raises Refused, StorageFailed before it listens."""
    check_listening(host, cert, key)
    _free(host, port)
    with cluster.running(settings) as database:
        cluster.check_revision(database.app)
        cluster.check_login(database.app)
        founding.check(settings, database.app)
        logs.start()
        # uvicorn raises the signal again that ended it: then PostgreSQL is still to be stopped.
        quiet = _stop_signals(lambda: None, pass_on=False)
        with quiet, _shared_counts(workers), database_watchdog.watching(database.embedded):
            logs.note("listening", address=f"{host}:{port}", count=workers)
            _uvicorn(settings, host, port, workers, cert, key)
            logs.note("stopped")


def _uvicorn(
    settings: Settings, host: str, port: int, workers: int, cert: Path | None, key: Path | None
) -> None:
    import uvicorn

    uvicorn.run(
        f"{PACKAGE}:application", factory=True, host=host, port=port, workers=workers, ssl_certfile=cert,
        ssl_keyfile=key, ssl_context_factory=only_newest_tls if cert else None, timeout_graceful_shutdown=GRACE,
        backlog=4096, **options(settings),
    )  # fmt: skip


def options(settings: Settings) -> dict[str, Any]:
    """How uvicorn speaks on every line. Whoever starts it adds where."""
    from lnctp_tui.server.http.idle_connections import Watched

    return {
        "http": Watched,
        "ws": "none",
        "access_log": False,
        "log_config": None,
        "server_header": False,
        # Of a peer that is no proxy of ours, X-Forwarded-For is what anybody may write.
        "proxy_headers": bool(settings.proxies),
        "forwarded_allow_ips": sorted(settings.proxies),
        "timeout_keep_alive": 120,
        "h11_max_incomplete_event_size": 16 << 10,
    }


def application() -> Any:
    """The ASGI application of one worker process; its settings come from the environment."""
    from lnctp_tui.server.http import routes

    hardening.harden()
    logs.start()
    settings = Settings.read()
    codes.learn(settings.home)
    # What is there by now stays; after that a request makes thousands of objects, and no cycles among them.
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
    # A thread that works on a long body gives way to short ones sooner than Python's 5 ms.
    sys.setswitchinterval(GIVES_WAY)
    return routes.application(settings, cluster.app_url(settings), lifespan=life)


@asynccontextmanager
async def life(app: Any) -> AsyncIterator[None]:
    """From the first request to the last: `services` of this process."""
    from lnctp_tui.server.http import idle_connections
    from lnctp_tui.server.services import opened

    async with opened(app.state.settings, app.state.url) as services:
        app.state.services = services
        authenticator = services.authenticator
        tidying = [
            asyncio.create_task(
                _tidy(FORGET, authenticator.forget, services.look_at_login, services.relieve)
            ),
            asyncio.create_task(_tidy(rate_limits.SYNC, authenticator.share)),
            asyncio.create_task(_tidy(LEARN, authenticator.learn)),
            asyncio.create_task(_tidy(LEARN, services.tell_new_roles)),
            asyncio.create_task(
                _tidy(LINE, services.compare_line, services.look_at_alerts, services.count_referrals)
            ),
            asyncio.create_task(idle_connections.watch()),
        ]
        # Those who wait are let go before uvicorn waits for them.
        stop = partial(asyncio.get_running_loop().call_soon_threadsafe, services.log_tail.stop)
        with _stop_signals(stop, pass_on=True):
            yield
        for task in tidying:
            task.cancel()


async def _tidy(every: float, *works: Callable[[], Any]) -> None:
    """Does works each so many seconds, or when the last of them says that it wants to go on."""
    pause = every
    while True:
        await asyncio.sleep(pause)
        pause = every
        for work in works:
            try:
                pause = await work() or every
            except (psycopg.Error, PoolTimeout, Declined) as error:
                logs.note("not_tidied", error=error)


@contextmanager
def _stop_signals(act: Callable[[], object], *, pass_on: bool) -> Iterator[None]:
    """Calls `act` at SIGTERM and SIGINT meanwhile and, to `pass_on`, then whoever answered them before.

    Only the main thread hears signals; in another nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def stopping(number: int, frame: FrameType | None) -> None:
        act()
        following = before[signal.Signals(number)]
        if pass_on and callable(following):
            following(number, frame)

    for number in before:
        signal.signal(number, stopping)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _shared_counts(workers: int) -> Iterator[None]:
    """A folder in which several workers add up their counts."""
    if workers == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="lnctp-counts-") as folder:
        os.environ[metrics.SHARED] = folder
        try:
            yield
        finally:
            with suppress(KeyError):
                del os.environ[metrics.SHARED]


def _free(host: str, port: int) -> None:
    """Raises Refused `server_port` when nobody can listen there."""
    import socket

    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        with socket.socket(address[0], address[1]) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address[4])
    except OSError as error:
        raise Refused("server_port", host=host, port=port, reason=errno_name(error)) from error


def only_newest_tls(_: Any, make: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """TLS 1.3 and nothing older."""
    context = make()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    return context
