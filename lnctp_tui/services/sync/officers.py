"""An officer's key on her laptop: under her phrase, with a salt of its own, so that each signing asks for it.

An unlocked laptop alone signs nothing. Source: docs/security.md, "Orders".
"""

from __future__ import annotations

from dataclasses import asdict

from lnctp_tui.domain.authority import documents
from lnctp_tui.domain.authority.documents import Signed
from lnctp_tui.errors import Refused, VaultError, WrongPassphrase
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.vault import phrase, sealing, vault
from lnctp_tui.storage.vault.vault import Kdf

OFFICER = "officer:key"
"""`{"key", "kind", "kdf", "nonce", "box"}`: the public key, and the seed under the phrase."""
_AAD = b"lnctp-officer-1"


def key_of(store: Store) -> str | None:
    """The public key of the officer whose laptop this is, hexadecimal; None for everybody else."""
    with store.read() as connection:
        kept = state.get(connection, OFFICER)
    return str(kept["key"]) if kept else None


def become(workspace: Workspace, words: str) -> str:
    """Make a key under the phrase of this vault; its public half, for the other officers. The one that is there stays.

    About a second, in a thread. Raises WrongPassphrase, VaultError.
    """
    from nacl.signing import SigningKey

    found = vault.Vault.read(workspace.home)
    vault.open_vault(found, words)
    if (known := key_of(workspace.store)) is not None:
        return known
    seed = sealing.random_bytes(32)
    public = bytes(SigningKey(seed).verify_key).hex()
    _keep(workspace.store, public, seed, words, found.kind)
    return public


def sign(store: Store, words: str, signed: Signed) -> Signed:
    """The document with this officer's signature, in half a second. Raises WrongPassphrase, Refused `not_officer`."""
    with store.read() as connection:
        kept = state.get(connection, OFFICER)
    if kept is None:
        raise Refused("not_officer")
    return documents.sign(signed, _open(kept, words))


def follow_phrase(store: Store, old: str, new: str, kind: phrase.Kind) -> None:
    """After the phrase changed the new one signs. What another phrase sealed stays as it is."""
    with store.read() as connection:
        kept = state.get(connection, OFFICER)
    if kept is None:
        return
    try:
        seed = _open(kept, old)
    except VaultError:
        return
    _keep(store, str(kept["key"]), seed, new, kind)


def _keep(store: Store, public: str, seed: bytes, words: str, kind: phrase.Kind) -> None:
    kdf = vault.fresh_kdf()
    nonce, box = sealing.encrypt(seed, _AAD + public.encode(), vault.derived(kdf, words, kind))
    said = {
        "key": public,
        "kind": kind,
        "kdf": asdict(kdf),
        "nonce": sealing.encode(nonce),
        "box": sealing.encode(box),
    }
    with store.write() as unit:
        unit.remember(OFFICER, said)


def _open(kept: dict[str, object], words: str) -> bytes:
    kdf = Kdf(**kept["kdf"])  # type: ignore[arg-type]
    kind: phrase.Kind = "own" if kept["kind"] == "own" else "words"
    key = vault.derived(kdf, words, kind)
    seed = sealing.decrypt(
        sealing.decode(str(kept["nonce"])),
        sealing.decode(str(kept["box"])),
        _AAD + str(kept["key"]).encode(),
        key,
    )
    if seed is None:
        raise WrongPassphrase
    return seed
