"""An open workspace on a real database of its own for each test; founded once, copied for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from shared import made_once
from vaults import MadeVault

from lnctp_tui.domain.protocol.protocol import Field
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.vault.workspace import (
    Workspace,
    found_workspace,
    load_protocol,
    open_store,
    open_workspace,
)
from lnctp_tui.storage.database import search
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.vault.vault import Key

ZONE = "America/Mexico_City"


class Founded(NamedTuple):
    home: Path
    key: Key


@pytest.fixture(scope="session")
def tables_template(vault_template: MadeVault, tmp_path_factory: pytest.TempPathFactory) -> MadeVault:
    """A vault with its tables and its index, nobody's yet: the migrations run once, not for each laptop."""

    def make(folder: Path) -> None:
        home = Path(shutil.copytree(vault_template.home, folder / "data"))
        store = open_store(home, vault_template.key, protocol=load_protocol(home))
        index(store)
        store.close()

    folder, _ = made_once(tmp_path_factory, "tables", make)
    return vault_template._replace(home=folder / "data")


@pytest.fixture(scope="session")
def founded(tables_template: MadeVault, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """A data folder with tables, a counselor and a device."""

    def make(folder: Path) -> None:
        home = Path(shutil.copytree(tables_template.home, folder / "data"))
        found_workspace(home, tables_template.key, name="Consejera de Prueba", zone=ZONE, language="es")
        store = open_store(home, tables_template.key, protocol=load_protocol(home))
        index(store)
        store.close()

    folder, _ = made_once(tmp_path_factory, "founded", make)
    return Founded(folder / "data", tables_template.key)


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
def second(tables_template: MadeVault, tmp_path: Path) -> Iterator[Workspace]:
    """Another laptop."""
    home = Path(shutil.copytree(tables_template.home, tmp_path / "second"))
    found_workspace(home, tables_template.key, name="Segunda Persona", zone="UTC", language="es")
    opened = open_workspace(home, tables_template.key)
    yield opened
    opened.close()


def index(store: Store) -> None:
    """Read what the search indexes have not read yet."""
    with store.write() as unit:
        while search.refresh(unit.connection):
            pass


def field(workspace: Workspace, on: str, code: str) -> Field:
    """A field of the protocol."""
    return next(each for _, each in workspace.protocol.fields if (each.on, each.code) == (on, code))


def narrate(intake: Intake, text: str) -> None:
    """Set the narrative of a call."""
    intake.set(intake.contact, {"narrative": text}, field="narrative")


def settle(workspace: Workspace) -> None:
    """Wait until everything is on disk and the search index has read it."""
    assert workspace.writer.drain(5)
    index(workspace.store)
