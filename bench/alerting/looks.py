"""Alerts on simulated weeks, and a weekly look over three years of cases on the server."""

import statistics
import sys
from datetime import UTC, datetime, timedelta
from time import perf_counter

from bench.alerting.streams import LATE, NEW, SIZES, Stream, delay, false_alarms, shares
from bench.report import Measure, within
from bench.server_core import cluster, pg
from lnctp_tui.server.alerts import weekly
from lnctp_tui.server.postgres import database, embedded
from lnctp_tui.server.read import counting

VARYING = 0.5
"""Variance of the factor by which a code's share is multiplied each week."""
VOLUMES = {6: (40, 40, 40), 60: (12, 20, 20), 640: (3, 6, 6)}
"""Reports a week → runs of each false-alarm stream, of a new venue, of one that is four times as frequent."""


def simulated(quick: bool) -> list[Measure]:
    """The table of docs/alerts.md: false alarms a month, weeks until what is new or more is told, what is missed."""
    measures = []
    for volume, runs in VOLUMES.items():
        false_runs, new_runs, rise_runs = (max(1, number // 10) if quick else number for number in runs)
        for name, stream, reach in (
            ("constant", Stream("", volume), 1.0),
            ("volume +80 %", Stream("", volume, volume=1.8), 1.0),
            ("weeks that vary", Stream("", volume, dispersion=VARYING), None),
            ("four weeks that vary alike", Stream("", volume, dispersion=VARYING, lasts=4), None),
        ):
            alarms = false_alarms(stream, false_runs)
            measures.append(_row(f"false alarms, {volume} a week, {name}", alarms, "a month", reach))
        rises = [("new venue at one a week", (NEW, 1.0), new_runs, 6.0)]
        # The rank of a venue whose usual number is that many a week, by shares of one over its rank.
        total = sum(shares()["venue"])
        for usual in (0.14, 1.4):
            rank = max(1, round(volume / usual / total))
            if rank <= SIZES["venue"]:
                rises.append((f"x4 of {volume / rank / total:.2f} a week", (f"v{rank - 1}", 3 * volume / rank / total),
                              rise_runs, None))  # fmt: skip
        for name, raised, number, reach in rises:
            measures.append(_told(name, Stream("", volume, raised=raised), number, reach))
            varying = Stream("", volume, raised=raised, dispersion=VARYING)
            measures.append(_told(f"{name}, weeks that vary", varying, number, None))
    return measures


def _told(name: str, stream: Stream, runs: int, reach: float | None) -> Measure:
    """Weeks until what is raised is told, and how often it is missed."""
    weeks, missed = delay(stream, runs)
    title = f"{name}, {stream.a_week} a week"
    print(f"  {title}: {weeks} weeks, missed {missed} of {runs}", file=sys.stderr)
    detail = {"missed": float(missed), "of": float(runs)}
    return _row(title, LATE + 1 if weeks is None else weeks, "weeks", reach, detail)


def _row(
    name: str, ours: float, unit: str, reach: float | None, detail: dict[str, float] | None = None
) -> Measure:
    said_reach = "told in the docs" if reach is None else f"≤ {reach:g} {unit}"
    return Measure(
        name,
        "reach",
        ours,
        reach or ours or 1.0,
        unit,
        said_reach,
        reach is None or ours <= reach,
        detail or {},
    )


NOW = datetime(2026, 11, 30, 18, tzinfo=UTC)
WHEN = "to_char(timestamptz '2026-11-30 00:00Z' - n * interval '1096 days' / {count}, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
RANKED = "1 + floor(exp(random() * ln({size})))::int"
"""A rank by lot, one over it as frequent."""
FILL = (
    """INSERT INTO data.cases (of_team, id, extra, created_at, created_by, opened_at, status, report_class, triage)
      SELECT 'main', 'case-' || n, '{{}}', '', '', {when}, 'closed', 'trata', 'follow_up'
      FROM generate_series(1, {count}) n""",
    """INSERT INTO data.contacts (of_team, id, extra, created_at, created_by, case_id, started_at, kind, direction,
      country, state) SELECT 'main', 'contact-' || n, '{{}}', '', '', 'case-' || n, {when}, 'victim', 'in', 'MX',
      (ARRAY['MX-PUE','MX-CMX','MX-MEX','MX-JAL','MX-VER','MX-OAX','MX-GRO','MX-HID','MX-NLE','MX-TAM'])[{state}]
      FROM generate_series(1, {count}) n""",
    """INSERT INTO data.places (of_team, id, extra, created_at, created_by, case_id, venue)
      SELECT 'main', 'place-' || n, '{{}}', '', '', 'case-' || n,
      (ARRAY['hotel','motel','calle','bar','restaurante','barberia','bodega','escuela','parque','mercado'])[{state}]
      FROM generate_series(1, {count}) n""",
    """INSERT INTO data.people (of_team, id, extra, created_at, created_by, case_id, role, answers)
      SELECT 'main', 'person-' || n, '{{}}', '', '', 'case-' || n, 'victim', jsonb_build_object(
        'hooking_method.' || (ARRAY['oferta_empleo','promesa_ayuda','amenaza_arma','otro'])[1 + n % 4], 'yes',
        'platform.' || (ARRAY['facebook','instagram','whatsapp','tiktok','otra'])[1 + n % 5], 'yes',
        'modality.' || (ARRAY['esclavitud','mendicidad_forzosa','explotacion_laboral'])[1 + n % 3], 'yes')
        || (SELECT jsonb_object_agg('indicator.made_up_' || i, (ARRAY['yes','no','unknown'])[1 + (n + i) % 3])
            FROM generate_series(1, 20) i)
      FROM generate_series(1, {count}) n""",
)
GROUPED = """SELECT count(*) FROM (
  SELECT date_trunc('week', k.started_at::timestamptz), said.key, count(DISTINCT k.case_id)
  FROM data.contacts k JOIN data.people p ON p.of_team = k.of_team AND p.case_id = k.case_id,
    LATERAL jsonb_each_text(p.answers) said
  WHERE k.of_team = 'main' AND said.value = 'yes'
    AND split_part(said.key, '.', 1) IN ('hooking_method', 'platform', 'modality')
  GROUP BY 1, 2) g"""
SEEN = """INSERT INTO records (team, "table", "row", scopes)
  SELECT 'main', 'cases', 'case-' || n, ARRAY['case-' || n] FROM generate_series(1, {count}) n"""
TURNS = 5


def three_years(cases: int) -> list[Measure]:
    """A weekly look over three years of cases, with what it stores, next to one GROUP BY of answers by week."""
    ours_s, floors_s = [], []
    with cluster() as running, pg.fresh(running) as name:
        filled(running, name, cases)
        with database.pool(running.url(database=name)) as pool:
            for turn in range(TURNS):
                with database.transaction(pool, "main", database.SERVE) as connection:
                    connection.execute(counting.PATIENT)
                    connection.execute(
                        "SET LOCAL enable_nestloop = off"
                    )  # as the look itself: see records.py
                    began = perf_counter()
                    connection.execute(GROUPED).fetchone()
                    floors_s.append(perf_counter() - began)
                began = perf_counter()
                assert weekly.run(pool, "main", NOW + timedelta(weeks=turn)) is not None
                ours_s.append(perf_counter() - began)
    ours, floor = statistics.median(ours_s), statistics.median(floors_s)
    return [within(f"alerts of a week, three years of {cases:,} cases", "one GROUP BY", ours, floor, "s", 5)]


def filled(running: embedded.Embedded, name: str, cases: int) -> None:
    """Writes cases with a contact, a place and a person each, by lot."""
    values = {"count": cases, "when": WHEN.format(count=cases), "state": RANKED.format(size=10)}
    for statement in FILL:
        as_owner(running, name, statement.partition("INTO ")[2].partition(" ")[0], statement.format(**values))

    with database.connect(running.url(embedded.OWNER, name), autocommit=True) as owner:
        owner.execute(SEEN.format(count=cases))
        owner.execute("VACUUM ANALYZE")  # as autovacuum does in a server that runs


def as_owner(running: embedded.Embedded, name: str, table: str, statement: str) -> None:
    """Writes past the policies of a table."""
    with database.connect(running.url(embedded.OWNER, name), autocommit=True) as owner:
        owner.execute("SET statement_timeout = 0")
        owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        owner.execute(statement)
        owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        owner.execute(f"VACUUM ANALYZE {table}")
