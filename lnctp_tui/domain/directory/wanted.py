"""What of a case document the directory asks: who, where, what they need. Only what is known; nothing is concluded.

Populations are those that the record itself says; the pairs of codes are a proposal for the Line to check.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from lnctp_tui.domain.directory import fresh, masks
from lnctp_tui.domain.directory.eligible import Place, Subject, Victim
from lnctp_tui.domain.directory.fit import URGENT, Wanted
from lnctp_tui.domain.records.document import Document, Record, answer, records, victims
from lnctp_tui.domain.referral import states
from lnctp_tui.domain.values import moments

YES: Final = "yes"
DANGEROUS: Final = frozenset({"captacion", "destino"})
POPULATIONS: Final = {
    "vulnerability.migrante": "migrante", "vulnerability.nna_no_acompanado": "nna_no_acompanado",
    "vulnerability.indigena_afromexicana": "indigena", "vulnerability.embarazo": "embarazo",
    "vulnerability.adiccion": "adiccion_activa", "vulnerability.situacion_calle": "situacion_calle",
    "vulnerability.orientacion_sexual": "lgbti", "vulnerability.edad_menor_18": "nna",
}  # fmt: skip
"""Answer of a person → the population that its yes says."""
TRANS: Final = frozenset({"femenino_trans", "masculino_trans"})
ADULT: Final = 18


def wanted(
    document: Document, needs: Sequence[str], sexes: Sequence[str], populations: Sequence[str], now: datetime
) -> Wanted:
    """What a case looks for. The lists are the codes of catalogs, in whose order masks are made."""
    people = victims(document)
    case = document.get("case") or {}
    said = [code for code in needs if any(answer(person, f"need.{code}") == YES for person in people)]
    languages = [code for person in people for code in _said(person, "language") if code != "spanish"]
    return Wanted(
        Subject(
            tuple(_victim(person, sexes, populations) for person in people),
            _place(document),
            tuple(_danger(document)),
            frozenset(
                (str(row["provider_id"]), row.get("site_id"))
                for row in records(document, "exclusions")
                if row.get("provider_id")
            ),
            *_asked(document, now),
        ),
        now,
        masks.mask(said, needs) or 0,
        case.get("triage") in URGENT,
        languages[0] if languages else None,
    )


def _asked(document: Document, now: datetime) -> tuple[frozenset[str], frozenset[str]]:
    """Providers that said no, or nothing, lately; and the others that this case was referred to."""
    refused: set[str] = set()
    asked: set[str] = set()
    for row in records(document, "referrals"):
        said_at = moments.zoned(row.get("status_at"))
        lately = said_at is not None and now - said_at < fresh.CAPACITY
        of = refused if lately and row.get("status") in states.VAIN else asked
        of.add(str(row.get("provider_id") or ""))
    return frozenset(refused - {""}), frozenset(asked - refused - {""})


def _said(person: Record, prefix: str) -> list[str]:
    answers = person.get("answers") or {}
    return [
        code.partition(".")[2]
        for code, value in answers.items()
        if code.startswith(prefix + ".") and value == YES
    ]


def _victim(person: Record, sexes: Sequence[str], populations: Sequence[str]) -> Victim:
    named = [code for said, code in POPULATIONS.items() if answer(person, said) == YES]
    most = _whole(person.get("age_max"))
    if most is not None and most < ADULT:
        named.append("nna")
    if person.get("gender") in TRANS:
        named.append("trans")
    if person.get("migration_status") == "irregular":
        named.append("migrante")
    sex = person.get("sex")
    return Victim(
        _whole(person.get("age_min")),
        most,
        masks.mask([sex] if sex else None, sexes[:2]) or 0,
        masks.mask(named, populations) or 0,
    )


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


def _place(document: Document) -> Place:
    """Where the person is: the place that the case says, else where the last contact came from."""
    for row in records(document, "places"):
        if row.get("role") == "actual" and (row.get("municipality") or row.get("state")):
            return _of(row)
    for row in reversed(records(document, "contacts")):
        if row.get("municipality") or row.get("state"):
            return _of(row)
    return Place()


def _danger(document: Document) -> Iterable[Place]:
    """Where somebody was taken or is held, and where a trafficker is from."""
    exploited = answer(document.get("case") or {}, "situation.exploited_now") == YES
    for row in records(document, "places"):
        if row.get("role") in DANGEROUS or (row.get("role") == "actual" and exploited):
            yield _of(row)
    for person in records(document, "people"):
        if person.get("role") == "trafficker" and person.get("origin_municipality"):
            yield Place(person["origin_municipality"], person.get("origin_state"))


def _of(row: Record) -> Place:
    return Place(row.get("municipality"), row.get("state"), row.get("country") or ("MX" if row.get("state") else None),
                 row.get("locality"))  # fmt: skip
