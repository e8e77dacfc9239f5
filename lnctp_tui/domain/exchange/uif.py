"""Money trails of a case for the Financial Intelligence Unit: way, time and place, and nobody's identity.

A text of the trail that names a victim, or a number that is a victim's too, is left out and told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final

from lnctp_tui.domain.exchange import sharing
from lnctp_tui.domain.exchange.htcds import Export
from lnctp_tui.domain.records.document import Document, Record
from lnctp_tui.domain.values.identifiers import normalised
from lnctp_tui.domain.values.text import clean

COLUMNS: Final = (
    "hoja", "caso_seudonimo", "modalidad", "bandera", "instrumento", "institucion", "modo", "tiempo", "lugar", "monto",
    "moneda", "estimado", "como_se_sabe", "identificadores",
)  # fmt: skip
TEXTS: Final = {"institucion": "institution", "modo": "way", "tiempo": "time", "lugar": "place"}
CODES: Final = {
    "bandera": ("flag", "flag"), "instrumento": ("instrument", "instrument"), "moneda": ("currency", "currency"),
    "como_se_sabe": ("known_by", "known_by"),
}  # fmt: skip
LEFT_OUT: Final = "[…]"
"""In place of a text that names a victim."""
REFUSED: Final = ("no", "refused")


def rows(
    export: Export, document: Document, contested: Callable[[str], Collection[str]]
) -> Iterator[dict[str, str]]:
    """One row for each trail that may be shared with the unit; `hoja` is the caller's."""
    case = document["case"]
    if case.get("consent_share") in REFUSED or "consent_share" in contested(case["id"]):
        return
    modalities = {
        code
        for person in document.get("people", ())
        if person.get("role") in ("victim", "group")
        for code in sharing.answered(export.protocol, person, "modality")
    }
    numbers = ";".join(identifiers(document))
    for trail in document.get("money", ()):
        if trail.get("share_consent") != "yes" or "share_consent" in contested(trail["id"]):
            continue
        yield {
            "caso_seudonimo": export.pseudonym(case["id"]),
            "modalidad": ";".join(sorted(modalities)),
            **{name: _code(export, catalog, trail.get(field)) for name, (field, catalog) in CODES.items()},
            **{name: _text(document, trail.get(field)) for name, field in TEXTS.items()},
            "monto": amount(trail.get("amount")),
            "estimado": _estimated(trail),
            "identificadores": numbers,
        }  # fmt: skip


def _code(export: Export, catalog: str, stored: object) -> str:
    return sharing.coded(export.protocol, catalog, stored)


def _estimated(trail: Record) -> str:
    return "" if trail.get("amount") is None else "sí" if trail.get("amount_estimated") else "no"


def _text(document: Document, stored: object) -> str:
    text = " ".join(clean(str(stored or ""))[0].split())
    return LEFT_OUT if text and sharing.says_of_victims(document, text) else text


def amount(stored: object) -> str:
    """A sum without a group sign: `1500`, `1500.5`."""
    if not isinstance(stored, int | float) or isinstance(stored, bool):
        return ""
    return str(int(stored)) if float(stored).is_integer() else repr(float(stored))


def identifiers(document: Document) -> list[str]:
    """`kind:value` of the traffickers' numbers and accounts, without those that are anybody else's too."""
    roles = {person["id"]: person.get("role") for person in document.get("people", ())}
    mine: dict[tuple[str, str], str] = {}
    others: set[tuple[str, str]] = set()
    for record in document.get("identifiers", ()):
        key = _key(record)
        if roles.get(record.get("person_id")) == "trafficker" and record.get("value"):
            mine.setdefault(key, f"{record.get('kind') or 'other'}:{' '.join(str(record['value']).split())}")
        else:
            others.add(key)
    return [
        text
        for key, text in mine.items()
        if key not in others and not sharing.says_of_victims(document, text)
    ]


def _key(record: Record) -> tuple[str, str]:
    kind, value = str(record.get("kind") or ""), str(record.get("value") or "")
    return kind, normalised(kind, value) or value.casefold()
