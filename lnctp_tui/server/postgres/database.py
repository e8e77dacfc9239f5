"""Connections to PostgreSQL: settings of a session, who asks in a transaction, and what failures mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import orjson
import psycopg
from psycopg import Connection, errors
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow
from psycopg.types.json import set_json_dumps, set_json_loads
from psycopg_pool import ConnectionPool, PoolTimeout
from psycopg_pool.base import AttemptWithBackoff

from lnctp_tui.errors import Declined, Refused
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.postgres.commits import CommitWatch

Db = Connection[TupleRow]

OPTIONS = "-c lock_timeout=5s -c idle_in_transaction_session_timeout=15s -c statement_timeout=60s"
LASTING = {
    "connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}  # fmt: skip
"""How soon it is noticed that a machine is gone, where the URL does not say: seconds; the last in milliseconds."""
LIFETIME = 600
"""Seconds that a connection of a pool is used: after a switch, none is long with the machine of before."""
COMMIT_WAIT = 20.0
"""Seconds that a commit may wait for the second machine: less than a laptop waits for an answer."""
TRIES = 4
SERVE, READ = "serve", "read"
"""Duties: `serve` sees the team's whole log to keep it in order, `read` only what the person may see."""
PERSON = """SELECT set_config('app.team', %s, true), set_config('app.duty', %s, true),
  set_config('app.uid', %s, true), set_config('app.device', %s, true), set_config('app.role', %s, true)"""
SEES_AS = {"curator": "counselor"}
"""Role → that whose walls it has: who keeps the directory sees of cases what a counselor sees."""
AGAIN = (errors.DeadlockDetected, errors.SerializationFailure, errors.UniqueViolation)
"""Two processes met: the same again succeeds."""
NOT_NOW = (errors.LockNotAvailable, errors.ReadOnlySqlTransaction)
"""Somebody is at it; or the machine is a copy, or became one: the next connection reaches the one that writes."""
UNFIT = (psycopg.DataError, psycopg.IntegrityError, errors.ProgramLimitExceeded, errors.StatementTooComplex)
"""The content is what PostgreSQL does not take."""


IDS = "string_to_array(%s::text, E'\\n')"
"""A parameter that `lines` made, as an array."""


def lines(ids: Iterable[str]) -> str:
    """Many ids as one text: a list would be quoted one by one."""
    return "\n".join(ids)


class Outdated(Exception):
    """A document of control came since the one who asks was looked up."""


class _Steady(AttemptWithBackoff):
    """A database that comes back is found within a second, however long it was away."""

    DELAY_BACKOFF = 1.0


class Pool(ConnectionPool[Db]):
    """Connections for the threads of one process, each looked at before it is used. Close it."""

    def __init__(self, url: str, size: int, commit_wait: float, **options: Any) -> None:
        kwargs = {"prepare_threshold": 2} | lasting(url) | options
        self.commits = CommitWatch(lambda: unwatched(url), commit_wait)
        self.commits.start()
        super().__init__(
            url, kwargs=kwargs, min_size=1, max_size=size,
            configure=_prepare, check=ConnectionPool.check_connection, max_lifetime=LIFETIME, timeout=10, open=True,
        )  # fmt: skip

    @contextmanager
    def connection(self, timeout: float | None = None) -> Iterator[Db]:
        """One connection; a machine that only reads is not asked again."""
        with super().connection(timeout) as connection:
            try:
                yield connection
            except errors.ReadOnlySqlTransaction:
                connection.close()
                raise

    def close(self, timeout: float = 5.0) -> None:
        self.commits.end()
        super().close(timeout)

    def _add_connection(self, attempt: AttemptWithBackoff | None, growing: bool = False) -> None:
        super()._add_connection(attempt or _Steady(timeout=self.reconnect_timeout), growing)


class Single(Connection[TupleRow]):
    """A connection of its own, of a command: a commit that waits for the second machine is given up by it too."""

    commits: CommitWatch | None = None

    def wait(self, gen: Any, *limits: Any, **named: Any) -> Any:
        """Whatever it waits for. Raises Declined `busy`, reason `second_machine`."""
        if self.commits is None:
            return super().wait(gen, *limits, **named)
        with self.commits.during(self):
            return super().wait(gen, *limits, **named)

    def cancel_safe(self, *, timeout: float = 30.0) -> None:
        """Ctrl+C. PostgreSQL would call a commit that waits for the second machine committed: it waits on, unheard."""
        if self.commits is None or not self.commits.gives_up(self):
            super().cancel_safe(timeout=timeout)

    def close(self) -> None:
        if self.commits is not None:
            self.commits.end()
        super().close()


def lasting(url: str) -> dict[str, Any]:
    """The bounds that a connection string does not say itself. Raises Refused `server_hosts`.

    Of several hosts libpq takes the next only while it connects: a machine that answers no more holds everybody.
    """
    named = conninfo_to_dict(url)
    if any("," in str(named.get(name, "")) for name in ("host", "hostaddr", "port")):
        raise Refused("server_hosts")
    return {name: value for name, value in LASTING.items() if name not in named}


def connect(url: str, **options: Any) -> Db:
    """One connection, for commands and migrations. Whatever waits longer than COMMIT_WAIT for the second machine raises
    Declined `busy`, reason `second_machine`; with `stands` when it was a commit, which may be stored later."""
    connection = Single.connect(url, options=OPTIONS, **(lasting(url) | options))
    connection.commits = CommitWatch(lambda: unwatched(url), COMMIT_WAIT, notes=False)
    connection.commits.start()
    return connection


def unwatched(url: str) -> Db:
    """A connection that commits nothing: it listens, or looks after others."""
    return psycopg.connect(url, options=OPTIONS, autocommit=True, **lasting(url))


def pool(url: str, size: int = 8, commit_wait: float = COMMIT_WAIT) -> Pool:
    """Connections for the threads of one process. Close it."""
    return Pool(url, size, commit_wait, options=OPTIONS)


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
    Raises Declined `busy`, `server_full`; `busy` with the reason `second_machine` when what was written waits for one:
    it may be stored later.
    """
    with failures(), ExitStack() as stack:
        if isinstance(database, Connection):
            connection, commits = database, None
        else:
            connection = stack.enter_context(database.connection())
            commits = stack.enter_context(database.commits.over(connection))
        if together:
            stack.enter_context(connection.pipeline())
        stack.enter_context(connection.transaction())
        become(connection, who, duty)
        yield connection
        if commits is not None:
            commits()


def become(connection: Db, who: DeviceRow | str, duty: str) -> None:
    """Tells row-level security who asks, until the end of the transaction."""
    if isinstance(who, str):
        connection.execute(PERSON, (who, duty, "", "", ""))
    else:
        connection.execute(PERSON, (who.team, duty, who.person, who.id, SEES_AS.get(who.role, who.role)))


@contextmanager
def in_order(connection: Db) -> Iterator[None]:
    """Reads a page along its index, in a transaction. The planner takes the policies to leave a few hundred rows of any
    table, and would read and sort all of them for each page."""
    connection.execute(SORTS, ("off",))
    yield
    connection.execute(SORTS, ("on",))


SORTS = "SELECT set_config('enable_sort', %s, true)"


@contextmanager
def failures() -> Iterator[None]:
    """What PostgreSQL says when it cannot, as a code for the line."""
    try:
        yield
    except (errors.DiskFull, errors.OutOfMemory) as error:
        raise Declined("server_full") from error
    except (errors.ProgramLimitExceeded, errors.StatementTooComplex):
        raise
    except (*AGAIN, *NOT_NOW, psycopg.OperationalError, PoolTimeout) as error:
        raise Declined("busy") from error
