"""Synchronisation of whole cases next to PouchDB replicating the same documents: out, in, and nothing to do.

Peers: PouchDB 9 and express-pouchdb on LevelDB, fetched from npm into bench/peers/node_modules.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson

from bench import office
from bench.report import OUT, Measure, at_least, p50, within

PEERS = Path(__file__).parent / "peers"
TURNS = 3
IDLE = 40
"""Rounds with nothing to do, as many as `peers/client.js` makes."""


def synchronising(count: int, turns: int = TURNS) -> list[Measure]:
    """`count` cases to the server and to a second laptop, in turns with the peers. Empty without npm."""
    if not prepared():
        return []
    made = list(office.cases(count))
    file = office.documents(made, OUT / "documents.jsonl")
    mine, theirs = [], []
    for _ in range(turns):
        mine.append(ours(made))
        theirs.append(peers(file))
        print(f"  {mine[-1]} next to {theirs[-1]}", file=sys.stderr, flush=True)
    size = file.stat().st_size / count
    file.unlink()

    def rates(name: str) -> tuple[float, float]:
        return (count / p50([each[name] for each in mine]), count / p50([each[name] for each in theirs]))

    def idle(of: list[dict[str, Any]]) -> float:
        return p50([each["idle"] for each in of]) * 1000

    pushed, pulled = rates("push"), rates("pull")
    against = "PouchDB 9 → express-pouchdb"
    return [
        at_least(f"{count:,} cases, laptop → server", against, *pushed, "/s", 2.5,
                 detail={"bytes": size, "whole round": count / p50([each["round"] for each in mine])}),
        at_least(f"{count:,} cases, server → fresh laptop", against, *pulled, "/s", 3,
                 detail={"search index, s": p50([each["index"] for each in mine])}),
        within("nothing to do", against, idle(mine), idle(theirs), "ms", 0.4),
    ]  # fmt: skip


def ours(made: list[tuple[str, dict[str, Any]]]) -> dict[str, float]:
    """Seconds of each part, between fresh laptops and a fresh server."""
    with office.served("sync-server") as served:
        with office.laptop(served, "sync-first", "counselor") as first, office.line(first) as client:
            office.whole_round(client)
            office.record(first, made)
            push = seconds(lambda: equal(client.push(), len(made)))
            whole = push + seconds(lambda: office.whole_round(client))
            idle = p50([seconds(lambda: office.whole_round(client)) for _ in range(IDLE)])
        with office.laptop(served, "sync-second", "supervisor") as second, office.line(second) as client:
            pull = seconds(lambda: office.whole_round(client))
            index = seconds(lambda: indexed(client))
            with second.store.read() as connection:
                equal(connection.exec_driver_sql("SELECT count(*) FROM cases").scalar(), len(made))
    return {"push": push, "round": whole, "pull": pull, "index": index, "idle": idle}


def indexed(client: Any) -> None:
    while client.index(400):
        pass


def equal(found: object, wanted: object) -> None:
    assert found == wanted, (found, wanted)


def seconds(job: Any) -> float:
    began = perf_counter()
    job()
    return perf_counter() - began


def prepared() -> bool:
    """Fetches the peers where they lack; False, and says so, without npm."""
    if (PEERS / "node_modules" / "express-pouchdb").exists():
        return True
    npm = shutil.which("npm")
    if npm is None:
        print("  no npm: synchronisation is not measured against its peers", file=sys.stderr)
        return False
    done = subprocess.run(
        [npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=PEERS,
        check=False,
    )
    if done.returncode:
        print(
            "  npm could not fetch the peers: synchronisation is not measured against them", file=sys.stderr
        )
    return done.returncode == 0


def peers(file: Path) -> dict[str, Any]:
    """What `peers/client.js` measured on a fresh server."""
    folder = OUT / "peers"
    shutil.rmtree(folder, ignore_errors=True)
    for each in ("server", "laptop"):
        (folder / each).mkdir(parents=True)
    server = subprocess.Popen(
        ["node", "server.js", str(folder / "server")], cwd=PEERS, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout
        url = f"http://127.0.0.1:{int(server.stdout.readline())}"
        said = subprocess.run(
            ["node", "client.js", str(folder / "laptop"), str(file), url],
            cwd=PEERS, check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
    finally:
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)
    found: dict[str, Any] = orjson.loads(said.stdout)
    return found | {"idle": p50(found["idle"])}
