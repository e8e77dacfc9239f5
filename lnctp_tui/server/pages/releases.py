"""Releases as files below /release/: what the organisation signed, and this server's weekly word that it is the newest.

The key for that word lies beside the server's own. Whoever has it can hold laptops back, never give them a program.
"""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from nacl.signing import SigningKey

from lnctp_tui.errors import Denied, LnctpError
from lnctp_tui.server.http import endpoint, logs
from lnctp_tui.server.http.rate_limits import Buckets, Rate
from lnctp_tui.server.services import Services
from lnctp_tui.storage import instants, paths

FOLDER: Final = "release"
KEY: Final = "release.key"
ROOT: Final = "1.root.json"
NEWEST: Final = "timestamp.json"
NAME: Final = re.compile(r"[0-9a-z][0-9A-Za-z._-]{0,160}\.(json|tar\.xz)")
READS: Final = Rate(50, 2000)
"""Of one address, in each process: an office asks once a start for each laptop, some files each."""


def folder(home: Path) -> Path:
    """Where a server keeps what it offers."""
    return home / FOLDER


def online_key(home: Path) -> SigningKey:
    """The key of this server's word, made the first time."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with suppress(FileExistsError):
        paths.write_new(home / KEY, bytes(SigningKey.generate()).hex().encode() + b"\n")
    return SigningKey(bytes.fromhex(paths.read_file(home / KEY, limit=256).decode().strip()))


def root_digest(home: Path) -> str | None:
    """SHA-256 of the root that laptops shall know; None where nothing is offered."""
    try:
        return hashlib.sha256(paths.read_file(folder(home) / ROOT)).hexdigest()
    except (FileNotFoundError, LnctpError):
        return None


def add(app: FastAPI) -> None:
    """Adds the route."""
    reads = Buckets(READS)

    async def answer(request: Request) -> Response:
        return await endpoint.guarded(request, _file(reads, request.app.state.services, request))

    app.add_api_route(
        "/release/{file}", answer, methods=["GET"], name="GET /release/{file}", include_in_schema=False
    )


async def _file(reads: Buckets, services: Services, request: Request) -> Response:
    address = endpoint.address_of(request)
    if wait := reads.take(address):
        raise Denied(429, "rate_limited", wait, address)
    name = request.path_params["file"]
    path = folder(services.settings.home) / name
    if not NAME.fullmatch(name):
        raise Denied(404, "not_found")
    if name == NEWEST:
        await services.in_thread(lambda: _renew(services.settings.home))
    if path.is_symlink() or not path.is_file():
        raise Denied(404, "not_found")
    return FileResponse(path, media_type="application/octet-stream", headers={"Cache-Control": "no-store"})


def _renew(home: Path) -> None:
    """Says anew what is newest, when that is due; a disk that refuses leaves the word of before."""
    from lnctp_tui.updates import repository

    now = instants.now()
    try:
        if repository.due(folder(home), now):
            repository.renew(folder(home), online_key(home), now)
    except LnctpError as error:
        logs.note("release_not_renewed", level=40, error=error)
