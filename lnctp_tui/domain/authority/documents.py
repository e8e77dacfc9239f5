"""A signed document: a text that is signed as it stands, and the signatures beside it.

`{"body": text, "sigs": [[public key, signature], …]}`, keys and signatures in hexadecimal. The body is canonical
JSON: sorted members, no blanks, of texts, integers, booleans, lists and objects. What is signed is
`lnctp-KIND-v1\\n` and the SHA-256 of the body, so that a signature of one kind is none of another. Whatever
would be written otherwise is refused: two readers can never see two things in one signed text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

from lnctp_tui.errors import LnctpError

Kind = Literal["authority", "order", "fresco"]
LONGEST: Final[Mapping[str, int]] = {"authority": 3 << 20, "order": 1 << 16, "fresco": 1 << 12}
"""Bytes of a body. The first authority names every laptop and person there is: 10,000 of each are 2 MB."""
SIGNATURES, DEPTH = 64, 8
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


class ControlRefused(LnctpError):
    """A document of control that is not obeyed; what stood before stands. Codes: `control_…`."""

    code = "control_form"


@dataclass(frozen=True)
class Signed:
    """A document as it came: its form is right, and nothing else is known yet."""

    kind: Kind
    body: str
    sigs: tuple[tuple[str, str], ...]
    content: Mapping[str, Any]

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the body, hexadecimal: the document's name."""
        return hashlib.sha256(self.body.encode()).hexdigest()

    def keys(self) -> frozenset[str]:
        """The keys whose signature under this body is good; checked once."""
        return self._good

    @cached_property
    def _good(self) -> frozenset[str]:
        from nacl.exceptions import CryptoError
        from nacl.signing import VerifyKey

        content, good = _to_sign(self.kind, self.hash), set()
        for key, signature in self.sigs:
            try:
                VerifyKey(bytes.fromhex(key)).verify(content, bytes.fromhex(signature))
            except (CryptoError, ValueError, TypeError):
                continue
            good.add(key)
        return frozenset(good)

    def document(self) -> dict[str, Any]:
        """As it goes over a line or into a file."""
        return {"body": self.body, "sigs": [list(signature) for signature in self.sigs]}

    def and_signed(self, sigs: Iterable[tuple[str, str]]) -> Signed:
        """The same body with more signatures; one of each key, the first."""
        merged = dict(reversed([*self.sigs, *sigs]))
        return Signed(self.kind, self.body, tuple(sorted(merged.items())), self.content)


def write(kind: Kind, content: Mapping[str, Any]) -> Signed:
    """A document that nobody signed yet. Raises ControlRefused `control_form`."""
    return read(kind, {"body": _encode(dict(content)), "sigs": []})


def to_sign(kind: Kind, body: str) -> bytes:
    """The bytes of which a signature is made."""
    return _to_sign(kind, hashlib.sha256(body.encode()).hexdigest())


def _to_sign(kind: Kind, hash_: str) -> bytes:
    return f"lnctp-{kind}-v1\n".encode() + bytes.fromhex(hash_)


def sign(signed: Signed, key: bytes) -> Signed:
    """The document with the signature of one Ed25519 seed of 32 bytes."""
    from nacl.signing import SigningKey

    secret = SigningKey(key)
    signature = secret.sign(to_sign(signed.kind, signed.body)).signature
    return signed.and_signed([(bytes(secret.verify_key).hex(), signature.hex())])


def read(kind: Kind, document: object) -> Signed:
    """The document in what came. Raises ControlRefused `control_form` for every other form."""
    try:
        if not isinstance(document, dict) or set(document) != {"body", "sigs"}:
            raise ValueError
        body, sigs = document["body"], document["sigs"]
        if not isinstance(body, str) or len(body.encode()) > LONGEST[kind]:
            raise ValueError
        if not isinstance(sigs, list) or len(sigs) > SIGNATURES:
            raise ValueError
        pairs = tuple((_hex(key, 32), _hex(signature, 64)) for key, signature in sigs)
        if len({key for key, _ in pairs}) != len(pairs):
            raise ValueError
        content = _decode(body)
        if not isinstance(content, dict) or _depth(content) > DEPTH or _encode(content) != body:
            raise ValueError
    except (ValueError, TypeError, RecursionError) as error:
        raise ControlRefused from error
    return Signed(kind, body, pairs, content)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("twice")
    return members


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _integer(text: str) -> int:
    if len(text) > 16:
        raise ValueError("long")
    return int(text)


def _depth(value: Any) -> int:
    """Lists and objects within each other, and what is in the innermost."""
    if not isinstance(value, dict | list):
        return 1
    below = [
        member
        for member in (value.values() if isinstance(value, dict) else value)
        if type(member) in (dict, list)
    ]
    return 1 + (max(map(_depth, below)) if below else bool(value))


_decode = json.JSONDecoder(
    object_pairs_hook=_members, parse_float=_refuse, parse_constant=_refuse, parse_int=_integer
).decode


def _hex(text: object, size: int) -> str:
    if not isinstance(text, str) or len(text) != 2 * size or text != bytes.fromhex(text).hex():
        raise ValueError("hex")
    return text
