"""Conflicts are asked of the laptops, not of the server: nothing reads the mark any more"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE records DROP COLUMN conflict")


def downgrade() -> None:
    op.execute(
        """ALTER TABLE records ADD COLUMN conflict boolean NOT NULL DEFAULT false;
        CREATE INDEX records_conflict ON records (team, "row") WHERE conflict"""
    )
