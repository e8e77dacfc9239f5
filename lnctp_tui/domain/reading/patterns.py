"""What is written in a form of its own: addresses, numbers, plates, amounts, dates, ages, how many people.

Earlier patterns own their characters: a telephone number is no amount. Each pattern is bounded in length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

from lnctp_tui.domain.reading import quantities, times
from lnctp_tui.domain.reading.spelling import Word
from lnctp_tui.domain.values import phones

OWN_NUMBERS = frozenset(("+528005533000", "+525555335533"))
"""Numbers of the Line itself: nobody's."""

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,24}){1,3}")
_URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"«»,;]{3,200}"
    r"|(?<![\w@.])[\w-]{2,63}\.(?:com|net|org|mx|xxx|me|io)(?:\.mx)?(?:/[^\s<>\"«»,;]{0,200})?(?![\w@])"
)
_HANDLE = re.compile(r"(?<![\w@.])@[\w.]{3,40}")
_NAMED_HANDLE = re.compile(
    r"\b(?:usuario|user|username|perfil|cuenta de (?:facebook|instagram|tiktok|face|insta))"
    r"(?: es| se llama| como|:)?\s+[«\"']?([a-z][\w.]{2,38}[\w])"
)
_PHONE = re.compile(r"(?<![\w.,$-])(?:\+|00)?\(?\d(?:[ .()\-]{0,2}\d){9,14}(?![\w]|[:/]\d)")
_SHORT_PHONE = re.compile(
    r"\b(?:tel(?:efono)?|cel(?:ular)?|numero|whats(?:app)?)\b[.: ]{1,3}(\d{3,4}[ -]?\d{4})(?!\w)"
)
_OFFICE = re.compile(
    r"\b(?:tel(?:efono)?|numero|num|linea)\b\.?:? (?:de |del |de la )?(?:procuraduria|fiscalia|secretaria|"
    r"comision|"
    r"instituto|dif|locatel|embajada|consulado|cruz roja|emergencias|cjm|ceav|cavi|ministerio|oficina|"
    r"hospital|linea|"
    r"albergue|refugio)\b[^.;\n]{0,40}$"
    r"|\b(?:da|dan|dio|proporciona|proporciono|brinda) el (?:numero|telefono) de[^.;\n]{0,60}$"
)
"""A number that was given to who calls is nobody's of the case."""
_FILE = re.compile(
    r"\b(?:folio|expediente|carpeta|empleado|matricula|contrato|pedido|serie|cedula|nss|guia|"
    r"boleto)\b[^.;\n]{0,15}$"
)
"""What has a number of its own: no telephone."""
_DIGITS = re.compile(r"(?<![\w.,-])\d(?:[ -]?\d){7,17}(?!\w)")
_ACCOUNT_WORD = re.compile(
    r"\b(?:cuenta(?! (?:que|con|como|de[l ]? ?(?:face|insta|tik)))|tarjeta|clabe|deposit\w+)\b[^\d\n]{0,30}$"
)
_PLATE = re.compile(
    r"\b(?:[A-Z]{3}-?\d{2}-?\d{2}|[A-Z]{3}-?\d{3}-?[A-Z]|[A-Z]-?\d{2}-?[A-Z]{3}|[A-Z]{2}-?\d{5}"
    r"|\d{2}-[A-Z]{3}-\d|[A-Z]{2}-?\d{3}-?[A-Z]|[A-Z]\d{2}[A-Z]{2}\d?)\b"
)
_PLATE_AFTER = re.compile(
    r"\b(?:placas?|"
    r"matricula)\b(?: de [a-z]+)?[: ]{1,3}(?:\w+ ){0,2}?((?=[a-z\d -]{0,9}\d)[a-z\d]{1,4}(?:[- ]?[a-z\d]{1,4}){1,3})"
)
_NO_PLATE = re.compile(r"(?: (?:de|y|con|del|es|la|el|en|que|no|se|un|al|o|a|los|las|iba|va|era|lo))+$")
"""Small words behind a plate."""
_ALIAS = re.compile(
    r"\b(?:alias|(?:que )?se dice|dice(?:n)? llamarse|(?:le|lo|la) (?:decimos|dice|conocemos como)|"
    r"(?:al|a la|a|el|la) que (?:le )?(?:llaman|dicen|apodan)|apodo|apodado|apodada|"
    r"le dicen|le llaman|lo conocen como|la conocen como|"
    r"apodan|se hace llamar|le apodan|(?:lo|la) apodan"
    r"|mejor conocido como)\s+[«\"“']?((?:(?:el|la)\s+)?[a-z]{2,20}(?:\s+[A-Z][a-z]{1,20})?)"
)


@dataclass
class Found:
    """A pattern that stands in a sentence."""

    kind: str
    value: str
    start: int
    end: int
    detail: str = ""


@dataclass
class Sentence:
    """One sentence with what the patterns need of it, and which characters are taken."""

    text: str
    """As written."""
    low: str
    """Folded, of the same length."""
    terms: list[Word]
    today: date
    age_asked: bool = False
    """The sentence before asked for an age."""
    person_ends: tuple[int, ...] = ()
    """Characters at which a word for a person ends."""
    taken: list[tuple[int, int]] = field(default_factory=list)

    def free(self, start: int, end: int) -> bool:
        return all(end <= first or last <= start for first, last in self.taken)

    def take(self, kind: str, value: str, span: tuple[int, int], detail: str = "") -> Iterator[Found]:
        """The find, when its characters are nobody's yet."""
        if self.free(*span):
            self.taken.append(span)
            yield Found(kind, value, *span, detail)


def find(sentence: Sentence) -> list[Found]:
    """All patterns of a sentence, in the order in which they own their characters."""
    return [found for pattern in _ORDER for found in pattern(sentence)]


def _emails(sentence: Sentence) -> Iterator[Found]:
    for match in _EMAIL.finditer(sentence.low) if "@" in sentence.low else ():
        yield from sentence.take("email", match.group().rstrip("."), match.span())


def _urls(sentence: Sentence) -> Iterator[Found]:
    for match in _URL.finditer(sentence.low) if "." in sentence.low else ():
        value = match.group().rstrip(".,)")
        yield from sentence.take("url", value, (match.start(), match.start() + len(value)))


def _handles(sentence: Sentence) -> Iterator[Found]:
    for match in _HANDLE.finditer(sentence.low) if "@" in sentence.low else ():
        value = match.group().rstrip(".")
        yield from sentence.take("handle", value, (match.start(), match.start() + len(value)))
    for match in _NAMED_HANDLE.finditer(sentence.low):
        if re.search(r"[\d_.]", match[1]):
            yield from sentence.take("handle", match[1].rstrip("."), match.span(1))


def _accounts(sentence: Sentence) -> Iterator[Found]:
    for match in _DIGITS.finditer(sentence.low):
        number = re.sub(r"\D", "", match.group())
        told = _ACCOUNT_WORD.search(sentence.low, 0, match.start())
        if (
            _clabe(number)
            or (len(number) == 16 and _luhn(number))
            or (told and len(number) > 8 and len(number) != 10)
        ):
            yield from sentence.take("account", number, match.span())


def _clabe(number: str) -> bool:
    """Eighteen digits with their check digit. Source: CLABE, Asociación de Bancos de México."""
    if len(number) != 18:
        return False
    total = sum(int(digit) * weight % 10 for digit, weight in zip(number, (3, 7, 1) * 6, strict=False))
    total -= int(number[17]) * 1 % 10
    return (10 - total % 10) % 10 == int(number[17])


def _luhn(number: str) -> bool:
    """Source: ISO/IEC 7812-1, annex B."""
    doubled = (int(digit) * (2 - at % 2) for at, digit in enumerate(number))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _phones(sentence: Sentence) -> Iterator[Found]:
    for match in _PHONE.finditer(sentence.low):
        numbers = phones.read(match.group())
        dialled = phones.dialled(numbers[0].number) if len(numbers) == 1 else ""
        if _OFFICE.search(sentence.low, 0, match.start()) or _FILE.search(sentence.low, 0, match.start()):
            sentence.taken.append(match.span())
            continue
        if dialled.startswith("+") and dialled not in OWN_NUMBERS and _diallable(dialled):
            yield from sentence.take("phone", dialled, match.span())
        elif dialled in OWN_NUMBERS:
            sentence.taken.append(match.span())
    for match in _SHORT_PHONE.finditer(sentence.low):
        yield from sentence.take("phone", re.sub(r"\D", "", match[1]), match.span(1))


def _diallable(number: str) -> bool:
    """Ten Mexican digits begin with no 0 or 1 and are no toll-free number."""
    if not number.startswith("+52"):
        return True
    return len(number) == 13 and number[3] not in "01" and not number.startswith("+52800")


def _plates(sentence: Sentence) -> Iterator[Found]:
    for match in _PLATE_AFTER.finditer(sentence.low):
        said = _NO_PLATE.sub("", match[1])
        value = re.sub(r"[^A-Z\d]", "", said.upper())
        if 5 <= len(value) <= 8 and any(letter.isalpha() for letter in value):
            yield from sentence.take("plate", value, (match.start(1), match.start(1) + len(said)))
    for match in _PLATE.finditer(sentence.text):
        yield from sentence.take("plate", re.sub(r"\W", "", match.group()), match.span())


def _aliases(sentence: Sentence) -> Iterator[Found]:
    for match in _ALIAS.finditer(sentence.low):
        start, end = match.span(1)
        first = sentence.text[start:end]
        if not match[1].startswith(("el ", "la ")) and not first[:1].isupper():
            continue
        if match.group().startswith(("le dice ", "la dice ", "lo dice ")) and not match[1].startswith(
            ("el ", "la ")
        ):
            continue  # «le dice Lupita que no vaya»
        if match[1] in ("el que", "la que", "que", "por", "el senor", "la senora", "el telefono"):
            continue
        end = start + len(_name(first))
        behind = _SURNAME.match(sentence.text, end)
        end = behind.end() if behind and not match[1].startswith(("el ", "la ")) else end
        yield from sentence.take("alias", sentence.text[start:end], (start, end))


_SURNAME = re.compile(r" [A-ZÁÉÍÓÚÑ][a-záéíóúñ]{2,20}\b")


def _name(text: str) -> str:
    """`el Güero` and `El Chato Ruiz`, without the small word that follows."""
    parts = text.split()
    return text if len(parts) < 3 or parts[2][0].isupper() else text[: text.index(parts[2], 4)].rstrip()


def _amounts(sentence: Sentence) -> Iterator[Found]:
    for value, currency, span in quantities.amounts(sentence.low, sentence.terms):
        yield from sentence.take("amount", value, span, currency)


def _ages(sentence: Sentence) -> Iterator[Found]:
    for value, span in quantities.ages(sentence.low, sentence.terms, sentence.person_ends):
        yield from sentence.take("age", value, span)
    for value, span in quantities.ages_beside(sentence.low, sentence.terms, sentence.person_ends):
        yield from sentence.take("age", value, span)
    for value, span in quantities.ages_apposed(
        sentence.text, sentence.low, sentence.terms, sentence.person_ends
    ):
        yield from sentence.take("age", value, span)
    for value, span in quantities.ages_of_names(sentence.text, sentence.low, sentence.terms):
        yield from sentence.take("age", value, span)
    if sentence.age_asked:
        for value, span in quantities.answered_age(sentence.low, sentence.terms):
            yield from sentence.take("age", value, span)


def _headcounts(sentence: Sentence) -> Iterator[Found]:
    for value, span in quantities.headcounts(sentence.low, sentence.terms):
        yield from sentence.take("headcount", value, span)


def _dates(sentence: Sentence) -> Iterator[Found]:
    for value, span in times.dates(sentence.low, sentence.today):
        yield from sentence.take("date", value, span)


_ORDER: tuple[Callable[[Sentence], Iterator[Found]], ...] = (
    *(_emails, _urls, _handles, _accounts, _phones, _plates, _amounts, _dates, _ages, _headcounts, _aliases),
)
