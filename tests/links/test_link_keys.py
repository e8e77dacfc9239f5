"""Keys of identifiers: many writings of one thing share one, two things no strong one; grades and what returns."""

from __future__ import annotations

import string
import time

import pytest
from counts import often
from hypothesis import given, settings
from hypothesis import strategies as st

from lnctp_tui.domain.links import grade, keys
from lnctp_tui.domain.links.grade import MEDIUM, STRONG, WEAK, Shared
from lnctp_tui.domain.links.keys import Key, Words

WORDS = Words(
    frozenset({"sn", "se ignora", "seignora", "noaplica", "ninguno", "prueba"}),
    {"puebla": "MX-PUE", "pue": "MX-PUE", "ciudad de mexico": "MX-CMX", "cdmx": "MX-CMX"},
)


def of(value: object, kind: str | None = "phone", platform: object = None) -> tuple[Key, ...]:
    """Keys of an identifier."""
    return keys.of_row("identifiers", {"kind": kind, "platform": platform, "value": value}, WORDS)


def strong(value: object, kind: str | None = "phone", platform: object = None) -> set[str]:
    """Its strong ones."""
    return {key.text for key in of(value, kind, platform) if key.strength == STRONG}


SAME = [
    ("phone", None, "phone:+522225550142",
     ["222 555 0142", "(222) 555-0142", "+52 1 222 555 0142", "044 222 555 0142", "222 555 0142 ext. 4", "2225550142.0",
      "２２２ ５５５ ０１４２", "\u202a+52 222 555 0142\u202c"]),
    ("handle", "facebook", "handle:facebook:elpadroteficticio",
     ["@El.Padrote.Ficticio", "elpadroteficticio", "https://www.facebook.com/el.padrote.ficticio?mibextid=q",
      "m.facebook.com/ElPadroteFicticio/", "ｅｌpadroteficticio"]),
    ("handle", "instagram", "handle:instagram:el.padrote",
     ["@el.padrote", "El.Padrote ", "instagram.com/el.padrote", "https://instagram.com/stories/el.padrote/77"]),
    ("handle", "whatsapp", "phone:+522225550142", ["222 555 0142", "https://wa.me/522225550142",
      "wa.me/+5212225550142"]),
    ("plate", None, "plate:MX-PUE:ABC1234", ["Puebla ABC-12-34", "abc 12 34 (Pue.)", "ABC1234 puebla"]),
    ("account", None, "account:002010077777777771", ["002 010 07777777777 1", "CLABE 002010077777777771 de Banamex"]),
    ("email", None, "email:anaprueba@gmail.com",
     ["ana.prueba@gmail.com", "AnaPrueba+anuncios@googlemail.com", "mailto:ana.prueba@Gmail.com",
      "<anaprueba@gmail.com>"]),
    ("url", None, "url:sitio-ficticio.mx/anuncio/77?id=3",
     ["https://www.sitio-ficticio.mx/anuncio/77/?utm_source=a&id=3", "http://Sitio-Ficticio.MX:80/anuncio/77?id=3#foto",
      "sitio-ficticio.mx//anuncio/77?fbclid=xyz&id=3"]),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "platform", "key", "writings"), SAME, ids=[row[0] for row in SAME])
def test_all_writings_of_one_thing_have_its_key(
    kind: str, platform: str | None, key: str, writings: list[str]
) -> None:
    assert {writing: key in strong(writing, kind, platform) for writing in writings} == dict.fromkeys(
        writings, True
    )


APART = [
    ("phone", "222 555 0142", "222 555 0143"), ("email", "josé@sitio-ficticio.mx", "jose@sitio-ficticio.mx"),
    ("email", "ana.b@sitio-ficticio.mx", "anab@sitio-ficticio.mx"),
    ("url", "sitio-ficticio.mx/Anuncio", "sitio-ficticio.mx/anuncio"),
    ("url", "sitio-ficticio.mx/a", "sitio-ficticia.mx/a"),
    ("url", "facebook.com/ana.ficticia", "instagram.com/ana.ficticia"),
    ("account", "002010077777777771", "4152313800000004"), ("handle", "https://x.com/padrote", "https://x.com/pаdrote"),
    ("plate", "Puebla ABC1234", "cdmx ABC1234"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "one", "two"), APART)
def test_two_things_that_look_alike_share_no_strong_key(kind: str, one: str, two: str) -> None:
    assert strong(one, kind) & strong(two, kind) == set()


def test_a_name_in_letters_that_look_like_others_is_a_weak_reason_and_never_a_strong_one() -> None:
    latin, cyrillic = of("padrote", "handle", "instagram"), of("pаdrote", "handle", "instagram")
    shared = {key.text: key.strength for key in latin if key.text in {other.text for other in cyrillic}}
    assert shared == {"look:padrote": WEAK}
    assert not strong("pаdrote", "handle", "instagram")


WEAKER = [
    ("555 0142", "phone", None, MEDIUM), ("@padrote", "handle", None, MEDIUM), ("ABC-12-34", "plate", None, MEDIUM),
    ("4152313800000001", "account", None, MEDIUM), ("sitio-ficticio.mx", "url", None, WEAK),
    ("El Güero Ficticio", "alias", None, WEAK), ("seña rara", "other", None, WEAK), ("seña rara", None, None, WEAK),
]  # fmt: skip


@pytest.mark.parametrize(("value", "kind", "platform", "strength"), WEAKER)
def test_what_is_unqualified_or_unchecked_says_less(
    value: str, kind: str | None, platform: str | None, strength: int
) -> None:
    assert max(key.strength for key in of(value, kind, platform)) == strength


@pytest.mark.parametrize(
    "kind", ["phone", "handle", "plate", "account", "email", "url", "alias", "other", None]
)
@pytest.mark.parametrize(
    "value",
    ["S/N", "se ignora", "0000000000", "XXXXXXX", "1234567890", "5555555555", "911", "", "  ", "-", "\u200b",
     "N o A p l i c a", None, 7, ["x"], {}, "\ud800"],
)  # fmt: skip
def test_what_stands_for_nothing_has_no_key(value: object, kind: str | None) -> None:
    assert [key for key in of(value, kind) if key.strength > WEAK] == []
    if kind in ("phone", "account", "plate", "email"):
        assert of(value, kind) == ()


def test_a_whole_number_told_in_a_note_counts_as_a_phone() -> None:
    assert strong("le dicen el Mocho, 222 555 0142", "alias") == {"phone:+522225550142"}


def test_places_need_an_address_in_a_municipality_and_files_a_number() -> None:
    def place(address: str, municipality: str | None = "21114") -> list[str]:
        row = {"address": address, "municipality": municipality}
        return [key.text for key in keys.of_row("places", row, WORDS)]

    assert place("Av. Reforma 123, Col. Centro") == place("avenida reforma #123 centro") != []
    assert place("Av. Reforma 123", None) == place("centro") == place("se ignora") == []
    (file,) = keys.of_row("files", {"number": "ci/tlx/0001/2026", "entity": "MX-TLA"}, WORDS)
    assert file == Key("file:MX-TLA:CITLX00012026", MEDIUM)
    assert (
        keys.of_row("files", {"number": "sin número"}, WORDS)
        == keys.of_row("people", {"name": "Ana"}, WORDS)
        == ()
    )


@settings(max_examples=often(2000, 40), deadline=None)
@given(
    st.sampled_from(["phone", "handle", "plate", "account", "email", "url", "alias", "other", None]),
    st.text(max_size=60),
)
def test_any_text_has_short_keys_of_its_own_and_the_same_ones_twice(kind: str | None, value: str) -> None:
    found = of(value, kind, "facebook")
    assert found == of(value, kind, "facebook")
    assert len({key.text for key in found}) == len(found)
    assert all(0 < len(key.text) <= keys.LONGEST and WEAK <= key.strength <= STRONG for key in found)


@settings(max_examples=often(1000, 20), deadline=None)
@given(
    st.text(string.ascii_lowercase + string.digits, min_size=4, max_size=20),
    st.text(string.digits, min_size=6, max_size=6),
)
def test_case_blanks_and_signs_never_part_two_writings(name: str, figures: str) -> None:
    assert {key.text for key in of(f" @{name.upper()} ", "handle", "instagram")} == {
        key.text for key in of(name, "handle", "instagram")
    }
    plate = f"AB{figures}"
    assert of(f"{plate[:3]}-{plate[3:5]}-{plate[5:]}", "plate") == of(plate.lower(), "plate")


@settings(max_examples=often(1000, 30), deadline=None)
@given(st.text(string.digits, min_size=17, max_size=17), st.integers(0, 17), st.integers(1, 9))
def test_a_digit_changed_in_a_checked_number_is_seen(head: str, at: int, by: int) -> None:
    whole = next(head + last for last in string.digits if keys.is_clabe(head + last))
    wrong = whole[:at] + str((int(whole[at]) + by) % 10) + whole[at + 1 :]
    assert not keys.is_clabe(wrong)
    card = next(head[:15] + last for last in string.digits if keys.is_card(head[:15] + last))
    spoilt = card[: at % 16] + str((int(card[at % 16]) + by) % 10) + card[at % 16 + 1 :]
    assert not keys.is_card(spoilt)


def test_one_strong_reason_is_enough_two_medium_ones_are_some_and_one_record_is_one_reason() -> None:
    assert grade.grade([Shared("phone:+1", STRONG, "a")]) == "fuerte"
    assert grade.grade([Shared("plate::A", MEDIUM, "a"), Shared("file::B", MEDIUM, "b")]) == "media"
    assert grade.grade([Shared("plate::A", MEDIUM, "a"), Shared("other:b", MEDIUM, "a")]) == "debil"
    assert grade.grade([Shared("plate::A", MEDIUM, "a"), Shared("plate::A", MEDIUM, "b")]) == "debil"
    assert grade.grade([Shared("alias:x", WEAK, str(row)) for row in range(9)]) == "debil"
    assert grade.grade([]) == "debil"


def test_in_more_than_twenty_cases_anything_is_weak() -> None:
    assert [grade.strength_in(STRONG, cases) for cases in (1, 20, 21)] == [STRONG, STRONG, WEAK]


def test_a_pair_that_is_none_comes_back_only_with_another_reason() -> None:
    assert not grade.speaks_again(["phone:+1", "alias:x"], ["alias:x", "phone:+1", "plate::A"])
    assert grade.speaks_again(["phone:+1", "email:a@b.mx"], ["phone:+1"])


def test_whoever_does_not_see_the_cases_learns_only_about_how_many() -> None:
    assert [grade.band(cases) for cases in (0, 1, 2, 4, 5, 900)] == [None, "1", "2-4", "2-4", "5+", "5+"]


KINDS = ("phone", "handle", "plate", "account", "url", "email", "alias", "other")


@pytest.mark.parametrize("unit", ["a", "1/", "www.", "a/b?c=d&", "@", "52" + "1" * 30, "½", "(1"])
def test_whatever_an_identifier_says_its_keys_are_made_at_once(unit: str) -> None:
    """Attack 133: as long as a column takes; the server makes keys of many in one transaction, each laptop too."""
    value = (unit * 20_000)[:20_000]
    began = time.process_time()
    for kind in KINDS:
        of(value, kind)
    assert time.process_time() - began < 5


def test_what_no_reader_makes_sense_of_has_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    def senseless(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(keys.phones, "read", senseless)
    assert of("5512345678") == ()


def test_two_addresses_beside_a_slash_are_two() -> None:
    assert strong("ana@x.mx", "email") == {"email:ana@x.mx"}
    assert strong("correo/ana@x.mx", "email") == {"email:ana@x.mx"}
    assert of("ana@x.mx/luis@y.mx", "email") == ()
