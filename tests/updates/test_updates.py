"""New versions on a laptop: taken, refused, cut off at each step, begun when nothing is open, and taken back."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from counts import often
from nacl.signing import SigningKey
from releases_office import Office, archive, asked, serving

from lnctp_tui import __main__ as program
from lnctp_tui import launcher, programs
from lnctp_tui.errors import Refused
from lnctp_tui.updates import fetching, places, repository, unpacking, updater

DEVICE = "d" * 32


@pytest.fixture
def line(tmp_path: Path) -> Iterator[str]:
    """The address of the server of the office in `office/`."""
    (tmp_path / "server").mkdir(exist_ok=True)
    with serving(tmp_path / "server") as url:
        yield url


@pytest.fixture
def house(tmp_path: Path) -> Office:
    return Office(tmp_path / "releases", tmp_path / "server")


@pytest.fixture
def laptop(tmp_path: Path) -> Path:
    home = tmp_path / "laptop"
    home.mkdir(mode=0o700)
    return home


def begin(home: Path, own: str = "1.0") -> Path | None:
    """Nothing is open: what waits begins."""
    places.begin_with_ready(home)
    return places.next_program(home, own)


def test_a_signed_version_is_laid_beside_this_one_and_begins_when_it_may(
    house: Office, laptop: Path, line: str
) -> None:
    house.issue("1.1", "1.2")
    assert updater.look(asked(laptop, line, root=house.digest), house.root) == "update_ready"
    assert places.next_program(laptop, "1.0") is None  # it waits
    assert begin(laptop) == places.folder(laptop) / "1.2" / "lnctp"
    assert places.next_program(laptop, "1.2") is None
    assert list(places.folder(laptop).glob(f"*{places.PART}")) == []
    assert updater.look(asked(laptop, line, own="1.2"), house.root) == ""


def test_two_versions_stay(house: Office, laptop: Path, line: str) -> None:
    own = "1.0"
    for version in ("1.1", "1.2", "1.3"):
        house.issue(version)
        assert updater.look(asked(laptop, line, own=own), house.root) == "update_ready"
        begin(laptop, own)
        own = version
    house.issue("1.3")
    updater.look(asked(laptop, line, own=own), house.root)
    assert sorted(path.name for path in places.folder(laptop).iterdir() if places.numbers(path.name)) == [
        "1.2",
        "1.3",
    ]


# refusals


def altered_archive(house: Office) -> None:
    (file,) = house.served.glob("*.tar.xz")
    content = bytearray(file.read_bytes())
    content[-20] ^= 1
    file.write_bytes(content)


def longer_archive(house: Office) -> None:
    (file,) = house.served.glob("*.tar.xz")
    file.write_bytes(file.read_bytes() + b"x" * 999)


def altered_list(house: Office) -> None:
    (file,) = house.served.glob("*.targets.json")
    file.write_text(
        file.read_text(encoding="utf-8").replace('"percent": 100', '"percent": 99'), encoding="utf-8"
    )


def another_signer(house: Office) -> None:
    """Whoever holds the server signs a list with another key, and says with the server's that it is the newest."""
    house.plan("6.6")
    list_of = json.loads((house.folder / "1.targets.json").read_text(encoding="utf-8"))
    thief = repository.SodiumSigner(SigningKey.generate())
    metadata = repository.Metadata.from_dict(list_of)
    metadata.signed.version = 2
    metadata.sign(thief)
    metadata.to_file(str(house.served / "2.targets.json"))
    repository.renew(house.served, house.online, house.now)


def the_servers_key_signs(house: Office) -> None:
    metadata = repository.Metadata.from_file(str(house.served / "1.targets.json"))
    metadata.signed.version = 2
    metadata.sign(repository.SodiumSigner(house.online))
    metadata.to_file(str(house.served / "2.targets.json"))
    repository.renew(house.served, house.online, house.now)


def another_root(house: Office) -> None:
    """The next root, signed by one of three only."""
    metadata = repository.Metadata.from_file(str(house.served / "1.root.json"))
    metadata.signed.version = 2
    metadata.sign(repository.SodiumSigner(house.roots[0]))
    metadata.to_file(str(house.served / "2.root.json"))


def ended(house: Office) -> None:
    (house.served / "1.targets.json").unlink()
    repository.sign(house.folder, house.signers[0], house.long_ago(400))
    name = "2.targets.json"
    (house.served / name).write_bytes((house.folder / name).read_bytes())
    repository.renew(house.served, house.online, house.now)


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        (altered_archive, "update_not_ours"), (longer_archive, "update_not_ours"), (altered_list, "update_not_ours"),
        (another_signer, "update_not_ours"), (the_servers_key_signs, "update_not_ours"),
        (another_root, "update_not_ours"),
        (ended, "update_ended"),
    ],
)  # fmt: skip
def test_what_the_organisation_did_not_sign_is_not_installed(
    house: Office, laptop: Path, line: str, attack: Any, code: str
) -> None:
    house.issue("1.1")
    attack(house)
    assert updater.look(asked(laptop, line), house.root) == code
    assert places.read(laptop, places.TOLD) == code
    assert places.read(laptop, places.READY) == ""
    assert [path for path in places.folder(laptop).iterdir() if places.numbers(path.name)] == []


def test_a_list_put_back_is_refused(house: Office, laptop: Path, line: str, tmp_path: Path) -> None:
    """Whoever holds the server offers the list of before, in which a hole was still open."""
    house.issue("1.1")
    shutil.copytree(house.served, tmp_path / "before")
    house.issue("1.2")
    assert updater.look(asked(laptop, line), house.root) == "update_ready"
    shutil.rmtree(house.served)
    shutil.copytree(tmp_path / "before", house.served)
    assert updater.look(asked(laptop, line, own="1.2"), house.root) == "update_older"
    # Also when the server's own key says anew that it is the newest.
    for _time in range(4):
        repository.renew(house.served, house.online, house.now)
    assert updater.look(asked(laptop, line, own="1.2"), house.root) == "update_older"


def test_only_older_versions_are_told(house: Office, laptop: Path, line: str) -> None:
    house.issue("1.1")
    assert updater.look(asked(laptop, line, own="1.2"), house.root) == "update_older"


def test_a_bundle_with_another_root_than_enrolment_named_takes_nothing(
    house: Office, laptop: Path, line: str
) -> None:
    house.issue("1.1")
    other = hashlib.sha256(b"another").hexdigest()
    assert updater.look(asked(laptop, line, root=other), house.root) == "update_not_ours"
    assert updater.look(asked(laptop, line), None) == ""
    assert places.read(laptop, places.READY) == ""


def test_a_version_that_does_not_check_itself_is_never_taken_again(
    house: Office, laptop: Path, line: str
) -> None:
    house.issue("1.1", program=b"#!/bin/sh\nexit 1\n")
    assert updater.look(asked(laptop, line), house.root) == "update_back"
    assert updater.look(asked(laptop, line), house.root) == ""
    assert places.read(laptop, places.TOLD) == "update_back"
    assert places.program(laptop, "1.1") is None


def test_a_line_that_is_gone_says_nothing_and_hides_nothing(house: Office, laptop: Path) -> None:
    places.folder(laptop).mkdir()
    places.write(laptop, places.TOLD, "update_ended")
    assert updater.look(asked(laptop, "http://127.0.0.1:9"), house.root) == ""
    assert places.read(laptop, places.TOLD) == "update_ended"
    assert not (places.folder(laptop) / places.LOOKED).exists()


# who gets it, and when


def test_a_ring_is_of_device_and_version_and_even(house: Office, laptop: Path) -> None:
    rings = [updater.ring(f"{number:032x}", "1.1") for number in range(3000)]
    assert set(rings) == set(range(100))
    assert 100 < sum(ring < 5 for ring in rings) < 200
    assert updater.ring(DEVICE, "1.1") == int(hashlib.sha256(f"{DEVICE}\n1.1".encode()).hexdigest(), 16) % 100


@pytest.mark.parametrize(
    ("percent", "schema", "taken"),
    [
        (100, "9999", True),
        (0, "9999", False),
        (100, "0000", False),
        ("mine", "9999", False),
        ("more", "9999", True),
    ],
)
def test_a_version_is_for_its_ring_and_for_no_older_data(
    house: Office, laptop: Path, line: str, percent: Any, schema: str, taken: bool
) -> None:
    mine = updater.ring(DEVICE, "1.1")
    house.issue(
        "1.1", percent={"mine": mine, "more": min(mine + 1, 100)}.get(percent, percent), schema=schema
    )
    assert (updater.look(asked(laptop, line), house.root) == "update_ready") is taken


# the disk, the line, two at once


def test_too_little_room_is_said_with_how_much(
    house: Office, laptop: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.issue("1.1")
    real = shutil.disk_usage(laptop)
    monkeypatch.setattr(updater.shutil, "disk_usage", lambda _path: real._replace(free=10))
    assert updater.look(asked(laptop, line), house.root) == "update_room"
    assert places.read(laptop, places.TOLD) == "update_room 1"
    monkeypatch.undo()
    assert updater.look(asked(laptop, line), house.root) == "update_ready"


def test_a_disk_that_fills_up_meanwhile_leaves_nothing_half_made(
    house: Office, laptop: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    house.issue("1.1")
    monkeypatch.setattr(unpacking.os, "fsync", full)
    assert updater.look(asked(laptop, line), house.root) == "update_room"
    monkeypatch.undo()
    assert list(places.folder(laptop).glob(f"1.1{places.PART}")) == []
    assert updater.look(asked(laptop, line), house.root) == "update_ready"


def test_two_programs_at_once_do_not_disturb_each_other(house: Office, laptop: Path, line: str) -> None:
    house.issue("1.1")
    places.folder(laptop).mkdir()
    with updater._alone(places.folder(laptop)) as alone:
        assert alone
        assert updater.look(asked(laptop, line), house.root) == ""
    assert updater.look(asked(laptop, line), house.root) == "update_ready"


def test_a_fetch_goes_on_where_it_was_cut_and_forgets_what_is_another(
    house: Office, laptop: Path, line: str
) -> None:
    house.issue("1.1")
    (file,) = house.served.glob("*.tar.xz")
    whole = file.read_bytes()
    url, half = f"{line}/release/{file.name}", laptop / "half.part"
    collected = laptop / f"{file.name}.part"
    collected.write_bytes(whole[:100])
    fetcher = fetching.LineFetcher(line, None, half)
    asked_for = []
    real, fetcher._from = fetcher._from, lambda url, start: asked_for.append(start) or real(url, start)  # type: ignore[method-assign,assignment,func-returns-value]
    with fetcher.download_file(url, len(whole)) as got:
        assert got.read() == whole
    assert asked_for == [100]
    places.folder(laptop).mkdir()
    (places.folder(laptop) / f"{file.name}.part").write_bytes(b"x" * 100)
    assert updater.look(asked(laptop, line), house.root) == "update_not_ours"
    assert updater.look(asked(laptop, line), house.root) == "update_ready"


def test_a_fetch_is_no_faster_than_it_may_be(house: Office, laptop: Path, line: str) -> None:
    class Waits:
        total = 0.0

        def wait(self, seconds: float) -> None:
            self.total += seconds

    house.issue("1.1")
    (file,) = house.served.glob("*.tar.xz")
    fetcher = fetching.LineFetcher(line, None, laptop / "half.part", rate=1)
    fetcher._pause = waits = Waits()  # type: ignore[assignment]
    with fetcher.download_file(f"{line}/release/{file.name}", 1 << 20) as got:
        assert waits.total > len(got.read()) - 5


class Killed(BaseException):
    pass


STEPS = ("fsync", "replace", "rename", "mkdir", "unlink", "open")


def dies_at(step: int) -> None:
    """From now on this process ends at the n-th touch of the disk, as by kill -9: nothing is tidied up."""
    left = [step]

    def counted(real: Any) -> Any:
        def touch(*arguments: Any, **words: Any) -> Any:
            left[0] -= 1
            if left[0] < 0:
                os._exit(9)
            return real(*arguments, **words)

        return touch

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))


def test_killed_at_any_step_the_old_version_runs_and_the_next_look_brings_the_new(
    house: Office, laptop: Path, line: str
) -> None:
    house.issue("1.1")
    steps = 0
    for step in range(0, 400, often(1, 9)):
        shutil.rmtree(laptop)
        laptop.mkdir(mode=0o700)
        child = os.fork()
        if child == 0:
            dies_at(step)
            os._exit(updater.look(asked(laptop, line), house.root) != "update_ready")
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if code == 0:
            break
        assert code == 9, step
        steps += 1
        ready = places.read(laptop, places.READY)
        assert ready == "" or places.program(laptop, ready)
        assert places.next_program(laptop, "1.0") is None
        assert updater.look(asked(laptop, line), house.root) == "update_ready", step
        assert begin(laptop), step
    assert steps > 3


# archives


def link(entry: tarfile.TarInfo) -> None:
    entry.type, entry.linkname, entry.size = tarfile.SYMTYPE, "/etc/passwd", 0


def hard_link(entry: tarfile.TarInfo) -> None:
    entry.type, entry.linkname, entry.size = tarfile.LNKTYPE, "lnctp/lnctp", 0


def device(entry: tarfile.TarInfo) -> None:
    entry.type, entry.size = tarfile.FIFOTYPE, 0


def named(name: str) -> Any:
    def change(entry: tarfile.TarInfo) -> None:
        entry.name = name

    return change


@pytest.mark.parametrize(
    "change",
    [link, hard_link, device, *map(named, (
        "lnctp/../../out", "../out", "/out", "lnctp//out", "lnctp/./out", "out", "lnctp/a\\..\\out", "lnctp/C:out",
        "lnctp/a\x1b[2J", "lnctp/LNCTP", "lnctp/lnctp", "lnctp/lnctp/inside", "lnctp",
    ))],
)  # fmt: skip
def test_an_archive_that_leads_elsewhere_is_refused(tmp_path: Path, change: Any) -> None:
    packed = archive(tmp_path / "bad.tar.xz", change=change)
    with pytest.raises(Refused, match="update_not_ours"):
        unpacking.unpack(packed, tmp_path / "part")
    assert {path.name for path in tmp_path.iterdir()} == {"bad.tar.xz", "part"}


@pytest.mark.parametrize("limit", ["LARGEST", "MOST"])
def test_an_archive_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(unpacking, limit, 2)
    with pytest.raises(Refused, match="update_not_ours"):
        unpacking.unpack(archive(tmp_path / "big.tar.xz"), tmp_path / "part")


def test_an_archive_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"not packed")
    with pytest.raises(Refused, match="update_not_ours"):
        unpacking.unpack(tmp_path / "bad", tmp_path / "part")


# back


def laid(home: Path, *versions: str) -> None:
    """Versions that are on the disk."""
    for version in versions:
        folder = places.folder(home) / version
        folder.mkdir(parents=True, mode=0o700)
        (folder / "lnctp").touch(mode=0o700)


def test_a_version_that_never_stands_is_taken_back_after_three_tries(laptop: Path) -> None:
    laid(laptop, "1.1", "1.2")
    places.write(laptop, places.CURRENT, "1.1")
    places.write(laptop, places.READY, "1.2")
    assert places.begin_with_ready(laptop)
    for _try in range(3):
        assert places.next_program(laptop, "1.0") == places.folder(laptop) / "1.2" / "lnctp"
    assert places.next_program(laptop, "1.0") == places.folder(laptop) / "1.1" / "lnctp"
    assert places.read(laptop, places.TOLD) == "update_back"
    assert places.read(laptop, places.BROKEN) == "1.2"


def test_a_version_that_stood_begins_its_count_anew(laptop: Path) -> None:
    laid(laptop, "1.1")
    places.write(laptop, places.CURRENT, "1.1")
    for _try in range(9):
        assert places.next_program(laptop, "1.0")
        places.stood(laptop)


def test_a_command_is_no_try(laptop: Path) -> None:
    laid(laptop, "1.1")
    places.write(laptop, places.CURRENT, "1.1")
    for _try in range(9):
        assert places.next_program(laptop, "1.0", counts=False)


def test_what_changed_the_data_is_not_taken_back(laptop: Path) -> None:
    laid(laptop, "1.1")
    places.write(laptop, places.CURRENT, "1.1")
    places.write(laptop, places.MIGRATED, "1.1")
    assert not places.go_back(laptop, "1.1")
    for _try in range(5):
        assert places.next_program(laptop, "1.0")


@pytest.mark.parametrize("version", ["..", "../x", "/bin", "1.1/..", "", "1", "1.1\nx", "9" * 9 + ".1"])
def test_what_is_no_version_starts_nothing(laptop: Path, version: str) -> None:
    laid(laptop, "1.1")
    (places.folder(laptop) / places.CURRENT).write_text(version, encoding="utf-8")
    assert places.next_program(laptop, "1.0") is None or version.strip() == "1.1"


def test_a_link_starts_nothing(laptop: Path, tmp_path: Path) -> None:
    laid(laptop, "1.1")
    (places.folder(laptop) / "1.2").symlink_to(places.folder(laptop) / "1.1")
    (places.folder(laptop) / "1.3").mkdir()
    (places.folder(laptop) / "1.3" / "lnctp").symlink_to("/bin/sh")
    for version in ("1.2", "1.3"):
        places.write(laptop, places.CURRENT, version)
        assert places.next_program(laptop, "1.0") is None


@pytest.fixture
def bundled(laptop: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A bundle of version 1.1, started by the installed one; what it became is noted."""
    became: list[list[str]] = []

    def become(path: str, arguments: tuple[str, ...] = ()) -> int:
        became.append([path, *arguments])
        return 7

    monkeypatch.setenv("LNCTP_HOME", str(laptop))
    monkeypatch.setenv(places.STARTER, "/opt/lnctp")
    monkeypatch.delenv(launcher.ECHO, raising=False)
    monkeypatch.setattr(programs, "frozen", lambda: True)
    monkeypatch.setattr(programs, "VERSION", "1.1")
    monkeypatch.setattr(places, "go_on_with", become)
    monkeypatch.setattr(places.next_program, "__defaults__", ("1.1",))
    return became


def worker(monkeypatch: pytest.MonkeyPatch, *codes: int) -> launcher._Launcher:
    ends = iter(codes)
    started = launcher._Launcher((), -1, renews=True)
    monkeypatch.setattr(started, "_work", lambda: next(ends))
    return started


def test_three_quick_crashes_bring_the_former_version_back(
    laptop: Path, bundled: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(laptop, "1.1")
    places.write(laptop, places.CURRENT, "1.1")
    crashing = worker(monkeypatch, 1, 1, 1)
    crashing._rounds(None)
    assert crashing.next == "/opt/lnctp"
    assert places.read(laptop, places.CURRENT) == ""
    assert places.read(laptop, places.TOLD) == "update_back"


def test_after_a_migration_three_quick_crashes_are_for_support(
    laptop: Path,
    bundled: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    laid(laptop, "1.1")
    places.write(laptop, places.CURRENT, "1.1")
    places.write(laptop, places.MIGRATED, "1.1")
    crashing = worker(monkeypatch, 1, 1, 1)
    assert crashing._rounds(None) == launcher.CRASHED
    assert crashing.next == ""
    assert "soporte" in capsys.readouterr().err


def test_a_version_begins_after_a_lock_and_never_after_a_crash(
    laptop: Path, bundled: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    laid(laptop, "1.1", "1.2")
    places.write(laptop, places.CURRENT, "1.2")
    crashed = worker(monkeypatch, 1, 0)
    assert crashed._rounds(None) == 0
    assert crashed.next == ""
    locked = worker(monkeypatch, launcher.LOCKED)
    locked._rounds(None)
    assert locked.next == str(places.folder(laptop) / "1.2" / "lnctp")
    assert launcher._become(locked.next) == 7
    assert bundled == [[locked.next]]
    assert os.environ.pop(launcher.ECHO) == "1"


def test_the_installed_program_hands_commands_on_to_the_version_in_use(
    laptop: Path, bundled: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older one would not open what a newer one wrote."""
    laid(laptop, "1.2")
    places.write(laptop, places.CURRENT, "1.2")
    monkeypatch.setattr(program.sys, "argv", ["lnctp", "case", "list"])
    assert program.main() == 7
    assert bundled == [[str(places.folder(laptop) / "1.2" / "lnctp"), "case", "list"]]
    assert places.read(laptop, places.TRIES) == ""
