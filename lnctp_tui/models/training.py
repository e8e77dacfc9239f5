"""The training register: who was taught what, and who holds a certificate."""

from sqlalchemy import JSON
from sqlmodel import Field

from lnctp_tui.models.base import Synced, instant, text


class Course(Synced, table=True):
    """One course as it was given, with how many took part; nobody's name but the trainer's."""

    __tablename__ = "courses"

    code: str | None = None
    title: str | None = None
    audience: str | None = None
    modality: str | None = None
    country: str | None = None
    state: str | None = None
    municipality: str | None = None
    venue: str | None = None
    starts_on: str | None = None
    ends_on: str | None = None
    taught_hours: float | None = None
    trainer_id: str | None = Field(default=None, max_length=36)
    trainer_name: str | None = None
    people: int | None = None
    women: int | None = None
    men: int | None = None
    source: str | None = None
    note: str | None = text()


class Certificate(Synced, table=True):
    """A certificate of somebody: it names a person, and stays with the team."""

    __tablename__ = "certificates"
    __table_args__ = (instant("revoked_at"),)

    number: str | None = None
    kind: str | None = None
    holder_kind: str | None = None
    holder_name: str | None = None
    holder_contact: str | None = None
    state: str | None = None
    course_id: str | None = Field(default=None, max_length=36)
    issued_on: str | None = None
    valid_until: str | None = None
    revoked_at: str | None = None
    reason: str | None = None


class PracticeShare(Synced, table=True):
    """What somebody sent of a practice call to supervision. Its id is made of what it says."""

    __tablename__ = "practice_shares"
    __table_args__ = (instant("shared_at"),)

    by_id: str | None = Field(default=None, max_length=36)
    scenario: str | None = None
    scenario_version: str | None = None
    on: str | None = None
    shared_at: str | None = None
    points: int | None = None
    parts: list[str] | None = Field(default=None, sa_type=JSON)
    own_marks: list[str] | None = Field(default=None, sa_type=JSON)
    cut: bool | None = None


class PracticeMark(Synced, table=True):
    """What supervision says of such a result. Its id is made of what it says."""

    __tablename__ = "practice_marks"
    __table_args__ = (instant("marked_at"),)

    share_id: str | None = Field(default=None, max_length=36)
    by_id: str | None = Field(default=None, max_length=36)
    marks: list[str] | None = Field(default=None, sa_type=JSON)
    marked_at: str | None = None
