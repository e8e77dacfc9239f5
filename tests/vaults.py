"""A vault made once at full strength, and a copy of it for each test that needs one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from counts import SOAK

from lnctp_tui.storage.vault import phrase, vault
from lnctp_tui.storage.vault.vault import Key


class MadeVault(NamedTuple):
    """A data folder, the phrase that opens it and its key."""

    home: Path
    phrase: str
    key: Key


@pytest.fixture(scope="session")
def vault_template(tmp_path_factory: pytest.TempPathFactory) -> MadeVault:
    home, words = tmp_path_factory.mktemp("template") / "data", phrase.generate()
    key = vault.create(home, words, kind="words", language="es", time_zone="America/Mexico_City")
    return MadeVault(home, words, key)


@pytest.fixture
def made(vault_template: MadeVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MadeVault:
    """A vault with an empty database, in a folder of its own that LNCTP_HOME names."""
    home = tmp_path / "data"
    shutil.copytree(vault_template.home, home)
    home.chmod(0o700)
    monkeypatch.setenv("LNCTP_HOME", str(home))
    return vault_template._replace(home=home)


@pytest.fixture(scope="session")
def soak() -> bool:
    """Whether this run does the full counts (`make soak`)."""
    return SOAK
