"""Documents of control over the line: what a laptop lacks of them, what officers send, and that an order was obeyed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from lnctp_tui.domain.authority import documents
from lnctp_tui.domain.authority.documents import ControlRefused, Signed
from lnctp_tui.server.admin import audit, drafts, erasing, ordering, reports
from lnctp_tui.server.admin.control import Ruling
from lnctp_tui.server.http.endpoint import Asked, Route
from lnctp_tui.server.http.messages import Ask, Done, Paper, Refusing
from lnctp_tui.server.http.rate_limits import Buckets, Rate
from lnctp_tui.server.postgres.database import SERVE, Db, Declined, transaction
from lnctp_tui.storage import instants

DOCUMENTS, BYTES = 1000, 8 << 20
"""Most of one answer; what comes after is asked for again."""
REFUSALS = Buckets(Rate(1 / 60, 20))
"""Of a device, that leave an entry in the audit; more are only counted."""


def _control(asked: Asked) -> Any:
    body: Ask = asked.body
    sender = asked.sender
    ruling = sender.ruling
    orders = ruling.orders if ruling else ()
    same = body.orders <= len(orders) and (
        not body.last or (body.orders > 0 and orders[body.orders - 1].hash == body.last)
    )
    after = body.orders if same else 0
    lists, more = _pages((ruling.authorities[body.authority :] if ruling else (), orders[after:]))
    said: dict[str, Any] = {
        "authorities": lists[0], "orders": lists[1], "from": after, "more": more,
        "drafts": [], "obeyed": [], "known": None,
    }  # fmt: skip
    officer = ruling is not None and ruling.officer(sender)
    if officer or (ruling is None and sender.state == "active"):
        with transaction(asked.services.pool, sender.team, SERVE) as connection:
            said["drafts"] = drafts.shown(connection, ruling, sender, instants.now())
            if officer or sender.role in ("supervisor", "admin"):
                said["known"] = reports.known(connection, sender.team, ruling)
            if ruling is not None:
                said["obeyed"] = reports.obeyed(connection, ruling)
    return said


def _pages(lists: Sequence[Sequence[Signed]]) -> tuple[list[list[dict[str, Any]]], bool]:
    """As many documents of each list as fit into an answer, at least one; whether some were left."""
    found: list[list[dict[str, Any]]] = []
    count = size = 0
    more = False
    for each in lists:
        kept: list[dict[str, Any]] = []
        for signed in () if more else each:
            size += len(signed.body) + 250 * len(signed.sigs)
            if count and (count == DOCUMENTS or size > BYTES):
                more = True
                break
            kept.append(signed.document())
            count += 1
        found.append(kept)
    return found, more


def _orders(asked: Asked) -> Any:
    signed = _paper(asked)
    sender, kept, now = asked.sender, asked.services.control, instants.now()

    def append(connection: Db) -> int:
        return ordering.append(kept, connection, sender.team, signed, sender.person, now)

    try:
        number = _refusable(asked, signed.hash, append)
    except ControlRefused as error:
        if error.code == "control_unpinned":  # it waits for the operator where it can be seen
            with suppress(ControlRefused), transaction(asked.services.pool, sender.team, SERVE) as connection:
                drafts.offer(kept, connection, sender, signed, now)
        raise
    _after(asked, signed)
    return {"hash": signed.hash, "n": number}


def _drafts(asked: Asked) -> Any:
    signed = _paper(asked)
    sender, kept, now = asked.sender, asked.services.control, instants.now()
    found = _refusable(
        asked, signed.hash, lambda connection: drafts.offer(kept, connection, sender, signed, now)
    )
    if found.ordered:
        _after(asked, found.signed)
    return {"hash": signed.hash, "ordered": found.ordered, "persons": found.persons, "until": found.until}


def _refuse(asked: Asked) -> Any:
    body: Refusing = asked.body
    sender, kept, now = asked.sender, asked.services.control, instants.now()
    with transaction(asked.services.pool, sender.team, SERVE) as connection:
        drafts.refuse(kept, connection, sender, body.hash, body.reason, now)
    return {}


def _obeyed(asked: Asked) -> Any:
    body: Done = asked.body
    sender = asked.sender
    order = sender.ruling.order(body.hash) if sender.ruling else None
    if order is None or order.kind not in reports.OBEYED:
        raise Declined("not_found")
    if order.kind != "erase" and order.on != sender.public_key:
        raise Declined("not_found")
    with transaction(asked.services.pool, sender.team, SERVE) as connection:
        now = instants.now()
        if connection.execute(reports.DONE, (sender.team, body.hash, sender.id, instants.iso(now))).rowcount:
            audit.note(connection, sender.team, now, sender.id, f"obeyed.{order.kind}", body.hash)
    return {}


def _paper(asked: Asked) -> Signed:
    body: Paper = asked.body
    signed: Signed = _noted(asked, "", lambda: documents.read(body.kind, body.document))
    return signed


def _refusable(asked: Asked, hash_: str, work: Callable[[Db], Any]) -> Any:
    """What `work` returns from its transaction; a refusal is noted by name after that one is taken back."""

    def within() -> Any:
        with transaction(asked.services.pool, asked.sender.team, SERVE) as connection:
            return work(connection)

    return _noted(asked, hash_, within)


def _noted(asked: Asked, hash_: str, work: Callable[[], Any]) -> Any:
    sender = asked.sender
    try:
        return work()
    except ControlRefused as error:
        if not REFUSALS.take(sender.id):
            with transaction(asked.services.pool, sender.team, SERVE) as connection:
                audit.note(
                    connection, sender.team, instants.now(), sender.id, f"order.refused.{error.code}",
                    hash_ or sender.id,
                )  # fmt: skip
        raise


def _after(asked: Asked, signed: Signed) -> None:
    """What an order does beyond the tables of who is who."""
    services, team = asked.services, asked.sender.team
    ruling: Ruling | None = services.control.now(team)
    order = ruling.order(signed.hash) if ruling and signed.kind == "order" else None
    if order is not None and order.kind == "erase":
        erasing.ordered(services.settings.home, services.pool, team, order)


ROUTES = (
    Route("POST", "control", "control", Ask, _control),
    Route("POST", "orders", "orders", Paper, _orders),
    Route("POST", "drafts", "drafts", Paper, _drafts),
    Route("POST", "drafts/refuse", "refuse", Refusing, _refuse),
    Route("POST", "obeyed", "obeyed", Done, _obeyed),
)
