"""Triage, class, next questions and the whole assessment of a case document."""

import json
import time

import pytest
from domain_fixtures import ACT, LABOUR, MEANS, PRACTICE, SEXUAL, TODAY, assess, document, protocol, victim
from hypothesis import given
from hypothesis import strategies as st

from lnctp_tui.domain.assess import assess as engine
from lnctp_tui.domain.assess import indicators as ilo
from lnctp_tui.domain.assess import triage as triage_of
from lnctp_tui.domain.assess.indicators import DIMENSIONS
from lnctp_tui.domain.assess.next_questions import FIRST
from lnctp_tui.domain.assess.triage import LEVELS, cssrs, lap

WHOLE = (ACT, PRACTICE, LABOUR)
EXPLOITED = ("indicator.exp_excessive_hours", "indicator.exp_low_no_salary")
EMERGENCY = [
    "in_progress",
    "weapon_present",
    "injury_overdose",
    "locked_in",
    "minor_alone",
    "moved_or_killed_today",
]
URGENT = ["trafficker_knows", "transfer_72h", "minor_exploited", "illness_untreated", "child_held"]


# Triage. Source: the table proposed for the Line (mark D).


@pytest.mark.parametrize(
    ("person", "case", "level", "reasons"),
    [
        (None, [], "follow_up", ("contact.victim",)),
        (victim(), [], "follow_up", ("victim.present",)),
        (victim(ACT), [], "follow_up", ("victim.present",)),
        (victim(*WHOLE), [], "priority", ("elements.complete",)),
        (victim(*WHOLE), ["situation.exploited_now"], "priority", ("situation.exploited_now",)),
        (
            victim(*WHOLE),
            ["situation.out_needs_services"],
            "follow_up",
            ("situation.out_needs_services", "victim.present"),
        ),
        (victim(SEXUAL, age_min=17), ["situation.exploited_now"], "urgent_24h", ("age.presumed_minor",)),
        (victim(age_min=17), ["situation.exploited_now"], "priority", ("situation.exploited_now",)),
        (victim(SEXUAL, age_min=17), [], "urgent_24h", ("age.presumed_minor",)),
        (
            victim(ACT, SEXUAL, age_min=17),
            ["situation.out_needs_services"],
            "follow_up",
            ("situation.out_needs_services", "victim.present"),
        ),
        (victim(*EXPLOITED), [], "priority", ("indicator.exploitation",)),
        (victim(*EXPLOITED, age_min=15), [], "urgent_24h", ("age.presumed_minor",)),
        (
            victim(*EXPLOITED),
            ["situation.out_needs_services"],
            "follow_up",
            ("situation.out_needs_services", "victim.present"),
        ),
        (None, ["cssrs.plan_intent"], "emergency", ("cssrs.high",)),
        (None, ["cssrs.wish_dead"], "priority", ("cssrs.low",)),
        (None, ["cssrs.method"], "urgent_24h", ("cssrs.moderate",)),
        (None, ["cssrs.behaviour"], "emergency", ("cssrs.high",)),
        (victim(SEXUAL, age_min=30), [], "priority", (SEXUAL,)),
        (victim(SEXUAL, MEANS, age_min=30), [], "priority", ("elements.article", SEXUAL)),
        (victim(SEXUAL, unknown=("age.appears_minor",)), [], "urgent_24h", ("age.presumed_minor",)),
        (
            victim(*WHOLE),
            ["danger.locked_in", "danger.in_progress", "danger.child_held"],
            "emergency",
            ("danger.in_progress", "danger.locked_in"),
        ),
    ],
)
def test_the_level_and_its_reasons(person, case, level, reasons):
    triage = assess(*([person] if person else []), case=case).triage
    assert (triage.level, triage.reasons) == (level, reasons)


@pytest.mark.parametrize("code", EMERGENCY)
def test_a_danger_to_life_is_an_emergency(code):
    triage = assess(case=[f"danger.{code}"]).triage
    assert (triage.level, triage.target_hours) == ("emergency", 0)


@pytest.mark.parametrize("code", URGENT)
def test_a_danger_within_days_is_urgent(code):
    triage = assess(case=[f"danger.{code}"]).triage
    assert (triage.level, triage.target_hours) == ("urgent_24h", 24)


def test_the_catalog_holds_the_levels_the_engine_would_use_without_it():
    assert triage_of.danger_levels(protocol()) == triage_of.DANGERS
    assert triage_of.partners(protocol()) == triage_of.PARTNERS


def test_a_stay_that_ended_is_no_priority():
    ended = document(victim(*WHOLE), victim(ACT, SEXUAL, age_min=15))
    ended["case"]["answers"]["situation.exploited_now"] = "no"
    assert engine.assess(ended, protocol(), today=TODAY).triage.level == "follow_up"


@pytest.mark.parametrize(
    ("yes", "risk"),
    [
        ((), "none"),
        (("wish_dead",), "low"),
        (("suicidal_thoughts",), "low"),
        (("wish_dead", "suicidal_thoughts", "method"), "moderate"),
        (("behaviour",), "high"),
        (("behaviour", "behaviour_3m"), "high"),
        (("intent",), "high"),
        (("plan_intent",), "high"),
    ],
)
def test_suicide_risk_is_the_highest_rule_met(yes, risk):
    """Columbia's triage guide; §7 row 7: behaviour without its time is high."""
    assert cssrs({f"cssrs.{each}": "yes" for each in yes}) == risk


@pytest.mark.parametrize(
    ("yes", "protects"),
    [
        ((), False),
        (("weapon_used_threatened",), True),
        (("threat_kill",), True),
        (("fears_death",), True),
        (("gun_access", "choking", "separated"), False),
        (("gun_access", "choking", "separated", "stalks_threatens"), True),
    ],
)
def test_lethality_is_one_decisive_or_four_others(yes, protects):
    """Maryland's screen: one yes in 1–3, or four in 4–11."""
    assert lap({f"lap.{each}": "yes" for each in yes}) is protects


@pytest.mark.parametrize(
    ("relation", "level"),
    [("pareja", "urgent_24h"), ("expareja", "urgent_24h"), ("empleador", "follow_up"), (None, "follow_up")],
)
def test_lethality_counts_only_where_the_exploiter_is_a_partner(relation, level):
    triage = assess(victim("lap.threat_kill", relation_to_trafficker=relation)).triage
    assert triage.level == level


@given(
    st.sets(st.sampled_from([f"danger.{each}" for each in EMERGENCY + URGENT] + ["situation.exploited_now"])),
    st.sampled_from([f"danger.{each}" for each in EMERGENCY + URGENT] + ["situation.exploited_now"]),
)
def test_a_yes_to_a_danger_never_lowers_the_level(case, more):
    before, after = assess(victim(), case=case).triage, assess(victim(), case={*case, more}).triage
    assert LEVELS.index(after.level) >= LEVELS.index(before.level)


# Class. Source: the five classes of the report 2019–2020.


@pytest.mark.parametrize(
    ("people", "more", "code", "reason"),
    [
        ([], {}, None, "no_facts"),
        ([victim()], {}, None, "no_facts"),
        ([], {"contacts": [{"kind": "hang_up"}]}, None, "no_facts"),
        ([], {"contacts": [{"kind": "information"}]}, "informativo", "contact.information"),
        (
            [],
            {"contacts": [{"kind": "information"}], "case": ["danger.weapon_present"]},
            "situacion_riesgo",
            "danger.weapon_present",
        ),
        ([], {"contacts": [{"kind": "information", "dropped": True}]}, None, "no_facts"),
        ([victim()], {"case": ["danger.in_progress"]}, "situacion_riesgo", "danger.in_progress"),
        ([], {"case": ["situation.exploited_now"]}, "situacion_riesgo", "situation.exploited_now"),
        (
            [victim("need.orientacion_legal")],
            {"case": ["danger.locked_in"]},
            "situacion_riesgo",
            "danger.locked_in",
        ),
        ([victim(*WHOLE)], {}, "trata", "elements.complete"),
        ([victim(), victim(ACT, SEXUAL, age_min=16)], {}, "trata", "elements.complete"),
        ([victim(ACT)], {}, "situacion_riesgo", "act.captar"),
        ([victim(SEXUAL)], {}, "situacion_riesgo", SEXUAL),
        ([victim("hooking_method.oferta_empleo")], {}, "situacion_riesgo", "hooking_method.oferta_empleo"),
        ([victim(MEANS)], {}, "situacion_riesgo", MEANS),
        ([victim(MEANS)], {"case": ["other_crime.fraude"]}, "otros_delitos", "other_crime.fraude"),
        ([victim(ACT)], {"case": ["other_crime.fraude"]}, "situacion_riesgo", "act.captar"),
        ([], {"contacts": [{"kind": "other_crime"}]}, "otros_delitos", "contact.other_crime"),
        ([victim("need.orientacion_legal")], {}, "orientacion_juridica", "need.orientacion_legal"),
        (
            [],
            {"supports": [{"kind": "acompanamiento_denuncia"}]},
            "orientacion_juridica",
            "support.acompanamiento_denuncia",
        ),
        (
            [victim("indicator.exp_excessive_hours", "indicator.exp_low_no_salary")],
            {},
            "situacion_riesgo",
            "indicator.exploitation_only",
        ),
    ],
)
def test_the_class_the_facts_suggest(people, more, code, reason):
    suggestion = assess(*people, **more).suggestion
    assert (suggestion.code, suggestion.reasons[0]) == (code, reason)


def test_the_classes_and_levels_are_those_of_the_catalogs():
    catalogs = protocol().catalogs
    assert {*LEVELS} == {*catalogs["triage"].by_code}
    assert {*ilo.RESULTS, ilo.NOT_MEASURED} == {*catalogs["result"].by_code}
    assert {*DIMENSIONS, ilo.OBSERVATIONAL} == {*catalogs["dimension"].by_code}
    for hours, row in (
        (triage_of.TARGET_HOURS[code], row) for code, row in catalogs["triage"].by_code.items()
    ):
        assert row.extra["hours"] == ("" if hours is None else str(hours))


# Next questions.


def following(person, case=(), **members):
    safe = [*FIRST[:2], *(f"danger.{each}" for each in EMERGENCY + URGENT)]
    found = document(person, **members)
    found["case"] = {
        "callback_allowed": "yes",
        "answers": dict.fromkeys(safe, "no") | dict.fromkeys(case, "yes"),
    }
    return engine.assess(found, protocol(), today=TODAY).people[0].next


def test_whether_it_is_safe_to_talk_comes_first_then_the_dangers_and_the_age():
    codes = assess(victim()).people[0].next
    dangers = [f"danger.{each}" for each in EMERGENCY + URGENT]
    assert codes[:15] == (FIRST[0], *dangers, *FIRST[1:], "age")
    assert FIRST[0] == "situation.safe_to_talk"


def test_a_danger_that_raises_nothing_is_not_asked():
    codes = assess(victim(), case=["danger.child_held"]).people[0].next
    assert codes[:7] == (FIRST[0], *(f"danger.{each}" for each in EMERGENCY))
    assert codes[7:10] == (*FIRST[1:], "age")
    assert not [
        each for each in assess(victim(), case=["danger.locked_in"]).next if each.startswith("danger.")
    ]


@pytest.mark.parametrize("columns", [{"age_min": 20}, {"birth_date": "2001-01-01"}])
def test_a_known_age_is_not_asked(columns):
    assert "age" not in following(victim(**columns))


def test_the_age_is_asked_again_last_when_it_was_not_known():
    codes = following(victim(unknown=("age.appears_minor",)))
    assert codes.index("age") > codes.index("indicator.exp_excessive_hours")
    assert "age" not in following(victim(no=("age.appears_minor",)))


def test_the_last_missing_element_leads():
    assert following(victim(ACT, SEXUAL, age_min=30))[0] == MEANS
    assert following(victim(ACT, LABOUR, age_min=30))[0] == "means.condiciones_peligrosas_insalubres"
    assert following(victim(PRACTICE, LABOUR, age_min=30))[0] == ACT
    assert following(victim(ACT, MEANS, age_min=30))[0] == SEXUAL


def test_a_minor_is_not_asked_for_the_means():
    assert not [each for each in following(victim(ACT, age_min=15)) if each.startswith("means.")]


def test_complete_elements_are_not_asked_about():
    assert {each.partition(".")[0] for each in following(victim(*WHOLE, age_min=30))} == {"indicator"}


def test_one_question_for_each_missing_element_and_the_other_codes_last():
    codes = following(victim(age_min=30))
    assert codes[:3] == (ACT, SEXUAL, MEANS)
    assert codes[-1].startswith(("act.", "modality.", "means."))


def test_what_alone_changes_the_result_leads_what_alone_turns_a_dimension():
    strong = victim(*WHOLE, "indicator.exp_excessive_hours", "indicator.dst_documents", age_min=30)
    codes = following(strong)
    lasting = [each for each in codes if each.startswith("indicator.exp_")]
    turning = [each for each in codes if each.startswith("indicator.dst_")]
    assert codes[: len(lasting)] == tuple(lasting)
    assert codes[len(lasting) : len(lasting) + len(turning)] == tuple(turning)


def test_a_settled_dimension_is_not_asked_about():
    standing = victim(*WHOLE, "indicator.exp_excessive_hours", "indicator.exp_low_no_salary", age_min=30)
    closed = tuple(
        f"indicator.{code}" for code, _ in ilo.by_dimension(protocol(), "AL")["coercion_destination"]
    )
    standing["answers"] |= dict.fromkeys(closed, "no")
    assert not [each for each in following(standing) if each.startswith(("indicator.exp_", "indicator.dst_"))]


def test_what_is_never_asked_is_never_proposed():
    assert protocol().never_ask_codes
    assert not protocol().never_ask_codes & {*assess(victim()).people[0].next}


CODES = [f"indicator.{row.code}" for row in protocol().indicators.rows]
ANSWERS = st.dictionaries(
    st.sampled_from([*CODES, *WHOLE, SEXUAL, "age.appears_minor"]),
    st.sampled_from(["yes", "no", "unknown"]),
    max_size=45,
)


@given(ANSWERS, st.sampled_from([9, 30, None]))
def test_a_question_is_open_proposed_once_and_the_not_known_come_after(answers, age):
    codes = following(victim(age_min=age) | {"answers": answers})
    assert len(codes) == len(set(codes))
    asked_first = [each for each in codes if each not in answers and each.startswith("indicator.")]
    again = [each for each in codes if answers.get(each) == "unknown"]
    assert not [each for each in codes if answers.get(each) in ("yes", "no")]
    assert not asked_first or not again or codes.index(asked_first[-1]) < codes.index(again[0])


@given(ANSWERS, st.sampled_from([9, 30]))
def test_every_indicator_that_alone_changes_a_result_leads_those_that_do_not(answers, age):
    person = victim(age_min=age) | {"answers": answers}
    result = assess(person).people[0].findings.result
    fresh = [each for each in following(person) if each in CODES and each not in answers]
    changes = [
        assess(person | {"answers": answers | {each: "yes"}}).people[0].findings.result != result
        for each in fresh
    ]
    assert changes == sorted(changes, reverse=True)


@given(ANSWERS, st.sampled_from([9, 30]))
def test_no_indicator_that_would_change_a_result_is_left_out(answers, age):
    person = victim(age_min=age) | {"answers": answers}
    result, proposed = assess(person).people[0].findings.result, following(person)
    for code in {*CODES} - protocol().never_ask_codes - {*answers}:
        changed = assess(person | {"answers": answers | {code: "yes"}}).people[0].findings.result
        assert changed == result or code in proposed


# The whole.


def test_the_json_is_what_programs_were_promised():
    found = assess(victim(ACT, SEXUAL, LABOUR, age_min=17), case=["danger.locked_in"]).to_json()
    assert list(found) == ["class", "triage", "elements", "people"]
    assert (found["class"], found["triage"]) == (
        "trata",
        {"level": "emergency", "reasons": ["danger.locked_in"], "assessed": True},
    )
    assert found["elements"] == {
        "act": ["captar"],
        "means": [],
        "purpose": ["prostitucion_ajena_explotacion_sexual", "explotacion_laboral"],
        "means_required": False,
        "complete": True,
        "missing": [],
    }
    person = found["people"][0]
    lines = {
        "readings": [
            {
                "modality": "prostitucion_ajena_explotacion_sexual",
                "articles": "13-20",
                "needs": "list",
                "means": [],
                "waiver": "statute",
                "stands": True,
            },
            {
                "modality": "explotacion_laboral",
                "articles": "21",
                "needs": "practice",
                "means": [],
                "waiver": "palermo",
                "stands": True,
            },
        ],
        "second": [],
        "art_10": True,
    }
    assert {name: person[name] for name in lines} == lines
    assert set(person) >= {
        "id",
        "elements",
        "set",
        "fallback",
        "dimensions",
        "result",
        "result_if_all_yes",
        "next",
    }
    assert (person["set"], person["fallback"], person["also"]["set"]) == ("CS", True, "CL")
    assert (person["age"], person["dimensions"], person["result"]) == ("minor", {}, "not_measured")
    assert list(person["also"]["dimensions"]) == list(DIMENSIONS)
    assert json.loads(json.dumps(found)) == found


def test_the_case_stands_on_the_victim_who_stands_most_complete():
    people = [victim(ACT, PRACTICE), victim(*WHOLE, "act.alojar") | {"id": "p2"}, victim(*WHOLE)]
    found = assess(*people, victim(*WHOLE, role="trafficker"))
    assert found.elements == found.people[1].elements
    assert [each.id for each in found.people] == ["p1", "p2", "p1"]


def test_no_victim_is_an_assessment_too():
    found = assess().to_json()
    assert found["people"] == []
    assert found["elements"]["missing"] == ["act", "means", "purpose"]
    assert engine.assess({}, protocol(), today=TODAY).to_json()["class"] is None


def test_a_group_is_assessed_like_a_victim():
    assert assess(victim(*WHOLE, role="group", headcount=120)).to_json()["class"] == "trata"


def test_the_age_is_that_of_the_first_contact_else_of_today():
    born = victim(ACT, SEXUAL, birth_date="2008-03-10")
    assert assess(born).people[0].minor
    assert not assess(born, contacts=()).people[0].minor


SCALARS = st.none() | st.booleans() | st.integers(-5, 200) | st.text(max_size=8)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=3), SCALARS, max_size=2)
PERSON = ("age_min", "age_max", "age", "birth_date", "relation_to_trafficker", "headcount")


@given(
    st.dictionaries(st.sampled_from(PERSON), VALUES),
    st.dictionaries(st.sampled_from([ACT, SEXUAL, "age.appears_minor", "raw.age", *CODES[:3]]), VALUES),
    st.dictionaries(st.sampled_from(["kind", "started_at", "outcome"]), VALUES),
)
def test_whatever_a_document_holds_it_is_assessed(columns, answers, contact):
    person = {"id": "p", "role": "victim", "answers": answers} | columns
    found = assess(person, contacts=[contact], supports=[contact]).to_json()
    assert len(found["people"]) == 1


def test_a_whole_assessment_fits_between_two_keys():
    case = document(victim(*WHOLE), victim(SEXUAL, LABOUR, age_min=16))
    engine.assess(case, protocol(), today=TODAY)
    start = time.process_time()
    for _ in range(50):
        engine.assess(case, protocol(), today=TODAY).to_json()
    assert (time.process_time() - start) / 50 < 0.005
