"""What was asked and said about danger, and what forbids that a case ends with its call.

Source: docs/protocol.md, "Danger first" (mark D). A wrong "nothing to do" costs more than a case too many on the
desk, so everything here errs to the open side: an answer counts whatever it says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import Document, Record, answer, victims

ESCALATED = "escalated.911"
"""Answer of a case: when it was handed to 911."""
WITHDRAWN = "escalated.withdrawn."
"""Answers of a case, numbered: a hand-over to 911 that was noted and was none, `<noted>/<withdrawn>` (ISO 8601)."""
RAISED = "raised.by_merge"
"""Answer of a case: the level it took over from the case that was merged into it, of whose facts it shows none."""
ABOUT_A_VICTIM = ("victim", "witness")
"""Kinds of contact that speak of a victim, also while none is written down."""
UNHEARD = ("silent",)
"""Kinds of contact in which somebody may be unable to speak."""
ASKED = ("safe_to_talk", "someone_listening", "reporter_safe", "exploited_now", "out_needs_services")
"""The `situation` codes that say how safe somebody is; the others say who knows what."""
SCREENS = ("cssrs.", "lap.")
"""Prefixes of the two screens of danger to life."""
PRESSING = ("emergency", "urgent_24h", "priority")
"""Levels of triage with hours to act in."""


def asked(document: Document) -> bool:
    """Whether anything is known of the danger: without that, no level says how soon somebody must act."""
    return any(
        _about_safety(code) for code, answer in _answers(document.get("case") or {}) if answer is not None
    )


def _about_safety(code: str) -> bool:
    prefix, _, name = code.partition(".")
    return prefix == "danger" or (prefix == "situation" and name in ASKED)


def in_danger(document: Document) -> list[str]:
    """The answers by which somebody is in danger now: dangers, exploitation going on, handed to 911."""
    yes_codes = [code for code, said in _answers(document.get("case") or {}) if said == "yes"]
    reasons = [code for code in yes_codes if code.startswith("danger.") or code == "situation.exploited_now"]
    return reasons + ([ESCALATED] if answer(document.get("case") or {}, ESCALATED) else [])


def asks(document: Document, protocol: Protocol) -> bool:
    """Whether there is anybody to ask about: not in a call for information, a hang-up, a prank, a silent call."""
    kinds = [contact.get("kind") for contact in document.get("contacts") or ()]
    idle = bool(kinds) and all(kind and not makes_case(protocol, kind) for kind in kinds)
    return not idle or bool(victims(document)) or bool(in_danger(document))


def makes_case(protocol: Protocol, kind: object) -> bool:
    """Whether a contact of this kind owes a case. Source: kind.csv, column makes_case."""
    catalog = protocol.catalogs.get("kind")
    row = catalog.by_code.get(str(kind)) if catalog else None
    return bool(row and row.extra.get("makes_case"))


def about_a_victim(document: Document) -> bool:
    """Whether a contact of the case speaks of a victim."""
    return any(contact.get("kind") in ABOUT_A_VICTIM for contact in document.get("contacts") or ())


def keeps_open(document: Document) -> tuple[str, ...]:
    """Why the case must not end with its call, as codes; () when nothing speaks against it.

    `victim`, `silent`, `danger`, `escalated`, `dropped`, `triage`.
    """
    case, contacts = document.get("case") or {}, document.get("contacts") or ()
    reasons = {
        "victim": about_a_victim(document) or (bool(victims(document)) and not _of_other_crimes(contacts)),
        "silent": any(contact.get("kind") in UNHEARD for contact in contacts),
        "danger": _danger_said(document),
        "escalated": bool(answer(case, ESCALATED)),
        "dropped": any(contact.get("dropped") for contact in contacts),
        "triage": case.get("triage") in PRESSING,
    }
    return tuple(code for code, holds in reasons.items() if holds)


def _of_other_crimes(contacts: Iterable[Record]) -> bool:
    """Whether the calls were all about another crime: then its victim is not one of trafficking."""
    kinds = [contact.get("kind") for contact in contacts]
    return bool(kinds) and all(kind == "other_crime" for kind in kinds)


def _danger_said(document: Document) -> bool:
    """Any answer about danger or situation; of the screens of danger to life a yes."""
    case = _answers(document.get("case") or {})
    people = [answer for person in document.get("people") or () for answer in _answers(person)]
    return any(
        code.startswith(("danger.", "situation.")) or (code.startswith(SCREENS) and answer == "yes")
        for code, answer in [*case, *people]
        if answer is not None
    )


def _answers(record: Record) -> list[tuple[str, Any]]:
    return list((record.get("answers") or {}).items())
