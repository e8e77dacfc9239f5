"""Many counselors at once: each pushes one change every three seconds, for a minute, on connections of their own.

The requests are signed before the clock starts; a client is a socket, so that next to nothing of what is measured
is the measuring. The same requests go to `bench.answering`, which answers without a database.
"""

import asyncio
import random
import secrets
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter, time

import orjson
from nacl.signing import SigningKey

from bench import office
from bench.office import Served, consumed, free_port, until_up
from bench.report import OUT, Measure, p50
from lnctp_tui.domain.records import changes
from lnctp_tui.storage import ids, instants
from lnctp_tui.sync import wire

EVERY, LASTS = 3.0, 60.0
"""Seconds between two changes of one counselor, and of the whole."""
ALLOWED = 500.0
"""Milliseconds for the slowest of a hundred."""
TIMES = 4.0
PERSON = "INSERT INTO people (team, id, name, role, created_at) VALUES (%s, %s, 'Persona de Prueba', 'counselor', '')"
DEVICE = """INSERT INTO devices (team, id, person, actor, public_key, state, folio_prefix, created_at)
  VALUES (%s, %s, %s, %s, %s, 'active', %s, '')"""


@dataclass
class Counselor:
    """A device with its key; its person has the same id."""

    device: str
    key: SigningKey

    @property
    def public_key(self) -> str:
        return self.key.verify_key.encode().hex()

    def change(self, number: int) -> dict[str, object]:
        """A new case."""
        row = ids.new_id()
        said = {
            "id": ids.new_id(), "device": self.device, "actor": self.device,
            "hlc": instants.micros(instants.now()) + number, "table": "cases", "row": row, "case": row, "base": [],
            "patch": {"status": "open", "triage": "follow_up", "summary": "Refiere que le ofrecieron un empleo. " * 8},
            "schema": 1,
        }  # fmt: skip
        digest = changes.digest(changes.canonical(said))
        (sig,) = changes.seals([digest], lambda content: self.key.sign(content).signature.hex())
        return said | {"hash": digest, "sig": sig}

    def requests(self, port: int, count: int, begin: int) -> list[bytes]:
        """Pushes of one change each, as bytes for the socket."""
        host, found = f"127.0.0.1:{port}", []
        for number in range(count):
            said = {"cursor": None, "proof": None, "receipt": number, "audit": None, "repair": False}
            body = wire.pack(said | {"changes": [self.change(number)]})
            at = begin + int(number * EVERY)
            signed = wire.request_headers(
                self.key, "POST", host, "/v1/push", self.device, at, secrets.token_hex(16), body
            )
            head = {"Host": host, "Content-Type": wire.MEDIA, "Content-Length": str(len(body))} | signed
            lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
            found.append(f"POST /v1/push HTTP/1.1\r\n{lines}\r\n".encode() + body)
        return found


@dataclass
class Ran:
    """What one run showed."""

    milliseconds: list[float]
    errors: int
    processor: float
    """Seconds of the server and all that works for it."""

    def at(self, share: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def loaded(people: int, lasts: float = LASTS) -> list[Measure]:
    """`people` counselors against the server and against the floor, one after the other."""
    everybody = [Counselor(ids.new_id(), SigningKey.generate()) for _ in range(people)]
    floor, ours = without_database(everybody, lasts), with_database(everybody, lasts)
    name = f"{people:,} counselors, a change each {EVERY:g} s for {lasts:g} s"
    slowest, errors = ours.at(0.99), ours.errors + floor.errors
    detail = {
        "requests": len(ours.milliseconds), "errors": errors, "p50": p50(ours.milliseconds), "p99": slowest,
        "floor p99": floor.at(0.99), "ms of processor each": ours.processor * 1000 / len(ours.milliseconds),
    }  # fmt: skip
    print(f"  {detail}", file=sys.stderr, flush=True)
    reached = slowest <= ALLOWED and not errors and ours.processor <= TIMES * floor.processor
    reach = f"0 errors, p99 ≤ {ALLOWED:g} ms"
    return [
        Measure(f"{name}: p99", "no database", slowest, floor.at(0.99), "ms", reach, slowest <= ALLOWED and not errors,
                detail),
        Measure(f"{name}: processor", "no database", ours.processor, floor.processor, "s", f"≤ {TIMES:g}×", reached,
                detail),
    ]  # fmt: skip


def with_database(people: Sequence[Counselor], lasts: float) -> Ran:
    with office.served("load-server") as served:
        register(served, people)
        return run(people, served.port, lasts, served.processor_seconds)


def register(served: Served, people: Sequence[Counselor]) -> None:
    """Makes everybody known, as enrolment leaves them."""
    with served.office() as desk:
        for number, each in enumerate(people):
            desk.connection.execute(PERSON, (office.TEAM, each.device))
            prefix = f"{number:04d}"
            desk.connection.execute(
                DEVICE, (office.TEAM, each.device, each.device, each.device, each.public_key, prefix)
            )


def without_database(people: Sequence[Counselor], lasts: float) -> Ran:
    keys, port = OUT / "keys.json", free_port()
    keys.write_bytes(orjson.dumps({each.device: each.public_key for each in people}))
    floor = subprocess.Popen([sys.executable, "-m", "bench.answering", str(port), str(keys)])
    try:
        until_up(f"http://127.0.0.1:{port}/health", floor)
        return run(people, port, lasts, lambda: consumed(floor.pid))
    finally:
        floor.terminate()
        floor.wait()
        keys.unlink()


def run(people: Sequence[Counselor], port: int, lasts: float, processor: object) -> Ran:
    """Signs everything, then plays it."""
    count = max(1, int(lasts / EVERY))
    begin = int(time())
    written = [each.requests(port, count, begin) for each in people]
    assert callable(processor)
    before = processor()
    milliseconds, errors = asyncio.run(play(written, port))
    return Ran(milliseconds, errors, processor() - before)


async def play(written: Sequence[Sequence[bytes]], port: int) -> tuple[list[float], int]:
    """Everybody at once, each beginning at a moment of their own within the first interval."""
    dice = random.Random(office.SEED)
    begin = perf_counter() + 1
    found = await asyncio.gather(
        *(one(requests, port, begin + dice.random() * EVERY) for requests in written)
    )
    return [ms for milliseconds, _ in found for ms in milliseconds], sum(errors for _, errors in found)


async def one(requests: Sequence[bytes], port: int, begin: float) -> tuple[list[float], int]:
    """One counselor's connection. The time of a request counts from when it was due."""
    await asyncio.sleep(begin - perf_counter())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    milliseconds, errors = [], 0
    for number, request in enumerate(requests):
        due = begin + number * EVERY
        if (left := due - perf_counter()) > 0:
            await asyncio.sleep(left)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        content = await reader.readexactly(int(length))
        milliseconds.append((perf_counter() - due) * 1000)
        errors += not (head.startswith(b"HTTP/1.1 200") and accepted(content))
    writer.close()
    return milliseconds, errors


def accepted(content: bytes) -> bool:
    return all(each[1] == "accepted" for each in wire.unpack(content, wire.ANSWER_CAP)["results"])
