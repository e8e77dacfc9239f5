"""The engines against a second reading of the rules, written from the text and from the CSV alone.

Nothing of lnctp_tui.domain is used to compute what is expected: the sets are read with csv, the bounds by
answering the open questions, the elements and the triage from the sentences of the design.
"""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from importlib import resources
from itertools import product

import pytest
from counts import often
from domain_fixtures import TODAY, protocol, verified_protocol
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lnctp_tui.domain.assess import assess as engine

DATA = resources.files("lnctp_tui").joinpath("data")


def table(path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(DATA.joinpath(path).read_text(encoding="utf-8").splitlines()))


ROWS = table("indicators/indicators.csv")
INDICATORS = [row["code"] for row in ROWS]
SIGNS = [row["code"] for row in ROWS if row["dimension"] == "observational"]
MODALITY_ROWS = {row["code"]: row for row in table("catalogs/modality.csv")}
MEANS_ROWS = {row["code"]: row for row in table("catalogs/means.csv")}
ACTS, MEANS, MODALITIES = (
    [row["code"] for row in table(f"catalogs/{name}.csv")] for name in ("act", "means", "modality")
)
SEXUAL = "prostitucion_ajena_explotacion_sexual"
OPEN = ("unknown", "refused", None)
LEVELS = ("information", "follow_up", "priority", "urgent_24h", "emergency")


def strengths(name: str, *, verified: bool) -> dict[str, str]:
    """The set as the file has it; `verified`: as if somebody had signed the sexual ones."""
    labour = f"{name[0]}L"
    if name.endswith("S") and verified:
        forced = {"dst_forced_tasks_clients": "S"}
        return {row["code"]: forced.get(row["code"], row[labour]) for row in ROWS}
    return {row["code"]: row[name] for row in ROWS}


def stands(counts: Counter[str]) -> bool:
    """Facts §1.2, the four lines as they are written."""
    lines = (
        {"S": 2},
        {"S": 1, "other": 1},
        {"M": 3},
        {"M": 2, "W": 1},
    )
    have = counts | Counter(other=counts["M"] + counts["W"])
    return any(all(have[kind] >= needed for kind, needed in line.items()) for line in lines)


def dimension(name: str, answers: dict, sets: dict[str, str], counted: tuple) -> bool:
    rows = [row["code"] for row in ROWS if row["dimension"] == name]
    return stands(Counter(sets[code] for code in rows if answers.get(f"indicator.{code}") in counted))


DIMENSIONS = [each for each in dict.fromkeys(row["dimension"] for row in ROWS) if each != "observational"]


def states(answers: dict, sets: dict[str, str]) -> dict[str, str]:
    lower = {name: dimension(name, answers, sets, ("yes",)) for name in DIMENSIONS}
    upper = {name: dimension(name, answers, sets, ("yes", *OPEN)) for name in DIMENSIONS}
    return {n: "positive" if lower[n] else "open" if upper[n] else "negative" for n in DIMENSIONS}


def result(standing: set[str], *, minor: bool, act: bool) -> str:
    """Records, "Rules as total functions", in its order."""
    exploited = "exploitation" in standing
    means = standing & {"deceptive_recruitment", "coercive_recruitment", "recruitment_abuse_vulnerability"}
    held = standing & {"coercion_destination", "abuse_vulnerability_destination"}
    if minor:
        return "trafficking" if exploited and act else "exploitation_only" if exploited else "no_exploitation"
    if not exploited:
        return "no_exploitation"
    if means and held:
        return "trafficking"
    return "deception_and_exploitation" if "deceptive_recruitment" in standing else "exploitation_only"


def minor_by_text(person: dict, on: date) -> bool:
    """`age_min < 18`, or no age and it was said or in doubt (art. 3 X); a birth date gives the age."""
    ages = [person["age_min"]] if person.get("age_min") is not None else []
    if person.get("birth_date"):
        year, month, day = map(int, person["birth_date"].split("-"))
        ages.append(on.year - year - ((on.month, on.day) < (month, day)))
    if ages:
        return min(ages) < 18
    return person["answers"].get("age.appears_minor") in ("yes", "unknown", "refused")


def expected(person: dict, on: date, *, verified: bool) -> list[dict]:
    """What each set says about the person, the reported one first."""
    answers, minor = person["answers"], minor_by_text(person, on)
    purposes = [code for code in MODALITIES if answers.get(f"modality.{code}") == "yes"]
    labour, sexual = ("CL", "CS") if minor else ("AL", "AS")
    names = [labour] if SEXUAL not in purposes else [sexual, labour] if purposes != [SEXUAL] else [sexual]
    act = any(answers.get(f"act.{code}") == "yes" for code in ACTS)
    act_if = any(answers.get(f"act.{code}") != "no" for code in ACTS)
    found = []
    for name in names:
        if name.endswith("S") and not verified:
            known = [row["code"] for row in ROWS if row[name] in ("S", "M", "W")]
            seen = [code for code in (*known, *SIGNS) if answers.get(f"indicator.{code}") == "yes"]
            unmeasured = {"set": name, "fallback": True, "dimensions": {}, "signs": seen}
            found.append(unmeasured | dict.fromkeys(("result", "result_if_all_yes"), "not_measured"))
            continue
        found_states = states(answers, strengths(name, verified=verified))
        lower = {each for each, state in found_states.items() if state == "positive"}
        upper = {each for each, state in found_states.items() if state != "negative"}
        found.append(
            {
                "set": name,
                "fallback": False,
                "signs": [],
                "dimensions": found_states,
                "result": result(lower, minor=minor, act=act),
                "result_if_all_yes": result(upper, minor=minor, act=act_if),
            }
        )
    return found


def articles(text: str) -> set[int]:
    """`13-20` or `21`; Palermo is none of the statute's."""
    if "Palermo" in text:
        return set()
    first, _, last = text.partition("-")
    return set(range(int(first), int(last or first) + 1))


KINDS = {"list": "means", "practice": "practice", "tie": "tie"}


def names(modality: str, means: str) -> bool:
    """Whether an article of the modality names the means."""
    rule, row = MODALITY_ROWS[modality], MEANS_ROWS[means]
    same = bool(articles(rule["articles"]) & articles(row["article"]))
    return same and KINDS.get(rule["means"]) == row["kind"]


def reading(modality: str, yes: list[str], minor: bool, unable: bool) -> dict:
    """Evidence §2.3, one line of the table."""
    rule = MODALITY_ROWS[modality]
    waiver = ""
    if rule["means"] != "none":
        statute = modality == SEXUAL and (minor or unable)
        waiver = "statute" if statute else "palermo" if minor else ""
    named = [code for code in yes if names(modality, code)]
    stands = rule["means"] == "none" or bool(named or waiver)
    found = {"modality": modality, "articles": rule["articles"], "needs": rule["means"]}
    return found | {"means": named, "waiver": waiver, "stands": stands}


def elements_by_text(person: dict, on: date) -> dict:
    """Evidence §2.2 and §2.3: art. 10 asks act and purpose; each modality what its own articles name."""
    answers = person["answers"]
    yes = {
        name: [code for code in codes if answers.get(f"{prefix}.{code}") == "yes"]
        for name, prefix, codes in (
            ("act", "act", ACTS),
            ("means", "means", MEANS),
            ("purpose", "modality", MODALITIES),
        )
    }
    minor = minor_by_text(person, on)
    unable = answers.get("capacity.cannot_understand") == "yes"
    readings = [reading(code, yes["means"], minor, unable) for code in yes["purpose"]]
    national = [code for code in yes["means"] if articles(MEANS_ROWS[code]["article"])]
    if readings:
        enough = any(each["stands"] for each in readings)
        required = any(each["needs"] != "none" and not each["waiver"] for each in readings)
    else:
        enough, required = minor or bool(national), not minor
    standing = {"act": bool(yes["act"]), "means": enough, "purpose": bool(yes["purpose"])}
    missing = [name for name, stands in standing.items() if not stands]
    return {**yes, "means_required": required, "complete": not missing, "missing": missing}


def lines_by_text(person: dict, on: date) -> dict:
    """The line "art. 10", the lines "art. N" and what is left for the second reading."""
    yes, answers = elements_by_text(person, on), person["answers"]
    minor, unable = minor_by_text(person, on), answers.get("capacity.cannot_understand") == "yes"
    readings = [reading(code, yes["means"], minor, unable) for code in yes["purpose"]]
    national = {code for code in yes["means"] if articles(MEANS_ROWS[code]["article"])}
    own = {code for each in readings for code in each["means"]} if readings else national
    second = [code for code in yes["means"] if code not in own]
    return {"art_10": bool(yes["act"] and yes["purpose"]), "readings": readings, "second": second}


def suicide(answers: dict) -> str:
    """Facts §4.3: the highest rule met."""
    levels = {
        **dict.fromkeys(("wish_dead", "suicidal_thoughts"), 1),
        **dict.fromkeys(("method", "behaviour"), 2),
        **dict.fromkeys(("intent", "plan_intent", "behaviour_3m"), 3),
    }
    found = max((level for code, level in levels.items() if answers.get(f"cssrs.{code}") == "yes"), default=0)
    if answers.get("cssrs.behaviour") == "yes" and answers.get("cssrs.behaviour_3m") != "no":
        found = 3  # until its time is asked
    return ("none", "low", "moderate", "high")[found]


LAP = [row["code"] for row in table("catalogs/lap.csv")]


def lethal(person: dict) -> bool:
    """Facts §4.2: one of 1–3 or four of 4–11, for partners and former partners only."""
    yes = [person["answers"].get(f"lap.{code}") == "yes" for code in LAP]
    partner = person.get("relation_to_trafficker") in ("pareja", "expareja")
    return partner and (any(yes[:3]) or sum(yes[3:]) >= 4)


EMERGENCY = (
    *("in_progress", "weapon_present", "injury_overdose"),
    *("locked_in", "minor_alone", "moved_or_killed_today"),
)
URGENT = ("trafficker_knows", "transfer_72h", "minor_exploited", "illness_untreated", "child_held")


def triage_by_text(case: dict, people: list[dict]) -> str:
    """Facts §4.4, from the top: the first level of which any line holds."""

    def said(code: str) -> bool:
        return case.get(code) == "yes"

    if any(said(f"danger.{code}") for code in EMERGENCY) or suicide(case) == "high":
        return "emergency"
    if any(said(f"danger.{code}") for code in URGENT) or any(map(lethal, people)):
        return "urgent_24h"
    if suicide(case) == "moderate":
        return "urgent_24h"
    if suicide(case) == "low":
        return "priority"
    if said("situation.exploited_now"):
        return "priority"
    return "follow_up" if said("situation.out_needs_services") or people else "information"


YN = st.sampled_from(["yes", "no", "unknown", "refused"])
DAY = date(2026, 3, 1)
CONTACT = {"kind": "victim", "started_at": "2026-03-01T10:00:00.000000Z"}


@st.composite
def answers_about(draw: st.DrawFn) -> dict[str, str]:
    """Answers of every kind; one draw leans to yes, another to no, so that every result comes up."""
    lean = draw(st.sampled_from(["yes", "no", "unknown", None]))
    codes = [f"indicator.{code}" for code in INDICATORS]
    found = dict.fromkeys(codes, lean) if lean else {}
    changed = st.dictionaries(st.sampled_from(codes), YN | st.none(), max_size=25)
    others = [f"act.{code}" for code in ACTS] + [f"means.{code}" for code in MEANS]
    others += [f"modality.{code}" for code in MODALITIES] + [f"modality.{SEXUAL}"] * 6
    others += ["capacity.cannot_understand", "age.appears_minor"] * 4
    found |= draw(changed) | draw(st.dictionaries(st.sampled_from(others), YN, max_size=12))
    if draw(st.booleans()):
        found |= {f"act.{code}": "no" for code in ACTS if f"act.{code}" not in found}
    return {code: said for code, said in found.items() if said is not None}


AGES = st.none() | st.integers(0, 40) | st.sampled_from([17, 18])
BIRTHS = st.none() | st.dates(date(1980, 1, 1), DAY).map(str) | st.sampled_from(["2008-03-01", "2008-03-02"])
PEOPLE = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["victim", "group"]),
        "age_min": AGES,
        "birth_date": BIRTHS,
        "answers": answers_about(),
        "consented": YN | st.none(),
    }
)


def assessed(*people: dict, case: dict | None = None, verified: bool = False) -> dict:
    document = {"case": {"answers": case or {}}, "contacts": [CONTACT], "people": list(people)}
    return engine.assess(document, verified_protocol() if verified else protocol(), today=TODAY).to_json()


@settings(max_examples=often(400, 40))
@given(PEOPLE, st.booleans())
def test_a_person_is_assessed_as_the_text_says(person: dict, verified: bool) -> None:
    found = assessed(person, verified=verified)["people"][0]
    first, *others = expected(person, DAY, verified=verified)
    assert {name: found[name] for name in first} == first
    assert ([found["also"]] if "also" in found else []) == others
    assert found["elements"] == elements_by_text(person, DAY)
    lines = lines_by_text(person, DAY)
    assert {name: found[name] for name in lines} == lines


@given(st.lists(PEOPLE, max_size=3))
def test_the_case_takes_the_elements_of_the_victim_who_stands_most_complete(people: list[dict]) -> None:
    found = assessed(*people)
    texts = [elements_by_text(each, DAY) for each in people]
    assert len(found["people"]) == len(people)
    assert found["elements"]["complete"] is any(each["complete"] for each in texts)
    if people:
        assert found["elements"] in texts
        assert len(found["elements"]["missing"]) == min(len(each["missing"]) for each in texts)
    met = any(line["stands"] for each in people for line in lines_by_text(each, DAY)["readings"])
    assert (found["class"] == "trata") is met


@pytest.mark.parametrize(("strong", "medium", "weak"), product(range(3), range(5), range(5)))
def test_the_four_lines_of_the_rule_are_the_engine_s(strong: int, medium: int, weak: int) -> None:
    from lnctp_tui.domain.assess.indicators import Count, positive

    counts = Counter(S=strong, M=medium, W=weak)
    assert positive(Count(strong, medium, weak)) is stands(counts)


DANGERS = [f"danger.{code}" for code in EMERGENCY + URGENT]
SUICIDE = [f"cssrs.{row['code']}" for row in table("catalogs/cssrs.csv")]
CASES = st.dictionaries(
    st.sampled_from([*DANGERS, *SUICIDE, "situation.exploited_now", "situation.out_needs_services"]),
    st.sampled_from(["yes", "no", "unknown", "refused"]),
    max_size=6,
)
AT_RISK = st.fixed_dictionaries(
    {
        "role": st.sampled_from(["victim", "group"]),
        "age_min": st.just(30),
        "relation_to_trafficker": st.sampled_from([None, "pareja", "expareja", "familiar", "~novio"]),
        "answers": st.dictionaries(st.sampled_from([f"lap.{code}" for code in LAP]), YN, max_size=11),
    }
)


@settings(max_examples=often(300, 30))
@given(CASES, st.lists(AT_RISK, max_size=2))
@example({"cssrs.method": "yes"}, [])
def test_the_triage_is_the_table(case: dict, people: list[dict]) -> None:
    level = triage_by_text(case, people)
    found = assessed(*people, case=case)["triage"]
    if level == "information":
        level = "follow_up"  # the call speaks of a victim: nobody is closed as information by silence
    assert found["level"] == level
    assert found["reasons"]


@given(CASES, st.lists(PEOPLE, max_size=2))
def test_the_elements_may_raise_the_triage_and_never_lower_it(case: dict, people: list[dict]) -> None:
    level = assessed(*people, case=case)["triage"]["level"]
    assert LEVELS.index(level) >= LEVELS.index(triage_by_text(case, people))


# The next questions


def moved(person: dict, code: str, said: str) -> dict:
    answered = dict(person) | {"answers": dict(person["answers"])}
    if code == "age":
        return answered | {"age_min": 17 if said == "yes" else 30}
    answered["answers"][code] = said
    return answered


def weight(person: dict, code: str) -> int:
    """What one answer can do: 3 the result or complete elements, 2 a dimension or an element, 1 a bound."""
    before = expected(person, DAY, verified=False)
    elements = elements_by_text(person, DAY)
    best = 0
    for said in ("yes", "no"):
        after_person = moved(person, code, said)
        after = expected(after_person, DAY, verified=False)
        changed = elements_by_text(after_person, DAY)
        both = zip(before, after, strict=False)
        pairs = [(old, new) for old, new in both if "not_measured" not in (old["result"], new["result"])]
        if any(old["result"] != new["result"] for old, new in pairs):
            best = max(best, 3)
        if elements["complete"] != changed["complete"]:
            # The forms are asked for by how common they are, not by which would complete the case.
            best = max(best, 2 if code.startswith("modality.") else 3)
        if any(old["result_if_all_yes"] != new["result_if_all_yes"] for old, new in pairs):
            best = max(best, 2)
        if any(old["dimensions"] != new["dimensions"] for old, new in pairs):
            best = max(best, 2)
        if elements["missing"] != changed["missing"]:
            best = max(best, 2)
    return best


ASKED = [f"indicator.{code}" for code in INDICATORS if code not in SIGNS]
PROPOSED = [
    *(code for code in ASKED if code not in protocol().never_ask_codes),
    *(f"act.{code}" for code in ACTS),
    *(f"means.{code}" for code in MEANS),
    *(f"modality.{code}" for code in MODALITIES),
]
SAFETY = ("danger.", "situation.", "callback_allowed")


@st.composite
def nearly_settled(draw: st.DrawFn) -> dict:
    """Complete elements and few open indicators: only they decide, also by a no."""
    random = draw(st.randoms(use_true_random=False))
    asked = [code for code in ASKED if random.random() < draw(st.sampled_from([0.5, 0.8, 0.93]))]
    said = {code: random.choices(["yes", "no", "unknown"], [2, 7, 1])[0] for code in asked}
    standing = dict.fromkeys(
        ("act.captar", "means.salario_inferior_legal", "modality.explotacion_laboral"), "yes"
    )
    return {"role": "victim", "age_min": draw(st.sampled_from([10, 30])), "answers": said | standing}


@settings(max_examples=often(150, 20), deadline=None)
@given(PEOPLE | nearly_settled())
def test_no_question_moves_more_than_the_first_that_is_proposed(person: dict) -> None:
    proposed = assessed(person)["people"][0]["next"]
    about = [code for code in proposed if not code.startswith(SAFETY)]
    assert not any(code.startswith(SAFETY) for code in proposed[len(proposed) - len(about) :])
    open_codes = [code for code in PROPOSED if code not in person["answers"]]
    if elements_by_text(person, DAY)["purpose"]:  # one form is known: no other is fished for
        open_codes = [code for code in open_codes if not code.startswith("modality.")]
    weights = {code: weight(person, code) for code in open_codes}
    first = next((code for code in about if code not in person["answers"]), None)
    if first != "age":  # the age decides the set, the means and the child path: it leads by the text
        best = max(weights.values(), default=0)
        assert (
            weights.get(first, 0) == best
        )  # a sign measures nothing: it leads only where nothing else moves
    assert {code for code, moves in weights.items() if moves} <= {*about}


@given(PEOPLE, CASES)
def test_nothing_that_is_never_asked_is_proposed(person: dict, case: dict) -> None:
    never = {
        "indicator.abv_irregular_status",
        "indicator.abv_relationship_authorities",
        "indicator.avd_relationship_authorities",
    }
    assert not never & {*assessed(person, case=case)["people"][0]["next"]}
