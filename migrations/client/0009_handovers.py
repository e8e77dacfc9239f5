"""Handovers: who left a case, who took it over, what they said, and that both signed."""

from migrations import steps

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = (
    ("case_id", "id"), ("leaving_id", "id"), ("taking_id", "id"), ("handed_at", "instant"), ("note", "text"),
    ("left_by", "id"), ("taken_by", "id"),
)  # fmt: skip


def upgrade() -> None:
    steps.create_record_table("handovers", COLUMNS)


def downgrade() -> None:
    steps.drop_record_table("handovers")
