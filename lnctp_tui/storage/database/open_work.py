"""Open cases and tasks, word for word as the partial indexes of migration 0013 have them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Integer, literal_column

from lnctp_tui.storage.database.session import TABLES

CASES, TASKS = TABLES["cases"], TABLES["tasks"]
RANK: Final = literal_column(
    "CASE cases.triage WHEN 'emergency' THEN 0 WHEN 'urgent_24h' THEN 1 WHEN 'priority' THEN 2 "
    "WHEN 'follow_up' THEN 4 WHEN 'information' THEN 5 ELSE 3 END",
    Integer,
)
"""The place of a level in URGENCY: what nobody assessed goes before what can wait."""
OPEN_CASE: Final = (
    CASES.c.status.in_((literal_column("'open'"), literal_column("'follow_up'"))), CASES.c.erased_at.is_(None),
)  # fmt: skip
OPEN_TASK: Final = (TASKS.c.status == literal_column("'open'"), TASKS.c.erased_at.is_(None))
MINIMUM: Final = TASKS.c.kind == literal_column("'minimum_record'")
PRESSING: Final = literal_column("2") > RANK
"""Emergencies and what is urgent within 24 hours."""
