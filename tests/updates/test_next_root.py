"""The organisation's root is renewed by its own keys: laptops follow, and nobody else makes one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey
from releases_office import Office, asked, serving
from tuf.api.metadata import Metadata

from lnctp_tui.cli import main
from lnctp_tui.errors import Refused
from lnctp_tui.server.pages import releases
from lnctp_tui.updates import places, repository, updater


@pytest.fixture
def house(tmp_path: Path) -> Office:
    return Office(tmp_path / "releases", tmp_path / "server")


@pytest.fixture
def line(house: Office) -> Iterator[str]:
    with serving(house.home) as url:
        yield url


@pytest.fixture
def laptop(tmp_path: Path) -> Path:
    home = tmp_path / "laptop"
    home.mkdir(mode=0o700)
    return home


def public(*keys: SigningKey) -> list[str]:
    return [bytes(key.verify_key).hex() for key in keys]


def renewed(house: Office) -> None:
    """Another key of each kind: one of the root was lost, one that signs was stolen, the server is a new machine."""
    roots = [*house.roots[1:], SigningKey.generate()]
    signers = [SigningKey.generate(), house.signers[1]]
    (house.home / releases.KEY).unlink()
    house.online = releases.online_key(house.home)
    (online,) = public(house.online)
    repository.rotate(
        house.folder,
        house.roots[1:],
        house.now,
        roots=public(*roots),
        targets=public(*signers),
        online=online,
    )
    house.roots, house.signers = roots, signers


def test_laptops_follow_to_the_next_root_and_never_back(
    house: Office, laptop: Path, line: str, tmp_path: Path
) -> None:
    house.issue("1.1")
    first = house.root
    assert updater.look(asked(laptop, line, root=house.digest), first) == "update_ready"
    stolen = house.signers[0]
    renewed(house)
    house.issue("1.2")
    assert updater.look(asked(laptop, line, root=house.digest), first) == "update_ready"
    assert places.read(laptop, places.READY) == "1.2"
    renewed(house)
    house.issue("1.3")
    late = tmp_path / "late"
    late.mkdir(mode=0o700)
    for home in (laptop, late):  # one root behind, and two, from the root of an old bundle
        assert updater.look(asked(home, line, root=house.digest), first) == "update_ready"
        assert places.read(home, places.READY) == "1.3"
    # Whoever has the server and the stolen key hides the newer roots: who followed believes the key no more.
    for number in (2, 3):
        (house.served / f"{number}.root.json").unlink()
    signed = Metadata.from_file(str(house.served / "3.targets.json"))
    signed.signed.version = 4
    signed.sign(repository.SodiumSigner(stolen))
    signed.to_file(str(house.served / "4.targets.json"))
    repository.say_newest(
        house.served, Metadata.from_file(str(house.served / "4.targets.json")), house.online, house.now
    )
    assert updater.look(asked(laptop, line, own="1.0"), first) == "update_not_ours"


def strangers(house: Office) -> dict[str, Any]:
    return {"roots": public(*(SigningKey.generate() for _ in range(3)))}


@pytest.mark.parametrize(
    ("signs", "named", "code"),
    [
        (lambda house: house.roots[:1], {}, "release_root_signers"),
        (lambda house: [house.roots[0], house.roots[0]], {}, "release_root_signers"),
        (lambda house: [*house.roots[:2], SigningKey.generate()], {}, "release_root_signers"),
        (lambda house: [*house.signers, house.online], {}, "release_root_signers"),
        (lambda house: house.roots, strangers, "release_root_signers"),
        (lambda house: house.roots[:2], lambda house: {"roots": public(*house.roots[:2])}, "release_roots"),
        (lambda house: house.roots[:2], lambda house: {"targets": public(house.signers[0])}, "release_roots"),
        (lambda house: house.roots[:2], lambda house: {"online": public(house.roots[0])[0]}, "release_roots"),
        (lambda house: house.roots[:2], lambda house: {"online": "ab"}, "release_key"),
    ],
)
def test_too_few_or_other_keys_make_no_root(house: Office, signs: Any, named: Any, code: str) -> None:
    with pytest.raises(Refused, match=f"^{code}$"):
        repository.rotate(house.folder, signs(house), house.now, **(named(house) if named else {}))
    assert [path.name for path in house.folder.glob("*.root.json")] == ["1.root.json"]


def by_the_old_alone(house: Office, root: Metadata[Any]) -> None:
    """Two of the keys of before name others, and none of those signed."""
    for key in house.roots[:2]:
        root.sign(repository.SodiumSigner(key), append=True)


def by_the_new_alone(house: Office, root: Metadata[Any]) -> None:
    for key in house.thieves:
        root.sign(repository.SodiumSigner(key), append=True)


def one_skipped(house: Office, root: Metadata[Any]) -> None:
    root.signed.version = 3
    by_the_old_alone(house, root)
    by_the_new_alone(house, root)


@pytest.mark.parametrize("attack", [by_the_old_alone, by_the_new_alone, one_skipped])
def test_a_root_that_not_both_signed_is_believed_by_nobody(
    house: Office, laptop: Path, line: str, attack: Callable[[Office, Metadata[Any]], None]
) -> None:
    house.issue("1.1")
    house.thieves = [SigningKey.generate() for _ in range(3)]
    root = Metadata.from_dict(Metadata.from_file(str(house.folder / "1.root.json")).to_dict())
    root.signatures.clear()
    root.signed.version = 2
    for keyid in [*root.signed.roles["root"].keyids]:
        root.signed.revoke_key(keyid, "root")
    for key in house.thieves:
        root.signed.add_key(repository.SodiumSigner(key).public_key, "root")
    attack(house, root)
    name = f"{root.signed.version}.root.json"
    for folder in (house.folder, house.served):
        root.to_file(str(folder / name))
    taken = updater.look(asked(laptop, line), house.root)
    assert taken == (
        "update_ready" if attack is one_skipped else "update_not_ours"
    )  # a root 3 is not asked for
    with pytest.raises(Refused, match="release_unsigned"):
        repository.add(house.served, house.folder, house.online, house.now, 2)


def test_a_server_takes_no_folder_of_before_and_says_nothing_with_a_key_that_no_root_names(
    house: Office,
) -> None:
    house.issue("1.1")
    before = house.folder.parent / "before"
    shutil.copytree(house.folder, before)
    stamp = (house.served / "timestamp.json").read_bytes()
    renewed(house)
    # The new server's key stands, the root that names it was not offered yet.
    with pytest.raises(Refused, match="release_online"):
        repository.renew(house.served, house.online, house.now)
    assert (house.served / "timestamp.json").read_bytes() == stamp
    with pytest.raises(
        Refused, match="release_unsigned"
    ):  # the list is of a key that the new root does not name
        repository.add(house.served, house.folder, house.online, house.now, 2)
    house.issue("1.2")
    with pytest.raises(Refused, match="release_older"):
        repository.add(house.served, before, house.online, house.now, 2)


def test_a_root_that_ended_is_said_before_laptops_meet_it(house: Office) -> None:
    house.plan("1.1")
    later = house.now + timedelta(days=repository.ROOT_DAYS + 1)
    with pytest.raises(Refused, match="release_root_ended"):
        repository.sign(house.folder, house.signers[0], later)
    repository.sign(house.folder, house.signers[0], later - timedelta(days=2))
    with pytest.raises(Refused, match="release_root_ended"):
        repository.add(house.served, house.folder, house.online, later, 2)
    assert repository.rotate(house.folder, house.roots[:2], later) == 2
    repository.add(house.served, house.folder, house.online, later, 2)


def test_the_next_root_by_the_command_line(
    house: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("LNCTP_LANG", "es")
    for name, key in zip(("r1", "r2", "r3"), house.roots, strict=True):
        (tmp_path / f"{name}.key").write_text(bytes(key).hex(), encoding="ascii")
    (tmp_path / "r4.pub").write_text(public(SigningKey.generate())[0], encoding="ascii")
    (tmp_path / "r1.pub").write_text(public(house.roots[0])[0], encoding="ascii")
    (tmp_path / "r2.pub").write_text(public(house.roots[1])[0], encoding="ascii")
    monkeypatch.chdir(tmp_path)
    words = ["release", "next", str(house.folder), "--key", "r1.key"]
    assert main(words) == 1
    assert "dos llaves de la raíz anterior" in capsys.readouterr().err
    roots = [word for name in ("r1", "r2", "r4") for word in ("--root", f"{name}.pub")]
    assert main([*words, "--key", "r2.key", *roots]) == 0
    assert "Raíz 2" in capsys.readouterr().out
