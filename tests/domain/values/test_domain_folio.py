"""Folios. Source: ISO/IEC 7064:2003 MOD 37,36; the GRid example A12425GABC1234002M is public."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lnctp_tui.domain.values.folio import CROCKFORD, Folio, check_symbol, corrections, is_valid, make, parse

PREFIXES = st.text(st.sampled_from(CROCKFORD), min_size=4, max_size=4)
NUMBERS = st.integers(0, 200_000)


def test_the_check_symbol_is_that_of_the_standard():
    assert check_symbol("A12425GABC1234002") == "M"


def test_a_folio_is_prefix_number_and_check():
    assert make("K7Q2", 42) == f"K7Q2-0042-{check_symbol('K7Q20042')}"
    assert make("K7Q2", 12345).split("-")[1] == "12345"


@pytest.mark.parametrize(("prefix", "number"), [("K7Q", 1), ("K7QI", 1), ("k7q2", 1), ("K7Q2", -1)])
def test_no_folio_for_what_is_no_prefix_or_number(prefix, number):
    with pytest.raises(ValueError, match="Crockford"):
        make(prefix, number)


@given(PREFIXES, NUMBERS)
def test_a_folio_reads_back_however_it_is_written(prefix, number):
    text = make(prefix, number)
    for written in (
        text,
        text.lower(),
        text.replace("-", ""),
        text.replace("-", " "),
        f"  {text} ",
        text.replace("-", "–"),
    ):
        assert parse(written) == Folio(prefix, number)
    assert str(parse(text)) == text


def test_letters_where_only_digits_stand_are_read_as_those():
    text = make("0A1B", 1001)
    assert parse(text[:4].replace("0", "o").replace("1", "l") + "-ioOl-" + text[-1]) == Folio("0A1B", 1001)
    assert parse(f"K7Q2-42-{make('K7Q2', 42)[-1]}") == Folio("K7Q2", 42)


@given(PREFIXES, NUMBERS, st.data())
def test_one_wrong_symbol_is_found_and_corrected(prefix, number, data):
    text = make(prefix, number)
    symbols = text.replace("-", "")
    at = data.draw(st.integers(0, len(symbols) - 1))
    alphabet = CROCKFORD if at < 4 else "0123456789" if at < len(symbols) - 1 else CROCKFORD + "ILO"
    wrong = data.draw(st.sampled_from(alphabet).filter(lambda each: each != symbols[at]))
    typed = symbols[:at] + wrong + symbols[at + 1 :]
    assert not is_valid(typed)
    assert text in corrections(typed)


@given(PREFIXES, NUMBERS, st.integers(0, 7))
def test_a_swap_of_neighbours_is_corrected_when_it_is_found(prefix, number, at):
    text = make(prefix, number)
    symbols = text.replace("-", "")
    typed = symbols[:at] + symbols[at + 1] + symbols[at] + symbols[at + 2 :]
    assume(not is_valid(typed))
    assert text in corrections(typed)


@given(st.text(max_size=60))
def test_any_text_is_a_folio_or_none_and_corrections_are_folios(text):
    folio = parse(text)
    assert folio is None or parse(str(folio)) == folio
    found = corrections(text)
    assert len(found) <= 20
    assert all(is_valid(each) for each in found)
    assert folio is None or not found


def test_names_and_phones_are_no_folios():
    for text in ("", "Ana", "5533 5533", "ana lopez 2", "K7Q2", "K7Q2-0042", "x" * 5000):
        assert parse(text) is None
