"""What typing did to a text, and how much of it goes at once."""

from __future__ import annotations

import pytest

from lnctp_tui.domain.values.stretches import LONGEST, Stretch, between, in_words, joined, last_piece


@pytest.mark.parametrize(
    ("old", "new", "stretch"),
    [
        ("", "hola", (0, "", "hola")),
        ("hola", "", (0, "hola", "")),
        ("aa", "aaa", (2, "", "a")),
        ("hotel Sol", "hostal Sol", (2, "te", "sta")),
        ("igual", "igual", (5, "", "")),
    ],
)
def test_what_was_typed_is_found_between_what_stays(
    old: str, new: str, stretch: tuple[int, str, str]
) -> None:
    assert between(old, new) == stretch
    at, out, put = stretch
    assert new[:at] + out + new[at + len(put) :] == old


def test_a_hand_that_turns_begins_anew() -> None:
    assert joined(Stretch(0, "", "ho"), Stretch(2, "", "la")) == Stretch(0, "", "hola")
    assert joined(Stretch(3, "a", ""), Stretch(2, "l", "")) == Stretch(2, "la", "")
    assert joined(Stretch(2, "l", ""), Stretch(2, "a", "")) == Stretch(2, "la", "")
    assert joined(Stretch(0, "", "hola"), Stretch(3, "a", "")) is None
    assert joined(Stretch(3, "a", ""), Stretch(3, "", "x")) is None
    assert joined(Stretch(0, "", "hola"), Stretch(0, "", "y ")) is None


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("", ""),
        ("hotel Sol", "hotel Sol"),
        ("dice que sí. la va a matar.", " la va a matar."),
        ("cuarto 12, en Tapachula", " en Tapachula"),
        ("llora.\n", "llora.\n"),
        ("uno\ndos", "\ndos"),
        ("a las 10:30", "a las 10:30"),
    ],
)
def test_a_clause_goes_at_once(text: str, piece: str) -> None:
    assert last_piece(text) == piece


@pytest.mark.parametrize("text", ["palabra " * 40, "x" * 500])
def test_what_has_no_end_goes_by_its_last_words(text: str) -> None:
    pieces = []
    while text:
        pieces.append(last_piece(text))
        text = text[: -len(pieces[-1])]
    assert max(map(len, pieces)) <= LONGEST


def test_what_went_is_said_by_whole_words() -> None:
    assert in_words("en el hotel Sol hoy", "en el hostal Sol hoy") == ("hotel", "hostal")
    assert in_words("está en el hotel", "está") == (" en el hotel", "")
