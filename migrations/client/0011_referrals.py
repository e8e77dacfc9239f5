"""Referrals: consent by datum, what is expected back, and a row for each thing that left.

The list of fields that somebody agreed to becomes a field that nobody knows: kept as it was, and read by nothing.
"""

import sqlalchemy as sa
from alembic import op

from migrations import steps

revision = "0011"
down_revision = "0010"
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


def upgrade() -> None:
    for name, kind in ADDED:
        needed = kind == "answers"
        column = sa.Column(
            name, steps.LAPTOP_TYPES[kind], nullable=not needed, server_default="{}" if needed else None
        )
        op.add_column("referrals", column)
    op.execute(
        """UPDATE referrals SET extra = json_set(extra, '$.consented_fields', json(consented_fields))
        WHERE json_valid(extra) AND json_valid(consented_fields) AND consented_fields <> 'null'"""
    )
    op.drop_column("referrals", "consented_fields")
    steps.create_record_table("referral_deliveries", DELIVERIES)
    op.create_index("ix_referral_deliveries_referral_id", "referral_deliveries", ["referral_id"])


def downgrade() -> None:
    steps.drop_record_table("referral_deliveries")
    op.add_column("referrals", sa.Column("consented_fields", sa.JSON(), nullable=True))
    op.execute(
        """UPDATE referrals SET consented_fields = json_extract(extra, '$.consented_fields'),
        extra = json_remove(extra, '$.consented_fields') WHERE json_valid(extra)"""
    )
    for name, _kind in reversed(ADDED):
        op.drop_column("referrals", name)
