"""Until when a person sees a case that a hand-over opened to them."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE access ADD COLUMN until text")
    op.execute("CREATE INDEX access_until ON access (team, until) WHERE until IS NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE access DROP COLUMN until")
