"""Officers of a test's team: their keys, the first authority, and orders that they sign and a laptop delivers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from nacl.signing import SigningKey
from served import TEAM, Answered, Laptop, Served

from lnctp_tui.domain.authority import control, documents
from lnctp_tui.domain.authority.control import Authority, Officer
from lnctp_tui.domain.authority.documents import Signed
from lnctp_tui.server.admin import founding
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import SERVE
from lnctp_tui.server.settings import Settings
from lnctp_tui.storage import ids, instants

USUAL: Mapping[str, dict[str, Any]] = {
    "device": {"state": "active"}, "seal": {"why": "robo"}, "wipe": {"unsent": False, "why": "oficio"},
    "person": {"role": "counselor", "state": "active", "name": ""}, "erase": {"unsent": True, "why": "oficio 1/2026"},
}  # fmt: skip


def stamp() -> str:
    return instants.iso(instants.now())


@dataclass
class Officers:
    """Two officers with a laptop each, and what they signed."""

    served: Served
    home: Path
    laptops: list[Laptop]
    seeds: list[bytes] = field(default_factory=list)
    versions: dict[int, Authority] = field(default_factory=dict)
    revs: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def newest(self) -> Authority:
        return self.versions[max(self.versions)]

    @property
    def first(self) -> Laptop:
        return self.laptops[0]

    def listed(self) -> list[Officer]:
        return [
            Officer(bytes(SigningKey(seed).verify_key).hex(), self.person(laptop), f"Responsable {n}")
            for n, (seed, laptop) in enumerate(zip(self.seeds, self.laptops, strict=False), 1)
        ]

    def person(self, laptop: Laptop) -> str:
        with self.served.office() as office:
            return office.device(laptop.device).person

    def order(
        self, kind: str, on: str | Laptop, *signers: int, rev: int | None = None, until: str | None = None,
        of: Authority | None = None, **data: Any,
    ) -> Signed:  # fmt: skip
        """An order; without `signers` enough of them sign."""
        if isinstance(on, Laptop):
            if kind == "device":
                data.setdefault("person", self.person(on))
            on = on.public_key
        subject = (control.SUBJECT[kind], on)
        self.revs[subject] = rev or self.revs.get(subject, 0) + 1
        if kind == "wipe" and until is None:
            until = instants.iso(instants.now() + timedelta(days=3))
        made = control.order(
            of or self.newest, kind, on, self.revs[subject], USUAL[kind] | data, id=ids.new_id(), at=stamp(),
            until=until,
        )  # fmt: skip
        return self.sign(made, *(signers or range(control.PERSONS[kind])))

    def sign(self, made: Signed, *signers: int) -> Signed:
        for each in signers:
            made = documents.sign(made, self.seeds[each])
        return made

    def send(self, signed: Signed, by: Laptop | None = None, path: str = "orders") -> Answered:
        """Delivers a document."""
        said = {"document": signed.document(), "kind": signed.kind}
        return (by or self.first).call("POST", f"/v1/{path}", said)

    def do(self, kind: str, on: str | Laptop, **data: Any) -> Signed:
        """An order, delivered and taken."""
        signed = self.order(kind, on, **data)
        answer = self.send(signed)
        assert answer.status == 200, answer.content
        return signed

    def state(self, laptop: Laptop) -> str:
        """What the server says a laptop is: what it answers, or with what it refuses."""
        answer = laptop.call("GET", "/v1/me")
        return str(answer.message["state"]) if answer.status == 200 else answer.error


def officers(served: Served, home: Path, *, count: int = 2, found: bool = True) -> Officers:
    """A team whose officers made their authority, as they would: drafted, signed by all, pinned by the operator."""
    laptops = [served.laptop("supervisor") for _ in range(count)]
    made = Officers(served, home, laptops, [bytes([n]) * 32 for n in range(1, count + 1)])
    if found:
        signed = founded(made)
        assert made.send(signed, path="drafts").status == 200
        pin(made, signed)
    return made


def founded(made: Officers, **baseline: Any) -> Signed:
    """The first authority, signed by all, with the baseline that the server tells."""
    known = made.first.call("POST", "/v1/control", {}).message["known"]["baseline"]
    devices = {key: (person, state) for key, person, state in known["devices"]}
    people = baseline.get("people", dict(known["people"]))
    first = control.found(made.listed(), baseline.get("devices", devices), people, stamp())
    signed = made.sign(first, *range(len(made.seeds)))
    made.versions[1] = control.read_authority(signed, None)
    return signed


def pin(made: Officers, signed: Signed) -> None:
    """As `lnctp server authority` does."""
    settings, now = Settings(home=made.home), instants.now()
    with database.connect(made.served.database) as connection, database.transaction(connection, TEAM, SERVE):
        chosen = founding.found(settings, connection, now)
        words = next(each.words for each in chosen if each.org == signed.content["org"])
        founding.pin(settings, connection, chosen, words, "cli:prueba", now)


def again(signed: Signed) -> Signed:
    """As it comes off the line."""
    return documents.read(signed.kind, json.loads(json.dumps(signed.document())))
