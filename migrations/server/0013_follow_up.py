"""Follow-up: when a person may be called, attempts and their results, support, files and their stages"""

from migrations import steps

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ADDED = {
    "cases": (
        ("callback_hours", "code"), ("callback_zone", "code"), ("callback_message", "code"), ("reopened_at", "code"),
        ("supervisor_remarks", "text"),
    ),
    "contacts": (("task_id", "id"), ("referral_id", "id"), ("party", "code"), ("result", "code")),
    "supports": (("file_id", "id"), ("referral_id", "id"), ("contact_id", "id")),
    "files": (("number_key", "code"), ("victim_ids", "json")),
    "tasks": (
        ("referral_id", "id"), ("parent_id", "id"), ("attempt", "integer"), ("zone", "code"), ("priority", "code"),
        ("plan", "code"),
    ),
}  # fmt: skip
STAGES = (
    ("case_id", "id"), ("file_id", "id"), ("stage", "code"), ("on", "code"), ("authority", "code"),
    ("accompanied", "code"), ("counselor_id", "code"), ("verdict", "code"), ("note", "text"),
)  # fmt: skip


def upgrade() -> None:
    for table, columns in ADDED.items():
        steps.add_columns(table, columns)
    steps.create_record_table("file_stages", STAGES)


def downgrade() -> None:
    steps.drop_record_table("file_stages")
    for table, columns in ADDED.items():
        steps.drop_columns(table, columns)
