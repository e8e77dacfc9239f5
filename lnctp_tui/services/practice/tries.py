"""Tries of before: points, codes and times, no words. A practice has no key of the real vault, so its result waits
sealed beside it, for a key that only the open vault has; what the vault took in is apart from its cases.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from lnctp_tui.domain.practice import mark
from lnctp_tui.services.practice import sharing
from lnctp_tui.storage import ids, paths
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import Store

FILE, KEY = "practice.sealed", "practice.pub"
"""Beside the vault: results that it did not take in yet, one a line in hexadecimal; the key they are sealed to."""
PLAIN: Final = "practice.jsonl"
"""What earlier versions kept; it is taken in and removed."""
RESULT, REAL, AGAIN = "result.json", "real", "again"
"""In the throw-away folder: the result of the try; whether a real call waits; whether it is repeated."""
OWN, TRIED = "practice_key", "practice:"
"""In the vault's table of keys and values: the private key; before the id of each try."""
SHARED: Final = "share"
"""Member of a result that its person sends to supervision, when the vault takes it in."""
MOST = 2_000
"""Results that wait, and tries that are kept; older ones go."""


def keep(home: Path, result: dict[str, Any]) -> bool:
    """Seal a try for the vault; False where no vault has left its key yet. Raises StorageFailed."""
    from nacl.public import PublicKey, SealedBox

    try:
        key = PublicKey(bytes.fromhex((home / KEY).read_text(encoding="ascii")))
    except (OSError, ValueError, TypeError):
        return False
    sealed = SealedBox(key).encrypt(json.dumps(result).encode()).hex()
    lines = [*_lines(home / FILE), sealed][-MOST:]
    paths.replace_file(home / FILE, ("\n".join(lines) + "\n").encode())
    return True


def settle(store: Store, home: Path) -> None:
    """Leave the key that results are sealed to, and take in those that wait. A practice's own vault has none."""
    waiting = _lines(home / FILE), _lines(home / PLAIN)
    if mark.of_device(store.author.device):
        return
    with store.read() as connection:
        kept = state.get(connection, OWN)
    if kept and not any(waiting) and _lines(home / KEY, ended=False) == [kept["public"]]:
        return
    from nacl.public import PrivateKey

    key = PrivateKey(bytes.fromhex(kept["seed"])) if kept else PrivateKey.generate()
    public = bytes(key.public_key).hex()
    with store.write() as unit:
        if not kept:
            state.put(unit.connection, OWN, {"seed": bytes(key).hex(), "public": public})
        opened = [
            *filter(None, (_opened(key, line) for line in waiting[0])),
            *filter(None, map(_try, waiting[1])),
        ]
        for row in opened:
            state.put(unit.connection, TRIED + ids.new_id(), row)
            if row.get(SHARED):
                sharing.share(unit, row)
        for old in sorted(state.starting_with(unit.connection, TRIED))[:-MOST]:
            state.put(unit.connection, old, None)
    paths.replace_file(home / KEY, public.encode())
    for name in (FILE, PLAIN):
        with suppress(OSError):
            (home / name).unlink(missing_ok=True)


def earlier(store: Store, code: str | None = None) -> list[dict[str, Any]]:
    """The tries that the vault took in, oldest first; of one scenario when it is named."""
    with store.read() as connection:
        kept = state.starting_with(connection, TRIED)
    tries = [kept[name] for name in sorted(kept) if isinstance(kept[name], dict)]
    return [row for row in tries if code is None or row.get("scenario") == code]


def _lines(path: Path, *, ended: bool = True) -> list[str]:
    """The lines of a file; those of which each is `ended`, without the half one at the end."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").split("\n")[: -1 if ended else None]
    except OSError:
        return []


def _opened(key: Any, line: str) -> dict[str, Any] | None:
    """A sealed try; None for what was sealed to another key or altered."""
    from nacl.exceptions import CryptoError
    from nacl.public import SealedBox

    with suppress(CryptoError, ValueError, TypeError):
        return _try(SealedBox(key).decrypt(bytes.fromhex(line)))
    return None


def _try(content: str | bytes) -> dict[str, Any] | None:
    """A try of before, when it is one: whoever has the laptop may write the file."""
    with suppress(ValueError, RecursionError):
        row = json.loads(content)
        if (
            isinstance(row, Mapping)
            and type(row.get("points")) is int
            and sharing.NAMED(str(row.get("scenario")))
        ):
            return dict(row)
    return None


def hand_back(folder: Path, result: dict[str, Any]) -> None:
    """Leave the result of the try where the command that started it finds it."""
    (folder / RESULT).write_text(json.dumps(result), encoding="utf-8")


def handed_back(folder: Path) -> dict[str, Any] | None:
    """The result that the practice process left; None when it left none."""
    try:
        row = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return row if isinstance(row, dict) else None
