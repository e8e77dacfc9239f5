"""What each column of a case document takes. Source: docs/import.md; the catalogs of the protocol."""

from __future__ import annotations

from lnctp_tui.domain.records import columns
from lnctp_tui.domain.records.columns import BOOLS, CODES, ELSEWHERE, NUMBERS, REFERENCES

__all__ = ["BOOLS", "CODES", "ELSEWHERE", "REFERENCES"]

ANSWERS = frozenset({"yes", "no", "unknown", "refused"})
OWN_ANSWERS = ("raw.", "link.", "discard.")
"""Answer prefixes that the program itself writes."""
OWN = frozenset({"id", "case_id", "heads", "extra", "created_at", "created_by", "erased_at", "normalised"})
"""Members of an exported record that the store itself writes: an import does not take them."""
LONGEST = {"narrative": 200_000, "summary": 20_000, "text": 200_000}
LONG = 20_000
SHORT = 1_000
GREATEST = NUMBERS["amount"][1]

WHOLE = {name: columns.WHOLE[name] for name in ("headcount", "age_min", "age_max", "minutes")}
LISTS = frozenset({"consented_fields"})
