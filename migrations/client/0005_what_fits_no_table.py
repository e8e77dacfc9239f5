"""A change that fits no table stays in the log, and says why.

And two ages may stand in any order: two people may each say one of them, and what came so ended every later
synchronisation. SQLite drops a constraint only with its table, which is made anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ORDER = "ages_in_order"


def upgrade() -> None:
    op.add_column("changes", sa.Column("unfit", sa.String(), nullable=True))
    op.create_index("changes_unfit", "changes", ["unfit"], sqlite_where=sa.text("unfit IS NOT NULL"))
    if any(each["name"] == ORDER for each in sa.inspect(op.get_bind()).get_check_constraints("people")):
        with op.batch_alter_table("people", recreate="always") as people:
            people.drop_constraint(ORDER, type_="check")


def downgrade() -> None:
    # The constraint does not come back: rows may stand that it would refuse.
    op.drop_index("changes_unfit", "changes")
    op.drop_column("changes", "unfit")
