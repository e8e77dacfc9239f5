"""A hand-over as a file for the laptops of whoever takes it: the signed changes themselves, sealed to their keys.

For two laptops in one room without a network. What is believed of a file is what the giver's known key signed, and
nothing else: it brings no key, no person, no case. Source: docs/synchronisation.md, "The hand-over of a shift".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import orjson
from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import SealedBox
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import Connection

from lnctp_tui.domain.records import writing
from lnctp_tui.errors import BadInput, Refused
from lnctp_tui.services.case import handing_out
from lnctp_tui.services.follow import shift
from lnctp_tui.services.follow.shift import Handed
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.replication import authority, incoming, server_state
from lnctp_tui.storage.replication.persons import persons
from lnctp_tui.sync import outbox
from lnctp_tui.sync.verify import Keyring, well_formed

HEAD: Final = b"LNCTP-RELEVO 1\n"
LENGTH: Final = 4
"""Bytes of the length before each sealed part: one for each laptop of the taker."""
PIECE: Final = 4096
"""A part is as long as a multiple of this, so that its length does not say how much was handed over."""
MOST: Final = 1 << 20
PARTS: Final = 32
TABLES: Final = ("shift_handovers", "handover_items")


def seal(store: Store, handover_id: str, path: Path) -> None:
    """Writes the file, which only the laptops of whoever the hand-over names can open.

    Raises Refused `shift_not_signed` (no such hand-over of this person's, or it is not what was signed),
    `shift_to_nobody`, `shift_no_laptop`; as `handing_out.hand_out`.
    """
    me = store.author.actor
    handed = _of(store, handover_id)
    if handed is None or handed.row["from_id"] != me or handed.standing.state == "altered":
        raise Refused("shift_not_signed")
    if handed.row["to_id"] is None:
        raise Refused("shift_to_nobody")
    with store.read() as connection:
        keys = [*islice(_laptops(connection, str(handed.row["to_id"])), PARTS)]
        signed = outbox.of_scope(connection, handover_id, TABLES)
    if not keys:
        raise Refused("shift_no_laptop")
    own = {handover_id, *(item["id"] for item in handed.items)}
    changes = [change for change in signed if change["row"] in own]
    content = orjson.dumps({"v": 1, "changes": changes})
    content += b" " * (-len(content) % PIECE)
    parts = [SealedBox(key.to_curve25519_public_key()).encrypt(content) for key in keys]
    handing_out.hand_out(path, HEAD + b"".join(len(part).to_bytes(LENGTH) + part for part in parts))


def take_in(store: Store, path: Path) -> Handed:
    """Takes in a file, once or again; the hand-over as it then stands. Nobody has taken it over by that.

    Raises BadInput when it cannot be read; Refused `shift_file` (none, or damaged), `shift_file_others` (sealed to
    another laptop), `shift_file_unproven` (not all of it is signed by somebody whom this laptop knows),
    `shift_not_yours`. Of these nothing is stored.
    """
    changes = _opened(store, _read(path))
    with store.read() as connection:
        keys = Keyring.load(connection, store.author.device)
    proven = keys.check([_with_role(change, keys) for change in changes])
    if proven.aside or len(proven.good) != len(changes):
        raise Refused("shift_file_unproven")
    handover_id = _one_hand_over(store, changes)
    with store.write() as unit:
        incoming.keep(unit, proven.good.values())
    handed = _of(store, handover_id)
    if handed is None:
        raise Refused("shift_not_yours")
    return handed


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST + 1)
    except (OSError, ValueError) as error:
        reason = paths.errno_name(error) if isinstance(error, OSError) else "ENOENT"
        raise BadInput("file_failed", name=path.name, reason=reason) from error
    if len(content) > MOST:
        raise Refused("shift_file")
    return content


def _of(store: Store, handover_id: str) -> Handed | None:
    return next((one for one in shift.handed_over(store) if one.row["id"] == handover_id), None)


def _laptops(connection: Connection, person: str) -> Iterator[VerifyKey]:
    """The keys of somebody's laptops that this one knows; none that officers took out of use."""
    voice, keys = persons(connection), state.starting_with(connection, server_state.KEY)
    signed = authority.pinned(connection) is not None and (book := authority.book(connection)).versions
    standing = book.standing if signed else None
    for device, actors in sorted(state.starting_with(connection, server_state.WRITES_AS).items()):
        used = standing is None or standing.device(keys.get(device, "")) == "active"
        if used and device in keys and any(voice(actor) == voice(person) for actor in actors):
            yield VerifyKey(keys[device], HexEncoder)


def _opened(store: Store, content: bytes) -> list[dict[str, Any]]:
    with store.read() as connection:
        secret = SigningKey(state.get(connection, server_state.DEVICE_KEY), HexEncoder)
    box = SealedBox(secret.to_curve25519_private_key())
    for part in _parts(content):
        try:
            return _changes(box.decrypt(part))
        except CryptoError:
            continue
    raise Refused("shift_file_others")


def _parts(content: bytes) -> list[bytes]:
    if not content.startswith(HEAD):
        raise Refused("shift_file")
    parts: list[bytes] = []
    place = len(HEAD)
    while place < len(content) and len(parts) < PARTS:
        begin = place + LENGTH
        place = begin + int.from_bytes(content[place:begin])
        if place > len(content):
            raise Refused("shift_file")
        parts.append(content[begin:place])
    return parts


def _changes(content: bytes) -> list[dict[str, Any]]:
    try:
        message = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise Refused("shift_file") from None
    changes = message.get("changes") if isinstance(message, dict) and message.get("v") == 1 else None
    if not isinstance(changes, list) or not all(map(well_formed, changes)):
        raise Refused("shift_file")
    return changes


def _with_role(change: Mapping[str, Any], keys: Keyring) -> dict[str, Any]:
    """With a role in which its writer may have signed: one that officers gave, where there are officers."""
    signed = (keys.roles or {}).get(keys.keys.get(change["device"], b""), frozenset())
    roles: Sequence[str] = sorted(signed) if keys.roles is not None else ["counselor"]
    fitting = (role for role in roles if writing.may(change["table"], role))
    return {**change, "role": next(fitting, None)}


def _one_hand_over(store: Store, changes: Sequence[Mapping[str, Any]]) -> str:
    """The id of the one hand-over that all changes are of, which names this person."""
    heads = [change for change in changes if change["table"] == TABLES[0]]
    if len(heads) != 1 or any(change["table"] not in TABLES for change in changes):
        raise Refused("shift_file")
    (head,) = heads
    lines = [change for change in changes if change["table"] == TABLES[1]]
    if head["case"] is not None or any(change["case"] != head["row"] for change in lines):
        raise Refused("shift_file")
    if head["patch"].get("to_id") != store.author.actor:
        raise Refused("shift_not_yours")
    return str(head["row"])
