"""A salt in each change, so that its hash tells nothing of what was erased; what was written before has none"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BEFORE = (
    'kind, id, hash, device, actor, hlc, placed, "table", "row", "case", base, patch, size, schema, sig,'
    " received_at, person, scope, reason, data, joins"
)


def append(members: str) -> str:
    """The function of revision 0001, for these columns of a log."""
    numbered = f"""INSERT INTO log (team, n, chain, {members})
      SELECT p_team, first + o - 1, chains[o], {members}"""
    return f"""
CREATE OR REPLACE FUNCTION append(p_team text, p_ids text[], p_hashes text[], p_entries json)
RETURNS TABLE (first bigint, head bigint, head_chain text)
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  chains text[] := '{{}}';
  many integer := cardinality(p_ids);
BEGIN
  INSERT INTO counter VALUES (p_team, 0, '') ON CONFLICT DO NOTHING;
  UPDATE counter c SET n = c.n + many WHERE c.team = p_team RETURNING c.n, c.chain INTO head, head_chain;
  first := head - many + 1;
  FOR i IN 1 .. many LOOP
    head_chain := encode(sha256(convert_to(
      head_chain || chr(10) || p_ids[i] || chr(10) || p_hashes[i], 'UTF8')), 'hex');
    chains := chains || head_chain;
  END LOOP;
  IF p_entries IS NULL THEN
    {numbered} FROM arriving;
  ELSE
    {numbered} FROM json_populate_recordset(NULL::log, p_entries)
      WITH ORDINALITY AS given(t, number, link, {members}, o);
  END IF;
  UPDATE counter SET chain = head_chain WHERE team = p_team;
  RETURN NEXT;
END $$
"""


def upgrade() -> None:
    op.execute("ALTER TABLE log ADD COLUMN salt text; GRANT UPDATE (salt) ON log TO lnctp_app;")
    op.execute(append(f"{BEFORE}, salt"))


def downgrade() -> None:
    op.execute("ALTER TABLE log DROP COLUMN salt")
    op.execute(append(BEFORE))
