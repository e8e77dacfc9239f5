"""Measures of the directory as F6 reads it, next to the bare SQL on the same file."""

import random
from pathlib import Path
from typing import Any

from bench.homes import opened
from bench.report import Measure, p50, p95, within
from bench.store import milliseconds
from lnctp_tui.services.directory import directory, generating
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage.database.directory import FIELDS

SEED, TURNS = 7, 100
PROVIDERS = 5000
TYPED = (
    "casa ceiba", "refugio puebla", "albergue nopal tlaxcala", "asesoria legal", "clinica urgente tijuana", "fiscalia",
    "salud mental oaxaca", "red quetzal 30", "linea", "náhuatl chiapas", "fondo emergencia", "zzz",
)  # fmt: skip
CASE: dict[str, Any] = {
    "case": {"id": "0198a7a0-0000-7000-8000-000000000001", "triage": "emergency"},
    "people": [
        {
            "role": "victim", "sex": "mujer", "age_min": 17, "age_max": 17,
            "answers": {"need.refugio": "yes", "need.orientacion_legal": "yes", "need.salud": "yes"},
        }
    ],
    "contacts": [{"state": "MX-PUE", "municipality": "21114"}],
    "places": [], "exclusions": [], "identifiers": [],
}  # fmt: skip
CASES = {
    "with three needs": CASE,
    "without a need": {**CASE, "people": [{"role": "victim", "sex": "mujer", "age_min": 17, "age_max": 17}]},
}
"""Urgent, so that hours are asked; without a need every service is ranked."""
FIND = """SELECT r.id, r.name, r.kind, r.status, r.place FROM search_directory f
JOIN search_directory_rows r ON r.rowid = f.rowid WHERE search_directory MATCH ? ORDER BY f.rowid LIMIT ?"""
SCAN = f"SELECT {', '.join(FIELDS)} FROM search_fit"


def directories(home: Path) -> list[Measure]:
    """Search letter by letter, and the whole list ranked for a case."""
    with opened(home) as (workspace, bare):
        generating.generate(workspace.store, workspace.protocol, PROVIDERS)
        return [_searching(workspace, bare), *(_ranking(workspace, bare, *case) for case in CASES.items())]


def _searching(workspace: Workspace, bare: Any) -> Measure:
    mine, theirs = [], []
    typed = [text[:end] for text in TYPED for end in range(2, len(text) + 1)]
    chooser = random.Random(SEED)
    chooser.shuffle(typed)
    for text in typed:
        query = " ".join(f'"{word}"*' for word in text.split())
        ours = (mine, lambda text=text: directory.search(workspace.store, text))
        floor = (theirs, lambda query=query: bare.execute(FIND, (query, directory.MOST)).fetchall())
        for times, work in (ours, floor) if chooser.random() < 0.5 else (floor, ours):
            times.append(milliseconds(work))
    return within(
        f"directory search as typed, {PROVIDERS:,} providers, p95", "bare FTS query", p95(mine), p95(theirs), "ms", 2,
        at_most=16, detail={"p50": p50(mine), "floor p50": p50(theirs)},
    )  # fmt: skip


def _ranking(workspace: Workspace, bare: Any, of: str, case: dict[str, Any]) -> Measure:
    mine, theirs = [], []
    chooser = random.Random(SEED)
    for _turn in range(TURNS):
        ours = (mine, lambda: directory.for_case(workspace.store, case))
        floor = (theirs, lambda: bare.execute(SCAN).fetchall())
        for times, work in (ours, floor) if chooser.random() < 0.5 else (floor, ours):
            times.append(milliseconds(work))
    return within(
        f"ranked fit for a case {of}, {PROVIDERS:,} providers, p95", "full scan of the same rows in SQL", p95(mine),
        p95(theirs), "ms", 5, at_most=50, detail={"p50": p50(mine), "floor p50": p50(theirs)},
    )  # fmt: skip
