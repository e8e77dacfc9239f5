"""What may stand in a request, by route. Unknown members are let be: a newer laptop meets this server too."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from lnctp_tui.domain.alerts import course
from lnctp_tui.domain.values.text import clean
from lnctp_tui.sync import wire

Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,36}$")]
ScopeId = Annotated[str, StringConstraints(pattern=r"^(@all|[0-9A-Za-z-]{1,36})$")]
Number = Annotated[int, Field(ge=0, lt=2**63)]
Chain = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]
Cursor = tuple[Number, Chain]
Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Word = Annotated[str, StringConstraints(max_length=200)]


def _reason(reason: str) -> str:
    plain = " ".join(clean(reason)[0].split())
    if not plain:
        raise ValueError("empty")
    return plain


Reason = Annotated[Word, AfterValidator(_reason)]
"""One line in a person's words, for the audit."""


class Message(BaseModel):
    """A request's body, or its query."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Nothing(Message):
    """A request that says nothing but its name."""


class Enroll(Message):
    """A laptop's first word: signed with the key it brings."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    device: Id
    public_key: Hex32
    actor: Id
    name: Word = ""
    time_zone: Annotated[str, StringConstraints(max_length=64)] = ""


class AuditHead(Message):
    """How far the laptop's chain of views reaches, and its value where the server last confirmed it."""

    n: Number
    chain: Chain
    at_known: Chain | None = None


Week = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-W[0-9]{2}$")]


class Push(Message):
    """Changes to keep. What stands in a change is checked one by one, behind the door."""

    cursor: Cursor | None = None
    proof: Cursor | None = None
    receipt: Number | None = None
    before: Annotated[list[Id], Field(max_length=16)] = []
    """Some ids of a batch that is on its way and not answered yet."""
    audit: AuditHead | None = None
    saved: Any = None
    breaks: Annotated[list[Week], Field(max_length=4)] = []
    """Weeks in which breaks were asked for; every push has the member."""
    repair: bool = False
    changes: list[Any]


class Pull(Message):
    """News after a cursor. `cursor` and `proof` are `n.chain`."""

    cursor: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}\.([0-9a-f]{64})?$")] = "0."
    proof: Annotated[str, StringConstraints(pattern=r"^([0-9]{1,18}\.([0-9a-f]{64})?)?$")] = ""
    limit: Annotated[int, Field(ge=1, le=5000)] = 1000
    wait: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] = 0
    audit: Number = 0
    """The last entry of the server's audit that the laptop knows of."""


class History(Message):
    """Whole histories, scope by scope; `after` numbers only the first of them."""

    scopes: Annotated[list[ScopeId], Field(max_length=1000)]
    after: Number = 0
    limit: Annotated[int, Field(ge=1, le=5000)] = 2000


class Missing(Message):
    """Ids a laptop holds."""

    ids: Annotated[list[Id], Field(max_length=20_000)]


class Fetch(Message):
    """Changes asked for by id."""

    ids: Annotated[list[Id], Field(max_length=1000)]


class Ask(Message):
    """How far a laptop's documents of control reach; `last` is the hash of the last order it was given."""

    authority: Number = 0
    orders: Number = 0
    last: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""


class Paper(Message):
    """A document of control, as it is signed."""

    document: Any
    kind: Literal["authority", "order"]


class Refusing(Message):
    """A draft that an officer does not sign, and why."""

    hash: Hex32
    reason: Reason


class Done(Message):
    """An order that a laptop obeyed."""

    hash: Hex32


class Bucket(Message):
    """One of the 256 sums."""

    bucket: Annotated[int, Field(ge=0, le=255)]


class Window(Message):
    """Cases that leave the laptop, or come back."""

    scopes: Annotated[list[ScopeId], Field(max_length=1000)]
    action: Literal["leave", "open"]


class Handing(Message):
    """A case for somebody: given by a supervisor, or offered."""

    scope: ScopeId
    person: Id


class Answer(Message):
    """Yes or no to an offered case."""

    scope: ScopeId
    accept: bool


class Search(Message):
    """Words to look for."""

    q: Word = ""


class Decide(Message):
    """What becomes of a quarantined change."""

    action: Literal["release", "dismiss"]
    reason: Reason | None = None
    """Why it is left out."""

    @model_validator(mode="after")
    def _reasoned(self) -> Decide:
        if (self.action == "dismiss") != (self.reason is not None):
            raise ValueError("a reason belongs to a dismissal")
        return self


class AlertDecision(Message):
    """What a supervisor says of an alert: why it need not be shown, and for how many days; that it is shown again; or
    that they signed a bulletin about it."""

    action: Literal["mute", "unmute", "bulletin"]
    reason: course.Reason | None = None
    text: Reason | None = None
    days: Annotated[int, Field(ge=1, le=course.LONGEST.days)] = 30
    sha256: Hex32 | None = None
    """Of the bulletin's text."""

    @model_validator(mode="after")
    def _reasoned(self) -> AlertDecision:
        if (self.action == "mute") != (self.reason is not None and self.text is not None):
            raise ValueError("a reason and its words belong to a mute")
        if (self.action == "bulletin") != (self.sha256 is not None):
            raise ValueError("a digest belongs to a bulletin")
        return self


def cursor(text: str) -> wire.Cursor | None:
    """The cursor that `n.chain` writes; None for an empty text."""
    n, _, chain = text.partition(".")
    return wire.Cursor(int(n), chain) if n else None
