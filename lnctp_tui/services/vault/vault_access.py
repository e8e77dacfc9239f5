"""Opening, founding and re-locking the vault, for the screens that ask for a phrase. Nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lnctp_tui.errors import StorageFailed, VaultError, WrongPassphrase
from lnctp_tui.storage import paths
from lnctp_tui.storage.vault import phrase, vault
from lnctp_tui.storage.vault.phrase import Kind, spelled, unknown, weakness
from lnctp_tui.storage.vault.vault import Key

if TYPE_CHECKING:
    from lnctp_tui.storage.database.session import Store

__all__ = [
    "Key",
    "Kind",
    "Profile",
    "complete",
    "found",
    "generate",
    "profile",
    "spelled",
    "unknown",
    "unlock",
    "weakness",
]


@dataclass(frozen=True)
class Profile:
    """What the unlock screen knows before the phrase."""

    language: str
    zone: str
    kind: Kind
    sheet: bool
    organisation: bool
    """The organisation's custodians can open it."""
    theme: str = ""
    """Look that was chosen; empty for the usual one."""
    sealed: bool = False
    """Officers sealed it: only the custodians open it."""


def profile(home: Path) -> Profile | None:
    """The vault's outside, or None when there is no vault yet. Raises VaultError when it cannot be read."""
    try:
        found_vault = vault.Vault.read(home)
    except VaultError as error:
        if error.code == "no_vault":
            return None
        raise
    return Profile(
        found_vault.language, found_vault.time_zone, found_vault.kind, found_vault.sheet is not None,
        found_vault.rec is not None, found_vault.theme, found_vault.shut,
    )  # fmt: skip


def unlock(home: Path, words: str) -> Key:
    """The key; about 0.6 s, in a thread. Raises WrongPassphrase, VaultError."""
    return vault.unlock(home, words)


def unlock_with_sheet(home: Path, words: str) -> Key:
    """The key, from the 24 words of the printed sheet."""
    return vault.unlock_with_sheet(home, words)


def found(
    home: Path, words: str, *, kind: Kind, language: str, zone: str, name: str, practice: bool = False
) -> Key:
    """Makes the vault and its database, and returns the key."""
    key = create(home, words, kind=kind, language=language, zone=zone)
    finish(home, key, language=language, zone=zone, name=name, practice=practice)
    return key


def create(home: Path, words: str, *, kind: Kind, language: str, zone: str) -> Key:
    """Makes a vault that does not know yet whose it is. `finish` follows, also after a crash between the two."""
    return vault.create(
        home, words, kind=kind, language=language, time_zone=zone, recovery_key=recovery_key(home)
    )


def finish(home: Path, key: Key, *, language: str, zone: str, name: str, practice: bool = False) -> None:
    """Says whose a vault is. Once: whoever is in it stays."""
    from lnctp_tui.services.vault.workspace import found_workspace

    vault.set_profile(home, key, language=language, time_zone=zone)
    found_workspace(home, key, name=name, zone=zone, language=language, practice=practice)


def is_finished(home: Path, key: Key) -> bool:
    """Does the vault know whose it is?"""
    from lnctp_tui.services.vault.workspace import is_founded

    return is_founded(home, key)


def recovery_key(home: Path) -> bytes | None:
    """The organisation's public key that stands in the data folder, or None."""
    from lnctp_tui.storage.vault import recovery

    return recovery.configured(home)


def seal_to_organisation(home: Path, key: Key) -> None:
    """Lets the custodians open a vault that was made before the organisation's public key stood in its folder."""
    public = recovery_key(home)
    if public is not None:
        vault.set_recovery(home, key, public)


def is_right(home: Path, words: str) -> bool:
    """Does this phrase open the vault?"""
    try:
        vault.unlock(home, words)
    except VaultError:
        return False
    return True


def set_phrase(home: Path, key: Key, words: str, kind: Kind) -> None:
    """A new phrase for whoever holds the key."""
    vault.set_phrase(home, key, words, kind)


def change_phrase(home: Path, old: str, new: str, kind: Kind, store: Store | None = None) -> None:
    """A new phrase for whoever was let in with the old one. Raises VaultError `phrase_changed` when it opens no more.

    vault.json is read again under its lock: whatever was known of it may be a minute old. An officer's key in the
    open `store` follows in the same step: after a crash too, the phrase that opens is the one that signs.
    """
    kdf = vault.fresh_kdf()
    if store is not None:
        from lnctp_tui.services.sync import officers

        officers.prepare(store, old, new, kind, kdf.salt)
    try:
        vault.change_phrase(home, old, new, kind, kdf=kdf)
    except WrongPassphrase as error:
        raise VaultError("phrase_changed") from error
    finally:
        if store is not None:
            officers.settle(store)


def new_sheet(home: Path, key: Key) -> str:
    """24 words to print; an earlier sheet stops working."""
    return vault.new_sheet(home, key)


def write_private(path: Path, text: str) -> None:
    """A file that only its owner can read, at a name that was free. Raises FileExistsError, StorageFailed."""
    paths.write_new(path, text.encode())


def write_beside(folder: Path, name: str, text: str) -> Path:
    """The same at `name` in a folder, or with the first number after it that is free; returns where."""
    plain = Path(name)
    for number in range(1, 1000):
        path = folder / (f"{plain.stem}-{number}{plain.suffix}" if number > 1 else name)
        try:
            write_private(path, text)
        except FileExistsError:
            continue
        return path
    raise StorageFailed("file_failed", name=name, reason="EEXIST")


def named(typed: str) -> Path:
    """The path that a person typed. Raises StorageFailed when it can be none."""
    try:
        return Path(typed.strip().replace("\0", "�")).expanduser()
    except RuntimeError as error:
        raise StorageFailed("file_failed", name=typed, reason="ENOENT") from error


def read_text(typed: str, limit: int = 1 << 16) -> str:
    """The text of a small file somebody gave us, at a path as typed. Raises StorageFailed."""
    path = named(typed)
    if not path.is_file():
        raise StorageFailed("file_failed", name=path.name, reason="ENOENT")
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise paths.storage_failed(error, path) from error
    if len(content) > limit:
        raise StorageFailed("file_failed", name=path.name, reason="EFBIG")
    return content.decode(errors="replace")


def generate() -> str:
    """The words of a new phrase, as people write them: whoever shows them has nothing to add."""
    return spelled(phrase.generate())


def complete(begun: str, limit: int) -> list[str]:
    """The words of the list that begin so, as people write them."""
    return [spelled(word) for word in phrase.complete(begun, limit)]


def data_folder() -> Path:
    """Where the data stands."""
    return paths.home()


def same_phrase(first: str, second: str, kind: Kind) -> bool:
    """Do both writings open the same?"""
    return phrase.normalise(first, kind) == phrase.normalise(second, kind)


def recovery_request(home: Path) -> tuple[str, str]:
    """A text for the organisation's custodians, and the words they read back. Raises VaultError."""
    from lnctp_tui.storage.vault import recovery

    return recovery.request(home)


def request_waits(home: Path) -> bool:
    """Was a request made that has no answer yet?"""
    return (home / paths.PENDING).exists()


def finish_recovery(home: Path, text: str, words: str, kind: Kind) -> Key:
    """Opens the custodians' answer and sets the new phrase. Raises VaultError, BadInput."""
    from lnctp_tui.storage.vault import recovery

    return recovery.finish(home, text, words, kind)
