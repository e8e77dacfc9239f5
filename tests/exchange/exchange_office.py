"""Cases to exchange: one with a canary in every field of every kind, and a recipient that a referral names."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from lnctp_tui.domain.directory import trust
from lnctp_tui.domain.records import bound
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.database.session import Store

REASON = "Colaboración del convenio de prueba"
PARTNER, OTHER = "Organización Aliada (ficticia)", "Fiscalía de Ejemplo (ficticia)"


def provider(store: Store, name: str = PARTNER, kind: str = "organismo_internacional") -> str:
    """A provider of the directory."""
    number = {"kind": "phone", "value": "5550001000"}
    row, patch = bound.made("providers", {
        "source": "prueba", "source_id": ids.new_id(), "founded_on": trust.founded_on([("provider_channels", number)]),
    })  # fmt: skip
    with store.write() as unit:
        unit.record("providers", row, patch | {"name": name, "kind": kind, "status": "active"})
    return row


def case(workspace: Workspace, *records: tuple[str, dict[str, Any]], **values: Any) -> tuple[str, list[str]]:
    """A case with these records; its id and theirs."""
    store, case_id = workspace.store, ids.new_id()
    row_ids = [values_.pop("id", None) or ids.new_id() for _table, values_ in records]
    with store.write() as unit:
        unit.record("cases", case_id, {"opened_at": "2026-03-14T20:05:00.000000Z"} | values)
        for (table, patch), row in zip(records, row_ids, strict=True):
            unit.record(table, row, patch, case=case_id)
    return case_id, row_ids


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
