"""Steps that revisions share, each for both lines: a table of records with what must stand around it.

A revision names its columns literally, so that it makes the same table for ever. So does a step: once a revision that
was released calls one, it is not altered; what is to be otherwise from then on is another step.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

Column = tuple[str, str]
"""Name and kind, a key of TYPES."""

TYPES: Final = {
    "id": "text",
    "code": "text",
    "text": "text",
    "instant": "text",
    "integer": "bigint",
    "real": "double precision",
    "boolean": "boolean",
    "json": "jsonb",
    "answers": "jsonb",
}
"""Kind of a column → its type in PostgreSQL. `answers` is JSON that is never empty on a laptop."""
LAPTOP_TYPES: Final = {
    "id": AutoString(length=36),
    "code": AutoString(),
    "text": sa.Text(),
    "instant": AutoString(),
    "integer": sa.Integer(),
    "real": sa.Float(),
    "boolean": sa.Boolean(),
    "json": sa.JSON(),
    "answers": sa.JSON(),
}
"""The same in a laptop's database."""
INSTANT: Final = "____-__-__T%Z"


def create_record_table(table: str, columns: Sequence[Column]) -> None:
    """The table of a synchronised record, in the dialect of the line that runs.

    With id, heads (a laptop only), extra, created_at, created_by and erased_at before `columns`. On a laptop an instant
    is checked and `case_id` has an index. On the server: grants, forced row-level security, and the policies `serve`
    (who keeps a team's log in order) and `read` (who holds one of the record's scopes).
    """
    if op.get_bind().dialect.name == "sqlite":
        _on_laptop(table, columns)
    else:
        _on_server(table, columns)


def drop_record_table(table: str) -> None:
    """Takes the table of a record away, with its policies and indexes."""
    op.execute(f"DROP TABLE {table if op.get_bind().dialect.name == 'sqlite' else f'data.{table}'}")


def add_columns(table: str, columns: Sequence[Column]) -> None:
    """Adds columns to the table of a record; they are empty in the rows that are there."""
    if op.get_bind().dialect.name == "sqlite":
        for name, kind in columns:
            op.add_column(table, sa.Column(name, LAPTOP_TYPES[kind], nullable=True))
    else:
        added = ", ".join(f'ADD COLUMN "{name}" {TYPES[kind]}' for name, kind in columns)
        op.execute(f"ALTER TABLE data.{table} {added}")


def drop_columns(table: str, columns: Sequence[Column]) -> None:
    """Takes them away again."""
    if op.get_bind().dialect.name == "sqlite":
        for name, _kind in columns:
            op.drop_column(table, name)
    else:
        dropped = ", ".join(f'DROP COLUMN "{name}"' for name, _kind in columns)
        op.execute(f"ALTER TABLE data.{table} {dropped}")


def _on_laptop(table: str, columns: Sequence[Column]) -> None:
    op.create_table(
        table,
        sa.Column("id", AutoString(length=36), nullable=False),
        sa.Column("heads", sa.JSON(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("created_at", AutoString(length=32), nullable=False),
        sa.Column("created_by", AutoString(length=36), nullable=False),
        sa.Column("erased_at", AutoString(length=32), nullable=True),
        *(sa.Column(name, LAPTOP_TYPES[kind], nullable=kind != "answers") for name, kind in columns),
        *(
            sa.CheckConstraint(f"{name} IS NULL OR {name} LIKE '{INSTANT}'", name=f"{name}_is_utc")
            for name, kind in columns
            if kind == "instant"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    if ("case_id", "id") in columns:
        op.create_index(f"ix_{table}_case_id", table, ["case_id"])


def _on_server(table: str, columns: Sequence[Column]) -> None:
    typed = ", ".join(f'"{name}" {TYPES[kind]}' for name, kind in columns)
    op.execute(
        f"""CREATE TABLE data.{table} (of_team text NOT NULL, id text NOT NULL, extra jsonb NOT NULL,
        created_at text NOT NULL, created_by text NOT NULL, erased_at text, {typed},
        PRIMARY KEY (of_team, id)) WITH (toast_tuple_target = 8160)"""
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON data.{table} TO lnctp_app")
    _protect(table)


def _protect(table: str) -> None:
    mine = f"of_team = {_setting('team')}"
    serve = f"{mine} AND {_setting('duty')} = 'serve'"
    op.execute(f"ALTER TABLE data.{table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE data.{table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY serve ON data.{table} TO lnctp_app USING ({serve}) WITH CHECK ({serve})")
    op.execute(
        f"""CREATE POLICY read ON data.{table} FOR SELECT TO lnctp_app
        USING ({mine} AND {_setting("duty")} = 'read' AND ({_sees(table)}))"""
    )


def _setting(name: str) -> str:
    """A setting of the transaction; in a subquery, so that it is read once and not per row."""
    return f"(SELECT current_setting('app.{name}', true))"


def _sees(table: str) -> str:
    """Whether the person who asks holds one of the record's scopes; by scope and not a join, as in revision 0001."""
    role = _setting("role")
    return f"""EXISTS (
      SELECT FROM records r, unnest(r.scopes) AS s
      WHERE r.team = {table}.of_team AND r."table" = '{table}' AND r."row" = {table}.id AND (s = '@all' OR (
        {role} IN ('counselor', 'supervisor') AND 'held' = coalesce(
          (SELECT a.state FROM access a WHERE a.team = r.team AND a.person = {_setting("uid")} AND a.scope = s),
          CASE {role} WHEN 'supervisor' THEN 'held' END))))"""
