"""What may leave to one recipient: by the person's yes to each datum, or, without a yes, by a basis that is named.

What was not asked never leaves. Caps hold above every yes: an anonymous person's name goes nowhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lnctp_tui.domain.assess import minority
from lnctp_tui.domain.records.document import Document, Record
from lnctp_tui.domain.referral import data, states
from lnctp_tui.domain.referral.data import EXPRESS, HERE, ORDER, OWN_OF_THIRD, SUMMARY, Fact, Subject
from lnctp_tui.domain.values.text import fold

SHARE: Final = "share."
SAID_EXPRESSLY: Final = "express."
IDENTITY: Final = frozenset({"name", "alias", "phone"})
CAPS: Final[Mapping[str, frozenset[str]]] = {
    "anonimo": IDENTITY | {"municipality"},
    "seudonimo": frozenset({"name"}),
    "confidencial": IDENTITY,
}
"""Agreed anonymity → what no yes opens."""
STATE_ONLY: Final = ("anonimo",)
"""Of places no more than country and state is told."""
WITHOUT_YES: Final[Mapping[str, tuple[str, ...]]] = {
    "peligro_vida": (HERE, "age", "sex", "danger"),
    "menor_edad": (HERE, "age", "sex", "language", "danger", "name", "need"),
}
"""Basis → what leaves without a yes; a proposal (D): what 911 needs, and what a child protection office needs."""
RECIPIENTS: Final[Mapping[str, frozenset[str]]] = {
    "peligro_vida": frozenset({"policia", "salud", "linea_telefonica", "fiscalia", "fiscalia_especializada"}),
    "menor_edad": frozenset({"procuraduria_nna"}),
}
"""Basis → kinds of provider to whom that may go; a proposal (D)."""
DECIDES: Final = frozenset(
    {"provider_id", "person_id", "consent", "consent_by", "basis", "channel_id", "consent_share"}
)
"""With two values of one of these nothing leaves."""
LEAST_REASON: Final = 10
"""Letters of the reason why something leaves without a yes."""
FEWEST_DIGITS: Final = 7
"""Of a telephone, by which it is found in a text."""


@dataclass(frozen=True)
class Entry:
    """One datum for one recipient."""

    datum: str
    facts: tuple[Fact, ...]
    answer: str | None
    """`yes`, `no`; None: not asked."""
    express: bool = False
    """Said expressly, where that is needed."""
    barred: str | None = None
    """Why it does not leave whatever was said: `third_party`, `anonymity`, `basis`, `tells:<datum>`."""
    free: bool = False
    """It leaves by the basis, without a yes."""

    @property
    def leaves(self) -> bool:
        """Whether it is told."""
        if self.barred or not self.facts:
            return False
        return self.free or (self.answer == "yes" and (self.express or self.datum not in EXPRESS))


@dataclass(frozen=True)
class Sheet:
    """Exactly what one recipient is told."""

    reference: str
    recipient: str
    reason: str | None
    entries: tuple[Entry, ...]
    """All data that can be asked for, in order."""

    @property
    def told(self) -> tuple[Entry, ...]:
        """What leaves."""
        return tuple(entry for entry in self.entries if entry.leaves)

    @property
    def data(self) -> list[str]:
        """Codes of what leaves."""
        return [entry.datum for entry in self.told]

    @property
    def left_out(self) -> list[str]:
        """Codes of what does not, for the list on the sheet: the same whether it is known, refused or not asked."""
        return [entry.datum for entry in self.entries if not entry.leaves]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what is told to whom: what was seen is what is sent, or nothing is."""
        told = [(entry.datum, [list(fact) for fact in entry.facts]) for entry in self.told]
        content = [self.reference, self.recipient, self.reason, told]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def subject_of(document: Document, referral: Record) -> Subject | None:
    """Whose data are told: of whoever consented, else of the person referred. None where nobody is named."""
    wanted = referral.get("consent_by") if _by_consent(referral) else referral.get("person_id")
    person = next((item for item in document.get("people", ()) if item.get("id") == wanted), None)
    return Subject(document, person) if wanted and person else None


def sheet(document: Document, referral: Record, contested: Collection[str] = ()) -> Sheet:
    """What would leave. `contested`: fields of the referral, and `anonymity`, that have two values: no yes counts."""
    subject = subject_of(document, referral)
    entries = (
        tuple(_entry(datum, subject, referral, contested) for datum in _asked(referral)) if subject else ()
    )
    entries = tuple(_guarded(entry, entries, document, referral) for entry in entries)
    return Sheet(
        str(referral.get("reference") or ""),
        str(referral.get("provider_name") or ""),
        referral.get("reason"),
        entries,
    )


def blockers(
    document: Document, referral: Record, provider_kind: str | None, contested: Collection[str] = ()
) -> list[str]:
    """Codes of what stands against sending it; empty when it may go."""
    found = [] if states.may(referral, "sent") else ["status"]
    if DECIDES & set(contested):
        found.append("contested")
    if not referral.get("provider_id"):
        found.append("recipient")
    if subject_of(document, referral) is None:
        found.append("whose")
    return found + (
        _consent_blockers(document, referral)
        if _by_consent(referral)
        else _basis_blockers(document, referral, provider_kind)
    )


def _by_consent(referral: Record) -> bool:
    return referral.get("basis") in (None, "consentimiento")


def _asked(referral: Record) -> tuple[str, ...]:
    return ORDER if _by_consent(referral) else WITHOUT_YES.get(str(referral.get("basis")), ())


def _consent_blockers(document: Document, referral: Record) -> list[str]:
    found = []
    if referral.get("consent") != "yes":
        found.append("consent")
    if document["case"].get("consent_share") in ("no", "refused"):
        found.append("share_refused")
    subject = subject_of(document, referral)
    if subject is not None and subject.person.get("role") == "trafficker":
        found.append("exploiter")
    return found


def _basis_blockers(document: Document, referral: Record, provider_kind: str | None) -> list[str]:
    basis = str(referral.get("basis"))
    if basis not in WITHOUT_YES:
        return ["legal_duty"]
    found = []
    if provider_kind not in RECIPIENTS[basis]:
        found.append("not_for_them")
    if sum(map(str.isalpha, str(referral.get("override_reason") or ""))) < LEAST_REASON:
        found.append("reason")
    subject = subject_of(document, referral)
    if basis == "menor_edad" and subject and minority.state(subject.person, None) not in ("minor", "doubt"):
        found.append("not_a_minor")
    return found


def _entry(datum: str, subject: Subject, referral: Record, contested: Collection[str]) -> Entry:
    answers: Mapping[str, Any] = referral.get("answers") or {}
    facts = _facts(datum, subject, referral, contested)
    if not _by_consent(referral):
        return Entry(datum, facts, None, free=True)
    doubted = {f"answers.{SHARE}{datum}", f"answers.{SAID_EXPRESSLY}{datum}"} & set(contested)
    answer = (
        answers.get(SHARE + datum) if not doubted and answers.get(SHARE + datum) in ("yes", "no") else None
    )
    express = not doubted and answers.get(SAID_EXPRESSLY + datum) == "yes"
    return Entry(datum, facts, answer, express, _bar(datum, subject, referral, contested))


def _bar(datum: str, subject: Subject, referral: Record, contested: Collection[str]) -> str | None:
    if referral.get("consent_by") != referral.get("person_id") and datum not in OWN_OF_THIRD:
        return "third_party"
    if datum == SUMMARY and "summary_for" in contested:
        return "contested"
    anonymity = _anonymity(subject.document, contested)
    return "anonymity" if datum in CAPS.get(anonymity, ()) else None


def _anonymity(document: Document, contested: Collection[str]) -> str:
    return "anonimo" if "anonymity" in contested else str(document["case"].get("anonymity") or "")


def _facts(datum: str, subject: Subject, referral: Record, contested: Collection[str]) -> tuple[Fact, ...]:
    if datum == SUMMARY:
        text = str(referral.get("summary_for") or "").strip()
        return (Fact("referrals", "", "summary_for", text),) if text else ()
    if datum == "danger" and not _by_consent(referral):
        return data.dangers(subject)
    facts = data.facts(datum, subject)
    if _by_consent(referral) and _anonymity(subject.document, contested) in STATE_ONLY:
        return tuple(fact for fact in facts if fact.table != "places" or fact.code in ("country", "state"))
    return facts


def _guarded(entry: Entry, entries: tuple[Entry, ...], document: Document, referral: Record) -> Entry:
    """A text of one's own that says what does not leave does not leave either."""
    if entry.datum != SUMMARY or not entry.leaves:
        return entry
    told = {
        str(fact.value) for other in entries if other.leaves and other is not entry for fact in other.facts
    }
    text = str(entry.facts[0].value)
    for code, secret in _secrets(document):
        if secret not in told and says(text, secret):
            return Entry(entry.datum, entry.facts, entry.answer, entry.express, f"tells:{code}")
    return entry


def _secrets(document: Document) -> list[tuple[str, str]]:
    case = document["case"]
    found = [("code_word", case.get("code_word")), ("folio", case.get("folio"))]
    found += [("name", person.get("name")) for person in document.get("people", ())]
    found += [
        ("phone" if record.get("kind") == "phone" else "identifier", record.get("value"))
        for record in document.get("identifiers", ())
    ]
    return [(code, str(value)) for code, value in found if value and len(str(value).strip()) > 1]


def says(text: str, secret: str) -> bool:
    """Whether a text says a secret, in whatever accents; of a telephone its last digits are enough."""
    digits = re.sub(r"\D", "", secret)
    if len(digits) >= FEWEST_DIGITS and digits[-FEWEST_DIGITS:] in re.sub(r"\D", "", text):
        return True
    return re.search(rf"(?<!\w){re.escape(fold(secret.strip()))}(?!\w)", fold(text)) is not None
