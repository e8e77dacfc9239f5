"""Histories fetched ahead: in order, few at a time, and nothing on the line at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lnctp_tui.errors import SyncFailed
from lnctp_tui.sync import histories
from lnctp_tui.sync.histories import Prefetch, following

SCOPES = [(f"c{number:04}", 0) for number in range(5_000)]


@pytest.fixture(params=[1, 2])
def pool(request: pytest.FixtureRequest) -> Iterator[ThreadPoolExecutor]:
    """With one thread alone, too: what is made ready then is made where it is waited for."""
    with ThreadPoolExecutor(request.param) as threads:
        yield threads


def whole(asked: Any) -> dict[str, Any]:
    return {"changes": [scope for scope, _ in asked], "done": [scope for scope, _ in asked], "next": None}


def made(answer: Any) -> list[str]:
    return [f"{each}!" for each in answer["changes"]]


def test_all_come_in_their_order_a_few_first(pool: ThreadPoolExecutor) -> None:
    with Prefetch(SCOPES, whole, made, pool, 60) as pages:
        sizes, found = [], []
        for page in pages:
            sizes.append(len(page.asked))
            found += page.made()
    assert found == [f"{scope}!" for scope, _ in SCOPES]
    assert sizes == [
        histories.NEWEST,
        *[histories.SCOPES] * 4,
        5_000 - 4 * histories.SCOPES - histories.NEWEST,
    ]


def test_a_history_of_many_pages_goes_on_where_it_ended(pool: ThreadPoolExecutor) -> None:
    asked: list[Any] = []

    def ask(wanted: Any) -> dict[str, Any]:
        asked.append(wanted[0])
        scope, after = wanted[0]
        place = [scope, after + 7] if after < 21 else None
        return {"changes": [after], "done": [] if place else [each for each, _ in wanted], "next": place}

    with Prefetch(SCOPES[:2], ask, lambda answer: answer["changes"], pool, 60) as pages:
        assert [page.made() for page in pages] == [[0], [7], [14], [21]]
    assert asked == [("c0000", 0), ("c0000", 7), ("c0000", 14), ("c0000", 21)]


def test_only_so_many_wait_to_be_stored(pool: ThreadPoolExecutor) -> None:
    asked = threading.Semaphore(0)
    count = 0

    def ask(wanted: Any) -> dict[str, Any]:
        nonlocal count
        count += 1
        asked.release()
        return whole(wanted)

    with Prefetch(SCOPES, ask, made, pool, 60) as pages:
        for _ in range(histories.WAITING):
            assert asked.acquire(timeout=10)
        assert not asked.acquire(timeout=0.2)
        next(iter(pages)).made()
        assert asked.acquire(timeout=10)
        assert not asked.acquire(timeout=0.2)
    assert count == histories.WAITING + 1


def test_what_breaks_is_told_after_what_came(pool: ThreadPoolExecutor) -> None:
    def ask(wanted: Any) -> dict[str, Any]:
        if wanted[0][0] > "c1500":
            raise SyncFailed("offline")
        return whole(wanted)

    found: list[str] = []

    def store() -> None:
        with Prefetch(SCOPES, ask, made, pool, 60) as pages:
            for page in pages:
                found.extend(page.made())

    with pytest.raises(SyncFailed, match="offline"):
        store()
    assert len(found) == histories.NEWEST + 2 * histories.SCOPES


def test_after_its_time_one_page_comes_and_no_more(pool: ThreadPoolExecutor) -> None:
    with Prefetch(SCOPES, whole, made, pool, 0) as pages:
        assert [len(page.asked) for page in pages] == [histories.NEWEST]


def test_who_cannot_store_leaves_nothing_on_the_line(pool: ThreadPoolExecutor) -> None:
    asking, going = threading.Event(), threading.Event()
    ended = []

    def ask(wanted: Any) -> dict[str, Any]:
        if wanted[0][0] != "c0000":
            asking.set()
            assert going.wait(10)
            ended.append(wanted[0])
        return whole(wanted)

    def fail() -> None:
        with Prefetch(SCOPES, ask, made, pool, 60) as pages:
            next(iter(pages))
            assert asking.wait(10)
            going.set()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert len(ended) <= histories.WAITING
    assert pool.submit(lambda: True).result(10)


@pytest.mark.parametrize(
    "answer",
    [{}, {"done": 7, "next": None}, {"done": [], "next": 7}, {"done": [], "next": ["c0000"]},
     {"done": [], "next": None}, {"done": ["x"], "next": ["c0000", 0]}],
)  # fmt: skip
def test_an_answer_that_brings_nothing_further_is_none(answer: dict[str, Any]) -> None:
    with pytest.raises(SyncFailed, match="not_a_server"):
        following(SCOPES[:2], answer)


def test_what_is_left_begins_with_the_one_in_work() -> None:
    left = following(SCOPES[:4], {"done": ["c0000"], "next": ["c0002", 9]})
    assert left == [("c0002", 9), ("c0001", 0), ("c0003", 0)]
    assert following(SCOPES[:1], {"done": ["c0000"], "next": None}) == []
