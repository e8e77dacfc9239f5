"""`kill -9` in the middle of `case import`: what is stored is whole, and importing again completes it, once."""

from __future__ import annotations

import json
import re
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from counts import SOAK
from pty_app import LNCTP, PHRASE, lnctp, terminal_environment

from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.vault import vault

DEMO = Path(__file__).parents[2] / "lnctp_tui" / "data" / "demo" / "au-pair.json"
DOCUMENTS = 600
TABLES = ("cases", "contacts", "people", "places", "identifiers", "money", "notes")
MOMENTS = tuple(each / 40 for each in range(1, 40)) if SOAK else (0.4,)
"""Part of the cases that are stored when the process is killed."""


def _copy(value: Any, number: int) -> Any:
    """The same with other ids."""
    if isinstance(value, list):
        return [_copy(each, number) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: f"{each}-{number}"
        if isinstance(each, str) and re.fullmatch("id|.*_id", name)
        else _copy(each, number)
        for name, each in value.items()
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Many copies of one sample case, each with ids of its own."""
    document = json.loads(DEMO.read_text(encoding="utf-8"))
    path = tmp_path / "casos.jsonl"
    with path.open("w", encoding="utf-8") as lines:
        for number in range(DOCUMENTS):
            lines.write(json.dumps(_copy(document, number)) + "\n")
    return path


@pytest.fixture
def database(home: Path) -> Any:
    connection = engine.connect(home / paths.DATABASE, vault.unlock(home, PHRASE).dek)
    yield connection
    connection.close()


def counts(database: Any) -> dict[str, int]:
    return {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}


def kill_at(part: float, home: Path, phrase_file: Path, file: Path, database: Any) -> int:
    """Imports until so many cases are stored, and kills. The cases that are there then."""
    asked = terminal_environment(home) | {"LNCTP_PASSPHRASE_FILE": str(phrase_file)}
    stored = "SELECT count(*) FROM cases"
    with subprocess.Popen([*LNCTP, "case", "import", str(file)], env=asked, stdout=subprocess.DEVNULL) as run:
        end = time.monotonic() + 120
        while database.execute(stored).fetchone()[0] < DOCUMENTS * part:
            assert time.monotonic() < end
            assert run.poll() is None, "ended before it was killed"
            threading.Event().wait(0.01)
        run.kill()
    return counts(database)["cases"]


@pytest.mark.parametrize("part", MOMENTS)
def test_an_import_that_was_killed_is_completed_by_the_next_and_doubles_nothing(
    part: float, home: Path, phrase_file: Path, file: Path, database: Any
) -> None:
    before = counts(database)
    stored = kill_at(part, home, phrase_file, file, database)
    assert 0 < stored - before["cases"] < DOCUMENTS
    assert database.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    report = json.loads(lnctp(home, phrase_file, "case", "import", str(file), "--json"))
    assert (report["created"], report["unchanged"]) == (DOCUMENTS - stored, stored)
    assert report["refused"] == []
    once = counts(database)
    assert once["cases"] == DOCUMENTS
    each = {name: divmod(number, DOCUMENTS) for name, number in once.items()}
    assert all(rest == 0 for _number, rest in each.values()), each
    again = json.loads(lnctp(home, phrase_file, "case", "import", str(file), "--json"))
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, DOCUMENTS)
    assert counts(database) == once
    folios = database.execute("SELECT count(*), count(DISTINCT folio) FROM cases").fetchone()
    assert folios == (DOCUMENTS, DOCUMENTS)
