"""Referrals: consent by datum, what is expected back, and a row for each thing that left.

The list of fields that somebody agreed to becomes a field that nobody knows: kept as it was, and read by nothing.
"""

from alembic import op

from migrations import steps

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ADDED = (
    ("service_id", "id"),
    ("channel_id", "id"),
    ("reference", "code"),
    ("basis", "code"),
    ("override_reason", "text"),
    ("consent_by", "id"),
    ("consent_contact_id", "id"),
    ("summary_for", "text"),
    ("expected_by", "instant"),
    ("accepted_at", "instant"),
    ("arrived", "code"),
    ("need_met", "code"),
    ("answers", "answers"),
)
DELIVERIES = (
    ("case_id", "id"), ("referral_id", "id"), ("at", "instant"), ("by_id", "id"), ("format", "code"),
    ("to_whom", "code"), ("data", "json"), ("sha256", "code"),
)  # fmt: skip
OPEN = "ALTER TABLE data.referrals NO FORCE ROW LEVEL SECURITY"
SHUT = "ALTER TABLE data.referrals FORCE ROW LEVEL SECURITY"
"""The owner sees rows only while it is not forced on the owner too; the transaction holds the table."""


def upgrade() -> None:
    for name, kind in ADDED:
        op.execute(f"ALTER TABLE data.referrals ADD COLUMN {name} {steps.TYPES[kind]}")
    op.execute(OPEN)
    op.execute(
        """UPDATE data.referrals SET extra = extra || jsonb_build_object('consented_fields', consented_fields)
        WHERE consented_fields IS NOT NULL"""
    )
    op.execute(SHUT)
    op.execute("ALTER TABLE data.referrals DROP COLUMN consented_fields")
    steps.create_record_table("referral_deliveries", DELIVERIES)


def downgrade() -> None:
    steps.drop_record_table("referral_deliveries")
    op.execute("ALTER TABLE data.referrals ADD COLUMN consented_fields jsonb")
    op.execute(OPEN)
    op.execute(
        """UPDATE data.referrals SET consented_fields = extra -> 'consented_fields',
        extra = extra - 'consented_fields'"""
    )
    op.execute(SHUT)
    for name, _kind in reversed(ADDED):
        op.execute(f"ALTER TABLE data.referrals DROP COLUMN {name}")
