"""Phrases: typed carelessly, completed, refused when weak. docs/security.md, "Keys"."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lnctp_tui.domain.values.text import fold
from lnctp_tui.services.vault import vault_access
from lnctp_tui.storage.vault import phrase, recovery

ONE = st.sampled_from(phrase.words())


def test_the_list_is_told_apart_by_four_letters_without_accents() -> None:
    assert len({word[:4] for word in phrase.words()}) == len(phrase.words()) == 2048
    assert all(word.isascii() and word.islower() for word in phrase.words())


def test_generated_phrases_have_seven_words_and_differ() -> None:
    made = {phrase.generate() for _ in range(200)}
    assert len(made) == 200
    assert {len(each.split()) for each in made} == {7}
    assert len({word for each in made for word in each.split()}) > 700


@given(st.lists(ONE, min_size=7, max_size=7), st.randoms(use_true_random=False))
def test_case_blanks_and_letters_after_the_fourth_do_not_matter(words: list[str], random: object) -> None:
    typed = "  ".join(word[:4].upper() if place % 2 else word.title() for place, word in enumerate(words))
    assert phrase.normalise(f"\t{typed}\n", "words") == " ".join(words)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("ábaco", "abaco"),
        ("a\u0301baco", "abaco"),
        ("ABAC", "abaco"),
        ("ｍａñａｎａ", "manana"),
        ("manan", "manana"),
        ("uva", "uva"),
        ("aba", None),
        ("abacoz", None),
        ("abax", None),
        ("", None),
    ],
)
def test_a_typed_word_is_one_of_the_list_or_none(typed: str, word: str | None) -> None:
    assert phrase.word(typed) == word


def test_completion_offers_the_words_that_begin_so() -> None:
    assert phrase.complete("Ábac") == ["abaco"]
    assert phrase.complete("aba") == [word for word in phrase.words() if word.startswith("aba")][:8]
    assert phrase.complete("") == []


def test_unknown_words_are_named_by_their_place() -> None:
    assert phrase.unknown("abaco xxxx uva abacoz") == [2, 4]


def test_an_own_phrase_keeps_case_and_accents() -> None:
    assert phrase.normalise("  Mi  Ñandú\tcorre ", "own") == "Mi Ñandú corre"


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("abac abdo abej abie abog abon", "words", "phrase_words"),
        ("abaco " * 7, "words", "phrase_words"),
        ("abac abdo abej abie abog abon xxxx", "words", "phrase_words"),
        ("abac abdo abej abie abog abon abor", "words", None),
        ("catorce letras", "own", "phrase_short"),
        ("a" * 15, "own", "phrase_weak"),
        ("passwordpassword", "own", "phrase_weak"),
        ("123456789012345", "own", "phrase_weak"),
        ("a" * 500, "own", "phrase_weak"),
        ("Siete gatos pardos riegan 14 macetas", "own", None),
        ("Siete gatos pardos riegan 14 macetas " * 20, "own", None),
    ],
)
def test_a_new_phrase_is_measured(text: str, kind: phrase.Kind, reason: str | None) -> None:
    assert phrase.weakness(text, kind) == reason


def test_the_counselors_own_name_makes_no_phrase() -> None:
    assert phrase.weakness("florinda mezcalapa", "own", hints=["florinda", "mezcalapa"]) == "phrase_weak"


@given(st.binary(min_size=32, max_size=32))
def test_printed_words_are_read_back_however_they_are_typed(value: bytes) -> None:
    printed = phrase.encode(value)
    assert len(printed.split()) == 24
    assert phrase.decode(" ".join(word[:4].upper() for word in printed.split())) == value


def test_a_wrong_printed_word_is_found_by_the_checksum() -> None:
    printed = phrase.encode(bytes(range(32))).split()
    wrong = 0
    for word in phrase.words()[:256]:
        wrong += phrase.decode(" ".join([word, *printed[1:]])) is not None
    assert wrong < 16  # one in 256 by chance
    assert phrase.decode("") is None


def test_six_words_to_compare_by_voice_stand_as_people_write_them_and_are_the_same_without() -> None:
    shown = [recovery.fingerprint(bytes([number]) * 32) for number in range(64)]
    assert [phrase.spelled(words) for words in shown] == shown
    assert any(not words.isascii() for words in shown)
    assert all(phrase.normalise(words, "words") == phrase.normalise(fold(words), "words") for words in shown)


def test_a_new_phrase_comes_as_people_write_it_to_whoever_shows_it() -> None:
    shown = [vault_access.generate() for _ in range(40)]
    assert [phrase.spelled(words) for words in shown] == shown
    assert any(not words.isascii() for words in shown)
