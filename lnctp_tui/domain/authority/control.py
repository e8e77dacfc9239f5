"""Who may order, and what was ordered: documents that officers sign, never the word of a server.

The *authority* is a numbered list of officers. The first list names the organisation, `org`, for ever; each next
one is signed by two persons of the former one (by the one, where it has one) and by every officer who is new on
it, and says which older orders still hold. An *order* is about one subject and has a revision: the highest
holds, of equals the one that leaves fewer rights. Persons are counted, never signatures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from lnctp_tui.domain.authority.documents import ControlRefused, Signed, write
from lnctp_tui.domain.values.folio import CROCKFORD
from lnctp_tui.domain.values.moments import zoned

VERSION = 1
PERSONS: Final[Mapping[str, int]] = {"device": 1, "person": 1, "seal": 1, "wipe": 2, "erase": 2}
"""Kind of an order → how many persons must sign it."""
STATES = ("active", "upload_only", "revoked")
"""What an order `device` says of a laptop, from most rights to fewest."""
ROLES = ("counselor", "curator", "supervisor", "analyst", "admin")
RIGHTS: Final[Mapping[str, int]] = {"curator": 2, "admin": 3, "supervisor": 4}
"""Role → how much it leaves of equal revisions of one person; every other leaves least."""
SUBJECT: Final[Mapping[str, str]] = {
    "device": "device", "seal": "device", "wipe": "device", "person": "person", "erase": "erase",
}  # fmt: skip
"""Kind of an order → whose row of revisions it is in: a later approval ends a seal."""
UNTIL = timedelta(days=30)
"""Longest life of an order to wipe: a withdrawn one cannot be shown again for ever."""
OFFICERS = 16
"""Most officers of an authority."""
SPOKEN = 16
"""Symbols of five bits by which an enrolment code names the organisation: 80 bits."""
LAST = 1 << 40
"""The greatest number in a document."""


@dataclass(frozen=True)
class Officer:
    """Somebody whose signature counts, with one of their keys."""

    key: str
    """Ed25519, hexadecimal."""
    person: str
    name: str


@dataclass(frozen=True)
class Authority:
    """One numbered version of the list of officers, checked from the first on."""

    org: str
    """First 32 hexadecimal digits of the first version's hash, without its own `org`."""
    n: int
    officers: tuple[Officer, ...]
    upheld: frozenset[str]
    """Hashes of orders made under earlier versions that still hold."""
    devices: Mapping[str, tuple[str, str]]
    """Of the first version: public key of a laptop that was in use → its person and state."""
    people: Mapping[str, str]
    """Of the first version: person → role."""
    at: str
    hash: str

    def persons(self, keys: Iterable[str]) -> tuple[str, ...]:
        """The distinct persons behind some keys."""
        person_of = {officer.key: officer.person for officer in self.officers}
        return tuple(sorted({person_of[key] for key in keys if key in person_of}))

    @property
    def need(self) -> int:
        """Persons of this version that sign the next one."""
        return min(2, len({officer.person for officer in self.officers}))


@dataclass(frozen=True)
class Order:
    """One order whose signatures are enough."""

    id: str
    kind: str
    on: str
    """A laptop's public key, a person's id, or a scope."""
    rev: int
    acta: int
    """Number of the authority under which it was signed."""
    at: str
    until: str | None
    data: Mapping[str, Any]
    persons: tuple[str, ...]
    hash: str

    @property
    def subject(self) -> tuple[str, str]:
        """Orders with one subject follow each other by `rev`."""
        return SUBJECT[self.kind], self.on

    @property
    def rights(self) -> int:
        """How much it leaves: of equal revisions the lowest holds."""
        if self.kind == "wipe":
            return -2 if self.data["unsent"] else -1
        if self.kind == "device":
            return 1 + len(STATES) - STATES.index(str(self.data["state"]))
        if self.kind == "person" and self.data["state"] == "active":
            return RIGHTS.get(str(self.data["role"]), 1)
        return 0

    def over(self, now: datetime) -> bool:
        """Whether it ended."""
        return self.until is not None and now > _instant(self.until)


def spoken(org: str) -> str:
    """The first 80 bits of an `org` in Crockford's base 32, as an enrolment code ends."""
    bits = int(org[: SPOKEN * 5 // 4], 16)
    return "".join(CROCKFORD[bits >> 5 * place & 31] for place in reversed(range(SPOKEN)))


def found(officers: Iterable[Officer], devices: Mapping[str, tuple[str, str]], people: Mapping[str, str],
          at: str) -> Signed:  # fmt: skip
    """The first list, to be signed by everybody on it."""
    content = _authority(1, officers, (), devices, people, at)
    return write("authority", content | {"org": _org(content), "prev": ""})


def follow(former: Authority, officers: Iterable[Officer], upheld: Iterable[str], at: str) -> Signed:
    """The next list, to be signed by `former.need` persons of the former and by who is new."""
    content = _authority(former.n + 1, officers, upheld, {}, {}, at)
    return write("authority", content | {"org": former.org, "prev": former.hash})


def order(
    authority: Authority, kind: str, on: str, rev: int, data: Mapping[str, Any], *, id: str, at: str,
    until: str | None = None,
) -> Signed:  # fmt: skip
    """An order that nobody signed yet. Raises ControlRefused `control_form`."""
    content = {
        "v": VERSION, "org": authority.org, "acta": authority.n, "id": id, "kind": kind, "on": on, "rev": rev,
        "at": at, "data": dict(data),
    }  # fmt: skip
    signed = write("order", content | ({"until": until} if until is not None else {}))
    _order(signed)
    return signed


def read_authority(signed: Signed, former: Authority | None, org: str | None = None) -> Authority:
    """The next version after `former`, the first when there is none. Its `org` must be, or begin with, `org`.

    Raises ControlRefused `control_form`, `control_org`, `control_old`, `control_forked`, `control_backwards` (a
    version is missing between), `control_threshold`.
    """
    authority = _authority_of(signed)
    if org is not None and not authority.org.startswith(org):
        raise ControlRefused("control_org")
    keys = signed.keys()
    if former is None:
        if authority.n != 1:
            raise ControlRefused("control_backwards")
        bare = {name: each for name, each in signed.content.items() if name not in ("org", "prev")}
        if signed.content["prev"] != "" or authority.org != _org(bare) or authority.upheld:
            raise ControlRefused("control_org")
        if not {officer.key for officer in authority.officers} <= keys:
            raise ControlRefused("control_threshold")
        return authority
    if authority.org != former.org:
        raise ControlRefused("control_org")
    if authority.n < former.n:
        raise ControlRefused("control_old")
    if authority.n == former.n:
        raise ControlRefused("control_forked" if authority.hash != former.hash else "control_old")
    if authority.n != former.n + 1:
        raise ControlRefused("control_backwards")
    if signed.content["prev"] != former.hash:
        raise ControlRefused("control_forked")
    if authority.devices or authority.people:
        raise ControlRefused
    new = {officer.key for officer in authority.officers} - {officer.key for officer in former.officers}
    if len(former.persons(keys)) < former.need or not new <= keys:
        raise ControlRefused("control_threshold")
    if _renamed(former, authority):
        raise ControlRefused("control_same_person")
    return authority


def read_order(signed: Signed, versions: Mapping[int, Authority]) -> Order:
    """An order, signed by enough persons of the authority it names, and still upheld by the newest one.

    Raises ControlRefused `control_form`, `control_org`, `control_backwards` (an authority that is not known),
    `control_old` (a later authority does not uphold it), `control_same_person`, `control_threshold`.
    """
    order_read = _order(signed)
    newest = versions[max(versions)]
    if signed.content["org"] != newest.org:
        raise ControlRefused("control_org")
    if order_read.acta not in versions:
        raise ControlRefused("control_backwards")
    authority, keys = versions[order_read.acta], signed.keys()
    persons = authority.persons(keys)
    if len(persons) < PERSONS[order_read.kind]:
        several = sum(officer.key in keys for officer in authority.officers) >= PERSONS[order_read.kind]
        raise ControlRefused("control_same_person" if several else "control_threshold")
    if order_read.acta != newest.n and order_read.hash not in newest.upheld:
        raise ControlRefused("control_old")
    return Order(
        order_read.id,
        order_read.kind,
        order_read.on,
        order_read.rev,
        order_read.acta,
        order_read.at,
        order_read.until,
        order_read.data,
        persons,
        order_read.hash,
    )


def unsigned(signed: Signed) -> Order:
    """The order in a document, whoever signed it, to be shown and signed. Raises ControlRefused `control_form`."""
    return _order(signed)


def unsigned_authority(signed: Signed) -> Authority:
    """The list in a document, whoever signed it. Raises ControlRefused `control_form`."""
    return _authority_of(signed)


class Standing:
    """What holds now: the first authority's list of laptops and people, and the orders since."""

    def __init__(self, versions: Mapping[int, Authority], orders: Iterable[Order]) -> None:
        self.versions = versions
        self.holding: dict[tuple[str, str], Order] = {}
        """Subject → the order that holds."""
        self.erasures: dict[str, list[Order]] = {}
        """Scope → every order to erase it; none of them ends another."""
        self._admitted: dict[str, Order] = {}
        """Laptop → the order that last said whose it is, also once it is sealed."""
        self._roles: dict[str, set[str]] = {}
        """Person → every role that was ever signed for them: what they wrote then stays theirs to have written."""
        for person, role in versions[1].people.items():
            self._roles.setdefault(person, set()).add(role)
        for order in orders:
            if order.kind == "person" and order.data["state"] == "active":
                self._roles.setdefault(order.on, set()).add(str(order.data["role"]))
            if order.kind == "erase":
                self.erasures.setdefault(order.on, []).append(order)
            former = self.holding.get(order.subject)
            if former is None or _after(order, former):
                self.holding[order.subject] = order
            if order.kind == "device":
                admitted = self._admitted.get(order.on)
                if admitted is None or _after(order, admitted):
                    self._admitted[order.on] = order

    def device(self, key: str) -> str | None:
        """`active`, `upload_only`, `revoked`, `seal`, `wipe` of a laptop; None when nobody signed for it."""
        order = self.holding.get(("device", key))
        if order is not None:
            return str(order.data["state"]) if order.kind == "device" else order.kind
        of_founding = self.versions[1].devices.get(key)
        return of_founding[1] if of_founding else None

    def whose(self, key: str) -> str | None:
        """The person an officer signed a laptop for."""
        admitted = self._admitted.get(key)
        if admitted is not None:
            return str(admitted.data["person"])
        of_founding = self.versions[1].devices.get(key)
        return of_founding[0] if of_founding else None

    def role(self, person: str) -> str | None:
        """What an officer signed that a person is; `left` for who left, None when nobody signed anything."""
        order = self.holding.get(("person", person))
        if order is not None:
            return str(order.data["role"]) if order.data["state"] == "active" else "left"
        return self.versions[1].people.get(person)

    def roles(self) -> dict[str, frozenset[str]]:
        """Laptop → every role that officers ever signed for the person they signed it for."""
        keys = (*self.versions[1].devices, *self._admitted)
        return {key: frozenset(self._roles.get(self.whose(key) or "", ())) for key in keys}

    def next_rev(self, kind: str, on: str) -> int:
        """The revision of a new order about a subject. After LAST comes none: one that leaves less holds there."""
        order = self.holding.get((SUBJECT[kind], on))
        return min(order.rev + 1, LAST) if order else 1


def _after(new: Order, former: Order) -> bool:
    """Whether `new` holds instead of `former`: a higher revision; of equals fewer rights, then the lower hash."""
    return (new.rev, -new.rights, former.hash) > (former.rev, -former.rights, new.hash)


def _authority(
    n: int, officers: Iterable[Officer], upheld: Iterable[str], devices: Mapping[str, tuple[str, str]],
    people: Mapping[str, str], at: str,
) -> dict[str, Any]:  # fmt: skip
    return {
        "v": VERSION, "n": n, "at": at, "upheld": sorted(set(upheld)),
        "officers": sorted([officer.key, officer.person, officer.name] for officer in officers),
        "devices": sorted([key, *facts] for key, facts in devices.items()),
        "people": sorted([person, role] for person, role in people.items()),
    }  # fmt: skip


def _org(content: Mapping[str, Any]) -> str:
    return write("authority", content).hash[:32]


def _authority_of(signed: Signed) -> Authority:
    content = signed.content
    try:
        if set(content) != {"v", "org", "n", "prev", "at", "upheld", "officers", "devices", "people"}:
            raise ValueError
        officers = tuple(Officer(*map(_text, each)) for each in content["officers"])
        devices = {
            _key(key): (_text(person), _one(state, STATES)) for key, person, state in content["devices"]
        }
        people = {_text(person): _one(role, ROLES) for person, role in content["people"]}
        upheld = frozenset(map(_key, content["upheld"]))
        if content["v"] != VERSION or not 1 <= len(officers) <= OFFICERS:
            raise ValueError
        if len({_key(officer.key) for officer in officers}) != len(officers):
            raise ValueError
        if (len(devices), len(people)) != (len(content["devices"]), len(content["people"])):
            raise ValueError
        prev = "" if content["prev"] == "" else _key(content["prev"])
        if (prev == "") != (_number(content["n"]) == 1) or len(_text(content["org"])) != 32:
            raise ValueError
        _instant(content["at"])
        return Authority(
            content["org"], content["n"], officers, upheld, devices, people, content["at"], signed.hash
        )
    except (ValueError, TypeError) as error:
        raise ControlRefused from error


def _order(signed: Signed) -> Order:
    """The order in a document, whoever signed it. Raises ControlRefused `control_form`."""
    content = signed.content
    try:
        if set(content) - {"until"} != {"v", "org", "acta", "id", "kind", "on", "rev", "at", "data"}:
            raise ValueError
        kind, data, until = _one(content["kind"], PERSONS), content["data"], content.get("until")
        if content["v"] != VERSION or not isinstance(data, dict):
            raise ValueError
        made_at = _instant(content["at"])
        if until is not None and not made_at < _instant(until):
            raise ValueError
        _data(kind, data)
        if kind == "wipe" and (until is None or _instant(until) - made_at > UNTIL):
            raise ValueError
        on = _key(content["on"]) if SUBJECT[kind] == "device" else _subject(content["on"])
        return Order(
            _text(content["id"]), kind, on, _number(content["rev"]), _number(content["acta"]), content["at"],
            until, data, (), signed.hash,
        )  # fmt: skip
    except (ValueError, TypeError) as error:
        raise ControlRefused from error


def _data(kind: str, data: Mapping[str, Any]) -> None:
    members = {
        "device": {"person", "state"}, "person": {"role", "state", "name"}, "seal": {"why"},
        "wipe": {"unsent", "why"}, "erase": {"unsent", "why"},
    }[kind]  # fmt: skip
    if set(data) != members:
        raise ValueError
    if "unsent" in members and not isinstance(data["unsent"], bool):
        raise ValueError
    for name in members - {"unsent"}:
        _text(data[name], empty=name in ("why", "name"))
    if kind == "device":
        _one(data["state"], STATES)
    if kind == "person":
        _one(data["state"], ("active", "left"))
        _one(data["role"], ROLES)


def _renamed(former: Authority, new: Authority) -> bool:
    """Whether a key changes its person: two of one person would count as two."""
    before = {officer.key: officer.person for officer in former.officers}
    return any(before.get(officer.key, officer.person) != officer.person for officer in new.officers)


def _text(value: object, *, empty: bool = False) -> str:
    if not isinstance(value, str) or len(value) > 400 or not (value or empty) or not value.isprintable():
        raise ValueError("text")
    return value


def _subject(value: object) -> str:
    """An id of letters, digits and dashes; never a word that stands for many."""
    text = _text(value)
    if len(text) < 8 or not text.isascii() or not text.replace("-", "").isalnum():
        raise ValueError("subject")
    return text


def _key(value: object) -> str:
    text = _text(value)
    if len(text) != 64 or bytes.fromhex(text).hex() != text:
        raise ValueError("key")
    return text


def _number(value: object) -> int:
    if type(value) is not int or not 1 <= value <= LAST:
        raise ValueError("number")
    return value


def _one(value: object, of: Iterable[str]) -> str:
    if not isinstance(value, str) or value not in of:
        raise ValueError("code")
    return value


def _instant(value: object) -> datetime:
    at = zoned(value)
    if at is None:
        raise ValueError("instant")
    return at
