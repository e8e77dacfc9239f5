"""The real app on a real vault with sample cases, for Pilot tests; clock and folios stand still."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from shared import made_once
from textual.pilot import Pilot
from textual.worker import WorkerCancelled
from workspaces import Founded, index

from lnctp_tui import i18n
from lnctp_tui.app import LnctpApp
from lnctp_tui.app_start import Preload, Start
from lnctp_tui.domain.values import folio
from lnctp_tui.services.exchange.importing import run
from lnctp_tui.services.vault import vault_access
from lnctp_tui.services.vault.vault_access import Key
from lnctp_tui.services.vault.workspace import open_workspace

DEMO = Path(__file__).parents[2] / "lnctp_tui" / "data" / "demo"
CASES = ("motel-puebla", "ciento-veinte-migrantes", "au-pair", "dos-escolares")
CALLS = ("informacion-horario",)
NOW = datetime(2026, 11, 22, 18, 3, 5, tzinfo=UTC)


@pytest.fixture(scope="session")
def furnished_template(founded: Founded, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """A founded folder with sample cases; folios `K7Q2-…`."""
    source = tmp_path_factory.mktemp("documents")
    folder, _ = made_once(tmp_path_factory, "furnished", lambda folder: furnish(founded, folder, source))
    return founded._replace(home=folder / "data")


def furnish(founded: Founded, folder: Path, source: Path) -> None:
    """A copy of the founded folder with the sample cases, in `folder`."""
    home = Path(shutil.copytree(founded.home, folder / "data"))
    workspace = open_workspace(home, founded.key)
    workspace.store.now = lambda: NOW
    for number, name in enumerate((*CASES, *CALLS), 1):
        document = json.loads((DEMO / f"{name}.json").read_text(encoding="utf-8"))
        if name in CASES:
            document["case"]["folio"] = str(folio.make("K7Q2", number))
        path = source / f"{name}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        report = run.import_file(workspace.store, path, protocol=workspace.protocol, zone=workspace.zone)
        assert not report.refused
    index(workspace.store)
    workspace.close()


@pytest.fixture
def furnished(furnished_template: Founded, tmp_path: Path) -> Founded:
    """A copy of it."""
    home = Path(shutil.copytree(furnished_template.home, tmp_path / "furnished"))
    return furnished_template._replace(home=home)


@pytest.fixture
def spanish() -> Iterator[None]:
    """The language of the process, put back afterwards."""
    i18n.set_language("es")
    yield
    i18n.set_language("es")


class StillPreload(Preload):
    """Opens as the app does, with a clock that stands still."""

    def open(self, key: Key) -> Start:
        start = super().open(key)
        start.workspace.store.now = lambda: NOW
        return start


def app_on(where: Founded) -> LnctpApp:
    """The app on a folder, at its first screen."""
    app = LnctpApp(where.home, vault_access.profile(where.home))
    app.preload = StillPreload(where.home)
    return app


async def until(pilot: Pilot[int], condition: Callable[[], object], what: str = "") -> None:
    """Lets the app work until `condition` holds."""
    for _ in range(300):
        await pilot.pause()
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"never came: {what}\n{text_of(pilot.app)}")


async def rest(pilot: Pilot[int]) -> None:
    """Until readers and messages are done."""
    for _ in range(20):
        reading = [
            worker for worker in pilot.app.workers if worker._thread_worker
        ]  # others wait for a person
        if not reading:
            break
        with suppress(WorkerCancelled):  # a newer reader took its place
            await pilot.app.workers.wait_for_complete(reading)
    await pilot.pause()


@asynccontextmanager
async def desk(
    where: Founded, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[LnctpApp, Pilot[int]]]:
    """The app on its desk, the key given."""
    app = app_on(where)
    failures: list[object] = []
    async with app.run_test(size=size) as pilot:
        app.open_with(lambda: where.key, failures.append)
        await until(pilot, lambda: failures or app.unlocked, "the desk")
        assert not failures
        await rest(pilot)
        yield app, pilot
    app.close_workspace()


def text_of(app: object) -> str:
    """What stands on the screen."""
    strips = app.screen._compositor.render_strips()  # type: ignore[attr-defined]
    return "\n".join(strip.text.rstrip() for strip in strips)


def said_on(app: object) -> str:
    """The words on the screen, wherever lines break."""
    return " ".join(text_of(app).split())
