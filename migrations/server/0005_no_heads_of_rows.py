"""Heads are folded from the log where somebody asks: on the server nobody reads those of the rows"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "cases", "contacts", "people", "places", "identifiers", "money", "notes", "referrals", "supports", "files",
    "tasks", "counselors", "devices", "providers",
)  # fmt: skip


def upgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE data.{table} DROP COLUMN heads")


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"ALTER TABLE data.{table} ADD COLUMN heads jsonb NOT NULL DEFAULT '{{}}'")
