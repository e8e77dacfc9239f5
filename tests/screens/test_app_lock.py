"""When the app locks by itself: moved clocks, no sleeping."""

from __future__ import annotations

import pytest

from lnctp_tui.app_lock import LONGEST, LockWatch, system_clocks


class Clocks:
    """Clocks that a test moves."""

    def __init__(self) -> None:
        self.monotonic = self.wall = self.boot = 1000.0

    def step(self, monotonic: float = 1, wall: float | None = None, boot: float | None = None) -> None:
        self.monotonic += monotonic
        self.wall += monotonic if wall is None else wall
        self.boot += monotonic if boot is None else boot

    def readers(self) -> dict[str, object]:
        return {name: lambda name=name: getattr(self, name) for name in ("monotonic", "wall", "boot")}


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def watch(clocks: Clocks) -> LockWatch:
    return LockWatch(clocks.readers())  # type: ignore[arg-type]


def tick(watch: LockWatch, clocks: Clocks, seconds: int) -> str | None:
    """The first reason within so many seconds."""
    for _ in range(seconds):
        clocks.step()
        if reason := watch.tick():
            return reason
    return None


def test_nobody_at_the_keyboard_for_five_minutes_locks(watch: LockWatch, clocks: Clocks) -> None:
    assert tick(watch, clocks, 299) is None
    assert tick(watch, clocks, 1) == "idle"


def test_a_key_starts_the_five_minutes_again(watch: LockWatch, clocks: Clocks) -> None:
    tick(watch, clocks, 299)
    watch.touch()
    assert tick(watch, clocks, 299) is None


@pytest.mark.parametrize(("asked", "kept"), [(0, 1), (1, 1), (7, 7), (15, 15), (99, 15)])
def test_idle_minutes_stay_between_one_and_fifteen(watch: LockWatch, asked: int, kept: int) -> None:
    watch.set_idle(asked)
    assert watch.idle_minutes == kept


@pytest.mark.parametrize(
    "leap",
    [{"monotonic": 1, "wall": 3600}, {"monotonic": 1, "boot": 3600}, {"monotonic": 3600}],
    ids=["wall", "boot", "monotonic"],
)
def test_a_suspended_laptop_locks(watch: LockWatch, clocks: Clocks, leap: dict[str, float]) -> None:
    clocks.step(**leap)
    assert watch.tick() == "slept"


def test_a_clock_set_back_a_day_is_told_and_locks_nothing(watch: LockWatch, clocks: Clocks) -> None:
    clocks.step(wall=-86400)
    assert watch.tick() is None
    assert watch.set_back


def test_twelve_hours_lock_also_who_types(watch: LockWatch, clocks: Clocks) -> None:
    for _ in range(int(LONGEST // 20) - 1):
        clocks.step(20)
        watch.touch()
        assert watch.tick() is None
    clocks.step(20)
    watch.touch()
    assert watch.tick() == "longest"


def test_the_system_has_the_clocks() -> None:
    assert {"monotonic", "wall"} <= set(system_clocks())
    assert LockWatch().tick() is None
