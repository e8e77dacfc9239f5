"""How soon somebody must act, on which answers. It informs; a counselor may always raise it.

Source: the triage proposed for the Line (mark D): emergency, urgent (same day), priority (72 h), follow-up,
information; signs of suicide risk (Columbia's triage guide, © RFMH) and of danger of death from a partner
(Maryland's lethality screen, © MNADV) as inputs, in our own words. Only `yes` raises a level, but for behaviour
whose time nobody told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lnctp_tui.domain.assess import safety
from lnctp_tui.domain.assess.indicators import SEXUAL, exploited
from lnctp_tui.domain.assess.law import Elements
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import Document, Record, victims
from lnctp_tui.domain.records.identity import per_object

LEVELS = ("information", "follow_up", "priority", "urgent_24h", "emergency")
"""From the lowest to the highest."""
TARGET_HOURS: Mapping[str, int | None] = {
    "emergency": 0,
    "urgent_24h": 24,
    "priority": 72,
    "follow_up": None,
    "information": None,
}
"""Within how many hours; None: on the date that is agreed, or never."""

DANGERS = dict.fromkeys(
    ("in_progress", "weapon_present", "injury_overdose", "locked_in", "minor_alone", "moved_or_killed_today"),
    "emergency",
) | dict.fromkeys(
    ("trafficker_knows", "transfer_72h", "minor_exploited", "illness_untreated", "child_held"), "urgent_24h"
)
"""`danger.*` → level, where the catalog's column `level` says nothing else."""

LAP_DECISIVE = ("weapon_used_threatened", "threat_kill", "fears_death")
LAP_OTHERS = (
    *("gun_access", "choking", "violent_jealous_control", "separated", "unemployed"),
    *("aggressor_suicide_attempt", "other_child", "stalks_threatens"),
)
LAP_ENOUGH = 4
PARTNERS = ("pareja", "expareja")


@dataclass(frozen=True)
class Triage:
    level: str
    reasons: tuple[str, ...]
    """Codes: answers (`danger.locked_in`), or `cssrs.high`, `lap.positive`, `age.presumed_minor`,
    `elements.complete`, `elements.article`, `indicator.exploitation`, the sexual modality, `victim.present`,
    `contact.victim`, `no_victim`. Only those of the level itself."""
    target_hours: int | None
    assessed: bool
    """Whether the level may be said: a danger is known, or somebody asked. Else nobody knows how soon to act."""


def triage(
    document: Document,
    protocol: Protocol,
    elements: tuple[Elements, ...],
    minors: tuple[bool, ...],
    results: tuple[str, ...],
) -> Triage:
    """The level of a case and its reasons; `found`, `minors` and `results` are those of its victims, in order.

    A victim about whom nothing is known, or whom nobody wrote down yet, is a follow-up, so that nobody is closed
    by silence; whether that was weighed at all says `assessed`. With no word of
    having left, the exploitation may go on: complete elements, or exploitation by the indicators, are a
    priority, and a minor with a purpose of exploitation or exploited by the indicators is a minor in
    exploitation.
    """
    measured = tuple(map(exploited, results))
    reasons = _reasons(document, protocol, elements, minors, measured)
    level = max((rank for rank, _ in reasons), key=LEVELS.index, default="information")
    codes = tuple(dict.fromkeys(code for rank, code in reasons if rank == level)) or ("no_victim",)
    assessed = level in safety.PRESSING or safety.asked(document) or not safety.asks(document, protocol)
    return Triage(level, codes, TARGET_HOURS[level], assessed)


def cssrs(answers: Mapping[str, Any]) -> str:
    """The suicide risk: none, low, moderate or high; the highest rule met.

    Behaviour whose time nobody told (`behaviour_3m` is not "no") is high until it is. Source: Columbia's triage
    guide (V2): behaviour in the past 3 months is high; the waiting is a proposal (D).
    """

    def yes(*names: str) -> bool:
        return any(answers.get(f"cssrs.{item}") == "yes" for item in names)

    recent = yes("behaviour") and answers.get("cssrs.behaviour_3m") != "no"
    if recent or yes("intent", "plan_intent", "behaviour_3m"):
        return "high"
    if yes("method", "behaviour"):
        return "moderate"
    return "low" if yes("wish_dead", "suicidal_thoughts") else "none"


def lap(answers: Mapping[str, Any]) -> bool:
    """Whether the lethality screen calls for protection: one of 1–3, or four of 4–11.

    Source: Maryland's lethality screen (V2). Its answer is immediate: plan and referral in the same call.
    """

    def count(names: tuple[str, ...]) -> int:
        return sum(answers.get(f"lap.{item}") == "yes" for item in names)

    return count(LAP_DECISIVE) >= 1 or count(LAP_OTHERS) >= LAP_ENOUGH


def alerts(document: Document, protocol: Protocol) -> tuple[str, ...]:
    """What must be done in this very call, whatever the level: codes of the catalog `reading`.

    `lap_now`: the lethality screen is positive, its answer is immediate. `suicide_when`: behaviour without its time.
    """
    answers = (document.get("case") or {}).get("answers") or {}
    untold = answers.get("cssrs.behaviour") == "yes" and answers.get("cssrs.behaviour_3m") not in (
        "yes",
        "no",
    )
    lethal = any(_lap_positive(victim, protocol) for victim in victims(document))
    return ("lap_now",) * lethal + ("suicide_when",) * untold


@per_object
def danger_levels(protocol: Protocol) -> Mapping[str, str]:
    """`danger` code → level, by the catalog or by DANGERS, in their order."""
    catalog = protocol.catalogs.get("danger")
    rows = {row.code: row.extra.get("level", "") for row in catalog.rows} if catalog else {}
    levels = {code: rows.get(code) or DANGERS.get(code, "") for code in rows | DANGERS}
    return {code: level for code, level in levels.items() if level in LEVELS}


@per_object
def partners(protocol: Protocol) -> tuple[str, ...]:
    """The relations to the trafficker under which the screen is valid: its study was of intimate partners."""
    catalog = protocol.catalogs.get("relation")
    rows = catalog.rows if catalog else ()
    return tuple(row.code for row in rows if row.extra.get("intimate")) or PARTNERS


def _reasons(
    document: Document,
    protocol: Protocol,
    elements: tuple[Elements, ...],
    minors: tuple[bool, ...],
    measured: tuple[bool, ...],
) -> list[tuple[str, str]]:
    answers = (document.get("case") or {}).get("answers") or {}
    people = victims(document)
    # Nothing measures the sexual set yet: that somebody profits from it, by art. 13, is exploitation (D).
    sexual = tuple(SEXUAL in each.purpose for each in elements)
    reasons = [
        (level, f"danger.{code}")
        for code, level in danger_levels(protocol).items()
        if answers.get(f"danger.{code}") == "yes"
    ]
    reasons += _of_suicide(cssrs(answers))
    reasons += [("urgent_24h", "lap.positive") for each in people if _lap_positive(each, protocol)]
    now = answers.get("situation.exploited_now")
    out = answers.get("situation.out_needs_services")
    if now == "yes":
        reasons.append(("priority", "situation.exploited_now"))
    elif out == "yes":
        reasons.append(("follow_up", "situation.out_needs_services"))
    elif now != "no":
        reasons += [("priority", "elements.complete")] * any(each.complete for each in elements)
        reasons += [("priority", "elements.article")] * any(
            each.met and not each.complete for each in elements
        )
        reasons += [("priority", "indicator.exploitation")] * any(measured)
        reasons += [("priority", f"modality.{SEXUAL}")] * any(sexual)
    if now == "yes" or (now != "no" and out != "yes"):
        children = (
            minor and (each.purpose or measured_state)
            for each, minor, measured_state in zip(elements, minors, measured, strict=True)
        )
        reasons += [("urgent_24h", "age.presumed_minor")] * any(children)
    if people:
        reasons.append(("follow_up", "victim.present"))
    elif safety.about_a_victim(document):
        reasons.append(("follow_up", "contact.victim"))
    return reasons


def _of_suicide(risk: str) -> list[tuple[str, str]]:
    """Source: Columbia's guide: every other yes needs a referral and possibly an evaluation (V2); times D."""
    levels = {"high": "emergency", "moderate": "urgent_24h", "low": "priority"}
    return [(levels[risk], f"cssrs.{risk}")] if risk in levels else []


def _lap_positive(person: Record, protocol: Protocol) -> bool:
    return person.get("relation_to_trafficker") in partners(protocol) and lap(person.get("answers") or {})
