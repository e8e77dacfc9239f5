"""An open workspace on a real database of its own for each test; founded once, copied for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from vaults import MadeVault

from lnctp_tui.domain.protocol import Field
from lnctp_tui.services.workspace import Workspace, found_workspace, open_workspace
from lnctp_tui.storage import search
from lnctp_tui.storage.vault import Key

ZONE = "America/Mexico_City"


class Founded(NamedTuple):
    home: Path
    key: Key


@pytest.fixture(scope="session")
def founded(vault_template: MadeVault, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """A data folder with tables, a counselor and a device."""
    home = tmp_path_factory.mktemp("founded") / "data"
    shutil.copytree(vault_template.home, home)
    found_workspace(home, vault_template.key, name="Consejera de Prueba", zone=ZONE, language="es")
    return Founded(home, vault_template.key)


@pytest.fixture
def office(founded: Founded, tmp_path: Path) -> Founded:
    """A copy of the founded folder."""
    return founded._replace(home=Path(shutil.copytree(founded.home, tmp_path / "office")))


@pytest.fixture
def workspace(office: Founded) -> Iterator[Workspace]:
    """The same, open, its writer running."""
    opened = open_workspace(office.home, office.key)
    yield opened
    opened.close()


@pytest.fixture
def second(vault_template: MadeVault, tmp_path: Path) -> Iterator[Workspace]:
    """Another laptop."""
    home = Path(shutil.copytree(vault_template.home, tmp_path / "second"))
    found_workspace(home, vault_template.key, name="Segunda Persona", zone="UTC", language="es")
    opened = open_workspace(home, vault_template.key)
    yield opened
    opened.close()


def field(workspace: Workspace, on: str, code: str) -> Field:
    """A field of the protocol."""
    return next(each for _, each in workspace.protocol.fields if (each.on, each.code) == (on, code))


def settle(workspace: Workspace) -> None:
    """Wait until everything is on disk and the search index has read it."""
    assert workspace.writer.drain(5)
    with workspace.store.write() as unit:
        while search.refresh(unit.connection):
            pass
