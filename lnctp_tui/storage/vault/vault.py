"""vault.json: the data key, wrapped under the passphrase, and what is known before it is typed.

The rules and their reasons: docs/security.md, "Keys". Nothing here keeps a key beyond the call; whoever
holds a `Key` is the process that ends with the lock. `unlock` takes about 0.6 s and gives the interpreter
free meanwhile, so it belongs in a thread. PyNaCl is imported by the functions, not by the module.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from lnctp_tui.errors import VaultError, VaultTampered, WrongPassphrase
from lnctp_tui.storage import paths
from lnctp_tui.storage.vault import phrase
from lnctp_tui.storage.vault.phrase import Kind
from lnctp_tui.storage.vault.sealing import canonical, decode, decrypt, encode, encrypt, keyed, random_bytes

VERSION = 1
OPS = (3, 20)
"""Argon2id passes: least and most that are accepted. The least is what new vaults get."""
MEMORY = (256 << 20, 2 << 30)
"""Argon2id bytes, likewise."""
_MAC_USE = b"lnctp vault mac"
_SHEET_USE = b"lnctp sheet"
_REC_MARK = b"lnctp-rec-1"


@dataclass(frozen=True)
class Key:
    """What an unlocked process holds."""

    dek: bytes = field(repr=False)
    vault_id: str


@dataclass(frozen=True)
class Kdf:
    """Argon2id's settings and salt; the same names stand in vault.json."""

    ops: int
    memory: int
    salt: str


@dataclass(frozen=True)
class Box:
    """A ciphertext with what is needed to open it, all in base64. `nonce` is empty for a sealed box."""

    nonce: str
    box: str
    to: str = ""
    """Public key a sealed box is for."""


@dataclass(frozen=True)
class Vault:
    """vault.json as read: nothing in it is trusted before `verify`."""

    version: int
    vault_id: str
    kind: Kind
    language: str
    time_zone: str
    kdf: Kdf
    key: Box
    rec: Box | None
    sheet: Box | None
    mac: str = ""
    theme: str = ""
    """Look of the unlock screen; empty for the usual one, and then not in the file."""
    number: int = 0
    """How often it was replaced; 0, as in vaults of earlier programs, is not in the file."""
    shut: bool = False
    """Officers sealed it: no phrase opens it, the custodians do. Not in the file when it never was."""
    shut_by: str = ""
    """The order by which it was last sealed: one that the custodians ended is not carried out again."""

    @classmethod
    def read(cls, home: Path) -> Vault:
        """The file's content for the unlock screen. Raises VaultError `no_vault`, VaultTampered.

        Raises VaultError `database_without_vault` when only vault.json is gone: a loss, and no beginning.
        """
        try:
            content = paths.read_file(home / paths.VAULT, limit=1 << 16)
        except FileNotFoundError as error:
            lost = os.path.lexists(home / paths.DATABASE)
            raise VaultError("database_without_vault" if lost else "no_vault") from error
        return cls.parse(content)

    @classmethod
    def parse(cls, content: bytes) -> Vault:
        """The fields of a vault.json. Raises VaultTampered, VaultError `vault_newer`."""
        try:
            found = json.loads(content)
            if type(found["version"]) is int and found["version"] > VERSION:
                raise VaultError("vault_newer")
            if any(name in found and not found[name] for name in ("theme", "number", "shut", "shut_by")):
                raise VaultTampered
            boxes = {name: found[name] and Box(**found[name]) for name in ("rec", "sheet")}
            vault = cls(**found | boxes | {"kdf": Kdf(**found["kdf"]), "key": Box(**found["key"])})
        except (ValueError, TypeError, LookupError, RecursionError) as error:
            raise VaultTampered from error
        vault._check()
        return vault

    def _check(self) -> None:
        """Types and bounds of everything that is used before the MAC can be checked."""
        kdf, boxes = self.kdf, [box for box in (self.key, self.rec, self.sheet) if box is not None]
        texts = [self.vault_id, self.language, self.time_zone, self.mac, self.theme, self.shut_by, kdf.salt]
        texts += [text for box in boxes if type(box) is Box for text in (box.nonce, box.box, box.to)]
        numbers = (self.version, self.number, kdf.ops, kdf.memory)
        good = all(type(each) is str for each in texts) and all(type(each) is int for each in numbers)
        if not (
            good
            and type(self.shut) is bool
            and all(type(box) is Box for box in boxes)
            and self.version == VERSION
            and 0 <= self.number < 1 << 63
            and self.kind in ("words", "own")
            and OPS[0] <= kdf.ops <= OPS[1]
            and MEMORY[0] <= kdf.memory <= MEMORY[1]
        ):
            raise VaultTampered

    def fields(self) -> dict[str, Any]:
        """What the MAC covers: everything but itself."""
        content = self._content()
        del content["mac"]
        return content

    def render(self) -> bytes:
        """The file's bytes."""
        return json.dumps(self._content(), indent=1).encode()

    def _content(self) -> dict[str, Any]:
        content = asdict(self)
        for name in ("theme", "number", "shut", "shut_by"):
            if not content[name]:
                del content[name]
        return content

    def aad(self) -> bytes:
        """What the wrapped key is bound to."""
        return canonical([self.version, self.vault_id, self.kdf.ops, self.kdf.memory, self.kdf.salt])

    def sealed(self, dek: bytes) -> Vault:
        """The same with the MAC that belongs to its fields."""
        return replace(self, mac=encode(_mac(self, dek)))

    def verify(self, dek: bytes) -> Key:
        """The key, when no field was altered since this program wrote them. Raises VaultTampered."""
        import hmac

        if not hmac.compare_digest(encode(_mac(self, dek)).encode(), self.mac.encode(errors="replace")):
            raise VaultTampered
        return Key(dek, self.vault_id)


def create(
    home: Path,
    words: str,
    *,
    kind: Kind,
    language: str,
    time_zone: str,
    recovery_key: bytes | None = None,
) -> Key:
    """Makes vault.json with a new data key, and an empty database. Never beside those of somebody else.

    Raises VaultError: `vault_exists`, `database_without_vault`, or a weakness of `phrase.weakness`.
    """
    from lnctp_tui.storage.database import engine  # no need of the first screen

    paths.prepare(home)
    if (home / paths.VAULT).exists() or (home / paths.DATABASE).exists():
        raise VaultError("vault_exists" if (home / paths.VAULT).exists() else "database_without_vault")
    _refuse_weak(words, kind)
    dek, vault_id = random_bytes(32), uuid.uuid4().hex
    vault = _wrapped(
        Vault(VERSION, vault_id, kind, language, time_zone, _new_kdf(), Box("", ""), None, None), dek, words
    )
    if recovery_key:
        vault = replace(vault, rec=_sealed_to(recovery_key, vault_id, dek))
    with engine.new_database(home / paths.DATABASE, dek):
        _place(home, vault.sealed(dek))
    return Key(dek, vault_id)


def _place(home: Path, vault: Vault) -> None:
    try:
        paths.write_new(home / paths.VAULT, vault.render())
    except FileExistsError as error:
        raise VaultError("vault_exists") from error


def unlock(home: Path, words: str) -> Key:
    """The key of a vault. Raises WrongPassphrase, VaultTampered, VaultError.

    A wrong phrase and an altered salt, setting or wrapped key cannot be told apart: WrongPassphrase.
    """
    return open_vault(Vault.read(home), words)


def open_vault(vault: Vault, words: str) -> Key:
    """The key inside one vault.json already read; errors as `unlock`, and VaultError `vault_sealed`."""
    if vault.shut:
        raise VaultError("vault_sealed")
    kek = _derive(vault.kdf, phrase.normalise(words, vault.kind))
    dek = _open(vault.key, vault.aad(), kek)
    if dek is None:
        raise WrongPassphrase
    return vault.verify(dek)


def change_phrase(home: Path, old: str, new: str, kind: Kind, *, kdf: Kdf | None = None) -> Key:
    """Wraps the same data key under a new phrase, with `kdf` or fresh settings. After a crash the old or the new opens.

    Of two changes at once the second is refused with WrongPassphrase: its old phrase is old no more.
    """
    _refuse_weak(new, kind)
    with paths.turn(home):
        vault = Vault.read(home)
        return _set_phrase(home, vault, open_vault(vault, old), new, kind, kdf)


def set_phrase(home: Path, key: Key, new: str, kind: Kind, *, custodians: bool = False) -> Key:
    """The same, for whoever holds the key already: after a sheet or the custodians opened it.

    Only the `custodians` end a seal. Raises VaultError `vault_sealed`.
    """
    _refuse_weak(new, kind)
    with _changing(home, key) as vault:
        if vault.shut and not custodians:
            raise VaultError("vault_sealed")
        return _set_phrase(home, replace(vault, shut=False), key, new, kind)


def _set_phrase(home: Path, vault: Vault, key: Key, new: str, kind: Kind, kdf: Kdf | None = None) -> Key:
    _save(home, _wrapped(replace(vault, kind=kind, kdf=kdf or _new_kdf()), key.dek, new), key)
    return key


def seal(home: Path, key: Key, order: str) -> bool:
    """Make that no phrase and no sheet opens the vault any more, only the custodians; nothing is deleted.

    `order` is the hash of the officers' order; the same one seals once. False, and nothing changed, for a vault
    that no custodian could open: what is in it would be lost.
    """
    with _changing(home, key) as vault:
        if vault.shut_by == order:
            return True
        if vault.rec is None:
            return False
        nonce, box = encrypt(key.dek, vault.aad(), random_bytes(32))
        shut = replace(vault, key=Box(encode(nonce), encode(box)), sheet=None, shut=True, shut_by=order)
        _save(home, shut, key)
    return True


@contextmanager
def _changing(home: Path, key: Key) -> Iterator[Vault]:
    """vault.json to replace: nobody else replaces it meanwhile, so that no change is lost."""
    with paths.turn(home):
        vault = Vault.read(home)
        vault.verify(key.dek)
        yield vault


def set_profile(
    home: Path,
    key: Key,
    *,
    language: str | None = None,
    time_zone: str | None = None,
    theme: str | None = None,
) -> None:
    """Changes what the unlock screen reads before the phrase is known; None leaves a field as it is."""
    with _changing(home, key) as vault:
        wanted = replace(
            vault,
            language=vault.language if language is None else language,
            time_zone=vault.time_zone if time_zone is None else time_zone,
            theme=vault.theme if theme is None else theme,
        )
        if wanted != vault:
            _save(home, wanted, key)


def set_recovery(home: Path, key: Key, recovery_key: bytes) -> None:
    """Seals the data key to the organisation's public key, whose fingerprint a person has compared."""
    with _changing(home, key) as vault:
        _save(home, replace(vault, rec=_sealed_to(recovery_key, key.vault_id, key.dek)), key)


def new_sheet(home: Path, key: Key) -> str:
    """24 words that open the vault without the phrase, to print once and lock away.

    They are kept nowhere. A new sheet makes the earlier one useless for this vault.json.
    """
    secret = random_bytes(32)
    with _changing(home, key) as vault:
        if vault.shut:
            raise VaultError("vault_sealed")
        nonce, box = encrypt(key.dek, _sheet_aad(vault), keyed(b"", secret, _SHEET_USE))
        _save(home, replace(vault, sheet=Box(encode(nonce), encode(box))), key)
    return phrase.encode(secret)


def unlock_with_sheet(home: Path, words: str) -> Key:
    """The key, from the printed sheet. Raises VaultError `no_sheet`, `sheet_words`; WrongPassphrase."""
    vault = Vault.read(home)
    if vault.shut:
        raise VaultError("vault_sealed")
    if vault.sheet is None:
        raise VaultError("no_sheet")
    secret = phrase.decode(words)
    if secret is None or len(secret) != 32:
        raise VaultError("sheet_words")
    dek = _open(vault.sheet, _sheet_aad(vault), keyed(b"", secret, _SHEET_USE))
    if dek is None:
        raise WrongPassphrase("wrong_sheet")
    return vault.verify(dek)


def unlock_with_payload(vault: Vault, payload: bytes) -> Key:
    """The key, from what `rec` held. Raises VaultTampered when it belongs to another vault."""
    return vault.verify(check_payload(vault.vault_id, payload))


def check_payload(vault_id: str, payload: bytes) -> bytes:
    """The data key in what `rec` held. Raises VaultTampered when it belongs to another vault."""
    start = _rec_start(vault_id)
    if not payload.startswith(start) or len(payload) != len(start) + 32:
        raise VaultTampered
    return payload[len(start) :]


def fresh_kdf() -> Kdf:
    """Today's settings with a salt of its own, for another secret under the same phrase."""
    return _new_kdf()


def derived(kdf: Kdf, words: str, kind: Kind) -> bytes:
    """The 32 bytes that a phrase gives under these settings. Raises VaultError `kdf_memory`, WrongPassphrase."""
    return _derive(kdf, phrase.normalise(words, kind))


def _refuse_weak(words: str, kind: Kind) -> None:
    reason = phrase.weakness(words, kind)
    if reason:
        raise VaultError(reason)


def _save(home: Path, vault: Vault, key: Key) -> None:
    from lnctp_tui.storage.vault import mark  # no need of the first screen

    vault = replace(vault, number=vault.number + 1)
    paths.replace_file(home / paths.VAULT, vault.sealed(key.dek).render())
    mark.note_vault(home / paths.MARK, key.dek, vault.number)


def _new_kdf() -> Kdf:
    return Kdf(OPS[0], MEMORY[0], encode(random_bytes(16)))


def _wrapped(vault: Vault, dek: bytes, words: str) -> Vault:
    kek = _derive(vault.kdf, phrase.normalise(words, vault.kind))
    nonce, box = encrypt(dek, vault.aad(), kek)
    return replace(vault, key=Box(encode(nonce), encode(box)))


def _derive(kdf: Kdf, words: str) -> bytes:
    from nacl import bindings

    try:
        return bindings.crypto_pwhash_alg(
            32, words.encode(), decode(kdf.salt), kdf.ops, kdf.memory, bindings.crypto_pwhash_ALG_ARGON2ID13
        )
    except RuntimeError as error:  # libsodium says so when the memory is not to be had
        raise VaultError("kdf_memory", mebibytes=kdf.memory >> 20) from error
    except (ValueError, TypeError) as error:
        raise WrongPassphrase from error


def _open(box: Box, aad: bytes, key: bytes) -> bytes | None:
    dek = decrypt(decode(box.nonce), decode(box.box), aad, key)
    return dek if dek is not None and len(dek) == 32 else None


def _sheet_aad(vault: Vault) -> bytes:
    return canonical([vault.version, vault.vault_id, "sheet"])


def _sealed_to(recovery_key: bytes, vault_id: str, dek: bytes) -> Box:
    from nacl.bindings import crypto_box_seal

    return Box("", encode(crypto_box_seal(_rec_start(vault_id) + dek, recovery_key)), encode(recovery_key))


def _rec_start(vault_id: str) -> bytes:
    return _REC_MARK + vault_id.encode()


def _mac(vault: Vault, dek: bytes) -> bytes:
    return keyed(canonical(vault.fields()), dek, _MAC_USE)
