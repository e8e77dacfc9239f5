"""What people read is words and their own clock: no code, no UTC, wherever a case is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lnctp_tui.cli.records import lines as cli_lines
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import MEMBERS, TABLE_OF, Document, empty
from lnctp_tui.domain.values.moments import INSTANTS
from lnctp_tui.i18n.of_records import OWN
from lnctp_tui.screens.case.case_text import CALL_BACK, case_parts
from lnctp_tui.screens.case.history import history_parts
from lnctp_tui.screens.labels import Words
from lnctp_tui.services.case.cases import HistoryLine
from lnctp_tui.services.exchange.importing.columns import CODES
from lnctp_tui.storage.database.session import TABLES as STORED
from lnctp_tui.storage.protocol.protocol_loader import load

ZONE = "America/Mexico_City"
AT = "2026-11-28T23:56:35.332625Z"
DEMO = Path(__file__).parents[2] / "lnctp_tui" / "data" / "demo"
NOT_SHOWN = {"id", "heads", "extra", "created_at", "created_by", "answers", "normalised"}
UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d")
CODE = re.compile(r"\b[a-z][a-z0-9]+(?:[_.][a-z0-9]+)+\b|~[a-z]")


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return load()


@pytest.fixture
def words(protocol: Protocol) -> Words:
    return Words(protocol, ZONE)


def columns() -> Iterator[tuple[str, str]]:
    for table in TABLE_OF.values():
        stored = STORED[table]
        yield from ((table, column.name) for column in stored.columns if column.name not in NOT_SHOWN)


@pytest.mark.parametrize(("table", "column"), columns())
def test_every_column_has_a_name_for_people(words: Words, table: str, column: str) -> None:
    assert words.table(table) != table
    assert words.field(table, column) != column
    assert not CODE.search(words.field(table, column))


@pytest.mark.parametrize(("table", "column"), columns())
def test_every_instant_is_on_the_counselors_clock(words: Words, table: str, column: str) -> None:
    if column in INSTANTS:
        assert words.value(table, column, AT) == "28 nov 2026 17:56"


def test_every_code_of_every_coded_column_is_said_in_words(protocol: Protocol, words: Words) -> None:
    for table, coded in CODES.items():
        for column, catalog in coded.items():
            for row in protocol.catalogs[catalog].rows if catalog in protocol.catalogs else ():
                said = words.value(table, column, row.code)
                assert said == (row.label.es), (table, column, row.code)


def test_a_code_is_said_in_words_even_where_a_record_bears_it_as_its_id(words: Words) -> None:
    words.know(empty() | {"people": [{"id": "victim", "name": "Ana Ficticia"}]})
    assert words.value("people", "role", "victim") == words.code("person_role", "victim") != "Ana Ficticia"
    assert words.value("places", "person_id", "victim") == "Ana Ficticia"


def test_a_command_and_a_screen_call_a_record_the_same(protocol: Protocol) -> None:
    document = empty() | {member: [{"id": "x"}] for member in MEMBERS}
    titles = {Words(protocol, ZONE).table(member) for member in MEMBERS}
    assert titles <= set(cli_lines(document, protocol, ZONE))


def test_every_answer_to_every_row_of_a_checklist_is_said_in_words(protocol: Protocol, words: Words) -> None:
    for stage, field in protocol.fields:
        if field.catalog in protocol.catalogs or field.catalog == "indicator":
            catalog = (
                protocol.indicators if field.catalog == "indicator" else protocol.catalogs[field.catalog]
            )
            for row in catalog.rows:
                said = words.field(TABLE_OF.get(field.on, field.on), f"answers.{field.catalog}.{row.code}")
                assert row.code == row.label.es or f".{row.code}" not in said, (stage.code, said)


@pytest.mark.parametrize("code", [*OWN, "raw.age", "raw.birth_date", "link.0", "otra_cosa.de_otra_version"])
def test_what_the_program_itself_answers_has_a_name(words: Words, code: str) -> None:
    for table in ("cases", "contacts", "people"):
        assert not CODE.search(words.field(table, code)), words.field(table, code)


@pytest.mark.parametrize(
    ("table", "column", "value", "said"),
    [
        ("cases", "answers.escalated.911", AT, "28 nov 2026 17:56"),
        ("cases", "answers.algo.nuevo", AT, "28 nov 2026 17:56"),
        ("people", "education", "~escuela de la vida", "escuela de la vida"),
        ("cases", "close_reason", "motivo_de_otra_version", "motivo de otra version"),
        ("referrals", "consented_fields", ["name", "age_min"], "Nombre o alias, Edad, desde"),
        ("cases", "merged_into", "0191b7a0-0000-7000-8000-000000000001", "no está en este equipo"),
        ("people", "name", "no", "no"),
        ("identifiers", "value", "ana_perez", "ana_perez"),
        ("contacts", "narrative", AT, AT),
    ],
)
def test_a_value_is_said_as_people_say_it_and_peoples_words_stay(
    words: Words, table: str, column: str, value: Any, said: str
) -> None:
    assert words.value(table, column, value) == said


def escalated(name: str) -> Document:
    found: Document = empty() | json.loads((DEMO / f"{name}.json").read_text(encoding="utf-8"))
    for member in MEMBERS:
        for number, record in enumerate(found[member]):
            record.setdefault("id", f"{member}-{number}")
    answers = found["case"].setdefault("answers", {})
    answers |= {"escalated.911": AT, "decided.triage": "yes", "raw.callback_window": "como a las 25"}
    return found


def shown(document: Document, protocol: Protocol) -> dict[str, str]:
    """Where it is shown → the text."""
    words = Words(protocol, ZONE)
    parts = case_parts(document, words, today=date(2026, 11, 29))
    saves = [
        HistoryLine(AT, "Ana Ficticia", "d", TABLE_OF[MEMBERS.get(member, "case")], str(n), patch, f"c{n}", n)
        for n, (member, record) in enumerate(
            [("case", document["case"]), *((each, record) for each in MEMBERS for record in document[each])]
        )
        for patch in [
            {key: value for key, value in record.items() if key not in NOT_SHOWN | {"case_id"}}
            | {f"answers.{key}": value for key, value in (record.get("answers") or {}).items()}
        ]
    ]
    past = history_parts(saves, document, words, whole=True)
    return {
        "case": "\n".join(f"{each.label}\t{each.text}" for each in parts),
        "history": "\n".join(f"{each.label}\t{each.text}" for each in past),
        "cli": "\n".join(cli_lines(document, protocol, ZONE)),
    }


@pytest.mark.parametrize(
    "name", sorted(each.stem for each in DEMO.glob("*.json") if '"people"' in each.read_text())
)
def test_no_sample_case_shows_a_code_or_utc_anywhere(protocol: Protocol, name: str) -> None:
    document = escalated(name)
    own = json.dumps([document["case"].get("summary"), [each.get("narrative") for each in document["contacts"]],
                      [each.get("value") for each in document["identifiers"]]], ensure_ascii=False)  # fmt: skip
    for where, text in shown(document, protocol).items():
        assert not UTC.search(text), (where, UTC.findall(text))
        found = [each for each in CODE.findall(text) if each not in own and each not in LOOKS_LIKE_ONE]
        assert not found, (where, found)
        assert "True" not in text
        assert "None" not in text


LOOKS_LIKE_ONE: set[str] = set()
"""Words of the catalogs that are written with a dot."""


@pytest.mark.parametrize(("amount", "said"), [(1500.0, "1,500"), (0.5, "0.50"), (12345.6, "12,345.60")])
def test_an_amount_is_written_as_in_mexico(words: Words, amount: float, said: str) -> None:
    assert words.value("money", "amount", amount) == said


@pytest.mark.parametrize(
    ("ages", "said"),
    [
        ({"age_min": 15, "age_max": 15}, "15"),
        ({"age_min": 15, "age_max": 15, "age_estimated": True}, "~15"),
        ({"age_min": 15, "age_max": 17, "age_estimated": True}, "15-17"),
        ({"age_min": 60, "age_max": None, "age_estimated": True}, "60+"),
        ({"age_min": None, "age_max": 17}, "≤17"),
    ],
)
def test_an_age_is_one_line(protocol: Protocol, ages: dict[str, Any], said: str) -> None:
    document = empty() | {"people": [{"id": "p", "role": "victim", "name": "Ana Ficticia", **ages}]}
    for where, text in shown(document, protocol).items():
        assert [line for line in text.splitlines() if "Edad" in line or "edad" in line] == [
            f"  Edad: {said}" if where == "cli" else f"Edad\t{said}"
        ], where


def test_the_history_tells_one_age_after_another(protocol: Protocol) -> None:
    document = empty() | {"people": [{"id": "p", "role": "victim", "age_min": 16, "age_max": 16}]}
    patches: list[dict[str, Any]] = [
        {"age_min": 15, "age_max": 17, "age_estimated": True}, {"age_min": 16, "age_max": 16, "age_estimated": None},
        {"name": "Ana Ficticia"}, {"age_min": None, "age_max": None},
    ]  # fmt: skip
    saves = [HistoryLine(AT, "Ana", "d", "people", "p", patch, f"c{n}", n) for n, patch in enumerate(patches)]
    parts = history_parts(saves[::-1], document, Words(protocol, ZONE), whole=True)
    assert [(part.label, part.text) for part in parts if part.kind == "pair"][::-1] == [
        ("Edad", "15-17"), ("Edad", "15-17 → 16"), ("Nombre o alias", "Ana Ficticia"), ("Edad", "16 → (vacío)"),
    ]  # fmt: skip


def test_the_promised_call_back_and_the_narrative_come_first(protocol: Protocol) -> None:
    document = escalated("motel-puebla")
    document["tasks"] = [
        {"id": "t", "kind": "callback", "status": "open", "due_from": "2026-12-01T16:00:00Z",
         "due_to": "2026-12-01T18:00:00Z", "say": "Preguntar por el pedido"},
        {"id": "d", "kind": "callback", "status": "done", "due_from": "2026-11-01T16:00:00Z"},
    ]  # fmt: skip
    document["contacts"][-1]["narrative"] = "Lo último que se contó"
    parts = case_parts(document, Words(protocol, ZONE), today=date(2026, 11, 29))
    assert (parts[0].kind, parts[0].text) == ("alert", "Llamada prometida")
    assert parts[1].text == "1 dic 2026 10:00 – 12:00"
    texts = [each.text for each in parts]
    facts = texts.index("Lo que dicen los hechos, hasta ahora")
    assert texts.index("Preguntar por el pedido") < texts.index("Lo último que se contó") < facts
    assert texts.count("Lo último que se contó") == 1
    assert all(each.label not in {Words(protocol, ZONE).field("cases", code) for code in CALL_BACK}
               for each in parts[facts:])  # fmt: skip
