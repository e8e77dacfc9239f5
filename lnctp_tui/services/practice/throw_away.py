"""A vault for one practice call: marked, empty, on no server, its phrase known to nobody."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lnctp_tui.services.vault import demo, vault_access


def make(home: Path, *, name: str, language: str) -> Mapping[str, str]:
    """Found it in `home`; the variable that hands its key to the worker, once."""
    words = vault_access.generate()
    key = vault_access.found(
        home, words, kind="words", language=language, zone=demo.ZONE, name=name, practice=True
    )
    return demo.hand_over(key)
