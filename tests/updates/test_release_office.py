"""What an organisation signs and a server offers: nothing unsigned, nothing older, nothing it could not serve."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from nacl.signing import SigningKey
from releases_office import SYSTEM, Office, serving

from lnctp_tui.cli import main
from lnctp_tui.errors import Refused
from lnctp_tui.server.pages import releases
from lnctp_tui.updates import repository


@pytest.fixture
def house(tmp_path: Path) -> Office:
    return Office(tmp_path / "releases", tmp_path / "server")


def altered(house: Office) -> None:
    (house.folder / "lnctp-1.1.tar.xz").write_bytes(b"another")


def relabelled(house: Office) -> None:
    file = house.folder / "1.targets.json"
    file.write_text(
        file.read_text(encoding="utf-8").replace('"percent": 100', '"percent": 1'), encoding="utf-8"
    )


def foreign_root(house: Office) -> None:
    Office(house.folder.parent / "theirs", house.folder.parent / "their server")
    repository.add(house.served, house.folder, house.online, house.now, 2)
    (house.folder / "1.root.json").write_bytes((house.folder.parent / "theirs" / "1.root.json").read_bytes())


def gone(house: Office) -> None:
    (house.folder / "1.targets.json").unlink()


@pytest.mark.parametrize("attack", [altered, relabelled, foreign_root, gone])
def test_nothing_unsigned_is_offered(house: Office, attack: Callable[[Office], None]) -> None:
    house.plan("1.1")
    repository.sign(house.folder, house.signers[0], house.now)
    attack(house)
    before = sorted(house.served.glob("*"))
    with pytest.raises(Refused, match="release_unsigned"):
        repository.add(house.served, house.folder, house.online, house.now, 2)
    assert sorted(house.served.glob("*")) == before


def test_a_list_is_signed_by_a_key_that_the_root_names(house: Office) -> None:
    house.plan("1.1")
    for key in (SigningKey.generate(), house.online, house.roots[0]):
        with pytest.raises(Refused, match="release_signer"):
            repository.sign(house.folder, key, house.now)


def test_what_laptops_would_refuse_or_could_not_use_is_not_offered(house: Office, tmp_path: Path) -> None:
    house.issue("1.1")
    with pytest.raises(Refused, match="release_online"):
        repository.add(tmp_path / "other", house.folder, SigningKey.generate(), house.now, 2)
    with pytest.raises(Refused, match="release_older"):
        repository.add(house.served, house.folder, house.online, house.now + timedelta(days=200), 2)
    house.issue("1.2")
    (house.folder / "2.targets.json").unlink()
    with pytest.raises(Refused, match="release_older"):
        repository.add(house.served, house.folder, house.online, house.now, 2)
    with pytest.raises(Refused, match="release_protocol"):
        house.issue("1.3", protocol=3)


@pytest.mark.parametrize(
    "line",
    ["percent = 101", 'percent = "5"', 'version = "latest"', 'file = "../x.tar.xz"', 'file = "gone.tar.xz"'],
)
def test_a_plan_that_says_something_else_is_not_signed(house: Office, line: str) -> None:
    house.plan("1.1")
    name, _, _ = line.partition(" ")
    plan = house.folder / repository.PLAN
    rows = [line if row.startswith(name) else row for row in plan.read_text(encoding="utf-8").splitlines()]
    plan.write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(Refused, match="release_plan"):
        repository.sign(house.folder, house.signers[0], house.now)


def test_a_root_needs_keys_of_several_people(house: Office, tmp_path: Path) -> None:
    key = SigningKey.generate()
    hexadecimal = bytes(key.verify_key).hex()
    with pytest.raises(Refused, match="release_roots"):
        repository.found(tmp_path, [key, key, key], [hexadecimal, hexadecimal], hexadecimal, house.now)
    assert not (tmp_path / "1.root.json").exists()


def test_from_keys_to_an_offer_by_the_command_line(
    tmp_path: Path, house: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LNCTP_SERVER_HOME", str(tmp_path / "server"))
    for name in ("r1", "r2", "r3", "t1", "t2"):
        assert main(["release", "key", name]) == 0
    assert (tmp_path / "r1.key").stat().st_mode & 0o077 == 0
    capsys.readouterr()
    assert main(["server", "release", "key"]) == 0
    (tmp_path / "online.pub").write_text(capsys.readouterr().out, encoding="ascii")
    keys = [word for name in ("r1", "r2", "r3") for word in ("--key", f"{name}.key")]
    named = ["--targets", "t1.pub", "--targets", "t2.pub", "--server", "online.pub"]
    assert main(["release", "root", "out", *keys, *named]) == 0
    digest = capsys.readouterr().out.strip()
    house.plan("1.1")
    for file in (repository.PLAN, "lnctp-1.1.tar.xz"):
        (tmp_path / "out" / file).write_bytes((house.folder / file).read_bytes())
    assert main(["release", "sign", "out", "--key", "r1.key"]) == 1
    assert main(["release", "sign", "out", "--key", "t2.key"]) == 0
    assert main(["server", "release", "add", "out", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.partition("\n")[2]) == {"versions": ["1.1"]}
    assert releases.root_digest(tmp_path / "server") == digest


def test_the_servers_route_gives_what_is_offered_and_nothing_else(house: Office) -> None:
    house.issue("1.1", at=house.long_ago(3))
    (house.served / "secret.txt").write_text("no", encoding="utf-8")
    (house.served / "link.json").symlink_to(house.home / releases.KEY)
    stale = (house.served / "timestamp.json").read_bytes()
    with serving(house.home) as url, httpx.Client(base_url=url) as client:
        fresh = client.get("/release/timestamp.json").content
        assert fresh != stale  # three days old: the server says it anew
        assert client.get("/release/timestamp.json").content == fresh
        (archive,) = house.served.glob("*.tar.xz")
        part = client.get(f"/release/{archive.name}", headers={"Range": "bytes=10-"})
        assert (part.status_code, part.content) == (206, archive.read_bytes()[10:])
        for name in (
            "release.key",
            "..%2Frelease.key",
            "%2e%2e/release.key",
            "secret.txt",
            "link.json",
            "2.root.json",
        ):
            answer = client.get(f"/release/{name}")
            assert answer.status_code == 404, name
            assert bytes(house.online).hex() not in answer.text
    assert SYSTEM in (house.served / "1.targets.json").read_text(encoding="utf-8")
