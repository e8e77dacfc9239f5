"""A vault made once at full strength, and a copy of it for each test that needs one."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest
from counts import SOAK
from shared import made_once

from lnctp_tui.storage.vault import phrase, vault
from lnctp_tui.storage.vault.vault import Key

SUPPORT = Path(__file__).parent
OWN = "Siete gatos pardos riegan 14 macetas"
OTHER = "El tren de las 5 llega con 3 violines"


def quick_derive(kdf: vault.Kdf, words: str) -> bytes:
    """A cheap derivation."""
    return hashlib.blake2b(words.encode(), key=kdf.salt.encode(), digest_size=32).digest()


class MadeVault(NamedTuple):
    """A data folder, the phrase that opens it and its key."""

    home: Path
    phrase: str
    key: Key


@pytest.fixture(scope="session")
def vault_template(tmp_path_factory: pytest.TempPathFactory) -> MadeVault:
    def make(folder: Path) -> tuple[str, Key]:
        words = phrase.generate()
        home = folder / "data"
        return words, vault.create(home, words, kind="words", language="es", time_zone="America/Mexico_City")

    folder, (words, key) = made_once(tmp_path_factory, "template", make)
    return MadeVault(folder / "data", words, key)


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
