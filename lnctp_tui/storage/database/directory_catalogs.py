"""What of the protocol's catalogs the index of the directory needs, and the national lines as providers.

A national line is no record: nobody changes its number but who edits the catalog that the organisation accepted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from lnctp_tui.domain.directory import trust
from lnctp_tui.domain.directory.hours import ALWAYS
from lnctp_tui.domain.protocol.protocol import Catalog, Protocol, Row
from lnctp_tui.domain.records import bound

PROGRAM = "lnctp"
"""Who proposed the number of a national line: nobody who verifies one."""
OURS = "lnctp"
"""The code of this Line, which refers nobody to itself."""
LINE = "hotline."
"""Before the code of a national line in its id as a provider."""


def of(protocol: Protocol) -> dict[str, Any]:
    """What storage.database.directory.Catalogs takes."""
    return {
        "needs": [row.code for row in _rows(protocol, "need")],
        "sexes": [row.code for row in _rows(protocol, "sex")],
        "populations": [row.code for row in _rows(protocol, "population")],
        "services": {
            row.code: {
                "need": row.extra.get("need", ""), "verify_days": row.extra.get("verify_days") or "365",
                "label": _labels(row),
            }
            for row in _rows(protocol, "service")
        },
        "kinds": {
            row.code: {"authority": row.extra.get("authority", ""), "label": _labels(row)}
            for row in _rows(protocol, "provider_kind")
        },
        "zones": {row.code: row.extra.get("zone", "") for row in _rows(protocol, "time_zone")},
        "hotlines": [hotline(row) for row in _rows(protocol, "hotline") if row.code != OURS],
    }  # fmt: skip


def version(protocol: Protocol) -> str:
    """Changes whenever `of` does."""
    return hashlib.sha256(json.dumps(of(protocol), sort_keys=True).encode()).hexdigest()[:16]


def _rows(protocol: Protocol, name: str) -> tuple[Row, ...]:
    return protocol.catalogs.get(name, Catalog(name, ())).rows


def _labels(row: Row) -> str:
    return f"{row.label.es} {row.label.en} {row.extra.get('hsds_attribute', '')}".strip()


def hotline(row: Row) -> Mapping[str, Any]:
    """A national line as a provider with its numbers and its one service."""
    id_, country = LINE + row.code, row.extra.get("country") or "MX"
    numbers = [number.strip() for number in row.extra.get("number", "").split(";") if number.strip()]
    said = [{"kind": "phone", "value": number} for number in numbers]
    provider = {
        "id": id_, "name": row.label.es, "kind": "linea_telefonica", "status": "active", "source": PROGRAM,
        "source_id": row.code, "about": row.extra.get("use_es", ""), "zone": "America/Mexico_City",
        "founded_on": trust.founded_on(("provider_channels", values) for values in said), "mark": row.mark,
        "note": row.note,
    }  # fmt: skip
    channels = [
        _made("provider_channels", {"provider_id": id_, "proposed_by": PROGRAM} | values) for values in said
    ]
    service = _made(
        "provider_services", {"provider_id": id_, "source_id": row.code, "kind": "atencion_linea",
                              "modality": "telefonica", "covers": [country],
                              "hours": ALWAYS if "24 horas" in provider["about"] else None},
    )  # fmt: skip
    return {"provider": provider, "channels": channels, "service": service}


def _made(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    row, patch = bound.made(table, values)
    return {"id": row, "purpose": "publico" if table == "provider_channels" else None} | patch
