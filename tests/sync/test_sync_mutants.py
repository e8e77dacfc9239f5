"""The test of the test: protocols with one rule broken. Each must be caught by the walks of test_sync_walks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import walk_stories as stories
from counts import in_soak
from test_sync_walks import adapter, walk
from walk_parts import Adapter
from walk_world import Violation, World

from lnctp_tui.domain.records import merge
from lnctp_tui.domain.records.scopes import scope_of
from lnctp_tui.server.ingest import cursors, ingest
from lnctp_tui.server.read import pull
from lnctp_tui.storage.database import session
from lnctp_tui.storage.replication import eviction, incoming, projection, server_state
from lnctp_tui.sync import client, histories, loop, outbox, repair

__all__ = ["adapter"]
ENOUGH = 200
"""Walks after which a mutant that still lives has survived."""

Plant = Callable[[pytest.MonkeyPatch], None]
Story = Callable[[World], None]


def cursor_before_rows(patch: pytest.MonkeyPatch) -> None:
    """The cursor is stored in a transaction before the one with the rows."""
    real = client.Client.store_page

    def store_page(self: client.Client, page: Any) -> bool:
        if page.get("status") != "ok":
            return real(self, page)
        with self.store.write() as unit:
            at = server_state.CURSOR
            if incoming.state.get(unit.connection, at) != list(page["from"]):
                return True
            unit.remember(at, list(page["next"]))
        return real(self, {**page, "from": page["next"]})

    patch.setattr(client.Client, "store_page", store_page)


def acknowledged_before_stored(patch: pytest.MonkeyPatch) -> None:
    """A change counts as sent when it goes out, not when its receipt comes."""
    patch.setattr(outbox, "OFFERED", outbox.OFFERED.replace("SET sent = 1", "SET sent = 2"))
    patch.setattr(outbox, "MINE", outbox.MINE.replace(" AND sent < 2", ""))


def never_marked_as_offered(patch: pytest.MonkeyPatch) -> None:
    """What is on the way can still be folded into a later save."""
    patch.setattr(outbox, "OFFERED", outbox.OFFERED.replace("SET sent = 1", "SET sent = 0"))


def base_taken_at_save(patch: pytest.MonkeyPatch) -> None:
    """A save rests on what the database holds, not on what the screen showed."""
    real = session.Unit.record

    def record(self: Any, table: str, row: str, said: Any, *, form: Any = None, case: Any = None) -> str:
        return real(self, table, row, said, form=None, case=case)

    patch.setattr(session.Unit, "record", record)


def chain_not_checked(patch: pytest.MonkeyPatch) -> None:
    """The server believes any cursor and any proof."""
    patch.setattr(cursors, "known", lambda _connection, _team, told: {*told})
    patch.setattr(
        pull, "PLACE", pull.PLACE.replace("AND chain = %(chain)s", "").replace("AND chain = %(proven)s", "")
    )


def proof_not_sent(patch: pytest.MonkeyPatch) -> None:
    """Only the cursor proves the history, not the last acknowledgement."""
    real, ask = outbox.envelope, client.ask_page

    def envelope(store: Any) -> dict[str, Any]:
        return real(store) | {"proof": None}

    def ask_page(store: Any, line: Any, limit: int, wait: float) -> dict[str, Any]:
        with store.write() as unit:
            unit.remember(server_state.PROOF, None)
        return ask(store, line, limit, wait)

    patch.setattr(outbox, "envelope", envelope)
    patch.setattr(client, "ask_page", ask_page)


def clocks_decide(patch: pytest.MonkeyPatch) -> None:
    """The greatest stamp wins and hides the others."""

    def newest(changes: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        return [max(changes, key=lambda each: (each["hlc"], each["id"]))]

    patch.setattr(merge, "_standing", newest)


def revoke_drops_the_outbox(patch: pytest.MonkeyPatch) -> None:
    """What was not sent yet goes with the case."""
    real = eviction.hide

    def leave(connection: Any, scope: str, reason: str) -> None:
        connection.exec_driver_sql(
            'DELETE FROM changes WHERE coalesce("case", row) = ? AND sent < 2', (scope,)
        )
        real(connection, scope, reason)

    patch.setattr(eviction, "hide", leave)


def revoke_hides_nothing(patch: pytest.MonkeyPatch) -> None:
    """A revoked case only stops coming."""
    patch.setattr(eviction, "hide", lambda _connection, _scope, _reason: None)


def acknowledgement_moves_the_cursor(patch: pytest.MonkeyPatch) -> None:
    """After a push the laptop believes it has read up to its own changes."""
    real = outbox.acknowledge

    def acknowledge(unit: Any, answer: Any, audit: int, *, proves: bool = True) -> None:
        real(unit, answer, audit, proves=proves)
        if proves:
            unit.remember(server_state.CURSOR, list(answer["proof"]))

    patch.setattr(outbox, "acknowledge", acknowledge)


def stale_page_taken(patch: pytest.MonkeyPatch) -> None:
    """A page is stored wherever it begins: one from before the laptop came back from its image, too."""
    real = incoming.apply_page

    def apply_page(unit: Any, page: Any, good: Any, asides: Any) -> Any:
        begins = incoming.state.get(unit.connection, server_state.CURSOR)
        return real(unit, {**page, "from": begins}, good, asides)

    patch.setattr(incoming, "apply_page", apply_page)


def grant_without_history(patch: pytest.MonkeyPatch) -> None:
    """A grant only opens the tap."""
    patch.setattr(incoming, "WANT", incoming.WANT.replace("'wanted'", "'held'"))


def joined_record_without_its_past(patch: pytest.MonkeyPatch) -> None:
    """Who sees a case gets a call that was attached to it from the attachment on."""
    real = incoming.apply_page

    def apply_page(unit: Any, page: Any, good: Any, asides: Any) -> Any:
        entries = [{**each, "before": []} if each["k"] == "change" else each for each in page["entries"]]
        return real(unit, {**page, "entries": entries}, good, asides)

    patch.setattr(incoming, "apply_page", apply_page)


def own_lost_change_not_fetched(patch: pytest.MonkeyPatch) -> None:
    """A laptop from an image takes its own ids for things it holds."""
    patch.setattr(client.Client, "_lost", lambda _self, _own: [])


def repair_without_others(patch: pytest.MonkeyPatch) -> None:
    """After the server came back from a backup each laptop hands back only what it wrote itself."""
    patch.setattr(repair, "give_back", _own_only(repair.give_back))


def _own_only(real: Any) -> Any:
    def give_back(of: client.Client, ids: list[str]) -> int:
        with of.store.read() as connection:
            mine = connection.exec_driver_sql(
                "SELECT id FROM changes WHERE device = ?", (of.store.author.device,)
            )
            own = set(mine.scalars())
        return int(real(of, [each for each in ids if each in own]))

    return give_back


def repair_without_new_beginning(patch: pytest.MonkeyPatch) -> None:
    """After a repair the laptop goes on from the server's present end."""

    def begin(self: client.Client) -> None:
        answer = self.line.call("POST", "/v1/start", {})
        with self.store.write() as unit:
            unit.remember(server_state.CURSOR, list(answer["cursor"]))
            unit.remember(server_state.PROOF, None)

    patch.setattr(client.Client, "start", begin)


def no_repair(patch: pytest.MonkeyPatch) -> None:
    """A laptop that shares no history with the server only reads anew."""

    def only_start(of: client.Client) -> int:
        of.start()
        return 0

    patch.setattr(loop, "repair", only_start)


def own_clock_orders(patch: pytest.MonkeyPatch) -> None:
    """A laptop orders by the author's clock where the server said otherwise."""
    patch.setattr(projection, "LOG", projection.LOG.replace(projection.ORDERED, "hlc"))


def last_one_writes_the_row(patch: pytest.MonkeyPatch) -> None:
    """What comes in is laid over the row, without folding the log it belongs to."""
    patch.setattr(incoming, "_with_log", lambda _connection, _records: set())


def server_folds_only_what_comes(patch: pytest.MonkeyPatch) -> None:
    """The server writes a row from this push alone."""
    patch.setattr(ingest.rows, "logs", lambda _connection, _team, _keys: {})


def half_a_history_counts_as_whole(patch: pytest.MonkeyPatch) -> None:
    """The first page of a history is taken for all of it."""
    real = histories.Histories.ask

    def ask(self: histories.Histories, wanted: Any) -> dict[str, Any]:
        return real(self, wanted) | {"done": [scope for scope, _ in wanted], "next": None}

    patch.setattr(histories.Histories, "ask", ask)


def history_goes_on_too_far(patch: pytest.MonkeyPatch) -> None:
    """A crash in the middle of a history: the place is noted before the rows."""
    real = histories.Histories.keep

    def keep(self: histories.Histories, asked: Any, answer: Any, *proven: Any) -> None:
        with self.store.write() as unit:
            incoming.history_read(unit, asked, answer["done"], answer.get("next"))
        real(self, asked, answer, *proven)

    patch.setattr(histories.Histories, "keep", keep)


def scopes_of_others_held(patch: pytest.MonkeyPatch) -> None:
    """Every scope of which a change comes counts as this person's."""
    patch.setattr(incoming, "_met", lambda _connection, fresh, _now: {scope_of(each) for each in fresh})


def scopes_of_histories_held(patch: pytest.MonkeyPatch) -> None:
    """So does every scope of which a change comes with somebody else's history."""
    real = incoming.keep
    patch.setattr(incoming, "keep", lambda unit, changes, made=None, brought=(): real(unit, changes, made))


RARE = frozenset({never_marked_as_offered, stale_page_taken, scopes_of_others_held, scopes_of_histories_held})
"""What chance did not meet within 200 walks: several things in one order, which the mutant's story tells."""
EVERYDAY = frozenset({base_taken_at_save, clocks_decide, own_clock_orders, last_one_writes_the_row})
"""What three people at work come across without any disaster."""
IN_EVERY_RUN = frozenset({clocks_decide, last_one_writes_the_row})
"""Of these, the ones that chance meets soonest."""
MUTANTS = {
    cursor_before_rows: stories.the_process_ends_between_two_commits,
    acknowledged_before_stored: stories.what_was_sent_never_arrives,
    never_marked_as_offered: stories.it_is_saved_again_while_on_its_way,
    base_taken_at_save: stories.a_colleagues_change_comes_under_an_open_form,
    chain_not_checked: stories.others_write_on_before_the_author_comes_back,
    proof_not_sent: stories.the_server_comes_back_from_its_backup,
    clocks_decide: stories.all_write_at_once,
    revoke_drops_the_outbox: stories.the_case_is_taken_away,
    revoke_hides_nothing: stories.the_case_is_taken_away,
    acknowledgement_moves_the_cursor: stories.both_write_one_after_the_other,
    stale_page_taken: stories.a_page_from_before_the_image_comes_after_it,
    grant_without_history: stories.the_case_comes_back,
    joined_record_without_its_past: stories.a_call_joins_the_case,
    own_lost_change_not_fetched: stories.the_author_comes_back_from_an_image,
    repair_without_others: stories.only_a_reader_kept_it,
    repair_without_new_beginning: stories.others_write_on_before_the_author_comes_back,
    no_repair: stories.the_server_comes_back_from_its_backup,
    own_clock_orders: stories.all_write_at_once,
    last_one_writes_the_row: stories.all_write_at_once,
    server_folds_only_what_comes: stories.all_write_at_once,
    half_a_history_counts_as_whole: stories.the_case_comes_back,
    history_goes_on_too_far: stories.the_case_comes_back,
    scopes_of_others_held: stories.a_word_from_before_the_call_joined_comes_after_it,
    scopes_of_histories_held: stories.a_call_leaves_with_the_case_it_joined,
}
"""Each with the story that it cannot end well."""
PLANTED = list(MUTANTS)
TELLING = sorted({*MUTANTS.values()}, key=lambda story: story.__name__)


@pytest.mark.parametrize("plant", [*PLANTED[::2], *in_soak(*PLANTED[1::2])], ids=lambda plant: plant.__name__)
def test_a_broken_rule_is_caught(
    plant: Plant, adapter: Adapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(Violation):
        walk(adapter, tmp_path, 0, 0, story=MUTANTS[plant])


@pytest.mark.parametrize("story", [*TELLING[::2], *in_soak(*TELLING[1::2])], ids=lambda story: story.__name__)
def test_the_stories_themselves_end_well(story: Story, adapter: Adapter, tmp_path: Path) -> None:
    walk(adapter, tmp_path, 0, 0, story=story)


@pytest.mark.parametrize(
    "plant", [each for each in MUTANTS if each not in RARE], ids=lambda plant: plant.__name__
)
def test_chance_catches_it_too(
    plant: Plant, adapter: Adapter, tmp_path: Path, soak: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Random walks find a broken rule without being told where to look: most within a few."""
    if not soak and plant not in IN_EVERY_RUN:
        pytest.skip("make soak")
    plant(monkeypatch)
    for seed in range(1000, 1000 + ENOUGH):
        try:
            walk(adapter, tmp_path / str(seed), seed, disasters=0 if plant in EVERYDAY else seed % 9)
        except Violation:
            return
    pytest.fail(f"{plant.__name__} survived {ENOUGH} walks: {plant.__doc__}")
