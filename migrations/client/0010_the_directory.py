"""The directory: providers with their places, services, numbers and what was tried; what a case does not want.

The table of providers as it was before had no rows: nothing wrote any. It is made anew.
"""

from alembic import op

from migrations import steps

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

DIRECTORY = {
    "providers": (
        ("source", "code"), ("source_id", "code"), ("founded_on", "json"), ("drafted_by", "id"), ("name", "code"),
        ("short_name", "code"), ("parent_id", "id"), ("kind", "code"), ("level", "code"), ("organisation", "code"),
        ("status", "code"), ("merged_into", "id"), ("about", "text"), ("how_to_refer", "text"),
        ("accepts_warm_transfer", "code"), ("accepts_anonymous", "code"), ("wait_hours", "integer"),
        ("curator_id", "id"),
    ),
    "provider_sites": (
        ("provider_id", "id"), ("replaces_id", "id"), ("country", "code"), ("state", "code"), ("municipality", "code"),
        ("locality", "code"), ("address", "text"), ("address_secret", "boolean"), ("how_to_arrive", "text"),
        ("drafted_by", "id"), ("proposed_by", "id"), ("name", "code"), ("time_zone", "code"), ("hours", "code"),
        ("closures", "json"), ("access", "json"),
    ),
    "provider_services": (
        ("provider_id", "id"), ("source_id", "code"), ("drafted_by", "id"), ("site_id", "id"), ("kind", "code"),
        ("name", "code"), ("modality", "code"), ("age_min", "integer"), ("age_max", "integer"), ("sexes", "json"),
        ("accepts", "json"), ("refuses", "json"), ("languages", "json"), ("children_along", "code"),
        ("children_age_max", "integer"), ("covers", "json"), ("requirements", "text"), ("cost", "code"),
        ("hours", "code"), ("capacity_total", "integer"), ("capacity_free", "integer"), ("capacity_at", "instant"),
    ),
    "provider_channels": (
        ("provider_id", "id"), ("site_id", "id"), ("replaces_id", "id"), ("kind", "code"), ("value", "code"),
        ("extension", "code"), ("drafted_by", "id"), ("proposed_by", "id"), ("purpose", "code"), ("hours", "code"),
        ("ask_for", "code"),
    ),
    "provider_checks": (
        ("provider_id", "id"), ("about_id", "id"), ("kind", "code"), ("at", "instant"), ("by_id", "id"),
        ("told_by", "code"), ("note", "text"),
    ),
    "provider_private": (
        ("provider_id", "id"), ("site_id", "id"), ("address", "text"), ("concern", "code"), ("concern_text", "text"),
    ),
    "exclusions": (
        ("case_id", "id"), ("provider_id", "code"), ("site_id", "code"), ("reason", "code"), ("note", "text"),
    ),
}  # fmt: skip
BEFORE = (
    ("name", "code"), ("kind", "code"), ("services", "json"), ("populations", "json"), ("states", "json"),
    ("municipalities", "json"), ("hours", "code"), ("languages", "json"), ("capacity", "code"), ("phones", "json"),
    ("last_verified", "code"), ("reliability", "integer"), ("answers", "answers"),
)  # fmt: skip


def upgrade() -> None:
    steps.drop_record_table("providers")
    for table, columns in DIRECTORY.items():
        steps.create_record_table(table, columns)
        if table.startswith("provider_"):
            op.create_index(f"ix_{table}_provider_id", table, ["provider_id"])


def downgrade() -> None:
    for table in DIRECTORY:
        steps.drop_record_table(table)
    steps.create_record_table("providers", BEFORE)
    op.create_index("ix_providers_name", "providers", ["name"])
