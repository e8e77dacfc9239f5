"""The printed report of 2019-2020: every figure comes out of records, and what does not fit is said where it stands."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest
from filled_store import insert

from lnctp_tui.reports import printed, run
from lnctp_tui.reports.source import Source
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import build_published  # noqa: E402


@pytest.fixture
def published(workspace: Workspace, founded) -> Workspace:
    bare = engine.connect(workspace.home / paths.DATABASE, founded.key.dek)
    bare.execute("BEGIN")
    insert(bare, build_published.documents())
    bare.execute("COMMIT")
    bare.close()
    return workspace


def test_every_printed_figure_is_equal(published: Workspace) -> None:
    facts = {}
    with published.store.read() as connection:
        source = Source(connection)

        def ask(start: date, end: date, definition):
            if (start, end) not in facts:
                facts[start, end] = run.read(source, start, end, published.protocol)
            return run.tables(facts[start, end], [definition])[0]

        figures = list(printed.compare(ask))
    assert [figure for figure in figures if not figure.equal] == []
    assert len(figures) > 100
