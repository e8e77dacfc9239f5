"""The sample cases, and a throw-away vault that holds them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from lnctp_tui.domain.records.document import Document
from lnctp_tui.services.vault import vault_access
from lnctp_tui.services.vault.vault_access import Key

PIPE = "LNCTP_DEMO_KEY"
"""Names the pipe that hands the throw-away key to the first worker. A number, never the key."""
ZONE = "America/Mexico_City"
LENGTH = 32


class Made(NamedTuple):
    """A throw-away vault."""

    phrase: str
    key: Key


def documents() -> dict[str, Document]:
    """Name → case document of every sample case, by name."""
    folder = resources.files("lnctp_tui").joinpath("data", "demo")
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".json")), key=lambda file: file.name
    )
    return {file.name.removesuffix(".json"): json.loads(file.read_text(encoding="utf-8")) for file in files}


def make(home: Path, *, name: str, language: str) -> Made:
    """Founds a vault in `home` and puts the sample cases in it."""
    from lnctp_tui.services.exchange.importing import run
    from lnctp_tui.services.exchange.importing.files import Row
    from lnctp_tui.services.vault import workspace

    words = vault_access.generate()
    key = vault_access.found(home, words, kind="words", language=language, zone=ZONE, name=name)
    protocol = workspace.load_protocol(home)
    store = workspace.open_store(home, key, protocol=protocol)
    try:
        rows = [Row(number, document, document) for number, document in enumerate(documents().values(), 1)]
        run.import_rows(store, rows, protocol=protocol, zone=ZONE)
    finally:
        store.close()
    return Made(words, key)


def hand_over(key: Key) -> Mapping[str, str]:
    """The variable that names a pipe with the key in it, for a process started from this one."""
    out, into = os.pipe()
    os.write(into, key.dek + key.vault_id.encode())
    os.close(into)
    os.set_inheritable(out, True)
    return {PIPE: str(out)}


def handed_key() -> Key | None:
    """The key that `hand_over` left for this process: once, then never again."""
    named = os.environ.pop(PIPE, None)
    if named is None:
        return None
    try:
        with open(int(named), "rb") as pipe:
            content = pipe.read()
    except (OSError, ValueError):
        return None
    return Key(content[:LENGTH], content[LENGTH:].decode()) if len(content) > LENGTH else None
