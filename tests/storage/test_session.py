"""The one write path: row and change together, heads, conflicts, squashing, and no way around it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from counts import often
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nacl.encoding import HexEncoder
from nacl.signing import VerifyKey
from sqlalchemy import select, text, update

from lnctp_tui.domain.records import changes, merge
from lnctp_tui.errors import StorageFailed
from lnctp_tui.models import SYNCED
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database.session import CHANGES, CONFLICTS, TABLES, EditBaseline, Store


def rows(store: Store, table: str) -> list[dict]:
    with store.read() as connection:
        return [dict(row) for row in connection.execute(select(TABLES[table])).mappings()]


def log(store: Store, row: str) -> list[dict]:
    with store.read() as connection:
        found = connection.execute(select(CHANGES).where(CHANGES.c.row == row).order_by(CHANGES.c.seq))
        return [dict(each) for each in found.mappings()]


def write(
    store: Store, table: str, row: str, patch: dict, form: EditBaseline | None = None, case: str | None = None
) -> str:
    with store.write() as unit:
        return unit.record(table, row, patch, form=form, case=case)


def new_case(store: Store) -> str:
    case = ids.new_id()
    write(store, "cases", case, {"summary": "uno"})
    return case


def test_a_write_is_a_row_and_a_change_in_one_transaction(workspace: Workspace) -> None:
    case = new_case(workspace.store)
    (row,) = rows(workspace.store, "cases")
    (change,) = log(workspace.store, case)
    assert row["summary"] == change["patch"]["summary"] == "uno"
    assert row["heads"] == {change["id"]: ["status", "summary"]}


def test_a_failed_transaction_leaves_neither(workspace: Workspace) -> None:
    case = ids.new_id()

    def fail() -> None:
        with workspace.store.write() as unit:
            unit.record("cases", case, {"summary": "uno"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert rows(workspace.store, "cases") == []
    assert log(workspace.store, case) == []


def test_a_change_carries_its_hash_and_the_device_signature(workspace: Workspace) -> None:
    (change,) = log(workspace.store, new_case(workspace.store))
    content = changes.canonical(change)
    (device,) = rows(workspace.store, "devices")
    signature, content_signed = changes.signed(change["hash"], change["sig"])
    VerifyKey(device["public_key"], HexEncoder).verify(content_signed, signature)
    assert changes.digest(content) == change["hash"]


def test_answers_and_unknown_fields_are_kept_beside_the_columns(workspace: Workspace) -> None:
    case = new_case(workspace.store)
    write(workspace.store, "cases", case, {"answers.danger.in_progress": "yes", "from_2031": {"a": [1]}})
    (row,) = rows(workspace.store, "cases")
    assert row["answers"] == {"danger.in_progress": "yes"}
    assert row["extra"] == {"from_2031": {"a": [1]}}
    write(workspace.store, "cases", case, {"answers.danger.in_progress": None})
    assert rows(workspace.store, "cases")[0]["answers"] == {}


def test_a_later_write_rests_on_the_heads_it_saw(workspace: Workspace) -> None:
    case = new_case(workspace.store)
    first = log(workspace.store, case)[0]["id"]
    write(workspace.store, "cases", case, {"summary": "dos"})
    assert log(workspace.store, case)[1]["base"] == [first]
    assert first in rows(workspace.store, "cases")[0]["heads"]


def test_two_forms_that_did_not_see_each_other_conflict_and_both_values_stay(workspace: Workspace) -> None:
    case = new_case(workspace.store)
    heads = rows(workspace.store, "cases")[0]["heads"]
    one, two = EditBaseline("one"), EditBaseline("two")
    one.see("cases", case, heads)
    two.see("cases", case, heads)
    write(workspace.store, "cases", case, {"summary": "de una"}, one)
    write(workspace.store, "cases", case, {"summary": "de otra"}, two)
    with workspace.store.read() as connection:
        (conflict,) = connection.execute(select(CONFLICTS)).mappings()
    assert (conflict["row"], conflict["field"]) == (case, "summary")
    folded = merge.fold(log(workspace.store, case))
    assert folded.values["summary"] == rows(workspace.store, "cases")[0]["summary"] == "de otra"
    assert [other.value for other in folded.others["summary"]] == ["de una"]


def test_settling_a_conflict_is_an_ordinary_write_that_saw_both(workspace: Workspace) -> None:
    test_two_forms_that_did_not_see_each_other_conflict_and_both_values_stay(workspace)
    (row,) = rows(workspace.store, "cases")
    write(workspace.store, "cases", row["id"], {"summary": "acordado"})
    with workspace.store.read() as connection:
        assert connection.execute(select(CONFLICTS)).all() == []
    assert merge.fold(log(workspace.store, row["id"])).others == {}


def conflicts(store: Store, row: str) -> set[str]:
    with store.read() as connection:
        return set(connection.scalars(select(CONFLICTS.c.field).where(CONFLICTS.c.row == row)))


def two_forms(store: Store, case: str) -> tuple[EditBaseline, EditBaseline]:
    shown = next(row for row in rows(store, "cases") if row["id"] == case)["heads"]
    forms = EditBaseline(f"one-{case}"), EditBaseline(f"two-{case}")
    for form in forms:
        form.see("cases", case, shown)
    return forms


def test_two_forms_that_wrote_the_same_value_are_no_conflict(workspace: Workspace) -> None:
    store, case = workspace.store, new_case(workspace.store)
    one, two = two_forms(store, case)
    write(store, "cases", case, {"summary": "igual", "code_word": "faro"}, one)
    write(store, "cases", case, {"summary": "igual", "code_word": "luna"}, two)
    assert len(merge.heads_of(rows(store, "cases")[0]["heads"], "summary")) == 2
    assert conflicts(store, case) == {"code_word"}


def test_a_conflict_closes_when_the_values_become_equal(workspace: Workspace) -> None:
    store, case = workspace.store, new_case(workspace.store)
    one, two = two_forms(store, case)
    write(store, "cases", case, {"summary": "de una"}, one)
    write(store, "cases", case, {"summary": "de otra"}, two)
    assert conflicts(store, case) == {"summary"}
    write(store, "cases", case, {"summary": "de una"}, two)
    assert len(merge.heads_of(rows(store, "cases")[0]["heads"], "summary")) == 2
    assert conflicts(store, case) == set()
    write(store, "cases", case, {"summary": "otra vez de otra"}, two)
    assert conflicts(store, case) == {"summary"}


def test_true_and_one_are_two_values(workspace: Workspace) -> None:
    store, case = workspace.store, new_case(workspace.store)
    for form, value in zip(two_forms(store, case), (1, True), strict=True):
        write(store, "cases", case, {"later": value}, form)
    assert conflicts(store, case) == {"later"}


def test_typing_on_in_one_field_is_one_change(workspace: Workspace) -> None:
    case, form = new_case(workspace.store), EditBaseline("f")
    form.see("cases", case, rows(workspace.store, "cases")[0]["heads"])
    for typed in ("A", "An", "Ana"):
        write(workspace.store, "cases", case, {"code_word": typed}, form)
    assert [change["patch"] for change in log(workspace.store, case)][1:] == [{"code_word": "Ana"}]


def test_what_was_offered_to_the_server_is_never_squashed(workspace: Workspace) -> None:
    case, form = new_case(workspace.store), EditBaseline("f")
    write(workspace.store, "cases", case, {"code_word": "A"}, form)
    with workspace.store.write() as unit:
        unit.connection.execute(update(CHANGES).values(sent=1))
    write(workspace.store, "cases", case, {"code_word": "An"}, form)
    assert len(log(workspace.store, case)) == 3


def test_a_pause_of_half_a_minute_begins_a_new_change(workspace: Workspace) -> None:
    case, form = new_case(workspace.store), EditBaseline("f")
    write(workspace.store, "cases", case, {"code_word": "A"}, form)
    workspace.store.now = lambda: datetime.now(UTC) + timedelta(seconds=31)  # noqa: TID251 - a later clock
    write(workspace.store, "cases", case, {"code_word": "An"}, form)
    assert len(log(workspace.store, case)) == 3


def test_a_clock_set_back_a_day_keeps_the_order_of_writes(workspace: Workspace) -> None:
    case = new_case(workspace.store)
    workspace.store.now = lambda: instants.now() - timedelta(days=1)
    write(workspace.store, "cases", case, {"summary": "después"})
    assert rows(workspace.store, "cases")[0]["summary"] == "después"
    assert merge.fold(log(workspace.store, case)).values["summary"] == "después"
    stamps = [change["hlc"] for change in log(workspace.store, case)]
    assert stamps == sorted(stamps)


def test_what_the_disk_refuses_becomes_one_error(workspace: Workspace) -> None:
    with pytest.raises(StorageFailed) as caught, workspace.store.write() as unit:
        unit.connection.execute(text("INSERT INTO nowhere VALUES (1)"))
    assert "nowhere" not in str(caught.value.facts)


def test_readers_cannot_write(workspace: Workspace) -> None:
    with pytest.raises(StorageFailed), workspace.store.read() as connection:
        connection.execute(text("DELETE FROM changes"))


EDITS = st.lists(
    st.tuples(
        st.sampled_from(("one", "two", None)),
        st.sampled_from(("summary", "code_word", "answers.danger.in_progress", "later")),
        st.sampled_from(("a", "b", None)),
    ),
    min_size=1,
    max_size=15,
)


@settings(
    max_examples=often(40, 15), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=EDITS)
def test_the_log_folded_is_the_row(
    workspace: Workspace, edits: list[tuple[str | None, str, str | None]]
) -> None:
    """Whatever forms wrote, the tables say what the set of changes says (sync: refold)."""
    case = new_case(workspace.store)
    forms = {name: EditBaseline(f"{name}-{case}") for name in ("one", "two")}
    shown = next(row for row in rows(workspace.store, "cases") if row["id"] == case)["heads"]
    for form in forms.values():
        form.see("cases", case, shown)
    for name, key, value in edits:
        write(workspace.store, "cases", case, {key: value}, forms.get(name) if name else None)
    row = next(row for row in rows(workspace.store, "cases") if row["id"] == case)
    folded = merge.fold(log(workspace.store, case))
    assert row["heads"] == folded.heads
    assert conflicts(workspace.store, case) == set(folded.others)
    for key, value in folded.values.items():
        held = row["answers"].get(key.removeprefix("answers.")) if key.startswith("answers.") else (
            row["extra"].get(key) if key == "later" else row[key]
        )  # fmt: skip
        assert held == value


def test_every_column_a_field_may_name_is_in_its_table() -> None:
    from lnctp_tui.domain.records.columns import COLUMNS
    from lnctp_tui.domain.records.document import TABLE_OF

    for on, columns in COLUMNS.items():
        assert columns <= set(SYNCED[TABLE_OF[on]].model_fields), on
