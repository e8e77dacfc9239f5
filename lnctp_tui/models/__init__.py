"""SQLModel tables and nothing else; the same classes serve laptop and server."""

from lnctp_tui.models.base import OfCase, Synced
from lnctp_tui.models.case import (
    Case,
    Contact,
    Identifier,
    InvestigationFile,
    MoneyTrail,
    Note,
    Person,
    Place,
    Referral,
    Support,
    Task,
)
from lnctp_tui.models.log import (
    Access,
    AuthorityDocument,
    Change,
    Commit,
    Conflict,
    OrderDocument,
    Receipt,
    Scope,
    SyncState,
)
from lnctp_tui.models.shared import Counselor, Device, Provider

SYNCED: dict[str, type[Synced]] = {
    str(model.__tablename__): model
    for model in (
        Case, Contact, Person, Place, Identifier, MoneyTrail, Note, Referral, Support,
        InvestigationFile, Task, Counselor, Device, Provider,
    )
}  # fmt: skip
"""SQL table name → model, parents first."""

__all__ = [
    "SYNCED", "Access", "AuthorityDocument", "Case", "Change", "Commit", "Conflict", "Contact", "Counselor", "Device",
    "Identifier", "InvestigationFile", "MoneyTrail", "Note", "OfCase", "OrderDocument", "Person", "Place",
    "Provider", "Receipt", "Referral", "Scope", "Support", "SyncState", "Synced", "Task",
]  # fmt: skip
