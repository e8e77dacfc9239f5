"""Links between cases as records: two halves, each of its case, with what both share and who said it.

What older programs wrote as the answer `link.<case>` stays where it is and is read as it was meant; whoever decides
about such a pair writes the record (services.case.links).
"""

from alembic import op

from migrations import steps

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LINKS = (
    ("case_id", "id"), ("other_id", "id"), ("by_id", "id"), ("state", "code"), ("evidence", "json"),
    ("remark", "text"),
)  # fmt: skip


def upgrade() -> None:
    steps.create_record_table("links", LINKS)
    op.create_index("ix_links_other_id", "links", ["other_id"])


def downgrade() -> None:
    op.drop_index("ix_links_other_id", "links")
    steps.drop_record_table("links")
