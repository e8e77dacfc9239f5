"""What a row of a file says anew of a provider that stands here; a number or address only ever as a proposal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from lnctp_tui.domain.directory import trust
from lnctp_tui.domain.directory.trust import Believed, Stated
from lnctp_tui.domain.records import bound
from lnctp_tui.services.directory import directory, writing
from lnctp_tui.services.directory.importing.batches import IMPORTED, Writing
from lnctp_tui.services.directory.importing.rows import ProviderRow
from lnctp_tui.services.exchange.importing.rules import Problem
from lnctp_tui.storage.database import state
from lnctp_tui.storage.database.directory import Gathered
from lnctp_tui.storage.database.session import Unit

PARTS: Final = ("services", "sites", "channels")


def remember(unit: Unit, id_: str, row: ProviderRow) -> None:
    """Keep what a file said of a provider: what differs from it later was changed here."""
    former = state.get(unit.connection, IMPORTED + id_, {})
    said: dict[str, Any] = {"provider": former.get("provider", {}) | row.provider}
    for part in PARTS:
        known = dict(former.get(part, {}))
        for slot, values in getattr(row, part).items():
            known[slot] = known.get(slot, {}) | values
        said[part] = known
    if said != former:
        unit.remember(IMPORTED + id_, said)


def update(unit: Unit, row: ProviderRow, id_: str, batch: Writing) -> tuple[list[Problem], bool]:
    """What of a row is new for its provider. Returns what is told, and whether anything was written."""
    gathered = directory.gathered_of(unit.connection, id_)
    former = state.get(unit.connection, IMPORTED + id_, {})
    batch.imported[id_] = former or None
    notes: list[Problem] = []
    changed = _write(
        unit, batch, "providers", gathered.provider, row.provider, former.get("provider", {}), notes
    )
    by_key = {str(service.get("source_id")): service for service in (*gathered.services, *gathered.drafts)}
    for number, (slot, service) in enumerate(row.services.items()):
        stored = by_key.get(str(number))
        if stored is None:
            values = {
                "provider_id": id_,
                "source_id": str(number),
                "drafted_by": writing.drafter(unit),
            } | service
            writing.record(unit, "provider_services", values)
            changed = True
        else:
            said = former.get("services", {}).get(slot, {})
            changed = _write(unit, batch, "provider_services", stored, service, said, notes) or changed
    for table, part, believed in (
        ("provider_channels", "channels", gathered.channels), ("provider_sites", "sites", gathered.sites),
    ):  # fmt: skip
        changed = (
            _stated(unit, batch, row, (table, part), believed, gathered, former.get(part, {}), notes)
            or changed
        )
    remember(unit, id_, row)
    return notes, changed


def _write(
    unit: Unit, batch: Writing, table: str, stored: Mapping[str, Any], values: Mapping[str, Any],
    former: Mapping[str, Any], notes: list[Problem],
) -> bool:  # fmt: skip
    patch = _differing(values, stored, former, notes)
    if patch and not writing.curates_all(unit):
        notes.append(Problem("", "not_yours"))
        return False
    if "name" in patch and table == "providers":
        facts = {"here": _short(stored.get("name")), "there": _short(patch["name"])}
        notes.append(Problem("", "renamed", facts))
    if patch:
        batch.changed(table, stored, patch)
        unit.record(table, str(stored["id"]), patch)
    return bool(patch)


def _differing(
    values: Mapping[str, Any], stored: Mapping[str, Any], former: Mapping[str, Any], notes: list[Problem]
) -> dict[str, Any]:
    """The fields to write: those that nobody filled here, or changed since the last import said them."""
    patch = {}
    for name, value in values.items():
        now = stored.get(name)
        if name in ("source", "source_id") or now == value:
            continue
        if former[name] == now if name in former else now is None:
            patch[name] = value
        else:
            notes.append(Problem(name, "changed_here", {"here": _short(now), "there": _short(value)}))
    return patch


def _short(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value if value is not None else "—")
    return text if len(text) <= 60 else text[:59] + "…"


def _stated(
    unit: Unit, batch: Writing, row: ProviderRow, of: tuple[str, str], believed: Believed, gathered: Gathered,
    former: Mapping[str, Any], notes: list[Problem],
) -> bool:  # fmt: skip
    """Numbers and addresses that are not here yet, as proposals; of those that are, what hangs on them."""
    table, part = of
    rows: Mapping[str, Mapping[str, Any]] = getattr(row, part)
    changed = False
    for slot, values in rows.items():
        there = _there(table, values, (*believed.current, *believed.proposed, *believed.former))
        if there is not None:
            beside = {name: value for name, value in values.items() if name not in bound.BOUND[table]}
            changed = _write(unit, batch, table, there.row, beside, former.get(slot, {}), notes) or changed
            continue
        alike = [entry.row["id"] for entry in believed.current if entry.row.get("kind") == values.get("kind")]
        of_kind = [other for other in rows.values() if other.get("kind") == values.get("kind")]
        said = {
            "provider_id": gathered.provider["id"], "proposed_by": unit.author.actor,
            "drafted_by": writing.drafter(unit),
            "replaces_id": alike[0] if len(alike) == 1 and len(of_kind) == 1 else None,
        }  # fmt: skip
        writing.record(unit, table, said | dict(values))
        notes.append(Problem(table, "to_verify"))
        changed = True
    return changed


def _there(table: str, values: Mapping[str, Any], stated: Iterable[Stated]) -> Stated | None:
    """The number or address that a row speaks of: the same, or one that says all that the row says of it, and more."""
    key, entries = trust.content_key(table, values), list(stated)
    for entry in entries:
        if trust.content_key(table, entry.row) == key:
            return entry
    said = {name: value for name, value in values.items() if name in bound.BOUND[table] and value is not None}
    for entry in entries:
        if all(entry.row.get(name) == value for name, value in said.items()):
            return entry
    return None
