"""The caller says only what was asked; the review counts danger first; the check names what does not fit."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from counselors import TODAY
from domain_fixtures import protocol

from lnctp_tui.domain.practice import key as keyed
from lnctp_tui.domain.practice import score
from lnctp_tui.domain.practice.caller import Caller, Entry
from lnctp_tui.domain.practice.check import check
from lnctp_tui.domain.practice.scenario import Scenario, ScenarioFault, read
from lnctp_tui.services.practice import library

FILES = Path(library.__file__).parents[2] / "data" / "practice"
ANA = tomllib.loads((FILES / "motel-ana.toml").read_text(encoding="utf-8"))
INTENTS = library.intents()


def on_the_line() -> Caller:
    caller = Caller(read(ANA), INTENTS)
    caller.begin()
    return caller


def texts(heard: list[Any]) -> list[str]:
    return [line.text for line in heard]


def test_filling_a_field_is_not_asking() -> None:
    caller = on_the_line()
    caller.filled("person.age", 3)
    assert not [entry for entry in caller.log if entry.deed == "answer"]
    assert texts(caller.hear("", 4, "case.situation.safe_to_talk")) == ["Ahorita sí, él salió."]


def test_trust_opens_answers_and_blame_shuts_them() -> None:
    caller = on_the_line()
    assert texts(caller.hear("¿Cuántos años tiene?", 2)) == ["¿Para qué quiere saber eso?"]
    caller.hear("¿Puede hablar con seguridad?", 5)
    assert texts(caller.hear("¿cuántos años tiene?", 8)) == ["Diecisiete… cumplo en agosto."]
    caller.hear("¿por qué no se fue?", 11)
    assert (caller.mood, caller.trust) == ("llanto", 2)
    assert texts(caller.hear("¿qué edad tiene?", 14)) == ["¿Para qué quiere saber eso?"]
    assert [entry.what for entry in caller.log if entry.deed == "never"] == ["¿por qué no se fue?"]


def test_silence_costs_trust_and_somebody_comes_in() -> None:
    caller = on_the_line()
    assert texts(caller.tick(21)) == ["(llora)"]
    assert caller.trust == 2
    assert [line.event for line in caller.tick(361)] == ["enter"]
    assert texts(caller.hear("¿puede hablar con seguridad?", 365)) == [
        "Sí, mañana voy a lo de la escuela, sí."
    ]


def test_a_line_that_dropped_says_nothing_more() -> None:
    caller = Caller(library.load("bodega-frontera"), INTENTS)
    caller.begin()
    caller.tick(361)
    assert caller.ended == "drop"
    assert caller.hear("¿qué pasa?", 362) == []


def test_what_is_not_understood_is_listed() -> None:
    caller = on_the_line()
    assert texts(caller.hear("xyz", 1)) == ["¿Cómo dice?"]
    assert ("unmatched", "xyz") in [(entry.deed, entry.what) for entry in caller.log]


def reviewed(scenario: Scenario, log: list[Entry], **answers: str) -> score.Review:
    document = keyed.document(
        scenario, [fact for fact in scenario.key.facts if answers.get(fact.id) != "out"]
    )
    for fact in scenario.key.facts:
        if fact.id in answers and answers[fact.id] != "out":
            keyed.put(keyed.record(document, fact.on), fact.field, answers[fact.id])
    elements = dict(scenario.key.elements)
    own = score.Own(document, scenario.key.report_class, scenario.key.triage, elements)
    return score.review(scenario, log, own)


def done(scenario: Scenario, *, without: tuple[str, ...] = ()) -> list[Entry]:
    log = [Entry(1, "said", "hola")]
    log += [Entry(2, "answer", answer.id) for answer in scenario.answers]
    log += [Entry(3, "field", f"{fact.on}.{fact.field}") for fact in scenario.key.facts]
    for must in scenario.musts:
        deed, _colon, name = must.what.partition(":")
        log.append(Entry(4, {"say": "asked"}.get(deed, deed), name))
    log.append(Entry(60, "close", ""))
    return [entry for entry in log if entry.deed not in without]


def test_an_emergency_that_was_not_handed_over_and_a_question_to_a_minor_hold_the_points_down() -> None:
    warehouse, ana = library.load("bodega-frontera"), read(ANA)
    assert reviewed(warehouse, done(warehouse)).points == 100
    lost = reviewed(warehouse, done(warehouse, without=("escalate",)))
    assert (lost.points, lost.cap) == (49, "not_escalated")
    blamed = reviewed(ana, [*done(ana), Entry(9, "never", "¿por qué no se fue?")])
    assert (blamed.points, blamed.cap) == (69, "asked_a_minor")


def test_what_was_missed_about_danger_stands_first() -> None:
    ana = read(ANA)
    review = reviewed(ana, done(ana), peligro="out", lugar="MX-PUE")
    assert (review.lines[0].field, review.lines[0].verdict) == ("danger.minor_exploited", score.MISSED)
    assert review.missed_danger == ("danger.minor_exploited",)
    assert [line.verdict for line in review.lines if line.field == "state"] == [score.WRONG]


def test_what_nobody_said_is_made_up() -> None:
    ana = read(ANA)
    log = [entry for entry in done(ana) if entry.what != "arma"]
    assert [line.verdict for line in reviewed(ana, log).lines if line.field == "danger.weapon_present"] == [
        score.MADE_UP
    ]


def _change(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(content: dict[str, Any]) -> None:
        *names, last = path.split("/")
        place: Any = content
        for name in names:
            place = place[int(name)] if name.isdigit() else place[name]
        place[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("key/fact/3/field", "act.volar", "unknown_code"),
        ("key/fact/2/given_by", ["nadie"], "unobtainable"),
        ("answer/1/when", "trust >= 99", "unreachable"),
        ("answer/1/when", "marca", "unknown_flag"),
        ("answer/0/to", ["say:volar"], "unknown_intent"),
        ("key/triage", "follow_up", "key_triage"),
        ("key/class", "informativo", "key_class"),
        ("key/elements", {"act": True, "means": True, "purpose": True}, "key_elements"),
        ("key/escalate", True, "key_escalate"),
        ("must/0/by", "40:00", "outside_call"),
        ("answer/0/text", ["Mi número es 222 123 4567"], "real_phone"),
    ],
)
def test_the_check_names_what_does_not_fit(path: str, value: Any, reason: str) -> None:
    content = copy.deepcopy(ANA)
    _change(path, value)(content)
    assert reason in {finding.reason for finding in check(read(content), INTENTS, protocol(), today=TODAY)}


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("scenario/fictional", False, "not_fictional"),
        ("scenario/title", {"es": "Ana"}, "language_missing"),
        ("answer/0/when", "trust >>> 4", "bad_condition"),
        ("must/0/by", "pronto", "bad_clock"),
        ("must/0/what", "rezar", "unknown_deed"),
        ("event/0/do", "volar", "unknown_value"),
        ("scenario/level", 9, "out_of_range"),
        ("caller/opening", [], "missing"),
    ],
)
def test_a_file_that_is_no_scenario_says_where(path: str, value: Any, reason: str) -> None:
    content = copy.deepcopy(ANA)
    _change(path, value)(content)
    with pytest.raises(ScenarioFault) as fault:
        read(content)
    assert fault.value.reason == reason


def test_a_finding_has_its_line() -> None:
    path = FILES / "motel-ana.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[library.line_of(path, "key.fact edad") - 1] == 'id = "edad"'
    assert library.line_of(path, "key.fact edad") > library.line_of(path, "answer edad")
    assert lines[library.line_of(path, "key") - 1] == "[key]"
