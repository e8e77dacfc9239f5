"""What the panels of a call show, as values made from the open form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from lnctp_tui.domain.assess.safety import ESCALATED, WITHDRAWN
from lnctp_tui.domain.protocol.protocol import Field, Protocol, Row, Script, Stage
from lnctp_tui.domain.records.document import answer
from lnctp_tui.domain.values import moments, values
from lnctp_tui.i18n import _, language, ngettext, pick
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.widgets.form.call_bar import Heading
from lnctp_tui.widgets.form.record_bar import Entry
from lnctp_tui.widgets.form.stages.stage_map import StageLine

NARRATIVE = "narrative"


def field_of(protocol: Protocol, on: str, code: str) -> Field | None:
    """The protocol's field of that table and code."""
    return next((field for _stage, field in protocol.fields if (field.on, field.code) == (on, code)), None)


def places_of(protocol: Protocol, code: str) -> list[tuple[Stage, Field]]:
    """Where a code is asked: its fields, then, for a row of a checklist (`act.captar`), the checklist."""
    prefix = code.partition(".")[0]
    fields = [(stage, field) for stage, field in protocol.fields if field.code == code]
    lists = [
        (stage, field)
        for stage, field in protocol.fields
        if field.kind == "checklist" and field.code == prefix != code
    ]
    return [*fields, *lists]


def kinds(protocol: Protocol) -> dict[str, str]:
    """The kinds of contact by their digit."""
    rows = protocol.catalogs["kind"].rows
    return {row.extra["key"]: pick(row.label) for row in rows if row.extra.get("key") and not row.valid_to}


def kind_of(protocol: Protocol, digit: str) -> str | None:
    """The code of the kind of contact that a digit chooses."""
    return next((row.code for row in protocol.catalogs["kind"].rows if row.extra.get("key") == digit), None)


def label_of(protocol: Protocol, catalog: str, code: object) -> str:
    """The label of a code; a code that is in no catalog reads as its own text."""
    entries = protocol.catalogs.get(catalog)
    row = entries.by_code.get(str(code)) if entries else None
    return pick(row.label) if row else str(code or "").removeprefix(values.FREE)


def script_of(protocol: Protocol, row: Row | None) -> Script | None:
    """The script that a row of a catalog names in its column `script`."""
    return protocol.scripts.get(row.extra.get("script", "")) if row else None


def spelled(folio: str, protocol: Protocol) -> str:
    """The folio as it is read out: `K kilo, siete, Q queso, dos – cero …`, its groups apart."""

    def said(symbol: str) -> str:
        word = label_of(protocol, "spelling", symbol)
        return word if symbol.isdigit() else f"{symbol} {word}"

    return " – ".join(", ".join(map(said, part)) for part in folio.split("-"))


def heading(intake: Intake, risk: str, marks: tuple[str, ...] = ()) -> Heading:
    """The call bar: folio, channel, kind, anonymity, and what else is remarkable."""
    contact = record_of(intake, "contact")
    case = intake.document["case"]
    facts = (
        *marks,
        label_of(intake.protocol, "channel", contact.get("channel")).lower(),
        label_of(intake.protocol, "kind", contact.get("kind")).lower(),
        label_of(intake.protocol, "anonymity", case.get("anonymity")).lower(),
    )
    return Heading(intake.folio or "", tuple(filter(None, facts)), risk, intake.ended_at is not None)


def record_of(intake: Intake, on: str) -> Mapping[str, Any]:
    """The record that the form shows for a table; before there is a person, the victim it will be."""
    if intake.current(on):
        return intake.shown(on)
    return {"role": "victim"} if on == "person" else {}


def stage_lines(intake: Intake, missing: Sequence[tuple[Stage, Field]]) -> list[StageLine]:
    """The stages with their counts and what they still lack of the minimum (`missing`)."""
    owed: dict[str, int] = {}
    for stage, _field in missing:
        owed[stage.code] = owed.get(stage.code, 0) + 1
    lines = []
    for number, stage in enumerate(intake.protocol.stages, 1):
        answered, total = intake.counts(stage)
        lines.append(
            StageLine(stage.code, number, pick(stage.title), answered, total, owed.get(stage.code, 0))
        )
    return lines


def debt_of(intake: Intake) -> list[tuple[Stage, Field]]:
    """What is missing: of the minimum, and once that is there, to close."""
    return intake.debt("minimum") or intake.debt("close")


def entries(intake: Intake, on: str) -> list[Entry]:
    """The records of the selector, each with a name a person can tell it by."""
    return [
        Entry(str(record.get("id")), _name(on, record, intake.protocol) or _("sin datos"))
        for record in intake.rows(on)
    ]


def _name(on: str, record: Mapping[str, Any], protocol: Protocol) -> str:
    if on == "person":
        return _person(record, protocol)
    if on == "place":
        where = next(filter(None, map(record.get, ("locality", "municipality", "state", "country"))), "")
        catalogs = {"municipality": record.get("municipality"), "state": record.get("state")}
        for catalog, code in catalogs.items():
            if code and where == code:
                where = label_of(protocol, catalog, code)
        return " · ".join(filter(None, (label_of(protocol, "place_role", record.get("role")), str(where))))
    if on == "identifier":
        kind = label_of(protocol, "identifier_kind", record.get("kind"))
        return " ".join(filter(None, (kind, str(record.get("value") or ""))))
    return label_of(protocol, "flag", record.get("flag")) or str(record.get("way") or "")


def _person(record: Mapping[str, Any], protocol: Protocol) -> str:
    role = label_of(protocol, "person_role", record.get("role")).lower()
    name = str(record.get("name") or "")
    count = record.get("headcount")
    many = ngettext("{n} persona", "{n} personas", count).format(n=count) if isinstance(count, int) else ""
    description = ", ".join(filter(None, (many, role)))
    return f"{name} ({description})" if name and description else name or description


def show(field: Field, record: Mapping[str, Any], protocol: Protocol) -> str:
    """What the field says of the record, as text."""
    return values.shown(field, record, protocol, language())


def local(at: str, zone: str) -> datetime:
    """An instant (ISO 8601, UTC) in the counselor's time zone."""
    return datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(ZoneInfo(zone))


def clock(at: str, zone: str, *, seconds: bool = True) -> str:
    """The local time of an instant, `12:03:05` or `12:03`."""
    return local(at, zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def elapsed(start: str, end: str) -> int:
    """Whole seconds between two instants."""
    first = datetime.fromisoformat(start.replace("Z", "+00:00"))
    return int((datetime.fromisoformat(end.replace("Z", "+00:00")) - first).total_seconds())


def day(at: str, zone: str) -> date:
    """The local day of an instant."""
    return local(at, zone).date()


def escalated_at(intake: Intake) -> str | None:
    """When 911 was told, if it was."""
    at = answer(intake.document["case"], ESCALATED)
    return at if moments.instant(at) else None


def withdrawn(intake: Intake) -> tuple[str, str] | None:
    """When a hand-over to 911 that was none was noted last, and when it was withdrawn."""
    answers = intake.document["case"].get("answers") or {}
    last = max(
        (code for code in answers if code.startswith(WITHDRAWN)),
        key=lambda code: (len(code), code),
        default="",
    )
    noted, _slash, at = str(answers.get(last) or "").partition("/")
    return (noted, at) if moments.instant(noted) and moments.instant(at) else None
