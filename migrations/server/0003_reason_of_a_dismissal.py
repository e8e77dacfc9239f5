"""Why a supervisor left a quarantined change out"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE quarantine ADD COLUMN decided_why text")


def downgrade() -> None:
    op.execute("ALTER TABLE quarantine DROP COLUMN decided_why")
