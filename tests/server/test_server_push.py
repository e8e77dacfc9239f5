"""Push: each change once, what cannot stay is kept aside, and the rows are what the log folds to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from nacl.signing import VerifyKey
from server_office import KEY, NOON, Laptop, statuses

from lnctp_tui.domain.records import merge
from lnctp_tui.errors import Declined
from lnctp_tui.server.admin import audit, erase, quarantine_review
from lnctp_tui.server.ingest import projection_check, push
from lnctp_tui.server.ingest import rows as server_rows
from lnctp_tui.server.ingest.batcher import GATHER, Batcher
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.storage import ids, instants
from lnctp_tui.sync import wire


def rows(pool: Pool, query: str, *values: Any) -> list[Any]:
    with database.transaction(pool, "main", database.SERVE) as connection:
        return connection.execute(query, values).fetchall()


def test_a_change_is_stored_once_and_comes_back_as_known(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    case = ana.case(summary="Prueba")
    first, again = ana.push(case), ana.push(case, case)
    assert statuses(first) == [("accepted", None)]
    assert statuses(again) == [("known", None)] * 2
    assert first["results"][0][2] == again["results"][0][2] == 1
    assert again["proof"] == first["proof"]
    assert statuses(ana.push(*[ana.case()] * 2)) == [("accepted", None), ("known", None)]


def test_one_poison_record_in_500_is_named_and_499_are_stored(pool: Pool) -> None:
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")
    batch = [ana.case(summary=f"Prueba {number}") for number in range(500)]
    batch[250] = ana.case(summary="NUL \0 adentro")
    answer = ana.push(*batch)
    assert [each[0] for each in answer["results"] if each[1] == "refused"] == [batch[250]["id"]]
    assert statuses(answer)[250] == ("refused", "text")
    assert rows(pool, "SELECT count(*) FROM data.cases") == [(499,)]
    waiting = quarantine_review.waiting(pool, sup.row)["quarantine"]
    assert [(each["id"], each["reason"], each["person"]) for each in waiting] == [
        (batch[250]["id"], "text", "ana")
    ]
    assert projection_check.compare(pool, "main").different == []
    assert projection_check.broken_at(pool, "main") is None


def test_forged_changes_of_a_large_push_leave_nothing_but_a_refusal(pool: Pool) -> None:
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")
    batch = [ana.case(summary=f"Prueba {number}") for number in range(300)]
    for number in (7, 290):
        batch[number]["sig"] = batch[number + 1]["sig"]
    twin = batch[20] | {"sig": batch[21]["sig"]}
    answer = ana.push(twin, *batch)
    assert statuses(answer)[0] == statuses(answer)[8] == statuses(answer)[291] == ("refused", "signature")
    assert statuses(answer)[1:].count(("accepted", None)) == 298
    assert rows(pool, "SELECT count(*) FROM data.cases") == [(298,)]
    assert len(quarantine_review.waiting(pool, sup.row)["quarantine"]) == 3
    assert projection_check.compare(pool, "main").different == []
    assert projection_check.broken_at(pool, "main") is None


def test_the_receipt_covers_all_that_the_server_now_holds(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    good, bad = ana.case(), ana.case(opened_at=7)
    receipt = ana.push(good, bad)["receipt"]
    KEY.verify_key.verify(wire.receipt_bytes(receipt["body"]), bytes.fromhex(receipt["sig"]))
    assert receipt["body"]["ids"] == wire.ids_digest([good["id"], bad["id"]])
    assert receipt["body"]["device"] == ana.id
    assert receipt["body"]["seq"] == 1
    assert receipt["body"]["n"] == 1


def poisons(ana: Laptop) -> list[tuple[Any, str]]:
    case = ids.new_id()
    lone = ana.case(summary="x")
    lone["patch"] = {"summary": "\ud800"}
    changed = ana.case(summary="x")
    changed["patch"] = {"summary": "y"}
    forged = ana.case()
    forged["sig"] = ana.case()["sig"]
    return [
        (7, "malformed"),
        ({}, "malformed"),
        (ana.case() | {"id": "no id"}, "malformed"),
        (ana.case() | {"hlc": True}, "malformed"),
        (ana.case() | {"hlc": 1 << 63}, "malformed"),
        (ana.case() | {"patch": {}}, "malformed"),
        (ana.case() | {"base": [1]}, "malformed"),
        (ana.case() | {"patch": {"answers.x": float("nan")}}, "malformed"),
        (ana.change("spies", case, {"name": "x"}, case=case), "table"),
        (ana.change("cases", case, {"status": "open"}) | {"case": None}, "scope"),
        (ana.change("notes", case, {"text": "x"}), "scope"),
        (ana.change("notes", ids.new_id(), {"case_id": "other"}, case=case), "scope"),
        (ana.case(status=1), "type"),
        (ana.change("people", ids.new_id(), {"headcount": "2"}, case=case), "type"),
        (ana.change("people", ids.new_id(), {"age_estimated": 1}, case=case), "type"),
        (ana.change("referral_deliveries", ids.new_id(), {"data": {}}, case=case), "type"),
        (ana.case(opened_at="ayer"), "type"),
        (ana.case(opened_at="2026-02-30T10:00:00Z"), "type"),
        (ana.case(closed_at="2026-03-01T10:00:00"), "type"),
        (ana.case(closed_at="0026-03-01T10:00:00Z"), "type"),
        (ana.change("people", ids.new_id(), {"birth_date": "14/03/65"}, case=case), "type"),
        (ana.change("people", ids.new_id(), {"birth_date": "2165-03-14"}, case=case), "type"),
        (lone, "text"),
        (ana.case(summary="al‮revés"), "text"),
        (ana.case(**{"answers.x": {"y": ["\x9b"]}}), "text"),
        (changed, "hash"),
        (forged, "signature"),
        (ana.case() | {"device": "device-other"}, "hash"),
        (ana.change("cases", case, {"status": "open"}, device="device-other"), "foreign"),
        (ana.change("cases", case, {"status": "open"}, actor="beto"), "actor"),
    ]


def test_what_is_unsound_is_refused_alone_with_its_reason(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    batch = poisons(ana)
    answer = ana.push(*(change for change, _ in batch), ana.case())
    assert statuses(answer) == [*(("refused", reason) for _, reason in batch), ("accepted", None)]
    assert rows(pool, "SELECT count(*) FROM quarantine") == [(len({str(each) for each, _ in batch}),)]


def test_text_that_json_escapes_is_still_text(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    answer = ana.push(ana.case(summary='"Ñandú"\n\\u0000 y \\b, 😀', **{"answers.nuevo": {"a": [1.5, None]}}))
    assert statuses(answer) == [("accepted", None)]
    assert rows(pool, "SELECT summary FROM data.cases") == [('"Ñandú"\n\\u0000 y \\b, 😀',)]


def test_what_the_database_does_not_take_is_singled_out(pool: Pool, cluster: Any) -> None:
    ana = Laptop(pool, "ana")
    with database.connect(
        cluster.url("postgres", pool.conninfo.rpartition("/")[2].partition("?")[0])
    ) as owner:
        owner.execute("ALTER TABLE data.cases ADD CONSTRAINT short CHECK (length(summary) < 100)")
    batch = [ana.case(summary="x" * 200 if number == 30 else "x") for number in range(60)]
    answer = ana.push(*batch)
    assert [each for each in statuses(answer) if each[0] != "accepted"] == [("refused", "storage")]
    assert statuses(answer)[30] == ("refused", "storage")
    assert rows(pool, "SELECT count(*) FROM records") == [(59,)]


def test_unknown_fields_are_kept_and_sent_on(pool: Pool) -> None:
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")
    change = ana.case(**{"from_the_future": {"deep": [1]}, "answers.new_code": "yes"})
    ana.push(ana.seal({**change, "schema": 99}))
    assert rows(pool, "SELECT extra, answers FROM data.cases") == [
        ({"from_the_future": {"deep": [1]}}, {"new_code": "yes"})
    ]
    assert sup.pull()[0]["c"]["patch"] == change["patch"]


def test_the_patch_comes_back_to_the_byte(pool: Pool) -> None:
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")
    batch = [
        ana.case(**{"answers.x": [1.0, 1e22, -0.0, 0.1, 2**62, "é", {"b": 1, "a": None}]}) for _ in range(30)
    ]
    ana.push(*batch)
    public = ana.key.verify_key.encode().hex()
    pulled = [each["c"] for each in sup.pull()]
    assert len(pulled) == 30
    assert all(wire.sealed_by(each, public) for each in pulled)


def test_a_clock_far_ahead_is_placed_and_a_colleague_is_told(pool: Pool) -> None:
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")
    late = ana.seal({**ana.case(), "hlc": instants.micros(NOON + timedelta(days=900))})
    placed = instants.micros(NOON + timedelta(seconds=121))
    assert ana.push(late)["results"][0] == [late["id"], "accepted", 1, placed, None]
    assert sup.pull()[0]["c"]["placed"] == placed
    assert ana.pull() == [{"k": "own", "n": 1, "id": late["id"], "placed": placed}]
    case = late["row"]
    ana.push(ana.change("cases", case, {"status": "closed"}, base=()))
    assert rows(pool, "SELECT status FROM data.cases") == [("open",)]
    assert rows(pool, "SELECT created_at FROM data.cases") == [("2026-05-04T12:00:02.000000Z",)]


def test_rows_are_folded_with_what_the_log_already_has(pool: Pool) -> None:
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")
    case = ana.case(summary="uno")
    ana.push(case)
    mine = ana.change("cases", case["row"], {"summary": "dos"}, base=(case["id"],))
    hers = sup.change("cases", case["row"], {"summary": "tres"}, base=(case["id"],))
    assert statuses(ana.push(mine)) == statuses(sup.push(hers)) == [("accepted", None)]
    shown = max(mine, hers, key=lambda each: (each["hlc"], each["id"]))
    assert rows(pool, "SELECT status, summary FROM data.cases") == [("open", shown["patch"]["summary"])]
    settle = ana.change("cases", case["row"], {"summary": "cuatro"}, base=(mine["id"], hers["id"]))
    ana.push(settle)
    assert rows(pool, "SELECT status, summary FROM data.cases") == [("open", "cuatro")]
    assert projection_check.compare(pool, "main").different == []


def test_one_change_alone_folds_as_the_rule_says() -> None:
    change = {
        "id": "c",
        "hlc": 1,
        "placed": None,
        "base": ["x"],
        "patch": {"b": 1, "a": None, "answers.z": [1]},
    }
    assert server_rows.values([change]) == merge.fold([change]).values


def test_the_comparison_finds_a_row_that_is_not_what_the_log_says(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    case, note = ana.case(), ids.new_id()
    ana.push(case, ana.change("notes", note, {"text": "x"}, case=case["row"]))
    with database.transaction(pool, "main", database.SERVE) as connection:
        connection.execute("UPDATE data.cases SET status = 'closed'")
        connection.execute("DELETE FROM data.notes")
    assert set(projection_check.compare(pool, "main").different) == {("cases", case["row"]), ("notes", note)}


def test_a_foreign_case_is_not_written_to_until_a_supervisor_lets_it(pool: Pool) -> None:
    ana, beto, sup = Laptop(pool, "ana"), Laptop(pool, "beto"), Laptop(pool, "sup", "supervisor")
    case = ana.case()
    ana.push(case)
    onto = beto.change("cases", case["row"], {"status": "closed"})
    beside = beto.change("notes", ids.new_id(), {"text": "x"}, case=case["row"])
    assert statuses(beto.push(onto, beside)) == [("refused", "forbidden")] * 2
    assert statuses(beto.push(onto, repair=True)) == [("refused", "forbidden")]
    assert rows(pool, "SELECT count(*) FROM records") == [(1,)]
    with pytest.raises(Declined, match="forbidden"):
        quarantine_review.waiting(pool, beto.row)
    assert quarantine_review.release(pool, sup.row, beside["id"], NOON)["status"] == "accepted"
    why = "Lo escribió en el caso de otra persona"
    assert quarantine_review.dismiss(pool, sup.row, onto["id"], NOON, why) == {"status": "dismissed"}
    assert quarantine_review.waiting(pool, sup.row)["quarantine"] == []
    kept = "SELECT decided_by, decided_why, content IS NULL FROM quarantine WHERE state = 'dismissed'"
    assert rows(pool, kept) == [("sup", why, False)]
    said = rows(pool, "SELECT actor, action, record FROM audit ORDER BY n")
    assert said == [("sup", "release", beside["id"]), ("sup", f"dismiss:{why}", onto["id"])]
    with pool.connection() as connection:
        assert audit.broken_at(connection, "main") is None
    assert [each["id"] for each in beto.pull()] == [beside["id"]]
    assert beside["id"] in {each["c"]["id"] for each in ana.pull() if each["k"] == "change"}
    assert projection_check.compare(pool, "main").different == []


def test_who_somebody_is_only_they_say(pool: Pool) -> None:
    ana, beto = Laptop(pool, "ana"), Laptop(pool, "beto")
    own = ana.change(
        "devices", ana.id, {"public_key": ana.key.verify_key.encode().hex(), "counselor_id": "ana"}
    )
    assert (
        statuses(ana.push(own, ana.change("counselors", "ana", {"name": "Ana"}))) == [("accepted", None)] * 2
    )
    theirs = [
        beto.change("devices", ana.id, {"public_key": "00" * 32}),
        beto.change("devices", beto.id, {"public_key": "00" * 32}),
        beto.change("devices", beto.id, {"counselor_id": "ana"}),
        beto.change("counselors", "ana", {"name": "Otra"}),
    ]
    assert statuses(beto.push(*theirs)) == [("refused", "forbidden")] * 4
    lead, shelter = Laptop(pool, "lead", "supervisor"), ids.new_id()
    assert statuses(beto.push(beto.change("providers", shelter, {"name": "Refugio"}))) == [
        ("refused", "forbidden")
    ]
    assert statuses(lead.push(lead.change("providers", shelter, {"name": "Refugio"}))) == [("accepted", None)]
    assert [each["c"]["row"] for each in beto.pull() if each["k"] == "change"] == [ana.id, "ana", shelter]


def test_another_change_under_a_known_id_is_refused(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    case = ana.case(summary="uno")
    other = ana.seal({**case, "patch": {"summary": "dos"}})
    assert statuses(ana.push(case, other)) == [("accepted", None), ("refused", "id")]
    assert statuses(ana.push(other)) == [("refused", "id")]
    assert rows(pool, "SELECT summary FROM data.cases") == [("uno",)]


def test_repair_hands_back_what_a_colleague_wrote(pool: Pool) -> None:
    ana, beto = Laptop(pool, "ana"), Laptop(pool, "beto")
    case, stranger = ana.case(), ana.case()
    stranger = ana.seal({**stranger, "device": "device-nobody"})
    assert statuses(beto.push(case)) == [("refused", "foreign")]
    assert statuses(beto.push(case, stranger, repair=True)) == [
        ("accepted", None),
        ("refused", "unknown_device"),
    ]
    assert [each["id"] for each in ana.pull()] == [case["id"]]
    assert len(beto.pull()) == 1
    assert rows(pool, "SELECT id FROM quarantine") == [(stranger["id"],)]


@pytest.mark.parametrize("state", ["revoked", "pending"])
def test_a_device_that_may_not_deliver_is_told(pool: Pool, state: str) -> None:
    ana = Laptop(pool, "ana", state=state)
    with pytest.raises(Declined, match=state):
        ana.push(ana.case())
    assert rows(pool, "SELECT count(*) FROM log") == [(0,)]


def test_upload_only_delivers(pool: Pool) -> None:
    ana = Laptop(pool, "ana", state="upload_only")
    assert statuses(ana.push(ana.case())) == [("accepted", None)]


def test_a_message_that_is_none(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    with pytest.raises(Declined, match="malformed"):
        ana.push(changes=7)
    with pytest.raises(Declined, match="malformed"):
        ana.push(cursor=[1])
    with pytest.raises(Declined, match="too_large"):
        ana.push(*range(wire.BATCH + 1))


def test_another_history_is_found_by_cursor_or_proof(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    ana.push(ana.case())
    place = list(ana.proof)
    change = ana.case()
    assert ana.push(change, cursor=[2, place[1]]) == {"status": "diverged"}
    assert ana.push(change, proof=[1, "0" * 64]) == {"status": "diverged"}
    assert rows(pool, "SELECT count(*) FROM log") == [(1,)]
    assert statuses(ana.push(change, cursor=[0, ""], proof=place)) == [("accepted", None)]


def test_an_image_or_clone_gets_folios_of_its_own(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    answers = [ana.push(ana.case()) for _ in range(3)]
    assert all("folio_prefix" not in each for each in answers)
    ana.seq = 1
    prefix = ana.push(ana.case())["folio_prefix"]
    assert ana.row.folio_prefix == prefix
    lost = ana.case()
    ana.push(lost)
    ana.seq -= 1  # the answer was lost, the batch comes again
    assert "folio_prefix" not in ana.push(ana.case(), lost)
    ana.seq -= 1  # a clone was there before
    assert ana.push(ana.case())["folio_prefix"] != prefix
    assert [action for (action,) in rows(pool, "SELECT action FROM audit ORDER BY n")] == ["device_image"] * 2


def test_a_rebuilt_audit_of_a_laptop_is_noticed(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    for n, chain, known in ((1, "a", None), (2, "b", "a"), (3, "c", "a"), (4, "d", "a"), (4, "d", "d")):
        ana.push(audit={"n": n, "chain": chain, "at_known": known})
    assert rows(pool, "SELECT count(*) FROM audit") == [(0,)]
    ana.push(audit={"n": 5, "chain": "f", "at_known": "e"})
    ana.push(audit={"n": 3, "chain": "c", "at_known": "f"})
    assert rows(pool, "SELECT action, record FROM audit") == [("device_audit_altered", ana.id)] * 2
    with pool.connection() as connection:
        assert audit.broken_at(connection, "main") is None


def test_an_edited_or_shortened_audit_of_the_server_is_found(pool: Pool, owner: str) -> None:
    with database.transaction(pool, "main", database.SERVE) as connection:
        for number in range(4):
            audit.note(connection, "main", NOON, "ana", "view", str(number))
    for edit in (
        "UPDATE audit SET actor = 'x' WHERE n = 2",
        "DELETE FROM audit WHERE n = 4",
        "DELETE FROM audit WHERE n = 1",
    ):
        with database.connect(owner) as connection:
            connection.execute(edit)
            assert audit.broken_at(connection, "main") is not None
            connection.rollback()
    with pool.connection() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute("UPDATE audit SET actor = 'x'")


def test_what_comes_late_for_an_erased_case_enters_blank(pool: Pool) -> None:
    ana, sup = Laptop(pool, "ana"), Laptop(pool, "sup", "supervisor")
    case = ana.case(summary="canario")
    ana.push(case)
    assert erase.erase(pool, "main", case["row"], NOON, "sup") == 1
    late = ana.change("cases", case["row"], {"summary": "canario tarde"}, base=(case["id"],))
    child = ana.change("notes", ids.new_id(), {"text": "canario"}, case=case["row"])
    answer = ana.push(late, child)
    assert statuses(answer) == [("accepted", None)] * 2
    erased = [each["ids"] for each in ana.pull() if each["k"] == "erase"]
    assert erased == [[case["id"]], [late["id"], child["id"]]]
    assert (
        rows(pool, "SELECT count(*) FROM data.cases")
        == rows(pool, "SELECT count(*) FROM data.notes")
        == [(0,)]
    )
    for table in ("log", "quarantine", "data.cases", "data.notes"):
        assert rows(pool, f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%%canario%%'") == [(0,)]
    public = ana.key.verify_key.encode().hex()
    got = [each["c"] for each in sup.pull() if each["k"] == "change"]
    assert [(each["patch"], each["erased"], wire.signed_by(each, public)) for each in got] == [
        (None, True, True)
    ] * 3
    assert projection_check.compare(pool, "main").different == []
    assert projection_check.broken_at(pool, "main") is None


def test_small_pushes_that_wait_share_a_transaction_and_a_failing_group_is_retried(pool: Pool) -> None:
    laptops = [
        Laptop(pool, f"c{number}", state="revoked" if number == 3 else "active") for number in range(12)
    ]
    together = Batcher(pool, KEY)
    answers: dict[str, Any] = {}
    blocker = Laptop(pool, "blocker")

    def deliver(laptop: Laptop) -> None:
        message = {"changes": [laptop.case()], "receipt": 0}
        try:
            answers[laptop.id] = together.push(laptop.row, message, NOON)
        except Declined as declined:
            answers[laptop.id] = declined.code

    with database.transaction(pool, "main", database.SERVE) as holding:
        holding.execute("SELECT FROM devices WHERE id = %s FOR UPDATE", (blocker.id,))
        threads = [threading.Thread(target=deliver, args=(each,)) for each in (blocker, *laptops)]
        for each in threads:
            each.start()
        threads[1].join(0.3)
    for each in threads:
        each.join()
    assert answers.pop("device-c3") == "revoked"
    assert {statuses(each)[0] for each in answers.values()} == {("accepted", None)}
    for id_, answer in answers.items():
        assert answer["receipt"]["body"]["device"] == id_
        VerifyKey(KEY.verify_key.encode()).verify(
            wire.receipt_bytes(answer["receipt"]["body"]), bytes.fromhex(answer["receipt"]["sig"])
        )
    transactions = rows(pool, "SELECT count(DISTINCT xmin::text) FROM log")[0][0]
    assert transactions < 6 < len(answers)


def test_a_round_waits_for_more_only_after_one_that_was_shared(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lnctp_tui.server.ingest.batcher.BUSY", 60.0)
    waited: list[float] = []
    together = Batcher(pool, KEY, waited.append)
    alone, others = Laptop(pool, "alone"), [Laptop(pool, f"c{number}") for number in range(6)]

    def deliver(laptop: Laptop) -> None:
        together.push(laptop.row, {"changes": [laptop.case()], "receipt": 0}, NOON)

    deliver(alone)
    deliver(others[0])
    assert waited == []
    with database.transaction(pool, "main", database.SERVE) as holding:
        holding.execute("SELECT FROM devices WHERE id = %s FOR UPDATE", (alone.id,))
        threads = [threading.Thread(target=deliver, args=(each,)) for each in (alone, *others)]
        for each in threads:
            each.start()
        threads[1].join(0.3)
    for each in threads:
        each.join()
    waited.clear()
    deliver(others[1])
    assert waited == [GATHER]


@contextmanager
def held(pool: Pool, record: str) -> Iterator[None]:
    """Nobody writes this record meanwhile."""
    with database.transaction(pool, "main", database.SERVE) as holding:
        holding.execute('SELECT FROM records WHERE team = %s AND "row" = %s FOR UPDATE', ("main", record))
        yield


def test_two_pushes_of_one_laptop_work_side_by_side(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    case, other = ana.case(), ana.case()
    ana.push(case, other)
    row = ana.row
    first = {"changes": [ana.change("cases", case["row"], {"summary": "uno"}, base=())], "receipt": 1}
    told = {"before": [first["changes"][0]["id"]], "receipt": 1}  # type: ignore[index]
    second = told | {"changes": [ana.change("cases", other["row"], {"summary": "dos"}, base=())]}
    with ThreadPoolExecutor(1) as thread:
        with held(pool, case["row"]):
            waits = thread.submit(push.push, pool, row, first, NOON, KEY)
            assert statuses(push.push(pool, row, second, NOON, KEY)) == [("accepted", None)]
            assert not waits.done()
        answer = waits.result(20)
    assert statuses(answer) == [("accepted", None)]
    assert "folio_prefix" not in answer
    assert rows(pool, "SELECT count(*) FROM audit") == [(0,)]


@pytest.mark.parametrize("state", ["revoked", "wipe"])
def test_a_laptop_that_is_barred_while_its_push_is_at_work_leaves_nothing(pool: Pool, state: str) -> None:
    ana, beto = Laptop(pool, "ana"), Laptop(pool, "beto")
    case = ana.case()
    ana.push(case)
    row, late = ana.row, ana.change("cases", case["row"], {"summary": "tarde"}, base=())
    with ThreadPoolExecutor(1) as thread:
        with held(pool, case["row"]):
            waits = thread.submit(push.push, pool, row, {"changes": [late, ana.case()]}, NOON, KEY)
            with database.transaction(pool, "main", database.SERVE) as admin:
                admin.execute("UPDATE devices SET state = %s WHERE id = %s", (state, ana.id))
        with pytest.raises(Declined, match=state):
            waits.result(20)
    assert rows(pool, "SELECT id FROM log") == [(case["id"],)]
    assert rows(pool, "SELECT count(*) FROM records") == [(1,)]
    assert statuses(beto.push(beto.case())) == [("accepted", None)]
    assert projection_check.compare(pool, "main").different == []
