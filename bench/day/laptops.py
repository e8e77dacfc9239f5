"""The real laptops of a day: they record all day, one loses its line for a morning, one is wiped by two officers."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from bench.day.recording import WAITS, Laptop
from bench.day.traffic import MORNING
from lnctp_tui.domain.authority.control import PERSONS
from lnctp_tui.errors import SyncFailed
from lnctp_tui.server.admin import founding
from lnctp_tui.server.postgres import database
from lnctp_tui.server.settings import Settings
from lnctp_tui.services.sync import officers, orders, synchronise
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import instants
from tests.support.pty_app import PHRASE

PAUSES = (2, 5, 10, 20, 30, 60)
"""Seconds after which an officer tries again."""
PROMOTED, ORDERED = 13 / 24, 14 / 24
"""Of a day: when a role is changed, and when the order to wipe is signed."""
PATIENCE = 60.0
"""Seconds in which a laptop obeys, and in the evening has sent everything."""
PERSON = {"state": "active", "name": ""}
KNOWN = "SELECT public_key, person FROM devices WHERE id = %s"


@dataclass
class Laptops:
    """The first two are officers' and the last one is wiped. `lasts`: seconds of the day."""

    workspaces: Sequence[Workspace]
    promoted: str
    """The person who becomes a supervisor."""
    lasts: float
    each: float
    """Seconds between two cases of a laptop."""
    obeyed: float | None = None
    """Seconds from the order to the wipe; None when it was not obeyed."""
    _running: list[Laptop] = field(default_factory=list)
    _doomed: set[str] = field(default_factory=set)
    """Cases on the laptop when the order was signed."""

    def found(self, url: str, settings: Settings) -> None:
        """Two people become officers, the server's operator and every laptop compare the words."""
        first, second = self.workspaces[:2]
        for workspace in (first, second):
            officers.become(workspace.home, workspace.store, PHRASE)
        signed = orders.found(first, [orders.myself(first), orders.myself(second)])
        for workspace in (first, second):
            signed = officers.sign(workspace.store, PHRASE, signed)
        orders.send(first, "authority", signed)
        org = str(signed.content["org"])
        with (
            database.connect(url) as connection,
            database.transaction(connection, settings.team, database.SERVE),
        ):
            now = instants.now()
            chosen = founding.found(settings, connection, now)
            founding.pin(settings, connection, chosen, orders.words(org), "cli:bench", now)
        for workspace in self.workspaces:
            orders.confirm(workspace, org, orders.words(org))
        # A supervisor's laptop would take in what the light laptops push, which nobody here can check.
        for workspace in (first, second):
            self._order("person", self._known(url, workspace)[1], {"role": "counselor", **PERSON})

    def live(self, url: str) -> None:
        """The whole day. Blocking."""
        self._running = [Laptop(workspace, self.each) for workspace in self.workspaces]
        for laptop in self._running:
            laptop.start()
        moments: list[tuple[float, Callable[[], object]]] = [
            (MORNING[0], self._running[-2].sync.stop),
            (MORNING[1], self._back),
            (PROMOTED, lambda: self._order("person", self.promoted, {"role": "supervisor", **PERSON})),
            (ORDERED, lambda: self._wipe(url)),
            (1.0, lambda: None),
        ]
        began = monotonic()
        for part, happens in moments:
            threading.Event().wait(max(0.0, began + part * self.lasts - monotonic()))
            happens()

    def _back(self) -> None:
        self._running[-2].online()
        self._running[-2].sync.start()

    def _wipe(self, url: str) -> None:
        victim = self._running[-1]
        key, _ = self._known(url, victim.workspace)
        self._doomed = victim.cases()
        began = monotonic()
        self._order("wipe", key, {"unsent": True, "why": "prueba"})
        if victim.taken.wait(PATIENCE):
            self.obeyed = monotonic() - began

    def _known(self, url: str, workspace: Workspace) -> tuple[str, str]:
        """A laptop's public key and its person, as the server has them."""
        with database.connect(url) as connection:
            row = connection.execute(KNOWN, (workspace.store.author.device,)).fetchone()
        assert row is not None
        return str(row[0]), str(row[1])

    def _order(self, kind: str, on: str, data: dict[str, object]) -> None:
        """Both officers sign, and one sends it, again while the server is busy."""
        signed = orders.new(self.workspaces[0], kind, on, data)
        for workspace in self.workspaces[: PERSONS[kind]]:
            signed = officers.sign(workspace.store, PHRASE, signed)
        for pause in PAUSES:
            try:
                assert orders.send(self.workspaces[0], "order", signed)
            except SyncFailed:
                threading.Event().wait(pause)
            else:
                return
        raise AssertionError(f"no {kind} in {sum(PAUSES)} s")

    def evening(self) -> dict[str, Any]:
        """What the laptops have to say in the end; `acknowledged` are ids."""
        told = {code for laptop in self._running for code in laptop.codes if code}
        for laptop in self._running:
            laptop.end()
        kept = self._running[:-1]
        equal = [self._equal(laptop) for laptop in kept]
        return {
            "acknowledged": {id_ for laptop in kept for id_ in laptop.acknowledged()}, "doomed": len(self._doomed),
            "equal": sum(equal), "of": len(kept), "unsent": sum(laptop.count(WAITS) for laptop in kept),
            "wiped after": self.obeyed, "left on it": len(self._doomed & self._running[-1].cases()),
            "told": sorted(told),
        }  # fmt: skip

    def _equal(self, laptop: Laptop) -> bool:
        """Whether a laptop's sums are the server's, once it has sent everything."""
        synchronise.once(laptop.workspace)
        compared = synchronise.once(laptop.workspace, verify=True)
        return compared is not None and compared.equal
