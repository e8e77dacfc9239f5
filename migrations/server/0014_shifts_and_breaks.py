"""The hand-over of a shift; how many breaks were asked for, by team and week and nothing else."""

from alembic import op

from migrations import steps

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SIGNED = (
    ("from_id", "id"), ("to_id", "id"), ("team", "code"), ("shift_from", "instant"), ("shift_to", "instant"),
    ("note", "text"), ("digest", "code"), ("signed_at", "instant"),
)  # fmt: skip
ITEMS = (
    ("handover_id", "id"), ("item_case_id", "id"), ("folio", "code"), ("task_id", "id"), ("referral_id", "id"),
    ("why", "code"), ("line", "code"), ("by_id", "id"),
)  # fmt: skip
TAKES = (
    ("words", "code"), ("handover_id", "id"), ("giver_id", "id"), ("taken_by", "id"), ("taken_at", "instant"),
    ("remarks", "text"),
)  # fmt: skip
MINE = "team = (SELECT current_setting('app.team', true)) AND (SELECT current_setting('app.duty', true)) = 'serve'"


def upgrade() -> None:
    for table, columns in (
        ("shift_handovers", SIGNED),
        ("handover_items", ITEMS),
        ("handover_takes", TAKES),
    ):
        steps.create_record_table(table, columns)
    op.execute(
        """CREATE TABLE breaks (team text NOT NULL, week text NOT NULL, n bigint NOT NULL, PRIMARY KEY (team, week));
        GRANT SELECT, INSERT, UPDATE ON breaks TO lnctp_app;
        ALTER TABLE breaks ENABLE ROW LEVEL SECURITY;
        ALTER TABLE breaks FORCE ROW LEVEL SECURITY"""
    )
    op.execute(f"CREATE POLICY serve ON breaks TO lnctp_app USING ({MINE}) WITH CHECK ({MINE})")


def downgrade() -> None:
    op.execute("DROP TABLE breaks")
    for table in ("shift_handovers", "handover_items", "handover_takes"):
        steps.drop_record_table(table)
