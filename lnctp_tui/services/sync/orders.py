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
        return named | {each.key: named.get(each.person, each.name) for each in self.laptops}


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
    mine = next((each.person for each in listed if each.key == key), None)
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

    found = line_control.Control(workspace.store, line, sealer(workspace), workspace.writer.last)
    try:
        found.fetch()
    finally:
        if found.taken:
            workspace.on_taken()


def holding(workspace: Workspace) -> list[Kept]:
    """The orders that hold now, the newest first."""
    kept = book(workspace)
    if not kept.versions:
        return []
    standing_ = kept.standing
    held = [*standing_.holding.values(), *(each for of in standing_.erasures.values() for each in of)]
    hashes = {each.hash for each in held}
    return sorted((each for each in kept.orders if each.order.hash in hashes), key=_when, reverse=True)


def names(workspace: Workspace) -> dict[str, str]:
    """Names of people as this laptop knows them, and of laptops whose person officers signed."""
    kept = book(workspace)
    people = transfer.names(workspace.store)
    people |= {each.person: each.name for version in kept.versions.values() for each in version.officers}
    if kept.versions:
        standing_ = kept.standing
        keys = {each.order.on for each in kept.orders} | set(kept.versions[1].devices)
        whose = {key: standing_.whose(key) for key in keys}
        people |= {key: people[person] for key, person in whose.items() if person in people}
    return people


def _when(kept: Kept) -> tuple[str, int]:
    return kept.order.at, kept.n


# what waits


def waiting(workspace: Workspace) -> list[Draft]:
    """What lacks signatures, for officers."""
    return _drafts(workspace, _control(workspace))


def office(workspace: Workspace) -> tuple[list[Draft], Known, dict[str, str]]:
    """For an officer: what waits, who there is, and of each order how many laptops obeyed, as `1 de 2`."""
    said = _control(workspace)
    obeyed = said.get("obeyed")
    rows = obeyed if isinstance(obeyed, list) else []
    counts = {
        str(row["hash"]): f"{row['done']}/{row['of']}"
        for row in rows
        if isinstance(row, dict) and {"hash", "done", "of"} <= row.keys()
    }
    return _drafts(workspace, said), _known(workspace, said), counts


def _control(workspace: Workspace) -> dict[str, Any]:
    with workspace.store.read() as connection:
        held = authority.reached(connection)
    with closing(dial(workspace.store)) as line:
        return _asked(line, *held)


def _drafts(workspace: Workspace, said: Mapping[str, Any]) -> list[Draft]:
    with workspace.store.read() as connection:
        versions = authority.versions(connection)
    rows = said.get("drafts")
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
    said = control.unsigned_authority(signed)
    listed = versions[max(versions)] if versions else said
    need = listed.need if versions else len({each.person for each in said.officers})
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
    found = book(workspace)
    if not found.versions:
        raise Refused("no_authority")
    if officers.key_of(workspace.store) not in {each.key for each in found.newest.officers}:
        raise Refused("not_officer")
    now = workspace.store.now()
    until = instants.iso(now + WITHIN) if kind == "wipe" else None
    return control.order(
        found.newest, kind, on, found.standing.next_rev(kind, on), data,
        id=ids.new_id(), at=instants.iso(now), until=until,
    )  # fmt: skip


def draft(workspace: Workspace, kind: str, on: str, data: Mapping[str, Any]) -> Draft:
    """A new order as it will be shown and signed. Raises as `new`."""
    signed = new(workspace, kind, on, data)
    return Draft("order", signed, workspace.counselor_id, "", (), PERSONS[kind])


def scope(workspace: Workspace, typed: str) -> str:
    """The case of a folio, or what was typed when it is an id. Raises Refused `no_such_case`."""
    from uuid import UUID

    from lnctp_tui.services.case import cases

    found = {each.id for each in cases.by_folio(workspace.store, typed)}
    if not found:
        with suppress(ValueError):
            found = {str(UUID(typed.strip()))}
    if len(found) != 1:
        raise Refused("no_such_case")
    return found.pop()


def known(workspace: Workspace) -> Known:
    """The laptops and people the server has, to choose from. Raises Refused `not_officer`."""
    return _known(workspace, _control(workspace))


def _known(workspace: Workspace, answer: Mapping[str, Any]) -> Known:
    """Whose a laptop is, is what officers signed; the server's word counts only where they signed nothing."""
    said, kept = answer.get("known"), book(workspace)
    signed = kept.standing if kept.versions else None
    if not isinstance(said, dict):
        raise Refused("not_officer")
    try:
        laptops = tuple(
            Laptop(
                str(each["public_key"]),
                (signed and signed.whose(each["public_key"])) or str(each["person"]), str(each["name"]),
                (signed and signed.device(each["public_key"])) or str(each["state"]),
                each.get("seen_at"), words(each["public_key"]),
            )
            for each in said["devices"]
        )  # fmt: skip
        people = {str(each["id"]): (str(each["name"]), str(each["role"])) for each in said["people"]}
        return Known(laptops, people, dict(said["baseline"]))
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
    kept = book(workspace)
    if not kept.versions:
        raise Refused("no_authority")
    upheld = [each.order.hash for each in kept.orders]
    return control.follow(kept.newest, listed, upheld, instants.iso(workspace.store.now()))


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
