"""The first authority, and every time a server meets one anew: its operator compares six words by voice.

Only then is the organisation pinned outside the database. From then on nobody but its officers says a laptop's state
or a person's role, and a list that is shorter than what was seen here is not served.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lnctp_tui.errors import Declined, Refused
from lnctp_tui.server.admin import audit, drafts, identity, ordering, pins
from lnctp_tui.server.admin.control import Control, read_all
from lnctp_tui.server.admin.pins import Pin
from lnctp_tui.server.devices import Ruling
from lnctp_tui.server.postgres import database
from lnctp_tui.server.postgres.database import SERVE, Db
from lnctp_tui.server.settings import Settings
from lnctp_tui.storage.vault import phrase, recovery


@dataclass(frozen=True)
class Found:
    """An organisation that can be pinned, or is."""

    org: str
    n: int
    officers: tuple[str, ...]
    orders: int
    pinned: bool
    missing: bool = False
    """Whether the lists are shorter than what was once seen here."""

    @property
    def words(self) -> str:
        """The six words that an officer reads aloud."""
        return recovery.fingerprint(bytes.fromhex(self.org))


def check(settings: Settings, url: str) -> None:
    """Before anybody serves: the server's key and every document of control that was seen here.

    Raises Refused `server_key_missing`, `server_incomplete`.
    """
    with database.connect(url) as connection:
        identity.signing_key(settings.home, connection)
        with database.transaction(connection, settings.team, SERVE):
            ruling(settings, connection)


def ruling(settings: Settings, connection: Db) -> Ruling | None:
    """What officers signed, for a command. Raises Refused `server_incomplete`. Duty `serve`."""
    try:
        return Control(connection, settings.home).read(connection, settings.team)
    except Declined as error:
        if error.code != "control_incomplete":
            raise
        raise Refused("server_incomplete") from error


def found(settings: Settings, connection: Db, now: datetime) -> list[Found]:
    """What stands: the pinned authority, or one in the tables that is not pinned here; else those that wait."""
    pin = pins.read(settings.home, settings.team)
    authority = read_all(connection, settings.team)
    if authority is not None:
        complete = pin is not None and _whole(settings, connection)
        return [_found(authority, pinned=complete, missing=pin is not None and not complete)]
    if pin is not None and pin.authority:
        raise Refused("control_lost")
    listed = []
    for signed in drafts.waiting(connection, settings.team, now):
        officers = tuple(str(name) for _key, _person, name in signed.content["officers"])
        org = str(signed.content["org"])
        listed.append(Found(org, 0, officers, 0, pinned=pin is not None and pin.org == org))
    return listed


def pin(
    settings: Settings, connection: Db, chosen: Sequence[Found], words: str, by: str, now: datetime
) -> Found:
    """Pins the one whose words were read aloud, and appends it when it waits. Raises Refused `wrong_authority_words`,
    ControlRefused. Duty `serve`."""
    typed = phrase.normalise(words, "words")
    same = [candidate for candidate in chosen if phrase.normalise(candidate.words, "words") == typed]
    if len(same) != 1:
        raise Refused("wrong_authority_words")
    team, home, candidate = settings.team, settings.home, same[0]
    ruling = read_all(connection, team)
    audit.note(connection, team, now, by, "authority.pin", candidate.org)
    if ruling is not None:
        newest = ruling.newest
        pins.put(home, team, Pin(candidate.org, newest.n, newest.hash, len(ruling.orders), ruling.chain))
        return _found(ruling, pinned=True)
    _append(settings, connection, candidate, by, now)
    return Found(candidate.org, 1, candidate.officers, 0, pinned=True)


def _append(settings: Settings, connection: Db, candidate: Found, by: str, now: datetime) -> None:
    before = pins.read(settings.home, settings.team)
    pins.put(settings.home, settings.team, Pin(candidate.org))
    try:
        for signed in drafts.waiting(connection, settings.team, now):
            if signed.content["org"] == candidate.org:
                ordering.append(
                    Control(connection, settings.home), connection, settings.team, signed, by, now
                )
                return
        raise Refused("control_lost")
    except BaseException:
        _back(settings.home, settings.team, before)
        raise


def _back(home: Path, team: str, before: Pin | None) -> None:
    if before is None:
        pins.drop(home, team)
    else:
        pins.put(home, team, before)


def _found(ruling: Ruling, *, pinned: bool, missing: bool = False) -> Found:
    names = tuple(officer.name for officer in ruling.newest.officers)
    return Found(ruling.newest.org, ruling.newest.n, names, len(ruling.orders), pinned, missing)


def _whole(settings: Settings, connection: Db) -> bool:
    try:
        ruling(settings, connection)
    except Refused:
        return False
    return True
