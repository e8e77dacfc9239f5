"""A day of counselors in seconds (`make day` plays all of it): light laptops and real ones, a wipe, nothing lost."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from counts import often
from nacl.signing import SigningKey
from served import enrolled, serving
from vaults import MadeVault

from bench import load
from bench.day import __main__ as day
from bench.day import laptops, traffic
from lnctp_tui.server.settings import Settings
from lnctp_tui.services.vault.workspace import Workspace, found_workspace, open_workspace
from lnctp_tui.storage import ids

SECONDS, PEOPLE, PUSHES = often(60.0, 1.5), often(200, 30), often(12, 4)
REAL = 4
"""Two officers, one that loses its line for the morning, one that is wiped."""


pytestmark = pytest.mark.usefixtures("quick_new_keys")


@pytest.fixture
def real(tables_template: MadeVault, tmp_path: Path) -> Iterator[list[Workspace]]:
    with ExitStack() as stack:
        opened = []
        for number in range(REAL):
            home = Path(shutil.copytree(tables_template.home, tmp_path / f"laptop-{number}"))
            found_workspace(home, tables_template.key, name=f"Persona {number}", zone="UTC", language="es")
            opened.append(open_workspace(home, tables_template.key))
            stack.callback(opened[-1].close)
        yield opened


def test_a_day_loses_nothing_and_ends_as_it_should(
    pg: str,
    tmp_path: Path,
    real: list[Workspace],
    tables_template: MadeVault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(laptops, "PHRASE", tables_template.phrase)
    monkeypatch.setattr(traffic, "HEARS", often(5.0, 0.1))
    settings = Settings(home=tmp_path)
    with serving(pg, settings) as served:
        everybody = [load.Counselor(ids.new_id(), SigningKey.generate()) for _ in range(PEOPLE + 1)]
        load.register(served, everybody)  # type: ignore[arg-type]
        for number, workspace in enumerate(real):
            enrolled(workspace, served, "supervisor" if number < 2 else "counselor")
        living = laptops.Laptops(real, everybody[0].device, SECONDS, SECONDS / PUSHES)
        living.found(pg, settings)
        port = int(served.url.rpartition(":")[2])
        light = traffic.Traffic(everybody[:-1], everybody[-1], port, SECONDS, PUSHES)
        asyncio.run(day.spent(light, living, pg, _nothing_else()))
        evening = day.right(pg, settings, light, living)
    assert day.sound(evening), str(evening)
    assert evening["acknowledged"] > PEOPLE * PUSHES * 0.9
    for name in ("lost", "different", "refused", "chain broken at"):
        assert not day.sound(evening | {name: [1]}), name


async def _nothing_else() -> None:
    """No backup, and no worker that dies."""


def test_a_look_in_which_nobody_heard_anything_ends_no_day() -> None:
    seen = traffic.Seen()
    seen.milliseconds["push"].append(3.0)
    seen.milliseconds["news"] += []
    assert seen.taken() == {"push": {"count": 1, "p50": 3.0, "p99": 3.0}}
