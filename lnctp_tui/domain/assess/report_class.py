"""The report class that the facts suggest. The counselor decides.

Source: the five classes of the Line's report 2019–2020; `trata` is "all elements".
"""

from __future__ import annotations

from dataclasses import dataclass

from lnctp_tui.domain.assess import safety
from lnctp_tui.domain.assess.indicators import exploited
from lnctp_tui.domain.assess.law import Elements
from lnctp_tui.domain.records.document import Document, Record, answer, victims

LEGAL_NEEDS = ("need.orientacion_legal", "need.orientacion_juridica", "need.denuncia")
LEGAL_SUPPORT = (
    *("orientacion_juridica", "sensibilizacion_denuncia", "apoyo_apertura_carpeta"),
    *("acompanamiento_denuncia", "acompanamiento_judicial"),
)
LEGAL_OUTCOME = "orientacion_juridica"


@dataclass(frozen=True)
class Suggestion:
    code: str | None
    """None: the facts say nothing, and the tool says nothing either."""
    reasons: tuple[str, ...]
    """Codes: answers, `elements.complete`, `elements.article`, `indicator.<result>`, `escalated.911`,
    `contact.other_crime`, `contact.orientacion_juridica`, `contact.information`, `support.<kind>`, `no_facts`."""


def suggest(document: Document, elements: tuple[Elements, ...], results: tuple[str, ...]) -> Suggestion:
    """The class, from the gravest down; `found` and `results` are those of the victims, in order.

    An act, a purpose, an attempt to hook or exploitation by the indicators is a risk of trafficking; means
    alone (violence, threats), a danger or a hand-over to 911 are one only when no other crime explains them.
    Nobody in danger is information: that class takes a call for information and nothing else.
    """
    risk = _of_risk(document, elements, results)
    means = [f"means.{code}" for of_person in elements for code in of_person.means]
    crimes = _of_crimes(document)
    for code, reasons in (
        ("trata", ["elements.complete"] if any(of_person.complete for of_person in elements) else []),
        ("trata", ["elements.article"] if any(of_person.met for of_person in elements) else []),
        ("situacion_riesgo", risk),
        ("otros_delitos", crimes),
        ("situacion_riesgo", means + safety.in_danger(document)),
        ("orientacion_juridica", _of_law(document)),
        ("informativo", _of_information(document)),
    ):
        if reasons:
            return Suggestion(code, tuple(dict.fromkeys(reasons)))
    return Suggestion(None, ("no_facts",))


def _of_risk(document: Document, elements: tuple[Elements, ...], results: tuple[str, ...]) -> list[str]:
    reasons = []
    for person, of_person, result in zip(victims(document), elements, results, strict=True):
        reasons += [f"act.{code}" for code in of_person.act] + [
            f"modality.{code}" for code in of_person.purpose
        ]
        reasons += _yes(person, ("hooking_means.", "hooking_method."))
        reasons += [f"indicator.{result}"] if exploited(result) else []
    return reasons


def _of_crimes(document: Document) -> list[str]:
    kinds = [contact.get("kind") for contact in document.get("contacts") or ()]
    reasons = ["contact.other_crime"] if "other_crime" in kinds else []
    return _yes(document.get("case") or {}, ("other_crime.",)) + reasons


def _of_law(document: Document) -> list[str]:
    records = [document.get("case") or {}, *(document.get("people") or ())]
    needs = [code for code in LEGAL_NEEDS if any(answer(each, code) == "yes" for each in records)]
    outcomes = [each.get("outcome") for each in document.get("contacts") or ()]
    kinds = [each.get("kind") for each in document.get("supports") or ()]
    reasons = ["contact.orientacion_juridica"] if LEGAL_OUTCOME in outcomes else []
    return needs + reasons + [f"support.{kind}" for kind in kinds if kind in LEGAL_SUPPORT]


def _of_information(document: Document) -> list[str]:
    """Only calls for information, and nothing said that must stay open."""
    kinds = [contact.get("kind") for contact in document.get("contacts") or ()]
    only = bool(kinds) and all(kind == "information" for kind in kinds)
    return ["contact.information"] if only and not safety.keeps_open(document) else []


def _yes(record: Record, prefixes: tuple[str, ...]) -> list[str]:
    answers = record.get("answers") or {}
    return [code for code, answer in answers.items() if answer == "yes" and code.startswith(prefixes)]
