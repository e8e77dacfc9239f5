"""Keys of identifiers: what two writings of one phone, handle, plate, account, address or place share.

A key is made of a record alone, never taken from whoever sends it: the laptop and the server compute it alike, and
anew when VERSION changes. Two texts share a key only if they say the same after what their kind does not tell apart;
letters of other scripts that look alike make a key of their own, which is weak (`look:`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from lnctp_tui.domain.links import addresses
from lnctp_tui.domain.links.addresses import canonical, skeleton
from lnctp_tui.domain.links.grade import MEDIUM, STRONG, WEAK
from lnctp_tui.domain.values import nothing, phones
from lnctp_tui.domain.values.text import digits, fold, sound, words

VERSION: Final = 1
LONGEST: Final = 160
"""Characters of a key; a longer one is named by its hash."""
TABLES: Final[Mapping[str, frozenset[str]]] = {
    "identifiers": frozenset({"kind", "platform", "value"}),
    "places": frozenset({"municipality", "address"}),
    "files": frozenset({"number", "entity"}),
}
"""Records that have keys → the columns that these are made of."""
TALKED_BY: Final = frozenset({"whatsapp", "telegram", "viber", "wechat", "line"})
"""Platforms whose users are telephone numbers."""
_SENSELESS = (ArithmeticError, LookupError, RecursionError, ValueError)
"""What a text that nobody would dial or write to may raise: no record stops whoever stores it."""
_GROUPED = re.compile(r"[\d\s.\-]+")
_ASCENDING = "01234567890123456789"


class Key(NamedTuple):
    """What is compared, and how much it says."""

    text: str
    strength: int


@dataclass(frozen=True)
class Words:
    """What of the catalogs keys need."""

    nothing: Collection[str] = frozenset()
    """Words that stand for none (domain.values.nothing.listed)."""
    states: Mapping[str, str] = field(default_factory=dict)
    """Folded name or abbreviation → code of a state."""


def of_row(table: str, row: Mapping[str, Any], words: Words) -> tuple[Key, ...]:
    """The keys of a record, the strongest first, each once; of one that makes no sense, none."""
    make = _MAKERS.get(table)
    if make is None:
        return ()
    text = {name: value for name in TABLES[table] if isinstance(value := row.get(name), str)}
    strongest: dict[str, int] = {}
    try:
        for key in make(text, words):
            strongest[key.text] = max(key.strength, strongest.get(key.text, 0))
    except _SENSELESS:
        return ()
    listed = sorted(strongest.items(), key=_strongest_first) if len(strongest) > 1 else strongest.items()
    return tuple(Key(_short(name), strength) for name, strength in listed)


def _strongest_first(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def telephone(raw: str) -> tuple[str, ...]:
    """The keys of the whole numbers that a text says."""
    numbers = [phones.dialled(phone.number) for phone in phones.read(raw)] or list(phones.mentioned(raw))
    return tuple(dict.fromkeys(f"phone:{number}" for number in numbers if _whole(number)))


def kind_of(key: str) -> str:
    """What a key is made of: `phone`, `handle`, `plate` …"""
    return key.partition(":")[0]


def _short(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{kind_of(text)}:#{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()}"


def _identifier(text: Mapping[str, str], words: Words) -> Iterator[Key]:
    value = canonical(text.get("value", ""))
    if nothing.stands_for_none(words.nothing, value):
        return
    kind, platform = text.get("kind"), text.get("platform") or ""
    if kind == "phone" or (platform in TALKED_BY and _is_number(value)):
        yield from _phone(value)
    elif kind == "handle":
        yield from _handle(value, platform, words)
    elif kind == "plate":
        yield from _plate(value, words)
    elif kind == "account":
        yield from _account(value)
    elif kind == "email":
        yield from _email(value)
    elif kind == "url":
        yield from _url(value, words)
    else:
        yield from _named(value, "alias" if kind == "alias" else "other")


def _is_number(value: str) -> bool:
    return bool(phones.read(value)) and not re.search(r"[^\W\d_]{3}", value)


def _phone(value: str) -> Iterator[Key]:
    whole = telephone(value)
    yield from (Key(key, STRONG) for key in whole)
    if not whole:
        numbers = [digits(phone.number) for phone in phones.read(value)]
        # Without its area: a number that many towns have. Three or four digits are everybody's.
        local = (number for number in numbers if phones.FEWEST <= len(number) < phones.NATIONAL)
        yield from (Key(f"local:{number}", MEDIUM) for number in local if not _runs(number))


def _whole(number: str) -> bool:
    """Whether a dialled number is one that somebody can have: with its country, and in Mexico with an area."""
    figures = number.removeprefix("+")
    if not number.startswith("+") or len(figures) <= phones.NATIONAL:
        return False
    if not figures.startswith("52"):
        return not _runs(figures)
    inner = figures.removeprefix("52")
    return len(inner) == phones.NATIONAL and inner[0] not in "01" and not _runs(inner)


def _runs(figures: str) -> bool:
    """Whether figures are one again and again, or count up or down: `5555555555`, `1234567890`."""
    return len(set(figures)) < 2 or figures in _ASCENDING or figures in _ASCENDING[::-1]


def _handle(value: str, platform: str, words: Words) -> Iterator[Key]:
    profile = addresses.profile(value)
    if profile is not None and profile.number:
        yield from _phone(profile.number)
        return
    if profile is None and "/" in value:
        yield from _url(value, words)
        return
    name = profile.name if profile else value
    yield from _user(profile.platform if profile else platform, name, words)


def _user(platform: str, raw: str, words: Words) -> Iterator[Key]:
    place = addresses.SAME_USERS.get(platform, platform)
    name = addresses.user(place, raw)
    if len(name) < 2 or nothing.stands_for_none(words.nothing, name):
        return
    if name.isdecimal() and (len(name) < phones.FEWEST or _runs(name)):
        return
    # Names of users are ASCII nearly everywhere: with other letters somebody may only look like somebody.
    yield Key(f"handle::{name.replace('.', '')}", MEDIUM if name.isascii() else WEAK)
    if place and place != "otra" and not place.startswith("~"):
        yield Key(f"handle:{place}:{name}", STRONG if name.isascii() else MEDIUM)
    look = skeleton(name)
    if len(look) > 3:
        yield Key(f"look:{look}", WEAK)


def _plate(value: str, known: Words) -> Iterator[Key]:
    parts = words(re.sub(r"[-–—.·]", "", value).replace("(", " ").replace(")", " "))
    state, left = None, list(parts)
    for size in (3, 2, 1):
        for at in (0, len(left) - size):
            name = " ".join(left[at : at + size]) if at >= 0 and len(left) > size else ""
            if state is None and name in known.states and not any(map(str.isdecimal, name)):
                state = known.states[name]
                del left[at : at + size]
    plate = re.sub(r"[\W_]+", "", "".join(left)).upper()
    if not 5 <= len(plate) <= 10 or not plate.isascii() or not digits(plate) or _runs(plate):
        return
    yield Key(f"plate::{plate}", MEDIUM)
    if state:
        yield Key(f"plate:{state}:{plate}", STRONG)


def _account(value: str) -> Iterator[Key]:
    # `4152 3138 0000 0001, BBVA`: the longest run of figures, however they are grouped.
    runs = [digits(match) for match in _GROUPED.findall(value)]
    number = max(runs, key=len, default="")
    if len(number) < 8 or len(number) > 34 or _runs(number):
        return
    checked = (len(number) == 18 and is_clabe(number)) or (13 <= len(number) <= 19 and is_card(number))
    yield Key(f"account:{number}", STRONG if checked else MEDIUM)


def is_clabe(number: str) -> bool:
    """Whether 18 digits bear the check digit of a CLABE (weights 3, 7, 1; Asociación de Bancos de México)."""
    if len(number) != 18 or not (number.isascii() and number.isdigit()):
        return False
    total = sum(int(figure) * weight % 10 for figure, weight in zip(number[:17], (3, 7, 1) * 6, strict=False))
    return (10 - total % 10) % 10 == int(number[17])


def is_card(number: str) -> bool:
    """Whether digits bear the check digit of a card (ISO/IEC 7812-1, Luhn)."""
    if not (number.isascii() and number.isdigit()):
        return False
    doubled = [int(figure) * (1 + at % 2) for at, figure in enumerate(reversed(number))]
    return sum(figure // 10 + figure % 10 for figure in doubled) % 10 == 0


def _email(value: str) -> Iterator[Key]:
    address = addresses.email(value)
    if address is not None:
        yield Key(f"email:{address}", STRONG if address.isascii() else MEDIUM)


def _url(value: str, words: Words) -> Iterator[Key]:
    profile = addresses.profile(value)
    if profile is not None and profile.number:
        yield from _phone(profile.number)
        return
    if profile is not None:
        yield from _user(profile.platform, profile.name, words)
        return
    page = addresses.page(value)
    if page is None:
        if address := addresses.email(value):
            yield Key(f"email:{address}", STRONG if address.isascii() else MEDIUM)
        return
    host, rest = page
    if host not in addresses.HOSTS:
        yield Key(f"host:{host}", WEAK)
    if rest:
        yield Key(f"url:{host}{rest}", STRONG)


def _named(value: str, kind: str) -> Iterator[Key]:
    """What somebody is called, or what no kind was given to; with the numbers and addresses told in it."""
    yield from (Key(key, STRONG) for key in telephone(value) if phones.mentioned(value))
    yield from _email(value)
    name = " ".join(words(value))
    if len(name) < 3 or "@" in value:
        return
    yield Key(f"{kind}:{name}", WEAK)
    if kind == "alias":
        yield Key(f"look:{skeleton(name)}", WEAK)
        if len(name) > 3:
            yield Key(f"sound:{' '.join(map(sound, words(value)))}", WEAK)


def _place(text: Mapping[str, str], known: Words) -> Iterator[Key]:
    """An address in its municipality, when it says more than a street."""
    address, municipality = canonical(text.get("address", "")), text.get("municipality", "")
    parts = [word for word in words(address) if word not in _ADDRESS_WORDS]
    says_more = len(parts) > 1 and len("".join(parts)) > 5
    if municipality and says_more and not nothing.stands_for_none(known.nothing, address):
        yield Key(f"venue:{fold(municipality)}:{' '.join(parts)}", MEDIUM)


_ADDRESS_WORDS: Final = frozenset(
    [
        "calle",
        "c",
        "av",
        "avenida",
        "blvd",
        "bulevar",
        "calz",
        "calzada",
        "carr",
        "carretera",
        "num",
        "numero",
        "no",
        "n",
        "col",
        "colonia",
        "fracc",
        "s",
        "sn",
    ]
)


def _file(text: Mapping[str, str], words: Words) -> Iterator[Key]:
    number = fold("".join(re.findall(r"[^\W_]+", text.get("number", "")))).upper()
    if len(number) < 5 or not digits(number) or nothing.stands_for_none(words.nothing, number):
        return
    yield Key(f"file:{text.get('entity') or ''}:{number}", MEDIUM)


_MAKERS: Final[Mapping[str, Callable[[Mapping[str, str], Words], Iterator[Key]]]] = {
    "identifiers": _identifier,
    "places": _place,
    "files": _file,
}
_UNKEYED: Final[Mapping[str, int]] = {"way": MEDIUM, "folio": MEDIUM, "name": WEAK}


def unkeyed(key: str) -> int:
    """What a reason counts that no record has a key of: place and way, a folio that was told, a name. 0: it has one."""
    return _UNKEYED.get(kind_of(key), 0)
