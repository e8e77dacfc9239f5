"""The merge rule: a pure function of the set of changes."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lnctp_tui.domain.records.changes import canonical, digest
from lnctp_tui.domain.records.clock import tick
from lnctp_tui.domain.records.merge import Other, advance, base_for, fold, heads_of

FIELDS = ("name", "age_min", "answers.act.captar")


def change(id, hlc, patch, base=()):
    return {"id": id, "hlc": hlc, "patch": patch, "base": list(base)}


def test_the_clock_never_runs_backwards():
    assert tick(5, 100) == 100
    assert tick(200, 100) == 201
    assert tick(200, 100, seen=300) == 301


def test_a_value_is_hidden_only_by_who_had_seen_it():
    first = change("a", 1, {"name": "Ana"})
    seen = change("b", 2, {"name": "Eva"}, ["a"])
    unseen = change("c", 3, {"name": "Ema"}, ["a"])
    state = fold([first, seen, unseen])
    assert state.values == {"name": "Ema"}
    assert state.heads == {"b": ["name"], "c": ["name"]}
    assert state.others == {"name": [Other("b", 2, "Eva")]}
    settled = fold([first, seen, unseen, change("d", 4, {"name": "Eva"}, ["b", "c"])])
    assert settled.values == {"name": "Eva"}
    assert settled.others == {}


def test_a_base_on_another_field_hides_nothing():
    state = fold([change("a", 1, {"name": "Ana"}), change("b", 2, {"age_min": 17}, ["a"])])
    assert state.heads == {"a": ["name"], "b": ["age_min"]}


def test_equal_values_are_no_conflict_but_both_are_heads():
    state = fold([change("a", 1, {"name": "Ana"}), change("b", 2, {"name": "Ana"})])
    assert state.others == {}
    assert base_for(state.heads, ["name"]) == ("a", "b")


def test_true_and_one_are_different_values():
    assert fold([change("a", 1, {"x": True}), change("b", 2, {"x": 1})]).others["x"] == [Other("a", 1, True)]


def test_at_one_time_the_greater_id_is_shown():
    assert fold([change("b", 1, {"x": "B"}), change("a", 1, {"x": "A"})]).values == {"x": "B"}


@st.composite
def histories(draw):
    """Forms of several devices: each change rests on any subset of what existed, its base per its fields."""
    changes = []
    for number in range(draw(st.integers(0, 9))):
        visible = (
            draw(st.lists(st.sampled_from(changes), unique_by=lambda each: each["id"])) if changes else []
        )
        fields = draw(st.lists(st.sampled_from(FIELDS), min_size=1, unique=True))
        base = base_for(fold(visible).heads, fields)
        patch = {each: draw(st.sampled_from(["a", "b", 1, True, None])) for each in fields}
        changes.append(change(f"id{number}", draw(st.integers(0, 5)), patch, base))
    return changes


def brute(changes):
    """The rule as it is written, in quadratic time."""
    values, heads, others = {}, {}, {}
    for field in {name for each in changes for name in each["patch"]}:
        on_it = [each for each in changes if field in each["patch"]]
        standing = [each for each in on_it if not any(each["id"] in other["base"] for other in on_it)]
        shown = max(standing, key=lambda each: (each["hlc"], each["id"]))
        values[field] = shown["patch"][field]
        heads[field] = frozenset(each["id"] for each in standing)
        others[field] = {json.dumps(each["patch"][field]) for each in standing} - {json.dumps(values[field])}
    return values, heads, others


@given(histories(), st.randoms(use_true_random=False))
def test_order_and_duplicates_do_not_matter(changes, random):
    shuffled = changes + changes[: len(changes) // 2]
    random.shuffle(shuffled)
    assert fold(shuffled) == fold(changes)


@given(histories())
def test_fold_is_the_rule_as_written(changes):
    state = fold(changes)
    values, heads, others = brute(changes)
    assert state.values == values
    assert {field: heads_of(state.heads, field) for field in heads} == heads
    assert {field: {json.dumps(each.value) for each in of} for field, of in state.others.items()} == {
        field: of for field, of in others.items() if of
    }


@given(histories())
def test_a_device_that_writes_in_order_keeps_the_same_heads(changes):
    heads = {}
    for each in changes:
        heads = advance(heads, each["id"], each["patch"], each["base"])
    assert heads == fold(changes).heads


@given(histories())
def test_a_change_that_names_all_heads_settles_everything(changes):
    state = fold(changes)
    settling = change("zz", 99, dict.fromkeys(state.values, "settled"), base_for(state.heads, state.values))
    assert fold([*changes, settling]).others == {}


def test_changes_that_name_each_other_still_have_a_state():
    ring = [change("a", 1, {"x": 1}, ["b"]), change("b", 2, {"x": 2}, ["a"])]
    assert fold(ring).values == {"x": 2}
    assert fold([change("a", 1, {"x": 1}, ["a"])]).heads == {"a": ["x"]}


WHOLE = {
    "id": "01", "device": "d", "actor": "c", "hlc": 5, "table": "people", "row": "r", "case": "k",
    "base": ["b", "a", "a"], "patch": {"name": "Ñanda", "answers.act.captar": "yes"},
    "schema": 1, "sig": "not covered",
}  # fmt: skip


def test_canonical_bytes_are_sorted_compact_utf8_json():
    expected = (
        '{"actor":"c","base":["a","b"],"case":"k","device":"d","hlc":5,"id":"01",'
        '"patch":{"answers.act.captar":"yes","name":"Ñanda"},"row":"r","schema":1,"table":"people"}'
    )
    assert canonical(WHOLE) == expected.encode()
    assert canonical(dict(reversed(WHOLE.items()))) == expected.encode()
    assert digest(expected.encode()) == hashlib.sha256(expected.encode()).hexdigest()


@pytest.mark.parametrize(
    ("broken", "error"),
    [({"patch": {"x": float("nan")}}, ValueError), ({"patch": {"x": "\ud800"}}, UnicodeEncodeError)],
)
def test_what_has_no_canonical_form_is_refused(broken, error):
    with pytest.raises(error):
        canonical(WHOLE | broken)


def test_a_missing_member_is_refused():
    with pytest.raises(KeyError):
        canonical({"id": "01"})
