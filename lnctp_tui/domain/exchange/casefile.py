"""A case as one authority may have it: the elements as codes, and of everything else what each victim agreed to.

No id of ours, no name of a colleague, no note, no narrative. Without a yes no text that somebody typed is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from lnctp_tui.domain.exchange import sharing
from lnctp_tui.domain.exchange.sharing import Recipient, Told
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import SCHEMA, Document, Record, victims
from lnctp_tui.domain.referral.data import SENSITIVE_DANGERS, SUMMARY
from lnctp_tui.domain.values import folio

ELEMENTS: Final = ("act", "means", "modality", "aggravating")
"""Checklists of a victim that say what the law asks: codes, told in every case."""
CALLBACK: Final = ("callback_allowed", "callback_channel", "callback_message")
"""Coded rules of contact, told with when it is safe to call."""
WHERE: Final = ("captacion", "origen", "transito", "destino")
"""Places of which country, state and kind are told in every case; where somebody is now, only with their yes."""
PLACE_CODES: Final = {"country": "country", "state": "state", "venue": "venue"}
Rows = dict[tuple[str, str], Record]
"""Table and id of a record → what is shown of it."""
FIELDS: Final = ("case", "people", "places", "identifiers", "money", "referrals")
"""Members that such a document may have."""


def cut(
    document: Document,
    recipient: Recipient,
    protocol: Protocol,
    contested: Callable[[str], Collection[str]],
    receipt: str,
) -> Document:
    """The document for this recipient; `receipt` is by what both speak of it."""
    own = document["case"]
    case: Record = {"receipt": receipt}
    if isinstance(own.get("folio"), str) and folio.parse(own["folio"]):
        case["folio"] = own["folio"]
    if code := sharing.coded(protocol, "report_class", own.get("report_class")):
        case["report_class"] = code
    if dangers := _dangers(protocol, own):
        case["answers"] = dangers
    result: Document = {"schema": SCHEMA, "case": case, "people": [], "places": []}
    rows: Rows = {("cases", ""): case}
    for number, person in enumerate(victims(document), 1):
        facts = sharing.told(document, person, recipient, contested)
        _person(result, rows, document, protocol, person, facts, f"victim-{number}")
    _roles(result, document, rows)
    result["places"] += _places(protocol, document, result)
    return {member: content for member, content in result.items() if content}


def _dangers(protocol: Protocol, case: Record) -> dict[str, str]:
    return {
        f"danger.{code}": "yes"
        for code in sharing.answered(protocol, case, "danger")
        if code not in SENSITIVE_DANGERS
    }


def _person(
    result: Document,
    rows: Rows,
    document: Document,
    protocol: Protocol,
    person: Record,
    told: Told,
    name: str,
) -> None:
    elements = {
        f"{prefix}.{code}": "yes"
        for prefix in ELEMENTS
        for code in sharing.answered(protocol, person, prefix)
    }
    shown: Record = {"id": name, "role": person["role"]}
    if type(person.get("headcount")) is int:
        shown["headcount"] = person["headcount"]
    if elements:
        shown["answers"] = elements
    result["people"].append(shown)
    rows["people", str(person["id"])] = shown
    for datum, facts in told.items():
        for fact in facts if datum != SUMMARY else ():
            key = (fact.table, "" if fact.table == "cases" else fact.row)
            if key not in rows:
                rows[key] = _exploiter(result) if fact.table == "people" else {"person_id": name}
                if fact.table != "people":
                    result.setdefault(fact.table, []).append(rows[key])
            _put(rows[key], fact.code, fact.value)
        if datum == "safe_window" and facts:
            for column in CALLBACK:
                if code := sharing.coded(protocol, _catalog(column), document["case"].get(column)):
                    result["case"][column] = code
    if summary := sharing.value(told, SUMMARY):
        result.setdefault("referrals", []).append({"person_id": name, "summary_for": summary})


def _exploiter(result: Document) -> Record:
    number = sum(person["role"] == "trafficker" for person in result["people"]) + 1
    record: Record = {"id": f"trafficker-{number}", "role": "trafficker"}
    result["people"].append(record)
    return record


def _catalog(column: str) -> str:
    return "channel" if column == "callback_channel" else "answer"


def _put(record: Record, code: str, value: object) -> None:
    if code.startswith("answers."):
        record.setdefault("answers", {})[code.removeprefix("answers.")] = value
    else:
        record[code] = value


def _roles(result: Document, document: Document, rows: Rows) -> None:
    """What a told place is, whose a told number is, how a trail is known."""
    people = {str(person["id"]): person.get("role") for person in document.get("people", ())}
    for member, column in (("places", "role"), ("identifiers", "kind"), ("money", "known_by")):
        for record in document.get(member, ()):
            shown, owner = rows.get((member, str(record["id"]))), str(record.get("person_id"))
            if shown is None:
                continue
            if record.get(column):
                shown[column] = record[column]
            if people.get(owner) == "trafficker":
                exploiter = rows.get(("people", owner)) or rows.setdefault(
                    ("people", owner), _exploiter(result)
                )
                shown["person_id"] = exploiter["id"]


def _places(protocol: Protocol, document: Document, result: Document) -> list[Record]:
    """Places as codes, without those that were told whole."""
    whole = {(place.get("role"), place.get("state"), place.get("venue")) for place in result["places"]}
    places: list[Record] = []
    for place in document.get("places", ()):
        codes = {
            column: code
            for column, catalog in PLACE_CODES.items()
            if (code := sharing.coded(protocol, catalog, place.get(column)))
        }
        key = (place.get("role"), codes.get("state"), codes.get("venue"))
        if place.get("role") in WHERE and codes and key not in whole:
            whole.add(key)
            places.append({"role": place["role"], **codes})
    return places
