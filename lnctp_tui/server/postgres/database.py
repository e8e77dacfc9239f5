"""Connections to PostgreSQL: settings of a session, who asks in a transaction, and what failures mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import orjson
import psycopg
from psycopg import Connection, errors
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import ConnectionPool, PoolTimeout

from lnctp_tui.errors import Declined
from lnctp_tui.server.devices import DeviceRow

Db = Connection[TupleRow]
Pool = ConnectionPool[Db]

OPTIONS = "-c lock_timeout=5s -c idle_in_transaction_session_timeout=15s -c statement_timeout=60s"
TRIES = 4
SERVE, READ = "serve", "read"
"""Duties: `serve` sees the team's whole log to keep it in order, `read` only what the person may see."""
PERSON = """SELECT set_config('app.team', %s, true), set_config('app.duty', %s, true),
  set_config('app.uid', %s, true), set_config('app.device', %s, true), set_config('app.role', %s, true)"""
AGAIN = (errors.DeadlockDetected, errors.SerializationFailure, errors.UniqueViolation)
"""Two processes met: the same again succeeds."""
UNFIT = (psycopg.DataError, psycopg.IntegrityError, errors.ProgramLimitExceeded, errors.StatementTooComplex)
"""The content is what PostgreSQL does not take."""


IDS = "string_to_array(%s::text, E'\\n')"
"""A parameter that `lines` made, as an array."""


def lines(ids: Iterable[str]) -> str:
    """Many ids as one text: a list would be quoted one by one."""
    return "\n".join(ids)


class Outdated(Exception):
    """A document of control came since the one who asks was looked up."""


def connect(url: str, **options: Any) -> Db:
    """One connection, for commands and migrations."""
    return psycopg.connect(url, options=OPTIONS, **options)


def pool(url: str, size: int = 8) -> Pool:
    """Connections for the threads of one process. Close it."""
    keyed = {"options": OPTIONS, "prepare_threshold": 2}
    return ConnectionPool(
        url, min_size=1, max_size=size, kwargs=keyed, configure=_prepare, timeout=10, open=True
    )


def _prepare(connection: Db) -> None:
    set_json_loads(orjson.loads, connection)
    set_json_dumps(orjson.dumps, connection)


def find_device(connection: Db, id_: str) -> DeviceRow | None:
    """The device with its person as the tables have them, or None. What officers signed: `Control.ruled`."""
    row = connection.execute(f"{DEVICES} = %s", (id_,)).fetchone()
    return DeviceRow(*row[:-2]) if row else None


MARKED = "coalesce(c.authority, 0), coalesce(c.orders, 0)"
"""Of `control_counter` as c: how far the documents of control reach."""
DEVICES = f"""SELECT d.id, d.team, d.person, d.actor, d.public_key, d.state, coalesce(p.role, ''), d.folio_prefix,
    {MARKED}
  FROM devices d LEFT JOIN people p ON p.team = d.team AND p.id = d.person
  LEFT JOIN control_counter c ON c.team = d.team WHERE d.id"""


@contextmanager
def transaction(
    database: Pool | Db, who: DeviceRow | str, duty: str, *, together: bool = False
) -> Iterator[Db]:
    """One transaction in which row-level security knows who asks. `who` is a device's row or a team's name.

    `together` sends statements without waiting for each, until a result is read; then there can be no COPY.
    Raises Declined `busy`, `server_full`.
    """
    with failures(), ExitStack() as stack:
        connection = (
            database if isinstance(database, Connection) else stack.enter_context(database.connection())
        )
        if together:
            stack.enter_context(connection.pipeline())
        stack.enter_context(connection.transaction())
        become(connection, who, duty)
        yield connection


def become(connection: Db, who: DeviceRow | str, duty: str) -> None:
    """Tells row-level security who asks, until the end of the transaction."""
    if isinstance(who, str):
        connection.execute(PERSON, (who, duty, "", "", ""))
    else:
        connection.execute(PERSON, (who.team, duty, who.person, who.id, who.role))


@contextmanager
def failures() -> Iterator[None]:
    """What PostgreSQL says when it cannot, as a code for the line."""
    try:
        yield
    except (errors.DiskFull, errors.OutOfMemory, errors.ReadOnlySqlTransaction) as error:
        raise Declined("server_full") from error
    except (errors.ProgramLimitExceeded, errors.StatementTooComplex):
        raise
    except (*AGAIN, errors.LockNotAvailable, psycopg.OperationalError, PoolTimeout) as error:
        raise Declined("busy") from error
