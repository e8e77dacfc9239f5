"""Documents of control over the line: what a laptop lacks of them, what officers send, and that an order was obeyed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from lnctp_tui.domain.authority import documents
from lnctp_tui.domain.authority.documents import ControlRefused, Signed
from lnctp_tui.errors import Declined
from lnctp_tui.server.admin import audit, drafts, erasing, ordering, reports
from lnctp_tui.server.devices import Ruling
from lnctp_tui.server.http.endpoint import Asked, Route
from lnctp_tui.server.http.messages import Ask, Done, Paper, Refusing
from lnctp_tui.server.http.rate_limits import Buckets, Rate
from lnctp_tui.server.postgres.database import SERVE, Db, transaction
from lnctp_tui.storage import instants

DOCUMENTS, BYTES = 1000, 8 << 20
"""Most of one answer; what comes after is asked for again."""
REFUSALS = Buckets(Rate(1 / 60, 20))
"""Of a device, that leave an entry in the audit; more are only counted."""


def _control(call: Asked) -> Any:
    body: Ask = call.body
    sender = call.sender
    ruling = sender.ruling
    orders = ruling.orders if ruling else ()
    same = body.orders <= len(orders) and (
        not body.last or (body.orders > 0 and orders[body.orders - 1].hash == body.last)
    )
    after = body.orders if same else 0
    lists, more = _pages((ruling.authorities[body.authority :] if ruling else (), orders[after:]))
    answer: dict[str, Any] = {
        "authorities": lists[0], "orders": lists[1], "from": after, "more": more,
        "drafts": [], "obeyed": [], "known": None,
    }  # fmt: skip
    officer = ruling is not None and ruling.officer(sender)
    if officer or (ruling is None and sender.state == "active"):
        with transaction(call.services.pool, sender.team, SERVE) as connection:
            answer["drafts"] = drafts.shown(connection, ruling, sender, instants.now())
            if officer or sender.role in ("supervisor", "admin"):
                answer["known"] = reports.known(connection, sender.team, ruling)
            if ruling is not None:
                answer["obeyed"] = reports.obeyed(connection, ruling)
    return answer


def _pages(lists: Sequence[Sequence[Signed]]) -> tuple[list[list[dict[str, Any]]], bool]:
    """As many documents of each list as fit into an answer, at least one; whether some were left."""
    pages: list[list[dict[str, Any]]] = []
    count = size = 0
    more = False
    for listed in lists:
        page: list[dict[str, Any]] = []
        for signed in () if more else listed:
            size += len(signed.body) + 250 * len(signed.sigs)
            if count and (count == DOCUMENTS or size > BYTES):
                more = True
                break
            page.append(signed.document())
            count += 1
        pages.append(page)
    return pages, more


def _orders(call: Asked) -> Any:
    signed = _paper(call)
    sender, rulings, now = call.sender, call.services.control, instants.now()

    def append(connection: Db) -> int:
        return ordering.append(rulings, connection, sender.team, signed, sender.person, now)

    try:
        number = _refusable(call, signed.hash, append)
    except ControlRefused as error:
        if error.code == "control_unpinned":  # it waits for the operator where it can be seen
            with suppress(ControlRefused), transaction(call.services.pool, sender.team, SERVE) as connection:
                drafts.offer(rulings, connection, sender, signed, now)
        raise
    _after(call, signed)
    return {"hash": signed.hash, "n": number}


def _drafts(call: Asked) -> Any:
    signed = _paper(call)
    sender, rulings, now = call.sender, call.services.control, instants.now()
    offered = _refusable(
        call, signed.hash, lambda connection: drafts.offer(rulings, connection, sender, signed, now)
    )
    if offered.ordered:
        _after(call, offered.signed)
    return {
        "hash": signed.hash,
        "ordered": offered.ordered,
        "persons": offered.persons,
        "until": offered.until,
    }


def _refuse(call: Asked) -> Any:
    body: Refusing = call.body
    sender, rulings, now = call.sender, call.services.control, instants.now()
    with transaction(call.services.pool, sender.team, SERVE) as connection:
        drafts.refuse(rulings, connection, sender, body.hash, body.reason, now)
    return {}


def _obeyed(call: Asked) -> Any:
    body: Done = call.body
    sender = call.sender
    order = sender.ruling.order(body.hash) if sender.ruling else None
    if order is None or order.kind not in reports.OBEYED:
        raise Declined("not_found")
    if order.kind != "erase" and order.on != sender.public_key:
        raise Declined("not_found")
    with transaction(call.services.pool, sender.team, SERVE) as connection:
        now = instants.now()
        if connection.execute(reports.DONE, (sender.team, body.hash, sender.id, instants.iso(now))).rowcount:
            audit.note(connection, sender.team, now, sender.id, f"obeyed.{order.kind}", body.hash)
    return {}


def _paper(call: Asked) -> Signed:
    body: Paper = call.body
    signed: Signed = _noted(call, "", lambda: documents.read(body.kind, body.document))
    return signed


def _refusable(call: Asked, hash_: str, work: Callable[[Db], Any]) -> Any:
    """What `work` returns from its transaction; a refusal is noted by name after that one is taken back."""

    def within() -> Any:
        with transaction(call.services.pool, call.sender.team, SERVE) as connection:
            return work(connection)

    return _noted(call, hash_, within)


def _noted(call: Asked, hash_: str, work: Callable[[], Any]) -> Any:
    sender = call.sender
    try:
        return work()
    except ControlRefused as error:
        if not REFUSALS.take(sender.id):
            with transaction(call.services.pool, sender.team, SERVE) as connection:
                audit.note(
                    connection, sender.team, instants.now(), sender.id, f"order.refused.{error.code}",
                    hash_ or sender.id,
                )  # fmt: skip
        raise


def _after(call: Asked, signed: Signed) -> None:
    """What an order does beyond the tables of who is who."""
    services, team = call.services, call.sender.team
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
