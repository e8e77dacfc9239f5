"""Documents of officers: what is read, what is refused, and what holds of several orders."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from nacl.signing import SigningKey

from lnctp_tui.domain.authority import control, documents
from lnctp_tui.domain.authority.control import Authority, Officer, Order, Standing
from lnctp_tui.domain.authority.documents import ControlRefused, Signed

AT, LATER = "2026-11-29T10:00:00.000000Z", "2026-12-10T10:00:00.000000Z"
NOW = datetime(2026, 11, 30, tzinfo=UTC)
SEEDS = {name: bytes([number]) * 32 for number, name in enumerate(("laura", "rosa", "ines", "mallory"), 1)}
KEYS = {name: bytes(SigningKey(seed).verify_key).hex() for name, seed in SEEDS.items()}
LAPTOP, OTHER = "ab" * 32, "cd" * 32
SCOPE = "0193f0c2-0000-7000-8000-000000000001"


def officer(name: str, person: str = "") -> Officer:
    return Officer(KEYS[name], person or f"person-{name}", name.title())


def signed(made: Signed, *names: str) -> Signed:
    for name in names:
        made = documents.sign(made, SEEDS[name])
    return documents.read(made.kind, json.loads(json.dumps(made.document())))


def first(*names: str, **known: Any) -> Authority:
    made = control.found(
        [officer(name) for name in names], known.get("devices", {}), known.get("people", {}), AT
    )
    return control.read_authority(signed(made, *names), None)


def ordered(
    authority: Authority, kind: str, *names: str, rev: int = 1, on: str = LAPTOP, **data: Any
) -> Signed:
    usual: dict[str, dict[str, Any]] = {
        "device": {"person": "person-ana", "state": "active"}, "seal": {"why": ""},
        "erase": {"unsent": False, "why": ""},
        "wipe": {"unsent": False, "why": "oficio"}, "person": {"role": "counselor", "state": "active", "name": "Ana"},
    }  # fmt: skip
    full = usual[kind]
    until = LATER if kind == "wipe" else None
    made = control.order(authority, kind, on, rev, full | data, id=f"id-{kind}", at=AT, until=until)
    return signed(made, *names)


TWO = first("laura", "rosa")
VERSIONS = {1: TWO}


def refusal(of: Callable[[], object]) -> str:
    with pytest.raises(ControlRefused) as caught:
        of()
    return caught.value.code


def refused_next(made: Signed, former: Authority | None, *names: str) -> str:
    return refusal(lambda: control.read_authority(signed(made, *names), former))


def test_a_line_of_ten_thousand_can_found_its_authority() -> None:
    devices = {f"{number:064x}": (f"{number:036x}", "active") for number in range(10_000)}
    people = {person: "counselor" for person, _ in devices.values()}
    founded = first("laura", "rosa", devices=devices, people=people)
    assert founded.devices == devices
    assert founded.people == people


@pytest.mark.parametrize(("kind", "names"), [
    ("device", ["laura"]), ("seal", ["rosa"]), ("person", ["laura"]), ("wipe", ["laura", "rosa"]),
    ("erase", ["rosa", "laura"]),
])  # fmt: skip
def test_an_order_with_enough_persons_is_read(kind: str, names: list[str]) -> None:
    on = SCOPE if kind in ("person", "erase") else LAPTOP
    found = control.read_order(ordered(TWO, kind, *names, on=on), VERSIONS)
    assert (found.kind, found.on) == (kind, on)
    assert found.persons == tuple(sorted(f"person-{name}" for name in names))
    short = ordered(TWO, kind, *names[1:], on=on)
    assert refusal(lambda: control.read_order(short, VERSIONS)) == "control_threshold"


def test_two_keys_of_one_person_are_one_person() -> None:
    made = control.found([officer("laura"), officer("rosa", "person-laura")], {}, {}, AT)
    one = control.read_authority(signed(made, "laura", "rosa"), None)
    assert one.need == 1
    twice = ordered(one, "wipe", "laura", "rosa")
    assert refusal(lambda: control.read_order(twice, {1: one})) == "control_same_person"
    control.read_order(ordered(one, "seal", "rosa"), {1: one})


def _resigned(said: Signed, name: str, change: Callable[[dict[str, Any]], object]) -> Signed:
    content = json.loads(said.body)
    change(content)
    return signed(documents.write(said.kind, content), name, "rosa")


ATTACKS: dict[str, tuple[Callable[[], Signed], str]] = {
    "nobody signed": (lambda: ordered(TWO, "seal"), "control_threshold"),
    "signed by a stranger": (lambda: ordered(TWO, "seal", "mallory"), "control_threshold"),
    "one officer and a stranger": (lambda: ordered(TWO, "wipe", "laura", "mallory"), "control_threshold"),
    "a signature of another body": (
        lambda: ordered(TWO, "wipe", "laura", unsent=True).and_signed(ordered(TWO, "wipe", "rosa").sigs),
        "control_threshold",
    ),
    "a signature as an authority": (
        lambda: documents.read("order", {
            "body": ordered(TWO, "seal").body,
            "sigs": [[KEYS["laura"], SigningKey(SEEDS["laura"]).sign(
                documents.to_sign("authority", ordered(TWO, "seal").body)).signature.hex()]],
        }),
        "control_threshold",
    ),
    "another organisation": (
        lambda: ordered(first("laura", "mallory"), "seal", "laura"), "control_org",
    ),
    "an authority nobody knows": (
        lambda: _resigned(ordered(TWO, "seal"), "laura", lambda c: c.update(acta=2)), "control_backwards",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_an_order_nobody_entitled_signed_is_refused(name: str) -> None:
    make, code = ATTACKS[name]
    assert refusal(lambda: control.read_order(make(), VERSIONS)) == code


FORMS: dict[str, Callable[[dict[str, Any]], object]] = {
    "kind nobody knows": lambda c: c.update(kind="format"),
    "no kind": lambda c: c.pop("kind"),
    "a member too many": lambda c: c.update(force=True),
    "revision 0": lambda c: c.update(rev=0),
    "revision as a truth": lambda c: c.update(rev=True),
    "revision as text": lambda c: c.update(rev="1"),
    "a version to come": lambda c: c.update(v=2),
    "everybody's laptops": lambda c: c.update(on="*"),
    "no laptop": lambda c: c.update(on="ab"),
    "capital letters": lambda c: c.update(on=LAPTOP.upper()),
    "wipe for ever": lambda c: c.pop("until"),
    "wipe for a year": lambda c: c.update(until="2027-11-29T10:00:00.000000Z"),
    "ends before it begins": lambda c: c.update(until=AT),
    "impossible instant": lambda c: c.update(at="2026-02-30T10:00:00.000000Z"),
    "instant without offset": lambda c: c.update(at="2026-11-29T10:00:00"),
    "unsent as a number": lambda c: c["data"].update(unsent=1),
    "no data": lambda c: c.update(data=None),
    "control characters": lambda c: c["data"].update(why="a\x1b[2J"),
    "nested": lambda c: c["data"].update(why=[[[[[[[[[]]]]]]]]]),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_not_exactly_an_order_is_refused(name: str) -> None:
    def tried() -> None:
        control.read_order(_resigned(ordered(TWO, "wipe"), "laura", FORMS[name]), VERSIONS)

    assert refusal(tried) == "control_form"


@pytest.mark.parametrize("body", [
    '{"v":1,"v":1}', '{"v": 1}', '{"v":1.0}', '{"b":1,"a":1}', '{"v":NaN}', "[]", "", '{"v":1}\n', '{"v":1e3}',
    '{"a":"\\u00e1"}', '{"v":01}', '{"v":' + "9" * 20 + "}",
])  # fmt: skip
def test_a_body_that_two_readers_could_read_differently_is_refused(body: str) -> None:
    assert refusal(lambda: documents.read("order", {"body": body, "sigs": []})) == "control_form"


@pytest.mark.parametrize("document", [
    None, [], {}, {"body": "{}"}, {"body": "{}", "sigs": [], "more": 1}, {"body": 1, "sigs": []},
    {"body": "{}", "sigs": [["ab", "cd"]]}, {"body": "{}", "sigs": [[LAPTOP, "ab" * 64]] * 2},
    {"body": "{}", "sigs": [[LAPTOP.upper(), "ab" * 64]]}, {"body": "{}", "sigs": {}},
    {"body": "{}", "sigs": [[f"{n:064x}", "ab" * 64] for n in range(65)]},
    {"body": '{"a":"' + "x" * (1 << 16) + '"}', "sigs": []},
])  # fmt: skip
def test_what_is_no_document_is_refused(document: object) -> None:
    assert refusal(lambda: documents.read("order", document)) == "control_form"


def test_the_next_authority_needs_two_persons_of_the_former_and_whoever_is_new() -> None:
    three = [officer("laura"), officer("rosa"), officer("ines")]
    made = control.follow(TWO, three, [], AT)
    for names in (["laura", "ines"], ["laura", "rosa"], ["ines", "mallory"], []):
        assert refused_next(made, TWO, *names) == "control_threshold"
    assert control.read_authority(signed(made, "laura", "rosa", "ines"), TWO).n == 2
    single = first("laura")
    grown = control.follow(single, [officer("laura"), officer("rosa")], [], AT)
    assert control.read_authority(signed(grown, "laura", "rosa"), single).n == 2


def test_an_authority_out_of_its_row_is_refused() -> None:
    second = control.read_authority(
        signed(control.follow(TWO, [officer("laura"), officer("rosa")], [], LATER), "laura", "rosa"), TWO
    )
    other = signed(control.follow(TWO, [officer("laura"), officer("rosa")], [LAPTOP], AT), "laura", "rosa")
    genesis = signed(control.found([officer("laura"), officer("rosa")], {}, {}, AT), "laura", "rosa")
    third = signed(control.follow(second, [officer("laura")], [], AT), "laura", "rosa")
    assert refusal(lambda: control.read_authority(other, second)) == "control_forked"
    assert refusal(lambda: control.read_authority(genesis, second)) == "control_old"
    assert refusal(lambda: control.read_authority(third, TWO)) == "control_backwards"
    assert refusal(lambda: control.read_authority(third, None)) == "control_backwards"
    assert refusal(lambda: control.read_authority(genesis, None, "00" * 10)) == "control_org"
    assert control.read_authority(genesis, None, TWO.org[:20]) == TWO
    foreign = first("mallory")
    assert (
        refusal(
            lambda: control.read_authority(
                signed(control.follow(foreign, [officer("mallory")], [], AT), "mallory"), TWO
            )
        )
        == "control_org"
    )
    half = control.found([officer("laura"), officer("rosa")], {}, {}, AT)
    assert refusal(lambda: control.read_authority(signed(half, "laura"), None)) == "control_threshold"
    forked = signed(control.follow(second, [officer("laura")], [], AT), "laura", "rosa")
    content = json.loads(forked.body) | {"prev": "00" * 32}
    assert (
        refusal(
            lambda: control.read_authority(
                signed(documents.write("authority", content), "laura", "rosa"), second
            )
        )
        == "control_forked"
    )
    swapped = control.follow(TWO, [officer("laura", "person-rosa"), officer("rosa")], [], AT)
    assert (
        refusal(lambda: control.read_authority(signed(swapped, "laura", "rosa"), TWO))
        == "control_same_person"
    )


def test_an_order_of_an_earlier_authority_holds_only_when_the_newest_upholds_it() -> None:
    seal, wipe = ordered(TWO, "seal", "rosa"), ordered(TWO, "wipe", "laura", "rosa", on=OTHER)
    second = control.read_authority(
        signed(control.follow(TWO, [officer("laura")], [seal.hash], AT), "laura", "rosa"), TWO
    )
    versions = VERSIONS | {2: second}
    assert control.read_order(seal, versions).kind == "seal"
    assert refusal(lambda: control.read_order(wipe, versions)) == "control_old"
    assert (
        refusal(lambda: control.read_order(ordered(second, "seal", "rosa"), versions)) == "control_threshold"
    )


def _order(kind: str, rev: int, **data: Any) -> Order:
    return control.read_order(ordered(TWO, kind, "laura", "rosa", rev=rev, **data), VERSIONS)


def test_the_highest_revision_holds_in_any_order_of_coming_and_of_equals_fewer_rights() -> None:
    orders = [
        _order("device", 1), _order("seal", 2), _order("device", 3, state="upload_only"), _order("device", 3),
        _order("device", 3, state="revoked"), _order("wipe", 3), _order("wipe", 3, unsent=True),
    ]  # fmt: skip
    for _ in range(30):
        random.shuffle(orders)
        held = Standing(VERSIONS, orders).holding["device", LAPTOP]
        assert (held.kind, held.data.get("unsent")) == ("wipe", True)
    assert Standing(VERSIONS, orders[:0]).device(LAPTOP) is None
    assert Standing(VERSIONS, [_order("seal", 2), _order("device", 1)]).device(LAPTOP) == "seal"
    assert Standing(VERSIONS, [_order("seal", 2), _order("device", 3)]).device(LAPTOP) == "active"
    assert _order("wipe", 1).over(datetime(2026, 12, 11, tzinfo=UTC))
    assert not _order("wipe", 1).over(NOW)


def test_a_sealed_laptop_stays_its_persons() -> None:
    admitted = _order("device", 1)
    for later in (_order("seal", 2), _order("wipe", 3)):
        standing = Standing(VERSIONS, [later, admitted])
        assert (standing.device(LAPTOP), standing.whose(LAPTOP)) == (later.kind, "person-ana")
    moved = _order("device", 4, person="person-bea", state="revoked")
    assert Standing(VERSIONS, [moved, admitted]).whose(LAPTOP) == "person-bea"


def test_an_organisation_is_spoken_in_sixteen_symbols() -> None:
    assert control.spoken("00" * 16) == "0" * 16
    assert control.spoken("ff" * 10 + "00" * 6) == "Z" * 16
    assert control.spoken("08421084210842108421" + "f" * 12) == "1" * 16
    assert control.spoken(TWO.org) == control.spoken(TWO.org[:20] + "0" * 12)


def test_what_stood_before_the_authority_holds_until_an_order() -> None:
    known = first(
        "laura", devices={LAPTOP: ("person-ana", "upload_only")}, people={"person-ana": "supervisor"}
    )
    standing = Standing({1: known}, [])
    assert (standing.device(LAPTOP), standing.whose(LAPTOP), standing.role("person-ana")) == (
        "upload_only", "person-ana", "supervisor",
    )  # fmt: skip
    assert (standing.device(OTHER), standing.role("person-rosa"), standing.next_rev("seal", LAPTOP)) == (
        None,
        None,
        1,
    )
    left = control.read_order(ordered(known, "person", "laura", on="person-ana", state="left"), {1: known})
    assert Standing({1: known}, [left]).role("person-ana") == "left"
    assert Standing({1: known}, [left]).next_rev("person", "person-ana") == 2


def test_no_flipped_byte_of_a_document_is_obeyed() -> None:
    draw = random.Random(11)
    text = json.dumps(ordered(TWO, "wipe", "laura", "rosa").document())
    for _ in range(300):
        at = draw.randrange(len(text))
        try:
            changed = json.loads(text[:at] + chr(draw.randrange(32, 127)) + text[at + 1 :])
            found = control.read_order(documents.read("order", changed), VERSIONS)
        except (ValueError, ControlRefused):
            continue
        assert found.hash == ordered(TWO, "wipe").hash


def test_an_order_of_the_last_revision_does_not_keep_a_laptop_from_being_sealed() -> None:
    for_ever = _order("device", control.LAST)
    standing = Standing(VERSIONS, [for_ever])
    assert standing.device(LAPTOP) == "active"
    assert standing.next_rev("seal", LAPTOP) == control.LAST
    assert Standing(VERSIONS, [for_ever, _order("seal", control.LAST)]).device(LAPTOP) == "seal"
