"""What an administrator can set: by option of `lnctp server run`, by environment, else as it comes."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lnctp_tui.errors import Refused

HOME = "LNCTP_SERVER_HOME"
DATABASE = "DATABASE_URL"
OWNER = "LNCTP_SERVER_OWNER_URL"
NAMES = "LNCTP_SERVER_NAMES"
PROXIES = "LNCTP_SERVER_PROXIES"
TEAMS = "LNCTP_SERVER_TEAMS"
PROGRAMS = "LNCTP_SERVER_PROGRAMS"
"""Names the folder of PostgreSQL's own programs, for a database over TLS: the embedded pg_dump speaks none."""


@dataclass(frozen=True)
class Settings:
    """One server's settings."""

    home: Path
    """Folder of the embedded PostgreSQL and of what the server keeps for itself."""
    database: str | None = None
    """`postgresql://…` of a PostgreSQL that stands elsewhere; None starts the embedded one."""
    owner: str | None = None
    """The same database as its tables' owner, for `init`, `backup` and `restore`."""
    team: str = "main"
    names: frozenset[str] = frozenset()
    """Host names a request may be signed for; empty takes any."""
    proxies: frozenset[str] = frozenset()
    """Addresses and networks of reverse proxies: only of them `X-Forwarded-For` is believed."""
    teams: Mapping[str, str] = field(default_factory=dict)
    """Team → address of the server that has it, where each group of teams has a database of its own (docs/scale.md)."""
    connections: int = 8
    """Of one worker process to the database."""
    commit_wait: float = 20.0
    """Seconds that a commit may wait for the database's second machine before laptops are told so."""

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings that the environment says."""
        named = environment.get(HOME)
        names = environment.get(NAMES, "").replace(",", " ").lower().split()
        return cls(
            home=Path(named).expanduser().absolute() if named else _usual_home(),
            database=environment.get(DATABASE) or None,
            owner=environment.get(OWNER) or None,
            team=environment.get("LNCTP_SERVER_TEAM") or "main",
            names=frozenset(names),
            teams=dict(pair.split("=", 1) for pair in environment.get(TEAMS, "").split() if "=" in pair),
            proxies=frozenset(environment.get(PROXIES, "").replace(",", " ").split()),
            connections=max(2, int(environment.get("LNCTP_SERVER_CONNECTIONS") or 8)),
            commit_wait=float(environment.get("LNCTP_SERVER_COMMIT_WAIT") or cls.commit_wait),
        )


def _usual_home() -> Path:
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/var/lib/lnctp-server")  # PostgreSQL runs as somebody else, who cannot enter /root
    from platformdirs import user_data_dir

    return Path(user_data_dir("lnctp-server", appauthor=False))


def is_loopback(host: str) -> bool:
    """Whether a bind or peer address is this machine's own."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


def check_listening(host: str, cert: Path | None, key: Path | None) -> None:
    """Raises Refused `server_needs_tls` where others could listen in, `server_half_tls` for half a pair."""
    if (cert is None) != (key is None):
        raise Refused("server_half_tls")
    if cert is None and not is_loopback(host):
        raise Refused("server_needs_tls", host=host)
