"""A server's word that it spoke just now: signed over the nonce of one request, so that no older answer serves twice.

It is all that renews the days a laptop works without its server (services.case.offline_lockout), and all
that a laptop takes its person's role from after enrolment. A signed document like officers'
(domain.authority.documents), of a kind of its own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
from nacl.signing import SigningKey

from lnctp_tui.domain.authority import documents
from lnctp_tui.domain.authority.documents import ControlRefused

MEMBER = "fresco"
"""Where it stands in an answer."""
TOO_FAR = 1 << 53
"""No laptop saves so often. A count near the largest that a database holds would let nothing more be saved."""


class Fresco(NamedTuple):
    """What was proven. An answer as it came over the line never holds one of these."""

    role: str
    time: str
    """The server's clock, as an instant."""
    saved: list[Any] | None = None
    """[n, chain, changes not sent]: how far this laptop said it had saved when it went furthest."""


def sign(
    key: SigningKey, device: str, nonce: str, role: str, time: str, saved: list[Any] | None = None
) -> dict[str, Any]:
    """What the server adds to an answer to an approved device."""
    content = {"device": device, "nonce": nonce, "role": role, "time": time} | (
        {"saved": saved} if saved else {}
    )
    body = orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()
    signature = key.sign(documents.to_sign("fresco", body)).signature
    return {"body": body, "sigs": [[bytes(key.verify_key).hex(), signature.hex()]]}


def proven(document: Any, server_key: str, device: str, nonce: str) -> Fresco | None:
    """What an answer proves; None for anything but this server's word to this device over this nonce."""
    try:
        signed = documents.read("fresco", document)
    except ControlRefused:
        return None
    content = signed.content
    if (content.get("device"), content.get("nonce")) != (device, nonce) or not signed.keys() >= {server_key}:
        return None
    role, time = content.get("role"), content.get("time")
    if not isinstance(role, str) or not isinstance(time, str):
        return None
    return Fresco(role, time, how_far(content.get("saved")))


def how_far(value: Any) -> list[Any] | None:
    """[n, chain, changes not sent] as a laptop or a server says it; None for anything else."""
    match value:
        case [n, str(chain), waiting] if type(n) is type(waiting) is int:
            sound = 0 < n < TOO_FAR and len(chain) == 32 and 0 <= waiting < TOO_FAR
            return [n, chain, waiting] if sound else None
    return None
