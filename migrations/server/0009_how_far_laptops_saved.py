"""How far each laptop said it had saved: one that came back from a copy of all its files is told so."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE devices ADD COLUMN saved jsonb")


def downgrade() -> None:
    op.execute("ALTER TABLE devices DROP COLUMN saved")
