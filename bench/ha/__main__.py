"""What is lost, and for how long, when machines are: `python -m bench.ha [--times 3] [--only kill,freeze]`.

Without etcd, HAProxy and Patroni it names what is missing and does nothing.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import orjson

from bench import homes, office
from bench.day.recording import SENT, Laptop
from bench.ha import machines
from bench.ha.machines import NAMES, Cluster, until
from bench.report import OUT
from lnctp_tui.server.admin import identity
from lnctp_tui.server.admin.staff import StaffRegistry
from lnctp_tui.server.postgres import database
from lnctp_tui.server.settings import DATABASE, HOME
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import instants

LAPTOPS, SERVERS, EVERY = 3, 2, 0.2
"""Seconds between two cases of one laptop."""
LONG = 40.0
"""Seconds that a machine is frozen: longer than another needs to take over."""
LOST = 30.0
CALM = 10.0
"""Seconds before and after a fault."""
EMPTY = 60.0
"""Seconds after healing in which every laptop has sent everything."""
ALLOWED = frozenset({"busy", "offline", "line_broke", "second_machine"})
"""What a laptop may be told meanwhile."""


class Fault(NamedTuple):
    """What happens, how it heals, and what it may cost."""

    name: str
    most: float
    """Seconds without any acknowledgement; of those with `lasts`, beyond it."""
    happen: Callable[[Cluster], Callable[[], None]]
    """Returns what heals it."""
    lasts: float


def killed(cluster: Cluster) -> Callable[[], None]:
    name = cluster.primary()
    cluster.kill(name)
    return lambda: cluster.patroni(name)


def frozen(cluster: Cluster) -> Callable[[], None]:
    name = cluster.primary()
    pids = cluster.processes(name)
    cluster.watchdogs[name].freeze()
    cluster.signal(pids, signal.SIGSTOP)

    def heal() -> None:
        cluster.signal(pids, signal.SIGCONT)
        cluster.watchdogs[name].thaw()

    return heal


def patroni_frozen(cluster: Cluster) -> Callable[[], None]:
    """Its watchdog takes the power from the machine before another is primary."""
    name = cluster.primary()
    fired = cluster.watchdogs[name].fired
    cluster.signal(cluster.processes(name)[:1], signal.SIGSTOP)

    def heal() -> None:
        assert cluster.watchdogs[name].fired == fired + 1, "the watchdog did nothing"
        cluster.patroni(name)

    return heal


def switched(cluster: Cluster) -> Callable[[], None]:
    cluster.switch(cluster.primary(), cluster.standby())
    return lambda: None


def standbys_lost(cluster: Cluster) -> Callable[[], None]:
    primary = cluster.primary()
    lost = [name for name in NAMES if name != primary]
    for name in lost:
        cluster.kill(name)
    return lambda: [cluster.patroni(name) for name in lost] and None


def etcd_lost(cluster: Cluster) -> Callable[[], None]:
    cluster.kill_etcd()
    return lambda: [cluster.etcd(name) for name in NAMES] and None


FAULTS = {
    "kill": Fault("kill -9, primary's machine", 30, killed, LONG),
    "freeze": Fault("primary frozen", 30, frozen, LONG),
    "patroni": Fault("Patroni alone frozen, the watchdog ends the old primary", 30, patroni_frozen, LONG),
    "switch": Fault("planned switch", 10, switched, CALM),
    "standbys": Fault("both standbys lost (strict)", LOST + 30, standbys_lost, LOST),
    "etcd": Fault("etcd lost", 3, etcd_lost, LOST),
}


class Ran(NamedTuple):
    """What one fault did."""

    interruption: float
    """Longest time without any acknowledgement, seconds."""
    acknowledged: int
    lost: int
    emptied: float
    """Seconds after healing until every laptop was empty."""
    codes: list[str]


def carried_out(fault: Fault, cluster: Cluster, laptops: list[Laptop]) -> Ran:
    """One fault, healed, and what of the acknowledged is not in the log."""
    for laptop in laptops:
        laptop.codes.clear()
    with watched(laptops) as gaps:
        threading.Event().wait(CALM)
        heal = fault.happen(cluster)
        threading.Event().wait(fault.lasts)
        heal()
        until(cluster.whole, 180)
        until(cluster.answers, 60)
        healed = monotonic()
        threading.Event().wait(CALM)
    recording = [laptop.count(SENT + " OR sent < 2") for laptop in laptops]
    until(
        lambda: all(laptop.count(SENT) >= count for laptop, count in zip(laptops, recording, strict=True)),
        EMPTY,
    )
    emptied = monotonic() - healed - CALM
    known = {id_ for laptop in laptops for id_ in laptop.acknowledged()}
    with database.connect(cluster.url("postgres")) as connection:
        stored = {id_ for (id_,) in connection.execute("SELECT id FROM log")}
    codes = {code for laptop in laptops for code in laptop.codes if code}
    return Ran(max(gaps), len(known), len(known - stored), max(0.0, emptied), sorted(codes))


@contextmanager
def watched(laptops: list[Laptop]) -> Iterator[list[float]]:
    """Seconds between two acknowledgements of anything, while the block runs."""
    gaps, over = [0.0], threading.Event()

    def look() -> None:
        last, since = -1, monotonic()
        while not over.wait(0.1):
            now = sum(laptop.count(SENT) for laptop in laptops)
            if now != last:
                gaps.append(monotonic() - since)
                last, since = now, monotonic()
        gaps.append(monotonic() - since)

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield gaps
    finally:
        over.set()
        watcher.join()


@contextmanager
def serving(cluster: Cluster, folder: Path) -> Iterator[list[str]]:
    """Two servers with one key, each as `lnctp server run` starts; their addresses."""
    urls, running = [], []
    key = None
    try:
        for number in range(SERVERS):
            home, port = folder / f"server-{number}", office.free_port()
            home.mkdir(mode=0o700)
            key = key or identity.SigningKey.generate()
            identity.keep(home, key)
            with (folder / f"server-{number}.log").open("wb") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", "lnctp_tui", "server", "run", "--port", str(port)],
                    env=os.environ | {HOME: str(home), DATABASE: cluster.url()}, stdout=log, stderr=log,
                )  # fmt: skip
            running.append(process)
            urls.append(f"http://127.0.0.1:{port}")
            office.until_up(f"{urls[-1]}/ready", process, said=folder / f"server-{number}.log")
        yield urls
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def enrolled(cluster: Cluster, workspace: Workspace, url: str) -> Laptop:
    with _office(cluster) as people:
        code = people.code(people.add("Persona de Prueba", "counselor"))[0]
    synchronise.enroll(workspace, url, code)
    with _office(cluster) as people:
        people.set_state(people.device(workspace.store.author.device), "active")
    return Laptop(workspace, EVERY)


@contextmanager
def _office(cluster: Cluster) -> Iterator[StaffRegistry]:
    with (
        database.connect(cluster.url()) as connection,
        database.transaction(connection, office.TEAM, database.SERVE),
    ):
        yield StaffRegistry(connection, office.TEAM, "cli:bench", instants.now())


def measured(chosen: list[str], times: int) -> list[tuple[Fault, Ran]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lnctp-ha-", dir="/dev/shm")))
        folder.chmod(0o755)
        cluster = stack.enter_context(machines.cluster(folder))
        urls = stack.enter_context(serving(cluster, folder))
        laptops = []
        for number in range(LAPTOPS):
            workspace, _ = stack.enter_context(homes.opened(homes.empty(f"ha-{number}")))
            laptops.append(enrolled(cluster, workspace, urls[number % SERVERS]))
        for laptop in laptops:
            laptop.start()
            stack.callback(laptop.end)
        ran = []
        for name in chosen:
            for _ in range(times):
                ran.append((FAULTS[name], carried_out(FAULTS[name], cluster, laptops)))
                print(line(*ran[-1]), flush=True)
        return ran


def line(fault: Fault, ran: Ran) -> str:
    verdict = "ok" if reached(fault, ran) else "NOT REACHED"
    return (
        f"{fault.name}: {ran.interruption:.1f} s without an acknowledgement (at most {fault.most:.0f}), lost"
        f" {ran.lost} of {ran.acknowledged:,}, laptops empty after {ran.emptied:.1f} s, told"
        f" {', '.join(ran.codes) or 'nothing'}: {verdict}"
    )


def reached(fault: Fault, ran: Ran) -> bool:
    return (
        ran.interruption <= fault.most
        and not ran.lost
        and ran.emptied <= EMPTY
        and ALLOWED.issuperset(ran.codes)
    )


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--only", default=",".join(FAULTS))
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", module="platformdirs")  # about a folder that nothing here uses
    if missing := [name for name, place in machines.programs().items() if place is None]:
        print(f"Not measured: no {', no '.join(missing)} (docs/operations.md).")
        return 0
    ran = measured(arguments.only.split(","), arguments.times)
    OUT.mkdir(exist_ok=True)
    rows = [{"fault": fault.name, "most": fault.most} | each._asdict() for fault, each in ran]
    (OUT / "ha.json").write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
    return int(not all(reached(fault, each) for fault, each in ran))


if __name__ == "__main__":
    sys.exit(main())
