"""Referrals of a case: prepared, agreed to datum by datum, sent once, and what became of them.

What leaves is worked out again in the transaction that notes it; where it is not what was seen, nothing is noted and
nothing may leave. The row of a delivery is written before its bytes are handed out.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid5

from sqlalchemy import Connection, select

from lnctp_tui.domain.directory import trust
from lnctp_tui.domain.directory.trust import Stated
from lnctp_tui.domain.records import bound
from lnctp_tui.domain.records.document import Document, Record
from lnctp_tui.domain.referral import consent, states
from lnctp_tui.domain.referral.consent import SAID_EXPRESSLY, SHARE, Sheet
from lnctp_tui.domain.referral.data import ORDER, SUMMARY
from lnctp_tui.errors import Refused
from lnctp_tui.services.case import cases, offline_lockout
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database.session import CONFLICTS, TABLES, Store, Unit
from lnctp_tui.storage.replication.persons import persons

new_id = ids.new_id
REFERRALS, TASKS = TABLES["referrals"], TABLES["tasks"]
PROVIDERS, CHANNELS, CHECKS = TABLES["providers"], TABLES["provider_channels"], TABLES["provider_checks"]
CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS: Final = 6
"""Of a reference, after `R-`: random, so that two recipients cannot join their sheets."""
SAID: Final = frozenset(
    {"person_id", "reason", "basis", "override_reason", "consent", "consent_by", "consent_contact_id", "summary_for",
     "channel_id", "channel", "service_id"}
)  # fmt: skip
"""What may be said of a referral that has not left."""
WHOSE: Final = frozenset({"person_id", "consent_by", "basis"})
"""What every yes rests on."""
AFTERWARDS: Final = frozenset({"outcome", "arrived", "need_met"})
"""What is said beside what became of it."""
USABLE: Final = ("draft", "active")
"""States of a provider that may be sent anybody."""
FORMATS: Final = ("voice", "print", "pdf", "json")


@dataclass(frozen=True)
class Opened:
    """One referral with all that decides what may leave."""

    document: Document
    referral: Record
    provider: Record | None
    channels: tuple[Stated, ...]
    """Numbers that may be dialled, the first first; a proposed one nobody verified is not among them."""
    contested: frozenset[str]
    sheet: Sheet
    blockers: tuple[str, ...]

    @property
    def channel(self) -> Stated | None:
        """The number to dial: the one that was chosen while it holds, else the first."""
        chosen = self.referral.get("channel_id")
        holds = [stated for stated in self.channels if stated.row["id"] == chosen]
        return next(iter(holds or self.channels), None)


def of_case(store: Store, case_id: str) -> list[Record]:
    """The referrals of a case, oldest first. Raises Refused as `cases.document` does."""
    found: list[Record] = cases.document(store, case_id)["referrals"]
    return found


def in_all_cases(store: Store, *, only_open: bool = True) -> list[Record]:
    """The referrals of all cases that this laptop shows, oldest first."""
    query = select(REFERRALS).where(REFERRALS.c.erased_at.is_(None)).order_by(REFERRALS.c.id)
    with store.read() as connection:
        visible = offline_lockout.shown(connection, store.now())
        shown = select(cases.CASES.c.id).where(visible)
        rows = connection.execute(query.where(REFERRALS.c.case_id.in_(shown))).mappings().all()
    records = [cases.record_of("referrals", row) for row in rows]
    return [record for record in records if not only_open or states.status_of(record) in states.OPEN]


def load(store: Store, referral_id: str) -> Opened:
    """A referral as it stands. Raises Refused `no_such_referral`, and as `cases.document` does."""
    with store.read() as connection:
        case_id = connection.scalar(select(REFERRALS.c.case_id).where(REFERRALS.c.id == referral_id))
    document = cases.document(store, case_id) if case_id else None
    referral = next((row for row in (document or {}).get("referrals", ()) if row["id"] == referral_id), None)
    if document is None or referral is None:
        raise Refused("no_such_referral")
    with store.read() as connection:
        provider = _provider(connection, referral.get("provider_id"))
        channels = _channels(connection, provider) if provider else ()
        contested = _contested(connection, document["case"]["id"], referral_id)
    blockers = consent.blockers(document, referral, provider["kind"] if provider else None, contested)
    if provider is not None and provider.get("status") not in USABLE:
        blockers.append("provider_shut")
    if referral.get("channel_id") and referral["channel_id"] not in [stated.row["id"] for stated in channels]:
        blockers.append("channel")
    sheet = consent.sheet(document, referral, contested)
    return Opened(document, referral, provider, channels, contested, sheet, tuple(blockers))


def providers(store: Store) -> list[Record]:
    """The providers on this laptop that may be sent anybody, by name."""
    query = select(PROVIDERS).where(PROVIDERS.c.erased_at.is_(None), PROVIDERS.c.status.in_(USABLE))
    with store.read() as connection:
        rows = connection.execute(query).mappings().all()
    return sorted((cases.record_of("providers", row) for row in rows), key=lambda row: str(row.get("name")))


def prepare(store: Store, referral_id: str, case_id: str, person_id: str | None, provider_id: str) -> None:
    """Begin a referral, under an id of the caller's, so that a repeated key makes one. Nobody has agreed to anything.

    Raises Refused `no_such_provider`.
    """
    with store.write() as unit:
        connection = unit.connection
        if connection.scalar(select(REFERRALS.c.id).where(REFERRALS.c.id == referral_id)):
            return
        provider = _provider(connection, provider_id)
        if provider is None:
            raise Refused("no_such_provider")
        channels = _channels(connection, provider)
        values = {
            "person_id": person_id, "provider_id": provider_id, "provider_name": provider.get("name"),
            "channel_id": channels[0].row["id"] if channels else None, "reference": _reference(connection),
            "status": "prepared", "status_at": instants.iso(unit.now), "basis": "consentimiento",
        }  # fmt: skip
        filled = {name: value for name, value in values.items() if value is not None}
        unit.record("referrals", referral_id, filled, case=case_id)


def say(store: Store, referral_id: str, values: Mapping[str, Any]) -> None:
    """Write what was said of one that has not left. Raises Refused `referral_status`.

    Another person, or another basis, was asked nothing yet; another text was not read aloud yet.
    """
    opened = load(store, referral_id)
    _still_here(opened)
    patch: dict[str, Any] = {name: values[name] for name in SAID & values.keys()}
    changed = {name for name, value in patch.items() if value != opened.referral.get(name)}
    answered = [
        code for code in opened.referral.get("answers") or () if code.startswith((SHARE, SAID_EXPRESSLY))
    ]
    if changed & WHOSE:
        patch = dict.fromkeys((f"answers.{code}" for code in answered), None) | {"consent": None} | patch
    elif "summary_for" in changed and SHARE + SUMMARY in answered:
        patch[f"answers.{SHARE}{SUMMARY}"] = None
    with store.write() as unit:
        unit.record("referrals", referral_id, patch)


def answer(store: Store, referral_id: str, datum: str, said: str | None, express: bool = False) -> None:
    """Note what the person said of one datum: `yes`, `no`, or None as never asked. Raises Refused `referral_status`."""
    opened = load(store, referral_id)
    _still_here(opened)
    if datum not in ORDER or said not in ("yes", "no", None):
        raise Refused("referral_datum")
    expressly = "yes" if express and said == "yes" else None
    with store.write() as unit:
        patch = {f"answers.{SHARE}{datum}": said, f"answers.{SAID_EXPRESSLY}{datum}": expressly}
        unit.record("referrals", referral_id, patch)


def send(
    store: Store, referral_id: str, form: str, to_whom: str, seen: str, sha256: str, review: str = ""
) -> None:
    """Note that exactly this left, to whom, and that an answer is expected; call it before the bytes go out.

    `seen`: fingerprint of the sheet that was on the screen. `sha256`: of the bytes. `review`: what supervision reads
    when it left without a yes. Raises Refused `sheet_changed`, `referral_to_whom`, `referral_<blocker>`.
    """
    with store.write() as unit:
        opened = load(store, referral_id)
        if opened.blockers:
            raise Refused(f"referral_{opened.blockers[0]}")
        if opened.sheet.fingerprint != seen:
            raise Refused("sheet_changed")
        if form not in FORMATS or not to_whom.strip():
            raise Refused("referral_to_whom")
        _deliver(unit, opened, form, to_whom.strip(), sha256)
        if opened.referral.get("basis") in consent.WITHOUT_YES:
            _task(unit, opened.referral, "review", review, hours=0)


def _deliver(unit: Unit, opened: Opened, form: str, to_whom: str, sha256: str) -> None:
    referral, case = opened.referral, opened.document["case"]
    at = instants.iso(unit.now)
    delivered(unit, opened, form, to_whom, sha256, at)
    wait = opened.provider.get("wait_hours") if opened.provider else None
    due = states.expected_by(unit.now, wait if isinstance(wait, int) else None, case.get("triage"))
    sent = {"status": "sent", "status_at": at, "sent_at": at, "expected_by": instants.iso(due)}
    unit.record("referrals", referral["id"], sent)


def delivered(unit: Unit, opened: Opened, form: str, to_whom: str, sha256: str, at: str) -> None:
    """Add the row of what left, once: its id is made of what it says."""
    case_id = opened.document["case"]["id"]
    row, patch = bound.made("referral_deliveries", {
        "case_id": case_id, "referral_id": opened.referral["id"], "at": at, "by_id": unit.author.actor, "format": form,
        "to_whom": to_whom, "data": opened.sheet.data, "sha256": sha256,
    })  # fmt: skip
    if unit.stored("referral_deliveries", row) is None:
        unit.record("referral_deliveries", row, patch, case=case_id)


def outcome(store: Store, referral_id: str, status: str, values: Mapping[str, Any], erase: str = "") -> None:
    """Write what became of it. `erase`: what the task says that follows when it is withdrawn after it was sent.

    Raises Refused `referral_move` where it may not go there from where it stands, `refusal_reason`.
    """
    with store.write() as unit:
        opened = load(store, referral_id)
        referral = opened.referral
        if status == "sent" or not states.may(referral, status):
            raise Refused("referral_move")
        if status == "refused" and not values.get("refusal_reason"):
            raise Refused("refusal_reason")
        at = instants.iso(unit.now)
        patch = {name: values[name] for name in (AFTERWARDS | {"refusal_reason"}) & values.keys()}
        patch |= {"status": status, "status_at": at} | ({"accepted_at": at} if status == "accepted" else {})
        unit.record("referrals", referral_id, patch)
        if status == "withdrawn" and _left(opened):
            _task(unit, referral, "referral_check", erase, hours=24)


def _left(opened: Opened) -> bool:
    return any(
        row.get("referral_id") == opened.referral["id"] for row in opened.document["referral_deliveries"]
    )


def _task(unit: Unit, referral: Record, kind: str, say_: str, *, hours: int) -> None:
    """A task of the referral, once: its id follows from what it is, so that two laptops make one."""
    task = str(uuid5(bound.NAMESPACE, f"{referral['id']} {kind}"))
    if unit.connection.scalar(select(TASKS.c.id).where(TASKS.c.id == task)):
        return
    due = instants.iso(states.expected_by(unit.now, hours, None))
    values = {
        "kind": kind, "due_from": instants.iso(unit.now), "due_to": due, "say": say_, "status": "open",
        "referral_id": referral["id"],
    }  # fmt: skip
    unit.record("tasks", task, values, case=referral["case_id"])


def _still_here(opened: Opened) -> None:
    if states.status_of(opened.referral) != "prepared":
        raise Refused("referral_status")


def _provider(connection: Connection, provider_id: str | None) -> Record | None:
    row = connection.execute(select(PROVIDERS).where(PROVIDERS.c.id == provider_id)).mappings().first()
    return None if row is None or row["erased_at"] else cases.record_of("providers", row)


def _channels(connection: Connection, provider: Record) -> tuple[Stated, ...]:
    """Numbers and addresses that hold, what is dialled first before the rest."""
    rows, checks = (
        [cases.record_of(str(table.name), row) for row in connection.execute(
            select(table).where(table.c.provider_id == provider["id"], table.c.erased_at.is_(None))
        ).mappings()]
        for table in (CHANNELS, CHECKS)
    )  # fmt: skip
    current = trust.believed("provider_channels", provider, rows, checks, persons(connection)).current
    return tuple(sorted(current, key=lambda stated: stated.row.get("kind") not in trust.DIALLED))


def _contested(connection: Connection, case_id: str, referral_id: str) -> frozenset[str]:
    """Fields with two values: of the referral, and what of the case decides over it."""
    own = select(CONFLICTS.c.field).where(CONFLICTS.c.table == "referrals", CONFLICTS.c.row == referral_id)
    of_case_ = select(CONFLICTS.c.field).where(
        CONFLICTS.c.table == "cases",
        CONFLICTS.c.row == case_id,
        CONFLICTS.c.field.in_(("anonymity", "consent_share")),
    )
    return frozenset({*connection.scalars(own), *connection.scalars(of_case_)})


def _reference(connection: Connection) -> str:
    while True:
        reference = "R-" + "".join(secrets.choice(CROCKFORD) for _ in range(LETTERS))
        if connection.scalar(select(REFERRALS.c.id).where(REFERRALS.c.reference == reference)) is None:
            return reference
