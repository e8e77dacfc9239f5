"""What supervision says of a practice result that somebody sent."""

from migrations import steps

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

MARKS = (("share_id", "id"), ("by_id", "id"), ("marks", "json"), ("marked_at", "instant"))


def upgrade() -> None:
    steps.create_record_table("practice_marks", MARKS)


def downgrade() -> None:
    steps.drop_record_table("practice_marks")
