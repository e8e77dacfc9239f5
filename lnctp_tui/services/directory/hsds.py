"""The directory in the tabular form of the Human Services Data Specification (HSDS) 3.0.0, as one ZIP.

An address without its postal code is none there: it stands in the description of its place, which is then `virtual`.

All 21 files with their columns in the standard's order, also those without a row. The public edition has no draft, no
suspended provider, no number that is proposed, none for referrals, and neither whom a service refuses nor how to refer.
A secret address is in no edition: it is on no laptop. Source: openreferral/specification, tabular data package 3.0.0.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from lnctp_tui.domain.directory import free_text
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.bound import NAMESPACE
from lnctp_tui.domain.values import spreadsheet
from lnctp_tui.services.case import handing_out
from lnctp_tui.services.directory import hsds_schedules
from lnctp_tui.services.directory.directory import name_of
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import directory as index
from lnctp_tui.storage.database.directory import Catalogs, Gathered
from lnctp_tui.storage.database.session import Store

FILES: Final[Mapping[str, str]] = {
    "organizations": (
        "id name alternate_name description email website tax_status tax_id year_incorporated "
        "legal_status logo uri parent_organization_id"
    ),
    "programs": "id organization_id name alternate_name description",
    "services": (
        "id organization_id program_id name alternate_name description url email status "
        "interpretation_services application_process fees_description wait_time fees "
        "accreditations eligibility_description minimum_age maximum_age assured_date "
        "assurer_email licenses alert last_modified"
    ),
    "attributes": "id link_id taxonomy_term_id link_type link_entity value",
    "service_at_location": "id service_id location_id description",
    "locations": (
        "id location_type url organization_id name alternate_name description transportation "
        "latitude longitude external_identifier external_identifier_type"
    ),
    "phones": (
        "id location_id service_id organization_id contact_id service_at_location_id number "
        "extension type description"
    ),
    "contacts": (
        "id organization_id service_id service_at_location_id location_id name title department email"
    ),
    "addresses": (
        "id location_id attention address_1 address_2 city region state_province postal_code "
        "country address_type"
    ),
    "schedules": (
        "id service_id location_id service_at_location_id valid_from valid_to dtstart timezone "
        "until count wkst freq interval byday byweekno bymonthday byyearday description opens_at "
        "closes_at schedule_link attending_type notes"
    ),
    "funding": "id organization_id service_id source",
    "service_areas": "id service_id name description extent extent_type uri",
    "required_documents": "id service_id document uri",
    "languages": "id service_id location_id phone_id name code note",
    "accessibility": "id location_id description details url",
    "taxonomy_terms": "id code name description parent_id taxonomy language taxonomy_id term_uri",
    "metadata": (
        "id resource_id resource_type last_action_date last_action_type field_name previous_value "
        "replacement_value updated_by"
    ),
    "meta_table_descriptions": "id name language character_set",
    "cost_options": "id service_id valid_from valid_to option currency amount amount_description",
    "organization_identifiers": "id organization_id identifier_scheme identifier_type identifier",
    "taxonomies": "id name description uri version",
}
"""File → its columns in the standard's order (`datapackage.json` of tag v3.0)."""
DEVELOPMENT: Final[Mapping[str, str]] = {
    **FILES,
    "attributes": f"{FILES['attributes']} label",
    "service_areas": "id service_id service_at_location_id name description extent extent_type uri",
    "service_capacity": "id service_id unit_id available maximum description updated",
    "units": "id name scheme identifier uri",
    "url": "id label url organization_id service_id",
}
"""The same of 3.1, as its branch of development stood on 2024-10-10; nobody has approved it."""
VERSIONS: Final[Mapping[str, Mapping[str, str]]] = {"3.0": FILES, "3.1": DEVELOPMENT}
STATUS: Final = {
    "active": "active",
    "draft": "inactive",
    "suspended": "temporarily closed",
    "closed": "defunct",
}
TEXTS: Final = frozenset({
    "name", "alternate_name", "description", "fees_description", "eligibility_description", "transportation",
    "document", "option", "notes",
})  # fmt: skip
"""Free texts, from which the public edition takes out numbers that nobody verified."""
PUBLIC: Final = frozenset({"publico", None})
"""Purposes of numbers that the public may have."""
TAXONOMY: Final = "lnctp-service"
Row = dict[str, Any]


class Tables:
    """The rows of all files."""

    def __init__(self, protocol: Protocol, known: Catalogs, *, public: bool, version: str = "3.0") -> None:
        self.protocol, self.known, self.public = protocol, known, public
        self.later = version == "3.1"
        self.rows: dict[str, list[Row]] = {name: [] for name in VERSIONS[version]}
        if self.later:
            self.put("units", id=_id(TAXONOMY, "unit"), name="Lugar")
        self._terms()

    def put(self, file: str, **values: Any) -> None:
        """Adds a row; its id follows from its place where it has none of its own."""
        values.setdefault("id", _id(file, *map(str, values.values())))
        said = {name: value for name, value in values.items() if value is not None}
        for name in TEXTS & said.keys() if self.public else ():
            said[name] = free_text.without_numbers(str(said[name]), "[…]")
        self.rows[file].append(said)

    def label(self, catalog: str, code: Any) -> str:
        """A code in words."""
        row = self.protocol.catalogs[catalog].by_code.get(str(code))
        return row.label.es if row else str(code or "").removeprefix("~")

    def _terms(self) -> None:
        self.put(
            "taxonomies", id=_id(TAXONOMY), name=TAXONOMY, description="Servicios del directorio de la Línea"
        )
        for row in self.protocol.catalogs["service"].rows:
            self.put(
                "taxonomy_terms", id=_id(TAXONOMY, row.code), code=row.code, name=row.label.es,
                description=row.extra.get("hsds_attribute") or row.label.en, taxonomy_id=_id(TAXONOMY),
            )  # fmt: skip

    def add(self, gathered: Gathered) -> None:
        """One provider with all that hangs on it."""
        provider = gathered.provider
        if self.public and provider.get("status") != "active":
            return
        channels = [
            entry.row
            for entry in gathered.channels.current
            if not self.public or entry.row.get("purpose") in PUBLIC
        ]
        by_kind = {str(row.get("kind")): row.get("value") for row in reversed(channels)}
        self.put(
            "organizations", id=provider["id"], name=name_of(provider), alternate_name=provider.get("short_name"),
            description=provider.get("about") or self.label("provider_kind", provider.get("kind")) or name_of(provider),
            email=by_kind.get("email"), website=by_kind.get("web"), parent_organization_id=provider.get("parent_id"),
        )  # fmt: skip
        sites = [entry.row for entry in gathered.sites.current]
        for row in channels:
            if row.get("kind") in ("phone", "whatsapp", "fax"):
                self.put(
                    "phones", id=row["id"], organization_id=provider["id"], location_id=row.get("site_id"),
                    number=row.get("value"), extension=row.get("extension"),
                    type={"fax": "fax", "whatsapp": "text"}.get(str(row.get("kind")), "voice"),
                    description=self.label("channel_purpose", row.get("purpose")) or None,
                )  # fmt: skip
        for row in channels if self.later else ():
            if row.get("kind") == "web":
                self.put("url", id=row["id"], url=row.get("value"), organization_id=provider["id"])
        for site in sites:
            self._site(provider, site)
        for service in gathered.services:
            self._service(gathered, service, sites)

    def _site(self, provider: Mapping[str, Any], site: Mapping[str, Any]) -> None:
        told = None if site.get("address_secret") else site.get("address")
        whole = bool(told and site.get("municipality") and site.get("state") and site.get("postal_code"))
        self.put(
            "locations", id=site["id"], organization_id=provider["id"], name=site.get("name"),
            location_type="physical" if whole else "virtual", transportation=site.get("how_to_arrive"),
            description=None if whole else told,
        )  # fmt: skip
        if whole:
            self.put(
                "addresses", location_id=site["id"], address_1=site["address"], region=site.get("locality"),
                city=self.label("municipality", site["municipality"]),
                state_province=self.label("state", site.get("state")),
                postal_code=site["postal_code"], country=site.get("country") or "MX", address_type="physical",
            )  # fmt: skip
        for code in site.get("access") or ():
            self.put("accessibility", location_id=site["id"], description=self.label("accessibility", code))
        zone = site.get("time_zone") or self.known.zone(site.get("municipality"), site.get("state"))
        self._schedule(site.get("hours"), zone, site.get("closures"), location_id=site["id"])

    def _schedule(self, hours: str | None, zone: str | None, closures: Any, **where: str) -> None:
        """The zone's name and the hours as they are stand in `notes`, which is read back first."""
        if not hours:
            return
        notes = "; ".join(
            [f"tz={zone or ''}", f"opening_hours={hours}", *(f"closed={text}" for text in closures or ())]
        )
        common = {**where, "timezone": _offset(zone), "description": hours, "notes": notes}
        offset = _offset_text(zone)
        for span in hsds_schedules.spans(hours):
            self.put(
                "schedules", **common, freq="WEEKLY", wkst="MO", byday=span.byday,
                opens_at=hsds_schedules.time(span.opens, offset), closes_at=hsds_schedules.time(span.closes, offset),
            )  # fmt: skip
        if not hsds_schedules.spans(hours):
            self.put("schedules", **common)

    def _languages(self, service: Mapping[str, Any]) -> list[str]:
        return [self.label("language", code) for code in service.get("languages") or ()]

    def _service(
        self, gathered: Gathered, service: Mapping[str, Any], sites: Iterable[Mapping[str, Any]]
    ) -> None:
        provider, id_ = gathered.provider, service["id"]
        refers = None if self.public else provider.get("how_to_refer")
        refuses = (
            [] if self.public else [self.label("population", code) for code in service.get("refuses") or ()]
        )
        takes = [self.label("population", code) for code in service.get("accepts") or ()]
        takes += [self.label("sex", code) for code in service.get("sexes") or ()]
        verified = index.verified_at(gathered)
        self.put(
            "services", id=id_, organization_id=provider["id"],
            status=STATUS.get(str(provider.get("status")), "inactive"),
            name=service.get("name") or self.label("service", service.get("kind")), application_process=refers,
            interpretation_services=", ".join(self._languages(service)) or None, fees_description=service.get("cost"),
            wait_time=f"{provider['wait_hours']} h" if provider.get("wait_hours") else None,
            eligibility_description="; ".join([*takes, *(f"no: {text}" for text in refuses)]) or None,
            minimum_age=service.get("age_min"), maximum_age=service.get("age_max"),
            assured_date=verified[:10] if verified else None,
            alert=None if verified else "Sin verificar por una segunda persona",
            last_modified=_last_modified(service),
        )  # fmt: skip
        if self.later and service.get("capacity_free") is not None and service.get("capacity_at"):
            self.put(
                "service_capacity", service_id=id_, unit_id=_id(TAXONOMY, "unit"), available=service["capacity_free"],
                maximum=service.get("capacity_total"), updated=service["capacity_at"],
            )  # fmt: skip
        for site in sites:
            if service.get("site_id") in (None, site["id"], site.get("replaces_id")):
                self.put("service_at_location", service_id=id_, location_id=site["id"])
        self._of_service(id_, service)

    def _of_service(self, id_: str, service: Mapping[str, Any]) -> None:
        """The rows of the tables that only belong to a service."""
        for code in service.get("covers") or ():
            catalog = "municipality" if code.isdigit() else "state" if "-" in code else "country"
            self.put(
                "service_areas", service_id=id_, name=self.label(catalog, code), extent_type="text", uri=code
            )
        for code in service.get("languages") or ():
            row = self.protocol.catalogs["language"].by_code.get(code)
            iso = (row.extra.get("iso639", "") if row else "").partition(";")[0]
            self.put("languages", service_id=id_, name=self.label("language", code), code=iso)
        if service.get("requirements"):
            self.put("required_documents", service_id=id_, document=service["requirements"])
        if service.get("cost"):
            self.put("cost_options", service_id=id_, option=service["cost"])
        self._schedule(service.get("hours"), None, None, service_id=id_)
        self.put(
            "attributes", link_id=id_, taxonomy_term_id=_id(TAXONOMY, str(service.get("kind"))), link_entity="service",
            value=str(service.get("kind") or ""),
        )  # fmt: skip


def _id(*parts: str) -> str:
    from uuid import uuid5

    return str(uuid5(NAMESPACE, "\n".join(parts)))


def _last_modified(row: Mapping[str, Any]) -> str | None:
    """The day of the newest change that still says something of a row: its id begins with its milliseconds."""
    from datetime import UTC, datetime

    heads = [int(id_.replace("-", "")[:12], 16) for id_ in row.get("heads") or ()]
    return datetime.fromtimestamp(max(heads) / 1000, UTC).date().isoformat() if heads else None


def _offset_text(zone: str | None) -> str:
    """`-06:00`, the zone's offset in winter; nothing for a zone that is not known."""
    from datetime import datetime

    return datetime(2026, 1, 15, tzinfo=ZoneInfo(zone)).isoformat()[-6:] if zone else ""


def _offset(zone: str | None) -> str | None:
    """The zone's offset in winter: a number, as 3.0 wants it; the zone itself stands in the notes."""
    from datetime import datetime

    if not zone:
        return None
    away = datetime(2026, 1, 15, tzinfo=ZoneInfo(zone)).utcoffset()
    return str(round(away.total_seconds() / 3600)) if away is not None else None


def tables(
    store: Store, protocol: Protocol, *, public: bool = False, version: str = "3.0"
) -> Mapping[str, Sequence[Row]]:
    """The rows of all files, those that are records here."""
    with store.read() as connection:
        made = Tables(protocol, index.catalogs(connection), public=public, version=version)
        for gathered in index.everything(connection):
            if gathered.provider.get("status") != "merged":
                made.add(gathered)
    return made.rows


def write(store: Store, protocol: Protocol, path: Path, *, public: bool = False, version: str = "3.0") -> int:
    """Writes the ZIP, for its owner's eyes; how many providers it holds.

    Raises as `handing_out.named`; what is public may lie anywhere: FileExistsError.
    """
    place = path if public else handing_out.named(path)
    content = io.BytesIO()
    rows = tables(store, protocol, public=public, version=version)
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, columns in VERSIONS[version].items():
            archive.writestr(
                zipfile.ZipInfo(f"{name}.csv", (1980, 1, 1, 0, 0, 0)), _csv(columns.split(), rows[name])
            )
    paths.write_new(place, content.getvalue())
    return len(rows["organizations"])


def _csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _safe(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _safe(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    return spreadsheet.quoted(value) if isinstance(value, str) else value
