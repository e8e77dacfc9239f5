"""What a change may say: one rule for every column of every table (attack 27)."""

from __future__ import annotations

from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from any_row import good
from sqlalchemy import JSON, Boolean, Float, Integer

from lnctp_tui.domain.records import record_check
from lnctp_tui.domain.records.columns import CLOSED, CODES, DECLARED, LISTS, STANDING
from lnctp_tui.domain.records.document import TABLE_OF
from lnctp_tui.domain.records.record_check import BUILT_IN, DEEPEST, LONG, RESERVED, SHORT, flaw, json_flaw
from lnctp_tui.domain.values import values
from lnctp_tui.storage.database.session import TABLES
from lnctp_tui.storage.protocol import protocol_loader

NOW = 1_790_000_000_000_000


def test_every_column_of_every_table_is_declared() -> None:
    assert {name: {each.name for each in table.columns} for name, table in TABLES.items()} == dict(DECLARED)


def test_the_closed_codes_are_those_of_the_catalogs() -> None:
    found = protocol_loader.load().catalogs
    assert set(BUILT_IN) == CLOSED
    assert {name: set(found[name].by_code) for name in CLOSED} == {
        name: set(of) for name, of in BUILT_IN.items()
    }


COLUMNS = [(table, name) for table, names in DECLARED.items() for name in sorted(names)]


@pytest.mark.parametrize(("table", "name"), COLUMNS)
def test_a_column_takes_its_kind_alone(table: str, name: str) -> None:
    kind = TABLES[table].columns[name].type
    wrong: list[Any] = [{}, {"a": 1}, [1], [[]], b"x", float("nan"), float("inf")]
    if not isinstance(kind, JSON):
        wrong += [[], ["a"]]
    if not isinstance(kind, Boolean):
        wrong += [True, False]
    if not isinstance(kind, Integer | Float):
        wrong += [-1, 0, 1, 17, 2**63, 2**80, 1.5]
    else:
        wrong += [-1, 2**60, 2**63, 10**400, 1e300, "", "17", "muchas"]
    if name not in LISTS or isinstance(kind, JSON):
        wrong += ["x" * (LONG + 1)]
    for value in wrong:
        assert flaw(table, {name: value}, NOW), (table, name, str(value)[:40])
    if name in ("id", "heads", "extra", "created_at", "created_by", "answers"):
        assert flaw(table, {name: "x"}, NOW) == ("name", name)
    else:
        assert flaw(table, {name: good(table, name)}, NOW) is None
        assert (flaw(table, {name: None}, NOW) is None) == ((table, name) not in STANDING)


@pytest.mark.parametrize(
    ("table", "patch", "reason"),
    [
        ("cases", {"opened_at": "2026-02-30T10:00:00.000000Z"}, "type"),
        ("cases", {"opened_at": "0001-01-01T00:00:00.000000Z"}, "type"),
        ("cases", {"opened_at": "9999-12-31T23:59:59.999999Z"}, "type"),
        ("cases", {"erased_at": "ayer"}, "type"),
        ("tasks", {"due_from": "2026-03-14T25:00:00Z"}, "type"),
        ("tasks", {"due_from": "2026-03-14T10:00:00+99:99"}, "type"),
        ("people", {"birth_date": "2026-13"}, "type"),
        ("people", {"birth_date": "2199-01-01"}, "type"),
        ("files", {"stage_on": "30/02/2026"}, "type"),
        ("people", {"role": "VíctimaAna"}, "code"),
        ("people", {"role": "~testigo"}, "code"),
        ("people", {"role": None}, "empty"),
        ("people", {"headcount": 0}, "range"),
        ("people", {"headcount": 10**7}, "range"),
        ("people", {"age_min": 121}, "range"),
        ("people", {"consented": "sí"}, "code"),
        ("contacts", {"kind": "victima"}, "code"),
        ("cases", {"triage": ""}, "code"),
        ("cases", {"folio": "AAAA 0001"}, "type"),
        ("cases", {"owner_id": "x" * 37}, "size"),
        ("cases", {"code_word": "x" * (SHORT + 1)}, "size"),
        ("money", {"amount": -1}, "range"),
        ("referral_deliveries", {"data": ["a", 1]}, "type"),
        ("counselors", {"time_zone": "Marte/Olimpo"}, "type"),
        ("counselors", {"time_zone": "../../etc/passwd"}, "type"),
        ("cases", {"answers.": "yes"}, "name"),
        ("people", {"answers.act.captar": ["yes"]}, "type"),
        ("people", {"answers.act.captar": {"yes": 1}}, "type"),
        ("cases", {"answers.nueva.cosa": {"a": 2**64}}, "range"),
        ("cases", {"futuro": float("inf")}, "malformed"),
        ("cases", {"x" * 201: 1}, "name"),
        ("cases", {"": 1}, "name"),
        ("spies", {"name": [1]}, None),
        ("cases", {"answers.nueva.cosa": {"a": [1.5, None]}, "futuro": [{"b": True}]}, None),
        ("cases", {"opened_at": "2026-03-14T20:05:00-06:00"}, None),
    ],
)  # fmt: skip
def test_a_value_no_calendar_or_catalog_knows_has_its_reason(
    table: str, patch: dict[str, Any], reason: str | None
) -> None:
    found = flaw(table, patch, NOW)
    assert (found.reason if found else None) == reason


def test_levels_are_counted_without_a_stack() -> None:
    value: Any = "x"
    for level in range(1, 2000):
        value = [value] if level % 2 else {"a": value}
        assert (json_flaw(value) is None) == (level <= DEEPEST)


def test_names_of_columns_and_members_are_nobodys_new_field() -> None:
    """Attack 28: derived from what is declared, whatever table it is of and however it is written."""
    known = {name for names in DECLARED.values() for name in names}
    assert known <= RESERVED
    assert {
        "id",
        "heads",
        "case_id",
        "created_by",
        "normalised",
        "table",
        "row",
        "case",
        "people",
        "age",
    } <= RESERVED
    for table, names in DECLARED.items():
        for name in RESERVED - names | {"id", "heads", "created_at", "created_by", "extra", "answers"}:
            assert flaw(table, {name: "x"}, NOW) == ("name", name)
    for name in ("ID", " id", "ｉｄ", "Heads", "case_ID "):
        assert flaw("cases", {name: "x"}, NOW) == ("name", name)


def test_an_organisations_own_codes_are_learnt() -> None:
    assert flaw("places", {"role": "refugio"}, NOW) == ("code", "role")
    record_check.know("place_role", ["refugio"])
    try:
        assert flaw("places", {"role": "refugio"}, NOW) is None
    finally:
        record_check._known["place_role"].discard("refugio")
    record_check.know("venue", ["hotel"])
    assert CODES["places"]["venue"] == "venue"


@pytest.mark.parametrize(
    ("on", "code", "typed", "problem"),
    [
        ("person", "headcount", "99999999", "number_too_large"),
        ("person", "headcount", "1000000", None),
        ("money", "amount", "$ 500,000", None),
        ("case", "code_word", "x" * (SHORT + 1), "too_long"),
        ("person", "name", "x" * (SHORT + 1), "too_long"),
    ],
)
def test_typing_keeps_what_a_column_does_not_take_as_it_was_typed(
    on: str, code: str, typed: str, problem: str | None
) -> None:
    protocol = protocol_loader.load()
    field = next(each for _, each in protocol.fields if (each.on, each.code) == (on, code))
    parsed = values.parse(field, typed, protocol=protocol, today=date(2026, 3, 15), record={})
    assert parsed.problem == problem
    assert (parsed.patch.get(f"answers.raw.{code}") == typed) == (problem is not None)
    assert flaw(TABLE_OF[on], parsed.patch, NOW) is None


def test_the_server_learns_an_organisations_codes_from_the_same_folder(tmp_path: Path) -> None:
    from lnctp_tui.server.ingest import codes

    codes.learn(tmp_path)
    own = tmp_path / "protocol"
    own.mkdir()
    built_in = (
        resources.files("lnctp_tui").joinpath("data/catalogs/place_role.csv").read_text(encoding="utf-8")
    )
    row = built_in.splitlines()[1]
    (own / "place_role.csv").write_text(
        f"{built_in}{row.replace(row.partition(',')[0], 'refugio_propio', 1)}\n", encoding="utf-8"
    )
    assert flaw("places", {"role": "refugio_propio"}, NOW) == ("code", "role")
    codes.learn(tmp_path)
    try:
        assert flaw("places", {"role": "refugio_propio"}, NOW) is None
    finally:
        record_check._known["place_role"].discard("refugio_propio")
