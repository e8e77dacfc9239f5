"""What the server says: numbers, grants, receipts. Rows come in any order, so no foreign keys"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHILDREN = (
    "people",
    "places",
    "identifiers",
    "money",
    "notes",
    "referrals",
    "supports",
    "files",
    "tasks",
)
NAMED = {"fk": "fk_%(table_name)s_%(column_0_name)s"}


def upgrade() -> None:
    for table in CHILDREN:
        with op.batch_alter_table(table, naming_convention=NAMED) as batch_op:
            batch_op.drop_constraint(f"fk_{table}_case_id", type_="foreignkey")
    with op.batch_alter_table("changes") as batch_op:
        batch_op.add_column(sa.Column("n", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("placed", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("refused", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.create_index("changes_numbered", ["n"], unique=False)
        batch_op.create_index("changes_refused", ["refused"], sqlite_where=sa.text("refused IS NOT NULL"))
    op.create_table(
        "scopes",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(length=36), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("scopes_wanted", "scopes", ["state", "rank"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("body", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sig", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )


def downgrade() -> None:
    op.drop_table("receipts")
    op.drop_table("scopes")
    with op.batch_alter_table("changes") as batch_op:
        batch_op.drop_index("changes_refused")
        batch_op.drop_index("changes_numbered")
        batch_op.drop_column("refused")
        batch_op.drop_column("placed")
        batch_op.drop_column("n")
    for table in CHILDREN:
        with op.batch_alter_table(table) as batch_op:
            batch_op.create_foreign_key(f"fk_{table}_case_id", "cases", ["case_id"], ["id"])
