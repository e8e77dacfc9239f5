"""A certificate names the caller: when a report may be linked to one, and what unlinks it.

Whoever is `identificado` or `confidencial` and agreed; nobody else. The rule is asked where something is typed and
again where it is shown: two laptops may each have written one half.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lnctp_tui.domain.records.document import Document, Record

NAMED: Final = frozenset({"identificado", "confidencial"})
"""Anonymity under which a certificate may be linked."""
CONSENT, NUMBER, LINK = "certificate_consent", "certificate_number", "certificate_id"
RAW: Final = f"raw.{NUMBER}"
"""Answer that holds a number that could not be read: it names somebody as well."""
UNLINK: Final[dict[str, Any]] = {NUMBER: None, LINK: None, f"answers.{RAW}": None}


def refused(case: Record, contact: Record) -> str | None:
    """Why this contact may not name a certificate: `certificate_anonymous`, `certificate_no_consent`; None: it may."""
    if case.get("anonymity") not in NAMED:
        return "certificate_anonymous"
    return None if contact.get(CONSENT) == "yes" else "certificate_no_consent"


def linked(case: Record, contact: Record) -> str | None:
    """The id of the certificate that this contact may name, None when it may not or names none."""
    value = contact.get(LINK)
    return str(value) if value and refused(case, contact) is None else None


def names(contact: Record) -> bool:
    """Whether a contact holds a certificate's number, read or not."""
    return bool(contact.get(NUMBER) or contact.get(LINK) or (contact.get("answers") or {}).get(RAW))


def unlinked(document: Document) -> Iterator[tuple[Record, dict[str, Any]]]:
    """The contacts of a case that name a certificate and may not, as the document stands now, with what mends each.

    Who became anonymous is asked again before a certificate is linked anew.
    """
    for contact in document["contacts"]:
        if names(contact) and (why := refused(document["case"], contact)):
            yield contact, UNLINK | ({CONSENT: None} if why == "certificate_anonymous" else {})
