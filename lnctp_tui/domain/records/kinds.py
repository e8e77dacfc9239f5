"""Record kinds, each declared once: its columns, what they take, where it stands, who may write it.

A declaration says nothing that has words for people (i18n.of_records) and nothing of a database (models, migrations).
What the rest of the program must know of a kind is derived from it; a test holds that models/ has the same columns.
Reasons: docs/decisions/023-record-kinds-declared-once.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, Literal

from lnctp_tui.domain.values.ages import OLDEST

Type = Literal[
    "text", "long", "code", "id", "instant", "date", "day", "bool", "whole", "number", "list", "folio", "zone",
    "object", "period",
]  # fmt: skip
"""`long`: what is told, without a practical limit. `day`: a date or an instant. `list`: of texts. `period`: when, as
somebody told it: a date, or words."""
Scope = Literal["case", "everybody", "own"]
"""Who sees a record: who holds its case, everybody on the Line, or who wrote it and supervisors."""
Writers = Literal["anyone", "self", "self_or_admin", "supervisor", "curator", "reporter"]
"""Who may write a record of everybody's; of a case's, `anyone` who holds the case. Beside a `curator`, who leads, a
counselor adds drafts and says what is `reported`; a `reporter` only adds."""

Searched = Literal["names", "body"]
"""Names are also found as they sound."""


@dataclass(frozen=True)
class Column:
    """One column of a kind. A name means one thing in all kinds: its type is the same wherever it stands."""

    name: str
    type: Type = "text"
    catalog: str | None = None
    """Of a code."""
    strict: bool = False
    """A code of the catalog or nothing; else also free text after `~`."""
    reference: str | None = None
    """Of an id: the table of the record it names."""
    elsewhere: bool = False
    """The record it names need not be on this laptop."""
    between: tuple[int, int] | None = None
    """Of a number: the least and the most."""
    birth: bool = False
    """A date that is not after the day on which it is written."""
    coming: bool = False
    """A date that may be still to come."""
    standing: bool = False
    """Once said it is never empty."""
    own: tuple[Any, ...] | None = None
    """The only values that people may write of themselves; the office writes the rest."""
    signature: bool = False
    """Of an id: whoever writes it names themselves, so that the seal of the change is that person's signature."""
    of: str | None = None
    """Of a signature: the column that names whoever is to sign."""
    asked: bool = False
    """A field of the protocol may fill it."""
    searched: Searched | None = None
    """Where the search looks for it; of a state or municipality, for its name."""
    hidden: bool = False
    """The program's own: no screen or command shows it."""
    reported: bool = False
    """What whoever only adds may say of a record that is there."""


@dataclass(frozen=True)
class Kind:
    """One kind of record: a table, a member of the case document, rows of the server."""

    table: str
    singular: str
    """What a field of the protocol is `on`, and an import names it by."""
    columns: tuple[Column, ...]
    scope: Scope = "case"
    writers: Writers = "anyone"
    answers: bool = False
    """Whether it has answers besides its columns."""
    repeatable: bool = False
    """A form turns through several of them."""
    listed: bool = False
    """A stage of the protocol may show all of them as rows."""
    shorthands: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Field codes that are no column, each with the columns that it fills."""
    bound: tuple[str, ...] = ()
    """Columns that the row's id is made of: under one id they never say anything else (domain.records.bound)."""
    within: str = ""
    """Of a kind of scope `own`: the column naming the record whose scope a row is in; empty there: its own."""
    shown_to: str = ""
    """Of a kind of scope `own`: the column naming somebody who sees a new row besides."""
    names_people: bool = False
    """Of a kind of everybody's: a row names somebody outside, and an order to erase may name the row alone."""

    @property
    def signatures(self) -> tuple[Column, ...]:
        """The columns in which people sign for the others."""
        return tuple(column for column in self.columns if column.signature and column.of)

    @property
    def content(self) -> tuple[str, ...]:
        """What a signature is under: all that people may write besides."""
        return tuple(column.name for column in self.columns if not (column.signature or column.hidden))

    @property
    def on_case(self) -> bool:
        """Whether its rows name the case they belong to."""
        return self.scope == "case" and self.table != "cases"

    def all_columns(self) -> tuple[Column, ...]:
        """Its own columns and those of every row of such a kind."""
        case_id = (Column("case_id", "id", reference="cases", hidden=True),) if self.on_case else ()
        answers = (Column("answers", "object", hidden=True),) if self.answers else ()
        return (*OF_EVERY_ROW, *case_id, *self.columns, *answers)


def text(name: str) -> Column:
    """A short text."""
    return Column(name)


def long(name: str) -> Column:
    """What somebody told."""
    return Column(name, "long")


def code(name: str, catalog: str) -> Column:
    """A code of a catalog, or free text after `~`."""
    return Column(name, "code", catalog)


def strict(name: str, catalog: str, **more: Any) -> Column:
    """A code that the program itself reads: of the catalog, or nothing."""
    return Column(name, "code", catalog, strict=True, **more)


def inside(name: str, table: str) -> Column:
    """The id of a record that is in the document or in the store."""
    return Column(name, "id", reference=table)


def elsewhere(name: str, table: str, **more: Any) -> Column:
    """The id of a record that need not be on this laptop."""
    return Column(name, "id", reference=table, elsewhere=True, **more)


def signature(name: str, of: str | None = None) -> Column:
    """The id of the person who signs, which nobody else writes and nobody empties; `of` names who is to, if any."""
    return elsewhere(name, "counselors", signature=True, standing=True, of=of)


def drafted_by() -> Column:
    """The id of the counselor whose draft a row is; empty in what those write who keep the directory."""
    return elsewhere("drafted_by", "counselors", signature=True)


def instant(name: str) -> Column:
    """An instant with its offset."""
    return Column(name, "instant")


def coming(name: str) -> Column:
    """A date that may be still to come."""
    return Column(name, "date", coming=True)


def asked(*columns: Column) -> tuple[Column, ...]:
    """These columns, which a field of the protocol may fill."""
    return tuple(replace(column, asked=True) for column in columns)


def searched(*columns: Column, among: Searched = "body") -> tuple[Column, ...]:
    """These columns, whose words the search finds."""
    return tuple(replace(column, searched=among) for column in columns)


OF_EVERY_ROW: Final = (
    Column("id", "id", hidden=True),
    Column("heads", "object", hidden=True),
    Column("extra", "object", hidden=True),
    Column("created_at", "instant", hidden=True),
    Column("created_by", "id", reference="counselors", elsewhere=True, hidden=True),
    Column("erased_at", "instant", hidden=True),
)
"""Columns of every synchronised row that the program itself writes."""

CASE = Kind("cases", "case", answers=True, columns=(
    Column("folio", "folio"), instant("opened_at"), instant("closed_at"), elsewhere("merged_into", "cases"),
    elsewhere("class_confirmed_by", "counselors"), elsewhere("owner_id", "counselors"), text("team"),
    text("protocol_version"), text("callback_hours"), Column("callback_zone", "zone"),
    instant("reopened_at"), long("supervisor_remarks"),
    *asked(
        strict("status", "case_status"), code("close_reason", "close_reason"),
        strict("report_class", "report_class"), strict("triage", "triage"), strict("anonymity", "anonymity"),
        strict("consent_store", "answer"), strict("consent_share", "answer"), strict("callback_allowed", "answer"),
        code("callback_channel", "channel"), inside("callback_identifier_id", "identifiers"),
        long("callback_window"), long("callback_say"), strict("callback_message", "answer"),
        *searched(text("code_word"), long("summary")),
    ),
))  # fmt: skip
CONTACT = Kind("contacts", "contact", answers=True, columns=(
    instant("started_at"), instant("ended_at"), elsewhere("counselor_id", "counselors"),
    elsewhere("task_id", "tasks"), elsewhere("referral_id", "referrals"), strict("party", "party"),
    code("result", "attempt_result"),
    *asked(
        code("channel", "channel"), strict("direction", "direction"), strict("kind", "kind"),
        Column("dropped", "bool"), code("reporter_type", "reporter_type"),
        inside("reporter_person_id", "people"), code("country", "country"), code("state", "state"),
        code("municipality", "municipality"), code("language", "language"), Column("interpreter", "bool"),
        *searched(long("narrative")), long("outcome"), strict("certificate_consent", "answer"),
        text("certificate_number"),
    ),
    elsewhere("certificate_id", "certificates"),
))  # fmt: skip
PERSON = Kind(
    "people", "person", answers=True, repeatable=True,
    shorthands=(("age", ("age_min", "age_max", "age_estimated")),),
    columns=asked(
        strict("role", "person_role", standing=True), Column("headcount", "whole", between=(1, 10**6)),
        *searched(text("name"), among="names"), Column("age_min", "whole", between=(0, OLDEST)),
        Column("age_max", "whole", between=(0, OLDEST)), Column("age_estimated", "bool"),
        Column("birth_date", "date", birth=True), code("sex", "sex"), code("gender", "gender"),
        code("nationality", "country"), code("origin_state", "state"),
        code("origin_municipality", "municipality"), code("migration_status", "migration_status"),
        code("education", "education"), strict("relation_to_trafficker", "relation"),
        code("trafficker_role", "trafficker_role"), code("network_level", "network_level"),
        strict("consented", "answer"),
    ),
)  # fmt: skip
PLACE = Kind("places", "place", repeatable=True, listed=True, columns=asked(
    inside("person_id", "people"), strict("role", "place_role"), code("country", "country"),
    *searched(
        code("state", "state"), code("municipality", "municipality"), text("locality"), long("address"),
        long("note"),
    ),
    code("venue", "venue"),
))  # fmt: skip
IDENTIFIER = Kind("identifiers", "identifier", repeatable=True, listed=True, columns=(
    *asked(
        inside("person_id", "people"), strict("kind", "identifier_kind"), code("platform", "platform"),
        text("value"),
    ),
    Column("normalised", hidden=True),
))  # fmt: skip
MONEY = Kind("money", "money", repeatable=True, listed=True, columns=asked(
    inside("person_id", "people"), code("flag", "flag"), code("instrument", "instrument"), text("institution"),
    long("way"), Column("time", "period"), text("place"), Column("amount", "number", between=(0, 10**15)),
    code("currency", "currency"), Column("amount_estimated", "bool"), strict("known_by", "known_by"),
    strict("share_consent", "answer"),
))  # fmt: skip
NOTE = Kind("notes", "note", (
    elsewhere("author_id", "counselors"), instant("written_at"), *searched(long("text")),
))  # fmt: skip
REFERRAL = Kind("referrals", "referral", answers=True, columns=(
    inside("person_id", "people"), elsewhere("provider_id", "providers"), text("provider_name"),
    elsewhere("service_id", "provider_services"), elsewhere("channel_id", "provider_channels"), text("reference"),
    code("reason", "referral_reason"), strict("basis", "referral_basis"), long("override_reason"),
    strict("consent", "answer"), inside("consent_by", "people"), inside("consent_contact_id", "contacts"),
    long("summary_for"), code("channel", "channel"), instant("sent_at"), instant("expected_by"),
    strict("status", "referral_status"), instant("status_at"), code("refusal_reason", "refusal_reason"),
    instant("accepted_at"), strict("arrived", "answer"), strict("need_met", "answer"), long("outcome"),
))  # fmt: skip
REFERRAL_DELIVERY = Kind(
    "referral_deliveries", "referral_delivery", writers="reporter",
    bound=("case_id", "referral_id", "at", "by_id", "format", "to_whom", "data", "sha256"),
    columns=(
        elsewhere("referral_id", "referrals"), instant("at"), signature("by_id"), strict("format", "delivery_format"),
        text("to_whom"), Column("data", "list"), text("sha256"),
    ),
)  # fmt: skip
SUPPORT = Kind("supports", "support", (
    inside("person_id", "people"), code("kind", "support_type"), strict("modality", "support_modality"),
    Column("on", "date"), Column("minutes", "whole", between=(0, 10**6)),
    elsewhere("counselor_id", "counselors"), long("note"), elsewhere("file_id", "files"),
    elsewhere("referral_id", "referrals"), elsewhere("contact_id", "contacts"),
))  # fmt: skip
FILE = Kind("files", "file", (
    *searched(text("number")), text("authority"), code("entity", "state"), Column("opened_on", "date"),
    code("stage", "file_stage"), Column("stage_on", "date"), long("note"), Column("number_key", hidden=True),
    Column("victim_ids", "list"),
))  # fmt: skip
FILE_STAGE = Kind(
    "file_stages", "file_stage", writers="reporter",
    bound=("case_id", "file_id", "stage", "on", "authority", "accompanied", "counselor_id", "verdict", "note"),
    columns=(
        elsewhere("file_id", "files"), code("stage", "file_stage"), Column("on", "date"), text("authority"),
        strict("accompanied", "accompaniment"), elsewhere("counselor_id", "counselors"), strict("verdict", "verdict"),
        long("note"),
    ),
)  # fmt: skip
TASK = Kind("tasks", "task", (
    strict("kind", "task_kind"), instant("due_from"), instant("due_to"), code("channel", "channel"), long("say"),
    elsewhere("assignee_id", "counselors"), strict("status", "task_status"), instant("done_at"), long("outcome"),
    elsewhere("referral_id", "referrals"), elsewhere("parent_id", "tasks"),
    Column("attempt", "whole", between=(1, 1000)), Column("zone", "zone"), strict("priority", "triage"),
    code("plan", "follow_plan"),
))  # fmt: skip
HANDOVER = Kind("handovers", "handover", (
    elsewhere("leaving_id", "counselors"), elsewhere("taking_id", "counselors"), instant("handed_at"),
    *searched(long("note")), signature("left_by", of="leaving_id"),
    signature("taken_by", of="taking_id"),
))  # fmt: skip
EXCLUSION = Kind("exclusions", "exclusion", (
    elsewhere("provider_id", "providers"), elsewhere("site_id", "provider_sites"), code("reason", "exclusion"),
    long("note"),
))  # fmt: skip
LINK = Kind("links", "link", bound=("case_id", "other_id"), columns=(
    elsewhere("other_id", "cases"), signature("by_id"), strict("state", "link_state"), Column("evidence", "list"),
    long("remark"),
))  # fmt: skip
"""Half of a link: who holds one of the two cases writes its half, under an id made of both."""
COUNSELOR = Kind("counselors", "counselor", scope="everybody", writers="self_or_admin", columns=(
    text("name"), Column("role", own=("counselor", None)), Column("team", own=(None,)), Column("time_zone", "zone"),
))  # fmt: skip
DEVICE = Kind("devices", "device", scope="everybody", writers="self", columns=(
    elsewhere("counselor_id", "counselors"), text("public_key"), text("folio_prefix"),
    Column("state", own=("active", None)),
))  # fmt: skip
PROVIDER = Kind(
    "providers", "provider", scope="everybody", writers="curator",
    bound=("source", "source_id", "founded_on", "drafted_by"),
    columns=(
        text("source"), text("source_id"), Column("founded_on", "list"), drafted_by(), text("name"), text("short_name"),
        elsewhere("parent_id", "providers"), code("kind", "provider_kind"), strict("level", "provider_level"),
        code("organisation", "organisation"), strict("status", "provider_status"),
        elsewhere("merged_into", "providers"), long("about"), long("how_to_refer"),
        strict("accepts_warm_transfer", "answer"), strict("accepts_anonymous", "answer"),
        Column("wait_hours", "whole", between=(0, 24 * 365)), elsewhere("curator_id", "counselors"),
    ),
)  # fmt: skip
PROVIDER_SITE = Kind(
    "provider_sites", "provider_site", scope="everybody", writers="curator",
    bound=(
        "provider_id", "replaces_id", "country", "state", "municipality", "locality", "address", "postal_code",
        "address_secret", "how_to_arrive", "drafted_by",
    ),
    columns=(
        elsewhere("provider_id", "providers"), elsewhere("replaces_id", "provider_sites"), code("country", "country"),
        code("state", "state"), code("municipality", "municipality"), text("locality"), long("address"),
        text("postal_code"), Column("address_secret", "bool"), long("how_to_arrive"), drafted_by(),
        signature("proposed_by"), text("name"), Column("time_zone", "zone"), text("hours"),
        Column("closures", "list"), Column("access", "list"),
    ),
)  # fmt: skip
PROVIDER_SERVICE = Kind(
    "provider_services", "provider_service", scope="everybody", writers="curator",
    bound=("provider_id", "source_id", "drafted_by"),
    columns=(
        elsewhere("provider_id", "providers"), text("source_id"), drafted_by(), elsewhere("site_id", "provider_sites"),
        code("kind", "service"), text("name"), strict("modality", "service_modality"),
        Column("age_min", "whole", between=(0, OLDEST)), Column("age_max", "whole", between=(0, OLDEST)),
        Column("sexes", "list"), Column("accepts", "list"), Column("refuses", "list"), Column("languages", "list"),
        strict("children_along", "answer"), Column("children_age_max", "whole", between=(0, OLDEST)),
        Column("covers", "list"), long("requirements"), text("cost"), text("hours"),
        Column("capacity_total", "whole", between=(0, 10**6), reported=True),
        Column("capacity_free", "whole", between=(0, 10**6), reported=True),
        Column("capacity_at", "instant", reported=True),
    ),
)  # fmt: skip
PROVIDER_CHANNEL = Kind(
    "provider_channels", "provider_channel", scope="everybody", writers="curator",
    bound=("provider_id", "site_id", "replaces_id", "kind", "value", "extension", "drafted_by"),
    columns=(
        elsewhere("provider_id", "providers"), elsewhere("site_id", "provider_sites"),
        elsewhere("replaces_id", "provider_channels"), strict("kind", "provider_channel"), text("value"),
        text("extension"), drafted_by(), signature("proposed_by"), strict("purpose", "channel_purpose"), text("hours"),
        text("ask_for"),
    ),
)  # fmt: skip
PROVIDER_CHECK = Kind(
    "provider_checks", "provider_check", scope="everybody", writers="reporter",
    bound=("provider_id", "about_id", "kind", "at", "by_id", "told_by", "note"),
    columns=(
        elsewhere("provider_id", "providers"), elsewhere("about_id", "provider_channels"),
        strict("kind", "provider_check"), instant("at"), signature("by_id"), text("told_by"), long("note"),
    ),
)  # fmt: skip
PROVIDER_PRIVATE = Kind("provider_private", "provider_private", scope="own", writers="supervisor", columns=(
    elsewhere("provider_id", "providers"), elsewhere("site_id", "provider_sites"), long("address"),
    code("concern", "provider_concern"), long("concern_text"),
))  # fmt: skip
SHIFT_HANDOVER = Kind(
    "shift_handovers", "shift_handover", scope="own", writers="reporter", shown_to="to_id",
    bound=("from_id", "to_id", "team", "shift_from", "shift_to", "note", "digest", "signed_at"),
    columns=(
        signature("from_id"), elsewhere("to_id", "counselors"), text("team"), instant("shift_from"),
        instant("shift_to"), long("note"), text("digest"), instant("signed_at"),
    ),
)  # fmt: skip
HANDOVER_ITEM = Kind(
    "handover_items", "handover_item", scope="own", writers="reporter", within="handover_id",
    bound=("handover_id", "item_case_id", "folio", "task_id", "referral_id", "why", "line", "by_id"),
    columns=(
        elsewhere("handover_id", "shift_handovers"), elsewhere("item_case_id", "cases"), Column("folio", "folio"),
        elsewhere("task_id", "tasks"), elsewhere("referral_id", "referrals"), strict("why", "handover_why"),
        text("line"), signature("by_id"),
    ),
)  # fmt: skip
HANDOVER_TAKE = Kind(
    "handover_takes", "handover_take", scope="own", writers="reporter", within="handover_id", shown_to="giver_id",
    bound=("words", "handover_id", "giver_id", "taken_by", "taken_at", "remarks"),
    columns=(
        text("words"), elsewhere("handover_id", "shift_handovers"), elsewhere("giver_id", "counselors"),
        signature("taken_by"), instant("taken_at"), long("remarks"),
    ),
)  # fmt: skip
COURSE = Kind("courses", "course", scope="everybody", writers="supervisor", names_people=True, columns=(
    text("code"), text("title"), code("audience", "audience"), strict("modality", "course_modality"),
    code("country", "country"), code("state", "state"), code("municipality", "municipality"), text("venue"),
    coming("starts_on"), coming("ends_on"), Column("taught_hours", "number", between=(0, 10_000)),
    elsewhere("trainer_id", "counselors"), text("trainer_name"), Column("people", "whole", between=(0, 10**6)),
    Column("women", "whole", between=(0, 10**6)), Column("men", "whole", between=(0, 10**6)), text("source"),
    long("note"),
))  # fmt: skip
CERTIFICATE = Kind(
    "certificates", "certificate", scope="everybody", writers="supervisor", bound=("number",), names_people=True,
    columns=(
        text("number"), strict("kind", "certificate_kind"), strict("holder_kind", "holder_kind"), text("holder_name"),
        text("holder_contact"), code("state", "state"), elsewhere("course_id", "courses"), Column("issued_on", "date"),
        coming("valid_until"), instant("revoked_at"), text("reason"),
    ),
)  # fmt: skip
"""Its id is made of its number: what a caller reads out leads to it without a look-up (domain.training.number)."""
PRACTICE_SHARE = Kind(
    "practice_shares", "practice_share", scope="own", writers="reporter",
    bound=("by_id", "scenario", "scenario_version", "on", "shared_at", "points", "parts", "own_marks", "cut"),
    columns=(
        signature("by_id"), text("scenario"), text("scenario_version"), Column("on", "date"), instant("shared_at"),
        Column("points", "whole", between=(0, 100)), Column("parts", "list"), Column("own_marks", "list"),
        Column("cut", "bool"),
    ),
)  # fmt: skip
"""A practice result that somebody sent to supervision: points, no words of the call."""
PRACTICE_MARK = Kind(
    "practice_marks", "practice_mark", scope="own", writers="supervisor", within="share_id",
    bound=("share_id", "by_id", "marks", "marked_at"),
    columns=(
        elsewhere("share_id", "practice_shares"), signature("by_id"), Column("marks", "list"), instant("marked_at"),
    ),
)  # fmt: skip
"""What supervision says of such a result, for whoever sent it."""

KINDS: Final[tuple[Kind, ...]] = (
    CASE, CONTACT, PERSON, PLACE, IDENTIFIER, MONEY, NOTE, REFERRAL, REFERRAL_DELIVERY, SUPPORT, FILE, FILE_STAGE,
    TASK, HANDOVER,
    EXCLUSION, LINK, COUNSELOR, DEVICE, PROVIDER, PROVIDER_SITE, PROVIDER_SERVICE, PROVIDER_CHANNEL, PROVIDER_CHECK,
    PROVIDER_PRIVATE, SHIFT_HANDOVER, HANDOVER_ITEM, HANDOVER_TAKE, COURSE, CERTIFICATE,
    PRACTICE_SHARE, PRACTICE_MARK,
)  # fmt: skip
"""In the order of the case document: what others name comes first."""
LISTS: Final[Mapping[str, str]] = MappingProxyType({
    "sexes": "sex", "accepts": "population", "refuses": "population", "languages": "language",
    "access": "accessibility",
})  # fmt: skip
"""Columns that are lists of codes → their catalog."""
TABLE_OF_KIND: Final[Mapping[str, str]] = MappingProxyType({kind.singular: kind.table for kind in KINDS})
"""What a field is `on` → its table, of every kind."""
BY_TABLE: Final[Mapping[str, Kind]] = MappingProxyType({kind.table: kind for kind in KINDS})


def columns() -> Iterable[tuple[Kind, Column]]:
    """Every column of every kind."""
    return ((kind, column) for kind in KINDS for column in kind.all_columns())
