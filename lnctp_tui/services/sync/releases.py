"""What an open vault says about new versions: what to look for, and whether one may begin."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from typing import Any

from lnctp_tui import programs
from lnctp_tui.services.call.calls import OPEN_CALL
from lnctp_tui.services.vault.pending_writes import DRAFT_OF, LINE
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import schema, state
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.replication import server_state
from lnctp_tui.updates import places

AGAIN = 6 * 3600.0
"""Seconds between two looks that reached the server."""
SPARE = 200 << 20
"""Bytes that must be free besides a backup of the database and its copy when a new version begins."""


def asked(workspace: Workspace) -> dict[str, Any] | None:
    """What to look for, without anything secret; None without a server, and when it was looked a while ago."""
    with workspace.store.read() as connection:
        server = server_state.server(connection)
        root = state.get(connection, server_state.RELEASE_ROOT)
    if server is None or not _due(workspace):
        return None
    return {
        "home": str(workspace.home), "url": server.url, "ca": server.ca, "root": root,
        "device": workspace.store.author.device, "schema": schema.HEAD,
    }  # fmt: skip


def look(workspace: Workspace) -> bool:
    """Look for a new version, in a process without the key that outlives a lock; whether its outcome is another."""
    if (wanted := asked(workspace)) is None:
        return False
    before = places.read(workspace.home, places.TOLD)
    process = subprocess.Popen(
        programs.command("update"), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    process.communicate(f"{json.dumps(wanted)}\n".encode())
    return places.read(workspace.home, places.TOLD) != before


def _due(workspace: Workspace) -> bool:
    try:
        age = time.time() - (places.folder(workspace.home) / places.LOOKED).stat().st_mtime
    except OSError:
        return True
    return not 0 <= age < AGAIN


def nothing_open(store: Store) -> bool:
    """Whether there is neither a call that was not finished nor a form that was begun and not saved."""
    with store.read() as connection:
        forms = (key for key in state.starting_with(connection, DRAFT_OF) if not key.startswith(LINE))
        return not (state.starting_with(connection, OPEN_CALL) or any(forms))


def begin_with_ready(workspace: Workspace) -> bool:
    """Have the version that waits start next, if nothing is open and its backup has room; whether it will."""
    if not places.read(workspace.home, places.READY) or not nothing_open(workspace.store):
        return False
    size = (workspace.home / paths.DATABASE).stat().st_size
    if shutil.disk_usage(workspace.home).free < 3 * size + SPARE:
        return False
    return places.begin_with_ready(workspace.home)
