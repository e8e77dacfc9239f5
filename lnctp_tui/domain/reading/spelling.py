"""Text folded place by place, its words, its sentences and its numbers in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from lnctp_tui.domain.values.text import fold

LONGEST_SENTENCE = 300
"""Characters; what runs on is cut at the next blank, so that one sentence costs little."""

_WORD = re.compile(r"\w+")
_ENDS = re.compile(r"[.;?!]+(?=\s|$)|\n")
_SHORT = frozenset(
    [
        "sr",
        "sra",
        "srita",
        "dr",
        "dra",
        "lic",
        "ing",
        "col",
        "av",
        "tel",
        "cel",
        "fem",
        "edo",
        "mpio",
        "no",
        "num",
        "nac",
        "ej",
        "vic",
        "rep",
        "ref",
        "orig",
        "dom",
        "aprox",
        "trab",
        "ubic",
        "masc",
        "nna",
        "hno",
        "hna",
        "c",
    ]
)


_SHORTER = frozenset(
    ["prof", "profa", "mtra", "mtro",
     "mpal", "mun", "cmdte", "cmte", "ult", "sem", "esp", "pte", "ptes", "usr", "ust", "resp", "depto", "hosp",
     "gral", "sec", "prim", "ofl", "uria", "uro", "vma", "aunq", "msj", "publ", "ene", "feb", "abr", "jun", "jul",
     "ago", "sept", "oct", "nov", "dic", "bca", "muj", "hom", "pers", "coord", "inst", "carr", "prol", "esq"]
)  # fmt: skip
"""Words that are cut short where the sentence goes on in small letters: `policía mpal. de`, `refiere q. la`."""
_STATES = frozenset(
    ["chis", "oax", "ver", "pue", "jal", "gto", "gro", "hgo", "mich", "mor", "nay", "qro", "tab", "tamps", "tlax",
     "yuc", "zac", "camp", "coah", "dgo", "ags", "mex", "chih"]
)  # fmt: skip
"""So are names of states, with a capital: `ya no la pude ver. está encerrada` are two sentences."""
_CHAT = {"q": "que", "d": "de", "xq": "porque", "pq": "porque", "porq": "porque", "dsd": "desde", "xo": "pero",
         "tmb": "tambien"}  # fmt: skip
"""How some words are typed in haste."""


class Word(NamedTuple):
    """A folded word with its place in the text."""

    text: str
    start: int
    end: int


@lru_cache(maxsize=2048)
def _letter(character: str) -> str:
    letter = fold(character)
    return letter if len(letter) == 1 else character


def folded(text: str) -> str:
    """`text` in lower case without accents, each character at its own place: offsets stay true."""
    if text.isascii():
        return text.lower()
    return "".join(map(_letter, text))


def words(text: str) -> list[Word]:
    """The words of a folded text."""
    found = _WORD.finditer(text)
    return [Word(_CHAT.get(word := match.group(), word), match.start(), match.end()) for match in found]


def sentences(text: str, begin: int = 0) -> Iterator[tuple[int, int]]:
    """Where each sentence from `begin` on begins and ends: at `. ; ? !` or a line end, not after `Sra.`."""
    for match in _ENDS.finditer(text, begin):
        if match.group() == "." and _abbreviated(text, begin, match.start()):
            continue
        yield from _pieces(text, begin, match.end())
        begin = match.end()
    yield from _pieces(text, begin, len(text))


def _abbreviated(text: str, begin: int, end: int) -> bool:
    words_before = _WORD.findall(text[max(begin, end - 8) : end])
    if not words_before:
        return False
    last = folded(words_before[-1])
    if last in _SHORT or (len(last) == 1 and words_before[-1].isupper()):
        return True
    goes_on = text[end + 1 : end + 3].strip()[:1].islower()
    short = last in _SHORTER or (last in _STATES and words_before[-1][0].isupper())
    return goes_on and (short or (len(last) == 1 and last in "bcdfgjklnpqrsvxz"))


def _pieces(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    while end - begin > LONGEST_SENTENCE:
        last = begin + LONGEST_SENTENCE
        comma = text.rfind(", ", begin + LONGEST_SENTENCE // 2, last)
        blank = comma + 1 if comma > 0 else text.rfind(" ", begin + 1, last)
        cut = blank if blank > begin else last
        yield begin, cut
        begin = cut
    if text[begin:end].strip():
        yield begin, end


_UNITS = {
    name: value
    for value, names in enumerate(
        [
            "cero",
            "un uno una",
            "dos",
            "tres",
            "cuatro",
            "cinco",
            "seis",
            "siete",
            "ocho",
            "nueve",
            "diez",
            "once",
            "doce",
            "trece",
            "catorce",
            "quince",
            "dieciseis",
            "diecisiete",
            "dieciocho",
            "diecinueve",
            "veinte",
            "veintiun veintiuno veintiuna",
            "veintidos",
            "veintitres",
            "veinticuatro",
            "veinticinco",
            "veintiseis",
            "veintisiete",
            "veintiocho",
            "veintinueve",
        ]
    )
    for name in names.split()
}
_TENS = dict(
    zip(
        ["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"],
        range(30, 100, 10),
        strict=True,
    )
)
_HUNDREDS = {"cien": 100, "ciento": 100} | {
    f"{stem}{end}": value
    for stem, value in (
        ("doscient", 200), ("trescient", 300), ("cuatrocient", 400), ("quinient", 500),
        ("seiscient", 600), ("setecient", 700), ("ochocient", 800), ("novecient", 900),
    )
    for end in ("os", "as")
}  # fmt: skip
_SCALES = {"mil": 1000, "k": 1000, "millon": 10**6, "millones": 10**6}
_FIGURES = re.compile(r"\d{1,3}(?:[,.]\d{3})+(?!\d)|\d{1,9}")


class Number(NamedTuple):
    """A number that words or figures say, in whole units."""

    value: int
    first: int
    """Its first word, and the one after its last."""
    after: int
    spelled: bool


def number_at(text: str, terms: Sequence[Word], at: int) -> Number | None:
    """The number that begins at the word `at`: `17`, `1,500`, `diecisiete`, `mil quinientos`, `50 mil`, `20k`."""
    word = terms[at].text
    if word[0].isdecimal():
        return _figures(text, terms, at)
    total, part, place, any_word = 0, 0, at, False
    while place < len(terms) and place - at < 8:
        word = terms[place].text
        if word in _SCALES and word != "k":
            total, part = total + (part or 1) * _SCALES[word], 0
        elif _adds(part, word):
            part += _HUNDREDS.get(word, _TENS.get(word, _UNITS.get(word, 0)))
        elif not (word == "y" and _goes_on(terms, place)):
            break
        any_word, place = True, place + 1
        if place < len(terms) and text[terms[place - 1].end : terms[place].start].strip(" "):
            break  # «cinco, siete y diez»
    return Number(total + part, at, place, True) if any_word else None


def _adds(part: int, word: str) -> bool:
    """Whether a word goes on with a number below a thousand: `ciento veinte`, and not `una cien`."""
    if word in _HUNDREDS:
        return part == 0
    if word in _TENS:
        return part % 100 == 0
    return word in _UNITS and (part % 100 == 0 or (part % 10 == 0 and part % 100 >= _TENS["treinta"]))


def _goes_on(terms: Sequence[Word], place: int) -> bool:
    """Whether this `y` joins tens with a unit."""
    before = terms[place - 1].text if place else ""
    after = terms[place + 1].text if place + 1 < len(terms) else ""
    return before in _TENS and 1 <= _UNITS.get(after, 0) <= 9


def _figures(text: str, terms: Sequence[Word], at: int) -> Number | None:
    match = _FIGURES.match(text, terms[at].start)
    if match is None:
        return None
    after = at
    while after < len(terms) and terms[after].start < match.end():
        after += 1
    value = int(re.sub("[,.]", "", match.group()))
    rest = text[match.end() : terms[after - 1].end]
    if rest in ("k", "mil"):
        return Number(value * 1000, at, after, False)
    if rest:
        return Number(value, at, after, False) if rest in ("a", "anos") else None
    if after < len(terms) and terms[after].text in _SCALES:
        return Number(value * _SCALES[terms[after].text], at, after + 1, False)
    return Number(value, at, after, False)
