"""Documents that officers signed: who may order, and what was ordered."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "authorities",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "orders",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("obeyed_at", sa.String(), nullable=True),
        sa.Column("told_at", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("n"),
        sa.UniqueConstraint("hash"),
    )


def downgrade() -> None:
    op.drop_table("orders")
    op.drop_table("authorities")
