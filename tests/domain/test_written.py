"""Words are told from answers by their letters: sentences that nobody meant as answers, and real answers."""

from __future__ import annotations

import pytest

from lnctp_tui.domain.values.written import FARTHEST, Stroke, begins

ANSWERS, LIST, COMMANDS = "syn?r", "syn?rjk", "srwioqbepxtcvkdgu?1234567890"
SENTENCES = (
    "no tiene papeles y 2 hijos",
    "no sabe si su hermana tiene papeles",
    "ya no quiero vivir. tengo a mi hija aqui",
    "y 2 hermanas mas estan ahi",
    "tiene 1 hora asi",
    "sin comer desde ayer",
    "si, le pegan",
    "sr que la trajo se llama Beto",
    "señora dice que no sale",
    "nunca la dejan sola",
    "nosotras dormimos en el piso",
    "nos dijo que no hablaramos",
    "sino paga la golpean",
    "y si se va la buscan",
    "son 3 hombres en la casa",
    "rosa le quita el dinero",
    "15 años tiene la niña",
    "Su primo la vendió",
    "re asustada, no habla",
    "¿sabe donde esta? no",
    "sra. dice que la encierran",
    "ns como se llama el lugar",
    "ynes no tiene pasaporte",
    "hijos de su hermana",
    "kilometro 5 rumbo a Puebla",
)


def told(text: str, keys: str, *, commands: bool = False) -> str | None:
    """The first words that are told in `text`, as far as it was typed by then."""
    burst: list[Stroke] = []
    for letter in text:
        burst = [*burst, Stroke(letter, letter in keys)][-FARTHEST:]
        start = begins(burst, commands=commands)
        if start is not None:
            return "".join(stroke.character for stroke in burst[start:])
    return None


@pytest.mark.parametrize("keys", [ANSWERS, LIST])
@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_is_told_from_its_first_letter(text: str, keys: str) -> None:
    words = told(text, keys)
    assert words is not None
    assert text.startswith(words)


@pytest.mark.parametrize("text", ["snsn", "nonosi", "sí", "No", "snsdnnsns", "n?rs", "jjsknn", "x", "15"])
def test_answers_and_a_slip_beside_them_are_no_words(text: str) -> None:
    assert told(text, LIST) is None


def test_what_was_answered_before_a_word_is_none_of_it() -> None:
    assert told("snsnsnsn" + "tiene", ANSWERS) == "snti"


@pytest.mark.parametrize("text", ["7 hombres", "6meses", "llora mucho", "a las 3", "una muchacha", "ñoño"])
def test_between_the_fields_words_are_told_by_the_letter_after_one_that_is_no_command(text: str) -> None:
    words = told(text, COMMANDS, commands=True)
    assert words is not None
    assert text.startswith(words)


def test_commands_one_after_the_other_are_no_words() -> None:
    assert told("1ct9", COMMANDS, commands=True) is None
