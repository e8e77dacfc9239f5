"""ILO indicators 2009: the rule per dimension (p. 5), the combination of the dimensions, the bounds."""

from itertools import product

import pytest
from domain_fixtures import ACT, LABOUR, SEXUAL, assess, protocol, verified_protocol, victim
from hypothesis import given
from hypothesis import strategies as st

from lnctp_tui.domain.assess import indicators as ilo
from lnctp_tui.domain.assess.indicators import DIMENSIONS, RESULTS, Count, Dimension, combine, positive

CODES = [f"indicator.{row.code}" for row in protocol().indicators.rows]
SAID = st.sampled_from(["yes", "no", "unknown", "refused"])
ANSWERS = st.dictionaries(st.sampled_from([*CODES, ACT, "act.alojar", SEXUAL, LABOUR]), SAID, max_size=40)

BOUNDARY = [
    ((2, 0, 0), True, "2 strong"),
    ((3, 0, 0), True, "2 strong is at least 2"),
    ((1, 1, 0), True, "1 strong + 1 medium"),
    ((1, 0, 1), True, "1 strong + 1 weak"),
    ((0, 3, 0), True, "3 medium"),
    ((0, 4, 0), True, "3 medium is at least 3"),
    ((0, 2, 1), True, "2 medium + 1 weak"),
    ((1, 0, 0), False, "1 strong alone"),
    ((0, 2, 0), False, "2 medium alone"),
    ((0, 1, 0), False, "1 medium alone"),
    ((0, 0, 9), False, "any number of weak alone"),
    ((0, 1, 5), False, "1 medium + 5 weak, the literal rule"),
    ((0, 0, 0), False, "nothing"),
]


@pytest.mark.parametrize(("counts", "stands", "why"), BOUNDARY, ids=[why for _, _, why in BOUNDARY])
def test_the_rule_at_its_boundary(counts, stands, why):
    assert positive(Count(*counts)) is stands


@pytest.mark.parametrize("counts", product(range(4), repeat=3))
def test_one_more_yes_never_makes_a_dimension_negative(counts):
    for one in ilo.ONE.values():
        assert positive(Count(*counts).plus(one)) >= positive(Count(*counts))


@pytest.mark.parametrize(
    ("yes", "unsettled", "state"),
    [
        (Count(1, 1), Count(), "positive"),
        (Count(1), Count(), "negative"),
        (Count(1), Count(weak=1), "open"),
        (Count(), Count(weak=7), "negative"),
        (Count(medium=1), Count(medium=1), "negative"),
        (Count(medium=1), Count(medium=1, weak=1), "open"),
    ],
)
def test_a_dimension_is_open_only_while_it_can_still_be_positive(yes, unsettled, state):
    assert Dimension(yes, unsettled).state == state


D, V, C, A, E = (
    "deceptive_recruitment",
    "recruitment_abuse_vulnerability",
    "coercion_destination",
    "abuse_vulnerability_destination",
    "exploitation",
)


@pytest.mark.parametrize(
    ("standing", "minor", "act", "result"),
    [
        ((), False, False, "no_exploitation"),
        ((D, C), False, True, "no_exploitation"),
        ((E,), False, True, "exploitation_only"),
        ((E, C), False, True, "exploitation_only"),
        ((E, "coercive_recruitment"), False, True, "exploitation_only"),
        ((E, V), False, True, "exploitation_only"),
        ((E, D), False, False, "deception_and_exploitation"),
        ((E, D, C), False, False, "trafficking"),
        ((E, "coercive_recruitment", C), False, False, "trafficking"),
        ((E, V, A), False, False, "trafficking"),
        ((), True, True, "no_exploitation"),
        ((D, C), True, True, "no_exploitation"),
        ((E,), True, True, "trafficking"),
        ((E, D, C), True, False, "exploitation_only"),
    ],
)
def test_the_combination(standing, minor, act, result):
    assert combine(frozenset(standing), minor=minor, act=act) == result


def strengths(used, name):
    return {code: strength for rows in ilo.by_dimension(used, name).values() for code, strength in rows}


def test_the_labour_sets_have_the_published_strengths():
    adult, child = (strengths(protocol(), name) for name in ("AL", "CL"))
    assert [list(adult.values()).count(each) for each in "SMW"] == [7, 53, 7]
    assert [list(child.values()).count(each) for each in "SMW"] == [15, 50, 0]
    per = {name: [rows for _, rows in of] for name, of in ilo.by_dimension(protocol(), "AL").items()}
    assert [len(per[name]) for name in DIMENSIONS] == [10, 10, 16, 9, 15, 7]
    assert [per[name].count("S") for name in DIMENSIONS] == [1, 1, 0, 1, 4, 0]


@pytest.mark.parametrize(
    ("modalities", "minor", "sets"),
    [
        ((), False, ("AL", None)),
        ((), True, ("CL", None)),
        (("explotacion_laboral",), True, ("CL", None)),
        ((ilo.SEXUAL,), False, ("AS", None)),
        ((ilo.SEXUAL,), True, ("CS", None)),
        (("explotacion_laboral", ilo.SEXUAL), False, ("AS", "AL")),
        (("mendicidad_forzosa", ilo.SEXUAL), True, ("CS", "CL")),
    ],
)
def test_the_set_follows_age_and_modality(modalities, minor, sets):
    assert ilo.which_set(modalities, minor=minor) == sets


@pytest.mark.parametrize("name", ["AS", "CS"])
def test_a_set_without_strengths_measures_nothing_by_the_labour_ones(name):
    """§7 row 21, evidence §1.4: a sexual case is not measured by wages."""
    assert strengths(protocol(), name) == {}
    assert ilo.signs(protocol(), name)[-13:] == OBSERVED
    assert strengths(verified_protocol(), name)["dst_forced_tasks_clients"] == "S"
    assert ilo.signs(verified_protocol(), name) == ()


OBSERVED = tuple(
    row.code for row in protocol().indicators.rows if row.extra["dimension"] == ilo.OBSERVATIONAL
)


def test_the_thirteen_signs_are_shown_without_strength_and_without_a_verdict():
    assert len(OBSERVED) == 13
    yes = dict.fromkeys((SEXUAL, *(f"indicator.{code}" for code in OBSERVED)), "yes")
    found = findings(yes, age_min=30).findings
    assert (found.signs, found.dimensions) == (OBSERVED, {})
    assert (found.result, found.result_if_all_yes) == (ilo.NOT_MEASURED, ilo.NOT_MEASURED)


def test_the_signs_move_no_dimension_of_any_set():
    for name in ("AL", "CL"):
        assert not {*OBSERVED} & {*strengths(protocol(), name)}


def test_a_sexual_case_is_asked_its_signs_and_nothing_about_wages():
    person = findings({SEXUAL: "yes", ACT: "yes", "means.engano": "yes"}, age_min=30)
    asked = [each for each in person.next if each.startswith("indicator.")]
    assert asked == [f"indicator.{each}" for each in ("dst_forced_tasks_clients", *OBSERVED)]


def findings(answers, with_protocol=None, **columns):
    person = {"id": "p", "role": "victim", "answers": answers} | columns
    return assess(person, with_protocol=with_protocol).people[0]


def test_sexual_and_other_exploitation_are_both_found_sexual_first():
    yes = dict.fromkeys(
        (SEXUAL, LABOUR, "indicator.dst_forced_tasks_clients", "indicator.dst_documents"), "yes"
    )
    person = findings(yes, verified_protocol())
    assert (person.findings.set, person.findings.fallback, person.also.set) == ("AS", False, "AL")
    alone = {
        SEXUAL: "yes",
        "indicator.dst_forced_tasks_clients": "yes",
        "indicator.dst_threat_denounce": "yes",
    }
    assert findings(alone, verified_protocol()).findings.dimensions[C].state == "positive"
    assert findings(alone).findings.dimensions == {}


def test_an_indicator_outside_the_set_does_not_count():
    medium = ["exp_bad_living", "exp_wage_manipulation", "exp_no_social_protection"]
    answers = dict.fromkeys((f"indicator.{each}" for each in medium), "yes")
    assert findings(answers, age_min=30).findings.dimensions[E].state == "positive"
    assert findings(answers, age_min=9).findings.dimensions[E].state == "open"


def test_unknown_is_not_no():
    exploitation = [f"indicator.{code}" for code, _ in ilo.by_dimension(protocol(), "AL")[E]]
    states = {said: findings(dict.fromkeys(exploitation, said)) for said in ("no", "unknown", "refused")}
    assert {said: each.findings.dimensions[E].state for said, each in states.items()} == {
        "no": "negative",
        "unknown": "open",
        "refused": "open",
    }
    assert states["no"].findings.result_if_all_yes == "no_exploitation"
    assert states["unknown"].findings.result_if_all_yes == "trafficking"


def test_nothing_asked_is_all_open():
    found = findings({}).findings
    assert {each.state for each in found.dimensions.values()} == {"open"}
    assert (found.result, found.result_if_all_yes) == ("no_exploitation", "trafficking")


def rank(result):
    return (ilo.NOT_MEASURED, *RESULTS).index(result)


@given(ANSWERS, st.sampled_from([*CODES, ACT]), st.sampled_from([9, 30, None]))
def test_a_yes_never_lowers_a_result(answers, code, age):
    before = findings(answers, age_min=age).findings
    after = findings(answers | {code: "yes"}, age_min=age).findings
    assert rank(after.result) >= rank(before.result)


@given(ANSWERS, st.sampled_from([*CODES, ACT]), st.sampled_from([9, 30, None]))
def test_a_no_never_raises_a_bound(answers, code, age):
    before = findings(answers, age_min=age).findings
    after = findings(answers | {code: "no"}, age_min=age).findings
    assert rank(after.result_if_all_yes) <= rank(before.result_if_all_yes)


@given(ANSWERS, st.sampled_from([9, 30, None]), st.booleans())
def test_the_bounds_are_ordered_and_reached(answers, age, verified):
    used = verified_protocol() if verified else protocol()
    found = findings(answers, used, age_min=age).findings
    assert rank(found.result) <= rank(found.result_if_all_yes)
    settled = dict.fromkeys((*CODES, *(f"act.{row.code}" for row in used.catalogs["act"].rows)), "no")
    closed = findings(
        settled | {code: said for code, said in answers.items() if said == "yes"}, used, age_min=age
    )
    assert (closed.findings.result, closed.findings.result_if_all_yes) == (found.result, found.result)
    opened = dict.fromkeys(settled, "yes") | {code: said for code, said in answers.items() if said == "no"}
    modalities = {code: said for code, said in answers.items() if code.startswith("modality.")}
    assert findings(opened | modalities, used, age_min=age).findings.result == found.result_if_all_yes


@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(answers, random):
    shuffled = list(answers.items())
    random.shuffle(shuffled)
    assert (
        assess(victim() | {"answers": dict(shuffled)}).people
        == assess(victim() | {"answers": answers}).people
    )


@given(ANSWERS, st.sampled_from(CODES))
def test_unknown_changes_nothing_but_the_questions(answers, code):
    asked = {each: said for each, said in answers.items() if each != code}
    before, after = findings(asked), findings(asked | {code: "unknown"})
    assert (before.findings, before.elements) == (after.findings, after.elements)
