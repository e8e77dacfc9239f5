"""Honest laptops while one enrolled and one unknown attacker send all they can, next to the same laptops in quiet.

All come from one address. The attackers are processes of their own, on as many connections as they like:
`python -m bench.attack PORT KEYS SECONDS` is both of them.
"""

import asyncio
import random
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic, perf_counter, time

import orjson
import zstandard
from nacl.signing import SigningKey

from bench import load, office
from bench.load import Counselor
from bench.report import OUT, Measure
from lnctp_tui.storage import ids
from lnctp_tui.sync import wire

HONEST, EVERY = 8, 0.25
"""Laptops, and seconds between two pushes of one."""
LINES = 12
"""Connections of each attacker."""
ALLOWED = 3.0
"""Times the quiet p99."""


def attacked(lasts: float) -> list[Measure]:
    """`lasts` seconds of quiet, then as long under attack, on one server."""
    honest = [Counselor(ids.new_id(), SigningKey.generate()) for _ in range(HONEST)]
    enrolled = Counselor(ids.new_id(), SigningKey.generate())
    with office.served("attack-server") as served:
        load.register(served, [*honest, enrolled])
        quiet, _ = asyncio.run(_played(honest, served.port, lasts))
        keys = OUT / "attack.json"
        keys.write_bytes(
            orjson.dumps({"own": [enrolled.device, bytes(enrolled.key).hex()], "known": honest[0].device})
        )
        attack = subprocess.Popen(
            [sys.executable, "-m", "bench.attack", str(served.port), str(keys), str(lasts + 2)],
            stdout=subprocess.PIPE,
        )
        try:
            attack_began = monotonic()
            while monotonic() - attack_began < 1:
                asyncio.run(asyncio.sleep(0.1))
            loud, refused = asyncio.run(_played(honest, served.port, lasts))
        finally:
            said, _ = attack.communicate(timeout=60)
            keys.unlink()
    before, after = (_at(each, 0.99) for each in (quiet, loud))
    detail = {
        "requests": len(loud), "locked out": refused, "p50 quiet": _at(quiet, 0.5), "p50": _at(loud, 0.5),
        "attackers": orjson.loads(said) if said else {},
    }  # fmt: skip
    print(f"  {detail}", file=sys.stderr, flush=True)
    reached = after <= ALLOWED * before and refused == 0
    name = f"p99 of {HONEST} laptops while two attackers send all they can for {lasts:g} s"
    return [Measure(name, "in quiet", after, before, "ms", f"≤ {ALLOWED:g}×, 0 lock-outs", reached, detail)]


def _at(milliseconds: Sequence[float], share: float) -> float:
    ordered = sorted(milliseconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def _played(honest: Sequence[Counselor], port: int, lasts: float) -> tuple[list[float], int]:
    dice, begin = random.Random(office.SEED), perf_counter() + 0.2
    found = await asyncio.gather(*(_one(each, port, begin + dice.random() * EVERY, lasts) for each in honest))
    return [ms for times, _ in found for ms in times], sum(refused for _, refused in found)


async def _one(who: Counselor, port: int, begin: float, lasts: float) -> tuple[list[float], int]:
    """One laptop: its times from when a push was due, and how many were not taken."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    times, refused = [], 0
    for number in range(int(lasts / EVERY)):
        (request,) = who.requests(port, 1, int(time()))
        due = begin + number * EVERY
        if (left := due - perf_counter()) > 0:
            await asyncio.sleep(left)
        writer.write(request)
        status, _ = await _answer(reader)
        times.append((perf_counter() - max(due, begin)) * 1000)
        refused += status != 200
    writer.close()
    return times, refused


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    return int(head[9:12]), await reader.readexactly(length)


def _written(device: str, key: SigningKey, port: int, path: str, body: bytes, **said: str) -> bytes:
    method, host = ("POST" if body else "GET"), f"127.0.0.1:{port}"
    headers = wire.request_headers(key, method, host, path, device, int(time()), secrets.token_hex(16), body)
    head = {"Host": host, "Content-Length": str(len(body)), **headers, **said}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items() if value)
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


class Enrolled:
    """A laptop that is one of ours and means ill: full pushes, bombs, long lists, many small questions."""

    def __init__(self, device: str, key: SigningKey, port: int) -> None:
        self._device, self._key, self._port = device, key, port
        counselor = Counselor(device, key)
        full = {"receipt": 0, "changes": [counselor.change(number) for number in range(1000)]}
        deep = b'{"changes":[' + b"[" * 9000 + b"]" * 9000 + b"]}"
        self._bodies = [
            ("/v1/push", wire.pack(full)),
            ("/v1/push", zstandard.compress(b'{"changes":[' + b"[]," * 1_390_000 + b"[]]}")),
            ("/v1/push", zstandard.compress(b'{"changes":[' + b"0," * 60_000 + b"0]}")),
            ("/v1/push", zstandard.compress(deep)),
            ("/v1/missing", wire.pack({"ids": [ids.new_id() for _ in range(20_000)]})),
            ("/v1/start", wire.pack({})), ("/v1/search?q=prueba", b""), ("/v1/me", b""), ("/v1/offers", b""),
        ]  # fmt: skip

    def request(self, number: int) -> bytes:
        path, body = self._bodies[number % len(self._bodies)]
        return _written(self._device, self._key, self._port, path, body)


class Unknown:
    """Who knows a laptop's id and has no key: wrong signatures, unknown devices, codes, bodies nobody signed."""

    def __init__(self, known: str, port: int) -> None:
        self._known, self._port, self._key = known, port, SigningKey.generate()
        self._body = secrets.token_bytes(200_000)
        self._code = wire.pack(
            {
                "code": "0" * 24,
                "device": known,
                "public_key": self._key.verify_key.encode().hex(),
                "actor": "x",
            }
        )

    def request(self, number: int) -> bytes:
        kind, stranger = number % 5, ids.new_id()
        if kind == 0:
            return _written(stranger, self._key, self._port, "/v1/me", b"")
        if kind == 1:
            return _written(self._known, self._key, self._port, "/v1/push", self._body)
        if kind == 2:
            return _written(
                self._known, self._key, self._port, "/v1/push", self._body[:9000], **{wire.DIGEST: ""}
            )
        if kind == 3:
            return _written(self._known, self._key, self._port, "/v1/enroll", self._code)
        return _written(self._known, self._key, self._port, "/v1/me", b"")


async def _attack(who: Enrolled | Unknown, port: int, until: float, seed: int, told: Counter[str]) -> None:
    number = seed
    while monotonic() < until:
        with suppress(OSError, EOFError, asyncio.IncompleteReadError, ValueError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                while monotonic() < until:
                    number += 1
                    writer.write(who.request(number))
                    async with asyncio.timeout(max(0.1, until - monotonic() + 5)):
                        status, _ = await _answer(reader)
                    told[f"{type(who).__name__} {status}"] += 1
            finally:
                writer.close()


async def _all_they_can(port: int, keys: Path, lasts: float) -> Counter[str]:
    said = orjson.loads(keys.read_bytes())
    device, key = said["own"]
    told: Counter[str] = Counter()
    until = monotonic() + lasts
    enrolled, unknown = Enrolled(device, SigningKey(bytes.fromhex(key)), port), Unknown(said["known"], port)
    await asyncio.gather(
        *(_attack(who, port, until, seed, told) for who in (enrolled, unknown) for seed in range(LINES))
    )
    return told


if __name__ == "__main__":
    counted = asyncio.run(_all_they_can(int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])))
    sys.stdout.buffer.write(orjson.dumps(counted))
