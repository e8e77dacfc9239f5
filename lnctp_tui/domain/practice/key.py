"""The record that a scenario's key describes, as a case document for the engines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lnctp_tui.domain.practice.scenario import Fact, Scenario
from lnctp_tui.domain.records.document import Document, Record, empty

TABLES = {"people": "person", "places": "place", "money": "money", "identifiers": "identifier"}
"""Member of the document → what its fields are `on`."""
WHOLE = ("headcount",)
TRUTHS = ("interpreter", "dropped")


def document(scenario: Scenario, facts: Iterable[Fact] | None = None) -> Document:
    """The document of the facts given, all of the key by default, about a call that runs now."""
    made = empty()
    made["case"] = {"id": scenario.code, "answers": {}}
    made["contacts"] = [
        {"id": "call", "kind": scenario.kind, "channel": scenario.channel, "direction": "in", "answers": {}}
    ]
    for fact in scenario.key.facts if facts is None else facts:
        put(record(made, fact.on), fact.field, fact.value)
    return made


def record(made: Document, on: str) -> Record:
    """The record a fact is of, made when it is the first. `on`: `case`, `contact`, or `<member>.<alias>`."""
    if on == "case":
        return dict_of(made["case"])
    if on == "contact":
        return dict_of(made["contacts"][0])
    member, _, alias = on.partition(".")
    rows: list[Record] = made[member]
    for row in rows:
        if row["id"] == alias:
            return row
    fresh: Record = {"id": alias, "answers": {}} | ({"role": "victim"} if member == "people" else {})
    rows.append(fresh)
    return fresh


def put(row: Record, field: str, value: str) -> None:
    """Write a fact into a record as the form would."""
    if field == "age":
        row["age_min"] = row["age_max"] = int(value)
    elif field in WHOLE:
        row[field] = int(value)
    elif field in TRUTHS:
        row[field] = value == "yes"
    elif "." in field:
        row.setdefault("answers", {})[field] = value
    else:
        row[field] = value


def value_of(row: Record, field: str) -> Any:
    """What a record says of a field: a text, None when nothing; an age of one number, else `15-17`."""
    if field == "age":
        least, most = row.get("age_min"), row.get("age_max")
        if least is None and most is None:
            return None
        return (
            str(least)
            if least == most
            else f"{least if least is not None else ''}-{most if most is not None else ''}"
        )
    value = (row.get("answers") or {}).get(field) if "." in field else row.get(field)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value in (None, "") else str(value)


def right(row: Record, fact: Fact) -> bool:
    """Whether a record says what the key says. Of an age also an interval of at most 3 years that holds it."""
    if fact.field != "age":
        return bool(value_of(row, fact.field) == fact.value)
    least, most = row.get("age_min"), row.get("age_max")
    if not isinstance(least, int) or not isinstance(most, int) or not fact.value.isdigit():
        return False
    return least <= int(fact.value) <= most and most - least <= 3


def dict_of(row: Record) -> Record:
    """The record itself, with a place for its answers."""
    row.setdefault("answers", {})
    return row
