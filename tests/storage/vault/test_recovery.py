"""A lost phrase: two of three custodians open the vault, offline. docs/security.md, "Recovery"."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vaults import OTHER, OWN, quick_derive

from lnctp_tui.errors import BadInput, LnctpError, VaultTampered
from lnctp_tui.storage import paths
from lnctp_tui.storage.vault import phrase, recovery, vault
from lnctp_tui.storage.vault.recovery import OrganisationKeys

BYTE = st.integers(0, 255)


class Sealed(NamedTuple):
    """A vault that is sealed to an organisation's key."""

    home: Path
    keys: OrganisationKeys
    key: vault.Key


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sealed:
    monkeypatch.setattr(vault, "_derive", quick_derive)
    return _made(tmp_path / "data", recovery.new_keys())


def _made(home: Path, keys: OrganisationKeys) -> Sealed:
    key = vault.create(home, OWN, kind="own", language="es", time_zone="UTC", recovery_key=keys.public)
    return Sealed(home, keys, key)


def _code(action: Callable[[], object]) -> str:
    with pytest.raises(LnctpError) as raised:
        action()
    return raised.value.code


def test_any_two_custodians_open_and_a_new_phrase_is_set(sealed: Sealed) -> None:
    for first, second in permutations(sealed.keys.shares, 2):
        request, _words = recovery.request(sealed.home)
        answer = recovery.answer(request, first, second)
        assert recovery.finish(sealed.home, answer, OTHER, "own") == sealed.key
        assert vault.unlock(sealed.home, OTHER) == sealed.key


def test_shares_may_be_typed_carelessly(sealed: Sealed) -> None:
    first, second = (
        f" {share[0]}   " + "  ".join(word[:4].upper() for word in share.split()[1:])
        for share in sealed.keys.shares[:2]
    )
    request, _words = recovery.request(sealed.home)
    assert recovery.answer(request, first, second)


def test_one_custodian_alone_opens_nothing(sealed: Sealed) -> None:
    request, _words = recovery.request(sealed.home)
    share = sealed.keys.shares[0]
    renumbered = f"2 {share[2:]}"
    assert _code(lambda: recovery.answer(request, share, share)) == "shares_same"
    assert _code(lambda: recovery.answer(request, share, renumbered)) == "shares_wrong"


def test_shares_of_another_organisation_open_nothing(sealed: Sealed) -> None:
    request, _words = recovery.request(sealed.home)
    other = recovery.new_keys()
    assert _code(lambda: recovery.answer(request, *other.shares[:2])) == "shares_wrong"
    assert _code(lambda: recovery.answer(request, sealed.keys.shares[0], other.shares[1])) == "shares_wrong"


@pytest.mark.parametrize("share", ["", "1", "4 {words}", "{words}", "1 {words} uva", "1 zzzz"])
def test_a_misspelled_share_is_named_as_such(sealed: Sealed, share: str) -> None:
    request, _words = recovery.request(sealed.home)
    typed = share.format(words=sealed.keys.shares[0][2:])
    assert _code(lambda: recovery.answer(request, typed, sealed.keys.shares[1])) == "share_words"


def test_only_the_laptop_that_asked_can_use_the_answer(sealed: Sealed) -> None:
    request, _words = recovery.request(sealed.home)
    answer = recovery.answer(request, *sealed.keys.shares[:2])
    recovery.request(sealed.home)
    with pytest.raises(VaultTampered):
        recovery.finish(sealed.home, answer, OTHER, "own")
    assert vault.unlock(sealed.home, OWN) == sealed.key


def test_an_answer_works_once(sealed: Sealed) -> None:
    request, _words = recovery.request(sealed.home)
    answer = recovery.answer(request, *sealed.keys.shares[:2])
    recovery.finish(sealed.home, answer, OTHER, "own")
    assert _code(lambda: recovery.finish(sealed.home, answer, OWN, "own")) == "no_request"
    assert sorted(each.name for each in sealed.home.iterdir()) == [paths.DATABASE, paths.VAULT]


def test_the_answer_holds_no_key_that_can_be_read(sealed: Sealed) -> None:
    request, _words = recovery.request(sealed.home)
    answer = recovery.answer(request, *sealed.keys.shares[:2])
    for text in (request, answer):
        assert vault.encode(sealed.key.dek) not in text
        assert sealed.key.dek.hex() not in text


def test_a_request_with_another_vaults_name_is_refused(sealed: Sealed) -> None:
    request, _words = recovery.request(sealed.home)
    renamed = json.dumps(json.loads(request) | {"vault_id": "0" * 32})
    with pytest.raises(VaultTampered):
        recovery.answer(renamed, *sealed.keys.shares[:2])


def test_a_vault_takes_no_other_vaults_key(sealed: Sealed, tmp_path: Path) -> None:
    other = _made(tmp_path / "other", sealed.keys)
    request, _words = recovery.request(sealed.home)
    answer = recovery.answer(request, *sealed.keys.shares[:2])
    (other.home / "recovery-request.key").write_bytes((sealed.home / "recovery-request.key").read_bytes())
    with pytest.raises(VaultTampered):
        recovery.finish(other.home, answer, OTHER, "own")


def test_custodians_compare_the_words_the_laptop_showed(sealed: Sealed) -> None:
    request, words = recovery.request(sealed.home)
    assert recovery.request_facts(request) == (sealed.key.vault_id, words)
    assert len(words.split()) == 6
    assert recovery.request(sealed.home)[1] != words


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "[" * 50_000, '{"format": "lnctp-recovery-request-1"}']
)
def test_what_is_no_request_is_refused(sealed: Sealed, text: str) -> None:
    assert _code(lambda: recovery.answer(text, *sealed.keys.shares[:2])) == "recovery_request"
    assert _code(lambda: recovery.finish(sealed.home, text, OTHER, "own")) == "recovery_answer"


def test_a_vault_without_the_organisations_key_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault, "_derive", quick_derive)
    vault.create(tmp_path / "data", OWN, kind="own", language="es", time_zone="UTC")
    assert _code(lambda: recovery.request(tmp_path / "data")) == "no_recovery"


def test_the_organisations_key_can_be_set_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "_derive", quick_derive)
    keys = recovery.new_keys()
    key = vault.create(tmp_path / "data", OWN, kind="own", language="es", time_zone="UTC")
    vault.set_recovery(tmp_path / "data", key, keys.public)
    assert vault.unlock(tmp_path / "data", OWN) == key
    answer = recovery.answer(recovery.request(tmp_path / "data")[0], *keys.shares[1:])
    assert recovery.finish(tmp_path / "data", answer, OTHER, "own") == key


def test_the_public_key_file_is_read_back_and_checked(tmp_path: Path) -> None:
    keys = recovery.new_keys()
    assert recovery.configured(tmp_path) is None
    recovery.configure(tmp_path, keys.public)
    assert recovery.configured(tmp_path) == keys.public
    line = keys.line()
    swapped = line.replace(line.split()[1], line.split()[1][::-1])
    for wrong in ("", "x", line[:-4], swapped, f"{line} more", line.replace("-1", "-2")):
        with pytest.raises(BadInput):
            recovery.parse_public(wrong)


def test_shares_are_printed_as_number_and_words() -> None:
    keys = recovery.new_keys()
    assert [share.split()[0] for share in keys.shares] == ["1", "2", "3"]
    assert all(phrase.decode(share[2:]) is not None for share in keys.shares)
    assert all(share not in repr(keys) for share in keys.shares)


def test_multiplication_is_that_of_the_field() -> None:
    """FIPS 197, 4.2: {57} x {83} = {c1}, {57} x {13} = {fe}."""
    assert recovery._times(0x57, 0x83) == 0xC1
    assert recovery._times(0x57, 0x13) == 0xFE
    assert all(recovery._times(each, recovery._inverse(each)) == 1 for each in range(1, 256))


@given(BYTE, BYTE, BYTE)
def test_multiplication_distributes(a: int, b: int, c: int) -> None:
    times = recovery._times
    assert times(a, b ^ c) == times(a, b) ^ times(a, c)
    assert times(a, b) == times(b, a)


@pytest.mark.parametrize("name", ["device_key", "rec", "vault_id", "recovery_key"])
@pytest.mark.parametrize("value", ["", "AAAA", "\ud800", "A" * 44, "A" * 43 + "=", "é"])
def test_an_altered_request_gets_no_answer(sealed: Sealed, name: str, value: str) -> None:
    text, _ = recovery.request(sealed.home)
    altered = json.dumps(json.loads(text) | {name: value})
    with pytest.raises(LnctpError):
        recovery.answer(altered, *sealed.keys.shares[:2])
