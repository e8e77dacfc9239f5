"""An office that pushes to a real server's core: people with laptops that sign what they write. No network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from nacl.signing import SigningKey

from lnctp_tui.domain.records import changes
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.ingest import push
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.server.read import pull
from lnctp_tui.storage import ids, instants
from lnctp_tui.sync.wire import START, Cursor

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
KEY = SigningKey(b"server key of these tests, made up"[:32])

PERSON = "INSERT INTO people (team, id, name, role, created_at) VALUES (%s, %s, %s, %s, '')"
DEVICE = """INSERT INTO devices (team, id, person, actor, public_key, state, folio_prefix, created_at)
  VALUES (%s, %s, %s, %s, %s, %s, %s, '')"""


class Laptop:
    """One registered device; writes changes and delivers them. Its clock moves a second per change."""

    def __init__(self, pool: Pool, name: str, role: str = "counselor", *, person: str | None = None,
                 state: str = "active", team: str = "main") -> None:  # fmt: skip
        self.pool, self.id, self.person = pool, f"device-{name}", person or name
        self.key = SigningKey.generate()
        self.now = NOON
        self.cursor, self.proof, self.seq = START, START, 0
        with database.transaction(pool, team, database.SERVE) as connection:
            if person is None:
                connection.execute(PERSON, (team, name, f"Persona {name}", role))
            public = self.key.verify_key.encode().hex()
            prefix = f"{abs(hash(self.id)) % 10**9:09d}"
            connection.execute(DEVICE, (team, self.id, self.person, name, public, state, prefix))

    @property
    def row(self) -> DeviceRow:
        with self.pool.connection() as connection:
            found = database.find_device(connection, self.id)
        assert found is not None
        return found

    def change(self, table: str, row: str, patch: Mapping[str, Any], *, case: str | None = None,
               base: tuple[str, ...] = (), **other: Any) -> dict[str, Any]:  # fmt: skip
        """A change as a laptop makes it; `other` members are set before it is sealed."""
        self.now += timedelta(seconds=1)
        owner = row if table == "cases" else case
        said = {
            "id": ids.new_id(), "device": self.id, "actor": self.person, "hlc": instants.micros(self.now),
            "table": table, "row": row, "case": owner, "base": sorted(base), "patch": dict(patch), "schema": 1,
        } | other  # fmt: skip
        return self.seal(said)

    def seal(self, said: dict[str, Any]) -> dict[str, Any]:
        """The change with this laptop's hash and signature."""
        digest = changes.digest(changes.canonical(said))
        return said | {"hash": digest, "sig": next(changes.seals([digest], signer(self.key)))}

    def case(self, row: str | None = None, **patch: Any) -> dict[str, Any]:
        """The first change of a new case."""
        return self.change("cases", row or ids.new_id(), {"status": "open"} | patch)

    def push(self, *changes_: Any, **message: Any) -> dict[str, Any]:
        """The server's answer to these changes."""
        said = {"cursor": None, "proof": None, "receipt": self.seq, "audit": None, "repair": False}
        answer = push.push(self.pool, self.row, said | {"changes": list(changes_)} | message, self.now, KEY)
        if answer["status"] == "ok":
            self.seq = answer["receipt"]["body"]["seq"]
            self.proof = Cursor(*answer["proof"])
        return answer

    def pull(self, limit: int = 1000) -> list[dict[str, Any]]:
        """All entries up to the log's end; the cursor follows."""
        entries: list[dict[str, Any]] = []
        while True:
            page = heard(pull.pull(self.pool, self.row, self.cursor, self.proof, limit))
            assert page["status"] == "ok"
            assert page["from"] == list(self.cursor)
            entries += page["entries"]
            self.cursor = Cursor(*page["next"])
            if not page["more"]:
                return entries


def heard(answer: Mapping[str, Any]) -> Any:
    """An answer as the laptop reads it."""
    return orjson.loads(orjson.dumps(answer))


def signer(key: SigningKey) -> Callable[[bytes], str]:
    """How a device signs what `changes.seals` asks it to."""
    return lambda content: key.sign(content).signature.hex()


def statuses(answer: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """(status, reason) of each change of an answer."""
    return [(status, reason) for _, status, _, _, reason in answer["results"]]
