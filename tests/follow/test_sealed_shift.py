"""A hand-over as a sealed file: two laptops in one room without a network; the signatures count, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from nacl.public import SealedBox
from nacl.signing import VerifyKey
from sync_office import Desk, House
from test_shift import furnish, give

from lnctp_tui.domain.records import changes as forms
from lnctp_tui.errors import BadInput, Refused
from lnctp_tui.services.follow import sealed_shift, shift
from lnctp_tui.storage import instants
from lnctp_tui.storage.replication import server_state
from lnctp_tui.sync import outbox


@pytest.fixture
def acquainted(house: House) -> tuple[Desk, Desk, Desk]:
    """Two counselors and a stranger who know each other's keys; from here on nobody is online."""
    desks = house.desk("ana"), house.desk("luis"), house.desk("eva")
    for desk in (*desks, *desks):
        desk.sync()
    furnish(desks[0].workspace)
    return desks


def refusal(desk: Desk, path: Path) -> str:
    with pytest.raises((Refused, BadInput)) as refused:
        sealed_shift.take_in(desk.store, path)
    return refused.value.code


def take(desk: Desk, handed: shift.Handed) -> str:
    return shift.take(desk.store, instants.iso(desk.store.now()), None, handed.row["id"], handed.words)


def test_it_is_taken_in_offline_and_agreed_on_both_once_they_meet(
    acquainted: tuple[Desk, Desk, Desk], tmp_path: Path
) -> None:
    giver, taker, stranger = acquainted
    handed, path = give(giver, taker, "Frío"), tmp_path / "relevo"
    sealed_shift.seal(giver.store, handed.row["id"], path)
    content = path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    assert not any(word in content for word in (b"peligro", "Frío".encode(), handed.row["id"].encode()))
    assert refusal(stranger, path) == "shift_file_others"
    for _twice in range(2):
        (there,) = [sealed_shift.take_in(taker.store, path)]
    assert (there.standing.state, len(there.items), there.words) == ("waits", 3, handed.words)
    assert taker.scalar("SELECT count(*) FROM cases") == 0
    assert take(taker, there) == "agreed"
    # Whoever is online first: the server learns of the take, or of the hand-over, before the other.
    for desk in (taker, giver, taker, giver):
        desk.sync()
    for desk in (giver, taker):
        (stands,) = shift.handed_over(desk.store)
        assert (stands.standing.state, len(stands.items)) == ("agreed", 3)
        assert desk.refolds()
    stranger.sync()
    assert shift.handed_over(stranger.store) == []


def test_what_the_giver_did_not_sign_is_not_believed(
    acquainted: tuple[Desk, Desk, Desk], tmp_path: Path
) -> None:
    """Attack 122: whoever carries the file, or sealed one of their own."""
    giver, taker, stranger = acquainted
    handed, path = give(giver, taker), tmp_path / "relevo"
    sealed_shift.seal(giver.store, handed.row["id"], path)
    content = path.read_bytes()
    with giver.store.read() as connection:
        changes = outbox.of_scope(connection, handed.row["id"], sealed_shift.TABLES)
    key = giver.scalar(
        "SELECT value FROM sync_state WHERE key = ?", server_state.KEY + taker.store.author.device
    )
    box = SealedBox(VerifyKey(bytes.fromhex(orjson.loads(key))).to_curve25519_public_key())

    def forged(message: Any) -> Path:
        part = box.encrypt(message if isinstance(message, bytes) else orjson.dumps(message))
        place = tmp_path / f"forged{len([*tmp_path.iterdir()])}"
        place.write_bytes(sealed_shift.HEAD + len(part).to_bytes(4) + part)
        return place

    head, line = changes[0], changes[1]
    altered = line | {"patch": line["patch"] | {"line": "no hay peligro"}}
    case = stranger.case(summary="x")
    with stranger.store.read() as connection:
        (foreign,) = outbox.of_scope(connection, case, ["cases"])
    for message, why in (
        ({"v": 1, "changes": [head, altered]}, "shift_file_unproven"),
        ({"v": 1, "changes": [head | {"device": stranger.store.author.device}, line]}, "shift_file_unproven"),
        ({"v": 1, "changes": [head, line, foreign]}, "shift_file"),  # a case does not come along
        ({"v": 1, "changes": [line]}, "shift_file"), ({"v": 1, "changes": []}, "shift_file"),
        ({"v": 1, "changes": [head | {"patch": 7}]}, "shift_file"), ({"v": 2, "changes": changes}, "shift_file"),
        ([], "shift_file"), (b"{", "shift_file"), (b"[" * 5000, "shift_file"),
    ):  # fmt: skip
        assert refusal(taker, forged(message)) == why, message
    for text in (b"", b"relevo", content[:-1], content[:40], content + b"\0", sealed_shift.HEAD):
        (tmp_path / "damaged").write_bytes(text)
        assert refusal(taker, tmp_path / "damaged") in ("shift_file", "shift_file_others"), text[:60]
    (tmp_path / "long").write_bytes(content + b"\0" * sealed_shift.MOST)
    assert refusal(taker, tmp_path / "long") == "shift_file"
    assert refusal(taker, tmp_path) == "file_failed"
    assert shift.handed_over(taker.store) == []
    # A line that is left out is no line less: what stands is not what was signed.
    there = sealed_shift.take_in(taker.store, forged({"v": 1, "changes": changes[:2]}))
    assert there.standing.state == "altered"
    assert sealed_shift.take_in(taker.store, path).standing.state == "waits"


def test_it_is_written_for_somebody_who_is_named_and_has_a_laptop(
    acquainted: tuple[Desk, Desk, Desk], tmp_path: Path, house: House
) -> None:
    giver, taker, stranger = acquainted
    path = tmp_path / "relevo"

    def refused(handed: shift.Handed, by: Desk = giver) -> str:
        with pytest.raises(Refused) as error:
            sealed_shift.seal(by.store, handed.row["id"], path)
        return error.value.code

    assert refused(give(giver, None)) == "shift_to_nobody"
    assert refused(give(giver, house.desk("nueva"))) == "shift_no_laptop"
    handed = give(giver, taker, "otra")
    assert refused(handed, stranger) == "shift_not_signed"
    assert not path.exists()
    # Sealed to the colleague's key, but meant for somebody else.
    sealed_shift.seal(giver.store, handed.row["id"], path)
    with giver.store.read() as connection:
        changes = outbox.of_scope(connection, handed.row["id"], sealed_shift.TABLES)
        (key,) = sealed_shift._laptops(connection, stranger.workspace.counselor_id)
    part = SealedBox(key.to_curve25519_public_key()).encrypt(orjson.dumps({"v": 1, "changes": changes}))
    (tmp_path / "others").write_bytes(sealed_shift.HEAD + len(part).to_bytes(4) + part)
    assert refusal(stranger, tmp_path / "others") == "shift_not_yours"


def test_no_clock_of_whoever_gives_it_ends_what_is_saved_here(
    acquainted: tuple[Desk, Desk, Desk], tmp_path: Path
) -> None:
    """Attack 134: the greatest stamp that a database holds, signed; the next save would come after it."""
    giver, taker, _stranger = acquainted
    handed = give(giver, taker)
    with giver.store.read() as connection:
        changes = outbox.of_scope(connection, handed.row["id"], sealed_shift.TABLES)
    ahead = [{**change, "hlc": 2**63 - 1} for change in changes]
    digests = [forms.digest(forms.canonical(change)) for change in ahead]
    sigs = forms.seals(digests, giver.store.author.sign)
    ahead = [
        change | {"hash": each, "sig": sig} for change, each, sig in zip(ahead, digests, sigs, strict=True)
    ]
    key = giver.scalar(
        "SELECT value FROM sync_state WHERE key = ?", server_state.KEY + taker.store.author.device
    )
    box = SealedBox(VerifyKey(bytes.fromhex(orjson.loads(key))).to_curve25519_public_key())
    part = box.encrypt(orjson.dumps({"v": 1, "changes": ahead}))
    (tmp_path / "ahead").write_bytes(sealed_shift.HEAD + len(part).to_bytes(4) + part)
    assert sealed_shift.take_in(taker.store, tmp_path / "ahead").standing.state == "waits"
    case = taker.case(summary="se guarda")
    taker.set(case, summary="y sigue")
    for desk in (taker, giver, taker):
        desk.sync()
    assert taker.row(case)["summary"] == "y sigue"  # type: ignore[index]
    assert taker.refolds()
