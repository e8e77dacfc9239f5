"""Ages as people say them: `17`, `~17`, `15-17`, `diecisiete`, `casi 18`, `8 meses`, `menor de 12`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lnctp_tui.domain.values.numbers import WORDS
from lnctp_tui.domain.values.text import fold

OLDEST = 120
ADULT = 18
LONGEST = 60

_SPOKEN = {word: value for word, value in WORDS.items() if 2 <= value <= 100}
_NUMBER = re.compile(rf"\b(?:{'|'.join(sorted(_SPOKEN, key=len, reverse=True))})\b")
_PERSON = (
    r"(?:nin[oa]|bebe|adolescente|joven|jovencit[oa]|chic[oa]|muchach[oa]|mujer|hombre|senora?|persona|minor"
    r"|child|baby|girl|boy|teen(?:ager)?|woman|man)"
)
_ABOUT = re.compile(
    r"(?:~|\+/-|\b(?:como|unos|unas|de|tiene|tendra|tenia|edad|aprox\w*|mas o menos|alrededor de|around|about"
    rf"|aged?|maybe|quizas?|parece|es|una? {_PERSON}|an? {_PERSON}|{_PERSON})\b\.?)\s*|[?¿]"
)
_UNITS = re.compile(
    r"\s*(?:anos?(?: y (?:medio|\d{1,2} mes(?:es)?)| de edad|)|anitos|years? old|years?|yrs?|y/?o|a"
    r"|cumplidos)\.?$"
)
_RANGE = re.compile(r"(?:entre |between )?(\d{1,3})\s*(?:-|a|o|y|u|to|or|and)\s*(\d{1,3})")
_MORE = re.compile(
    r"(?:mayor de|mas de|over|more than|>|\+) ?(\d{1,3})|(\d{1,3}) ?(?:\+|o mas|or older|or more|and over)"
)
_DECADE = re.compile(r"(\d0) ?(?:y (?:tantos|tantas|pico|algo)|something|-something|s)")
_BABY = re.compile(r"(\d{1,3})\s*(?:mes(?:es)?|months?|semanas?|weeks?|dias?|days?)(?: de edad| old)?")
_BORN = re.compile(r"recien nacid[oa]|newborn")
_YEAR = re.compile(r"(?:un )?ano(?: y medio)?|one year(?: old)?")
_WORDS = re.compile(
    rf"(?:es )?(?:(?:un|una) )?(?:menor(?: de edad)?|mayor(?: de edad)?|{_PERSON}|adult[oa](?: mayor)?"
    r"|jovenes|tercera edad|ancian[oa]|adult|young|elderly)s?"
)


@dataclass(frozen=True)
class Age:
    """Whole years. `youngest` and `oldest` are equal when one number was said; `oldest` None: or more."""

    youngest: int
    oldest: int | None
    estimated: bool

    def __str__(self) -> str:
        if self.oldest is None:
            return f"{self.youngest}+"
        if self.oldest != self.youngest:
            return f"{self.youngest}-{self.oldest}"
        return f"~{self.youngest}" if self.estimated else str(self.youngest)


def parse(raw: str) -> Age | str:
    """The age that `raw` says, or a problem code; an interval counts as estimated.

    Problems: `age_unreadable`, `age_negative`, `age_too_high`, and `age_word` for "menor" or "adulta",
    which say no number: whether a person looks like a minor is a question of its own.
    """
    text = re.sub(r"\s+", " ", re.sub("[‐-―−]", "-", fold(raw[:LONGEST]))).strip()
    if _WORDS.fullmatch(text):
        return "age_word"
    if re.fullmatch(r"-\s*\d+.*", text):
        return "age_negative"
    text = re.sub(r"veintitant[oa]s", "20 y tantos", text)
    text = _NUMBER.sub(lambda match: str(_SPOKEN[match.group()]), text)
    age = _open(text) or _closed(text)
    if age is None:
        return "age_unreadable"
    return "age_too_high" if max(age.youngest, age.oldest or 0) > OLDEST else age


def _open(text: str) -> Age | None:
    years = _UNITS.sub("", text)
    if match := re.fullmatch(r"(?:casi|va a cumplir|por cumplir|almost|nearly|turning) (\d{1,3})", years):
        return _span(int(match[1]) - 1, int(match[1]) - 1)
    if match := re.fullmatch(r"(?:menor de|menos de|under|less than|<) ?(\d{1,3})", years):
        return _span(0, int(match[1]) - 1)
    if match := _MORE.fullmatch(years):
        return Age(int(match[1] or match[2]), None, True)
    return None


def _closed(text: str) -> Age | None:
    plain = re.sub(r"^(?:recien )?cumplio ", "", _ABOUT.sub("", text).strip())
    estimated = plain != text and bool(
        re.search(r"[~?¿]|\+/-|como|un[oa]s|aprox|mas o|alred|aro|abo|may|qui|par", text)
    )
    if _BORN.fullmatch(plain):
        return Age(0, 0, False)
    if _YEAR.fullmatch(plain):
        return Age(1, 1, estimated)
    if match := _BABY.fullmatch(plain):
        months = int(match[1]) if re.search("mes|month", plain) else 0
        return Age(months // 12, months // 12, estimated)
    years = _UNITS.sub("", plain)
    if match := _DECADE.fullmatch(years):
        return _span(int(match[1]), int(match[1]) + 9)
    if match := _RANGE.fullmatch(years):
        return _span(*sorted((int(match[1]), int(match[2]))))
    if match := re.fullmatch(r"(\d{1,4})(?:[.,]\d{1,2})?", years):
        return Age(int(match[1]), int(match[1]), estimated)
    return None


def _span(youngest: int, oldest: int) -> Age | None:
    return Age(youngest, oldest, True) if 0 <= youngest <= oldest else None
