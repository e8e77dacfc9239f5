"""A change that fits no table stays in the log, and says why."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("changes", sa.Column("unfit", sa.String(), nullable=True))
    op.create_index("changes_unfit", "changes", ["unfit"], sqlite_where=sa.text("unfit IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("changes_unfit", "changes")
    op.drop_column("changes", "unfit")
