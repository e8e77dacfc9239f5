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


def shown(document: Document) -> list[Record]:
    """The contacts of a case without certificates that they may not name; two laptops may have written a half each."""
    hidden = {id(contact) for contact, _patch in unlinked(document)}
    return [_without(contact) if id(contact) in hidden else contact for contact in document["contacts"]]


def _without(contact: Record) -> Record:
    answers = {code: value for code, value in (contact.get("answers") or {}).items() if code != RAW}
    return {**contact, NUMBER: None, LINK: None, "answers": answers}
