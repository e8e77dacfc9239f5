"""How far a person's laptops were told what a new role lets them see, and what it does not any more"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

MINE = "team = (SELECT current_setting('app.team', true)) AND (SELECT current_setting('app.duty', true)) = 'serve'"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE new_roles (
          team text NOT NULL, id bigint NOT NULL, person text NOT NULL, former text NOT NULL, role text NOT NULL,
          before text, PRIMARY KEY (team, id));
        GRANT SELECT, INSERT, UPDATE, DELETE ON new_roles TO lnctp_app;
        ALTER TABLE new_roles ENABLE ROW LEVEL SECURITY;
        ALTER TABLE new_roles FORCE ROW LEVEL SECURITY"""
    )
    op.execute(f"CREATE POLICY serve ON new_roles TO lnctp_app USING ({MINE}) WITH CHECK ({MINE})")


def downgrade() -> None:
    op.execute("DROP TABLE new_roles")
