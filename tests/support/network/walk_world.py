"""Three laptops and a server, all real, and every fault that can come between them.

The laptops are SQLCipher files driven through `storage.database.session` and `sync`; the server is PostgreSQL
behind the functions its HTTP routes call. The faults sit in the line (`Wire`), in crashes and in restores. An
oracle remembers for each saved change what its author's screen had shown, and holds the world against that after
healing. Rules and invariants: docs/synchronisation.md.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from lnctp_tui.domain.records import merge
from lnctp_tui.errors import SyncFailed
from lnctp_tui.storage import ids
from lnctp_tui.storage.database.session import CHANGES, TABLES, EditBaseline, Store
from lnctp_tui.storage.replication import server_state, withdrawal

FIELDS = {
    "cases": ("summary", "callback_say", "answers.danger.weapon_present"),
    "contacts": ("outcome", "narrative", "answers.x.y"),
}
START = datetime.fromisoformat("2026-01-05T12:00:00+00:00")
SKEWS = (timedelta(0), timedelta(days=3 * 365), timedelta(days=-3 * 365))
HEALING_ROUNDS = 6
STANDING = """SELECT count(*), count(*) FILTER (WHERE sent < 2),
  (SELECT value FROM sync_state WHERE key = ?),
  (SELECT group_concat(id || state || "after") FROM (SELECT * FROM scopes ORDER BY id)) FROM changes"""
FAULTS = (
    "ok", "ok", "ok", "ok", "ok", "request_lost", "answer_lost", "answer_lost", "twice", "stale", "late",
    "crash_before", "crash_after",
)  # fmt: skip


class Crash(BaseException):
    """The process ended here."""


class Violation(AssertionError):
    """Something that must never be."""


@dataclass
class Saved:
    """What the oracle remembers of one change."""

    id: str
    seen: frozenset[str]
    """Ids of every change of this record that the author's screen rested on."""


@dataclass
class Open:
    """A form on a laptop's screen."""

    form: EditBaseline
    seen: frozenset[str]
    last: tuple[str, ...] = ()
    """The fields of its last save: somebody who types on saves them again."""


class Wire:
    """A line to the server that fails as it is told: one fault per call, in order."""

    offset = 0

    def __init__(self, serve: Callable[[str, str, Any], dict[str, Any]], world: World) -> None:
        self.serve, self.world = serve, world
        self.faults: list[str] = []
        self.last_page: dict[str, Any] | None = None
        self.delayed = False
        """The answer to the last pull is still on its way, and comes as the answer to the next."""

    def call(
        self, method: str, path: str, message: Mapping[str, Any] | None = None, *, wait: float = 0.0
    ) -> dict[str, Any]:
        """One call, with the next of FAULTS."""
        fault = self.faults.pop(0) if self.faults else "ok"
        kind = path.partition("?")[0]
        said = None if message is None else orjson.loads(orjson.dumps(message))
        if fault == "request_lost":
            raise SyncFailed("offline")
        if fault == "crash_before":
            raise Crash
        if fault == "late" and self.world.mail:
            self.world.deliver_again()
        if kind == "/v1/push":
            self.world.mail.append((self.serve, method, path, said))
        answer = self.serve(method, path, said)
        if fault == "twice":
            answer = self.serve(method, path, said)
        if kind == "/v1/pull":
            if (fault == "stale" or self.delayed) and self.last_page is not None:
                self.delayed = False
                return self.last_page
            self.last_page = answer if answer.get("entries") else self.last_page
        if fault == "answer_lost":
            raise SyncFailed("offline")
        if fault == "crash_after":
            raise Crash
        return answer

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Laptop:
    """One device: its files, what is open on its screen, its idea of the time."""

    number: int
    person: str
    folder: Path
    key: Any
    skew: timedelta
    store: Store
    wire: Wire
    forms: dict[tuple[str, str], Open] = field(default_factory=dict)
    image: Path | None = None


class World:
    """Everything, and the walk through it. `adapter` starts the real parts (walk_parts.Adapter)."""

    def __init__(
        self, adapter: Any, folder: Path, chooser: random.Random, disasters: int | None = None
    ) -> None:
        self.adapter, self.folder = adapter, folder
        self.chooser = chooser
        self.time = START
        self.mail: list[tuple[Any, ...]] = []
        self.saved: dict[str, Saved] = {}
        self.lost: set[str] = set()
        self.struck = False
        self.steps: list[str] = []
        danger = self.chooser.choice((0, 1, 2)) if disasters is None else disasters
        self.weights = {
            "open": 8, "save": 12, "sync": 14, "contact": 1, "attach": 2, "listen": 4, "crash": 1,
            "access": self.chooser.choice((0, 3, 8)), "relief": 2,
            "image": danger, "restore_image": danger, "backup": danger,
            "restore_server": danger,
        }  # fmt: skip
        self.server = adapter.server(self)
        self.laptops = [self._laptop(number) for number in range(3)]
        self.cases: list[str] = list(adapter.cases)

    def now(self, skew: timedelta) -> datetime:
        """A clock; it moves a little, or past the pause that ends a squash."""
        self.time += timedelta(milliseconds=self.chooser.choice((1, 200, 40_000)))
        return self.time + skew

    def deliver_again(self) -> None:
        """A push of any time arrives once more; nobody hears the answer."""
        serve, *sent = self.chooser.choice(self.mail)
        try:
            serve(*sent)
        except SyncFailed:
            return

    def _laptop(self, number: int) -> Laptop:
        made = self.adapter.laptop(number, self.folder / f"laptop{number}")
        wire = Wire(made.serve, self)
        laptop = Laptop(number, made.person, made.folder, made.key, SKEWS[number], made.store, wire)
        laptop.store.now = lambda: self.now(laptop.skew)
        return laptop

    def reopen(self, laptop: Laptop) -> None:
        """The process ended and begins again: what was on the screen is gone, the files are as they are."""
        laptop.store.close()
        laptop.forms.clear()
        laptop.store = self.adapter.open(laptop.folder, laptop.key)
        laptop.store.now = lambda: self.now(laptop.skew)

    # what people do

    def row(self, laptop: Laptop, table: str, row: str) -> Mapping[str, Any] | None:
        """A row of a laptop's tables, unless it hides from the person (services.case.offline_lockout)."""
        hidden = withdrawal.CONTACT_IS_GONE if table == "contacts" else withdrawal.IS_GONE
        with laptop.store.read() as connection:
            if connection.exec_driver_sql(hidden, (row,)).first():
                return None
            return (
                connection.execute(TABLES[table].select().where(TABLES[table].c.id == row)).mappings().first()
            )

    def open_form(self, laptop: Laptop, table: str, row: str) -> None:
        """Open a record on the screen, if it is there."""
        found = self.row(laptop, table, row)
        if found is not None:
            form = EditBaseline(ids.new_id())
            form.see(table, row, found["heads"])
            laptop.forms[table, row] = Open(form, frozenset(self._of_row(laptop, row)))

    def _of_row(self, laptop: Laptop, row: str) -> set[str]:
        with laptop.store.read() as connection:
            return set(connection.exec_driver_sql("SELECT id FROM changes WHERE row = ?", (row,)).scalars())

    def save(self, laptop: Laptop, said: Sequence[str] = ()) -> None:
        """Save the fields `said`, or one or two, of a form that is open; mostly it is closed then."""
        if not laptop.forms:
            return
        table, row = self.chooser.choice(sorted(laptop.forms))
        standing = laptop.forms[table, row]
        fields = self.chooser.sample(FIELDS[table], self.chooser.randint(1, 2))
        if self.chooser.random() < 0.5:
            fields = list(standing.last) or fields
        fields = list(said) or fields
        standing.last = tuple(fields)
        before = self._of_row(laptop, row)
        with laptop.store.write() as unit:
            patch = {name: f"{self.chooser.randrange(10**9)}" for name in fields}
            id_ = unit.record(table, row, patch, form=standing.form)
        for squashed in before - self._of_row(laptop, row):
            if not self._was_offered(squashed):
                self.saved.pop(squashed, None)
        self.saved[id_] = Saved(id_, standing.seen)
        standing.seen |= {id_}
        if self.chooser.random() < 0.6:
            del laptop.forms[table, row]

    def _was_offered(self, id_: str) -> bool:
        return any(id_ == each["id"] for *_, sent in self.mail for each in sent["changes"])

    def contact(self, laptop: Laptop) -> None:
        """A call without a case, as an information call."""
        row = str(
            UUID(int=self.chooser.getrandbits(128), version=4)
        )  # the seed's, so that a walk can be repeated
        with laptop.store.write() as unit:
            id_ = unit.record("contacts", row, {"kind": "information", "narrative": "ficticio"})
        self.saved[id_] = Saved(id_, frozenset())

    def attach(self, laptop: Laptop, case: str) -> None:
        """Attach one of the laptop's calls to a case: it belongs to both from then on."""
        with laptop.store.read() as connection:
            ids = sorted(connection.exec_driver_sql("SELECT id FROM contacts").scalars())
        if ids and self.row(laptop, "cases", case) is not None:
            row = self.chooser.choice(ids)
            seen = frozenset(self._of_row(laptop, row))
            with laptop.store.write() as unit:
                id_ = unit.record("contacts", row, {"case_id": case})
            self.saved[id_] = Saved(id_, seen)

    def sync(
        self,
        laptop: Laptop,
        faults: list[str],
        dies_after: int = 0,
        part: Callable[[Laptop], None] | None = None,
    ) -> None:
        """One round of the real loop, or a part of it, under these faults.

        The process may die after a number of transactions.
        """
        laptop.wire.faults = list(faults)
        if dies_after:
            laptop.store.write = dying(laptop.store.write, dies_after)  # type: ignore[method-assign]
        try:
            (part or self.adapter.round)(laptop)
        except Crash:
            self.reopen(laptop)
        finally:
            laptop.wire.faults = []
            vars(laptop.store).pop("write", None)
        for key in [key for key in laptop.forms if self.row(laptop, *key) is None]:
            del laptop.forms[key]

    # disasters

    def take_image(self, laptop: Laptop) -> None:
        """Copy the laptop's disk while it is off."""
        self.reopen(laptop)
        laptop.store.close()
        laptop.image = self.folder / f"image{laptop.number}"
        shutil.rmtree(laptop.image, ignore_errors=True)
        shutil.copytree(laptop.folder, laptop.image)
        self.reopen(laptop)

    def restore_image(self, laptop: Laptop) -> None:
        """The laptop's disk is as it was when its image was taken."""
        if laptop.image is not None:
            self.struck = True
            laptop.store.close()
            shutil.rmtree(laptop.folder)
            shutil.copytree(laptop.image, laptop.folder)
            self.reopen(laptop)
            laptop.wire.delayed = self.chooser.random() < 0.5
            self._count_losses()

    def restore_server(self) -> None:
        """The server is as it was at its last backup; nobody says so."""
        if self.server.restore():
            self.struck = True
            self._count_losses()

    def _count_losses(self) -> None:
        self.lost |= set(self.saved) - self._held_anywhere()

    def _held_anywhere(self) -> set[str]:
        return set(self.server.ids()).union(*(self.log(laptop) for laptop in self.laptops))

    def log(self, laptop: Laptop) -> dict[str, Mapping[str, Any]]:
        """Every change a laptop holds."""
        with laptop.store.read() as connection:
            return {each["id"]: dict(each) for each in connection.execute(CHANGES.select()).mappings()}

    # the walk

    def step(self) -> None:
        """One random thing happens."""
        self.happen(self.chooser.choices(list(self.weights), list(self.weights.values()))[0])
        if gone := set(self.saved) - self.lost - self._held_anywhere():
            raise Violation(f"{len(gone)} saved changes are nowhere", self.steps)

    def happen(self, kind: str) -> None:
        """One thing of this kind happens, to a laptop and a case of the chooser's."""
        laptop, case = self.chooser.choice(self.laptops), self.chooser.choice(self.cases)
        self.steps.append(f"{kind} {laptop.number}")
        match kind:
            case "open":
                self.open_form(laptop, "cases", case)
            case "save":
                self.save(laptop)
            case "contact":
                self.contact(laptop)
            case "attach":
                self.attach(laptop, case)
            case "sync":
                dies = self.chooser.choice((0, 0, 0, 0, 1, 2, 3, 5))
                self.sync(laptop, self.chooser.choices(FAULTS, k=self.chooser.randint(0, 4)), dies)
            case "listen":
                self.sync(laptop, self.chooser.choices(FAULTS, k=1), part=self.adapter.listen)
            case "access":
                self.server.toggle(laptop.person, case)
            case "relief":
                giver = self.chooser.choice(self.laptops)
                lasts = timedelta(seconds=self.chooser.choice((1, 60, 600)))
                self.server.relieve(giver.person, laptop.person, case, lasts)
            case "crash":
                self.reopen(laptop)
            case "image":
                self.take_image(laptop)
            case "restore_image":
                self.restore_image(laptop)
            case "backup":
                self.server.backup()
            case "restore_server":
                self.restore_server()

    def end(self) -> None:
        """Healing, until a round changes nothing and nothing waits, and the whole check."""
        before = None
        for _ in range(HEALING_ROUNDS):
            for laptop in self.laptops:
                self.sync(laptop, [])
            standing = self._standing()
            if standing == before and not any(waiting for _, waiting, *_ in standing[1:]):
                break
            before = standing
        self.check()

    def _standing(self) -> list[Any]:
        """What another round could change: the server's log, and of each laptop its log, cursor and scopes."""
        standing: list[Any] = [self.server.numbers()]
        for laptop in self.laptops:
            with laptop.store.read() as connection:
                standing.append(tuple(connection.exec_driver_sql(STANDING, (server_state.CURSOR,)).one()))
        return standing

    def close(self) -> None:
        """End the real parts."""
        for laptop in self.laptops:
            laptop.store.close()
        self.server.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def check(self) -> None:
        """The invariants of docs/synchronisation.md."""
        numbers = self.server.numbers()
        if numbers != list(range(1, len(numbers) + 1)) or not self.server.chain_holds():
            raise Violation("numbers have a gap, or the chain does not hold")
        log = self.server.log()
        if missing := set(self.saved) - self.lost - set(log):
            raise Violation(f"{len(missing)} saved changes are not on the server")
        for laptop in self.laptops:
            self._one_laptop(laptop, log)
        self._conflicts(log)
        by_record: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for each in log.values():
            by_record.setdefault((each["table"], each["row"]), []).append(as_placed(each))
        for key, changes in by_record.items():
            self._shows("the server", self.server.row(*key), merge.fold(changes), key[0])

    def _one_laptop(self, laptop: Laptop, log: Mapping[str, Mapping[str, Any]]) -> None:
        who, held = f"laptop {laptop.number}", self.log(laptop)
        if any(each["sent"] != 2 for each in held.values()):
            raise Violation(f"{who}: the outbox is not empty")
        if not set(held) <= set(log):
            raise Violation(f"{who}: what counts as sent is not on the server")
        granted = self.server.granted(laptop.person)
        for key, scopes in self.server.records().items():
            there = {id_: each for id_, each in log.items() if (each["table"], each["row"]) == key}
            here = {id_ for id_, each in held.items() if (each["table"], each["row"]) == key}
            shown = self.row(laptop, *key)
            if not scopes & granted:
                if shown is not None:
                    raise Violation(f"{who}: revoked data is still shown ({key[0]})", self.steps)
                continue
            if here != set(there):
                raise Violation(f"{who}: holds {len(here)} of {len(there)} changes of {key[0]}", self.steps)
            self._agrees(who, shown, merge.fold(as_placed(each) for each in there.values()), key[0])

    def _agrees(self, who: str, row: Any, wanted: merge.Folded, table: str) -> None:
        self._shows(who, row, wanted, table)
        heads = {id_: sorted(fields) for id_, fields in row["heads"].items() if fields}
        if heads != {id_: sorted(fields) for id_, fields in wanted.heads.items()}:
            raise Violation(f"{who}: other heads of {table} than the server's log gives", self.steps)

    def _shows(self, who: str, row: Mapping[str, Any] | None, wanted: merge.Folded, table: str) -> None:
        if row is None:
            raise Violation(f"{who}: has the changes of {table} and no row")
        for name, value in wanted.values.items():
            if read(row, name) != value:
                raise Violation(f"{who}: shows another value of {table}.{name}", self.steps)

    def _conflicts(self, log: Mapping[str, Mapping[str, Any]]) -> None:
        """A value is hidden exactly by those who had seen it."""
        by_field: dict[tuple[str, str, str], list[str]] = {}
        for id_, each in log.items():
            for name in each["patch"]:
                by_field.setdefault((each["table"], each["row"], name), []).append(id_)
        for (table, _row, name), held in by_field.items():
            known = [id_ for id_ in held if id_ in self.saved]
            ghost = {id_ for id_ in known if not any(id_ in self.saved[other].seen for other in known)}
            folded = merge.fold(as_placed(log[id_]) for id_ in held)
            rule = {id_ for id_ in merge.heads_of(folded.heads, name) if id_ in self.saved}
            if not ghost <= rule:
                raise Violation(f"a value of {table}.{name} was hidden by somebody who had not seen it")
            if not self.struck and ghost != rule:
                raise Violation(f"a false conflict on {table}.{name}", self.steps)


def dying(write: Any, after: int) -> Any:
    """`Store.write` of a process that ends right after so many commits."""
    left = after

    @contextmanager
    def until(**options: Any) -> Iterator[Any]:
        nonlocal left
        with write(**options) as unit:
            yield unit
        left -= 1
        if left <= 0:
            raise Crash

    return until


def as_placed(change: Mapping[str, Any]) -> dict[str, Any]:
    """A change as everybody orders it."""
    return {**change, "hlc": change.get("placed") or change["hlc"]}


def read(row: Mapping[str, Any], name: str) -> Any:
    """The value of a field, a column or an answer."""
    if name.startswith("answers."):
        return (row["answers"] or {}).get(name.removeprefix("answers."))
    return row[name]
