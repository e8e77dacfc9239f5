"""Signed authorities and orders, append-only; laptops' states are said by them. The server's key leaves the database

`lnctp_app` adds to these tables and reads them, and changes nothing in them.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE authorities (
  team text NOT NULL, n bigint NOT NULL, hash text NOT NULL, body text NOT NULL, sigs text NOT NULL,
  at text NOT NULL, by text NOT NULL,
  PRIMARY KEY (team, n)
);
CREATE UNIQUE INDEX authorities_hash ON authorities (team, hash);
CREATE TABLE orders (
  team text NOT NULL, n bigint NOT NULL, hash text NOT NULL, kind text NOT NULL, subject text NOT NULL,
  body text NOT NULL, sigs text NOT NULL, at text NOT NULL, by text NOT NULL,
  PRIMARY KEY (team, n)
);
CREATE UNIQUE INDEX orders_hash ON orders (team, hash);
CREATE TABLE obeyed (
  team text NOT NULL, hash text NOT NULL, device text NOT NULL, at text NOT NULL,
  PRIMARY KEY (team, hash, device)
);
CREATE TABLE drafts (
  team text NOT NULL, hash text NOT NULL, kind text NOT NULL, body text NOT NULL, sigs text NOT NULL,
  at text NOT NULL, by text NOT NULL, until text NOT NULL, refused text,
  PRIMARY KEY (team, hash)
);
CREATE TABLE control_counter (team text PRIMARY KEY, authority bigint NOT NULL, orders bigint NOT NULL);
GRANT SELECT, INSERT ON authorities, orders, obeyed TO lnctp_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON drafts TO lnctp_app;
GRANT SELECT, INSERT, UPDATE ON control_counter TO lnctp_app;
"""
MINE = """team = (SELECT current_setting('app.team', true))
  AND (SELECT current_setting('app.duty', true)) = 'serve'"""
KEY = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM settings WHERE key = 'server_key') THEN
    RAISE EXCEPTION 'the server''s key is to be moved to its file first: lnctp server init';
  END IF;
END $$;
ALTER TABLE settings ADD CONSTRAINT settings_no_key CHECK (key <> 'server_key');
"""
WIPES = """
UPDATE devices SET state = 'revoked' WHERE state IN ('wipe', 'wipe_all');
DROP TABLE wipes;
"""
"""An order to wipe that nobody signed is none; who did what stays in the audit."""


def upgrade() -> None:
    for each in (TABLES, KEY, WIPES):
        op.execute(each)
    for table in ("authorities", "orders", "obeyed", "drafts"):
        op.execute(f"""
          ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
          ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
          CREATE POLICY see ON {table} FOR SELECT TO lnctp_app USING ({MINE});
          CREATE POLICY append ON {table} FOR INSERT TO lnctp_app WITH CHECK ({MINE});
        """)
    op.execute(f"""
      CREATE POLICY merge ON drafts FOR UPDATE TO lnctp_app USING ({MINE}) WITH CHECK ({MINE});
      CREATE POLICY forget ON drafts FOR DELETE TO lnctp_app USING ({MINE});
    """)


def downgrade() -> None:
    op.execute("""
      DROP TABLE authorities, orders, obeyed, drafts, control_counter;
      ALTER TABLE settings DROP CONSTRAINT settings_no_key;
      CREATE TABLE wipes (
        team text NOT NULL, device text NOT NULL, unsent boolean NOT NULL,
        first_by text NOT NULL, first_at text NOT NULL, second_by text, second_at text, done_at text,
        PRIMARY KEY (team, device)
      );
      GRANT SELECT, INSERT, UPDATE, DELETE ON wipes TO lnctp_app;
    """)
