"""Whatever JSON object a file holds, `case assess` reads it and says what is wrong with it."""

from __future__ import annotations

from typing import Any

from counts import often
from domain_fixtures import TODAY, protocol
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lnctp_tui.domain.assess import assess as engine
from lnctp_tui.domain.records.document import MEMBERS, empty
from lnctp_tui.i18n.reasons import reason
from lnctp_tui.services.exchange.importing.document_form import read

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=True)
    | st.text(max_size=12)
    | st.sampled_from(["yes", "17", "~17", "15-17", "abc", "2008-03", "31/02/2020", "victim", "group", "\0"])
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)
CODES = st.sampled_from(
    [
        "act.captar",
        "act.volar",
        "modality.esclavitud",
        "means.engano",
        "age.appears_minor",
        "danger.locked_in",
    ]
) | st.text(max_size=8)
ANSWERS = ANYTHING | st.dictionaries(CODES, ANYTHING | st.sampled_from(["yes", "no"]), max_size=6)
COLUMNS = st.sampled_from(
    ["id", "role", "age", "age_min", "age_max", "birth_date", "headcount", "kind", "started_at", "opened_at"]
)
RECORD = st.builds(
    lambda columns, answers: columns | {"answers": answers},
    st.dictionaries(COLUMNS | st.text(max_size=6), ANYTHING, max_size=5),
    ANSWERS,
)
DOCUMENT = st.dictionaries(st.text(max_size=5), ANYTHING, max_size=3) | st.fixed_dictionaries(
    {},
    optional={
        "schema": st.sampled_from([1, 2, 99, 0, "1", None]) | ANYTHING,
        "case": RECORD | ANYTHING,
        **{name: st.lists(RECORD | ANYTHING, max_size=3) | ANYTHING for name in MEMBERS},
        "later": ANYTHING,
    },
)
SHAPE = {"class", "triage", "elements", "people"}


def assessed(document: Any) -> tuple[dict[str, Any], list[str]]:
    found, problems = read(document, protocol())
    told = [f"{each.field}: {reason(each.reason, each.facts)}" for each in problems]
    return engine.assess(found, protocol(), today=TODAY).to_json(), told


@settings(max_examples=often(300, 25), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DOCUMENT)
def test_any_object_is_assessed_and_its_faults_are_told(document: dict[str, Any]) -> None:
    found, told = assessed(document)
    assert set(found) == SHAPE
    assert all("…" not in each for each in told)


def test_of_a_document_with_nothing_in_it_nothing_is_suggested() -> None:
    for document in ({}, {"schema": 1}, empty(), {"schema": 2, "people": []}):
        found, told = assessed(document)
        assert (found["class"], found["triage"]["level"], found["people"], told) == (
            None,
            "information",
            [],
            [],
        )


def test_an_unknown_code_takes_no_other_answer_with_it() -> None:
    said = dict.fromkeys(("act.volar", "act.captar", "zz.top", "modality.explotacion_laboral"), "yes")
    found, told = assessed({"people": [{"role": "victim", "age": 12.0, "answers": said}]})
    assert found["elements"]["complete"]
    assert [each.partition(":")[0] for each in told] == [
        "people[0].answers.act.volar",
        "people[0].answers.zz.top",
    ]
