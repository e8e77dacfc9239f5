"""What people send of their practice to supervision."""

from migrations import steps

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SHARES = (
    ("by_id", "id"), ("scenario", "code"), ("scenario_version", "code"), ("on", "code"), ("shared_at", "instant"),
    ("points", "integer"), ("parts", "json"), ("own_marks", "json"), ("cut", "boolean"),
)  # fmt: skip


def upgrade() -> None:
    steps.create_record_table("practice_shares", SHARES)


def downgrade() -> None:
    steps.drop_record_table("practice_shares")
