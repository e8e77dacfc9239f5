"""Remembering by identity."""

from lnctp_tui.domain.records.identity import MOST, per_object


def test_an_object_is_computed_once_and_an_equal_one_again():
    seen = []
    length = per_object(lambda value: seen.append(value) or len(value))
    first, equal = [1], [1]
    assert [length(first), length(first), length(equal)] == [1, 1, 1]
    assert len(seen) == 2


def test_no_more_than_the_most_are_kept():
    seen = []
    kept = per_object(lambda value: seen.append(value) or value)
    first = [0]
    for each in [first, *([number] for number in range(MOST)), first]:
        kept(each)
    assert len(seen) == MOST + 2
