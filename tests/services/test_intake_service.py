"""A whole call without a screen: any order, nothing lost, undone, finished, attached, discarded."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from workspaces import Founded, field, narrate, settle

from lnctp_tui.errors import LnctpError
from lnctp_tui.services.call import calls, endings, matches
from lnctp_tui.services.call.desk import desk
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.case import cases
from lnctp_tui.services.refs import Place, Ref
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import ids, instants
from lnctp_tui.storage.database import state


def said(intake: Intake, on: str, code: str, raw: str) -> None:
    intake.enter(field(intake.workspace, on, code), raw)


def stored(workspace: Workspace, intake: Intake) -> dict:
    settle(workspace)
    return cases.document_of_contact(workspace.store, intake.contact.id)


def test_a_call_is_on_disk_before_anything_is_chosen(workspace: Workspace) -> None:
    intake = Intake.start(workspace)
    settle(workspace)
    (call,) = calls.list_calls(workspace.store)
    assert (call.contact_id, call.finished, call.case_id) == (intake.contact.id, False, None)
    assert call.started_at == intake.started_at


def test_the_first_thing_that_needs_a_case_opens_it_with_a_folio(workspace: Workspace) -> None:
    intake = Intake.start(workspace)
    said(intake, "person", "name", "Ana Ficticia")
    assert stored(workspace, intake)["case"]["folio"] == intake.folio
    other = Intake.start(workspace)
    said(other, "person", "name", "Eva Ficticia")
    settle(workspace)
    assert other.folio
    assert other.folio != intake.folio


def test_what_stands_in_the_form_stands_on_disk(workspace: Workspace) -> None:
    intake = Intake.start(workspace)
    narrate(intake, "Cuenta que…")
    intake.set(intake.contact, {"kind": "victim"})
    said(intake, "person", "age", "~17")
    intake.mark(intake.current("person"), "act.captar", "yes")
    intake.mark(intake.current("person"), "indicator.dst_documents", "unknown")
    said(intake, "place", "municipality", "Puebla de los Ángeles, quizá")
    document = stored(workspace, intake)
    (person,) = document["people"]
    assert (person["age_min"], person["age_max"], person["age_estimated"]) == (17, 17, True)
    assert person["answers"] == {"act.captar": "yes", "indicator.dst_documents": "unknown"}
    assert document["contacts"][0]["narrative"] == "Cuenta que…"
    assert document["places"][0]["municipality"] == "~Puebla de los Ángeles, quizá"


@pytest.mark.parametrize("typed", ["abc", "-3", "200"])
def test_a_bad_age_is_kept_as_typed_and_a_good_one_replaces_it(workspace: Workspace, typed: str) -> None:
    intake = Intake.start(workspace)
    said(intake, "person", "age", typed)
    (person,) = stored(workspace, intake)["people"]
    assert (person["age_min"], person["answers"]) == (None, {"raw.age": typed})
    said(intake, "person", "age", "17")
    (person,) = stored(workspace, intake)["people"]
    assert (person["age_min"], person["answers"]) == (17, {})


def test_undo_takes_back_field_by_field(workspace: Workspace) -> None:
    intake = Intake.start(workspace)
    for typed in ("A", "An", "Ana"):
        said(intake, "person", "name", typed)
    said(intake, "person", "age", "17")
    intake.mark(intake.current("person"), "act.captar", "yes")
    assert [undone.field for undone in iter(intake.undo, None)] == ["act.captar", "age", "name", "role"]
    assert stored(workspace, intake)["people"] == []


def test_a_removed_person_comes_back(workspace: Workspace) -> None:
    intake = Intake.start(workspace)
    said(intake, "person", "name", "Ana Ficticia")
    ref = intake.current("person")
    assert ref
    intake.remove(ref)
    assert stored(workspace, intake)["people"] == []
    intake.undo()
    assert [person["name"] for person in stored(workspace, intake)["people"]] == ["Ana Ficticia"]


def test_an_unfinished_call_is_offered_where_it_was_left(office: Founded) -> None:
    first = open_workspace(office.home, office.key)
    intake = Intake.start(first)
    said(intake, "person", "name", "Ana Ficticia")
    intake.at("victima", "age")
    settle(first)
    first.close()
    second = open_workspace(office.home, office.key)
    (offered,) = calls.unfinished(second.store)
    again = Intake.reopen(second, offered.contact_id)
    person = intake.current("person")
    assert person
    assert again.place == Place("victima", "age", person.id)
    assert again.document["people"][0]["name"] == "Ana Ficticia"
    assert again.folio == intake.folio
    second.close()


def test_finishing_sets_class_clock_and_promise_and_the_call_is_not_offered_again(
    workspace: Workspace,
) -> None:
    intake = Intake.start(workspace)
    intake.set(intake.contact, {"kind": "victim"})
    done = threading.Event()
    promise = {
        "due_from": "2026-11-23T16:00:00.000000Z",
        "due_to": "2026-11-23T18:00:00.000000Z",
        "say": "de la tienda",
    }
    endings.finish(intake, done.set, report_class="situacion_riesgo", next_contact=promise)
    assert done.wait(5)
    document = stored(workspace, intake)
    assert document["case"]["report_class"] == "situacion_riesgo"
    assert document["contacts"][0]["ended_at"]
    assert {task["kind"] for task in document["tasks"]} == {"callback", "minimum_record"}
    assert calls.unfinished(workspace.store) == []


def test_an_information_call_needs_no_case_and_owes_nothing(workspace: Workspace) -> None:
    intake = Intake.start(workspace)
    intake.set(intake.contact, {"kind": "information"})
    assert intake.debt() == []
    done = threading.Event()
    endings.finish(intake, done.set, report_class="informativo")
    assert done.wait(5)
    assert cases.list_cases(workspace.store) == []


def test_a_discarded_call_leaves_the_lists_and_stays_in_the_log(workspace: Workspace) -> None:
    intake = Intake.start(workspace)
    said(intake, "person", "name", "Ana Ficticia")
    settle(workspace)
    case = intake.document["case"]["id"]
    done = threading.Event()
    endings.discard(intake, "marqué sin querer", done.set)
    assert done.wait(5)
    assert (
        calls.list_calls(workspace.store)
        == cases.list_cases(workspace.store)
        == desk(workspace.store).cases
        == []
    )
    patches = [line.patch for line in cases.history(workspace.store, case)]
    assert any(patch.get("answers.discard.reason") == "marqué sin querer" for patch in patches)


def test_a_contact_goes_over_to_the_case_of_its_folio_and_back(workspace: Workspace) -> None:
    first = Intake.start(workspace)
    said(first, "person", "name", "Ana Ficticia")
    settle(workspace)
    again = Intake.start(workspace)
    said(again, "person", "name", "Otra Persona")
    settle(workspace)
    own = again.folio or ""
    heard: list[bool] = []
    endings.attach(again, (first.folio or "").lower(), heard.append)
    settle(workspace)
    assert heard == [True]
    assert again.folio == first.folio
    assert len(again.document["contacts"]) == 2
    assert [line.folio for line in cases.by_folio(workspace.store, own)] == [first.folio]
    endings.detach(again, lambda: heard.append(False))
    settle(workspace)
    assert again.folio == own
    assert len(cases.document(workspace.store, first.document["case"]["id"])["contacts"]) == 1


def test_an_unknown_folio_attaches_nothing(workspace: Workspace) -> None:
    intake = Intake.start(workspace)
    heard: list[bool] = []
    endings.attach(intake, "K7Q2-9999-0", heard.append)
    settle(workspace)
    assert heard == [False]


def test_escalation_is_logged_and_the_level_stays_up(workspace: Workspace) -> None:
    intake = Intake.start(workspace)
    intake.escalate(lambda at: None)
    intake.assess()
    case = stored(workspace, intake)["case"]
    assert case["triage"] == "emergency"
    assert case["answers"]["escalated.911"].endswith("Z")


def test_earlier_contacts_say_why_they_match(workspace: Workspace) -> None:
    def case_with(phone: str, alias: str) -> Intake:
        intake = Intake.start(workspace)
        ref = intake.add("identifier", kind="phone")
        intake.enter(field(workspace, "identifier", "value"), phone, ref)
        who = intake.add("person", role="trafficker")
        intake.enter(field(workspace, "person", "name"), alias, who)
        settle(workspace)
        return intake

    one, two = (
        case_with("222 555 0142", "El Güero Ficticio"),
        case_with("+52 (222) 555-0142", "el guero ficticio"),
    )
    (match,) = matches.earlier(workspace.store, two.document)
    assert match.case_id == one.document["case"]["id"]
    assert {kind for kind, _ in match.why} == {"phone", "name"}


def test_a_disk_that_refuses_loses_nothing_and_says_so_once(workspace: Workspace) -> None:
    errors: list[LnctpError] = []
    saved = threading.Event()
    workspace.writer.on_failed = errors.append
    workspace.writer.on_saved = lambda _: saved.set()
    intake = Intake.start(workspace)
    settle(workspace)
    saved.clear()
    with workspace.store.write() as unit:
        pages = unit.connection.execute(text("PRAGMA page_count")).scalar()
        unit.connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    narrate(intake, "x" * 200_000)
    assert not workspace.writer.drain(0.6)
    assert [error.code for error in errors] == ["disk_full"]
    with workspace.store.write() as unit:
        unit.connection.execute(text("PRAGMA max_page_count = 1073741823"))
    assert saved.wait(5)
    assert len(stored(workspace, intake)["contacts"][0]["narrative"]) == 200_000
    assert len(errors) == 1


def test_a_merge_is_undone(workspace: Workspace) -> None:
    ids = []
    for name in ("Ana Ficticia", "Eva Ficticia"):
        intake = Intake.start(workspace)
        said(intake, "person", "name", name)
        settle(workspace)
        ids.append(intake.document["case"]["id"])
    cases.merge(workspace.store, ids[0], ids[1])
    with pytest.raises(LnctpError, match="merge_with_itself"):
        cases.merge(workspace.store, ids[1], ids[0])
    cases.unmerge(workspace.store, ids[0])
    assert {line.status for line in cases.list_cases(workspace.store)} == {"open"}


def test_every_view_is_noted_in_a_chain_that_shows_tampering(workspace: Workspace) -> None:
    from lnctp_tui.storage.database import audit

    for number in range(3):
        cases.viewed(workspace.store, f"case-{number}")
    with workspace.store.write() as unit:
        assert audit.broken_at(unit.connection) is None
        unit.connection.execute(text("UPDATE access SET record = 'case-9' WHERE seq = 2"))
        assert audit.broken_at(unit.connection) == 2


def test_the_desk_is_by_urgency_and_the_newest_emergency_stands_first(workspace: Workspace) -> None:
    for level in ("follow_up", "emergency", "priority", "emergency"):
        intake = Intake.start(workspace)
        intake.set(Ref("cases", intake.current("case").id), {"triage": level}, undoable=False)
        settle(workspace)
    lines = desk(workspace.store).cases
    assert [line.triage for line in lines] == ["emergency", "emergency", "priority", "follow_up"]
    assert lines[0].opened_at > lines[1].opened_at


def test_a_call_about_a_victim_of_whom_nothing_is_written_is_not_pushed_down(workspace: Workspace) -> None:
    folios: dict[str, str | None] = {}
    for name, kind, level in (
        ("follow-up", "victim", "follow_up"),
        ("crime", "other_crime", None),
        ("decided", "victim", "decided"),
        ("silent", "victim", None),
        ("tip", "witness", None),
    ):
        intake = Intake.start(workspace)
        intake.choose(intake.protocol_field("contact", "kind"), kind)
        if level == "follow_up":
            said(intake, "person", "name", "Ana Ficticia")
        elif level == "decided":
            intake.choose(intake.protocol_field("case", "triage"), "information")
        intake.assess()
        settle(workspace)
        folios[name] = intake.folio
    lines = desk(workspace.store).cases
    order = [next(name for name, folio in folios.items() if folio == line.folio) for line in lines]
    assert order == ["follow-up", "crime", "silent", "tip", "decided"]
    assert [line.triage for line in lines] == ["", "", "", "", "information"]


def test_a_setting_is_kept_in_the_database(workspace: Workspace, office: Founded, tmp_path: Path) -> None:
    workspace.set_setting("theme", "claro")
    settle(workspace)
    assert workspace.setting("theme") == "claro"
    with workspace.store.read() as connection:
        assert state.get(connection, "setting:theme") == "claro"


def test_the_number_to_call_back_is_an_identifier_that_links_cases(workspace: Workspace) -> None:
    intake = Intake.start(workspace)
    said(intake, "case", "callback_allowed", "s")
    said(intake, "case", "callback_identifier_id", "222 555")
    said(intake, "case", "callback_identifier_id", "222 555 0142")
    document = stored(workspace, intake)
    (phone,) = document["identifiers"]
    assert document["case"]["callback_identifier_id"] == phone["id"]
    assert (phone["kind"], phone["value"], phone["normalised"]) == ("phone", "222 555 0142", "+522225550142")
    assert intake.shown("case")["callback_identifier_id"] == "222 555 0142"
    said(intake, "case", "callback_identifier_id", "")
    assert stored(workspace, intake)["case"]["callback_identifier_id"] is None


def test_a_level_chosen_by_hand_is_raised_by_facts_and_never_lowered(workspace: Workspace) -> None:
    intake = Intake.start(workspace)
    said(intake, "person", "name", "Ana Ficticia")
    said(intake, "case", "triage", "priority")
    intake.assess()
    assert intake.document["case"]["triage"] == "priority"
    said(intake, "case", "danger.weapon_present", "s")
    intake.assess()
    assert intake.document["case"]["triage"] == "emergency"


def test_what_nobody_has_judged_stands_over_what_has_time_while_it_is_new(workspace: Workspace) -> None:
    now = workspace.store.now()
    ages = {"old priority": 30 * 24, "new unjudged": 1, "old unjudged": 90, "urgent": 200}
    levels = {"old priority": "priority", "urgent": "urgent_24h"}
    with workspace.store.write() as unit:
        for name, hours in ages.items():
            opened = {
                "opened_at": instants.iso(now - timedelta(hours=hours)),
                "summary": name,
                "status": "open",
            }
            unit.record("cases", ids.new_id(), opened | ({"triage": levels[name]} if name in levels else {}))
    shown = [line.summary for line in desk(workspace.store).cases]
    assert shown == ["urgent", "new unjudged", "old priority", "old unjudged"]
