"""Random walks of three real laptops and a real server through every fault, and mutants that must not survive them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from vaults import MadeVault
from walk_parts import Adapter
from walk_world import World

from lnctp_tui.server.embedded import Embedded

WALKS, STEPS = 12, 60
SOAKED = 400


@pytest.fixture(scope="session")
def adapter(
    cluster: Embedded, vault_template: MadeVault, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Adapter]:
    made = Adapter(cluster, vault_template, tmp_path_factory.mktemp("walks"))
    yield made
    made.pool.shutdown()


def walk(
    adapter: Adapter, folder: Path, seed: int, steps: int = STEPS, disasters: int | None = None
) -> World:
    """One walk; raises Violation. `disasters` weighs restores, drawn by the seed when it is None."""
    world = World(adapter, folder / f"walk{seed}", seed, disasters)
    try:
        world.walk(steps)
    finally:
        for laptop in world.laptops:
            laptop.store.close()
        world.server.end()
        shutil.rmtree(folder, ignore_errors=True)
    return world


def test_after_healing_everybody_holds_the_same_and_nothing_is_lost(
    adapter: Adapter, tmp_path: Path, soak: bool
) -> None:
    for seed in range(SOAKED if soak else WALKS):
        walk(adapter, tmp_path / str(seed), seed)
