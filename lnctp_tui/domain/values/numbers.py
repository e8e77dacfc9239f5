"""Numbers as people say and type them: `1,500`, `1 500.50`, `100 mil`, `2 millones`, `tres`."""

from __future__ import annotations

import re

from lnctp_tui.domain.values.text import fold

LARGEST = 10**12

_FORMS = (
    *("cero|zero", "un|uno|una|a|an|one", "dos|two|par|couple", "tres|three", "cuatro|four", "cinco|five"),
    *("seis|six", "siete|seven", "ocho|eight", "nueve|nine", "diez|ten", "once|eleven", "doce|twelve"),
    *("trece|thirteen", "catorce|fourteen", "quince|fifteen", "dieciseis|sixteen", "diecisiete|seventeen"),
    *("dieciocho|eighteen", "diecinueve|nineteen", "veinte|twenty", "veintiun|veintiuno|veintiuna"),
    *("veintidos", "veintitres", "veinticuatro", "veinticinco", "veintiseis", "veintisiete", "veintiocho"),
    "veintinueve",
)
_TENS = (
    *("", "", "twenty", "treinta|thirty", "cuarenta|forty", "cincuenta|fifty", "sesenta|sixty"),
    *("setenta|seventy", "ochenta|eighty", "noventa|ninety"),
)


def _compound() -> dict[str, int]:
    """`treinta y cinco`, `thirty-five`, `thirty five`: the tens with each unit."""
    words = {}
    for ten, names in enumerate(_TENS):
        for name in filter(None, names.split("|")):
            spanish = name.endswith("a")
            words[name] = ten * 10
            for unit, forms in enumerate(_FORMS[1:10], start=1):
                for form in forms.split("|"):
                    words |= dict.fromkeys(
                        (f"{name} y {form}",) if spanish else (f"{name}-{form}", f"{name} {form}"),
                        ten * 10 + unit,
                    )
    return words


WORDS = {word: value for value, forms in enumerate(_FORMS) for word in forms.split("|")} | _compound()
WORDS |= {"cien": 100, "doscientos": 200, "quinientos": 500}

_SCALES = {"mil": 1000, "thousand": 1000, "k": 1000, "millon": 10**6, "millones": 10**6, "million": 10**6}
_SCALES |= {"millions": 10**6, "mdp": 10**6}
_FIGURE = r"\d[\d\s,.']*|[a-z]+(?:[ -][a-z]+){0,2}?"
_NUMBER = re.compile(rf"(-?)\s*({_FIGURE})?\s*({'|'.join(sorted(_SCALES, reverse=True))})?\s*")
_GROUPED = re.compile(r"\d{1,3}(?:[,.' ]\d{3})+")


def parse(raw: str) -> int | float | str:
    """The number that `raw` says, an int when it is whole; else a problem code.

    Problems: `number_unreadable`, `number_negative`, `number_too_large`. A comma or a point before exactly
    three digits groups thousands (Mexican and Spanish usage both occur); before fewer it is decimal.
    """
    match = _NUMBER.fullmatch(fold(raw).strip())
    if match is None or not any(match.groups()[1:]):
        return "number_unreadable"
    sign, figure, scale = match.groups()
    if figure in _SCALES and not scale:
        figure, scale = "1", figure
    value = _figure(figure) if figure else 1.0
    if value is None:
        return "number_unreadable"
    if sign:
        return "number_negative"
    value = round(value * _SCALES.get(scale, 1), 6)
    if value > LARGEST:
        return "number_too_large"
    return int(value) if value == int(value) else value


def _figure(text: str) -> float | None:
    text = re.sub(r"\s+", " ", text.strip())
    if text in WORDS:
        return float(WORDS[text])
    whole, point, fraction = _split(text)
    if not re.fullmatch(r"\d{1,15}", whole) or (point and not re.fullmatch(r"\d{1,9}", fraction)):
        return None
    return float(f"{whole}.{fraction or 0}")


def _split(text: str) -> tuple[str, str, str]:
    grouped = _GROUPED.match(text)
    if not grouped:
        return text.replace(",", ".").partition(".")
    whole, rest = re.sub("[,.' ]", "", grouped.group()), text[grouped.end() :]
    return (whole + rest, "", "") if rest[:1] not in tuple(",.") else (whole, rest[0], rest[1:])
