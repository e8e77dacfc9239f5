"""What each column of a case document takes. Source: docs/import.md; the catalogs of the protocol."""

from __future__ import annotations

from collections.abc import Mapping

from lnctp_tui.domain.columns import words

ANSWERS = frozenset({"yes", "no", "unknown", "refused"})
OWN_ANSWERS = ("raw.", "link.", "discard.")
"""Answer prefixes that the program itself writes."""
OWN = frozenset({"id", "case_id", "heads", "extra", "created_at", "created_by", "erased_at", "normalised"})
"""Members of an exported record that the store itself writes: an import does not take them."""
LONGEST = {"narrative": 200_000, "summary": 20_000, "text": 200_000}
LONG = 20_000
SHORT = 1_000
GREATEST = 10**15
DEEPEST = 12

CODES: Mapping[str, Mapping[str, str]] = {
    "cases": {
        "status": "case_status", "close_reason": "close_reason", "report_class": "report_class",
        "triage": "triage", "anonymity": "anonymity", "consent_store": "answer", "consent_share": "answer",
        "callback_allowed": "answer", "callback_channel": "channel",
    },
    "contacts": {
        "channel": "channel", "direction": "direction", "kind": "kind", "reporter_type": "reporter_type",
        "country": "country", "state": "state", "municipality": "municipality", "language": "language",
    },
    "people": {
        "role": "person_role", "sex": "sex", "gender": "gender", "nationality": "country",
        "origin_state": "state", "origin_municipality": "municipality",
        "migration_status": "migration_status", "education": "education",
        "relation_to_trafficker": "relation", "trafficker_role": "trafficker_role",
        "network_level": "network_level", "consented": "answer",
    },
    "places": {
        "role": "place_role", "country": "country", "state": "state", "municipality": "municipality",
        "venue": "venue",
    },
    "identifiers": {"kind": "identifier_kind", "platform": "platform"},
    "money": {
        "flag": "flag", "instrument": "instrument", "currency": "currency", "known_by": "known_by",
        "share_consent": "answer",
    },
    "notes": {},
    "referrals": {
        "reason": "referral_reason", "consent": "answer", "channel": "channel", "status": "referral_status",
    },
    "supports": {"kind": "support_type", "modality": "support_modality"},
    "files": {"entity": "state", "stage": "file_stage"},
    "tasks": {"kind": "task_kind", "channel": "channel", "status": "task_status"},
}  # fmt: skip
"""Table → column → the catalog of its codes."""
REFERENCES = {"person_id": "people", "reporter_person_id": "people", "callback_identifier_id": "identifiers"}
"""Column → the table of the record it names, which is in the document or in the store."""
ELSEWHERE = words("merged_into owner_id class_confirmed_by counselor_id author_id provider_id assignee_id")
"""Ids of records that need not be on this laptop."""
BOOLS = frozenset({"dropped", "interpreter", "age_estimated", "amount_estimated"})
WHOLE = {"headcount": 1, "age_min": 0, "age_max": 0, "minutes": 0}
LISTS = frozenset({"consented_fields"})
