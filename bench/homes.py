"""Vaults with many cases, filled through the import path once and kept in bench/out for the next run."""

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.make_cases import cases
from bench.report import OUT
from lnctp_tui.services.exchange.importing.run import import_file
from lnctp_tui.services.vault import vault_access
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.vault import vault
from tests.support.pty_app import PHRASE

ROOT = Path(__file__).parent.parent
MADE_BY = (
    "bench/make_cases.py",
    "lnctp_tui/models/*.py",
    "lnctp_tui/storage/database/search.py",
    "lnctp_tui/storage/database/link_keys.py",
    "lnctp_tui/domain/links/keys.py",
    "migrations/client/**/*.py",
)
"""A vault filled by other code than this is not the one that is measured."""


def empty(name: str) -> Path:
    """A vault with nothing in it, made anew."""
    home = OUT / name
    shutil.rmtree(home, ignore_errors=True)
    vault_access.found(
        home, PHRASE, kind="own", language="es", zone="America/Mexico_City", name="Consejera de Prueba"
    )
    return home


@contextmanager
def opened(home: Path) -> Iterator[tuple[Workspace, Any]]:
    """The workspace as the app opens it, and a bare connection to the same database."""
    key = vault.unlock(home, PHRASE)
    workspace = open_workspace(home, key)
    bare = engine.connect(home / paths.DATABASE, key.dek)
    try:
        yield workspace, bare
    finally:
        bare.close()
        workspace.close()


def fill(workspace: Workspace, count: int) -> None:
    """Imports `count` synthetic cases. AssertionError when one is refused: the generator is wrong then."""
    report = import_file(
        workspace.store, case_file(count), protocol=workspace.protocol, zone=workspace.zone, progress=progress
    )
    assert report.created == count, report.to_json()["refused"][:3]


def progress(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\r  {done:,} of {of:,}", end="" if done < of else "\n", file=sys.stderr, flush=True)


def filled(count: int) -> Path:
    """A vault with `count` cases. Takes minutes the first time."""
    name = f"home-{count}-{_fingerprint()}"
    home = OUT / name
    if not (home / "filled").exists():
        for old in OUT.glob(f"home-{count}-*"):
            shutil.rmtree(old)
        empty(name)
        print(f"filling a vault with {count:,} cases …", file=sys.stderr, flush=True)
        with opened(home) as (workspace, _):
            fill(workspace, count)
        (home / "filled").touch()
    return home


def case_file(count: int) -> Path:
    """`count` synthetic case documents as JSON Lines."""
    OUT.mkdir(exist_ok=True)
    path = OUT / f"cases-{count}.jsonl"
    if not path.exists() or path.stat().st_mtime < (ROOT / MADE_BY[0]).stat().st_mtime:
        print(f"making {count:,} cases …", file=sys.stderr)
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in cases(count))
    return path


def _fingerprint() -> str:
    files = sorted(path for pattern in MADE_BY for path in ROOT.glob(pattern))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
