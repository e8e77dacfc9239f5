"""Every table over made-up documents is what a plain counter says, on SQLCipher and on PostgreSQL alike."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from counts import often
from filled_store import MADE_AT, clear, insert, rows
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_counter import Plain
from workspaces import Founded

from lnctp_tui.domain.report.dimensions import DIMENSIONS
from lnctp_tui.domain.report.result import Report
from lnctp_tui.errors import BadProtocol
from lnctp_tui.i18n.messages import explain
from lnctp_tui.reports import behind, run, tables
from lnctp_tui.reports import words as wording
from lnctp_tui.reports.facts import Facts
from lnctp_tui.reports.source import Source
from lnctp_tui.reports.words import Words
from lnctp_tui.server.postgres import database
from lnctp_tui.server.read import counting
from lnctp_tui.services.vault.workspace import open_workspace
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine
from lnctp_tui.storage.protocol import protocol_loader

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import build_published

PROTOCOL = protocol_loader.load(None)
CODES = {name: [row.code for row in catalog.rows] for name, catalog in PROTOCOL.catalogs.items()}
START, END = date(2020, 2, 29), date(2022, 10, 30)
INSTANTS = (
    "2020-02-29T05:59:59.999999Z", "2020-02-29T06:00:00Z", "2020-02-29T06:00:00.000000Z", "2020-03-01T05:59:59.9Z",
    "2020-03-01T06:00:00.000001Z", "2020-04-05T07:30:00.000000Z", "2021-04-04T08:00:00.000000Z",
    "2021-10-31T06:59:59.000000Z", "2022-04-03T08:30:00.000000Z", "2022-10-30T05:00:00.000000Z",
    "2022-10-31T05:59:59.999999Z", "2022-10-31T06:00:00.000000Z", "2024-02-29T12:00:00.000000Z",
)  # fmt: skip
"""Midnights of the Line's clock on both sides, leap days, days on which summer time began and ended."""
IDS = [f"00000000-0000-7000-8000-{number:012}" for number in range(6)]


def some(catalog: str, *more: str | None) -> st.SearchStrategy[str | None]:
    return st.sampled_from([*CODES[catalog][:3], *more, None])


def answers(*names: str) -> st.SearchStrategy[dict[str, str]]:
    keys = [
        f"{name}.{code}" for name in names for code in (*CODES[name][:2], CODES[name][-1], "de_otra_parte")
    ]
    said = st.sampled_from(["yes", "yes", "no", "unknown", "refused"])
    return st.dictionaries(st.sampled_from([*keys, "age.appears_minor", "raw.age"]), said, max_size=6)


STATE = st.sampled_from(["MX-CMX", "MX-MEX", "MX-PUE", "~Texas", "XX-1", None])
COUNTRY = st.sampled_from(["MX", "US", "ZZ", "~Narnia", None])
AT = st.sampled_from(INSTANTS)
ERASED = st.sampled_from([None, None, None, None, MADE_AT])
numbers = iter(range(10**9))


def row(**columns: Any) -> st.SearchStrategy[dict[str, Any]]:
    number = st.builds(lambda: f"10000000-0000-7000-8000-{next(numbers):012}")
    return st.fixed_dictionaries({"id": number, "erased_at": ERASED, **columns})


CONTACT = row(
    started_at=st.one_of(AT, st.none()), created_at=AT, direction=st.sampled_from(["in", "in", "out", None]),
    kind=st.sampled_from(["victim", "information", "other_crime", "silent", "test", None]),
    channel=some("channel", "~paloma"), reporter_type=some("reporter_type"), state=STATE, country=COUNTRY,
)  # fmt: skip
PERSON = row(
    role=st.sampled_from(["victim", "victim", "group", "trafficker", "other"]),
    sex=some("sex", "no_identificado", "~?"), nationality=some("country", "ZZ", "HN", "MX", "~Narnia", "QQ"),
    age_min=st.sampled_from([None, 0, 11, 17, 18, 38, 61]),
    age_max=st.sampled_from([None, 11, 17, 20, 38]), age_estimated=st.sampled_from([None, True, False]),
    birth_date=st.sampled_from([None, "2004-02-29", "2003", "2002-06"]), relation_to_trafficker=some("relation"),
    trafficker_role=some("trafficker_role", "~jefe"), network_level=some("network_level"),
    headcount=st.sampled_from([None, 1, 120]),
    answers=answers("modality", "hooking_means", "hooking_method", "platform", "violence", "vulnerability", "trait"),
)  # fmt: skip
PLACE = row(
    role=some("place_role", "destino"),
    state=STATE,
    country=COUNTRY,
    venue=some("venue", "barberia", "~cueva"),
)
FILE = row(entity=STATE, opened_on=st.sampled_from([None, "2020-02-28", "2020-02-29", "2022-10-30", "2023-01-01"]),
           stage=some("file_stage"))  # fmt: skip
DOCUMENT = st.fixed_dictionaries({
    "contacts": st.lists(CONTACT, max_size=3), "people": st.lists(PERSON, max_size=3),
    "places": st.lists(PLACE, max_size=2),
    "money": st.lists(row(flag=some("flag", "~raro"), instrument=some("instrument")), max_size=1),
    "files": st.lists(FILE, max_size=2),
    "supports": st.lists(row(kind=some("support_type"), modality=some("support_modality")), max_size=2),
    "referrals": st.lists(row(reason=some("referral_reason", "~otra"), arrived=some("answer"), need_met=some("answer"),
                              status=st.sampled_from([*CODES["referral_status"], None])), max_size=2),
})  # fmt: skip
CASE = st.fixed_dictionaries({
    "opened_at": st.one_of(AT, st.none()), "created_at": AT, "erased_at": ERASED,
    "merged_into": st.sampled_from([None, None, *IDS]), "answers": answers("no_report_reason"),
    "report_class": st.sampled_from(["trata", "trata", "trata", "informativo", "situacion_riesgo", None]),
})  # fmt: skip


@st.composite
def stores(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to six cases, which may be merged into each other in any way, and a few contacts without one."""
    made = [
        draw(DOCUMENT) | {"case": draw(CASE) | {"id": case_id}} for case_id in IDS[: draw(st.integers(0, 6))]
    ]
    alone = draw(st.lists(CONTACT, max_size=2))
    of_no_case = draw(st.lists(CONTACT, max_size=2))
    never_came = [contact | {"case_id": "20000000-0000-7000-8000-000000000000"} for contact in of_no_case]
    return [*made, {"case": {}, "contacts": [*alone, *never_came]}]


class Laptop:
    """A store that is emptied and filled past its log."""

    def __init__(self, founded: Founded, folder: Path) -> None:
        home = Path(shutil.copytree(founded.home, folder / "data"))
        self.workspace = open_workspace(home, founded.key)
        self.bare = engine.connect(home / paths.DATABASE, founded.key.dek)

    def fill(self, documents: list[dict[str, Any]]) -> None:
        self.bare.execute("BEGIN")
        clear(self.bare)
        insert(self.bare, documents)
        self.bare.execute("COMMIT")


@pytest.fixture(scope="module")
def laptop(founded: Founded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    opened = Laptop(founded, tmp_path_factory.mktemp("counted"))
    yield opened
    opened.bare.close()
    opened.workspace.close()


def counted(source: Source) -> Report:
    return run.report(source, START, END, tables.built_in(), PROTOCOL)


def check_behind(facts: Facts, report: Report) -> None:
    """Each number opens into as many cases as it says."""
    for table, definition in zip(report.tables, tables.built_in(), strict=True):
        if definition.unit != "contact":
            for cell in table.cells:
                cases = behind.roots(facts, definition, cell.row, cell.column)
                assert len(cases) == len(set(cases)) == cell.cases, (table.id, cell)


def check(report: Report, documents: list[dict[str, Any]]) -> None:
    plain = Plain(rows(documents), CODES, START, END)
    for table, definition in zip(report.tables, tables.built_in(), strict=True):
        if definition.special:
            continue
        counts, cases = plain.table(
            definition.unit, definition.rows, definition.columns, own_date=definition.own_date
        )
        assert {(cell.row, cell.column): cell.count for cell in table.cells} == counts, table.id
        assert {(cell.row, cell.column): cell.cases for cell in table.cells} == cases, table.id
        opened: dict[str, int] = {}
        for cell in table.parts:
            opened[cell.column] = opened.get(cell.column, 0) + cell.count
        assert opened == {column: count for (row, column), count in counts.items() if row == "no_consta"}, (
            table.id
        )
    assert (report.reports, report.cases) == (len(plain.units["report"]), len(plain.units["case"]))
    ages = sorted(unit["age"] for unit in plain.units["victim"] if unit["age"] is not None)
    measures = {measure.code: measure.value for measure in report.table("V8").measures}
    assert measures == {"least": ages[0] if ages else None, "greatest": ages[-1] if ages else None}
    assert report.table("V8").count("13-31") == sum(13 <= age <= 31 for age in ages)


@settings(max_examples=often(400, 25))
@given(documents=stores())
def test_sql_and_plain_python_count_alike(laptop: Laptop, documents: list[dict[str, Any]]) -> None:
    laptop.fill(documents)
    with laptop.workspace.store.read() as connection:
        facts = run.read(Source(connection), START, END, PROTOCOL)
    report = run.made(facts, tables.built_in(), "laptop", PROTOCOL)
    check(report, documents)
    check_behind(facts, report)


def test_laptop_and_server_count_alike(laptop: Laptop, pg: str, owner: str) -> None:
    documents = build_published.cases()
    documents[7]["case"]["merged_into"] = documents[3]["case"]["id"]
    documents[8]["case"]["erased_at"] = documents[9]["people"][0]["erased_at"] = MADE_AT
    laptop.fill(documents)
    with database.connect(owner) as connection:
        insert(connection, documents, server=True)
        connection.execute("INSERT INTO data.cases (of_team, id, extra, created_at, created_by, report_class)"
                           " VALUES ('otra', 'c1', '{}', '2020-03-01T12:00:00Z', '', 'trata')")  # fmt: skip
    with laptop.workspace.store.read() as connection:
        here = counted(Source(connection))
    with counting.source(pg, "main") as source:
        there = counted(source)
    assert there.tables == here.tables
    assert (there.reports, there.held, there.first) == (here.reports, here.held, here.first)
    assert there.scope == "server"
    check(there, documents)


def test_a_definition_is_told_by_its_line() -> None:
    good = tables.text("tables.toml")
    lines = good.splitlines()
    for wrong, line in (
        ('unit = "mention"', 'unit = "mentions"'), ('rows = "modality"', 'rows = "modalidad"'),
        ('many = ["modality"]', 'many = ["origin"]'), ('base = ["case", "unit"]', 'base = "cases"'),
        ('id = "M1"', 'id = "R1"'), ('public = true', 'publico = true'), ("[[table]]", "[[table"),
    ):  # fmt: skip
        start = lines.index('id = "M1"') - 1
        at = next(number for number in range(start, len(lines)) if lines[number] == wrong)
        changed = [*lines[:at], line, *lines[at + 1 :]]
        with pytest.raises(BadProtocol) as told:
            tables.parse("tables.toml", "\n".join(changed))
        assert (told.value.facts["file"], told.value.facts["line"]) == ("tables.toml", at + 1)
        assert "{" not in explain(told.value).happened
    untitled = [line for line in lines if not line.startswith('title = {es = "Reportes por clase"')]
    with pytest.raises(BadProtocol) as told:
        tables.parse("tables.toml", "\n".join(untitled))
    assert told.value.facts["reason"] == "missing_key"


def test_every_dimension_and_code_has_words_in_both_languages() -> None:
    for language in ("es", "en"):
        words = Words(PROTOCOL, language)
        for name, dimension in DIMENSIONS.items():
            assert name in wording.values()["dimension"]
            catalog = PROTOCOL.catalogs.get(dimension.catalog)
            rows_of = (
                [*(row.code for row in catalog.rows if catalog), *dimension.more]
                if catalog
                else dimension.more
            )
            assert all(words.row(name, code) != code for code in rows_of), name
        for definition in tables.built_in():
            assert definition.title[language]
            assert all(words.note(note) for note in definition.notes)
