"""How the whole Line's referrals to each provider ended, and the postal code of a place."""

from alembic import op

from migrations import steps

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

SITES = (("postal_code", "code"),)
TABLE = """
CREATE TABLE provider_tallies (
  team text NOT NULL, provider_id text NOT NULL, answered integer NOT NULL, n integer NOT NULL,
  PRIMARY KEY (team, provider_id)
)
"""


def upgrade() -> None:
    steps.add_columns("provider_sites", SITES)
    op.execute(TABLE)
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON provider_tallies TO lnctp_app")
    op.execute("ALTER TABLE provider_tallies ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE provider_tallies FORCE ROW LEVEL SECURITY")
    mine = "team = (SELECT current_setting('app.team', true))"
    serve = f"{mine} AND (SELECT current_setting('app.duty', true)) = 'serve'"
    op.execute(f"CREATE POLICY serve ON provider_tallies TO lnctp_app USING ({serve}) WITH CHECK ({serve})")


def downgrade() -> None:
    op.execute("DROP TABLE provider_tallies")
    steps.drop_columns("provider_sites", SITES)
