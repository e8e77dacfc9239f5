"""What this server has seen of control, outside the database: whose login there can neither name another organisation
nor shorten the lists.

`authority` in the server's folder holds for each team the `org` that an operator compared by voice, how far the
numbered authorities reached, and the orders' count and chain.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from lnctp_tui.errors import Refused
from lnctp_tui.storage import paths

FILE = "authority"


@dataclass(frozen=True)
class Pin:
    """The organisation of a team, and how far its documents were seen."""

    org: str
    authority: int = 0
    """Newest version seen; 0 waits for the first."""
    hash: str = ""
    orders: int = 0
    chain: str = ""


def read(home: Path, team: str) -> Pin | None:
    """The team's pin. Raises Refused `control_pin` for a file that is none: it is never taken for no pin."""
    found = _all(home).get(team)
    return found if found is None else Pin(**found)


def put(home: Path, team: str, pin: Pin) -> None:
    """Pins a team, whatever stood there."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with paths.turn(home):
        _write(home, team, pin)


def drop(home: Path, team: str) -> None:
    """Takes a pin back that pinned nothing."""
    with paths.turn(home):
        rest = {name: each for name, each in _all(home).items() if name != team}
        paths.replace_file(home / FILE, json.dumps(rest).encode())


def advance(home: Path, team: str, pin: Pin) -> None:
    """Notes that more was seen; never less, and never of another organisation."""
    with paths.turn(home):
        known = read(home, team)
        if known is None or known.org != pin.org:
            return
        newest = max((known, pin), key=lambda each: each.authority)
        most = max((known, pin), key=lambda each: each.orders)
        merged = replace(newest, orders=most.orders, chain=most.chain)
        if merged != known:
            _write(home, team, merged)


def chained(chain: str, hash_: str) -> str:
    """The chain after one more order."""
    return hashlib.sha256(f"{chain}\n{hash_}".encode()).hexdigest()


def _all(home: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(paths.read_file(home / FILE))
        for each in found.values():
            Pin(**each)
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError) as error:
        raise Refused("control_pin") from error
    return dict(found)


def _write(home: Path, team: str, pin: Pin) -> None:
    paths.replace_file(home / FILE, json.dumps(_all(home) | {team: asdict(pin)}).encode())
