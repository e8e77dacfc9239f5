"""Text from outside and keys to search by. Source: docs on security, "Text from outside"; Unicode 15.1."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

REPLACEMENT = "�"

_NEWLINES = re.compile("\r\n?|[\u2028\u2029]")

_INVISIBLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but TAB and LF, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e"  # soft hyphen, fillers, Arabic letter mark
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"  # zero-width and bidi; ZWNJ 200C and ZWJ 200D are letters
    "\u3164\ufeff\uffa0\ufff0-\ufffb"  # fillers, byte order mark, interlinear annotation
    "\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff"  # non-characters, lone surrogates
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # shorthand, music and tag formats
)
_PLANE_ENDS = "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
_BAD = re.compile(f"[{_INVISIBLE}{_PLANE_ENDS}]")
_PLAIN = re.compile("[\n -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf]*").fullmatch

PILED = 30
"""Most marks on one letter, as in the Stream-Safe Text Format of UAX 15: putting n of them in order takes n² steps."""
_MAYBE_PILED = re.compile(rf"[^\n -~\u00a0-\u02ff\u0400-\u0482\u3400-\u9fff\uac00-\ud7a3]{{{PILED - 10},}}")
"""A run in which so many marks may stand, with those of the letter before it: few texts have one."""

_PRINTABLE = bytes(range(0x20, 0x7F))
_CONTROL = re.compile(rb'\\[^n"\\]').search

_MARKS = re.compile("[\u0300-\u036f\u200c\u200d]+")
_WORD = re.compile(r"\w+")


def plain(text: str) -> bool:
    """Whether `text` is certainly clean: letters of Latin scripts, usual punctuation, currencies, LF.

    No two of these compose in NFC.
    """
    return _PLAIN(text) is not None


def plain_json(content: bytes) -> bool:
    """Whether all texts in this JSON are certainly clean: it escapes the controls, and what is not ASCII is little."""
    if b"\\" in content and _CONTROL(content):
        return False
    return plain(content.translate(None, _PRINTABLE).decode())


def spelled(value: Any) -> Iterator[str]:
    """JSON in pieces of what is nested deeper than an encoder goes."""
    pending: list[tuple[bool, Any]] = [(False, value)]
    while pending:
        spelled_already, part = pending.pop()
        if spelled_already or not isinstance(part, dict | list):
            yield part if spelled_already else json.dumps(part, default=str)
            continue
        listed = isinstance(part, list)
        inner: list[tuple[bool, Any]] = [(True, "[" if listed else "{")]
        for place, key in enumerate(part):
            inner.append((True, ", " if place else ""))
            inner += [(False, key)] if listed else [(True, json.dumps(str(key)) + ": "), (False, part[key])]
        pending += reversed([*inner, (True, "]" if listed else "}")])


def clean(text: str) -> tuple[str, int]:
    """`text` safe to store and to paint, and how many of its characters became U+FFFD.

    NFC; every line end is LF; a TAB is one blank. C0, DEL, C1, bidirectional and zero-width controls, lone
    surrogates, non-characters and marks piled up are replaced, so that nobody reads less than what is stored.
    Idempotent.
    """
    if plain(text):
        return text, 0
    text, piled = _without_piles(text)
    lines = _NEWLINES.sub("\n", unicodedata.normalize("NFC", text)).replace("\t", " ")
    cleaned, bad = _BAD.subn(REPLACEMENT, lines)
    return cleaned, piled + bad


def _without_piles(text: str) -> tuple[str, int]:
    """`text` with U+FFFD for each mark that is one too many on its letter, and how many these are."""
    too_many = 0

    def sparse(run: re.Match[str]) -> str:
        nonlocal too_many
        kept = []
        marks = _marks(text[run.start() - 1])[1] if run.start() else 0
        for letter in run[0]:
            before, after, whole = _marks(letter)
            if over := marks + before > PILED:
                too_many += 1
            kept.append(REPLACEMENT if over else letter)
            marks = 0 if over else after if whole else marks + before
        return "".join(kept)

    return _MAYBE_PILED.sub(sparse, text), too_many


@lru_cache(4096)
def _marks(letter: str) -> tuple[int, int, bool]:
    """How many marks a letter begins and ends with when it is taken apart, and whether there is more to it."""
    parts = [unicodedata.combining(part) == 0 for part in unicodedata.normalize("NFKD", letter)]
    if True not in parts:
        return len(parts), len(parts), False
    return parts.index(True), parts[::-1].index(True), True


def fold(text: str) -> str:
    """`text` in lower case and without accents (ñ is n), to compare and to search."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text).casefold())


def words(text: str) -> tuple[str, ...]:
    """The folded words and numbers of `text`, in its order."""
    return tuple(_WORD.findall(fold(text)))


def digits(text: str) -> str:
    """The decimal digits of `text`, of any script, as ASCII."""
    return "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())


_SOUNDS = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        (r"[^a-z]", ""),
        (r"^ps", "s"),
        (r"ph", "f"),
        (r"ch(?=[rlt])", "k"),  # Christian
        (r"ch|sh", "4"),
        (r"^s(?=[bcdfgklmnpqrt])", "es"),  # Stephanie
        (r"(?:^h|g)u(?=[ao])|^h?u(?=[ei])", "w"),
        (r"h", ""),
        (r"sc(?=[ei])|xc(?=[ei])", "s"),
        (r"(?<=[aeiou])x(?=[aeiou])|^x(?=[aei])", "j"),
        (r"[xz]", "s"),
        (r"qu(?=[ei])|[qk]|c(?![eiy])", "k"),
        (r"c", "s"),
        (r"g(?=[eiy])", "j"),
        (r"gu(?=[ei])", "g"),
        (r"ts", "s"),
        (r"elle$", "el"),  # Michelle
        (r"ll(?=[iy]$)", "l"),  # Nelly
        (r"ette$", "et"),
        (r"[iy]ne$", "in"),  # Jaqueline
        (r"ll(?=[aeiou])", "y"),
        (r"^j[ie](?=o)", "j"),  # Giovanni
        (r"^j(?=[aeiou])", "y"),  # Jessica, Jonathan: the English j is a y
        (r"(?<=[bcdfgklmnprst])y(?=[aeiou])", "i"),  # Bryan
        (r"a[iy](?=a)", "i"),  # Brayan
        (r"y(?![aeiou])", "i"),
        (r"tl$", "l"),
        (r"(?:ei|ie|ee|ii)$", "i"),  # Britney
        (r"v", "b"),
        (r"n(?=[bpm])", "m"),
        (r"m$", "n"),
        (r"d$", "t"),
        (r"(.)\1+", r"\1"),
    )
)


def sound(word: str) -> str:
    """A key that Spanish words of the same sound share: b/v, s/z/c/x, ll/y, g/j, c/k/qu, silent h, doubles.

    Written for Mexican names: Ximena is Jimena, Xóchitl is Sóchil, Huerta is Werta, and names from English as
    they are spelt here: Jessica is Yesica, Bryan is Brayan. What no rule says is in data/catalogs/name_spelling.csv.
    A word without letters is its own key.
    """
    key = fold(word)
    for pattern, replacement in _SOUNDS:
        key = pattern.sub(replacement, key)
    return key or fold(word)
