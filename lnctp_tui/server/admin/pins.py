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
    members = _all(home).get(team)
    return members if members is None else Pin(**members)


def put(home: Path, team: str, pin: Pin) -> None:
    """Pins a team, whatever stood there."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with paths.turn(home):
        _write(home, team, pin)


def drop(home: Path, team: str) -> None:
    """Takes a pin back that pinned nothing."""
    with paths.turn(home):
        rest = {name: members for name, members in _all(home).items() if name != team}
        paths.replace_file(home / FILE, json.dumps(rest).encode())


def advance(home: Path, team: str, pin: Pin) -> None:
    """Notes that more was seen; never less, and never of another organisation."""
    with paths.turn(home):
        former = read(home, team)
        if former is None or former.org != pin.org:
            return
        newest = max((former, pin), key=lambda candidate: candidate.authority)
        most = max((former, pin), key=lambda candidate: candidate.orders)
        merged = replace(newest, orders=most.orders, chain=most.chain)
        if merged != former:
            _write(home, team, merged)


def chained(chain: str, hash_: str) -> str:
    """The chain after one more order."""
    return hashlib.sha256(f"{chain}\n{hash_}".encode()).hexdigest()


def _all(home: Path) -> dict[str, dict[str, Any]]:
    try:
        by_team = json.loads(paths.read_file(home / FILE))
        for members in by_team.values():
            Pin(**members)
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError) as error:
        raise Refused("control_pin") from error
    return dict(by_team)


def _write(home: Path, team: str, pin: Pin) -> None:
    paths.replace_file(home / FILE, json.dumps(_all(home) | {team: asdict(pin)}).encode())
