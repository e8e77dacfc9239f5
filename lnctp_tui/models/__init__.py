"""SQLModel tables and nothing else; the same classes serve laptop and server."""

from lnctp_tui.domain.records.kinds import BY_TABLE
from lnctp_tui.models.base import OfCase, Synced
from lnctp_tui.models.case import (
    Case,
    Contact,
    Exclusion,
    FileStage,
    Identifier,
    InvestigationFile,
    Link,
    MoneyTrail,
    Note,
    Person,
    Place,
    Referral,
    ReferralDelivery,
    Support,
    Task,
)
from lnctp_tui.models.directory import (
    Provider,
    ProviderChannel,
    ProviderCheck,
    ProviderPrivate,
    ProviderService,
    ProviderSite,
)
from lnctp_tui.models.log import (
    Access,
    AuthorityDocument,
    Change,
    Commit,
    Conflict,
    Export,
    OrderDocument,
    Receipt,
    Scope,
    SyncState,
)
from lnctp_tui.models.shared import Counselor, Device
from lnctp_tui.models.shift import HandoverItem, HandoverTake, ShiftHandover
from lnctp_tui.models.training import Certificate, Course, PracticeMark, PracticeShare

_MODELS = {str(model.__tablename__): model for model in (*OfCase.__subclasses__(), *Synced.__subclasses__())}
SYNCED: dict[str, type[Synced]] = {table: _MODELS[table] for table in BY_TABLE}
"""SQL table name → model, parents first."""

__all__ = [
    "SYNCED", "Access", "AuthorityDocument", "Case", "Certificate", "Change", "Commit", "Conflict", "Contact",
    "Counselor", "Course", "Device", "Exclusion", "Export", "FileStage", "HandoverItem", "HandoverTake", "Identifier",
    "InvestigationFile", "Link",
    "MoneyTrail", "Note", "OfCase", "OrderDocument", "Person", "Place", "PracticeMark", "PracticeShare", "Provider",
    "ProviderChannel", "ProviderCheck", "ProviderPrivate", "ProviderService", "ProviderSite", "Receipt", "Referral",
    "ReferralDelivery", "Scope", "ShiftHandover", "Support", "SyncState", "Synced", "Task",
]  # fmt: skip
