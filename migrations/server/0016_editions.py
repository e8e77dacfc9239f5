"""Public editions: the ledger, for the owner alone; what was printed, cell by cell; and its files."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE editions (
  team text NOT NULL, n bigint NOT NULL, id text NOT NULL, period_from text NOT NULL, period_to text NOT NULL,
  k smallint NOT NULL, content text NOT NULL, "by" text NOT NULL, at text NOT NULL, chain text NOT NULL,
  named boolean NOT NULL DEFAULT false, PRIMARY KEY (team, n), UNIQUE (team, id)
);
CREATE TABLE published (
  team text NOT NULL, edition text NOT NULL, period_from text NOT NULL, period_to text NOT NULL,
  table_id text NOT NULL, unit text NOT NULL, row_dim text NOT NULL, row_code text NOT NULL, col_dim text NOT NULL,
  col_code text NOT NULL, count bigint, base bigint, percent smallint, flag text NOT NULL,
  PRIMARY KEY (team, edition, table_id, row_code, col_code),
  FOREIGN KEY (team, edition) REFERENCES editions (team, id)
);
CREATE TABLE edition_files (
  team text NOT NULL, edition text NOT NULL, name text NOT NULL, content bytea NOT NULL,
  named boolean NOT NULL DEFAULT false, PRIMARY KEY (team, edition, name),
  FOREIGN KEY (team, edition) REFERENCES editions (team, id)
);
GRANT SELECT ON edition_files TO lnctp_app;
CREATE POLICY mine ON edition_files FOR SELECT TO lnctp_app
  USING (named AND team = (SELECT current_setting('app.team', true)));
"""
"""`editions`: true numbers with whether each is printed, by whom and when, chained; no login but the owner's reads it.
`named`: its files have their name; before, it may be taken back, and nobody is shown it. `published`: the printed
numbers, which analysts read through a view. `edition_files`: the same as files, for anybody."""

NAMES = ("editions", "published", "edition_files")


def upgrade() -> None:
    op.execute(TABLES)
    for table in NAMES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        # By no name: a backup is restored under another owner.
        op.execute(f"CREATE POLICY owner ON {table} USING (current_user <> 'lnctp_app')")


def downgrade() -> None:
    for table in reversed(NAMES):
        op.execute(f"DROP TABLE {table}")
