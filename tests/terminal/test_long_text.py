"""A megabyte in the narrative in a real terminal: it goes on taking keys, tells its length, and is there again.

docs/security.md, attack 12. The protocol gives the narrative 200,000 characters.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from counts import in_soak
from pty_app import PHRASE, PtyApp

from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.vault import vault

SIZE = 1_000_000
LIMIT = 200_000
ANSWERED = 10.0
"""Seconds within which a key must be painted, also on a slow and busy machine: 0.03 when nothing else runs."""


def typed_into(home: Path, pasted: str, *, at_once: bool = False) -> PtyApp:
    """A call with a paste in its narrative and two words typed after it, locked and opened again."""
    app = PtyApp(home=home, rows=34, columns=120)
    app.unlock().see("Escritorio").settle().press("n").see("Relato").settle()
    app.paste(f"{pasted} PEGADO")
    if not at_once:
        app.see("PEGADO").settle()
        for word in (" uno", " dos"):
            app.send(word).see(word, deadline=ANSWERED)
        if len(pasted) > LIMIT:
            app.see(f"Muy largo: {len(pasted) + 15} de {LIMIT}")
    return app.press("ctrl+l").see("Frase").unlock().see("Etapas")


def narrative(home: Path) -> str:
    """What the database holds: in its column, or beside it when it is longer than its column takes."""
    connection = engine.connect(home / paths.DATABASE, vault.unlock(home, PHRASE).dek)
    row: Any = connection.execute("SELECT narrative, answers FROM contacts").fetchone()
    connection.close()
    return str(row[0] or json.loads(row[1]).get("raw.narrative"))


@pytest.mark.parametrize("line", ["x", *in_soak("palabra cualquiera ", "un renglón\n")])
def test_a_megabyte_takes_keys_and_is_whole_after_a_lock(home: Path, line: str) -> None:
    pasted = line * (SIZE // len(line))
    with typed_into(home, pasted) as app:
        app.see("PEGADO uno dos", "Muy largo")
        app.send(" tres").see("PEGADO uno dos tres", deadline=ANSWERED)
    assert narrative(home) == f"{pasted} PEGADO uno dos"


def test_a_narrative_at_its_limit_is_no_mistake(home: Path) -> None:
    pasted = "palabra " * ((LIMIT - 15) // 8)
    with typed_into(home, pasted) as app:
        app.see("PEGADO uno dos").settle()
        assert "Muy largo" not in app.text
    assert narrative(home) == f"{pasted} PEGADO uno dos"


def test_a_lock_right_after_the_paste_loses_nothing(home: Path) -> None:
    pasted = "palabra cualquiera " * (SIZE // 19)
    with typed_into(home, pasted, at_once=True) as app:
        app.see("PEGADO")
    assert narrative(home) == f"{pasted} PEGADO"
