"""One victim, or group of victims, as a row of HTCDS 2.0. Source: IOM, Field Standards of 24-12-2021.

`Other` is said only where something is known that the standard has no value for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from lnctp_tui.domain.assess import law, minority
from lnctp_tui.domain.exchange import sharing
from lnctp_tui.domain.exchange.sharing import Recipient, Told
from lnctp_tui.domain.exchange.standard import MAPPED, SEPARATOR, Standard
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.columns import FOREIGN
from lnctp_tui.domain.records.document import Document, Record
from lnctp_tui.domain.records.identity import per_object
from lnctp_tui.domain.values import phones
from lnctp_tui.domain.values.values import FREE

HIDDEN_KINDS: Final = frozenset({"refugio", "albergue"})
"""Providers that no recipient but themselves is told of: where somebody hides."""
OFFICIAL: Final = ("autoridad", "organizacion_sociedad_civil")
"""Reporters whose call is an incoming referral."""
LABOUR: Final = frozenset({"explotacion_laboral", "trabajo_servicios_forzados"})
CODED: Final = (
    "prs_Gender", "vic_TraffickingStatus", "vic_TraffickingStatusDecisionMakingOrg", "vic_MethodOfRecruitment",
    "vic_MethodsOfControl", "vic_TypeOfExploitation", "vic_ForcedLabourIndustry", "vic_TypeOfSexExploitation",
    "cas_Status", "cas_ReasonForIncomingReferral", "cas_ReasonForOutgoingReferral",
)  # fmt: skip
"""Columns that take values of the standard."""
ANSWERED: Final = ("modality", "act", "means", "hooking_means", "hooking_method", "indicator", "violence")
"""Checklists of a person that a row is made of."""
E164: Final = re.compile(r"\+[1-9]\d{6,14}")
ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Provider:
    """What of a provider a row may need."""

    name: str
    kind: str


@dataclass(frozen=True)
class Export:
    """What all rows of one export share."""

    standard: Standard
    protocol: Protocol
    recipient: Recipient
    providers: Mapping[str, Provider]
    pseudonym: Callable[[str], str]
    """Id of a person → what this recipient knows them by."""
    local_day: Callable[[str], str]
    """Instant → its day where the Line is."""

    def label(self, catalog: str, code: str) -> str:
        """A code in Spanish words; empty when its catalog does not know it."""
        rows = self.protocol.catalogs.get(catalog)
        row = rows.by_code.get(code) if rows else None
        return row.label.es if row else ""


@dataclass(frozen=True)
class Victim:
    """One person of a case, with what may be told of them."""

    document: Document
    person: Record
    told: Told
    shared: bool
    root: Record
    """The case that this one was merged into, else the case itself."""
    protocol: Protocol

    @cached_property
    def codes(self) -> list[str]:
        """All that our codes say of this person: `prefix.code`, and places as `venue@role.code`."""
        return _codes(self)

    @cached_property
    def places(self) -> list[Record]:
        """Places of this person, and those of nobody in particular."""
        return [
            place
            for place in self.document.get("places", ())
            if place.get("person_id") in (None, self.person["id"])
        ]

    @cached_property
    def referrals(self) -> list[Record]:
        """Referrals of this person, or of nobody in particular, that were sent; the earliest first."""
        sent = [
            referral
            for referral in self.document.get("referrals", ())
            if referral.get("sent_at") and referral.get("person_id") in (None, self.person["id"])
        ]
        return sorted(sent, key=lambda referral: (str(referral["sent_at"]), str(referral["id"])))


def row(export: Export, victim: Victim) -> dict[str, str]:
    """Column → cell; an empty one is left out."""
    cells = core(export, victim) | local(export, victim)
    return {column: text for column, text in cells.items() if text}


def core(export: Export, victim: Victim) -> dict[str, str]:
    """The core columns."""
    return _who(export, victim) | _coded_cells(export, victim) | _referred(export, victim)


def _who(export: Export, victim: Victim) -> dict[str, str]:
    owner = str(victim.root.get("owner_id") or "")
    nationality = sharing.coded(export.protocol, "country", victim.person.get("nationality"))
    cells = {
        "cas_CaseOwner": f"LNCTP {owner}" if ID.fullmatch(owner) else "LNCTP",
        "con_Consent": "TRUE" if victim.shared else "FALSE",
        "prs_Citizenship": "" if nationality == "ZZ" else nationality,
    }
    return cells | _identity(export, victim) if victim.told else cells


def _identity(export: Export, victim: Victim) -> dict[str, str]:
    """Who somebody is and where: each cell by the yes to its datum."""
    facts, born = victim.told, str(victim.person.get("birth_date") or "")
    first, _blank, rest = " ".join(sharing.value(facts, "name").split()).partition(" ")
    numbers = [e164(str(fact.value)) for fact in facts.get("phone", ())]
    mobile, home = ([*dict.fromkeys(filter(None, numbers)), "", ""])[:2]
    country = sharing.value(facts, "state", "country")
    return {
        "prs_FirstName": first,
        "prs_SecondName": rest,
        "prs_Birthdate": born if DAY.fullmatch(born) and {"name", "age"} <= facts.keys() else "",
        "prs_MobilePhone": mobile,
        "prs_HomePhone": home,
        "prs_MailingCity": _place_name(export, "municipality", sharing.value(facts, "municipality")),
        "prs_MailingState": _place_name(export, "state", sharing.value(facts, "state", "state")),
        "prs_MailingCountry": sharing.coded(export.protocol, "country", country),
    }


def e164(raw: str) -> str:
    """A number as E.164 writes it, those of ten digits in Mexico's plan; empty for what is none."""
    number = phones.dialled(phones.phone_digits(raw))
    return number if E164.fullmatch(number) else ""


def _place_name(export: Export, catalog: str, stored: str) -> str:
    return export.label(catalog, stored) or (
        stored.removeprefix(FREE).strip() if stored.startswith(FREE) else ""
    )


def _coded_cells(export: Export, victim: Victim) -> dict[str, str]:
    by_column, foreign = coded(export, victim), victim.person.get(FOREIGN)
    if foreign is not None:
        by_column = {
            column: _with_foreign(export, column, values, foreign) for column, values in by_column.items()
        }
    by_column["vic_ForcedLabourIndustry"] = by_column["vic_ForcedLabourIndustry"][:1]
    return {column: SEPARATOR.join(values) for column, values in by_column.items()}


def _with_foreign(export: Export, column: str, values: list[str], foreign: Any) -> list[str]:
    """What the file from_file that this came from, and what was learnt since."""
    came = foreign.get(column) if isinstance(foreign, dict) else None
    if not isinstance(came, dict):
        return values
    was = {value for value in came.get("from") or () if isinstance(value, str)}
    from_file = [value for value in came.get("is") or () if isinstance(value, str)]
    learnt = [value for value in values if value not in was]
    if column in SINGLE:
        return export.standard.ordered(column, learnt or from_file)
    return export.standard.ordered(column, [*from_file, *learnt])


SINGLE: Final = frozenset({
    "prs_Gender", "vic_TraffickingStatus", "vic_TraffickingStatusDecisionMakingOrg", "cas_Status",
    "cas_ReasonForIncomingReferral", "cas_ReasonForOutgoingReferral", "vic_ForcedLabourIndustry",
})  # fmt: skip
"""Columns with one value. Source: ODS."""


def coded(export: Export, victim: Victim) -> dict[str, list[str]]:
    """Column of `CODED` → the standard's values for what our codes say."""
    standard, codes = export.standard, victim.codes
    chosen: dict[str, list[str]] = {column: [] for column in MAPPED}
    for code in codes:
        for column, value in standard.said_by.get(code, ()):
            chosen[column].append(value)
    chosen = {column: standard.ordered(column, values) for column, values in chosen.items()}
    modalities = {code.partition(".")[2] for code in codes if code.startswith("modality.")}
    if not modalities & LABOUR:
        chosen["vic_ForcedLabourIndustry"] = []
    elif minority.state(victim.person, _day_of_facts(victim)) == "minor":
        chosen["vic_TypeOfExploitation"] = standard.ordered(
            "vic_TypeOfExploitation", [*chosen["vic_TypeOfExploitation"], "ChildLabour"]
        )
    if "prostitucion_ajena_explotacion_sexual" not in modalities:
        chosen["vic_TypeOfSexExploitation"] = []
    hooked = any(code.startswith(("hooking_", "relation.", "venue@captacion.")) for code in codes)
    if not chosen["vic_MethodOfRecruitment"] and hooked:
        chosen["vic_MethodOfRecruitment"] = ["Other"]
    return chosen | {
        "prs_Gender": [_gender(export, victim.person)],
        "vic_TraffickingStatus": ["PossibleVictimOfTrafficking"],
        "vic_TraffickingStatusDecisionMakingOrg": [_decided(export, victim)],
        "cas_Status": [status] if (status := _status(export, victim)) else [],
        "cas_ReasonForIncomingReferral": ["Other"] if _incoming(victim) else [],
        "cas_ReasonForOutgoingReferral": ["AdditionalServicesRequired"] if victim.referrals else [],
    }


@per_object
def _known(protocol: Protocol) -> frozenset[str]:
    """Every code of the checklists that a row is made of, with its prefix."""
    catalogs = {prefix: protocol.catalogs.get(prefix) for prefix in (*ANSWERED, "danger")}
    catalogs["indicator"] = protocol.indicators
    return frozenset(
        f"{prefix}.{row.code}" for prefix, catalog in catalogs.items() if catalog for row in catalog.rows
    )


def _codes(victim: Victim) -> list[str]:
    person, case, protocol = victim.person, victim.document["case"], victim.protocol
    known = _known(protocol)
    answers = [*(person.get("answers") or {}).items()]
    answers += [pair for pair in (case.get("answers") or {}).items() if pair[0].startswith("danger.")]
    codes = [code for code, answer in answers if answer == "yes" and code in known]
    if relation := sharing.coded(protocol, "relation", person.get("relation_to_trafficker")):
        codes.append(f"relation.{relation}")
    for place in victim.places:
        venue, role = sharing.coded(protocol, "venue", place.get("venue")), place.get("role")
        if venue and role:
            codes.append(f"venue@{role}.{venue}")
    return sorted(set(codes))


def _day_of_facts(victim: Victim) -> date | None:
    return law.day_of_facts(victim.document)


def _gender(export: Export, person: Record) -> str:
    rows = export.standard.to["prs_Gender"]
    gender, sex = f"gender.{person.get('gender')}", f"sex.{person.get('sex')}"
    return (rows.get(gender) or rows.get(sex) or ("NonSpecifiedUnknown",))[0]


def _decided(export: Export, victim: Victim) -> str:
    rows = export.standard.to["vic_TraffickingStatusDecisionMakingOrg"]
    stages = [file.get("stage") for file in victim.document.get("files", ()) if _of_file(victim, file)]
    stages += [step.get("stage") for step in victim.document.get("file_stages", ())]
    return next((rows[stage][0] for stage in stages if stage in rows), "NGO")


def _of_file(victim: Victim, file: Record) -> bool:
    named = file.get("victim_ids")
    return not named or victim.person["id"] in named


def _status(export: Export, victim: Victim) -> str:
    stored = str(victim.root.get("status") or "open")
    if stored == "closed" and any(
        referral.get("accepted_at") or referral.get("status") in ("accepted", "completed")
        for referral in victim.referrals
    ):
        return "ClosedReferred"
    return next(iter(export.standard.to["cas_Status"].get(stored, ())), "")


def _incoming(victim: Victim) -> Record | None:
    """The first contact, when an authority or organisation made it."""
    calls = [
        contact
        for contact in victim.document.get("contacts", ())
        if contact.get("direction") != "out" and contact.get("started_at")
    ]
    first = min(calls, key=lambda contact: str(contact["started_at"]), default=None)
    return first if first is not None and first.get("reporter_type") in OFFICIAL else None


def _referred(export: Export, victim: Victim) -> dict[str, str]:
    incoming, last = _incoming(victim), victim.referrals[-1] if victim.referrals else None
    closed = victim.root.get("status") == "closed"
    reason = str(victim.root.get("close_reason") or "")
    return {
        "cas_ReferringOrganisation": export.label("reporter_type", str(incoming["reporter_type"])) if incoming else "",
        "cas_IncomingReferralDate": export.local_day(str(incoming["started_at"])) if incoming else "",
        "cas_ReferredOrganisation": organisation(export, victim, last) if last else "",
        "cas_OutgoingReferralDate": export.local_day(str(last["sent_at"])) if last else "",
        "cas_ReasonForCaseClosure": export.label("close_reason", reason) if closed else "",
    }  # fmt: skip


def organisation(export: Export, victim: Victim, referral: Record) -> str:
    """The provider's name, where saying it gives nobody away; empty otherwise.

    The recipient itself may be named; another one only with the person's yes to sharing, by the name that the directory
    has, and never a refuge or shelter.
    """
    if export.recipient.receives(referral):
        return export.recipient.name
    provider = export.providers.get(str(referral.get("provider_id")))
    if provider is None or not victim.shared or provider.kind in HIDDEN_KINDS:
        return ""
    return provider.name


def local(export: Export, victim: Victim) -> dict[str, str]:
    """What the standard has no column for, as our codes."""
    person, protocol, codes = victim.person, export.protocol, victim.codes

    by_prefix: dict[str, list[str]] = {}
    for code in codes:
        prefix, _dot, rest = code.partition(".")
        by_prefix.setdefault(prefix, []).append(rest)

    def of(prefix: str) -> str:
        return SEPARATOR.join(by_prefix.get(prefix, ()))

    controls = [
        code for code in codes if code.startswith(("indicator.", "violence.", "danger.illness_untreated"))
    ]
    venues = [code.removeprefix("venue@").replace(".", ":", 1) for code in codes if code.startswith("venue@")]
    referrals = [_referral(export, referral) for referral in victim.referrals]
    closed = victim.root.get("status") == "closed"
    return {
        "mx_Id": export.pseudonym(person["id"]),
        "mx_Row": str(person.get("role") or ""),
        **{name: _number(person.get(column)) for name, column in NUMBERS.items()},
        "mx_Modality": of("modality"),
        "mx_Means": of("means"),
        "mx_Acts": of("act"),
        "mx_HookingMeans": of("hooking_means"),
        "mx_HookingMethods": of("hooking_method"),
        "mx_Controls": SEPARATOR.join(controls),
        "mx_Venues": SEPARATOR.join(venues),
        "mx_OriginState": sharing.coded(protocol, "state", person.get("origin_state")),
        "mx_ClosedReason": sharing.coded(protocol, "close_reason", victim.root.get("close_reason")) if closed else "",
        "mx_Referrals": SEPARATOR.join(referrals),
    }  # fmt: skip


def _referral(export: Export, referral: Record) -> str:
    """`reason/status/day`: to whom, only the recipient's own column says."""
    reason = sharing.coded(export.protocol, "referral_reason", referral.get("reason"))
    status = sharing.coded(export.protocol, "referral_status", referral.get("status"))
    return f"{reason}/{status}/{export.local_day(str(referral['sent_at']))}"


NUMBERS: Final = {"mx_Headcount": "headcount", "mx_AgeMin": "age_min", "mx_AgeMax": "age_max"}


def _number(stored: object) -> str:
    return str(stored) if type(stored) is int else ""
