"""What waits to be written stands in its order: the rules that a saved order of deeds rests on."""

from __future__ import annotations

import threading
from collections.abc import Callable

from lnctp_tui.services.refs import Ref
from lnctp_tui.services.vault.pending_writes import Edits, Job, Piece
from lnctp_tui.services.vault.write_queue import WriteQueue
from lnctp_tui.storage.database.session import EditBaseline

RUN = b"run"
FORM, OTHER = EditBaseline("a"), EditBaseline("b")


def typed(queue: WriteQueue, form: EditBaseline, value: str) -> Edits:
    edits = queue.edits(form)
    edits.add(Ref("contacts", form.id), {"narrative": value}, None, None, opens=False, remember=None)
    return edits


def test_edits_of_a_form_join_until_something_else_stands_behind_them() -> None:
    queue = WriteQueue(RUN)
    first = typed(queue, FORM, "uno")
    assert typed(queue, FORM, "dos") is first
    assert first.patches[Ref("contacts", "a")] == {"narrative": "dos"}
    assert first.version == 2
    other_form = typed(queue, OTHER, "tres")
    assert typed(queue, FORM, "cuatro") is not first
    job = Job(lambda _store: None)
    queue.put(job)
    assert typed(queue, FORM, "cinco") is queue.pieces[-1]
    assert queue.pieces[:2] == [first, other_form]
    assert queue.pieces[3] is job
    assert [piece.number for piece in queue.pieces] == [(RUN, place) for place in range(1, 6)]


def test_nothing_joins_the_piece_in_hand_and_it_goes_back_to_the_front() -> None:
    queue = WriteQueue(RUN)
    first = typed(queue, FORM, "uno")
    queue.hurry()
    assert queue.next(60.0) is first
    second = typed(queue, FORM, "dos")
    assert second is not first
    assert queue.pieces == [first, second]
    queue.put_back()
    assert queue.in_hand is None
    assert queue.pieces == [first, second]
    queue.hurry()
    assert queue.next(60.0) is first


def test_what_an_earlier_run_left_is_written_first_and_without_waiting() -> None:
    queue = WriteQueue(RUN)
    left = [Edits(OTHER), Edits(OTHER)]
    queue.take_in([*left])
    behind = typed(queue, FORM, "uno")
    assert queue.pieces == [*left, behind]
    assert [queue.next(60.0), queue.next(60.0)] == left


def test_a_closed_queue_forgets_what_waits_and_an_ended_one_waits_for_nobody() -> None:
    queue = WriteQueue(RUN)
    typed(queue, FORM, "uno")
    queue.close()
    assert queue.closed
    assert queue.idle
    queue.end()
    assert queue.next(60.0) is None
    assert queue.wait_for_end(60.0)


def in_a_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_a_drain_lets_edits_go_at_once_and_waits_for_the_piece_in_hand() -> None:
    queue = WriteQueue(RUN)
    first = typed(queue, FORM, "uno")
    taken: list[Piece | None] = []
    writer = in_a_thread(lambda: taken.append(queue.next(60.0)))
    assert not queue.drain(0.1)
    writer.join(5)
    assert taken == [first]
    assert queue.pending == 1
    with queue.changed:
        queue.in_hand = None
    assert queue.drain(0.1)
