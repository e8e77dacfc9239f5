"""Two network namespaces whose only link loses packets. Linux, as root; elsewhere the test skips and says why.

A TUN device in each, and a thread that carries packets between them: this needs no module of the kernel beyond
TUN, which `tc netem` would.
"""

from __future__ import annotations

import ctypes
import os
import random
import select
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

SERVER, LAPTOP = "10.77.0.1", "10.77.0.2"
TUNSETIFF, TUN, NO_PI, NEWNET = 0x400454CA, 0x0001, 0x1000, 0x40000000
DEVICE = b"lnctp0"
Found = TypeVar("Found")


@dataclass
class Link:
    """The link: each packet is lost with this chance."""

    loss: float
    names: dict[str, str]
    lost: int = 0
    dice: random.Random = field(default_factory=lambda: random.Random(0))

    def within(self, address: str, work: Callable[[], Found]) -> Found:
        """What `work` returns, in a thread of one of the namespaces; threads and sockets it makes belong there."""

        def run() -> Found:
            with Path(f"/run/netns/{self.names[address]}").open() as name:
                if ctypes.CDLL(None, use_errno=True).setns(name.fileno(), NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            return work()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(run).result()

    def carry(self, ends: list[int], stop: threading.Event) -> None:
        """Packets from each end to the other."""
        while not stop.is_set():
            for end in select.select(ends, [], [], 0.1)[0]:
                packet = os.read(end, 1 << 16)
                if self.dice.random() < self.loss:
                    self.lost += 1
                else:
                    os.write(ends[1 - ends.index(end)], packet)


@contextmanager
def joined(loss: float) -> Iterator[Link]:
    """Two namespaces and the link between them. Skips where that cannot be made."""
    names = {address: f"lnctp-{os.getpid()}-{address[-1]}" for address in (SERVER, LAPTOP)}
    link, stop, ends = Link(loss, names), threading.Event(), list[int]()
    try:
        for address, name in names.items():
            _ip("netns", "add", name)
            ends.append(link.within(address, _tun))
            _ip("-n", name, "addr", "add", f"{address}/24", "dev", DEVICE.decode())
            for device in ("lo", DEVICE.decode()):
                _ip("-n", name, "link", "set", device, "up")
    except (OSError, subprocess.SubprocessError) as error:
        _end(names, ends)
        said = bytes(getattr(error, "stderr", None) or b"").decode(errors="replace").strip()
        pytest.skip(f"no network namespaces here ({said or error!r}): root and /dev/net/tun are needed")
    thread = threading.Thread(target=link.carry, args=(ends, stop), daemon=True)
    thread.start()
    try:
        yield link
    finally:
        stop.set()
        thread.join(5)
        _end(names, ends)


def _tun() -> int:
    import fcntl  # Windows has none

    end = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(end, TUNSETIFF, struct.pack("16sH22x", DEVICE, TUN | NO_PI))
    return end


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=10)


def _end(names: dict[str, str], ends: list[int]) -> None:
    for end in ends:
        os.close(end)
    for name in names.values():
        subprocess.run(["ip", "netns", "del", name], capture_output=True, timeout=10, check=False)
