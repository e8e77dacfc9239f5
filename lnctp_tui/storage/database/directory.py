"""The directory as it is searched and ranked: derived from its records, made anew at any time, never synchronised.

A provider's row and its offers hold what holds (domain.directory.trust): a proposed number or address is in neither.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from lnctp_tui.domain.directory import fresh, masks, trust
from lnctp_tui.domain.directory.eligible import Offer
from lnctp_tui.domain.directory.trust import Believed
from lnctp_tui.domain.values.text import fold
from lnctp_tui.storage.database import link_keys, sound, state
from lnctp_tui.storage.replication.persons import persons

MANY = 500
SETTINGS = "directory_catalogs"
VERSION = 3
OF = ("provider_sites", "provider_services", "provider_channels", "provider_checks")
FIELDS = Offer._fields

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS search_directory_rows (rowid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "
    "name TEXT NOT NULL, sort TEXT NOT NULL, kind TEXT, status TEXT, place TEXT, dial TEXT, "
    "count INTEGER NOT NULL)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_directory USING fts5(names, services, places, content='', "
    "contentless_delete=1, tokenize='unicode61 remove_diacritics 2', prefix='2 3', detail=column)",
    f"CREATE TABLE IF NOT EXISTS search_fit ({', '.join(FIELDS)})",
    "CREATE INDEX IF NOT EXISTS search_fit_provider ON search_fit (provider_id)",
    "CREATE TABLE IF NOT EXISTS search_directory_count (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)",
    "INSERT OR IGNORE INTO search_directory_count VALUES (1, 0)",
)
WRITTEN = "UPDATE search_directory_count SET n = n + 1"
"""Says to readers that something of the index is another."""
ENTRY = "id, name, kind, status, place, dial"


@dataclass(frozen=True)
class Catalogs:
    """What of the protocol the index needs, as JSON in the store."""

    needs: Sequence[str]
    sexes: Sequence[str]
    populations: Sequence[str]
    services: Mapping[str, Mapping[str, str]]
    """Code → need, verify_days, label."""
    kinds: Mapping[str, Mapping[str, str]]
    """Code → authority, label."""
    zones: Mapping[str, str]
    """Municipality or state → time zone."""
    hotlines: Sequence[Mapping[str, Any]]
    """National lines as providers with their numbers: `{"provider", "channels", "service"}`."""

    def zone(self, municipality: str | None, state_code: str | None) -> str | None:
        """The time zone of a place, None where a state has several."""
        return self.zones.get(municipality or "") or self.zones.get(state_code or "")


class Gathered(NamedTuple):
    """All that is known of one provider."""

    provider: Mapping[str, Any]
    sites: Believed
    channels: Believed
    services: tuple[Mapping[str, Any], ...]
    drafts: tuple[Mapping[str, Any], ...]
    """Services that a counselor added and nobody else verified."""
    checks: tuple[Mapping[str, Any], ...]


class Entry(NamedTuple):
    """A provider as the list shows it."""

    id: str
    name: str
    kind: str | None
    status: str | None
    place: str | None
    dial: str | None = None
    """Id of the number to call."""


def create(connection: Connection) -> None:
    """Make the tables of the index if they are not there."""
    for statement in SCHEMA:
        connection.exec_driver_sql(statement)


def rebuild(connection: Connection, catalogs: Mapping[str, Any]) -> None:
    """Throw the index away and mark everything to be read again."""
    for name in ("search_directory", "search_directory_rows", "search_fit"):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    create(connection)
    connection.exec_driver_sql(WRITTEN)
    state.put(connection, SETTINGS, dict(catalogs))
    state.mark_stale(connection, [state.ALL_DIRECTORY])


def catalogs(connection: Connection) -> Catalogs:
    """What `rebuild` was told."""
    kept = state.get(connection, SETTINGS)
    return Catalogs(**(kept or {"needs": [], "sexes": [], "populations": [], "services": {}, "kinds": {}, "zones": {},
                                "hotlines": []}))  # fmt: skip


def refresh(connection: Connection, stale: Iterable[str]) -> None:
    """Read again the providers of these stale rows, all of them for state.ALL_DIRECTORY."""
    named = [id_.removeprefix(state.DIRECTORY) for id_ in stale if id_.startswith(state.DIRECTORY)]
    if not named:
        return
    if "*" in named:  # a few at a time, each in its turn: people's saves go first
        lines = {line["provider"]["id"] for line in catalogs(connection).hotlines}
        ids = connection.exec_driver_sql("SELECT id FROM providers").scalars()
        state.mark_stale(connection, [state.DIRECTORY + id_ for id_ in (*lines, *ids)])
    index(connection, _owners(connection, named))


def _owners(connection: Connection, rows: Sequence[str]) -> list[str]:
    listed = json.dumps(rows)
    owned = " UNION ".join(
        f"SELECT provider_id FROM {table} WHERE id IN (SELECT value FROM json_each(:ids))" for table in OF
    )
    found = connection.exec_driver_sql(f"SELECT value FROM json_each(:ids) UNION {owned}", {"ids": listed})
    return [id_ for id_ in found.scalars() if isinstance(id_, str)]


def gather(
    connection: Connection,
    ids: Sequence[str],
    known: Catalogs | None = None,
    person: trust.Person | None = None,
) -> list[Gathered]:
    """These providers with all that belongs to them, as far as they are there, in no order."""
    known, person = known or catalogs(connection), person or persons(connection)
    providers = {row["id"]: row for row in _stored(connection, "providers", "id", ids)}
    rows: dict[str, dict[str, list[Mapping[str, Any]]]] = {id_: {table: [] for table in OF} for id_ in ids}
    for table in OF:
        for row in _stored(connection, table, "provider_id", ids):
            rows[row["provider_id"]][table].append(row)
    for line in known.hotlines:
        provider = line["provider"]
        if provider["id"] in rows:
            providers[provider["id"]] = provider
            rows[provider["id"]]["provider_channels"] = list(line["channels"])
            rows[provider["id"]]["provider_services"] = [line["service"]]
    return [_gathered(provider, rows[id_], person) for id_, provider in providers.items()]


def _stored(connection: Connection, name: str, column: str, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    table = SQLModel.metadata.tables[name]
    query = select(table).where(table.c[column].in_(ids), table.c.erased_at.is_(None))
    return (sound.row(name, row) for row in connection.execute(query).mappings())


def everything(connection: Connection) -> Iterator[Gathered]:
    """All providers that are records, a few hundred at once."""
    ids = (
        connection.exec_driver_sql("SELECT id FROM providers WHERE erased_at IS NULL ORDER BY id")
        .scalars()
        .all()
    )
    known, person = catalogs(connection), persons(connection)
    for start in range(0, len(ids), MANY):
        yield from gather(connection, ids[start : start + MANY], known, person)


def _gathered(
    provider: Mapping[str, Any], rows: Mapping[str, Sequence[Mapping[str, Any]]], person: trust.Person
) -> Gathered:
    sites, services, channels, checks = (rows[table] for table in OF)
    drafts = [service for service in services if trust.is_draft(provider, service, checks, person)]
    return Gathered(
        provider,
        trust.believed("provider_sites", provider, sites, checks, person),
        trust.believed("provider_channels", provider, channels, checks, person),
        tuple(service for service in services if service not in drafts),
        tuple(drafts),
        tuple(checks),
    )


def verified_at(gathered: Gathered) -> str | None:
    """When a number or address of a provider was last verified by a second person."""
    stated = (*gathered.channels.current, *gathered.sites.current)
    return max((entry.verified_at for entry in stated if entry.verified_at), default=None)


def index(connection: Connection, ids: Sequence[str]) -> None:
    """Write the rows of these providers anew."""
    known, person = catalogs(connection), persons(connection)
    connection.exec_driver_sql(WRITTEN)
    listed = (json.dumps(list(ids)),)
    among = "(SELECT value FROM json_each(?))"
    old = f"SELECT rowid FROM search_directory_rows WHERE id IN {among}"
    connection.exec_driver_sql(f"DELETE FROM search_directory WHERE rowid IN ({old})", listed)
    connection.exec_driver_sql(f"DELETE FROM search_directory_rows WHERE id IN {among}", listed)
    connection.exec_driver_sql(f"DELETE FROM search_fit WHERE provider_id IN {among}", listed)
    names: dict[str, str] = dict(connection.exec_driver_sql("SELECT code, name FROM search_names").all())
    link_keys.forget(connection, ids)
    for gathered in gather(connection, ids, known, person):
        link_keys.publish(connection, gathered.provider["id"], _telephones(gathered))
        if gathered.provider.get("status") != "merged":
            _write(connection, gathered, known, names, person)


def _telephones(gathered: Gathered) -> list[str]:
    """The numbers that are certainly a provider's: a counselor's own draft hides no number from whom it links."""
    drafted = bool(gathered.provider.get("drafted_by"))
    return [
        str(entry.row.get("value") or "")
        for entry in gathered.channels.current
        if entry.row.get("kind") in trust.DIALLED and (entry.standing == "verified" or not drafted)
    ]


def _write(
    connection: Connection,
    gathered: Gathered,
    known: Catalogs,
    names: Mapping[str, str],
    person: trust.Person,
) -> None:
    provider = gathered.provider
    name = str(provider.get("name") or provider.get("short_name") or "")
    sites = [entry.row for entry in gathered.sites.current]
    places = [str(site[column]) for site in sites for column in ("municipality", "state") if site.get(column)]
    covered = [str(code) for service in gathered.services for code in service.get("covers") or ()]
    row = (
        provider["id"],
        name,
        fold(name),
        provider.get("kind"),
        provider.get("status"),
        places[0] if places else None,
        stated.row["id"] if (stated := trust.to_dial(gathered.channels)) else None,
    )
    rowid = connection.exec_driver_sql(
        "INSERT INTO search_directory_rows (id, name, sort, kind, status, place, dial, count) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT n FROM search_directory_count))",
        row,
    ).lastrowid
    services = [_label(known.services, service.get("kind")) for service in gathered.services]
    services += [str(service.get("name") or "") for service in gathered.services]
    connection.exec_driver_sql(
        "INSERT INTO search_directory (rowid, names, services, places) VALUES (?, ?, ?, ?)",
        (
            rowid, f"{name} {provider.get('short_name') or ''}",
            " ".join([*services, _label(known.kinds, provider.get("kind"))]),
            " ".join([*(names.get(code, "") for code in (*places, *covered)),
                      *(str(site.get("locality") or "") for site in sites)]),
        ),
    )  # fmt: skip
    marks = ", ".join("?" * len(FIELDS))
    offers = [tuple(offer) for offer in offers_of(gathered, known, person)]
    if offers:
        connection.exec_driver_sql(f"INSERT INTO search_fit ({', '.join(FIELDS)}) VALUES ({marks})", offers)


def _label(rows: Mapping[str, Mapping[str, str]], code: Any) -> str:
    return rows.get(str(code), {}).get("label", str(code or "").lstrip("~"))


def offers_of(gathered: Gathered, known: Catalogs, person: trust.Person) -> list[Offer]:
    """Each service at each of its sites."""
    verified = verified_at(gathered)
    days = {code: int(row["verify_days"]) for code, row in known.services.items()}
    kinds = [str(service.get("kind")) for service in gathered.services]
    common: dict[str, Any] = {
        "verified_at": verified,
        "doubted": fresh.is_doubted(gathered.checks, verified, person),
        "verify_days": fresh.verify_days(kinds, days),
    }
    make = _maker(gathered.provider, known, common)
    return [
        make(service, site) for service in gathered.services for site in _sites_of(service, gathered.sites)
    ]


def _sites_of(service: Mapping[str, Any], sites: Believed) -> list[Mapping[str, Any]]:
    """Where a service is: its site, or the one that stands in its place; without one, every site."""
    current = [entry.row for entry in sites.current]
    named = service.get("site_id")
    if named:
        mine = [site for site in current if named in (site["id"], site.get("replaces_id"))]
        return mine[:1] or [{}]
    return current or [{}]


def _maker(
    provider: Mapping[str, Any], known: Catalogs, common: Mapping[str, Any]
) -> Callable[[Mapping[str, Any], Mapping[str, Any]], Offer]:
    def make(service: Mapping[str, Any], site: Mapping[str, Any]) -> Offer:
        need = known.services.get(str(service.get("kind")), {}).get("need", "")
        return Offer(
            provider_id=provider["id"],
            service_id=service["id"],
            site_id=site.get("id"),
            kind=str(service.get("kind") or ""),
            needs=masks.mask([need], known.needs) or 0,
            status=str(provider.get("status") or ""),
            authority=bool(known.kinds.get(str(provider.get("kind")), {}).get("authority")),
            sexes=masks.mask(service.get("sexes"), known.sexes),
            refuses=masks.mask(service.get("refuses"), known.populations),
            languages=_between_blanks(service.get("languages")),
            covers=_between_blanks(service.get("covers")),
            municipality=site.get("municipality"),
            locality=fold(str(site["locality"])) if site.get("locality") else None,
            hours=service.get("hours") or site.get("hours"),
            zone=site.get("time_zone")
            or known.zone(site.get("municipality"), site.get("state"))
            or provider.get("zone"),
            closures="\n".join(map(str, site.get("closures") or ())) or None,
            country=site.get("country"),
            **same(service),
            **common,
        )

    return make


SAME = (
    "modality",
    "age_min",
    "age_max",
    "children_along",
    "children_age_max",
    "capacity_free",
    "capacity_at",
)


def same(service: Mapping[str, Any]) -> dict[str, Any]:
    """What of a service stands in its offers as it is."""
    return {name: service.get(name) for name in SAME}


def _between_blanks(codes: Any) -> str | None:
    return f" {' '.join(map(str, codes))} " if isinstance(codes, list) and codes else None
