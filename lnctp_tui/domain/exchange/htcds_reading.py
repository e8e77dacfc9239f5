"""A row of HTCDS in any of its spellings as a case document of ours. Nothing is invented and nothing left out.

A value that exactly one code of ours says becomes that code; the others stay as the file said them, in a field of the
person of their own, and texts without a field become a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as member
from typing import Final

from lnctp_tui.domain.exchange import htcds
from lnctp_tui.domain.exchange.htcds import CODED, NUMBERS, OFFICIAL, SINGLE, Export, Victim
from lnctp_tui.domain.exchange.standard import SEPARATOR, Standard, plain
from lnctp_tui.domain.protocol.protocol import Catalog, Protocol
from lnctp_tui.domain.records.columns import FOREIGN
from lnctp_tui.domain.records.document import SCHEMA, Document, Record
from lnctp_tui.domain.values import dates, phones
from lnctp_tui.domain.values.text import fold

TRUE: Final = frozenset({"true", "yes", "si", "1", "verdadero", "cierto"})
FALSE: Final = frozenset({"false", "no", "0", "falso"})
NOTED: Final = (
    "prs_Salutation", "prs_Title", "prs_MailingPostalCode", "vic_LocationOfRecruitment", "vic_LocationOfExploitation",
    "cas_CaseOwner", "cas_ReferringPrimaryCaseWorker", "cas_IncomingReferralDetails", "cas_ReferredPrimaryCaseWorker",
    "cas_OutgoingReferralDetails",
)  # fmt: skip
"""Columns that no field of ours says: they become a note."""
OURS: Final = "LNCTP"
ANSWERS: Final = {
    "mx_Modality": "modality", "mx_Means": "means", "mx_Acts": "act", "mx_HookingMeans": "hooking_means",
    "mx_HookingMethods": "hooking_method",
}  # fmt: skip


OPEN: Final = frozenset({"vic_MethodOfRecruitment", "vic_MethodsOfControl", "vic_TypeOfExploitation",
                        "vic_TypeOfSexExploitation", "vic_ForcedLabourIndustry"})  # fmt: skip
"""Columns of which an empty cell is kept too, where our codes would say more than the file did."""


class Unread(Exception):
    """Cells that say nothing of their column: column → reason. Never a value."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__(len(problems))


@dataclass
class Reading:
    """One row as it is read."""

    export: Export
    cells: Mapping[str, str]
    note: Callable[[str], str]
    """What a note begins with, in front of its lines."""
    beside: Mapping[str, str] = member(default_factory=dict)
    """Cells of other columns of the standard, by title: they become lines of the note."""

    def __post_init__(self) -> None:
        self.problems: dict[str, str] = {}
        self.left: list[str] = [f"{title}: {text}" for title, text in self.beside.items()]
        """Lines of the note."""

    @property
    def standard(self) -> Standard:
        return self.export.standard

    @property
    def protocol(self) -> Protocol:
        return self.export.protocol

    def cell(self, column: str) -> str:
        return " ".join(self.cells.get(column, "").split())

    def codes(self, column: str) -> list[str]:
        """The standard's values of a column; notes a problem where one is none."""
        text = self.cell(column)
        if not text:
            return []
        values = self.standard.several(column, text)
        if values is None or (column in SINGLE and len(values) > 1 and column != "vic_ForcedLabourIndustry"):
            self.problems[column] = "unknown_code"
            return []
        return values

    def local(self, column: str) -> list[str]:
        return [part.strip() for part in self.cells.get(column, "").split(SEPARATOR) if part.strip()]

    def day(self, column: str) -> str:
        text = self.cell(column)[:10]
        if text and (not htcds.DAY.fullmatch(text) or dates.stored(text) is None):
            self.problems[column] = "bad_date"
            return ""
        return text

    def consent(self) -> str | None:
        """`yes` only for what says yes: FALSE, and whatever is not understood, never is."""
        text = fold(self.cell("con_Consent"))
        if text and text not in TRUE | FALSE:
            self.problems["con_Consent"] = "not_true_false"
        return "yes" if text in TRUE else "no" if text in FALSE else None


def document(reading: Reading) -> Document:
    """The case of one row. Raises Unread with every column that cannot be read."""
    coded = {column: reading.codes(column) for column in CODED}
    answers, danger = _answers(reading, coded)
    person = _person(reading, coded, answers)
    case: Record = {"answers": danger} if danger else {}
    if reading.cell("mx_Id"):
        case["id"] = f"htcds {reading.cell('mx_Id')}"[:100]
    case |= {"consent_share": reading.consent(), **_standing(reading, coded)}
    content: Document = {
        "schema": SCHEMA,
        "case": {name: value for name, value in case.items() if value},
        "people": [person],
        "places": _places(reading),
        "identifiers": _identifiers(reading),
        "contacts": _contact(reading),
        "referrals": _referrals(reading, coded),
        "files": _files(coded),
    }
    if reading.problems:
        raise Unread(reading.problems)
    _keep_foreign(reading, coded, content)
    content["notes"] = _notes(reading)
    return content


def _answers(reading: Reading, coded: Mapping[str, list[str]]) -> tuple[dict[str, str], dict[str, str]]:
    exact = [f"{prefix}.{code}" for column, prefix in ANSWERS.items() for code in reading.local(column)]
    controls = reading.local("mx_Controls")
    exact += controls
    known = {column for column in ANSWERS if reading.local(column)}
    for column, values in coded.items():
        ours = {"vic_TypeOfExploitation": "mx_Modality", "vic_MethodOfRecruitment": "mx_HookingMeans"}.get(
            column
        )
        if ours in known or (column == "vic_MethodsOfControl" and controls):
            continue
        exact += [reading.standard.back[value] for value in values if value in reading.standard.back]
    _check(reading, exact)
    person = {code: "yes" for code in exact if not code.startswith("danger.")}
    return person, {code: "yes" for code in exact if code.startswith("danger.")}


def _check(reading: Reading, codes: Iterable[str]) -> None:
    for code in codes:
        prefix, _dot, rest = code.partition(".")
        catalog = (
            reading.protocol.indicators if prefix == "indicator" else reading.protocol.catalogs.get(prefix)
        )
        if catalog is None or rest not in catalog.by_code:
            column = next((name for name, own in ANSWERS.items() if own == prefix), "mx_Controls")
            reading.problems[column] = "unknown_code"


def _person(reading: Reading, coded: Mapping[str, list[str]], answers: Mapping[str, str]) -> Record:
    role = reading.cell("mx_Row") or "victim"
    if role not in ("victim", "group"):
        reading.problems["mx_Row"] = "unknown_code"
    name = f"{reading.cell('prs_FirstName')} {reading.cell('prs_SecondName')}".strip()
    person: Record = {
        "id": "person",
        "role": role,
        "name": name or None,
        "birth_date": reading.day("prs_Birthdate"),
    }
    person["gender"] = next((_gender(reading.standard, value) for value in coded["prs_Gender"]), None)
    for column, field in NUMBERS.items():
        if text := reading.cell(column):
            if text.isascii() and text.isdecimal():
                person[field] = int(text)
            else:
                reading.problems[column] = "not_whole"
    person["nationality"] = _citizenship(reading)
    if state := reading.cell("mx_OriginState"):
        person["origin_state"] = state
        if state not in reading.protocol.catalogs["state"].by_code:
            reading.problems["mx_OriginState"] = "unknown_code"
    person["answers"] = dict(answers)
    return {field: value for field, value in person.items() if value not in (None, "", {})}


def _gender(standard: Standard, value: str) -> str | None:
    rows = standard.to["prs_Gender"]
    return next(
        (code[7:] for code, values in rows.items() if code.startswith("gender.") and value in values), None
    )


def _citizenship(reading: Reading) -> str | None:
    parts = [part.strip() for part in reading.cell("prs_Citizenship").split(SEPARATOR) if part.strip()]
    countries = [_country(reading, part) for part in parts]
    if None in countries:
        reading.problems["prs_Citizenship"] = "unknown_code"
        return None
    if len(countries) > 1:
        reading.left.append(f"prs_Citizenship: {reading.cell('prs_Citizenship')}")
    return countries[0] if countries else None


def _country(reading: Reading, text: str) -> str | None:
    """A country by code or name; what the catalog calls otherwise in common speech comes last."""
    catalog = reading.protocol.catalogs["country"]
    return (
        reading.standard.countries.get(plain(text))
        or _row(catalog, text, "alpha3")
        or _row(catalog, text, "alias")
    )


def _row(catalog: Catalog, text: str, *also: str) -> str | None:
    """The one code that a text names: the code itself, its name in either language, or another writing."""
    if text.upper() in catalog.by_code:
        return text.upper()
    wanted = fold(text).strip()
    for row in catalog.rows:
        names = [row.code, row.label.es, row.label.en]
        names += [name for column in also for name in str(row.extra.get(column, "")).split(";")]
        if wanted in {fold(name).strip() for name in names if name}:
            return row.code
    return None


def _places(reading: Reading) -> list[Record]:
    places: list[Record] = []
    country = reading.cell("prs_MailingCountry")
    actual = {
        "country": _country(reading, country) or f"~{country}" if country else "",
        "state": _named(reading, "state", "prs_MailingState", "abbr", "alias"),
        "address": reading.cell("prs_MailingStreet"),
    }
    actual["municipality"] = _municipality(reading, actual["state"])
    filled = {field: value for field, value in actual.items() if value}
    if filled:
        places.append({"person_id": "person", "role": "actual", **filled})
    for pair in reading.local("mx_Venues"):
        role, _colon, venue = pair.partition(":")
        roles, venues = (reading.protocol.catalogs[name].by_code for name in ("place_role", "venue"))
        if role not in roles or venue not in venues:
            reading.problems["mx_Venues"] = "unknown_code"
        places.append({"person_id": "person", "role": role, "venue": venue})
    return places


def _named(reading: Reading, catalog: str, column: str, *also: str) -> str:
    """A code of the catalog, or the text as it is: what the catalog does not know is kept."""
    text = reading.cell(column)
    return (_row(reading.protocol.catalogs[catalog], text, *also) or f"~{text}") if text else ""


def _municipality(reading: Reading, state: str) -> str:
    text = reading.cell("prs_MailingCity")
    rows = [row for row in reading.protocol.catalogs["municipality"].rows if row.extra.get("state") == state]
    code = _row(Catalog("municipality", tuple(rows)), text) if rows else None
    return (code or f"~{text}") if text else ""


def _identifiers(reading: Reading) -> list[Record]:
    records: list[Record] = []
    for column, kind in (("prs_Email", "email"), ("prs_MobilePhone", "phone"), ("prs_HomePhone", "phone")):
        text = reading.cell(column)
        if text and kind == "phone" and phones.digits_lost(text):
            reading.problems[column] = "digits_lost"
        elif text:
            records.append({"person_id": "person", "kind": kind, "value": text})
    return records


def _contact(reading: Reading) -> list[Record]:
    organisation, day = reading.cell("cas_ReferringOrganisation"), reading.day("cas_IncomingReferralDate")
    if not organisation and not day:
        return []
    reporter = _row(reading.protocol.catalogs["reporter_type"], organisation) if organisation else None
    if organisation and reporter not in OFFICIAL:
        reading.left.append(f"cas_ReferringOrganisation: {organisation}")
        reporter = None
    if not day:
        if organisation and reporter:
            reading.left.append(f"cas_ReferringOrganisation: {organisation}")
        return []
    contact: Record = {"direction": "in", "started_at": f"{day} 12:00"}
    return [contact | ({"reporter_type": reporter} if reporter else {})]


def _standing(reading: Reading, coded: Mapping[str, list[str]]) -> dict[str, str]:
    """Status of the case and why it was closed."""
    status = {"Active": "open", "FollowUp": "follow_up", "Closed": "closed", "ClosedReferred": "closed"}
    standing = {"status": status[coded["cas_Status"][0]]} if coded["cas_Status"] else {}
    code, text = reading.cell("mx_ClosedReason"), reading.cell("cas_ReasonForCaseClosure")
    catalog = reading.protocol.catalogs["close_reason"]
    if code and code not in catalog.by_code:
        reading.problems["mx_ClosedReason"] = "unknown_code"
    reason = code or (_row(catalog, text) if text else None) or (f"~{text}" if text else "")
    return standing | ({"close_reason": reason} if reason else {})


def _referrals(reading: Reading, coded: Mapping[str, list[str]]) -> list[Record]:
    name, day = reading.cell("cas_ReferredOrganisation"), reading.day("cas_OutgoingReferralDate")
    listed = [part.split("/") for part in reading.local("mx_Referrals")]
    if not listed and (day or name):
        status = "accepted" if "ClosedReferred" in coded["cas_Status"] else "sent"
        listed = [["", status, day]]
    reasons, states = (
        reading.protocol.catalogs[key].by_code for key in ("referral_reason", "referral_status")
    )
    records: list[Record] = []
    for parts in listed:
        reason, status, on = [*parts, "", "", ""][:3]
        bad = len(parts) != 3 or (reason and reason not in reasons) or (status and status not in states)
        if bad or (on and not htcds.DAY.fullmatch(on)):
            reading.problems["mx_Referrals"] = "unknown_code"
            continue
        values = {"reason": reason, "status": status, "sent_at": f"{on} 12:00" if on else ""}
        records.append({"person_id": "person"} | {field: value for field, value in values.items() if value})
    if name and records:
        records[-1]["provider_name"] = name
    return records


def _files(coded: Mapping[str, list[str]]) -> list[Record]:
    if "CourtOrProsecution" in coded["vic_TraffickingStatusDecisionMakingOrg"]:
        return [{"stage": "judicializada"}]
    return []


def _notes(reading: Reading) -> list[Record]:
    lines = [
        f"{column}: {text}"
        for column in NOTED
        if (text := reading.cell(column)) and not text.startswith(OURS)
    ]
    lines += reading.left
    return [{"text": reading.note("\n".join(lines))}] if lines else []


def _keep_foreign(reading: Reading, coded: Mapping[str, list[str]], content: Document) -> None:
    """Keeps what the file coded where our codes say something else, so that it can be coded again."""
    person = content["people"][0]
    held: Document = {"schema": SCHEMA, "case": {"id": "case", **content["case"]}, **{
        name: [{"id": f"{name}{at}", **record} for at, record in enumerate(content[name])]
        for name in ("people", "places", "contacts", "referrals", "files")
    }}  # fmt: skip
    held["people"][0]["id"] = "person"
    victim = Victim(held, held["people"][0], {}, shared=False, root=held["case"], protocol=reading.protocol)
    derived = htcds.coded(reading.export, victim)
    foreign = {
        column: {"is": values, "from": derived[column]}
        for column, values in coded.items()
        if (values or column in OPEN)
        and values != (derived[column][:1] if column in SINGLE else derived[column])
    }
    if foreign:
        person[FOREIGN] = foreign
    reading.left += [f"{column}: {reading.cell(column)}" for column in foreign if reading.cell(column)]
