"""The data key: who gets it and who does not. docs/security.md, "Keys"; attacks 2, 6, 7."""

from __future__ import annotations

import functools
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from vaults import OTHER, OWN, SUPPORT, MadeVault, quick_derive

from lnctp_tui.errors import StorageFailed, VaultError, VaultTampered, WrongPassphrase
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.vault import phrase, recovery, vault


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cheap derivation, for tests about what happens to the file."""
    monkeypatch.setattr(vault, "_derive", quick_derive)


def test_a_carelessly_typed_phrase_opens(made: MadeVault) -> None:
    typed = "  ".join(word[:4].upper() for word in made.phrase.split())
    assert vault.unlock(made.home, f" {typed}\t") == made.key


def test_another_phrase_does_not_open(made: MadeVault) -> None:
    with pytest.raises(WrongPassphrase):
        vault.unlock(made.home, " ".join(reversed(made.phrase.split())))


def test_new_vaults_get_the_minimum_of_the_design(made: MadeVault) -> None:
    kdf = vault.Vault.read(made.home).kdf
    assert (kdf.ops, kdf.memory, len(vault.decode(kdf.salt))) == (3, 256 << 20, 16)


def test_the_key_is_not_in_its_own_text(made: MadeVault) -> None:
    assert made.key.dek.hex() not in repr(made.key)
    assert repr(made.key.dek) not in repr(made.key)


def test_neither_phrase_nor_key_is_in_the_file(made: MadeVault) -> None:
    content = (made.home / paths.VAULT).read_text()
    for secret in (made.phrase, made.key.dek.hex(), vault.encode(made.key.dek)):
        assert secret not in content


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
        if path:
            yield path
    else:
        yield path


def _altered(value: Any) -> Iterator[Any]:
    """Other values of the same kind, of another kind, and ones that Python takes for equal."""
    if isinstance(value, bool | int):
        yield from (value + 1, value - 1, -value, float(value), str(value), value == 1, 2**70)
    elif isinstance(value, str):
        other = value[:-3] + ("B" if value[-3:-2] != "B" else "C") + value[-2:]
        yield from (other, value.swapcase(), value + "A", f" {value}", value[:-4], "", "\ud800", [value])
    else:
        yield from ({**value, "more": 1}, {}, [], list(value.values()))
    yield None
    yield {"nonce": "", "box": "", "to": ""}


def _put(content: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    altered: dict[str, Any] = json.loads(json.dumps(content))
    inner = functools.reduce(lambda at, name: at[name], path[:-1], altered)
    inner[path[-1]] = value
    return altered


def test_a_vault_with_any_field_altered_never_opens(made: MadeVault) -> None:
    public = recovery.new_keys().public
    vault.set_recovery(made.home, made.key, public)
    vault.new_sheet(made.home, made.key)
    vault.set_profile(made.home, made.key, theme="light")
    file = made.home / paths.VAULT
    content = json.loads(file.read_text())
    leaves = list(_leaves(content))
    assert len(leaves) == 24  # 20 values and the 4 groups they stand in
    for path in leaves:
        standing = functools.reduce(lambda at, name: at[name], path, content)
        for value in _altered(standing):
            altered = _put(content, path, value)
            if json.dumps(altered) != json.dumps(content):
                file.write_text(json.dumps(altered))
                with pytest.raises(VaultError):
                    vault.unlock(made.home, made.phrase)
    file.write_text(json.dumps(content))
    assert vault.unlock(made.home, made.phrase) == made.key


def test_a_field_more_or_less_never_opens(made: MadeVault) -> None:
    file = made.home / paths.VAULT
    content = json.loads(file.read_text())
    for altered in [
        {**content, "more": None},
        {**content, "theme": ""},
        {**content, "theme": "light"},
        *({n: v for n, v in content.items() if n != name} for name in content),
    ]:
        file.write_text(json.dumps(altered))
        with pytest.raises(VaultTampered):
            vault.unlock(made.home, made.phrase)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 60_000, b'{"version": 1}']
)
def test_a_file_that_is_no_vault_is_refused(made: MadeVault, content: bytes) -> None:
    (made.home / paths.VAULT).write_bytes(content)
    with pytest.raises(VaultTampered):
        vault.unlock(made.home, made.phrase)


@pytest.mark.parametrize(
    ("name", "value"), [("ops", 2), ("ops", 21), ("memory", (256 << 20) - 1), ("memory", (2 << 30) + 1)]
)
def test_settings_out_of_bounds_are_refused_before_deriving(
    made: MadeVault, monkeypatch: pytest.MonkeyPatch, name: str, value: int
) -> None:
    def derived(*_: object) -> bytes:
        pytest.fail("derived")

    monkeypatch.setattr(vault, "_derive", derived)
    file = made.home / paths.VAULT
    file.write_text(json.dumps(_put(json.loads(file.read_text()), ("kdf", name), value)))
    with pytest.raises(VaultTampered):
        vault.unlock(made.home, made.phrase)


def test_a_newer_format_is_named_as_such(made: MadeVault) -> None:
    (made.home / paths.VAULT).write_text('{"version": 2, "anything": 1}')
    with pytest.raises(VaultError) as raised:
        vault.Vault.read(made.home)
    assert raised.value.code == "vault_newer"


def _code(action: Callable[[], object]) -> str:
    with pytest.raises(VaultError) as raised:
        action()
    return raised.value.code


def _create(home: Path, words: str = OWN, kind: phrase.Kind = "own") -> vault.Key:
    return vault.create(home, words, kind=kind, language="es", time_zone="America/Mexico_City")


@pytest.mark.usefixtures("quick")
def test_a_vault_is_never_made_over_another(made: MadeVault) -> None:
    before = (made.home / paths.VAULT).read_bytes()
    assert _code(lambda: _create(made.home)) == "vault_exists"
    (made.home / paths.DATABASE).unlink()
    assert _code(lambda: _create(made.home)) == "vault_exists"
    assert (made.home / paths.VAULT).read_bytes() == before


@pytest.mark.usefixtures("quick")
def test_a_database_without_its_vault_is_not_taken_for_a_first_run(made: MadeVault) -> None:
    (made.home / paths.VAULT).unlink()
    before = (made.home / paths.DATABASE).read_bytes()
    assert _code(lambda: vault.Vault.read(made.home)) == "database_without_vault"
    assert _code(lambda: _create(made.home)) == "database_without_vault"
    assert (made.home / paths.DATABASE).read_bytes() == before


@pytest.mark.usefixtures("quick")
def test_a_weak_phrase_makes_nothing(tmp_path: Path) -> None:
    assert _code(lambda: _create(tmp_path / "data", "corta")) == "phrase_short"
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.usefixtures("quick")
def test_a_crash_between_vault_and_database_is_finished_by_the_next_start(tmp_path: Path) -> None:
    key = _create(tmp_path / "data")
    database = tmp_path / "data" / paths.DATABASE
    database.rename(database.with_name("case.db.new"))
    engine.connect(database, key.dek).close()
    assert database.exists()


@pytest.mark.usefixtures("quick")
def test_a_crash_before_the_vault_stands_lets_the_first_run_begin_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "data"
    home.mkdir()
    (home / "case.db.new").write_bytes(b"left by another key" * 1000)
    key = _create(home)
    engine.connect(home / paths.DATABASE, key.dek).close()
    assert sorted(each.name for each in home.iterdir()) == [paths.DATABASE, paths.VAULT]


@pytest.mark.usefixtures("quick")
def test_a_full_disk_leaves_no_half_vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise paths.storage_failed(OSError(28, "no space"), path)

    monkeypatch.setattr(paths, "write_new", full)
    with pytest.raises(StorageFailed) as raised:
        _create(tmp_path / "data")
    assert raised.value.facts["reason"] == "ENOSPC"
    assert list((tmp_path / "data").iterdir()) == []


def test_after_a_change_only_the_new_phrase_opens(made: MadeVault) -> None:
    assert vault.change_phrase(made.home, made.phrase, OWN, "own") == made.key
    assert vault.unlock(made.home, OWN) == made.key
    with pytest.raises(WrongPassphrase):
        vault.unlock(made.home, made.phrase)


def test_a_change_with_the_wrong_phrase_changes_nothing(made: MadeVault) -> None:
    before = (made.home / paths.VAULT).read_bytes()
    with pytest.raises(WrongPassphrase):
        vault.change_phrase(made.home, OTHER, OWN, "own")
    assert (made.home / paths.VAULT).read_bytes() == before


@pytest.mark.usefixtures("quick")
def test_another_vaults_key_cannot_set_a_phrase(tmp_path: Path) -> None:
    key = _create(tmp_path / "one")
    _create(tmp_path / "two")
    with pytest.raises(VaultTampered):
        vault.set_phrase(tmp_path / "two", key, OTHER, "own")
    assert vault.unlock(tmp_path / "two", OWN)


CHANGER = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from vaults import OTHER, OWN, quick_derive
from lnctp_tui.storage.vault import vault
vault._derive = quick_derive
home = Path({home!r})
key = vault.unlock(home, sys.argv[1])
print("ready", flush=True)
while True:
    for words in (OTHER, OWN):
        vault.set_phrase(home, key, words, "own")
"""


@pytest.mark.usefixtures("quick")
def test_a_change_killed_at_any_moment_leaves_the_old_or_the_new(tmp_path: Path, soak: bool) -> None:
    home = tmp_path / "data"
    key, standing = _create(home), OWN
    script = CHANGER.format(tests=str(SUPPORT), home=str(home))
    for _round in range(100 if soak else 5):
        with subprocess.Popen([sys.executable, "-c", script, standing], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(timeout=random.uniform(0, 0.05))
            child.kill()
        standing = next(words for words in (OWN, OTHER) if _opens(home, words, key))
    paths.Instance(home).release()
    assert sorted(each.name for each in home.iterdir()) == [paths.DATABASE, paths.LOCK, paths.VAULT]


def _opens(home: Path, words: str, key: vault.Key) -> bool:
    try:
        return vault.unlock(home, words) == key
    except WrongPassphrase:
        return False


@pytest.mark.usefixtures("quick")
def test_a_printed_sheet_opens_and_sets_a_new_phrase(tmp_path: Path) -> None:
    key = _create(tmp_path / "data")
    sheet = vault.new_sheet(tmp_path / "data", vault.unlock(tmp_path / "data", OWN))
    assert len(sheet.split()) == 24
    short = " ".join(word[:4].upper() for word in sheet.split())
    opened = vault.unlock_with_sheet(tmp_path / "data", short)
    assert vault.set_phrase(tmp_path / "data", opened, OTHER, "own") == key
    assert vault.unlock(tmp_path / "data", OTHER) == key
    assert vault.unlock_with_sheet(tmp_path / "data", sheet) == key


@pytest.mark.usefixtures("quick")
def test_a_second_sheet_makes_the_first_useless(tmp_path: Path) -> None:
    home = tmp_path / "data"
    assert _code(lambda: (_create(home), vault.unlock_with_sheet(home, "x"))) == "no_sheet"
    first = vault.new_sheet(home, vault.unlock(home, OWN))
    vault.new_sheet(home, vault.unlock(home, OWN))
    assert _code(lambda: vault.unlock_with_sheet(home, first)) == "wrong_sheet"
    assert _code(lambda: vault.unlock_with_sheet(home, " ".join(first.split()[:-1]))) == "sheet_words"
    assert (
        _code(lambda: vault.unlock_with_sheet(home, first.replace(first.split()[3], "zzzz"))) == "sheet_words"
    )


@pytest.mark.usefixtures("quick")
def test_language_and_time_zone_change_and_are_read_before_unlocking(tmp_path: Path) -> None:
    key = _create(tmp_path / "data")
    vault.set_profile(tmp_path / "data", key, language="en", time_zone="America/Tijuana")
    read = vault.Vault.read(tmp_path / "data")
    assert (read.language, read.time_zone) == ("en", "America/Tijuana")
    assert vault.unlock(tmp_path / "data", OWN) == key


@pytest.mark.usefixtures("quick")
def test_the_look_is_kept_and_a_vault_of_before_it_opens(tmp_path: Path) -> None:
    key = _create(tmp_path / "data")
    assert "theme" not in json.loads((tmp_path / "data" / paths.VAULT).read_text())
    vault.set_profile(tmp_path / "data", key, theme="contrast")
    assert vault.Vault.read(tmp_path / "data").theme == "contrast"
    assert vault.unlock(tmp_path / "data", OWN) == key


AT_ONCE = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from vaults import quick_derive
from lnctp_tui.errors import WrongPassphrase
from lnctp_tui.storage.vault import vault
vault._derive = quick_derive
home, deed, number = Path({home!r}), sys.argv[1], sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
try:
    if deed == "phrase":
        vault.change_phrase(home, {old!r}, f"Siete gatos pardos riegan {{number}} macetas", "own")
    else:
        key = vault.unlock_with_sheet(home, {sheet!r})
        for _ in range(20):
            vault.set_profile(home, key, language=f"x{{number}}")
except WrongPassphrase:
    print("refused")
else:
    print("done")
"""


@pytest.mark.usefixtures("quick")
def test_of_several_changes_at_once_one_stands_and_the_others_are_told(tmp_path: Path) -> None:
    home = tmp_path / "data"
    key = _create(home)
    sheet = vault.new_sheet(home, vault.unlock(home, OWN))
    script = AT_ONCE.format(tests=str(SUPPORT), home=str(home), old=OWN, sheet=sheet)
    deeds = [("phrase", "31"), ("phrase", "32"), ("phrase", "33"), ("profile", "1"), ("profile", "2")]
    children = [
        subprocess.Popen(
            [sys.executable, "-c", script, *deed],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )
        for deed in deeds
    ]  # fmt: skip
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    said = [child.communicate(timeout=60)[0].strip() for child in children]
    assert sorted(said) == ["done"] * 3 + ["refused"] * 2
    number = deeds[said.index("done")][1]
    assert vault.unlock(home, f"Siete gatos pardos riegan {number} macetas") == key
    assert vault.unlock_with_sheet(home, sheet) == key
    assert vault.Vault.read(home).language in ("x1", "x2")


@pytest.mark.usefixtures("quick")
def test_a_change_that_never_ends_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = _create(tmp_path / "data")
    monkeypatch.setattr(paths.turn.__wrapped__, "__defaults__", (0.1,))
    with paths.turn(tmp_path / "data"):
        assert _code(lambda: vault.set_phrase(tmp_path / "data", key, OTHER, "own")) == "vault_busy"
    vault.set_phrase(tmp_path / "data", key, OTHER, "own")


def test_the_derivation_gives_the_interpreter_free(made: MadeVault) -> None:
    """The unlock screen goes on painting and importing while another thread derives."""
    import threading

    kdf, turns = vault.Vault.read(made.home).kdf, 0
    worker = threading.Thread(target=vault._derive, args=(kdf, "x" * 20))
    worker.start()
    while worker.is_alive():
        turns += 1
    assert turns > 1000
