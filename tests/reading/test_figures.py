"""How well fictional narratives are read, on the half that nothing was tuned on. Source: docs/reading.md, "Figures"."""

from __future__ import annotations

import sys

import pytest
from narratives import Result, judge, narratives, report, unlearned

from lnctp_tui.domain.reading.lexicon import Lexicon
from lnctp_tui.storage.protocol import lexicon as files
from lnctp_tui.storage.protocol import protocol_loader

HELD = {
    "patterns": (0.93, 0.86),
    "gazetteer": (0.925, 0.885),
    "vocabulary": (0.93, 0.93),
    "all": (0.935, 0.905),
}
"""Family → precision and recall that no change may fall below; what is to be reached stands in docs/reading.md."""
NEW_FROM = 200
"""Number of the first narrative that came with the rules of decision 054."""


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    made, findings = files.load(protocol_loader.load(None))
    assert findings == []
    return made


@pytest.fixture(scope="module")
def kept(lexicon: Lexicon) -> Result:
    result = judge(lexicon, narratives(kept=True))
    sys.stdout.write(report(result) + "\n")
    return result


@pytest.mark.parametrize("family", HELD)
def test_the_kept_half_is_read_no_worse_than_before(kept: Result, family: str) -> None:
    precision, recall = HELD[family]
    measured = (
        kept.families[family].precision,
        kept.families[family].recall,
    )  # nobody reads the kept half by a failure
    assert measured[0] >= precision
    assert measured[1] >= recall


def test_a_no_is_no_yes_and_nobody_s_fact_becomes_another_s(kept: Result) -> None:
    polarity, owner = kept.polarity / kept.right, kept.owner / kept.owned
    asked, sprung = kept.asked / kept.owned, kept.sprung / kept.traps
    assert polarity <= 0.01
    assert owner <= 0.03
    assert asked <= 0.156
    assert sprung <= 0.087


def test_the_older_kept_narratives_are_read_no_worse_than_before(lexicon: Lexicon) -> None:
    kept = narratives(kept=True)
    result = judge(
        lexicon, (each for each in kept if each["id"][0] == "n" and int(each["id"][1:4]) < NEW_FROM)
    )
    whole, words = result.families["all"], result.families["vocabulary"]
    assert whole.precision >= 0.93
    assert whole.recall >= 0.82
    assert words.precision >= 0.92
    assert words.recall >= 0.80
    assert result.owner / result.owned <= 0.03
    assert result.asked / result.owned <= 0.15


def test_what_nothing_was_learned_from_is_read_no_worse_than_before(lexicon: Lexicon) -> None:
    result = judge(lexicon, unlearned())
    whole = result.families["all"]
    figures = (
        whole.precision,
        whole.recall,
        result.polarity / result.right,
        result.owner / result.owned,
        result.sprung,
    )
    del result, whole  # nobody reads them by a failure
    assert figures[0] >= 0.925
    assert figures[1] >= 0.8
    assert figures[2] <= 0.01
    assert figures[3] <= 0.03
    assert figures[4] <= 17


def test_a_hundred_narratives_stand_there_and_about_half_is_kept() -> None:
    halves = [list(narratives(kept=kept)) for kept in (True, False)]
    assert sum(map(len, halves)) >= 100
    for narrative in (*halves[0], *halves[1]):
        for fact in narrative["facts"]:
            assert narrative["text"][fact["start"] : fact["end"]] == fact["quote"]
