"""Three machines at 127.0.1.1 to 127.0.1.3: etcd and Patroni with PostgreSQL on each, HAProxy before all of them.

The settings are those of deploy/ha, certificates and watchdog with them; replaced are places and addresses, and the
watchdog's driver. PostgreSQL speaks TLS only where LNCTP_POSTGRES names programs that can: the embedded ones cannot.
"""

import json
import os
import re
import secrets
import shlex
import shutil
import signal
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from bench.ha.watchdog import Watchdog
from bench.office import below, free_port
from lnctp_tui.server.postgres import database, embedded, schema

SHIPPED = Path(__file__).parents[2] / "deploy" / "ha"
NAMES = ("one", "two", "three")
ADDRESSES = {name: f"127.0.1.{number}" for number, name in enumerate(NAMES, 1)}
PASSWORDS = {
    name: secrets.token_hex(16) for name in ("postgres", "lnctp_replication", "lnctp_rewind", "lnctp_app")
}
PATRONI = "LNCTP_PATRONI"
"""Where Patroni's program is, when it is not on the PATH: a venv that the user of PostgreSQL can read."""
POSTGRES = "LNCTP_POSTGRES"
"""Folder of PostgreSQL's programs, of 17 or newer and with TLS; without it the embedded ones, in clear on loopback."""
TLS = "/etc/lnctp-machines"


def programs() -> dict[str, str | None]:
    """Name → where it is, None where it lacks."""
    places = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
    found = {name: shutil.which(name, path=places) for name in ("etcd", "haproxy", "patroni")}
    return found | ({"patroni": os.environ[PATRONI]} if PATRONI in os.environ else {})


@dataclass
class Cluster:
    """What runs. `folder` can be read by the user that PostgreSQL runs as."""

    folder: Path
    port: int = field(default_factory=free_port)
    """HAProxy's, for the primary."""
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    """`etcd one`, `patroni one`, …, `haproxy` → its process."""
    watchdogs: dict[str, Watchdog] = field(default_factory=dict)

    def start(self) -> None:
        """Everything, until there is a primary with a synchronous standby and the server's tables."""
        self._certificates()
        for name in NAMES:
            self.etcd(name)
            self._watchdog(name)
        for name in NAMES:
            self.patroni(name)
        self._haproxy()
        until(self.whole, 180)
        until(lambda: self.answers(), 60)
        self._tables()

    def _certificates(self) -> None:
        """By the script that is shipped. On loopback an etcd is asked from 127.0.0.1, wherever it is."""
        named = [word for name, address in ADDRESSES.items() for word in (name, f"{address},IP:127.0.0.1")]
        subprocess.run(
            ["sh", str(SHIPPED / "certificates.sh"), *named], cwd=self.folder, check=True, capture_output=True,
            env=os.environ | {"LNCTP_CA_CIPHER": ""},
        )  # fmt: skip
        if (runner := embedded.user()) is not None:
            for path in (self.folder / name for name in NAMES):
                for file in (path, path / "database.key"):
                    shutil.chown(file, runner)

    def _watchdog(self, name: str) -> None:
        pipe = self.folder / f"watchdog-{name}"
        os.mkfifo(pipe, 0o600)
        if (runner := embedded.user()) is not None:
            shutil.chown(pipe, runner)
        self.watchdogs[name] = Watchdog(pipe, lambda: self.kill(name))
        self.watchdogs[name].start()

    def _haproxy(self) -> None:
        text = self._placed((SHIPPED / "haproxy.cfg").read_text(encoding="utf-8"), "one")
        text = text.replace("127.0.0.1:5000", f"127.0.0.1:{self.port}")
        text = text.replace("127.0.0.1:5001", f"127.0.0.1:{free_port()}")
        text = text.replace("    log /dev/log local0 notice\n", "")
        path = self.folder / "haproxy.cfg"
        path.write_text(text, encoding="utf-8")
        self._run("haproxy", [str(programs()["haproxy"]), "-db", "-f", str(path)])

    def _placed(self, text: str, name: str) -> str:
        """A shipped file with the names, addresses and certificates of a machine."""
        return _replaced(text, name).replace(TLS, str(self.folder / name))

    def etcd(self, name: str) -> None:
        """As the unit says."""
        unit = (SHIPPED / "etcd.service").read_text(encoding="utf-8")
        line = re.search(r"^ExecStart=((?:.*\\\n)*.*)$", unit, re.MULTILINE)
        assert line
        words = shlex.split(self._placed(line[1].replace("\\\n", " "), name))
        words[words.index("--data-dir") + 1] = str(self.folder / f"etcd-{name}")
        self._run(f"etcd {name}", [str(programs()["etcd"]), *words[1:]])

    def patroni(self, name: str) -> None:
        """As the file says; the watchdog by the driver of Patroni's tests."""
        text = self._placed((SHIPPED / "patroni.yml").read_text(encoding="utf-8"), name)
        for shipped, ours in {
            "/srv/lnctp/postgres": f"{self.folder}/data-{name}",
            "/usr/lib/postgresql/18/bin": os.environ.get(POSTGRES, str(embedded.programs())),
            "/run/patroni/pgpass": f"{self.folder}/pgpass-{name}",
            "unix_socket_directories: /run/postgresql": "unix_socket_directories: ''",
            "device: /dev/watchdog": f"device: {self.folder}/watchdog-{name}\n  driver: testing",
            "    - local all postgres peer\n": "",
            "MACHINES": "127.0.0.0/8",
        }.items():
            assert shipped in text, shipped
            text = text.replace(shipped, ours)
        if POSTGRES not in os.environ:
            text = re.sub(r"^ *ssl\w*: .*\n", "", text, flags=re.MULTILINE)
            text = text.replace("hostssl", "host").replace(" clientcert=verify-ca", "")
        path = self.folder / f"patroni-{name}.yml"
        path.write_text(text, encoding="utf-8")
        named = {"SUPERUSER": "postgres", "REPLICATION": "lnctp_replication", "REWIND": "lnctp_rewind"}
        words = {f"PATRONI_{role}_PASSWORD": PASSWORDS[login] for role, login in named.items()}
        self._run(f"patroni {name}", [str(programs()["patroni"]), str(path)], user=embedded.user(), **words)

    def _run(self, name: str, command: list[str], user: str | None = None, **variables: str) -> None:
        with (self.folder / f"{name.replace(' ', '-')}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, user=user, cwd=self.folder,
                env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **variables}, start_new_session=True,
            )  # fmt: skip

    def _tables(self) -> None:
        with database.connect(self.url("postgres", "postgres"), autocommit=True) as owner:
            owner.execute(f"CREATE ROLE lnctp_app LOGIN PASSWORD '{PASSWORDS['lnctp_app']}'")  # type: ignore[arg-type]
            owner.execute("CREATE ROLE lnctp_analyst LOGIN")
            owner.execute("CREATE DATABASE lnctp")
        schema.migrate(self.url("postgres"))

    def url(self, role: str = "lnctp_app", name: str = "lnctp") -> str:
        """As docs/operations.md says."""
        if POSTGRES not in os.environ:
            return f"postgresql://{role}:{PASSWORDS[role]}@127.0.0.1:{self.port}/{name}?connect_timeout=3"
        shown = f"{self.folder}/one/haproxy.pem"
        return (
            f"postgresql://{role}:{PASSWORDS[role]}@lnctp-database:{self.port}/{name}?hostaddr=127.0.0.1"
            f"&connect_timeout=3&sslmode=verify-full&sslrootcert={self.folder}/one/ca.pem"
            + (f"&sslcert={shown}&sslkey={shown}" if role == "postgres" else "")
        )

    def members(self) -> dict[str, tuple[str, str]]:
        """Name → role and state, as a Patroni that answers has them."""
        for address in ADDRESSES.values():
            with suppress(URLError, OSError, ValueError, KeyError):
                with urlopen(
                    f"https://{address}:8008/cluster", timeout=2, context=self._as_machine()
                ) as answer:
                    listed = json.load(answer)["members"]
                return {member["name"]: (member["role"], member["state"]) for member in listed}
        return {}

    def _as_machine(self) -> ssl.SSLContext:
        """Who asks a Patroni shows a certificate."""
        folder = self.folder / NAMES[0]
        context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
        context.load_cert_chain(folder / "haproxy.pem")
        return context

    def whole(self) -> bool:
        """A primary, a synchronous standby and a third that streams."""
        members = self.members()
        up = [role for role, state in members.values() if state in ("running", "streaming")]
        return len(up) == len(NAMES) and "leader" in up and "sync_standby" in up

    def primary(self) -> str:
        """Its name."""
        return next(name for name, (role, _state) in self.members().items() if role == "leader")

    def answers(self) -> bool:
        """Whether the primary can be asked through HAProxy."""
        with suppress(Exception), database.connect(self.url("postgres", "postgres")) as connection:
            return connection.execute("SHOW transaction_read_only").fetchone() == ("off",)
        return False

    def switch(self, leader: str, to: str) -> None:
        """A planned switch, as `patronictl switchover` asks for it."""
        body = json.dumps({"leader": leader, "candidate": to}).encode()
        asked = Request(
            f"https://{ADDRESSES[leader]}:8008/switchover", body, {"Content-Type": "application/json"}
        )
        with urlopen(asked, timeout=60, context=self._as_machine()) as answer:
            assert answer.status == 200, answer.read()

    def standby(self) -> str:
        """The synchronous one."""
        return next(name for name, (role, _state) in self.members().items() if role == "sync_standby")

    def processes(self, name: str) -> list[int]:
        """Patroni and PostgreSQL of a machine."""
        found = [self.running[f"patroni {name}"].pid]
        with suppress(OSError, ValueError):
            postmaster = int((self.folder / f"data-{name}" / "postmaster.pid").read_text().split()[0])
            found += [postmaster, *below(postmaster)]
        return found

    def signal(self, pids: list[int], number: signal.Signals) -> None:
        """To each that is there."""
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self, name: str) -> None:
        """The machine loses its power, as far as the database goes."""
        self.watchdogs[name].put_away()
        self.signal(self.processes(name), signal.SIGKILL)
        self.running[f"patroni {name}"].wait(10)

    def kill_etcd(self) -> None:
        for name in NAMES:
            self.running[f"etcd {name}"].kill()
            self.running[f"etcd {name}"].wait(10)

    def stop(self) -> None:
        """All of it, for good; PostgreSQL as it should, or it leaves its shared memory behind."""
        for watchdog in self.watchdogs.values():
            watchdog.end()
        for name in NAMES:
            if f"patroni {name}" in self.running:
                self.running[f"patroni {name}"].terminate()
        for name in NAMES:
            if f"patroni {name}" in self.running:
                with suppress(subprocess.TimeoutExpired):
                    self.running[f"patroni {name}"].wait(30)
                self.kill(name)
        for process in self.running.values():
            process.kill()
            process.wait(10)


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """The three machines, up; removed at the end."""
    made = Cluster(folder)
    if (runner := embedded.user()) is not None:
        shutil.chown(folder, runner)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def until(true: Callable[[], bool], seconds: float) -> None:
    """Waits. Raises AssertionError when the time is up."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "the time is up"
        threading.Event().wait(0.25)


def _replaced(text: str, name: str) -> str:
    for number, address in enumerate(ADDRESSES.values(), 1):
        text = text.replace(f"MACHINE_{number}", address)
    return re.sub(r"\bADDRESS\b", ADDRESSES[name], re.sub(r"\bNAME\b", name, text))
