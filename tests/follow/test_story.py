"""One person's way through the Line: referred, refused, received, called back, up to a sentence; half of it offline.

Two laptops with the server between, and a clock that is told. Nobody's name here is anybody's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sync_office import Desk, House

from lnctp_tui.domain.referral import states
from lnctp_tui.errors import Refused
from lnctp_tui.screens.case import referral_words
from lnctp_tui.screens.labels import Words
from lnctp_tui.server.admin import relief
from lnctp_tui.services.case import cases, referral_after, referrals
from lnctp_tui.services.directory import directory, writing
from lnctp_tui.services.exchange.importing import run
from lnctp_tui.services.exchange.importing.files import Row
from lnctp_tui.services.follow import closing, sealed_shift, shift, tasks
from lnctp_tui.services.follow.card import card
from lnctp_tui.services.follow.files import list_files
from lnctp_tui.services.follow.worklist import awaited, worklist
from lnctp_tui.services.sync import synchronise
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.services.vault.demo import documents
from lnctp_tui.storage import ids, instants

MONDAY = datetime(2026, 6, 8, 22, 0, tzinfo=UTC)
"""16:00 in Puebla."""
ZONE = "America/Mexico_City"


class Line:
    """Both laptops on one clock."""

    def __init__(self, house: House) -> None:
        self.ana, self.beto, self.eva = house.desk("ana"), house.desk("beto"), house.desk("eva")
        self.lead = house.desk("lead", "supervisor")
        self.house, self.case = house, ""
        self.at(MONDAY)

    def at(self, moment: datetime) -> None:
        self.now = moment
        for desk in self.house.desks:
            desk.workspace.store.now = lambda: moment

    def sync(self) -> None:
        for desk in (self.lead, self.ana, self.beto, self.eva, self.ana):
            desk.sync()
            referral_after.note_shut(desk.store)
            directory.settle(desk.store)

    def document(self, desk: Desk) -> dict[str, Any]:
        return cases.document(desk.store, self.case)

    def take_call(self) -> None:
        sample = documents()["motel-puebla"]
        report = run.import_rows(
            self.ana.store, [Row(1, sample, sample)], protocol=self.ana.workspace.protocol, zone=ZONE
        )
        assert report.created == 1
        with self.ana.store.read() as connection:
            self.case = str(connection.exec_driver_sql("SELECT id FROM cases").scalar())
        self.ana.sync()
        self.house.event("grant", self.case, self.beto, data={"rank": -1})

    def enter(self, name: str) -> str:
        with self.lead.store.write() as unit:
            return writing.enter(
                unit, {"name": name, "kind": "osc", "source_id": name},
                services=[{"kind": "salud_mental", "covers": ["21114"], "sexes": ["mujer"]}],
                channels=[{"kind": "phone", "value": "2225550100", "purpose": "canalizacion"}],
            )  # fmt: skip

    def refer(self, desk: Desk, provider: str) -> str:
        """By what every screen hands to the writer: asked datum by datum, read, sent by word of mouth."""
        referral = referrals.new_id()
        victim = next(row["id"] for row in self.document(desk)["people"] if row["role"] == "victim")
        do(desk, "referral_new", referral, self.case, victim, provider)
        do(desk, "referral_say", referral, {"consent": "yes", "consent_by": victim})
        for datum in ("need", "age"):
            do(desk, "referral_answer", referral, datum, "yes", False)
        opened = referrals.load(desk.store, referral)
        words, protocol = Words(desk.workspace.protocol, ZONE), desk.workspace.protocol
        content = referral_words.content(opened, "voice", words, protocol)
        assert b"Alma" not in content
        assert "maíz".encode() not in content
        digest = referral_words.digest(content)
        do(desk, "referral_send", referral, "voice", "Coordinación", opened.sheet.fingerprint, digest, "")
        return referral

    def next_fit(self, desk: Desk) -> tuple[list[str], list[str]]:
        listed = directory.for_case(desk.store, self.document(desk))
        return [found.name for found in listed.found], [found.name for found in listed.excluded]


def do(desk: Desk, name: str, *arguments: Any) -> Any:
    return deed(name, *arguments)(desk.store)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_from_the_first_call_to_the_sentence(house: House, tmp_path: Path) -> None:
    line = Line(house)
    line.take_call()
    houses = {name: line.enter(name) for name in ("Casa Amate (ficticia)", "Casa Nopal (ficticia)")}
    line.sync()
    refused_offline(line, houses)
    found_another(line, houses)
    called_back_a_week_later(line)
    up_to_a_sentence(line)
    handed_over(line, tmp_path / "relevo")
    closed(line)
    for desk in (line.ana, line.beto):
        assert desk.refolds()
    assert line.document(line.ana) == line.document(line.beto)


def refused_offline(line: Line, houses: dict[str, str]) -> None:
    first, second = line.next_fit(line.ana)[0][:2]
    assert {first, second} == set(houses)
    referral = line.refer(line.ana, houses[first])
    line.at(line.now + timedelta(days=6))
    assert [row.provider for row in awaited(line.ana.store)] == [first], "nobody answered in time"
    do(line.ana, "referral_outcome", referral, "refused", {"refusal_reason": "lleno"}, "")
    assert awaited(line.ana.store) == ()
    names, excluded = line.next_fit(line.ana)
    assert names[0] == second
    assert first in excluded


def found_another(line: Line, houses: dict[str, str]) -> None:
    provider = houses[line.next_fit(line.ana)[0][0]]
    referral = line.refer(line.ana, provider)
    line.sync()
    assert len(line.document(line.beto)["referral_deliveries"]) == 2
    do(line.beto, "referral_outcome", referral, "accepted", {}, "")
    with line.lead.store.write() as unit:  # it closes while the referral is open
        unit.record("providers", provider, {"status": "suspended"})
    line.sync()
    (task,) = (row for row in line.document(line.ana)["tasks"] if row["plan"] == "institucion_cerrada")
    do(line.ana, "task_done", task["id"], "Sigue recibiéndola: cierra el mes próximo.")
    do(line.beto, "referral_outcome", referral, "completed", {"arrived": "yes"}, "")
    do(line.beto, "referral_answered", referral, {"need_met": "yes"})
    line.sync()
    stands = next(row for row in line.document(line.ana)["referrals"] if row["id"] == referral)
    assert (stands["status"], stands["arrived"], stands["need_met"]) == ("completed", "yes", "yes")


def called_back_a_week_later(line: Line) -> None:
    ana, beto = line.ana, line.beto
    number = line.document(ana)["identifiers"][0]
    with ana.store.write() as unit:
        unit.record("cases", line.case, {"callback_identifier_id": number["id"]})
    do(ana, "task_agreed", line.case, "Mo-Fr 16:00-18:00", ZONE)
    task = tasks.new_id()
    do(ana, "task_new", task, line.case)
    line.sync()
    line.at(MONDAY + timedelta(days=7, hours=-4))
    assert refusal(lambda: do(beto, "task_let_go", task, line.case)) == "task_not_yours"
    do(ana, "task_let_go", task, line.case)
    line.sync()
    for desk in (ana, beto):  # neither knows of the other
        do(desk, "task_take", task, None)
    line.sync()
    for desk in (ana, beto):
        (row,) = (row for row in worklist(desk.store, ZONE, 50).lines if row.id == task)
        assert sorted(row.assignees) == ["Persona ana", "Persona beto"]
        assert all(at for _name, at in row.taken)
        assert card(desk.store, task).taken == row.taken
    at = instants.iso(line.now)
    assert refusal(lambda: do(ana, "attempt", ids.new_id(), task, at, None, None)) == "not_a_safe_hour"
    assert card(ana.store, task).number is None
    line.at(MONDAY + timedelta(days=7, minutes=5))
    shown = card(ana.store, task)
    assert (shown.now.state, shown.number) == ("now", number["value"])
    contact = ids.new_id()
    do(ana, "attempt", contact, task, instants.iso(line.now), None, None)
    assert do(ana, "attempt_result", contact, "no_contesta", None) == "attempt"
    line.sync()
    assert worklist(beto.store, ZONE, 50).lines[0].assignees == ("Persona ana",), "the first attempt keeps it"
    following = next(row for row in line.document(beto)["tasks"] if row["attempt"] == 2)
    line.at(line.now + timedelta(minutes=30))
    assert [name for name, _at, _result in card(beto.store, following["id"]).tried] == ["Persona ana"]
    again = lambda: do(beto, "attempt", ids.new_id(), following["id"], instants.iso(line.now), None, None)  # noqa: E731
    assert refusal(again) == "too_soon"
    line.at(MONDAY + timedelta(days=8))
    contact = ids.new_id()
    do(beto, "attempt", contact, following["id"], instants.iso(line.now), None, None)
    assert do(beto, "attempt_result", contact, "hablo", "Está bien; va a denunciar.") == "none"


def up_to_a_sentence(line: Line) -> None:
    file = ids.new_id()
    with line.ana.store.write() as unit:
        unit.record("files", file, {"number": "CI/PUE/0001/2026", "entity": "MX-PUE"}, case=line.case)
    line.sync()
    steps = (
        ("denuncia", "2026-06-17"),
        ("carpeta", "2026-06-20"),
        ("juicio", "2027-02-01"),
        ("sentencia", "2027-05-01"),
    )
    for place, (stage, on) in enumerate(reversed(steps)):  # each laptop adds its own, in no order
        step = {"stage": stage, "on": on, "accompanied": "directo"}
        do((line.ana, line.beto)[place % 2], "stage", line.case, file, step)
    line.sync()
    for desk in (line.ana, line.beto):
        assert [row.stage for row in list_files(desk.store, 9)] == ["sentencia"]
        assert len(line.document(desk)["file_stages"]) == 4


def handed_over(line: Line, path: Path) -> None:
    """By a file, in a room without a network, to somebody who never saw the case; she sees it for three days."""
    ana, eva = line.ana, line.eva
    folio = line.document(ana)["case"]["folio"]
    lines = [
        {"item_case_id": line.case, "folio": folio, "why": "other", "line": "sentencia; llamar el lunes"}
    ]
    do(ana, "handover_sign", instants.iso(line.now), eva.workspace.counselor_id, None, "Frío", lines)
    (handed,) = shift.handed_over(ana.store)
    sealed_shift.seal(ana.store, handed.row["id"], path)
    there = sealed_shift.take_in(eva.store, path)
    assert [row["line"] for row in there.items] == ["sentencia; llamar el lunes"]
    assert (
        do(eva, "handover_take", instants.iso(line.now), None, there.row["id"], there.words, None) == "agreed"
    )
    assert eva.row(line.case) is None
    line.sync()
    relief.look(line.house.pool, "main", line.now)
    line.sync()
    assert line.document(eva)["case"]["folio"] == folio
    line.at(line.now + timedelta(days=3))
    relief.look(line.house.pool, "main", line.now)
    line.sync()
    assert refusal(lambda: line.document(eva)) == "case_withdrawn"
    assert line.document(ana)["case"]["folio"] == folio


def closed(line: Line) -> None:
    def blockers(desk: Desk) -> tuple[str, ...]:
        disputed = bool(synchronise.conflicts(desk.store, line.case))
        return closing.blockers(
            desk.workspace.protocol, line.document(desk), "seguimiento_concluido", disputed
        )

    late = tasks.new_id()
    do(line.ana, "task_new", late, line.case)
    assert {"tasks", "result"} <= set(blockers(line.ana))
    with line.ana.store.write() as unit:
        for row in line.document(line.ana)["contacts"]:
            if row["direction"] == "out" and not row["result"]:
                unit.record("contacts", row["id"], {"result": "hablo"})
    do(line.ana, "task_done", late, "Ya no hace falta.")
    assert "referrals" in blockers(line.ana), "one of the first call waits to this day"
    for row in line.document(line.ana)["referrals"]:
        if states.status_of(row) in states.OPEN:
            do(line.ana, "referral_outcome", row["id"], "cancelled", {}, "")
    assert set(blockers(line.ana)) <= {"debt", "conflicts"}, "two took one task offline"
    remarks = "Se hizo todo lo acordado." if blockers(line.ana) else None
    closing.decided(
        line.ana.store, line.document(line.ana), blockers(line.ana), "seguimiento_concluido", remarks
    )(line.ana.store)
    line.sync()
    assert [line.document(desk)["case"]["status"] for desk in (line.ana, line.beto)] == ["closed", "closed"]
