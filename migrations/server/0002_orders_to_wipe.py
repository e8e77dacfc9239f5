"""Orders to wipe a laptop, each by two people"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
      CREATE TABLE wipes (
        team text NOT NULL, device text NOT NULL, unsent boolean NOT NULL,
        first_by text NOT NULL, first_at text NOT NULL, second_by text, second_at text, done_at text,
        PRIMARY KEY (team, device)
      );
      GRANT SELECT, INSERT, UPDATE, DELETE ON wipes TO lnctp_app;
    """)


def downgrade() -> None:
    op.execute("DROP TABLE wipes")
