"""A server that answers from memory, in the shape of `services.sync.synchronise`: for tests of the screens alone."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from lnctp_tui.app import LnctpApp
from lnctp_tui.errors import SyncFailed
from lnctp_tui.services.sync import server_requests, synchronise
from lnctp_tui.services.sync.synchronise import (
    Colleague,
    Conflict,
    Handed,
    Held,
    Quarantined,
    Side,
    SyncStatus,
    Waiting,
)

AT = "2026-11-22T18:03:05.000000Z"
ALONE = SyncStatus(
    enrolled=False, state=None, server=None, person=None, role=None, waiting=0, waiting_since=None, refused=0,
    online=None, last_contact=None, problem=None, wanted=0, wanted_total=0, clock_offset=0, conflicts=0, offers=0,
    aside=0,
)  # fmt: skip
HERE = replace(
    ALONE, enrolled=True, state="active", server="https://lnctp.example.org", person="yo", role="counselor",
    online=True, last_contact=AT,
)  # fmt: skip
WORDS = ("abeja", "farmacia", "ballena", "cuchara", "tejado", "nieve")


@dataclass
class FakeServer:
    """What the facade answers, and what it was asked to do."""

    status: SyncStatus = HERE
    waiting: list[Waiting] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    colleagues: list[Colleague] = field(default_factory=list)
    offers: list[Handed] = field(default_factory=list)
    quarantine: list[Quarantined] = field(default_factory=list)
    found: list[Held] = field(default_factory=list)
    state: str = "pending"
    down: str = ""
    """Code of what every question to the server fails with."""
    asked: list[tuple[Any, ...]] = field(default_factory=list)

    def ask(self, *what: Any) -> None:
        if self.down:
            raise SyncFailed(self.down)
        self.asked.append(what)

    def settled(
        self, _store: Any, _table: str, _row: str, field_: str, value: Any, _shown: list[str]
    ) -> None:
        conflict = next(each for each in self.conflicts if each.field == field_)
        change = next(side.change_id for side in conflict.sides if side.value == value)
        self.asked.append(("settle", field_, change))
        self.conflicts = [each for each in self.conflicts if each is not conflict]
        self.status = replace(self.status, conflicts=len(self.conflicts))

    def tell(self, app: LnctpApp) -> None:
        """As the thread does after a round."""
        app.syncing._told(self.status)

    def answers(self, method: str, given: Any = None) -> Any:
        def answer(_workspace: Any, *arguments: Any) -> Any:
            self.ask(method, *arguments)
            return getattr(self, given) if given else None

        return answer

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Stand where the facade stands."""
        patch.setattr(synchronise, "status", lambda _workspace: self.status)
        patch.setattr(synchronise, "waiting", lambda _store, _limit=200: self.waiting)
        patch.setattr(
            synchronise,
            "conflicts",
            lambda _store, case=None: [each for each in self.conflicts if case in (None, each.case)],
        )
        patch.setattr(synchronise, "let_stand", self.settled)
        patch.setattr(synchronise, "fingerprint", lambda _workspace: WORDS)
        for name, given in (
            ("colleagues", "colleagues"), ("offers", "offers"), ("quarantine", "quarantine"),
            ("search_server", "found"), ("enroll", "state"), ("offer", None), ("open_again", None),
            ("release", None), ("dismiss", None),
        ):  # fmt: skip
            patch.setattr(synchronise, name, self.answers(name, given))
        for name in ("answer", "assign"):
            patch.setattr(server_requests, name, self.answers(name))


def two_ages(case: str, person: str) -> Conflict:
    """A conflict as `conflicts` gives it: what is shown, and what a colleague wrote."""
    sides = [
        Side("c1", 17, "Consejera de Prueba", AT, True),
        Side("c2", 15, "Marta Ejemplo", "2026-11-22T17:40:00.000000Z", False),
    ]
    return Conflict("people", person, case, "K7Q2-0001-X", "age_min", sides)


__all__ = ["ALONE", "AT", "HERE", "WORDS", "Colleague", "FakeServer", "Handed", "Held", "Path", "Quarantined",
           "Waiting", "two_ages"]  # fmt: skip
