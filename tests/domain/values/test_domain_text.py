"""Text from outside: the first rule of security, and the keys to search by."""

import random
import time
import unicodedata

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lnctp_tui.domain.values.text import clean, digits, fold, plain_json, sound, words

KEPT = "\n\u200c\u200d"


@pytest.mark.parametrize(
    ("given_text", "cleaned", "replaced"),
    [
        ("Ana", "Ana", 0),
        ("a\r\nb\rc\nd", "a\nb\nc\nd", 0),
        ("a\tb", "a b", 0),
        ("e\u0301", "é", 0),
        ("\x1b[31mrojo\x1b[0m", "�[31mrojo�[0m", 2),
        ("a\x00b\x7fc\x9bd\x85e", "a�b�c�d�e", 4),
        ("abc\u202edcba\u2066x\u2069", "abc�dcba�x�", 3),
        ("\u061c\u200e\u200f\u200b\u2060\ufeff", "�" * 6, 6),
        ("ni\u200dño\u200c", "ni\u200dño\u200c", 0),
        ("\ud800x\udfff", "�x�", 2),
        ("\ufdd0\ufdef\ufffe\uffff\U0001fffe\U0010ffff", "�" * 6, 6),
        ("👩\u200d👧 ñandú ✓ �", "👩\u200d👧 ñandú ✓ �", 0),
        ("uno\u2028dos\u2029tres", "uno\ndos\ntres", 0),
    ],
)
def test_controls_become_visible_and_are_counted(given_text, cleaned, replaced):
    assert clean(given_text) == (cleaned, replaced)


ANY = st.text(st.characters(codec=None, categories=None), max_size=60)
NASTY = st.text(
    st.sampled_from("a\r\n\t\x00\x1b\x7f\x85\u0301\u00f1\u200b\u200d\u202e\u2028\ud800\ufeff\ufffd ")
)


@given(
    st.dictionaries(
        st.text(max_size=9), st.one_of(ANY, NASTY).filter(lambda each: each.isprintable() or "\n" in each)
    )
)
def test_what_is_plain_as_json_is_clean_value_by_value(values):
    try:
        content = orjson.dumps(values)
    except TypeError:  # a lone surrogate
        return
    if plain_json(content):
        assert all(clean(each) == (each, 0) for each in [*values, *values.values()])


@pytest.mark.parametrize(
    ("text", "is_plain"),
    [
        ('Año de "Prueba"\n¿qué? 50 €', True),
        ("a\tb", False),
        ("a\x7fb", False),
        ("e\u0301", False),
        ("\u202e", False),
    ],
)
def test_plain_json_knows_what_is_usual(text, is_plain):
    assert plain_json(orjson.dumps({"summary": text})) is is_plain


@given(ANY | NASTY)
def test_clean_text_is_normal_printable_and_stays_as_it_is(text):
    cleaned, _ = clean(text)
    assert clean(cleaned) == (cleaned, 0)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not [
        each for each in cleaned if unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") and each != "\n"
    ]
    cleaned.encode()


@given(st.integers(0, 0x10FFFF))
def test_a_character_is_kept_or_replaced_and_counted(point):
    cleaned, replaced = clean(f"a{chr(point)}b")
    assert replaced == cleaned.count("�") - (point == 0xFFFD)


def test_a_megabyte_keeps_every_line():
    cleaned, replaced = clean("Nezahualcóyotl, niño\u202e\r\n" * 50_000)
    assert replaced == 50_000
    assert cleaned == "Nezahualcóyotl, niño�\n" * 50_000


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("NEZAHUALCÓYOTL", "nezahualcoyotl"),
        ("Ñandú", "nandu"),
        ("Güero", "guero"),
        ("ﬁn", "fin"),
        ("abc", "abc"),
    ],
)
def test_fold_forgets_case_and_accents(text, folded):
    assert fold(text) == folded


@given(ANY)
def test_fold_is_idempotent_on_what_it_gives(text):
    assert fold(fold(fold(text))) == fold(fold(text))


def test_words_and_digits():
    assert words("La Merced, D.F. (2020)") == ("la", "merced", "d", "f", "2020")
    assert digits("+52 (55) 5533-٣") == "52555533" + "3"


@pytest.mark.parametrize(
    "pair",
    """Huerta Werta|Ximena Jimena|Xóchitl Sóchil|Vázquez Basques|Muñoz Munos|Nezahualcóyotl Nesaualcoyotl
    Yesenia Llesenia|Cecilia Sesilia|Quetzal Ketsal|Campeche Canpeche|México Méjico|Acción Acsion
    Karely Careli|Gerardo Jerardo|Hernández Ernandes|Zavala Sabala|Félix Felis""".replace("\n", "|").split(
        "|"
    ),
)
def test_what_sounds_alike_has_one_key(pair):
    first, second = pair.split()
    assert sound(first) == sound(second)


@pytest.mark.parametrize(
    "spellings",
    """Jessica Yesica Yessica Jesica Yessika Llesica|Yesenia Jessenia Yessenia Llesenia Jesenia Yecenia
    Brayan Brian Bryan Braian Brallan Brayam|Jonathan Jhonatan Yonatan Jhonathan Johnatan Yonathan Jonatán
    Britany Brittany Brithany Britani|Cristian Christian Kristian Cristhian Crystian|Héctor Ector
    Elizabeth Elisabet Elisabeth Elizabet Elizabed|Kevin Kebin Kevyn Quevin|Stephanie Estefany Stefany Stephany Estefani
    Jennifer Yenifer Jenifer Yennifer Jeniffer Genifer|Giovanni Jovani Yovani Geovanni Jiovani Giovanny
    Michelle Michel Mishel Michell|Jocelyn Joselin Yoselin Yocelin|Jazmín Yazmín Jasmin Yasmin Jazmine
    Yahir Jair Yair Jahir|Cinthia Cynthia Sintia Cintia|Judith Yudit Judit Yudith|Wendy Uendi Huendi
    Nancy Nansi Nanci|Miriam Mirian Myriam|Sofía Sophia|Vianey Bianey Vianney Bianney Viany|Erick Eric Erik
    Montserrat Monserrat Monserrath|Scarlett Escarlet|Nayeli Nayely Nallely Nayelly|Karem Karen Caren
    Guadalupe Wadalupe|Noemí Nohemi|Genaro Jenaro|Rebeca Rebecca|Inés Ynes
    Yadira Jadira""".replace("\n", "|").split("|"),
)
def test_the_spellings_of_a_given_name_have_one_key(spellings):
    assert len({sound(each) for each in spellings.split()}) == 1


@pytest.mark.parametrize(
    "pair",
    """Ana Eva|Guerra Gerra|Pedro Petra|Rosa Roja|Marta Mirta|cama chama|17 18|Juan Iván|Brian Bruno
    Cristian Cristina|Julio Julia|Daniel Daniela""".replace("\n", "|").split("|"),
)
def test_what_sounds_different_has_two_keys(pair):
    first, second = pair.split()
    assert sound(first) != sound(second)


def test_marks_piled_on_one_letter_are_told_and_take_no_time() -> None:
    """Attack 132: n marks are put in order in n² steps: a text of some hundred KB holds a server for hours."""
    for marks in ("\u0315\u0300", "\uff9e\u0300", "\u0344\u0315"):
        began = time.process_time()
        cleaned, told = clean("u" + marks * 10_000)
        fold(cleaned)
        assert time.process_time() - began < 3, ascii(marks)
        assert told
        assert clean(cleaned) == (cleaned, 0)
    as_written = [
        "Zá\u0323\u0302pata",
        "ǖ" + "\u0315\u0300" * 14,
        "ក្រុម",
        "\u0f73" * 15,
        "é" * 50,
        "ñ\u0301" * 40,
    ]
    for text in as_written:
        assert clean(text) == (unicodedata.normalize("NFC", text), 0), ascii(text)
    # What NFC takes from a letter stands among its marks: however often it is cleaned, it stays as it is.
    chance = random.Random(132)
    for _ in range(400):
        letters = [
            chance.choice("a\u01d6\u1e77\u200b\n\u0430" if chance.random() < 0.05 else PILE)
            for _ in range(90)
        ]
        cleaned, _told = clean("".join(letters))
        assert clean(cleaned) == (cleaned, 0)


PILE = "\u0315\u0300\u0323\u0327\u0344\u0f73\u3099\uff9e\u05b0\u0345\u1dd9"
