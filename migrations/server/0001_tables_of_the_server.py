"""Tables of the server: its log, the records it makes, who may see what, who works here

Rows of records come in any order and from any version: no foreign keys, no lengths, no checks on them.
Row-level security reads who asks from app.team, app.duty, app.uid, app.device and app.role, set in each
transaction: duty `serve` keeps the team's log in order, duty `read` sees what the person may see.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLES = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lnctp_app') THEN CREATE ROLE lnctp_app NOLOGIN; END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'lnctp_analyst') THEN CREATE ROLE lnctp_analyst NOLOGIN; END IF;
END $$
"""

RECORDS = {
    "cases": {
        "text": "erased_at folio opened_at status closed_at close_reason merged_into report_class"
        " class_confirmed_by triage owner_id team protocol_version anonymity consent_store consent_share"
        " callback_allowed callback_channel callback_identifier_id callback_window callback_say code_word"
        " summary",
        "jsonb": "answers",
    },
    "contacts": {
        "text": "erased_at case_id channel direction kind started_at ended_at counselor_id reporter_type"
        " reporter_person_id country state municipality language narrative outcome",
        "boolean": "dropped interpreter",
        "jsonb": "answers",
    },
    "people": {
        "text": "erased_at case_id role name birth_date sex gender nationality origin_state"
        " origin_municipality migration_status education relation_to_trafficker trafficker_role"
        " network_level consented",
        "bigint": "headcount age_min age_max",
        "boolean": "age_estimated",
        "jsonb": "answers",
    },
    "places": {
        "text": "erased_at case_id person_id role country state municipality locality venue address note"
    },
    "identifiers": {"text": "erased_at case_id person_id kind platform value normalised"},
    "money": {
        "text": "erased_at case_id person_id flag instrument institution way time place currency known_by"
        " share_consent",
        "double precision": "amount",
        "boolean": "amount_estimated",
    },
    "notes": {"text": "erased_at case_id author_id written_at text"},
    "referrals": {
        "text": "erased_at case_id person_id provider_id provider_name reason consent channel sent_at"
        " status status_at refusal_reason outcome",
        "jsonb": "consented_fields",
    },
    "supports": {
        "text": "erased_at case_id person_id kind modality on counselor_id note",
        "bigint": "minutes",
    },
    "files": {"text": "erased_at case_id number authority entity opened_on stage stage_on note"},
    "tasks": {
        "text": "erased_at case_id kind due_from due_to channel say assignee_id status done_at outcome"
    },
    "counselors": {"text": "erased_at name role team time_zone"},
    "devices": {"text": "erased_at counselor_id public_key folio_prefix state"},
    "providers": {
        "text": "erased_at name kind hours capacity last_verified",
        "jsonb": "services populations states municipalities languages phones answers",
        "bigint": "reliability",
    },
}
"""The rows that synchronise, in schema `data`: table → type → columns. `of_team` is the server's key."""

LOG = """
CREATE TABLE log (
  team text NOT NULL, n bigint NOT NULL, chain text NOT NULL,
  kind text NOT NULL, id text NOT NULL, hash text NOT NULL,
  device text, actor text, hlc bigint, placed bigint, "table" text, "row" text, "case" text,
  base json, patch json, size bigint NOT NULL, schema bigint, sig text,
  received_at text NOT NULL, person text, scope text, reason text, data json,
  joins boolean NOT NULL,
  PRIMARY KEY (team, n)
) WITH (toast_tuple_target = 8160);
CREATE UNIQUE INDEX log_ids ON log (team, id);
CREATE INDEX log_rows ON log (team, "row", "table", n) WHERE kind = 'change';
CREATE TABLE counter (team text PRIMARY KEY, n bigint NOT NULL, chain text NOT NULL);
CREATE TABLE records (
  team text NOT NULL, "table" text NOT NULL, "row" text NOT NULL,
  scopes text[] NOT NULL DEFAULT '{}', erased boolean NOT NULL DEFAULT false,
  conflict boolean NOT NULL DEFAULT false,
  PRIMARY KEY (team, "row", "table")
);
CREATE INDEX records_conflict ON records (team, "row") WHERE conflict;
CREATE TABLE belongs (
  team text NOT NULL, scope text NOT NULL, "table" text NOT NULL, "row" text NOT NULL,
  PRIMARY KEY (team, scope, "row", "table")
);
CREATE TABLE access (
  team text NOT NULL, person text NOT NULL, scope text NOT NULL,
  state text NOT NULL, rank bigint NOT NULL,
  PRIMARY KEY (team, person, scope)
);
CREATE INDEX access_scopes ON access (team, scope, person);
CREATE TABLE quarantine (
  team text NOT NULL, id text NOT NULL, reason text NOT NULL, state text NOT NULL,
  device text NOT NULL, person text NOT NULL, "table" text, "row" text, scope text,
  received_at text NOT NULL, decided_at text, decided_by text, content bytea,
  PRIMARY KEY (team, id)
);
CREATE INDEX quarantine_open ON quarantine (team, received_at) WHERE state = 'open';
CREATE TABLE transfers (
  team text NOT NULL, id text NOT NULL, scope text NOT NULL, sender text NOT NULL, receiver text NOT NULL,
  state text NOT NULL, at text NOT NULL,
  PRIMARY KEY (team, id)
);
CREATE UNIQUE INDEX transfers_open ON transfers (team, scope, receiver) WHERE state = 'open';
"""

OFFICE = """
CREATE TABLE people (
  team text NOT NULL, id text NOT NULL, name text NOT NULL, role text NOT NULL,
  time_zone text NOT NULL DEFAULT '', state text NOT NULL DEFAULT 'active', created_at text NOT NULL,
  PRIMARY KEY (team, id)
);
CREATE TABLE devices (
  team text NOT NULL, id text NOT NULL, person text NOT NULL, actor text NOT NULL, public_key text NOT NULL,
  state text NOT NULL, folio_prefix text NOT NULL, created_at text NOT NULL,
  receipt bigint NOT NULL DEFAULT 0, receipt_ids text[] NOT NULL DEFAULT '{}',
  audit_n bigint NOT NULL DEFAULT 0, audit_chain text, audit_before text, seen_at text,
  PRIMARY KEY (team, id)
);
CREATE UNIQUE INDEX devices_id ON devices (id);
CREATE UNIQUE INDEX devices_prefix ON devices (team, folio_prefix);
CREATE INDEX devices_person ON devices (team, person);
CREATE TABLE codes (
  team text NOT NULL, hash text NOT NULL, person text NOT NULL, expires_at text NOT NULL, used_by text,
  PRIMARY KEY (team, hash)
);
CREATE TABLE nonces (device text NOT NULL, nonce text NOT NULL, at bigint NOT NULL, PRIMARY KEY (device, nonce));
CREATE INDEX nonces_at ON nonces (at);
CREATE TABLE settings (key text PRIMARY KEY, value text NOT NULL);
CREATE TABLE audit (
  team text NOT NULL, n bigint NOT NULL, at text NOT NULL, actor text NOT NULL, action text NOT NULL,
  record text NOT NULL, chain text NOT NULL,
  PRIMARY KEY (team, n)
);
CREATE TABLE audit_counter (team text PRIMARY KEY, n bigint NOT NULL, chain text NOT NULL);
"""

MEMBERS = (
    'kind, id, hash, device, actor, hlc, placed, "table", "row", "case", base, patch, size, schema, sig,'
    " received_at, person, scope, reason, data, joins"
)
NUMBERED = f"""INSERT INTO log (team, n, chain, {MEMBERS})
      SELECT p_team, first + o - 1, chains[o], {MEMBERS}"""
APPEND = f"""
CREATE FUNCTION append(p_team text, p_ids text[], p_hashes text[], p_entries json)
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
    {NUMBERED} FROM arriving;
  ELSE
    {NUMBERED} FROM json_populate_recordset(NULL::log, p_entries)
      WITH ORDINALITY AS given(t, number, link, {MEMBERS}, o);
  END IF;
  UPDATE counter SET chain = head_chain WHERE team = p_team;
  RETURN NEXT;
END $$
"""
"""Numbers and chains entries, and stores them, as the last statement of a transaction.

The counter's row stays locked until the commit, so numbers become visible in their order. The chain is
`sync.wire.chained`; `first` is the number of the first entry, `head` and `head_chain` where the log now ends.
Entries come as JSON, or without it in the temporary table `arriving`, a log with their order as `o`.
"""

AUDIT = r"""
CREATE FUNCTION note(p_team text, p_at text, p_actor text, p_action text, p_record text) RETURNS bigint
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  here audit_counter;
BEGIN
  INSERT INTO audit_counter VALUES (p_team, 0, repeat('0', 64)) ON CONFLICT DO NOTHING;
  SELECT * INTO here FROM audit_counter WHERE team = p_team FOR UPDATE;
  here.n := here.n + 1;
  here.chain := encode(sha256(convert_to(
    concat_ws(E'\x1f', here.chain, p_at, p_actor, p_action, p_record), 'UTF8')), 'hex');
  UPDATE audit_counter SET n = here.n, chain = here.chain WHERE team = p_team;
  INSERT INTO audit VALUES (p_team, here.n, p_at, p_actor, p_action, p_record, here.chain);
  RETURN here.n;
END $$
"""
"""One entry of the server's audit, chained as storage.database.audit.sealed does."""


def said(name: str) -> str:
    """A setting of the transaction; in a subquery, so that it is read once and not per row."""
    return f"(SELECT current_setting('app.{name}', true))"


def sees(team: str, table: str, row: str) -> str:
    """Whether the person who asks may see a record: one of its scopes is held.

    A subquery by scope and not a join: the planner would hash all that a person holds, for each row anew.
    """
    role = said("role")
    return f"""EXISTS (
      SELECT FROM records r, unnest(r.scopes) AS s
      WHERE r.team = {team} AND r."table" = {table} AND r."row" = {row} AND (s = '@all' OR (
        {role} IN ('counselor', 'supervisor') AND 'held' = coalesce(
          (SELECT a.state FROM access a WHERE a.team = r.team AND a.person = {said("uid")} AND a.scope = s),
          CASE {role} WHEN 'supervisor' THEN 'held' END))))"""


READS = {
    "log": f"""(kind = 'change' AND (device = {said("device")} OR {sees("log.team", 'log."table"', 'log."row"')}))
      OR (kind <> 'change' AND person = {said("uid")}) OR kind = 'erase'""",
    "access": f"person = {said('uid')}",
    "quarantine": f"{said('role')} = 'supervisor'",
    "transfers": f"{said('role')} = 'supervisor' OR {said('uid')} IN (sender, receiver)",
}
"""Who may read which rows of a table, beside the one who serves the team. `records` and `belongs`
have ids only."""


def protect(table: str, team: str, reads: str) -> None:
    mine = f"{team} = {said('team')}"
    serve = f"{mine} AND {said('duty')} = 'serve'"
    op.execute(f"""
      ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
      ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
      CREATE POLICY serve ON {table} TO lnctp_app USING ({serve}) WITH CHECK ({serve});
      CREATE POLICY read ON {table} FOR SELECT TO lnctp_app
        USING ({mine} AND {said("duty")} = 'read' AND ({reads}));
    """)


def upgrade() -> None:
    for each in (ROLES, LOG, OFFICE, APPEND, AUDIT, "CREATE SCHEMA data"):
        op.execute(each)
    for table, by_type in RECORDS.items():
        typed = [f'"{name}" {kind}' for kind, names in by_type.items() for name in names.split()]
        op.execute(
            f"""CREATE TABLE data.{table} (of_team text NOT NULL, id text NOT NULL, heads jsonb NOT NULL,
            extra jsonb NOT NULL, created_at text NOT NULL, created_by text NOT NULL, {", ".join(typed)},
            PRIMARY KEY (of_team, id)) WITH (toast_tuple_target = 8160)"""
        )
    op.execute("""
      CREATE INDEX cases_folio ON data.cases (of_team, (left(folio, 32)));
      CREATE INDEX identifiers_normalised ON data.identifiers (of_team, (left(normalised, 64)));
      GRANT USAGE ON SCHEMA data TO lnctp_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA data TO lnctp_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON people, devices, codes, nonces, settings, counter, audit_counter,
        records, belongs, access, quarantine, transfers TO lnctp_app;
      GRANT SELECT, INSERT, UPDATE (patch, size) ON log TO lnctp_app;
      GRANT SELECT, INSERT ON audit TO lnctp_app;
      GRANT SELECT ON alembic_version TO lnctp_app;
    """)
    for table, reads in READS.items():
        protect(table, "team", reads)
    for table in RECORDS:
        protect(f"data.{table}", "of_team", sees(f"{table}.of_team", f"'{table}'", f"{table}.id"))


def downgrade() -> None:
    op.execute("""
      DROP SCHEMA data CASCADE;
      DROP FUNCTION append;
      DROP FUNCTION note;
      DROP TABLE log, counter, records, belongs, access, quarantine, transfers, people, devices, codes, nonces,
        settings, audit, audit_counter;
    """)
