"""A row of a file and the provider that it may be, side by side, for a person who decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.services.directory import directory
from lnctp_tui.services.directory.importing.rows import ProviderRow
from lnctp_tui.services.directory.importing.run import IN_FILE, Plan
from lnctp_tui.storage.database.session import Store

NAMED = (N_("Nombre"), N_("Fuente"), N_("Teléfonos y medios"), N_("Domicilio"), N_("Servicios"))


class _Side(NamedTuple):
    provider: Mapping[str, Any]
    sites: Iterable[Mapping[str, Any]]
    services: Iterable[Mapping[str, Any]]
    channels: Iterable[Mapping[str, Any]]

    def cells(self, protocol: Protocol) -> list[str]:
        """What a person compares, in the order of `NAMED`, each code by its label."""
        source = " ".join(filter(None, (self.provider.get("source"), self.provider.get("source_id"))))
        places = (_place(site, protocol) for site in self.sites)
        return [
            str(self.provider.get("name") or "—"), source,
            "; ".join(" ext. ".join(_texts(channel, "value", "extension")) for channel in self.channels),
            "; ".join(places), "; ".join(_service(service, protocol) for service in self.services),
        ]  # fmt: skip


def lines(store: Store, protocol: Protocol, plan: Plan, row: ProviderRow, id_: str) -> list[list[str]]:
    """What it is, what the row says, what stands here."""
    return [
        [_(title), there or "—", here or "—"]
        for title, there, here in zip(
            NAMED, _of_row(row).cells(protocol), _other(store, plan, id_).cells(protocol), strict=True
        )
    ]


def _other(store: Store, plan: Plan, id_: str) -> _Side:
    if id_.startswith(IN_FILE):
        number = int(id_.removeprefix(IN_FILE))
        return _of_row(next(row for row in plan.new if row.number == number))
    gathered = directory.detail(store, id_).gathered
    return _Side(
        gathered.provider, [entry.row for entry in gathered.sites.current], gathered.services,
        [entry.row for entry in (*gathered.channels.current, *gathered.channels.proposed)],
    )  # fmt: skip


def _of_row(row: ProviderRow) -> _Side:
    return _Side(row.provider, row.sites.values(), row.services.values(), row.channels.values())


def _texts(row: Mapping[str, Any], *names: str) -> list[str]:
    return [str(row[name]) for name in names if row.get(name)]


def _place(site: Mapping[str, Any], protocol: Protocol) -> str:
    coded = (_label(protocol, name, site[name]) for name in ("municipality", "state") if site.get(name))
    return ", ".join([*_texts(site, "address", "locality"), *coded])


def _service(service: Mapping[str, Any], protocol: Protocol) -> str:
    return str(service.get("name") or _label(protocol, "service", service.get("kind")))


def _label(protocol: Protocol, catalog: str, code: Any) -> str:
    row = protocol.catalogs[catalog].by_code.get(str(code))
    return pick(row.label) if row else str(code or "")
