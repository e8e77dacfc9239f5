"""An error that nobody foresaw: the thread goes on, the person is told, and "try now" does not wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from app_world import desk, furnished, furnished_template, said_on, spanish, text_of, until
from served import Served, enrolled
from workspaces import Founded

from lnctp_tui.screens.sync.sync import SyncScreen
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.sync.synchronise import SyncStatus
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import hardening, ids
from lnctp_tui.sync import loop as loops

__all__ = ["furnished", "furnished_template", "spanish"]
CANARY = "CANARIO-7f3a"


@dataclass
class Broken:
    """What the thread said; `mend` takes the planted error away."""

    loop: synchronise.Synchroniser
    mend: Callable[[], None]
    said: list[SyncStatus] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    def hear(self, status: SyncStatus) -> None:
        with self.news:
            self.said.append(status)
            self.news.notify_all()

    def until(self, so: Callable[[SyncStatus], bool]) -> None:
        with self.news:
            assert self.news.wait_for(lambda: bool(self.said) and so(self.said[-1]), 20)


def wrong(*_: object, **__: object) -> None:
    raise KeyError(CANARY)


@pytest.fixture(params=["round", "listening", "telling"])
def broken(
    request: pytest.FixtureRequest, workspace: Workspace, served: Served, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Broken]:
    """A thread with an error planted in its round, in its long poll, or in whom it tells."""
    enrolled(workspace, served)
    made = Broken(synchronise.Synchroniser(workspace), monkeypatch.undo)
    made.loop.on_status = made.hear
    if request.param == "round":
        monkeypatch.setattr(loops.Round, "run", wrong)
    elif request.param == "listening":
        monkeypatch.setattr(loops, "ask_page", wrong)
    else:
        tell = made.hear

        def tells(status: SyncStatus) -> None:
            if status.problem != loops.BROKE:
                wrong()
            tell(status)

        made.loop.on_status = tells
        made.mend = lambda: setattr(made.loop, "on_status", tell)
    monkeypatch.setattr(loops, "pause", lambda *_: 3600.0)
    with pytest.MonkeyPatch.context() as patch:  # of its own: mending undoes the other
        patch.setenv("LNCTP_HOME", str(workspace.home))
        made.loop.start()
        yield made
        made.loop.stop(10)


def test_an_error_nobody_foresaw_is_told_and_trying_now_goes_on(broken: Broken, workspace: Workspace) -> None:
    broken.until(lambda status: status.problem == "sync_broke")
    kept = hardening.kept_codes()
    assert kept[-1].startswith("KeyError@")
    assert CANARY not in "".join(kept)
    with workspace.store.write() as unit:
        unit.record("cases", ids.new_id(), {"summary": "Prueba"})
    broken.mend()
    broken.loop.now()
    broken.until(lambda status: status.problem is None and status.waiting == 0)
    assert broken.loop.status.online is True


@pytest.mark.usefixtures("spanish")
async def test_the_bars_and_the_screen_say_it_until_it_is_mended(
    furnished: Founded, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(furnished, (110, 30)) as (app, pilot):
        enrolled(app.workspace, served)
        synchronise.once(app.workspace)
        monkeypatch.setattr(loops.Round, "run", wrong)
        app.syncing.begin(app.workspace)
        await until(pilot, lambda: "no sincroniza" in text_of(app).splitlines()[0], "the desk")
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, SyncScreen), "the screen")
        await until(pilot, lambda: "Algo falló en este programa" in said_on(app), "the sentence")
        assert CANARY not in text_of(app)
        monkeypatch.undo()
        await pilot.press("r")
        await until(pilot, lambda: "todo enviado" in text_of(app).splitlines()[0], "mended")
        assert "Algo falló" not in said_on(app)
