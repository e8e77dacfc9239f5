"""Each index of the log is written twice for every change: these two were never asked."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("changes_numbered", "changes")
    op.drop_index("ix_cases_merged_into", "cases")


def downgrade() -> None:
    op.create_index("ix_cases_merged_into", "cases", ["merged_into"])
    op.create_index("changes_numbered", "changes", ["n"])
