"""How a form stood before a few keys, to take back what they wrote."""

from __future__ import annotations

from typing import Any

from lnctp_tui.domain.records.columns import COLUMNS, REPEATABLE
from lnctp_tui.domain.records.document import TABLE_OF, Record
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.case.draft import value_of
from lnctp_tui.services.refs import Ref
from lnctp_tui.storage.database.session import ANSWER

FILLED = {TABLE_OF[on]: COLUMNS[on] - {"status", "triage"} for on in ("case", "contact", *REPEATABLE)}
"""Columns that keys fill. The level follows from them."""


class Before:
    """The records of a form as they are now. A case that is opened later stays open: its folio was given."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self._stood = self._records()

    def _records(self) -> dict[Ref, Record]:
        intake, rows = self.intake, (TABLE_OF[on] for on in REPEATABLE)
        found = {Ref(table, str(row["id"])): row for table in rows for row in intake.document[table]}
        case = {intake.draft.case: intake.document["case"]}
        return {**found, **case, intake.contact: intake.record(intake.contact)}

    def restore(self) -> None:
        """One save a record: what a person fills, as it stood. Records that came since go. Undo brings both again."""
        for ref, record in self._records().items():
            stood = self._stood.get(ref, {} if ref == self.intake.draft.case else None)
            if stood is None:
                self.intake.remove(ref)
            elif patch := _patch(FILLED[ref.table], stood, record):
                self.intake.set(ref, patch, field=next(iter(patch)).removeprefix(ANSWER))


def _patch(columns: frozenset[str], stood: Record, record: Record) -> dict[str, Any]:
    answers = {**(stood.get("answers") or {}), **(record.get("answers") or {})}
    names = (*sorted(columns), *(ANSWER + code for code in answers))
    return {name: value_of(stood, name) for name in names if value_of(stood, name) != value_of(record, name)}
