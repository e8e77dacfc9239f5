"""How well fictional narratives are read, on the half that nothing was tuned on. Source: docs/reading.md, "Figures"."""

from __future__ import annotations

import sys

import pytest
from narratives import Result, judge, narratives, report

from lnctp_tui.domain.reading.lexicon import Lexicon
from lnctp_tui.storage.protocol import lexicon as files
from lnctp_tui.storage.protocol import protocol_loader

HELD = {"patterns": (0.93, 0.92), "gazetteer": (0.86, 0.86), "vocabulary": (0.88, 0.86), "all": (0.89, 0.88)}
"""Family → precision and recall that no change may fall below; what is to be reached stands in docs/reading.md."""


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
    assert kept.families[family].precision >= precision
    assert kept.families[family].recall >= recall


def test_a_no_is_no_yes_and_nobody_s_fact_becomes_another_s(kept: Result) -> None:
    assert kept.polarity <= 0.01 * kept.right
    assert kept.owner <= 0.03 * kept.owned
    assert kept.asked <= 0.15 * kept.owned


def test_sixty_narratives_stand_there_and_half_is_kept() -> None:
    halves = [list(narratives(kept=kept)) for kept in (True, False)]
    assert sum(map(len, halves)) >= 60
    for narrative in (*halves[0], *halves[1]):
        for fact in narrative["facts"]:
            assert narrative["text"][fact["start"] : fact["end"]] == fact["quote"]
