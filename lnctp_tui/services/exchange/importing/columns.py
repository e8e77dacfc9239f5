"""What each column of a case document takes. Source: docs/import.md; the catalogs of the protocol."""

from __future__ import annotations

from lnctp_tui.domain.records import columns
from lnctp_tui.domain.records.columns import BOOLS, CODES, ELSEWHERE, NUMBERS, REFERENCES
from lnctp_tui.domain.records.kinds import KINDS
from lnctp_tui.domain.records.writing import SIGNATURES

__all__ = ["BOOLS", "CODES", "ELSEWHERE", "REFERENCES"]

ANSWERS = frozenset({"yes", "no", "unknown", "refused"})
OWN_ANSWERS = ("raw.", "link.", "discard.")
"""Answer prefixes that the program itself writes."""
SIGNED = frozenset().union(*SIGNATURES.values())
OWN = columns.HIDDEN - {"answers"} | SIGNED
"""Members of an exported record that the store itself writes: an import does not take them. Nor
what somebody signed: nobody signs by importing."""
LONGEST = {"narrative": 200_000, "summary": 20_000, "text": 200_000}
LONG = 20_000
SHORT = 1_000
GREATEST = NUMBERS["amount"][1]

_OF_CASES = frozenset(column.name for kind in KINDS if kind.scope == "case" for column in kind.columns)
WHOLE = {name: between for name, between in columns.WHOLE.items() if name in _OF_CASES}
LISTS = columns.LISTS & _OF_CASES
