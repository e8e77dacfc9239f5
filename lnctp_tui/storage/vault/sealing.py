"""The few primitives the vault, its recovery and its backups share. PyNaCl is imported when first needed."""

from __future__ import annotations

import binascii
import hashlib
import json
import os
from base64 import b64decode, b64encode
from typing import Any

from lnctp_tui.errors import VaultTampered


def keyed(content: bytes, key: bytes, use: bytes) -> bytes:
    """BLAKE2b of 32 bytes under a key; `use` keeps the purposes of one key apart."""
    return hashlib.blake2b(content, digest_size=32, key=key, person=use).digest()


def encrypt(content: bytes, aad: bytes, key: bytes) -> tuple[bytes, bytes]:
    """XChaCha20-Poly1305 with a random nonce: (nonce, ciphertext)."""
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as aead

    nonce = random_bytes(24)
    return nonce, aead(content, aad, nonce, key)


def decrypt(nonce: bytes, box: bytes, aad: bytes, key: bytes) -> bytes | None:
    """The content, or None when anything was altered or the key is another."""
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as aead
    from nacl.exceptions import CryptoError

    try:
        return aead(box, aad, nonce, key)
    except (CryptoError, TypeError, ValueError):
        return None


def random_bytes(count: int) -> bytes:
    """Bytes of the system's generator."""
    return os.urandom(count)


def canonical(value: Any) -> bytes:
    """One writing of a JSON value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def encode(value: bytes) -> str:
    """Base64."""
    return b64encode(value).decode()


def decode(text: str) -> bytes:
    """The bytes of strict base64. Raises VaultTampered."""
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VaultTampered from error
