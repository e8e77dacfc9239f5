"""Links between cases as records, and keys of identifiers over the whole Line."""

from alembic import op

from migrations import steps

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

LINKS = (
    ("case_id", "id"), ("other_id", "id"), ("by_id", "id"), ("state", "code"), ("evidence", "json"),
    ("remark", "text"),
)  # fmt: skip
TABLES = """
CREATE TABLE line_keys (
  team text NOT NULL, key text NOT NULL, case_id text NOT NULL, "row" text NOT NULL, strength smallint NOT NULL,
  asked boolean NOT NULL,
  PRIMARY KEY (team, key, case_id, "row")
);
CREATE INDEX line_keys_rows ON line_keys (team, "row");
CREATE TABLE line_asked (
  team text NOT NULL, person text NOT NULL, day text NOT NULL, key text NOT NULL, "row" text NOT NULL,
  PRIMARY KEY (team, person, day, key)
);
CREATE INDEX line_asked_rows ON line_asked (team, "row");
CREATE TABLE line_told (
  team text NOT NULL, person text NOT NULL, case_id text NOT NULL, band text NOT NULL,
  PRIMARY KEY (team, person, case_id)
);
"""
"""`line_keys`: which record of which case says what, by its key (domain.links.keys), never taken from a laptop; a case
that is empty is a provider's number. `asked`: it was looked up; of a provider's, it is certainly theirs. `line_asked`:
what was looked up because a person wrote it, in which record first, by day. `line_told`: what their laptops were
told."""
OPEN = ("line_keys", "line_asked", "line_told")


def upgrade() -> None:
    steps.create_record_table("links", LINKS)
    op.execute(TABLES)
    for table in OPEN:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO lnctp_app")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        mine = "team = (SELECT current_setting('app.team', true))"
        serve = f"{mine} AND (SELECT current_setting('app.duty', true)) = 'serve'"
        op.execute(f"CREATE POLICY serve ON {table} TO lnctp_app USING ({serve}) WITH CHECK ({serve})")


def downgrade() -> None:
    for table in OPEN:
        op.execute(f"DROP TABLE {table}")
    steps.drop_record_table("links")
