"""One signature for changes made at once: each proven without the others, and nothing else proven by it."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey
from server_office import Laptop, signer, statuses

from lnctp_tui.domain.records import changes
from lnctp_tui.server.ingest import check
from lnctp_tui.server.postgres.database import Pool
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.database.session import New
from lnctp_tui.sync import wire

KEY = SigningKey(b"a key that seals what is tested!"[:32])
PUBLIC = KEY.verify_key.encode()
SIGNATURE = re.compile(check.SIG).fullmatch


def hashes(count: int) -> list[str]:
    return [hashlib.sha256(b"%d" % number).hexdigest() for number in range(count)]


def true(hash_: str, sig: str, public: bytes = PUBLIC) -> bool:
    return wire.Seals().true({"hash": hash_, "sig": sig}, public)


def swapped(sig: str, place: int) -> str:
    return sig[:128] + f"{place:02x}" + sig[130:]


@given(st.integers(0, 70))
def test_each_is_proven_alone_with_few_signatures(count: int) -> None:
    asked: list[bytes] = []

    def sign(content: bytes) -> str:
        asked.append(content)
        return signer(KEY)(content)

    made = hashes(count)
    sigs = list(changes.seals(made, sign))
    assert len(sigs) == count
    assert all(SIGNATURE(sig) for sig in sigs)
    assert all(map(true, made, sigs))
    whole, rest = divmod(count, changes.TOGETHER)
    assert len(asked) == whole + rest.bit_count()


def test_one_alone_is_signed_as_ever() -> None:
    (made,) = hashes(1)
    (sig,) = changes.seals([made], signer(KEY))
    assert changes.signed(made, sig) == (bytes.fromhex(sig), b"lnctp-change-v1" + bytes.fromhex(made))


@given(st.integers(0, 15), st.integers(0, 15), st.data())
def test_no_seal_proves_another_change_or_stands_altered(one: int, other: int, data: st.DataObject) -> None:
    made = hashes(16)
    sigs = list(changes.seals(made, signer(KEY)))
    if one != other:
        assert not true(made[one], sigs[other])
        assert not true(made[one], swapped(sigs[one], other))
    at = data.draw(st.integers(0, len(sigs[one]) - 1))
    digit = data.draw(st.sampled_from("0123456789abcdef"))
    altered = sigs[one][:at] + digit + sigs[one][at + 1 :]
    assert true(made[one], altered) == (digit == sigs[one][at])


@pytest.mark.parametrize("length", [0, 1, 126, 130, 192, 194 + 63, 130 + 64 * 5])
def test_a_seal_of_another_length_is_no_seal(length: int) -> None:
    made = hashes(16)
    sig = (next(iter(changes.seals(made, signer(KEY)))) + "00" * 64)[:length]
    assert not SIGNATURE(sig)
    assert not true(made[0], sig)


def test_a_place_beside_the_tree_is_no_seal() -> None:
    made = hashes(4)
    sig = next(iter(changes.seals(made, signer(KEY))))
    assert true(made[0], sig)
    assert not true(made[0], swapped(sig, 4))


def test_a_node_of_the_tree_is_no_change() -> None:
    """Of an erased change only hash and seal can be checked: a hash that nobody wrote must not pass for one."""
    made = hashes(4)
    sig = next(iter(changes.seals(made, signer(KEY))))
    leaves = [hashlib.sha256(b"\0" + bytes.fromhex(each)).digest() for each in made]
    node = hashlib.sha256(b"\1" + leaves[0] + leaves[1]).hexdigest()
    shorter = sig[:130] + sig[194:]
    assert SIGNATURE(shorter)
    assert not true(node, shorter)
    assert not true(leaves[0].hex(), sig)


def test_the_root_of_a_tree_signed_as_a_change_proves_nothing() -> None:
    made = hashes(2)
    _, root = changes.signed(made[0], next(iter(changes.seals(made, signer(KEY)))))
    alone = signer(KEY)(b"lnctp-change-v1" + root[-32:])
    sig = alone + "00" + hashlib.sha256(b"\0" + bytes.fromhex(made[1])).hexdigest()
    assert not true(made[0], sig)


def test_what_was_found_true_holds_for_that_key_alone() -> None:
    made = hashes(2)
    sigs = list(changes.seals(made, signer(KEY)))
    seals = wire.Seals()
    assert seals.true({"hash": made[0], "sig": sigs[0]}, PUBLIC)
    assert not seals.true({"hash": made[0], "sig": sigs[0]}, SigningKey.generate().verify_key.encode())
    assert not seals.true({"hash": hashes(3)[2], "sig": sigs[0]}, PUBLIC)
    assert seals.true({"hash": made[1], "sig": sigs[1]}, PUBLIC)


def test_records_made_at_once_carry_seals_that_their_device_signed(workspace: Workspace) -> None:
    with workspace.store.write() as unit:
        row_ids = [ids.new_id() for _ in range(37)]
        unit.create_many(New("cases", id_, {"summary": "Prueba"}, id_) for id_ in row_ids)
    with workspace.store.read() as connection:
        device = workspace.store.author.device
        (public,) = connection.exec_driver_sql("SELECT public_key FROM devices WHERE id = ?", (device,)).one()
        made = connection.exec_driver_sql(
            "SELECT hash, sig FROM changes WHERE \"table\" = 'cases' ORDER BY seq"
        ).all()
    assert [len(sig) for _, sig in made] == [386] * 32 + [258] * 4 + [128]
    assert all(true(hash_, sig, bytes.fromhex(public)) for hash_, sig in made)


def test_the_server_takes_what_is_sealed_together_and_refuses_one_seal_moved(pool: Pool) -> None:
    ana = Laptop(pool, "ana")
    batch = [ana.case(summary=f"Prueba {number}") for number in range(100)]
    sigs = changes.seals([each["hash"] for each in batch], signer(ana.key))
    batch = [each | {"sig": sig} for each, sig in zip(batch, sigs, strict=True)]
    kept = batch[40]["sig"]
    batch[40]["sig"] = batch[41]["sig"]
    answer = ana.push(*batch)
    assert statuses(answer)[40] == ("refused", "signature")
    assert statuses(answer).count(("accepted", None)) == 99
    assert statuses(ana.push(batch[40] | {"sig": kept})) == [("accepted", None)]


@pytest.mark.parametrize("said", ["", "no key", "zz" * 32, "00" * 31, "ñ"])
def test_what_is_no_key_proves_nothing(said: str) -> None:
    (made,) = hashes(1)
    (sig,) = changes.seals([made], signer(KEY))
    assert not wire.signed_by({"hash": made, "sig": sig}, said)
