"""The database login the server serves with: one that row-level security holds, or none at all.

A superuser, a login that bypasses policies, an owner of the tables and whoever may become one of them reads and
writes past every policy. So does everybody when a policy is switched off.
"""

from __future__ import annotations

from typing import NamedTuple

from lnctp_tui.errors import Refused
from lnctp_tui.server.postgres.database import Db

WALLED = ("log", "access", "quarantine", "transfers")
"""Tables of schema `public` with policies; of schema `data` all have them."""

MIGHT = """SELECT r.rolname, r.rolname = session_user,
    CASE WHEN r.rolsuper THEN 'superuser' WHEN r.rolbypassrls THEN 'bypassrls'
      WHEN r.rolreplication THEN 'replication' WHEN r.rolname = ANY(%(powers)s) THEN 'system' ELSE 'owner' END
  FROM pg_roles r
  WHERE pg_has_role(session_user, r.oid, 'MEMBER') AND (
    r.rolsuper OR r.rolbypassrls OR r.rolreplication OR r.rolname = ANY(%(powers)s)
    OR EXISTS (SELECT FROM pg_namespace s WHERE s.nspowner = r.oid AND s.nspname = 'data')
    OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
      WHERE c.relowner = r.oid AND s.nspname IN ('public', 'data'))
    OR EXISTS (SELECT FROM pg_proc f JOIN pg_namespace s ON s.oid = f.pronamespace
      WHERE f.proowner = r.oid AND s.nspname IN ('public', 'data')))
  ORDER BY r.rolname <> session_user, r.rolname LIMIT 1"""
POWERS = ["pg_execute_server_program", "pg_read_server_files", "pg_write_server_files"]
"""Roles of PostgreSQL itself that reach the files below every policy."""
OPENED = """SELECT s.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND (s.nspname = 'data' OR (s.nspname = 'public' AND c.relname = ANY(%s)))
    AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1 LIMIT 1"""


class Flaw(NamedTuple):
    """Why nobody may be served with this login."""

    login: str
    kind: str
    """`superuser`, `bypassrls`, `replication`, `system`, `owner`; `member` of a role that is one of them; `open`."""
    through: str
    """The role that it may become, or the table whose policies are off."""

    @property
    def code(self) -> str:
        """What every request is refused with meanwhile, and what `/ready` says."""
        return f"login_{self.kind}"


def flaw(connection: Db) -> Flaw | None:
    """What takes the walls down for this login, None when they stand."""
    named = connection.execute("SELECT session_user").fetchone()
    login = str(named[0]) if named else ""
    if row := connection.execute(MIGHT, {"powers": POWERS}).fetchone():
        role, own, kind = row
        return Flaw(login, kind if own else "member", role)
    if opened := connection.execute(OPENED, (list(WALLED),)).fetchone():
        return Flaw(login, "open", opened[0])
    return None


def check(connection: Db) -> None:
    """Raises Refused `server_login_…` for a login that policies do not hold."""
    if weakness := flaw(connection):
        raise Refused(f"server_login_{weakness.kind}", login=weakness.login, through=weakness.through)
