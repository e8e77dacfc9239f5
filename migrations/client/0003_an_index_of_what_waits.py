"""An index of what waits to be sent, and of nothing else: what came from the server is not in it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = ["seq", "table", "case", "form", "at", "sent", "refused"]


def upgrade() -> None:
    op.drop_index("changes_outbox", "changes")
    op.create_index("changes_unsent", "changes", COLUMNS, sqlite_where=sa.text("sent < 2"))


def downgrade() -> None:
    op.drop_index("changes_unsent", "changes")
    op.create_index("changes_outbox", "changes", ["sent", "seq"])
