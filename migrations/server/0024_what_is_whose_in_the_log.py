"""Indexes by which a page of the log finds what is a person's: by scope, by device, by whom it is addressed to"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
      CREATE INDEX log_scopes ON log (team, scope, n) WHERE kind = 'change';
      CREATE INDEX log_devices ON log (team, device, n) WHERE kind = 'change';
      CREATE INDEX log_persons ON log (team, person, n) WHERE kind <> 'change';
      CREATE INDEX records_joined ON records USING gin (scopes) WITH (fastupdate = off)
        WHERE cardinality(scopes) > 1;
    """)


def downgrade() -> None:
    op.execute("DROP INDEX log_scopes, log_devices, log_persons, records_joined")
