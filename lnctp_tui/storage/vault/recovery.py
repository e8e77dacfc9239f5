"""The organisation's recovery key: any two of three custodians open a vault whose phrase is lost, offline.

1. `new_keys`: once, at the organisation. The public key goes to the laptops, a share to each custodian.
2. `request`: on the laptop; makes a temporary key pair and a text to hand to the custodians.
3. `answer`: two custodians, on a machine without a network; seals the data key to the temporary key.
4. `finish`: on the laptop; opens the answer and wraps the data key under a new phrase.

The private key is split with Shamir's scheme, threshold 2, over GF(256) (polynomial 0x11b), byte by byte.
Source: A. Shamir, "How to share a secret", 1979. One share alone tells nothing; the public key tells
whether two shares are right.
"""

from __future__ import annotations

import json
from base64 import b32encode
from dataclasses import dataclass, field
from pathlib import Path

from lnctp_tui.errors import BadInput, VaultError, VaultTampered
from lnctp_tui.storage import paths
from lnctp_tui.storage.vault import phrase, sealing, vault
from lnctp_tui.storage.vault.phrase import Kind
from lnctp_tui.storage.vault.vault import Key, Vault

CUSTODIANS = 3
_PUBLIC = "lnctp-recovery-1"
_REQUEST = "lnctp-recovery-request-1"
_ANSWER = "lnctp-recovery-answer-1"
_FINGERPRINT_USE = b"lnctp fingerpr"


@dataclass(frozen=True)
class OrganisationKeys:
    """What `lnctp recovery new` prints once: the public key's line and a share for each custodian."""

    public: bytes
    shares: tuple[str, ...] = field(repr=False)

    def line(self) -> str:
        """The content of the public key file."""
        return f"{_PUBLIC} {b32encode(self.public).decode().rstrip('=')} {_check(self.public)}\n"


def new_keys() -> OrganisationKeys:
    """A new key pair, the private part only as shares of `number word1 … word24`."""
    private, public = _pair()
    slope = sealing.random_bytes(32)
    numbers = range(1, CUSTODIANS + 1)
    points = [bytes(s ^ _times(a, x) for s, a in zip(private, slope, strict=True)) for x in numbers]
    shares = tuple(f"{x} {phrase.encode(point)}" for x, point in zip(numbers, points, strict=True))
    return OrganisationKeys(public, shares)


def combine(first: str, second: str, public: bytes) -> bytes:
    """The private key from two shares. Raises VaultError `share_words`, `shares_wrong`."""
    (x, left), (y, right) = _share(first), _share(second)
    if x == y:
        raise VaultError("shares_same")
    over = _inverse(x ^ y)
    at_left, at_right = _times(y, over), _times(x, over)
    private = bytes(_times(a, at_left) ^ _times(b, at_right) for a, b in zip(left, right, strict=True))
    if _public_of(private) != public:
        raise VaultError("shares_wrong")
    return private


def parse_public(text: str) -> bytes:
    """The public key of a key file's line. Raises BadInput `recovery_key`."""
    import base64
    import binascii

    try:
        mark, body, check = text.split()
        public = base64.b32decode(body + "=" * (-len(body) % 8))
    except (ValueError, binascii.Error) as error:
        raise BadInput("recovery_key") from error
    if mark != _PUBLIC or len(public) != 32 or _check(public) != check:
        raise BadInput("recovery_key")
    return public


def configured(home: Path) -> bytes | None:
    """The organisation's public key in this data folder, or None. Raises BadInput, VaultError.

    Only used when a vault is made, or when a person orders it after comparing the fingerprint: a key file
    put there later by somebody else must not get the data key.
    """
    try:
        content = paths.read_file(home / paths.RECOVERY_KEY, limit=4096)
    except FileNotFoundError:
        return None
    return parse_public(content.decode(errors="replace"))


def configure(home: Path, public: bytes) -> None:
    """Keeps the organisation's public key in a data folder."""
    paths.prepare(home)
    paths.replace_file(home / paths.RECOVERY_KEY, OrganisationKeys(public, ()).line().encode())


def fingerprint(public: bytes) -> str:
    """Six words of the list, to compare by voice."""
    digest = int.from_bytes(sealing.keyed(public, b"", _FINGERPRINT_USE), "big")
    return phrase.spelled(" ".join(phrase.words()[digest >> 11 * place & 2047] for place in range(6)))


def request(home: Path) -> tuple[str, str]:
    """A request for the custodians, and the fingerprint they read back. A new one replaces the last.

    Raises VaultError `no_recovery` when the vault was never sealed to an organisation's key.
    """
    found = Vault.read(home)
    if found.rec is None:
        raise VaultError("no_recovery")
    private, public = _pair()
    paths.replace_file(home / paths.PENDING, private)
    content = {
        "format": _REQUEST,
        "vault_id": found.vault_id,
        "recovery_key": found.rec.to,
        "rec": found.rec.box,
        "device_key": sealing.encode(public),
    }
    return json.dumps(content, indent=1), fingerprint(public)


def request_facts(text: str) -> tuple[str, str]:
    """Vault id and fingerprint of a request, which custodians compare by voice before they answer."""
    content = _read(text, _REQUEST)
    return content["vault_id"], fingerprint(sealing.decode(content["device_key"]))


def answer(text: str, first: str, second: str) -> str:
    """The data key, opened with two shares and sealed to the device. Made offline, by two custodians.

    Raises BadInput `recovery_request`; VaultError of `combine`; VaultTampered.
    """
    from nacl.bindings import crypto_box_seal

    content = _read(text, _REQUEST)
    public = sealing.decode(content["recovery_key"])
    payload = _unseal(sealing.decode(content["rec"]), combine(first, second, public), public)
    vault.check_payload(content["vault_id"], payload)
    try:
        sealed = crypto_box_seal(payload, sealing.decode(content["device_key"]))
    except (ValueError, TypeError, RuntimeError) as error:  # no key, or one that anybody could open
        raise BadInput("recovery_request") from error
    return json.dumps(
        {"format": _ANSWER, "vault_id": content["vault_id"], "box": sealing.encode(sealed)}, indent=1
    )


def finish(home: Path, text: str, new: str, kind: Kind) -> Key:
    """Opens the custodians' answer and sets the new phrase; nothing in the database is touched.

    Raises VaultError `no_request`, or a weakness of the phrase; BadInput `recovery_answer`; VaultTampered.
    """
    content = _read(text, _ANSWER)
    try:
        private = paths.read_file(home / paths.PENDING, limit=32)
    except FileNotFoundError as error:
        raise VaultError("no_request") from error
    payload = _unseal(sealing.decode(content["box"]), private, _public_of(private))
    key = vault.unlock_with_payload(Vault.read(home), payload)
    vault.set_phrase(home, key, new, kind, custodians=True)
    (home / paths.PENDING).unlink()
    return key


def _read(text: str, kind: str) -> dict[str, str]:
    wrong = BadInput("recovery_request" if kind == _REQUEST else "recovery_answer")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise wrong from error
    names = {"vault_id", "recovery_key", "rec", "device_key"} if kind == _REQUEST else {"vault_id", "box"}
    if type(content) is not dict or content.get("format") != kind or not names <= set(content):
        raise wrong
    if not all(type(content[name]) is str and content[name].isascii() for name in names):
        raise wrong
    return content


def _unseal(box: bytes, private: bytes, public: bytes) -> bytes:
    from nacl.bindings import crypto_box_seal_open
    from nacl.exceptions import CryptoError

    try:
        return crypto_box_seal_open(box, public, private)
    except (CryptoError, TypeError, ValueError) as error:
        raise VaultTampered("recovery_box") from error


def _pair() -> tuple[bytes, bytes]:
    private = sealing.random_bytes(32)
    return private, _public_of(private)


def _public_of(private: bytes) -> bytes:
    from nacl.bindings import crypto_scalarmult_base

    return crypto_scalarmult_base(private)


def _share(text: str) -> tuple[int, bytes]:
    number, _, words = text.strip().partition(" ")
    point = phrase.decode(words)
    if number not in {str(each) for each in range(1, CUSTODIANS + 1)} or point is None or len(point) != 32:
        raise VaultError("share_words")
    return int(number), point


def _check(public: bytes) -> str:
    return sealing.keyed(public, b"", b"lnctp key file").hex()[:8]


def _times(left: int, right: int) -> int:
    """Product in GF(256), polynomial 0x11b."""
    product = 0
    while right:
        product ^= left * (right & 1)
        left = left << 1 ^ 0x11B * (left >> 7)
        right >>= 1
    return product


def _inverse(value: int) -> int:
    return next(each for each in range(1, 256) if _times(value, each) == 1)
