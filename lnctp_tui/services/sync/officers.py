"""An officer's key on her laptop: under her phrase, with a salt of its own, so that each signing asks for it.

An unlocked laptop alone signs nothing. Source: docs/security.md, "Orders".
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lnctp_tui.domain.authority import documents
from lnctp_tui.domain.authority.documents import Signed
from lnctp_tui.errors import Refused, StorageFailed, WrongPassphrase
from lnctp_tui.storage.database import state
from lnctp_tui.storage.vault import phrase, sealing, vault
from lnctp_tui.storage.vault.vault import Kdf

if TYPE_CHECKING:
    from pathlib import Path

    from lnctp_tui.storage.database.session import Store

OFFICER = "officer:key"
"""`{"key", "kind", "kdf", "nonce", "box", "of", "next"}`: the public key, and the seed under the phrase.

`of` is the salt of the vault.json whose phrase that is; `next` the same under a phrase that is being set.
"""
_AAD = b"lnctp-officer-1"
Sealed = Mapping[str, Any]


def key_of(store: Store) -> str | None:
    """The public key of the officer whose laptop this is, hexadecimal; None for everybody else."""
    entry = _kept(store)
    return str(entry["key"]) if entry else None


def become(home: Path, store: Store, words: str) -> str:
    """Make a key under the phrase of this vault; its public half, for the other officers. The one that is there stays.

    One that a forgotten phrase seals gives way to a new one. About a second, in a thread. Raises WrongPassphrase,
    VaultError.
    """
    from nacl.signing import SigningKey

    vault_file = vault.Vault.read(home)
    vault.open_vault(vault_file, words)
    entry = _kept(store)
    if entry is not None and _of_phrase(entry, vault_file.kdf.salt):
        return str(entry["key"])
    seed = sealing.random_bytes(32)
    public = bytes(SigningKey(seed).verify_key).hex()
    with store.write() as unit:
        unit.remember(
            OFFICER, {"key": public, **_seal(public, seed, words, vault_file.kind, vault_file.kdf.salt)}
        )
    return public


def sign(store: Store, words: str, signed: Signed) -> Signed:
    """The document with this officer's signature, in half a second.

    Only with the phrase that opens the vault now. Raises WrongPassphrase, Refused `not_officer`, `officer_phrase`
    when a phrase of before seals the key.
    """
    entry = _kept(store)
    if entry is None:
        raise Refused("not_officer")
    box = _of_phrase(entry, _salt(store))
    if box is None:
        raise Refused("officer_phrase")
    return documents.sign(signed, _open(str(entry["key"]), box, words))


def prepare(store: Store, old: str, new: str, kind: phrase.Kind, salt: str) -> None:
    """Before vault.json takes a phrase under `salt`: seal the key under it too, on the disk when this returns.

    From the moment vault.json is replaced the new phrase signs, and the old one no more, wherever a crash comes.
    """
    entry = _kept(store)
    box = _of_phrase(entry, _salt(store)) if entry else None
    if entry is None or box is None:
        return
    public = str(entry["key"])
    try:
        seed = _open(public, box, old)
    except WrongPassphrase:
        return
    with store.write() as unit:
        unit.remember(OFFICER, {**entry, "next": _seal(public, seed, new, kind, salt)})


def settle(store: Store) -> None:
    """Keep the key under the phrase of vault.json alone, after a change that came through or did not.

    A disk that refuses is asked again at the next opening; `sign` goes by vault.json until then.
    """
    entry = _kept(store)
    if entry is None or "next" not in entry:
        return
    coming = entry["next"]
    box = coming if coming["of"] == _salt(store) else {name: entry[name] for name in coming if name in entry}
    with suppress(StorageFailed), store.write() as unit:
        unit.remember(OFFICER, {"key": entry["key"], **box})


def _kept(store: Store) -> dict[str, Any] | None:
    with store.read() as connection:
        entry: dict[str, Any] | None = state.get(connection, OFFICER)
    return entry


def _salt(store: Store) -> str:
    assert store.mark is not None
    return vault.Vault.read(store.mark.path.parent).kdf.salt


def _of_phrase(entry: Sealed, salt: str) -> Sealed | None:
    """What the phrase of the vault.json with this salt opens."""
    return next((box for box in (entry, entry.get("next")) if box and box.get("of", salt) == salt), None)


def _seal(public: str, seed: bytes, words: str, kind: phrase.Kind, salt: str) -> dict[str, Any]:
    kdf = vault.fresh_kdf()
    nonce, box = sealing.encrypt(seed, _AAD + public.encode(), vault.derived(kdf, words, kind))
    return {
        "kind": kind,
        "kdf": asdict(kdf),
        "nonce": sealing.encode(nonce),
        "box": sealing.encode(box),
        "of": salt,
    }


def _open(public: str, box: Sealed, words: str) -> bytes:
    kind: phrase.Kind = "own" if box["kind"] == "own" else "words"
    key = vault.derived(Kdf(**box["kdf"]), words, kind)
    seed = sealing.decrypt(
        sealing.decode(str(box["nonce"])), sealing.decode(str(box["box"])), _AAD + public.encode(), key
    )
    if seed is None:
        raise WrongPassphrase
    return seed
