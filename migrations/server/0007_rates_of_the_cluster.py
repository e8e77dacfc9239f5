"""How often somebody asked, for all servers behind one name. Unlogged: after a crash everybody begins anew."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
      CREATE UNLOGGED TABLE rates (
        who text PRIMARY KEY, tokens double precision NOT NULL, at double precision NOT NULL,
        granted integer NOT NULL
      ) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0);
      GRANT SELECT, INSERT, UPDATE, DELETE ON rates TO lnctp_app;
    """)


def downgrade() -> None:
    op.execute("DROP TABLE rates")
