"""HTCDS, CTDC and the sheet for the Financial Intelligence Unit: one file of rows over many cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement

from lnctp_tui.domain.exchange import ctdc, htcds, htcds_loss, sharing, uif
from lnctp_tui.domain.exchange.htcds import Export, Victim
from lnctp_tui.domain.exchange.sharing import Recipient
from lnctp_tui.domain.records.document import MEMBERS
from lnctp_tui.domain.values import moments
from lnctp_tui.services.case import handing_out
from lnctp_tui.services.exchange.outgoing import (
    gathering,
    ledger,
    private_file,
    recipients,
    standards,
    tables,
)
from lnctp_tui.services.exchange.outgoing.gathering import Gathered, Members
from lnctp_tui.services.exchange.outgoing.ledger import Intent
from lnctp_tui.services.exchange.outgoing.private_file import Hashed
from lnctp_tui.services.exchange.outgoing.tables import Row
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import instants

NEEDED: Final[Members] = {table: names.split() for table, names in {
    "cases": "id folio merged_into status owner_id close_reason consent_share anonymity opened_at "
    "callback_identifier_id answers",
    "people": "id case_id role headcount name age_min age_max age_estimated birth_date sex gender nationality "
    "origin_state relation_to_trafficker answers extra",
    "places": "id case_id person_id role country state municipality venue",
    "contacts": "id case_id direction started_at reporter_type reporter_person_id",
    "identifiers": "id case_id person_id kind value",
    "referrals": "id case_id person_id provider_id provider_name reason basis consent consent_by sent_at accepted_at "
    "status answers",
    "files": "id case_id stage victim_ids",
    "file_stages": "id case_id stage",
}.items()}  # fmt: skip
"""What a row of HTCDS is made of."""
WHOLE: Final[Members] = {"cases": None, **dict.fromkeys(MEMBERS)}
HTCDS: Final = "htcds"
LOSS: Final = ("fila", "mx_Id", "campo", "motivo")


@dataclass(frozen=True)
class Order:
    """What somebody asked to be made."""

    to: str
    reason: str
    out: Path
    form: str = "csv"
    version: str = ""
    case_ids: Sequence[str] = ()
    core: bool = False
    """Only the standard's own columns."""
    loss: Path | None = None


@dataclass(frozen=True)
class Made:
    """What was made."""

    id: str
    rows: int
    cases: int
    sha256: str


@dataclass(frozen=True)
class Plan:
    """How the rows of one format come about."""

    format: str
    version: str
    columns: Sequence[str]
    titles: Sequence[str]
    condition: ColumnElement[bool]
    members: Members
    rows: Callable[[Export, Gathered], Iterator[Row]]


def export_of(workspace: Workspace, to: Recipient) -> Export:
    """What all rows for this recipient share."""

    def local_day(instant: str) -> str:
        return str(instants.local(instant, workspace.zone).date()) if moments.instant(instant) else ""

    with workspace.store.read() as connection:
        known = recipients.providers(connection)
    pseudonym = recipients.pseudonyms(workspace.key, to)
    return Export(standards.htcds(), workspace.protocol, to, known, pseudonym, local_day)


def victims(export: Export, gathered: Gathered) -> Iterator[Victim]:
    """The victims and groups of a case with what each may be facts of."""
    document = gathered.document
    shared = sharing.shared(document["case"], gathered.contested(document["case"]["id"]))
    for person in document["people"]:
        if person.get("role") in gathering.VICTIMS:
            facts = sharing.told(document, person, export.recipient, gathered.contested)
            yield Victim(document, person, facts, shared, gathered.root, export.protocol)


def make_htcds(workspace: Workspace, order: Order) -> Made:
    """HTCDS 2.0: one row for each victim or group, as csv, xlsx or with the survey's names. See `_make`.

    With `loss` a second file, which is not for the recipient, tells row by row what the standard could not say.
    """
    standard = standards.htcds()
    columns = standard.columns if order.core else (*standard.columns, *standard.local)
    titles = [standard.xlsform.get(name, name) for name in columns] if order.form == "xlsform" else columns

    def rows(export: Export, gathered: Gathered) -> Iterator[Row]:
        for victim in victims(export, gathered):
            yield htcds.row(export, victim)

    if order.loss:
        handing_out.place(str(order.loss.absolute()))  # before anything leaves
    made = _make(
        workspace, order, Plan(HTCDS, standard.version, columns, titles, gathering.WITH_VICTIM, NEEDED, rows)
    )
    if order.loss:
        _make_loss(workspace, replace(order, out=order.loss, form="csv"))
    return made


def _make_loss(workspace: Workspace, order: Order) -> None:
    number = 0

    def rows(export: Export, gathered: Gathered) -> Iterator[Row]:
        nonlocal number
        for victim in victims(export, gathered):
            number += 1
            cells = htcds.row(export, victim)
            for lost in htcds_loss.lost(export, victim, cells):
                yield dict(zip(LOSS, (str(number), cells["mx_Id"], lost.field, lost.reason), strict=True))

    plan = Plan(f"{HTCDS}.loss", standards.htcds().version, LOSS, LOSS, gathering.WITH_VICTIM, WHOLE, rows)
    _make(workspace, order, plan)


def make_ctdc(workspace: Workspace, order: Order) -> Made:
    """CTDC microdata of victims who agreed to sharing, in one of its versions. See `_make`."""
    codebook, version = standards.codebook(), order.version or "v6"

    def rows(export: Export, gathered: Gathered) -> Iterator[Row]:
        for victim in victims(export, gathered):
            if victim.shared and victim.person.get("role") == "victim":
                yield ctdc.row(codebook, version, export, victim)

    columns = codebook.columns[version]
    agreed = gathering.WITH_VICTIM & (gathering.CASES.c.consent_share == "yes")
    plan = Plan(
        "ctdc",
        version,
        columns,
        columns,
        agreed,
        {name: NEEDED[name] for name in ("cases", "people", "places", "contacts")},
        rows,
    )
    return _make(workspace, order, plan)


def make_uif(workspace: Workspace, order: Order) -> Made:
    """The money trails that may be shared with the unit. See `_make`."""
    sheet = 0

    def rows(export: Export, gathered: Gathered) -> Iterator[Row]:
        nonlocal sheet
        for row in uif.rows(export, gathered.document, gathered.contested):
            sheet += 1
            yield {"hoja": str(sheet), **row}

    members: Members = {"cases": None, "people": None, "identifiers": None, "money": None}
    plan = Plan("uif", "1", uif.COLUMNS, uif.COLUMNS, gathering.WITH_MONEY, members, rows)
    return _make(workspace, order, plan)


def _make(workspace: Workspace, order: Order, plan: Plan) -> Made:
    """Note the export and make its file.

    Raises Refused `exchange_recipient`, `exchange_reason`, `exchange_role`, `exchange_not_yours`, `exchange_empty`,
    `bad_place`, `place_shared`; BadInput `file_exists`; StorageFailed.
    """
    store = workspace.store
    intent = Intent(
        recipients.recipient(store, order.to), recipients.checked_reason(order.reason), plan.format,
        plan.version, plan.columns,
    )  # fmt: skip
    path = handing_out.place(str(order.out.absolute()))
    chosen = gathering.chosen(store, plan.condition, order.case_ids)
    export = export_of(workspace, intent.recipient)

    def fill(stream: Hashed) -> int:
        with store.read() as connection:
            cases = gathering.gathered(connection, chosen.ids, plan.members)
            rows = (row for gathered in cases for row in plan.rows(export, gathered))
            return tables.write(order.form, stream, plan.columns, plan.titles, rows)

    id_ = ledger.begin(store, intent, chosen.ids, chosen.folios)
    count, digest = private_file.hand_out(store, id_, path, fill)
    return Made(id_, count, len(chosen.ids), digest)
