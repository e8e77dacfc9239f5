"""A server's word that it spoke just now: signed over the nonce of one request, so that no older answer serves twice.

It is all that renews the days a laptop works without its server (services.grace), and all that a laptop takes its
person's role from after enrolment. Signed over `lnctp-fresco-v1`, a line feed and the SHA-256 of the body, which is
canonical JSON: sorted members, no blanks.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

import orjson
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

MEMBER = "fresco"
"""Where it stands in an answer."""
LARGEST = 4096
TOO_FAR = 1 << 53
"""No laptop saves so often. A count near the largest that a database holds would let nothing more be saved."""
_DOMAIN = b"lnctp-fresco-v1\n"


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
    said = {"device": device, "nonce": nonce, "role": role, "time": time} | (
        {"saved": saved} if saved else {}
    )
    body = orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    return {
        "body": body.decode(),
        "sigs": [[bytes(key.verify_key).hex(), key.sign(_signed(body)).signature.hex()]],
    }


def proven(said: Any, server_key: str, device: str, nonce: str) -> Fresco | None:
    """What an answer proves; None for anything but this server's word to this device over this nonce."""
    try:
        (signature,) = (sig for key, sig in said["sigs"] if key == server_key)
        body = said["body"].encode()
        if len(body) > LARGEST:
            return None
        VerifyKey(bytes.fromhex(server_key)).verify(_signed(body), bytes.fromhex(signature))
        told = orjson.loads(body)
        if orjson.dumps(told, option=orjson.OPT_SORT_KEYS) != body:
            return None
        if told["device"] != device or told["nonce"] != nonce:
            return None
        role, time, saved = told["role"], told["time"], told.get("saved")
    except (AttributeError, BadSignatureError, KeyError, TypeError, ValueError):
        return None
    return Fresco(role, time, how_far(saved)) if isinstance(role, str) and isinstance(time, str) else None


def how_far(said: Any) -> list[Any] | None:
    """[n, chain, changes not sent] as a laptop or a server says it; None for anything else."""
    match said:
        case [n, str(chain), waiting] if type(n) is type(waiting) is int:
            sound = 0 < n < TOO_FAR and len(chain) == 32 and 0 <= waiting < TOO_FAR
            return [n, chain, waiting] if sound else None
    return None


def _signed(body: bytes) -> bytes:
    return _DOMAIN + hashlib.sha256(body).digest()
