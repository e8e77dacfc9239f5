"""One number in all its writings, its extension apart, several in one cell, and no number from nothing."""

import pytest

from lnctp_tui.domain.values import phones
from lnctp_tui.domain.values.identifiers import normalised

NUMBER = "+525512345678"
WRITINGS = """5512345678|55 1234 5678|55-1234-5678|(55) 1234-5678|(55)12345678|55.1234.5678|5512345678.0|5512345678,00
5.512345678E+09|5,512345678E9|+52 55 1234 5678|52 55 1234 5678|+525512345678|0052 55 1234 5678|011 52 55 1234 5678
521 55 1234 5678|+52 1 55 1234 5678|+52 (1) 55 1234 5678|52 01 55 1234 5678|52 01 (55) 1234 5678
+52 (044) 55 1234 5678|+52 045 55 1234 5678|+5201 55 1234 5678|044 55 1234 5678|045 5512345678|01 55 1234 5678
01-55-1234-5678|\u202a+52 55 1234 5678\u202c|\u200e55 1234 5678\u200f|\u2066+52\u00a055\u00a01234\u00a05678\u2069
Tel. 55 1234 5678|cel: 55 1234 5678|５５１２３４５６７８""".replace("\n", "|").split("|")


@pytest.mark.parametrize("written", WRITINGS)
def test_one_number_is_one_in_every_writing(written: str) -> None:
    assert normalised("phone", written) == NUMBER
    assert [phones.dialled(each.number) for each in phones.read(written)] == [NUMBER]


@pytest.mark.parametrize(
    "written",
    [
        "(55) 1234-5678 ext. 102", "55 1234 5678 x102", "5512345678x102", "55 1234 5678, ext 102",
        "55 1234 5678 Extensión 102", "55 1234 5678 #102", "55 1234 5678 (ext. 102)", "+52 55 1234 5678 EXT:102",
    ],
)  # fmt: skip
def test_an_extension_is_not_part_of_the_number(written: str) -> None:
    (found,) = phones.read(written)
    assert (phones.dialled(found.number), found.extension) == (NUMBER, "102")
    assert normalised("phone", written) == NUMBER


@pytest.mark.parametrize(
    "written",
    [
        "5512345678 / 2223456789", "55 1234 5678, 222 345 6789", "55 1234 5678 y 222 345 6789",
        "55 1234 5678 o 222 345 6789", "55 1234 5678; (222) 345-6789", "5512345678 2223456789",
        "55 1234 5678 222 345 6789", "+52 55 1234 5678 +52 222 345 6789", "5512345678\n2223456789",
        "cel 5512345678 casa 2223456789", "55 1234 5678 ext. 102 / 222 345 6789 ext. 3",
    ],
)  # fmt: skip
def test_two_numbers_are_both_read(written: str) -> None:
    assert [phones.dialled(each.number) for each in phones.read(written)] == [NUMBER, "+522223456789"]


@pytest.mark.parametrize(
    "written", ["5.51235E+09", "5,51235e9", "0000000000", "9999999999", "", "no tiene", "+"]
)
def test_what_says_no_number_is_compared_with_nothing(written: str) -> None:
    assert normalised("phone", written) is None
    assert phones.read(written) == ()


@pytest.mark.parametrize("written", ["5.51235E+09", "5,5E9", "1E+10"])
def test_digits_that_a_spreadsheet_threw_away_are_told(written: str) -> None:
    assert phones.digits_lost(written)


@pytest.mark.parametrize("written", ["5.512345678E+09", "5512345678", "E9", "5E"])
def test_what_still_has_its_digits_lost_none(written: str) -> None:
    assert not phones.digits_lost(written)


def test_a_half_number_beside_a_whole_one_is_not_guessed() -> None:
    assert phones.read("55 1234 5678 / 79") == ()
    assert normalised("phone", "55 1234 5678 / 79") == NUMBER


@pytest.mark.parametrize(
    ("told", "numbers"),
    [
        ("Le marcan del 55 1234 5678 de noche", (NUMBER,)),
        ("del (55) 1234-5678, y del +1 202 555 0142.", (NUMBER, "+12025550142")),
        ("5512345678 y 5512345678", (NUMBER,)),
        ("el 14 03 2024 2005, folio 2024-03-14 10:05", ()),
        ("tarjeta 4152 3136 1234 5678, CLABE 012345678901234567", ()),
        ("calle 12 número 345, cp 72000", ()),
        ("a.5512345678", ()),
    ],
)
def test_numbers_told_in_words_are_found(told: str, numbers: tuple[str, ...]) -> None:
    assert phones.mentioned(told) == numbers


@pytest.mark.parametrize(
    "written", ["52" + "1" * 3000, "1" * 5000 + "E0", "1" * 5000 + ".0", "(1" * 9000, "٣" * 20_000]
)
def test_a_writing_that_is_far_too_long_is_no_number(written: str) -> None:
    """Attack 133: what reads it ends, without an error: it would end what stores the record on every laptop."""
    assert phones.read(written) == ()
    assert normalised("phone", written) is None
    assert phones.phone_digits(written)
