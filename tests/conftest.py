"""Fixtures that several test files share: a vault made once, a copy of it for each test."""

from __future__ import annotations

import gc
import shutil
import sys
from pathlib import Path

import late_paint
import once
import pytest
import quick_pilot
from abreast import pytest_addoption, pytest_runtestloop
from counts import often
from homes import (
    own_home,
    pytest_configure,
    pytest_exception_interact,
    pytest_sessionfinish,
    pytest_terminal_summary,
)
from hypothesis import settings
from late_paint import painting
from pg import cluster, owner, pg, pool
from pty_app import PHRASE, PtyApp, terminal_environment
from served import served
from shared import made_once
from sync_office import house
from vaults import made, quick_new_keys, soak, vault_template
from workspaces import founded, office, second, tables_template, workspace

from lnctp_tui.cli import main

__all__ = [
    "cluster", "founded", "home", "house", "made", "made_vault", "office", "own_home", "owner", "painting", "pg",
    "phrase_file", "pool", "pytest_addoption", "pytest_configure", "pytest_exception_interact", "pytest_runtestloop",
    "pytest_sessionfinish", "pytest_terminal_summary", "quick_new_keys", "second", "served", "soak", "tables_template",
    "vault_template", "workspace",
]  # fmt: skip

settings.register_profile(
    "shared", deadline=None, max_examples=often(100, 25)
)  # the machine may be busy with something else
settings.load_profile("shared")

# By default a quarter of the tests' time goes into looking for cycles among all that pytest and the libraries hold.
gc.set_threshold(100_000, 10, 50)


def pytest_collection_finish() -> None:
    """What is there by now stays."""
    gc.freeze()


PtyApp.warm = PtyApp.plain = True
once.keep()
quick_pilot.wait_for_the_busy()
late_paint.paint_when_looked_at()

collect_ignore = ["terminal"] if sys.platform == "win32" else []


@pytest.fixture(scope="session")
def phrase_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The phrase of all test vaults, in a file that only its owner can read."""
    path = tmp_path_factory.mktemp("phrase") / "phrase"
    path.touch(mode=0o600)
    path.write_text(PHRASE, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def made_vault(phrase_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as `lnctp init` leaves it. Made once: the key derivation is slow on purpose."""

    def make(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in terminal_environment(folder / "home").items():
                patch.setenv(name, value)
            patch.setenv("LNCTP_PASSPHRASE_FILE", str(phrase_file))
            for name in ("LNCTP_LANG", "LC_ALL", "LC_MESSAGES"):
                patch.delenv(name, raising=False)
            assert main(["init", "--name", "Consejera de Prueba"]) == 0

    return made_once(tmp_path_factory, "vault", make)[0] / "home"


@pytest.fixture
def home(made_vault: Path, tmp_path: Path) -> Path:
    """A vault of this test's own."""
    return Path(shutil.copytree(made_vault, tmp_path / "home"))
