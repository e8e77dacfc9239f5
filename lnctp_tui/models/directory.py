"""The directory: who helps, where, with what, by which number, and who last tried it."""

from sqlalchemy import JSON
from sqlmodel import Field

from lnctp_tui.models.base import Synced, instant, text


def listed() -> list[str] | None:
    """A column of texts."""
    found: list[str] | None = Field(default=None, sa_type=JSON)
    return found


class Provider(Synced, table=True):
    """An institution or organisation."""

    __tablename__ = "providers"

    source: str | None = None
    source_id: str | None = None
    founded_on: list[str] | None = listed()
    """Keys of the numbers and addresses that it was entered with (domain.directory.trust)."""
    drafted_by: str | None = Field(default=None, max_length=36)
    name: str | None = None
    short_name: str | None = None
    parent_id: str | None = Field(default=None, max_length=36)
    kind: str | None = None
    level: str | None = None
    organisation: str | None = None
    status: str | None = None
    merged_into: str | None = Field(default=None, max_length=36)
    about: str | None = text()
    how_to_refer: str | None = text()
    accepts_warm_transfer: str | None = None
    accepts_anonymous: str | None = None
    wait_hours: int | None = None
    """Within which an answer is expected."""
    curator_id: str | None = Field(default=None, max_length=36)


class ProviderSite(Synced, table=True):
    """A place of a provider. Another address is another row."""

    __tablename__ = "provider_sites"

    provider_id: str | None = Field(default=None, index=True, max_length=36)
    replaces_id: str | None = Field(default=None, max_length=36)
    country: str | None = None
    state: str | None = None
    municipality: str | None = None
    locality: str | None = None
    address: str | None = text()
    postal_code: str | None = None
    address_secret: bool | None = None
    how_to_arrive: str | None = text()
    drafted_by: str | None = Field(default=None, max_length=36)
    proposed_by: str | None = Field(default=None, max_length=36)
    name: str | None = None
    time_zone: str | None = None
    hours: str | None = None
    """In the grammar of OpenStreetMap's `opening_hours`."""
    closures: list[str] | None = listed()
    """`2026-12-21/2027-01-06 vacaciones`."""
    access: list[str] | None = listed()


class ProviderService(Synced, table=True):
    """What a provider offers, to whom and where."""

    __tablename__ = "provider_services"
    __table_args__ = (instant("capacity_at"),)

    provider_id: str | None = Field(default=None, index=True, max_length=36)
    source_id: str | None = None
    drafted_by: str | None = Field(default=None, max_length=36)
    site_id: str | None = Field(default=None, max_length=36)
    kind: str | None = None
    name: str | None = None
    modality: str | None = None
    age_min: int | None = None
    age_max: int | None = None
    sexes: list[str] | None = listed()
    accepts: list[str] | None = listed()
    refuses: list[str] | None = listed()
    languages: list[str] | None = listed()
    children_along: str | None = None
    children_age_max: int | None = None
    covers: list[str] | None = listed()
    """`MX`, `MX-PUE`, `21114`."""
    requirements: str | None = text()
    cost: str | None = None
    hours: str | None = None
    """Else the site's."""
    capacity_total: int | None = None
    capacity_free: int | None = None
    capacity_at: str | None = None


class ProviderChannel(Synced, table=True):
    """A number or address on the line. Another one is another row."""

    __tablename__ = "provider_channels"

    provider_id: str | None = Field(default=None, index=True, max_length=36)
    site_id: str | None = Field(default=None, max_length=36)
    replaces_id: str | None = Field(default=None, max_length=36)
    kind: str | None = None
    value: str | None = None
    extension: str | None = None
    drafted_by: str | None = Field(default=None, max_length=36)
    proposed_by: str | None = Field(default=None, max_length=36)
    purpose: str | None = None
    hours: str | None = None
    ask_for: str | None = None


class ProviderCheck(Synced, table=True):
    """What somebody found who tried a provider, or a number of it. Only added."""

    __tablename__ = "provider_checks"
    __table_args__ = (instant("at"),)

    provider_id: str | None = Field(default=None, index=True, max_length=36)
    about_id: str | None = Field(default=None, max_length=36)
    """A channel, site or service of the provider; empty: the provider as a whole."""
    kind: str | None = None
    at: str | None = None
    by_id: str | None = Field(default=None, max_length=36)
    told_by: str | None = None
    """Who answered."""
    note: str | None = text()


class ProviderPrivate(Synced, table=True):
    """What only supervisors know of a provider: the address of a refuge, a concern."""

    __tablename__ = "provider_private"

    provider_id: str | None = Field(default=None, index=True, max_length=36)
    site_id: str | None = Field(default=None, max_length=36)
    address: str | None = text()
    concern: str | None = None
    concern_text: str | None = text()
