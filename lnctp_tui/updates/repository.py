"""What an organisation signs of its releases, and what its server adds: metadata of TUF over Ed25519 of libsodium.

Root (two of its keys) names the others; targets (one of two keys) names versions; both are signed on machines without a
network. The server's own key says each week that this is the newest list: snapshot and timestamp.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from nacl.signing import SigningKey
from securesystemslib.signer import Key, Signature, Signer, SSlibKey
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import (
    TOP_LEVEL_ROLE_NAMES,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)  # fmt: skip
from tuf.api.serialization import DeserializationError
from tuf.api.serialization.json import JSONSerializer

from lnctp_tui.errors import Refused
from lnctp_tui.storage import paths
from lnctp_tui.updates import places
from lnctp_tui.updates.unpacking import ARCHIVE, look_through

PLAN: Final = "release.toml"
"""What a release is: a table `[[target]]` with file, version, system, protocol, schema, percent."""
FACTS: Final = {"version": str, "system": str, "protocol": int, "schema": str, "percent": int}
ROOT_DAYS, TARGETS_DAYS, ONLINE_DAYS = 730, 180, 7
RENEWED: Final = timedelta(days=1)
"""Age at which the server says anew that its list is the newest."""
ROOTS, SIGNING = 2, 1
"""Signatures that root and targets need."""


class SodiumSigner(Signer):
    """Signs with a key in memory."""

    def __init__(self, key: SigningKey) -> None:
        self._key = key

    @property
    def public_key(self) -> Key:
        return public(bytes(self._key.verify_key).hex())

    def sign(self, payload: bytes) -> Signature:
        return Signature(self.public_key.keyid, self._key.sign(payload).signature.hex())

    from_priv_key_uri = None  # type: ignore[assignment] # keys are not fetched by an address


def public(hexadecimal: str) -> SSlibKey:
    """A public key of 32 bytes. Raises Refused `release_key`."""
    try:
        if len(bytes.fromhex(hexadecimal)) != 32:
            raise ValueError
    except ValueError as error:
        raise Refused("release_key") from error
    content = hexadecimal.lower()
    return SSlibKey(hashlib.sha256(content.encode()).hexdigest(), "ed25519", "ed25519", {"public": content})


def found(
    folder: Path, roots: Sequence[SigningKey], targets: Sequence[str], online: str, now: datetime
) -> str:
    """Writes 1.root.json; its SHA-256. Root keys sign it; `targets` and `online` are public ones, hexadecimal.

    Raises Refused `release_roots` with fewer than three keys, or one named twice; `file_exists`.
    """
    signers = [SodiumSigner(key) for key in roots]
    named = [signer.public_key for signer in signers], [public(key) for key in targets], [public(online)]
    content = _signed(_naming(1, *named, now), signers).to_bytes(JSONSerializer(compact=False))
    paths.write_new(folder / "1.root.json", content)
    return hashlib.sha256(content).hexdigest()


def rotate(
    folder: Path, keys: Sequence[SigningKey], now: datetime, *,
    roots: Sequence[str] = (), targets: Sequence[str] = (), online: str = "",
) -> int:  # fmt: skip
    """Writes the next root; its number. Who is not named stays as in the one before; laptops follow from any of them.

    Raises Refused `release_roots` as `found`, `release_root_signers` unless two keys of the root before and two of the
    new one sign, and no other; `release_unsigned` for a folder without a root.
    """
    before = _root(folder)
    root = _naming(
        before.signed.version + 1,
        [public(key) for key in roots] or _keys(before, Root.type),
        [public(key) for key in targets] or _keys(before, Targets.type),
        [public(online)] if online else _keys(before, Timestamp.type),
        now,
    )
    signers = [SodiumSigner(key) for key in keys]
    known = {*before.signed.roles[Root.type].keyids, *root.roles[Root.type].keyids}
    metadata = _signed(root, signers)
    try:
        if {signer.public_key.keyid for signer in signers} - known:
            raise Refused("release_root_signers")
        for trusted in (before, metadata):
            trusted.verify_delegate(Root.type, metadata)
    except RepositoryError as error:
        raise Refused("release_root_signers") from error
    content = metadata.to_bytes(JSONSerializer(compact=False))
    paths.write_new(folder / f"{root.version}.root.json", content)
    return root.version


def ends(folder: Path) -> datetime:
    """Until when the newest root of a folder is good. Raises Refused `release_unsigned`."""
    return _root(folder).signed.expires


def _naming(
    number: int, roots: Sequence[Key], targets: Sequence[Key], online: Sequence[Key], now: datetime
) -> Root:
    """A root that names these keys. Raises Refused `release_roots`."""
    everybody = [*roots, *targets, *online]
    if len(roots) < 3 or len(targets) < 2 or len({key.keyid for key in everybody}) != len(everybody):
        raise Refused("release_roots")
    root = Root(version=number, expires=_after(now, ROOT_DAYS), consistent_snapshot=True)
    for role, keys in {
        Root.type: roots, Targets.type: targets, Snapshot.type: online, Timestamp.type: online,
    }.items():  # fmt: skip
        for key in keys:
            root.add_key(key, role)
    root.roles[Root.type].threshold = ROOTS
    return root


def _signed(root: Root, signers: Iterable[SodiumSigner]) -> Metadata[Root]:
    metadata = Metadata(root)
    for signer in signers:
        metadata.sign(signer, append=True)
    return metadata


def _keys(root: Metadata[Root], role: str) -> list[Key]:
    return [root.signed.keys[keyid] for keyid in root.signed.roles[role].keyids]


def sign(folder: Path, key: SigningKey, now: datetime) -> list[str]:
    """Signs what `release.toml` names as the next list of versions; the versions.

    Raises Refused: `release_plan`, `release_signer` for a key that the root does not name, `release_root_ended`,
    `update_not_ours` for an archive that no laptop would unpack.
    """
    root, before = _root(folder), _targets(folder)
    _good(root, now)
    signer = SodiumSigner(key)
    if signer.public_key.keyid not in root.signed.roles[Targets.type].keyids:
        raise Refused("release_signer")
    number = before.signed.version + 1 if before else 1
    signed = Targets(version=number, expires=_after(now, TARGETS_DAYS))
    for plan in _plans(folder):
        target = TargetFile.from_file(plan["file"], str(folder / plan["file"]), ["sha256"])
        target.unrecognized_fields["custom"] = {name: plan[name] for name in FACTS}
        signed.targets[plan["file"]] = target
    metadata = Metadata(signed)
    metadata.sign(signer)
    paths.replace_file(folder / f"{number}.targets.json", metadata.to_bytes(JSONSerializer(compact=False)))
    return sorted({plan["version"] for plan in _plans(folder)})


def _plans(folder: Path) -> list[dict[str, Any]]:
    try:
        plans: list[dict[str, Any]] = tomllib.loads((folder / PLAN).read_text(encoding="utf-8"))["target"]
        for plan in plans:
            whole = all(type(plan[name]) is kind for name, kind in FACTS.items())
            named = Path(plan["file"]).name == plan["file"] and plan["file"].endswith(ARCHIVE)
            if not (whole and named and places.numbers(plan["version"]) and 0 <= plan["percent"] <= 100):
                raise ValueError
            look_through(folder / plan["file"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise Refused("release_plan") from error
    return plans


def add(home: Path, folder: Path, online: SigningKey, now: datetime, protocol: int) -> list[str]:
    """Offers a signed release to laptops; the versions. Everything is checked as a laptop would, before it is copied.

    Raises Refused: `release_unsigned`, `release_older`, `release_protocol` for a version that speaks a newer protocol
    than this server, `release_online` when the root names another server's key, `release_root_ended`.
    """
    home.mkdir(mode=0o700, exist_ok=True)
    root, metadata = _trusted_root(home, folder), _targets(folder)
    if metadata is None:
        raise Refused("release_unsigned")
    _check_online(root, online)
    _good(root, now)
    before = _targets(home)
    try:
        root.verify_delegate(Targets.type, metadata)
        for name, target in metadata.signed.targets.items():
            with (folder / name).open("rb") as file:
                target.verify_length_and_hashes(file)
            look_through(folder / name)
    except (RepositoryError, OSError) as error:
        raise Refused("release_unsigned") from error
    if metadata.signed.is_expired(now) or (before and before.signed.version > metadata.signed.version):
        raise Refused("release_older")
    if any(target.custom["protocol"] > protocol for target in metadata.signed.targets.values()):
        raise Refused("release_protocol")
    _copy(home, folder, metadata)
    renew(home, online, now)
    return sorted({target.custom["version"] for target in metadata.signed.targets.values()})


def _check_online(root: Metadata[Root], online: SigningKey) -> None:
    """Raises Refused `release_online`: what another key says is the newest, every laptop refuses."""
    if SodiumSigner(online).public_key.keyid not in root.signed.roles[Timestamp.type].keyids:
        raise Refused("release_online")


def _good(root: Metadata[Root], now: datetime) -> None:
    """Raises Refused `release_root_ended`."""
    if root.signed.is_expired(now):
        raise Refused("release_root_ended")


def _copy(home: Path, folder: Path, metadata: Metadata[Targets]) -> None:
    """Archives first, the list that names them last. Those that neither this list nor the one before has go."""
    before = _targets(home)
    for name, target in metadata.signed.targets.items():
        digest = target.hashes["sha256"]
        if not (home / f"{digest}.{name}").exists():
            with paths.new_file(home / f"{digest}.{name}") as copy, (folder / name).open("rb") as file:
                while piece := file.read(1 << 20):
                    copy.write(piece)
    for file_path in sorted(folder.glob("*.root.json")):
        paths.replace_file(home / file_path.name, file_path.read_bytes())
    name = f"{metadata.signed.version}.targets.json"
    paths.replace_file(home / name, (folder / name).read_bytes())
    offered = {path for each in (metadata, before) if each for path in _archives(each)}
    for path in home.glob(f"*{ARCHIVE}"):
        if path.name not in offered:
            path.unlink()


def _archives(metadata: Metadata[Targets]) -> list[str]:
    """Names of a list's archives as they are served."""
    return [f"{target.hashes['sha256']}.{name}" for name, target in metadata.signed.targets.items()]


def renew(home: Path, online: SigningKey, now: datetime) -> None:
    """Says that the newest list is the newest, for a week.

    Raises Refused `release_unsigned` where there is none, `release_online` when the root names another key for that.
    """
    targets = _targets(home)
    if targets is None:
        raise Refused("release_unsigned")
    _check_online(_root(home), online)
    say_newest(home, targets, online, now)


def say_newest(home: Path, targets: Metadata[Targets], online: SigningKey, now: datetime) -> None:
    """Signs snapshot and timestamp of a list."""
    old = _newest(home, Snapshot)
    number = old.signed.version + 1 if old else 1
    expires, meta = _after(now, ONLINE_DAYS), {"targets.json": MetaFile(targets.signed.version)}
    snapshot = Snapshot(version=number, expires=expires, meta=meta)
    timestamp = Timestamp(version=number, expires=expires, snapshot_meta=MetaFile(number))
    for signed, name in ((snapshot, f"{number}.snapshot.json"), (timestamp, "timestamp.json")):
        metadata: Metadata[Any] = Metadata(signed)
        metadata.sign(SodiumSigner(online))
        paths.replace_file(home / name, metadata.to_bytes(JSONSerializer(compact=False)))
    for path in home.glob("*.snapshot.json"):
        if int(path.name.partition(".")[0]) < number - 8:
            path.unlink()


def due(home: Path, now: datetime) -> bool:
    """Whether the server should say anew what is newest."""
    try:
        stamp = Metadata[Timestamp].from_file(str(home / "timestamp.json")).signed
    except Exception:  # whatever it is, a new one is better
        return _targets(home) is not None
    return stamp.expires - now < timedelta(days=ONLINE_DAYS) - RENEWED


def _after(now: datetime, days: int) -> datetime:
    return (now + timedelta(days=days)).replace(microsecond=0)


def _trusted_root(home: Path, folder: Path) -> Metadata[Root]:
    """The newest root of a folder, each signed by the one before; those that this server knows are among them."""
    for known in _numbered(home, Root.type):
        if not (folder / known.name).exists():
            raise Refused("release_older" if (folder / "1.root.json").exists() else "release_unsigned")
        if known.read_bytes() != _bytes(folder / known.name):
            raise Refused("release_unsigned")
    roots = _roots(folder)
    try:
        roots[0].verify_delegate(Root.type, roots[0])
        for old, new in pairwise(roots):
            if new.signed.version != old.signed.version + 1:
                raise Refused("release_unsigned")
            old.verify_delegate(Root.type, new)
            new.verify_delegate(Root.type, new)
    except (RepositoryError, IndexError) as error:
        raise Refused("release_unsigned") from error
    return roots[-1]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused("release_unsigned") from error


def _root(folder: Path) -> Metadata[Root]:
    roots = _roots(folder)
    if not roots:
        raise Refused("release_unsigned")
    return roots[-1]


def _roots(folder: Path) -> list[Metadata[Root]]:
    return [_parse(path) for path in _numbered(folder, Root.type)]


def _targets(folder: Path) -> Metadata[Targets] | None:
    return _newest(folder, Targets)


def _newest(folder: Path, kind: type[Any]) -> Metadata[Any] | None:
    found_paths = _numbered(folder, kind.type)
    return _parse(found_paths[-1]) if found_paths else None


def _numbered(folder: Path, role: str) -> list[Path]:
    assert role in TOP_LEVEL_ROLE_NAMES
    numbered: Iterable[Path] = folder.glob(f"*.{role}.json")
    return sorted(
        (path for path in numbered if path.name.partition(".")[0].isdecimal()),
        key=lambda path: int(path.name.partition(".")[0]),
    )


def _parse(path: Path) -> Metadata[Any]:
    try:
        return Metadata.from_file(str(path))
    except (DeserializationError, OSError) as error:
        raise Refused("release_unsigned") from error
