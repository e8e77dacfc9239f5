"""The hand-over of a shift, and indexes by which a supervisor's lists are read."""

from alembic import op

from migrations import steps

revision = "0013"
down_revision = "0012"
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
RANK = (
    "CASE triage WHEN 'emergency' THEN 0 WHEN 'urgent_24h' THEN 1 WHEN 'priority' THEN 2 "
    "WHEN 'follow_up' THEN 4 WHEN 'information' THEN 5 ELSE 3 END"
)
OPEN_CASE = "status IN ('open', 'follow_up') AND erased_at IS NULL"
OPEN_TASK = "status = 'open' AND erased_at IS NULL"
READ = "status, erased_at"
"""SQLite looks at them again: in the index, so that no row is read for it."""
INDEXES = {
    "cases_urgency": f"cases ({RANK}, opened_at, id, {READ}) WHERE {OPEN_CASE}",
    "cases_unowned": f"cases ({RANK}, opened_at, id, owner_id, {READ}) WHERE {OPEN_CASE} AND owner_id IS NULL",
    "cases_load": f"cases (owner_id, {RANK}, {READ}) WHERE {OPEN_CASE}",
    "tasks_open": f"tasks (due_to, id, kind, case_id, {READ}) WHERE {OPEN_TASK}",
    "tasks_minimum": f"tasks (due_to, id, case_id, kind, {READ}) WHERE {OPEN_TASK} AND kind = 'minimum_record'",
    "tasks_of": f"tasks (assignee_id, due_to, {READ}) WHERE {OPEN_TASK}",
}


def upgrade() -> None:
    for table, columns in (
        ("shift_handovers", SIGNED),
        ("handover_items", ITEMS),
        ("handover_takes", TAKES),
    ):
        steps.create_record_table(table, columns)
    for table in ("handover_items", "handover_takes"):
        op.create_index(f"ix_{table}_handover_id", table, ["handover_id"])
    for name, columns_of in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {columns_of}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX {name}")
    for table in ("shift_handovers", "handover_items", "handover_takes"):
        steps.drop_record_table(table)
