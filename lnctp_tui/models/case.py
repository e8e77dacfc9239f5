"""The tables of a case: the case itself, its contacts, people, places and what hangs on them."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index
from sqlalchemy import text as sa_text
from sqlmodel import Field

from lnctp_tui.models.base import OfCase, Synced, answers, instant, text


class Case(Synced, table=True):
    """One matter followed over months."""

    __tablename__ = "cases"
    __table_args__ = (
        instant("opened_at"),
        instant("closed_at"),
        Index("cases_desk", "status", "triage", "opened_at"),
    )

    folio: str | None = Field(default=None, index=True, max_length=24)
    """Given out once and never changed; not unique: two laptops may have met one number."""
    opened_at: str | None = None
    status: str | None = "open"
    closed_at: str | None = None
    close_reason: str | None = None
    merged_into: str | None = Field(default=None, max_length=36)
    report_class: str | None = None
    class_confirmed_by: str | None = None
    triage: str | None = None
    owner_id: str | None = None
    team: str | None = None
    protocol_version: str | None = None
    anonymity: str | None = None
    consent_store: str | None = None
    consent_share: str | None = None
    callback_allowed: str | None = None
    callback_channel: str | None = None
    callback_identifier_id: str | None = None
    callback_window: str | None = text()
    callback_say: str | None = text()
    code_word: str | None = None
    callback_hours: str | None = None
    """In the grammar of OpenStreetMap's `opening_hours`, on the clocks of `callback_zone`."""
    callback_zone: str | None = None
    callback_message: str | None = None
    """Whether a message may be left: a text or a voice mail is read by whoever holds the telephone."""
    reopened_at: str | None = None
    supervisor_remarks: str | None = text()
    summary: str | None = text()
    answers: dict[str, Any] = answers()


class Contact(OfCase, table=True):
    """One call, chat, mail or visit, in or out; with or without a case, and it may change its case."""

    __tablename__ = "contacts"
    __table_args__ = (
        instant("started_at"),
        instant("ended_at"),
        Index("contacts_open", "ended_at", "started_at"),
    )

    channel: str | None = None
    direction: str | None = "in"
    kind: str | None = None
    started_at: str | None = Field(default=None, index=True)
    ended_at: str | None = None
    dropped: bool | None = None
    counselor_id: str | None = None
    reporter_type: str | None = None
    reporter_person_id: str | None = None
    country: str | None = None
    state: str | None = None
    municipality: str | None = None
    language: str | None = None
    interpreter: bool | None = None
    narrative: str | None = text()
    outcome: str | None = None
    task_id: str | None = Field(default=None, index=True, max_length=36)
    referral_id: str | None = Field(default=None, max_length=36)
    party: str | None = None
    """Whom an outgoing contact is with: the person, or a provider."""
    result: str | None = None
    """What came of an outgoing contact; it owes nothing else."""
    certificate_consent: str | None = None
    """Whether the caller agrees that the report names their certificate."""
    certificate_number: str | None = None
    certificate_id: str | None = Field(default=None, max_length=36)
    answers: dict[str, Any] = answers()


class Person(OfCase, table=True):
    """A victim, a group of victims, a trafficker or somebody else."""

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("headcount IS NULL OR headcount >= 1", name="headcount_positive"),
        CheckConstraint("age_min IS NULL OR age_min >= 0", name="age_not_negative"),
        # No rule between two columns: two counselors may each change one, and both changes stand.
    )

    role: str | None = "victim"
    headcount: int | None = None
    name: str | None = None
    age_min: int | None = None
    age_max: int | None = None
    age_estimated: bool | None = None
    birth_date: str | None = None
    sex: str | None = None
    gender: str | None = None
    nationality: str | None = None
    origin_state: str | None = None
    origin_municipality: str | None = None
    migration_status: str | None = None
    education: str | None = None
    relation_to_trafficker: str | None = None
    trafficker_role: str | None = None
    network_level: str | None = None
    consented: str | None = None
    """Stored because support needs it; never an input of the elements (General Law, art. 40)."""
    answers: dict[str, Any] = answers()


class Place(OfCase, table=True):
    """Where somebody was recruited, came from, passed, was exploited or is now."""

    __tablename__ = "places"
    __table_args__ = (Index("places_match", "municipality", "venue"),)

    person_id: str | None = None
    role: str | None = None
    country: str | None = None
    state: str | None = None
    municipality: str | None = None
    locality: str | None = None
    venue: str | None = None
    address: str | None = text()
    note: str | None = text()


class Identifier(OfCase, table=True):
    """Something that links cases: a phone, handle, plate, account, address or alias."""

    __tablename__ = "identifiers"
    __table_args__ = (Index("identifiers_match", "kind", "normalised"),)

    person_id: str | None = None
    kind: str | None = None
    platform: str | None = None
    value: str | None = None
    normalised: str | None = Field(default=None, index=True)


class MoneyTrail(OfCase, table=True):
    """One financial flag: way, time and place."""

    __tablename__ = "money"

    person_id: str | None = None
    flag: str | None = None
    instrument: str | None = None
    institution: str | None = None
    way: str | None = text()
    time: str | None = None
    place: str | None = None
    amount: float | None = None
    currency: str | None = None
    amount_estimated: bool | None = None
    known_by: str | None = None
    share_consent: str | None = None


class Note(OfCase, table=True):
    """A later addition to a case; only ever added."""

    __tablename__ = "notes"

    author_id: str | None = None
    written_at: str | None = None
    text: str | None = text()


class Referral(OfCase, table=True):
    """One channelling to one provider."""

    __tablename__ = "referrals"

    person_id: str | None = None
    provider_id: str | None = Field(default=None, index=True)
    provider_name: str | None = None
    service_id: str | None = Field(default=None, max_length=36)
    channel_id: str | None = Field(default=None, max_length=36)
    reference: str | None = None
    """By which the recipient and the Line speak of it; of this recipient alone."""
    reason: str | None = None
    basis: str | None = None
    override_reason: str | None = text()
    """Why something left without a yes."""
    consent: str | None = None
    consent_by: str | None = Field(default=None, max_length=36)
    """Who said yes: the person who is referred, or a third party, of their own data."""
    consent_contact_id: str | None = Field(default=None, max_length=36)
    summary_for: str | None = text()
    """What this recipient is told in words, as it was read aloud."""
    channel: str | None = None
    sent_at: str | None = None
    expected_by: str | None = None
    status: str | None = None
    status_at: str | None = None
    refusal_reason: str | None = None
    accepted_at: str | None = None
    arrived: str | None = None
    need_met: str | None = None
    outcome: str | None = text()
    answers: dict[str, Any] = answers()
    """`share.<datum>` and `express.<datum>`: yes or no; what was not asked is not there."""


class ReferralDelivery(OfCase, table=True):
    """What left to a recipient, once. Only added."""

    __tablename__ = "referral_deliveries"
    __table_args__ = (instant("at"),)

    referral_id: str | None = Field(default=None, index=True, max_length=36)
    at: str | None = None
    by_id: str | None = Field(default=None, max_length=36)
    format: str | None = None
    to_whom: str | None = None
    data: list[str] | None = Field(default=None, sa_type=JSON)
    """Codes of what it said."""
    sha256: str | None = None
    """Of exactly the bytes that left, hexadecimal."""


class Support(OfCase, table=True):
    """Legal or psychological help given."""

    __tablename__ = "supports"

    person_id: str | None = None
    kind: str | None = None
    modality: str | None = None
    on: str | None = None
    minutes: int | None = None
    counselor_id: str | None = None
    note: str | None = text()
    file_id: str | None = Field(default=None, max_length=36)
    referral_id: str | None = Field(default=None, max_length=36)
    contact_id: str | None = Field(default=None, max_length=36)


class InvestigationFile(OfCase, table=True):
    """A carpeta de investigación."""

    __tablename__ = "files"

    number: str | None = Field(default=None, index=True)
    authority: str | None = None
    entity: str | None = None
    opened_on: str | None = None
    stage: str | None = None
    stage_on: str | None = None
    note: str | None = text()
    number_key: str | None = Field(default=None, index=True)
    """The number's upper-case letters and digits: one file, however its number is written."""
    victim_ids: list[str] | None = Field(default=None, sa_type=JSON)


class FileStage(OfCase, table=True):
    """A step of a file. Only added: the file's stage is the greatest by date and id."""

    __tablename__ = "file_stages"

    file_id: str | None = Field(default=None, max_length=36)
    stage: str | None = None
    on: str | None = None
    authority: str | None = None
    accompanied: str | None = None
    counselor_id: str | None = None
    verdict: str | None = None
    note: str | None = text()


OPEN = "status = 'open' AND erased_at IS NULL"
MINIMUM = f"{OPEN} AND kind = 'minimum_record'"
"""Of a task: the conditions of indexes, word for word as questions have them."""


class Task(OfCase, table=True):
    """A promised call-back or follow-up."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("tasks_due", "status", "due_to"),
        Index(
            "tasks_open", "due_to", "id", "kind", "case_id", "status", "erased_at", sqlite_where=sa_text(OPEN)
        ),
        Index(
            "tasks_minimum",
            "due_to",
            "id",
            "case_id",
            "kind",
            "status",
            "erased_at",
            sqlite_where=sa_text(MINIMUM),
        ),
        Index("tasks_of", "assignee_id", "due_to", "status", "erased_at", sqlite_where=sa_text(OPEN)),
    )

    kind: str | None = None
    due_from: str | None = None
    due_to: str | None = None
    channel: str | None = None
    say: str | None = text()
    assignee_id: str | None = None
    status: str | None = "open"
    done_at: str | None = None
    outcome: str | None = text()
    referral_id: str | None = Field(default=None, max_length=36)
    parent_id: str | None = Field(default=None, max_length=36)
    """The first task of a row of attempts."""
    attempt: int | None = None
    zone: str | None = None
    """Of the person, on whose clock the window was agreed."""
    priority: str | None = None
    plan: str | None = None


class Handover(OfCase, table=True):
    """A case that somebody leaves and somebody else takes over, signed by both."""

    __tablename__ = "handovers"
    __table_args__ = (instant("handed_at"),)

    leaving_id: str | None = Field(default=None, max_length=36)
    taking_id: str | None = Field(default=None, max_length=36)
    handed_at: str | None = None
    note: str | None = text()
    left_by: str | None = Field(default=None, max_length=36)
    """Who signed that they left it."""
    taken_by: str | None = Field(default=None, max_length=36)


class Link(OfCase, table=True):
    """Half of a link between two cases, of the case that it belongs to."""

    __tablename__ = "links"

    other_id: str | None = Field(default=None, index=True, max_length=36)
    by_id: str | None = Field(default=None, max_length=36)
    state: str | None = None
    evidence: list[str] | None = Field(default=None, sa_type=JSON)
    """Keys that both share (domain.links.keys), as they stood when somebody decided."""
    remark: str | None = text()


class Exclusion(OfCase, table=True):
    """A provider that is not offered in this case, and why."""

    __tablename__ = "exclusions"

    provider_id: str | None = None
    site_id: str | None = None
    reason: str | None = None
    note: str | None = text()
