"""The postal code of a provider's place."""

from migrations import steps

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SITES = (("postal_code", "code"),)


def upgrade() -> None:
    steps.add_columns("provider_sites", SITES)


def downgrade() -> None:
    steps.drop_columns("provider_sites", SITES)
