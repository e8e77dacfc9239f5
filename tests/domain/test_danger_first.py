"""Danger first: what is read to 911, what the badge and the desk say, and what a merge takes along."""

from __future__ import annotations

from typing import Any

import pytest
from workspaces import field, settle

from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call.dialogs.closing import ClosingDialog
from lnctp_tui.screens.call.emergency_data import abroad, block, kept_unknown
from lnctp_tui.services.call import endings
from lnctp_tui.services.call.desk import desk
from lnctp_tui.services.call.intake import UNASSESSED, Intake
from lnctp_tui.services.case import cases
from lnctp_tui.services.refs import Ref
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.widgets.form.elements import question_text


def said(intake: Intake, on: str, code: str, raw: str, ref: Ref | None = None) -> None:
    intake.enter(field(intake.workspace, on, code), raw, ref)


def read_out(intake: Intake) -> dict[str, str]:
    """What 911 hears, by part."""
    return {title: " | ".join(lines) for title, lines in block(intake)}


def whole(intake: Intake) -> str:
    return " ".join(read_out(intake).values())


@pytest.fixture
def call(workspace: Workspace) -> Intake:
    intake = Intake.start(workspace)
    said(intake, "contact", "kind", "victim")
    return intake


# What is read to 911


def test_the_callers_town_is_never_read_as_where_the_victim_is(call: Intake) -> None:
    said(call, "contact", "state", "MX-TLA")
    said(call, "contact", "municipality", "29005")
    told = read_out(call)
    assert "Apizaco" in told["Llama desde"]
    assert "Apizaco" not in told["Víctima en"]
    assert "PREGUNTE AHORA" in told["Víctima en"]


@pytest.mark.parametrize("role", ["captacion", "origen", "transito", "destino", None])
def test_no_other_place_of_the_story_is_read_as_where_the_victim_is(call: Intake, role: str | None) -> None:
    call.select("place", call.add("place", **({"role": role} if role else {})))
    said(call, "place", "locality", "Paraje Ficticio")
    told = read_out(call)["Víctima en"]
    assert told.startswith("PREGUNTE AHORA")
    assert "no es seguro que esté aquí" in told
    said(call, "place", "role", "actual")
    assert read_out(call)["Víctima en"] == "Paraje Ficticio"


def test_a_municipality_of_another_state_is_not_read_as_of_this_one(call: Intake) -> None:
    rows = call.protocol.catalogs["municipality"].by_code.values()
    town = next(row for row in rows if row.label.es == "José Azueta" and row.extra["state"] == "MX-VER")
    call.select("place", call.add("place", role="actual", state="MX-GRO", municipality=town.code))
    told = read_out(call)["Víctima en"]
    assert "José Azueta (Veracruz)" in told
    assert "el estado anotado es Guerrero: PREGUNTE" in told


@pytest.mark.parametrize("anonymity", ["anonimo", "seudonimo", "confidencial"])
@pytest.mark.parametrize("reporter", [None, "victima_directa", "anonimo"])
def test_what_identifies_an_anonymous_caller_is_not_read_out(
    call: Intake, anonymity: str, reporter: str | None
) -> None:
    said(call, "contact", "narrative", "Soy Ana Ficticia, mi número es 222 000 0101, no puedo salir")
    said(call, "person", "name", "Ana Ficticia")
    said(call, "case", "callback_allowed", "yes")
    said(call, "case", "callback_identifier_id", "222 000 0101")
    said(call, "case", "danger.locked_in", "yes")
    if reporter:
        said(call, "contact", "reporter_type", reporter)
    assert "Ana" in whole(call)
    said(call, "case", "anonymity", anonymity)
    assert kept_unknown(call.document)
    assert "Ana" not in whole(call)
    assert "0101" not in whole(call).replace(" ", "")
    assert "Encierro" in read_out(call)["Qué"]
    said(call, "case", "consent_share", "yes")
    assert "Ana" in whole(call)


def test_the_daughter_of_an_anonymous_mother_is_named_the_mother_is_not(call: Intake) -> None:
    said(call, "contact", "reporter_type", "familiar")
    said(call, "case", "anonymity", "anonimo")
    said(call, "person", "name", "Hija Ficticia")
    mother = call.add("person", role="other", name="Madre Ficticia")
    call.set(call.contact, {"reporter_person_id": mother.id})
    told = read_out(call)["Quién"]
    assert "Hija Ficticia" in told
    assert "Madre" not in told


def test_the_traffickers_number_is_never_the_one_to_call_back(call: Intake) -> None:
    call.select("identifier", call.add("identifier", kind="phone"))
    said(call, "identifier", "value", "222 999 0000")
    assert "999" not in read_out(call)["Contacto"]
    said(call, "case", "callback_identifier_id", "222 000 0101")
    assert "no se ha preguntado" in read_out(call)["Contacto"]
    said(call, "case", "callback_allowed", "no")
    assert read_out(call)["Contacto"] == "No se le debe llamar."


@pytest.mark.parametrize(
    ("country", "parts"),
    [
        ("US", ["911", "520 623 7874", "por verificar"]),
        ("HN", ["No hay línea consular registrada"]),
        ("FR", ["No hay línea de emergencia ni consular registrada"]),
        ("JP", ["No hay línea de emergencia ni consular registrada"]),
    ],
)
@pytest.mark.parametrize("where", ["contact", "place"])
def test_another_country_gets_its_own_lines_or_says_that_there_are_none(
    call: Intake, where: str, country: str, parts: list[str]
) -> None:
    if where == "place":
        call.select("place", call.add("place", role="actual"))
    said(call, where, "country", country)
    (told,) = abroad(call.document, call.protocol)
    assert "el 911 de México no llega allá" in told
    assert all(part in told for part in parts)


def test_mexico_and_an_unknown_country_get_no_line_abroad(call: Intake) -> None:
    assert abroad(call.document, call.protocol) == []
    said(call, "contact", "country", "MX")
    assert abroad(call.document, call.protocol) == []


# What badge and desk say


def shown(intake: Intake) -> tuple[str, str]:
    """The level of the badge and that of the desk."""
    badge = view.heading(intake, intake.shown_level(intake.assess())).risk
    settle(intake.workspace)
    (line,) = [each for each in desk(intake.workspace.store).cases if each.folio == intake.folio]
    return badge, line.triage or UNASSESSED


def test_a_level_is_said_only_when_somebody_asked_about_safety(call: Intake) -> None:
    said(call, "person", "name", "Ana Ficticia")
    assert shown(call) == (UNASSESSED, UNASSESSED)
    said(call, "case", "callback_allowed", "yes")
    assert shown(call) == (UNASSESSED, UNASSESSED)
    said(call, "case", "situation.safe_to_talk", "yes")
    assert shown(call) == ("follow_up", "follow_up")
    call.undo()
    assert shown(call) == (UNASSESSED, UNASSESSED)


@pytest.mark.parametrize("code", ["danger.weapon_present", "danger.locked_in", "danger.minor_alone"])
def test_a_danger_speaks_at_once(call: Intake, code: str) -> None:
    said(call, "case", code, "yes")
    assert shown(call) == ("emergency", "emergency")


def test_after_the_911_the_badge_stays_whatever_the_facts_say(call: Intake) -> None:
    call.escalate(lambda _at: None)
    assert shown(call) == ("emergency", "emergency")
    said(call, "case", "situation.safe_to_talk", "yes")
    assert shown(call) == ("emergency", "emergency")


def test_a_call_for_information_has_no_badge(workspace: Workspace) -> None:
    intake = Intake.start(workspace)
    assert intake.shown_level(intake.assess()) == UNASSESSED
    said(intake, "contact", "kind", "information")
    assert intake.shown_level(intake.assess()) == "information"


def test_an_emergency_of_a_minute_stands_above_one_of_months(workspace: Workspace) -> None:
    folios = []
    for started in ("2026-05-01T10:00:00.000000Z", "2026-09-01T10:00:00.000000Z"):
        old = Intake.start(workspace)
        old.set(old.contact, {"started_at": started, "kind": "victim"})
        old.set(Ref("cases", old.current("case").id), {"opened_at": started})
        old.escalate(lambda _at: None)
        folios.append(old.folio)
        settle(workspace)
    new = Intake.start(workspace)
    said(new, "case", "danger.in_progress", "yes")
    new.assess()
    settle(workspace)
    folios = [each.folio for each in desk(workspace.store).cases]
    assert folios[0] == new.folio
    assert len(folios) == 3


# Nothing in danger leaves the desk by another door


def test_a_merge_takes_the_urgency_along_and_reopens_a_closed_case(
    workspace: Workspace, call: Intake
) -> None:
    said(call, "person", "name", "Ana Ficticia")
    settle(workspace)
    cases.set_status(workspace.store, call.document["case"]["id"], "closed", "sin_contacto")
    new = Intake.start(workspace)
    new.escalate(lambda _at: None)
    settle(workspace)
    endings.attach(new, str(call.folio), lambda _found: None)
    settle(workspace)
    (line,) = desk(workspace.store).cases
    assert (line.id, line.status, line.triage) == (call.document["case"]["id"], "open", "emergency")
    again = Intake.of_case(workspace, line.id)
    assert again.document["case"]["answers"]["escalated.911"]
    assert shown(again) == ("emergency", "emergency")


def test_a_danger_of_the_merged_case_is_not_lowered_by_the_kept_ones_facts(
    workspace: Workspace, call: Intake
) -> None:
    said(call, "case", "situation.safe_to_talk", "yes")
    call.assess()
    new = Intake.start(workspace)
    said(new, "case", "danger.weapon_present", "yes")
    new.assess()
    settle(workspace)
    cases.merge(workspace.store, new.document["case"]["id"], call.document["case"]["id"])
    kept = Intake.of_case(workspace, call.document["case"]["id"])
    assert shown(kept) == ("emergency", "emergency")


def test_a_call_to_a_closed_case_opens_it_again(workspace: Workspace, call: Intake) -> None:
    settle(workspace)
    cases.set_status(workspace.store, call.document["case"]["id"], "closed", "atendido")
    new = Intake.start(workspace)
    settle(workspace)
    endings.attach(new, str(call.folio), lambda _found: None)
    settle(workspace)
    assert [line.status for line in desk(workspace.store).cases] == ["open"]


@pytest.mark.parametrize("code", ["danger.in_progress", "situation.exploited_now"])
def test_a_call_in_danger_is_not_discarded(call: Intake, code: str) -> None:
    assert endings.may_discard(call)
    call.mark(call.current("case"), code, "yes")
    assert not endings.may_discard(call)


def test_a_call_of_which_nobody_said_the_kind_ends_on_the_desk(workspace: Workspace) -> None:
    told, empty = Intake.start(workspace), Intake.start(workspace)
    said(told, "contact", "narrative", "Susurra: no puedo salir")
    for each in (told, empty):
        endings.finish(each, lambda: None, None, None)
    settle(workspace)
    assert [line.id for line in desk(workspace.store).cases] == [told.document["case"]["id"]]
    assert empty.document["case"] == {}


# What is asked


@pytest.mark.parametrize(
    "kind", ["information", "prank", "hang_up", "silent", "wrong_number", "abusive", "test"]
)
def test_nothing_is_proposed_where_there_is_nobody_to_ask_about(workspace: Workspace, kind: str) -> None:
    intake = Intake.start(workspace)
    assert intake.assess().next[0] == "situation.safe_to_talk"
    said(intake, "contact", "kind", kind)
    assert intake.assess().next == ()
    said(intake, "case", "danger.in_progress", "yes")
    assert intake.assess().next[0] == "situation.safe_to_talk"


@pytest.mark.parametrize("kind", ["victim", "witness", "other_crime"])
def test_the_first_question_of_every_call_is_whether_it_is_safe_to_talk(
    workspace: Workspace, kind: str
) -> None:
    intake = Intake.start(workspace)
    said(intake, "contact", "kind", kind)
    said(intake, "person", "name", "Ana Ficticia")
    found = intake.assess()
    assert found.people[0].next[0] == found.next[0] == "situation.safe_to_talk"
    assert question_text(found.next[0], intake.protocol) == "¿Puede hablar con seguridad ahora?"


def test_every_suggestion_is_a_question(call: Intake) -> None:
    said(call, "person", "name", "Ana Ficticia")
    for code in call.assess().people[0].next:
        text: Any = question_text(code, call.protocol)
        assert text.endswith("?"), code
        assert text.startswith("¿") or "¿" in text, code


def test_the_folio_is_read_out_letter_by_letter(workspace: Workspace) -> None:
    told = view.spelled("K7Q2-0042-X", workspace.protocol)
    assert told == "K kilo, siete, Q queso, dos – cero, cero, cuatro, dos – X xilófono"


def test_what_f9_says_of_a_call_without_a_kind_is_what_becomes_of_it(workspace: Workspace) -> None:
    told, empty = Intake.start(workspace), Intake.start(workspace)
    said(told, "contact", "narrative", "Susurra: no puedo salir")
    assert endings.unheard(told)
    assert not endings.unheard(empty)
    assert "sin caso" not in str(ClosingDialog(told, told.assess())._fate())
    assert "sin caso" in str(ClosingDialog(empty, empty.assess())._fate())
    assert "no abre un caso" not in str(ClosingDialog(told, told.assess())._title())
