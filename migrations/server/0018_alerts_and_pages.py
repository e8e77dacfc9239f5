"""Alerts with what was said of them, the ways into the board, and what the board reads by index."""

from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE alert_runs (
  team text PRIMARY KEY, week integer NOT NULL, at text NOT NULL, history integer NOT NULL, enough boolean NOT NULL
);
CREATE TABLE alerts (
  team text NOT NULL, id text NOT NULL, family text NOT NULL, code text NOT NULL, origin text NOT NULL,
  opened integer NOT NULL, last integer NOT NULL, closed integer, "window" smallint NOT NULL,
  x integer NOT NULL, y integer NOT NULL, a integer NOT NULL, b integer NOT NULL, p double precision NOT NULL,
  muted_until text, muted_window smallint, muted_x integer, muted_reason text, muted_text text, muted_by text,
  PRIMARY KEY (team, id)
);
CREATE UNIQUE INDEX alerts_open ON alerts (team, family, code, origin) WHERE closed IS NULL;
"""
"""`alert_runs`: the last week that was looked at, how many weeks of reports there were, whether they are enough.
`alerts`: weeks by their number (domain.alerts.reports), counts of the last week in which it stood out; no case."""
WAYS = """
CREATE TABLE board_links (
  team text NOT NULL, hash text NOT NULL, device text NOT NULL, until double precision NOT NULL,
  PRIMARY KEY (team, hash), UNIQUE (team, device)
);
CREATE TABLE board_sessions (
  team text NOT NULL, hash text NOT NULL, device text NOT NULL, began double precision NOT NULL,
  seen double precision NOT NULL, PRIMARY KEY (team, hash), UNIQUE (team, device)
);
"""
"""SHA-256 of what opens the board, never that itself; of one device the last of each."""
RIGHTS = {
    "alert_runs": "SELECT, INSERT, UPDATE",
    "alerts": "SELECT, INSERT, UPDATE",
    "board_links": "SELECT, INSERT, UPDATE, DELETE",
    "board_sessions": "SELECT, INSERT, UPDATE, DELETE",
}
INDEXES = {
    "cases_board": """data.cases (of_team, triage, opened_at)
      WHERE status IN ('open', 'follow_up') AND erased_at IS NULL""",
    "tasks_board": "data.tasks (of_team, due_to) WHERE status = 'open' AND erased_at IS NULL",
    "referrals_board": "data.referrals (of_team, expected_by) WHERE status = 'sent' AND erased_at IS NULL",
}


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(WAYS)
    mine = "team = (SELECT current_setting('app.team', true))"
    serve = f"{mine} AND (SELECT current_setting('app.duty', true)) = 'serve'"
    for table, rights in RIGHTS.items():
        op.execute(f"GRANT {rights} ON {table} TO lnctp_app")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY serve ON {table} TO lnctp_app USING ({serve}) WITH CHECK ({serve})")
    for name, place in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {place}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX data.{name}")
    for table in RIGHTS:
        op.execute(f"DROP TABLE {table}")
