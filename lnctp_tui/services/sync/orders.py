"""Orders as screens and commands see them: what holds, what waits for a signature, a new one, a refusal.

What asks the server waits for the network: in a thread. Raises SyncFailed, Refused, and ControlRefused for a
document that is none. Source: docs/security.md, "Orders".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

from lnctp_tui.domain.authority import control, documents
from lnctp_tui.domain.authority.control import PERSONS, UNTIL, Authority, Officer
from lnctp_tui.domain.authority.documents import ControlRefused, Kind, Signed
from lnctp_tui.errors import Refused, SyncFailed
from lnctp_tui.services.case import transfer
from lnctp_tui.services.sync import officers
from lnctp_tui.services.sync.server_requests import fingerprint
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import state
from lnctp_tui.storage.replication import authority
from lnctp_tui.storage.replication.authority import Book
from lnctp_tui.storage.replication.authority import Kept as Kept
from lnctp_tui.storage.vault import phrase, recovery
from lnctp_tui.sync import control as line_control
from lnctp_tui.sync.transport import Line, dial

WITHIN = UNTIL
"""How long an order to wipe is looked for."""


@dataclass(frozen=True)
class Laptop:
    """A laptop that the server knows."""

    key: str
    person: str
    name: str
    state: str
    seen_at: str | None
    words: str
    """Six words of its key, as its own screen shows them."""


@dataclass(frozen=True)
class Known:
    """What the server has; nothing in it is believed, it is shown to be compared."""

    laptops: tuple[Laptop, ...]
    people: Mapping[str, tuple[str, str]]
    """Person → name, role."""
    baseline: Mapping[str, Any]

    @property
    def names(self) -> dict[str, str]:
        """Of people, and of laptops by their keys."""
        named = {person: name for person, (name, _role) in self.people.items()}
        return named | {laptop.key: named.get(laptop.person, laptop.name) for laptop in self.laptops}


@dataclass(frozen=True)
class Draft:
    """A document that lacks signatures, rendered from the very bytes to be signed."""

    kind: Kind
    signed: Signed
    by: str
    until: str
    persons: tuple[str, ...]
    """Who signed it."""
    need: int

    @property
    def words(self) -> str:
        """Six words of the document, to compare by telephone."""
        return words(self.signed.hash)


@dataclass(frozen=True)
class Standing:
    """How this laptop stands to the officers."""

    org: str | None
    offered: str | None
    """An organisation that the server names and nobody here confirmed."""
    n: int
    officers: tuple[Officer, ...]
    mine: str | None
    """This officer's person, when this laptop's key is on the list."""
    key: str | None
    """This laptop's officer's key, on the list or not."""

    @property
    def founding(self) -> bool:
        """Whether this laptop's key may be on a first list that is being signed."""
        return self.key is not None and not self.n and self.offered is None


def standing(workspace: Workspace) -> Standing:
    """From this laptop alone."""
    key = officers.key_of(workspace.store)
    with workspace.store.read() as connection:
        org, offered = authority.pinned(connection), state.get(connection, authority.OFFERED)
        versions = authority.versions(connection)
    listed = versions[max(versions)].officers if versions else ()
    mine = next((officer.person for officer in listed if officer.key == key), None)
    return Standing(org, offered, max(versions, default=0), listed, mine, key)


def book(workspace: Workspace) -> Book:
    """What holds here."""
    with workspace.store.read() as connection:
        return authority.book(connection)


def words(hash_: str) -> str:
    """Six words of an organisation, a key or a document, to compare by voice."""
    return recovery.fingerprint(bytes.fromhex(hash_))


def compare(key: str, heard: str) -> None:
    """Hold six words that a person heard against those of a key or an organisation. Raises Refused `wrong_words`.

    A laptop is let in by its own words, never by what a server calls it.
    """
    if phrase.normalise(heard, "words") != phrase.normalise(words(key), "words"):
        raise Refused("wrong_words")


def own_words(workspace: Workspace) -> str:
    """The six words of this laptop's key."""
    return " ".join(fingerprint(workspace))


def offered_org(workspace: Workspace) -> str:
    """The organisation that the server names now. Raises ControlRefused `control_incomplete` when it has none."""
    with closing(dial(workspace.store)) as line:
        org = line_control.first(line).org
    with workspace.store.write() as unit:
        if authority.pinned(unit.connection) is None:
            unit.remember(authority.OFFERED, org)
    return org


def confirm(workspace: Workspace, org: str, heard: str) -> None:
    """Believe the organisation whose six words a person heard by telephone. Raises Refused `wrong_words`."""
    compare(org, heard)
    with closing(dial(workspace.store)) as line:
        if line_control.first(line).org != org:
            raise ControlRefused("control_org")
        with workspace.store.write() as unit:
            line_control.pin(unit, org, "voice")
        _fetch(workspace, line)


def refresh(workspace: Workspace) -> None:
    """Fetch what is new, check it, and obey what concerns this laptop; nothing before a person confirmed anybody."""
    with workspace.store.read() as connection:
        if authority.pinned(connection) is None:
            return
    with closing(dial(workspace.store)) as line:
        _fetch(workspace, line)


def _fetch(workspace: Workspace, line: Line) -> None:
    """As a round does: an order for this very laptop may be among what comes."""
    from lnctp_tui.services.sync.synchronise import sealer

    controller = line_control.Control(workspace.store, line, sealer(workspace), workspace.writer.last)
    try:
        controller.fetch()
    finally:
        if controller.taken:
            workspace.on_taken()


def holding(workspace: Workspace) -> list[Kept]:
    """The orders that hold now, the newest first."""
    ledger = book(workspace)
    if not ledger.versions:
        return []
    standing_ = ledger.standing
    orders = [*standing_.holding.values(), *(item for of in standing_.erasures.values() for item in of)]
    hashes = {item.hash for item in orders}
    return sorted((item for item in ledger.orders if item.order.hash in hashes), key=_when, reverse=True)


def names(workspace: Workspace) -> dict[str, str]:
    """Names of people as this laptop knows them, and of laptops whose person officers signed."""
    ledger = book(workspace)
    people = transfer.names(workspace.store)
    people |= {entry.person: entry.name for version in ledger.versions.values() for entry in version.officers}
    if ledger.versions:
        standing_ = ledger.standing
        keys = {entry.order.on for entry in ledger.orders} | set(ledger.versions[1].devices)
        whose = {key: standing_.whose(key) for key in keys}
        people |= {key: people[person] for key, person in whose.items() if person in people}
    return people


def _when(entry: Kept) -> tuple[str, int]:
    return entry.order.at, entry.n


# what waits


def waiting(workspace: Workspace) -> list[Draft]:
    """What lacks signatures, for officers."""
    return _drafts(workspace, _control(workspace))


def office(workspace: Workspace) -> tuple[list[Draft], Known, dict[str, str]]:
    """For an officer: what waits, who there is, and of each order how many laptops obeyed, as `1 de 2`."""
    answer = _control(workspace)
    obeyed = answer.get("obeyed")
    rows = obeyed if isinstance(obeyed, list) else []
    counts = {
        str(row["hash"]): f"{row['done']}/{row['of']}"
        for row in rows
        if isinstance(row, dict) and {"hash", "done", "of"} <= row.keys()
    }
    return _drafts(workspace, answer), _known(workspace, answer), counts


def _control(workspace: Workspace) -> dict[str, Any]:
    with workspace.store.read() as connection:
        position = authority.reached(connection)
    with closing(dial(workspace.store)) as line:
        return _asked(line, *position)


def _drafts(workspace: Workspace, answer: Mapping[str, Any]) -> list[Draft]:
    with workspace.store.read() as connection:
        versions = authority.versions(connection)
    rows = answer.get("drafts")
    drafts = []
    for row in rows if isinstance(rows, list) else ():
        try:
            kind: Kind = "authority" if row["kind"] == "authority" else "order"
            signed = documents.read(kind, row["document"])
            drafts.append(_draft(kind, signed, versions, str(row["by"]), str(row["until"])))
        except (ControlRefused, KeyError, TypeError):
            continue  # what nobody could sign is not shown
    return drafts


def _draft(kind: Kind, signed: Signed, versions: Mapping[int, Authority], by: str, until: str) -> Draft:
    if kind == "order":
        order = control.unsigned(signed)
        listed = versions[order.acta]
        return Draft(kind, signed, by, until, listed.persons(signed.keys()), PERSONS[order.kind])
    unsigned = control.unsigned_authority(signed)
    listed = versions[max(versions)] if versions else unsigned
    need = listed.need if versions else len({officer.person for officer in unsigned.officers})
    return Draft(kind, signed, by, until, listed.persons(signed.keys()), need)


def send(workspace: Workspace, kind: Kind, signed: Signed) -> bool:
    """Hand in a document: whether it is ordered now, else it waits for others to sign."""
    with workspace.store.read() as connection:
        versions = authority.versions(connection)
    with closing(dial(workspace.store)) as line:
        if kind == "order" and _whole(signed, versions):
            line.call("POST", "/v1/orders", {"document": signed.document(), "kind": kind})
            done = True
        else:
            answer = line.call("POST", "/v1/drafts", {"document": signed.document(), "kind": kind})
            done = bool(answer.get("ordered"))
        if done:
            _fetch(workspace, line)
    return done


def _whole(signed: Signed, versions: Mapping[int, Authority]) -> bool:
    try:
        control.read_order(signed, versions)
    except ControlRefused as error:
        if error.code not in ("control_threshold", "control_same_person"):
            raise
        return False
    return True


def sign(workspace: Workspace, draft: Draft, typed: str) -> bool:
    """Sign a draft with the phrase and hand it in; whether it is ordered now.

    Raises WrongPassphrase, Refused `already_signed`: persons are counted, and one of them twice is one.
    """
    if not typed.strip():
        raise Refused("phrase_missing")
    signers, mine = draft.signed.keys(), standing(workspace)
    if mine.key in signers or mine.mine in draft.persons:
        raise Refused("already_signed")
    return send(workspace, draft.kind, officers.sign(workspace.store, typed, draft.signed))


def refuse(workspace: Workspace, draft: Draft, reason: str) -> None:
    """End a draft, with a reason that stays in the server's audit."""
    if not reason.strip():
        raise Refused("reason_missing")
    with closing(dial(workspace.store)) as line:
        line.call("POST", "/v1/drafts/refuse", {"hash": draft.signed.hash, "reason": reason.strip()[:200]})


# what is new


def new(workspace: Workspace, kind: str, on: str, data: Mapping[str, Any]) -> Signed:
    """An order that nobody signed yet. Raises Refused `not_officer`, `no_authority`."""
    ledger = book(workspace)
    if not ledger.versions:
        raise Refused("no_authority")
    if officers.key_of(workspace.store) not in {officer.key for officer in ledger.newest.officers}:
        raise Refused("not_officer")
    now = workspace.store.now()
    until = instants.iso(now + WITHIN) if kind == "wipe" else None
    return control.order(
        ledger.newest, kind, on, ledger.standing.next_rev(kind, on), data,
        id=ids.new_id(), at=instants.iso(now), until=until,
    )  # fmt: skip


def draft(workspace: Workspace, kind: str, on: str, data: Mapping[str, Any]) -> Draft:
    """A new order as it will be shown and signed. Raises as `new`."""
    signed = new(workspace, kind, on, data)
    return Draft("order", signed, workspace.counselor_id, "", (), PERSONS[kind])


def scope(workspace: Workspace, typed: str) -> str:
    """The case of a folio, the certificate of a number, or what was typed when it is an id.

    Raises Refused `no_such_case`, also where a folio and a certificate are written alike.
    """
    from uuid import UUID

    from lnctp_tui.services.case import cases
    from lnctp_tui.services.training import register

    case_ids = {line.id for line in cases.by_folio(workspace.store, typed)}
    case_ids |= {str(row["id"]) for row in register.found(workspace.store, typed)}
    if not case_ids:
        with suppress(ValueError):
            case_ids = {str(UUID(typed.strip()))}
    if len(case_ids) != 1:
        raise Refused("no_such_case")
    return case_ids.pop()


def known(workspace: Workspace) -> Known:
    """The laptops and people the server has, to choose from. Raises Refused `not_officer`."""
    return _known(workspace, _control(workspace))


def _known(workspace: Workspace, answer: Mapping[str, Any]) -> Known:
    """Whose a laptop is, is what officers signed; the server's word counts only where they signed nothing."""
    listing, ledger = answer.get("known"), book(workspace)
    signed = ledger.standing if ledger.versions else None
    if not isinstance(listing, dict):
        raise Refused("not_officer")
    try:
        laptops = tuple(
            Laptop(
                str(row["public_key"]),
                (signed and signed.whose(row["public_key"])) or str(row["person"]), str(row["name"]),
                (signed and signed.device(row["public_key"])) or str(row["state"]),
                row.get("seen_at"), words(row["public_key"]),
            )
            for row in listing["devices"]
        )  # fmt: skip
        people = {str(row["id"]): (str(row["name"]), str(row["role"])) for row in listing["people"]}
        return Known(laptops, people, dict(listing["baseline"]))
    except (KeyError, TypeError, ValueError):
        raise SyncFailed("not_a_server") from None


def found(workspace: Workspace, listed: Sequence[Officer]) -> Signed:
    """The first list of officers; everybody on it signs. What is in use now stays as the server has it."""
    baseline = known(workspace).baseline
    try:
        devices = {key: (person, state_) for key, person, state_ in baseline["devices"]}
        people = dict(baseline["people"])
    except (KeyError, TypeError, ValueError):
        raise SyncFailed("not_a_server") from None
    return control.found(listed, devices, people, instants.iso(workspace.store.now()))


def follow(workspace: Workspace, listed: Sequence[Officer]) -> Signed:
    """The next list of officers; all orders that hold now go on holding. Raises Refused `no_authority`."""
    ledger = book(workspace)
    if not ledger.versions:
        raise Refused("no_authority")
    upheld = [entry.order.hash for entry in ledger.orders]
    return control.follow(ledger.newest, listed, upheld, instants.iso(workspace.store.now()))


def myself(workspace: Workspace) -> Officer:
    """This officer, to be put on a list. Raises Refused `not_officer`."""
    key = officers.key_of(workspace.store)
    if key is None:
        raise Refused("not_officer")
    return Officer(key, workspace.counselor_id, workspace.counselor_name)


def _asked(line: Line, n: int, count: int) -> dict[str, Any]:
    answer = line.call("POST", "/v1/control", {"authority": n, "orders": count})
    if not isinstance(answer.get("authorities"), list):
        raise SyncFailed("not_a_server")
    return answer
