"""Record kinds are declared once: tables have the declared columns, and a name means one thing in all kinds."""

from __future__ import annotations

import pytest
from sqlalchemy import JSON, Boolean, Float, Integer
from sqlalchemy.types import TypeEngine

from lnctp_tui.domain.records import kinds
from lnctp_tui.domain.records.document import MEMBERS, TABLE_OF
from lnctp_tui.domain.records.kinds import BY_TABLE, KINDS, Column, Kind
from lnctp_tui.domain.records.writing import TASKS
from lnctp_tui.models import SYNCED
from lnctp_tui.models.base import Synced
from lnctp_tui.storage.database.session import TABLES

STORED: dict[str, type[TypeEngine[object]]] = {
    "bool": Boolean, "whole": Integer, "number": Float, "list": JSON, "object": JSON,
}  # fmt: skip
"""Type of a column → how it is stored, where that is no text."""


def stored_as(column: TypeEngine[object]) -> type[TypeEngine[object]] | None:
    return next((kind for kind in (Boolean, Float, Integer, JSON) if isinstance(column, kind)), None)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.table)
def test_a_table_has_the_declared_columns_of_the_declared_types(kind: Kind) -> None:
    declared = {column.name: STORED.get(column.type) for column in kind.all_columns()}
    assert {column.name: stored_as(column.type) for column in TABLES[kind.table].columns} == declared


def test_every_model_of_a_synchronised_table_is_declared() -> None:
    def models(base: type[Synced]) -> set[str]:
        below = base.__subclasses__()
        tables = {str(base.__tablename__)} if hasattr(base, "__table__") else set()
        return tables.union(*map(models, below))

    assert models(Synced) == set(BY_TABLE) == set(SYNCED)
    assert list(SYNCED) == [kind.table for kind in KINDS]


def test_no_two_kinds_share_a_table_or_a_name_and_no_kind_repeats_a_column() -> None:
    assert len({kind.table for kind in KINDS}) == len({kind.singular for kind in KINDS}) == len(KINDS)
    for kind in KINDS:
        names = [column.name for column in kind.all_columns()]
        assert len(names) == len(set(names)), kind.table


def test_a_name_means_one_thing_in_all_kinds() -> None:
    def meaning(column: Column) -> tuple[object, ...]:
        # What is read by the name alone: how it is parsed, bounded, and what it refers to.
        plain = "text" if column.type in ("text", "code", "long", "period") else column.type
        return plain, column.between, column.elsewhere, column.birth, column.hidden

    by_name: dict[str, set[tuple[object, ...]]] = {}
    for _kind, column in kinds.columns():
        by_name.setdefault(column.name, set()).add(meaning(column))
    assert {name: found for name, found in by_name.items() if len(found) > 1} == {}


def test_a_text_is_told_at_length_wherever_its_name_stands() -> None:
    told = {column.name for _kind, column in kinds.columns() if column.type == "long"}
    assert all(column.type == "long" for _kind, column in kinds.columns() if column.name in told)


def test_a_catalog_is_strict_wherever_it_stands() -> None:
    strict: dict[str, set[bool]] = {}
    for _kind, column in kinds.columns():
        assert (column.type == "code") == (column.catalog is not None), column.name
        if column.catalog:
            strict.setdefault(column.catalog, set()).add(column.strict)
    assert {name for name, found in strict.items() if len(found) > 1} == set()


def test_references_lead_to_kinds_and_numbers_have_bounds() -> None:
    for kind, column in kinds.columns():
        assert column.reference is None or column.reference in BY_TABLE, (kind.table, column.name)
        assert (column.type in ("whole", "number")) == (column.between is not None), (kind.table, column.name)


def test_kinds_of_a_case_are_members_of_its_document_and_the_rest_has_writers() -> None:
    assert set(MEMBERS) | {"cases"} | set(TASKS) == set(BY_TABLE)
    assert not (set(MEMBERS) | {"cases"}) & set(TASKS)
    assert set(TABLE_OF.values()) == {"cases", *MEMBERS}
    assert all(kind.writers != "anyone" for kind in KINDS if kind.scope == "everybody")


def test_each_signature_of_a_case_says_who_is_to_sign() -> None:
    for kind in (kind for kind in KINDS if kind.on_case and not kind.bound):
        ids = {column.name for column in kind.columns if column.type == "id" and not column.signature}
        assert all(column.of in ids for column in kind.signatures), kind.table
        assert {column.name for column in kind.columns if column.of} == {
            column.name for column in kind.signatures
        }
