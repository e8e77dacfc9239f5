"""Every statement of the server is about one team: that is what one database for each group of teams rests on.

Read from the sources, parsed by sqlglot; tables and keys from the real database. docs/scale.md.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import sqlglot
from pg import TEMPLATE
from shared import tree
from sqlglot import exp

from lnctp_tui.server.postgres import database, embedded

PACKAGE = Path(__file__).parents[2] / "lnctp_tui"
SQL = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|LOCK|MERGE)\s", re.ASCII)
PARAMETER = re.compile(r"%(?:\((\w+)\))?s")
DEVICE = "a request is known by its device: one index on the id alone finds the team"
OWNER = "asked by the tables' owner, of the whole database"
EXCEPTIONS = {
    "http.authenticator.ALL_KEYS": "every process knows the keys of all devices it may meet",
    "http.authenticator.DEVICES": DEVICE,
    "http.authenticator.KEY": DEVICE,
    "http.authenticator.USE_KNOWN": DEVICE,
    "postgres.database.DEVICES": DEVICE,
    "admin.identity.ENROLLED": "one key of the server for all teams of its database",
    "admin.editions.PRINT": "by the order of the columns, of which the team is the first",
    "postgres.analyst.VIEWS[published]": "the analyst's view shows the team as a column",
    "postgres.backups._describe: SELECT team, n, chain FROM counter": OWNER,
    "postgres.backups._occupied: SELECT EXISTS (SELECT FROM log) OR EXIST": OWNER,
}
"""`module.NAME`, or of a statement in a function its beginning → why it names no team. The list only shrinks."""
MOST = 10
TEMPLATES = {
    "http.authenticator.USED": ("http.authenticator.USE", "http.authenticator.USE_KNOWN"),
    "ingest.rows._statement: INSERT INTO data.{} ({}) SELECT {} FROM ": ("ingest.rows.WRITE[cases]",),
}
"""With holes that no name fills → what they are once filled, which is read in their place."""
KEYS = {
    "devices_id": "a request finds its team by its device",
    "nonces_pkey": "keyed by device, before its team is known",
    "settings_pkey": "of the server, of no team",
    "alembic_version_pkc": "of the tables, of no team",
    "rates_pkey": "by device or address, before a team is known",
}
"""Unique indexes without the team."""


@cache
def statements() -> dict[str, str]:
    """`module.NAME` or `module.function: beginning` → SQL, of all strings in server/ that are SQL."""
    found: dict[str, str] = {}
    for path in sorted((PACKAGE / "server").rglob("*.py")):
        module = ".".join(path.relative_to(PACKAGE / "server").with_suffix("").parts)
        loaded = importlib.import_module(f"lnctp_tui.server.{module}") if path.stem != "__init__" else None
        for node in tree(path).body:
            if isinstance(node, ast.Assign | ast.AnnAssign):
                for name, value in _constants(node, loaded):
                    if SQL.match(value):
                        found[f"{module}.{name}"] = value
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for text in _texts(node):
                    if SQL.match(text):
                        found[f"{module}.{node.name}: {' '.join(text.split())[:40]}"] = text
    return found


def _constants(node: ast.Assign | ast.AnnAssign, module: object) -> Iterator[tuple[str, str]]:
    """As they are at run time, all names put in."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    for target in targets:
        if isinstance(target, ast.Name) and isinstance(value := getattr(module, target.id, None), str):
            yield target.id, value
        elif isinstance(target, ast.Name) and isinstance(value, dict):
            yield from ((f"{target.id}[{key}]", text) for key, text in value.items() if isinstance(text, str))


def _texts(node: ast.AST) -> Iterator[str]:
    inside = {
        id(part) for joined in ast.walk(node) if isinstance(joined, ast.JoinedStr) for part in joined.values
    }
    for child in ast.walk(node):
        if isinstance(child, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in child.values
            )
        elif isinstance(child, ast.Constant) and isinstance(child.value, str) and id(child) not in inside:
            yield child.value


def parsed(sql: str) -> exp.Expression:
    """A statement with its parameters as `'$'`, its holes as the table of cases. Raises sqlglot's ParseError."""
    text = PARAMETER.sub("'$'", sql).replace("%%", "%").replace("{{", "{").replace("}}", "}")
    (tree,) = sqlglot.parse(re.sub(r"\{\w*\}", "cases", text), dialect="postgres")
    assert tree is not None
    return tree


@pytest.fixture(scope="module")
def catalog(cluster: embedded.Embedded) -> tuple[dict[str, str], dict[str, set[str]]]:
    """`schema.table` → its column of the team; unique index → its columns."""
    with database.connect(cluster.url(embedded.OWNER, TEMPLATE)) as owner:
        teams = owner.execute(
            """SELECT table_schema || '.' || table_name, column_name FROM information_schema.columns
            WHERE (table_schema, column_name) IN (('public', 'team'), ('data', 'of_team'))"""
        ).fetchall()
        keys = owner.execute(
            """SELECT i.relname, array(SELECT a.attname FROM pg_attribute a
                WHERE a.attrelid = x.indrelid AND a.attnum = ANY(x.indkey::smallint[]))
            FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
            JOIN pg_namespace s ON s.oid = i.relnamespace
            WHERE x.indisunique AND s.nspname IN ('public', 'data')"""
        ).fetchall()
    return dict(teams), {name: set(columns) for name, columns in keys}


def loose(tree: exp.Expression, teams: dict[str, str]) -> set[str]:
    """The tables of a statement whose team is equated with no parameter, nor with another's that is."""
    common = {cte.alias for cte in tree.find_all(exp.CTE)}
    named: dict[str, str] = {}
    for table in tree.find_all(exp.Table):
        if _name(table) in teams and table.name not in common:
            named[table.alias_or_name] = _name(table)
    joined: defaultdict[str, set[str]] = defaultdict(set)
    for equal in tree.find_all(exp.EQ):
        sides = [_team_of(side, equal, named, teams) for side in (equal.this, equal.expression)]
        if all(sides):
            first, second = sides
            for one in first:
                joined[one] |= second
            for one in second:
                joined[one] |= first
    joined["$"] |= _inserted(tree, teams)
    held, ahead = set[str](), {"$"}
    while ahead:
        held |= ahead
        ahead = set().union(*(joined[name] for name in ahead)) - held
    return {f"{table} {alias}" for alias, table in named.items() if alias not in held}


def _name(table: exp.Table) -> str:
    return f"{table.db or 'public'}.{table.name}"


def _team_of(
    side: exp.Expression, equal: exp.Expression, named: dict[str, str], teams: dict[str, str]
) -> set[str]:
    """Whose team a side of an equation is: aliases, or `$` for a parameter."""
    if isinstance(side, exp.Cast):
        side = side.this
    if isinstance(side, exp.Literal):
        return {"$"} if side.this == "$" else set()
    if not isinstance(side, exp.Column) or side.name not in ("team", "of_team"):
        return set()
    if side.table:
        return {side.table}
    near = equal.find_ancestor(exp.Select, exp.Update, exp.Delete)
    if near is None:  # a column of that name in what a conflict writes
        return set()
    own = [
        table
        for table in near.find_all(exp.Table)
        if table.find_ancestor(exp.Select, exp.Update, exp.Delete) is near
        and teams.get(_name(table)) == side.name
    ]
    return {own[0].alias_or_name} if len(own) == 1 else set()


def _inserted(tree: exp.Expression, teams: dict[str, str]) -> set[str]:
    """The table that a statement writes rows to, when each says its team."""
    held = set()
    for insert in tree.find_all(exp.Insert):
        into = insert.this
        columns = [column.name for column in into.expressions] if isinstance(into, exp.Schema) else []
        table = into.this if isinstance(into, exp.Schema) else into
        if teams.get(_name(table)) in columns:
            held.add(table.alias_or_name)
    return held


def test_every_statement_is_about_one_team(catalog: tuple[dict[str, str], dict[str, set[str]]]) -> None:
    teams, _ = catalog
    read = statements()
    assert {name for filled in TEMPLATES.values() for name in filled} <= read.keys()
    found = {name: sorted(loose(parsed(sql), teams)) for name, sql in read.items() if name not in TEMPLATES}
    without = {name: tables for name, tables in found.items() if tables}
    assert {name: tables for name, tables in without.items() if name not in EXCEPTIONS} == {}
    assert sorted(EXCEPTIONS.keys() - without.keys()) == [], "they name their team by now: take them out"
    assert len(EXCEPTIONS) <= MOST


def test_the_rule_finds_what_it_is_for() -> None:
    teams = {"public.log": "team", "public.records": "team"}
    assert loose(parsed("SELECT n FROM log WHERE n > %s"), teams) == {"public.log log"}
    assert loose(parsed("SELECT l.n FROM log l JOIN records r ON r.n = l.n WHERE l.team = %s"), teams) == {
        "public.records r"
    }
    assert loose(parsed("UPDATE log SET n = 1 WHERE id = %s"), teams) == {"public.log log"}
    assert loose(parsed("INSERT INTO log (n) VALUES (%s)"), teams) == {"public.log log"}
    assert (
        loose(parsed("SELECT 1 FROM log l JOIN records r ON r.team = l.team WHERE l.team = %(team)s"), teams)
        == set()
    )
    assert len(statements()) > 100


def test_keys_without_a_team_are_these_and_no_more(
    catalog: tuple[dict[str, str], dict[str, set[str]]],
) -> None:
    _, keys = catalog
    assert {name for name, columns in keys.items() if not columns & {"team", "of_team"}} == KEYS.keys()
