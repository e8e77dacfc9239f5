"""The hand-over of a shift: what is proposed, signing it, taking it, and how those of this laptop stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Table, and_, or_, select

from lnctp_tui.domain.follow import shift
from lnctp_tui.domain.follow.shift import Standing
from lnctp_tui.domain.follow.windows import CALLED
from lnctp_tui.domain.records import bound
from lnctp_tui.domain.referral import states
from lnctp_tui.domain.values import folio
from lnctp_tui.errors import Refused
from lnctp_tui.services.case import cases, offline_lockout
from lnctp_tui.storage import instants
from lnctp_tui.storage.database import sound
from lnctp_tui.storage.database.session import CHANGES, TABLES, Store, Unit
from lnctp_tui.storage.replication import withdrawal
from lnctp_tui.storage.replication.persons import persons
from lnctp_tui.storage.vault import phrase

CASES, TASKS, REFERRALS = TABLES["cases"], TABLES["tasks"], TABLES["referrals"]
SIGNED, ITEMS, TAKES = TABLES["shift_handovers"], TABLES["handover_items"], TABLES["handover_takes"]
RISK: Final = {"emergency": "risk", "urgent_24h": "urgent"}
"""Level of a case → why it is proposed."""
AHEAD: Final = timedelta(hours=12)
"""A shift: calls promised within it are the next one's to make."""
MOST: Final = 100
"""Proposals of a kind that are read; more are told, not left out silently."""
SHOWN: Final = 50
DIGITS: Final = 64
"""Of a digest, hexadecimal."""


@dataclass(frozen=True)
class Proposal:
    """What the next shift has to know of, from the records of this laptop."""

    why: str
    case_id: str
    folio: str | None
    triage: str | None = None
    opened_at: str | None = None
    task_id: str | None = None
    kind: str | None = None
    due_from: str | None = None
    due_to: str | None = None
    say: str | None = None
    referral_id: str | None = None
    provider: str | None = None

    @property
    def key(self) -> str:
        """The same as long as it is about the same thing."""
        return f"{self.why}:{self.referral_id or self.task_id or self.case_id}"


@dataclass(frozen=True)
class Proposals:
    """What is proposed, the most pressing first; `more`: there is more than was read."""

    rows: list[Proposal]
    more: bool


@dataclass(frozen=True)
class Handed:
    """One hand-over of this laptop, with its lines, and how it stands."""

    row: Mapping[str, Any]
    items: tuple[Mapping[str, Any], ...]
    standing: Standing
    words: str
    """Six, as people write them."""
    taken_by: tuple[str, ...]


def proposals(store: Store) -> Proposals:
    """Urgent cases, promised calls and unanswered referrals that are this person's or nobody's."""
    now, me = store.now(), store.author.actor
    with store.read() as connection:
        shown = offline_lockout.shown(connection, now)
        mine = (CASES.c.erased_at.is_(None), CASES.c.status.in_(("open", "follow_up")), shown)
        urgent = _urgent(connection, mine, me)
        calls = _calls(connection, mine, me, instants.iso(now + AHEAD))
        waiting = _unanswered(connection, mine, me, now)
    rows = [*urgent[:MOST], *calls[:MOST], *waiting[:MOST]]
    return Proposals(rows, any(len(found) > MOST for found in (urgent, calls, waiting)))


def _whose(column: Any, me: str) -> Any:
    return or_(column == me, column.is_(None))


def _urgent(connection: Connection, mine: Sequence[Any], me: str) -> list[Proposal]:
    query = (
        select(CASES.c.id, CASES.c.folio, CASES.c.triage, CASES.c.opened_at)
        .where(*mine, CASES.c.triage.in_(tuple(RISK)), _whose(CASES.c.owner_id, me))
        .order_by(CASES.c.triage, CASES.c.opened_at, CASES.c.id)
        .limit(MOST + 1)
    )
    return [
        Proposal(RISK[row.triage], row.id, row.folio, row.triage, row.opened_at)
        for row in connection.execute(query)
    ]


def _calls(connection: Connection, mine: Sequence[Any], me: str, until: str) -> list[Proposal]:
    due = or_(TASKS.c.due_from.is_(None), TASKS.c.due_from <= until, TASKS.c.due_to <= until)
    query = (
        select(TASKS, CASES.c.folio, CASES.c.triage)
        .join(CASES, CASES.c.id == TASKS.c.case_id)
        .where(*mine, TASKS.c.status == "open", TASKS.c.erased_at.is_(None), TASKS.c.kind.in_(CALLED), due)
        .where(_whose(TASKS.c.assignee_id, me), or_(TASKS.c.assignee_id == me, _whose(CASES.c.owner_id, me)))
        .order_by(TASKS.c.due_to, TASKS.c.id)
        .limit(MOST + 1)
    )
    rows = [sound.row("tasks", row) for row in connection.execute(query).mappings()]
    return [
        Proposal("callback", row["case_id"], row["folio"], row["triage"], task_id=row["id"], kind=row["kind"],
                 due_from=row["due_from"], due_to=row["due_to"], say=row["say"])
        for row in rows
    ]  # fmt: skip


def _unanswered(connection: Connection, mine: Sequence[Any], me: str, now: datetime) -> list[Proposal]:
    query = (
        select(REFERRALS, CASES.c.folio)
        .join(CASES, CASES.c.id == REFERRALS.c.case_id)
        .where(*mine, REFERRALS.c.erased_at.is_(None), REFERRALS.c.status == "sent")
        .where(_whose(CASES.c.owner_id, me), REFERRALS.c.expected_by < instants.iso(now))
        .order_by(REFERRALS.c.expected_by, REFERRALS.c.id)
        .limit(MOST + 1)
    )
    rows = [sound.row("referrals", row) for row in connection.execute(query).mappings()]
    return [
        Proposal("referral", row["case_id"], row["folio"], due_to=row["expected_by"], referral_id=row["id"],
                 provider=row["provider_name"])
        for row in rows if states.overdue(row, now)
    ]  # fmt: skip


def by_hand(store: Store, typed: str) -> dict[str, Any]:
    """A line that somebody adds; a folio at its beginning says of which case.

    Raises Refused `shift_by_hand` for a folio that is not on this laptop, or nothing to say of it.
    """
    begins, _blank, rest = typed.strip().partition(" ")
    row = dict.fromkeys(shift.ITEM) | {"why": "other", "line": typed.strip()}
    if not folio.parse(begins):
        return row
    hits = cases.by_folio(store, begins)
    if len(hits) != 1 or not rest.strip():
        raise Refused("shift_by_hand")
    return row | {"item_case_id": hits[0].id, "folio": hits[0].folio, "line": rest.strip()}


def sign(
    store: Store,
    at: str,
    to_id: str | None,
    shift_from: str | None,
    note: str | None,
    items: Sequence[Mapping[str, Any]],
    draft: str | None = None,
) -> str:
    """Sign a hand-over; returns its id. Once signed nothing of it changes. Done twice it is there once.

    `draft`: the key of what this laptop remembers of it, which goes with the signature.
    Raises Refused `shift_empty`, `shift_line`, `shift_to_oneself`, `shift_case`.
    """
    with store.write() as unit:
        me, lines = unit.author.actor, [_line(item) for item in items]
        if not lines and not (note or "").strip():
            raise Refused("shift_empty")
        if to_id is not None and to_id == me:
            raise Refused("shift_to_oneself")
        for line in lines:
            _visible(unit, line)
        row, patch = bound.made("shift_handovers", {
            "from_id": me, "to_id": to_id, "shift_from": shift_from, "shift_to": at, "note": note,
            "digest": shift.digest(note, lines), "signed_at": at,
        })  # fmt: skip
        _add(unit, "shift_handovers", row, patch)
        for line in lines:
            _add(
                unit,
                "handover_items",
                *bound.made("handover_items", line | {"handover_id": row, "by_id": me}),
            )
        if draft:
            unit.remember(draft, None)
        return row


def _line(item: Mapping[str, Any]) -> dict[str, Any]:
    """A line as it is signed. Raises Refused `shift_line` for none, or one that is too long to read aloud."""
    line = " ".join(str(item.get("line") or "").split())
    if not 0 < len(line) <= shift.LONGEST:
        raise Refused("shift_line", most=shift.LONGEST)
    return {name: item.get(name) for name in shift.ITEM} | {"line": line}


def _visible(unit: Unit, line: Mapping[str, Any]) -> None:
    """Raises Refused `shift_case` for a line about a case that this laptop does not show, or another's folio."""
    case_id = line["item_case_id"]
    if case_id is None and line["folio"] is None:
        return
    query = select(CASES.c.folio).where(CASES.c.id == case_id, CASES.c.erased_at.is_(None))
    stored = unit.connection.execute(query).first()
    hidden = stored is None or offline_lockout.hides(unit.connection, unit.now, str(case_id))
    if hidden or stored is None or stored[0] != line["folio"]:
        raise Refused("shift_case", folio=line["folio"] or "")


def _add(unit: Unit, table: str, row: str, patch: Mapping[str, Any]) -> None:
    if unit.stored(table, row) is None:
        unit.record(table, row, patch)


def take(
    store: Store,
    at: str,
    giver_id: str | None,
    handover_id: str | None,
    words: str,
    remarks: str | None = None,
) -> str:
    """Note that this person took a hand-over, with the words and lines they heard; returns how it then stands.

    `waits`: the hand-over is not on this laptop, and is compared when both are. Wrong words are kept too: what was
    heard is lost by nothing. Raises Refused `shift_words` for what are no six words of the list, `shift_not_yours`.
    """
    heard = heard_words(words)
    with store.write() as unit:
        me = unit.author.actor
        stored = unit.stored("shift_handovers", handover_id) if handover_id else None
        giver = stored["from_id"] if stored else giver_id
        if giver is None:
            raise Refused("shift_giver")
        if giver == me or (stored and stored["to_id"] not in (None, me)):
            raise Refused("shift_not_yours")
        row, patch = bound.made("handover_takes", {
            "words": heard, "handover_id": handover_id if stored and _known_there(unit, handover_id) else None,
            "giver_id": giver, "taken_by": me,
            "taken_at": at, "remarks": (remarks or "").strip() or None,
        })  # fmt: skip
        _add(unit, "handover_takes", row, patch)
    return _stands(store, row)


def _known_there(unit: Unit, handover_id: str | None) -> bool:
    """Whether the server has it: what came as a file has no scope there yet, like what was heard by voice."""
    numbered = select(CHANGES.c.id).where(
        CHANGES.c.table == SIGNED.name, CHANGES.c.row == handover_id, CHANGES.c.n.is_not(None)
    )
    return unit.connection.execute(numbered).first() is not None


def _stands(store: Store, take_id: str) -> str:
    for handed in handed_over(store):
        for made in handed.standing.takes:
            if made["id"] == take_id and handed.standing.state != "altered":
                return "agreed" if shift.has_words(handed.standing, made, _spell()) else "differs"
            if made["id"] == take_id:
                return "altered"
    return "waits"


def heard_words(typed: str) -> str:
    """Six words of the list in their one form. Raises Refused `shift_words`, which says the places of unknown ones."""
    unknown = phrase.unknown(typed)
    if unknown or len(typed.split()) != shift.WORDS:
        raise Refused("shift_words", places=", ".join(map(str, unknown)) or "—", count=len(typed.split()))
    return phrase.normalise(typed, "words")


def handed_over(store: Store, limit: int = SHOWN) -> list[Handed]:
    """The hand-overs of this laptop, the newest first, each with how it stands."""
    with store.read() as connection:
        query = select(SIGNED).where(SIGNED.c.erased_at.is_(None), _held(connection, store, SIGNED))
        newest = query.order_by(SIGNED.c.signed_at.desc(), SIGNED.c.id).limit(limit)
        rows = [sound.row("shift_handovers", row) for row in connection.execute(newest).mappings()]
        handover_ids = [row["id"] for row in rows]
        items = _rows(connection, ITEMS, ITEMS.c.handover_id.in_(handover_ids))
        givers = {row["from_id"] for row in rows}
        takes = _rows(
            connection, TAKES, or_(TAKES.c.handover_id.in_(handover_ids), TAKES.c.giver_id.in_(givers))
        )
        one = persons(connection)
    person = _named(one)
    digests = [row["digest"] for row in rows if _is_digest(row["digest"])]
    return [
        _handed(row, items, [take for take in takes if not _elsewhere(take, row, digests)], person)
        for row in rows
    ]


def _is_digest(text: object) -> bool:
    return isinstance(text, str) and len(text) == DIGITS and not set(text) - set("0123456789abcdef")


def _elsewhere(take: Mapping[str, Any], row: Mapping[str, Any], digests: Sequence[str]) -> bool:
    """Whether a take by voice is of another hand-over of the same giver."""
    return _is_digest(row["digest"]) and shift.of_another(take, row["digest"], digests, _spell())


def loose_takes(store: Store, limit: int = SHOWN) -> list[dict[str, Any]]:
    """What this person took by voice and has no hand-over here yet, the newest first."""
    known = {take["id"] for handed in handed_over(store) for take in handed.standing.takes}
    with store.read() as connection:
        query = select(TAKES).where(TAKES.c.taken_by == store.author.actor, TAKES.c.erased_at.is_(None))
        rows = connection.execute(query.order_by(TAKES.c.taken_at.desc()).limit(limit)).mappings()
        return [sound.row("handover_takes", row) for row in rows if row["id"] not in known]


def _named(one: Callable[[str], str]) -> Callable[[Any], str]:
    return lambda id_: one(str(id_)) if id_ else ""


def _rows(connection: Connection, table: Table, condition: Any) -> list[dict[str, Any]]:
    query = (
        select(table).where(condition, table.c.erased_at.is_(None)).order_by(table.c.created_at, table.c.id)
    )
    return [sound.row(table.name, row) for row in connection.execute(query).mappings()]


def _held(connection: Connection, store: Store, table: Table) -> Any:
    """What was taken from this person is hidden, and after days without the server all that came before."""
    limit = offline_lockout.since(connection, store.now())
    held = table.c.id.not_in(withdrawal.withdrawn())
    return held if limit is None else and_(held, table.c.created_at >= limit)


def _handed(
    row: Mapping[str, Any], items: Sequence[Mapping[str, Any]], takes: Sequence[Mapping[str, Any]],
    person: Callable[[Any], str],
) -> Handed:  # fmt: skip
    own = [item for item in items if item["handover_id"] == row["id"]]
    stands = shift.standing(row, own, takes, _spell(), person)
    mine = tuple(item for item in own if person(item["by_id"]) == person(row["from_id"]))
    takers = tuple(dict.fromkeys(str(take["taken_by"]) for take in stands.takes))
    return Handed(row, mine, stands, spelled(stands.places), takers)


@cache
def _spell() -> Mapping[str, int]:
    return {word: place for place, word in enumerate(phrase.words())}


def spelled(places: Sequence[int]) -> str:
    """Words of the list as people write them."""
    words = phrase.words()
    return phrase.spelled(" ".join(words[place] for place in places))
