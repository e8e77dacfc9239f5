"""The condition language of protocol files: what holds, what is refused, and that nothing is ever run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lnctp_tui.domain.protocol.conditions import Condition, parse

PERSON = {
    "role": "victim",
    "age_min": 16,
    "dropped": True,
    "interpreter": False,
    "name": None,
    "answers": {"capacity.cannot_understand": "no", "age.appears_minor": "yes", "need.other": "unknown"},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("role == 'victim'", True),
        ("role == 'trafficker'", False),
        ("role != 'trafficker'", True),
        ("role in ['victim', 'group']", True),
        ("role in ('victim', 'group')", True),
        ("role not in ['victim', 'group']", False),
        ("'victim' == role", True),
        ("age_min < 18", True),
        ("age_min <= 16 and age_min >= 16", True),
        ("age_min > 16", False),
        ("15 <= age_min <= 17", True),
        ("17 <= age_min <= 20", False),
        ("age_min > -1", True),
        ("age_min > 15.5", True),
        ("not role == 'group'", True),
        ("not (role == 'victim' or role == 'group')", False),
        ("role == 'group' or age_min < 18 and dropped", True),
        ("(role == 'group' or age_min < 18) and interpreter", False),
        ("dropped == True", True),
        ("dropped", True),
        ("interpreter", False),
        ("role", False),
        ("answers.age.appears_minor == 'yes'", True),
        ("answers.age.appears_minor", True),
        ("answers.capacity.cannot_understand", False),
        ("answers.need.other in ['unknown', 'refused']", True),
    ],
)
def test_condition_holds(text: str, expected: bool) -> None:
    assert parse(text).holds(PERSON) is expected


@pytest.mark.parametrize("operator", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize("name", ["missing", "name", "answers.lap.choking"])
def test_an_unknown_operand_makes_a_comparison_false(name: str, operator: str) -> None:
    assert parse(f"{name} {operator} 'x'").holds(PERSON) is False
    assert parse(f"{name} in ['x']").holds(PERSON) is False
    assert parse(f"{name} not in ['x']").holds(PERSON) is False


def test_records_without_answers_are_unknown() -> None:
    assert parse("answers.lap.choking == 'yes'").holds({"answers": None}) is False
    assert parse("answers.lap.choking == 'yes'").holds({}) is False


def test_operands_that_do_not_compare_are_false() -> None:
    assert parse("role < 18").holds(PERSON) is False


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "syntax"),
        ("role ==", "syntax"),
        ("role = 'victim'", "syntax"),
        ("__import__('os').system('true')", "not_allowed Call"),
        ("role.upper() == 'A'", "not_allowed Call"),
        ("role['a'] == 'b'", "not_allowed Subscript"),
        ("(lambda: 1)", "not_allowed Lambda"),
        ("[x for x in role]", "not_allowed ListComp"),
        ("role + 'a' == 'b'", "not_allowed BinOp"),
        ("role is 'a'", "not_allowed Is"),
        ("age_min == None", "not_allowed Constant"),
        ("age_min == b'1'", "not_allowed Constant"),
        ("'a'", "not_allowed Constant"),
        ("f'{role}' == 'a'", "not_allowed JoinedStr"),
        ("(role := 'a') == 'a'", "not_allowed NamedExpr"),
        ("role in 'victim'", "list_expected"),
        ("role == ['victim']", "list_unexpected"),
        ("['victim'] == role", "list_unexpected"),
        ("role in [role]", "not_allowed Name"),
        ("role == 'a\\x62'", "not_allowed backslash"),
        ("(" * 400 + "role" + ")" * 400, "syntax"),
        ("x" * 1001, "too_long 1001"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(text)


def test_names_and_literals_are_listed() -> None:
    condition = parse("role in ['victim', 'group'] and 18 > age_min or not answers.age.appears_minor")
    assert condition.names == {"role", "age_min", "answers.age.appears_minor"}
    assert condition.literals == (("role", "victim"), ("role", "group"), ("age_min", 18))


def test_conditions_are_values() -> None:
    assert parse("a == 1") == parse("a == 1")
    assert hash(parse("a == 1")) == hash(parse("a == 1"))
    assert str(parse("a == 1")) == "a == 1"


@given(st.text(max_size=200))
def test_any_text_is_a_condition_or_a_value_error(text: str) -> None:
    try:
        condition = parse(text)
    except ValueError:
        return
    assert isinstance(condition, Condition)
    assert condition.holds({}) in (True, False)
