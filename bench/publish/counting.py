"""The whole report next to one bare SQL per table, on the same file; and how it grows."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.homes import opened
from bench.make_cases import cases
from bench.report import Measure, within
from bench.server_core import cluster, pg
from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.reports import printed, run, tables
from lnctp_tui.server.postgres import database, embedded
from lnctp_tui.server.read import counting
from lnctp_tui.services.report import laptop
from lnctp_tui.storage.protocol import protocol_loader
from tests.reports.filled_store import insert

TURNS = 3
START, END = date(2019, 1, 1), date(2030, 12, 31)
FROM, TO = "2019-01-01T06:00", "2031-01-01T06:00"
NO_REPORT = "'silent','hang_up','prank','wrong_number','abusive','test'"
ROOTS = f"""WITH r AS (SELECT * FROM (SELECT c.id AS case_id, c.report_class, c.answers, k.started_at AS at, k.channel,
    k.reporter_type AS reporter, coalesce(k.state, k.country) AS origin, k.country,
    row_number() OVER (PARTITION BY c.id ORDER BY k.started_at, k.id) AS nth
  FROM cases c JOIN contacts k ON k.case_id = c.id WHERE c.erased_at IS NULL AND k.erased_at IS NULL
    AND (k.direction IS NULL OR k.direction <> 'out') AND (k.kind IS NULL OR k.kind NOT IN ({NO_REPORT}))) AS f
  WHERE nth = 1 AND at >= '{FROM}' AND at < '{TO}')"""
"""The reports of a period, without merges: less than the report has to do."""
OF_REPORT = {
    "report_class": "report_class", "year": "substr(at, 1, 4)", "month": "substr(at, 1, 7)", "channel": "channel",
    "reporter": "reporter", "origin": "origin", "origin_group": "origin", "country": "country",
}  # fmt: skip
OF_PERSON = {
    "nationality": "p.nationality", "sex": "p.sex", "age_class": "p.age_min >= 18", "age_band": "p.age_min / 10",
    "relation": "p.relation_to_trafficker", "trafficker_role": "p.trafficker_role", "network_level": "p.network_level",
}  # fmt: skip
PREFIXES = ("modality", "hooking_means", "hooking_method", "platform", "violence", "vulnerability", "trait")
PLACES = {"venue": "venue"} | {
    f"state_{role}": "state" for role in ("captacion", "origen", "transito", "destino")
}


def bare(definition: Definition, *, server: bool) -> str:
    """One statement that counts about what the table counts: the least that could be asked."""
    names = [name for name in (definition.rows, definition.columns) if name]
    joins, columns, where = [], [], []
    for at, name in enumerate(names):
        join, column = _part(definition, name, at, server=server)
        joins.append(join)
        columns.append(column)
    if definition.unit not in ("report", "contact"):
        where.append("r.report_class = 'trata'")
    table = {"file": "files", "referral": "referrals", "support": "supports"}.get(definition.unit, "")
    if table:
        joins.insert(0, f"JOIN {table} t ON t.case_id = r.case_id")
    if definition.unit in ("victim", "group", "trafficker"):
        joins.insert(0, f"JOIN people p ON p.case_id = r.case_id AND p.role = '{definition.unit}'")
    if not columns:
        columns = ["1"]
        joins.append(_special(definition))
    grouped = ", ".join(str(at + 1) for at in range(len(columns)))
    condition = f"WHERE {' AND '.join(where)}" if where else ""
    select = f"SELECT {', '.join(columns)}, count(DISTINCT r.case_id) FROM r"
    return f"{ROOTS} {select} {' '.join(joins)} {condition} GROUP BY {grouped}"


def _part(definition: Definition, name: str, at: int, *, server: bool) -> tuple[str, str]:
    """A join and a column that tell a dimension."""
    if name in OF_REPORT:
        return "", f"r.{OF_REPORT[name]}" if "(" not in OF_REPORT[name] else OF_REPORT[name]
    if name in OF_PERSON:
        return "", OF_PERSON[name]
    if name in PREFIXES:
        own = definition.unit in ("victim", "group", "trafficker")
        person = "p" if own else f"p{at}"
        join = "" if own else f"JOIN people {person} ON {person}.case_id = r.case_id"
        pairs = f"jsonb_each_text({person}.answers)" if server else f"json_each({person}.answers)"
        return f"{join} JOIN {pairs} j{at} ON j{at}.key LIKE '{name}.%' AND j{at}.value = 'yes'", f"j{at}.key"
    if name == "no_report_reason":
        pairs = "jsonb_each_text(r.answers)" if server else "json_each(r.answers)"
        return f"JOIN {pairs} j{at} ON j{at}.key LIKE '{name}.%' AND j{at}.value = 'yes'", f"j{at}.key"
    if name in PLACES:
        role = f" AND l{at}.role = '{name[6:]}'" if name != "venue" else ""
        return f"JOIN places l{at} ON l{at}.case_id = r.case_id{role}", f"l{at}.{PLACES[name]}"
    if name in ("flag", "instrument"):
        return f"JOIN money m{at} ON m{at}.case_id = r.case_id", f"m{at}.{name}"
    column = {"file_year": "substr(t.opened_on, 1, 4)", "entity": "t.entity", "stage": "t.stage", "reason": "t.reason",
              "status": "t.status", "support_kind": "t.kind", "support_modality": "t.modality",
              "provider_kind": "t.provider_id", "outcome": "t.arrived"}.get(name)  # fmt: skip
    if column:
        return "", column
    if name == "state_of_foreign_victims":
        joins = (
            f"JOIN places l{at} ON l{at}.case_id = r.case_id AND l{at}.role = 'destino'",
            "JOIN people q ON q.case_id = r.case_id AND q.nationality <> 'MX'",
        )
        return " ".join(joins), f"l{at}.state"
    return "LEFT JOIN files t ON t.case_id = r.case_id", "t.id IS NULL"


def _special(definition: Definition) -> str:
    table = {
        "roles_by_state": "places", "states_per_role": "places", "first_referral": "referrals", "first_file": "files",
    }.get(definition.special)  # fmt: skip
    return f"JOIN {table} t ON t.case_id = r.case_id" if table else ""


def questions(*, server: bool) -> list[str]:
    """One for pairs table but those of contacts left out, of the log and of cited figures."""
    return [
        bare(definition, server=server)
        for definition in tables.built_in()
        if definition.unit not in ("contact", "figure") and definition.special != "first_triage"
    ]


def laptop_report(home: Path) -> list[Measure]:
    """All tables on SQLCipher."""
    ours, theirs = [], []
    with opened(home) as (workspace, _bare):
        protocol = workspace.protocol
        for _ in range(TURNS):
            with workspace.store.read() as connection:
                theirs.append(_seconds(lambda here=connection: _ask(here.connection.cursor(), server=False)))
            ours.append(_seconds(lambda: _whole(laptop.read(workspace.store, protocol, START, END))))
            count = laptop.read(workspace.store, protocol, START, END).held
    title = f"whole report, {count:,} cases, a laptop"
    floor = statistics.median(theirs)
    detail = {"tables": float(len(tables.built_in()))}
    return [within(title, "one bare SQL per table", statistics.median(ours), floor, "s", 1.0, detail=detail)]


def server_report(few: int, many: int) -> list[Measure]:
    """All tables on PostgreSQL, and what a case costs among many next to among few."""
    taken: dict[int, float] = {}
    measures = []
    for count in (few, many):
        with _filled_server(count) as (url, protocol):
            theirs = _seconds(lambda here=url: _bare_server(here))
            ours = [_seconds(lambda here=url: _whole(counting.read(here, "main", protocol, START, END)))
                    for _ in range(TURNS)]  # fmt: skip
            taken[count] = statistics.median(ours)
            measures.append(
                within(
                    f"whole report, {count:,} cases, server",
                    "one bare SQL per table",
                    taken[count],
                    theirs,
                    "s",
                    1.0,
                )
            )
    pairs = taken[many] / many, taken[few] / few
    title = f"report, a case of {many:,}"
    measures.append(within(title, f"a case of {few:,}", pairs[0] * 1e6, pairs[1] * 1e6, "µs", 1.1))
    return measures


@contextmanager
def _filled_server(count: int) -> Iterator[tuple[str, Any]]:
    with cluster() as running, pg.fresh(running) as name:
        with database.connect(running.url(embedded.OWNER, name), autocommit=True) as owner:
            owner.execute("SET statement_timeout = 0")
            batch: list[Any] = []
            for document in cases(count):
                batch.append(document)
                if len(batch) == 5000:
                    insert(owner, batch, server=True)
                    batch = []
            insert(owner, batch, server=True)
            owner.execute("VACUUM ANALYZE")
        yield running.url(database=name), protocol_loader.load(None)


def _bare_server(url: str) -> None:
    with database.connect(url) as connection, database.transaction(connection, "main", database.SERVE):
        connection.execute(counting.PATIENT)
        connection.execute("SET LOCAL search_path = data")
        connection.execute(
            "SET LOCAL enable_nestloop = off"
        )  # the planner knows nothing of what is inside answers
        _ask(connection.cursor(), server=True)


def _ask(cursor: Any, *, server: bool) -> None:
    for question in questions(server=server):
        cursor.execute(question)
        cursor.fetchall()


def _whole(facts: Any) -> int:
    return len(run.tables(facts, tables.built_in(), printed.cited()))


def _seconds(job: Callable[[], object]) -> float:
    began = perf_counter()
    job()
    return perf_counter() - began
