"""What a record still owes: the minimum that makes it legal to keep, and what closing wants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lnctp_tui.domain.protocol.protocol import Field, Protocol, Stage
from lnctp_tui.domain.records.columns import fills
from lnctp_tui.domain.records.document import TABLE_OF, Document, Record, answer, victims
from lnctp_tui.domain.values.values import raw_key

LEVELS = {"minimum": ("minimum",), "close": ("close",)}


def applies(field: Field, record: Record) -> bool:
    """Whether the field's condition holds."""
    return field.when is None or field.when.holds(record)


def answered(field: Field, record: Record) -> bool:
    """Whether the record holds anything for the field; what could not be read counts as told."""
    if field.kind == "checklist":
        return any(code.startswith(f"{field.code}.") for code in record.get("answers") or {})
    if answer(record, raw_key(field).removeprefix("answers.")) is not None:
        return True
    if "." in field.code:
        return answer(record, field.code) is not None
    return any(
        record.get(column) not in (None, "") for column in fills(field.on, field.code) or (field.code,)
    )


def counted(stage: Stage, under: Iterable[tuple[Field, Record]], protocol: Protocol) -> tuple[int, int]:
    """(answered, all) fields of a stage; a stage that is one checklist counts its rows."""
    fields = list(under)
    if len(stage.fields) == 1 and stage.fields[0].kind == "checklist" and fields:
        field, record = fields[0]
        rows = protocol.catalogs[field.catalog or field.code].rows
        done = sum(1 for code in record.get("answers") or {} if code.startswith(f"{field.code}."))
        return done, len(rows)
    return sum(answered(field, record) for field, record in fields), len(fields)


def missing(document: Document, contact: str, protocol: Protocol, level: str) -> list[tuple[Stage, Field]]:
    """The required fields without an answer, in the form's order.

    A contact that makes no case (information, hang-up, prank …) owes nothing but its kind.
    """
    contacts: list[Record] = document["contacts"]
    record = next((entry for entry in contacts if entry.get("id") == contact), {})
    if record.get("direction") == "out":  # no report: what the Line calls owes its result (services.follow)
        return []
    kind = protocol.catalogs["kind"].by_code.get(record.get("kind") or "")
    caseless = kind is not None and not kind.extra.get("makes_case")
    fields: dict[tuple[str, str], tuple[Stage, Field]] = {}
    for stage, field in protocol.fields:
        if field.required_by not in LEVELS[level] or caseless:
            continue
        for entry in _standing(field, document, record):
            if applies(field, entry) and not answered(field, entry):
                fields.setdefault((field.on, field.code), (stage, field))
    return list(fields.values())


def _standing(field: Field, document: Document, contact: Record) -> Iterator[Record]:
    """The records that must hold the field: each victim; the first of what may be several."""
    if field.on == "case":
        yield document["case"]
    elif field.on == "contact":
        yield contact
    elif field.on == "person":
        yield from victims(document) or [{"role": "victim"}]
    else:
        yield from document[TABLE_OF[field.on]][:1] or [{}]
