"""An outgoing call: begun when it may be, with its own clock, and what follows from its result."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lnctp_tui.errors import Refused
from lnctp_tui.services.call import calls, promise
from lnctp_tui.services.call.completeness import missing
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.case import cases
from lnctp_tui.services.exchange import exporting
from lnctp_tui.services.exchange.importing import run
from lnctp_tui.services.follow import calling, closing, deciding, files, tasks
from lnctp_tui.services.follow.card import card
from lnctp_tui.services.follow.worklist import awaited, worklist
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database.session import TABLES, Author, EditBaseline
from lnctp_tui.storage.replication import server_state

ZONE = "America/Mexico_City"
INSIDE = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)
OUTSIDE = INSIDE + timedelta(hours=6)
REASON = "Avisó que la mueven hoy mismo."
NUMBER = "55 5550 0000"


class Kept:
    """A case of which hours were agreed, and the task to call back."""

    def __init__(self, workspace: Workspace, **agreed: Any) -> None:
        self.workspace, self.store = workspace, workspace.store
        self.case, self.task, phone, report = (ids.new_id() for _ in range(4))
        self.at(INSIDE)
        with self.store.write() as unit:
            unit.record("cases", self.case, {
                "callback_allowed": "yes", "callback_hours": "Mo-Su 10:00-12:00", "callback_zone": ZONE,
                "callback_identifier_id": phone, "callback_say": "de la escuela", "code_word": "abrigo", **agreed,
            })  # fmt: skip
            unit.record("identifiers", phone, {"kind": "phone", "value": NUMBER}, case=self.case)
            unit.record(
                "contacts", report, {"started_at": instants.iso(INSIDE), "kind": "victim"}, case=self.case
            )
            unit.record(
                "tasks", self.task, {"kind": "callback", "due_to": instants.iso(INSIDE)}, case=self.case
            )

    def at(self, moment: datetime) -> None:
        self.store.now = lambda: moment

    def call(
        self, task: str, moment: datetime, code: str, basis: str | None = None, reason: str | None = None
    ) -> str:
        self.at(moment)
        contact = ids.new_id()
        calling.begin(self.store, contact, task, instants.iso(moment), basis, reason)
        return calling.result(self.store, contact, code)

    def open(self, kind: str = "callback") -> list[dict[str, Any]]:
        document = cases.document(self.store, self.case)
        return [row for row in document["tasks"] if row["kind"] == kind and row["status"] == "open"]


def test_the_number_is_shown_inside_the_hours_and_nowhere_else(workspace: Workspace) -> None:
    kept = Kept(workspace)
    assert card(kept.store, kept.task).number == NUMBER
    for moment in (OUTSIDE, INSIDE - timedelta(hours=2)):
        kept.at(moment)
        shown = card(kept.store, kept.task)
        assert (shown.now.state, shown.number) == ("wait", None)
        assert NUMBER not in repr(shown)
        contact = ids.new_id()
        with pytest.raises(Refused, match="not_a_safe_hour"):
            calling.begin(kept.store, contact, kept.task, instants.iso(moment))
        assert card(kept.store, kept.task).number is None


@pytest.mark.parametrize("agreed", [{"callback_allowed": "no"}, {"callback_allowed": "refused"}])
def test_a_no_is_passed_by_a_danger_to_life_alone_and_supervision_hears_of_it(
    workspace: Workspace, agreed: dict[str, str]
) -> None:
    kept = Kept(workspace, **agreed)
    for basis, reason in ((None, None), ("leido", None), ("peligro_vida", ""), ("prisa", REASON)):
        with pytest.raises(Refused, match="not_a_safe_hour"):
            kept.call(kept.task, INSIDE, "hablo", basis, reason)
    contact = ids.new_id()
    calling.begin(kept.store, contact, kept.task, instants.iso(INSIDE), "peligro_vida", REASON)
    assert (card(kept.store, kept.task).number, card(kept.store, kept.task).calling) == (NUMBER, contact)
    assert [row["plan"] for row in kept.open("review")] == ["fuera_de_horario"]
    calling.result(kept.store, contact, "hablo")
    assert card(kept.store, kept.task).number is None
    stored = next(row for row in cases.document(kept.store, kept.case)["contacts"] if row["id"] == contact)
    assert stored["answers"]["override.peligro_vida"] == REASON


def test_hours_that_nobody_wrote_down_are_read_before_the_call(workspace: Workspace) -> None:
    kept = Kept(workspace, callback_hours=None, callback_window="cuando él trabaja")
    assert card(kept.store, kept.task).number is None
    with pytest.raises(Refused, match="read_before_calling"):
        kept.call(kept.task, INSIDE, "hablo")
    assert kept.call(kept.task, INSIDE, "hablo", calling.READ) == "none"


def test_what_was_agreed_becomes_hours(workspace: Workspace) -> None:
    kept = Kept(workspace, callback_hours=None)
    with pytest.raises(Refused, match="hours_unread"):
        tasks.agree(kept.store, kept.case, "cuando él trabaja", ZONE)
    tasks.agree(kept.store, kept.case, "Mo-Su 10:00-12:00", ZONE)
    assert card(kept.store, kept.task).now.state == "now"


def test_five_attempts_in_vain_then_supervision(workspace: Workspace) -> None:
    kept = Kept(workspace)
    task = kept.task
    for day in range(4):
        assert kept.call(task, INSIDE + timedelta(days=day), "no_contesta") == "attempt"
        (following,) = kept.open()
        assert (following["attempt"], following["parent_id"]) == (day + 2, kept.task)
        assert following["due_from"] == instants.iso(INSIDE + timedelta(days=day + 1, hours=-1))
        task = following["id"]
    assert kept.call(task, INSIDE + timedelta(days=4), "no_contesta") == "review"
    assert (kept.open(), [row["plan"] for row in kept.open("review")]) == ([], ["agotados"])


@pytest.mark.parametrize("code", ["peligro", "numero_equivocado", "pidio_no_llamar"])
def test_a_dangerous_attempt_stops_every_call_to_the_person(workspace: Workspace, code: str) -> None:
    kept = Kept(workspace)
    promised = ids.new_id()
    with kept.store.write() as unit:
        unit.record("tasks", promised, {"kind": "callback"}, case=kept.case)
    assert kept.call(kept.task, INSIDE, code) == "review"
    assert card(kept.store, promised).now.state == "never"
    assert card(kept.store, promised).number is None
    with pytest.raises(Refused, match="not_a_safe_hour"):
        kept.call(promised, INSIDE + timedelta(hours=1, minutes=-30), "hablo")
    (review,) = kept.open("review")
    tasks.done(kept.store, review["id"], "se puede, con cuidado")
    assert card(kept.store, promised).now.state == ("never" if code == "pidio_no_llamar" else "now")


def test_a_stranger_twice_is_for_supervision(workspace: Workspace) -> None:
    kept = Kept(workspace)
    assert kept.call(kept.task, INSIDE, "contesto_otra_persona") == "attempt"
    (second,) = kept.open()
    assert kept.call(second["id"], INSIDE + timedelta(days=1), "contesto_otra_persona") == "review"
    assert kept.open() == []


def test_a_result_is_said_once_and_a_task_that_is_over_is_not_called(workspace: Workspace) -> None:
    kept = Kept(workspace)
    contact = ids.new_id()
    calling.begin(kept.store, contact, kept.task, instants.iso(INSIDE))
    assert [line.contact_id for line in worklist(kept.store, ZONE, 50).calling] == [contact]
    calling.result(kept.store, contact, "hablo", "está bien")
    with pytest.raises(Refused, match="result_is_there"):
        calling.result(kept.store, contact, "no_contesta")
    with pytest.raises(Refused, match="task_is_over"):
        kept.call(kept.task, INSIDE, "hablo")
    assert worklist(kept.store, ZONE, 50).calling == []


def test_what_the_line_calls_is_no_report(workspace: Workspace) -> None:
    kept = Kept(workspace)
    kept.call(kept.task, INSIDE, "hablo")
    document = cases.document(kept.store, kept.case)
    outgoing = next(row for row in document["contacts"] if row["direction"] == "out")
    assert outgoing["ended_at"]
    assert missing(document, outgoing["id"], workspace.protocol, "minimum") == []
    assert Intake.of_case(workspace, kept.case).contact.id != outgoing["id"]


def test_a_day_is_listed_by_its_time(workspace: Workspace) -> None:
    kept = Kept(workspace)
    kept.at(INSIDE + timedelta(minutes=30))
    with kept.store.write() as unit:
        for hours, name in ((3, "hoy"), (72, "semana"), (24 * 30, "mes")):
            due = instants.iso(INSIDE + timedelta(hours=hours))
            unit.record("tasks", ids.new_id(), {"kind": "other", "say": name, "due_to": due}, case=kept.case)
        unit.record("tasks", ids.new_id(), {"kind": "callback", "say": "sin hora"}, case=kept.case)
    found = worklist(kept.store, ZONE, 50)
    assert [line.say for line in found.lines] == ["sin hora", "", "hoy", "semana", "mes"]
    assert (found.late, found.today, found.week) == (1, 1, 1)
    pages = [line.id for at in range(0, 6, 2) for line in worklist(kept.store, ZONE, 2, at).lines]
    assert pages == [line.id for line in found.lines]


def test_a_task_is_taken_by_one_and_a_colleague_hears_of_it(workspace: Workspace) -> None:
    kept = Kept(workspace)
    with kept.store.write() as unit:
        unit.record("tasks", kept.task, {"assignee_id": "colleague"})
    with pytest.raises(Refused, match="task_taken"):
        tasks.take(kept.store, kept.task, None)
    tasks.take(kept.store, kept.task, "colleague")
    assert worklist(kept.store, ZONE, 5).lines[0].assignees == (workspace.counselor_name,)


def test_a_time_in_the_past_is_no_date(workspace: Workspace) -> None:
    kept = Kept(workspace)
    with pytest.raises(Refused, match="time_is_over"):
        tasks.due(kept.store, kept.task, instants.iso(INSIDE), instants.iso(INSIDE))


def test_a_reopened_case_keeps_why_it_was_closed(workspace: Workspace) -> None:
    kept = Kept(workspace)
    cases.set_status(kept.store, kept.case, "closed", "sin_contacto")
    cases.set_status(kept.store, kept.case, "open")
    case = cases.document(kept.store, kept.case)["case"]
    assert (case["status"], case["close_reason"], case["closed_at"]) == ("open", "sin_contacto", None)
    assert case["reopened_at"] == instants.iso(INSIDE)


def test_what_came_after_a_case_was_looked_at_keeps_it_open(workspace: Workspace) -> None:
    """Between the look and the disk: a colleague's task, a danger, two values. And a journal that is replayed late."""
    kept = Kept(workspace)
    calm = closing.decided(kept.store, cases.document(kept.store, kept.case), (), "atendido", None)
    with pytest.raises(Refused, match="not_closed_since"):
        calm(kept.store)  # the task to call back was not in view
    looked = cases.document(kept.store, kept.case)
    unsaid = closing.decided(kept.store, looked, ("tasks",), "atendido", None)
    with pytest.raises(Refused, match="not_closed_since"):
        unsaid(kept.store)
    with kept.store.write() as unit:
        unit.record("cases", kept.case, {"answers.situation.armed": "yes"})
    said = closing.decided(kept.store, looked, ("tasks",), "atendido", "Lo acordó supervisión.")
    with pytest.raises(Refused, match="not_closed_since"):
        said(kept.store)
    looked = cases.document(kept.store, kept.case)
    said = closing.decided(kept.store, looked, ("tasks",), "atendido", "Lo acordó supervisión.")
    said(kept.store)
    case = cases.document(kept.store, kept.case)["case"]
    assert (case["status"], case["supervisor_remarks"]) == ("closed", "Lo acordó supervisión.")
    kept.at(INSIDE + timedelta(hours=1))
    cases.set_status(kept.store, kept.case, "open")
    said(kept.store)
    assert cases.document(kept.store, kept.case)["case"]["status"] == "open"


def test_a_file_goes_from_the_complaint_to_the_sentence(workspace: Workspace) -> None:
    kept = Kept(workspace)
    file = ids.new_id()
    with kept.store.write() as unit:
        unit.record("files", file, {"number": "CI/TLX/0001/2026", "entity": "MX-TLA"}, case=kept.case)
        unit.record("files", ids.new_id(), {"number": "ci-tlx-0001-2026", "entity": "MX-TLA"}, case=kept.case)
    for stage, on in (("denuncia", "2026-03-03"), ("sentencia", "2027-05-01"), ("carpeta", "2026-03-05")):
        files.add_stage(kept.store, kept.case, file, {"stage": stage, "on": on, "accompanied": "directo"})
    lines = {line.id: line for line in files.list_files(kept.store, 50)}
    assert lines[file].stage == "sentencia"
    assert sorted(line.repeats for line in lines.values()) == [False, True]
    with pytest.raises(Refused, match="no_such_record"):
        files.add_stage(kept.store, kept.case, "nowhere", {"stage": "juicio"})


def by_two(kept: Kept) -> None:
    """Two laptops that did not know of each other take one task, as synchronisation leaves it."""
    own = kept.store.author
    with kept.store.write() as unit:
        for person, name in (("ana", "Ana"), ("luis", "Luis")):
            unit.record("counselors", person, {"name": name})
    with kept.store.read() as connection:
        heads = connection.execute(
            select(TABLES["tasks"].c.heads).where(TABLES["tasks"].c.id == kept.task)
        ).scalar()
    for person in ("ana", "luis"):
        kept.store.author = Author(person, f"{person}'s", own.sign)
        form = EditBaseline(person)
        form.see("tasks", kept.task, heads)
        with kept.store.write() as unit:
            unit.record("tasks", kept.task, {"assignee_id": person}, form=form)
    kept.store.author = own


def test_two_heads_are_both_named_and_the_first_attempt_has_the_task(workspace: Workspace) -> None:
    kept = Kept(workspace)
    by_two(kept)
    (line,) = worklist(kept.store, ZONE, 5).lines
    assert sorted(line.assignees) == ["Ana", "Luis"]
    assert [found.id for found in worklist(kept.store, ZONE, 5, mine=True).lines] == [kept.task]
    assert card(kept.store, kept.task).now.state == "now"  # who has it says nothing of when it is safe
    own = kept.store.author
    kept.store.author = Author("luis", "luis's", own.sign)
    contact = ids.new_id()
    calling.begin(kept.store, contact, kept.task, instants.iso(INSIDE))
    kept.store.author = own
    assert worklist(kept.store, ZONE, 5).lines[0].assignees == ("Luis",)
    assert [tried[0] for tried in card(kept.store, kept.task).tried] == ["Luis"]
    late = ids.new_id()
    calling.begin(kept.store, late, kept.task, instants.iso(INSIDE + timedelta(minutes=2)))
    assert worklist(kept.store, ZONE, 5).lines[0].assignees == ("Luis",)
    assert len(card(kept.store, kept.task).tried) == 2  # attempts are rows: none is lost


def test_a_number_with_two_values_is_shown_to_nobody_before_it_is_read(workspace: Workspace) -> None:
    kept = Kept(workspace)
    document = cases.document(kept.store, kept.case)
    phone, own = document["identifiers"][0]["id"], kept.store.author
    with kept.store.read() as connection:
        heads = connection.execute(
            select(TABLES["identifiers"].c.heads).where(TABLES["identifiers"].c.id == phone)
        ).scalar()
    for person, value in (("ana", "55 5550 0001"), ("luis", "55 5550 0002")):
        kept.store.author = Author(person, person, own.sign)
        form = EditBaseline(person)
        form.see("identifiers", phone, heads)
        with kept.store.write() as unit:
            unit.record("identifiers", phone, {"value": value}, form=form)
    kept.store.author = own
    found = card(kept.store, kept.task)
    assert (found.now.state, found.now.why, found.number) == ("read_first", "conflict", None)


def test_no_list_rings_twice_within_four_hours_and_a_danger_to_life_does(workspace: Workspace) -> None:
    kept = Kept(workspace, callback_hours="Mo-Su 08:00-22:00")
    assert kept.call(kept.task, INSIDE, "no_contesta") == "attempt"
    promised = ids.new_id()
    with kept.store.write() as unit:
        unit.record("tasks", promised, {"kind": "callback"}, case=kept.case)
    soon = INSIDE + timedelta(hours=3, minutes=59)
    kept.at(soon)
    shown = card(kept.store, promised)
    assert (shown.now.state, shown.now.why, shown.number) == ("wait", "too_soon", None)
    for basis in (None, calling.READ):
        with pytest.raises(Refused, match="too_soon"):
            kept.call(promised, soon, "hablo", basis)
    assert kept.call(promised, soon, "no_contesta", "peligro_vida", REASON) == "attempt"
    with pytest.raises(Refused, match="too_soon"):
        kept.call(kept.open()[0]["id"], INSIDE + timedelta(hours=4, minutes=1), "hablo")
    repeated = kept.open()[0]["id"]
    kept.call(repeated, soon + timedelta(hours=4), "hablo")
    calling.begin(kept.store, calls_of(kept)[-1], repeated, instants.iso(INSIDE))  # a journal tells it again
    assert len(calls_of(kept)) == 3


def calls_of(kept: Kept) -> list[str]:
    return [
        row["id"] for row in cases.document(kept.store, kept.case)["contacts"] if row["direction"] == "out"
    ]


def led_by(kept: Kept, role: str) -> None:
    server = server_state.Server("https://x.example", None, "0" * 64, "active", "x", role, "main")
    with kept.store.write() as unit:
        unit.remember(server_state.SERVER, asdict(server))


@pytest.mark.parametrize("code", ["peligro", "numero_equivocado", "pidio_no_llamar"])
def test_only_supervision_ends_what_it_was_asked(workspace: Workspace, code: str) -> None:
    kept = Kept(workspace)
    kept.call(kept.task, INSIDE, code)
    (review,) = kept.open("review")
    led_by(kept, "counselor")
    for act in (
        lambda: tasks.done(kept.store, review["id"], "ya"),
        lambda: deciding.decide(kept.store, review["id"], "no_more", "no conviene"),
        lambda: deciding.decide(kept.store, review["id"], "call_again", "no conviene"),
    ):
        with pytest.raises(Refused, match="supervision_decides"):
            act()
    assert card(kept.store, kept.task).now.state == "never"
    led_by(kept, "supervisor")
    with pytest.raises(Refused, match="why_so"):
        deciding.decide(kept.store, review["id"], "no_more", "  ")
    with pytest.raises(Refused, match="not_a_choice"):
        deciding.decide(kept.store, review["id"], "read", "no conviene")
    if code == "pidio_no_llamar":
        with pytest.raises(Refused, match="not_a_choice"):
            deciding.decide(kept.store, review["id"], "call_again", "no conviene")


def test_what_supervision_decides_has_its_consequences(workspace: Workspace) -> None:
    kept = Kept(workspace)
    kept.call(kept.task, INSIDE, "peligro")
    (review,) = kept.open("review")
    assert (
        deciding.decide(kept.store, review["id"], "call_again", "el número es de su hermana") == "call_again"
    )
    (again,) = kept.open()
    assert (again["attempt"], again["plan"], again.get("parent_id")) == (1, "intentos", None)
    assert again["due_from"] == instants.iso(INSIDE)
    with pytest.raises(Refused, match="task_is_over"):  # a journal tells it again: once is enough
        deciding.decide(kept.store, review["id"], "call_again", "el número es de su hermana")
    assert len(kept.open()) == 1
    kept.call(again["id"], INSIDE + timedelta(minutes=5), "peligro")
    (review,) = kept.open("review")
    promised = ids.new_id()
    with kept.store.write() as unit:
        unit.record("tasks", promised, {"kind": "callback"}, case=kept.case)
    assert deciding.decide(kept.store, review["id"], "no_more", "la ponemos en riesgo") == "no_more"
    assert (kept.open(), kept.open("review")) == ([], [])
    assert card(kept.store, promised).now.why == "not_allowed"
    document = cases.document(kept.store, kept.case)
    assert document["case"]["callback_allowed"] == "no"
    assert [row["outcome"] for row in document["tasks"] if row["id"] == review["id"]] == [
        "la ponemos en riesgo"
    ]


def test_a_task_is_let_go_by_who_has_it_and_with_two_heads_the_other_keeps_it(workspace: Workspace) -> None:
    kept = Kept(workspace)
    with pytest.raises(Refused, match="task_not_yours"):
        tasks.let_go(kept.store, kept.task, kept.case)
    tasks.take(kept.store, kept.task, None)
    tasks.let_go(kept.store, kept.task, kept.case)
    assert worklist(kept.store, ZONE, 5).lines[0].assignees == ()
    by_two(kept)
    (line,) = worklist(kept.store, ZONE, 5).lines
    assert sorted(name for name, _at in line.taken) == ["Ana", "Luis"]
    assert all(instants.parse(at) for _name, at in line.taken)
    assert card(kept.store, kept.task).taken == line.taken
    own = kept.store.author
    with pytest.raises(Refused, match="task_not_yours"):
        tasks.let_go(kept.store, kept.task, kept.case)
    kept.store.author = Author("ana", "ana's", own.sign)
    tasks.let_go(kept.store, kept.task, kept.case)
    kept.store.author = own
    (line,) = worklist(kept.store, ZONE, 5).lines
    assert (line.assignees, line.taken) == (("Luis",), ())


def test_the_list_is_of_what_is_late_of_today_or_of_this_week(workspace: Workspace) -> None:
    kept = Kept(workspace)
    kept.at(INSIDE + timedelta(minutes=30))
    with kept.store.write() as unit:
        unit.record("tasks", kept.task, {"say": "vencida"})
        for hours, name in ((3, "hoy"), (72, "semana"), (24 * 30, "mes")):
            due = instants.iso(INSIDE + timedelta(hours=hours))
            unit.record("tasks", ids.new_id(), {"kind": "other", "say": name, "due_to": due}, case=kept.case)
        unit.record("tasks", ids.new_id(), {"kind": "other", "say": "sin hora"}, case=kept.case)
    only: dict[Any, list[str]] = {
        due: [line.say for line in worklist(kept.store, ZONE, 50, due=due).lines] for due in ("late", "today", "week")
    }  # fmt: skip
    assert only == {
        "late": ["sin hora", "vencida"], "today": ["sin hora", "hoy"], "week": ["sin hora", "semana"],
    }  # fmt: skip


def test_a_referral_that_nobody_answered_in_time_stands_in_the_list(workspace: Workspace) -> None:
    kept = Kept(workspace)
    for status, hours in (("sent", -1), ("sent", 1), ("accepted", -1), ("prepared", -1)):
        with kept.store.write() as unit:
            due = {"expected_by": instants.iso(INSIDE + timedelta(hours=hours)), "status": status}
            unit.record(
                "referrals", ids.new_id(), due | {"provider_name": f"{status} {hours}"}, case=kept.case
            )
    assert [line.provider for line in awaited(kept.store)] == ["sent -1"]
    assert [line.provider for line in awaited(kept.store, kept.case)] == ["sent -1"]
    assert awaited(kept.store, "otro") == ()


def test_a_call_put_off_to_hours_that_are_not_safe_is_told(workspace: Workspace) -> None:
    kept = Kept(workspace)
    span = (instants.iso(INSIDE + timedelta(hours=hours)) for hours in (2, 4, 20, 30))
    assert tasks.due(kept.store, kept.task, next(span), next(span)) == "unsafe"
    assert tasks.due(kept.store, kept.task, next(span), next(span)) == ""


def test_a_call_is_planned_once_and_due_as_a_first_attempt(workspace: Workspace) -> None:
    kept = Kept(workspace)
    assert tasks.next_call(kept.store, kept.case) == kept.task
    tasks.done(kept.store, kept.task, "hecho")
    assert tasks.next_call(kept.store, kept.case) is None
    planned = ids.new_id()
    for _time in range(2):
        tasks.plan(kept.store, planned, kept.case)
    (task,) = kept.open("follow_up")
    assert (task["id"], task["assignee_id"]) == (planned, workspace.counselor_id)
    assert task["due_to"] == instants.iso(INSIDE + timedelta(hours=48))


def test_the_stages_of_a_file_go_along_with_it_and_twice_is_once(
    workspace: Workspace, second: Workspace
) -> None:
    kept = Kept(workspace)
    file = ids.new_id()
    with kept.store.write() as unit:
        unit.record("files", file, {"number": "CI/TLX/0001/2026"}, case=kept.case)
    step = {"stage": "denuncia", "on": "2026-03-03", "accompanied": "directo"}
    for _time in range(2):
        files.add_stage(kept.store, kept.case, file, step)
    document = workspace.home / "caso.jsonl"
    document.write_bytes(b"".join(exporting.lines(kept.store, [kept.case])))
    for other in (workspace, second, second):
        assert not run.import_file(other.store, document, protocol=other.protocol, zone=other.zone).refused
        (stage,) = cases.document(other.store, kept.case)["file_stages"]
        assert (stage["stage"], stage["accompanied"], stage["file_id"]) == ("denuncia", "directo", file)


def test_a_file_says_whose_it_is_why_nobody_reported_and_when_it_is_looked_at_again(
    workspace: Workspace,
) -> None:
    kept = Kept(workspace)
    file, victim, planned = (ids.new_id() for _ in range(3))
    with kept.store.write() as unit:
        unit.record("people", victim, {"role": "victim"}, case=kept.case)
        unit.record("files", file, {"number": "CI/TLX/0001/2026"}, case=kept.case)
    files.name_victims(kept.store, file, [victim])
    files.give_reason(kept.store, kept.case, "miedo_represalias", "yes")
    with pytest.raises(Refused, match="time_is_over"):
        files.plan_follow_up(kept.store, planned, kept.case, instants.iso(INSIDE), instants.iso(INSIDE))
    until = [instants.iso(INSIDE + timedelta(days=days)) for days in (30, 31)]
    for _time in range(2):
        files.plan_follow_up(kept.store, planned, kept.case, *until)
    document = cases.document(kept.store, kept.case)
    assert document["files"][0]["victim_ids"] == [victim]
    assert document["case"]["answers"] == {"no_report_reason.miedo_represalias": "yes"}
    (task,) = kept.open("follow_up")
    assert (task["plan"], task["due_to"]) == ("carpeta", until[1])
    assert "file" not in closing.blockers(workspace.protocol, document, "otro", False)
    files.give_reason(kept.store, kept.case, "miedo_represalias", None)
    assert cases.document(kept.store, kept.case)["case"]["answers"] == {}


def test_a_promise_that_no_safe_hour_is_left_for_is_told_before_the_call_ends() -> None:
    case = {"callback_hours": "Mo-Fr 10:00-12:00", "callback_zone": ZONE}
    at = [instants.iso(INSIDE + timedelta(hours=hours)) for hours in (3, 5, 30)]
    assert promise.has_no_window({"due_from": at[0], "due_to": at[1]}, case, INSIDE)
    assert not promise.has_no_window({"due_from": at[0], "due_to": at[2]}, case, INSIDE)
    assert not promise.has_no_window({"due_from": at[0], "due_to": at[1]}, {}, INSIDE)
    assert not promise.has_no_window({}, case, INSIDE)


def test_a_call_that_is_ended_again_promises_once(workspace: Workspace) -> None:
    kept = Kept(workspace)
    report = next(row["id"] for row in cases.document(kept.store, kept.case)["contacts"])
    due = {"due_from": instants.iso(INSIDE), "due_to": instants.iso(INSIDE + timedelta(hours=1))}
    for _time in range(2):
        calls.finish(
            kept.store, report, due | {"say": "prometida"}, instants.iso(INSIDE + timedelta(hours=24))
        )
    assert [row["say"] for row in kept.open() if row["id"] != kept.task] == ["prometida"]
    assert len(kept.open("minimum_record")) == 1
