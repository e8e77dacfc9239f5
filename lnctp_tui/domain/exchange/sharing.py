"""What may leave to one recipient of what says who somebody is: by their yes to each datum, and no other way.

Everything else that leaves is a code of a catalog: no text that somebody typed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import Document, Record
from lnctp_tui.domain.referral import consent
from lnctp_tui.domain.referral.data import Fact
from lnctp_tui.domain.values.text import clean, fold

BACK: Final = frozenset({"withdrawn", "cancelled", "refused"})
"""States of a referral whose yes opens nothing any more."""
FEWEST: Final = 3
"""Letters of a secret by which it is looked for in a text."""

Told = Mapping[str, tuple[Fact, ...]]
"""Datum → what may be told of it."""


@dataclass(frozen=True)
class Recipient:
    """Who receives: a provider of the directory, or a name that is in none."""

    name: str
    provider_id: str | None = None
    same: frozenset[str] = frozenset()
    """Ids of providers that were merged into it."""

    @property
    def key(self) -> str:
        """What pseudonyms are made of."""
        return self.provider_id or f"name:{' '.join(fold(self.name).split())}"

    def receives(self, referral: Record) -> bool:
        """Whether a referral goes to this recipient."""
        provider = referral.get("provider_id")
        if provider:
            return provider == self.provider_id or provider in self.same
        return self.named(referral.get("provider_name"))

    def named(self, name: object) -> bool:
        """Whether a text is this recipient's name."""
        return isinstance(name, str) and fold(name).split() == fold(self.name).split() != []


def shared(case: Record, contested: Collection[str]) -> bool:
    """Whether the person agreed that the Line shares anything."""
    return case.get("consent_share") == "yes" and "consent_share" not in contested


def told(
    document: Document, person: Record, recipient: Recipient, contested: Callable[[str], Collection[str]]
) -> Told:
    """Datum → facts that this person agreed to tell this recipient; empty without `consent_share`.

    `contested`: id of the case or of a referral → its fields with two values.
    """
    of_case = contested(document["case"]["id"])
    if not shared(document["case"], of_case):
        return {}
    by_datum: dict[str, tuple[Fact, ...]] = {}
    for referral in document.get("referrals", ()):
        fields = {*of_case, *contested(referral["id"])}
        if not _opens(referral, person, recipient, fields):
            continue
        for entry in consent.sheet(document, referral, fields).told:
            by_datum.setdefault(entry.datum, entry.facts)
    return by_datum


def _opens(referral: Record, person: Record, recipient: Recipient, contested: Collection[str]) -> bool:
    return (
        recipient.receives(referral)
        and referral.get("consent") == "yes"
        and referral.get("basis") in (None, "consentimiento")
        and referral.get("status") not in BACK
        and referral.get("person_id") == referral.get("consent_by") == person["id"]
        and not consent.DECIDES & set(contested)
    )


def value(told_: Told, datum: str, *codes: str) -> str:
    """The first value told of a datum under one of these codes, as text; empty where none is."""
    for fact in told_.get(datum, ()):
        if not codes or fact.code in codes:
            return clean(str(fact.value))[0]
    return ""


def coded(protocol: Protocol, catalog: str, stored: object) -> str:
    """A code that its catalog knows; empty for anything else, a text of somebody's own above all."""
    rows = protocol.catalogs.get(catalog)
    return str(stored) if rows and isinstance(stored, str) and stored in rows.by_code else ""


def answered(protocol: Protocol, record: Record, prefix: str) -> list[str]:
    """Codes of a catalog that a record answers yes, sorted."""
    catalog = protocol.indicators if prefix == "indicator" else protocol.catalogs.get(prefix)
    known = catalog.by_code if catalog else {}
    answers: Mapping[str, Any] = record.get("answers") or {}
    codes = (
        code.partition(".")[2]
        for code, answer in answers.items()
        if answer == "yes" and code.startswith(f"{prefix}.")
    )
    return sorted(code for code in codes if code in known)


def says_of_victims(document: Document, text: str) -> bool:
    """Whether a text names a victim, a number or account of theirs, the folio or the code word.

    What hangs on nobody counts as theirs.
    """
    people = {person["id"]: person for person in document.get("people", ())}
    names = [person.get("name") for person in people.values() if person.get("role") != "trafficker"]
    values = [
        record.get("value")
        for record in document.get("identifiers", ())
        if people.get(str(record.get("person_id")), {}).get("role") != "trafficker"
    ]
    case = document["case"]
    whole = [*values, case.get("folio"), case.get("code_word"), *names]
    words = [word for name in names if name for word in str(name).split() if len(word) > FEWEST]
    return any(
        consent.says(text, str(secret))
        for secret in (*whole, *words)
        if secret and len(str(secret).strip()) >= FEWEST
    )
