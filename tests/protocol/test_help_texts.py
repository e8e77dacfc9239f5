"""The help that teaches, as text: each field's own, in two languages, and never what the protocol says not to ask."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from lnctp_tui.domain.protocol.field_help import EXPLAINED, FieldHelp
from lnctp_tui.domain.protocol.protocol import UNVERIFIED, Protocol
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage.protocol import accepted, help_files
from lnctp_tui.storage.protocol.protocol_loader import load

QUOTED = {"es": re.compile("«[^»]*»"), "en": re.compile('"[^"]*"')}
HURTS = {
    "es": (
        "por qué no",
        "por qué confió",
        "ilegal",
        "cuántos clientes",
        "debió",
        "le prometo",
        "todo va a salir",
    ),
    "en": (
        "why didn't",
        "why did you",
        "illegal",
        "how many clients",
        "should have",
        "i promise",
        "will be fine",
    ),
}
"""What no good way of asking says: blame, curiosity, a promise nobody can keep."""
LONGEST = 330
"""Characters of a text: a counselor reads it while somebody is on the line."""


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load()


@pytest.fixture(scope="module")
def taught(protocol: Protocol) -> list[FieldHelp]:
    return [told for stage in protocol.stages for told in built_in(stage.code)]


def built_in(stage: str) -> Iterator[FieldHelp]:
    found = help_files.built_in(stage)
    assert found is not None
    return iter(found.fields)


def test_every_field_has_help_of_its_own(protocol: Protocol, taught: list[FieldHelp]) -> None:
    assert len(taught) == len(protocol.fields) > 100
    for part in ("why", "bad", "good"):
        for language in ("es", "en"):
            texts = Counter(getattr(told, part)[language] for told in taught)
            assert [text for text, count in texts.items() if count > 1] == []


def test_both_languages_say_it_and_say_it_shortly(taught: list[FieldHelp]) -> None:
    for told in taught:
        for text in (told.why, told.bad, told.good, *told.rows.values()):
            assert text.es != text.en
            assert max(len(text.es), len(text.en)) <= LONGEST, text
        assert told.source.es
        assert told.source.en


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_good_way_asks_one_thing_and_blames_nobody(taught: list[FieldHelp], language: str) -> None:
    for told in taught:
        good = told.good[language]
        assert not [said for said in QUOTED[language].findall(good) if said.count("?") > 1], good
        assert not [word for word in HURTS[language] if word in good.lower()], good


def test_what_is_never_asked_is_no_good_way(protocol: Protocol, taught: list[FieldHelp]) -> None:
    never = {text[language].strip("¿?").lower() for stage in protocol.stages for text in stage.never_ask
             for language in ("es", "en") if "?" in text[language] and "(" not in text[language]}  # fmt: skip
    assert len(never) > 10
    for told in taught:
        assert not [text for text in never if text in f"{told.good.es} {told.good.en}".lower()], told.code


def test_every_row_of_the_elements_and_indicators_is_explained(
    protocol: Protocol, taught: list[FieldHelp]
) -> None:
    catalogs = {**protocol.catalogs, "indicator": protocol.indicators}
    for name in EXPLAINED:
        rows = next(told.rows for told in taught if told.code == name)
        assert {row.code for row in catalogs[name].rows if not row.valid_to} <= set(rows)
        assert len({text.es for text in rows.values()}) == len(rows)


def test_what_is_from_memory_or_unsafe_is_to_be_verified(taught: list[FieldHelp]) -> None:
    marks = {told.code: told.mark in UNVERIFIED for told in taught}
    assert marks["indicator"]
    assert marks["cssrs"]
    assert not marks["act"]
    assert not marks["consent_store"]


def test_an_organisation_replaces_the_help_of_a_stage_once_it_was_accepted(workspace: Workspace) -> None:
    ours = help_files.of_vault(workspace.store, "opciones")
    (workspace.home / "protocol" / "help").mkdir(parents=True)
    text = Path(help_files.__file__).parents[2] / "data" / "help" / "opciones.toml"
    own = text.read_bytes().replace(b"va primero", b"manda")
    (workspace.home / "protocol" / "help" / "opciones.toml").write_bytes(own)
    assert help_files.of_vault(workspace.store, "opciones") == ours
    with workspace.store.write() as unit:
        accepted.keep(unit.connection, accepted.read(workspace.home))
    theirs = help_files.of_vault(workspace.store, "opciones")
    assert theirs is not None
    assert theirs.own
    assert "manda" in theirs.fields[0].why.es
    with workspace.store.write() as unit:
        accepted.keep(unit.connection, {"help/opciones.toml": b"esto no = es"})
    assert help_files.of_vault(workspace.store, "opciones") == ours
