"""The outcome of the last look for a new version, as somebody is told it."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from lnctp_tui.updates import places

TOLD: Final = frozenset(
    {"update_ready", "update_not_ours", "update_older", "update_ended", "update_room", "update_back"}
)


class Outcome(NamedTuple):
    """A code of `i18n.messages`, and the megabytes that `update_room` names."""

    code: str
    megabytes: str

    @property
    def good(self) -> bool:
        return self.code in ("update_ready", "update_waits")


def outcome(home: Path, *, waits: bool) -> Outcome | None:
    """What is to be told; None for nothing. That a version did not open is told once.

    `waits`: a call or a form is open, so that a version that is ready waits for it.
    """
    code, _, megabytes = places.read(home, places.TOLD).partition(" ")
    if code not in TOLD:
        return None
    if code == "update_back":
        places.forget(home, places.TOLD)
    return Outcome("update_waits" if code == "update_ready" and waits else code, megabytes)
