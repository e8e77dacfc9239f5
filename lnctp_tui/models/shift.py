"""The hand-over of a shift: what whoever leaves signs, its lines, and who took it. All three are only added."""

from sqlmodel import Field

from lnctp_tui.models.base import Synced, instant, text


class ShiftHandover(Synced, table=True):
    """What somebody who leaves tells whoever takes over. Its id is made of what it says."""

    __tablename__ = "shift_handovers"
    __table_args__ = (instant("shift_from"), instant("shift_to"), instant("signed_at"))

    from_id: str | None = Field(default=None, max_length=36)
    to_id: str | None = Field(default=None, max_length=36)
    """Who is to take it; empty: whoever does."""
    team: str | None = None
    shift_from: str | None = None
    shift_to: str | None = None
    note: str | None = text()
    digest: str | None = None
    """SHA-256 of note and lines, hexadecimal (domain.follow.shift)."""
    signed_at: str | None = None


class HandoverItem(Synced, table=True):
    """One line of a hand-over, about one case."""

    __tablename__ = "handover_items"

    handover_id: str | None = Field(default=None, index=True, max_length=36)
    item_case_id: str | None = Field(default=None, max_length=36)
    """No `case_id`: a line belongs to its hand-over, and who may read it need not see the case."""
    folio: str | None = None
    task_id: str | None = Field(default=None, max_length=36)
    referral_id: str | None = Field(default=None, max_length=36)
    why: str | None = None
    line: str | None = None
    by_id: str | None = Field(default=None, max_length=36)


class HandoverTake(Synced, table=True):
    """That somebody took a hand-over: the words and lines they heard. By voice alone nobody knows its id yet."""

    __tablename__ = "handover_takes"
    __table_args__ = (instant("taken_at"),)

    words: str | None = None
    handover_id: str | None = Field(default=None, index=True, max_length=36)
    giver_id: str | None = Field(default=None, max_length=36)
    taken_by: str | None = Field(default=None, max_length=36)
    taken_at: str | None = None
    remarks: str | None = text()
