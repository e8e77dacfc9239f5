"""A data sheet as a case document with only the members that were agreed to: no id, no date, no folio.

An id tells when and on which laptop a record was made, and two recipients could join their sheets by it.
"""

from __future__ import annotations

from lnctp_tui.domain.records.document import SCHEMA, Document, Record
from lnctp_tui.domain.referral.consent import Sheet
from lnctp_tui.domain.referral.data import SUMMARY


def document(sheet: Sheet) -> Document:
    """The document; `case import` reads it as a new case."""
    rows: dict[tuple[str, str], Record] = {}
    for entry in sheet.told:
        for fact in entry.facts if entry.datum != SUMMARY else ():
            record = rows.setdefault((fact.table, fact.row), {})
            if fact.code.startswith("answers."):
                record.setdefault("answers", {})[fact.code.removeprefix("answers.")] = fact.value
            else:
                record[fact.code] = fact.value
    case = next((record for (table, _row), record in rows.items() if table == "cases"), {})
    result: Document = {"schema": SCHEMA, "case": case}
    for (table, _row), record in rows.items():
        if table != "cases":
            result.setdefault(table, []).append(record)
    summary = next((str(entry.facts[0].value) for entry in sheet.told if entry.datum == SUMMARY), None)
    referral = {
        "reference": sheet.reference,
        "provider_name": sheet.recipient,
        "reason": sheet.reason,
        "summary_for": summary,
    }
    result["referrals"] = [{name: value for name, value in referral.items() if value}]
    return result
