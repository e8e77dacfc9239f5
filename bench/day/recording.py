"""A laptop with a vault, as somebody has it: it records a case now and then, and its own program sends it."""

import threading

from lnctp_tui.services.sync.synchronise import Synchroniser
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database.session import New

SENT = "SELECT count(*) FROM changes WHERE sent = 2"
WAITS = "SELECT count(*) FROM changes WHERE sent < 2"
ACKNOWLEDGED = "SELECT id FROM changes WHERE sent = 2"


class Laptop(threading.Thread):
    """Records a case every `each` seconds, from `start` until `over` is set."""

    def __init__(self, workspace: Workspace, each: float) -> None:
        super().__init__(daemon=True)
        self.workspace, self.each, self.over = workspace, each, threading.Event()
        self.codes = set[str]()
        """What it was told of the server, codes; empty text for nothing."""
        self.taken = threading.Event()
        """An order took it from its person."""
        self.online()

    def online(self) -> None:
        """Its program begins to synchronise."""
        self.sync = Synchroniser(self.workspace)
        self.sync.on_status = lambda status: self.codes.add(status.problem or "")
        self.sync.on_taken = self.taken.set

    def run(self) -> None:
        self.sync.start()
        while not self.over.wait(self.each) and not self.taken.is_set():
            id_ = ids.new_id()
            patch = {
                "status": "open",
                "opened_at": instants.iso(instants.now()),
                "summary": "Caso de prueba.",
            }
            with self.workspace.store.write() as unit:
                unit.create_many([New("cases", id_, patch, id_)])

    def end(self) -> None:
        """It records no more, and its program ends."""
        self.over.set()
        self.join()
        self.sync.stop()

    def count(self, query: str) -> int:
        with self.workspace.store.read() as connection:
            return int(connection.exec_driver_sql(query).scalar() or 0)

    def acknowledged(self) -> set[str]:
        return self._ids(ACKNOWLEDGED)

    def cases(self) -> set[str]:
        return self._ids("SELECT id FROM cases")

    def _ids(self, query: str) -> set[str]:
        with self.workspace.store.read() as connection:
            return {str(id_) for (id_,) in connection.exec_driver_sql(query)}
