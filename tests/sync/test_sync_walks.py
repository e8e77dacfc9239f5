"""Random walks of three real laptops and a real server through every fault, and mutants that must not survive them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from vaults import MadeVault
from walk_parts import Adapter
from walk_world import World

from lnctp_tui.server.postgres.embedded import Embedded

WALKS, STEPS = 3, 60
SOAKED = 400
CHOOSERS = st.randoms(use_true_random=False)
KINDS = (
    "open", "open", "save", "save", "save", "sync", "sync", "sync", "contact", "attach", "listen", "access", "relief",
    "crash", "image", "restore_image", "backup", "restore_server",
)  # fmt: skip


@pytest.fixture(scope="session")
def adapter(
    cluster: Embedded, tables_template: MadeVault, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Adapter]:
    made = Adapter(cluster, tables_template, tmp_path_factory.mktemp("walks"))
    yield made
    made.pool.shutdown()


def walk(
    adapter: Adapter,
    folder: Path,
    seed: int,
    steps: int = STEPS,
    disasters: int | None = None,
    story: Callable[[World], None] | None = None,
) -> None:
    """One walk; raises Violation. `disasters` weighs restores, drawn by the seed when it is None.

    `story` is what happens, to laptops that have compared all they hold today, before anything is left to chance.
    """
    world = World(adapter, folder / f"walk{seed}", random.Random(seed), disasters)
    try:
        if story:
            for laptop in world.laptops:
                world.sync(laptop, [])
            story(world)
        for _ in range(steps):
            world.step()
        world.end()
    finally:
        world.close()


def test_after_healing_everybody_holds_the_same_and_nothing_is_lost(
    adapter: Adapter, tmp_path: Path, soak: bool
) -> None:
    for seed in range(SOAKED if soak else WALKS):
        walk(adapter, tmp_path / str(seed), seed)


def test_nor_in_any_order_that_hypothesis_thinks_of(adapter: Adapter, tmp_path: Path, soak: bool) -> None:
    """As above, but what happens is chosen one by one, and a failure is shortened to its least steps."""
    folders = (tmp_path / str(number) for number in count())

    class Things(RuleBasedStateMachine):
        world: World | None = None

        @initialize(chooser=CHOOSERS)
        def begin(self, chooser: random.Random) -> None:
            self.world = World(adapter, next(folders), chooser)

        @rule(chooser=CHOOSERS, kind=st.sampled_from(KINDS))
        def happen(self, chooser: random.Random, kind: str) -> None:
            assert self.world
            self.world.chooser = chooser
            self.world.happen(kind)

        def teardown(self) -> None:
            if self.world:
                try:
                    self.world.end()
                finally:
                    self.world.close()

    run_state_machine_as_test(
        Things,
        settings=settings(
            max_examples=60 if soak else 2,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=not soak,
            suppress_health_check=list(HealthCheck),
        ),
    )
