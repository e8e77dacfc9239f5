"""Every scenario fits its key, and three counselors on it are worth what they did."""

from __future__ import annotations

from functools import cache

import pytest
from counselors import TODAY, careless, good, silent
from domain_fixtures import protocol

from lnctp_tui.domain.practice.check import check
from lnctp_tui.domain.practice.scenario import Scenario
from lnctp_tui.services.practice import library

CODES = library.codes()
SHORT = {"information", "prank", "hang_up", "silent"}


@cache
def scenario(code: str) -> Scenario:
    return library.load(code)


@pytest.mark.parametrize("code", CODES)
def test_a_scenario_fits_its_key(code: str) -> None:
    assert list(check(scenario(code), library.intents(), protocol(), today=TODAY)) == []


@pytest.mark.parametrize("code", CODES)
def test_a_good_a_careless_and_a_silent_counselor(code: str) -> None:
    points = [take(scenario(code), library.intents(), protocol()).points for take in (good, careless, silent)]
    assert points[0] > 85, points
    assert points[1] < 60, points
    assert points[2] < 30, points


def test_twelve_over_all_modalities_and_four_short_ones() -> None:
    files = [scenario(code) for code in CODES]
    short = {file.kind for file in files if file.kind in SHORT}
    modalities = {code for file in files for code in file.modality}
    assert short == SHORT
    assert modalities == {row.code for row in protocol().catalogs["modality"].rows}
    assert len([file for file in files if file.kind not in SHORT]) >= 12
