"""One hand-over for a burst of keys, in the order of the first keys, and at once when somebody reads the form."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Input

from lnctp_tui.widgets.edit_buffer import EditBuffer


class Two(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.handed: list[list[str | None]] = []

    def compose(self) -> ComposeResult:
        yield Input(id="first")
        yield Input(id="second")

    def begin(self, after: float) -> tuple[EditBuffer[Input], Input, Input]:
        buffer = EditBuffer(self.screen, lambda rows: self.handed.append([row.id for row in rows]), after)
        return buffer, self.query_one("#first", Input), self.query_one("#second", Input)


async def test_a_burst_is_handed_over_once_in_the_order_of_its_first_keys() -> None:
    app = Two()
    async with app.run_test() as pilot:
        buffer, first, second = app.begin(0.05)
        for row in (second, first, second):
            buffer.note(row)
        assert buffer
        assert first in buffer
        assert app.handed == []
        await pilot.pause(0.3)
        assert app.handed == [["second", "first"]]
        assert not buffer


async def test_a_flush_hands_over_now_and_the_timer_finds_nothing_more() -> None:
    app = Two()
    async with app.run_test() as pilot:
        buffer, first, second = app.begin(0.05)
        buffer.note(first)
        buffer.flush(second, first)
        assert app.handed == [["first", "second"]]
        await pilot.pause(0.2)
        buffer.flush()
        assert len(app.handed) == 1


async def test_what_was_dropped_is_not_handed_over() -> None:
    app = Two()
    async with app.run_test():
        buffer, first, second = app.begin(60)
        buffer.note(first)
        buffer.note(second)
        buffer.drop(first)
        buffer.flush()
        assert app.handed == [["second"]]


async def test_what_is_typed_while_something_is_handed_over_waits_for_the_next() -> None:
    app = Two()
    async with app.run_test():
        buffer, first, second = app.begin(60)

        def hand_over(rows: list[Input]) -> None:
            app.handed.append([row.id for row in rows])
            if first in rows:
                buffer.note(second)

        buffer.hand_over = hand_over
        buffer.note(first)
        buffer.flush()
        assert app.handed == [["first"]]
        assert second in buffer
        buffer.flush()
        assert app.handed == [["first"], ["second"]]
